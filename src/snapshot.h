/* snapshot.h - everything that is shown, as one plain value.
 *
 * The board (board.h) hands snapshots out; the dashboard draws from one alone. The same feeds
 * `vmtax screen` and the golden tests, which fill one by hand or from a stored result. Texts in it
 * are already cleaned (text_clean). Drawing never changes it. */
#ifndef VMTAX_SNAPSHOT_H
#define VMTAX_SNAPSHOT_H

#include "board_host.h"
#include "board_run.h"
#include "paper.h"
#include "result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BOARD_LOG_MAX  256
#define BOARD_LOG_TEXT 512 /* room for a whole error */

enum board_target_state {
    BOARD_TARGET_OFF,
    BOARD_TARGET_STARTING,
    BOARD_TARGET_READY,
    BOARD_TARGET_FAILED,   /* reason says why */
    BOARD_TARGET_UNUSABLE, /* probe said no: reason and remedy */
};

struct board_target {
    char id[TARGET_ID_MAX];
    char kind[TARGET_ID_MAX];
    enum board_target_state state;
    bool emulated;
    uint64_t cpus, memory_mib; /* 0: not known yet, no limit */
    char how[64], network[64], limits[96], devices[64], kernel[64];
    char path[32];    /* of network, without addresses: "veth"; or "" */
    char caches[96];  /* what was dropped of its page cache between slots; or "" */
    char remark[256]; /* why it is emulated, slower, ...; or "" */
    char clocksource[32];
    bool clock_known, clock_stepped;
    double clock_rate, clock_bound; /* valid if clock_known: guest seconds a host second */
    double since_s;                 /* STARTING: when that began, on the time line of now_s */
    double start_s;
    char reason[REASON_MAX]; /* STARTING: what it waits for; FAILED, UNUSABLE: why */
    char remedy[256];        /* FAILED, UNUSABLE: what to do; emulated: what would help */
};

/* One metric on one non-reference target, or on native itself (then only the figure). */
struct board_cell {
    struct figure_value figure;
    bool compared;
    struct comparison comparison; /* valid if compared */
    bool live;                    /* measured in this session */
    bool taken_over;              /* older than the rest of what is shown: from an earlier result */
    int64_t
        measured_at; /* Unix seconds: begin of the session that measured it; valid if not live */
};

struct board_metric {
    const struct workload *workload; /* never NULL: rows of unknown workloads stay off the board */
    char params[PARAMS_TEXT];
    struct board_cell cell[TARGETS_MAX]; /* by index into targets; targets[0] is native */
    /* native of the stored baseline, to be shown beside today's */
    bool baseline_known;
    double baseline_value, baseline_low, baseline_high;
    char engine[ENGINE_MAX]; /* cleaned; empty: our own code, or not known */
};

struct board_summary {
    struct subsystem_summary_cell {
        size_t rows, total;
        bool known;              /* never of an emulated target: it has rows and no mean */
        double ratio, low, high; /* relative to native, 1 = equal; low/high valid if bounded */
        bool bounded;
        enum verdict verdict;
        uint32_t flags;
    } cell[SUBSYSTEM_COUNT + 1][TARGETS_MAX]; /* last row: over all subsystems */
};

enum board_log_level {
    BOARD_LOG_OK,
    BOARD_LOG_NOTE,
    BOARD_LOG_RUN,
    BOARD_LOG_WARN,
    BOARD_LOG_ERROR
};

struct board_log_line {
    int64_t at; /* Unix seconds */
    enum board_log_level level;
    char target[TARGET_ID_MAX];
    char text[BOARD_LOG_TEXT];
};

struct board_baseline {
    bool known;
    char name[64];
    size_t sessions;
    double age_s;             /* of the newest session; negative: it is dated in the future */
    char strength[64];        /* "too young: 2 more sessions" / "5 sessions" / "strong" */
    char differences[4][160]; /* sentences: what changed on the machine since, fatal first */
    size_t difference_count, difference_total;
};

/* A check (check.h): how far it is, and the last one's verdict. */
struct check;
struct board_check {
    bool active;
    size_t session, sessions;
    double until_s;              /* on the host's time line: when its budget is over */
    char name[64];               /* of the baseline */
    char plan[200];              /* what is measured, and how long it takes */
    const struct check *verdict; /* NULL: none. Held (check_shared.h) until snapshot_release(). */
};

struct snapshot {
    uint64_t version;
    uint64_t whole_version; /* of the last change beyond run and host */
    double now_s;           /* host time line, seconds since the board was made */
    int64_t clock;          /* Unix seconds, for the footer */
    char title[64];         /* "live", or the name of the stored result that is shown */
    bool stored;            /* a stored result, nothing live */
    bool replayed;          /* a recording: now_s and clock are those of then */
    struct board_target targets[TARGETS_MAX];
    size_t target_count;
    struct board_metric *metrics;
    size_t metric_count, metric_room;
    struct board_summary summary;
    char left_out[300]; /* of the latest run: which guest was not chosen, and why; or "" */
    size_t late_rows, late_looks; /* of the run that is shown: result.late; 0 while it runs */
    struct board_run run;
    struct board_queue_item queue[BOARD_QUEUE_MAX];
    size_t queue_count, queue_total;
    struct board_log_line log[BOARD_LOG_MAX]; /* ring, oldest first from log_first */
    size_t log_first, log_count;
    size_t log_total; /* lines ever logged */
    struct board_host host;
    struct board_self self;
    struct board_baseline baseline;
    struct board_check check;
    const struct paper *paper; /* the paper's own figures; NULL: not at hand. Whoever made the
                                * snapshot owns it and keeps it as long. */
};

void snapshot_release(struct snapshot *s);
/* s holds that verdict, NULL: none, and lets go of the one that it had. */
void snapshot_set_verdict(struct snapshot *s, const struct check *verdict);

/* Append to the log ring; target may be NULL. The text is cleaned here. */
void snapshot_log(struct snapshot *s, enum board_log_level level, const char *target,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Processors in use: without those that are switched off. */
size_t snapshot_processors(const struct board_host *h);
/* Append to a ring of capacity max that keeps its oldest element at *first: returns the index to
 * write. */
size_t snapshot_ring_push(size_t *first, size_t *count, size_t max);

/* Replace targets, metrics and summary by those of a result (derived parts must be up to date).
 * The metrics of r come first and in its order, without those that the catalogue does not know.
 * What only the board knows is kept: the state, reason, ... of a target of the same id, and rows
 * with a stored baseline. Cells count as live unless s->stored or taken over from an earlier
 * result. */
void snapshot_set_result(struct snapshot *s, const struct result *r);
/* Does it run as its kind says, as far as it has come? Not what is emulated, and not KVM's machine
 * before it has come up: until then it may turn out to be. Its mark is hollow. */
bool snapshot_confirmed(const struct board_target *t);
/* What a target of a result is known by: everything but its state, since_s, reason and remedy. */
void snapshot_set_target(struct board_target *to, const struct result_target *from);
/* The row of a workload with these parameters, found or added (empty); s->metrics may move. */
struct board_metric *snapshot_metric(struct snapshot *s, const struct workload *w,
                                     const char *params);

#endif
