/* The findings for who listens: screen readers, and logs. Sentences in ASCII, each on a line and
 * whole by itself; no columns, no signs, the conspicuous first. */
#include <config.h>

#include "report/format.h"
#include "report/report.h"

#include "analysis.h"
#include "store.h"
#include "text.h"
#include "xalloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct plain {
    FILE *out;
    const struct result *r;
    const struct report_row *rows;
    size_t row_count;
};

/* A sentence that grows. */
struct line {
    char text[1024];
};

static void add(struct line *l, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct line *l, const char *format, ...)
{
    size_t used = strlen(l->text);
    va_list args;
    va_start(args, format);
    vsnprintf(l->text + used, sizeof l->text - used, format, args);
    va_end(args);
}

static void put(void *context, const char *sentence)
{
    const struct plain *p = context;
    size_t length = strlen(sentence);
    text_put_ascii(p->out, sentence);
    fputs(length && strchr(".?!", sentence[length - 1]) ? "\n" : ".\n", p->out);
}

static void say(const struct plain *p, struct line *l)
{
    put((void *)p, l->text);
    l->text[0] = '\0';
}

static void add_percent(struct line *l, double ratio)
{
    char text[16];
    add(l, "%s", report_percent(text, sizeof text, ratio));
}

/* "97.3 percent of native, interval 95.1 to 99.6" */
static void add_ratio(struct line *l, const struct stats_estimate *s)
{
    add_percent(l, exp(s->centre));
    add(l, " percent of native, ");
    if (!s->bounded) {
        add(l, "no interval");
    } else if (!stats_telling(s)) {
        add(l, "an interval that says nothing");
    } else {
        add(l, "%sinterval ", s->approximate ? "approximate " : "");
        add_percent(l, exp(s->low));
        add(l, " to ");
        add_percent(l, exp(s->high));
    }
}

/* "membw.frd, size 64K, cpus 1" */
static void add_label(struct line *l, const struct metric *m)
{
    add(l, "%s%s", m->workload, m->params[0] ? ", " : "");
    for (const char *c = m->params; *c; c++)
        add(l, *c == ' ' ? ", " : *c == '=' ? " " : "%c", *c);
}

static const char *unit_words(const struct workload *w)
{
    static const char *const words[] = {
        [FIGURE_TIME_S] = "seconds",
        [FIGURE_TIME_MS] = "milliseconds",
        [FIGURE_TIME_US] = "microseconds",
        [FIGURE_TIME_NS] = "nanoseconds",
        [FIGURE_OPS_PER_S] = "operations per second",
        [FIGURE_MB_PER_S] = "megabytes per second",
        [FIGURE_GFLOPS] = "billion floating-point operations per second",
        [FIGURE_NONE] = "",
    };
    return w ? words[w->figure] : "";
}

/* Whole numbers are spoken as such: 55100, not 55.1k. */
static void add_number(struct line *l, double value)
{
    char text[16];
    if (value >= 1000)
        add(l, "%.0f", value);
    else
        add(l, "%s", text_figure(text, sizeof text, value));
}

/* "1.213"; of nothing "not measured" */
static void add_figure(struct line *l, const struct figure_value *f)
{
    if (f && f->measured)
        add_number(l, f->value);
    else
        add(l, "not measured");
}

static void add_flags(struct line *l, uint32_t bits)
{
    const char *before = " Flags: ";
    for (size_t i = 0; i < FLAG_COUNT; i++)
        if (bits & 1u << i) {
            add(l, "%s%s", before, flags[i].id);
            before = ", ";
        }
    if (bits)
        add(l, ".");
}

/* " Native lost 0.1 percent of its datagrams.": a bandwidth alone does not tell it. */
static void add_loss(struct line *l, const char *who, const struct figure_value *f)
{
    if (f && f->arrival.sent)
        add(l, " %s lost %.2f percent of its datagrams, those of lead-ins counted.", who,
            100 * arrival_loss(&f->arrival));
}

/* " Native had 2 errors." of requests or transactions: none where they are counted are told, too.
 */
static void add_errors(struct line *l, const char *who, const struct figure_value *f,
                       const struct workload *w)
{
    if (!f || !figure_counts_errors(f, w))
        return;
    unsigned long long errors = f->statements.errors;
    if (errors)
        add(l, " %s had %llu error%s.", who, errors, errors == 1 ? "" : "s");
    else
        add(l, " %s had no errors.", who);
}

static void say_answer(const struct plain *p, size_t t)
{
    const struct result_target *target = &p->r->targets[t];
    struct subsystem_summary all = analysis_overall(p->r, t);
    struct line l = {""};
    if (target->emulated)
        add(&l, "%s is emulated: its figures are shown, never judged.", target->id);
    else if (!all.estimate.n || !isfinite(all.estimate.centre))
        add(&l, "%s was not compared with native; the reasons are told below.", target->id);
    else {
        add(&l, "%s, everything together: %s, ", target->id, verdicts[all.verdict].title);
        add_ratio(&l, &all.estimate);
        add(&l, ".");
    }
    say(p, &l);
}

static void say_subsystems(const struct plain *p, size_t t)
{
    for (int s = 0; s < SUBSYSTEM_COUNT; s++) {
        struct subsystem_summary sum = analysis_subsystem(p->r, (enum subsystem)s, t);
        struct line l = {""};
        if (!sum.total)
            continue;
        add(&l, "%s, %s: %s, ", p->r->targets[t].id, subsystems[s].title,
            verdicts[sum.verdict].title);
        if (sum.estimate.n && isfinite(sum.estimate.centre)) {
            add_ratio(&l, &sum.estimate);
            add(&l, ", ");
        }
        add(&l, "%zu of %zu rows.", sum.rows, sum.total);
        add_flags(&l, sum.flags);
        say(p, &l);
    }
}

/* By verdict, and in each the slowest first. */
static int by_weight(const void *a, const void *b)
{
    static const int weights[VERDICT_COUNT] = {
        [VERDICT_SLIGHTLY_WORSE] = 1, [VERDICT_BETTER] = 2,         [VERDICT_INCONCLUSIVE] = 3,
        [VERDICT_NO_SIGN] = 4,        [VERDICT_SAME] = 5,           [VERDICT_NOT_MEASURED] = 6,
        [VERDICT_CANNOT] = 6,         [VERDICT_NOT_COMPARABLE] = 6,
    };
    const struct comparison *x = (*(const struct report_row *const *)a)->comparison;
    const struct comparison *y = (*(const struct report_row *const *)b)->comparison;
    double d = x->estimate.centre - y->estimate.centre;
    int w = weights[x->verdict] - weights[y->verdict];
    return w ? w : (d > 0) - (d < 0);
}

static void say_row(const struct plain *p, const struct report_row *row)
{
    const struct comparison *c = row->comparison;
    const char *id = p->r->targets[row->target].id;
    struct line l = {""};
    add_label(&l, row->metric);
    add(&l, " on %s: %s, ", id, verdicts[c->verdict].title);
    add_ratio(&l, &c->estimate);
    add(&l, ", %zu block%s", c->estimate.n, c->estimate.n == 1 ? "" : "s");
    if (isfinite(c->detectable))
        add(&l, ", would have %s %.1f percent", c->stage == 1 ? "noticed" : "found",
            100 * stats_loss(c->detectable));
    add(&l, ". Native ");
    add_figure(&l, row->native);
    add(&l, ", %s ", id);
    add_figure(&l, row->figure);
    add(&l, " %s.", unit_words(row->metric->row));
    add_loss(&l, "Native", row->native);
    add_loss(&l, id, row->figure);
    add_errors(&l, "Native", row->native, row->metric->row);
    add_errors(&l, id, row->figure, row->metric->row);
    add_flags(&l, c->flags);
    if (report_doubt(row))
        add(&l, " In doubt: %s", report_doubt(row));
    say(p, &l);
}

static void say_rows(const struct plain *p, size_t t)
{
    const struct report_row **rows = xcalloc(p->row_count + 1, sizeof *rows);
    size_t count = 0;
    for (size_t i = 0; i < p->row_count; i++)
        if (p->rows[i].target == t && p->rows[i].comparison && p->rows[i].comparison->estimate.n)
            rows[count++] = &p->rows[i];
    qsort(rows, count, sizeof *rows, by_weight);
    for (size_t i = 0; i < count; i++)
        say_row(p, rows[i]);
    free(rows);
}

static void say_native(const struct plain *p)
{
    put((void *)p, "Native only: nothing to compare with.");
    for (size_t i = 0; i < p->row_count; i++) {
        const struct figure_value *f = p->rows[i].figure;
        struct line l = {""};
        if (p->rows[i].target || !f || !f->measured)
            continue;
        add_label(&l, p->rows[i].metric);
        add(&l, " on native: ");
        add_number(&l, f->value);
        add(&l, " %s", unit_words(p->rows[i].metric->row));
        if (f->bounded) {
            add(&l, ", interval ");
            add_number(&l, f->low);
            add(&l, " to ");
            add_number(&l, f->high);
        }
        add(&l, ", %zu slot%s.", f->n, f->n == 1 ? "" : "s");
        add_loss(&l, "Native", f);
        add_errors(&l, "Native", f, p->rows[i].metric->row);
        say(p, &l);
    }
}

/* What is missing, or not judged; of guests only what is not native's matter already. */
static void say_reasons(const struct plain *p)
{
    for (size_t i = 0; i < p->row_count; i++) {
        const struct report_row *row = &p->rows[i], *native = row - row->target;
        const char *reason = report_own_reason(p->r, row), *same = report_reason(p->r, native);
        struct line l = {""};
        if (!reason || (row != native && same && strcmp(same, reason) == 0))
            continue;
        add(&l, "Not measured, or not comparable: ");
        add_label(&l, row->metric);
        add(&l, " on %s: %s", p->r->targets[row->target].id, reason);
        say(p, &l);
    }
}

static void say_flags(const struct plain *p)
{
    uint32_t used = 0;
    for (size_t i = 0; i < p->r->comparison_count; i++)
        used |= p->r->comparisons[i].flags;
    for (size_t i = 0; i < FLAG_COUNT; i++)
        if (used & 1u << i) {
            struct line l = {""};
            add(&l, "Flag %s: %s", flags[i].id, flags[i].meaning);
            say(p, &l);
        }
}

static void say_head(const struct plain *p)
{
    char when[32], method[256];
    struct line l = {""};
    add(&l,
        "Findings of %s, profile %s. Performance relative to native: below 100 is slower, for "
        "times too; intervals are of 95 percent.",
        store_time(when, sizeof when, p->r->started), p->r->profile[0] ? p->r->profile : "none");
    say(p, &l);
    if (p->r->comparison_count)
        put((void *)p, report_method(p->r, method));
}

static int write_plain(const struct result *r, FILE *out, struct error *e)
{
    struct report_locale l;
    struct plain p = {.out = out, .r = r};
    report_begin(&l);
    struct report_row *rows = report_rows(r, &p.row_count);
    p.rows = rows;
    say_head(&p);
    for (size_t t = 1; t < r->target_count; t++)
        say_answer(&p, t);
    report_caveats(r, put, &p);
    put(&p, report_closing);
    for (size_t t = 1; t < r->target_count; t++) {
        say_subsystems(&p, t);
        say_rows(&p, t);
    }
    if (r->target_count == 1)
        say_native(&p);
    report_scores(r, put, &p);
    report_engines(r, put, &p);
    if (!p.row_count)
        put(&p, "Nothing was measured.");
    say_flags(&p);
    say_reasons(&p);
    free(rows);
    return report_end(&l, out, e);
}

const struct report_format report_plain = {
    .id = "plain",
    .what = "sentences, one finding a line: for screen readers and logs",
    .write = write_plain,
};
