#include <config.h>

#include "recording/verdict.h"

#include "check_shared.h"
#include "recording/field_rows.h"
#include "text.h"
#include "xalloc.h"

#include <math.h>
#include <string.h>

#define ROWS_MAX   ((size_t)4096 * TARGETS_MAX)
#define GROUPS_MAX ((size_t)SUBSYSTEM_COUNT * TARGETS_MAX)
/* Of a change, in log units: more than lies between any two figures of a result. */
#define CHANGE_MAX 100

/* ---- what is recorded ---- */

static const char *cause_name(size_t i)
{
    static const char *const names[] = {"none", "host", "hypervisor", "both"};
    return i < sizeof names / sizeof *names ? names[i] : NULL;
}

static const char *subsystem_name(size_t i)
{
    return i < SUBSYSTEM_COUNT ? subsystems[i].id : NULL;
}

static const char *class_name(size_t i)
{
    return i <= FACT_FATAL ? fact_class_ids[i] : NULL;
}

#define V(member, key) struct check, member, key

static const struct field check_fields[] = {
    TEXT(V(baseline, "baseline")),
    TEXT(V(before, "before")),
    TEXT(V(after, "after")),
    COUNT(V(sessions_before, "sessions_before")),
    COUNT(V(sessions_now, "sessions_now")),
    COUNT(V(more, "sessions_missing")),
    BOOL(V(fatal, "fatal")),
    ONE_OF(V(cause, "cause"), cause_name),
    BOOL(V(power.known, "detectable.known")),
    NUMBER(V(power.subsystem, "detectable.subsystem")),
    NUMBER(V(power.row, "detectable.row")),
    BOOL(V(native_power.known, "detectable_native.known")),
    NUMBER(V(native_power.subsystem, "detectable_native.subsystem")),
    NUMBER(V(native_power.row, "detectable_native.row")),
    NUMBER(V(find, "find")),
    COUNT(V(lost_rows, "lost_rows")),
    COUNT(V(left_out, "left_out_rows")),
    COUNT(V(young_rows, "young_rows")),
    COUNT(V(other_rows, "other_rows")),
    COUNT(V(lost_targets, "lost_targets")),
    TEXT(V(lost_why, "lost_why")),
    END,
};

/* Of a row or a mean; of is its macro. */
#define CHANGE(of)                                                                                \
    COUNT(of(change.n, "n")), NUMBER(of(change.centre, "change")), NUMBER(of(change.low, "low")), \
        NUMBER(of(change.high, "high")), NUMBER(of(change.level, "level")),                       \
        BOOL(of(change.bounded, "bounded")), NUMBER(of(detectable, "detectable")),                \
        NUMBER(of(p, "p")), ONE_OF(of(verdict, "verdict"), fields_verdict)

#define G(member, key) struct check_group, member, key

static const struct field group_fields[] = {
    ONE_OF(G(subsystem, "subsystem"), subsystem_name),
    TEXT(G(target, "target")),
    COUNT(G(rows, "rows")),
    BOOL(G(moved, "moved")),
    CHANGE(G),
    END,
};

#define R(member, key) struct compare_row, member, key

static const struct field row_fields[] = {
    ROW(FIELD_WORKLOAD, R(workload, "workload")),
    TEXT(R(params, "params")),
    TEXT(R(target, "target")),
    NUMBER(R(before, "before")),
    NUMBER(R(after, "after")),
    CHANGE(R),
    FLAGS(R(flags, "flags")),
    END,
};

#define D(member, key) struct fingerprint_difference, member, key

static const struct field difference_fields[] = {
    ONE_OF(D(class, "class"), class_name),
    TEXT(D(target, "target")),
    TEXT(D(key, "key")),
    TEXT(D(sentence, "sentence")),
    END,
};

/* ---- writing ---- */

static void add_items(cJSON *to, const char *list, const struct field *fields, const void *items,
                      size_t count, size_t size)
{
    cJSON *array = cJSON_AddArrayToObject(to, list);
    for (size_t i = 0; i < count; i++) {
        cJSON *item = json_object();
        fields_write(item, fields, (const char *)items + i * size, NULL);
        cJSON_AddItemToArray(array, item);
    }
}

static cJSON *absent_array(const struct check *c)
{
    cJSON *array = json_array();
    for (int s = 0; s < SUBSYSTEM_COUNT; s++)
        if (c->absent[s])
            cJSON_AddItemToArray(array, cJSON_CreateString(subsystems[s].id));
    return array;
}

static cJSON *advice_array(const struct check *c)
{
    cJSON *array = json_array();
    for (size_t i = 0; i < c->advice_count; i++)
        cJSON_AddItemToArray(array, cJSON_CreateString(c->advice[i]));
    return array;
}

cJSON *verdict_write(const struct check *c)
{
    cJSON *o = json_object();
    json_add_count(o, "exit", (uint64_t)check_exit(c));
    fields_write(o, check_fields, c, NULL);
    cJSON_AddItemToObject(o, "left_out_subsystems", absent_array(c));
    add_items(o, "differences", difference_fields, c->differences, c->difference_count,
              sizeof *c->differences);
    add_items(o, "subsystems", group_fields, c->groups, c->group_count, sizeof *c->groups);
    add_items(o, "rows", row_fields, c->rows, c->count, sizeof *c->rows);
    cJSON_AddItemToObject(o, "notes", advice_array(c));
    return o;
}

/* ---- reading ---- */

static const cJSON *array_of(struct json_reader *r, const cJSON *o, const char *list, size_t max,
                             size_t *count)
{
    text_copy(r->path, sizeof r->path, "verdict");
    const cJSON *array = json_get_array(r, o, list, max, JSON_REQUIRED);
    *count = array ? (size_t)cJSON_GetArraySize(array) : 0;
    return array;
}

static void at_item(struct json_reader *r, const char *list, size_t i)
{
    char path[32];
    snprintf(path, sizeof path, "verdict.%s", list);
    json_at(r, path, i);
}

static void read_items(struct json_reader *r, const cJSON *array, const char *list,
                       const struct field *fields, void *items, size_t size)
{
    const cJSON *item;
    size_t i = 0;
    cJSON_ArrayForEach(item, array)
    {
        at_item(r, list, i);
        if (!cJSON_IsObject(item))
            json_fault(r, "", "must be an object");
        if (r->failed)
            return;
        fields_read(r, item, fields, (char *)items + i++ * size);
    }
}

static const char *text_item(struct json_reader *r, const cJSON *item, const char *list, size_t i)
{
    at_item(r, list, i);
    if (!cJSON_IsString(item))
        json_fault(r, "", "must be a text");
    return r->failed ? "" : item->valuestring;
}

static void read_absent(struct json_reader *r, const cJSON *o, struct check *c)
{
    size_t count, i = 0;
    const cJSON *item, *array = array_of(r, o, "left_out_subsystems", SUBSYSTEM_COUNT, &count);
    cJSON_ArrayForEach(item, array)
    {
        const char *id = text_item(r, item, "left_out_subsystems", i++);
        size_t s = 0;
        while (s < SUBSYSTEM_COUNT && strcmp(subsystems[s].id, id) != 0)
            s++;
        if (s == SUBSYSTEM_COUNT)
            json_fault(r, "", "a word that this version does not know");
        else
            c->absent[s] = true;
    }
}

static void read_advice(struct json_reader *r, const cJSON *o, struct check *c)
{
    size_t count;
    const cJSON *item, *array = array_of(r, o, "notes", CHECK_ADVICE_MAX, &count);
    cJSON_ArrayForEach(item, array)
    {
        const char *text = text_item(r, item, "notes", c->advice_count);
        text_clean(c->advice[c->advice_count++], CHECK_ADVICE_TEXT, text);
    }
}

static void read_lists(struct json_reader *r, const cJSON *o, struct check *c)
{
    size_t count;
    const cJSON *array = array_of(r, o, "differences", COMPARE_DIFFERENCES_MAX, &count);
    c->difference_count = count;
    read_items(r, array, "differences", difference_fields, c->differences, sizeof *c->differences);
    array = array_of(r, o, "subsystems", GROUPS_MAX, &count);
    c->groups = xcalloc(count + 1, sizeof *c->groups);
    c->group_count = count;
    read_items(r, array, "subsystems", group_fields, c->groups, sizeof *c->groups);
    array = array_of(r, o, "rows", ROWS_MAX, &count);
    c->rows = xcalloc(count + 1, sizeof *c->rows);
    c->group_of = xcalloc(count + 1, sizeof *c->group_of);
    c->count = count;
    read_items(r, array, "rows", row_fields, c->rows, sizeof *c->rows);
}

static bool is_change(const struct stats_estimate *e)
{
    return fabs(e->centre) <= CHANGE_MAX;
}

/* What the screen relies on, whatever a file says. */
static void require_whole(struct json_reader *r, const struct check *c)
{
    for (size_t g = 0; g < c->group_count && !r->failed; g++) {
        at_item(r, "subsystems", g);
        if (!is_change(&c->groups[g].change))
            json_fault(r, "change", "is none");
    }
    for (size_t i = 0; i < c->count && !r->failed; i++) {
        at_item(r, "rows", i);
        if (!c->rows[i].workload)
            json_fault(r, "workload", "a row without one");
        else if (!is_change(&c->rows[i].change))
            json_fault(r, "change", "is none");
    }
}

struct check *verdict_read(struct json_reader *r, const cJSON *o)
{
    struct check *c = check_new();
    text_copy(r->path, sizeof r->path, "verdict");
    int code = (int)json_get_count(r, o, "exit", 4, JSON_REQUIRED);
    fields_read(r, o, check_fields, c);
    read_absent(r, o, c);
    read_lists(r, o, c);
    read_advice(r, o, c);
    require_whole(r, c);
    if (!r->failed)
        check_settle(c);
    text_copy(r->path, sizeof r->path, "verdict");
    if (!r->failed && check_exit(c) != code)
        json_fault(r, "exit", "does not follow from the rest of it");
    r->path[0] = '\0';
    if (!r->failed)
        return c;
    check_let_go(c);
    return NULL;
}
