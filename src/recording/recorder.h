/* recorder.h - writes what a board shows to a file while it is shown, for `vmtax replay`.
 *
 * Schema vmtax.recording/1: lines of JSON, the first one a header, each further one what changed
 * (delta.h). A thread looks at the board twice a second and appends whole lines, so that a crash of
 * the program costs at most the last of them; every two seconds, but not while a slot is timed,
 * they go to the disk, so that one of the machine costs little more. When that fails the recording
 * ends with a line in the board's log, and nothing else does. */
#ifndef VMTAX_RECORDING_RECORDER_H
#define VMTAX_RECORDING_RECORDER_H

#include "board.h"
#include "error.h"
#include "recording/redacted.h"

#define RECORDING_FAMILY "vmtax.recording/"
#define RECORDING_SCHEMA RECORDING_FAMILY "1"

struct recorder;

/* Makes $XDG_STATE_HOME/vmtax/recordings/<time>.rec. redacted: what no line of it has; NULL: all is
 * written as it is shown. Both must outlive it. */
struct recorder *recorder_start(struct board *board, const struct redacted *redacted,
                                struct error *e);
/* Writes what is new, ends the thread and frees. path gets the file's name: "" if the recording
 * ended before. NULL is allowed. */
void recorder_stop(struct recorder *r, char *path, size_t size);

#endif
