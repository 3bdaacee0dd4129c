/* board.h - the one snapshot between measuring and showing.
 *
 * The runner and the host sampler write the board under its lock and bump its version; the
 * dashboard takes a snapshot when the version changed and draws from that alone. The same snapshot
 * feeds `vmtax screen` and the golden tests, which fill one by hand or from a stored result. Texts
 * in it are already cleaned (text_clean). Drawing never changes it. */
#ifndef VMTAX_BOARD_H
#define VMTAX_BOARD_H

#include "paper.h"
#include "result.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BOARD_LOG_MAX    256
#define BOARD_RATE_MAX   1200 /* points of the live graph: 10 minutes at 2 a second */
#define BOARD_HOST_MAX   240  /* host samples, one a second */
#define BOARD_QUEUE_MAX  16
#define BOARD_BLOCKS_MAX 64
#define BOARD_CORES_MAX  64
#define BOARD_CACHES     3 /* levels: data caches of the first processor */

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
    char how[64], network[64], limits[96], devices[64], kernel[64];
    double start_s;
    char reason[REASON_MAX];
    char remedy[256];
};

/* One metric on one non-reference target, or on native itself (then only the figure). */
struct board_cell {
    struct figure_value figure;
    bool compared;
    struct comparison comparison; /* valid if compared */
    bool live; /* measured in this session; false: from a stored baseline, age_s old */
    double age_s;
};

struct board_metric {
    const struct workload *workload; /* never NULL: rows of unknown workloads stay off the board */
    char params[PARAMS_TEXT];
    struct board_cell cell[TARGETS_MAX]; /* by index into targets; targets[0] is native */
    /* native of the stored baseline, to be shown beside today's */
    bool baseline_known;
    double baseline_value, baseline_low, baseline_high;
};

struct board_summary {
    struct subsystem_summary_cell {
        size_t rows, total;
        bool known;
        double ratio, low, high; /* relative to native, 1 = equal; low/high valid if bounded */
        bool bounded;
        enum verdict verdict;
        uint32_t flags;
    } cell[SUBSYSTEM_COUNT + 1][TARGETS_MAX]; /* last row: over all subsystems */
};

struct board_rate {
    double at_s;  /* host time line, seconds since the board was made */
    double value; /* in the workload's unit */
    uint8_t target;
    bool stall; /* no progress during this tick */
};

struct board_run {
    bool active;
    bool paused;
    char title[96]; /* "sys.read", what is being measured */
    const struct workload *workload;
    char params[PARAMS_TEXT];
    size_t metric; /* index into metrics */
    size_t target; /* whose slot runs now */
    char position[4];
    char phase[48]; /* "starting container", "lead-in", "measure", "verify", "clock audit" */
    uint32_t block, blocks; /* of this metric: block from 0 */
    uint8_t stage, stages;
    double elapsed_s, eta_s; /* of the whole plan; eta < 0: unknown */
    double done;             /* share of the plan, 0..1 */
    struct board_rate
        rate[BOARD_RATE_MAX]; /* ring of the current metric, oldest first from rate_first */
    size_t rate_first, rate_count;
    struct latency latency[TARGETS_MAX];  /* latest slot of the current metric */
    double block_ratio[BOARD_BLOCKS_MAX]; /* exp d of each finished block, latest target */
    size_t block_count;
};

struct board_queue_item {
    char workload[WORKLOAD_ID_MAX];
    char params[PARAMS_TEXT];
    char targets[64];
    uint32_t blocks;
    double seconds;
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
    char text[256];
};

struct board_host {
    bool known;
    char name[64];
    char cpu_model[64], kernel[64], governor[24], virt[32];
    size_t cores;
    /* rings of one-second samples, oldest first from first */
    size_t first, count;
    float cpu[BOARD_HOST_MAX];                                 /* share 0..1 of all processors */
    float steal[BOARD_HOST_MAX];                               /* share 0..1 */
    float memory[BOARD_HOST_MAX];                              /* share used, 0..1 */
    float disk[BOARD_HOST_MAX];                                /* bytes/s */
    float net[BOARD_HOST_MAX];                                 /* bytes/s */
    float core[BOARD_CORES_MAX];                               /* latest share of each processor */
    uint64_t memory_used, memory_total, swap_used, swap_total; /* bytes */
    double load1, load5, load15;
    double mhz;                         /* NAN unknown */
    uint64_t cache_bytes[BOARD_CACHES]; /* level 1 (data), 2, 3; 0 unknown */
    bool quiet;                         /* nothing but vmtax is using the machine */
    char quiet_why[96];
    double uptime_s;
    size_t processes;
};

struct board_self {
    double ui_share; /* of one core, last 2 s; NAN unknown */
    double frames_per_s;
    uint64_t frames, bytes, rss_kib;
};

struct board_baseline {
    bool known;
    char name[64];
    size_t sessions;
    double age_s;
    char strength[64];        /* "too young: 2 more sessions" / "5 sessions" / "strong" */
    char differences[4][160]; /* sentences: what changed on the machine since, fatal first */
    size_t difference_count, difference_total;
};

struct snapshot {
    uint64_t version;
    uint64_t whole_version; /* of the last change beyond run and host */
    double now_s;           /* host time line, seconds since the board was made */
    int64_t clock;          /* Unix seconds, for the footer */
    char title[64];         /* "live", or the name of the stored result that is shown */
    bool stored;            /* a stored result, nothing live */
    struct board_target targets[TARGETS_MAX];
    size_t target_count;
    struct board_metric *metrics;
    size_t metric_count, metric_room;
    struct board_summary summary;
    struct board_run run;
    struct board_queue_item queue[BOARD_QUEUE_MAX];
    size_t queue_count, queue_total;
    struct board_log_line log[BOARD_LOG_MAX]; /* ring, oldest first from log_first */
    size_t log_first, log_count;
    size_t log_total; /* lines ever logged */
    struct board_host host;
    struct board_self self;
    struct board_baseline baseline;
    const struct paper *paper; /* the paper's own figures; NULL: not at hand. Whoever made the
                                * snapshot owns it and keeps it as long. */
};

struct board {
    pthread_mutex_t lock;
    int wake_fd;             /* eventfd, non-blocking: readable when the version moved */
    uint64_t origin_ns;      /* CLOCK_MONOTONIC when the board was made */
    struct snapshot current; /* written under lock; its version starts at 1 */
};

int board_init(struct board *b, struct error *e);
void board_release(struct board *b);

/* Seconds since the board was made: the time line of now_s and of board_rate.at_s. Any thread. */
double board_now(const struct board *b);

/* board_edit locks and returns b->current to be changed; board_publish ends the edit: version + 1,
 * unlock, wake. Between the two no other board function may be called with the same board (the lock
 * is not recursive), so write log lines with snapshot_log. */
struct snapshot *board_edit(struct board *b);
void board_publish(struct board *b);
/* Ends an edit that changed nothing but run and host, as the ticks of a run do: readers that have
 * the rest already do not copy it again. */
void board_publish_run(struct board *b);

/* Copy into s (zeroed, or an earlier snapshot, whose memory is reused) if the version differs; true
 * if it did. now_s and clock are brought up to date in any case. board_snapshot empties wake_fd
 * first and belongs to the one thread that polls it; any other reader uses board_peek. */
bool board_snapshot(struct board *b, struct snapshot *s);
bool board_peek(struct board *b, struct snapshot *s);
void snapshot_release(struct snapshot *s);

/* Append to the log ring; target may be NULL. The text is cleaned here. */
void board_log(struct board *b, enum board_log_level level, const char *target, const char *format,
               ...) __attribute__((format(printf, 4, 5)));
void snapshot_log(struct snapshot *s, enum board_log_level level, const char *target,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Append to a ring of capacity max that keeps its oldest element at *first: returns the index to
 * write. */
size_t board_ring_push(size_t *first, size_t *count, size_t max);

/* Replace targets, metrics and summary by those of a result (derived parts must be up to date).
 * The metrics of r come first and in its order, without those that the catalogue does not know.
 * What only the board knows is kept: the state and reason of a target of the same id, and rows with
 * a stored baseline. Cells count as live unless s->stored. */
void snapshot_set_result(struct snapshot *s, const struct result *r);
/* The row of a workload with these parameters, found or added (empty); s->metrics may move. */
struct board_metric *snapshot_metric(struct snapshot *s, const struct workload *w,
                                     const char *params);

#endif
