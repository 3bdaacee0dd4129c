/* The figures of the footer against what the kernel accounts for each thread, in
 * /proc/self/task/N/schedstat. */
#include "ui/own_cost.h"
#include "unit.h"

#include <dirent.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* schedstat is brought up to date by the tick and when a thread leaves its processor. */
#define LAG_S 0.03

static double seconds(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void burn(double s)
{
    double end = seconds(CLOCK_THREAD_CPUTIME_ID) + s;
    while (seconds(CLOCK_THREAD_CPUTIME_ID) < end)
        ;
}

static double schedstat_s(long task)
{
    char path[64];
    double ns;
    snprintf(path, sizeof path, "/proc/self/task/%ld/schedstat", task);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%lf", &ns), 1);
    fclose(f);
    return ns / 1e9;
}

static double all_threads_s(void)
{
    double sum = 0;
    DIR *d = opendir("/proc/self/task");
    assert_non_null(d);
    for (const struct dirent *e; (e = readdir(d));)
        if (e->d_name[0] != '.')
            sum += schedstat_s(strtol(e->d_name, NULL, 10));
    closedir(d);
    return sum;
}

static pthread_barrier_t reached;

/* As those that look at the host and that record: it works, then waits to be counted. */
static void *other(void *unused)
{
    (void)unused;
    burn(0.3);
    pthread_barrier_wait(&reached);
    pthread_barrier_wait(&reached);
    return NULL;
}

static void all_threads_and_no_children(void **state)
{
    struct own_cost c;
    pthread_t thread;
    (void)state;
    own_cost_init(&c);
    assert_true(isnan(c.thread) && isnan(c.process));
    assert_int_equal(pthread_barrier_init(&reached, NULL, 2), 0);
    double from = seconds(CLOCK_MONOTONIC), main_s = schedstat_s(getpid()), all = all_threads_s();
    own_cost_sample(&c, from, 100);
    assert_true(isnan(c.thread));
    assert_int_equal(pthread_create(&thread, NULL, other, NULL), 0);
    pid_t child = fork();
    if (child == 0) { /* load, or a guest */
        burn(0.4);
        _exit(0);
    }
    assert_true(child > 0);
    burn(0.1);
    pthread_barrier_wait(&reached);
    assert_int_equal(waitpid(child, NULL, 0), child);
    while (seconds(CLOCK_MONOTONIC) - from < 0.6)
        usleep(10000);
    double now = seconds(CLOCK_MONOTONIC), span = now - from;
    own_cost_sample(&c, now, 104);
    main_s = schedstat_s(getpid()) - main_s;
    all = all_threads_s() - all;
    pthread_barrier_wait(&reached);
    pthread_join(thread, NULL);
    pthread_barrier_destroy(&reached);
    assert_true(main_s > 0.09 && all > 0.39);
    assert_true(fabs(c.thread * span - main_s) < LAG_S);
    assert_true(fabs(c.process * span - all) < LAG_S);
    assert_true(fabs(c.frames_per_s - 4 / span) < 1e-9);
}

/* What was long ago is forgotten, and a moment says nothing. */
static void the_last_two_seconds(void **state)
{
    struct own_cost c;
    (void)state;
    own_cost_init(&c);
    own_cost_sample(&c, 100, 0);
    own_cost_sample(&c, 100.4, 10);
    assert_true(isnan(c.thread) && c.frames_per_s == 0);
    for (uint64_t i = 1; i <= 100; i++) /* longer than the ring */
        own_cost_sample(&c, 100.4 + 0.25 * (double)i, 10 + i);
    assert_true(fabs(c.frames_per_s - 4) < 1e-9);
    for (uint64_t i = 1; i <= 8; i++)
        own_cost_sample(&c, 125.4 + 0.25 * (double)i, 110 + 2 * i);
    assert_true(fabs(c.frames_per_s - 8) < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_threads_and_no_children),
        cmocka_unit_test(the_last_two_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
