/* The web workload's load generator against wrk, on the same nginx: connections that are kept, the
 * same number of them and of threads, both on one processor, the server on another one.
 *
 * wrk looks at the head of an answer and counts the rest; ours compares every byte. What is asked
 * for is as many pages, so that the curve is the server's and not the load's, and the same
 * latencies. wrk corrects its own before it prints them: an answer that took n times as long as the
 * usual distance between two requests of a connection counts for the n - 1 requests, too, that
 * would have been waiting behind it. What is compared of ours is put through the same; the workload
 * itself reports what it saw, and has its open loop for this. */
#include <config.h>

#include "tests/bench/compare.h"
#include "tests/bench/scratch.h"
#include "workloads/web/document.h"
#include "workloads/web/load.h"
#include "workloads/web/server.h"
#include "workloads/workload.h"

#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BLOCKS 12
#define PAGE   ((size_t)10 << 10)
#define BATCH  200
/* wrk takes whole seconds. */
#define SLOT_NS UINT64_C(1000000000)

enum figure_of { PAGES, P50, P90 };

struct pair {
    struct load_plan plan;
    enum figure_of figure;
};

/* As wrk does. distance_ns: between two requests of a connection, on average. */
static void correct(struct histogram *h, uint64_t distance_ns)
{
    struct histogram *waiting = calloc(1, sizeof *waiting);
    for (size_t i = histogram_bucket(2 * distance_ns); waiting && i < HISTOGRAM_BUCKETS; i++) {
        uint64_t n = atomic_load(&h->bucket[i]),
                 value = histogram_lower(i) + histogram_width(i) / 2;
        for (uint64_t v = value - distance_ns; n > 0 && v > distance_ns; v -= distance_ns)
            for (uint64_t k = 0; k < n; k++)
                histogram_record(waiting, v);
    }
    if (waiting)
        histogram_merge(h, waiting);
    free(waiting);
}

static double ours(void *context)
{
    const struct pair *p = context;
    struct error e;
    struct histogram *h = calloc(1, sizeof *h);
    struct load *l = h ? load_open(&p->plan, &e) : NULL;
    uint64_t pages = 0, from = work_now_ns(), now = from, at = 0;
    int rc = l ? 0 : -1;
    for (; rc == 0 && now - from < SLOT_NS; now = work_now_ns(), pages += BATCH)
        rc = load_run(l, BATCH, true, &e);
    load_close(l, h);
    if (rc < 0)
        fprintf(stderr, "%s\n", e.text);
    double value = (double)pages / (double)(now - from) * 1e9;
    if (rc == 0 && p->figure != PAGES) {
        correct(h, (now - from) * p->plan.clients / pages);
        value = histogram_quantile(h, p->figure == P50 ? 0.5 : 0.9, &at) ? 1e9 / (double)at
                                                                         : (double)NAN;
    }
    free(h);
    return rc < 0 ? (double)NAN : value;
}

static FILE *wrk_start(const struct pair *p, pid_t *pid)
{
    char threads[24], connections[24], url[80];
    int ends[2];
    snprintf(threads, sizeof threads, "-t%u", p->plan.threads);
    snprintf(connections, sizeof connections, "-c%u", p->plan.clients);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/" DOCUMENT_NAME, ntohs(p->plan.server.sin_port));
    if (pipe(ends) < 0)
        return NULL;
    fflush(stdout);
    *pid = fork();
    if (*pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execlp("wrk", "wrk", threads, connections, "-d1", "--latency", url, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    if (*pid < 0) {
        close(ends[0]);
        return NULL;
    }
    return fdopen(ends[0], "r");
}

/* "  50%   70.00us" or "1.20ms", "Requests/sec:  50000.00". */
static double take(const char *line, enum figure_of figure)
{
    static const char *const words[] = {
        [PAGES] = "Requests/sec: %lf", [P50] = " 50%% %lf", [P90] = " 90%% %lf"};
    double value;
    const char *format = words[figure];
    if (sscanf(line, format, &value) != 1 || !(value > 0))
        return (double)NAN;
    if (figure == PAGES)
        return value;
    return strstr(line, "us") ? 1e6 / value : strstr(line, "ms") ? 1e3 / value : 1 / value;
}

static double theirs(void *context)
{
    const struct pair *p = context;
    pid_t pid;
    FILE *f = wrk_start(p, &pid);
    double value = (double)NAN;
    char line[256];
    if (!f)
        return value;
    bool errors = false;
    while (fgets(line, sizeof line, f)) {
        /* It counts them among its requests. */
        errors |= strstr(line, "Socket errors") || strstr(line, "Non-2xx");
        if (isfinite(take(line, p->figure)))
            value = take(line, p->figure);
    }
    if (errors)
        value = (double)NAN;
    fclose(f);
    int status;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? value : (double)NAN;
}

/* False: a figure is out of its bounds. */
static bool compare_all(struct pair *p)
{
    static const struct {
        enum figure_of figure;
        const char *name;
        double low, high;
    } rows[] = {
        {PAGES, "pages/s", 0.97, 10},
        {P50, "p50", 0.95, 1.05},
        {P90, "p90", 0.95, 1.05},
    };
    bool pass = true;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char name[40];
        snprintf(name, sizeof name, "web %s %u/%u", rows[i].name, p->plan.clients, p->plan.threads);
        p->figure = rows[i].figure;
        struct compare c = {.name = name,
                            .peer = "wrk, connections kept",
                            .ours = ours,
                            .theirs = theirs,
                            .context = p,
                            .low = rows[i].low,
                            .high = rows[i].high,
                            .rule = rows[i].figure == PAGES ? COMPARE_AS_FAST : COMPARE_WITHIN,
                            .unit = i ? "µs" : "pages/s",
                            .scale = i ? 1e6 : 1,
                            .time = i > 0};
        pass &= compare_run(&c, BLOCKS);
    }
    return pass;
}

int main(void)
{
    static const struct {
        unsigned clients, threads;
    } rows[] = {{1, 1}, {8, 1}, {64, 2}};
    char scratch[] = "/tmp/vmtax-bench-web-XXXXXX";
    unsigned char *page = malloc(PAGE);
    struct error e;
    int first = sched_getcpu(), last = -1;
    if (page && scratch_make(scratch)) {
        document_fill(page, PAGE);
        last = compare_pin();
        first = last > 0 ? 0 : last;
    }
    if (last < 0) {
        perror("cannot pin to one processor, or make a directory");
        return 1;
    }
    struct server_plan plan = {.scratch = scratch,
                               .address = "127.0.0.1",
                               .cpus = &first,
                               .cpu_count = 1,
                               .workers = 1,
                               .page = PAGE};
    struct server *s = server_open_kind(&plan, true, &e);
    bool pass = true, measured = true;
    struct pair p = {.figure = PAGES};
    if (s) {
        p.plan.server = (struct sockaddr_in){.sin_family = AF_INET,
                                             .sin_port = htons(server_port(s)),
                                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
        p.plan.clients = p.plan.threads = 1;
    }
    if (!s) {
        printf("%-18s not measured: %s\n", "web", e.text);
        measured = false;
    } else if (!isfinite(theirs(&p))) {
        printf("%-18s not measured: no wrk here (package wrk)\n", "web");
        measured = false;
    } else {
        compare_heading();
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            p.plan.clients = rows[i].clients;
            p.plan.threads = rows[i].threads;
            p.plan.cpus = &last;
            p.plan.cpu_count = 1;
            p.plan.keep = true;
            p.plan.page = page;
            p.plan.size = PAGE;
            pass &= compare_all(&p);
        }
    }
    server_close(s);
    free(page);
    return !pass ? 1 : measured ? 0 : COMPARE_NOT_MEASURED;
}
