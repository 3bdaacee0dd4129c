#include <config.h>

#include "recording/fields.h"

#include "stats.h"
#include "workloads/catalog.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NUMBER_MAX 1e18

cJSON *fields_number(double value)
{
    char text[32];
    if (!isfinite(value))
        return cJSON_CreateNull();
    snprintf(text, sizeof text, "%.9g", value);
    return cJSON_CreateRaw(text);
}

const char *fields_verdict(size_t i)
{
    return i < VERDICT_COUNT ? verdicts[i].id : NULL;
}

static uint64_t get_count(const struct field *f, const void *at)
{
    uint8_t small;
    uint32_t middle;
    uint64_t large;
    switch (f->size) {
    case sizeof small:
        memcpy(&small, at, sizeof small);
        return small;
    case sizeof middle:
        memcpy(&middle, at, sizeof middle);
        return middle;
    default:
        memcpy(&large, at, sizeof large);
        return large;
    }
}

static void set_count(const struct field *f, void *at, uint64_t value)
{
    uint8_t small = (uint8_t)value;
    uint32_t middle = (uint32_t)value;
    memcpy(at,
           f->size == sizeof small    ? (const void *)&small
           : f->size == sizeof middle ? (const void *)&middle
                                      : (const void *)&value,
           f->size);
}

static double get_element(const struct field *f, const void *at, size_t i)
{
    double number;
    float share;
    if (f->type == FIELD_SHARES) {
        memcpy(&share, (const char *)at + i * sizeof share, sizeof share);
        return (double)share;
    }
    memcpy(&number, (const char *)at + i * sizeof number, sizeof number);
    return number;
}

static void set_element(const struct field *f, void *at, size_t i, double number)
{
    float share = (float)number;
    if (f->type == FIELD_SHARES)
        memcpy((char *)at + i * sizeof share, &share, sizeof share);
    else
        memcpy((char *)at + i * sizeof number, &number, sizeof number);
}

static size_t element_count(const struct field *f)
{
    return f->size / (f->type == FIELD_SHARES ? sizeof(float) : sizeof(double));
}

/* ---- writing ---- */

static cJSON *elements(const struct field *f, const void *at)
{
    cJSON *array = json_array();
    size_t count = element_count(f);
    while (count && fpclassify(get_element(f, at, count - 1)) == FP_ZERO)
        count--;
    for (size_t i = 0; i < count; i++)
        cJSON_AddItemToArray(array, fields_number(get_element(f, at, i)));
    return array;
}

static cJSON *workload_id(const void *at)
{
    const struct workload *w;
    memcpy(&w, at, sizeof w);
    return w ? cJSON_CreateString(w->id) : cJSON_CreateNull();
}

static void write_field(cJSON *to, const struct field *f, const void *at)
{
    bool flag;
    int64_t when;
    double number;
    switch (f->type) {
    case FIELD_BOOL:
        memcpy(&flag, at, sizeof flag);
        cJSON_AddBoolToObject(to, f->key, flag);
        break;
    case FIELD_INDEX:
        if (get_count(f, at) == SIZE_MAX) {
            cJSON_AddNullToObject(to, f->key);
            break;
        } /* fall through */
    case FIELD_COUNT:
        json_add_count(to, f->key, get_count(f, at));
        break;
    case FIELD_TIME:
        memcpy(&when, at, sizeof when);
        cJSON_AddNumberToObject(to, f->key, (double)when);
        break;
    case FIELD_NUMBER:
        memcpy(&number, at, sizeof number);
        cJSON_AddItemToObject(to, f->key, fields_number(number));
        break;
    case FIELD_NUMBERS:
    case FIELD_SHARES:
        cJSON_AddItemToObject(to, f->key, elements(f, at));
        break;
    case FIELD_TEXT:
        cJSON_AddStringToObject(to, f->key, at);
        break;
    case FIELD_NAME:
        cJSON_AddStringToObject(to, f->key, f->name(get_count(f, at)));
        break;
    case FIELD_WORKLOAD:
        cJSON_AddItemToObject(to, f->key, workload_id(at));
        break;
    }
}

static bool differs(const struct field *f, const char *now, const char *was)
{
    static const char zeros[1024];
    const char *a = now + f->offset, *b = was ? was + f->offset : zeros;
    if (f->type == FIELD_TEXT)
        return strncmp(a, b, f->size) != 0;
    if (was || f->size <= sizeof zeros)
        return memcmp(a, b, f->size) != 0;
    return true;
}

bool fields_write(cJSON *to, const struct field *table, const void *now, const void *was)
{
    bool any = false;
    for (const struct field *f = table; f->key; f++) {
        if (!differs(f, now, was))
            continue;
        write_field(to, f, (const char *)now + f->offset);
        any = true;
    }
    return any;
}

/* ---- reading ---- */

static void read_elements(struct json_reader *r, const cJSON *o, const struct field *f, void *at)
{
    const cJSON *item, *array = json_get_array(r, o, f->key, element_count(f), JSON_REQUIRED);
    size_t i = 0;
    if (!array)
        return;
    memset(at, 0, f->size);
    cJSON_ArrayForEach(item, array)
    {
        if (!cJSON_IsNull(item) &&
            (!cJSON_IsNumber(item) || !(fabs(item->valuedouble) <= NUMBER_MAX))) {
            json_fault(r, f->key, "numbers are wanted");
            return;
        }
        set_element(f, at, i++, cJSON_IsNull(item) ? (double)NAN : item->valuedouble);
    }
}

static void read_name(struct json_reader *r, const cJSON *o, const struct field *f, void *at)
{
    char name[32];
    const char *known;
    if (!json_get_name(r, o, f->key, name, sizeof name, JSON_REQUIRED))
        return;
    for (size_t i = 0; (known = f->name(i)); i++)
        if (strcmp(known, name) == 0) {
            set_count(f, at, i);
            return;
        }
    json_fault(r, f->key, "a word that this version does not know");
}

static void read_workload(struct json_reader *r, const cJSON *o, const struct field *f, void *at)
{
    char id[WORKLOAD_ID_MAX + 1];
    const struct workload *w = NULL;
    if (!cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(o, f->key))) {
        if (!json_get_name(r, o, f->key, id, sizeof id, JSON_REQUIRED))
            return;
        w = workload_find(id);
        if (!w) {
            json_fault(r, f->key, "a workload that this version does not know");
            return;
        }
    }
    memcpy(at, &w, sizeof w);
}

static void read_field(struct json_reader *r, const cJSON *o, const cJSON *item,
                       const struct field *f, void *at)
{
    bool flag;
    int64_t when;
    double number;
    switch (f->type) {
    case FIELD_BOOL:
        flag = json_get_bool(r, o, f->key, JSON_REQUIRED);
        memcpy(at, &flag, sizeof flag);
        break;
    case FIELD_INDEX:
        set_count(f, at,
                  cJSON_IsNull(item) ? SIZE_MAX
                                     : json_get_count(r, o, f->key, f->max, JSON_REQUIRED));
        break;
    case FIELD_COUNT:
        set_count(f, at, json_get_count(r, o, f->key, f->max, JSON_REQUIRED));
        break;
    case FIELD_TIME: /* until the year 9999 */
        when = (int64_t)json_get_number(r, o, f->key, 0, 253402300799.0, 0, JSON_REQUIRED);
        memcpy(at, &when, sizeof when);
        break;
    case FIELD_NUMBER:
        number = json_get_number(r, o, f->key, -NUMBER_MAX, NUMBER_MAX, (double)NAN, JSON_OPTIONAL);
        memcpy(at, &number, sizeof number);
        break;
    case FIELD_NUMBERS:
    case FIELD_SHARES:
        read_elements(r, o, f, at);
        break;
    case FIELD_TEXT:
        json_get_text(r, o, f->key, at, f->size, JSON_REQUIRED);
        break;
    case FIELD_NAME:
        read_name(r, o, f, at);
        break;
    case FIELD_WORKLOAD:
        read_workload(r, o, f, at);
        break;
    }
}

void fields_read(struct json_reader *r, const cJSON *o, const struct field *table, void *to)
{
    for (const struct field *f = table; f->key && !r->failed; f++) {
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(o, f->key);
        if (item)
            read_field(r, o, item, f, (char *)to + f->offset);
    }
}
