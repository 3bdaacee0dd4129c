/* A guest that exists already, through a command that runs a shell in it (reach.h).
 *
 * The shell reads one line of script from its standard input, and nothing follows before it has
 * answered, because some shells read ahead. The script finds a directory whose files may be
 * executed, and another on a disk for what is written; takes the agent's bytes; runs it. The shell
 * stays its parent and removes both when the agent has ended, which it does at the end of its
 * input. What a killed shell left there is removed by the next one. */
#include "config.h"

#include "target/reached.h"

#include "clock.h"
#include "stats.h"
#include "text.h"
#include "xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#define ANSWER_S  20.0 /* to log in and answer */
#define STALL_S   20.0 /* without one byte of the agent taken */
#define GRACE_S   2.0
#define NOISE_MAX (64u << 10) /* what may be printed before the answer: a banner */
#define AGENT_MAX (16u << 20)
#define MARK      "vmtax-reach "

/* One line: a shell has read it wholly before it does any of it. %zu, twice: the agent's size. */
static const char script[] =
    "LC_ALL=C; export LC_ALL; w=; s=; "
    "trap 'rm -rf \"$w\" \"$s\"' EXIT; trap 'exit 1' HUP INT TERM; "
    "echo " MARK "system \"$(uname -s)\" \"$(uname -m)\"; "
    "for d in \"$TMPDIR\" /var/tmp /tmp \"$HOME\" /run /dev/shm; do "
    "[ -n \"$d\" ] && [ -d \"$d\" ] && [ -w \"$d\" ] || continue; "
    "for o in \"$d\"/vmtax-reach-*.[0-9]*; do [ -O \"$o\" ] && [ ! -h \"$o\" ] && "
    "! kill -0 \"${o##*.}\" 2>/dev/null && rm -rf \"$o\"; done; "
    "case $(stat -f -c %%T \"$d\" 2>/dev/null) in tmpfs|ramfs|'') ;; "
    "*) [ -n \"$s\" ] || { s=$d/vmtax-reach-data.$$; (umask 077; mkdir \"$s\") 2>/dev/null || s=; } ;; "
    "esac; "
    "[ -z \"$w\" ] || continue; w=$d/vmtax-reach-run.$$; "
    "(umask 077; mkdir \"$w\" && echo '#!/bin/sh' >\"$w/agent\" && chmod 700 \"$w/agent\" && "
    "\"$w/agent\") 2>/dev/null || { rm -rf \"$w\"; w=; }; "
    "done; "
    "[ -n \"$w\" ] || { echo " MARK "nowhere; exit 1; }; "
    "echo " MARK "ready \"$w\"; "
    "head -c %zu >\"$w/agent\"; [ \"$(wc -c <\"$w/agent\")\" -eq %zu ] || "
    "{ echo " MARK "short; exit 1; }; "
    "echo " MARK "loaded; read -r go && \"$w/agent\" ${s:+--scratch \"$s\"}; exit $?\n";

static double now_s(void)
{
    return (double)clock_now_ns() * 1e-9;
}

static void probe(const struct target_kind *kind, const struct target_options *options,
                  struct target_probe *out)
{
    (void)options;
    const char *words[REACH_WORDS_MAX] = {NULL};
    char text[4096];
    struct error e;
    memset(out, 0, sizeof *out);
    snprintf(out->how, sizeof out->how, "%s", kind->way->id);
    if (reach_command(kind->way, kind->where, words, text, sizeof text, &e) < 0) {
        const char *remedy = strstr(e.text, ": apt");
        out->use = TARGET_UNUSABLE;
        snprintf(out->reason, sizeof out->reason, "%.*s",
                 (int)(remedy ? remedy - e.text : (ptrdiff_t)sizeof out->reason - 1), e.text);
        snprintf(out->remedy, sizeof out->remedy, "%s", remedy ? remedy + 2 : "");
        return;
    }
    if (words[0])
        snprintf(out->how, sizeof out->how, "%.63s", words[0]);
    out->use = TARGET_LIMITED;
    snprintf(out->reason, sizeof out->reason, "the guest's limits are its own");
}

/* Why the stream ended: the command's last word of error, else the last line that it printed. */
static int ended(struct reached *r, struct error *e)
{
    char words[300];
    spawn_wait_end(r->local.child, 0.5);
    spawn_last_words(r->local.child, words, sizeof words);
    return error_set(e, ERROR_GUEST, "the command for %s %s%s%s", r->local.target.kind->id, words,
                     r->noise_line[0] ? "; it printed: " : "", r->noise_line);
}

/* Waits for fd. 0 when it is ready. */
static int wait_for(struct reached *r, int fd, short events, double until, struct error *e)
{
    struct pollfd p[2] = {{.fd = fd, .events = events}, {.fd = r->interrupt, .events = POLLIN}};
    for (;;) {
        double left = until - now_s();
        int n = poll(p, 2, left > 0 ? (int)(left * 1000) + 1 : 0);
        if (n > 0 && p[1].revents)
            return error_set(e, ERROR_INTERRUPTED, "interrupted");
        if (n > 0)
            return 0;
        if (left <= 0)
            return error_set(e, ERROR_GUEST, "no answer from a shell in %s within %.0f s%s%s",
                             r->local.target.kind->id, ANSWER_S,
                             r->noise_line[0] ? "; it printed: " : "", r->noise_line);
    }
}

/* The next line that is the script's, after its mark. Byte by byte: what follows "loaded" is the
 * agent's, and not ours to read. */
static int answer(struct reached *r, double until, char line[REACHED_ANSWER_MAX], struct error *e)
{
    size_t length = 0;
    for (;;) {
        char c;
        if (wait_for(r, r->local.target.from_agent, POLLIN, until, e) < 0)
            return -1;
        ssize_t n = read(r->local.target.from_agent, &c, 1);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (n <= 0)
            return ended(r, e);
        if (++r->noise > NOISE_MAX)
            return error_set(e, ERROR_GUEST, "%s prints without end: no shell answers",
                             r->local.target.kind->id);
        if (c != '\n') {
            if (length < REACHED_ANSWER_MAX - 1)
                line[length++] = c;
            continue;
        }
        line[length] = '\0';
        length = 0;
        if (strncmp(line, MARK, sizeof MARK - 1) == 0) {
            memmove(line, line + sizeof MARK - 1, strlen(line) - (sizeof MARK - 2));
            return 0;
        }
        if (*line)
            text_clean(r->noise_line, sizeof r->noise_line, line);
    }
}

static int give(struct reached *r, const char *bytes, size_t size, struct error *e)
{
    double until = now_s() + STALL_S;
    while (size > 0) {
        ssize_t n = write(r->local.target.to_agent, bytes, size);
        if (n > 0) {
            bytes += n;
            size -= (size_t)n;
            until = now_s() + STALL_S;
        } else if (n < 0 && errno == EAGAIN) {
            if (wait_for(r, r->local.target.to_agent, POLLOUT, until, e) < 0)
                return -1;
        } else if (n < 0 && errno != EINTR) {
            return ended(r, e);
        }
    }
    return 0;
}

static int same_system(const char *line, const char *id, struct error *e)
{
    struct utsname here;
    char want[REACHED_ANSWER_MAX], clean[REACHED_ANSWER_MAX];
    uname(&here);
    snprintf(want, sizeof want, "system Linux %s", here.machine);
    if (strcmp(line, want) == 0)
        return 0;
    return error_set(e, ERROR_GUEST,
                     "%s is another kind of machine: %s, and the agent is for Linux %s", id,
                     text_clean(clean, sizeof clean, line + strcspn(line, " ")), here.machine);
}

/* Sends the script and the agent; what the shell says at each step. */
static int bring_agent(struct reached *r, const char *agent, size_t size, struct error *e)
{
    const char *id = r->local.target.kind->id;
    char line[REACHED_ANSWER_MAX], text[sizeof script + 40];
    double until = now_s() + ANSWER_S;
    int n = snprintf(text, sizeof text, script, size, size);
    if (give(r, text, (size_t)n, e) < 0 || answer(r, until, line, e) < 0 ||
        same_system(line, id, e) < 0 || answer(r, until, line, e) < 0)
        return -1;
    if (strncmp(line, "ready ", 6) != 0)
        return error_set(e, ERROR_GUEST,
                         "%s has no directory that may be written and whose files may be executed: "
                         "set $TMPDIR to one there",
                         id);
    if (give(r, agent, size, e) < 0 || answer(r, now_s() + ANSWER_S, line, e) < 0)
        return -1;
    if (strcmp(line, "loaded") != 0)
        return error_set(e, ERROR_GUEST, "%s has no room for the agent, %zu KiB", id, size >> 10);
    return give(r, "go\n", 3, e);
}

static char *read_agent(const char *path, size_t *size, struct error *e)
{
    struct stat st;
    char *bytes = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) < 0 || st.st_size <= 0 || st.st_size > AGENT_MAX) {
        error_errno(e, errno, "cannot read the agent, %s", path);
    } else {
        size_t got = 0;
        ssize_t n = 1;
        *size = (size_t)st.st_size;
        bytes = xcalloc(*size, 1);
        while (got < *size && (n = read(fd, bytes + got, *size - got)) > 0)
            got += (size_t)n;
        if (got < *size) {
            error_set(e, ERROR_SYSTEM, "cannot read the agent, %s", path);
            free(bytes);
            bytes = NULL;
        }
    }
    if (fd >= 0)
        close(fd);
    return bytes;
}

int reached_init(struct reached *r, const struct target_kind *kind,
                 const struct target_options *options, struct ledger *ledger, char *name,
                 size_t name_size, struct error *e)
{
    struct target_options own = *options;
    own.limits = false;
    r->interrupt = options->waiter ? options->waiter->interrupt_fd : -1;
    return local_init(&r->local, kind, &own, ledger, name, name_size, e);
}

void reached_end(struct reached *r)
{
    local_release(&r->local, GRACE_S);
}

/* Runs the command. What is only the way to the guest stays off the workload's processors. */
static int launch(struct reached *r, const struct reach *way, const char *where,
                  const struct target_options *options, struct error *e)
{
    struct target_facts *facts = &r->local.target.facts;
    struct target_options own = *options;
    const char *words[REACH_WORDS_MAX];
    char text[4096];
    if (!way->here) {
        own.cpu_count = 0;
        own.scratch = NULL;
        snprintf(facts->limits, sizeof facts->limits, "the guest's own");
        facts->flags |= FLAG_PLACEMENT;
    }
    if (reach_command(way, where, words, text, sizeof text, e) < 0)
        return -1;
    snprintf(facts->how, sizeof facts->how, "%.63s", words[0]);
    snprintf(facts->network, sizeof facts->network, "the guest's own");
    return local_launch(&r->local, &own, words, -1, 0, e);
}

int reached_enter(struct reached *r, const struct reach *way, const char *where,
                  const struct target_options *options, struct error *e)
{
    size_t size = 0;
    char *agent = read_agent(options->agent_path, &size, e);
    int rc = agent ? launch(r, way, where, options, e) : -1;
    if (rc == 0)
        rc = bring_agent(r, agent, size, e);
    free(agent);
    return rc;
}

static void stop(struct target *t)
{
    reached_end((struct reached *)t);
    free(t);
}

static struct target *start(const struct target_kind *kind, const struct target_options *options,
                            struct ledger *ledger, struct error *e)
{
    double from = now_s();
    struct reached *r = xcalloc(1, sizeof *r);
    char name[64];
    if (reached_init(r, kind, options, ledger, name, sizeof name, e) < 0 ||
        reached_enter(r, kind->way, kind->where, options, e) < 0) {
        stop(&r->local.target);
        return NULL;
    }
    r->local.target.facts.start_s = now_s() - from;
    return &r->local.target;
}

const struct target_kind target_reached = {
    .only_by_name = true,
    .start_s = 1,
    .probe = probe,
    .start = start,
    .last_words = local_last_words,
    .stop = stop,
};
