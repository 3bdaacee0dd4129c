/* bench_ui - what the dashboard costs, through a terminal of our own, with a board that is fed 20
 * times a second as by a run. Limits: 0.3 % of a core (the frame governor draws less often to keep
 * below that: the frames are told, too), 1.5 kB a frame, first paint within 100 ms, key to paint
 * within 20 ms at the 99th percentile, 16 MiB resident, 0.1 % of a core in an idle minute, all at
 * 120x40. Its peer is the same screen painted whole for every frame, which is what a program
 * without a cell grid would send.
 *
 * Then vmtax itself while its quick comparison runs on native: the thread that draws and the one
 * that looks at the host. The thread of the run is no part of the dashboard: it is there without
 * one, too. */
#include <config.h>

#include "tests/pty.h"
#include "workloads/remove.h"

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WINDOW_S 15.0
#define IDLE_S   60.0
#define KEYS     200

struct figures {
    double first_paint_ms, cpu_share, frames_per_s, bytes_per_frame, rss_mib, whole_bytes;
};

static size_t count(const char *from, const char *text)
{
    size_t n = 0;
    for (; (from = strstr(from, text)); from += strlen(text))
        n++;
    return n;
}

/* Processor time of a thread, ns; the process's first one is the UI's. */
static double task_ns(pid_t pid, long task)
{
    char path[96];
    double ns = NAN;
    snprintf(path, sizeof path, "/proc/%d/task/%ld/schedstat", pid, task);
    FILE *f = fopen(path, "r");
    if (!f || fscanf(f, "%lf", &ns) != 1)
        ns = NAN;
    if (f)
        fclose(f);
    return ns;
}

static double thread_ns(pid_t pid)
{
    return task_ns(pid, pid);
}

/* Of the thread that looks at the host. */
static double sampler_ns(pid_t pid)
{
    char path[64];
    double ns = NAN;
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *d = opendir(path);
    for (const struct dirent *e; d && (e = readdir(d));) {
        char comm[96], name[32] = "";
        long task = strtol(e->d_name, NULL, 10);
        snprintf(comm, sizeof comm, "%s/%ld/comm", path, task);
        FILE *f = task ? fopen(comm, "r") : NULL;
        if (f && fscanf(f, "%31s", name) == 1 && strcmp(name, "vmtax-host") == 0)
            ns = task_ns(pid, task);
        if (f)
            fclose(f);
    }
    if (d)
        closedir(d);
    return ns;
}

static double resident_mib(pid_t pid)
{
    char path[64], line[256];
    double kib = NAN;
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "VmRSS: %lf", &kib) == 1)
            break;
    if (f)
        fclose(f);
    return kib / 1024;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The thread that draws, its frames and what they are, over the window. sampler: that of the host,
 * or NULL. */
static void watch(struct pty *p, struct figures *out, double *sampler_share)
{
    size_t from = p->length;
    double cpu = thread_ns(p->pid), sampler = sampler_share ? sampler_ns(p->pid) : NAN,
           began = pty_now_s();
    while (pty_now_s() - began < WINDOW_S)
        pty_read(p, 1000, 200);
    double took = pty_now_s() - began;
    out->cpu_share = (thread_ns(p->pid) - cpu) / 1e9 / took;
    if (sampler_share)
        *sampler_share = (sampler_ns(p->pid) - sampler) / 1e9 / took;
    size_t frames = count(p->out + from, "\x1b[?2026l");
    out->frames_per_s = (double)frames / took;
    out->bytes_per_frame = frames ? (double)(p->length - from) / (double)frames : NAN;
    out->rss_mib = resident_mib(p->pid);
}

static void run(const char *panel, struct figures *out)
{
    struct pty p;
    char argument[64];
    snprintf(argument, sizeof argument, "panel=%s", panel);
    char *const argv[] = {(char *)UI_DEMO, (char *)"container", (char *)"feed", argument, NULL};
    double start = pty_now_s();
    /* the footer is the last row that is painted */
    if (!pty_start(&p, 40, 120, "xterm-256color", argv) || !pty_expect(&p, 0, "abort", 10000)) {
        fprintf(stderr, "bench_ui: the dashboard did not come up\n");
        exit(1);
    }
    out->first_paint_ms = (pty_now_s() - start) * 1e3;
    pty_read(&p, 3000, 3000);
    watch(&p, out, NULL);
    pty_send(&p, " ", 1); /* frozen: what comes next is the answer to ^L alone */
    pty_read(&p, 300, 1000);
    size_t from = p.length;
    pty_send(&p, "\x0c", 1);
    pty_read(&p, 300, 1000);
    out->whole_bytes = (double)(p.length - from);
    pty_send(&p, "q\r", 2);
    pty_wait(&p, 5000);
    pty_release(&p);
}

/* vmtax and a run of its own. False if there is none. */
static bool run_vmtax(struct figures *out, double *sampler_share)
{
    struct pty p;
    char state[] = "/tmp/vmtax-bench-ui-XXXXXX";
    char *const argv[] = {(char *)VMTAX, (char *)"--on", (char *)"native", NULL};
    if (!mkdtemp(state) || setenv("XDG_STATE_HOME", state, 1) < 0)
        return false;
    double start = pty_now_s();
    bool up = pty_start(&p, 40, 120, "xterm-256color", argv) && pty_expect(&p, 0, "Enter", 10000);
    out->first_paint_ms = (pty_now_s() - start) * 1e3;
    size_t from = p.length;
    pty_send(&p, "\r", 1);
    up = up && pty_expect(&p, from, "abort", 10000);
    pty_read(&p, 3000, 3000);
    if (up)
        watch(&p, out, sampler_share);
    pty_send(&p, "q", 1);
    pty_read(&p, 300, 500);
    pty_send(&p, "y", 1);
    pty_wait(&p, 15000);
    pty_release(&p);
    remove_tree(AT_FDCWD, state);
    return up;
}

/* Key to the first byte of its paint, ms, of an idle board; help pages, which change most of the
 * screen. */
static double key_p99(void)
{
    struct pty p;
    double ms[KEYS];
    char *const argv[] = {(char *)UI_DEMO, (char *)"stored", NULL};
    if (!pty_start(&p, 40, 120, "xterm-256color", argv) || !pty_expect(&p, 0, "uit", 10000))
        exit(1);
    for (int i = 0; i < KEYS; i++) {
        pty_read(&p, 30, 60);
        size_t from = p.length;
        double start = pty_now_s();
        pty_send(&p, "?", 1);
        while (p.length == from && pty_now_s() - start < 1)
            pty_read(&p, 0, 5);
        ms[i] = (pty_now_s() - start) * 1e3;
    }
    pty_send(&p, "\x1bq", 2);
    pty_wait(&p, 3000);
    pty_release(&p);
    qsort(ms, KEYS, sizeof ms[0], by_size);
    return ms[KEYS * 99 / 100];
}

/* A minute in which nothing happens but the clock. */
static double idle_share(void)
{
    struct pty p;
    char *const argv[] = {(char *)UI_DEMO, (char *)"stored", NULL};
    if (!pty_start(&p, 40, 120, "xterm-256color", argv) || !pty_expect(&p, 0, "uit", 10000))
        exit(1);
    pty_read(&p, 2000, 2000);
    double cpu = thread_ns(p.pid), began = pty_now_s();
    while (pty_now_s() - began < IDLE_S)
        pty_read(&p, 2000, 2000);
    double share = (thread_ns(p.pid) - cpu) / 1e9 / (pty_now_s() - began);
    pty_send(&p, "q", 1);
    pty_wait(&p, 3000);
    pty_release(&p);
    return share;
}

static bool line(const char *what, double value, const char *unit, double limit)
{
    bool good = value <= limit;
    printf("  %-28s %8.3f %-10s limit %6.1f  %s\n", what, value, unit, limit, good ? "ok" : "OVER");
    return good;
}

int main(void)
{
    static const char *const panels[] = {"overview", "live"};
    bool good = true;
    for (size_t i = 0; i < sizeof panels / sizeof panels[0]; i++) {
        struct figures f;
        run(panels[i], &f);
        printf("dashboard, %s, 120x40, %.1f frames/s\n", panels[i], f.frames_per_s);
        good = line("processor", 100 * f.cpu_share, "% of core", 0.3) && good;
        good = line("written per frame", f.bytes_per_frame / 1e3, "kB", 1.5) && good;
        good = line("resident", f.rss_mib, "MiB", 16) && good;
        good = line("first paint", f.first_paint_ms, "ms", 100) && good;
        printf("  %-28s %8.3f %-10s %.1f times as much\n", "peer: whole screen a frame",
               f.whole_bytes / 1e3, "kB", f.whole_bytes / f.bytes_per_frame);
    }
    struct figures f;
    double sampler = NAN;
    if (run_vmtax(&f, &sampler)) {
        printf("vmtax, its quick comparison runs, 120x40, %.1f frames/s\n", f.frames_per_s);
        good = line("processor", 100 * (f.cpu_share + sampler), "% of core", 0.3) && good;
        printf("  %-28s %8.3f %% of core\n", "of it, looking at the host", 100 * sampler);
        good = line("written per frame", f.bytes_per_frame / 1e3, "kB", 1.5) && good;
        good = line("resident", f.rss_mib, "MiB", 16) && good;
        good = line("first paint", f.first_paint_ms, "ms", 100) && good;
    } else {
        printf("vmtax did not come up, or did not start a run\n");
        good = false;
    }
    good = line("idle for a minute", 100 * idle_share(), "% of core", 0.1) && good;
    good = line("key to paint, p99", key_p99(), "ms", 20) && good;
    return good ? 0 : 1;
}
