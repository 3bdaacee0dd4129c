/* linpack.c - vmtax-linpack: solves dense systems by OpenBLAS, for the workload `linpack`.
 *
 * Which kernels OpenBLAS takes and on how many threads is set by whoever starts the program, in its
 * environment; here it is checked that it obeyed, because a figure of other code is no figure of
 * this workload. */
#include <config.h>

#include "workloads/payload/dense.h"
#include "workloads/payload/linpack.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ORDER_MAX   100000
#define THREADS_MAX 4096
#define LINE        8 /* doubles of a cache line */
#define HUGE_PAGE   ((size_t)2 << 20)

/* Of OpenBLAS, whose headers are not where the linker's libopenblas is on every system. */
char *openblas_get_config(void);
char *openblas_get_corename(void);
int openblas_get_num_threads(void);
int openblas_get_parallel(void);
void dgesv_(const int *n, const int *columns, double *a, const int *a_step, int *pivots, double *b,
            const int *b_step, int *info);

struct solver {
    size_t n, step; /* step: from column to column of a */
    uint64_t seed;  /* of the last system */
    double *a, *x;
    int *pivots;
};

static void answer(const struct linpack_answer *a)
{
    if (send(STDOUT_FILENO, a, sizeof *a, MSG_NOSIGNAL) != (ssize_t)sizeof *a)
        exit(1); /* nobody listens */
}

static _Noreturn void give_up(const char *format, const char *a, const char *b)
{
    struct linpack_answer out = {.kind = LINPACK_FAILED};
    snprintf(out.text, sizeof out.text, format, a, b);
    answer(&out);
    exit(1);
}

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Only the library's part is timed. Every solution is checked: one that was wrong in the middle of
 * a slot would else have made its figure. */
static void solve(struct solver *s)
{
    struct linpack_answer out = {.kind = LINPACK_SOLVED};
    int n = (int)s->n, step = (int)s->step, one = 1, info = 0;
    s->seed++;
    for (size_t j = 0; j < s->n; j++)
        dense_column(s->a + j * s->step, s->n, s->seed, j);
    dense_column(s->x, s->n, s->seed, s->n);
    uint64_t from = now_ns();
    dgesv_(&n, &one, s->a, &step, s->pivots, s->x, &n, &info);
    out.ns = now_ns() - from;
    if (info != 0)
        give_up("the solver refused a system of linear equations%s%s", "", "");
    if (dense_residual(s->n, s->seed, s->x, &out.residual) < 0)
        give_up("there is no memory to check the solution%s%s", "", "");
    answer(&out);
}

/* "OpenBLAS 0.3.21", from "OpenBLAS 0.3.21 DYNAMIC_ARCH ... MAX_THREADS=64". */
static void library(char *out, size_t size)
{
    const char *config = openblas_get_config();
    size_t name = strcspn(config, " ");
    size_t length = name + strspn(config + name, " ");
    length += strcspn(config + length, " ");
    snprintf(out, size, "%.*s", (int)length, config);
}

static void ready(void)
{
    struct linpack_answer out = {.kind = LINPACK_READY};
    library(out.text, sizeof out.text);
    answer(&out);
}

static void check_library(const char *core, long threads)
{
    if (strcmp(openblas_get_corename(), core) != 0)
        give_up("OpenBLAS takes the core type %s instead of %s", openblas_get_corename(), core);
    if (threads > 1 && openblas_get_parallel() != 1)
        give_up(
            "this OpenBLAS is not the one with POSIX threads (Debian: libopenblas0-pthread)%s%s",
            "", "");
    if (openblas_get_num_threads() != threads) {
        char has[16], wanted[16];
        snprintf(has, sizeof has, "%d", openblas_get_num_threads());
        snprintf(wanted, sizeof wanted, "%ld", threads);
        give_up("OpenBLAS runs on %s processors instead of %s", has, wanted);
    }
}

/* An odd number of cache lines: elements side by side in a row do not meet in a few sets of the
 * caches. */
static size_t step_of(size_t n)
{
    size_t lines = (n + LINE - 1) / LINE;
    return (lines | 1) * LINE;
}

/* In huge pages, which many kernels give only on request: a guest's kernel that gives them unasked
 * would else be faster than a host's that does not, for another reason than the one that is
 * measured. Where there are none, nothing is lost. */
static double *matrix_new(size_t n, size_t step)
{
    size_t pages = (n * step * sizeof(double) + HUGE_PAGE - 1) / HUGE_PAGE;
    double *a = aligned_alloc(HUGE_PAGE, pages * HUGE_PAGE);
    if (a)
        madvise(a, pages * HUGE_PAGE, MADV_HUGEPAGE);
    return a;
}

static bool number(const char *text, uint64_t max, uint64_t *out)
{
    char *end;
    errno = 0;
    *out = strtoull(text, &end, 10);
    return errno == 0 && end != text && !*end && *out > 0 && *out <= max;
}

int main(int argc, char **argv)
{
    struct solver s = {0};
    uint64_t order, threads;
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        char text[160];
        library(text, sizeof text);
        return puts(text) < 0;
    }
    if (argc != 5 || !number(argv[1], ORDER_MAX, &order) || !number(argv[2], UINT64_MAX, &s.seed) ||
        !number(argv[4], THREADS_MAX, &threads)) {
        fputs("vmtax-linpack is started by vmtax-agent; see vmtax-agent(8)\n", stderr);
        return 2;
    }
    check_library(argv[3], (long)threads);
    s.n = order;
    s.step = step_of(s.n);
    s.a = matrix_new(s.n, s.step);
    s.x = malloc(s.n * sizeof *s.x);
    s.pivots = malloc(s.n * sizeof *s.pivots);
    if (!s.a || !s.x || !s.pivots)
        give_up("there is no memory for a system of order %s%s", argv[1], "");
    ready();
    for (char request; recv(STDIN_FILENO, &request, 1, 0) == 1;)
        if (request == LINPACK_SOLVE)
            solve(&s);
    free(s.a);
    free(s.x);
    free(s.pivots);
    return 0;
}
