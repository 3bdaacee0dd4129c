/* One page that needs nothing else: no script, no other file. The answer first, then a chart and
 * its table for each subsystem, then what a reader must know to trust them. */
#include <config.h>

#include "report/format.h"
#include "report/report.h"

#include "analysis.h"
#include "report/chart.h"
#include "report/extra.h"
#include "report/markup.h"
#include "report/page.h"
#include "report/svg.h"
#include "store.h"
#include "text.h"
#include "xalloc.h"

#include <math.h>
#include <stdlib.h>

struct page {
    FILE *out;
    const struct result *r;
    const struct report_row *rows;
    size_t count;
    const struct paper *paper; /* NULL: not at hand */
};

static void put_estimate(FILE *out, const struct stats_estimate *e, bool emulated)
{
    char text[64] = "—", low[16], high[16];
    if (e->n) {
        report_percent(low, sizeof low, exp(e->centre));
        snprintf(text, sizeof text, "%s%s", emulated ? "~" : "", low);
    }
    page_cell(out, "td", "", text);
    if (stats_telling(e))
        snprintf(text, sizeof text, "%s .. %s%s", report_percent(low, sizeof low, exp(e->low)),
                 report_percent(high, sizeof high, exp(e->high)), e->approximate ? " ~" : "");
    page_cell(out, "td", "", stats_telling(e) ? text : e->n && e->bounded ? "±?" : "—");
}

/* ---- the answer ---- */

static void write_answer(const struct page *p, size_t t)
{
    struct subsystem_summary sum = analysis_overall(p->r, t);
    const struct result_target *target = &p->r->targets[t];
    char ratio[16], low[16], high[16];
    fputs("<div class=\"answer\">", p->out);
    markup_printf(p->out, "%s%s", target->id, target->emulated ? " (EMULATED)" : "");
    if (sum.estimate.n) {
        fputs("<b>", p->out);
        markup_printf(p->out, "%s%s %%", target->emulated ? "~" : "",
                      report_percent(ratio, sizeof ratio, exp(sum.estimate.centre)));
        fputs("</b>of native", p->out);
        if (stats_telling(&sum.estimate))
            markup_printf(p->out, ", %s .. %s",
                          report_percent(low, sizeof low, exp(sum.estimate.low)),
                          report_percent(high, sizeof high, exp(sum.estimate.high)));
        markup_printf(p->out, ": %s, %zu of %zu rows", verdicts[sum.verdict].title, sum.rows,
                      sum.total);
    } else {
        fputs("<b>—</b>", p->out);
        markup_printf(p->out, "no mean: %s",
                      target->emulated ? "emulated in software" : verdicts[sum.verdict].title);
    }
    fputs("</div>\n", p->out);
}

static void write_overview(const struct page *p)
{
    static const struct page_column columns[] = {
        {"subsystem", true},      {"target", true},  {"rows", false}, {"% of native", false},
        {"95 % interval", false}, {"verdict", true}, {"flags", true}};
    struct chart c;
    chart_overview(&c, p->r);
    if (c.count) {
        page_chart(p->out, &c, "All subsystems",
                   "Means of each subsystem relative to native; the table below has the figures.");
    }
    chart_release(&c);
    PAGE_TABLE(p->out, "Geometric means over rows; all: over subsystems", columns);
    for (int s = 0; s <= SUBSYSTEM_COUNT; s++)
        for (size_t t = 1; t < p->r->target_count; t++) {
            bool all = s == SUBSYSTEM_COUNT;
            struct subsystem_summary sum = all ? analysis_overall(p->r, t)
                                               : analysis_subsystem(p->r, (enum subsystem)s, t);
            char rows[48];
            if (!sum.total)
                continue;
            fputs("<tr>", p->out);
            fputs("<th scope=\"row\">", p->out);
            markup_text(p->out, all ? "all" : subsystems[s].title);
            fputs("</th>", p->out);
            page_cell(p->out, "td", "text", p->r->targets[t].id);
            snprintf(rows, sizeof rows, "%zu/%zu", sum.rows, sum.total);
            page_cell(p->out, "td", "", rows);
            put_estimate(p->out, &sum.estimate, p->r->targets[t].emulated);
            page_verdict(p->out, sum.verdict, sum.flags);
            fputs("</tr>\n", p->out);
        }
    page_table_end(p->out);
}

/* ---- subsystems ---- */

static bool belongs(const struct report_row *row, int s)
{
    return s == SUBSYSTEM_COUNT ? !row->metric->row
                                : row->metric->row && (int)row->metric->row->subsystem == s;
}

static void put_value(FILE *out, const struct report_row *row, const struct figure_value *f,
                      bool emulated)
{
    char text[64] = "—", value[16];
    const struct workload *w = row->metric->row;
    if (f && f->measured)
        snprintf(text, sizeof text, "%s%s %s", emulated ? "~" : "",
                 text_figure(value, sizeof value, f->value), w ? workload_unit(w) : "");
    page_cell(out, "td", "", text);
}

static void write_compared(const struct page *p, int s)
{
    static const struct page_column columns[] = {
        {"workload", true},     {"target", true},         {"native", false}, {"measured", false},
        {"% of native", false}, {"95 % interval", false}, {"blocks", false}, {"detectable", false},
        {"verdict", true},      {"flags", true}};
    PAGE_TABLE(p->out, "Every row; detectable is the loss that would have been found", columns);
    for (size_t i = 0; i < p->count; i++) {
        const struct report_row *row = &p->rows[i];
        const struct comparison *c = row->comparison, none = {.verdict = VERDICT_NOT_MEASURED};
        char label[128], text[32] = "—";
        if (!belongs(row, s) || row->target == 0)
            continue;
        if (!c)
            c = &none;
        fputs("<tr><th scope=\"row\">", p->out);
        markup_text(p->out, report_label(row->metric, label, sizeof label));
        fputs("</th>", p->out);
        page_cell(p->out, "td", "text", p->r->targets[row->target].id);
        put_value(p->out, row, row->native, false);
        put_value(p->out, row, row->figure, p->r->targets[row->target].emulated);
        put_estimate(p->out, &c->estimate, p->r->targets[row->target].emulated);
        if (c->estimate.n && isfinite(c->detectable))
            snprintf(text, sizeof text, "%.1f %%", 100 * stats_loss(c->detectable));
        fprintf(p->out, "<td>%zu</td>", c->estimate.n);
        page_cell(p->out, "td", "", text);
        page_verdict(p->out, c->verdict, c->flags);
        fputs("</tr>\n", p->out);
    }
    page_table_end(p->out);
}

static void write_native(const struct page *p, int s)
{
    static const struct page_column columns[] = {{"workload", true},
                                                 {"native", false},
                                                 {"95 % interval", false},
                                                 {"slots", false},
                                                 {"noise", false}};
    PAGE_TABLE(p->out, "Native alone", columns);
    for (size_t i = 0; i < p->count; i++) {
        const struct report_row *row = &p->rows[i];
        const struct figure_value *f = row->figure;
        char label[128], text[64], low[16], high[16];
        bool bounded = f && f->measured && f->bounded;
        if (!belongs(row, s) || row->target)
            continue;
        fputs("<tr><th scope=\"row\">", p->out);
        markup_text(p->out, report_label(row->metric, label, sizeof label));
        fputs("</th>", p->out);
        put_value(p->out, row, f, false);
        if (bounded)
            snprintf(text, sizeof text, "%s .. %s", text_figure(low, sizeof low, f->low),
                     text_figure(high, sizeof high, f->high));
        page_cell(p->out, "td", "", bounded ? text : "—");
        fprintf(p->out, "<td>%zu</td>", f ? f->n : 0);
        bool noisy = f && f->measured && isfinite(f->noise);
        if (noisy)
            snprintf(text, sizeof text, "%.1f %%", 100 * f->noise);
        page_cell(p->out, "td", "", noisy ? text : "—");
        fputs("</tr>\n", p->out);
    }
    page_table_end(p->out);
}

static void write_extras(const struct page *p, int s)
{
    for (const struct extra *const *kind = extras; *kind; kind++) {
        struct page_column columns[EXTRA_COLUMNS + 2] = {{"workload", true}, {"target", true}};
        size_t used = 2;
        struct extra_table t;
        extra_table_make(&t, *kind, p->r, p->rows, p->count, belongs, s);
        for (size_t c = 0; c < EXTRA_COLUMNS; c++)
            if (t.shown[c])
                columns[used++] = (struct page_column){(*kind)->columns[c], false};
        if (t.count)
            page_table(p->out, (*kind)->note, columns, used);
        for (size_t i = 0; i < t.count; i++) {
            const struct extra_line *line = &t.lines[i];
            char label[128];
            fputs("<tr><th scope=\"row\">", p->out);
            markup_text(p->out, report_label(line->row->metric, label, sizeof label));
            fputs("</th>", p->out);
            page_cell(p->out, "td", "text", p->r->targets[line->row->target].id);
            for (size_t c = 0; c < EXTRA_COLUMNS; c++)
                if (t.shown[c])
                    page_cell(p->out, "td", "", line->cells[c]);
            fputs("</tr>\n", p->out);
        }
        if (t.count)
            page_table_end(p->out);
        free(t.lines);
    }
}

static void write_charts(const struct page *p, enum subsystem s)
{
    struct chart c;
    char title[96];
    size_t sweep_count;
    struct chart_sweep *sweeps = chart_sweep_find(p->r, s, &sweep_count);
    chart_subsystem(&c, p->r, p->rows, p->count, s, p->paper);
    if (c.count) {
        snprintf(title, sizeof title, "%s relative to native", subsystems[s].title);
        c.title[0] = '\0'; /* the section's heading has it */
        page_chart(p->out, &c, title,
                   "A dot and its interval for each row; the table below has the figures.");
    }
    if (sweep_count) {
        snprintf(title, sizeof title, "%s: figures over a parameter", subsystems[s].title);
        fputs("<figure>\n", p->out);
        svg_open(p->out, CHART_WIDTH, chart_sweep_height(sweep_count), title,
                 "Lines of native and of each guest; the table below has the figures.", false);
        chart_sweep_draw(p->r, p->rows, sweeps, sweep_count, p->out);
        svg_close(p->out);
        fputs("</figure>\n", p->out);
    }
    chart_release(&c);
    free(sweeps);
}

static void write_subsystem(const struct page *p, int s)
{
    bool any = false;
    for (size_t i = 0; i < p->count && !any; i++)
        any = belongs(&p->rows[i], s);
    if (!any)
        return;
    fputs("<section>\n<h2>", p->out);
    markup_text(p->out, s == SUBSYSTEM_COUNT ? "Unknown to this version" : subsystems[s].title);
    fputs("</h2>\n", p->out);
    if (s < SUBSYSTEM_COUNT) {
        fputs("<p class=\"quiet\">In the paper: ", p->out);
        markup_text(p->out, subsystems[s].instruments);
        fputs("</p>\n", p->out);
        write_charts(p, (enum subsystem)s);
    }
    if (p->r->target_count > 1)
        write_compared(p, s);
    else
        write_native(p, s);
    write_extras(p, s);
    fputs("</section>\n", p->out);
}

/* ---- what to know ---- */

static void say(void *context, const char *sentence)
{
    const struct page *p = context;
    fputs("<li>", p->out);
    markup_text(p->out, sentence);
    fputs("</li>\n", p->out);
}

static void write_reasons(const struct page *p, const char *title, bool doubt)
{
    bool any = false;
    for (size_t i = 0; i < p->count; i++) {
        const struct report_row *row = &p->rows[i];
        const char *reason = doubt ? report_doubt(row) : report_own_reason(p->r, row);
        char label[128];
        if (!reason)
            continue;
        if (!any)
            fprintf(p->out, "<h2>%s</h2>\n<ul>\n", title);
        any = true;
        fputs("<li>", p->out);
        markup_text(p->out, report_label(row->metric, label, sizeof label));
        markup_printf(p->out, " on %s: %s", p->r->targets[row->target].id, reason);
        fputs("</li>\n", p->out);
    }
    if (any)
        fputs("</ul>\n", p->out);
}

static void write_legend(const struct page *p)
{
    uint32_t used = 0;
    char method[256];
    for (size_t i = 0; i < p->r->comparison_count; i++)
        used |= p->r->comparisons[i].flags;
    fputs("<h2>How to read it</h2>\n<ul>\n", p->out);
    say((void *)p, "% of native is performance: below 100 is slower, for times too. A dot is the "
                   "estimate, its whisker the interval, the shade around native what counts as "
                   "equal. A cut whisker ends in an arrow.");
    say((void *)p, "~ after an interval: approximate, from fewer than six blocks. ±?: " REPORT_VAGUE
                   " ~ before a number: emulated, outside of every mean and verdict. Both are "
                   "hollow marks.");
    say((void *)p, report_method(p->r, method));
    if (p->paper) {
        fputs("<li>Grey marks are the paper's own ratios (", p->out);
        markup_printf(p->out, "“%s”, on %s), of another machine and time.", p->paper->title,
                      p->paper->machine);
        fputs("</li>\n", p->out);
    }
    for (size_t i = 0; i < FLAG_COUNT; i++)
        if (used & (1u << i)) {
            char line[160];
            snprintf(line, sizeof line, "%c: %s", flags[i].letter, flags[i].meaning);
            say((void *)p, line);
        }
    fputs("</ul>\n", p->out);
}

static void write_targets(const struct page *p)
{
    static const struct page_column columns[] = {
        {"target", true},  {"by", true},     {"limits", true}, {"devices", true},
        {"network", true}, {"kernel", true}, {"remark", true}};
    PAGE_TABLE(p->out, "Targets", columns);
    for (size_t i = 0; i < p->r->target_count; i++) {
        const struct result_target *t = &p->r->targets[i];
        char remarks[RESULT_REMARKS];
        const char *const words[] = {t->how,     t->limits,
                                     t->devices, report_network(p->r, t),
                                     t->kernel,  result_remarks(t, remarks)};
        fputs("<tr><th scope=\"row\">", p->out);
        markup_text(p->out, t->id);
        fputs("</th>", p->out);
        for (size_t k = 0; k < sizeof words / sizeof *words; k++)
            page_cell(p->out, "td", "long", words[k][0] ? words[k] : "—");
        fputs("</tr>\n", p->out);
    }
    page_table_end(p->out);
}

static void write_machine(const struct page *p)
{
    static const struct page_column columns[] = {{"fact", true}, {"value", true}};
    fputs("<h2>To know</h2>\n<ul>\n", p->out);
    report_caveats(p->r, say, (void *)p);
    say((void *)p, report_closing);
    fputs("</ul>\n", p->out);
    if (p->r->target_count || p->r->fact_count)
        fputs("<h2>Machine</h2>\n", p->out);
    if (p->r->target_count)
        write_targets(p);
    if (!p->r->fact_count)
        return;
    PAGE_TABLE(p->out, "Facts", columns);
    for (size_t i = 0; i < p->r->fact_count; i++) {
        fputs("<tr><th scope=\"row\">", p->out);
        markup_text(p->out, p->r->facts[i].key);
        fputs("</th>", p->out);
        page_cell(p->out, "td", "long", p->r->facts[i].value);
        fputs("</tr>\n", p->out);
    }
    page_table_end(p->out);
}

static void write_page(const struct page *p)
{
    const struct result *r = p->r;
    char started[32], took[32];
    page_open(p->out, "vmtax: what does it cost?", "What does it cost?");
    markup_printf(p->out, "%s, profile %s, %s, vmtax %s",
                  store_time(started, sizeof started, r->started),
                  r->profile[0] ? r->profile : "none",
                  text_duration(took, sizeof took, r->elapsed_s), r->tool_version);
    page_main(p->out);
    if (r->target_count > 1) {
        fputs("<div class=\"answers\">\n", p->out);
        for (size_t t = 1; t < r->target_count; t++)
            write_answer(p, t);
        fputs("</div>\n", p->out);
        write_overview(p);
    } else {
        fputs("<p>Native only: nothing to compare with.</p>\n", p->out);
    }
    for (int s = 0; s <= SUBSYSTEM_COUNT; s++)
        write_subsystem(p, s);
    if (report_has_scores(r)) {
        fputs("<h2>Score</h2>\n<ul>\n", p->out);
        report_scores(r, say, (void *)p);
        fputs("</ul>\n", p->out);
    }
    write_reasons(p, "Not measured or not comparable", false);
    write_reasons(p, "Without a verdict or an interval", true);
    if (r->comparison_count)
        write_legend(p);
    write_machine(p);
    page_close(p->out);
}

static int write_html(const struct result *r, FILE *out, struct error *e)
{
    struct report_locale l;
    struct error ignored;
    struct page p = {.out = out, .r = r};
    struct paper *paper = xcalloc(1, sizeof *paper);
    report_begin(&l);
    struct report_row *rows = report_rows(r, &p.count);
    p.rows = rows;
    p.paper = paper_load(paper, &ignored) == 0 ? paper : NULL;
    write_page(&p);
    free(rows);
    free(paper);
    return report_end(&l, out, e);
}

const struct report_format report_html = {
    .id = "html",
    .what = "a page with charts, in one file",
    .write = write_html,
};
