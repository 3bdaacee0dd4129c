/* The board: everything that is shown, in one plain struct behind one lock.
 *
 * Writers (the runner, the host sampler) hold the lock only to copy figures in; readers hold it
 * only to copy the whole out, so that no panel can see half of an update. The version tells a
 * reader whether there is anything new; the eventfd lets the dashboard sleep until there is.
 *
 * The rows of a long result are the bulk of it, some 100 KiB, and the ticks of a run, which are
 * most of the changes, do not touch them: a second version tells whether anything but run and host
 * moved. What is behind the end of a ring or of the targets is not copied either. */
#include <config.h>

#include "board.h"

#include "xalloc.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

static uint64_t monotonic_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

int board_init(struct board *b, struct error *e)
{
    memset(b, 0, sizeof *b);
    b->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (b->wake_fd < 0)
        return error_errno(e, errno, "cannot make the event that wakes the dashboard");
    int failed = pthread_mutex_init(&b->lock, NULL);
    if (failed) {
        close(b->wake_fd);
        b->wake_fd = -1;
        return error_errno(e, failed, "cannot make the lock of the board");
    }
    b->origin_ns = monotonic_ns();
    b->current.version = b->current.whole_version = 1;
    b->current.host.mhz = NAN;
    b->current.self.ui_share = b->current.self.share = NAN;
    b->current.run.eta_s = -1;
    return 0;
}

void board_release(struct board *b)
{
    snapshot_release(&b->current);
    pthread_mutex_destroy(&b->lock);
    if (b->wake_fd >= 0)
        close(b->wake_fd);
    b->wake_fd = -1;
}

double board_now(const struct board *b)
{
    return (double)(monotonic_ns() - b->origin_ns) / 1e9;
}

struct snapshot *board_edit(struct board *b)
{
    pthread_mutex_lock(&b->lock);
    return &b->current;
}

static void publish(struct board *b, bool whole)
{
    b->current.version++;
    if (whole)
        b->current.whole_version = b->current.version;
    pthread_mutex_unlock(&b->lock);
    /* Can only fail when the counter is full; then the reader is awake already. */
    uint64_t one = 1;
    ssize_t written = write(b->wake_fd, &one, sizeof one);
    (void)written;
}

void board_publish(struct board *b)
{
    publish(b, true);
}

void board_publish_run(struct board *b)
{
    publish(b, false);
}

/* The ring of rates is most of the run and mostly empty. */
static void copy_run(struct board_run *to, const struct board_run *from)
{
    size_t end = from->rate_first + from->rate_count;
    memcpy(to, from, offsetof(struct board_run, rate));
    memcpy(to->rate, from->rate, (end < BOARD_RATE_MAX ? end : BOARD_RATE_MAX) * sizeof *to->rate);
    size_t rest = offsetof(struct board_run, rate_first);
    memcpy((char *)to + rest, (const char *)from + rest, sizeof *to - rest);
}

/* Only the cells of targets that there are; native's always, which a baseline alone may fill. */
static void copy_metrics(struct snapshot *to, const struct snapshot *from)
{
    size_t targets = from->target_count < TARGETS_MAX ? from->target_count : TARGETS_MAX;
    size_t rest = offsetof(struct board_metric, baseline_known);
    for (size_t i = 0; i < from->metric_count; i++) {
        struct board_metric *m = &to->metrics[i];
        memcpy(m, &from->metrics[i],
               offsetof(struct board_metric, cell) + (targets ? targets : 1) * sizeof m->cell[0]);
        memcpy((char *)m + rest, (const char *)&from->metrics[i] + rest, sizeof *m - rest);
    }
}

static void copy_whole(struct snapshot *to, const struct snapshot *from)
{
    struct board_metric *metrics = to->metrics;
    size_t room = to->metric_room;
    const struct check *verdict = to->check.verdict;
    if (room < from->metric_count) {
        room = from->metric_room;
        metrics = xrealloc_array(metrics, room, sizeof *metrics);
        memset(metrics, 0, room * sizeof *metrics);
    }
    *to = *from;
    to->metrics = metrics;
    to->metric_room = room;
    copy_metrics(to, from);
    to->check.verdict = verdict;
    snapshot_set_verdict(to, from->check.verdict);
}

bool board_peek(struct board *b, struct snapshot *s)
{
    bool changed = false;
    pthread_mutex_lock(&b->lock);
    const struct snapshot *from = &b->current;
    if (s->version != from->version) {
        if (s->whole_version == from->whole_version) {
            copy_run(&s->run, &from->run);
            s->host = from->host;
            s->version = from->version;
        } else {
            copy_whole(s, from);
        }
        changed = true;
    }
    pthread_mutex_unlock(&b->lock);
    if (!s->replayed) {
        s->now_s = board_now(b);
        s->clock = (int64_t)time(NULL);
    }
    return changed;
}

bool board_snapshot(struct board *b, struct snapshot *s)
{
    /* Emptied before the copy: what is published after it wakes the reader again. */
    uint64_t wakes;
    ssize_t got = read(b->wake_fd, &wakes, sizeof wakes);
    (void)got;
    return board_peek(b, s);
}

void board_log(struct board *b, enum board_log_level level, const char *target, const char *format,
               ...)
{
    char text[BOARD_LOG_TEXT];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    snapshot_log(board_edit(b), level, target, "%s", text);
    board_publish(b);
}
