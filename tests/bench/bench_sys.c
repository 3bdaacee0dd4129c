/* System call and pipe against `perf bench`.
 *
 * `perf bench syscall basic` calls getppid() in a loop: an operation is one call, as sys.syscall's.
 * `perf bench sched pipe` has two processes and two pipes; in each turn one writes an int and then
 * reads one, the other reads one and then writes it back. Its "usecs/op" is the time of all turns
 * over their number, so an operation is a whole round trip with two context switches: what sys.pipe
 * (and lat_pipe) call one, but for four bytes instead of one. So both are compared as they are. Its
 * time includes a fork and a wait, once in the tens of thousands of turns; both of its processes
 * inherit the one processor. */
#include <config.h>

#include "tests/bench/compare.h"
#include "workloads/workload.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BLOCKS  20
#define SLOT_NS 150000000u

struct pair {
    struct work work;
    struct error error;
    const struct workload_ops *ops;
    uint64_t count;
    const char *suite, *bench; /* of perf */
    uint64_t loops;
};

static double ours(void *context)
{
    struct pair *p = context;
    uint64_t ops = 0, from = work_now_ns(), now = from;
    do {
        if (p->ops->run(&p->work, p->count) < 0) {
            fprintf(stderr, "%s\n", p->error.text);
            return (double)NAN;
        }
        ops += p->count;
        now = work_now_ns();
    } while (now - from < SLOT_NS);
    if (p->ops->verify(&p->work) < 0) {
        fprintf(stderr, "%s\n", p->error.text);
        return (double)NAN;
    }
    return (double)ops / (double)(now - from) * 1e9;
}

/* Start perf; its output goes to the returned stream. */
static FILE *perf_start(const struct pair *p, pid_t *pid)
{
    char loops[32];
    int ends[2];
    snprintf(loops, sizeof loops, "%llu", (unsigned long long)p->loops);
    if (pipe(ends) < 0)
        return NULL;
    fflush(stdout);
    *pid = fork();
    if (*pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execlp("perf", "perf", "bench", p->suite, p->bench, "--loop", loops, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    if (*pid < 0) {
        close(ends[0]);
        return NULL;
    }
    return fdopen(ends[0], "r");
}

/* Operations per second, from its line "0.123 usecs/op". */
static double perf_bench(struct pair *p)
{
    pid_t pid;
    FILE *f = perf_start(p, &pid);
    double us = (double)NAN, value;
    char line[256], word[32];
    if (!f)
        return us;
    while (fgets(line, sizeof line, f))
        if (sscanf(line, "%lf %31s", &value, word) == 2 && strcmp(word, "usecs/op") == 0)
            us = value;
    fclose(f);
    int status;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        us = (double)NAN;
    return 1e6 / us;
}

static double theirs(void *context)
{
    return perf_bench(context);
}

static bool pair_prepare(struct pair *p, const char *id, int *cpu)
{
    p->work.workload = workload_find(id);
    p->ops = workload_ops_find(id);
    p->work.lanes = 1;
    p->work.cpus = cpu;
    p->work.cpu_count = 1;
    p->work.error = &p->error;
    p->work.sample = WORK_SAMPLE_EVERY;
    if (params_parse(p->work.workload, "", p->work.param, &p->error) < 0 ||
        p->ops->prepare(&p->work) < 0) {
        fprintf(stderr, "%s\n", p->error.text);
        p->ops->release(&p->work);
        return false;
    }
    return true;
}

int main(void)
{
    static const struct {
        const char *id, *suite, *bench, *peer;
        uint64_t count, loops;
    } rows[] = {
        {"sys.syscall", "syscall", "basic", "perf bench syscall basic", 10000, 100000},
        {"sys.pipe", "sched", "pipe", "perf bench sched pipe", 500, 5000},
    };
    bool pass = true, measured = true;
    int cpu = compare_pin();
    if (cpu < 0) {
        perror("cannot pin to one processor");
        return 1;
    }
    compare_heading();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pair p = {
            .suite = rows[i].suite,
            .bench = rows[i].bench,
            .count = rows[i].count,
            .loops = rows[i].loops,
        };
        double first = perf_bench(&p);
        if (!isfinite(first)) {
            printf("%-18s %-34s not measured: no perf bench here (package linux-perf)\n",
                   rows[i].id, rows[i].peer);
            measured = false;
            continue;
        }
        p.loops = (uint64_t)(first * SLOT_NS / 1e9) + 1;
        if (!pair_prepare(&p, rows[i].id, &cpu)) {
            pass = false;
            continue;
        }
        pass &= compare_run(
            &(struct compare){
                .name = rows[i].id,
                .peer = rows[i].peer,
                .ours = ours,
                .theirs = theirs,
                .context = &p,
                .low = 1 / 1.1,
                .high = 1.1,
                .unit = "µs",
                .scale = 1e6,
                .time = true,
            },
            BLOCKS);
        p.ops->release(&p.work);
    }
    return !pass ? 1 : measured ? 0 : COMPARE_NOT_MEASURED;
}
