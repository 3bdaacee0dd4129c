/* Comma-separated values by RFC 4180: a header line, then one row for each metric on each target,
 * CRLF. A value that was not measured is an empty field, with the reason in its column. */
#include <config.h>

#include "report/format.h"
#include "report/report.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct writer {
    FILE *out;
    bool begun; /* the line has a field */
};

static void text(struct writer *w, const char *value)
{
    if (w->begun)
        fputc(',', w->out);
    w->begun = true;
    /* A spreadsheet would run what begins like a formula; the words may be a guest's. */
    bool formula = value[0] && strchr("=+-@", value[0]);
    if (!formula && !strpbrk(value, ",\"\r\n")) {
        fputs(value, w->out);
        return;
    }
    fputc('"', w->out);
    if (formula)
        fputc('\'', w->out);
    for (; *value; value++) {
        if (*value == '"')
            fputc('"', w->out);
        fputc(*value, w->out);
    }
    fputc('"', w->out);
}

/* Not text(): a number may begin with a minus. */
static void number(struct writer *w, bool known, double value)
{
    if (w->begun)
        fputc(',', w->out);
    w->begun = true;
    if (known && isfinite(value))
        fprintf(w->out, "%.9g", value);
}

static void count(struct writer *w, bool known, uint64_t value)
{
    if (w->begun)
        fputc(',', w->out);
    w->begun = true;
    if (known)
        fprintf(w->out, "%llu", (unsigned long long)value);
}

static void end(struct writer *w)
{
    fputs("\r\n", w->out);
    w->begun = false;
}

static const char *const columns[] = {
    "workload",
    "params",
    "subsystem",
    "target",
    "reference",
    "unit",
    "better",
    "n",
    "value",
    "value_low",
    "value_high",
    "noise",
    "verified",
    "p50_us",
    "p90_us",
    "p99_us",
    "p99_9_us",
    "max_us",
    "pairs",
    "ratio",
    "ratio_low",
    "ratio_high",
    "level",
    "approximate",
    "outliers",
    "detectable",
    "p",
    "stage",
    "verdict",
    "flags",
    "reason",
    "tsc_per_op",
    "iops",
    "datagrams_sent",
    "datagrams_received",
    "datagrams_reordered",
    "datagrams_loss",
    "sent_mb_per_s",
};

/* Then, for each white-box counter, its rate: "exits_per_s", "cpu_s_per_s"; and: */
static const char *const cost_columns[] = {"exits_by", "counted_s_per_op"};

/* And last, of a server and of other programs than ours: */
static const char *const server_columns[] = {"errors", "reads_per_s", "writes_per_s",
                                             "others_per_s", "engine"};

static void write_cost_columns(struct writer *w)
{
    for (enum counter i = 0; i < COUNTER_COUNT; i++) {
        char column[64];
        snprintf(column, sizeof column, "%s_per_s", counter_kinds[i].id);
        text(w, column);
    }
    for (size_t i = 0; i < sizeof cost_columns / sizeof *cost_columns; i++)
        text(w, cost_columns[i]);
    for (size_t i = 0; i < sizeof server_columns / sizeof *server_columns; i++)
        text(w, server_columns[i]);
}

static void write_cost(struct writer *w, const struct figure_value *f)
{
    const struct figure_cost none = {.known = 0}, *c = f ? &f->cost : &none;
    char reasons[FIGURE_REASONS_MAX * (COUNTER_REASON_NAME + 24)] = "";
    size_t used = 0;
    for (enum counter i = 0; i < COUNTER_COUNT; i++)
        number(w, c->known & 1u << i, c->per_s[i]);
    for (size_t i = 0; i < c->reason_count && used < sizeof reasons; i++)
        used += (size_t)snprintf(reasons + used, sizeof reasons - used, "%s%s=%.9g", i ? " " : "",
                                 c->reasons[i].name, c->reasons[i].per_s);
    text(w, reasons);
    number(w, c->known, c->s_per_op);
}

static void write_figure(struct writer *w, const struct figure_value *f)
{
    bool measured = f && f->measured, bounded = measured && f->bounded;
    count(w, f, f ? f->n : 0);
    number(w, measured, f ? f->value : NAN);
    number(w, bounded, f ? f->low : NAN);
    number(w, bounded, f ? f->high : NAN);
    number(w, measured, f ? f->noise : NAN);
    text(w, !measured ? "" : f->verified ? "yes" : "no");
    const struct latency none = {0}, *l = f ? &f->latency : &none;
    number(w, l->known, l->p50_us);
    number(w, l->known, l->p90_us);
    number(w, l->known, l->p99_us);
    number(w, l->known, l->p99_9_us);
    number(w, l->known, l->max_us);
}

/* What a figure has besides its value. */
static void write_extra(struct writer *w, const struct report_row *row)
{
    const struct figure_value *f = row->figure;
    const struct arrival none = {0}, *a = f ? &f->arrival : &none;
    bool ticks = f && f->measured && f->tsc_per_op > 0;
    number(w, ticks, ticks ? f->tsc_per_op : NAN);
    number(w, true, report_iops(row->metric, f));
    count(w, a->sent, a->sent);
    count(w, a->sent, a->received);
    count(w, a->sent, a->reordered);
    number(w, a->sent, arrival_loss(a));
    number(w, true, report_sent(row->metric, f));
}

static void write_server(struct writer *w, const struct result *r, const struct report_row *row)
{
    const struct figure_value *f = row->figure;
    const struct statements none = {0}, *s = f ? &f->statements : &none;
    const uint64_t counts[] = {s->reads, s->writes, s->others};
    const char *engine = result_engine(r, row->metric->workload, row->metric->params);
    bool measured = f && f->measured;
    count(w, f && figure_counts_errors(f, row->metric->row), s->errors);
    for (size_t i = 0; i < 3; i++)
        number(w, measured, measured ? figure_statements_per_s(f, counts[i]) : NAN);
    text(w, measured && engine ? engine : "");
}

static void write_comparison(struct writer *w, const struct comparison *c)
{
    const struct comparison none = {0};
    bool any = c && c->estimate.n, bounded = any && c->estimate.bounded;
    if (!c)
        c = &none;
    count(w, any, c->estimate.n);
    number(w, any, exp(c->estimate.centre));
    number(w, bounded, exp(c->estimate.low));
    number(w, bounded, exp(c->estimate.high));
    number(w, bounded, c->estimate.level);
    text(w, !any ? "" : c->estimate.approximate ? "yes" : "no");
    count(w, any, c->estimate.outliers);
    number(w, any, stats_loss(c->detectable));
    number(w, any, c->p);
}

static int write_csv(const struct result *r, FILE *out, struct error *e)
{
    struct report_locale l;
    struct writer w = {.out = out};
    size_t row_count;
    report_begin(&l);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        text(&w, columns[i]);
    write_cost_columns(&w);
    end(&w);
    struct report_row *rows = report_rows(r, &row_count);
    for (size_t i = 0; i < row_count; i++) {
        const struct report_row *row = &rows[i];
        const struct workload *known = row->metric->row;
        const struct comparison *c = row->comparison;
        const char *reason = report_reason(r, row);
        char letters[FLAG_COUNT + 1];
        text(&w, row->metric->workload);
        text(&w, row->metric->params);
        text(&w, known ? subsystems[known->subsystem].id : "");
        text(&w, r->targets[row->target].id);
        text(&w, c ? r->targets[c->reference].id : "");
        text(&w, known ? workload_unit(known) : "");
        text(&w, !known ? "" : workload_lower_is_better(known) ? "lower" : "higher");
        write_figure(&w, row->figure);
        write_comparison(&w, c);
        count(&w, c, c ? c->stage : 0);
        text(&w, c ? verdicts[c->verdict].id : "");
        text(&w, stats_flags(c ? c->flags : 0, letters));
        text(&w, reason ? reason : c ? c->reason : "");
        write_extra(&w, row);
        write_cost(&w, row->figure);
        write_server(&w, r, row);
        end(&w);
    }
    free(rows);
    return report_end(&l, out, e);
}

const struct report_format report_csv = {
    .id = "csv",
    .what = "one line for each metric on each target, for spreadsheets",
    .write = write_csv,
};
