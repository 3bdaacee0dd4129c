/* recording.h - a recorded session in memory (schema vmtax.recording/1, recorder.h), to be shown
 * again.
 *
 * The file may be compressed, and may have been cut off by a crash: it is good as far as its lines
 * are. */
#ifndef VMTAX_RECORDING_RECORDING_H
#define VMTAX_RECORDING_RECORDING_H

#include "error.h"
#include "snapshot.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct recording_frame {
    double at_s; /* since the first one */
    size_t at, length;
};

struct recording {
    char name[64]; /* of the file, cleaned */
    char host[64];
    int64_t started;  /* Unix seconds: the clock of the first frame */
    char remark[256]; /* where it is damaged; or "" */
    char *text;
    struct recording_frame *frames;
    size_t count, room;
};

/* Every line is read once, so that applying cannot fail later. A file without any whole frame is
 * ERROR_DATA. On failure nothing needs to be released. */
int recording_load(struct recording *r, const char *path, struct error *e);
/* The same from memory; text ends with a NUL, and is copied. name is for messages. */
int recording_parse(struct recording *r, const char *text, size_t length, const char *name,
                    struct error *e);
void recording_release(struct recording *r);
/* Seconds from the first frame to the last. */
double recording_seconds(const struct recording *r);
/* Is the text that of a recording, by its first line? */
bool recording_is(const char *text);
/* "node7 2026-11-22  0:12/1:30": whose it is, and the moment. Returns out. */
char *recording_title(const struct recording *r, double at_s, char *out, size_t size);
/* The last frame at or before at_s; 0 before the first. */
size_t recording_frame_at(const struct recording *r, double at_s);
/* Bring s from frame - 1 (frame 0: anything; what it had is forgotten) to frame. */
void recording_apply(const struct recording *r, size_t frame, struct snapshot *s);

#endif
