/* delta.h - what changed between two snapshots, as one JSON object, and back: a line of a
 * recording.
 *
 * Recorded is what the screens show: targets, rows, means, the run with its live graph, the queue,
 * the log, the host. Not the dashboard's own cost, which is that of whoever looks, nor the paper,
 * and of a check only how far it is. */
#ifndef VMTAX_RECORDING_DELTA_H
#define VMTAX_RECORDING_DELTA_H

#include "json.h"
#include "snapshot.h"

/* was NULL: everything. NULL if nothing differs; else the caller deletes it. It has the time line
 * and the clock of now. */
cJSON *delta_make(const struct snapshot *now, const struct snapshot *was);
/* Brings s, which must be what the one before left (the first: zeroed), up to date. On a fault
 * ERROR_DATA, name and the place, and s may have half of it. */
int delta_apply(const cJSON *delta, const char *name, struct snapshot *s, struct error *e);

#endif
