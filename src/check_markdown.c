/* The verdict of a check as Markdown with tables, for an issue or a notebook. Signs are always the
 * UTF-8 ones: a document has no terminal. */
#include <config.h>

#include "check.h"

#include "report/format.h"
#include "report/markup.h"
#include "store.h"
#include "text.h"
#include "xalloc.h"

#include <math.h>
#include <stdlib.h>

static const char *percent(char out[16], double loss)
{
    if (isfinite(loss))
        snprintf(out, 16, "%.1f %%", fmin(99.9, 100 * loss));
    else
        snprintf(out, 16, "—");
    return out;
}

static void write_change(const struct stats_estimate *e, double detectable, FILE *out)
{
    char change[24], interval[40], find[16];
    fprintf(out, " %s | ", check_percent(e->centre, change, sizeof change));
    markup_markdown(out, check_interval(e, interval, sizeof interval));
    fprintf(out, " | %s | ", percent(find, isfinite(detectable) ? stats_loss(detectable) : NAN));
}

static void write_groups(const struct check *c, FILE *out)
{
    if (!c->group_count)
        return;
    fputs("\n## Subsystems\n\n"
          "| subsystem | target | rows | change | 95 % interval | would have found | verdict |\n"
          "|---|---|--:|--:|--:|--:|---|\n",
          out);
    for (size_t g = 0; g < c->group_count; g++) {
        const struct check_group *group = &c->groups[g];
        fprintf(out, "| %s | ", subsystems[group->subsystem].title);
        markup_markdown(out, group->target);
        fprintf(out, " | %zu |", group->rows);
        write_change(&group->change, group->detectable, out);
        fprintf(out, "%s %s |\n", report_signs[group->verdict].utf8,
                verdicts[group->verdict].title);
    }
}

static void write_rows(const struct check *c, FILE *out)
{
    size_t *order = xcalloc(c->count + 1, sizeof *order);
    size_t n = check_changed(c, order);
    uint32_t used = 0;
    if (n)
        fprintf(out,
                "\n## %s\n\n| workload | target | before | now | change | 95 %% interval | would "
                "have found | verdict |\n|---|---|--:|--:|--:|--:|--:|---|\n",
                c->more ? "Rows, without verdicts" : "Rows that changed, or may have");
    for (size_t k = 0; k < n; k++) {
        const struct compare_row *row = &c->rows[order[k]];
        char label[WORKLOAD_ID_MAX + PARAMS_TEXT + 2], before[48], after[48];
        char letters[FLAG_COUNT + 1];
        fputs("| ", out);
        markup_markdown(out, check_label(row, label, sizeof label));
        fputs(" | ", out);
        markup_markdown(out, row->target);
        fprintf(out, " | %s | %s |", check_value(row, row->before, before, sizeof before),
                check_value(row, row->after, after, sizeof after));
        write_change(&row->change, row->detectable, out);
        fprintf(out, "%s %s%s%s%s |\n", report_signs[row->verdict].utf8,
                verdicts[row->verdict].title, row->flags ? " `" : "",
                stats_flags(row->flags, letters), row->flags ? "`" : "");
        used |= row->flags;
    }
    if (used)
        fputc('\n', out);
    for (size_t i = 0; i < FLAG_COUNT; i++)
        if (used & 1u << i)
            fprintf(out, "- `%c` %s\n", flags[i].letter, flags[i].meaning);
    free(order);
}

static void write_line(FILE *out, const char *words)
{
    fputs("- ", out);
    markup_markdown(out, words);
    fputc('\n', out);
}

void check_write_markdown(const struct check *c, int64_t when, FILE *out)
{
    struct report_locale l;
    char at[32], counts[160];
    report_begin(&l);
    fprintf(out, "# %s %s\n\n%s: %s\n\n", report_signs[check_sign(c)].utf8, check_headline(c),
            store_time(at, sizeof at, when), check_counts(c, counts, sizeof counts));
    if (c->before[0]) {
        write_line(out, c->before);
        write_line(out, c->after);
    }
    if (c->advice_count)
        fputs("\n## Verdict\n\n", out);
    for (size_t i = 0; i < c->advice_count; i++)
        write_line(out, c->advice[i]);
    write_groups(c, out);
    write_rows(c, out);
    fputs("\n## What else changed on the machine\n\n", out);
    for (size_t i = 0; i < c->difference_count; i++) {
        fprintf(out, "- **%s** ", fact_class_words[c->differences[i].class]);
        markup_markdown(out, c->differences[i].sentence);
        fputc('\n', out);
    }
    if (!c->difference_count)
        fputs("Nothing that is known.\n", out);
    fprintf(out,
            "\nA change above 0 is faster. A guest's figure is its performance in %% of native. "
            "What would have been found is the least loss that is found with 80 %% probability. "
            "Exit code %d.\n",
            check_exit(c));
    report_end(&l, out, NULL);
}
