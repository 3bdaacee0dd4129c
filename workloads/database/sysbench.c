#include <config.h>

#include "workloads/database/sysbench.h"

#include "text.h"
#include "workloads/child.h"
#include "workloads/database/mix.h"
#include "workloads/database/server.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define STEADY     0.1
#define WARM_MIN_S 2
#define WARM_MAX_S 8

/* Its words; task is the last of them. */
struct words {
    char rows[32], threads[32], seconds[32], seed[32], home[PATH_MAX];
    char *argv[20], *envp[4];
};

static void make_words(struct words *v, struct sysbench *s, const struct work *w, unsigned seconds,
                       char *task)
{
    static char name[] = "sysbench", test[] = "oltp_read_write", driver[] = "--db-driver=mysql",
                socket_file[] = "--mysql-socket=" SERVER_SOCKET, user[] = "--mysql-user=root",
                database[] = "--mysql-db=" SERVER_DATABASE, tables[] = "--tables=1",
                draw[] = "--rand-type=special", interval[] = "--report-interval=1",
                histogram[] = "--histogram", path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                locale[] = "LC_ALL=C";
    snprintf(v->rows, sizeof v->rows, "--table-size=%llu", (unsigned long long)s->rows);
    snprintf(v->threads, sizeof v->threads, "--threads=%llu", (unsigned long long)s->threads);
    snprintf(v->seconds, sizeof v->seconds, "--time=%u", seconds);
    snprintf(v->seed, sizeof v->seed, "--rand-seed=%u",
             (unsigned)((w->seed + s->runs++) & 0x3fffffff) + 1);
    text_copy(v->home, sizeof v->home, s->tool->home);
    char *argv[] = {name,     test,      driver,     socket_file, user,    database,
                    tables,   v->rows,   v->threads, v->seconds,  v->seed, draw,
                    interval, histogram, task,       NULL};
    char *envp[] = {path, locale, v->home, NULL};
    memcpy(v->argv, argv, sizeof argv);
    memcpy(v->envp, envp, sizeof envp);
}

static int rank(const char *line)
{
    return strncmp(line, "FATAL: ", 7) == 0;
}

bool sysbench_steady(double before, double now)
{
    return before > 0 && now > 0 && fabs(now - before) < STEADY * before;
}

/* It tells how far it is every second, also while its server is silent, and then waits without end.
 */
#define SILENCE_MS   3000
#define SILENCES_MAX 2 /* in a row, each as long as server_answers() waits */

enum heard { HEARD_MORE, HEARD_END, HEARD_STEADY, HEARD_SILENCE };

/* What has been heard of it so far. */
struct listener {
    struct sysbench_report *report;
    struct server *server; /* that may fall silent; or NULL */
    const struct tool *tool;
    bool until_steady;
    double before; /* transactions a second in the interval before */
    int silences;
    char line[SYSBENCH_LINE_MAX];
    size_t length;
};

/* Nothing was done for a while: is the server to blame? Then w->error says so. */
static bool is_silent(struct listener *l, struct work *w)
{
    if (!l->server)
        return false;
    l->silences = server_answers(l->server, l->tool, w) < 0 ? l->silences + 1 : 0;
    return l->silences >= SILENCES_MAX;
}

/* A whole line. */
static enum heard take_line(struct listener *l, struct work *w)
{
    struct sysbench_report *r = l->report;
    if (!sysbench_report_line(r, l->line, l->length))
        return HEARD_MORE;
    bool steady = l->until_steady && r->intervals >= WARM_MIN_S &&
                  sysbench_steady(l->before, r->interval_tps);
    l->before = r->interval_tps;
    if (!l->until_steady)
        work_progress(w, (uint64_t)r->so_far, (uint64_t)(r->so_far_s * 1e9));
    if (r->interval_tps > 0)
        l->silences = 0;
    else if (is_silent(l, w))
        return HEARD_SILENCE;
    return steady ? HEARD_STEADY : HEARD_MORE;
}

/* Feed what it says to the report, line by line, until its end or, where that is asked for, until
 * it is steady; or until its server has fallen silent, with a sentence. */
static enum heard listen_to(int fd, struct work *w, struct listener *l)
{
    char chunk[4096];
    for (;;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        int ready = poll(&p, 1, SILENCE_MS);
        if (ready == 0 && is_silent(l, w))
            return HEARD_SILENCE;
        ssize_t n = ready > 0 ? read(fd, chunk, sizeof chunk) : -1;
        if (n == 0 || (ready != 0 && n < 0 && errno != EINTR))
            return HEARD_END;
        for (ssize_t i = 0; i < n; i++) {
            if (chunk[i] != '\n') {
                if (l->length < sizeof l->line)
                    l->line[l->length++] = chunk[i];
                continue;
            }
            enum heard heard = take_line(l, w);
            if (heard != HEARD_MORE)
                return heard;
            l->length = 0;
        }
    }
}

static int ended_with(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

/* Before anything else is asked of it: another version may know other words. */
static int check_version(const struct sysbench *s, struct work *w)
{
    char name[] = "sysbench", version[] = "--version", locale[] = "LC_ALL=C";
    char *argv[] = {name, version, NULL}, *envp[] = {locale, NULL};
    const struct tool_command command = {
        .name = "sysbench --version", .files = mix_loads, .argv = argv, .envp = envp};
    struct sysbench_report r;
    struct listener listener = {.report = &r};
    int ends[2];
    sysbench_report_init(&r, NULL);
    if (child_pipe(w, ends) < 0)
        return -1;
    pid_t pid = tool_start(s->tool, w, &command, ends[1]);
    child_close(&ends[1]);
    if (pid > 0)
        listen_to(ends[0], w, &listener);
    child_close(&ends[0]);
    if (pid < 0)
        return -1;
    ended_with(pid);
    return sysbench_report_known(&r, w->error);
}

int sysbench_prepare(struct sysbench *s, struct work *w)
{
    char task[] = "prepare";
    struct words v;
    make_words(&v, s, w, 0, task); /* by one of its threads, for there is one table */
    const struct tool_command command = {.name = "sysbench prepare",
                                         .files = mix_loads,
                                         .argv = v.argv,
                                         .envp = v.envp,
                                         .rank = rank};
    return check_version(s, w) < 0 ? -1 : tool_run(s->tool, w, &command);
}

static int load(struct sysbench *s, struct work *w, unsigned seconds, bool until_steady,
                struct sysbench_report *r)
{
    char task[] = "run";
    struct words v;
    struct listener listener = {
        .report = r, .server = s->server, .tool = s->tool, .until_steady = until_steady};
    int ends[2];
    make_words(&v, s, w, seconds, task);
    const struct tool_command command = {
        .name = "sysbench run", .files = mix_loads, .argv = v.argv, .envp = v.envp};
    if (child_pipe(w, ends) < 0)
        return -1;
    pid_t pid = tool_start(s->tool, w, &command, ends[1]);
    child_close(&ends[1]);
    enum heard heard = pid > 0 ? listen_to(ends[0], w, &listener) : HEARD_END;
    child_close(&ends[0]);
    if (pid < 0)
        return -1;
    r->steady = heard == HEARD_STEADY;
    if (heard != HEARD_END) {
        child_end(&pid);
        return heard == HEARD_SILENCE ? -1 : sysbench_report_known(r, w->error);
    }
    int status = ended_with(pid);
    if (r->version[0] && sysbench_report_known(r, w->error) < 0)
        return -1;
    char how[CHILD_END_TEXT];
    if (status != 0 && !r->fatal[0])
        return error_set(w->error, ERROR_SYSTEM, "%s: sysbench %s: %s", w->workload->id,
                         child_end_words(status, how),
                         child_was_killed(status) ? "is there enough memory?"
                                                  : "it did not say why");
    return sysbench_report_check(r, w->error);
}

int sysbench_warm(struct sysbench *s, struct work *w, struct sysbench_report *out)
{
    sysbench_report_init(out, NULL);
    return load(s, w, WARM_MAX_S, true, out);
}

int sysbench_run(struct sysbench *s, struct work *w, unsigned seconds, struct histogram *latency,
                 struct sysbench_report *out)
{
    sysbench_report_init(out, latency);
    return load(s, w, seconds, false, out);
}
