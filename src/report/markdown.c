/* Markdown with tables (as GitHub, GitLab and pandoc read them), for issues and notebooks. Signs
 * are always the UTF-8 ones: a document has no terminal. */
#include <config.h>

#include "report/format.h"
#include "report/report.h"

#include "analysis.h"
#include "report/extra.h"
#include "report/markup.h"
#include "store.h"
#include "text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *percent(char out[16], bool known, double ratio)
{
    return known ? report_percent(out, 16, ratio) : "—";
}

/* "98.2 .. 101.3", "±?" where it says nothing; e NULL, or without one: "— .. —". */
static const char *interval_text(char out[48], const struct stats_estimate *e)
{
    char low[16], high[16];
    bool bounded = e && e->n && e->bounded;
    if (bounded && !stats_telling(e))
        return "±?";
    snprintf(out, 48, "%s .. %s%s", percent(low, bounded, bounded ? exp(e->low) : 0),
             percent(high, bounded, bounded ? exp(e->high) : 0),
             bounded && e->approximate ? " ~" : "");
    return out;
}

static void write_subsystems(const struct result *r, size_t t, FILE *out)
{
    fputs("| subsystem | rows | % of native | 95 % interval | verdict | flags |\n"
          "|---|--:|--:|--:|---|---|\n",
          out);
    for (int s = 0; s <= SUBSYSTEM_COUNT; s++) {
        bool all = s == SUBSYSTEM_COUNT;
        struct subsystem_summary sum = all ? analysis_overall(r, t)
                                           : analysis_subsystem(r, (enum subsystem)s, t);
        char ratio[16], interval[48], letters[FLAG_COUNT + 1];
        if (!sum.total)
            continue;
        fprintf(out, "| %s | %zu/%zu | %s%s | %s | %s %s | %s |\n",
                all ? "**all**" : subsystems[s].title, sum.rows, sum.total,
                r->targets[t].emulated && sum.estimate.n ? "~" : "",
                percent(ratio, sum.estimate.n, exp(sum.estimate.centre)),
                interval_text(interval, &sum.estimate), report_signs[sum.verdict].utf8,
                verdicts[sum.verdict].title, stats_flags(sum.flags, letters));
    }
}

static void write_value(FILE *out, const struct metric *m, const struct figure_value *f)
{
    char text[32];
    fputs(f && f->measured ? text_figure(text, sizeof text, f->value) : "—", out);
    /* What a hypervisor takes is told in both words of time. */
    if (f && f->measured && f->tsc_per_op > 0 && m->row && m->row->figure == FIGURE_TIME_NS)
        fprintf(out, " (%.0f TSC ticks)", f->tsc_per_op);
}

static void write_rows(const struct result *r, const struct report_row *rows, size_t count,
                       size_t t, FILE *out)
{
    fputs("| workload | unit | native | ", out);
    markup_markdown(out, r->targets[t].id);
    fputs(" | % of native | 95 % interval | n | detectable | verdict | flags |\n"
          "|---|---|--:|--:|--:|--:|--:|--:|---|---|\n",
          out);
    for (size_t i = 0; i < count; i++) {
        const struct report_row *row = &rows[i];
        const struct comparison *c = row->comparison;
        if (row->target != t)
            continue;
        char label[128], ratio[16], interval[48], letters[FLAG_COUNT + 1];
        bool any = c && c->estimate.n;
        fputs("| ", out);
        markup_markdown(out, report_label(row->metric, label, sizeof label));
        fprintf(out, " | %s | ", row->metric->row ? workload_unit(row->metric->row) : "");
        write_value(out, row->metric, row->native);
        fputs(" | ", out);
        fputs(r->targets[t].emulated && row->figure && row->figure->measured ? "~" : "", out);
        write_value(out, row->metric, row->figure);
        fprintf(out, " | %s%s | %s | %zu | ", r->targets[t].emulated && any ? "~" : "",
                percent(ratio, any, any ? exp(c->estimate.centre) : 0),
                interval_text(interval, any ? &c->estimate : NULL), any ? c->estimate.n : 0);
        if (any && isfinite(c->detectable))
            fprintf(out, "%.1f %%", 100 * stats_loss(c->detectable));
        else
            fputs("—", out);
        enum verdict v = c ? c->verdict : VERDICT_NOT_MEASURED;
        fprintf(out, " | %s %s | %s |\n", report_signs[v].utf8, verdicts[v].title,
                stats_flags(c ? c->flags : 0, letters));
    }
}

static void write_native(const struct report_row *rows, size_t count, FILE *out)
{
    fputs("| workload | unit | native | 95 % interval | n | noise |\n|---|---|--:|--:|--:|--:|\n",
          out);
    for (size_t i = 0; i < count; i++) {
        const struct figure_value *f = rows[i].figure;
        char label[128], low[32], high[32];
        if (rows[i].target)
            continue;
        fputs("| ", out);
        markup_markdown(out, report_label(rows[i].metric, label, sizeof label));
        fprintf(out, " | %s | ", rows[i].metric->row ? workload_unit(rows[i].metric->row) : "");
        write_value(out, rows[i].metric, f);
        if (f && f->measured && f->bounded)
            fprintf(out, " | %s .. %s", text_figure(low, sizeof low, f->low),
                    text_figure(high, sizeof high, f->high));
        else
            fputs(" | —", out);
        fprintf(out, " | %zu | ", f ? f->n : 0);
        if (f && f->measured && isfinite(f->noise))
            fprintf(out, "%.1f %% |\n", 100 * f->noise);
        else
            fputs("— |\n", out);
    }
}

static void write_extras(const struct result *r, const struct report_row *rows, size_t count,
                         FILE *out)
{
    for (const struct extra *const *kind = extras; *kind; kind++) {
        struct extra_table t;
        extra_table_make(&t, *kind, r, rows, count, NULL, 0);
        if (t.count)
            fprintf(out, "\n## %s\n\n%s.\n\n| workload | target |", (*kind)->title, (*kind)->note);
        for (size_t c = 0; t.count && c < EXTRA_COLUMNS; c++)
            if (t.shown[c])
                fprintf(out, " %s |", (*kind)->columns[c]);
        fputs(t.count ? "\n|---|---|" : "", out);
        for (size_t c = 0; t.count && c < EXTRA_COLUMNS; c++)
            fputs(t.shown[c] ? "--:|" : "", out);
        fputs(t.count ? "\n" : "", out);
        for (size_t i = 0; i < t.count; i++) {
            const struct extra_line *line = &t.lines[i];
            char label[128];
            fputs("| ", out);
            markup_markdown(out, report_label(line->row->metric, label, sizeof label));
            fputs(" | ", out);
            markup_markdown(out, r->targets[line->row->target].id);
            fputs(" |", out);
            for (size_t c = 0; c < EXTRA_COLUMNS; c++)
                if (t.shown[c])
                    fprintf(out, " %s |", line->cells[c]);
            fputc('\n', out);
        }
        free(t.lines);
    }
}

/* Why rows are missing, or why they have no verdict. */
static void write_reasons(const struct result *r, const struct report_row *rows, size_t count,
                          bool doubt, FILE *out)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        const char *reason = doubt ? report_doubt(&rows[i]) : report_own_reason(r, &rows[i]);
        char label[128];
        if (!reason)
            continue;
        if (!any)
            fprintf(out, "\n## %s\n\n",
                    doubt ? "Without a verdict or an interval" : "Not measured or not comparable");
        fputs("- ", out);
        any = true;
        markup_markdown(out, report_label(rows[i].metric, label, sizeof label));
        fputs(" on ", out);
        markup_markdown(out, r->targets[rows[i].target].id);
        fputs(": ", out);
        markup_markdown(out, reason);
        fputc('\n', out);
    }
}

static void say(void *context, const char *sentence)
{
    fputs("- ", context);
    markup_markdown(context, sentence);
    fputc('\n', context);
}

static void write_legend(const struct result *r, FILE *out)
{
    uint32_t used = 0;
    bool shown[VERDICT_COUNT] = {false}, approximate = false, vague = false, brief = false;
    char method[256];
    for (size_t i = 0; i < r->comparison_count; i++) {
        used |= r->comparisons[i].flags;
        shown[r->comparisons[i].verdict] = true;
        approximate |= r->comparisons[i].estimate.approximate;
        vague |= r->comparisons[i].estimate.bounded && !stats_telling(&r->comparisons[i].estimate);
        brief |= r->comparisons[i].stage == 1;
    }
    fprintf(out,
            "\n%% of native is performance: below 100 is slower, for times too. n is the number "
            "of blocks. Detectable is the smallest change that would have been found%s with "
            "80 %% probability. %s\n",
            brief ? ", or noticed in a row that was looked at only briefly," : "",
            report_method(r, method));
    if (approximate)
        fputs("\n`~` after an interval: approximate, from fewer than six blocks.\n", out);
    if (vague)
        fputs("\n`±?`: " REPORT_VAGUE "\n", out);
    if (used & FLAG_EMULATED)
        fputs("\n`~` before a number: emulated, outside of every mean and verdict.\n", out);
    fputc('\n', out);
    for (int v = 0; v < VERDICT_COUNT; v++)
        if (shown[v])
            fprintf(out, "- %s %s\n", report_signs[v].utf8, verdicts[v].title);
    for (size_t i = 0; i < FLAG_COUNT; i++)
        if (used & (1u << i))
            fprintf(out, "- `%c` %s\n", flags[i].letter, flags[i].meaning);
}

static void write_machine(const struct result *r, FILE *out)
{
    fputs("\n## Machine\n\n| fact | value |\n|---|---|\n", out);
    for (size_t i = 0; i < r->fact_count; i++) {
        fputs("| ", out);
        markup_markdown(out, r->facts[i].key);
        fputs(" | ", out);
        markup_markdown(out, r->facts[i].value);
        fputs(" |\n", out);
    }
    fputs(
        "\n| target | by | limits | devices | network | kernel | start |\n|---|---|---|---|---|---|--:|\n",
        out);
    for (size_t i = 0; i < r->target_count; i++) {
        const struct result_target *t = &r->targets[i];
        const char *const cells[] = {
            t->id,    t->how, t->limits, t->devices[0] ? t->devices : "—", report_network(r, t),
            t->kernel};
        for (size_t k = 0; k < sizeof cells / sizeof *cells; k++) {
            fputs("| ", out);
            markup_markdown(out, cells[k]);
            fputc(' ', out);
        }
        if (isfinite(t->start_s))
            fprintf(out, "| %.2f s |\n", t->start_s);
        else
            fputs("| — |\n", out);
    }
    for (size_t i = 0; i < r->target_count; i++) {
        char remarks[RESULT_REMARKS];
        if (!*result_remarks(&r->targets[i], remarks))
            continue;
        fputc('\n', out);
        markup_markdown(out, r->targets[i].id);
        fputs(": ", out);
        markup_markdown(out, remarks);
        fputc('\n', out);
    }
}

static int write_markdown(const struct result *r, FILE *out, struct error *e)
{
    struct report_locale l;
    char started[32], took[32];
    size_t count;
    report_begin(&l);
    struct report_row *rows = report_rows(r, &count);
    fputs("# What does it cost?\n\n", out);
    fprintf(out, "%s, profile ", store_time(started, sizeof started, r->started));
    markup_markdown(out, r->profile[0] ? r->profile : "none");
    fprintf(out, ", %s, vmtax ", text_duration(took, sizeof took, r->elapsed_s));
    markup_markdown(out, r->tool_version);
    fputs("\n", out);
    for (size_t t = 1; t < r->target_count; t++) {
        fputs("\n## ", out);
        markup_markdown(out, r->targets[t].id);
        fputs(r->targets[t].emulated ? " (EMULATED)\n\n" : "\n\n", out);
        write_subsystems(r, t, out);
        fputc('\n', out);
        write_rows(r, rows, count, t, out);
    }
    if (r->target_count == 1) {
        fputs("\n## native\n\n", out);
        write_native(rows, count, out);
    }
    if (report_has_scores(r)) {
        fputs("\n## Score\n\n", out);
        report_scores(r, say, out);
    }
    if (r->target_count > 1)
        write_legend(r, out);
    write_extras(r, rows, count, out);
    write_reasons(r, rows, count, false, out);
    write_reasons(r, rows, count, true, out);
    fputs("\n## To know\n\n", out);
    report_caveats(r, say, out);
    say(out, report_closing);
    write_machine(r, out);
    free(rows);
    return report_end(&l, out, e);
}

const struct report_format report_markdown = {
    .id = "md",
    .what = "tables for a document or an issue",
    .write = write_markdown,
};
