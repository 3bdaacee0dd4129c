/* Bonnie++: output, rewrite and input by block, and seeks.
 *
 * The same file operations as IOzone's (file.c), and other figures: the time goes on until the file
 * is closed, and with sync=fsync (its option -b) flushed before that; opening and creating are
 * before it. An operation is a pass over the file by chunks:
 *
 *     output    a new file is written
 *     rewrite   each chunk is read, changed and written back; a byte counts once
 *     input     the file is read
 *     seeks     an operation is one ticket: a random chunk is read, and by every tenth ticket of a
 *               process written back with a change. Three processes take tickets from one pipe, so
 *               that the disk always has something to do.
 *
 * Bonnie++ takes a file of twice the memory, so that caches hardly matter; ours is as large as the
 * parameter says, and the audit of caches tells what the figure is of. Departures: the data are
 * those of datafile.h, not zeros with a byte changed; rewriting changes the stamps of a chunk, not
 * one byte; and tickets come in batches of a slot, not 8192 once. */
#include <config.h>

#include "workloads/child.h"
#include "workloads/datafile.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SEEKERS 3
#define SEEKS_STEP \
    UINT64_C(128) /* tickets of a batch, at least: its start and end are shared out */
#define UPDATE_EVERY 10

enum { TICKET_SEEK = 's', TICKET_END = 'e' };

/* What a seeker says at the end of a batch: kind ERROR_NONE, or why it failed. */
struct seeker {
    pid_t pid;
    int link; /* one byte to it: begin; a struct error from it: ended */
};

struct bonnie_state {
    struct datafile file;
    struct seeker seekers[SEEKERS];
    int tickets[2];
    uint64_t random, seeks; /* of a seeker: its generator, and what it has done */
    struct error answer;
    unsigned char batch[SEEKS_STEP]; /* of tickets */
};

WORK_TIMED static int bonnie_close(struct work *w)
{
    if (w->param[DATAFILE_SYNC] && datafile_flush(w) < 0)
        return -1;
    return datafile_close(w);
}

WORK_TIMED static int bonnie_output_run(struct work *w, uint64_t count)
{
    struct datafile *s = w->state;
    for (uint64_t i = 0; i < count; i++) {
        work_exclude_begin(w);
        int made = datafile_create(w);
        work_exclude_end(w);
        if (made < 0)
            return -1;
        for (uint64_t offset = 0; offset < s->size; offset += s->record) {
            unsigned char *chunk = datafile_stamped(s, offset);
            uint64_t from = work_sample_begin(w);
            if (datafile_transfer(w, SYS_write, chunk) < 0)
                return -1;
            work_sample_end(w, from);
        }
        if (bonnie_close(w) < 0)
            return -1;
        w->bytes += s->size;
    }
    return 0;
}

WORK_TIMED static int bonnie_rewrite_chunk(struct work *w, uint64_t offset)
{
    struct datafile *s = w->state;
    if (datafile_transfer(w, SYS_read, s->buffer) < 0 ||
        datafile_stamps(w, offset, s->pass - 1) < 0)
        return -1;
    unsigned char *chunk = datafile_stamped(s, offset);
    return datafile_seek(w, offset) < 0 ? -1 : datafile_transfer(w, SYS_write, chunk);
}

WORK_TIMED static int bonnie_rewrite_run(struct work *w, uint64_t count)
{
    struct datafile *s = w->state;
    for (uint64_t i = 0; i < count; i++) {
        work_exclude_begin(w);
        s->pass++;
        int opened = datafile_open(w, O_RDWR);
        work_exclude_end(w);
        if (opened < 0)
            return -1;
        for (uint64_t offset = 0; offset < s->size; offset += s->record) {
            uint64_t from = work_sample_begin(w);
            if (bonnie_rewrite_chunk(w, offset) < 0)
                return -1;
            work_sample_end(w, from);
        }
        if (bonnie_close(w) < 0)
            return -1;
        w->bytes += s->size;
    }
    return 0;
}

WORK_TIMED static int bonnie_input_run(struct work *w, uint64_t count)
{
    struct datafile *s = w->state;
    for (uint64_t i = 0; i < count; i++) {
        work_exclude_begin(w);
        int opened = datafile_open(w, O_RDONLY);
        work_exclude_end(w);
        if (opened < 0)
            return -1;
        for (uint64_t offset = 0; offset < s->size; offset += s->record) {
            uint64_t from = work_sample_begin(w);
            if (datafile_transfer(w, SYS_read, s->buffer) < 0)
                return -1;
            work_sample_end(w, from);
            if (datafile_stamps(w, offset, s->pass) < 0)
                return -1;
        }
        if (bonnie_close(w) < 0)
            return -1;
        w->bytes += s->size;
    }
    return 0;
}

/* A seeker's share of a batch. */
WORK_TIMED static int seeker_seek(struct work *w)
{
    struct bonnie_state *s = w->state;
    uint64_t chunks = s->file.size / s->file.record;
    s->random = s->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    uint64_t offset = ((s->random >> 32) * chunks >> 32) * s->file.record;
    if (datafile_seek(w, offset) < 0 || datafile_transfer(w, SYS_read, s->file.buffer) < 0 ||
        datafile_stamps(w, offset, s->file.pass) < 0)
        return -1;
    if (++s->seeks % UPDATE_EVERY)
        return 0;
    *(uint64_t *)(void *)(s->file.buffer + sizeof(uint64_t)) += 1;
    return datafile_seek(w, offset) < 0 ? -1 : datafile_transfer(w, SYS_write, s->file.buffer);
}

WORK_TIMED static long one_byte(long call, int fd, unsigned char *byte)
{
    long n;
    do {
        n = syscall(call, fd, byte, 1UL);
    } while (n < 0 && errno == EINTR);
    return n;
}

/* One batch: tickets until the one that ends it. False: the worker is gone. */
WORK_TIMED static bool seeker_batch(struct work *w, int link)
{
    struct bonnie_state *s = w->state;
    unsigned char byte = 0;
    if (one_byte(SYS_read, link, &byte) != 1)
        return false;
    w->error->kind = ERROR_NONE;
    bool failed = false;
    for (;;) {
        if (one_byte(SYS_read, s->tickets[0], &byte) != 1)
            return false;
        if (byte == TICKET_END)
            break;
        failed = failed || seeker_seek(w) < 0;
    }
    return syscall(SYS_write, link, w->error, sizeof *w->error) == (long)sizeof *w->error;
}

static _Noreturn void seeker_main(struct work *w, size_t index, int link)
{
    struct bonnie_state *s = w->state;
    cpu_set_t all;
    child_keep_only(s->tickets[0], link);
    CPU_ZERO(&all);
    for (size_t i = 0; i < w->cpu_count; i++)
        if (w->cpus[i] < CPU_SETSIZE)
            CPU_SET(w->cpus[i], &all);
    if (w->cpu_count)
        sched_setaffinity(0, sizeof all, &all);
    s->random = w->seed ^ (index + 1) * UINT64_C(0x9e3779b97f4a7c15);
    s->file.fd = -1;
    s->file.directory = open(w->scratch, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (datafile_open(w, O_RDWR) < 0)
        child_exit(1);
    while (seeker_batch(w, link))
        ;
    child_exit(0);
}

static int seeker_start(struct work *w, size_t index)
{
    struct bonnie_state *s = w->state;
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return error_errno(w->error, errno, "cannot make a socket for %s", w->workload->id);
    pid_t pid = child_fork(w);
    if (pid == 0)
        seeker_main(w, index, ends[1]);
    child_close(&ends[1]);
    s->seekers[index] = (struct seeker){pid > 0 ? pid : 0, ends[0]};
    return pid < 0 ? -1 : 0;
}

WORK_FAILED static int seeker_lost(struct work *w)
{
    const struct bonnie_state *s = w->state;
    if (s->answer.kind == ERROR_NONE)
        return error_set(w->error, ERROR_SYSTEM, "%s: one of its processes ended", w->workload->id);
    *w->error = s->answer;
    return -1;
}

/* Until all of a seeker's words are there. */
WORK_TIMED static int seeker_ended(struct work *w, int link)
{
    struct bonnie_state *s = w->state;
    size_t done = 0;
    while (done < sizeof s->answer) {
        long n = syscall(SYS_read, link, (char *)&s->answer + done, sizeof s->answer - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            s->answer.kind = ERROR_NONE;
            return seeker_lost(w);
        }
        done += (size_t)n;
    }
    return s->answer.kind == ERROR_NONE ? 0 : seeker_lost(w);
}

WORK_TIMED static int bonnie_seeks_run(struct work *w, uint64_t count)
{
    struct bonnie_state *s = w->state;
    unsigned char begin = 0;
    unsigned char end = TICKET_END;
    for (size_t i = 0; i < SEEKERS; i++)
        if (one_byte(SYS_write, s->seekers[i].link, &begin) != 1)
            return seeker_lost(w);
    for (uint64_t left = count; left > 0;) {
        long n = syscall(SYS_write, s->tickets[1], s->batch, left < SEEKS_STEP ? left : SEEKS_STEP);
        if (n > 0)
            left -= (uint64_t)n;
        else if (errno != EINTR)
            return seeker_lost(w);
    }
    for (size_t i = 0; i < SEEKERS; i++)
        if (one_byte(SYS_write, s->tickets[1], &end) != 1)
            return seeker_lost(w);
    for (size_t i = 0; i < SEEKERS; i++)
        if (seeker_ended(w, s->seekers[i].link) < 0)
            return -1;
    w->bytes += count * s->file.record;
    return 0;
}

static int bonnie_prepare(struct work *w)
{
    return datafile_prepare(w, sizeof(struct bonnie_state));
}

static int bonnie_prepare_written(struct work *w)
{
    return bonnie_prepare(w) < 0 ? -1 : datafile_fill(w);
}

static int bonnie_prepare_seeks(struct work *w)
{
    int result = bonnie_prepare(w);
    struct bonnie_state *s = w->state;
    if (!s)
        return -1;
    s->tickets[0] = s->tickets[1] = -1;
    for (size_t i = 0; i < SEEKERS; i++)
        s->seekers[i].link = -1;
    if (result < 0 || datafile_fill(w) < 0 || child_pipe(w, s->tickets) < 0)
        return -1;
    memset(s->batch, TICKET_SEEK, sizeof s->batch);
    s->file.marked = true;
    w->step = SEEKS_STEP;
    for (size_t i = 0; i < SEEKERS; i++)
        if (seeker_start(w, i) < 0)
            return -1;
    child_close(&s->tickets[0]);
    return 0;
}

static void bonnie_seeks_release(struct work *w)
{
    struct bonnie_state *s = w->state;
    for (size_t i = 0; s && i < SEEKERS; i++) {
        child_end(&s->seekers[i].pid);
        child_close(&s->seekers[i].link);
    }
    for (size_t i = 0; s && i < 2; i++)
        child_close(&s->tickets[i]);
    datafile_release(w);
}

static const struct workload_ops bonnie_output_ops = {
    .id = "bonnie.output",
    .prepare = bonnie_prepare,
    .run = bonnie_output_run,
    .verify = datafile_check,
    .release = datafile_release,
};
static const struct workload_ops bonnie_rewrite_ops = {
    .id = "bonnie.rewrite",
    .prepare = bonnie_prepare_written,
    .run = bonnie_rewrite_run,
    .verify = datafile_check,
    .release = datafile_release,
};
static const struct workload_ops bonnie_input_ops = {
    .id = "bonnie.input",
    .prepare = bonnie_prepare_written,
    .run = bonnie_input_run,
    .verify = datafile_check,
    .release = datafile_release,
};
static const struct workload_ops bonnie_seeks_ops = {
    .id = "bonnie.seeks",
    .prepare = bonnie_prepare_seeks,
    .run = bonnie_seeks_run,
    .verify = datafile_check,
    .release = bonnie_seeks_release,
};

const struct workload_ops *const workload_ops_bonnie[] = {
    &bonnie_output_ops, &bonnie_rewrite_ops, &bonnie_input_ops, &bonnie_seeks_ops, NULL,
};
