/* bench_observer - does watching disturb what is watched?
 *
 * The same workload beside a live dashboard (120x40, fed 20 times a second as by a run, in a
 * terminal that is read) and beside the same dashboard held still by SIGSTOP, in turn. The workload
 * has the last processor to itself; the dashboard has the others, as setup_step_aside() arranges
 * it. The difference must stay below 0.5 %.
 *
 * What a dashboard on another processor can take from the workload (shared caches, memory, the
 * kernel's locks, interrupts that arrive here) makes its operations dearer, so the figure is
 * operations per second of processor time of the workload's thread: what other programs of the
 * machine take of the clock's time in between is left out, and half a per cent can be told. On one
 * processor the dashboard takes its share of the clock's time besides; bench_ui says how much. */
#include <config.h>

#include "tests/bench/compare.h"
#include "tests/pty.h"
#include "workloads/workload.h"

#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define SLOT_NS 60000000u

struct watched {
    struct work work;
    struct error error;
    const struct workload_ops *ops;
    uint64_t count;
    pid_t dashboard;
};

static uint64_t processor_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static double slot(struct watched *w)
{
    uint64_t ops = 0, from, now;
    /* What the signal set off is over before the slot begins. */
    struct timespec settle = {.tv_nsec = 20000000};
    nanosleep(&settle, NULL);
    from = processor_ns();
    do {
        if (w->ops->run(&w->work, w->count) < 0) {
            fprintf(stderr, "%s\n", w->error.text);
            return (double)NAN;
        }
        ops += w->count;
        now = processor_ns();
    } while (now - from < SLOT_NS);
    return (double)ops / (double)(now - from) * 1e9;
}

static double beside_live(void *context)
{
    struct watched *w = context;
    kill(w->dashboard, SIGCONT);
    return slot(w);
}

static double beside_still(void *context)
{
    struct watched *w = context;
    kill(w->dashboard, SIGSTOP);
    return slot(w);
}

struct terminal {
    struct pty pty;
    atomic_bool end;
};

static void *read_terminal(void *argument)
{
    struct terminal *t = argument;
    while (!atomic_load(&t->end)) {
        pty_read(&t->pty, 50, 100);
        t->pty.length = 0; /* nobody looks at it again */
    }
    return NULL;
}

/* Everything but the processor that is measured, if there is anything else. */
static void step_aside(pid_t pid, int measured)
{
    cpu_set_t set;
    if (sched_getaffinity(pid, sizeof set, &set) < 0 || CPU_COUNT(&set) < 2)
        return;
    CPU_CLR(measured, &set);
    sched_setaffinity(pid, sizeof set, &set);
}

int main(void)
{
    static const struct {
        const char *id, *params;
        uint64_t count;
        unsigned blocks; /* enough that the interval can be narrower than the bounds */
    } rows[] = {
        {"sys.syscall", "", 10000, 200},
        {"membw.frd", "size=1M", 20, 800}, /* varies by 3 to 4 % from block to block */
    };
    struct terminal terminal = {.end = false};
    char *const argv[] = {(char *)UI_DEMO, (char *)"container", (char *)"feed", NULL};
    if (!pty_start(&terminal.pty, 40, 120, "xterm-256color", argv) ||
        !pty_expect(&terminal.pty, 0, "abort", 10000)) {
        fprintf(stderr, "bench_observer: the dashboard did not come up\n");
        return 1;
    }
    cpu_set_t all;
    int last = 0;
    sched_getaffinity(0, sizeof all, &all);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &all))
            last = cpu;
    step_aside(terminal.pty.pid, last);
    step_aside(0, last);
    pthread_t reader;
    if (pthread_create(&reader, NULL, read_terminal, &terminal) != 0)
        return 1;
    sched_setaffinity(0, sizeof all, &all);
    int cpu = compare_pin();
    bool pass = cpu >= 0;
    compare_heading();
    for (size_t i = 0; cpu >= 0 && i < sizeof rows / sizeof *rows; i++) {
        struct watched w = {.count = rows[i].count, .dashboard = terminal.pty.pid};
        w.work = (struct work){.workload = workload_find(rows[i].id),
                               .lanes = 1,
                               .cpus = &cpu,
                               .cpu_count = 1,
                               .error = &w.error,
                               .sample = WORK_SAMPLE_EVERY};
        w.ops = workload_ops_find(rows[i].id);
        struct compare c = {.name = rows[i].id,
                            .peer = "without dashboard",
                            .ours = beside_live,
                            .theirs = beside_still,
                            .context = &w,
                            .low = 0.995,
                            .high = 1.005,
                            .unit = "op/s",
                            .scale = 1};
        if (params_parse(w.work.workload, rows[i].params, w.work.param, &w.error) < 0 ||
            w.ops->prepare(&w.work) < 0) {
            fprintf(stderr, "%s\n", w.error.text);
            pass = false;
        } else {
            pass = compare_run(&c, rows[i].blocks) && pass;
        }
        w.ops->release(&w.work);
    }
    kill(terminal.pty.pid, SIGCONT);
    atomic_store(&terminal.end, true);
    pthread_join(reader, NULL);
    pty_send(&terminal.pty, "q\r", 2);
    pty_wait(&terminal.pty, 5000);
    pty_release(&terminal.pty);
    return pass ? 0 : 1;
}
