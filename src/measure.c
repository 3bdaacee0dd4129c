#include "measure.h"

#include "clock.h"
#include "runner.h"
#include "setup.h"
#include "store.h"
#include "text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct progress {
    bool terminal; /* one line, rewritten; otherwise a line for each row */
    bool quiet;
    bool slots; /* as JSON lines on stdout */
    uint64_t next_ns;
    size_t told_log;
    char last_title[96];
    int written; /* columns of the line that stands */
};

static void wipe(struct progress *p)
{
    if (p->written)
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

static void show(void *context, const struct snapshot *s)
{
    struct progress *p = context;
    if (p->quiet)
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
    char eta[32] = "", line[160];
    if (s->run.eta_s >= 0)
        text_duration(eta, sizeof eta, s->run.eta_s);
    int n;
    if (s->run.active)
        n = snprintf(line, sizeof line, "%3.0f %%  eta %s  %s  %s %s  block %u/%u",
                     100 * s->run.done, eta[0] ? eta : "-", s->run.title,
                     s->run.target < s->target_count ? s->targets[s->run.target].id : "",
                     s->run.position, s->run.block + 1, s->run.blocks);
    else
        n = snprintf(line, sizeof line, "%s", s->run.phase);
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

int measure_run(const struct context *c, const struct plan *plan, struct result *result,
                struct error *e)
{
    result_init(result);
    struct board board;
    if (board_init(&board, e) < 0)
        return -1;
    struct progress progress = {.terminal = isatty(STDERR_FILENO) == 1,
                                .quiet = c->options->quiet,
                                .slots = c->options->ndjson};
    struct runner_hooks hooks = {.progress = show, .slot = show_slot, .context = &progress};
    if (!progress.quiet) {
        char time[32];
        fprintf(stderr, "vmtax: %zu row%s on %zu target%s, about %s\n", plan->row_count,
                plan->row_count == 1 ? "" : "s", plan->target_count,
                plan->target_count == 1 ? "" : "s",
                text_duration(time, sizeof time, plan_seconds(plan)));
    }
    setup_step_aside(&plan->options);
    int rc = runner_run(plan, &board, result, c->interrupt_fd, &hooks, e);
    wipe(&progress);
    board_release(&board);
    return rc;
}
