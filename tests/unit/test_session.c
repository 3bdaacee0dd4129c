#include "session.h"

#include "protocol.h"
#include "unit.h"

#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Agents of this file are functions in a child of their own, at the other end of a socket pair. */
struct peer {
    int fd;
    unsigned long long seq;
    FILE *in;
};

static void say(struct peer *p, const char *text)
{
    char line[512];
    int n = snprintf(line, sizeof line, "%s seq=%llu t=1\n", text, p->seq++);
    if (write(p->fd, line, (size_t)n) != n)
        _exit(3);
}

#define SHA     "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HELLO_S 30.0 /* of agents that say it: for a machine that is held up by others */

static void hello(struct peer *p)
{
    say(p, "hello magic=vmtax-agent proto=1 sha256=" SHA
           " kernel=6.1 cpus=2 memory_kib=1000 clocksource=tsc arch=x86_64 virt=none");
}

/* Wait for a request whose line begins with verb; answer clocks on the way. Returns the slot of a
 * run. */
static unsigned long wait_for(struct peer *p, const char *verb)
{
    char line[1024];
    while (fgets(line, sizeof line, p->in)) {
        if (strncmp(line, "clock", 5) == 0) {
            struct timespec t;
            char answer[128];
            const char *id = strstr(line, "id=");
            clock_gettime(CLOCK_MONOTONIC, &t);
            snprintf(answer, sizeof answer, "clock id=%lu ns=%lld", strtoul(id + 3, NULL, 10),
                     (long long)t.tv_sec * 1000000000 + t.tv_nsec);
            say(p, answer);
        }
        if (strncmp(line, verb, strlen(verb)) == 0) {
            const char *slot = strstr(line, "slot=");
            return slot ? strtoul(slot + 5, NULL, 10) : 0;
        }
    }
    _exit(0);
}

static void answer(struct peer *p, const char *format, unsigned long slot)
{
    char text[400];
    snprintf(text, sizeof text, format, slot);
    say(p, text);
}

struct fixture {
    struct target target;
    pid_t child;
};

static const struct target_kind kind = {.id = "test", .title = "test"};

static void start(struct fixture *f, void (*agent)(struct peer *))
{
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    f->child = fork();
    assert_true(f->child >= 0);
    if (f->child == 0) {
        close(pair[0]);
        signal(SIGPIPE, SIG_DFL);
        struct peer p = {.fd = pair[1], .in = fdopen(dup(pair[1]), "r")};
        agent(&p);
        _exit(0);
    }
    close(pair[1]);
    fcntl(pair[0], F_SETFL, O_NONBLOCK);
    f->target = (struct target){.kind = &kind, .to_agent = pair[0], .from_agent = pair[0]};
}

static void stop(struct fixture *f)
{
    close(f->target.to_agent);
    kill(f->child, SIGKILL);
    waitpid(f->child, NULL, 0);
}

/* --- agents that never say a proper hello ---------------------------------------------------- */

static void agent_silent(struct peer *p)
{
    (void)p;
    pause();
}

static void agent_dies(struct peer *p)
{
    (void)p;
}

static void agent_other_protocol(struct peer *p)
{
    say(p, "hello magic=vmtax-agent proto=9 sha256=" SHA " kernel=x cpus=1 memory_kib=1");
    pause();
}

static void agent_without_sha(struct peer *p)
{
    say(p, "hello magic=vmtax-agent proto=1 sha256=zz kernel=x cpus=1 memory_kib=1");
    pause();
}

static void agent_other_sha(struct peer *p)
{
    say(p, "hello magic=vmtax-agent proto=1 sha256=fedcba9876543210fedcba9876543210fedcba98765432"
           "10fedcba9876543210 kernel=x cpus=1 memory_kib=1");
    pause();
}

static void agent_absurd_cpus(struct peer *p)
{
    say(p, "hello magic=vmtax-agent proto=1 sha256=" SHA " kernel=x cpus=-3 memory_kib=1");
    pause();
}

static void agent_endless_preamble(struct peer *p)
{
    char block[4096];
    memset(block, 'x', sizeof block);
    for (;;)
        if (write(p->fd, block, sizeof block) < 0)
            return;
}

static void bad_hellos_are_refused(void **state)
{
    (void)state;
    static const struct {
        void (*agent)(struct peer *);
        const char *says;
    } cases[] = {
        {agent_silent, "did not say hello"},  {agent_dies, "ended"},
        {agent_other_protocol, "protocol 9"}, {agent_without_sha, "incomplete"},
        {agent_other_sha, "another program"}, {agent_absurd_cpus, "cpus"},
        {agent_endless_preamble, "floods"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;
        struct error e = {0};
        start(&f, cases[i].agent);
        double hello_s = cases[i].agent == agent_silent ? 1 : HELLO_S;
        assert_null(session_open(&f.target, SHA, hello_s, NULL, &e));
        assert_int_equal(e.kind, ERROR_GUEST);
        if (!strstr(e.text, cases[i].says))
            fail_msg("case %zu: %s", i, e.text);
        stop(&f);
    }
}

static void agent_after_boot_text(struct peer *p)
{
    char block[100000];
    memset(block, '\033', sizeof block);
    const char *boot = "[    0.1] Linux version\r\nhello world\nhello magic=other seq=0\n\n%zz=\n";
    if (write(p->fd, boot, strlen(boot)) < 0 || write(p->fd, block, sizeof block) < 0 ||
        write(p->fd, "\n", 1) < 0)
        return;
    hello(p);
    pause();
}

static void boot_text_is_skipped(void **state)
{
    (void)state;
    struct fixture f;
    struct error e;
    start(&f, agent_after_boot_text);
    struct session *s = session_open(&f.target, SHA, HELLO_S, NULL, &e);
    assert_non_null(s);
    assert_int_equal(session_hello(s)->cpus, 2);
    session_close(s);
    stop(&f);
}

/* --- agents that go wrong in a run ----------------------------------------------------------- */

static void agent_good(struct peer *p)
{
    hello(p);
    for (;;) {
        unsigned long slot = wait_for(p, "run");
        answer(p, "begin slot=%lu", slot);
        answer(p, "begin slot=%lu", slot); /* nobody is told twice */
        answer(p, "tick slot=%lu ops=100 ns=1000000", slot);
        answer(p, "tick slot=%lu ops=50 ns=2000000", slot); /* a lie: skipped */
        answer(p, "tick slot=%lu ops=300 ns=3000000", slot);
        nanosleep(&(struct timespec){.tv_nsec = 10000000},
                  NULL); /* what the result claims, and more */
        answer(p, "end slot=%lu", slot);
        answer(p, "end slot=%lu", slot);
        answer(
            p,
            "result slot=%lu ops=400 ns=4000000 start_ns=1000 end_ns=4002000 verified=1 "
            "overhead_ops=10 overhead_ns=10000 lat_n=5 p50_ns=1000 p90_ns=2000 p99_ns=3000 "
            "p99_9_ns=3000 max_ns=9000 transactions=400 reads=5600 writes=1599 others=801 errors=2 "
            "tsc=10000 stolen_ns=10000000 intr=120 ctxt=-5 pgfault=99999999999999999999",
            slot);
    }
}

/* A server that ends while nobody asks for it; then there is another. */
static void agent_serves_again(struct peer *p)
{
    hello(p);
    answer(p, "serving slot=%lu ports=8001", wait_for(p, "run"));
    unsigned long slot = wait_for(p, "run");
    say(p, "note text=the%20server%20was%20killed%1b");
    answer(p, "serving slot=%lu ports=8002", slot);
    wait_for(p, "run");
}

/* Of a web server that was not steady yet: errors, and no transactions. */
static void agent_errs(struct peer *p)
{
    hello(p);
    unsigned long slot = wait_for(p, "run");
    answer(p, "begin slot=%lu", slot);
    nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    answer(p, "end slot=%lu", slot);
    answer(p,
           "result slot=%lu ops=400 ns=4000000 start_ns=1000 end_ns=4002000 verified=1 lat_n=0 "
           "errors=3 unsteady=1 dropped=0",
           slot);
    wait_for(p, "run");
}

static void agent_fails(struct peer *p)
{
    hello(p);
    for (;;)
        answer(p, "fail slot=%lu reason=no%%20%%1b%%5b31mrights%%0a", wait_for(p, "run"));
}

/* As long as the longest that workloads give, with the remedy at its end. */
#define REMEDY "or name another directory with --scratch DIR"
static void agent_says_much(struct peer *p)
{
    char text[600];
    hello(p);
    for (;;) {
        int used = snprintf(text, sizeof text, "fail slot=%lu reason=", wait_for(p, "run"));
        for (size_t i = 0; i < REASON_MAX - sizeof REMEDY; i++)
            text[used++] = 'x';
        for (const char *c = REMEDY; *c; c++)
            used += snprintf(text + used, sizeof text - (size_t)used, *c == ' ' ? "%%20" : "%c",
                             *c);
        say(p, text);
    }
}

static void agent_dies_in_run(struct peer *p)
{
    hello(p);
    answer(p, "begin slot=%lu", wait_for(p, "run"));
}

static void agent_loses_records(struct peer *p)
{
    hello(p);
    unsigned long slot = wait_for(p, "run");
    p->seq++;
    answer(p, "begin slot=%lu", slot);
    pause();
}

static void agent_nonsense(struct peer *p)
{
    hello(p);
    wait_for(p, "run");
    if (write(p->fd, "\x01\x02\xff\n", 4) < 0)
        return;
    pause();
}

static void agent_long_line(struct peer *p)
{
    static char block[PROTOCOL_MAX_FROM_GUEST + 10];
    hello(p);
    wait_for(p, "run");
    memset(block, 'a', sizeof block);
    if (write(p->fd, block, sizeof block) < 0)
        return;
    pause();
}

static void agent_floods(struct peer *p)
{
    hello(p);
    wait_for(p, "run");
    for (;;)
        say(p, "tick slot=0 ops=1 ns=1");
}

static void agent_never_began(struct peer *p)
{
    hello(p);
    answer(p, "result slot=%lu ops=1 ns=1 start_ns=0 end_ns=5 verified=1", wait_for(p, "run"));
    pause();
}

static void agent_overworked(struct peer *p)
{
    hello(p);
    unsigned long slot = wait_for(p, "run");
    answer(p, "begin slot=%lu", slot);
    answer(p, "result slot=%lu ops=1 ns=1000 start_ns=0 end_ns=5 verified=1", slot);
    pause();
}

static void agent_too_fast(struct peer *p)
{
    unsigned long slot;
    hello(p);
    slot = wait_for(p, "run");
    answer(p, "begin slot=%lu", slot);
    answer(p, "result slot=%lu ops=9000000000000000000 ns=1 start_ns=0 end_ns=5 verified=1", slot);
    pause();
}

static void agent_moves_worlds(struct peer *p)
{
    unsigned long slot;
    hello(p);
    slot = wait_for(p, "run");
    answer(p, "begin slot=%lu", slot);
    answer(p, "result slot=%lu ops=1 ns=1000 start_ns=0 end_ns=1000 verified=1 bytes=1e17", slot);
    pause();
}

static void agent_mad_quantiles(struct peer *p)
{
    hello(p);
    unsigned long slot = wait_for(p, "run");
    answer(p, "begin slot=%lu", slot);
    answer(p,
           "result slot=%lu ops=1 ns=5 start_ns=0 end_ns=5 verified=1 lat_n=2 p50_ns=10 p90_ns=5 "
           "p99_ns=5 p99_9_ns=5 max_ns=5",
           slot);
    pause();
}

static const struct session_run run = {
    .slot = 7, .workload = "null", .params = "", .lead_s = 0, .time_s = 0.1, .tick_s = 0.05};

static void broken_agents_end_the_session(void **state)
{
    (void)state;
    static const struct {
        void (*agent)(struct peer *);
        const char *says;
    } cases[] = {
        {agent_dies_in_run, "ended"},
        {agent_loses_records, "lost records"},
        {agent_nonsense, "nonsense"},
        {agent_long_line, "line of more than"},
        {agent_floods, "floods"},
        {agent_never_began, "never began"},
        {agent_overworked, "worked longer"},
        {agent_too_fast, "more than any machine can"},
        {agent_moves_worlds, "more than any machine can"},
        {agent_mad_quantiles, "latencies"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;
        struct error e = {0};
        struct session_result out;
        start(&f, cases[i].agent);
        struct session *s = session_open(&f.target, SHA, HELLO_S, NULL, &e);
        assert_non_null(s);
        assert_int_equal(session_run(s, &run, &out, NULL, NULL, &e), -1);
        assert_int_equal(e.kind, ERROR_GUEST);
        if (!strstr(e.text, cases[i].says))
            fail_msg("case %zu: %s", i, e.text);
        session_close(s);
        stop(&f);
    }
}

/* Stopped in the middle of a slot. */
static void agent_stops(struct peer *p)
{
    hello(p);
    answer(p, "begin slot=%lu", wait_for(p, "run"));
    pause();
}

/* Long in its preparation, but asked for its clock it answers. */
static void agent_thinks(struct peer *p)
{
    hello(p);
    unsigned long slot = wait_for(p, "run");
    wait_for(p, "clock");
    answer(p, "fail slot=%lu reason=asked", slot);
    wait_for(p, "stop");
}

struct silences {
    size_t count;
    double longest_s, limit_s;
    bool over;
};

static void count_silence(void *context, double seconds, double limit_s)
{
    struct silences *all = context;
    all->count++;
    all->over = seconds <= 0;
    all->longest_s = fmax(all->longest_s, seconds);
    all->limit_s = limit_s;
}

static void silence_is_told_and_bounded(void **state)
{
    (void)state;
    struct fixture f;
    struct error e = {0};
    struct session_result out;
    struct silences all = {0};
    struct session_run watched = run;
    watched.silent = count_silence;
    start(&f, agent_stops);
    struct session *s = session_open(&f.target, SHA, HELLO_S, NULL, &e);
    assert_non_null(s);
    assert_int_equal(session_run(s, &watched, &out, NULL, &all, &e), -1);
    assert_non_null(strstr(e.text, "it hangs: nothing was heard of it for 12 s in null"));
    assert_true(all.count >= 4 && all.over);
    assert_true(all.longest_s >= 5 && all.longest_s < all.limit_s);
    session_close(s);
    stop(&f);

    all = (struct silences){0};
    start(&f, agent_thinks);
    s = session_open(&f.target, SHA, HELLO_S, NULL, &e);
    assert_non_null(s);
    assert_int_equal(session_run(s, &watched, &out, NULL, &all, &e), 0);
    assert_string_equal(out.failure, "asked");
    assert_int_equal(all.count, 0);
    session_close(s);
    stop(&f);
}

static void count_tick(void *context, const struct session_tick *t)
{
    uint64_t *sum = context;
    assert_true(t->seconds > 0);
    *sum += t->ops;
}

/* Says that a slot of 0.1 s took two. */
static void agent_liar(struct peer *p)
{
    hello(p);
    unsigned long slot = wait_for(p, "run");
    answer(p, "begin slot=%lu", slot);
    answer(p, "result slot=%lu ops=9 ns=2000000000 start_ns=0 end_ns=2000000000 verified=1", slot);
    pause();
}

struct marks {
    uint64_t sum; /* of ticks */
    char order[8];
};

static void count_marked_tick(void *context, const struct session_tick *t)
{
    struct marks *m = context;
    m->sum += t->ops;
    assert_string_equal(m->order, "(");
}

static void mark(void *context, bool ended)
{
    struct marks *m = context;
    assert_true(strlen(m->order) + 1 < sizeof m->order);
    m->order[strlen(m->order)] = ended ? ')' : '(';
}

/* Who counts beside the agent is called at both ends of the timed part, once. */
static void the_timed_part_is_marked(void **state)
{
    (void)state;
    struct fixture f;
    struct error e = {0};
    struct session_result out;
    struct marks m = {0};
    struct session_run marked = run;
    marked.mark = mark;
    start(&f, agent_good);
    struct session *s = session_open(&f.target, NULL, HELLO_S, NULL, &e);
    assert_non_null(s);
    assert_int_equal(session_run(s, &marked, &out, count_marked_tick, &m, &e), 0);
    assert_string_equal(m.order, "()");
    assert_int_equal(m.sum, 300);
    /* What the kernel inside counted, where it can be believed. */
    assert_int_equal(out.inside.known, 1u << COUNTER_GUEST_INTERRUPTS | 1u << COUNTER_STOLEN);
    assert_int_equal(out.inside.value[COUNTER_GUEST_INTERRUPTS], 120);
    assert_int_equal(out.inside.value[COUNTER_STOLEN], 10000000);
    session_close(s);
    stop(&f);
    /* An agent that says nothing of the end has ended when its result is there. */
    start(&f, agent_liar);
    s = session_open(&f.target, NULL, HELLO_S, NULL, &e);
    assert_non_null(s);
    m = (struct marks){0};
    assert_int_equal(session_run(s, &marked, &out, NULL, &m, &e), 0);
    assert_string_equal(m.order, "()");
    assert_int_equal(out.inside.known, 0);
    session_close(s);
    stop(&f);
}

static void good_agent_gives_a_result(void **state)
{
    (void)state;
    struct fixture f;
    struct error e = {0};
    struct session_result out;
    uint64_t ticked = 0;
    start(&f, agent_good);
    struct session *s = session_open(&f.target, NULL, HELLO_S, NULL, &e);
    assert_non_null(s);
    assert_int_equal(session_audit_clock(s, &e), 0);
    assert_int_equal(session_run(s, &run, &out, count_tick, &ticked, &e), 0);
    assert_string_equal(out.failure, "");
    assert_int_equal(out.ops, 400);
    assert_true(fabs(out.agent_s - 0.004) < 1e-12);
    assert_true(fabs(out.overhead_s_per_op - 1e-6) < 1e-15);
    assert_true(fabs(out.tsc_per_s - 10000 / 4.001e-3) < 1e-3);
    assert_int_equal(ticked, 300);
    assert_true(out.latency.known);
    assert_true(out.latency.p99_us == 3);
    assert_int_equal(out.statements.transactions, 400);
    assert_int_equal(out.statements.writes, 1599);
    assert_int_equal(statements_queries(&out.statements), 8000);
    assert_int_equal(out.statements.errors, 2);
    assert_true(isnan(out.steal));
    assert_false(out.flags & (FLAG_CLOCK | FLAG_UNSTEADY));
    assert_int_equal(out.dropped, DROPPED_NOTHING);
    /* The same agent again: sessions go on. */
    assert_int_equal(session_run(s, &run, &out, NULL, NULL, &e), 0);
    assert_int_equal(session_audit_clock(s, &e), 0);
    session_close(s);
    stop(&f);
}

static void counts_errors(void **state)
{
    (void)state;
    struct fixture f;
    struct error e = {0};
    struct session_result out;
    start(&f, agent_errs);
    struct session *s = session_open(&f.target, NULL, HELLO_S, NULL, &e);
    assert_non_null(s);
    assert_int_equal(session_run(s, &run, &out, NULL, NULL, &e), 0);
    assert_string_equal(out.failure, "");
    assert_int_equal(out.statements.errors, 3);
    assert_true(out.flags & FLAG_UNSTEADY);
    assert_int_equal(out.dropped, DROPPED_FILE);
    assert_int_equal(out.statements.transactions, 0);
    session_close(s);
    stop(&f);
}

static void why_a_server_ended_is_kept_once(void **state)
{
    (void)state;
    struct fixture f;
    struct error e = {0};
    struct endpoint endpoint = {.address = "127.0.0.1"};
    struct session_run request = run;
    char why[REASON_MAX];
    request.role = ROLE_SERVE;
    request.endpoint = &endpoint;
    start(&f, agent_serves_again);
    struct session *s = session_open(&f.target, NULL, HELLO_S, NULL, &e);
    assert_non_null(s);
    assert_int_equal(session_serve(s, &request, &endpoint, why, &e), 0);
    assert_int_equal(endpoint.ports[0], 8001);
    session_take_note(s, why);
    assert_string_equal(why, "");
    assert_int_equal(session_serve(s, &request, &endpoint, why, &e), 0);
    assert_string_equal(why, "");
    assert_int_equal(endpoint.ports[0], 8002);
    session_take_note(s, why);
    assert_string_equal(why, "the server was killed·");
    session_take_note(s, why);
    assert_string_equal(why, "");
    session_close(s);
    stop(&f);
}

static void failures_are_clean_text(void **state)
{
    (void)state;
    struct fixture f;
    struct error e = {0};
    struct session_result out;
    start(&f, agent_fails);
    struct session *s = session_open(&f.target, NULL, HELLO_S, NULL, &e);
    assert_non_null(s);
    assert_int_equal(session_run(s, &run, &out, NULL, NULL, &e), 0);
    assert_non_null(strstr(out.failure, "rights"));
    for (const char *c = out.failure; *c; c++)
        assert_true((unsigned char)*c >= 0x20);
    session_close(s);
    stop(&f);
}

/* The end of a sentence is what to do. */
static void a_reason_is_not_cut(void **state)
{
    (void)state;
    struct fixture f;
    struct error e = {0};
    struct session_result out;
    start(&f, agent_says_much);
    struct session *s = session_open(&f.target, NULL, HELLO_S, NULL, &e);
    assert_non_null(s);
    assert_int_equal(session_run(s, &run, &out, NULL, NULL, &e), 0);
    assert_int_equal(strlen(out.failure), REASON_MAX - 1);
    assert_non_null(strstr(out.failure, REMEDY));
    session_close(s);
    stop(&f);
}

static void impossible_durations_raise_the_clock_flag(void **state)
{
    (void)state;
    struct fixture f;
    struct error e = {0};
    struct session_result out;
    start(&f, agent_liar);
    struct session *s = session_open(&f.target, NULL, HELLO_S, NULL, &e);
    assert_non_null(s);
    assert_int_equal(session_run(s, &run, &out, NULL, NULL, &e), 0);
    assert_true(out.flags & FLAG_CLOCK);
    session_close(s);
    stop(&f);
}

static void interrupt_is_heard_at_once(void **state)
{
    (void)state;
    struct fixture f;
    struct error e = {0};
    int interrupt[2];
    assert_int_equal(pipe(interrupt), 0);
    assert_int_equal(write(interrupt[1], "x", 1), 1);
    start(&f, agent_silent);
    struct target_waiter waiter = {.interrupt_fd = interrupt[0]};
    assert_null(session_open(&f.target, NULL, 60, &waiter, &e));
    assert_int_equal(e.kind, ERROR_INTERRUPTED);
    stop(&f);
    close(interrupt[0]);
    close(interrupt[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_hellos_are_refused),
        cmocka_unit_test(boot_text_is_skipped),
        cmocka_unit_test(broken_agents_end_the_session),
        cmocka_unit_test(silence_is_told_and_bounded),
        cmocka_unit_test(good_agent_gives_a_result),
        cmocka_unit_test(counts_errors),
        cmocka_unit_test(the_timed_part_is_marked),
        cmocka_unit_test(why_a_server_ended_is_kept_once),
        cmocka_unit_test(failures_are_clean_text),
        cmocka_unit_test(a_reason_is_not_cut),
        cmocka_unit_test(impossible_durations_raise_the_clock_flag),
        cmocka_unit_test(interrupt_is_heard_at_once),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
