#include <config.h>

#include "compare_json.h"

#include <math.h>

void compare_add_change(cJSON *o, const struct stats_estimate *change, double effect, double p,
                        enum verdict v)
{
    json_add_number(o, "change", exp(change->centre));
    cJSON *ci = json_array();
    cJSON_AddItemToObject(o, "ci95", ci);
    if (change->bounded) {
        cJSON_AddItemToArray(ci, cJSON_CreateNumber(exp(change->low)));
        cJSON_AddItemToArray(ci, cJSON_CreateNumber(exp(change->high)));
    }
    json_add_count(o, "n", change->n);
    json_add_number(o, "detectable", isfinite(effect) ? stats_loss(effect) : NAN);
    json_add_number(o, "p", p);
    cJSON_AddStringToObject(o, "verdict", verdicts[v].id);
}

cJSON *compare_rows_json(const struct compare_row *rows, size_t count)
{
    cJSON *array = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct compare_row *row = &rows[i];
        cJSON *o = json_object();
        cJSON_AddStringToObject(o, "workload", row->workload->id);
        cJSON_AddStringToObject(o, "params", row->params);
        cJSON_AddStringToObject(o, "target", row->target);
        json_add_number(o, "before", row->before);
        json_add_number(o, "after", row->after);
        compare_add_change(o, &row->change, row->detectable, row->p, row->verdict);
        cJSON *set = json_array();
        for (size_t k = 0; k < FLAG_COUNT; k++)
            if (row->flags & 1u << k)
                cJSON_AddItemToArray(set, cJSON_CreateString(flags[k].id));
        cJSON_AddItemToObject(o, "flags", set);
        cJSON_AddItemToArray(array, o);
    }
    return array;
}

cJSON *compare_differences_json(const struct fingerprint_difference *differences, size_t count)
{
    cJSON *array = json_array();
    for (size_t i = 0; i < count; i++) {
        cJSON *d = json_object();
        cJSON_AddStringToObject(d, "class", fact_class_ids[differences[i].class]);
        cJSON_AddStringToObject(d, "key", differences[i].key);
        cJSON_AddStringToObject(d, "sentence", differences[i].sentence);
        cJSON_AddItemToArray(array, d);
    }
    return array;
}
