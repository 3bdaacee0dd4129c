/* compare_json.h - rows of `compare` and of a check as JSON: the same members in both documents. */
#ifndef VMTAX_COMPARE_JSON_H
#define VMTAX_COMPARE_JSON_H

#include "compare.h"
#include "json.h"

/* What changed, as members of o: change, ci95 (empty without an interval), n, detectable (a share),
 * p, verdict. effect: the detectable one in log units, NAN unknown. */
void compare_add_change(cJSON *o, const struct stats_estimate *change, double effect, double p,
                        enum verdict v);
/* An array of all rows; the caller owns it. */
cJSON *compare_differences_json(const struct fingerprint_difference *differences, size_t count);
cJSON *compare_rows_json(const struct compare_row *rows, size_t count);

#endif
