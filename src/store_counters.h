/* store_counters.h - the white-box counters in a result document, both ways.
 *
 * slots[].counters is null where nothing was counted, else
 *   {"window_s": 0.2003, "cpu_s": 0.199, "exits": 1234, "exits_by": {"halt": 800, …}, …}
 * over window_s seconds; metrics[].counters is null, else rates of all slots together:
 *   {"s_per_op": 1.2e-6, "per_s": {"cpu_s": 0.99, "exits": 6160.5, …}, "exits_by": {"halt": 3994,
 * …}} Keys are those of counter_kinds; one that is absent was not counted. */
#ifndef VMTAX_STORE_COUNTERS_H
#define VMTAX_STORE_COUNTERS_H

#include "json.h"
#include "result.h"

void store_add_slot_counters(cJSON *slot, const struct slot *s);
void store_add_cost(cJSON *metric, const struct figure_cost *c);
/* An absent member is as null, so that older documents can be read. */
void store_read_slot_counters(struct json_reader *j, const cJSON *slot, struct slot *s);
void store_read_cost(struct json_reader *j, const cJSON *metric, struct figure_cost *c);

#endif
