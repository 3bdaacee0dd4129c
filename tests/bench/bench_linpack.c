/* linpack against HPL, as hpcc has it (Debian: package hpcc), on the same OpenBLAS.
 *
 * The same order, the same core type forced on both, on one processor and on all: HPL as one
 * process, and as one a processor side by side (mpirun), each with one thread, which is how it is
 * meant to run; ours has its library's threads. Both must be linked to libraries of one directory,
 * which for hpcc is a choice of the machine (update-alternatives). HPL's blocking is 192, which
 * suits OpenBLAS's kernels; ours has none, it is the library's own. Both figures are those of the
 * solution alone, by the operation count that HPL uses; hpcc's other benchmarks run between and do
 * not count. A figure is the best of a few solutions, as hpcc tells it: what was interrupted by
 * something else does not count. */
#include <config.h>

#include "coretype.h"
#include "tests/bench/compare.h"
#include "tests/bench/peer.h"
#include "tests/bench/scratch.h"
#include "workloads/workload.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <sched.h>
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
    int cpus[CPU_SETSIZE], cpu_count;
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
static bool write_input(int order, int processes)
{
    FILE *f = fopen(INPUT, "we");
    if (!f)
        return false;
    fprintf(f, "vmtax\nvmtax\nHPL.out\n8\n%d\n", SOLVES);
    for (int i = 0; i < SOLVES; i++)
        fprintf(f, "%d ", order);
    fprintf(f,
            "\n1\n192\n0\n1\n1\n%d\n16.0\n1\n2\n1\n4\n1\n2\n1\n1\n1\n1\n"
            "1\n0\n2\n64\n0\n0\n1\n8\n-\n0\n1200\n0\n40\n",
            processes);
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
    const struct pair *p = context;
    char processes[16];
    snprintf(processes, sizeof processes, "%d", p->cpu_count);
    unlink(OUTPUT);
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
        if (p->cpu_count > 1)
            execlp("mpirun", "mpirun", "--allow-run-as-root", "--bind-to", "none", "-np", processes,
                   "hpcc", (char *)NULL);
        else
            execlp("hpcc", "hpcc", (char *)NULL);
        _exit(127);
    }
    int status = -1;
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status == 0 ? read_output() : (double)NAN;
}

/* The directory of the library that a program's calls of BLAS lead to; empty: none is found. */
static void library_of(const char *program, char directory[PATH_MAX])
{
    char *where = peer_say((const char *[]){"which", program, NULL}, PEER_SILENT), *rest = NULL;
    directory[0] = '\0';
    if (where)
        where[strcspn(where, "\n")] = '\0';
    char *text = where ? peer_say((const char *[]){"ldd", where, NULL}, PEER_SILENT) : NULL;
    for (char *line = text ? strtok_r(text, "\n", &rest) : NULL; line && !directory[0];
         line = strtok_r(NULL, "\n", &rest)) {
        char *path = strstr(line, "blas") ? strstr(line, "=> ") : NULL;
        if (!path)
            continue;
        path += strlen("=> ");
        path[strcspn(path, " ")] = '\0';
        if (!realpath(path, directory))
            directory[0] = '\0';
    }
    free(text);
    free(where);
    char *name = strrchr(directory, '/');
    if (name)
        *name = '\0';
}

static bool same_library(void)
{
    char own[PATH_MAX], peer[PATH_MAX];
    library_of(BENCH_BUILD "/vmtax-linpack", own);
    library_of("hpcc", peer);
    if (own[0] && strcmp(own, peer) == 0) {
        printf("both on the libraries in %s\n", own);
        return true;
    }
    printf("linpack            not measured: it uses the libraries in %s, and hpcc those in %s%s\n",
           own, peer[0] ? peer : "no directory",
           peer[0] ? " (update-alternatives --config libblas.so.3-x86_64-linux-gnu)"
                   : ": is it installed (package hpcc)?");
    return false;
}

static bool prepare(struct pair *p, const char *core)
{
    char params[PARAMS_TEXT];
    snprintf(params, sizeof params, "size=%d cpus=%d core=%s", p->order, p->cpu_count, core);
    p->work = (struct work){.workload = workload_find("linpack"),
                            .payloads = BENCH_BUILD,
                            .lanes = 1,
                            .cpus = p->cpus,
                            .cpu_count = (size_t)p->cpu_count,
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

/* On so many processors, the last ones of all; then both may use these alone. */
static bool take_cpus(struct pair *p, const cpu_set_t *all, int count)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    p->cpu_count = 0;
    for (int cpu = CPU_SETSIZE - 1; cpu >= 0 && p->cpu_count < count; cpu--)
        if (CPU_ISSET(cpu, all)) {
            p->cpus[p->cpu_count++] = cpu;
            CPU_SET(cpu, &set);
        }
    return sched_setaffinity(0, sizeof set, &set) == 0;
}

/* One line. *measured: had the peer a figure? */
static bool compare_on(struct pair *p, const cpu_set_t *all, int count, const char *core,
                       bool *measured)
{
    char peer[48];
    bool pass = false;
    if (!take_cpus(p, all, count)) {
        perror("cannot pin to processors");
        return false;
    }
    snprintf(peer, sizeof peer, "HPL (hpcc), NB 192, %d process%s", count, count > 1 ? "es" : "");
    if (prepare(p, core) && write_input(p->order, count)) {
        struct compare c = {.name = count > 1 ? "linpack smp" : "linpack",
                            .peer = peer,
                            .ours = ours,
                            .theirs = theirs,
                            .context = p,
                            .low = 0.97,
                            .high = 1.5,
                            .unit = "GFLOPS",
                            .scale = 1};
        *measured = isfinite(theirs(p));
        if (*measured)
            pass = compare_run(&c, BLOCKS);
        else
            printf("%-18s %-34s not measured: %s gives no figure here\n", c.name, c.peer,
                   count > 1 ? "mpirun hpcc" : "hpcc");
        pass |= !*measured;
    }
    p->ops->release(&p->work);
    return pass;
}

int main(int argc, char **argv)
{
    char *end = NULL;
    long order = argc > 1 ? strtol(argv[1], &end, 10) : ORDER;
    if ((end && *end) || order < 100 || order > 40000) {
        fprintf(stderr, "usage: bench_linpack [ORDER], from 100 to 40000\n");
        return 1;
    }
    static struct pair p = {.directory = "/tmp/vmtax-hpcc-XXXXXX"};
    const char *core = coretypes[coretype_pick(cpu_features_read())].name;
    cpu_set_t all;
    p.order = (int)order;
    if (!same_library())
        return COMPARE_NOT_MEASURED;
    if (sched_getaffinity(0, sizeof all, &all) < 0 || !scratch_make(p.directory) ||
        chdir(p.directory) < 0) {
        perror("cannot read the processors, or make a directory");
        return 1;
    }
    setenv("OPENBLAS_CORETYPE", core, 1);
    setenv("OPENBLAS_NUM_THREADS", "1", 1);
    setenv("OMP_NUM_THREADS", "1", 1);
    printf("core type %s, order %d\n", core, p.order);
    compare_heading();
    bool one = true, every = true;
    bool pass = compare_on(&p, &all, 1, core, &one);
    if (CPU_COUNT(&all) > 1)
        pass &= compare_on(&p, &all, CPU_COUNT(&all), core, &every);
    return !pass ? 1 : one && every ? 0 : COMPARE_NOT_MEASURED;
}
