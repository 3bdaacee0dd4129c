/* The slots of an agent: what of a kernel's time, operations and latencies is counted, in which
 * workers, on which processors. Kernels that take a known time are strange-agent's
 * (strange_kernels.c). Time is only ever compared with wide bounds: the machine may be busy. */
#include <config.h>

#include "tests/unit/agent_peer.h"

#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void runs_null(void **state)
{
    struct agent a;
    struct record r;
    uint64_t ops = 0;
    uint64_t ns = 0;
    int ticks = 0;
    (void)state;
    agent_start_greeted(&a, TEST_AGENT, NULL);
    agent_ask(&a, 5, "null", "", 300, 20, true);
    agent_expect(&a, &r, "begin");
    assert_int_equal(agent_number(&r, "slot"), 5);
    for (;;) {
        assert_true(agent_hear(&a, &r, 20));
        if (strcmp(r.verb, "tick") != 0)
            break;
        assert_int_equal(agent_number(&r, "slot"), 5);
        assert_true(agent_number(&r, "ops") >= ops);
        assert_true(agent_number(&r, "ns") >= ns);
        ops = agent_number(&r, "ops");
        ns = agent_number(&r, "ns");
        ticks++;
    }
    assert_string_equal(r.verb, "end"); /* of the timed part, before the result is verified */
    assert_int_equal(agent_number(&r, "slot"), 5);
    agent_expect(&a, &r, "result");
    assert_true(ops > 0 && agent_number(&r, "ops") >= ops && agent_number(&r, "ns") >= ns);
    uint64_t span = agent_number(&r, "end_ns") - agent_number(&r, "start_ns");
    assert_int_equal(agent_number(&r, "ns"), span);
    assert_in_range(span, 290 * 1000000, 600 * 1000000);
    assert_in_range(ticks, 3, span / (20 * 1000000) + 1); /* a longer slot has more of them */
    if (record_text(&r, "tsc")) /* ticks per microsecond: a counter of 100 MHz to 10 GHz */
        assert_in_range(agent_number(&r, "tsc") / (span / 1000), 100, 10000);
    assert_int_equal(agent_number(&r, "lanes"), 1);
    assert_int_equal(agent_number(&r, "lat_n"), 0);
    assert_int_equal(agent_number(&r, "bytes"), 0);
    assert_int_equal(agent_number(&r, "overhead_ops"), 0);
    static const char *const counts[] = {"minflt", "majflt",  "nvcsw", "nivcsw",   "intr",
                                         "ctxt",   "pgfault", "tlb",   "stolen_ns"};
    for (size_t i = 0; i < COUNT(counts); i++)
        agent_number(&r, counts[i]);
    agent_finish(&a);
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
    agent_start_greeted(&a, TEST_AGENT, NULL);
    agent_ask(&a, 1, "null", "", 600, 0, true);
    agent_expect(&a, &r, "begin");
    for (size_t i = 0; i < COUNT(seconds); i++) {
        char line[32];
        snprintf(line, sizeof line, "clock id=%zu\n", i);
        double from = now_s();
        agent_say(&a, line);
        agent_expect(&a, &r, "clock");
        seconds[i] = now_s() - from;
        assert_int_equal(agent_number(&r, "id"), i);
        assert_true(agent_number(&r, "ns") > before);
        before = agent_number(&r, "ns");
    }
    agent_expect(&a, &r, "result");
    assert_true(agent_number(&r, "end_ns") > before);
    qsort(seconds, COUNT(seconds), sizeof seconds[0], by_value);
    assert_true(seconds[COUNT(seconds) / 2] < 0.050);
    agent_finish(&a);
}

static void keeps_a_worker_or_starts_afresh(void **state)
{
    struct agent a;
    struct record r;
    (void)state;
    agent_start_greeted(&a, STRANGE_AGENT, NULL);
    agent_run(&a, &r, 1, "ram.int.copy", "", 20);
    pid_t first = agent_worker(&a);
    assert_true(first > 0);

    agent_ask(&a, 2, "ram.int.copy", "cpus=1", 20, 0, false); /* the same, written out */
    agent_expect(&a, &r, "begin");
    agent_expect(&a, &r, "result");
    assert_int_equal(agent_worker(&a), first);

    agent_ask(&a, 3, "ram.int.copy", "", 20, 0, true);
    agent_expect(&a, &r, "begin");
    pid_t second = agent_worker(&a);
    assert_true(second > 0 && second != first);
    agent_expect(&a, &r, "result");

    agent_ask(&a, 4, "null", "", 20, 0, false); /* other work */
    agent_expect(&a, &r, "begin");
    pid_t third = agent_worker(&a);
    assert_true(third > 0 && third != second);
    agent_expect(&a, &r, "result");
    assert_gone((pid_t[]){first, second}, 2, 0);

    /* stop without a slot releases the worker; a run after it has a new one */
    agent_say(&a, "stop\n");
    agent_ask(&a, 5, "null", "", 20, 0, false);
    agent_expect(&a, &r, "begin");
    assert_true(agent_worker(&a) != third);
    agent_expect(&a, &r, "result");
    agent_finish(&a);
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
    agent_start_greeted(&a, STRANGE_AGENT, NULL);
    for (size_t i = 0; i < COUNT(at); i++) {
        agent_run(&a, &r, (unsigned)i, "sys.pipe", "", 5);
        at[i] = agent_number(&r, "bytes");
        different += i > 0 && at[i] != at[0];
    }
    assert_true(different > 0);
    agent_finish(&a);
}

static void measures_overhead(void **state)
{
    struct agent a;
    struct record r;
    (void)state;
    double share = 1;
    agent_start_greeted(&a, STRANGE_AGENT, NULL);
    /* A busy machine makes pauses longer, and sizes of batches luck: one good slot of ten will do.
     */
    for (unsigned slot = 0; slot < 10 && !(share > 0.1 && share < 0.5); slot++) {
        /* 1 ms an operation, 2 ms of something else: they may take longer, never shorter */
        agent_run(&a, &r, slot, "sys.syscall", "", 300);
        uint64_t ops = agent_number(&r, "ops");
        uint64_t overhead_ops = agent_number(&r, "overhead_ops");
        uint64_t ns = agent_number(&r, "ns");
        uint64_t overhead_ns = agent_number(&r, "overhead_ns");
        uint64_t span = agent_number(&r, "end_ns") - agent_number(&r, "start_ns");
        assert_true(ops > 0 && overhead_ops > 0);
        assert_true(ns / ops >= 1000000 && overhead_ns / overhead_ops >= 2000000);
        assert_int_equal(ns + overhead_ns, span);
        assert_int_equal(agent_number(&r, "bytes"), 1000 * ops);
        share = (double)overhead_ns / (double)span;
    }
    assert_true(share > 0.1 && share < 0.5);
    agent_finish(&a);
}

static void leaves_out_excluded_time(void **state)
{
    struct agent a;
    struct record r;
    (void)state;
    agent_start_greeted(&a, STRANGE_AGENT, NULL);
    agent_run(&a, &r, 1, "sys.sig_handle", "", 300);
    uint64_t ops = agent_number(&r, "ops");
    uint64_t span = agent_number(&r, "end_ns") - agent_number(&r, "start_ns");
    assert_true(ops > 0);
    assert_true(agent_number(&r, "ns") >= 1000000 * ops);
    assert_true(agent_number(&r, "ns") + 3000000 * ops <= span);
    assert_in_range(span, 280 * 1000000, 700 * 1000000);
    agent_finish(&a);
}

static void keeps_latencies(void **state)
{
    static const char *const keys[] = {"p50_ns", "p90_ns", "p99_ns", "p99_9_ns", "max_ns"};
    struct agent a;
    struct record r;
    uint64_t last = 990000; /* 1 ms within the error of the histogram */
    (void)state;
    agent_start_greeted(&a, STRANGE_AGENT, NULL);
    agent_run(&a, &r, 1, "sys.fork_sh", "", 300);
    uint64_t samples = agent_number(&r, "lat_n");
    uint64_t ops = agent_number(&r, "ops");
    assert_true(samples > 0);
    assert_in_range(samples, ops / 16, ops / 16 + 1);
    for (size_t i = 0; i < COUNT(keys); i++) {
        assert_true(agent_number(&r, keys[i]) >= last);
        last = agent_number(&r, keys[i]);
    }
    agent_finish(&a);
}

/* However short the lead-in, it has at least one whole operation. */
static void counts_no_cold_operation(void **state)
{
    struct agent a;
    struct record r;
    (void)state;
    agent_start_greeted(&a, STRANGE_AGENT, NULL);
    agent_run(&a, &r, 1, "ram.int.scale", "", 30);
    assert_true(agent_number(&r, "ops") > 0);
    assert_int_equal(agent_number(&r, "bytes"), 1000 * agent_number(&r, "ops"));
    agent_finish(&a);
}

static void counts_whole_laps(void **state)
{
    struct agent a;
    struct record r;
    (void)state;
    agent_start_greeted(&a, STRANGE_AGENT, NULL);
    agent_run(&a, &r, 1, "ctx.4p64k", "", 100);
    assert_true(agent_number(&r, "ops") >= 7);
    assert_int_equal(agent_number(&r, "ops") % 7, 0);
    agent_finish(&a);
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
        pid_t tid = agent_process_number(entry);
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
    agent_start_greeted(&a, STRANGE_AGENT, NULL);
    for (unsigned slot = 0; slot < 3; slot++) {
        /* the second and third on the threads of the first */
        agent_ask(&a, slot, "ram.int.copy", "cpus=0", 200, 50, false);
        uint64_t seen = 0;
        agent_expect(&a, &r, "begin");
        while (agent_hear(&a, &r, 20) && strcmp(r.verb, "tick") == 0)
            seen = agent_number(&r, "ops");
        assert_string_equal(r.verb, "end");
        agent_expect(&a, &r, "result");
        assert_int_equal(agent_number(&r, "lanes"), cpus);
        uint64_t ops = agent_number(&r, "ops");
        uint64_t ns = agent_number(&r, "ns");
        assert_true(seen <= ops);
        /* all lanes together, over the time of one */
        assert_true(ops <= cpus * (ns / 1000000 + 1));
        /* every lane beyond the first counts a thousandfold: how many operations they did */
        uint64_t bytes = agent_number(&r, "bytes");
        assert_int_equal(bytes % 1000, 0);
        assert_true(bytes / 1000 >= ops && (bytes / 1000 - ops) % 999 == 0);
        uint64_t others = (bytes / 1000 - ops) / 999;
        assert_true(others < ops && (cpus == 1 || others > 0));
        assert_true(ns <= agent_number(&r, "end_ns") - agent_number(&r, "start_ns"));
    }
    /* each thread on a processor of its own */
    CPU_ZERO(&set);
    assert_int_equal(pinned_threads(agent_worker(&a), &set), cpus);
    assert_int_equal(CPU_COUNT(&set), cpus);
    agent_finish(&a);
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
    agent_start_greeted(&a, STRANGE_AGENT, scratch);
    agent_run(&a, &r, 1, "file.write", "", 10);
    assert_int_equal(entries(scratch), 1);
    agent_run(&a, &r, 2, "null", "",
              10); /* a worker of another workload: the first's files are gone */
    agent_say(&a, "stop\n");
    agent_run(&a, &r, 3, "file.write", "", 10);
    assert_int_equal(entries(scratch), 1);
    agent_finish(&a);
    assert_int_equal(entries(scratch), 0);
    assert_int_equal(rmdir(scratch), 0);
}

/* Does somebody listen there? */
static bool listens(const char *address, const char *port)
{
    unsigned long number = strtoul(port, NULL, 10);
    assert_in_range(number, 1, UINT16_MAX);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)number)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(inet_pton(AF_INET, address, &to.sin_addr), 1);
    bool yes = connect(fd, (struct sockaddr *)&to, sizeof to) == 0;
    close(fd);
    return yes;
}

/* At the address that it is told, at 127.0.0.1 without, and at no other. */
static void serves_at_one_address(void **state)
{
    static const char request[] = "run slot=%d workload=net.rr lead_us=0 time_us=1000 tick_us=0 "
                                  "fresh=0 seed=1 role=serve%s\n";
    static const char *const told[] = {"", " address=127.0.0.2", " address=127.0.0.2"};
    struct agent a;
    struct record r;
    char line[256], ports[3][16];
    (void)state;
    agent_start_greeted(&a, TEST_AGENT, NULL);
    for (int i = 0; i < 3; i++) {
        snprintf(line, sizeof line, request, i, told[i]);
        agent_say(&a, line);
        agent_expect(&a, &r, "serving");
        snprintf(ports[i], sizeof ports[i], "%s", record_text(&r, "ports"));
        assert_int_equal(listens("127.0.0.1", ports[i]), i == 0);
        assert_int_equal(listens("127.0.0.2", ports[i]), i > 0);
    }
    /* Another address is another server; the same one is the same. */
    assert_false(listens("127.0.0.1", ports[0]));
    assert_string_equal(ports[1], ports[2]);
    agent_finish(&a);
}

/* One agent serves, another one loads it; the server stays, and is the same one, from load to load.
 */
static void serves_and_loads(void **state)
{
    struct agent server, load;
    struct record r;
    char line[256], ports[32];
    (void)state;
    agent_start_greeted(&server, TEST_AGENT, NULL);
    agent_start_greeted(&load, TEST_AGENT, NULL);
    agent_say(&server, "run slot=1 workload=net.rr lead_us=0 time_us=1000 tick_us=0 fresh=1 seed=1 "
                       "role=serve\n");
    agent_expect(&server, &r, "serving");
    assert_int_equal(agent_number(&r, "slot"), 1);
    snprintf(ports, sizeof ports, "%s", record_text(&r, "ports"));
    for (unsigned slot = 2; slot < 5; slot++) {
        snprintf(line, sizeof line,
                 "run slot=%u workload=net.rr params=size%%3D%u lead_us=0 time_us=20000 tick_us=0 "
                 "fresh=1 seed=%u role=load address=127.0.0.1 ports=%s\n",
                 slot, slot, slot, ports);
        agent_say(&load, line);
        agent_expect(&load, &r, "begin");
        agent_expect(&load, &r, "result");
        assert_int_equal(agent_number(&r, "verified"), 1);
        assert_true(agent_number(&r, "lat_n") > 0);
        snprintf(line, sizeof line,
                 "run slot=%u workload=net.rr params=size%%3D%u lead_us=0 time_us=1000 tick_us=0 "
                 "fresh=1 seed=1 role=serve\n",
                 slot, slot);
        agent_say(&server, line);
        agent_expect(&server, &r, "serving");
        assert_int_equal(agent_number(&r, "slot"), slot);
        assert_string_equal(record_text(&r, "ports"), ports);
    }

    /* A server that is gone is no figure, and no silence. */
    agent_say(&server, "rest id=1\n");
    agent_expect(&server, &r, "rest");
    assert_int_equal(agent_worker(&server), 0);
    snprintf(line, sizeof line,
             "run slot=9 workload=net.rr lead_us=0 time_us=20000 tick_us=0 fresh=1 seed=1 "
             "role=load address=127.0.0.1 ports=%s\n",
             ports);
    agent_say(&load, line);
    agent_expect_fail(&load, 9, "127.0.0.1");
    agent_finish(&server);
    agent_finish(&load);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_null),
        cmocka_unit_test(tells_the_time_in_a_run),
        cmocka_unit_test(keeps_a_worker_or_starts_afresh),
        cmocka_unit_test(fresh_workers_differ_in_layout),
        cmocka_unit_test(measures_overhead),
        cmocka_unit_test(leaves_out_excluded_time),
        cmocka_unit_test(keeps_latencies),
        cmocka_unit_test(counts_no_cold_operation),
        cmocka_unit_test(counts_whole_laps),
        cmocka_unit_test(runs_lanes),
        cmocka_unit_test(cleans_its_scratch_directory),
        cmocka_unit_test(serves_at_one_address),
        cmocka_unit_test(serves_and_loads),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
