/* redacted.h - a line of a recording without what tells whose machine it was, by what redacts
 * reports (report/redact.h). */
#ifndef VMTAX_RECORDING_REDACTED_H
#define VMTAX_RECORDING_REDACTED_H

#include "json.h"
#include "option.h"
#include "plan.h"

struct redacted;

/* What guests and their hosts are called is in the plan and in the options. Both are only read
 * here. */
struct redacted *redacted_new(const struct plan *plan, const struct options *o);
/* NULL is allowed. */
void redacted_free(struct redacted *r);
/* A line as delta_make() has it. Its verdict has been redacted before (check.h), and stays. */
void redacted_line(const struct redacted *r, cJSON *line);

#endif
