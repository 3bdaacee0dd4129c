/* spawn.h - a child process tied to the life of this program, its standard streams in our hands.
 *
 * The kernel's "kill me when my parent dies" means the parent THREAD. So every child has a small
 * thread of its own here that forks it, keeps the last line of its standard error and waits for its
 * end; it lives exactly as long as the child. When vmtax dies, by whatever cause, so does the
 * child.
 *
 * The child: session and process group of its own, so no terminal; signal mask and dispositions
 * reset; all descriptors but
 * 0, 1, 2 (and pass_fd as 3) closed by exec, SIGKILL at the parent's death. */
#ifndef VMTAX_SPAWN_H
#define VMTAX_SPAWN_H

#include "error.h"
#include "target/ledger.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct cgroup;
struct spawn;

struct spawn_options {
    const char *const *argv; /* argv[0] is the file, absolute */
    const int *cpus;         /* processors the child may use; NULL: all of ours */
    size_t cpu_count;
    struct cgroup *cgroup; /* the child enters it before it executes anything; may be NULL */
    struct ledger *ledger; /* the child is promised to it before it executes anything */
    const char *scratch;   /* TMPDIR of the child; may be NULL */
    int pass_fd;           /* the child's descriptor 3; -1: none; stays the caller's */
    bool leaves_group;     /* what the child leaves behind in its group is meant to live on */
    const char *telling; /* a line of standard error with this text is not displaced by later ones;
                            a constant, or NULL */
};

/* NULL with a sentence (also when the file cannot be executed). */
struct spawn *spawn_new(const struct spawn_options *options, struct error *e);
pid_t spawn_pid(const struct spawn *s);
/* The child's standard input and output: non-blocking, close-on-exec, owned by the caller from the
 * first call on. */
void spawn_take_streams(struct spawn *s, int *to, int *from);
/* Waits until fd is readable (1), the child has ended (0), or the time is over (-1). */
int spawn_wait_readable(struct spawn *s, int fd, double seconds);
/* Has it ended, within this time? */
bool spawn_wait_end(struct spawn *s, double seconds);
/* SIGTERM to the child's group: shells remove what they have made. */
void spawn_terminate(struct spawn *s);
/* SIGKILL to the child's group. */
void spawn_kill(struct spawn *s);
/* "ended with exit code 3: last line of its standard error", "was ended by signal 9; the last line
 * before that: ...", which is not the reason. Printable ASCII. out may be cut. */
void spawn_last_words(struct spawn *s, char *out, size_t size);
/* The last line alone; the exit code (128 + the signal; -1 while it lives). */
void spawn_last_line(struct spawn *s, char *out, size_t size);
int spawn_exit_code(struct spawn *s);
/* Kills what still lives, waits (1.5 s at most), frees. NULL is allowed. */
void spawn_free(struct spawn *s);

#endif
