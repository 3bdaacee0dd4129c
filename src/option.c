#include "option.h"

#include "text.h"
#include "xalloc.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define AT(member) offsetof(struct options, member)

const struct option_row option_rows[] = {
    {"on", 'o', OPTION_TEXT, AT(on), 0, 0, NULL, "TARGET,...",
     "where to measure; native is always among them (default: native and every guest that works; "
     "for check, those of the baseline)",
     FOR_MEASURING | FOR_DEMO},
    {"judge", 0, OPTION_TEXT, AT(judge), 0, 0, NULL, "TARGET,...",
     "reached guests that get verdicts although their kernel does not run on this machine: virtual "
     "machines of this host, or a machine of the same make (default: none)",
     FOR_MEASURING},
    {"profile", 'p', OPTION_CHOICE, AT(profile), 0, 0, "quick|standard|paper", "PROFILE",
     "how much: quick (120 s, two stages), standard (8 blocks of each row) or paper (the full "
     "sweeps); default: standard, but quick for record and the dashboard's R",
     FOR_CHOOSING},
    {"blocks", 'b', OPTION_EVEN, AT(blocks), 2, 200, NULL, "N",
     "blocks of each row, an even number; intervals are exact from 6 on (default: 8)",
     FOR_CHOOSING},
    {"seconds", 's', OPTION_SECONDS, AT(seconds), 0.01, 600, NULL, "S",
     "length of a slot (default: the workload's own)", FOR_MEASURING},
    {"budget", 0, OPTION_SECONDS, AT(budget), 1, 86400, NULL, "S",
     "seconds after which no further block is started (default: 120 with the profile quick, 180 for "
     "all of a check, else none)",
     FOR_MEASURING | FOR_DEMO},
    {"cpus", 'c', OPTION_COUNT, AT(cpus), 1, 256, NULL, "N",
     "processors of each target (default: 2, or what there is)",
     FOR_MEASURING | FOR_SHELL | FOR_DEMO},
    {"memory", 'm', OPTION_BYTES, AT(memory), 67108864, 1125899906842624, NULL, "SIZE",
     "memory limit of each target, from 64M (default: 1536M, as in the paper)",
     FOR_MEASURING | FOR_SHELL | FOR_DEMO},
    {"scratch", 0, OPTION_PATH, AT(scratch), 0, 0, NULL, "DIR",
     "where disk workloads write; must be on a disk (default: /var/tmp or ~/.cache)",
     FOR_MEASURING},
    {"peer", 0, OPTION_TEXT, AT(peer), 0, 0, NULL, "TARGET",
     "the machine that loads the servers of network and web rows, ssh:HOST or a name of "
     "vmtax.conf's, so that they cross the wire to it (default: this machine)",
     FOR_MEASURING},
    {"loopback", 0, OPTION_FLAG, AT(loopback), 0, 0, NULL, NULL,
     "network and servers on native by loopback, not by a veth pair of its own as guests have one: "
     "another path, which every comparison says",
     FOR_MEASURING},
    {"tree", 0, OPTION_TEXT, AT(tree), 0, 0, NULL, "DIR",
     "kernel sources that kbuild compiles (default: the newest /usr/src/linux-source-*.tar.xz)",
     FOR_MEASURING},
    {"spec", 0, OPTION_PATH, AT(spec), 0, 0, NULL, "DIR",
     "the user's own SPEC CPU2006 or CPU2017, installed and built, for spec.*; its times are "
     "estimates (default: none)",
     FOR_CHOOSING | FOR_LIST | FOR_DOCTOR},
    {"spec-config", 0, OPTION_PATH, AT(spec_config), 0, 0, NULL, "CONFIG",
     "the file in DIR/config that SPEC's tools get (default: the only one that is no example)",
     FOR_CHOOSING | FOR_LIST | FOR_DOCTOR},
    {"accel", 0, OPTION_CHOICE, AT(accel), 0, 0, "auto|kvm|tcg", "ACCEL",
     "what virtual machines run by: kvm (refuse otherwise), tcg (emulated, never judged) or auto: "
     "kvm, and where that does not work tcg (default: auto)",
     FOR_MACHINES},
    {"machine", 0, OPTION_CHOICE, AT(machine), 0, 0, "auto|microvm|q35|pc", "TYPE",
     "QEMU's machine type (default: the one that is ready first)", FOR_MACHINES},
    {"devices", 0, OPTION_CHOICE, AT(devices), 0, 0, "virtio|emulated", "MODEL",
     "disk and network card of virtual machines: virtio, or emulated (IDE, e1000) as the paper's "
     "were (default: virtio)",
     FOR_MACHINES},
    {"disk-cache", 0, OPTION_CHOICE, AT(disk_cache), 0, 0, "none|writeback|unsafe", "MODE",
     "what the host does with writes of a virtual machine's scratch disk: none (past its page "
     "cache), writeback (through it) or unsafe (it even ignores flushes) (default: none)",
     FOR_MACHINES},
    {"kernel", 0, OPTION_PATH, AT(kernel), 0, 0, NULL, "FILE",
     "kernel image of virtual machines (default: the running one, or the newest that is here)",
     FOR_MACHINES},
    {"append", 0, OPTION_TEXT, AT(append), 0, 0, NULL, "WORDS",
     "further words for the command line of their kernel, such as mitigations=off", FOR_MACHINES},
    {"qemu", 0, OPTION_PATH, AT(qemu), 0, 0, NULL, "FILE",
     "QEMU's program (default: qemu-system-x86_64 where it is usually installed)", FOR_MACHINES},
    {"name", 'n', OPTION_TEXT, AT(name), 0, 0, NULL, "NAME",
     "the baseline's name; for import another than its own (default: \"default\")",
     FOR_RECORD | FOR_BASELINE | FOR_DASHBOARD},
    {"sessions", 0, OPTION_COUNT, AT(sessions), 1, 20, NULL, "N", "sessions to record (default: 3)",
     FOR_RECORD},
    {"new", 0, OPTION_FLAG, AT(anew), 0, 0, NULL, NULL,
     "begin the baseline again; the sessions that it has are kept under another name",
     FOR_RECORD | FOR_BASELINE | NOT_IN_CONF},
    {"against", 'a', OPTION_PATH, AT(against), 0, 0, NULL, "BASELINE",
     "the baseline to check against: a name, a baseline's file, or the path of a directory with "
     "sessions (default: \"default\")",
     FOR_CHECK | FOR_DASHBOARD | FOR_SCREEN},
    {"find", 0, OPTION_PERCENT, AT(find), 0.1, 99, NULL, "PERCENT",
     "what a check must be able to find to call it nothing worse (default: 10)",
     FOR_CHECK | FOR_DASHBOARD | FOR_SCREEN},
    {"json", 'j', OPTION_FLAG, AT(json), 0, 0, NULL, NULL, "JSON on stdout instead of text",
     FOR_RUN | FOR_RECORD | FOR_CHECK | FOR_COMPARE | FOR_BASELINE | FOR_LIST | FOR_DOCTOR |
         NOT_IN_CONF},
    {"ndjson", 0, OPTION_FLAG, AT(ndjson), 0, 0, NULL, NULL,
     "one JSON object a line on stdout: each slot as it ends, then the comparisons",
     FOR_RUN | NOT_IN_CONF},
    {"metrics", 0, OPTION_PATH, AT(metrics), 0, 0, NULL, "FILE",
     "write the verdict there, too, as OpenMetrics for the node exporter's textfile collector",
     FOR_CHECK | NOT_IN_CONF},
    {"junit", 0, OPTION_PATH, AT(junit), 0, 0, NULL, "FILE",
     "write the verdict there, too, as JUnit XML for build servers", FOR_CHECK | NOT_IN_CONF},
    {"html", 0, OPTION_PATH, AT(html), 0, 0, NULL, "FILE",
     "write the verdict there, too, as a page with charts, in one file", FOR_CHECK | NOT_IN_CONF},
    {"md", 0, OPTION_PATH, AT(md), 0, 0, NULL, "FILE",
     "write the verdict there, too, as Markdown for a document or an issue",
     FOR_CHECK | NOT_IN_CONF},
    {"format", 'f', OPTION_TEXT, AT(format), 0, 0, NULL, "FORMAT",
     "text, plain (sentences), json, csv, md, html, svg, openmetrics or junit; of a check text, "
     "json, md, html, openmetrics or junit; of a screen text, ansi (text with colours) or svg "
     "(default: text)",
     FOR_REPORT | FOR_RUN | FOR_CHECK | FOR_SCREEN | NOT_IN_CONF},
    {"base", 0, OPTION_TEXT, AT(base), 0, 0, NULL, "TARGET",
     "what the others are compared with, by text and csv: any target of the result (default: "
     "native)",
     FOR_REPORT | NOT_IN_CONF},
    {"subsystem", 0, OPTION_TEXT, AT(subsystem), 0, 0, NULL, "SUBSYSTEM",
     "the only one that svg draws (default: all)", FOR_REPORT | NOT_IN_CONF},
    {"redact", 0, OPTION_FLAG, AT(redact), 0, 0, NULL, NULL,
     "without names of hosts and users, serial numbers, addresses and users' paths; holds for what "
     "--rec records, too",
     FOR_REPORT | FOR_CHECK | NOT_IN_CONF},
    {"size", 0, OPTION_TEXT, AT(size), 0, 0, NULL, "WxH",
     "columns and rows of the screen (default: 80x24)", FOR_SCREEN | NOT_IN_CONF},
    {"at", 0, OPTION_SECONDS, AT(at), 0, 86400, NULL, "S",
     "which moment of a recording, in seconds from its beginning (default: its end)",
     FOR_SCREEN | NOT_IN_CONF},
    {"replay", 0, OPTION_PATH, AT(replay), 0, 0, NULL, "RECORDING",
     "show this instead of measuring: a name of `vmtax list recordings`, a file, last, or example",
     FOR_DEMO | NOT_IN_CONF},
    {"auto", 0, OPTION_SECONDS, AT(turn_s), 1, 3600, NULL, "S",
     "turn the slides after so many seconds, around and around (default: by keys)",
     FOR_DEMO | NOT_IN_CONF},
    {"output", 0, OPTION_PATH, AT(output), 0, 0, NULL, "FILE", "write there instead of stdout",
     FOR_REPORT | NOT_IN_CONF},
    {"quiet", 'q', OPTION_FLAG, AT(quiet), 0, 0, NULL, NULL, "no progress on stderr",
     FOR_RUN | FOR_RECORD | FOR_CHECK | FOR_BASELINE},
    {"rec", 0, OPTION_FLAG, AT(rec), 0, 0, NULL, NULL, "record what is shown, for `vmtax replay`",
     FOR_DASHBOARD | FOR_RUN | FOR_RECORD | FOR_CHECK | FOR_DEMO},
    {"quiet-ui", 0, OPTION_FLAG, AT(quiet_ui), 0, 0, NULL, NULL,
     "draw between slots only: while the timed part of one runs the screen stands still, but for "
     "keys",
     FOR_DASHBOARD | FOR_DEMO},
    {"plain", 0, OPTION_FLAG, AT(plain), 0, 0, NULL, NULL,
     "print what the dashboard would show first, a sentence for each finding, and end: for screen "
     "readers and logs",
     FOR_DASHBOARD | NOT_IN_CONF},
    {"theme", 't', OPTION_TEXT, AT(theme), 0, 0, NULL, "THEME",
     "colours of the dashboard; `vmtax list themes` names them",
     FOR_DASHBOARD | FOR_SCREEN | FOR_REPLAY | FOR_DEMO},
    {"color", 0, OPTION_CHOICE, AT(color), 0, 0, "auto|mono|8|16|256", "DEPTH",
     "colours at most: auto, mono, 8, 16 or 256 (default: what the terminal has; NO_COLOR means "
     "mono)",
     FOR_DASHBOARD | FOR_SCREEN | FOR_REPLAY | FOR_DEMO},
    {"glyphs", 0, OPTION_CHOICE, AT(glyphs), 0, 0, "ascii|block|braille", "SET",
     "characters of graphs: ascii, block or braille (default: braille where the locale is UTF-8)",
     FOR_DASHBOARD | FOR_SCREEN | FOR_REPLAY | FOR_DEMO},
    {"ascii", 0, OPTION_FLAG, AT(ascii), 0, 0, NULL, NULL, "ASCII characters only",
     FOR_DASHBOARD | FOR_RUN | FOR_REPORT | FOR_SCREEN | FOR_REPLAY | FOR_DEMO},
    {"utf8", 0, OPTION_FLAG, AT(utf8), 0, 0, NULL, NULL,
     "the terminal shows UTF-8 although the locale does not say so",
     FOR_DASHBOARD | FOR_RUN | FOR_REPORT | FOR_SCREEN | FOR_REPLAY | FOR_DEMO},
    {"no-mouse", 0, OPTION_FLAG, AT(no_mouse), 0, 0, NULL, NULL, "leave the mouse to the terminal",
     FOR_DASHBOARD | FOR_REPLAY | FOR_DEMO},
    {"clipboard", 0, OPTION_FLAG, AT(clipboard), 0, 0, NULL, NULL,
     "what the key y writes into a file goes to the terminal's clipboard, too, where it has one",
     FOR_DASHBOARD | FOR_REPLAY | FOR_DEMO},
    {"no-sync", 0, OPTION_FLAG, AT(no_sync), 0, 0, NULL, NULL,
     "no synchronized updates, for terminals that show them as text",
     FOR_DASHBOARD | FOR_REPLAY | FOR_DEMO},
    {"reader", 0, OPTION_FLAG, AT(reader), 0, 0, NULL, NULL,
     "for screen readers and magnifiers: the terminal's cursor shows, and stays on what is "
     "selected; one frame a second; no braille unless --glyphs asks for it",
     FOR_DASHBOARD | FOR_REPLAY | FOR_DEMO},
    {"help", 'h', OPTION_FLAG, AT(help), 0, 0, NULL, NULL, "this text", FOR_ALL | NOT_IN_CONF},
    {"version", 'V', OPTION_FLAG, AT(version), 0, 0, NULL, NULL, "the version",
     FOR_DASHBOARD | NOT_IN_CONF},
    {0},
};

_Static_assert(sizeof option_rows / sizeof *option_rows <= OPTION_ROWS_MAX, "a line for each row");

void option_init(struct options *o)
{
    *o = (struct options){.at = INFINITY};
}

void option_release(struct options *o)
{
    for (size_t i = 0; i < o->conf_count; i++)
        free(o->conf_texts[i]);
    free(o->conf_texts);
    free(o->keys);
    free(o->targets);
    free(o->words);
    option_init(o);
}

void option_borrow(struct options *to, const struct options *from)
{
    *to = *from;
    to->words = NULL;
    to->word_count = 0;
    to->conf_texts = NULL;
    to->conf_count = to->conf_room = 0;
    to->keys = NULL;
    to->key_count = to->key_room = 0;
    to->targets = xcalloc(from->target_count + 1, sizeof *to->targets);
    to->target_room = from->target_count + 1;
    for (size_t i = 0; i < from->target_count; i++)
        to->targets[i] = from->targets[i];
}

void option_hand_over(struct options *to, struct options *from)
{
    for (size_t i = 0; i < from->conf_count; i++) {
        XGROW(to->conf_texts, to->conf_count, to->conf_room);
        to->conf_texts[to->conf_count++] = from->conf_texts[i];
    }
    from->conf_count = 0;
}

const struct option_row *option_find(const char *name, size_t length)
{
    for (const struct option_row *r = option_rows; r->name; r++)
        if (strlen(r->name) == length && memcmp(r->name, name, length) == 0)
            return r;
    return NULL;
}

const struct option_row *option_find_letter(char letter)
{
    for (const struct option_row *r = option_rows; r->name; r++)
        if (r->letter && r->letter == letter)
            return r;
    return NULL;
}

int option_unknown(const char *before, const char *name, size_t length, struct error *e)
{
    bool conf = before[0] == 's';
    char word[40], clean[80];
    snprintf(word, sizeof word, "%.*s", (int)(length < 39 ? length : 39), name);
    const char *names[sizeof option_rows / sizeof *option_rows];
    size_t n = 0;
    for (const struct option_row *r = option_rows; r->name; r++)
        if (!conf || !(r->commands & NOT_IN_CONF))
            names[n++] = r->name;
    names[n] = NULL;
    const char *near = text_nearest(word, names);
    text_clean(clean, sizeof clean, word);
    if (near)
        return error_set(e, ERROR_USAGE, "there is no %s%s; did you mean %s%s?", before, clean,
                         conf ? "" : "--", near);
    return error_set(e, ERROR_USAGE, "there is no %s%s; see vmtax%s", before, clean,
                     conf ? ".conf(5)" : " --help");
}

static int out_of_range(const struct option_row *r, const char *dashes, const char *value,
                        struct error *e)
{
    char clean[64];
    text_clean(clean, sizeof clean, *value ? value : "\"\"");
    if (r->type == OPTION_BYTES)
        return error_set(e, ERROR_USAGE,
                         "%s%s %s: a size from 64M to 1024T is wanted, such as 1536M or 2G", dashes,
                         r->name, clean);
    return error_set(e, ERROR_USAGE, "%s%s %s: %s from %g to %g is wanted", dashes, r->name, clean,
                     r->type == OPTION_COUNT     ? "a whole number"
                     : r->type == OPTION_EVEN    ? "an even number"
                     : r->type == OPTION_PERCENT ? "a percentage"
                                                 : "a number of seconds",
                     r->min, r->max);
}

static bool is_choice(const char *choices, const char *value)
{
    size_t length = strlen(value);
    for (const char *c = choices; length && c;) {
        const char *end = strchr(c, '|');
        if (strncmp(c, value, length) == 0 && (c[length] == '|' || c[length] == '\0'))
            return true;
        c = end ? end + 1 : NULL;
    }
    return false;
}

static double parse_bytes(const char *value)
{
    char *end;
    double n = strtod(value, &end);
    if (end == value || !isdigit((unsigned char)value[0]))
        return NAN;
    const char *units = "KMGT";
    const char *unit = *end ? strchr(units, toupper((unsigned char)*end)) : NULL;
    if (unit) {
        for (const char *u = units; u <= unit; u++)
            n *= 1024;
        end++;
        if (end[0] == 'i' && end[1] == 'B')
            end += 2;
    }
    return *end ? NAN : n;
}

static double parse_number(const char *value)
{
    char *end;
    if (!isdigit((unsigned char)value[0]) && value[0] != '.')
        return NAN;
    errno = 0;
    double n = strtod(value, &end);
    return *end || errno ? NAN : n;
}

/* 0.2s and 10% are what people type. */
static double parse_unit(const char *value, char unit)
{
    char text[32];
    size_t length = strlen(value);
    if (length >= sizeof text || length < 2 || value[length - 1] != unit)
        return parse_number(value);
    memcpy(text, value, length - 1);
    text[length - 1] = '\0';
    return parse_number(text);
}

/* dashes: how sentences write the name, "--" of the command line or "". */
static int read_value(struct options *o, const struct option_row *r, const char *dashes,
                      const char *value, struct error *e)
{
    void *member = (char *)o + r->offset;
    double n;
    switch (r->type) {
    case OPTION_FLAG:
        *(bool *)member = true;
        return 0;
    case OPTION_PATH:
        if (!*value)
            return error_set(e, ERROR_USAGE,
                             "%s%s \"\": a %s is wanted; leave the option out for the usual one",
                             dashes, r->name,
                             strcmp(r->argument, "DIR") == 0        ? "directory"
                             : strcmp(r->argument, "BASELINE") == 0 ? "baseline"
                                                                    : "file");
        *(const char **)member = value;
        return 0;
    case OPTION_TEXT:
        *(const char **)member = value;
        return 0;
    case OPTION_CHOICE:
        if (!is_choice(r->choices, value)) {
            char clean[64];
            text_clean(clean, sizeof clean, *value ? value : "\"\"");
            return error_set(e, ERROR_USAGE, "%s%s %s: one of %s is wanted", dashes, r->name, clean,
                             r->choices);
        }
        *(const char **)member = value;
        return 0;
    case OPTION_COUNT:
    case OPTION_EVEN:
        n = parse_number(value);
        if (!(n >= r->min && n <= r->max) || n != floor(n) ||
            (r->type == OPTION_EVEN && fmod(n, 2) != 0))
            return out_of_range(r, dashes, value, e);
        *(uint64_t *)member = (uint64_t)n;
        return 0;
    case OPTION_SECONDS:
        n = parse_unit(value, 's');
        if (!(n >= r->min && n <= r->max))
            return out_of_range(r, dashes, value, e);
        *(double *)member = n;
        return 0;
    case OPTION_PERCENT:
        n = parse_unit(value, '%');
        if (!(n >= r->min && n <= r->max))
            return out_of_range(r, dashes, value, e);
        *(double *)member = n;
        return 0;
    case OPTION_BYTES:
        n = parse_bytes(value);
        if (!(n >= r->min && n <= r->max))
            return out_of_range(r, dashes, value, e);
        *(uint64_t *)member = (uint64_t)n;
        return 0;
    }
    BUG("option of no type");
}

static int set(struct options *o, const struct option_row *r, const char *dashes, const char *value,
               struct error *e)
{
    if (read_value(o, r, dashes, value, e) < 0)
        return -1;
    o->conf_lines[r - option_rows] = 0;
    return 0;
}

/* A text that lives as long as the options. */
static const char *keep(struct options *o, const char *text)
{
    XGROW(o->conf_texts, o->conf_count, o->conf_room);
    return o->conf_texts[o->conf_count++] = xstrdup(text);
}

int option_set(struct options *o, const struct option_row *r, const char *value, struct error *e)
{
    if (r->type == OPTION_FLAG) {
        if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
            return error_set(e, ERROR_USAGE, "%s: yes or no is wanted", r->name);
        *(bool *)((char *)o + r->offset) = value[0] == 'y';
        o->conf_lines[r - option_rows] = 0;
        return 0;
    }
    bool text = r->type == OPTION_TEXT || r->type == OPTION_PATH || r->type == OPTION_CHOICE;
    return set(o, r, "", text ? keep(o, value) : value, e);
}

void option_unset(struct options *o, const struct option_row *r)
{
    void *member = (char *)o + r->offset;
    switch (r->type) {
    case OPTION_FLAG:
        *(bool *)member = false;
        break;
    case OPTION_TEXT:
    case OPTION_PATH:
    case OPTION_CHOICE:
        *(const char **)member = NULL;
        break;
    case OPTION_COUNT:
    case OPTION_EVEN:
    case OPTION_BYTES:
        *(uint64_t *)member = 0;
        break;
    case OPTION_SECONDS:
    case OPTION_PERCENT:
        *(double *)member = 0;
        break;
    }
}

/* By the largest unit that leaves a whole number, as a person would type it. */
static void bytes_text(uint64_t bytes, char *out, size_t size)
{
    size_t unit = 0;
    while (unit < 4 && bytes && bytes % 1024 == 0) {
        bytes /= 1024;
        unit++;
    }
    snprintf(out, size, "%llu%.1s", (unsigned long long)bytes, &"\0KMGT"[unit]);
}

char *option_text(const struct options *o, const struct option_row *r, char *out, size_t size)
{
    const void *member = (const char *)o + r->offset;
    const char *text;
    out[0] = '\0';
    switch (r->type) {
    case OPTION_FLAG:
        snprintf(out, size, "%s", *(const bool *)member ? "yes" : "");
        break;
    case OPTION_TEXT:
    case OPTION_PATH:
    case OPTION_CHOICE:
        text = *(const char *const *)member;
        snprintf(out, size, "%s", text ? text : "");
        break;
    case OPTION_COUNT:
    case OPTION_EVEN:
        if (*(const uint64_t *)member)
            snprintf(out, size, "%llu", (unsigned long long)*(const uint64_t *)member);
        break;
    case OPTION_BYTES:
        if (*(const uint64_t *)member)
            bytes_text(*(const uint64_t *)member, out, size);
        break;
    case OPTION_SECONDS:
    case OPTION_PERCENT:
        if (*(const double *)member > 0)
            snprintf(out, size, "%g", *(const double *)member);
        break;
    }
    return out;
}

char *option_source(const struct options *o, const struct option_row *r, char *out, size_t size)
{
    int line = o->conf_lines[r - option_rows];
    if (line)
        snprintf(out, size, "%s, line %d: %s", o->conf_file, line, r->name);
    else
        snprintf(out, size, "--%s", r->name);
    return out;
}

int option_blame(const struct options *o, struct error *e)
{
    char rest[sizeof e->text], source[PATH_MAX + 64];
    size_t length;
    if (!e || strncmp(e->text, "--", 2) != 0)
        return -1;
    length = strcspn(e->text + 2, " :");
    const struct option_row *r = option_find(e->text + 2, length);
    if (!r || !o->conf_lines[r - option_rows])
        return -1;
    memcpy(rest, e->text, sizeof rest);
    snprintf(e->text, sizeof e->text, "%.300s%s", option_source(o, r, source, sizeof source),
             rest + 2 + length);
    return -1;
}

int option_blame_row(const struct options *o, const char *name, struct error *e)
{
    const struct option_row *r = option_find(name, strlen(name));
    char source[PATH_MAX + 64];
    if (!r || !o->conf_lines[r - option_rows])
        return -1;
    if (e && strncmp(e->text, "--", 2) == 0)
        return option_blame(o, e);
    return error_prefix(e, "%.300s", option_source(o, r, source, sizeof source));
}

static const char *command_of(unsigned bit)
{
    switch (bit) {
    case FOR_RUN:
        return "vmtax run";
    case FOR_RECORD:
        return "vmtax record";
    case FOR_CHECK:
        return "vmtax check";
    case FOR_COMPARE:
        return "vmtax compare";
    case FOR_BASELINE:
        return "vmtax baseline";
    case FOR_LIST:
        return "vmtax list";
    case FOR_DOCTOR:
        return "vmtax doctor";
    case FOR_REPORT:
        return "vmtax report";
    case FOR_SHELL:
        return "vmtax shell";
    case FOR_SCREEN:
        return "vmtax screen";
    case FOR_REPLAY:
        return "vmtax replay";
    case FOR_DEMO:
        return "vmtax demo";
    default:
        return "vmtax";
    }
}

/* One argument that starts with a dash. Uses up to one further argument. */
static int parse_option(struct options *o, unsigned command, int *at, int argc, char **argv,
                        struct error *e)
{
    const char *a = argv[*at];
    const struct option_row *r = NULL;
    const char *value = NULL;
    if (a[1] == '-') {
        size_t length = strcspn(a + 2, "=");
        r = option_find(a + 2, length);
        if (!r)
            return option_unknown("option --", a + 2, length, e);
        if (a[2 + length] == '=')
            value = a + 3 + length;
    } else {
        r = option_find_letter(a[1]);
        if (!r)
            return option_unknown("option -", a + 1, 1, e);
        if (a[2])
            value = a + 2;
    }
    if (!(r->commands & command))
        return error_set(e, ERROR_USAGE, "--%s means nothing to `%s`; see %s --help", r->name,
                         command_of(command), command_of(command));
    if (r->type == OPTION_FLAG) {
        if (value)
            return error_set(e, ERROR_USAGE, "--%s takes no value", r->name);
    } else if (!value) {
        if (*at + 1 >= argc)
            return error_set(e, ERROR_USAGE, "--%s needs a value: --%s %s", r->name, r->name,
                             r->argument);
        value = argv[++*at];
    }
    return set(o, r, "--", value, e);
}

int option_parse(struct options *o, unsigned command, int from, int argc, char **argv,
                 struct error *e)
{
    free(o->words);
    o->words = xcalloc((size_t)argc + 1, sizeof *o->words);
    o->word_count = 0;
    bool only_words = false;
    for (int i = from; i < argc; i++) {
        const char *a = argv[i];
        if (only_words || a[0] != '-' || a[1] == '\0')
            o->words[o->word_count++] = a;
        else if (strcmp(a, "--") == 0)
            only_words = true;
        else if (parse_option(o, command, &i, argc, argv, e) < 0)
            return -1;
    }
    return 0;
}

void option_help(unsigned commands, FILE *out)
{
    for (const struct option_row *r = option_rows; r->name; r++) {
        if (!(r->commands & commands))
            continue;
        char letter[8] = "    ";
        if (r->letter)
            snprintf(letter, sizeof letter, "-%c, ", r->letter);
        char head[64];
        snprintf(head, sizeof head, "  %s--%s%s%s", letter, r->name, r->argument ? " " : "",
                 r->argument ? r->argument : "");
        text_wrap(out, r->help, fprintf(out, "%-25s ", head), 26);
    }
}
