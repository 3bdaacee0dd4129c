#include "stored.h"

#include "analysis.h"
#include "recording/recording.h"
#include "store.h"
#include "unpack.h"
#include "xalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* At the time when it was measured. */
static void show_result(struct snapshot *s, const struct result *r)
{
    s->stored = true;
    s->clock = r->started + (int64_t)r->elapsed_s;
    store_time(s->title, sizeof s->title, r->started);
    snapshot_set_result(s, r);
    for (size_t t = 0; t < s->target_count; t++)
        if (s->targets[t].state == BOARD_TARGET_READY)
            s->targets[t].state = BOARD_TARGET_OFF;
}

static int load_result(struct snapshot *s, const char *path, struct error *e)
{
    struct result r;
    result_init(&r);
    int rc = store_load(&r, path, e);
    if (rc == 0) {
        analysis_update(&r);
        show_result(s, &r);
    }
    result_release(&r);
    return rc;
}

static void show_recording(struct snapshot *s, const struct recording *r, double at_s)
{
    size_t last = recording_frame_at(r, at_s);
    for (size_t frame = 0; frame <= last; frame++)
        recording_apply(r, frame, s);
    s->replayed = true;
    recording_title(r, fmin(at_s, recording_seconds(r)), s->title, sizeof s->title);
    if (r->remark[0])
        fprintf(stderr, "vmtax: %s: %s\n", r->name, r->remark);
}

static int load_recording(struct snapshot *s, const char *path, double at_s, struct error *e)
{
    struct recording r;
    if (recording_load(&r, path, e) < 0)
        return -1;
    show_recording(s, &r, at_s);
    recording_release(&r);
    return 0;
}

static bool holds_recording(const char *path)
{
    struct error none;
    uint8_t *bytes;
    size_t size;
    if (unpack_read(path, STORE_FILE_MAX, &bytes, &size, &none) < 0)
        return false; /* whoever loads it says why */
    /* Results are never compressed; of a damaged recording that it is one would not show. */
    bool is = unpack_kind(bytes, size) || recording_is((const char *)bytes);
    free(bytes);
    return is;
}

static int find(const char *word, char path[STORE_PATH_MAX], struct error *e)
{
    struct error none;
    return store_find(word, path, STORE_PATH_MAX, e) == 0
               ? 0
               : store_find_recording(word, path, STORE_PATH_MAX, &none);
}

struct stored *stored_load(const char *word, double at_s, struct error *e)
{
    char path[STORE_PATH_MAX];
    struct error missing;
    if (find(word, path, e) < 0)
        return NULL;
    struct stored *s = xcalloc(1, sizeof *s);
    int rc = holds_recording(path) ? load_recording(&s->snapshot, path, at_s, e)
                                   : load_result(&s->snapshot, path, e);
    if (paper_load(&s->paper, &missing) == 0)
        s->snapshot.paper = &s->paper;
    if (rc == 0)
        return s;
    stored_free(s);
    return NULL;
}

void stored_free(struct stored *s)
{
    if (s)
        snapshot_release(&s->snapshot);
    free(s);
}
