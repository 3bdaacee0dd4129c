/* The agent as vmtax sees it: real processes, real pipes, the real protocol. Most cases use the
 * installed agent and its null workload; what needs a kernel that crashes, hangs or takes a known
 * time uses strange-agent, the same sources with the kernels of strange_kernels.c. Time is only
 * ever compared with wide bounds: the machine may be busy. */
#include <config.h>

#include "src/protocol.h"
#include "src/sha256.h"
#include "src/text.h"
#include "tests/unit/unit.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define PIDS_MAX     64

struct agent {
    pid_t pid;
    int to, from;
    struct line_reader lines;
    uint64_t next_seq;
    uint64_t last_t;
};

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void start(struct agent *a, const char *path, const char *scratch)
{
    int in[2];
    int out[2];
    *a = (struct agent){.to = -1};
    assert_int_equal(pipe2(in, O_CLOEXEC), 0);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    a->pid = fork();
    if (a->pid == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        execl(path, path, scratch ? "--scratch" : NULL, scratch, (char *)NULL);
        _exit(127);
    }
    assert_true(a->pid > 0);
    close(in[0]);
    close(out[1]);
    a->to = in[1];
    a->from = out[0];
    assert_int_equal(line_reader_init(&a->lines, PROTOCOL_MAX_FROM_GUEST), 0);
}

/* Wait for the agent to end; its exit status, or -1 if it has to be killed. */
static int await_end(struct agent *a, double timeout_s)
{
    double until = now_s() + timeout_s;
    int status;
    for (;;) {
        pid_t pid = waitpid(a->pid, &status, WNOHANG);
        if (pid == a->pid)
            break;
        if (now_s() > until) {
            kill(a->pid, SIGKILL);
            waitpid(a->pid, &status, 0);
            return -1;
        }
        poll(NULL, 0, 2);
    }
    if (a->to >= 0)
        close(a->to);
    if (a->from >= 0)
        close(a->from);
    line_reader_release(&a->lines);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void finish(struct agent *a)
{
    close(a->to);
    a->to = -1;
    assert_int_equal(await_end(a, 10), 0);
}

static void say_bytes(struct agent *a, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = write(a->to, bytes, length);
        assert_true(n > 0);
        bytes += n;
        length -= (size_t)n;
    }
}

static void say(struct agent *a, const char *text)
{
    say_bytes(a, text, strlen(text));
}

/* Next record; NULL if none comes in time or the stream ended. Each must be in sequence. */
static bool hear(struct agent *a, struct record *r, double timeout_s)
{
    double until = now_s() + timeout_s;
    for (;;) {
        size_t length;
        char *line = line_reader_next(&a->lines, &length);
        if (line) {
            struct error e;
            uint64_t seq, t;
            if (record_parse(r, line, length, &e) < 0)
                fail_msg("%s", e.text);
            assert_int_equal(record_u64(r, "seq", 0, UINT64_MAX, &seq, &e), 0);
            assert_int_equal(record_u64(r, "t", a->last_t, UINT64_MAX, &t, &e), 0);
            assert_int_equal(seq, a->next_seq);
            a->next_seq++;
            a->last_t = t;
            return true;
        }
        char *where;
        size_t room = line_reader_room(&a->lines, &where);
        assert_true(room > 0);
        double left = until - now_s();
        struct pollfd p = {.fd = a->from, .events = POLLIN};
        if (left <= 0 || poll(&p, 1, (int)(left * 1000) + 1) <= 0)
            return false;
        ssize_t n = read(a->from, where, room);
        if (n <= 0)
            return false;
        line_reader_fed(&a->lines, (size_t)n);
    }
}

static void expect(struct agent *a, struct record *r, const char *verb)
{
    do {
        if (!hear(a, r, 20))
            fail_msg("no %s came", verb);
        /* Tests that do not ask for it pass over the end of the timed part. */
    } while (strcmp(r->verb, "end") == 0 && strcmp(verb, "end") != 0);
    if (strcmp(r->verb, verb) != 0)
        fail_msg("%s came instead of %s: %s", r->verb, verb,
                 record_text(r, "reason") ? record_text(r, "reason") : "");
}

static uint64_t number(const struct record *r, const char *key)
{
    uint64_t value;
    struct error e;
    if (record_u64(r, key, 0, UINT64_MAX, &value, &e) < 0)
        fail_msg("%s", e.text);
    return value;
}

static void start_greeted(struct agent *a, const char *path, const char *scratch)
{
    struct record r;
    start(a, path, scratch);
    expect(a, &r, "hello");
}

static void ask(struct agent *a, unsigned slot, const char *workload, const char *params,
                unsigned time_ms, unsigned tick_ms, bool fresh)
{
    char line[512];
    struct record_writer w;
    record_begin(&w, line, sizeof line - 1, "run");
    record_add_u64(&w, "slot", slot);
    record_add_text(&w, "workload", workload);
    record_add_text(&w, "params", params);
    record_add_u64(&w, "lead_us", 10000);
    record_add_u64(&w, "time_us", time_ms * 1000u);
    record_add_u64(&w, "tick_us", tick_ms * 1000u);
    record_add_u64(&w, "fresh", fresh);
    record_add_u64(&w, "seed", 42);
    long length = record_end(&w);
    assert_true(length > 0);
    say_bytes(a, line, (size_t)length);
}

/* Run to the end: the result in r. */
static void run(struct agent *a, struct record *r, unsigned slot, const char *workload,
                const char *params, unsigned time_ms)
{
    ask(a, slot, workload, params, time_ms, 0, true);
    expect(a, r, "begin");
    assert_int_equal(number(r, "slot"), slot);
    expect(a, r, "result");
    assert_int_equal(number(r, "slot"), slot);
    /* the one strange kernel that verifies nothing */
    assert_int_equal(number(r, "verified"), strcmp(workload, "sys.fork_sh") != 0);
}

static void expect_fail(struct agent *a, unsigned slot, const char *part)
{
    struct record r;
    do {
        if (!hear(a, &r, 20))
            fail_msg("no fail came");
    } while (strcmp(r.verb, "begin") == 0 || strcmp(r.verb, "tick") == 0 ||
             strcmp(r.verb, "end") == 0);
    assert_string_equal(r.verb, "fail");
    assert_int_equal(number(&r, "slot"), slot);
    const char *reason = record_text(&r, "reason");
    assert_non_null(reason);
    if (!strstr(reason, part))
        fail_msg("the reason is: %s", reason);
}

/* State letter and parent of a process; 0 if there is none. */
static char process_state(pid_t pid, pid_t *parent)
{
    char path[64];
    char text[512];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return 0;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    if (n <= 0)
        return 0;
    text[n] = '\0';
    const char *p = strrchr(text, ')'); /* the name may hold anything */
    int ppid = 0;
    char state = 0;
    if (!p || sscanf(p + 1, " %c %d", &state, &ppid) != 2)
        return 0;
    if (parent)
        *parent = ppid;
    return state;
}

/* Of a process or thread in /proc; 0: something else. */
static pid_t number_of(const struct dirent *entry)
{
    uint64_t number = 0;
    text_u64(entry->d_name, INT_MAX, &number);
    return (pid_t)number;
}

/* All living descendants of root. */
static size_t descendants(pid_t root, pid_t *pids)
{
    size_t count = 0;
    pids[count++] = root;
    for (size_t i = 0; i < count; i++) {
        DIR *dir = opendir("/proc");
        assert_non_null(dir);
        for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
            pid_t parent, pid = number_of(entry);
            if (pid > 0 && process_state(pid, &parent) && parent == pids[i] && count < PIDS_MAX)
                pids[count++] = pid;
        }
        closedir(dir);
    }
    memmove(pids, pids + 1, (count - 1) * sizeof *pids);
    return count - 1;
}

/* The one worker, waiting for it to have executed its file; 0 if there is none. */
static pid_t worker_of(const struct agent *a)
{
    pid_t pids[PIDS_MAX];
    return descendants(a->pid, pids) > 0 ? pids[0] : 0;
}

static void await_worker(const struct agent *a)
{
    double until = now_s() + 10;
    while (!worker_of(a)) {
        assert_true(now_s() < until);
        poll(NULL, 0, 2);
    }
}

static void assert_gone(const pid_t *pids, size_t count, double timeout_s)
{
    double until = now_s() + timeout_s;
    for (size_t i = 0; i < count; i++) {
        char state;
        while ((state = process_state(pids[i], NULL)) != 0 && state != 'Z' && state != 'X') {
            if (now_s() > until)
                fail_msg("process %d is still there", (int)pids[i]);
            poll(NULL, 0, 2);
        }
    }
}

static void says_hello(void **state)
{
    struct agent a;
    struct record r;
    struct error e;
    char sha256[65];
    cpu_set_t set;
    (void)state;

    double from = now_s();
    start(&a, TEST_AGENT, NULL);
    expect(&a, &r, "hello");
    assert_true(now_s() - from < 5);
    assert_int_equal(number(&r, "seq"), 0);
    assert_string_equal(record_text(&r, "magic"), "vmtax-agent");
    assert_int_equal(number(&r, "proto"), PROTOCOL_VERSION);
    assert_string_equal(record_text(&r, "version"), PACKAGE_VERSION);
    assert_int_equal(sha256_file(TEST_AGENT, sha256, &e), 0);
    assert_string_equal(record_text(&r, "sha256"), sha256);
    assert_int_equal(sched_getaffinity(0, sizeof set, &set), 0);
    assert_int_equal(number(&r, "cpus"), CPU_COUNT(&set));
    assert_true(number(&r, "memory_kib") > 1024);
    assert_int_equal(number(&r, "pid"), a.pid);
    static const char *const texts[] = {"arch", "kernel", "clocksource", "virt"};
    for (size_t i = 0; i < COUNT(texts); i++)
        assert_true(strlen(record_text(&r, texts[i])) > 0);
    finish(&a);
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
    start(&a, TEST_AGENT, "/nonexistent/directory");
    assert_int_equal(await_end(&a, 10), 2);
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
    start_greeted(&a, TEST_AGENT, NULL);
    for (size_t i = 0; i < COUNT(requests); i++) {
        say(&a, requests[i]);
        expect(&a, &r, "note");
        for (const char *p = record_text(&r, "text"); *p; p++)
            assert_true(*p >= 0x20 && *p < 0x7f);
    }
    say(&a, "\n\r\nclock id=7\r\n");
    expect(&a, &r, "clock");
    assert_int_equal(number(&r, "id"), 7);
    finish(&a);
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
    start_greeted(&a, TEST_AGENT, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        char line[256];
        snprintf(line, sizeof line, "run slot=%zu%s%s\n", i, cases[i].fields[0] ? " " : "",
                 cases[i].fields);
        say(&a, line);
        expect_fail(&a, (unsigned)i, cases[i].reason);
    }
    assert_int_equal(worker_of(&a), 0);
    run(&a, &r, 99, "null", "", 20);
    finish(&a);

    start_greeted(&a, STRANGE_AGENT, NULL);
    ask(&a, 1, "file.write", "", 20, 0, true);
    expect_fail(&a, 1, "--scratch");
    ask(&a, 2, "ram.int.copy", "cpus=1000", 20, 0, true);
    expect_fail(&a, 2, "usable here");
    finish(&a);
}

static void skips_lines_that_are_too_long(void **state)
{
    static char line[3 * PROTOCOL_MAX_TO_GUEST];
    struct agent a;
    struct record r;
    (void)state;
    start_greeted(&a, TEST_AGENT, NULL);

    /* the longest that is allowed */
    memset(line, 'x', sizeof line);
    memcpy(line, "clock id=1 x=", 13);
    line[PROTOCOL_MAX_TO_GUEST - 1] = '\n';
    say_bytes(&a, line, PROTOCOL_MAX_TO_GUEST);
    expect(&a, &r, "clock");

    /* one byte more, and much more */
    static const size_t lengths[] = {PROTOCOL_MAX_TO_GUEST + 1, 2 * PROTOCOL_MAX_TO_GUEST + 5,
                                     sizeof line};
    for (size_t i = 0; i < COUNT(lengths); i++) {
        memset(line, 'x', sizeof line);
        memcpy(line, "clock id=1 x=", 13);
        line[lengths[i] - 1] = '\n';
        say_bytes(&a, line, lengths[i]);
        expect(&a, &r, "note");
        assert_non_null(strstr(record_text(&r, "text"), "longer"));
        say(&a, "clock id=2\n");
        expect(&a, &r, "clock");
        assert_int_equal(number(&r, "id"), 2);
    }
    finish(&a);
}

static void takes_requests_in_pieces(void **state)
{
    static const char text[] = "clock id=1\nclock id=2\nrun slot=1 workload=null lead_us=0 "
                               "time_us=5000 tick_us=0 fresh=1 seed=1\n";
    struct agent a;
    struct record r;
    (void)state;
    start_greeted(&a, TEST_AGENT, NULL);
    for (size_t i = 0; i < sizeof text - 1; i++)
        say_bytes(&a, text + i, 1);
    expect(&a, &r, "clock");
    expect(&a, &r, "clock");
    expect(&a, &r, "begin");
    expect(&a, &r, "result");

    /* requests before an end of input are answered */
    say(&a, "clock id=3\nclock id=4\n");
    close(a.to);
    a.to = -1;
    expect(&a, &r, "clock");
    expect(&a, &r, "clock");
    assert_int_equal(number(&r, "id"), 4);
    assert_false(hear(&a, &r, 10));
    assert_int_equal(await_end(&a, 10), 0);
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
    start_greeted(&a, TEST_AGENT, NULL);
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
            expect(&a, &r, "clock");
            assert_int_equal(number(&r, "id"), heard);
            heard++;
        }
    }
    assert_true(blocked);
    fcntl(a.to, F_SETFL, 0);
    finish(&a);
}

/* Flooded, throttled, and then the other side is gone without having read anything. */
static void ends_when_throttled(void **state)
{
    struct agent a;
    (void)state;
    start_greeted(&a, TEST_AGENT, NULL);
    fcntl(a.to, F_SETFL, O_NONBLOCK);
    struct pollfd p = {.fd = a.to, .events = POLLOUT};
    while (poll(&p, 1, 200) > 0)
        if (write(a.to, "clock id=1\nclock id=2\nclock id=3\n", 33) < 0)
            assert_int_equal(errno, EAGAIN);
    close(a.to);
    a.to = -1;
    assert_int_equal(await_end(&a, 10), 0);
}

static void ends_with_its_reader(void **state)
{
    struct agent a;
    struct record r;
    pid_t pids[PIDS_MAX];
    (void)state;
    start_greeted(&a, STRANGE_AGENT, NULL);
    ask(&a, 1, "sys.fork_exec", "", 30000, 20, true);
    expect(&a, &r, "begin");
    size_t count = descendants(a.pid, pids);
    assert_int_equal(count, 2);
    close(a.from);
    a.from = -1;
    assert_int_equal(await_end(&a, 10), 0);
    assert_gone(pids, count, 5);
}

static void runs_null(void **state)
{
    struct agent a;
    struct record r;
    uint64_t ops = 0;
    uint64_t ns = 0;
    int ticks = 0;
    (void)state;
    start_greeted(&a, TEST_AGENT, NULL);
    ask(&a, 5, "null", "", 300, 20, true);
    expect(&a, &r, "begin");
    assert_int_equal(number(&r, "slot"), 5);
    for (;;) {
        assert_true(hear(&a, &r, 20));
        if (strcmp(r.verb, "tick") != 0)
            break;
        assert_int_equal(number(&r, "slot"), 5);
        assert_true(number(&r, "ops") >= ops);
        assert_true(number(&r, "ns") >= ns);
        ops = number(&r, "ops");
        ns = number(&r, "ns");
        ticks++;
    }
    assert_string_equal(r.verb, "end"); /* of the timed part, before the result is verified */
    assert_int_equal(number(&r, "slot"), 5);
    expect(&a, &r, "result");
    assert_true(ops > 0 && number(&r, "ops") >= ops && number(&r, "ns") >= ns);
    uint64_t span = number(&r, "end_ns") - number(&r, "start_ns");
    assert_int_equal(number(&r, "ns"), span);
    assert_in_range(span, 290 * 1000000, 600 * 1000000);
    assert_in_range(ticks, 3, span / (20 * 1000000) + 1); /* a longer slot has more of them */
    if (record_text(&r, "tsc")) /* ticks per microsecond: a counter of 100 MHz to 10 GHz */
        assert_in_range(number(&r, "tsc") / (span / 1000), 100, 10000);
    assert_int_equal(number(&r, "lanes"), 1);
    assert_int_equal(number(&r, "lat_n"), 0);
    assert_int_equal(number(&r, "bytes"), 0);
    assert_int_equal(number(&r, "overhead_ops"), 0);
    static const char *const counts[] = {"minflt", "majflt", "nvcsw",  "nivcsw",
                                         "intr",   "ctxt",   "pgfault"};
    for (size_t i = 0; i < COUNT(counts); i++)
        number(&r, counts[i]);
    finish(&a);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static void tells_the_time_in_a_run(void **state)
{
    struct agent a;
    struct record r;
    double seconds[15];
    uint64_t before = 0;
    (void)state;
    start_greeted(&a, TEST_AGENT, NULL);
    ask(&a, 1, "null", "", 600, 0, true);
    expect(&a, &r, "begin");
    for (size_t i = 0; i < COUNT(seconds); i++) {
        char line[32];
        snprintf(line, sizeof line, "clock id=%zu\n", i);
        double from = now_s();
        say(&a, line);
        expect(&a, &r, "clock");
        seconds[i] = now_s() - from;
        assert_int_equal(number(&r, "id"), i);
        assert_true(number(&r, "ns") > before);
        before = number(&r, "ns");
    }
    expect(&a, &r, "result");
    assert_true(number(&r, "end_ns") > before);
    qsort(seconds, COUNT(seconds), sizeof seconds[0], by_value);
    assert_true(seconds[COUNT(seconds) / 2] < 0.050);
    finish(&a);
}

static void keeps_a_worker_or_starts_afresh(void **state)
{
    struct agent a;
    struct record r;
    (void)state;
    start_greeted(&a, STRANGE_AGENT, NULL);
    run(&a, &r, 1, "ram.int.copy", "", 20);
    pid_t first = worker_of(&a);
    assert_true(first > 0);

    ask(&a, 2, "ram.int.copy", "cpus=1", 20, 0, false); /* the same, written out */
    expect(&a, &r, "begin");
    expect(&a, &r, "result");
    assert_int_equal(worker_of(&a), first);

    ask(&a, 3, "ram.int.copy", "", 20, 0, true);
    expect(&a, &r, "begin");
    pid_t second = worker_of(&a);
    assert_true(second > 0 && second != first);
    expect(&a, &r, "result");

    ask(&a, 4, "null", "", 20, 0, false); /* other work */
    expect(&a, &r, "begin");
    pid_t third = worker_of(&a);
    assert_true(third > 0 && third != second);
    expect(&a, &r, "result");
    assert_gone((pid_t[]){first, second}, 2, 0);

    /* stop without a slot releases the worker; a run after it has a new one */
    say(&a, "stop\n");
    ask(&a, 5, "null", "", 20, 0, false);
    expect(&a, &r, "begin");
    assert_true(worker_of(&a) != third);
    expect(&a, &r, "result");
    finish(&a);
}

/* A fresh worker has a new address layout: luck of placement lies inside the blocks. */
static void fresh_workers_differ_in_layout(void **state)
{
    struct agent a;
    struct record r;
    char setting = '0';
    uint64_t at[4];
    size_t different = 0;
    (void)state;
    int fd = open("/proc/sys/kernel/randomize_va_space", O_RDONLY);
    if (fd < 0 || read(fd, &setting, 1) != 1 || setting == '0')
        skip();
    close(fd);
    start_greeted(&a, STRANGE_AGENT, NULL);
    for (size_t i = 0; i < COUNT(at); i++) {
        run(&a, &r, (unsigned)i, "sys.pipe", "", 5);
        at[i] = number(&r, "bytes");
        different += i > 0 && at[i] != at[0];
    }
    assert_true(different > 0);
    finish(&a);
}

static void stops(void **state)
{
    struct agent a;
    struct record r;
    pid_t pids[PIDS_MAX];
    (void)state;
    start_greeted(&a, STRANGE_AGENT, NULL);

    ask(&a, 1, "sys.fork_exec", "", 60000, 10, true);
    expect(&a, &r, "begin");
    ask(&a, 2, "null", "", 20, 0, true);
    expect_fail(&a, 2, "another slot is running");
    size_t count = descendants(a.pid, pids);
    assert_int_equal(count, 2);
    say(&a, "stop\n");
    expect_fail(&a, 1, "stopped");
    assert_gone(pids, count, 0); /* when it says so they are gone */

    /* in one breath: stop, run, and that is stopped too */
    ask(&a, 3, "null", "", 60000, 0, true);
    expect(&a, &r, "begin");
    say(&a, "stop\n");
    ask(&a, 4, "null", "", 20, 0, true);
    ask(&a, 5, "null", "", 20, 0, true);
    expect_fail(&a, 5, "another");
    expect_fail(&a, 3, "stopped");
    expect(&a, &r, "begin");
    expect(&a, &r, "result");
    assert_int_equal(number(&r, "slot"), 4);

    /* one that does not listen */
    ask(&a, 6, "sys.fork_exit", "", 60000, 0, true);
    expect(&a, &r, "begin");
    count = descendants(a.pid, pids);
    double from = now_s();
    say(&a, "stop\n");
    expect_fail(&a, 6, "stopped");
    assert_true(now_s() - from < 8);
    assert_gone(pids, count, 0);
    run(&a, &r, 7, "null", "", 20);
    finish(&a);
}

static void rests(void **state)
{
    struct agent a;
    struct record r;
    pid_t pids[PIDS_MAX];
    (void)state;
    start_greeted(&a, STRANGE_AGENT, NULL);

    /* nothing to end */
    say(&a, "rest id=7\n");
    expect(&a, &r, "rest");
    assert_int_equal(number(&r, "id"), 7);

    /* a worker that waits for its next slot; a slot that comes at once gets another */
    run(&a, &r, 1, "sys.fork_exec", "", 20);
    size_t count = descendants(a.pid, pids);
    assert_true(count >= 1);
    say(&a, "rest id=8\n");
    expect(&a, &r, "rest");
    assert_int_equal(number(&r, "id"), 8);
    assert_gone(pids, count, 0);
    run(&a, &r, 2, "sys.fork_exec", "", 20);

    /* in the middle of a slot */
    ask(&a, 3, "sys.fork_exec", "", 60000, 0, true);
    expect(&a, &r, "begin");
    count = descendants(a.pid, pids);
    say(&a, "rest id=9\n");
    expect_fail(&a, 3, "stopped");
    expect(&a, &r, "rest");
    assert_gone(pids, count, 0);

    /* no number: nothing to answer with */
    say(&a, "rest\n");
    expect(&a, &r, "note");
    finish(&a);
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
    start_greeted(&a, STRANGE_AGENT, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        ask(&a, (unsigned)i, cases[i].workload, "", 20, 0, i % 2);
        expect_fail(&a, (unsigned)i, cases[i].reason);
        assert_int_equal(worker_of(&a), 0);
    }
    run(&a, &r, 9, "null", "", 20);

    /* killed from outside, in a run and between two */
    ask(&a, 10, "null", "", 60000, 0, true);
    expect(&a, &r, "begin");
    kill(worker_of(&a), SIGKILL);
    expect_fail(&a, 10, "died of signal 9");
    run(&a, &r, 11, "null", "", 20);
    kill(worker_of(&a), SIGKILL);
    expect(&a, &r, "note");
    assert_non_null(strstr(record_text(&r, "text"), "died of signal 9"));
    ask(&a, 12, "null", "", 20, 0, false);
    expect(&a, &r, "begin");
    expect(&a, &r, "result");
    finish(&a);
}

static void gives_up_a_stuck_worker(void **state)
{
    struct agent a;
    struct record r;
    pid_t pids[PIDS_MAX];
    (void)state;
    start_greeted(&a, STRANGE_AGENT, NULL);
    ask(&a, 1, "sys.fork_exit", "", 20, 0, true);
    expect(&a, &r, "begin");
    size_t count = descendants(a.pid, pids);
    say(&a, "clock id=1\n"); /* and it goes on listening */
    expect(&a, &r, "clock");
    expect_fail(&a, 1, "did not stop in time");
    assert_gone(pids, count, 0);
    run(&a, &r, 2, "null", "", 20);
    finish(&a);
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
        start_greeted(&a, STRANGE_AGENT, NULL);
        if (phases[i].workload) {
            ask(&a, 1, phases[i].workload, "", 50, 0, true);
            if (phases[i].begins)
                expect(&a, &r, "begin");
            else
                await_worker(&a);
            if (strcmp(phases[i].workload, "ctx.2p64k") == 0)
                expect(&a, &r, "end");
            /* it may have to go a little to the point where it hangs */
            if (!phases[i].begins || strcmp(phases[i].workload, "ctx.2p64k") == 0)
                assert_false(hear(&a, &r, 0.15));
            count = descendants(a.pid, pids);
            assert_true(count > 0);
        }
        double from = now_s();
        finish(&a);
        assert_true(now_s() - from < 5);
        assert_gone(pids, count, 1);
    }

    /* between slots */
    struct agent a;
    struct record r;
    start_greeted(&a, TEST_AGENT, NULL);
    run(&a, &r, 1, "null", "", 5);
    pid_t worker = worker_of(&a);
    assert_true(worker > 0);
    finish(&a);
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
        start_greeted(&a, STRANGE_AGENT, NULL);
        ask(&a, 1, "sys.fork_exec", "", 60000, 10, true);
        expect(&a, &r, "begin");
        size_t count = descendants(a.pid, pids);
        assert_int_equal(count, 2);
        kill(a.pid, signals[i]);
        assert_int_equal(await_end(&a, 10), signals[i] == SIGKILL ? 128 + SIGKILL : 0);
        assert_gone(pids, count, 5);
    }
}

static void measures_overhead(void **state)
{
    struct agent a;
    struct record r;
    (void)state;
    double share = 1;
    start_greeted(&a, STRANGE_AGENT, NULL);
    /* A busy machine makes pauses longer, and sizes of batches luck: one good slot of ten will do.
     */
    for (unsigned slot = 0; slot < 10 && !(share > 0.1 && share < 0.5); slot++) {
        /* 1 ms an operation, 2 ms of something else: they may take longer, never shorter */
        run(&a, &r, slot, "sys.syscall", "", 300);
        uint64_t ops = number(&r, "ops");
        uint64_t overhead_ops = number(&r, "overhead_ops");
        uint64_t ns = number(&r, "ns");
        uint64_t overhead_ns = number(&r, "overhead_ns");
        uint64_t span = number(&r, "end_ns") - number(&r, "start_ns");
        assert_true(ops > 0 && overhead_ops > 0);
        assert_true(ns / ops >= 1000000 && overhead_ns / overhead_ops >= 2000000);
        assert_int_equal(ns + overhead_ns, span);
        assert_int_equal(number(&r, "bytes"), 1000 * ops);
        share = (double)overhead_ns / (double)span;
    }
    assert_true(share > 0.1 && share < 0.5);
    finish(&a);
}

static void leaves_out_excluded_time(void **state)
{
    struct agent a;
    struct record r;
    (void)state;
    start_greeted(&a, STRANGE_AGENT, NULL);
    run(&a, &r, 1, "sys.sig_handle", "", 300);
    uint64_t ops = number(&r, "ops");
    uint64_t span = number(&r, "end_ns") - number(&r, "start_ns");
    assert_true(ops > 0);
    assert_true(number(&r, "ns") >= 1000000 * ops);
    assert_true(number(&r, "ns") + 3000000 * ops <= span);
    assert_in_range(span, 280 * 1000000, 700 * 1000000);
    finish(&a);
}

static void keeps_latencies(void **state)
{
    static const char *const keys[] = {"p50_ns", "p90_ns", "p99_ns", "p99_9_ns", "max_ns"};
    struct agent a;
    struct record r;
    uint64_t last = 990000; /* 1 ms within the error of the histogram */
    (void)state;
    start_greeted(&a, STRANGE_AGENT, NULL);
    run(&a, &r, 1, "sys.fork_sh", "", 300);
    uint64_t samples = number(&r, "lat_n");
    uint64_t ops = number(&r, "ops");
    assert_true(samples > 0);
    assert_in_range(samples, ops / 16, ops / 16 + 1);
    for (size_t i = 0; i < COUNT(keys); i++) {
        assert_true(number(&r, keys[i]) >= last);
        last = number(&r, keys[i]);
    }
    finish(&a);
}

/* However short the lead-in, it has at least one whole operation. */
static void counts_no_cold_operation(void **state)
{
    struct agent a;
    struct record r;
    (void)state;
    start_greeted(&a, STRANGE_AGENT, NULL);
    run(&a, &r, 1, "ram.int.scale", "", 30);
    assert_true(number(&r, "ops") > 0);
    assert_int_equal(number(&r, "bytes"), 1000 * number(&r, "ops"));
    finish(&a);
}

static void counts_whole_laps(void **state)
{
    struct agent a;
    struct record r;
    (void)state;
    start_greeted(&a, STRANGE_AGENT, NULL);
    run(&a, &r, 1, "ctx.4p64k", "", 100);
    assert_true(number(&r, "ops") >= 7);
    assert_int_equal(number(&r, "ops") % 7, 0);
    finish(&a);
}

/* Threads of a process that may use one processor only; which, is added to the set. */
static unsigned pinned_threads(pid_t pid, cpu_set_t *set)
{
    char path[64];
    unsigned pinned = 0;
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *dir = opendir(path);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        cpu_set_t one;
        pid_t tid = number_of(entry);
        if (tid > 0 && sched_getaffinity(tid, sizeof one, &one) == 0 && CPU_COUNT(&one) == 1) {
            CPU_OR(set, set, &one);
            pinned++;
        }
    }
    closedir(dir);
    return pinned;
}

static void runs_lanes(void **state)
{
    struct agent a;
    struct record r;
    cpu_set_t set;
    (void)state;
    assert_int_equal(sched_getaffinity(0, sizeof set, &set), 0);
    unsigned cpus = (unsigned)CPU_COUNT(&set);
    start_greeted(&a, STRANGE_AGENT, NULL);
    for (unsigned slot = 0; slot < 3; slot++) {
        /* the second and third on the threads of the first */
        ask(&a, slot, "ram.int.copy", "cpus=0", 200, 50, false);
        uint64_t seen = 0;
        expect(&a, &r, "begin");
        while (hear(&a, &r, 20) && strcmp(r.verb, "tick") == 0)
            seen = number(&r, "ops");
        assert_string_equal(r.verb, "end");
        expect(&a, &r, "result");
        assert_int_equal(number(&r, "lanes"), cpus);
        uint64_t ops = number(&r, "ops");
        uint64_t ns = number(&r, "ns");
        assert_true(seen <= ops);
        /* all lanes together, over the time of one */
        assert_true(ops <= cpus * (ns / 1000000 + 1));
        /* every lane beyond the first counts a thousandfold: how many operations they did */
        uint64_t bytes = number(&r, "bytes");
        assert_int_equal(bytes % 1000, 0);
        assert_true(bytes / 1000 >= ops && (bytes / 1000 - ops) % 999 == 0);
        uint64_t others = (bytes / 1000 - ops) / 999;
        assert_true(others < ops && (cpus == 1 || others > 0));
        assert_true(ns <= number(&r, "end_ns") - number(&r, "start_ns"));
    }
    /* each thread on a processor of its own */
    CPU_ZERO(&set);
    assert_int_equal(pinned_threads(worker_of(&a), &set), cpus);
    assert_int_equal(CPU_COUNT(&set), cpus);
    finish(&a);
}

static size_t entries(const char *path)
{
    size_t count = 0;
    DIR *dir = opendir(path);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(dir);
    return count;
}

static void cleans_its_scratch_directory(void **state)
{
    struct agent a;
    struct record r;
    char scratch[] = "/tmp/vmtax-scratch-XXXXXX";
    (void)state;
    assert_non_null(mkdtemp(scratch));
    start_greeted(&a, STRANGE_AGENT, scratch);
    run(&a, &r, 1, "file.write", "", 10);
    assert_int_equal(entries(scratch), 1);
    run(&a, &r, 2, "null", "", 10); /* a worker of another workload: the first's files are gone */
    say(&a, "stop\n");
    run(&a, &r, 3, "file.write", "", 10);
    assert_int_equal(entries(scratch), 1);
    finish(&a);
    assert_int_equal(entries(scratch), 0);
    assert_int_equal(rmdir(scratch), 0);
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
    expect(&a, &r, "hello");
    run(&a, &r, 1, "null", "", 20);
    say(&a, "clock id=1\n");
    assert_int_equal(shutdown(a.to, SHUT_WR), 0); /* its answer still comes */
    expect(&a, &r, "clock");
    assert_false(hear(&a, &r, 10));
    a.to = -1;
    assert_int_equal(await_end(&a, 10), 0);
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
    start_greeted(&a, TEST_AGENT, NULL);
    run(&a, &r, 1, "null", "", 5);
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
    finish(&a);
}

/* One agent serves, another one loads it; the server stays, and is the same one, from load to load.
 */
static void serves_and_loads(void **state)
{
    struct agent server, load;
    struct record r;
    char line[256], ports[32];
    (void)state;
    start_greeted(&server, TEST_AGENT, NULL);
    start_greeted(&load, TEST_AGENT, NULL);
    say(&server, "run slot=1 workload=net.rr lead_us=0 time_us=1000 tick_us=0 fresh=1 seed=1 "
                 "role=serve\n");
    expect(&server, &r, "serving");
    assert_int_equal(number(&r, "slot"), 1);
    snprintf(ports, sizeof ports, "%s", record_text(&r, "ports"));
    for (unsigned slot = 2; slot < 5; slot++) {
        snprintf(line, sizeof line,
                 "run slot=%u workload=net.rr params=size%%3D%u lead_us=0 time_us=20000 tick_us=0 "
                 "fresh=1 seed=%u role=load address=127.0.0.1 ports=%s\n",
                 slot, slot, slot, ports);
        say(&load, line);
        expect(&load, &r, "begin");
        expect(&load, &r, "result");
        assert_int_equal(number(&r, "verified"), 1);
        assert_true(number(&r, "lat_n") > 0);
        snprintf(line, sizeof line,
                 "run slot=%u workload=net.rr params=size%%3D%u lead_us=0 time_us=1000 tick_us=0 "
                 "fresh=1 seed=1 role=serve\n",
                 slot, slot);
        say(&server, line);
        expect(&server, &r, "serving");
        assert_int_equal(number(&r, "slot"), slot);
        assert_string_equal(record_text(&r, "ports"), ports);
    }

    /* A server that is gone is no figure, and no silence. */
    say(&server, "rest id=1\n");
    expect(&server, &r, "rest");
    assert_int_equal(worker_of(&server), 0);
    snprintf(line, sizeof line,
             "run slot=9 workload=net.rr lead_us=0 time_us=20000 tick_us=0 fresh=1 seed=1 "
             "role=load address=127.0.0.1 ports=%s\n",
             ports);
    say(&load, line);
    expect_fail(&load, 9, "127.0.0.1");
    finish(&server);
    finish(&load);
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
        {"workload=net.rr role=load ports=1", "address="},
        {"workload=net.rr role=load address=localhost ports=1", "address="},
        {"workload=net.rr role=load address=127.0.0.1", "ports="},
        {"workload=net.rr role=load address=127.0.0.1 ports=1,0", "ports="},
        {"workload=net.rr role=load address=127.0.0.1 ports=1,2,3,4,5", "ports="},
        {"workload=net.rr role=load address=127.0.0.1 ports=65536", "ports="},
    };
    struct agent a;
    (void)state;
    start_greeted(&a, TEST_AGENT, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        char line[256];
        snprintf(line, sizeof line,
                 "run slot=%zu lead_us=0 time_us=1000 tick_us=0 fresh=1 seed=1 %s\n", i,
                 cases[i].fields);
        say(&a, line);
        expect_fail(&a, (unsigned)i, cases[i].reason);
    }
    finish(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_hello),
        cmocka_unit_test(is_one_static_file),
        cmocka_unit_test(arguments),
        cmocka_unit_test(skips_malformed_requests),
        cmocka_unit_test(refuses_impossible_runs),
        cmocka_unit_test(skips_lines_that_are_too_long),
        cmocka_unit_test(takes_requests_in_pieces),
        cmocka_unit_test(holds_back_a_flood),
        cmocka_unit_test(ends_when_throttled),
        cmocka_unit_test(ends_with_its_reader),
        cmocka_unit_test(runs_null),
        cmocka_unit_test(tells_the_time_in_a_run),
        cmocka_unit_test(keeps_a_worker_or_starts_afresh),
        cmocka_unit_test(fresh_workers_differ_in_layout),
        cmocka_unit_test(stops),
        cmocka_unit_test(rests),
        cmocka_unit_test(reports_what_went_wrong),
        cmocka_unit_test(gives_up_a_stuck_worker),
        cmocka_unit_test(ends_with_its_input),
        cmocka_unit_test(nothing_survives_a_signal),
        cmocka_unit_test(measures_overhead),
        cmocka_unit_test(leaves_out_excluded_time),
        cmocka_unit_test(keeps_latencies),
        cmocka_unit_test(counts_no_cold_operation),
        cmocka_unit_test(counts_whole_laps),
        cmocka_unit_test(runs_lanes),
        cmocka_unit_test(cleans_its_scratch_directory),
        cmocka_unit_test(speaks_over_a_socket),
        cmocka_unit_test(serves_and_loads),
        cmocka_unit_test(refuses_impossible_roles),
        cmocka_unit_test(does_not_spin),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
