/* The verdict of a check as one page that needs nothing else. The answer first, then why, then what
 * changed as charts with their tables, then every row and what else changed on the machine. */
#include <config.h>

#include "check.h"

#include "report/markup.h"
#include "report/page.h"
#include "store.h"
#include "text.h"
#include "xalloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RULER "before"
#define AXIS  "performance relative to before; left is slower"

/* ---- the answer ---- */

static void write_card(FILE *out, const char *what, const char *class, const char *answer,
                       const char *more)
{
    fputs("<div class=\"answer\">", out);
    markup_text(out, what);
    fprintf(out, "<b class=\"%s\">", class);
    markup_text(out, answer);
    fputs("</b>", out);
    markup_text(out, more);
    fputs("</div>\n", out);
}

static void write_answers(const struct check *c, FILE *out)
{
    static const char *const causes[] = {"nothing", "the host", "the hypervisor", "both"};
    static const char *const hows[] = {"by more than it does between sessions of the baseline",
                                       "native itself moved", "guests moved against native",
                                       "native, and guests against it"};
    const struct check_power *p = c->power.known ? &c->power : &c->native_power;
    enum verdict sign = check_sign(c);
    char counts[160], headline[64], find[32], row[96];
    snprintf(headline, sizeof headline, "%s %s", report_signs[sign].utf8, check_headline(c));
    fputs("<div class=\"answers\">\n", out);
    write_card(out, "Did anything get slower?", sign == VERDICT_WORSE ? "worse" : "same", headline,
               check_counts(c, counts, sizeof counts));
    if (c->group_count && !c->fatal)
        write_card(out, "What changed?", "same", causes[c->cause], hows[c->cause]);
    if (p->known && !c->fatal) {
        snprintf(find, sizeof find, "%.1f %%", fmin(99.9, 100 * stats_loss(p->subsystem)));
        snprintf(row, sizeof row,
                 "in any subsystem, with 80 %% probability; %.1f %% in any single row",
                 fmin(99.9, 100 * stats_loss(p->row)));
        write_card(out, "What would have been found?", "same", find, row);
    }
    fputs("</div>\n", out);
}

static void write_list(FILE *out, const char *title, const char (*lines)[CHECK_ADVICE_TEXT],
                       size_t count)
{
    if (!count)
        return;
    fprintf(out, "<h2>%s</h2>\n<ul>\n", title);
    for (size_t i = 0; i < count; i++) {
        fputs("<li>", out);
        markup_text(out, lines[i]);
        fputs("</li>\n", out);
    }
    fputs("</ul>\n", out);
}

/* ---- tables ---- */

static void put_change(FILE *out, const struct stats_estimate *e, double detectable)
{
    char text[40];
    page_cell(out, "td", "", check_percent(e->centre, text, sizeof text));
    page_cell(out, "td", "", check_interval(e, text, sizeof text));
    snprintf(text, sizeof text, "—");
    if (isfinite(detectable))
        snprintf(text, sizeof text, "%.1f %%", fmin(99.9, 100 * stats_loss(detectable)));
    page_cell(out, "td", "", text);
}

static void write_group_table(const struct check *c, FILE *out)
{
    static const struct page_column columns[] = {
        {"subsystem", true}, {"target", true},         {"rows", false},
        {"change", false},   {"95 % interval", false}, {"would have found", false},
        {"verdict", true},   {"flags", true}};
    PAGE_TABLE(out, "Means over the rows of a subsystem; above 0 is faster", columns);
    for (size_t g = 0; g < c->group_count; g++) {
        const struct check_group *group = &c->groups[g];
        fputs("<tr>", out);
        fputs("<th scope=\"row\">", out);
        markup_text(out, subsystems[group->subsystem].title);
        fputs("</th>", out);
        page_cell(out, "td", "text", group->target);
        fprintf(out, "<td>%zu</td>", group->rows);
        put_change(out, &group->change, group->detectable);
        page_verdict(out, group->verdict, 0);
        fputs("</tr>\n", out);
    }
    page_table_end(out);
}

/* order NULL: as they stand. */
static void write_row_table(const struct check *c, const size_t *order, size_t count,
                            const char *caption, FILE *out)
{
    static const struct page_column columns[] = {{"workload", true},
                                                 {"target", true},
                                                 {"before", false},
                                                 {"now", false},
                                                 {"change", false},
                                                 {"95 % interval", false},
                                                 {"would have found", false},
                                                 {"verdict", true},
                                                 {"flags", true}};
    PAGE_TABLE(out, caption, columns);
    for (size_t k = 0; k < count; k++) {
        const struct compare_row *row = &c->rows[order ? order[k] : k];
        char text[WORKLOAD_ID_MAX + PARAMS_TEXT + 2];
        fputs("<tr><th scope=\"row\">", out);
        markup_text(out, check_label(row, text, sizeof text));
        fputs("</th>", out);
        page_cell(out, "td", "text", row->target);
        page_cell(out, "td", "", check_value(row, row->before, text, sizeof text));
        page_cell(out, "td", "", check_value(row, row->after, text, sizeof text));
        put_change(out, &row->change, row->detectable);
        page_verdict(out, row->verdict, row->flags);
        fputs("</tr>\n", out);
    }
    page_table_end(out);
}

/* ---- charts ---- */

static bool is_native(const char *target)
{
    return strcmp(target, "native") == 0;
}

/* Its place among the series, where it is new behind them. Native is drawn as native everywhere. */
static size_t series_of(struct chart *c, const char *target)
{
    size_t at = 0, guests = 0;
    while (at < c->series_count && strcmp(c->series[at].name, target) != 0)
        guests += !is_native(c->series[at++].name);
    if (at == c->series_count && at < TARGETS_MAX)
        chart_add_series(c, target, is_native(target) ? 0 : guests + 1);
    return at;
}

static struct chart_row *empty_row(struct chart *chart, const char *label, const char *detail)
{
    struct chart_row *row = chart_add_row(chart, label, detail);
    for (size_t i = 0; i < TARGETS_MAX; i++)
        row->mark[i].verdict = VERDICT_NOT_MEASURED;
    return row;
}

static void write_group_chart(const struct check *c, FILE *out)
{
    struct chart chart;
    chart_init(&chart, "", RULER, AXIS);
    for (int s = 0; s < SUBSYSTEM_COUNT; s++) {
        struct chart_row *row = NULL;
        for (size_t g = 0; g < c->group_count; g++) {
            const struct check_group *group = &c->groups[g];
            size_t at = series_of(&chart, group->target);
            if ((int)group->subsystem != s || at == TARGETS_MAX)
                continue;
            if (!row)
                row = empty_row(&chart, subsystems[s].title, "");
            row->margin = subsystems[s].margin;
            row->mark[at] = chart_mark_of(&group->change, group->verdict, false);
        }
    }
    if (chart.count)
        page_chart(out, &chart, "Subsystems relative to before",
                   "A dot and its interval for each mean; the table below has the figures.");
    chart_release(&chart);
}

/* One chart a target: rows that changed on one of them are few on the others. */
static void write_row_charts(const struct check *c, const size_t *order, size_t count, FILE *out)
{
    struct chart who = {.series_count = 0};
    for (size_t k = 0; k < count; k++)
        series_of(&who, c->rows[order[k]].target);
    for (size_t t = 0; t < who.series_count; t++) {
        struct chart chart;
        char title[96];
        chart_init(&chart, "", RULER, AXIS);
        chart_add_series(&chart, who.series[t].name, who.series[t].target);
        for (size_t k = 0; k < count; k++) {
            const struct compare_row *row = &c->rows[order[k]];
            if (strcmp(row->target, who.series[t].name) != 0)
                continue;
            struct chart_row *drawn = empty_row(&chart, row->workload->title, row->params);
            drawn->margin = workload_margin(row->workload);
            drawn->mark[0] = chart_mark_of(&row->change, row->verdict, false);
        }
        snprintf(title, sizeof title, "Rows on %s relative to before", who.series[t].name);
        page_chart(out, &chart, title,
                   "A dot and its interval for each row; the table below has the figures.");
        chart_release(&chart);
    }
}

/* ---- the page ---- */

static void write_changed(const struct check *c, FILE *out)
{
    size_t *order = xcalloc(c->count + 1, sizeof *order);
    size_t n = check_changed(c, order);
    if (n) {
        fprintf(out, "<section>\n<h2>%s</h2>\n",
                c->more ? "Rows, without verdicts" : "Rows that changed, or may have");
        write_row_charts(c, order, n, out);
        write_row_table(c, order, n, "A guest's figure is its performance in % of native", out);
        fputs("</section>\n", out);
    }
    free(order);
}

static void write_differences(const struct check *c, FILE *out)
{
    fputs("<h2>What else changed on the machine</h2>\n", out);
    if (!c->difference_count) {
        fputs("<p>Nothing that is known.</p>\n", out);
        return;
    }
    fputs("<ul>\n", out);
    for (size_t i = 0; i < c->difference_count; i++) {
        fprintf(out, "<li><b>%s</b> ", fact_class_words[c->differences[i].class]);
        markup_text(out, c->differences[i].sentence);
        fputs("</li>\n", out);
    }
    fputs("</ul>\n", out);
}

static void write_legend(const struct check *c, FILE *out)
{
    fputs("<h2>How to read it</h2>\n<ul>\n"
          "<li>A change above 0 is faster, for times too. A guest's figure is its performance in % "
          "of native, so its change is the hypervisor's, and native's own is the host's.</li>\n"
          "<li>A dot is the estimate, its whisker the 95 % interval, the shade what counts as "
          "equal. A cut whisker ends in an arrow.</li>\n"
          "<li>Every subsystem's mean is judged by how much it varies between the sessions of the "
          "baseline, then, within what moved, each row (vmtax-method(7)). What would have been "
          "found is the least loss that is found with 80 % probability.</li>\n",
          out);
    fprintf(out, "<li>vmtax check ended with exit code %d.</li>\n</ul>\n", check_exit(c));
}

void check_write_html(const struct check *c, int64_t when, FILE *out)
{
    struct report_locale l;
    char at[32];
    report_begin(&l);
    page_open(out, "vmtax: did anything get slower?", "Did anything get slower?");
    fputs(store_time(at, sizeof at, when), out);
    if (c->before[0]) {
        fputs("<br>\n", out);
        markup_text(out, c->before);
        fputs("<br>\n", out);
        markup_text(out, c->after);
    }
    page_main(out);
    write_answers(c, out);
    write_list(out, "Verdict", c->advice, c->advice_count);
    if (c->group_count) {
        fputs("<section>\n<h2>Subsystems</h2>\n", out);
        write_group_chart(c, out);
        write_group_table(c, out);
        fputs("</section>\n", out);
    }
    write_changed(c, out);
    write_differences(c, out);
    if (c->count) {
        fputs("<section>\n<h2>Every row</h2>\n", out);
        write_row_table(c, NULL, c->count, "Native first, then each guest", out);
        fputs("</section>\n", out);
    }
    write_legend(c, out);
    page_close(out);
    report_end(&l, out, NULL);
}
