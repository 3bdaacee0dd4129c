/* verdict.h - the verdict of a check as a record of a recording, and back.
 *
 * It stands in the line at whose moment it was there: whole, once, as `verdict`; null when it is
 * gone. Stored is what the check found (check.h), and not the screen, which is drawn anew in any
 * size: rows, means of subsystems, what could have been found, what else changed on the machine,
 * and the sentences, which tell of the baseline's own sessions. From the rest of a recording it
 * could not be made again: that has the means over the baseline and the figures of one session at a
 * time, where a check judges by every session of both. To measure the recording against a baseline
 * of today would be another check, and not the one that its user saw.
 *
 * Headline, counts and exit code follow from what is stored, by the functions that made them then.
 * The exit code stands there, too: a verdict of which this version would say something else is a
 * fault, and not shown. */
#ifndef VMTAX_RECORDING_VERDICT_H
#define VMTAX_RECORDING_VERDICT_H

#include "check.h"
#include "json.h"

cJSON *verdict_write(const struct check *c);
/* The caller holds what it gets (check_shared.h). NULL on a fault (json.h). */
struct check *verdict_read(struct json_reader *r, const cJSON *o);

#endif
