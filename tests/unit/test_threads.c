#include "target/threads.h"

#include "unit.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MS UINT64_C(1000000)

struct busy {
    pthread_t thread;
    atomic_int tid, stop;
    uint64_t want_ns;      /* of its own processor time, then it sleeps until told to stop */
    atomic_ullong have_ns; /* what it says that it used; 0: still busy */
};

static uint64_t own_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000 * MS + (uint64_t)t.tv_nsec;
}

static void *be_busy(void *argument)
{
    struct busy *b = argument;
    atomic_store(&b->tid, (int)syscall(SYS_gettid));
    while (own_ns() < b->want_ns) {
    }
    atomic_store(&b->have_ns, own_ns());
    while (!atomic_load(&b->stop))
        poll(NULL, 0, 2);
    return NULL;
}

static void begin(struct busy *b, uint64_t want_ns)
{
    memset(b, 0, sizeof *b);
    b->want_ns = want_ns;
    assert_int_equal(pthread_create(&b->thread, NULL, be_busy, b), 0);
    while (!atomic_load(&b->tid) || !atomic_load(&b->have_ns))
        poll(NULL, 0, 2);
}

static void end(struct busy *b)
{
    atomic_store(&b->stop, 1);
    pthread_join(b->thread, NULL);
}

/* A busy thread's time is found where it belongs. It sleeps when it is read, so schedstat is up to
 * date; it may have slept and woken a few times since it asked for its own clock. */
static void a_busy_thread_is_told_from_others(void **state)
{
    (void)state;
    struct busy vcpu, other;
    struct counters c = {0};
    struct error e;
    begin(&vcpu, 60 * MS);
    begin(&other, 20 * MS);
    pid_t tid = atomic_load(&vcpu.tid);
    struct threads *t = threads_new(getpid(), &tid, 1);
    assert_int_equal(threads_read(t, &c, &e), 0);
    assert_true(counters_have(&c, COUNTER_VCPU_CPU) && counters_have(&c, COUNTER_VMM_CPU));
    assert_true(c.value[COUNTER_VCPU_CPU] >= atomic_load(&vcpu.have_ns));
    assert_true(c.value[COUNTER_VCPU_CPU] < atomic_load(&vcpu.have_ns) + 20 * MS);
    assert_true(c.value[COUNTER_VMM_CPU] >= 19 * MS);
    if (counters_have(&c, COUNTER_RUN_DELAY))
        print_message("vcpu %.1f ms, other %.1f ms, waited %.3f ms\n",
                      (double)c.value[COUNTER_VCPU_CPU] / 1e6,
                      (double)c.value[COUNTER_VMM_CPU] / 1e6,
                      (double)c.value[COUNTER_RUN_DELAY] / 1e6);
    end(&other);
    end(&vcpu);
    threads_free(t);
}

static void who_ended_is_not_forgotten(void **state)
{
    (void)state;
    struct busy vcpu, other;
    struct counters first = {0}, second = {0}, d;
    struct error e;
    begin(&vcpu, MS);
    begin(&other, 30 * MS);
    pid_t tid = atomic_load(&vcpu.tid);
    struct threads *t = threads_new(getpid(), &tid, 1);
    assert_int_equal(threads_read(t, &first, &e), 0);
    end(&other);
    assert_int_equal(threads_read(t, &second, &e), 0);
    counters_between(&first, &second, &d);
    assert_true(counters_have(&d, COUNTER_VMM_CPU));
    assert_true(d.value[COUNTER_VMM_CPU] < 30 * MS);
    end(&vcpu);
    /* The vCPU's thread is gone. */
    struct counters before = second;
    assert_int_equal(threads_read(t, &second, &e), -1);
    assert_int_equal(e.kind, ERROR_SYSTEM);
    assert_non_null(strstr(e.text, "cannot read the times of thread"));
    assert_memory_equal(&second, &before, sizeof before);
    threads_free(t);
    threads_free(NULL);
}

static void no_such_process(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    struct counters c = {0};
    struct error e;
    struct threads *t = threads_new(child, &child, 1);
    assert_int_equal(threads_read(t, &c, &e), -1);
    assert_int_equal(c.known, 0);
    threads_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_busy_thread_is_told_from_others),
        cmocka_unit_test(who_ended_is_not_forgotten),
        cmocka_unit_test(no_such_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
