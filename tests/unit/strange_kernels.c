/* strange_kernels.c - kernels that misbehave in known ways, or take known times, under ids of the
 * catalogue. With the agent's own sources they make a second agent, so that its supervision is
 * tested through the real protocol. Not installed. */
#include <config.h>

#include "workloads/program/program.h"
#include "workloads/workload.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

static void pause_ms(long ms)
{
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&t, NULL);
}

_Noreturn static void hang(void)
{
    for (;;)
        pause();
}

static int nothing(struct work *w)
{
    (void)w;
    return 0;
}

static int spin(struct work *w, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        WORK_KEEP(w);
    return 0;
}

/* One millisecond an operation, 1000 bytes, a sampled latency. */
static int pause_run(struct work *w, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        uint64_t from = work_sample_begin(w);
        pause_ms(1);
        work_sample_end(w, from);
    }
    w->bytes += 1000 * count;
    return 0;
}

/* Lanes beyond the first say so by their bytes. */
static int lane_run(struct work *w, uint64_t count)
{
    pause_run(w, count);
    if (w->lane > 0)
        w->bytes += 999 * 1000 * count;
    return 0;
}

/* The first operation of a worker is long, longer than a lead-in, and says so by its bytes. */
static int cold_run(struct work *w, uint64_t count)
{
    if (!w->state) {
        w->state = w;
        pause_ms(40);
        w->bytes += 1000 * 1000;
    }
    return pause_run(w, count);
}

static int pause_overhead(struct work *w, uint64_t count)
{
    (void)w;
    for (uint64_t i = 0; i < count; i++)
        pause_ms(2);
    return 0;
}

static int excluding_run(struct work *w, uint64_t count)
{
    pause_run(w, count);
    work_exclude_begin(w);
    for (uint64_t i = 0; i < count; i++)
        pause_ms(3);
    work_exclude_end(w);
    return 0;
}

static int wrong_verify(struct work *w)
{
    return error_set(w->error, ERROR_DATA, "the bytes read back differ at byte 7");
}

static int failing_prepare(struct work *w)
{
    return error_set(w->error, ERROR_SYSTEM, "there is no such thing here");
}

static int hanging_prepare(struct work *w)
{
    (void)w;
    hang();
}

static int hanging_verify(struct work *w)
{
    (void)w;
    hang();
}

static int hanging_run(struct work *w, uint64_t count)
{
    (void)count;
    if (w->latency) /* set in the timed part only */
        hang();
    pause_ms(1);
    return 0;
}

static int hanging_lead(struct work *w, uint64_t count)
{
    (void)w;
    (void)count;
    hang();
}

static int crashing_run(struct work *w, uint64_t count)
{
    (void)w;
    (void)count;
    signal(SIGSEGV, SIG_DFL); /* no report of a sanitizer */
    raise(SIGSEGV);
    return 0;
}

static int exiting_run(struct work *w, uint64_t count)
{
    (void)w;
    (void)count;
    _exit(3);
}

static int wordless_run(struct work *w, uint64_t count)
{
    (void)w;
    (void)count;
    return -1;
}

/* A child that ignores everything that can be ignored, and nobody releases it. */
static int leave_child(struct work *w)
{
    (void)w;
    pid_t parent = getpid();
    if (fork() == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(0);
        signal(SIGTERM, SIG_IGN);
        signal(SIGHUP, SIG_IGN);
        hang();
    }
    return 0;
}

static int leave_file(struct work *w)
{
    char path[4200];
    if (!w->scratch)
        return error_set(w->error, ERROR_SYSTEM, "no scratch directory came along");
    snprintf(path, sizeof path, "%s/left-behind", w->scratch);
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0600);
    if (fd < 0)
        return error_set(w->error, ERROR_SYSTEM, "cannot make a file");
    close(fd);
    return 0;
}

/* Tells the address of its own code as bytes moved. */
static int address_run(struct work *w, uint64_t count)
{
    if (w->latency)
        w->bytes = (uint64_t)(uintptr_t)&address_run;
    return spin(w, count);
}

static int lap_prepare(struct work *w)
{
    w->step = 7;
    return 0;
}

static int lap_run(struct work *w, uint64_t count)
{
    if (count == 0 || count % 7)
        return error_set(w->error, ERROR_SYSTEM, "a count that is no whole number of laps");
    return pause_run(w, count / 7);
}

#define KERNEL(name, ...)                        \
    &(const struct workload_ops)                 \
    {                                            \
        .id = name, .release = NULL, __VA_ARGS__ \
    }

const struct workload_ops *const workload_ops_null[] = {
    KERNEL("null", .prepare = nothing, .run = spin, .verify = nothing),
    NULL,
};

const struct workload_ops *const workload_ops_sys[] = {
    KERNEL("sys.fork_exit", .run = hanging_run, .verify = nothing),
    KERNEL("sys.fork_exec", .prepare = leave_child, .run = spin, .verify = nothing),
    KERNEL("sys.fork_sh", .run = pause_run),
    KERNEL("sys.pipe", .run = address_run, .verify = nothing),
    KERNEL("sys.syscall", .run = pause_run, .overhead = pause_overhead, .verify = nothing),
    KERNEL("sys.read", .run = spin, .verify = wrong_verify),
    KERNEL("sys.write", .prepare = failing_prepare, .run = spin, .verify = nothing),
    KERNEL("sys.sig_install", .run = crashing_run, .verify = nothing),
    KERNEL("sys.sig_handle", .run = excluding_run, .verify = nothing),
    NULL,
};

const struct workload_ops *const workload_ops_ctx[] = {
    KERNEL("ctx.2p0k", .prepare = hanging_prepare, .run = spin, .verify = nothing),
    KERNEL("ctx.2p16k", .run = hanging_lead, .verify = nothing),
    KERNEL("ctx.2p64k", .run = spin, .verify = hanging_verify),
    KERNEL("ctx.4p0k", .run = exiting_run, .verify = nothing),
    KERNEL("ctx.4p16k", .run = wordless_run, .verify = nothing),
    KERNEL("ctx.4p64k", .prepare = lap_prepare, .run = lap_run, .verify = nothing),
    NULL,
};

const struct workload_ops *const workload_ops_ram[] = {
    KERNEL("ram.int.copy", .run = lane_run, .verify = nothing),
    KERNEL("ram.int.scale", .run = cold_run, .verify = nothing),
    NULL,
};

const struct workload_ops *const workload_ops_membw[] = {NULL};
const struct workload_ops *const workload_ops_exits[] = {NULL};
const struct workload_ops *const workload_ops_linpack[] = {NULL};
const struct workload_ops *const workload_ops_kbuild[] = {NULL};
const struct workload_ops *const workload_ops_spec[] = {NULL};
const struct workload_ops *const workload_ops_jbb[] = {NULL};
const struct workload_ops workload_ops_program = {.id = NULL};
const struct program *program_find(const char *id)
{
    (void)id;
    return NULL;
}

const struct workload_ops *const workload_ops_file[] = {
    KERNEL("file.write", .prepare = leave_file, .run = spin, .verify = nothing),
    NULL,
};

/* Nothing here executes the agent's file as the program that fork+exec measures. */
int workload_hello(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return -1;
}
