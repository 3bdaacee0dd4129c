/* threads.h - the processor time of a virtual machine monitor's threads: those that run virtual
 * processors, and all others.
 *
 * Source: /proc/PID/task/TID/schedstat, nanoseconds on a processor and nanoseconds runnable but
 * waiting for one (Linux, Documentation/scheduler/sched-stats.rst). Of a thread that is running
 * just now it is up to a tick of the scheduler old. Where the kernel does not fill it, the times of
 * /proc/PID/task/TID/stat are taken, in clock ticks, and the waiting is not known. */
#ifndef VMTAX_TARGET_THREADS_H
#define VMTAX_TARGET_THREADS_H

#include "counters.h"
#include "error.h"

#include <stddef.h>
#include <sys/types.h>

#define THREADS_MAX 1024

struct threads;

/* pid's threads, of which `count` (1..THREADS_MAX) run virtual processors (query-cpus-fast,
 * "thread-id"). One thread at a time uses the object; threads_free ends it. */
struct threads *threads_new(pid_t pid, const pid_t *vcpus, size_t count);

/* Adds COUNTER_VCPU_CPU, COUNTER_VMM_CPU and, where known, COUNTER_RUN_DELAY (of the vCPUs) to c.
 * Threads that ended between two readings keep in the sum what was last seen of them, so that it
 * never goes back. -1 with a sentence if a vCPU's thread cannot be read (the process has ended);
 * then c is as it was. */
int threads_read(struct threads *t, struct counters *c, struct error *e);

void threads_free(struct threads *t); /* NULL is allowed */

#endif
