/* process.h - a worker as its supervisor sees it: started, asked, ended, and nothing left of it. */
#ifndef VMTAX_AGENT_PROCESS_H
#define VMTAX_AGENT_PROCESS_H

#include "error.h"
#include "workloads/agent/worker.h"

#include <sched.h>
#include <stdbool.h>
#include <sys/types.h>

struct process {
    pid_t pid;  /* also the id of its process group */
    int socket; /* messages of worker.h */
    struct worker_shared *shared;
    size_t shared_size;
    const struct workload *workload;
    char scratch[PATH_MAX]; /* its own directory, or empty */
    bool reaped;
    int wait_status;
};

struct process_plan {
    const struct workload *workload;
    const uint64_t *param;
    enum role role;
    const struct endpoint *endpoint; /* of a load, or a server without ports; else unused */
    unsigned lanes;
    const char *scratch;  /* where to make its directory, or NULL */
    const char *payloads; /* directory of programs, or NULL */
    const char *tree;     /* as struct work has it, or empty */
    bool warm, drop;      /* likewise */
    const void *cpu_mask;
    size_t cpu_mask_size; /* the processors that it may use */
};

/* Start a worker; it waits for process_run(). -1 with a sentence, and nothing is left. */
int process_start(struct process *p, const struct process_plan *plan, struct error *e);
int process_run(struct process *p, const struct worker_slot *slot);
/* Next message; 0 if there is none now. */
int process_message(struct process *p);
/* Let it leave its slot, release what it made, and exit. */
void process_ask_end(struct process *p);
/* Kill the whole group. */
void process_kill(struct process *p);
/* Call after SIGCHLD. True once the worker and all that it forked are dead and waited for. */
bool process_gone(struct process *p);
/* When there is no worker: wait for what one that was given up has left, and for orphans. */
void process_reap_strays(void);
/* How it died, as a sentence without an end: "died of signal 11 (Segmentation fault)". */
void process_describe(const struct process *p, char *out, size_t size);
/* Free what is left on this side, its scratch directory included. */
void process_release(struct process *p);

#endif
