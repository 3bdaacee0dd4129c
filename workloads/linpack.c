/* linpack.c - LINPACK: dense systems of linear equations, solved by OpenBLAS in a program of its
 * own (payload/linpack.h), which lives as long as the workload is prepared.
 *
 * The payload times each solution itself and the rest of a round is excluded: making a system of
 * order 1000, checking its solution and two messages take a fifth of the solution, and would count
 * for the figure. It is the same clock, that of this kernel. */
#include <config.h>

#include "coretype.h"
#include "text.h"
#include "workloads/child.h"
#include "workloads/payload/linpack.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Parameters in the order of the catalogue. */
enum { ORDER, CPUS, CORE };

#define PACKAGES "(Debian: libopenblas0-pthread)"

struct linpack_state {
    pid_t child;
    int socket;
    double operations; /* floating-point, of one solution */
    uint64_t solved;   /* since the last verify(), with those that are wrong */
    uint64_t wrong;
    double residual; /* of the last wrong one */
};

static size_t linpack_threads(const struct work *w)
{
    return w->param[CPUS] ? w->param[CPUS] : w->cpu_count;
}

/* In the child: the processors and the environment that the payload is to have, then itself. */
static _Noreturn void become_payload(const struct work *w, const char *program, int sock)
{
    size_t threads = linpack_threads(w);
    char order[24], seed[24], count[24], blas[48], openmp[40], core[48];
    char name[] = LINPACK_PROGRAM, locale[] = "LC_ALL=C";
    char *core_name = core + snprintf(core, sizeof core, "OPENBLAS_CORETYPE=");
    snprintf(core_name, sizeof core - (size_t)(core_name - core), "%s",
             coretypes[w->param[CORE]].name);
    snprintf(order, sizeof order, "%llu", (unsigned long long)w->param[ORDER]);
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)(w->seed | 1));
    snprintf(count, sizeof count, "%zu", threads);
    snprintf(blas, sizeof blas, "OPENBLAS_NUM_THREADS=%zu", threads);
    snprintf(openmp, sizeof openmp, "OMP_NUM_THREADS=%zu", threads);
    char *argv[] = {name, order, seed, core_name, count, NULL};
    char *environment[] = {core, blas, openmp, locale, NULL};

    cpu_set_t set;
    CPU_ZERO(&set);
    for (size_t i = 0; i < threads && i < w->cpu_count; i++)
        if (w->cpus[i] < CPU_SETSIZE)
            CPU_SET(w->cpus[i], &set);
    if ((CPU_COUNT(&set) > 0 && sched_setaffinity(0, sizeof set, &set) < 0) ||
        dup2(sock, STDIN_FILENO) < 0 || dup2(sock, STDOUT_FILENO) < 0)
        child_exit(126);
    execve(program, argv, environment);
    child_exit(127); /* as the loader, where it is there, ends about a library that is not */
}

/* Why there is no answer. */
static int payload_ended(struct work *w)
{
    struct linpack_state *s = w->state;
    int status = 0;
    pid_t got;
    do
        got = waitpid(s->child, &status, 0);
    while (got < 0 && errno == EINTR);
    s->child = 0;
    if (got > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return error_set(w->error, ERROR_SYSTEM,
                         LINPACK_PROGRAM " cannot be loaded here: is OpenBLAS installed " PACKAGES
                                         "?");
    if (got > 0 && WIFSIGNALED(status))
        return error_set(w->error, ERROR_SYSTEM, LINPACK_PROGRAM " was killed by signal %d%s",
                         WTERMSIG(status),
                         WTERMSIG(status) == SIGKILL ? ": is there enough memory?" : "");
    return error_set(w->error, ERROR_SYSTEM, LINPACK_PROGRAM " ended with status %d",
                     got > 0 ? WEXITSTATUS(status) : -1);
}

static int payload_hear(struct work *w, uint32_t kind, struct linpack_answer *out)
{
    struct linpack_state *s = w->state;
    ssize_t n;
    do
        n = recv(s->socket, out, sizeof *out, 0);
    while (n < 0 && errno == EINTR);
    if (n <= 0)
        return payload_ended(w);
    out->text[sizeof out->text - 1] = '\0';
    if (n != (ssize_t)sizeof *out || (out->kind != kind && out->kind != LINPACK_FAILED))
        return error_set(w->error, ERROR_SYSTEM,
                         LINPACK_PROGRAM " is not of this version: build and install vmtax "
                                         "completely");
    if (out->kind == LINPACK_FAILED)
        return error_set(w->error, ERROR_SYSTEM, "%s", out->text);
    return 0;
}

static int payload_solve(struct work *w, struct linpack_answer *out)
{
    struct linpack_state *s = w->state;
    char byte = LINPACK_SOLVE;
    if (s->child <= 0)
        return error_set(w->error, ERROR_SYSTEM, LINPACK_PROGRAM " has ended");
    if (send(s->socket, &byte, 1, MSG_NOSIGNAL) != 1)
        return payload_ended(w);
    return payload_hear(w, LINPACK_SOLVED, out);
}

static int find_payload(struct work *w, char path[PATH_MAX])
{
    int n = snprintf(path, PATH_MAX, "%s/" LINPACK_PROGRAM, w->payloads ? w->payloads : "");
    if (w->payloads && n < PATH_MAX && access(path, X_OK) == 0)
        return 0;
    return error_set(
        w->error, ERROR_SYSTEM,
        "linpack needs OpenBLAS when vmtax is built (Debian: libopenblas-dev): there is no %s in %s",
        LINPACK_PROGRAM, w->payloads ? w->payloads : "any directory");
}

static int linpack_prepare(struct work *w)
{
    char path[PATH_MAX];
    int ends[2];
    if (find_payload(w, path) < 0)
        return -1;
    if (w->param[CORE] == CORETYPE_AUTO)
        return error_set(w->error, ERROR_USAGE,
                         "linpack with core=auto: which one all targets can run is for vmtax to "
                         "say; name one here");
    struct linpack_state *s = calloc(1, sizeof *s);
    if (!s)
        return error_set(w->error, ERROR_SYSTEM, "no memory to prepare linpack");
    s->socket = -1;
    s->operations = workload_solution(w->workload, w->param);
    w->state = s;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return error_errno(w->error, errno, "cannot make a socket for " LINPACK_PROGRAM);
    s->child = child_fork(w);
    if (s->child == 0)
        become_payload(w, path, ends[1]);
    close(ends[1]);
    s->socket = ends[0];
    struct linpack_answer a;
    if (s->child < 0 || payload_hear(w, LINPACK_READY, &a) < 0)
        return -1;
    text_clean(w->engine, sizeof w->engine, a.text);
    return 0;
}

static int linpack_run(struct work *w, uint64_t count)
{
    struct linpack_state *s = w->state;
    for (uint64_t i = 0; i < count; i++) {
        struct linpack_answer a;
        uint64_t from = work_now_ns();
        if (payload_solve(w, &a) < 0)
            return -1;
        uint64_t took = work_now_ns() - from;
        if (a.ns == 0 || a.ns > took)
            return error_set(w->error, ERROR_SYSTEM,
                             LINPACK_PROGRAM " says that it solved a system in %llu ns of %llu",
                             (unsigned long long)a.ns, (unsigned long long)took);
        w->excluded_ns += took - a.ns;
        w->bytes += (uint64_t)s->operations;
        s->solved++;
        if (!(a.residual < LINPACK_RESIDUAL_MAX)) {
            s->wrong++;
            s->residual = a.residual;
        }
    }
    return 0;
}

static int linpack_verify(struct work *w)
{
    struct linpack_state *s = w->state;
    uint64_t solved = s->solved, wrong = s->wrong;
    s->solved = s->wrong = 0;
    if (solved == 0)
        return error_set(w->error, ERROR_SYSTEM, "linpack solved no system in its slot");
    if (wrong > 0)
        return error_set(w->error, ERROR_SYSTEM,
                         "%llu of linpack's %llu solutions are wrong: a scaled residual is %.3g, "
                         "and %.0f or more is no solution",
                         (unsigned long long)wrong, (unsigned long long)solved, s->residual,
                         LINPACK_RESIDUAL_MAX);
    return 0;
}

static void linpack_release(struct work *w)
{
    struct linpack_state *s = w->state;
    if (!s)
        return;
    child_close(&s->socket);
    child_end(&s->child);
    free(s);
    w->state = NULL;
}

static uint64_t linpack_memory(const struct workload *w, const uint64_t param[PARAMS_MAX],
                               unsigned lanes)
{
    (void)lanes;
    return workload_matrix(w, param);
}

static const struct workload_ops linpack_ops = {
    .id = "linpack",
    .memory = linpack_memory,
    .prepare = linpack_prepare,
    .run = linpack_run,
    .verify = linpack_verify,
    .release = linpack_release,
};

const struct workload_ops *const workload_ops_linpack[] = {&linpack_ops, NULL};
