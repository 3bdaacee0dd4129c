/* A check for the terminal and as JSON; the table of all forms. */
#include "check.h"

#include "compare_json.h"
#include "report/format.h"
#include "text.h"
#include "xalloc.h"

#include <langinfo.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *sign(enum verdict v)
{
    bool utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    return utf8 ? report_signs[v].utf8 : report_signs[v].ascii;
}

char *check_interval(const struct stats_estimate *e, char *out, size_t size)
{
    if (e->bounded)
        snprintf(out, size, "[%+.1f, %+.1f]", 100 * expm1(e->low), 100 * expm1(e->high));
    else
        text_copy(out, size, "none");
    return out;
}

char *check_percent(double change, char *out, size_t size)
{
    snprintf(out, size, "%+.1f %%", 100 * expm1(change));
    return out;
}

char *check_label(const struct compare_row *row, char *out, size_t size)
{
    snprintf(out, size, "%s%s%s", row->workload->id, row->params[0] ? " " : "", row->params);
    return out;
}

char *check_value(const struct compare_row *row, double value, char *out, size_t size)
{
    char figure[16];
    bool native = strcmp(row->target, "native") == 0;
    snprintf(out, size, "%s %s", text_figure(figure, sizeof figure, native ? value : 100 * value),
             native ? workload_unit(row->workload) : "% of native");
    return out;
}

static void print_head(const struct check *c, FILE *out)
{
    char counts[160];
    fprintf(out, "%s %s  %s\n", sign(check_sign(c)), check_headline(c),
            check_counts(c, counts, sizeof counts));
    fprintf(out, "%s\n%s\n", c->before, c->after);
}

static void print_groups(const struct check *c, FILE *out)
{
    if (!c->group_count)
        return;
    fprintf(out, "\n  %-12s %-10s %4s %9s  %-18s %6s  %s\n", "subsystem", "target", "rows",
            "change", "95 % interval", "finds", "verdict");
    for (size_t g = 0; g < c->group_count; g++) {
        const struct check_group *group = &c->groups[g];
        char interval[40];
        check_interval(&group->change, interval, sizeof interval);
        fprintf(out, "  %-12s %-10s %4zu %+7.1f %%  %-18s %5.1f%%  %s %s\n",
                subsystems[group->subsystem].id, group->target, group->rows,
                100 * expm1(group->change.centre), interval,
                fmin(99.9, 100 * stats_loss(group->detectable)), sign(group->verdict),
                verdicts[group->verdict].title);
    }
}

static void print_rows(const struct check *c, FILE *out)
{
    size_t *order = xcalloc(c->count + 1, sizeof *order);
    size_t n = check_changed(c, order);
    uint32_t used = 0;
    if (n)
        fprintf(out, "\n%s\n",
                c->more ? "Rows, without verdicts" : "Rows that changed, or may have");
    for (size_t k = 0; k < n; k++) {
        const struct compare_row *row = &c->rows[order[k]];
        bool native = strcmp(row->target, "native") == 0;
        char old[16], new[16], interval[40], label[WORKLOAD_ID_MAX + PARAMS_TEXT + 2];
        char letters[FLAG_COUNT + 1];
        text_figure(old, sizeof old, native ? row->before : 100 * row->before);
        text_figure(new, sizeof new, native ? row->after : 100 * row->after);
        check_interval(&row->change, interval, sizeof interval);
        check_label(row, label, sizeof label);
        fprintf(out, "  %s %-24s %-10s %6s -> %6s %-5s %+6.1f %% %-16s %s%s%s\n",
                sign(row->verdict), label, row->target, old, new,
                native ? workload_unit(row->workload) : "%", 100 * expm1(row->change.centre),
                interval, verdicts[row->verdict].title, row->flags ? " " : "",
                stats_flags(row->flags, letters));
        used |= row->flags;
    }
    for (size_t i = 0; i < FLAG_COUNT; i++)
        if (used & 1u << i)
            fprintf(out, "  %c: %s\n", flags[i].letter, flags[i].meaning);
    free(order);
}

static void print_differences(const struct check *c, FILE *out)
{
    fprintf(out, "\nWhat else changed on the machine\n");
    if (!c->difference_count)
        fprintf(out, "  nothing that is known\n");
    for (size_t i = 0; i < c->difference_count; i++)
        text_wrap(out, c->differences[i].sentence,
                  fprintf(out, "  %-6s ", fact_class_words[c->differences[i].class]), 9);
}

void check_write_text(const struct check *c, int64_t when, FILE *out)
{
    (void)when;
    print_head(c, out);
    print_groups(c, out);
    print_rows(c, out);
    print_differences(c, out);
    fprintf(out, "\nVerdict\n");
    for (size_t i = 0; i < c->advice_count; i++)
        text_wrap(out, c->advice[i], fprintf(out, "  - "), 4);
    fprintf(out,
            "\nA change above 0 is faster. A guest's figure is its performance in %% of "
            "native. Exit code %d.\n",
            check_exit(c));
}

static void add_power(cJSON *o, const char *key, const struct check_power *p)
{
    cJSON *power = json_object();
    json_add_number(power, "subsystem", p->known ? stats_loss(p->subsystem) : NAN);
    json_add_number(power, "row", p->known ? stats_loss(p->row) : NAN);
    cJSON_AddItemToObject(o, key, power);
}

static cJSON *groups_json(const struct check *c)
{
    cJSON *groups = json_array();
    for (size_t g = 0; g < c->group_count; g++) {
        const struct check_group *group = &c->groups[g];
        cJSON *o = json_object();
        cJSON_AddStringToObject(o, "subsystem", subsystems[group->subsystem].id);
        cJSON_AddStringToObject(o, "target", group->target);
        json_add_count(o, "rows", group->rows);
        compare_add_change(o, &group->change, group->detectable, group->p, group->verdict);
        cJSON_AddItemToArray(groups, o);
    }
    return groups;
}

void check_write_json(const struct check *c, int64_t when, FILE *out)
{
    (void)when;
    static const char *const causes[] = {"none", "host", "hypervisor", "both"};
    cJSON *o = json_object();
    cJSON_AddStringToObject(o, "schema", "vmtax.check/1");
    cJSON_AddStringToObject(o, "baseline", c->baseline);
    json_add_count(o, "sessions_before", c->sessions_before);
    json_add_count(o, "sessions_now", c->sessions_now);
    json_add_count(o, "sessions_missing", c->more);
    json_add_number(o, "exit", check_exit(c));
    cJSON_AddStringToObject(o, "cause", causes[c->cause]);
    add_power(o, "detectable", &c->power);
    add_power(o, "detectable_native", &c->native_power);
    json_add_number(o, "find", stats_loss(c->find));
    json_add_count(o, "lost_rows", c->lost_rows);
    json_add_count(o, "left_out_rows", c->left_out);
    json_add_count(o, "other_rows", c->other_rows);
    json_add_count(o, "young_rows", c->young_rows);
    cJSON *absent = json_array();
    for (int s = 0; s < SUBSYSTEM_COUNT; s++)
        if (c->absent[s])
            cJSON_AddItemToArray(absent, cJSON_CreateString(subsystems[s].id));
    cJSON_AddItemToObject(o, "left_out_subsystems", absent);
    json_add_count(o, "lost_targets", c->lost_targets);
    cJSON *counts = json_object();
    for (int v = 0; v < VERDICT_COUNT; v++)
        json_add_count(counts, verdicts[v].id, c->verdicts[v]);
    cJSON_AddItemToObject(o, "verdicts", counts);
    cJSON_AddItemToObject(o, "differences",
                          compare_differences_json(c->differences, c->difference_count));
    cJSON_AddItemToObject(o, "subsystems", groups_json(c));
    cJSON_AddItemToObject(o, "rows", compare_rows_json(c->rows, c->count));
    cJSON *notes = json_array();
    for (size_t i = 0; i < c->advice_count; i++)
        cJSON_AddItemToArray(notes, cJSON_CreateString(c->advice[i]));
    cJSON_AddItemToObject(o, "notes", notes);
    char *text = cJSON_Print(o);
    fprintf(out, "%s\n", text);
    free(text);
    cJSON_Delete(o);
}

const struct check_form check_forms[] = {
    {"text", check_write_text},
    {"json", check_write_json},
    {"md", check_write_markdown},
    {"html", check_write_html},
    {"openmetrics", check_write_metrics},
    {"junit", check_write_junit},
    {0},
};

const struct check_form *check_form_find(const char *id)
{
    for (const struct check_form *f = check_forms; f->id; f++)
        if (strcmp(f->id, id) == 0)
            return f;
    return NULL;
}
