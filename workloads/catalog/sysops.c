/* System operations: LMbench latencies, Table I. */
#include <config.h>

#include "workloads/catalog/rows.h"

static const struct point pipe_points[] = {
    {"placement=same", QSP}, {"placement=cross", QSP}, {NULL, 0}};

/* A row of the paper's Table I. */
#define SYS(name, label, slot, ...)                                                            \
    {                                                                                          \
        .id = "sys." name, .subsystem = SUBSYSTEM_SYSOPS, .title = label,                      \
        .mirrors = "Table I " label, .paper = label, .figure = FIGURE_TIME_US, .slot_s = slot, \
        .lead_s = 0.02, .profiles = QSP, __VA_ARGS__                                           \
    }

const struct workload sysops_workloads[] = {
    SYS("syscall", "syscall", 0.1, .method = "lat_syscall null: getppid()"),
    SYS("read", "read", 0.1, .method = "lat_syscall read: one byte from /dev/zero"),
    SYS("write", "write", 0.1, .method = "lat_syscall write: one byte to /dev/null"),
    SYS("stat", "stat", 0.1, .needs = NEED_SCRATCH,
        .method = "lat_syscall stat: of a file in the working directory"),
    SYS("fstat", "fstat", 0.1, .needs = NEED_SCRATCH,
        .method = "lat_syscall fstat: of an open file in the working directory"),
    SYS("open_close", "open/close", 0.1, .needs = NEED_SCRATCH,
        .method = "lat_syscall open: open and close a file in the working directory"),
    SYS("fork_exit", "fork+exit", 0.15, .latency = true,
        .method = "lat_proc fork: a child that ends at once, waited for"),
    SYS("fork_exec", "fork+exec", 0.2, .latency = true,
        .method = "lat_proc exec: a child that executes a static program of one write"),
    SYS("fork_sh", "fork+sh", 0.3, .latency = true,
        .method = "lat_proc shell: a child that runs that program by /bin/sh -c"),
    SYS("sig_install", "signal install", 0.1, .method = "lat_sig install: sigaction(SIGUSR1)"),
    SYS("sig_handle", "signal handle", 0.1,
        .method = "lat_sig catch: kill() of itself with a handler, less kill() with signal 0"),
    SYS("pipe", "pipe", 0.1, .latency = true, .params = placement_params, .points = pipe_points,
        .method = "lat_pipe: one byte to another process and back, the whole round trip"),

    {.id = NULL},
};
