/* command.h - the commands of vmtax: one const descriptor each, one file each (cmd_*.c; the
 * dashboard's is in ui/). */
#ifndef VMTAX_COMMAND_H
#define VMTAX_COMMAND_H

#include "error.h"
#include "option.h"

#include <stdio.h>

enum exit_code {
    EXIT_DONE = 0,
    EXIT_SOME_WORSE = 1, /* compare, check */
    EXIT_USAGE_OR_SETUP = 2,
    EXIT_INCONCLUSIVE = 3,   /* compare, check */
    EXIT_NOT_COMPARABLE = 4, /* compare, check */
    EXIT_INTERRUPTED = 130,
};

/* What `vmtax list` can list. */
struct listing {
    const char *id; /* "workloads" */
    int (*write)(const struct options *o, FILE *out, struct error *e);
};

struct command;
struct check;

/* What a command gets. */
struct context {
    const struct options *options;
    int interrupt_fd;                      /* readable when SIGINT, SIGTERM or SIGHUP came */
    const struct command *const *commands; /* those of --help; ends with NULL */
    const struct listing *const *listings; /* ends with NULL */
    /* A verdict (check_shared.h) as a screen, drawn where standard output is a terminal that can
     * show one; false: it is none. */
    bool (*draw_verdict)(const struct check *check, const struct options *o);
};

struct command {
    const char *name;
    const char *usage;   /* "run WORKLOAD... [OPTION...]" */
    const char *summary; /* one line for --help */
    const char *words;   /* what the words are, for --help; NULL: there are none */
    unsigned bit;        /* of enum command_bit */
    size_t words_min, words_max;
    bool plain_signals; /* a signal may end it at any place: it starts nothing, stores nothing */
    /* Exit code; errors are told on stderr by the caller when it returns -1. */
    int (*run)(const struct context *c, struct error *e);
};

extern const struct command command_run, command_record, command_check, command_compare,
    command_baseline, command_list, command_doctor, command_report, command_shell;
extern const struct listing listing_workloads, listing_targets, listing_results, listing_baselines,
    listing_recordings;

/* What a WORKLOAD is. */
#define COMMAND_WORKLOADS                                                                   \
    "WORKLOAD is an id (sys.read), an id with parameters (membw.frd:size=8M), a subsystem " \
    "(memory), a glob (ctx.*) or all; `vmtax list workloads` names them."

/* There is no such report format: -1 with the nearest and the list. */
int command_unknown_format(const char *name, struct error *e);
/* Exit code for an error: 130 when interrupted, else 2. */
int command_exit(const struct error *e);

#endif
