/* Where the threads of vmtax run while others are measured. */
#include <config.h>

#include "setup.h"
#include "unit.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

static pthread_barrier_t meet;
static pid_t other_tid;

/* As those that look at the host and that record: there before, and they sleep. */
static void *other(void *unused)
{
    (void)unused;
    other_tid = gettid();
    pthread_barrier_wait(&meet);
    pthread_barrier_wait(&meet);
    return NULL;
}

static bool runs_on(pid_t tid, int cpu)
{
    cpu_set_t set;
    assert_int_equal(sched_getaffinity(tid, sizeof set, &set), 0);
    return CPU_ISSET((size_t)cpu, &set);
}

/* First the last processor is measured, then, by other settings, the first: every thread makes
 * way each time, and comes back to what is free again. */
static void all_threads_make_way(void **state)
{
    struct target_options all, measured;
    pthread_t thread;
    (void)state;
    setup_cpus(&all, TARGET_CPUS_MAX);
    assert_int_equal(pthread_barrier_init(&meet, NULL, 2), 0);
    assert_int_equal(pthread_create(&thread, NULL, other, NULL), 0);
    pthread_barrier_wait(&meet);
    int first = all.cpus[0], last = all.cpus[all.cpu_count - 1];
    const pid_t threads[] = {getpid(), other_tid};
    for (size_t i = 0; i < 2; i++) {
        setup_take_cpus(&measured, &all, 1);
        assert_int_equal(measured.cpus[0], last);
        setup_step_aside(&measured, &all);
        assert_int_equal(runs_on(threads[i], last), all.cpu_count == 1);
        assert_true(runs_on(threads[i], first));
        measured.cpus[0] = first;
        setup_step_aside(&measured, &all);
        assert_int_equal(runs_on(threads[i], first), all.cpu_count == 1);
        assert_true(runs_on(threads[i], last));
    }
    /* All are measured: off the first of them, which rows of one processor have alone. */
    setup_take_cpus(&measured, &all, all.cpu_count);
    setup_step_aside(&measured, &all);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(runs_on(threads[i], first), all.cpu_count == 1);
    pthread_barrier_wait(&meet);
    pthread_join(thread, NULL);
    pthread_barrier_destroy(&meet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_threads_make_way)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
