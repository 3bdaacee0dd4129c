/* child.h - the processes that pipes and rings of tokens are measured with.
 *
 * A child lives until its owner ends it. It dies with the worker on every path: the kernel kills it
 * when the thread that forked it ends (PR_SET_PDEATHSIG; so fork from the worker's main thread),
 * and it holds nothing but its own pipe ends, so that it reads end of file when the others are
 * gone. */
#ifndef VMTAX_CHILD_H
#define VMTAX_CHILD_H

#include "workloads/workload.h"

#include <sched.h>
#include <stdbool.h>
#include <sys/types.h>

/* The value of parameter `placement`. */
enum placement { PLACEMENT_SAME, PLACEMENT_CROSS };

/* As fork(): 0 in the child, its id in the parent, -1 with a sentence in w->error. The child ends
 * by child_exit(), never by return. */
pid_t child_fork(struct work *w);
_Noreturn void child_exit(int status);
/* A user (and group) for a server that root starts: another one each time, of the numbers that
 * systems give to services for as long as these run, and nobody's, so that no other program's
 * processes or files are the server's. */
unsigned child_user(void);
/* In a child of root: becomes that user for good, in no other group. It is undone that the child
 * dies with its parent. A user namespace that has no such number has a root that is none outside
 * of it; that one stays who it is. False: neither. */
bool child_give_up_root(unsigned user);
/* In the child: close every descriptor but these two (different ones). */
void child_keep_only(int a, int b);
/* "was killed by signal 9", "ended with exit code 1": a status of waitpid(). */
#define CHILD_END_TEXT 40
char *child_end_words(int status, char out[CHILD_END_TEXT]);
/* Did the kernel, or somebody, kill it as is done where memory is short? */
bool child_was_killed(int status);
/* Kill and wait; *pid becomes 0. Nothing for *pid <= 0. */
void child_end(pid_t *pid);

/* Processor for process number i of a ring under a placement; -1: wherever the system likes (the
 * run names no processors). */
int child_cpu(const struct work *w, enum placement placement, size_t i);
/* -1 with a sentence if the placement wants more processors than the run has. */
int child_check_placement(struct work *w, enum placement placement);

/* Pin the calling thread to the run's first processor, and undo it. */
struct pinned {
    bool changed;
    cpu_set_t before;
};
int child_pin(int cpu); /* 0 for cpu -1; else as sched_setaffinity() */
int child_pin_self(struct work *w, struct pinned *p);
void child_unpin_self(struct pinned *p);

/* Two ends in fds[2], both close-on-exec; -1 with a sentence. */
int child_pipe(struct work *w, int fds[2]);
void child_close(int *fd); /* *fd becomes -1; nothing for -1 */

#endif
