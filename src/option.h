/* option.h - the one table of options. A row feeds the command line, vmtax.conf and --help.
 *
 * On the command line an option is --name VALUE or --name=VALUE; in vmtax.conf it is `name =
 * value`, one a line, # starts a comment. The command line wins. Bad input is a sentence that names
 * the option, the range and, for words, the nearest. Only the file has `target.NAME = WAY:GUEST`,
 * which names a guest that exists already. */
#ifndef VMTAX_OPTION_H
#define VMTAX_OPTION_H

#include "error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Commands that take an option, as bits. */
enum command_bit {
    FOR_DASHBOARD = 1,
    FOR_RUN = 2,
    FOR_RECORD = 4,
    FOR_COMPARE = 8,
    FOR_LIST = 16,
    FOR_DOCTOR = 32,
    FOR_REPORT = 64,
    FOR_SHELL = 128,
    FOR_CHECK = 256,
    FOR_SCREEN = 512,
    FOR_REPLAY = 1024,
    FOR_CHOOSING = FOR_DASHBOARD | FOR_RUN | FOR_RECORD, /* what to measure, and how often */
    FOR_MEASURING = FOR_CHOOSING | FOR_CHECK,
    FOR_MACHINES = FOR_MEASURING | FOR_SHELL | FOR_DOCTOR,
    FOR_ALL = 2047,
    NOT_IN_CONF = 2048, /* only on the command line */
};

/* Values of all options. Texts belong to the command line or to conf_texts. Zero is "not given" for
 * numbers that have no default of their own. */
struct options {
    const char *on; /* comma-separated targets; NULL: native and the usable guests */
    const char *profile;
    uint64_t blocks;
    double seconds;
    double budget;
    uint64_t cpus;
    uint64_t memory; /* bytes */
    const char *scratch;
    bool loopback;
    const char *tree;               /* of the kernel's sources */
    const char *spec, *spec_config; /* the user's SPEC CPU: directory, and name of a config file */
    const char *accel, *machine, *devices, *disk_cache, *kernel, *append, *qemu;
    const char *name; /* of a baseline */
    uint64_t sessions;
    bool anew;           /* --new: the baseline begins again */
    const char *against; /* a baseline's name or directory */
    double find;         /* percent */
    bool json, ndjson;
    const char *format;
    const char *output;
    const char *base;      /* target that a report compares with; NULL: native */
    const char *subsystem; /* the one that --format svg draws; NULL: all */
    bool redact;
    const char *size, *from; /* of a screen: "120x40", a result */
    bool ansi;
    bool rec; /* the session is recorded */
    bool quiet;
    bool help, version;
    const char *theme;
    const char *color;
    const char *glyphs;
    bool ascii, utf8, no_mouse, no_sync;
    /* Of vmtax.conf: targets with names of their own, in its order. */
    struct option_target {
        const char *name, *spec; /* as of reach.h */
    } * targets;
    size_t target_count, target_room;
    const char *judge; /* comma-separated targets that are judged on whatever machine they are */
    /* the rest of the command line */
    const char **words;
    size_t word_count;
    char **conf_texts; /* owned texts from vmtax.conf */
    size_t conf_count, conf_room;
};

enum option_type {
    OPTION_FLAG,
    OPTION_TEXT,
    OPTION_PATH,   /* a text that is not empty */
    OPTION_CHOICE, /* one of choices, separated by '|' */
    OPTION_COUNT,
    OPTION_SECONDS,
    OPTION_PERCENT,
    OPTION_BYTES, /* 512M, 2G */
};

struct option_row {
    const char *name;
    char letter; /* 0: none */
    enum option_type type;
    size_t offset; /* in struct options */
    double min, max;
    const char *choices;
    const char *argument; /* how help names the value */
    const char *help;
    unsigned commands; /* of enum command_bit */
};

/* Ends with name NULL. */
extern const struct option_row option_rows[];

void option_init(struct options *o);
void option_release(struct options *o);
/* Parse argv[from..argc): options of the command and words. */
int option_parse(struct options *o, unsigned command, int from, int argc, char **argv,
                 struct error *e);
/* Read $XDG_CONFIG_HOME/vmtax/vmtax.conf if it is there. A bad line is told on warnings and
 * skipped. */
void option_read_conf(struct options *o, FILE *warnings);
/* The same from a named file. */
int option_read_file(struct options *o, const char *path, FILE *warnings, struct error *e);
/* Lines of help for the options of the commands in the mask. */
void option_help(unsigned commands, FILE *out);

#endif
