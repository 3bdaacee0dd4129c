/* session.h - one conversation between vmtax and one agent. Synchronous and bounded: every call
 * ends by its deadline.
 *
 * The agent is untrusted: a line too long, a record out of sequence, an unknown slot, a flood,
 * silence or a lie about the clock ends in a sentence, never in a hang. One thread uses a session.
 */
#ifndef VMTAX_SESSION_H
#define VMTAX_SESSION_H

#include "clock.h"
#include "coretype.h"
#include "error.h"
#include "result.h"
#include "target/target.h"
#include "workloads/dropped.h"
#include "workloads/role.h"

#include <stdbool.h>
#include <stdint.h>

struct session;

struct session_hello {
    char sha256[65], kernel[64], clocksource[32], arch[16], virt[32];
    char boot[40];       /* the identity of the boot of its kernel; "unknown" */
    char client[48];     /* the address that whoever reached it by ssh has there; "unknown" */
    char server[48];     /* its own that it was reached by; "unknown" */
    char netns[32];      /* the number of its network namespace; "unknown" */
    char addresses[160]; /* its own of IPv4, but loopback's, with commas between */
    unsigned features;   /* of the processor (coretype.h); 0: not told */
    uint64_t cpus, memory_kib;
};

/* Takes over target's descriptors' use (not their ownership). Waits for the hello until timeout_s
 * seconds have passed; expected_sha256 (NULL: any) must match. waiter (NULL: nobody; its
 * interrupt_fd is watched in all later calls, too) hears what a guest that sets itself up is at. */
struct session *session_open(struct target *t, const char *expected_sha256, double timeout_s,
                             const struct target_waiter *waiter, struct error *e);
const struct session_hello *session_hello(const struct session *s);
const struct clock_audit *session_clock(const struct session *s);

/* One clock audit exchange set (best of eight); feeds session_clock. */
int session_audit_clock(struct session *s, struct error *e);

struct session_run {
    uint32_t slot;
    const char *workload;
    const char *params;
    double lead_s, time_s, tick_s;
    bool fresh; /* in a new worker process */
    uint64_t seed;
    bool warm;        /* of a load: one like it has warmed this server */
    bool drop;        /* the kernel is the target's own: its page cache may be dropped */
    const char *tree; /* archive of the kernel's sources, or config file in the tree of SPEC CPU,
                         seen by the target; NULL: none */
    enum role role;
    const struct endpoint *endpoint; /* of a load: its server; of a server: its address, where it
                                        listens and nowhere else */
    double patience_s;               /* the least that each phase may take (catalog.h) */
    double lap_s;                    /* what lead-in and timed part may take longer (likewise) */
    /* The timed part begins (once), and has ended (once, if it began and the session is not lost):
     * whoever counts beside the agent counts now. NULL: no interest. */
    void (*mark)(void *context, bool ended);
    /* Nothing has been heard for so many seconds (told once a second; 0: it is heard again), and
     * after limit_s the session is given up. NULL: no interest. */
    void (*silent)(void *context, double seconds, double limit_s);
};

struct session_tick {
    uint64_t ops;
    double value_ops_per_s; /* in this tick */
    double seconds;
};

struct session_result {
    uint64_t ops;
    double bytes;
    double agent_s;            /* timed part by the agent's clock, overhead phases excluded */
    double host_s;             /* the same on the host's time line */
    double overhead_s_per_op;  /* 0 when nothing is subtracted */
    uint64_t start_ns, end_ns; /* agent clock */
    struct latency latency;
    struct arrival arrival;
    struct statements statements;
    double tsc_per_s;       /* ticks of the time-stamp counter per second of the agent; 0 unknown */
    double steal;           /* NAN unknown */
    struct counters inside; /* what the target's kernel counted in the timed part */
    bool verified;
    enum dropped dropped;      /* of the kernel's page cache, after the slot */
    uint32_t flags;            /* FLAG_CLOCK ... */
    char engine[ENGINE_MAX];   /* the library that did the work; empty: the agent itself */
    char product[PRODUCT_MAX]; /* what the slot made, and its digest; empty: nothing to compare */
    char failure[REASON_MAX];  /* not empty: the workload could not run or its result was wrong; the
                                  session goes on */
};

/* Run one slot. tick (may be NULL) is called for each tick record, with the context that mark and
 * silent get too. 0 with the result (look at failure), -1 when the session is lost. */
int session_run(struct session *s, const struct session_run *run, struct session_result *out,
                void (*tick)(void *context, const struct session_tick *tick), void *context,
                struct error *e);

/* Let the agent make the server of run->workload ready, or keep the one that it has; out gets its
 * ports. 0, with failure (as in session_result) when there is none; -1 when the session is lost. It
 * serves until another workload is run here or session_rest(). */
int session_serve(struct session *s, const struct session_run *run, struct endpoint *out,
                  char failure[REASON_MAX], struct error *e);

/* What the agent said last that was no answer, as why a server ended that nobody asked for at that
 * moment; "": nothing since this was called before. */
void session_take_note(struct session *s, char out[REASON_MAX]);

/* What the target's kernel has counted since its boot, added to out; also while a server serves.
 * -1: the session is lost. */
int session_count(struct session *s, struct counters *out, struct error *e);

/* Let the agent end what it keeps of the last slot (its worker, files, memory) and wait until it is
 * gone. -1: the session is lost. */
int session_rest(struct session *s, struct error *e);

/* Ask the agent to end, wait briefly, free. The target is still the caller's. NULL is allowed. */
void session_close(struct session *s);

#endif
