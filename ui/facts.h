/* facts.h - what a glance should take home, in words: what the guests cost, how many rows stand
 * behind it, which target failed and what to do, how the machine differs from the baseline. */
#ifndef VMTAX_FACTS_H
#define VMTAX_FACTS_H

#include "ui/prose.h"
#include "ui/row.h"

/* "52 rows: 40≈ 8▽ 1▼ 3?" */
void facts_tally(struct page *p, const struct snapshot *s);
/* What the guests cost, in a sentence each: the mean over the subsystems with its interval; and how
 * many of the rows behind it are older than the rest. */
void facts_answer(struct page *p, const struct snapshot *s);
/* What the time of the run that is shown did not suffice for; nothing if it did. */
void facts_late(struct page *p, const struct snapshot *s);
/* Targets that are not ready: state, reason, remedy. measured_only: leave out those of which
 * nothing was compared, since the scoreboard's column says it of them. */
void facts_targets(struct page *p, const struct snapshot *s, bool measured_only);
/* What changed on the machine since the baseline. */
void facts_differences(struct page *p, const struct snapshot *s);
/* "baseline office: 3 sessions, 2 days old, too young: 2 more sessions"; "" without one. */
void facts_baseline(const struct snapshot *s, char out[160]);

#endif
