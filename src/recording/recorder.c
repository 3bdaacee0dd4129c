#include <config.h>

#include "recording/recorder.h"

#include "clock.h"
#include "recording/delta.h"
#include "store.h"
#include "text.h"
#include "xalloc.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LOOK_NS 500000000L
#define SYNC_S  2.0

struct recorder {
    struct board *board;
    const struct redacted *redacted; /* NULL: nothing is taken out */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stop, failed;
    int fd;
    char path[STORE_PATH_MAX];
    struct snapshot *now, *was; /* what was looked at, and what stands in the file */
    bool any;
    size_t bytes;
    double synced_s; /* when what stands in the file was last on the disk; ... */
    bool owes;       /* ... something was written since */
};

static int append(struct recorder *r, cJSON *line)
{
    char *text = cJSON_PrintUnformatted(line);
    size_t length = strlen(text), done = 0;
    ssize_t n = 0;
    cJSON_Delete(line);
    text[length++] = '\n'; /* instead of the NUL: one write, one line */
    if ((r->bytes += length) > STORE_FILE_MAX) {
        free(text);
        errno = EFBIG; /* nobody would read it */
        return -1;
    }
    while (done < length && ((n = write(r->fd, text + done, length - done)) > 0 || errno == EINTR))
        done += n > 0 ? (size_t)n : 0;
    free(text);
    return done == length ? 0 : -1;
}

static cJSON *header(void)
{
    char when[32];
    cJSON *line = json_object();
    cJSON_AddStringToObject(line, "schema", RECORDING_SCHEMA);
    cJSON_AddStringToObject(line, "tool_version", PACKAGE_VERSION);
    cJSON_AddStringToObject(line, "started", store_time(when, sizeof when, (int64_t)time(NULL)));
    return line;
}

static int look(struct recorder *r)
{
    if (!board_peek(r->board, r->now))
        return 0;
    cJSON *line = delta_make(r->now, r->any ? r->was : NULL);
    if (line && r->redacted)
        redacted_line(r->redacted, line);
    int rc = line ? append(r, line) : 0;
    r->owes = r->owes || line;
    struct snapshot *was = r->was;
    r->was = r->now;
    r->now = was;
    r->any = true;
    return rc;
}

/* To the disk every few seconds, for a machine that goes down; but not while a slot is timed, which
 * may measure that disk. */
static int keep(struct recorder *r)
{
    const struct board_run *run = &r->was->run;
    double now = board_now(r->board);
    bool timed = run->active && strcmp(run->phase, BOARD_PHASE_MEASURE) == 0;
    if (!r->owes || timed || now - r->synced_s < SYNC_S)
        return 0;
    r->synced_s = now;
    r->owes = false;
    return fdatasync(r->fd);
}

static void show_recording(struct recorder *r, bool on)
{
    board_edit(r->board)->self.recording = on;
    board_publish_run(r->board);
}

static void fail(struct recorder *r)
{
    int why = errno;
    r->failed = true;
    show_recording(r, false);
    board_log(r->board, BOARD_LOG_ERROR, "", "the recording %s ends here: %s", r->path,
              strerror(why));
}

static void *record(void *context)
{
    struct recorder *r = context;
    pthread_mutex_lock(&r->lock);
    while (!r->failed) {
        struct timespec until;
        bool last = r->stop;
        if (look(r) < 0 || keep(r) < 0)
            fail(r);
        if (last)
            break;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += LOOK_NS;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        while (!r->stop && !r->failed &&
               pthread_cond_timedwait(&r->wake, &r->lock, &until) != ETIMEDOUT)
            ;
    }
    pthread_mutex_unlock(&r->lock);
    return NULL;
}

static void release(struct recorder *r)
{
    snapshot_release(r->now);
    snapshot_release(r->was);
    free(r->now);
    free(r->was);
    pthread_cond_destroy(&r->wake);
    pthread_mutex_destroy(&r->lock);
    if (r->fd >= 0)
        close(r->fd);
    free(r);
}

struct recorder *recorder_start(struct board *board, const struct redacted *redacted,
                                struct error *e)
{
    struct recorder *r = xcalloc(1, sizeof *r);
    r->board = board;
    r->redacted = redacted;
    r->now = xcalloc(1, sizeof *r->now);
    r->was = xcalloc(1, sizeof *r->was);
    pthread_mutex_init(&r->lock, NULL);
    clock_condition_init(&r->wake);
    r->fd = store_open_recording(r->path, sizeof r->path, e);
    if (r->fd < 0) {
        release(r);
        return NULL;
    }
    int failed = append(r, header()) < 0 ? errno : 0;
    if (failed) {
        error_errno(e, failed, "cannot write the recording %s", r->path);
    } else if ((failed = pthread_create(&r->thread, NULL, record, r)) != 0) {
        error_errno(e, failed, "cannot start the thread that records");
    }
    if (failed) {
        unlink(r->path);
        release(r);
        return NULL;
    }
    show_recording(r, true);
    return r;
}

void recorder_stop(struct recorder *r, char *path, size_t size)
{
    path[0] = '\0';
    if (!r)
        return;
    pthread_mutex_lock(&r->lock);
    r->stop = true;
    pthread_cond_signal(&r->wake);
    pthread_mutex_unlock(&r->lock);
    pthread_join(r->thread, NULL);
    if (!r->failed && fsync(r->fd) == 0)
        text_copy(path, size, r->path);
    show_recording(r, false);
    release(r);
}
