/* Files: IOzone's operations on one file.
 *
 * An operation is one pass over the file by records; of the random two it is one record. What
 * counts, as in the original, is the loop of lseek(), write() and read() calls, and with sync=fsync
 * the flush after it (its option -e); opening, creating, closing, and everything else around a pass
 * do not:
 *
 *     write      the file is new: the last one is removed and a new one created before the pass
 *     rewrite    the file is there, with all its blocks
 *     read       the file is there; before the pass one record is read, then back to the start
 *     reread     as read, and the whole file was read just before
 *     randread   every record once, in an order shuffled anew for each pass
 *     randwrite  likewise, over what is there
 *
 * So with direct=no and a file that fits the memory these are figures of the target's page cache,
 * in the original and in the paper too. direct=yes is O_DIRECT (option -I) and reaches the device,
 * or what the target takes for one. Departures: IOzone flushes a file outside the time before the
 * next pass; here the unflushed file of the pass before is removed (write) or written again
 * (rewrite), so that short slots do not wait for a disk whose time would not count. A file that
 * fits the memory is in the page cache after the first pass of a slot, which is in the lead-in:
 * then read and reread differ no more. A random pass may take longer than a slot and goes on in the
 * next; with sync=fsync the flush belongs to the pass, so a slot has whole ones. */
#include <config.h>

#include "workloads/datafile.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>

struct file_state {
    struct datafile file;
    uint32_t *order;      /* of the random two: every record once */
    uint64_t count, done; /* records in it, and how many of them this pass has done */
    uint64_t shuffle;     /* state of the generator */
};

WORK_TIMED static int file_write_records(struct work *w)
{
    struct datafile *s = w->state;
    for (uint64_t offset = 0; offset < s->size; offset += s->record) {
        unsigned char *record = datafile_stamped(s, offset);
        uint64_t from = work_sample_begin(w);
        if (datafile_transfer(w, SYS_write, record) < 0)
            return -1;
        work_sample_end(w, from);
    }
    return w->param[DATAFILE_SYNC] ? datafile_flush(w) : 0;
}

WORK_TIMED static int file_read_records(struct work *w)
{
    struct datafile *s = w->state;
    for (uint64_t offset = 0; offset < s->size; offset += s->record) {
        uint64_t from = work_sample_begin(w);
        if (datafile_transfer(w, SYS_read, s->buffer) < 0)
            return -1;
        work_sample_end(w, from);
        if (datafile_stamps(w, offset, s->pass) < 0)
            return -1;
    }
    return w->param[DATAFILE_SYNC] ? datafile_flush(w) : 0;
}

WORK_TIMED static int file_open_next(struct work *w)
{
    struct datafile *s = w->state;
    s->pass++;
    return datafile_open(w, O_WRONLY);
}

/* Open, one record to prime, back to the start. */
WORK_TIMED static int file_open_primed(struct work *w)
{
    struct datafile *s = w->state;
    if (datafile_open(w, O_RDONLY) < 0 || datafile_transfer(w, SYS_read, s->buffer) < 0)
        return -1;
    return datafile_seek(w, 0);
}

/* Open, all of it, back to the start. */
WORK_TIMED static int file_open_read(struct work *w)
{
    struct datafile *s = w->state;
    if (datafile_open(w, O_RDONLY) < 0)
        return -1;
    for (uint64_t offset = 0; offset < s->size; offset += s->record)
        if (datafile_transfer(w, SYS_read, s->buffer) < 0)
            return -1;
    return datafile_seek(w, 0);
}

typedef int file_step(struct work *w);

/* Passes of which only the second step counts. */
WORK_TIMED static int file_passes(struct work *w, uint64_t count, file_step *begin,
                                  file_step *records)
{
    const struct datafile *s = w->state;
    for (uint64_t i = 0; i < count; i++) {
        work_exclude_begin(w);
        int begun = begin(w);
        work_exclude_end(w);
        if (begun < 0 || records(w) < 0)
            return -1;
        work_exclude_begin(w);
        int closed = datafile_close(w);
        work_exclude_end(w);
        if (closed < 0)
            return -1;
        w->bytes += s->size;
    }
    return 0;
}

WORK_TIMED static int file_write_run(struct work *w, uint64_t count)
{
    return file_passes(w, count, datafile_create, file_write_records);
}

WORK_TIMED static int file_rewrite_run(struct work *w, uint64_t count)
{
    return file_passes(w, count, file_open_next, file_write_records);
}

WORK_TIMED static int file_read_run(struct work *w, uint64_t count)
{
    return file_passes(w, count, file_open_primed, file_read_records);
}

WORK_TIMED static int file_reread_run(struct work *w, uint64_t count)
{
    return file_passes(w, count, file_open_read, file_read_records);
}

/* Fisher and Yates's shuffle, by the upper bits of a generator of Knuth's. */
WORK_TIMED static void file_shuffle(struct file_state *s)
{
    for (uint64_t i = s->count - 1; i > 0; i--) {
        s->shuffle = s->shuffle * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        uint64_t other = ((s->shuffle >> 32) * (i + 1)) >> 32;
        uint32_t record = s->order[i];
        s->order[i] = s->order[other];
        s->order[other] = record;
    }
    s->done = 0;
}

/* The file is open, and there is a next record. */
WORK_TIMED static int file_next_random(struct work *w, long call)
{
    struct file_state *s = w->state;
    if (__builtin_expect(s->done < s->count && s->file.fd >= 0, 1))
        return 0;
    work_exclude_begin(w);
    if (s->done == s->count) {
        file_shuffle(s);
        s->file.pass += call == SYS_write;
    }
    int opened = s->file.fd < 0 ? datafile_open(w, call == SYS_write ? O_WRONLY : O_RDONLY) : 0;
    work_exclude_end(w);
    return opened;
}

WORK_TIMED static int file_randread_run(struct work *w, uint64_t count)
{
    struct file_state *s = w->state;
    for (uint64_t i = 0; i < count; i++) {
        if (file_next_random(w, SYS_read) < 0)
            return -1;
        uint64_t offset = s->order[s->done++] * s->file.record;
        uint64_t from = work_sample_begin(w);
        if (datafile_seek(w, offset) < 0 || datafile_transfer(w, SYS_read, s->file.buffer) < 0)
            return -1;
        work_sample_end(w, from);
        if (datafile_stamps(w, offset, s->file.pass) < 0)
            return -1;
        w->bytes += s->file.record;
    }
    return 0;
}

WORK_TIMED static int file_randwrite_run(struct work *w, uint64_t count)
{
    struct file_state *s = w->state;
    for (uint64_t i = 0; i < count; i++) {
        if (file_next_random(w, SYS_write) < 0)
            return -1;
        uint64_t offset = s->order[s->done++] * s->file.record;
        unsigned char *record = datafile_stamped(&s->file, offset);
        uint64_t from = work_sample_begin(w);
        if (datafile_seek(w, offset) < 0 || datafile_transfer(w, SYS_write, record) < 0)
            return -1;
        work_sample_end(w, from);
        w->bytes += s->file.record;
        if (w->param[DATAFILE_SYNC] && s->done == s->count && datafile_flush(w) < 0)
            return -1;
    }
    return 0;
}

static int file_prepare(struct work *w)
{
    return datafile_prepare(w, sizeof(struct file_state));
}

/* For all but write: the file is written once before it is measured. */
static int file_prepare_written(struct work *w)
{
    return file_prepare(w) < 0 ? -1 : datafile_fill(w);
}

static uint64_t file_random_memory(const struct workload *w, const uint64_t param[PARAMS_MAX],
                                   unsigned lanes)
{
    (void)w, (void)lanes;
    /* and a byte while the order is looked up (file_random_verify) */
    return param[DATAFILE_SIZE] / param[DATAFILE_RECORD] * (sizeof(uint32_t) + 1);
}

static int file_prepare_random(struct work *w)
{
    if (file_prepare_written(w) < 0)
        return -1;
    struct file_state *s = w->state;
    s->count = s->done = s->file.size / s->file.record; /* at most 2^27 by their ranges */
    s->shuffle = w->seed;
    s->order = datafile_memory(s->count * sizeof *s->order);
    if (!s->order)
        return error_set(w->error, ERROR_SYSTEM, "no memory for the order of %s's records",
                         w->workload->id);
    for (uint64_t i = 0; i < s->count; i++)
        s->order[i] = (uint32_t)i;
    w->step = w->param[DATAFILE_SYNC] ? s->count : 1;
    return 0;
}

/* In the middle of a pass of writing some records are still the last pass's. */
static int file_randwrite_verify(struct work *w)
{
    struct file_state *s = w->state;
    s->file.older = calloc(s->count, 1);
    if (!s->file.older)
        return error_set(w->error, ERROR_SYSTEM, "no memory to check %s", w->workload->id);
    for (uint64_t i = s->done; i < s->count; i++)
        s->file.older[s->order[i]] = 1;
    int result = datafile_check(w);
    free(s->file.older);
    s->file.older = NULL;
    return result;
}

static void file_random_release(struct work *w)
{
    struct file_state *s = w->state;
    if (s)
        datafile_memory_free(s->order, s->count * sizeof *s->order);
    datafile_release(w);
}

static const struct workload_ops file_write_ops = {
    .id = "file.write",
    .prepare = file_prepare,
    .run = file_write_run,
    .verify = datafile_check,
    .release = datafile_release,
};

#define FILE_WRITTEN(name)                                 \
    static const struct workload_ops file_##name##_ops = { \
        .id = "file." #name,                               \
        .prepare = file_prepare_written,                   \
        .run = file_##name##_run,                          \
        .verify = datafile_check,                          \
        .release = datafile_release,                       \
    }
FILE_WRITTEN(rewrite);
FILE_WRITTEN(read);
FILE_WRITTEN(reread);

#define FILE_RANDOM(name, check)                           \
    static const struct workload_ops file_##name##_ops = { \
        .id = "file." #name,                               \
        .memory = file_random_memory,                      \
        .prepare = file_prepare_random,                    \
        .run = file_##name##_run,                          \
        .verify = check,                                   \
        .release = file_random_release,                    \
    }
FILE_RANDOM(randread, datafile_check);
FILE_RANDOM(randwrite, file_randwrite_verify);

const struct workload_ops *const workload_ops_file[] = {
    &file_write_ops,    &file_rewrite_ops,   &file_read_ops, &file_reread_ops,
    &file_randread_ops, &file_randwrite_ops, NULL,
};
