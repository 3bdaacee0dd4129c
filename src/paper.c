#include <config.h>

#include "paper.h"

#include "data.h"
#include "json.h"
#include "text.h"
#include "wholefile.h"
#include "xalloc.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX (1u << 20)

static const char *const columns[PAPER_COLUMNS] = {
    [PAPER_NATIVE] = "native",
    [PAPER_OPENVZ] = "openvz",
    [PAPER_XEN] = "xen",
    [PAPER_KVM] = "kvm",
};

/* The order of a table's columns is the file's. */
static bool read_columns(struct json_reader *j, const cJSON *table, size_t order[PAPER_COLUMNS])
{
    const cJSON *names = json_get_array(j, table, "columns", PAPER_COLUMNS, JSON_REQUIRED);
    for (size_t c = 0; names && c < PAPER_COLUMNS; c++) {
        size_t i = 0;
        const cJSON *name;
        order[c] = PAPER_COLUMNS;
        cJSON_ArrayForEach(name, names)
        {
            if (cJSON_IsString(name) && strcmp(name->valuestring, columns[c]) == 0)
                order[c] = i;
            i++;
        }
        if (order[c] == PAPER_COLUMNS)
            json_fault(j, "columns", "must name native, openvz, xen and kvm");
    }
    return names && !j->failed;
}

static void read_row(struct json_reader *j, struct paper *p, const cJSON *item,
                     const size_t order[PAPER_COLUMNS])
{
    struct paper_row row;
    text_clean(row.key, sizeof row.key, item->string);
    if (strlen(item->string) >= sizeof row.key || p->row_count == PAPER_ROWS_MAX ||
        !cJSON_IsArray(item) || cJSON_GetArraySize(item) != PAPER_COLUMNS) {
        json_fault(j, "", "has a row that is none of four figures, or too many rows");
        return;
    }
    for (size_t c = 0; c < PAPER_COLUMNS; c++) {
        const cJSON *value = cJSON_GetArrayItem(item, (int)order[c]);
        if (!cJSON_IsNumber(value) || !(value->valuedouble > 0 && value->valuedouble < 1e9)) {
            json_fault(j, row.key, "must hold four positive numbers");
            return;
        }
        row.us[c] = value->valuedouble;
    }
    p->rows[p->row_count++] = row;
}

static void read_table(struct json_reader *j, struct paper *p, const cJSON *root, const char *name)
{
    size_t order[PAPER_COLUMNS];
    const cJSON *table = json_get_object(j, root, name, JSON_REQUIRED);
    const cJSON *item;
    snprintf(j->path, sizeof j->path, "%s", name);
    if (table && read_columns(j, table, order)) {
        cJSON_ArrayForEach(item, table)
        {
            if (!j->failed && strcmp(item->string, "columns") != 0)
                read_row(j, p, item, order);
        }
    }
    if (!j->failed)
        j->path[0] = '\0';
}

static void read_stated(struct json_reader *j, struct paper *p, const cJSON *root)
{
    const cJSON *array = json_get_array(j, root, "stated", PAPER_STATED_MAX, JSON_REQUIRED);
    const cJSON *item;
    cJSON_ArrayForEach(item, array)
    {
        struct paper_stated s;
        char subsystem[32], metric[sizeof s.text], column[16];
        json_at(j, "stated", p->stated_count);
        if (!cJSON_IsObject(item))
            json_fault(j, "", "must be an object");
        json_get_name(j, item, "subsystem", subsystem, sizeof subsystem, JSON_REQUIRED);
        json_get_text(j, item, "text", s.text, sizeof s.text, JSON_OPTIONAL);
        if (json_get_text(j, item, "metric", metric, sizeof metric, JSON_OPTIONAL))
            memcpy(s.text, metric, sizeof s.text);
        s.value = json_get_number(j, item, "value", 0, 1e9, NAN, JSON_OPTIONAL);
        s.lost = json_get_number(j, item, "lost", 0, 1, NAN, JSON_OPTIONAL);
        s.size = isfinite(s.lost) ? json_get_count(j, item, "size", UINT32_MAX, JSON_REQUIRED) : 0;
        s.subsystem = subsystem_find(subsystem);
        json_get_name(j, item, "of", s.of, sizeof s.of, JSON_OPTIONAL);
        s.column = PAPER_COLUMNS;
        if (json_get_name(j, item, "column", column, sizeof column, JSON_OPTIONAL)) {
            s.column = paper_column_of(column);
            if (!s.of[0] || s.column == PAPER_COLUMNS || !(s.value > 0 || isfinite(s.lost)))
                json_fault(j, "column",
                           "must be native, openvz, xen or kvm, with of, and value or lost");
        }
        if (!j->failed && (s.subsystem == SUBSYSTEM_COUNT || !s.text[0]))
            json_fault(j, "subsystem", "is none that there is, or there is nothing to say");
        if (j->failed)
            return;
        p->stated[p->stated_count++] = s;
    }
    j->path[0] = '\0';
}

static void read_explained(struct json_reader *j, struct paper *p, const cJSON *root)
{
    const cJSON *array = json_get_array(j, root, "explanations", PAPER_EXPLAINED_MAX,
                                        JSON_OPTIONAL);
    const cJSON *item, *name;
    cJSON_ArrayForEach(item, array)
    {
        struct paper_explained x = {.column = PAPER_COLUMNS};
        char target[16];
        json_at(j, "explanations", p->explained_count);
        if (!cJSON_IsObject(item))
            json_fault(j, "", "must be an object");
        json_get_text(j, item, "text", x.text, sizeof x.text, JSON_REQUIRED);
        if (json_get_name(j, item, "target", target, sizeof target, JSON_REQUIRED) &&
            strcmp(target, "all") != 0) {
            x.column = paper_column_of(target);
            if (x.column == PAPER_COLUMNS)
                json_fault(j, "target", "must be native, openvz, xen, kvm or all");
        }
        const cJSON *names = json_get_array(j, item, "rows", PAPER_EXPLAINED_ROWS, JSON_REQUIRED);
        cJSON_ArrayForEach(name, names)
        {
            const char *text = cJSON_GetStringValue(name);
            if (!text || !*text || strlen(text) >= sizeof x.rows[0])
                json_fault(j, "rows", "must be names of rows");
            else
                text_clean(x.rows[x.row_count++], sizeof x.rows[0], text);
        }
        if (j->failed)
            return;
        p->explained[p->explained_count++] = x;
    }
    j->path[0] = '\0';
}

int paper_parse(struct paper *p, const char *text, size_t length, const char *name, struct error *e)
{
    struct error unused;
    struct json_reader j = {.name = name, .e = e ? e : &unused};
    memset(p, 0, sizeof *p);
    cJSON *root = json_parse(text, length, name, j.e);
    if (!root)
        return -1;
    json_get_text(&j, root, "title", p->title, sizeof p->title, JSON_REQUIRED);
    const cJSON *setup = json_get_object(&j, root, "setup", JSON_OPTIONAL);
    if (setup)
        json_get_text(&j, setup, "machine", p->machine, sizeof p->machine, JSON_OPTIONAL);
    read_table(&j, p, root, "table1_system_operations_us");
    read_table(&j, p, root, "table2_context_switch_us");
    read_stated(&j, p, root);
    read_explained(&j, p, root);
    cJSON_Delete(root);
    if (j.failed)
        memset(p, 0, sizeof *p);
    return j.failed ? -1 : 0;
}

int paper_load_file(struct paper *p, const char *path, struct error *e)
{
    size_t length;
    memset(p, 0, sizeof *p);
    char *text = wholefile_load(path, path, FILE_MAX, "the figures of a paper", &length, e);
    int rc = text ? paper_parse(p, text, length, path, e) : -1;
    free(text);
    return rc;
}

int paper_load(struct paper *p, struct error *e)
{
    char path[640];
    memset(p, 0, sizeof *p);
    return data_find("paper.json", path, sizeof path, e) < 0 ? -1 : paper_load_file(p, path, e);
}

const struct paper_row *paper_find(const struct paper *p, const struct workload *w)
{
    for (size_t i = 0; w->paper && i < p->row_count; i++)
        if (strcmp(p->rows[i].key, w->paper) == 0)
            return &p->rows[i];
    return NULL;
}

double paper_ratio(const struct paper_row *row, enum paper_column column)
{
    return row->us[PAPER_NATIVE] / row->us[column];
}

/* Is it called so: by its id, by what it stands for, or by what it is itself a member of? */
static bool is_called(const struct workload *w, const char *params, const char *name)
{
    char word[sizeof((struct paper_stated *)0)->of];
    size_t member = params_find(w, "benchmark");
    if (strcmp(name, w->id) == 0 || (w->paper && strcmp(name, w->paper) == 0))
        return true;
    uint64_t value = params_value(w, params, "benchmark", UINT64_MAX);
    if (member == PARAMS_MAX || value == UINT64_MAX)
        return false;
    param_word(&w->params[member], value, word, sizeof word);
    return strcmp(name, word) == 0;
}

/* How closely a name meets a row; 0: not. */
static unsigned meets(const char *name, const struct workload *w, const char *params)
{
    size_t length = strlen(name);
    if (is_called(w, params, name))
        return 4;
    if (strncmp(name, w->id, length) == 0 && w->id[length] == '.')
        return 3;
    if (strcmp(name, subsystems[w->subsystem].id) == 0)
        return 2;
    return strcmp(name, "all") == 0;
}

const struct paper_stated *paper_stated_find(const struct paper *p, const struct workload *w,
                                             const char *params, enum paper_column column)
{
    const struct paper_stated *best = NULL;
    unsigned most = column == PAPER_COLUMNS ? 0 : 3; /* a relation is one row's alone */
    for (size_t i = 0; i < p->stated_count; i++) {
        const struct paper_stated *s = &p->stated[i];
        bool speaks = s->of[0] && s->column == column && isnan(s->lost);
        unsigned close = speaks ? meets(s->of, w, params) : 0;
        if (close > most) {
            most = close;
            best = s;
        }
    }
    return best;
}

double paper_loss(const struct paper *p, const struct workload *w, enum paper_column column,
                  uint64_t size)
{
    for (size_t i = 0; i < p->stated_count; i++) {
        const struct paper_stated *s = &p->stated[i];
        if (isfinite(s->lost) && s->column == column && s->size == size && meets(s->of, w, "") >= 3)
            return s->lost;
    }
    return NAN;
}

const struct paper_explained *paper_explain(const struct paper *p, const struct workload *w,
                                            enum paper_column column)
{
    const struct paper_explained *best = NULL;
    unsigned most = 0;
    for (size_t i = 0; i < p->explained_count; i++) {
        const struct paper_explained *x = &p->explained[i];
        if (x->column != column && x->column != PAPER_COLUMNS)
            continue;
        for (size_t k = 0; k < x->row_count; k++) {
            unsigned close = meets(x->rows[k], w, "");
            close = close ? 2 * close + (x->column == column) : 0;
            if (close > most) {
                most = close;
                best = x;
            }
        }
    }
    return best;
}

double paper_relation(const struct paper *p, const struct workload *w, const char *params,
                      enum paper_column column)
{
    const struct paper_row *row = paper_find(p, w);
    if (column >= PAPER_COLUMNS)
        return NAN;
    if (row)
        return paper_ratio(row, column);
    if (params_value(w, params, "cpus", 1) != 1)
        return NAN;
    const struct paper_stated *stated = paper_stated_find(p, w, params, column);
    return stated ? stated->value : NAN;
}

enum paper_column paper_column_of(const char *kind)
{
    if (strcmp(kind, "container") == 0)
        return PAPER_OPENVZ;
    for (int c = 0; c < PAPER_COLUMNS; c++)
        if (strcmp(kind, columns[c]) == 0)
            return (enum paper_column)c;
    return PAPER_COLUMNS;
}
