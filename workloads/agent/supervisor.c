/* supervisor.c - the agent's conversation with vmtax.
 *
 * One thread and one loop that waits for the next of: a request, a message of the worker, the death
 * of a process, the next tick, a deadline. Nothing in it blocks and nothing spins, so that a
 * question for the clock is answered at once in the middle of a slot and the end of input ends
 * everything whatever the worker does.
 *
 * A worker passes through these phases; each but IDLE and SERVING has a deadline, and one that
 * misses it is killed:
 *
 *     PREPARE -> LEAD -> TIMED -> VERIFY -> IDLE -> (the next slot: PREPARE ...)
 *     PREPARE -> SERVING -> (asked again: SERVING ...)        a server (role.h)
 *        any of them -> ENDING -> NONE
 *
 * In ENDING the reason for a failure is kept back until the last process is gone, so that whoever
 * reads `fail` may count on a quiet machine; a request to run that comes meanwhile waits. */
#include <config.h>

#include "workloads/agent/supervisor.h"

#include "text.h"
#include "workloads/agent/facts.h"
#include "workloads/agent/output.h"
#include "workloads/agent/process.h"
#include "workloads/agent/reply.h"
#include "workloads/agent/request.h"
#include "workloads/workload.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SECOND UINT64_C(1000000000)

/* Patience. vmtax waits a little longer in each phase (session.c), so that it hears the reason. */
#define PREPARE_LIMIT (60 * SECOND)
#define LEAD_SLACK    (10 * SECOND)
#define TIMED_SLACK   (10 * SECOND)
#define VERIFY_LIMIT  (25 * SECOND)
#define RELEASE_LIMIT (8 * SECOND)
#define STOP_LIMIT    (2 * SECOND)
#define KILL_LIMIT    (5 * SECOND)
#define DRAIN_MS      1000

enum phase {
    PHASE_NONE,
    PHASE_PREPARE,
    PHASE_LEAD,
    PHASE_TIMED,
    PHASE_VERIFY,
    PHASE_IDLE,    /* between two slots */
    PHASE_SERVING, /* between, and in, those of others */
    PHASE_ENDING,
};

struct supervisor {
    int input, signals;
    bool one_device; /* input and output are the same device: see wait_and_handle() */
    const char *scratch, *payloads;
    struct facts facts;
    struct line_reader lines;
    struct output output;
    bool quit;

    struct process process; /* in every phase but NONE */
    enum phase phase;
    uint64_t deadline;      /* of the phase */
    bool killed;            /* ENDING: asking is over */
    struct request current; /* from PREPARE to VERIFY */
    bool failing;           /* ENDING: current is to be answered with reason */
    char reason[512];
    bool resting; /* the answer to this `rest` is due when the last process is gone */
    uint64_t rest_id;
    bool waiting; /* ENDING: this one comes next */
    struct request next;

    uint64_t next_tick;
    struct facts_counts counts; /* at the begin of the slot; then the difference */
};

/* What a reply says of its way out. */
static void sent(struct supervisor *s, int rc)
{
    if (rc < 0)
        s->quit = true;
}

static void note(struct supervisor *s, const char *text)
{
    sent(s, reply_note(&s->output, text));
}

static void fail(struct supervisor *s, uint64_t slot, const char *reason)
{
    sent(s, reply_fail(&s->output, slot, reason));
}

static bool busy(const struct supervisor *s)
{
    return s->phase >= PHASE_PREPARE && s->phase <= PHASE_VERIFY;
}

/* The processors whose lost time is the slot's: those of its lanes, or all where the kernel of the
 * workload chooses. */
static size_t slot_cpus(const struct supervisor *s)
{
    for (const struct param *p = s->current.workload->params; p && p->name; p++)
        if (strcmp(p->name, "placement") == 0)
            return s->facts.cpu_count;
    return s->current.cpus;
}

/* What a phase may take: some workloads ask for more. */
static uint64_t limit(const struct supervisor *s, uint64_t usual)
{
    uint64_t own = (uint64_t)(s->current.workload->patience_s * (double)SECOND);
    return own > usual ? own : usual;
}

static uint64_t longer(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* What passing once over a large file may take beside: to fill it, in lead-in and timed part, and
 * to check it. Or solving a large system once. */
static uint64_t pass(const struct supervisor *s)
{
    return (uint64_t)(workload_pass_s(s->current.workload, s->current.param) * (double)SECOND);
}

static uint64_t lap(const struct supervisor *s)
{
    return (uint64_t)(s->current.workload->lap_s * (double)SECOND) + pass(s);
}

static void begin_slot(struct supervisor *s, const struct request *r)
{
    s->current = *r;
    s->phase = PHASE_PREPARE;
    s->deadline = work_now_ns() + limit(s, PREPARE_LIMIT) + pass(s);
    s->counts = (struct facts_counts){.steal_known = false};
    /* If the worker is dead already this does not arrive; its death does. */
    process_run(&s->process, &r->job);
}

static void start_process(struct supervisor *s, const struct request *r)
{
    struct error e;
    struct process_plan plan = {.workload = r->workload,
                                .param = r->param,
                                .role = r->role,
                                .endpoint = &r->endpoint,
                                .lanes = r->lanes,
                                .scratch = s->scratch,
                                .payloads = s->payloads,
                                .tree = r->tree,
                                .warm = r->warm,
                                .drop = r->drop,
                                .cpu_mask = s->facts.cpu_mask,
                                .cpu_mask_size = sizeof s->facts.cpu_mask};
    if (process_start(&s->process, &plan, &e) < 0) {
        fail(s, r->slot, e.text);
        return;
    }
    begin_slot(s, r);
}

/* Every end of a worker begins here. patience 0: without asking. */
static void end_process(struct supervisor *s, uint64_t patience, const char *reason)
{
    s->failing = busy(s);
    text_copy(s->reason, sizeof s->reason, reason);
    s->phase = PHASE_ENDING;
    s->killed = patience == 0;
    if (s->killed)
        process_kill(&s->process);
    else
        process_ask_end(&s->process);
    s->deadline = work_now_ns() + (s->killed ? KILL_LIMIT : patience);
}

/* The last process is gone, or given up. */
static void process_ended(struct supervisor *s)
{
    process_release(&s->process);
    s->phase = PHASE_NONE;
    if (s->failing)
        fail(s, s->current.slot, s->reason);
    s->failing = false;
    if (s->resting) {
        s->resting = false;
        sent(s, reply_rest(&s->output, s->rest_id));
    }
    if (s->waiting) {
        s->waiting = false;
        start_process(s, &s->next);
    }
}

/* Alive, and with nothing to do. */
static bool waits(const struct supervisor *s)
{
    return s->phase == PHASE_IDLE || s->phase == PHASE_SERVING;
}

static bool same_work(const struct supervisor *s, const struct request *r)
{
    const struct worker_shared *now = s->process.shared;
    if (s->process.workload != r->workload || now->role != r->role)
        return false;
    if (r->role == ROLE_SERVE)
        return strcmp(now->endpoint.address, r->endpoint.address) == 0 &&
               params_same_server(r->workload, now->param, r->param);
    if (r->role == ROLE_LOAD && memcmp(&now->endpoint, &r->endpoint, sizeof r->endpoint) != 0)
        return false;
    return now->lanes == r->lanes && memcmp(now->param, r->param, sizeof r->param) == 0;
}

static void handle_run(struct supervisor *s, const struct record *record)
{
    struct request r = {0};
    struct error e;
    if (request_slot(record, &r.slot, &e) < 0) {
        error_prefix(&e, "a request to run was skipped");
        note(s, e.text);
        return;
    }
    if (request_parse(&r, record, &s->facts, s->scratch, &e) < 0) {
        fail(s, r.slot, e.text);
        return;
    }
    if (busy(s) || s->waiting) {
        fail(s, r.slot, "another slot is running: stop it first");
        return;
    }
    if (s->phase == PHASE_SERVING && same_work(s, &r)) {
        sent(s, reply_serving(&s->output, r.slot, &s->process.shared->endpoint));
        return;
    }
    if (s->phase == PHASE_IDLE && !r.fresh && same_work(s, &r)) {
        begin_slot(s, &r);
        return;
    }
    if (s->phase == PHASE_NONE) {
        start_process(s, &r);
        return;
    }
    if (waits(s))
        end_process(s, RELEASE_LIMIT, "");
    s->next = r;
    s->waiting = true;
}

static void handle_stop(struct supervisor *s)
{
    if (s->waiting) {
        s->waiting = false;
        fail(s, s->next.slot, "stopped");
    }
    if (busy(s))
        end_process(s, STOP_LIMIT, "stopped");
    else if (waits(s))
        end_process(s, RELEASE_LIMIT, "");
}

/* As stop, but with an answer: nothing of any workload is left. */
static void handle_rest(struct supervisor *s, const struct record *record)
{
    uint64_t id;
    struct error e;
    if (record_u64(record, "id", 0, UINT64_MAX, &id, &e) < 0) {
        error_prefix(&e, "a request to rest was skipped");
        note(s, e.text);
        return;
    }
    handle_stop(s);
    if (s->phase == PHASE_NONE) {
        sent(s, reply_rest(&s->output, id));
    } else {
        s->resting = true;
        s->rest_id = id;
    }
}

static void handle_clock(struct supervisor *s, const struct record *record)
{
    uint64_t id;
    struct error e;
    if (record_u64(record, "id", 0, UINT64_MAX, &id, &e) < 0) {
        error_prefix(&e, "a question for the clock was skipped");
        note(s, e.text);
        return;
    }
    sent(s, reply_clock(&s->output, id));
}

static void handle_count(struct supervisor *s, const struct record *record)
{
    uint64_t id;
    struct error e;
    struct facts_counts now;
    if (record_u64(record, "id", 0, UINT64_MAX, &id, &e) < 0) {
        error_prefix(&e, "a question for the kernel's counters was skipped");
        note(s, e.text);
        return;
    }
    facts_count(s->facts.cpus, s->facts.cpu_count, &now);
    sent(s, reply_count(&s->output, id, &now));
}

static void handle_line(struct supervisor *s, char *line, size_t length)
{
    struct record record;
    struct error e;
    if (length == 0)
        return;
    if (record_parse(&record, line, length, &e) < 0) {
        error_prefix(&e, "a request was skipped");
        note(s, e.text);
    } else if (strcmp(record.verb, "clock") == 0) {
        handle_clock(s, &record);
    } else if (strcmp(record.verb, "count") == 0) {
        handle_count(s, &record);
    } else if (strcmp(record.verb, "run") == 0) {
        handle_run(s, &record);
    } else if (strcmp(record.verb, "stop") == 0) {
        handle_stop(s);
    } else if (strcmp(record.verb, "rest") == 0) {
        handle_rest(s, &record);
    } else {
        char text[128];
        snprintf(text, sizeof text, "a request was skipped: there is no %s", record.verb);
        note(s, text);
    }
}

/* Requests that were read, as long as their answers have room. */
static void handle_lines(struct supervisor *s)
{
    char *line;
    size_t length;
    while (!s->quit && output_has_room_for_requests(&s->output) &&
           (line = line_reader_next(&s->lines, &length)) != NULL)
        handle_line(s, line, length);
}

static void read_input(struct supervisor *s)
{
    char *where;
    size_t room = line_reader_room(&s->lines, &where);
    if (room == 0) {
        /* handle_lines() took all that was complete */
        char text[80];
        snprintf(text, sizeof text, "a request was skipped: it is longer than %d bytes",
                 PROTOCOL_MAX_TO_GUEST);
        note(s, text);
        line_reader_skip(&s->lines);
        room = line_reader_room(&s->lines, &where);
    }
    ssize_t n = read(s->input, where, room);
    if (n > 0)
        line_reader_fed(&s->lines, (size_t)n);
    else if (n == 0 || (errno != EINTR && errno != EAGAIN))
        s->quit = true;
}

static void count(struct supervisor *s, bool ended)
{
    struct facts_counts now;
    facts_count(s->facts.cpus, slot_cpus(s), &now);
    if (ended)
        facts_counted(&s->counts, &now, &s->counts);
    else
        s->counts = now;
}

static void enter(struct supervisor *s, enum phase phase, uint64_t usual)
{
    s->phase = phase;
    s->deadline = work_now_ns() + limit(s, usual);
}

static void handle_message(struct supervisor *s, int message)
{
    const struct worker_slot *job = &s->current.job;
    switch (message) {
    case WORKER_PREPARED:
        if (s->phase == PHASE_PREPARE)
            enter(s, PHASE_LEAD, job->lead_ns + longer(LEAD_SLACK, lap(s)));
        break;
    case WORKER_BEGUN:
        if (s->phase != PHASE_LEAD)
            break;
        enter(s, PHASE_TIMED, job->time_ns + longer(longer(job->time_ns, TIMED_SLACK), lap(s)));
        s->next_tick = work_now_ns() + s->current.tick_ns;
        sent(s, reply_begin(&s->output, s->current.slot));
        count(s, false);
        break;
    case WORKER_ENDED:
        if (s->phase != PHASE_TIMED)
            break;
        sent(s, reply_end(&s->output, s->current.slot));
        count(s, true);
        enter(s, PHASE_VERIFY, VERIFY_LIMIT + pass(s));
        break;
    case WORKER_DONE:
        if (s->phase != PHASE_VERIFY)
            break;
        s->phase = PHASE_IDLE;
        sent(s, reply_result(&s->output, &s->current, &s->process.shared->outcome, &s->counts));
        break;
    case WORKER_SERVING:
        if (s->phase != PHASE_PREPARE || s->current.role != ROLE_SERVE)
            break;
        s->phase = PHASE_SERVING;
        sent(s, reply_serving(&s->output, s->current.slot, &s->process.shared->endpoint));
        break;
    case WORKER_FAILED:
        if (busy(s) || s->phase == PHASE_SERVING) {
            char reason[sizeof s->process.shared->reason + 1] = "";
            memcpy(reason, s->process.shared->reason, sizeof reason - 1);
            if (!busy(s)) /* nobody waits for an answer */
                note(s, reason);
            end_process(s, RELEASE_LIMIT, reason);
        }
        break;
    default:
        break;
    }
}

static void handle_messages(struct supervisor *s)
{
    int message;
    while (s->phase != PHASE_NONE && (message = process_message(&s->process)) != 0)
        handle_message(s, message);
}

/* Something died, or may have. */
static void handle_deaths(struct supervisor *s)
{
    if (s->phase == PHASE_NONE) {
        process_reap_strays();
        return;
    }
    bool gone = process_gone(&s->process);
    if (!s->process.reaped)
        return;
    handle_messages(s); /* its last words */
    if (s->phase != PHASE_ENDING) {
        char how[128];
        char reason[256];
        process_describe(&s->process, how, sizeof how);
        snprintf(reason, sizeof reason, "the process that ran %s %s", s->process.workload->id, how);
        if (waits(s))
            note(s, reason);
        end_process(s, 0, reason);
        gone = process_gone(&s->process);
    }
    if (gone)
        process_ended(s);
}

static void handle_deadline(struct supervisor *s)
{
    static const char *const missed[] = {
        [PHASE_PREPARE] = "was not prepared in time",
        [PHASE_LEAD] = "had not begun its timed part in time (too much for this processor, or "
                       "it hangs)",
        [PHASE_TIMED] = "did not stop in time",
        [PHASE_VERIFY] = "was not verified in time",
    };
    char reason[256];
    if (busy(s)) {
        snprintf(reason, sizeof reason, "%s %s; it was killed", s->current.workload->id,
                 missed[s->phase]);
        end_process(s, 0, reason);
    } else if (!s->killed) {
        s->killed = true;
        process_kill(&s->process);
        s->deadline = work_now_ns() + KILL_LIMIT;
    } else {
        /* Stuck inside the kernel. It is given up; its death will be noticed by nobody but init. */
        snprintf(reason, sizeof reason, "the process %ld cannot be killed and was left behind",
                 (long)s->process.pid);
        note(s, reason);
        process_ended(s);
    }
}

static void handle_signals(struct supervisor *s)
{
    struct signalfd_siginfo info;
    while (read(s->signals, &info, sizeof info) == (ssize_t)sizeof info)
        if (info.ssi_signo != SIGCHLD)
            s->quit = true;
}

/* How long to wait for events: until the next tick or deadline. */
static struct timespec *patience(const struct supervisor *s, struct timespec *t)
{
    uint64_t now = work_now_ns();
    uint64_t until = UINT64_MAX;
    if (busy(s) || s->phase == PHASE_ENDING)
        until = s->deadline;
    if (s->phase == PHASE_TIMED && s->current.tick_ns && s->next_tick < until)
        until = s->next_tick;
    /* What is left of a killed group may not be our children yet; look again soon. */
    if (s->phase == PHASE_ENDING && s->process.reaped && now + SECOND / 50 < until)
        until = now + SECOND / 50;
    if (until == UINT64_MAX)
        return NULL;
    uint64_t wait = until > now ? until - now : 0;
    t->tv_sec = (time_t)(wait / SECOND);
    t->tv_nsec = (long)(wait % SECOND);
    return t;
}

static void handle_time(struct supervisor *s)
{
    uint64_t now = work_now_ns();
    if ((busy(s) || s->phase == PHASE_ENDING) && now >= s->deadline) {
        handle_deadline(s);
    } else if (s->phase == PHASE_TIMED && s->current.tick_ns && now >= s->next_tick) {
        if (output_has_room_for_ticks(&s->output))
            sent(s, reply_tick(&s->output, s->current.slot, s->process.shared));
        s->next_tick += s->current.tick_ns;
        if (s->next_tick <= now)
            s->next_tick = now + s->current.tick_ns;
    }
}

static void wait_and_handle(struct supervisor *s)
{
    struct timespec t;
    bool listening = output_has_room_for_requests(&s->output);
    /* A virtio-serial port is asked once, not as input and as output: Linux' driver takes a buffer
     * from its queue when it is asked, and when that happens between the two questions, whoever
     * asked for input is not told, and no interrupt comes for a buffer that is taken. */
    bool ask_output = s->output.length || !s->one_device;
    struct pollfd p[] = {
        {.fd = s->input, .events = listening ? POLLIN : 0},
        {.fd = ask_output ? s->output.fd : -1, .events = s->output.length ? POLLOUT : 0},
        {.fd = s->signals, .events = POLLIN},
        {.fd = s->phase == PHASE_NONE || s->process.reaped ? -1 : s->process.socket,
         .events = POLLIN},
    };
    if (ppoll(p, sizeof p / sizeof p[0], patience(s, &t), NULL) < 0) {
        if (errno != EINTR)
            s->quit = true;
        return;
    }
    if (p[3].revents & POLLIN)
        handle_messages(s);
    if (p[2].revents)
        handle_signals(s);
    /* A worker that hangs up is about to die; its death is awaited, not this. */
    if (p[2].revents || (p[3].revents & POLLHUP) || s->phase == PHASE_ENDING)
        handle_deaths(s);
    handle_time(s);
    if ((p[1].revents & (POLLERR | POLLHUP | POLLNVAL)) || output_flush(&s->output) < 0)
        s->quit = true;
    if (p[0].revents & POLLIN)
        read_input(s);
    else if (p[0].revents)
        s->quit = true;
}

/* End everything at once, whatever it is doing. */
static void end_all(struct supervisor *s)
{
    if (s->phase == PHASE_NONE)
        return;
    s->waiting = s->failing = false;
    process_kill(&s->process);
    uint64_t until = work_now_ns() + KILL_LIMIT;
    while (!process_gone(&s->process) && work_now_ns() < until) {
        struct pollfd p = {.fd = s->signals, .events = POLLIN};
        poll(&p, 1, 20);
        handle_signals(s);
    }
    process_release(&s->process);
}

/* Stay off the processor that single-lane workloads are pinned to, if there is another. */
static void make_way(const struct supervisor *s)
{
    unsigned long mask[sizeof s->facts.cpu_mask / sizeof s->facts.cpu_mask[0]];
    size_t bits = 8 * sizeof mask[0];
    size_t first = (size_t)s->facts.cpus[0];
    if (s->facts.cpu_count < 2)
        return;
    memcpy(mask, s->facts.cpu_mask, sizeof mask);
    mask[first / bits] &= ~(1ul << first % bits);
    sched_setaffinity(0, sizeof mask, (const cpu_set_t *)(const void *)mask);
}

static bool same_device(int a, int b)
{
    struct stat x, y;
    return fstat(a, &x) == 0 && fstat(b, &y) == 0 && S_ISCHR(x.st_mode) && S_ISCHR(y.st_mode) &&
           x.st_rdev == y.st_rdev;
}

static int init(struct supervisor *s, int input, int output, const char *scratch)
{
    sigset_t set;
    *s = (struct supervisor){.input = input, .signals = -1, .scratch = scratch};
    s->process.socket = -1;
    s->one_device = same_device(input, output);
    if (facts_init(&s->facts) < 0 || line_reader_init(&s->lines, PROTOCOL_MAX_TO_GUEST) < 0 ||
        output_init(&s->output, output) < 0)
        return -1;
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    /* Where whoever started it wants it killed at its own death: asked to end it takes with it what
     * programs of a worker have started, which being killed would leave to go on. */
    int at_death = 0;
    if (prctl(PR_GET_PDEATHSIG, &at_death) == 0 && at_death == SIGKILL && getpid() != 1)
        prctl(PR_SET_PDEATHSIG, SIGTERM);
    return s->signals < 0 ? -1 : 0;
}

static void release(struct supervisor *s)
{
    if (s->signals >= 0)
        close(s->signals);
    output_release(&s->output);
    line_reader_release(&s->lines);
    facts_release(&s->facts);
    free(s);
}

int supervisor_main(int input, int output, const char *scratch, const char *payloads)
{
    struct supervisor *s = malloc(sizeof *s);
    if (!s || init(s, input, output, scratch) < 0) {
        fprintf(stderr, "vmtax-agent: cannot start: %s\n", strerror(errno));
        if (s)
            release(s);
        return 1;
    }
    s->payloads = payloads;
    make_way(s);
    sent(s, reply_hello(&s->output, &s->facts));
    while (!s->quit) {
        handle_lines(s);
        if (!s->quit)
            wait_and_handle(s);
    }
    end_all(s);
    output_drain(&s->output, DRAIN_MS);
    release(s);
    return 0;
}
