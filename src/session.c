#include "session.h"

#include "clock.h"
#include "protocol.h"
#include "session_records.h"
#include "text.h"
#include "xalloc.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How long an agent may take, in seconds. prepare() of a workload may fill arrays and files. */
#define CLOCK_TIMEOUT   2.0
#define PREPARE_TIMEOUT 75.0
#define FINISH_TIMEOUT  45.0
#define REST_TIMEOUT    20.0
#define REMOVE_TIMEOUT  90.0 /* instead, where a tree of files is removed, by a busy disk */

/* An agent answers a question for its clock at once, in the middle of whatever it does. So one that
 * has said nothing for a while is asked: if it works it is heard of, and a machine that was stopped
 * is found out long before a phase of a slot would be over. */
#define ASK_AFTER     3.0
#define TELL_AFTER    5.0
#define SILENCE_SLACK 8.0 /* for a host that is held up by others */

/* An emulated guest on a busy host is slow to answer, not dead. */
#define EMULATED_PATIENCE 5.0

#define CLOCK_EXCHANGES   8
/* An exchange as good as this ends an audit early: it cannot become better by much. */
#define CLOCK_GOOD_S 15e-6

/* Bytes that an agent may send in one call: this much, and this much more for each second that it
 * may take. */
#define FLOOD_BASE       (512.0 * 1024)
#define FLOOD_PER_SECOND (64.0 * 1024)

struct session {
    struct target *target;
    int interrupt_fd;
    struct line_reader lines;
    uint64_t next_seq;
    bool greeted;
    double patience; /* times what an answer may take */
    double rest_s;   /* what giving up the last slot may take */
    uint64_t next_id;
    double flood_left;
    struct session_hello hello;
    struct clock_audit clock;
    char note[REASON_MAX]; /* the agent's latest; "": none since it was taken */
};

static const char *name_of(const struct session *s)
{
    return s->target->kind->id;
}

/* The agent's streams ended: say why, as far as anyone knows. */
static int agent_ended(struct session *s, struct error *e)
{
    char words[256] = "";
    target_last_words(s->target, words, sizeof words);
    bool whole = strncmp(words, "ended ", 6) == 0 || strncmp(words, "was ended ", 10) == 0;
    return error_set(e, ERROR_GUEST, "the agent of %s%s%s", name_of(s),
                     whole      ? " "
                     : words[0] ? " ended: "
                                : " ended",
                     words);
}

static void expect_at_most(struct session *s, double seconds)
{
    s->flood_left = FLOOD_BASE + FLOOD_PER_SECOND * seconds;
}

/* Wait for fd or the interrupt. 1 ready, 0 deadline, -1 interrupted or failed. */
static int wait_fd(struct session *s, int fd, short events, double deadline, struct error *e)
{
    for (;;) {
        double left = deadline - clock_now_s();
        if (left <= 0)
            return 0;
        struct pollfd p[2] = {{.fd = fd, .events = events},
                              {.fd = s->interrupt_fd, .events = POLLIN}};
        int n = poll(p, 2, (int)(left * 1000) + 1);
        if (n < 0 && errno != EINTR)
            return error_errno(e, errno, "waiting for the agent of %s", name_of(s));
        if (n > 0 && p[1].revents)
            return error_set(e, ERROR_INTERRUPTED, "interrupted");
        if (n > 0 && p[0].revents)
            return 1;
    }
}

/* Next raw line. 1 with the line, 0 at the deadline, -1 with a sentence. */
static int read_line(struct session *s, double deadline, char **line, size_t *length,
                     struct error *e)
{
    for (;;) {
        *line = line_reader_next(&s->lines, length);
        if (*line)
            return 1;
        char *where;
        size_t room = line_reader_room(&s->lines, &where);
        if (!room) {
            if (s->greeted)
                return error_set(e, ERROR_GUEST,
                                 "the agent of %s sent a line of more than %d bytes", name_of(s),
                                 PROTOCOL_MAX_FROM_GUEST);
            /* Boot text without line ends: forget it. */
            line_reader_skip(&s->lines);
            continue;
        }
        ssize_t got = read(s->target->from_agent, where, room);
        if (got > 0) {
            line_reader_fed(&s->lines, (size_t)got);
            s->flood_left -= (double)got;
            if (s->flood_left < 0)
                return error_set(e, ERROR_GUEST,
                                 "the agent of %s floods its output; it was cut off", name_of(s));
            continue;
        }
        if (got == 0)
            return agent_ended(s, e);
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN)
            return error_errno(e, errno, "reading from the agent of %s", name_of(s));
        int ready = wait_fd(s, s->target->from_agent, POLLIN, deadline, e);
        if (ready <= 0)
            return ready;
    }
}

/* Next record in sequence. 1, 0 at the deadline, -1. */
static int read_record(struct session *s, double deadline, struct record *r, struct error *e)
{
    for (;;) {
        char *line;
        size_t length;
        int got = read_line(s, deadline, &line, &length, e);
        if (got <= 0)
            return got;
        if (record_parse(r, line, length, e) < 0)
            return error_prefix(e, "the agent of %s sent nonsense", name_of(s));
        uint64_t seq;
        if (record_u64(r, "seq", 0, UINT64_MAX, &seq, e) < 0)
            return error_prefix(e, "the agent of %s", name_of(s));
        if (seq != s->next_seq)
            return error_set(e, ERROR_GUEST,
                             "the agent of %s lost records: number %llu came instead of %llu",
                             name_of(s), (unsigned long long)seq, (unsigned long long)s->next_seq);
        s->next_seq++;
        if (strcmp(r->verb, "note") != 0)
            return 1;
        const char *text = record_text(r, "text");
        text_clean(s->note, sizeof s->note, text ? text : "");
    }
}

static int send_line(struct session *s, const char *line, long length, struct error *e)
{
    if (length < 0 || length > PROTOCOL_MAX_TO_GUEST)
        BUG("request too long");
    double deadline = clock_now_s() + CLOCK_TIMEOUT * s->patience;
    while (length > 0) {
        ssize_t put = write(s->target->to_agent, line, (size_t)length);
        if (put > 0) {
            line += put;
            length -= put;
        } else if (put < 0 && errno == EAGAIN) {
            int ready = wait_fd(s, s->target->to_agent, POLLOUT, deadline, e);
            if (ready < 0)
                return -1;
            if (ready == 0)
                return error_set(e, ERROR_GUEST, "the agent of %s does not read its requests",
                                 name_of(s));
        } else if (put < 0 && errno == EPIPE) {
            return agent_ended(s, e);
        } else if (put < 0 && errno != EINTR) {
            return error_errno(e, errno, "writing to the agent of %s", name_of(s));
        }
    }
    return 0;
}

static bool is_sha256(const char *text)
{
    return text && strspn(text, "0123456789abcdef") == 64 && text[64] == '\0';
}

static int take_hello(struct session *s, const struct record *r, const char *expected,
                      struct error *e)
{
    uint64_t version;
    struct session_hello *h = &s->hello;
    const char *sha = record_text(r, "sha256");
    if (record_u64(r, "proto", 0, 1000000, &version, e) < 0 || !is_sha256(sha))
        return error_set(e, ERROR_GUEST, "the hello of %s is incomplete", name_of(s));
    if (version != PROTOCOL_VERSION)
        return error_set(e, ERROR_GUEST,
                         "the agent of %s speaks protocol %llu, vmtax speaks %d: rebuild both",
                         name_of(s), (unsigned long long)version, PROTOCOL_VERSION);
    if (expected && strcmp(expected, sha) != 0)
        return error_set(e, ERROR_GUEST,
                         "the agent in %s is another program (%.12s…, expected %.12s…): figures "
                         "of different agents are never compared",
                         name_of(s), sha, expected);
    text_copy(h->sha256, sizeof h->sha256, sha);
    session_take_text(h->kernel, sizeof h->kernel, r, "kernel");
    session_take_text(h->clocksource, sizeof h->clocksource, r, "clocksource");
    session_take_text(h->arch, sizeof h->arch, r, "arch");
    session_take_text(h->virt, sizeof h->virt, r, "virt");
    session_take_text(h->boot, sizeof h->boot, r, "boot");
    session_take_text(h->client, sizeof h->client, r, "client");
    session_take_text(h->server, sizeof h->server, r, "server");
    session_take_text(h->netns, sizeof h->netns, r, "netns");
    session_take_text(h->addresses, sizeof h->addresses, r, "addresses");
    h->features = cpu_features_parse(record_text(r, "features"));
    if (record_u64(r, "cpus", 1, 65536, &h->cpus, e) < 0 ||
        record_u64(r, "memory_kib", 1, UINT64_C(1) << 44, &h->memory_kib, e) < 0)
        return error_prefix(e, "the hello of %s", name_of(s));
    return 0;
}

/* A guest that we booted tells how far it is. -1: it will not come up. */
static int take_boot(struct session *s, const struct record *r, const struct target_waiter *waiter,
                     struct error *e)
{
    char text[256];
    const char *failed = record_text(r, "failed"), *stage = record_text(r, "stage");
    if (failed)
        return error_set(e, ERROR_GUEST, "the guest of %s could not be set up: %s", name_of(s),
                         text_clean(text, sizeof text, failed));
    if (stage && waiter && waiter->stage)
        waiter->stage(waiter->context, text_clean(text, sizeof text, stage));
    return 0;
}

/* Skip what a transport prints before the hello. */
static int wait_hello(struct session *s, const char *expected, double timeout_s,
                      const struct target_waiter *waiter, struct error *e)
{
    double deadline = clock_now_s() + timeout_s;
    s->flood_left = PROTOCOL_PREAMBLE_MAX;
    for (;;) {
        char *line;
        size_t length;
        int got = read_line(s, deadline, &line, &length, e);
        if (got < 0)
            return -1;
        if (got == 0)
            return error_set(e, ERROR_GUEST, "the agent of %s did not say hello within %.0f s",
                             name_of(s), timeout_s);
        struct record r;
        struct error ignored;
        const char *magic;
        uint64_t seq;
        if (record_parse(&r, line, length, &ignored) < 0)
            continue;
        if (strcmp(r.verb, "boot") == 0 && take_boot(s, &r, waiter, e) < 0)
            return -1;
        if (strcmp(r.verb, "hello") != 0 || !(magic = record_text(&r, "magic")) ||
            strcmp(magic, PROTOCOL_MAGIC) != 0 || record_u64(&r, "seq", 0, 0, &seq, &ignored) < 0)
            continue;
        s->greeted = true;
        s->next_seq = 1;
        return take_hello(s, &r, expected, e);
    }
}

struct session *session_open(struct target *t, const char *expected_sha256, double timeout_s,
                             const struct target_waiter *waiter, struct error *e)
{
    struct session *s = xcalloc(1, sizeof *s);
    s->target = t;
    s->patience = t->facts.emulated ? EMULATED_PATIENCE : 1;
    s->rest_s = REST_TIMEOUT * s->patience;
    s->interrupt_fd = waiter ? waiter->interrupt_fd : -1;
    clock_init(&s->clock);
    if (line_reader_init(&s->lines, PROTOCOL_MAX_FROM_GUEST) < 0) {
        error_set(e, ERROR_SYSTEM, "out of memory");
        free(s);
        return NULL;
    }
    if (wait_hello(s, expected_sha256, timeout_s * s->patience, waiter, e) < 0) {
        session_close(s);
        return NULL;
    }
    return s;
}

const struct session_hello *session_hello(const struct session *s)
{
    return &s->hello;
}

const struct clock_audit *session_clock(const struct session *s)
{
    return &s->clock;
}

static int send_simple(struct session *s, const char *verb, const char *key, uint64_t value,
                       struct error *e)
{
    char line[256];
    struct record_writer w;
    record_begin(&w, line, sizeof line, verb);
    if (key)
        record_add_u64(&w, key, value);
    return send_line(s, line, record_end(&w), e);
}

/* The answer to a question, past the rest of a slot: what was asked in it, or all of an aborted
 * one. silence: what the agent does that does not answer. */
static int ask(struct session *s, const char *verb, double timeout_s, const char *silence,
               struct record *r, struct error *e)
{
    uint64_t id = s->next_id++, answer = 0;
    double deadline = clock_now_s() + timeout_s;
    struct error wrong;
    int got;
    if (send_simple(s, verb, "id", id, e) < 0)
        return -1;
    do {
        got = read_record(s, deadline, r, e);
    } while (got > 0 &&
             (strcmp(r->verb, verb) != 0 ||
              (record_u64(r, "id", 0, UINT64_MAX, &answer, &wrong) == 0 && answer < id)));
    if (got < 0)
        return -1;
    if (got == 0)
        return error_set(e, ERROR_GUEST, "the agent of %s %s", name_of(s), silence);
    if (record_u64(r, "id", 0, UINT64_MAX, &answer, e) < 0 || answer != id)
        return error_set(e, ERROR_GUEST, "the agent of %s answers another question", name_of(s));
    return 0;
}

int session_audit_clock(struct session *s, struct error *e)
{
    struct clock_point best = {.error_s = INFINITY};
    double patience = CLOCK_TIMEOUT * s->patience;
    expect_at_most(s, patience);
    for (int i = 0; i < CLOCK_EXCHANGES && best.error_s > CLOCK_GOOD_S; i++) {
        struct record r;
        uint64_t guest_ns;
        double h1 = clock_now_s();
        if (ask(s, "clock", patience, "is silent", &r, e) < 0)
            return -1;
        double h2 = clock_now_s();
        if (record_u64(&r, "ns", 0, INT64_MAX, &guest_ns, e) < 0)
            return error_prefix(e, "the clock of %s", name_of(s));
        if ((h2 - h1) / 2 < best.error_s)
            best = (struct clock_point){.host_s = (h1 + h2) / 2,
                                        .guest_s = (double)guest_ns * 1e-9,
                                        .error_s = (h2 - h1) / 2};
    }
    clock_add(&s->clock, best);
    return 0;
}

int session_count(struct session *s, struct counters *out, struct error *e)
{
    struct record r;
    expect_at_most(s, CLOCK_TIMEOUT * s->patience);
    if (ask(s, "count", CLOCK_TIMEOUT * s->patience, "is silent", &r, e) < 0)
        return -1;
    session_take_counters(&r, out);
    return 0;
}

int session_rest(struct session *s, struct error *e)
{
    struct record r;
    expect_at_most(s, s->rest_s);
    return ask(s, "rest", s->rest_s, "does not come to rest", &r, e);
}

static int send_run(struct session *s, const struct session_run *run, struct error *e)
{
    char line[1024];
    struct record_writer w;
    record_begin(&w, line, sizeof line, "run");
    record_add_u64(&w, "slot", run->slot);
    record_add_text(&w, "workload", run->workload);
    record_add_text(&w, "params", run->params);
    record_add_u64(&w, "lead_us", (uint64_t)llround(run->lead_s * 1e6));
    record_add_u64(&w, "time_us", (uint64_t)llround(run->time_s * 1e6));
    record_add_u64(&w, "tick_us", (uint64_t)llround(run->tick_s * 1e6));
    record_add_u64(&w, "fresh", run->fresh);
    record_add_u64(&w, "seed", run->seed);
    if (run->warm)
        record_add_u64(&w, "warm", 1);
    if (run->drop)
        record_add_u64(&w, "drop", 1);
    if (run->tree)
        record_add_text(&w, "tree", run->tree);
    s->rest_s = fmax(run->tree ? REMOVE_TIMEOUT : 0, REST_TIMEOUT * s->patience);
    if (run->role != ROLE_SELF)
        record_add_text(&w, "role", role_name(run->role));
    if (run->role != ROLE_SELF)
        record_add_text(&w, "address", run->endpoint->address);
    if (run->role == ROLE_LOAD) {
        char ports[ENDPOINT_PORTS_TEXT];
        ports_format(run->endpoint->ports, ports);
        record_add_text(&w, "ports", ports);
    }
    return send_line(s, line, record_end(&w), e);
}

void session_take_note(struct session *s, char out[REASON_MAX])
{
    text_copy(out, REASON_MAX, s->note);
    s->note[0] = '\0';
}

int session_serve(struct session *s, const struct session_run *run, struct endpoint *out,
                  char failure[REASON_MAX], struct error *e)
{
    double patience = PREPARE_TIMEOUT + run->patience_s;
    double deadline = clock_now_s() + patience;
    failure[0] = '\0';
    expect_at_most(s, patience);
    if (send_run(s, run, e) < 0)
        return -1;
    for (;;) {
        struct record r;
        int got = read_record(s, deadline, &r, e);
        if (got < 0)
            return -1;
        if (got == 0)
            return error_set(e, ERROR_GUEST, "%s hangs: the server of %s gave no sign for %.0f s",
                             name_of(s), run->workload, patience);
        uint64_t slot;
        struct error wrong;
        if (record_u64(&r, "slot", 0, UINT32_MAX, &slot, &wrong) < 0 || slot != run->slot)
            continue; /* the rest of an aborted slot */
        if (strcmp(r.verb, "fail") == 0) {
            session_take_failure(&r, failure);
            return 0;
        }
        if (strcmp(r.verb, "serving") == 0) {
            const char *ports = record_text(&r, "ports");
            if (!ports || !ports_parse(ports, out->ports))
                return error_set(e, ERROR_GUEST, "the server of %s in %s has no port",
                                 run->workload, name_of(s));
            return 0;
        }
    }
}

/* The next record of a slot. 1, 0 at the deadline, -1 also after a silence of limit_s. */
static int slot_record(struct session *s, const struct session_run *run, double deadline,
                       double limit_s, void *context, struct record *r, struct error *e)
{
    double heard = clock_now_s(), next = ASK_AFTER;
    bool asked = false, told = false;
    int got;
    while ((got = read_record(s, fmin(deadline, heard + next), r, e)) == 0) {
        double now = clock_now_s(), silent_s = now - heard;
        if (now >= deadline)
            break;
        if (!asked && send_simple(s, "clock", "id", s->next_id++, e) < 0) {
            got = -1;
            break;
        }
        asked = true;
        if (silent_s >= limit_s) {
            got = error_set(e, ERROR_GUEST, "it hangs: nothing was heard of it for %.0f s in %s",
                            silent_s, run->workload);
            break;
        }
        if (run->silent && silent_s >= TELL_AFTER) {
            run->silent(context, silent_s, limit_s);
            told = true;
        }
        next = fmin(limit_s, floor(silent_s) + 1);
    }
    if (told)
        run->silent(context, 0, limit_s);
    return got;
}

int session_run(struct session *s, const struct session_run *run, struct session_result *out,
                void (*tick)(void *context, const struct session_tick *tick), void *context,
                struct error *e)
{
    *out = (struct session_result){.steal = NAN};
    /* The agent gives each phase the workload's own patience; we hear of it a little later. */
    double before_s = PREPARE_TIMEOUT + run->lead_s + 2 * run->patience_s + run->lap_s;
    double after_s = 2 * run->time_s + FINISH_TIMEOUT + 2 * run->patience_s + run->lap_s;
    double slot_s = run->patience_s > 0 ? 0 : run->time_s; /* of one operation: an estimate */
    double limit_s = SILENCE_SLACK + 2 * (CLOCK_TIMEOUT * s->patience + slot_s);
    expect_at_most(s, before_s + after_s);
    double sent = clock_now_s();
    if (send_run(s, run, e) < 0)
        return -1;
    double deadline = clock_now_s() + before_s;
    double begun = NAN;
    bool ended = false;
    uint64_t ops = 0, ns = 0;
    for (;;) {
        struct record r;
        int got = slot_record(s, run, deadline, limit_s, context, &r, e);
        if (got < 0) {
            struct error ignored;
            if (e && e->kind == ERROR_INTERRUPTED)
                send_simple(s, "stop", NULL, 0, &ignored);
            return -1;
        }
        if (got == 0)
            return error_set(e, ERROR_GUEST, "it hangs: %s did not %s within %.0f s", run->workload,
                             isnan(begun) ? "begin" : "end", isnan(begun) ? before_s : after_s);
        uint64_t slot;
        struct error wrong;
        if (record_u64(&r, "slot", 0, UINT32_MAX, &slot, &wrong) < 0 || slot != run->slot)
            continue; /* the rest of an aborted slot */
        bool end = strcmp(r.verb, "end") == 0 || strcmp(r.verb, "result") == 0;
        if (run->mark && end && !isnan(begun) && !ended)
            run->mark(context, true);
        ended |= end;
        if (strcmp(r.verb, "begin") == 0) {
            if (run->mark && isnan(begun))
                run->mark(context, false);
            begun = clock_now_s();
            deadline = begun + after_s;
        } else if (strcmp(r.verb, "tick") == 0) {
            session_take_tick(&r, &ops, &ns, tick, context);
        } else if (strcmp(r.verb, "fail") == 0) {
            session_take_failure(&r, out->failure);
            return 0;
        } else if (strcmp(r.verb, "result") == 0) {
            if (isnan(begun))
                return error_set(e, ERROR_GUEST, "%s ended a slot that it never began", name_of(s));
            return session_take_result(&r, name_of(s), &s->clock, clock_now_s() - sent, out, e);
        }
    }
}

void session_close(struct session *s)
{
    if (!s)
        return;
    struct error ignored;
    int interrupt_fd = s->interrupt_fd;
    s->interrupt_fd = -1; /* an interrupt must not keep the goodbye from being said */
    if (s->greeted)
        send_simple(s, "stop", NULL, 0, &ignored);
    s->interrupt_fd = interrupt_fd;
    clock_release(&s->clock);
    line_reader_release(&s->lines);
    free(s);
}
