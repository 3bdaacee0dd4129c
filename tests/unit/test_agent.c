/* The agent as vmtax sees it: what it says, what it refuses, and that nothing of it stays. Most
 * cases use the installed agent and its null workload; what needs a kernel that crashes or hangs
 * uses strange-agent, the same sources with the kernels of strange_kernels.c. Time is only ever
 * compared with wide bounds: the machine may be busy. */
#include <config.h>

#include "tests/unit/agent_peer.h"

#include "src/guest_address.h"
#include "src/sha256.h"
#include "tests/unit/unit.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static void says_hello(void **state)
{
    struct agent a;
    struct record r;
    struct error e;
    char sha256[65];
    cpu_set_t set;
    (void)state;

    double from = now_s();
    agent_start(&a, TEST_AGENT, NULL);
    agent_expect(&a, &r, "hello");
    assert_true(now_s() - from < 5);
    assert_int_equal(agent_number(&r, "seq"), 0);
    assert_string_equal(record_text(&r, "magic"), "vmtax-agent");
    assert_int_equal(agent_number(&r, "proto"), PROTOCOL_VERSION);
    assert_string_equal(record_text(&r, "version"), PACKAGE_VERSION);
    assert_int_equal(sha256_file(TEST_AGENT, sha256, &e), 0);
    assert_string_equal(record_text(&r, "sha256"), sha256);
    assert_int_equal(sched_getaffinity(0, sizeof set, &set), 0);
    assert_int_equal(agent_number(&r, "cpus"), CPU_COUNT(&set));
    assert_true(agent_number(&r, "memory_kib") > 1024);
    assert_int_equal(agent_number(&r, "pid"), a.pid);
    struct guest_address_host here;
    guest_address_host(&here);
    assert_string_equal(record_text(&r, "boot"), here.boot);
    assert_string_equal(record_text(&r, "netns"), here.netns);
    assert_non_null(record_text(&r, "addresses"));
    static const char *const texts[] = {"arch", "kernel", "clocksource", "virt"};
    for (size_t i = 0; i < COUNT(texts); i++)
        assert_true(strlen(record_text(&r, texts[i])) > 0);
    agent_finish(&a);
}

/* What sshd says of who reached it, as far as it is an address. */
static void says_who_reached_it(void **state)
{
    static const struct {
        const char *said, *client, *server;
    } rows[] = {
        {"192.0.2.1 50000 192.0.2.2 22", "192.0.2.1", "192.0.2.2"},
        {"2001:db8::1 50000 2001:db8::2 22", "2001:db8::1", "2001:db8::2"},
        {"192.0.2.1", "unknown", "unknown"},
        {"192.0.2.1 50000", "192.0.2.1", "unknown"},
        {"192.0.2.1 50000 192.0.2.2", "192.0.2.1", "unknown"},
        {"box 50000 192.0.2.2 22", "unknown", "unknown"},
        {" 192.0.2.1 50000 192.0.2.2 22", "unknown", "unknown"},
        {"1111111111111111111111111111111111111111111111111111111111111111 1", "unknown",
         "unknown"},
        {"", "unknown", "unknown"},
        {NULL, "unknown", "unknown"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct agent a;
        struct record r;
        if (rows[i].said)
            setenv("SSH_CONNECTION", rows[i].said, 1);
        else
            unsetenv("SSH_CONNECTION");
        agent_start(&a, TEST_AGENT, NULL);
        agent_expect(&a, &r, "hello");
        assert_string_equal(record_text(&r, "client"), rows[i].client);
        assert_string_equal(record_text(&r, "server"), rows[i].server);
        agent_finish(&a);
    }
}

/* Static, position independent, at most 4 MiB: the same bytes run in every target. */
static void is_one_static_file(void **state)
{
    struct stat st;
    Elf64_Ehdr header;
    bool interpreter = false;
    (void)state;
#ifdef TEST_SANITIZED
    skip();
#endif
    int fd = open(TEST_AGENT, O_RDONLY);
    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &st), 0);
    assert_in_range(st.st_size, 1, 4 << 20);
    assert_int_equal(read(fd, &header, sizeof header), sizeof header);
    assert_int_equal(header.e_type, ET_DYN);
    for (int i = 0; header.e_ident[EI_CLASS] == ELFCLASS64 && i < header.e_phnum; i++) {
        Elf64_Phdr segment;
        off_t at = (off_t)(header.e_phoff + (Elf64_Off)i * header.e_phentsize);
        assert_int_equal(pread(fd, &segment, sizeof segment, at), sizeof segment);
        interpreter |= segment.p_type == PT_INTERP;
    }
    assert_false(interpreter);
    close(fd);
}

static void arguments(void **state)
{
    struct agent a;
    (void)state;
    agent_start(&a, TEST_AGENT, "/nonexistent/directory");
    assert_int_equal(agent_await_end(&a, 10), 2);
}

static void skips_malformed_requests(void **state)
{
    static const char *const requests[] = {
        "nonsense\n",
        "Run slot=1\n",
        "run slot=\n",
        "run slot=4294967296\n",
        "run slot=1 slot=1\n",
        "run slot=%00\n",
        "clock\n",
        "clock id=-1\n",
        "clock id=99999999999999999999\n",
        "\x1b[2J\n",
        "hello magic=vmtax-agent\n",
        " \n",
    };
    struct agent a;
    struct record r;
    (void)state;
    agent_start_greeted(&a, TEST_AGENT, NULL);
    for (size_t i = 0; i < COUNT(requests); i++) {
        agent_say(&a, requests[i]);
        agent_expect(&a, &r, "note");
        for (const char *p = record_text(&r, "text"); *p; p++)
            assert_true(*p >= 0x20 && *p < 0x7f);
    }
    agent_say(&a, "\n\r\nclock id=7\r\n");
    agent_expect(&a, &r, "clock");
    assert_int_equal(agent_number(&r, "id"), 7);
    agent_finish(&a);
}

static void refuses_impossible_runs(void **state)
{
    static const struct {
        const char *fields;
        const char *reason;
    } cases[] = {
        {"workload=nul lead_us=0 time_us=1000 tick_us=0 fresh=1 seed=1", "named nul"},
        {"workload=%1b[m lead_us=0 time_us=1000 tick_us=0 fresh=1 seed=1", "named \xc2\xb7[m"},
        {"lead_us=0 time_us=1000 tick_us=0 fresh=1 seed=1", "no workload="},
        {"workload=null params=cpus%3D1 lead_us=0 time_us=1000 tick_us=0 fresh=1 seed=1", "cpus"},
        {"workload=null lead_us=10000001 time_us=1000 tick_us=0 fresh=1 seed=1", "lead_us"},
        {"workload=null lead_us=0 time_us=999 tick_us=0 fresh=1 seed=1", "time_us"},
        {"workload=null lead_us=0 time_us=600000001 tick_us=0 fresh=1 seed=1", "time_us"},
        {"workload=null lead_us=0 time_us=1000 tick_us=9999 fresh=1 seed=1", "tick_us"},
        {"workload=null lead_us=0 time_us=1000 tick_us=0 fresh=2 seed=1", "fresh"},
        {"workload=null lead_us=0 time_us=1000 tick_us=0 fresh=1 seed=x", "seed"},
        {"workload=null lead_us=0 time_us=1000 tick_us=0 fresh=1", "seed"},
        {"", "lead_us"},
    };
    struct agent a;
    struct record r;
    (void)state;
    agent_start_greeted(&a, TEST_AGENT, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        char line[256];
        snprintf(line, sizeof line, "run slot=%zu%s%s\n", i, cases[i].fields[0] ? " " : "",
                 cases[i].fields);
        agent_say(&a, line);
        agent_expect_fail(&a, (unsigned)i, cases[i].reason);
    }
    assert_int_equal(agent_worker(&a), 0);
    agent_run(&a, &r, 99, "null", "", 20);
    agent_finish(&a);

    agent_start_greeted(&a, STRANGE_AGENT, NULL);
    agent_ask(&a, 1, "file.write", "", 20, 0, true);
    agent_expect_fail(&a, 1, "--scratch");
    agent_ask(&a, 2, "ram.int.copy", "cpus=1000", 20, 0, true);
    agent_expect_fail(&a, 2, "usable here");
    agent_finish(&a);
}

static void skips_lines_that_are_too_long(void **state)
{
    static char line[3 * PROTOCOL_MAX_TO_GUEST];
    struct agent a;
    struct record r;
    (void)state;
    agent_start_greeted(&a, TEST_AGENT, NULL);

    /* the longest that is allowed */
    memset(line, 'x', sizeof line);
    memcpy(line, "clock id=1 x=", 13);
    line[PROTOCOL_MAX_TO_GUEST - 1] = '\n';
    agent_say_bytes(&a, line, PROTOCOL_MAX_TO_GUEST);
    agent_expect(&a, &r, "clock");

    /* one byte more, and much more */
    static const size_t lengths[] = {PROTOCOL_MAX_TO_GUEST + 1, 2 * PROTOCOL_MAX_TO_GUEST + 5,
                                     sizeof line};
    for (size_t i = 0; i < COUNT(lengths); i++) {
        memset(line, 'x', sizeof line);
        memcpy(line, "clock id=1 x=", 13);
        line[lengths[i] - 1] = '\n';
        agent_say_bytes(&a, line, lengths[i]);
        agent_expect(&a, &r, "note");
        assert_non_null(strstr(record_text(&r, "text"), "longer"));
        agent_say(&a, "clock id=2\n");
        agent_expect(&a, &r, "clock");
        assert_int_equal(agent_number(&r, "id"), 2);
    }
    agent_finish(&a);
}

static void takes_requests_in_pieces(void **state)
{
    static const char text[] = "clock id=1\nclock id=2\nrun slot=1 workload=null lead_us=0 "
                               "time_us=5000 tick_us=0 fresh=1 seed=1\n";
    struct agent a;
    struct record r;
    (void)state;
    agent_start_greeted(&a, TEST_AGENT, NULL);
    for (size_t i = 0; i < sizeof text - 1; i++)
        agent_say_bytes(&a, text + i, 1);
    agent_expect(&a, &r, "clock");
    agent_expect(&a, &r, "clock");
    agent_expect(&a, &r, "begin");
    agent_expect(&a, &r, "result");

    /* requests before an end of input are answered */
    agent_say(&a, "clock id=3\nclock id=4\n");
    close(a.to);
    a.to = -1;
    agent_expect(&a, &r, "clock");
    agent_expect(&a, &r, "clock");
    assert_int_equal(agent_number(&r, "id"), 4);
    assert_false(agent_hear(&a, &r, 10));
    assert_int_equal(agent_await_end(&a, 10), 0);
}

/* Requests faster than anybody reads the answers: the agent stops reading, and loses nothing. */
static void holds_back_a_flood(void **state)
{
    enum { FLOOD = 30000 };
    struct agent a;
    struct record r;
    unsigned sent = 0;
    unsigned heard = 0;
    bool blocked = false;
    char line[64];
    size_t length = 0;
    size_t done = 0;
    (void)state;
    agent_start_greeted(&a, TEST_AGENT, NULL);
    fcntl(a.to, F_SETFL, O_NONBLOCK);
    while (sent < FLOOD || heard < FLOOD) {
        if (sent < FLOOD) {
            if (done == length) {
                length = (size_t)snprintf(line, sizeof line, "clock id=%u\n", sent);
                done = 0;
            }
            ssize_t n = write(a.to, line + done, length - done);
            if (n > 0) {
                done += (size_t)n;
                sent += done == length;
                continue;
            }
            assert_int_equal(errno, EAGAIN);
            struct pollfd p = {.fd = a.to, .events = POLLOUT};
            if (poll(&p, 1, blocked ? 0 : 200) > 0)
                continue;
            blocked = true;
        }
        /* a part of the answers, then on with the flood */
        for (int i = 0; i < 2000 && heard < sent; i++) {
            agent_expect(&a, &r, "clock");
            assert_int_equal(agent_number(&r, "id"), heard);
            heard++;
        }
    }
    assert_true(blocked);
    fcntl(a.to, F_SETFL, 0);
    agent_finish(&a);
}

/* Flooded, throttled, and then the other side is gone without having read anything. */
static void ends_when_throttled(void **state)
{
    struct agent a;
    (void)state;
    agent_start_greeted(&a, TEST_AGENT, NULL);
    fcntl(a.to, F_SETFL, O_NONBLOCK);
    struct pollfd p = {.fd = a.to, .events = POLLOUT};
    while (poll(&p, 1, 200) > 0)
        if (write(a.to, "clock id=1\nclock id=2\nclock id=3\n", 33) < 0)
            assert_int_equal(errno, EAGAIN);
    close(a.to);
    a.to = -1;
    assert_int_equal(agent_await_end(&a, 10), 0);
}

static void ends_with_its_reader(void **state)
{
    struct agent a;
    struct record r;
    pid_t pids[PIDS_MAX];
    (void)state;
    agent_start_greeted(&a, STRANGE_AGENT, NULL);
    agent_ask(&a, 1, "sys.fork_exec", "", 30000, 20, true);
    agent_expect(&a, &r, "begin");
    size_t count = agent_descendants(a.pid, pids);
    assert_int_equal(count, 2);
    close(a.from);
    a.from = -1;
    assert_int_equal(agent_await_end(&a, 10), 0);
    assert_gone(pids, count, 5);
}

static void stops(void **state)
{
    struct agent a;
    struct record r;
    pid_t pids[PIDS_MAX];
    (void)state;
    agent_start_greeted(&a, STRANGE_AGENT, NULL);

    agent_ask(&a, 1, "sys.fork_exec", "", 60000, 10, true);
    agent_expect(&a, &r, "begin");
    agent_ask(&a, 2, "null", "", 20, 0, true);
    agent_expect_fail(&a, 2, "another slot is running");
    size_t count = agent_descendants(a.pid, pids);
    assert_int_equal(count, 2);
    agent_say(&a, "stop\n");
    agent_expect_fail(&a, 1, "stopped");
    assert_gone(pids, count, 0); /* when it says so they are gone */

    /* in one breath: stop, run, and that is stopped too */
    agent_ask(&a, 3, "null", "", 60000, 0, true);
    agent_expect(&a, &r, "begin");
    agent_say(&a, "stop\n");
    agent_ask(&a, 4, "null", "", 20, 0, true);
    agent_ask(&a, 5, "null", "", 20, 0, true);
    agent_expect_fail(&a, 5, "another");
    agent_expect_fail(&a, 3, "stopped");
    agent_expect(&a, &r, "begin");
    agent_expect(&a, &r, "result");
    assert_int_equal(agent_number(&r, "slot"), 4);

    /* one that does not listen */
    agent_ask(&a, 6, "sys.fork_exit", "", 60000, 0, true);
    agent_expect(&a, &r, "begin");
    count = agent_descendants(a.pid, pids);
    double from = now_s();
    agent_say(&a, "stop\n");
    agent_expect_fail(&a, 6, "stopped");
    assert_true(now_s() - from < 8);
    assert_gone(pids, count, 0);
    agent_run(&a, &r, 7, "null", "", 20);
    agent_finish(&a);
}

/* Also in the middle of a slot, and the numbers grow. */
static void counts(void **state)
{
    struct agent a;
    struct record r;
    /* of one processor no "tlb" */
    static const char *const keys[] = {"intr", "ctxt", "pgfault", "stolen_ns"};
    uint64_t before[4];
    (void)state;
    agent_start_greeted(&a, STRANGE_AGENT, NULL);
    agent_say(&a, "count id=7\n");
    agent_expect(&a, &r, "count");
    assert_int_equal(agent_number(&r, "id"), 7);
    for (size_t i = 0; i < 4; i++)
        before[i] = agent_number(&r, keys[i]);
    agent_ask(&a, 1, "sys.fork_exec", "", 60000, 0, true);
    agent_expect(&a, &r, "begin");
    agent_say(&a, "count id=8\n");
    agent_expect(&a, &r, "count");
    assert_int_equal(agent_number(&r, "id"), 8);
    for (size_t i = 0; i < 3; i++)
        assert_true(agent_number(&r, keys[i]) > before[i]);
    assert_true(agent_number(&r, keys[3]) >= before[3]); /* as long as somebody else wants it */
    assert_int_equal(before[3] % 1000000, 0);            /* in ticks */
    agent_say(&a, "stop\n");
    agent_expect_fail(&a, 1, "stopped");
    agent_say(&a, "count\n");
    agent_expect(&a, &r, "note");
    agent_finish(&a);
}

static void rests(void **state)
{
    struct agent a;
    struct record r;
    pid_t pids[PIDS_MAX];
    (void)state;
    agent_start_greeted(&a, STRANGE_AGENT, NULL);

    /* nothing to end */
    agent_say(&a, "rest id=7\n");
    agent_expect(&a, &r, "rest");
    assert_int_equal(agent_number(&r, "id"), 7);

    /* a worker that waits for its next slot; a slot that comes at once gets another */
    agent_run(&a, &r, 1, "sys.fork_exec", "", 20);
    size_t count = agent_descendants(a.pid, pids);
    assert_true(count >= 1);
    agent_say(&a, "rest id=8\n");
    agent_expect(&a, &r, "rest");
    assert_int_equal(agent_number(&r, "id"), 8);
    assert_gone(pids, count, 0);
    agent_run(&a, &r, 2, "sys.fork_exec", "", 20);

    /* in the middle of a slot */
    agent_ask(&a, 3, "sys.fork_exec", "", 60000, 0, true);
    agent_expect(&a, &r, "begin");
    count = agent_descendants(a.pid, pids);
    agent_say(&a, "rest id=9\n");
    agent_expect_fail(&a, 3, "stopped");
    agent_expect(&a, &r, "rest");
    assert_gone(pids, count, 0);

    /* no number: nothing to answer with */
    agent_say(&a, "rest\n");
    agent_expect(&a, &r, "note");
    agent_finish(&a);
}

static void reports_what_went_wrong(void **state)
{
    static const struct {
        const char *workload;
        const char *reason;
    } cases[] = {
        {"sys.read", "the bytes read back differ at byte 7"},
        {"sys.write", "there is no such thing here"},
        {"sys.sig_install", "sys.sig_install died of signal 11"},
        {"ctx.4p0k", "ended unexpectedly with status 3"},
        {"ctx.4p16k", "failed without saying why"},
    };
    struct agent a;
    struct record r;
    (void)state;
    agent_start_greeted(&a, STRANGE_AGENT, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        agent_ask(&a, (unsigned)i, cases[i].workload, "", 20, 0, i % 2);
        agent_expect_fail(&a, (unsigned)i, cases[i].reason);
        assert_int_equal(agent_worker(&a), 0);
    }
    agent_run(&a, &r, 9, "null", "", 20);

    /* killed from outside, in a run and between two */
    agent_ask(&a, 10, "null", "", 60000, 0, true);
    agent_expect(&a, &r, "begin");
    kill(agent_worker(&a), SIGKILL);
    agent_expect_fail(&a, 10, "died of signal 9");
    agent_run(&a, &r, 11, "null", "", 20);
    kill(agent_worker(&a), SIGKILL);
    agent_expect(&a, &r, "note");
    assert_non_null(strstr(record_text(&r, "text"), "died of signal 9"));
    agent_ask(&a, 12, "null", "", 20, 0, false);
    agent_expect(&a, &r, "begin");
    agent_expect(&a, &r, "result");
    agent_finish(&a);
}

static void gives_up_a_stuck_worker(void **state)
{
    struct agent a;
    struct record r;
    pid_t pids[PIDS_MAX];
    (void)state;
    agent_start_greeted(&a, STRANGE_AGENT, NULL);
    agent_ask(&a, 1, "sys.fork_exit", "", 20, 0, true);
    agent_expect(&a, &r, "begin");
    size_t count = agent_descendants(a.pid, pids);
    agent_say(&a, "clock id=1\n"); /* and it goes on listening */
    agent_expect(&a, &r, "clock");
    agent_expect_fail(&a, 1, "did not stop in time");
    assert_gone(pids, count, 0);
    agent_run(&a, &r, 2, "null", "", 20);
    agent_finish(&a);
}

/* Input ends in each phase: the agent ends at once and nothing is left. */
static void ends_with_its_input(void **state)
{
    static const struct {
        const char *workload;
        bool begins;
    } phases[] = {
        {NULL, false},           /* before anything */
        {"ctx.2p0k", false},     /* in prepare */
        {"ctx.2p16k", false},    /* in the lead-in */
        {"sys.fork_exit", true}, /* in the timed part, stuck */
        {"sys.fork_exec", true}, /* with children of the worker */
        {"ctx.2p64k", true},     /* in verify */
    };
    (void)state;
    for (size_t i = 0; i < COUNT(phases); i++) {
        struct agent a;
        struct record r;
        pid_t pids[PIDS_MAX];
        size_t count = 0;
        agent_start_greeted(&a, STRANGE_AGENT, NULL);
        if (phases[i].workload) {
            agent_ask(&a, 1, phases[i].workload, "", 50, 0, true);
            if (phases[i].begins)
                agent_expect(&a, &r, "begin");
            else
                agent_await_worker(&a);
            if (strcmp(phases[i].workload, "ctx.2p64k") == 0)
                agent_expect(&a, &r, "end");
            /* it may have to go a little to the point where it hangs */
            if (!phases[i].begins || strcmp(phases[i].workload, "ctx.2p64k") == 0)
                assert_false(agent_hear(&a, &r, 0.15));
            count = agent_descendants(a.pid, pids);
            assert_true(count > 0);
        }
        double from = now_s();
        agent_finish(&a);
        assert_true(now_s() - from < 5);
        assert_gone(pids, count, 1);
    }

    /* between slots */
    struct agent a;
    struct record r;
    agent_start_greeted(&a, TEST_AGENT, NULL);
    agent_run(&a, &r, 1, "null", "", 5);
    pid_t worker = agent_worker(&a);
    assert_true(worker > 0);
    agent_finish(&a);
    assert_gone(&worker, 1, 1);
}

static void nothing_survives_a_signal(void **state)
{
    static const int signals[] = {SIGKILL, SIGTERM, SIGINT, SIGHUP};
    (void)state;
    for (size_t i = 0; i < COUNT(signals); i++) {
        struct agent a;
        struct record r;
        pid_t pids[PIDS_MAX];
        agent_start_greeted(&a, STRANGE_AGENT, NULL);
        agent_ask(&a, 1, "sys.fork_exec", "", 60000, 10, true);
        agent_expect(&a, &r, "begin");
        size_t count = agent_descendants(a.pid, pids);
        assert_int_equal(count, 2);
        kill(a.pid, signals[i]);
        assert_int_equal(agent_await_end(&a, 10), signals[i] == SIGKILL ? 128 + SIGKILL : 0);
        assert_gone(pids, count, 5);
    }
}

/* One socket for both directions, as some runtimes give it. */
static void speaks_over_a_socket(void **state)
{
    struct agent a = {.to = -1};
    struct record r;
    int pair[2];
    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    a.pid = fork();
    if (a.pid == 0) {
        dup2(pair[1], 0);
        dup2(pair[1], 1);
        execl(STRANGE_AGENT, STRANGE_AGENT, (char *)NULL);
        _exit(127);
    }
    assert_true(a.pid > 0);
    close(pair[1]);
    a.to = a.from = pair[0];
    assert_int_equal(line_reader_init(&a.lines, PROTOCOL_MAX_FROM_GUEST), 0);
    agent_expect(&a, &r, "hello");
    agent_run(&a, &r, 1, "null", "", 20);
    agent_say(&a, "clock id=1\n");
    assert_int_equal(shutdown(a.to, SHUT_WR), 0); /* its answer still comes */
    agent_expect(&a, &r, "clock");
    assert_false(agent_hear(&a, &r, 10));
    a.to = -1;
    assert_int_equal(agent_await_end(&a, 10), 0);
}

/* Idle, it sleeps: no tick, no timer, no turn of a loop. */
static void does_not_spin(void **state)
{
    struct agent a;
    struct record r;
    char path[64];
    long before = 0;
    long after = 0;
    (void)state;
    agent_start_greeted(&a, TEST_AGENT, NULL);
    agent_run(&a, &r, 1, "null", "", 5);
    snprintf(path, sizeof path, "/proc/%d/status", (int)a.pid);
    for (int turn = 0; turn < 2; turn++) {
        char line[256];
        FILE *f = fopen(path, "r");
        assert_non_null(f);
        while (fgets(line, sizeof line, f))
            sscanf(line, "voluntary_ctxt_switches: %ld", turn ? &after : &before);
        fclose(f);
        if (!turn)
            poll(NULL, 0, 300);
    }
    assert_in_range(after - before, 0, 3);
    agent_finish(&a);
}

static void refuses_impossible_roles(void **state)
{
    static const struct {
        const char *fields;
        const char *reason;
    } cases[] = {
        {"workload=net.rr", "no role self"},
        {"workload=null role=serve", "no role serve"},
        {"workload=null role=king", "role="},
        {"workload=net.rr role=serve address=localhost", "address="},
        {"workload=net.rr role=serve address=1.2.3.4.5", "address="},
        {"workload=net.rr role=load ports=1", "address="},
        {"workload=net.rr role=load address=localhost ports=1", "address="},
        {"workload=net.rr role=load address=127.0.0.1", "ports="},
        {"workload=net.rr role=load address=127.0.0.1 ports=1,0", "ports="},
        {"workload=net.rr role=load address=127.0.0.1 ports=1,2,3,4,5", "ports="},
        {"workload=net.rr role=load address=127.0.0.1 ports=65536", "ports="},
    };
    struct agent a;
    (void)state;
    agent_start_greeted(&a, TEST_AGENT, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        char line[256];
        snprintf(line, sizeof line,
                 "run slot=%zu lead_us=0 time_us=1000 tick_us=0 fresh=1 seed=1 %s\n", i,
                 cases[i].fields);
        agent_say(&a, line);
        agent_expect_fail(&a, (unsigned)i, cases[i].reason);
    }
    agent_finish(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_hello),
        cmocka_unit_test(says_who_reached_it),
        cmocka_unit_test(is_one_static_file),
        cmocka_unit_test(arguments),
        cmocka_unit_test(skips_malformed_requests),
        cmocka_unit_test(refuses_impossible_runs),
        cmocka_unit_test(skips_lines_that_are_too_long),
        cmocka_unit_test(takes_requests_in_pieces),
        cmocka_unit_test(holds_back_a_flood),
        cmocka_unit_test(ends_when_throttled),
        cmocka_unit_test(ends_with_its_reader),
        cmocka_unit_test(stops),
        cmocka_unit_test(counts),
        cmocka_unit_test(rests),
        cmocka_unit_test(reports_what_went_wrong),
        cmocka_unit_test(gives_up_a_stuck_worker),
        cmocka_unit_test(ends_with_its_input),
        cmocka_unit_test(nothing_survives_a_signal),
        cmocka_unit_test(speaks_over_a_socket),
        cmocka_unit_test(refuses_impossible_roles),
        cmocka_unit_test(does_not_spin),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
