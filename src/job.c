#include "job.h"

#include "runner.h"
#include "setup.h"
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
    int stop_fd; /* eventfd: readable = stop */
    atomic_bool done;
};

static void *work(void *argument)
{
    struct job *j = argument;
    setup_step_aside(&j->plan.options);
    j->rc = runner_run(&j->plan, j->board, &j->result, j->stop_fd, NULL, &j->error);
    atomic_store(&j->done, true);
    /* Wakes the dashboard, so that it sees the end. */
    board_edit(j->board);
    board_publish(j->board);
    return NULL;
}

struct job *job_start(struct plan *plan, struct board *board, struct error *e)
{
    struct job *j = xcalloc(1, sizeof *j);
    j->board = board;
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
