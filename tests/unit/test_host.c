/* The host's own state: parsers by table, the judgement on a made-up /proc, the sampler for real.
 */
#include <config.h>

#include "unit.h"

#include "fixture_files.h"
#include "host.h"
#include "load.h"
#include "quiet.h"
#include "xalloc.h"

#include <math.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void test_times(void **state)
{
    (void)state;
    static const char text[] = "cpu  100 10 50 1000 40 1 2 30 5 0\n"
                               "cpu0 50 5 25 500 20 1 1 15 5 0\n"
                               "cpu3 50 5 25 500 20 0 1 15 0 0\n"
                               "intr 1 2 3\n";
    struct host_times t;
    host_parse_times(text, strlen(text), &t);
    assert_true(t.known);
    assert_true(t.all.busy == 160 && t.all.idle == 1040 && t.all.steal == 30);
    assert_true(t.all.total == 1233);
    /* Of four processors two are switched off. */
    assert_int_equal(t.cores, 4);
    assert_int_equal(t.in_use, 2);
    assert_true(t.core[3].steal == 15 && t.core[1].total == 0);
    /* Cut anywhere, nothing is read beyond the end and no half line counts. */
    for (size_t cut = 0; cut < strlen(text); cut++) {
        char *part = xcalloc(cut + 1, 1);
        memcpy(part, text, cut);
        host_parse_times(part, cut, &t);
        assert_int_equal(t.known, cut >= (size_t)(strchr(text, '\n') - text) + 1);
        free(part);
    }
    static const char *const odd[] = {
        "",         "cpu\n", "cpu \n", "cpu  a b\n", "cpu9999999999 1 2 3 4\n", "cpu-1 1 2 3 4\n",
        "nothing\n"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        host_parse_times(odd[i], strlen(odd[i]), &t);
        assert_false(t.known);
        assert_int_equal(t.cores, 0);
        assert_int_equal(t.in_use, 0);
    }
}

/* 256 processors, each with a share of its own, and more than are kept. */
static void test_many_cpus(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 64, 65, 255, 256, 300};
    struct host_times *t = xcalloc(1, sizeof *t);
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        assert_non_null(out);
        fprintf(out, "cpu  1 2 3 4 5 6 7 8 9 0\n");
        for (size_t i = 0; i < counts[k]; i++)
            fprintf(out, "cpu%zu %zu 0 0 1000 0 0 0 0 0 0\n", i, i);
        fclose(out);
        host_parse_times(text, size, t);
        assert_int_equal(t->cores, counts[k]);
        assert_int_equal(t->in_use, counts[k]);
        for (size_t i = 0; i < counts[k] && i < BOARD_CORES_MAX; i++)
            assert_int_equal(t->core[i].busy, i);
        free(text);
    }
    free(t);
}

static void test_steal(void **state)
{
    (void)state;
    struct host_steal a = {.steal = 10, .total = 1000, .known = true};
    struct host_steal b = {.steal = 35, .total = 1100, .known = true};
    assert_true(fabs(host_steal_share(a, b) - 0.25) < 1e-12);
    assert_true(isnan(host_steal_share(b, a)));
    assert_true(isnan(host_steal_share(a, a)));
    b.known = false;
    assert_true(isnan(host_steal_share(a, b)));
    assert_true(host_steal_read().known);
}

static void test_cpus(void **state)
{
    (void)state;
    int cpus[1024], one;
    cpu_set_t set;
    size_t n = host_cpus(cpus, 1024);
    assert_true(n >= 1);
    for (size_t i = 1; i < n; i++)
        assert_true(cpus[i] > cpus[i - 1]);
    assert_int_equal(host_cpus(&one, 1), 1);
    assert_int_equal(one, cpus[0]);
    CPU_ZERO(&set);
    int last = cpus[n - 1];
    CPU_SET(last, &set);
    assert_int_equal(sched_setaffinity(0, sizeof set, &set), 0);
    assert_int_equal(host_cpus(cpus, 1024), 1);
    assert_int_equal(cpus[0], last);
}

static void test_process_line(void **state)
{
    (void)state;
    static const char good[] = "42 (a) b (c) S 7 42 42 0 -1 4194304 1 2 3 4 11 22 33 44 20 0 1 0 "
                               "98765 1 2 3\n";
    struct quiet_process p = {0};
    assert_true(quiet_parse(good, strlen(good), &p));
    assert_string_equal(p.name, "a) b (c");
    assert_true(p.pid == 42 && p.parent == 7 && p.own == 33 && p.children == 77);
    assert_true(p.start == 98765 && !p.kernel);
    static const char kernel[] = "2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 5 0 0 20 0 1 0 9 0\n";
    assert_true(quiet_parse(kernel, strlen(kernel), &p));
    assert_true(p.kernel);
    for (size_t cut = 0; cut < strlen(good) - 11; cut++) {
        char *part = xcalloc(cut + 1, 1);
        memcpy(part, good, cut);
        assert_false(quiet_parse(part, cut, &p));
        free(part);
    }
    static const char evil[] = "7 (\x1b]0;x\x07) R 1 1 1 0 -1 0 0 0 0 0 1 1 0 0 20 0 1 0 5 0\n";
    assert_true(quiet_parse(evil, strlen(evil), &p));
    assert_null(strchr(p.name, 27));
}

static void process(const char *proc, int pid, const char *name, int parent, int own, int children)
{
    char *directory = xasprintf("%s/%d", proc, pid);
    char *path = xasprintf("%s/stat", directory);
    mkdir(directory, 0700);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "%d (%s) S %d 1 1 0 -1 %s 0 0 0 0 %d 0 %d 0 20 0 1 0 %d 0 0\n", pid, name, parent,
            strcmp(name, "kworker") == 0 ? "2097152" : "0", own, children, pid);
    fclose(f);
    free(path);
    free(directory);
}

static void gone(const char *proc, int pid)
{
    char *directory = xasprintf("%s/%d", proc, pid);
    fixture_remove(directory);
    free(directory);
}

static void test_judgement(void **state)
{
    (void)state;
    char proc[64];
    struct quiet q;
    fixture_home(proc, sizeof proc);
    quiet_init(&q);
    /* Two processors, 500 ticks each between looks. 100 is us, 101 and 102 below us. */
    process(proc, 1, "init", 0, 10, 1000);
    process(proc, 5, "kworker", 2, 0, 0);
    process(proc, 50, "make", 1, 100, 0);
    process(proc, 60, "cc1", 50, 300, 0);
    process(proc, 61, "as", 60, 200, 0);
    process(proc, 100, "vmtax", 50, 10, 0);
    process(proc, 101, "vmtax-agent", 100, 0, 0);
    process(proc, 102, "sh", 101, 400, 0);
    quiet_look(&q, proc, 100, 2, 10000, 50000, 0);
    assert_false(q.known);
    assert_int_equal(q.processes, 8);

    /* Only we and the kernel work: quiet. A child of ours ended and went to its parent's account.
     */
    gone(proc, 102);
    process(proc, 101, "vmtax-agent", 100, 200, 700);
    process(proc, 5, "kworker", 2, 150, 0);
    quiet_look(&q, proc, 100, 2, 10650, 51000, 0);
    assert_true(q.known);
    if (!q.calm)
        fail_msg("%s", q.why);
    assert_true(fabs(q.others) < 1e-9);

    /* A child of make and its child end: what they used was counted before, only the rest is new.
     */
    gone(proc, 60);
    gone(proc, 61);
    process(proc, 50, "make", 1, 100, 580);
    quiet_look(&q, proc, 100, 2, 10730, 52000, 0);
    assert_true(fabs(q.others - 0.16) < 1e-9);
    assert_false(q.calm);
    assert_string_equal(q.why, "make uses 16 % of a processor");

    /* Steal goes before everything else. */
    quiet_look(&q, proc, 100, 2, 10730, 53000, 200);
    assert_false(q.calm);
    assert_non_null(strstr(q.why, "hypervisor below took 20 %"));

    /* Time that no visible process used. */
    quiet_look(&q, proc, 100, 2, 11230, 54000, 200);
    assert_false(q.calm);
    assert_non_null(strstr(q.why, "unseen from here uses 50 %"));

    /* A process id used again is another process, however large its account was. */
    char *path = xasprintf("%s/50/stat", proc);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "50 (vi) S 1 1 1 0 -1 0 0 0 0 0 20 0 0 0 20 0 1 0 4242 0 0\n");
    fclose(f);
    free(path);
    quiet_look(&q, proc, 100, 2, 11250, 55000, 200);
    assert_true(q.calm);
    assert_true(fabs(q.others - 0.04) < 1e-9);
    /* The reaper of somebody who was never seen gets a long life at once. */
    process(proc, 1, "init", 0, 10, 45900);
    quiet_look(&q, proc, 100, 2, 11260, 56000, 200);
    if (!q.calm)
        fail_msg("%s", q.why);
    assert_true(q.others < 1e-9);
    /* A clock that stands still is no division by zero. */
    quiet_look(&q, proc, 100, 2, 11260, 56000, 200);
    assert_false(q.known);
    quiet_release(&q);
    fixture_remove(proc);
}

/* Of the looks during a run: how many were not calm, the mean, the worst one's words. */
static void test_load_of_a_run(void **state)
{
    (void)state;
    static const struct {
        double span, others;
        bool known, calm;
        const char *why;
    } looks[] = {{5, 0.02, true, true, "calm"},
                 {5, 0, true, false, "something unseen"},
                 {10, 0.8, true, false, "cc1"},
                 {5, 0.3, true, false, "as"},
                 {5, 9, false, false, "/proc/stat does not tell"}};
    struct load l;
    load_begin(&l, 100);
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        l.quiet.known = looks[i].known;
        l.quiet.calm = looks[i].calm;
        l.quiet.others = looks[i].others;
        snprintf(l.quiet.why, sizeof l.quiet.why, "%s", looks[i].why);
        load_count(&l, looks[i].span);
    }
    assert_int_equal(l.seen.looks, 4);
    assert_int_equal(l.seen.busy, 3);
    assert_true(fabs(l.seen.others - (0.1 + 8 + 1.5) / 25) < 1e-12);
    assert_string_equal(l.seen.why, "cc1");
    /* Not before its time; at the end a second is enough. */
    load_look(&l, 101.5, false);
    assert_int_equal(l.seen.looks, 4);
    struct host_ticks from, to;
    assert_true(host_ticks_read(&from));
    do {
        usleep(20000);
        assert_true(host_ticks_read(&to));
    } while (to.total == from.total);
    load_look(&l, 101.5, true);
    assert_int_equal(l.seen.looks, 5);
    load_release(&l);
}

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Twice, because libstatgrab is shut down and started anew. */
static void test_sampler(void **state)
{
    (void)state;
    struct error e;
    double soonest = INFINITY;
    for (int round = 0; round < 2; round++) {
        struct board b;
        struct snapshot s = {0};
        size_t wanted = round ? 1 : 7;
        assert_int_equal(board_init(&b, &e), 0);
        struct host_sampler *h = host_sampler_start(&b, &e);
        if (!h)
            fail_msg("%s", e.text);
        double began = seconds(CLOCK_MONOTONIC);
        while (s.host.count < wanted && seconds(CLOCK_MONOTONIC) - began < 30) {
            struct pollfd wake = {.fd = b.wake_fd, .events = POLLIN};
            poll(&wake, 1, 2000);
            board_snapshot(&b, &s);
        }
        assert_true(s.host.count >= wanted);
        assert_true(s.host.known);
        assert_true(s.host.memory_total > 0 && s.host.memory_used <= s.host.memory_total);
        assert_true(s.host.uptime_s > 0);
        assert_true(s.host.cores >= 1);
        for (size_t i = 0; i < s.host.count; i++) {
            assert_true(s.host.cpu[i] >= 0 && s.host.cpu[i] <= 1);
            assert_true(s.host.steal[i] >= 0 && s.host.steal[i] <= 1);
            assert_true(s.host.memory[i] > 0 && s.host.memory[i] <= 1);
        }
        assert_true(s.host.name[0] && s.host.kernel[0] && s.host.cpu_model[0]);
        assert_true(s.host.quiet_why[0]);
        assert_true(s.host.processes > 0);
        double stop = seconds(CLOCK_MONOTONIC);
        host_sampler_stop(h);
        soonest = fmin(soonest, seconds(CLOCK_MONOTONIC) - stop);
        snapshot_release(&s);
        board_release(&b);
    }
    /* It does not wait for its next look; one that it is at may take long on a busy machine. */
    assert_true(soonest < 0.5);
    host_sampler_stop(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times),     cmocka_unit_test(test_many_cpus),
        cmocka_unit_test(test_steal),     cmocka_unit_test(test_process_line),
        cmocka_unit_test(test_judgement), cmocka_unit_test(test_load_of_a_run),
        cmocka_unit_test(test_sampler),   cmocka_unit_test(test_cpus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
