/* catalog.h - what can be measured: pure data, linked into vmtax and into the agent.
 *
 * A workload is a row and, in the agent, a struct workload_ops of the same id (workload.h).
 * Results are stored by id and parameters: neither is ever renamed or given another meaning. Adding
 * a workload is one row in its subsystem's table (catalog/) and one ops table. */
#ifndef VMTAX_CATALOG_H
#define VMTAX_CATALOG_H

#include "error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The paper's nine, in its order, and our white-box addition. */
enum subsystem {
    SUBSYSTEM_PROCESSOR,
    SUBSYSTEM_MEMORY,
    SUBSYSTEM_DISK,
    SUBSYSTEM_NETWORK,
    SUBSYSTEM_WEB,
    SUBSYSTEM_DATABASE,
    SUBSYSTEM_JAVA,
    SUBSYSTEM_SYSOPS,
    SUBSYSTEM_CTXSW,
    SUBSYSTEM_EXITS,
    SUBSYSTEM_COUNT,
};

struct subsystem_info {
    const char *id;          /* "memory": the word of the command line */
    const char *title;       /* "Memory" */
    const char *instruments; /* "RAMspeed·lmbench": what the paper measured it with */
    double margin;           /* default margin of equivalence, log units (statistics.md) */
};

extern const struct subsystem_info subsystems[SUBSYSTEM_COUNT];
/* SUBSYSTEM_COUNT if there is no such id. */
enum subsystem subsystem_find(const char *id);

/* How the figure follows from operations and seconds. */
enum figure {
    FIGURE_TIME_S,    /* seconds per operation; lower is better */
    FIGURE_TIME_MS,   /* milliseconds per operation; lower is better */
    FIGURE_TIME_US,   /* microseconds per operation; lower is better */
    FIGURE_TIME_NS,   /* nanoseconds per operation; lower is better */
    FIGURE_OPS_PER_S, /* operations per second; higher is better */
    FIGURE_MB_PER_S,  /* 10^6 bytes per second; higher is better */
    FIGURE_GFLOPS,    /* 10^9 floating-point operations per second; higher is better */
    FIGURE_NONE,      /* `null`: nothing */
};

enum param_type {
    PARAM_SIZE,   /* bytes; written 512, 64K, 8M, 1G */
    PARAM_COUNT,  /* a plain number */
    PARAM_CHOICE, /* one of words separated by '|'; the value is the index */
};

struct param {
    const char *name;
    enum param_type type;
    const char *choices; /* PARAM_CHOICE only */
    uint64_t min, max, initial;
    const char *help;
    uint64_t grain;       /* of bytes: a multiple of it, and below it of 512; 0: any */
    const char *multiple; /* of bytes: a multiple of the parameter of this name; NULL: of none */
    bool each; /* a choice: a row that is named without it is measured with every one of them */
    bool load; /* of a served workload: its server does not look at it, and serves every value */
};

#define PARAMS_MAX      4
#define PARAMS_TEXT     64
#define WORKLOAD_ID_MAX 32
/* The name of a library that does a workload's work, with its version. */
#define ENGINE_MAX 64
/* What a slot made, such as "482 objects 0123456789abcdef". */
#define PRODUCT_MAX 48

/* Which parameter sets a profile measures. */
enum profile {
    PROFILE_QUICK = 1,
    PROFILE_STANDARD = 2,
    PROFILE_PAPER = 4,
};

struct point {
    const char *params; /* canonical text; "" = all defaults */
    unsigned profiles;  /* of enum profile */
};

enum workload_need {
    NEED_SCRATCH = 1, /* a directory on a real disk */
    NEED_TWO_CPUS = 2,
    NEED_KVM =
        4, /* a usable /dev/kvm in the target; its kernel looks for itself, and says why not */
    NEED_TREE = 8,      /* the kernel's sources, as vmtax prepared them (tree.h) */
    NEED_SPEC = 16,     /* the user's own SPEC CPU (spec/suite.h): in no profile, and not measured
                           because its subsystem is */
    NEED_OPENBLAS = 32, /* in the target, and when vmtax was built; the kernel says if it is not */
    NEED_JAVA = 64,     /* a JVM in the target; the kernel says if there is none */
};

/* What the disk has to move for the bytes of a row; a byte that is read and written back counts
 * once, and is moved twice. */
enum workload_disk {
    DISK_READS = 1,
    DISK_WRITES = 2,
};

struct workload {
    const char *id;
    enum subsystem subsystem;
    const char *title;   /* short, for a table row: "fork+exec" */
    const char *mirrors; /* the paper's row or figure: "Table I fork+exec" */
    const char *paper;   /* its key in data/paper.json's tables ("fork+exec", "2p0k"), or NULL */
    const char *method;  /* one sentence: what is measured and by whose method */
    enum figure figure;
    const struct param *params; /* up to PARAMS_MAX, ends with name NULL; or NULL */
    const struct point *points; /* ends with params NULL; or NULL = all defaults in all profiles */
    const struct point *beyond; /* more of them, of files beyond the targets' memory: their `size`
                                   is that for its usual limit; or NULL */
    unsigned needs;
    unsigned disk; /* of enum workload_disk; 0: it measures no disk */
    double slot_s; /* timed part of a slot */
    double lead_s; /* discarded lead-in, the same for all targets */
    /* Not 0: a slot is one long operation, without lead-in and batches, prepared anew by arrange()
     * (workload.h), which starts its own processes on the processors that `cpus` asks for. It is
     * killed if one of its phases takes longer than so many seconds. slot_s is then an estimate. */
    double patience_s;
    double
        lap_s; /* a slot ends after a whole lap, which a slow device may need so long for; 0: not */
    /* Of such an operation: it takes the slot's time, and tells how far it is (work_progress()). */
    bool timed;
    /* Not 0: prepare() takes about so long. One worker then does all blocks of a row that follow
     * each other, where else each block has a fresh one. */
    double start_s;
    /* What is done before the timed part, where that takes seconds: told while it goes on. Or NULL.
     */
    const char *preparing;
    /* How it starts is part of how it varies: each block has a fresh worker all the same, but in
     * the quick profile, which has no time for that. */
    bool restarts;
    const double *estimates_s; /* instead of slot_s, by the value of the first parameter; or NULL */
    double margin;             /* log units; 0 = the subsystem's */
    bool latency;              /* keeps a histogram of sampled operations */
    /* The parameter that is the order of a dense system of equations: its matrix is the memory that
     * it takes, and its solution one operation. NULL: it solves none. */
    const char *order;
    double set_mib;    /* of a stand-in: memory that one execution works in; 0: not said */
    double warm_s;     /* Of a load: before its first slot of a row on a target, about so long */
    bool served;       /* two roles (role.h): a server in the target, the load on the peer */
    bool own_threads;  /* parameter cpus is the workload's own business: the agent runs one lane */
    unsigned profiles; /* in which profiles it takes part; points refine it. 0: only when it or its
                          subsystem is named */
};

/* The catalogue's rows by subsystem, in the paper's order: the first after NULL; NULL after the
 * last. */
const struct workload *workload_next(const struct workload *w);
/* Does a come before b in that order? */
bool workload_before(const struct workload *a, const struct workload *b);

/* Programs that workloads start, as their files beside the agent are called, built or not. Ends
 * with NULL. */
extern const char *const payload_programs[];

const struct workload *workload_find(const char *id);
/* Unit of the figure: "s", "ms", "µs", "ns", "op/s", "MB/s", "GFLOPS", "". */
const char *workload_unit(const struct workload *w);
bool workload_lower_is_better(const struct workload *w);
double workload_margin(const struct workload *w);
/* Expected seconds of the timed part with these parameters. */
double workload_slot_s(const struct workload *w, const uint64_t values[PARAMS_MAX]);
/* The times of disk rows hold for files up to so much. */
#define WORKLOAD_FILE_USUAL (UINT64_C(64) << 20)
/* Seconds that a pass over a larger one takes longer on a slow disk, or that a system of equations
 * takes a slow processor; 0 for all else. */
double workload_pass_s(const struct workload *w, const uint64_t values[PARAMS_MAX]);
/* Of a system of equations: floating-point operations of its solution, as HPL counts them, and
 * bytes of its matrix. 0 for all else. */
double workload_solution(const struct workload *w, const uint64_t values[PARAMS_MAX]);
uint64_t workload_matrix(const struct workload *w, const uint64_t values[PARAMS_MAX]);
/* A workload may take three quarters of a target's memory; the rest is the kernel's and the
 * agent's. A sweep over orders ends below two thirds of what a target is given: its kernel keeps a
 * part before it counts. */
#define WORKLOAD_MEMORY_SHARE(bytes) ((bytes) / 4 * 3)
#define WORKLOAD_SWEEP_SHARE(bytes)  ((bytes) / 3 * 2)
/* Of enum workload_need, with these parameters: placement=cross or several cpus want two. */
unsigned workload_needs(const struct workload *w, const uint64_t values[PARAMS_MAX]);

/* What is measured, in out or a constant: of a row whose sender keeps a rate, that rate in place of
 * "without a pause". NULL: the workload does not say. */
#define METHOD_MAX 256
const char *workload_method(const struct workload *w, const char *params, char out[METHOD_MAX]);

/* Parse "size=64K cpus=2" (or "size=64K,cpus=2") over the defaults into values[PARAMS_MAX]. -1 with
 * a sentence that names the parameter, its range or the nearest known name. */
int params_parse(const struct workload *w, const char *text, uint64_t values[PARAMS_MAX],
                 struct error *e);
/* The place of the parameter of that name among a row's; PARAMS_MAX: it has none. */
size_t params_find(const struct workload *w, const char *name);
/* The value of one parameter in such a text; otherwise, if the row has none of that name or the
 * text is none of its. w may be NULL: a row that this program does not know. */
uint64_t params_value(const struct workload *w, const char *text, const char *name,
                      uint64_t otherwise);
/* Do values that are each possible go together, as the agent will demand? -1 with a sentence. */
int params_fit(const struct workload *w, const uint64_t values[PARAMS_MAX], struct error *e);
/* Does the server that was made for a serve b, too? */
bool params_same_server(const struct workload *w, const uint64_t a[PARAMS_MAX],
                        const uint64_t b[PARAMS_MAX]);
/* Canonical text: every parameter in table order, sizes by the largest exact suffix; "" if there
 * are none. */
void params_format(const struct workload *w, const uint64_t values[PARAMS_MAX],
                   char out[PARAMS_TEXT]);

/* The parameter of which every choice is measured when text names none; NULL: there is none. */
const struct param *params_each(const struct workload *w, const char *text);
/* The word of a choice; cut to size. */
void param_word(const struct param *p, uint64_t value, char *out, size_t size);

/* The value of one figure from what was counted. bytes is the number of bytes moved
 * (FIGURE_MB_PER_S), or of floating-point operations done (FIGURE_GFLOPS). NAN when there is no
 * figure: FIGURE_NONE, or nothing was counted. */
double workload_value(const struct workload *w, double ops, double bytes, double seconds);
/* Records, or chunks, a second that a value of a disk row with these parameters means (IOPS). NAN
 * where its bytes are not moved by records. */
double workload_iops(const struct workload *w, const char *params, double value);
/* Is the figure of a row with these parameters what its sender was told, and no measured most? What
 * is measured of it is its loss. */
bool workload_paced(const struct workload *w, const char *params);
/* Megabytes of data a second in so many datagrams a second of a row with these parameters; NAN
 * where it sends none. */
double workload_datagrams_mb_per_s(const struct workload *w, const char *params, double per_s);

#endif
