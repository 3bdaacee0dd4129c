/* A check for the terminal and as JSON. */
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

static void interval_text(const struct stats_estimate *e, char *out, size_t size)
{
    if (e->bounded)
        snprintf(out, size, "[%+.1f, %+.1f]", 100 * expm1(e->low), 100 * expm1(e->high));
    else
        text_copy(out, size, "none");
}

static void print_head(const struct check *c, FILE *out)
{
    static const enum verdict signs[] = {VERDICT_SAME, VERDICT_WORSE, VERDICT_SAME,
                                         VERDICT_INCONCLUSIVE, VERDICT_NOT_COMPARABLE};
    char counts[160];
    fprintf(out, "%s %s  %s\n", sign(signs[check_exit(c)]), check_headline(c),
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
        interval_text(&group->change, interval, sizeof interval);
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
    if (n)
        fprintf(out, "\n%s\n",
                c->more ? "Rows, without verdicts" : "Rows that changed, or may have");
    for (size_t k = 0; k < n; k++) {
        const struct compare_row *row = &c->rows[order[k]];
        bool native = strcmp(row->target, "native") == 0;
        char old[16], new[16], interval[40], label[WORKLOAD_ID_MAX + PARAMS_TEXT + 2];
        text_figure(old, sizeof old, native ? row->before : 100 * row->before);
        text_figure(new, sizeof new, native ? row->after : 100 * row->after);
        interval_text(&row->change, interval, sizeof interval);
        snprintf(label, sizeof label, "%s%s%s", row->workload->id, row->params[0] ? " " : "",
                 row->params);
        fprintf(out, "  %s %-24s %-10s %6s -> %6s %-5s %+6.1f %% %-16s %s%s\n", sign(row->verdict),
                label, row->target, old, new, native ? workload_unit(row->workload) : "%",
                100 * expm1(row->change.centre), interval, verdicts[row->verdict].title,
                row->flags & FLAG_YOUNG ? " L" : "");
    }
    free(order);
}

static void print_differences(const struct check *c, FILE *out)
{
    static const char *const classes[] = {"note", "warn", "FATAL"};
    fprintf(out, "\nWhat else changed on the machine\n");
    if (!c->difference_count)
        fprintf(out, "  nothing that is known\n");
    for (size_t i = 0; i < c->difference_count; i++)
        text_wrap(out, c->differences[i].sentence,
                  fprintf(out, "  %-6s ", classes[c->differences[i].class]), 9);
}

void check_write_text(const struct check *c, FILE *out)
{
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

static cJSON *differences_json(const struct check *c)
{
    static const char *const classes[] = {"note", "warn", "fatal"};
    cJSON *differences = json_array();
    for (size_t i = 0; i < c->difference_count; i++) {
        cJSON *d = json_object();
        cJSON_AddStringToObject(d, "class", classes[c->differences[i].class]);
        cJSON_AddStringToObject(d, "key", c->differences[i].key);
        cJSON_AddStringToObject(d, "sentence", c->differences[i].sentence);
        cJSON_AddItemToArray(differences, d);
    }
    return differences;
}

void check_write_json(const struct check *c, const struct baseline *b, FILE *out)
{
    static const char *const causes[] = {"none", "host", "hypervisor", "both"};
    cJSON *o = json_object();
    cJSON_AddStringToObject(o, "schema", "vmtax.check/1");
    cJSON_AddStringToObject(o, "baseline", b->name);
    json_add_count(o, "sessions_before", b->count);
    json_add_count(o, "sessions_now", c->sessions_now);
    json_add_count(o, "sessions_missing", c->more);
    json_add_number(o, "exit", check_exit(c));
    cJSON_AddStringToObject(o, "cause", causes[c->cause]);
    add_power(o, "detectable", &c->power);
    add_power(o, "detectable_native", &c->native_power);
    json_add_number(o, "find", stats_loss(c->find));
    json_add_count(o, "lost_rows", c->lost_rows);
    json_add_count(o, "lost_targets", c->lost_targets);
    cJSON *counts = json_object();
    for (int v = 0; v < VERDICT_COUNT; v++)
        json_add_count(counts, verdicts[v].id, c->verdicts[v]);
    cJSON_AddItemToObject(o, "verdicts", counts);
    cJSON_AddItemToObject(o, "differences", differences_json(c));
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
