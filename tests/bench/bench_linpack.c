/* linpack against HPL, as hpcc has it (Debian: package hpcc), on the same OpenBLAS.
 *
 * The same order, one process with one thread on one processor, the same core type forced on both.
 * HPL's blocking is 192, which suits OpenBLAS's kernels; ours has none, it is the library's own.
 * Both figures are those of the solution alone, by the operation count that HPL uses; hpcc's other
 * benchmarks run between and do not count. A figure is the best of a few solutions, as hpcc tells
 * it: what was interrupted by something else does not count. */
#include <config.h>

#include "coretype.h"
#include "tests/bench/compare.h"
#include "workloads/workload.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BLOCKS 12
#define ORDER  4000 /* the largest of the standard profile; another: bench_linpack ORDER */
#define SOLVES 12
#define INPUT  "hpccinf.txt"
#define OUTPUT "hpccoutf.txt"

struct pair {
    struct work work;
    struct error error;
    const struct workload_ops *ops;
    int order;
    char directory[32];
};

static double best(const double gflops[SOLVES])
{
    double most = 0;
    for (size_t i = 0; i < SOLVES; i++)
        most = fmax(most, gflops[i]);
    return most;
}

static double ours(void *context)
{
    struct pair *p = context;
    double gflops[SOLVES];
    for (size_t i = 0; i < SOLVES; i++) {
        uint64_t operations = p->work.bytes, excluded = p->work.excluded_ns, from = work_now_ns();
        int status = p->ops->run(&p->work, 1);
        uint64_t ns = work_now_ns() - from - (p->work.excluded_ns - excluded);
        if (status < 0 || p->ops->verify(&p->work) < 0) {
            fprintf(stderr, "%s\n", p->error.text);
            return (double)NAN;
        }
        gflops[i] = (double)(p->work.bytes - operations) / (double)ns;
    }
    return best(gflops);
}

/* One process, the same order again and again; a line that hpcc asks for and does not use holds its
 * place. */
static bool write_input(int order)
{
    FILE *f = fopen(INPUT, "we");
    if (!f)
        return false;
    fprintf(f, "vmtax\nvmtax\nHPL.out\n8\n%d\n", SOLVES);
    for (int i = 0; i < SOLVES; i++)
        fprintf(f, "%d ", order);
    fprintf(f, "\n1\n192\n0\n1\n1\n1\n16.0\n1\n2\n1\n4\n1\n2\n1\n1\n1\n1\n"
               "1\n0\n2\n64\n0\n0\n1\n8\n-\n0\n1200\n0\n40\n");
    return fclose(f) == 0;
}

/* "WR01C2R4        2000   192     1     1               0.13              4.081e+01", a line for
 * each solution, and one for each that HPL found right. */
static double read_output(void)
{
    char line[256];
    double gflops[SOLVES], value;
    size_t solved = 0, right = 0;
    FILE *f = fopen(OUTPUT, "re");
    if (!f)
        return (double)NAN;
    while (fgets(line, sizeof line, f)) {
        if (sscanf(line, "WR%*s %*d %*d %*d %*d %*f %lf", &value) == 1 && solved < SOLVES)
            gflops[solved++] = value;
        right += strncmp(line, "||Ax-b||", 8) == 0 && strstr(line, "PASSED");
    }
    fclose(f);
    return solved == SOLVES && right == SOLVES ? best(gflops) : (double)NAN;
}

static double theirs(void *context)
{
    (void)context;
    unlink(OUTPUT);
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
        execlp("hpcc", "hpcc", (char *)NULL);
        _exit(127);
    }
    int status = -1;
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status == 0 ? read_output() : (double)NAN;
}

static bool prepare(struct pair *p, int *cpu, const char *core)
{
    char params[PARAMS_TEXT];
    snprintf(params, sizeof params, "size=%d cpus=1 core=%s", p->order, core);
    p->work = (struct work){.workload = workload_find("linpack"),
                            .payloads = BENCH_BUILD,
                            .lanes = 1,
                            .cpus = cpu,
                            .cpu_count = 1,
                            .seed = 1,
                            .error = &p->error};
    p->ops = workload_ops_find("linpack");
    if (params_parse(p->work.workload, params, p->work.param, &p->error) < 0 ||
        p->ops->prepare(&p->work) < 0 || p->ops->run(&p->work, 1) < 0) {
        printf("linpack: %s\n", p->error.text);
        return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    char *end = NULL;
    long order = argc > 1 ? strtol(argv[1], &end, 10) : ORDER;
    if ((end && *end) || order < 100 || order > 40000) {
        fprintf(stderr, "usage: bench_linpack [ORDER], from 100 to 40000\n");
        return 1;
    }
    struct pair p = {.order = (int)order, .directory = "/tmp/vmtax-hpcc-XXXXXX"};
    const char *core = coretypes[coretype_pick(cpu_features_read())].name;
    int cpu = compare_pin();
    if (cpu < 0 || !mkdtemp(p.directory) || chdir(p.directory) < 0) {
        perror("cannot pin to one processor, or make a directory");
        return 1;
    }
    setenv("OPENBLAS_CORETYPE", core, 1);
    setenv("OPENBLAS_NUM_THREADS", "1", 1);
    setenv("OMP_NUM_THREADS", "1", 1);
    bool pass = true, measured = true;
    if (prepare(&p, &cpu, core) && write_input(p.order)) {
        printf("core type %s, order %d\n", core, p.order);
        compare_heading();
        double first = theirs(NULL);
        struct compare c = {.name = "linpack",
                            .peer = "HPL (hpcc), NB 192",
                            .ours = ours,
                            .theirs = theirs,
                            .context = &p,
                            .low = 0.97,
                            .high = 1.5,
                            .unit = "GFLOPS",
                            .scale = 1};
        if (isfinite(first))
            pass = compare_run(&c, BLOCKS);
        else
            printf("%-18s %-34s not measured: no hpcc here (package hpcc)\n", c.name, c.peer);
        measured = isfinite(first);
    } else {
        pass = false;
    }
    p.ops->release(&p.work);
    unlink(INPUT);
    unlink(OUTPUT);
    if (chdir("/") == 0)
        rmdir(p.directory);
    return !pass ? 1 : measured ? 0 : COMPARE_NOT_MEASURED;
}
