/* target.h - where a workload runs: one const descriptor per kind.
 *
 * A target is started with the limits of struct target_options and gives a pair of file descriptors
 * that speak to an agent. It knows no workload. Whatever start() makes is written into the run's
 * ledger (ledger.h) before it exists, so that stop(), or the next start of vmtax after a SIGKILL,
 * can remove it. */
#ifndef VMTAX_TARGET_H
#define VMTAX_TARGET_H

#include "counters.h"
#include "error.h"
#include "ledger.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define TARGETS_MAX     8
#define TARGET_ID_MAX   96
#define TARGET_CPUS_MAX 256

/* What a virtual machine is made of; NULL: the first choice. Words as of the options of the same
 * names (option.c). */
struct machine_options {
    const char *accel;   /* auto, kvm, tcg */
    const char *machine; /* auto, microvm, q35, pc */
    const char *devices; /* virtio, emulated */
    const char *cache;   /* none, writeback, unsafe: of the scratch disk */
    const char *kernel;  /* image file; NULL: found (kernel.h) */
    const char *append;  /* further words for its command line */
    const char *qemu;    /* program; NULL: found */
};

struct target_facts;

/* Who waits for a start that takes longer than a moment. */
struct target_waiter {
    void *context;
    void (*stage)(void *context, const char *text); /* what it waits for now; may be NULL */
    /* What starts now is emulated, for this reason; may be NULL. */
    void (*emulated)(void *context, const char *why);
    /* What is there already of a machine that boots, and its kernel's version; may be NULL. */
    void (*made)(void *context, const struct target_facts *facts, const char *kernel);
    int interrupt_fd; /* readable: give up with ERROR_INTERRUPTED; -1: none */
};

struct target_options {
    size_t cpu_count;          /* processors that the workload may use (> 0) */
    int cpus[TARGET_CPUS_MAX]; /* the host's numbers of them */
    size_t host_cpus;          /* all that vmtax itself may use, these among them; 0: unknown */
    uint64_t memory_bytes;     /* limit; 0 = none */
    const char *agent_path;    /* the agent's file on the host */
    const char *scratch; /* private directory on a real disk; every target sees it by the same path;
                            the agent gets it as --scratch and $TMPDIR; NULL: none */
    uint64_t scratch_bytes;         /* what the workloads will write there at most; 0: little */
    const char *tree;               /* directory of the kernel's sources; NULL: found (tree.h) */
    const char *spec, *spec_config; /* directory of SPEC CPU and name of a config file (spec.h) */
    const char *scratch_seed; /* what lies in this directory is in scratch, too, and in that of a
                                 target with a scratch disk of its own; NULL: nothing */
    bool network;             /* the workloads speak to the host */
    bool loopback;            /* native does so by loopback */
    bool wire;                /* not to the host but to another machine (pair.h): native by the
                                 host's own interfaces */
    struct machine_options machine;
    pid_t network_of;  /* the user and network namespaces to be in are this process's, which we may
                          enter; 0: as always */
    const char *judge; /* comma-separated ids of reached guests that are judged although another
                          kernel than native's runs there; NULL: none */
    const struct target_waiter *waiter; /* NULL: nobody */
    bool unlimited; /* nobody is to have limits, as nobody had any in what this is compared with */
    bool limits;    /* false: no cgroup limits (native beside a guest that cannot have any); the
                       processors are still held to by affinity, which everybody may set */
};

enum target_use {
    TARGET_USABLE,
    TARGET_LIMITED,  /* works, but not everything: reason says what */
    TARGET_UNUSABLE, /* reason and remedy */
};

struct target_probe {
    enum target_use use;
    char how[64];     /* "liblxc 5.0.2", "bubblewrap, rootless" */
    bool silent;      /* UNUSABLE, because it did not answer in time */
    char reason[256]; /* a sentence, when not USABLE */
    char remedy[256]; /* what to do: "apt install lxc", ... */
    bool limits;      /* cpu and memory limits can be applied */
    bool emulated;    /* it would run, but without the hardware's help */
};

/* Facts for the target card and the result document. */
struct target_facts {
    char how[64];
    char network[64];    /* path to the host: "veth 10.x.y.1 - 10.x.y.2", "loopback", "none" */
    char path[32];       /* the same without addresses: "veth", "virtio, tap" */
    char address[16];    /* at which the host reaches it, dotted; empty: it does not */
    bool in_host;        /* its network is the host's own */
    pid_t network_of;    /* the host's side of it is in the user and network namespaces of this
                            process, which we may enter; 0: in ours */
    bool own_network;    /* not made by vmtax: who speaks with the agent learns address, path and
                            network from it (guest_address.h) */
    char unreached[256]; /* why address is empty, and what to do, where that is found out */
    char limits[96];     /* "cpus 0-1, memory 1536 MiB (cgroup v1)" */
    char devices[64];    /* of a machine: "virtio, disk cache none"; else empty */
    char append[128];    /* of a machine: further words for its kernel; else empty */
    char remark[256];    /* a sentence for the log: why it is emulated, slower, ... or empty */
    bool limited;        /* the limits are in force */
    bool emulated;
    double start_s; /* from start() to the agent's first byte (or to giving up waiting for it) */
    uint32_t flags; /* of enum flag (stats.h) that hold for every row */
};

struct target;
struct reach;

struct target_kind {
    const char *id;    /* "container"; "ssh:box" */
    const char *title; /* "container" */
    const char *what;  /* one sentence */
    bool only_by_name; /* never taken unless asked for */
    bool own_disk;     /* its scratch is a disk of its own: an image of disk_bytes() (disk.h) */
    double start_s;    /* what a start takes as a rule, for the estimate; 0: next to nothing */
    const struct reach *way; /* how a guest that exists already is reached (reach.h), */
    const char *where;       /* and which one, NULL: none yet; else both NULL */
    void (*probe)(const struct target_kind *kind, const struct target_options *options,
                  struct target_probe *out);
    /* Blocking, at most a few seconds, a minute for a machine that boots slowly (then it listens to
     * options->waiter); from any thread. The caller owns the target and ends it by
     * target_stop(). NULL with a sentence. */
    struct target *(*start)(const struct target_kind *kind, const struct target_options *options,
                            struct ledger *ledger, struct error *e);
    /* What the host knows about the target (counters.h), cumulative: adds to *out, which the caller
     * has zeroed. Called at the begin and the end of each slot: a few milliseconds at most. NULL:
     * none. */
    void (*counters)(struct target *t, struct counters *out);
    /* Why it ended, as far as it said: target_last_words(). NULL: unknown. */
    void (*last_words)(struct target *t, char *out, size_t size);
    /* Ends everything; bounded (5 s); frees t. */
    void (*stop)(struct target *t);
};

/* Every kind embeds this first. */
struct target {
    const struct target_kind *kind;
    int to_agent;   /* non-blocking, close-on-exec; owned */
    int from_agent; /* non-blocking, close-on-exec; owned; may equal to_agent */
    struct target_facts facts;
};

/* Ends with NULL; native first. */
extern const struct target_kind *const target_kinds[];
const struct target_kind *target_find(const char *id);
/* What results and screens know a kind by: "container"; "ssh" of "ssh:box". */
const char *target_kind_name(const struct target_kind *kind);

/* After the streams ended: "ended with exit code 3: last line of its standard error", printable
 * ASCII; empty when nothing is known. For the sentence of the session. */
void target_last_words(struct target *t, char *out, size_t size);
/* kind->start(). */
struct target *target_start(const struct target_kind *kind, const struct target_options *options,
                            struct ledger *ledger, struct error *e);
void target_stop(struct target *t); /* NULL is allowed */

#endif
