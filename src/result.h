/* result.h - the result document in memory: what was measured, on what, and what follows.
 *
 * The runner appends slots; analysis_update() (analysis.h) derives metrics and comparisons from
 * slots; store.c keeps it as JSON (schema vmtax.result/1); reports, `compare` and the board read
 * it. A value that was not measured has measured = false and a reason, never a magic zero. */
#ifndef VMTAX_RESULT_H
#define VMTAX_RESULT_H

#include "cost.h"
#include "error.h"
#include "stats.h"
#include "target/target.h"
#include "workloads/catalog.h"
#include "workloads/dropped.h"
#include "workloads/statements.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RESULT_SCHEMA "vmtax.result/1"
/* A sentence with its remedy at its end, and the longest path of a scratch directory that is shown.
 */
#define REASON_MAX         384

#define FIGURE_REASONS_MAX 4

#define FACT_KEY           40
#define FACT_VALUE         4096 /* at most, with its end: a processor's features are a long list */

/* One fact about the machine (fingerprint.h fills them). */
struct fact {
    char key[FACT_KEY]; /* "kernel", "governor", "mitigations.spectre_v2" */
    char *value;        /* cleaned text; the result's */
};

struct latency {
    bool known;
    uint64_t count; /* sampled operations */
    double p50_us, p90_us, p99_us, p99_9_us, max_us;
};

/* Datagrams of a slot, or of all slots of a figure. */
struct arrival {
    uint64_t sent; /* 0: none, or nothing that may be lost */
    uint64_t received, reordered;
    double sent_s; /* in which they were sent, lead-in and all, by the sender's clock; 0: unknown */
};
/* How many were sent in a second; NAN: unknown. */
double arrival_sent_per_s(const struct arrival *a);
/* The share that did not arrive, 0..1; NAN when nothing was sent. */
double arrival_loss(const struct arrival *a);
/* The share of what arrived that came after a later one, 0..1; NAN when nothing arrived. */
double arrival_disorder(const struct arrival *a);

#define RESULT_ALL_DROPPED "all clean pages of its kernel"

struct result_target {
    char id[TARGET_ID_MAX]; /* "native", "container" */
    char kind[TARGET_ID_MAX];
    uint64_t cpus;
    uint64_t memory_mib; /* 0 = no limit */
    char how[64], network[64], limits[96];
    char path[32];    /* of network: "veth", "virtio, tap" */
    char append[128]; /* of its kernel's command line; else empty */
    char devices[64]; /* of a virtual machine; else empty */
    char caches[96];  /* what was dropped of its page cache between slots of a disk row; or empty */
    char remark[256]; /* why it is emulated, slower, ...; or empty */
    char given_up[256]; /* why it was, before the run or in it, and the remedy; or empty */
    char kernel[64], clocksource[32], virt[32]; /* from the hello, cleaned */
    double start_s;
    double clock_rate,
        clock_bound; /* guest seconds per host second, and its error bound; 1 and 0 for native */
    bool clock_known;
    bool clock_stepped; /* went back or jumped: no verdict */
    bool emulated;
    uint32_t flags;
    uint32_t
        machine; /* with FLAG_MACHINES: targets of one other kernel have one number; 0 unknown */
};

struct slot {
    size_t metric;    /* index into result.metrics */
    size_t target;    /* index into result.targets */
    uint32_t block;   /* from 0, per metric */
    uint8_t stage;    /* 1 or 2 of the two-stage rule; 1 when there is one stage */
    char position[4]; /* "N1", "G2", "H1" ... */
    double at_s;      /* start on the host's time line, seconds since result.started */
    double host_s;    /* duration by the host's clock (mapped) */
    double agent_s;   /* duration by the agent's clock */
    uint64_t ops;
    double value; /* in the workload's unit; valid if measured */
    bool measured;
    double
        tsc_per_op; /* time-stamp counter ticks of one operation; 0: unknown, or not of interest */
    struct latency latency;
    struct arrival arrival;
    struct statements statements;
    enum dropped dropped; /* of the page cache, after it */
    double steal;         /* share of the slot's processor time, 0..1; NAN unknown */
    /* White-box: what was counted over counted_s seconds of the host's clock, the timed part with
     * what the workload does in it besides its operations. 0: nothing was counted. */
    double counted_s;
    struct counters counters;
    uint32_t flags;
    char reason[REASON_MAX]; /* why not measured */
};

/* What is measured: one workload with one set of parameters. */
struct metric {
    char workload[WORKLOAD_ID_MAX];
    char params[PARAMS_TEXT];
    const struct workload
        *row;           /* NULL if a file names a workload that this version does not know */
    int64_t taken_from; /* Unix seconds: when the result was begun that this row was taken from, for
                           the screen (overlay.h); 0: it is the result's own. Not stored. */
};

/* One metric on one target, from its slots. */
struct figure_value {
    size_t metric, target;
    size_t n;         /* slots measured */
    double value;     /* median of slots, in the unit */
    double low, high; /* 95 % interval of the median (t interval of logs below 6 slots) */
    bool bounded;
    double noise; /* A/A noise, log units; NAN unknown */
    bool verified;
    double tsc_per_op;            /* median of those slots that know it; 0 unknown */
    struct latency latency;       /* medians over slots; max_us and count over all of them */
    struct arrival arrival;       /* of all slots; may be known without a value: none arrived */
    struct statements statements; /* likewise */
    enum dropped dropped;         /* after each of its slots that tells: the least */
    struct figure_cost cost;
    bool measured;
    char reason[REASON_MAX];
};

/* Of a database: how many a second so many statements of the figure's slots are, at the figure's
 * rate of transactions; NAN where there is none. */
double figure_statements_per_s(const struct figure_value *f, uint64_t count);

/* Does it know how many errors there were, also where that is none? Only the web and databases do.
 */
bool figure_counts_errors(const struct figure_value *f, const struct workload *w);

struct comparison {
    size_t metric, target, reference; /* reference: index of target, native as a rule */
    struct stats_estimate estimate;   /* log units */
    double variance;                  /* of the centre, for means over rows; NAN unknown */
    double detectable;                /* log units; NAN unknown */
    double p;                         /* NAN if not tested; adjusted (Holm) in stage 2 */
    uint8_t stage;                    /* 0: exploring rule; 1, 2: of the two-stage rule */
    enum verdict verdict;
    uint32_t flags;
    char reason[REASON_MAX]; /* of NOT_MEASURED, CANNOT, NOT_COMPARABLE; else a remark or "" */
};

/* What else used the machine during the run (load.h). */
struct result_load {
    size_t looks, busy; /* taken; those in which it was not quiet. looks 0: not known */
    double others; /* processors that other programs used, mean of the looks: 0.5 is half of one */
    char why[96];  /* why it was not quiet in the worst of them; "" if it always was */
};

struct result {
    char tool_version[32];
    char agent_sha256[65];
    char profile[16];
    char name[64];   /* of a baseline session; else "" */
    int64_t started; /* Unix seconds */
    double elapsed_s;
    bool partial; /* interrupted */
    bool running; /* not over yet: what has no figure may still get one. Not stored. */
    struct {
        size_t rows;  /* for which the time budget did not suffice, or not to their end */
        size_t looks; /* conspicuous rows that it did not suffice to measure again (two stages) */
    } late;
    struct result_load load;
    bool two_stage;
    /* As planned: > 0: of every slot that can have a length of its own; else that of the catalogue
     * times slot_scale. Both 0: not known. */
    double slot_s, slot_scale;
    struct fact *facts;
    size_t fact_count;
    struct result_target targets[TARGETS_MAX];
    size_t target_count;
    struct metric *metrics;
    size_t metric_count;
    struct slot *slots;
    size_t slot_count;
    /* derived */
    struct figure_value *figures;
    size_t figure_count;
    struct comparison *comparisons;
    size_t comparison_count;
    size_t fact_room, metric_room, slot_room, figure_room, comparison_room; /* allocated */
    /* the tool's own cost */
    double self_cpu_s;
    uint64_t self_max_rss_kib;
    uint64_t self_frames;
};

void result_init(struct result *r);
void result_release(struct result *r);
/* Append; the returned pointer is valid until the next append. Allocation failure ends the program
 * with a sentence (xalloc.h). */
struct slot *result_add_slot(struct result *r);
size_t result_add_metric(struct result *r, const struct workload *w,
                         const char *params); /* finds or adds */
/* The same for a name that this version may not know (row NULL): from files. */
size_t result_add_metric_id(struct result *r, const char *workload, const struct workload *row,
                            const char *params);
size_t result_find_metric(const struct result *r, const char *workload,
                          const char *params); /* metric_count if absent */
/* Adds, or gives the fact of that key a new value (a copy, cut at FACT_VALUE). */
struct fact *result_add_fact(struct result *r, const char *key, const char *value);
const char *result_fact(const struct result *r, const char *key); /* NULL if unknown */
/* What did the work of this row in every target: "nginx 1.22.1"; NULL: our own code, or not known.
 * It is a fact of its workload, or, if the row's parameters name an engine, of that engine. */
const char *result_engine(const struct result *r, const char *workload, const char *params);
void result_engine_key(const char *workload, const char *params, char out[FACT_KEY]);
/* The fact of what this row made. */
void result_product_key(const char *workload, const char *params, char out[FACT_KEY]);
/* Is there any figure? A run in which every slot failed has none: it is shown, and not stored. */
bool result_any_figure(const struct result *r);
/* False: all guests were given up. A run of native alone has none to lose: true. */
bool result_guests_left(const struct result *r);
/* Why a row of which no slot was run on that target has none. */
const char *result_absence(const struct result *r, size_t target);
/* Do two targets run on different machines, as far as is known? */
bool result_crosses(const struct result *r, size_t a, size_t b);
/* What is to be known of a target in one sentence: its remark, and why it was given up. */
#define RESULT_REMARKS (256 + 256 + 16)
const char *result_remarks(const struct result_target *t, char out[RESULT_REMARKS]);
/* Makes a target the first, which the others are compared with, and the first one the other. What
 * is derived has to be derived again (analysis_update). */
void result_set_base(struct result *r, size_t target);
size_t result_find_target(const struct result *r, const char *id); /* target_count if absent */
const struct figure_value *result_figure(const struct result *r, size_t metric,
                                         size_t target); /* NULL if absent */
const struct comparison *result_comparison(const struct result *r, size_t metric, size_t target);

#endif
