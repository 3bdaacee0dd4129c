#include <config.h>

#include "store_counters.h"

#include "text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define WINDOW_MAX_S 1e6
#define COUNT_S_MAX  9e6 /* of a counter in seconds: nanoseconds of it are exact in a double */
#define RATE_MAX     1e18

static bool in_seconds(enum counter i)
{
    return counter_kinds[i].scale < 1;
}

void store_add_slot_counters(cJSON *slot, const struct slot *s)
{
    const struct counters *c = &s->counters;
    if (!(s->counted_s > 0)) {
        cJSON_AddNullToObject(slot, "counters");
        return;
    }
    cJSON *o = cJSON_AddObjectToObject(slot, "counters");
    json_add_number(o, "window_s", s->counted_s);
    for (enum counter i = 0; i < COUNTER_COUNT; i++) {
        if (!counters_have(c, i))
            continue;
        if (in_seconds(i))
            json_add_number(o, counter_kinds[i].id, (double)c->value[i] * counter_kinds[i].scale);
        else
            json_add_count(o, counter_kinds[i].id, c->value[i]);
    }
    if (!c->reason_count)
        return;
    cJSON *by = cJSON_AddObjectToObject(o, "exits_by");
    for (size_t i = 0; i < c->reason_count; i++)
        json_add_count(by, c->reasons[i].name, c->reasons[i].count);
}

void store_add_cost(cJSON *metric, const struct figure_cost *c)
{
    if (!c->known) {
        cJSON_AddNullToObject(metric, "counters");
        return;
    }
    cJSON *o = cJSON_AddObjectToObject(metric, "counters");
    json_add_number(o, "s_per_op", c->s_per_op);
    cJSON *rates = cJSON_AddObjectToObject(o, "per_s");
    for (enum counter i = 0; i < COUNTER_COUNT; i++)
        if (c->known & 1u << i)
            json_add_number(rates, counter_kinds[i].id, c->per_s[i]);
    if (!c->reason_count)
        return;
    cJSON *by = cJSON_AddObjectToObject(o, "exits_by");
    for (size_t i = 0; i < c->reason_count; i++)
        json_add_number(by, c->reasons[i].name, c->reasons[i].per_s);
}

static bool present(const cJSON *o, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(o, key);
    return item && !cJSON_IsNull(item);
}

void store_read_slot_counters(struct json_reader *j, const cJSON *slot, struct slot *s)
{
    struct counters *c = &s->counters;
    const cJSON *o = json_get_object(j, slot, "counters", JSON_OPTIONAL);
    if (!o)
        return;
    s->counted_s = json_get_number(j, o, "window_s", 1e-9, WINDOW_MAX_S, 0, JSON_REQUIRED);
    for (enum counter i = 0; i < COUNTER_COUNT && !j->failed; i++) {
        const char *key = counter_kinds[i].id;
        if (!present(o, key))
            continue;
        if (in_seconds(i))
            counters_add(
                c, i,
                (uint64_t)llround(json_get_number(j, o, key, 0, COUNT_S_MAX, 0, JSON_REQUIRED) /
                                  counter_kinds[i].scale));
        else
            counters_add(c, i, json_get_count(j, o, key, UINT64_MAX, JSON_REQUIRED));
    }
    const cJSON *by = json_get_object(j, o, "exits_by", JSON_OPTIONAL), *item;
    cJSON_ArrayForEach(item, by)
    {
        uint64_t count = json_get_count(j, by, item->string, UINT64_MAX, JSON_REQUIRED);
        if (!j->failed && !counters_add_reason(c, item->string, count))
            json_fault(j, "counters.exits_by", "has too many reasons, or one without a name");
    }
}

void store_read_cost(struct json_reader *j, const cJSON *metric, struct figure_cost *c)
{
    const cJSON *o = json_get_object(j, metric, "counters", JSON_OPTIONAL);
    *c = (struct figure_cost){.s_per_op = NAN};
    if (!o)
        return;
    c->s_per_op = json_get_number(j, o, "s_per_op", 0, RATE_MAX, NAN, JSON_OPTIONAL);
    const cJSON *rates = json_get_object(j, o, "per_s", JSON_REQUIRED);
    for (enum counter i = 0; i < COUNTER_COUNT && !j->failed; i++) {
        if (!present(rates, counter_kinds[i].id))
            continue;
        c->per_s[i] = json_get_number(j, rates, counter_kinds[i].id, 0, RATE_MAX, 0, JSON_REQUIRED);
        c->known |= 1u << i;
    }
    const cJSON *by = json_get_object(j, o, "exits_by", JSON_OPTIONAL), *item;
    struct counters names = {.known = 0}; /* knows what is a name */
    cJSON_ArrayForEach(item, by)
    {
        double rate = json_get_number(j, by, item->string, 0, RATE_MAX, 0, JSON_REQUIRED);
        if (j->failed)
            return;
        if (c->reason_count == FIGURE_REASONS_MAX ||
            !counters_add_reason(&names, item->string, 1)) {
            json_fault(j, "counters.exits_by", "has too many reasons, or one without a name");
            return;
        }
        text_copy(c->reasons[c->reason_count].name, sizeof c->reasons->name, item->string);
        c->reasons[c->reason_count++].per_s = rate;
    }
}
