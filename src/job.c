#include "job.h"

#include "runner.h"
#include "store.h"
#include "text.h"
#include "xalloc.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct job {
    pthread_t thread;
    struct plan plan;
    struct board *board;
    struct result result;
    struct error error;
    int rc;
    const struct result *below;
    char baseline[64]; /* "": none */
    int stop_fd;       /* eventfd: readable = stop */
    atomic_bool done;
};

/* A session that was cut short is a result, but no baseline: other lengths, other noise. */
static void keep(struct job *j)
{
    char path[STORE_PATH_MAX];
    struct error e;
    int rc;
    if (!j->result.slot_count)
        return;
    if (!result_any_figure(&j->result)) {
        board_log(j->board, BOARD_LOG_NOTE, "", "not stored: no row has a figure");
        return;
    }
    if (j->baseline[0] && j->rc == 0) {
        text_copy(j->result.name, sizeof j->result.name, j->baseline);
        rc = store_save_baseline(&j->result, j->baseline, path, sizeof path, &e);
    } else {
        rc = store_save_result(&j->result, path, sizeof path, &e);
    }
    if (rc < 0) {
        board_log(j->board, BOARD_LOG_WARN, "", "not stored: %s", e.text);
        if (j->rc == 0) {
            j->rc = -1;
            j->error = e;
            error_prefix(&j->error, "measured, but not stored");
        }
    } else {
        board_log(j->board, BOARD_LOG_OK, "", "stored as %s", path);
    }
}

static void *work(void *argument)
{
    struct job *j = argument;
    struct runner_hooks hooks = {.below = j->below};
    j->rc = runner_run(&j->plan, j->board, &j->result, j->stop_fd, &hooks, &j->error);
    keep(j);
    atomic_store(&j->done, true);
    /* Wakes the dashboard, so that it sees the end. */
    board_edit(j->board);
    board_publish(j->board);
    return NULL;
}

struct job *job_start(struct plan *plan, struct board *board, const struct result *below,
                      const char *baseline, struct error *e)
{
    struct job *j = xcalloc(1, sizeof *j);
    j->board = board;
    j->below = below;
    text_copy(j->baseline, sizeof j->baseline, baseline ? baseline : "");
    result_init(&j->result);
    atomic_init(&j->done, false);
    j->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (j->stop_fd < 0) {
        error_errno(e, errno, "cannot start a run");
        free(j);
        return NULL;
    }
    j->plan = *plan;
    int failed = pthread_create(&j->thread, NULL, work, j);
    if (failed) {
        error_errno(e, failed, "cannot start a thread for the run");
        close(j->stop_fd);
        free(j);
        return NULL;
    }
    plan_init(plan);
    return j;
}

void job_abort(struct job *j)
{
    uint64_t one = 1;
    ssize_t written = write(j->stop_fd, &one, sizeof one);
    (void)written;
}

bool job_done(struct job *j)
{
    return atomic_load(&j->done);
}

int job_finish(struct job *j, struct result *result, struct error *e)
{
    pthread_join(j->thread, NULL);
    int rc = j->rc;
    *result = j->result;
    if (rc < 0 && e)
        *e = j->error;
    plan_release(&j->plan);
    close(j->stop_fd);
    free(j);
    return rc;
}
