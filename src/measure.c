#include "measure.h"

#include "clock.h"
#include "host.h"
#include "recording/recorder.h"
#include "runner.h"
#include "setup.h"
#include "store.h"
#include "text.h"
#include "xalloc.h"

#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define TICK_MS 1000

struct progress {
    const struct board *board;
    bool terminal; /* one line, rewritten; otherwise a line for each row */
    bool quiet;
    bool slots; /* as JSON lines on stdout */
    uint64_t next_ns;
    size_t told_log;
    char last_title[96], last_stage[REASON_MAX];
    int written; /* columns of the line that stands */
};

/* A terminal that was stopped, by Ctrl-S say, must not hold up what is measured: what it cannot
 * take now is told later, or not at all. */
static bool can_tell(const struct progress *p)
{
    struct pollfd terminal = {.fd = STDERR_FILENO, .events = POLLOUT};
    return !p->terminal || poll(&terminal, 1, 0) > 0;
}

static void wipe(struct progress *p)
{
    if (p->written && can_tell(p))
        fprintf(stderr, "\r%*s\r", p->written, "");
    p->written = 0;
}

/* Warnings and errors of the log, as they come. */
static void tell_log(struct progress *p, const struct snapshot *s)
{
    size_t total = s->log_total;
    size_t held = s->log_count;
    if (total - p->told_log > held)
        p->told_log = total - held;
    for (; p->told_log < total; p->told_log++) {
        const struct board_log_line *line =
            &s->log[(s->log_first + held - (total - p->told_log)) % BOARD_LOG_MAX];
        if (line->level != BOARD_LOG_WARN && line->level != BOARD_LOG_ERROR &&
            line->level != BOARD_LOG_NOTE)
            continue;
        wipe(p);
        fprintf(stderr, "vmtax: %s%s%s\n", line->target, line->target[0] ? ": " : "", line->text);
    }
}

static const struct board_target *starting(const struct snapshot *s)
{
    for (size_t t = 0; t < s->target_count; t++)
        if (s->targets[t].state == BOARD_TARGET_STARTING)
            return &s->targets[t];
    return NULL;
}

static int progress_text(const struct progress *p, const struct snapshot *s, char *line,
                         size_t size)
{
    const struct board_target *t = starting(s);
    char eta[32] = "", waits[32];
    if (t) {
        double seconds = fmax(0, board_now(p->board) - t->since_s);
        snprintf(waits, sizeof waits, seconds < 9.95 ? "%.1f s" : "%.0f s", seconds);
        return snprintf(line, size, "%s  %s: %s", waits, t->id,
                        t->reason[0] ? t->reason : "starting");
    }
    if (!s->run.active || !s->run.workload)
        return snprintf(line, size, "%s", s->run.phase);
    if (s->run.silent_s > 0 && s->run.target < s->target_count)
        return snprintf(line, size, "%3.0f %%  %s: nothing heard for %.0f s", 100 * s->run.done,
                        s->targets[s->run.target].id, s->run.silent_s);
    if (s->run.eta_s >= 0)
        text_duration(eta, sizeof eta, s->run.eta_s);
    return snprintf(line, size, "%3.0f %%  eta %s  %s  %s %s  block %u/%u", 100 * s->run.done,
                    eta[0] ? eta : "-", s->run.title,
                    s->run.target < s->target_count ? s->targets[s->run.target].id : "",
                    s->run.position, s->run.block + 1, s->run.blocks);
}

/* Called with the board locked, by the runner and by the ticker. */
static void show(void *context, const struct snapshot *s)
{
    struct progress *p = context;
    if (p->quiet || !can_tell(p))
        return;
    tell_log(p, s);
    uint64_t now = clock_now_ns();
    if (!p->terminal) {
        if (strcmp(p->last_title, s->run.title) != 0 && s->run.title[0]) {
            text_copy(p->last_title, sizeof p->last_title, s->run.title);
            fprintf(stderr, "vmtax: %3.0f %%  %s\n", 100 * s->run.done, s->run.title);
        }
        return;
    }
    if (now < p->next_ns)
        return;
    p->next_ns = now + 250000000u;
    char line[160];
    int n = progress_text(p, s, line, sizeof line);
    if (n < 0)
        return;
    if (n > 78)
        n = 78;
    fprintf(stderr, "\r%.*s%*s", n, line, p->written > n ? p->written - n : 0, "");
    p->written = n;
}

static void show_slot(void *context, const struct result *r, const struct slot *slot)
{
    struct progress *p = context;
    if (!p->slots)
        return;
    char *json = store_slot_to_json(r, slot);
    printf("%s\n", json);
    fflush(stdout);
    free(json);
}

/* A guest that boots says nothing for seconds, and the runner waits with it: somebody has to show
 * that time goes on. Where lines are not rewritten, each stage that takes longer than a tick gets
 * one. */
struct ticker {
    struct board *board;
    struct progress *progress;
    pthread_t thread;
    int end_fd; /* eventfd: readable = end; -1: no thread */
};

static void tick(struct progress *p, const struct snapshot *s)
{
    const struct board_target *t = starting(s);
    if (!t || !can_tell(p))
        return;
    if (p->terminal) {
        show(p, s);
    } else if (strcmp(p->last_stage, t->reason) != 0) {
        text_copy(p->last_stage, sizeof p->last_stage, t->reason);
        tell_log(p, s);
        fprintf(stderr, "vmtax: %s: %s\n", t->id, t->reason);
    }
}

static void *ticker_main(void *context)
{
    struct ticker *k = context;
    struct pollfd end = {.fd = k->end_fd, .events = POLLIN};
    while (poll(&end, 1, TICK_MS) <= 0) {
        pthread_mutex_lock(&k->board->lock);
        tick(k->progress, &k->board->current);
        pthread_mutex_unlock(&k->board->lock);
    }
    return NULL;
}

/* Without it the run is measured all the same. */
static void ticker_start(struct ticker *k)
{
    k->end_fd = k->progress->quiet ? -1 : eventfd(0, EFD_CLOEXEC);
    if (k->end_fd >= 0 && pthread_create(&k->thread, NULL, ticker_main, k) != 0) {
        close(k->end_fd);
        k->end_fd = -1;
    }
}

static void ticker_stop(struct ticker *k)
{
    uint64_t one = 1;
    if (k->end_fd < 0)
        return;
    ssize_t n = write(k->end_fd, &one, sizeof one);
    (void)n;
    pthread_join(k->thread, NULL);
    close(k->end_fd);
}

struct measure {
    const struct context *c;
    struct board board;
    struct redacted *redacted; /* with --redact */
    struct recorder *recorder;
    struct host_sampler *sampler;
};

static int start_recording(struct measure *m, const struct plan *plan, struct error *e)
{
    char unused[STORE_PATH_MAX];
    if (m->c->options->redact)
        m->redacted = redacted_new(plan, m->c->options);
    m->recorder = recorder_start(&m->board, m->redacted, e);
    if (!m->recorder)
        return -1;
    m->sampler = host_sampler_start(&m->board, e);
    if (m->sampler)
        return 0;
    recorder_stop(m->recorder, unused, sizeof unused);
    unlink(unused); /* of nothing */
    return -1;
}

struct measure *measure_open(const struct context *c, const struct plan *plan, struct error *e)
{
    struct measure *m = xcalloc(1, sizeof *m);
    m->c = c;
    int rc = board_init(&m->board, e);
    if (rc == 0 && c->options->rec && (rc = start_recording(m, plan, e)) < 0)
        board_release(&m->board);
    if (rc == 0)
        return m;
    redacted_free(m->redacted);
    free(m);
    return NULL;
}

void measure_show_check(struct measure *m, const struct check_plan *p, const char *baseline,
                        size_t session, double left_s)
{
    double until_s = board_now(&m->board) + left_s;
    check_plan_show(p, baseline, session, until_s, &board_edit(&m->board)->check);
    board_publish(&m->board);
}

/* Also of one that was cut short. */
static void end_check(struct measure *m)
{
    board_edit(&m->board)->check.active = false;
    board_publish(&m->board);
}

void measure_show_verdict(struct measure *m, const struct check *verdict)
{
    struct snapshot *s = board_edit(&m->board);
    s->check.active = false;
    text_copy(s->check.name, sizeof s->check.name, verdict->baseline);
    snapshot_set_verdict(s, verdict);
    board_publish(&m->board);
}

void measure_close(struct measure *m)
{
    char path[STORE_PATH_MAX];
    if (!m)
        return;
    host_sampler_stop(m->sampler);
    end_check(m);
    recorder_stop(m->recorder, path, sizeof path);
    if (path[0] && !m->c->options->quiet)
        fprintf(stderr, "vmtax: recorded as %s; vmtax replay last shows it\n", path);
    redacted_free(m->redacted);
    board_release(&m->board);
    free(m);
}

int measure_run(struct measure *m, const struct plan *plan, struct result *result, struct error *e)
{
    const struct options *o = m->c->options;
    struct progress progress = {.board = &m->board,
                                .terminal = isatty(STDERR_FILENO) == 1,
                                .quiet = o->quiet,
                                .told_log = m->board.current.log_total, /* in another session */
                                .slots = o->ndjson};
    struct runner_hooks hooks = {.progress = show, .slot = show_slot, .context = &progress};
    result_init(result);
    if (!progress.quiet) {
        char time[32];
        fprintf(stderr, "vmtax: %zu row%s on %zu target%s, about %s\n", plan->row_count,
                plan->row_count == 1 ? "" : "s", plan->target_count,
                plan->target_count == 1 ? "" : "s",
                text_duration(time, sizeof time, plan_seconds(plan)));
    }
    setup_step_aside(&plan->options, NULL);
    struct ticker ticker = {.board = &m->board, .progress = &progress};
    ticker_start(&ticker);
    int rc = runner_run(plan, &m->board, result, m->c->interrupt_fd, &hooks, e);
    ticker_stop(&ticker);
    wipe(&progress);
    return rc;
}
