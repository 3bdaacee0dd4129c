/* option.h - the one table of options. A row feeds the command line, vmtax.conf (conf.h), the
 * dashboard's settings and --help.
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
    FOR_DEMO = 2048,
    FOR_BASELINE = 16384,
    FOR_ALL = 4095 | FOR_BASELINE,
    NOT_IN_CONF = 4096,  /* only on the command line */
    FOR_COMPLETE = 8192, /* has no options */
};

/* "key.sort = F5" of vmtax.conf; texts belong to conf_texts. */
struct option_key {
    const char *name, *value; /* "sort", "F5" */
    int line;
};

#define OPTION_ROWS_MAX 64

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
    const char *peer; /* a target that is reached by ssh; NULL: the host */
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
    const char *metrics, *junit, *html, *md; /* files for the verdict of a check */
    const char *format;
    const char *output;
    const char *base;      /* target that a report compares with; NULL: native */
    const char *subsystem; /* the one that --format svg draws; NULL: all */
    bool redact;
    const char *size;   /* of a screen: "120x40" */
    double at;          /* moment of a recording; INFINITY: its end */
    const char *replay; /* of a demo: a recording */
    double turn_s;      /* seconds of its slides; 0: keys turn them */
    bool rec;           /* the session is recorded */
    bool quiet_ui;      /* the dashboard is drawn between slots only */
    bool quiet;
    bool help, version;
    const char *theme;
    const char *color;
    const char *glyphs;
    bool ascii, utf8, no_mouse, clipboard, no_sync, reader;
    bool plain; /* the findings in sentences, no dashboard */
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
    struct option_key *keys; /* lines of vmtax.conf about keys, not looked into; owned */
    size_t key_count, key_room;
    const char *conf_file;           /* the vmtax.conf that was read; NULL: none */
    int conf_lines[OPTION_ROWS_MAX]; /* of its lines the one that gave a row its value; 0: none */
};

enum option_type {
    OPTION_FLAG,
    OPTION_TEXT,
    OPTION_PATH,   /* a text that is not empty */
    OPTION_CHOICE, /* one of choices, separated by '|' */
    OPTION_COUNT,
    OPTION_EVEN, /* a count of what comes in pairs */
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
/* The row of a name, which need not end there; NULL: none. */
const struct option_row *option_find(const char *name, size_t length);
/* The row of a letter; NULL: none. */
const struct option_row *option_find_letter(char letter);
/* There is none: -1 with the nearest. before is what stands before the name: "option --", "option
 * -" or "setting ". */
int option_unknown(const char *before, const char *name, size_t length, struct error *e);
/* One option as vmtax.conf has it: a flag is yes or no. The value is copied. */
int option_set(struct options *o, const struct option_row *r, const char *value, struct error *e);
/* As if it had not been given. */
void option_unset(struct options *o, const struct option_row *r);
/* The value as option_set takes it; "" where it was not given. Returns out. */
char *option_text(const struct options *o, const struct option_row *r, char *out, size_t size);
/* Where the value is from, to begin a sentence about it: "--cpus" or
 * "/home/me/.config/vmtax/vmtax.conf, line 3: cpus". Returns out. */
char *option_source(const struct options *o, const struct option_row *r, char *out, size_t size);
/* A sentence that begins with an option, "--cpus 900: ...", begins with the line of vmtax.conf
 * where the value stands if that is where it is from. Returns -1. */
int option_blame(const struct options *o, struct error *e);
/* One that is about the value of an option begins so, too, if it is from there. Returns -1. */
int option_blame_row(const struct options *o, const char *name, struct error *e);
/* Values of from, to be changed for themselves: to owns only what it is set to, and must not live
 * longer than from. Words and keys are left out. */
void option_borrow(struct options *to, const struct options *from);
/* The texts that from owns are to's from now on, and live as long; from keeps its values. */
void option_hand_over(struct options *to, struct options *from);
/* Lines of help for the options of the commands in the mask. */
void option_help(unsigned commands, FILE *out);

#endif
