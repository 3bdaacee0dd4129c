/* delta.h - what changed between two snapshots, as one JSON object, and back: a line of a
 * recording.
 *
 * Recorded is what the screens show: targets, rows, means, the run with its live graph, the queue,
 * the log, the host, of a check how far it is and its verdict (verdict.h). Not the dashboard's own
 * cost, which is that of whoever looks, nor the paper.
 *
 * Members that a reader does not know it passes over, so that there can be new ones in the same
 * version of the schema. A word that it does not know, as the name of a workload, is a fault: what
 * cannot be shown as it was is not shown. */
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
