/* workload.h - the agent's side of a workload: a const table of functions.
 *
 * A workload runs in a worker process of its own, forked and executed afresh from the agent's own
 * file, once per block. The worker (agent/lane.c) owns time: it calls prepare() once, finds a
 * batch size in the lead-in, then calls run() with that count until the slot's time is over, and
 * verify() after every slot. Kernels never look at a clock for the figure.
 *
 * Lanes: when the workload has a parameter `cpus` (0 = all, else a number), the worker starts that
 * many threads, each pinned to a processor of its own and each with its own struct work; all start
 * at one barrier. Lane 0 is the worker's main thread, so children forked there may use
 * PR_SET_PDEATHSIG. A workload with own_threads has one lane and sees to its processors itself.
 *
 * A served workload (role.h) has two workers, one in the target and one on the peer. That of the
 * load is a worker like any other, whose kernel finds in `endpoint` whom to speak to. That of the
 * server has no lanes and no slots: its struct serve_ops makes a server ready, and keeps it from
 * then on, through many slots and many loads one after the other, until it is told to end. Loads
 * come and go without notice, in mid-sentence, too; the server survives that.
 *
 * Inside run() no library function is called that glibc dispatches by processor (memcpy, memset,
 * strlen, sin, ...). Whatever runs inside the time is marked WORK_TIMED; a test over the
 * relocations of that section holds this. */
#ifndef VMTAX_WORKLOAD_H
#define VMTAX_WORKLOAD_H

#include "catalog.h"
#include "error.h"
#include "histogram.h"
#include "role.h"
#include "workloads/dropped.h"
#include "workloads/statements.h"

/* Of datagrams: from the first of the lead-in to the last of the slot. */
struct delivery {
    uint64_t sent; /* 0: nothing that may be lost */
    uint64_t received, reordered;
    uint64_t ns;  /* in which they were sent, by the sender's clock */
    bool by_load; /* the load sent them: of its bytes only those count that arrived */
};

struct work {
    const struct workload *workload;
    uint64_t param[PARAMS_MAX]; /* in the order of the catalogue row */
    unsigned lane, lanes;
    const int *cpus; /* processors of this run, one per lane first; cpu_count of them */
    size_t cpu_count;
    const char *scratch;  /* private directory on the target's own disk, or NULL */
    const char *payloads; /* directory of the programs that some workloads start, or NULL */
    const char *tree;     /* archive of the kernel's sources (tar.h), or config file in the tree of
                             SPEC CPU, or NULL */
    bool warm;            /* load: another like it has brought the server to its steady state */
    bool drop;            /* the kernel is the target's own: give up all its clean pages, too */
    uint64_t seed;        /* the same for all targets of a block */
    uint64_t slot_ns;     /* what the slot is to take, for who measures its time himself */
    enum role role;
    struct endpoint endpoint; /* load: the server. serve: open() listens at its address and sets its
                                 ports */
    void *state;              /* the workload's own */
    struct error *error;      /* filled by a function that returns -1 */
    uint64_t step;   /* set by prepare(): counts are multiples of it (a whole lap); 0 = any */
    uint64_t gap_ns; /* set by prepare(): operations come so far apart, at a given rate, though some
                        that were waited for may come at once; 0: as fast as they can */
    char engine[ENGINE_MAX]; /* set by prepare(): the library that does the work, and its version;
                                empty: it is our own code */
    bool unsteady; /* set by prepare() or arrange(): it warms until it is steady, and was not when
                      the time for that was over */
    enum dropped dropped;      /* set by verify() */
    char product[PRODUCT_MAX]; /* set by verify(): what the slot made and a digest of it, the same
                                  in every slot and target; empty: nothing that could be compared */

    /* Written by run() through the helpers below. */
    uint64_t bytes; /* bytes moved, for FIGURE_MB_PER_S; floating-point operations done, for
                       FIGURE_GFLOPS */
    struct delivery delivery;     /* set by verify() */
    struct statements statements; /* likewise */
    uint64_t own_ns; /* set by verify(): the time of this slot as the program itself tells it, which
                        then counts; it cannot be more than what run() took. 0: none */
    uint64_t own_ops;     /* likewise the operations that it did in that time. 0: those of run() */
    uint64_t excluded_ns; /* time inside run() that does not count, by work_exclude_begin/end */
    uint64_t exclude_from;
    struct histogram *latency; /* NULL when not wanted */
    /* See work_progress(); NULL: nobody listens. */
    void (*progress)(struct work *w, uint64_t ops, uint64_t ns);
    uint32_t sample; /* counts down to the next sampled operation */
};

/* The server of a served workload. It is not pinned: w->cpus are all that it may use. */
struct serve_ops {
    /* Bytes that it takes; NULL: little. */
    uint64_t (*memory)(const struct workload *w, const uint64_t param[PARAMS_MAX]);
    /* Make it ready: when this returns, a load can connect to the ports that it left in
     * w->endpoint. -1 with a sentence; close() is called all the same. */
    int (*open)(struct work *w);
    /* Serve until descriptor `end` is readable (then 0). -1 with a sentence when it cannot any
     * more: its program died, its port is gone. */
    int (*attend)(struct work *w, int end);
    void (*close)(struct work *w);
};

struct workload_ops {
    const char *id;
    const struct serve_ops *serve; /* of a served workload; all else is its load's */
    /* Bytes of memory that each of so many lanes takes with these parameters. NULL: little. The
     * agent refuses what does not fit the target's memory, before prepare(): a kernel does so by
     * killing. */
    uint64_t (*memory)(const struct workload *w, const uint64_t param[PARAMS_MAX], unsigned lanes);
    int (*prepare)(struct work *w);
    /* Before every slot, outside its time and before its lead-in. */
    int (*arrange)(struct work *w);
    /* Do count operations (count > 0, a multiple of w->step). */
    int (*run)(struct work *w, uint64_t count);
    /* Do count times what run() does besides the thing measured; the worker alternates it with
     * run() inside the slot and subtracts the time per operation. NULL: nothing is subtracted. */
    int (*overhead)(struct work *w, uint64_t count);
    /* Is what was done right? After every slot, outside its time. A wrong result is an error, not a
     * figure. */
    int (*verify)(struct work *w);
    /* Also called after a failed prepare(); everything made is gone afterwards. */
    void (*release)(struct work *w);
};

/* One list per file of kernels, each ends with NULL; agent/work.c knows the lists. */
extern const struct workload_ops *const workload_ops_null[];
extern const struct workload_ops *const workload_ops_sys[];
extern const struct workload_ops *const workload_ops_ctx[];
extern const struct workload_ops *const workload_ops_ram[];
extern const struct workload_ops *const workload_ops_membw[];
extern const struct workload_ops *const workload_ops_file[];
extern const struct workload_ops *const workload_ops_net[];
extern const struct workload_ops *const workload_ops_bonnie[];
extern const struct workload_ops *const workload_ops_exits[];
extern const struct workload_ops *const workload_ops_linpack[];
extern const struct workload_ops *const workload_ops_kbuild[];
extern const struct workload_ops *const workload_ops_spec[];
extern const struct workload_ops *const workload_ops_web[];
extern const struct workload_ops *const workload_ops_oltp[];
extern const struct workload_ops *const workload_ops_jbb[];
/* Shared by all programs (program/program.h); its id is NULL. */
extern const struct workload_ops workload_ops_program;
/* Of all kinds; each list and the whole end with NULL. */
extern const struct workload_ops *const *const workload_ops_lists[];
const struct workload_ops *workload_ops_find(const char *id);

/* Helpers for kernels (agent/work.c). */
uint64_t work_now_ns(void); /* CLOCK_MONOTONIC */
void work_exclude_begin(struct work *w);
void work_exclude_end(struct work *w);

/* Latency of one operation, for one in WORK_SAMPLE_EVERY operations, so that reading the clock does
 * not show in the figure: uint64_t from = work_sample_begin(w);  ...operation... work_sample_end(w,
 * from); */
#define WORK_SAMPLE_EVERY 16
static inline uint64_t work_sample_begin(struct work *w)
{
    if (!w->latency || --w->sample)
        return 0;
    w->sample = WORK_SAMPLE_EVERY;
    return work_now_ns();
}
static inline void work_sample_end(struct work *w, uint64_t from)
{
    if (__builtin_expect(from != 0, 0))
        histogram_record(w->latency, work_now_ns() - from);
}

/* How far one long operation is: so many in so much time, by the slot's start. For the screen; the
 * figure is what verify() sets. */
static inline void work_progress(struct work *w, uint64_t ops, uint64_t ns)
{
    if (w->progress)
        w->progress(w, ops, ns);
}

/* Code that runs inside the time stands in a section of its own; the sentences about what went
 * wrong there in another. Timed code calls timed code, sentences, and system calls, nothing else.
 */
#define WORK_TIMED  __attribute__((section(".text.timed")))
#define WORK_FAILED __attribute__((section(".text.failed"), cold, noinline))

/* fork+exec and fork+sh execute the program's own file with an argument that makes it do as
 * lmbench's hello does: so it is the same program in every target. main() of a program that links
 * the kernels begins with
 *     int hello = workload_hello(argc, argv);
 *     if (hello >= 0)
 *         return hello; */
int workload_hello(int argc, char **argv);

/* The compiler must assume that memory was used. */
#define WORK_KEEP(pointer) __asm__ volatile("" : : "g"(pointer) : "memory")

#endif
