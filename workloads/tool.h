/* tool.h - a foreign program as one long operation: make, or the tools of SPEC.
 *
 * It runs in the worker's scratch directory, on the processors that it was given, with nothing on
 * its input and all that it says in a log there. No shell makes its words, its environment is
 * fixed, and it dies with the worker. */
#ifndef VMTAX_TOOL_H
#define VMTAX_TOOL_H

#include "workloads/workload.h"

#include <limits.h>
#include <sys/types.h>

#define TOOL_CPUS_MAX  8192
#define TOOL_LONG_BITS (8 * sizeof(unsigned long))

struct tool {
    int scratch;                              /* directory */
    char home[PATH_MAX], temporary[PATH_MAX]; /* HOME= and TMPDIR=, both the scratch directory */
    unsigned long mask[TOOL_CPUS_MAX / TOOL_LONG_BITS];
    size_t cpus; /* that many are in the mask */
};

struct tool_command {
    const char *name; /* for sentences: "make lib/" */
    const char *const
        *files; /* the program: the first of these that can be executed; ends with NULL */
    char *const *argv, *const *envp; /* each ends with NULL */
    /* How much a line of its log says about what went wrong; 0: nothing. */
    int (*rank)(const char *line);
    unsigned user; /* whom root makes it first (child_user()); 0: nobody else */
};

/* Opens the scratch directory and takes the first cpus processors of the run (0, or more than there
 * are: all). -1 with a sentence; tool_close() is due in both cases. */
int tool_open(struct tool *t, struct work *w, uint64_t cpus);
/* Removes the log. */
void tool_close(struct tool *t);

/* Starts the program and waits for its end. 0 if that was 0; else -1 with the line of its log that
 * says most about why. Timed code. */
int tool_run(const struct tool *t, struct work *w, const struct tool_command *c);

/* Starts the program and goes on: its id, which is the caller's to end and to wait for (child.h);
 * -1 with a sentence. What it says goes to the descriptor out, or to the log if that is -1. */
pid_t tool_start(const struct tool *t, struct work *w, const struct tool_command *c, int out);

/* The line of the end of its log that says most, of several the first, cleaned; why stays as it is
 * if there is none. */
void tool_says(const struct tool *t, int (*rank)(const char *line), char *why, size_t size);

/* "ID cannot WHAT: errno". Returns -1. */
int tool_cannot(struct work *w, const char *what);

#endif
