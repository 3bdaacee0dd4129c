/* The report for a terminal of 80 columns or a log: the answer first, then where it hurts, then
 * every row, what could not be measured, and what to know about the machine. Plain lines, no
 * colour: it must survive a pipe. Signs are UTF-8 where the locale has it, else ASCII. */
#include <config.h>

#include "report/format.h"
#include "report/report.h"

#include "analysis.h"
#include "cost.h"
#include "text.h"

#include <langinfo.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH    80
#define HURT_MAX 8
#define UNIT     6 /* columns of the longest unit, "GFLOPS" */

struct page {
    FILE *out;
    const char *base; /* id of the target that the others are compared with */
    const struct result *r;
    const struct report_row *rows;
    size_t row_count;
    bool utf8;
};

/* One character that is not ASCII costs nothing in UTF-8 and is replaced elsewhere. */
static void put(const struct page *p, const char *text)
{
    if (p->utf8)
        fputs(text, p->out);
    else
        text_put_ascii(p->out, text);
}

static int cells(const char *text)
{
    int width = 0;
    size_t length = strlen(text);
    while (length) {
        uint32_t code;
        size_t n = text_decode(text, length, &code);
        width += n ? text_width(code) : 1;
        n = n ? n : 1;
        text += n;
        length -= n;
    }
    return width;
}

/* Left-aligned in a field; what is longer stands on a line of its own. */
static void put_label(const struct page *p, const char *text, int width)
{
    int wide = cells(text);
    put(p, text);
    if (wide > width) {
        fprintf(p->out, "\n  ");
        wide = 0;
    }
    fprintf(p->out, "%*s", width - wide, "");
}

/* Words of a sentence, wrapped, after "- ". */
static void put_sentence(void *context, const char *sentence)
{
    const struct page *p = context;
    int column = 4;
    fputs("  -", p->out);
    while (*sentence) {
        char word[256];
        size_t length = strcspn(sentence, " ");
        if (length >= sizeof word)
            length = sizeof word - 1;
        memcpy(word, sentence, length);
        word[length] = '\0';
        int wide = cells(word);
        if (column + wide + 1 > WIDTH && column > 4) {
            fputs("\n   ", p->out);
            column = 4;
        }
        fputc(' ', p->out);
        put(p, word);
        column += wide + 1;
        sentence += length;
        sentence += strspn(sentence, " ");
    }
    fputc('\n', p->out);
}

static const char *sign(const struct page *p, enum verdict v)
{
    return p->utf8 ? report_signs[v].utf8 : report_signs[v].ascii;
}

/* "  98.2 -  101.3" in 14 columns; where it says nothing "±?", where there is none blanks. */
static void put_interval(const struct page *p, const struct stats_estimate *s)
{
    char low[16], high[16];
    if (s->n && s->bounded && !stats_telling(s)) {
        fprintf(p->out, "%11s", "");
        put(p, p->utf8 ? "±? " : "+-?");
    } else if (s->n && s->bounded) {
        fprintf(p->out, "%5s - %5s%c", report_percent(low, sizeof low, exp(s->low)),
                report_percent(high, sizeof high, exp(s->high)), s->approximate ? '~' : ' ');
    } else {
        fprintf(p->out, "%14s", "");
    }
}

/* A ratio; of an emulated target marked as no figure of a hypervisor. */
static const char *ratio_text(char out[16], const struct page *p, size_t target, double ratio)
{
    bool mark = p->r->targets[target].emulated && isfinite(ratio);
    out[0] = '~';
    report_percent(out + mark, 15, ratio);
    return out;
}

static bool is_native(const struct page *p)
{
    return strcmp(p->base, "native") == 0;
}

static void put_summary(const struct page *p, size_t t, const char *title,
                        const struct subsystem_summary *sum)
{
    char ratio[16], letters[FLAG_COUNT + 1];
    bool any = sum->estimate.n > 0 && isfinite(sum->estimate.centre);
    double centre = any ? exp(sum->estimate.centre) : NAN;
    fputs("  ", p->out);
    put_label(p, title, 12);
    fprintf(p->out, "%3zu/%-3zu %8s   ", sum->rows, sum->total, ratio_text(ratio, p, t, centre));
    put_interval(p, &sum->estimate);
    if (any && sum->estimate.bounded && stats_telling(&sum->estimate))
        fprintf(p->out, " %7.1f %%  ", 100 * (1 - centre));
    else
        fprintf(p->out, "%12s", "");
    put(p, sign(p, sum->verdict));
    stats_flags(sum->flags, letters);
    fprintf(p->out, " %s%s%s\n", verdicts[sum->verdict].title, letters[0] ? " " : "", letters);
}

static void write_summary(const struct page *p, size_t t)
{
    fprintf(p->out, "\n  %-12s%-7s %8s   %-14s %9s  verdict\n", "subsystem", "  rows",
            is_native(p) ? "% native" : "% base", "95 % interval", "overhead");
    for (int s = 0; s < SUBSYSTEM_COUNT; s++) {
        struct subsystem_summary sum = analysis_subsystem(p->r, (enum subsystem)s, t);
        if (sum.total)
            put_summary(p, t, subsystems[s].title, &sum);
    }
    struct subsystem_summary all = analysis_overall(p->r, t);
    put_summary(p, t, "all", &all);
}

static const char *value_text(char out[16], const struct figure_value *f, bool emulated)
{
    if (!f || !f->measured)
        return "n/a";
    out[0] = '~';
    text_figure(out + emulated, 15, f->value);
    return out;
}

static void put_row(const struct page *p, const struct report_row *row)
{
    const struct comparison *c = row->comparison;
    const struct stats_estimate none = {0}, *s = c ? &c->estimate : &none;
    enum verdict v = c ? c->verdict : VERDICT_NOT_MEASURED;
    char label[128], native[16], guest[16], ratio[16], letters[FLAG_COUNT + 1];
    const char *unit = row->metric->row ? workload_unit(row->metric->row) : "";
    fputs("  ", p->out);
    put_label(p, report_label(row->metric, label, sizeof label), 22);
    fprintf(p->out, "%6s %6s ", value_text(native, row->native, false),
            value_text(guest, row->figure, p->r->targets[row->target].emulated));
    put_label(p, unit, UNIT);
    fprintf(p->out, "%6s ", ratio_text(ratio, p, row->target, s->n ? exp(s->centre) : NAN));
    put_interval(p, s);
    fprintf(p->out, "%2zu ", s->n);
    if (s->n && isfinite(c->detectable) && stats_loss(c->detectable) < 0.9995)
        fprintf(p->out, "%4.1f ", 100 * stats_loss(c->detectable));
    else if (s->n && isfinite(c->detectable))
        fputs(" >99 ", p->out);
    else
        fputs(" n/a ", p->out);
    put(p, sign(p, v));
    fprintf(p->out, "%s%s\n", c && c->flags ? " " : "", stats_flags(c ? c->flags : 0, letters));
}

/* "    tcg EMULATED": how a line of one figure begins. */
static void put_whose(const struct page *p, size_t target)
{
    fputs("    ", p->out);
    put(p, p->r->targets[target].id);
    fputs(p->r->targets[target].emulated ? " EMULATED" : "", p->out);
}

/* "    native 10312 ns, 23700 TSC ticks": a line for each figure that is known in ticks, too. */
static void put_ticks(const struct page *p, const struct report_row *row)
{
    const struct figure_value *const figures[] = {row->native, row->figure};
    if (!row->metric->row || row->metric->row->figure != FIGURE_TIME_NS)
        return;
    for (size_t i = row->target == 0; i < 2; i++) {
        const struct figure_value *f = figures[i];
        if (!f || !f->measured || !(f->tsc_per_op > 0))
            continue;
        put_whose(p, i ? row->target : 0);
        fprintf(p->out, " %.0f ns, %.0f TSC ticks\n", f->value, f->tsc_per_op);
    }
}

/* "    native lost 1.20 % of 1213 MB/s sent, lead-ins too, 0.01 % out of order": of
 * datagrams, for each figure, which is a median of slots alone and may stand above that. */
static void put_loss(const struct page *p, const struct report_row *row)
{
    const struct figure_value *const figures[] = {row->native, row->figure};
    for (size_t i = row->target == 0; i < 2; i++) {
        const struct figure_value *f = figures[i];
        char sent[16], share[16] = "all";
        if (!f || !f->arrival.sent)
            continue;
        double rate = report_sent(row->metric, f);
        if (f->arrival.received)
            snprintf(share, sizeof share, "%.2f %%", 100 * arrival_loss(&f->arrival));
        put_whose(p, i ? row->target : 0);
        if (isfinite(rate))
            fprintf(p->out, " lost %s of %s MB/s sent, lead-ins too", share,
                    text_figure(sent, sizeof sent, rate));
        else
            fprintf(p->out, " lost %s of %llu datagrams", share,
                    (unsigned long long)f->arrival.sent);
        if (f->arrival.received)
            fprintf(p->out, ", %.2f %% out of order", 100 * arrival_disorder(&f->arrival));
        fputc('\n', p->out);
    }
}

/* "    native 12400 IOPS": records a second of a disk row, for each figure. */
static void put_iops(const struct page *p, const struct report_row *row)
{
    const struct figure_value *const figures[] = {row->native, row->figure};
    for (size_t i = row->target == 0; i < 2; i++) {
        double iops = report_iops(row->metric, figures[i]);
        if (!isfinite(iops))
            continue;
        put_whose(p, i ? row->target : 0);
        fprintf(p->out, " %.*f IOPS\n", iops < 100 ? 1 : 0, iops);
    }
}

/* "    native 12.3 µs p50, 20.1 p90, 55 p99": of single operations, for each figure. */
static void put_latency(const struct page *p, const struct report_row *row)
{
    const struct figure_value *const figures[] = {row->native, row->figure};
    for (size_t i = row->target == 0; i < 2; i++) {
        const struct latency *l = figures[i] ? &figures[i]->latency : NULL;
        char line[80], half[16], most[16], nearly[16];
        if (!l || !l->known)
            continue;
        put_whose(p, i ? row->target : 0);
        snprintf(line, sizeof line, " %s µs p50, %s p90, %s p99\n",
                 text_figure(half, sizeof half, l->p50_us),
                 text_figure(most, sizeof most, l->p90_us),
                 text_figure(nearly, sizeof nearly, l->p99_us));
        put(p, line);
    }
}

/* "    native 8509 reads, 2431 writes, 1216 others a second, 0 errors": of a database, for each. */
static void put_statements(const struct page *p, const struct report_row *row)
{
    const struct figure_value *const figures[] = {row->native, row->figure};
    for (size_t i = row->target == 0; i < 2; i++) {
        const struct figure_value *f = figures[i];
        char reads[16], writes[16], others[16];
        if (!f || !f->measured || !(f->statements.transactions || f->statements.errors))
            continue;
        put_whose(p, i ? row->target : 0);
        if (!f->statements.transactions) {
            fprintf(p->out,
                    f->statements.errors == 1 ? " %llu request was an error\n"
                                              : " %llu requests were errors\n",
                    (unsigned long long)f->statements.errors);
            continue;
        }
        fprintf(
            p->out, " %s reads, %s writes, %s others a second; %llu error%s\n",
            text_figure(reads, sizeof reads, figure_statements_per_s(f, f->statements.reads)),
            text_figure(writes, sizeof writes, figure_statements_per_s(f, f->statements.writes)),
            text_figure(others, sizeof others, figure_statements_per_s(f, f->statements.others)),
            (unsigned long long)f->statements.errors, f->statements.errors == 1 ? "" : "s");
    }
}

/* "    native 24.6 s, 146.3 an hour": the inverse of long times, for each figure. */
static void put_inverse(const struct page *p, const struct report_row *row)
{
    const struct figure_value *const figures[] = {row->native, row->figure};
    if (!row->metric->row || row->metric->row->figure != FIGURE_TIME_S)
        return;
    for (size_t i = row->target == 0; i < 2; i++) {
        const struct figure_value *f = figures[i];
        char time[16], rate[16];
        if (!f || !f->measured || !(f->value > 0))
            continue;
        put_whose(p, i ? row->target : 0);
        fprintf(p->out, " %s s, %s an hour\n", text_figure(time, sizeof time, f->value),
                text_figure(rate, sizeof rate, 3600 / f->value));
    }
}

static void put_row_head(const struct page *p)
{
    fprintf(p->out, "  %-22s%6s %6s %-*s%6s %14s%2s %4s\n", "workload",
            is_native(p) ? "native" : "base", "guest", UNIT, "unit", "%", "95 % interval", "n",
            "find");
}

static int slowest_first(const void *a, const void *b)
{
    const struct report_row *x = *(const struct report_row *const *)a;
    const struct report_row *y = *(const struct report_row *const *)b;
    double d = x->comparison->estimate.centre - y->comparison->estimate.centre;
    return (d > 0) - (d < 0);
}

/* Counters that other rows of the target have. */
static uint32_t known_anywhere(const struct result *r, size_t target)
{
    uint32_t known = 0;
    for (size_t i = 0; i < r->figure_count; i++)
        if (r->figures[i].target == target)
            known |= r->figures[i].cost.known;
    return known;
}

/* What the rows that hurt took beside their operations. */
static void write_cost(const struct page *p, size_t t, const struct report_row *const *rows,
                       size_t count)
{
    bool any = false;
    uint32_t anywhere = known_anywhere(p->r, t);
    if (!anywhere) {
        fprintf(p->out, "  " COST_NONE "\n");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const struct report_row *row = rows[i];
        char label[128], cost[700], missing[300], line[1200];
        if (!row->figure || !cost_sentence(cost, sizeof cost, &row->figure->cost,
                                           row->native ? &row->native->cost : NULL)[0])
            continue;
        if (!any)
            fprintf(p->out,
                    "\nBeside their operations these took, by the host's and their kernels' "
                    "counters\n(white-box%s; %% of a processor; interrupts, switches, page "
                    "faults and TLB IPIs\nare those of all that ran on the kernel; [%s])\n",
                    p->r->targets[t].emulated ? ", EMULATED" : "", p->base);
        any = true;
        cost_names(missing, sizeof missing, anywhere & ~row->figure->cost.known);
        snprintf(line, sizeof line, "%s: %s%s%s", report_label(row->metric, label, sizeof label),
                 cost, missing[0] ? "; not counted in this row: " : "", missing);
        put_sentence((void *)p, line);
    }
}

static void write_hurt(const struct page *p, size_t t)
{
    size_t count = 0, measured = 0, open = 0;
    bool emulated = p->r->targets[t].emulated; /* nothing of it is judged: its slowest rows */
    const struct report_row **worst = malloc(2 * (p->row_count + 1) * sizeof *worst);
    if (!worst)
        return; /* all rows follow anyway */
    const struct report_row **doubtful = worst + p->row_count + 1;
    for (size_t i = 0; i < p->row_count; i++) {
        const struct comparison *c = p->rows[i].comparison;
        measured += p->rows[i].target == t && c && c->estimate.n;
        if (p->rows[i].target == t && c && c->estimate.n &&
            (emulated || c->verdict == VERDICT_WORSE || c->verdict == VERDICT_SLIGHTLY_WORSE))
            worst[count++] = &p->rows[i];
        else if (p->rows[i].target == t && c && c->estimate.bounded && c->estimate.high < 0 &&
                 (c->verdict == VERDICT_INCONCLUSIVE || c->verdict == VERDICT_NO_SIGN))
            doubtful[open++] = &p->rows[i];
    }
    if (!measured) {
        fprintf(p->out, "\nNothing was compared: the reasons stand below.\n");
    } else if (emulated) {
        qsort(worst, count, sizeof *worst, slowest_first);
        fprintf(p->out, "\nWhere it hurts most: nothing emulated is judged.\n");
    } else if (result_crosses(p->r, t, 0)) {
        fprintf(p->out, "\nWhere it hurts most: nothing on another machine is judged.\n");
    } else if (!count && open) {
        fprintf(
            p->out,
            "\nWhere it hurts most: no row was judged slower, but %zu without a verdict\n%s below "
            "%s by the whole interval:\n",
            open, open == 1 ? "lies" : "lie", p->base);
        qsort(doubtful, open, sizeof *doubtful, slowest_first);
        put_row_head(p);
        for (size_t i = 0; i < open && i < HURT_MAX; i++)
            put_row(p, doubtful[i]);
    } else if (!count) {
        fprintf(p->out, "\nWhere it hurts most: no row is slower beyond its interval.\n");
    } else {
        qsort(worst, count, sizeof *worst, slowest_first);
        fprintf(p->out, "\nWhere it hurts most%s\n",
                p->r->two_stage ? ""
                                : " (each row judged by itself: of 20, chance alone makes one)");
        put_row_head(p);
        for (size_t i = 0; i < count && i < HURT_MAX; i++)
            put_row(p, worst[i]);
    }
    if (measured)
        write_cost(p, t, worst, count < HURT_MAX ? count : HURT_MAX);
    free(worst);
}

static void write_rows(const struct page *p, size_t t)
{
    fprintf(p->out, "\nEvery row\n");
    put_row_head(p);
    for (size_t i = 0; i < p->row_count; i++)
        if (p->rows[i].target == t) {
            put_row(p, &p->rows[i]);
            put_ticks(p, &p->rows[i]);
            put_inverse(p, &p->rows[i]);
            put_loss(p, &p->rows[i]);
            put_iops(p, &p->rows[i]);
            put_latency(p, &p->rows[i]);
            put_statements(p, &p->rows[i]);
        }
}

static void write_native(const struct page *p)
{
    fprintf(p->out, "\nNative only: nothing to compare with.\n\n");
    fprintf(p->out, "  %-30s%8s %-*s%20s%5s%8s\n", "workload", "value", UNIT, "unit",
            "95 % interval", "n", "noise");
    for (size_t i = 0; i < p->row_count; i++) {
        const struct figure_value *f = p->rows[i].figure;
        const struct workload *w = p->rows[i].metric->row;
        char label[128], value[16], low[16], high[16], interval[40] = "";
        fputs("  ", p->out);
        put_label(p, report_label(p->rows[i].metric, label, sizeof label), 30);
        fprintf(p->out, "%8s ", value_text(value, f, false));
        put_label(p, w ? workload_unit(w) : "", UNIT);
        if (f && f->measured && f->bounded)
            snprintf(interval, sizeof interval, "%s - %s", text_figure(low, sizeof low, f->low),
                     text_figure(high, sizeof high, f->high));
        fprintf(p->out, "%20s%5zu", interval, f ? f->n : 0);
        if (f && f->measured && isfinite(f->noise))
            fprintf(p->out, "%6.1f %%\n", 100 * f->noise);
        else
            fputs("     n/a\n", p->out);
        put_ticks(p, &p->rows[i]);
        put_inverse(p, &p->rows[i]);
        put_loss(p, &p->rows[i]);
        put_iops(p, &p->rows[i]);
        put_latency(p, &p->rows[i]);
        put_statements(p, &p->rows[i]);
    }
}

static void write_scores(const struct page *p)
{
    if (!report_has_scores(p->r))
        return;
    fprintf(p->out, "\nScore\n");
    report_scores(p->r, put_sentence, (void *)p);
}

/* What is said of a row: why it is missing, or why it has no verdict. */
static const char *words_of(const struct page *p, size_t row, bool doubt)
{
    return doubt ? report_doubt(&p->rows[row]) : report_own_reason(p->r, &p->rows[row]);
}

/* Rows with the same reason on the same target share a sentence. */
static void write_reasons(const struct page *p, const char *title, bool doubt)
{
    bool any = false;
    for (size_t i = 0; i < p->row_count; i++) {
        const char *reason = words_of(p, i, doubt);
        bool said = false;
        for (size_t j = 0; reason && j < i && !said; j++) {
            const char *other = words_of(p, j, doubt);
            said = other && p->rows[j].target == p->rows[i].target && strcmp(other, reason) == 0;
        }
        if (!reason || said)
            continue;
        char sentence[1024], label[128];
        int used = snprintf(sentence, sizeof sentence,
                            "%s: %s:", p->r->targets[p->rows[i].target].id, reason);
        for (size_t j = i; j < p->row_count; j++) {
            const char *other = words_of(p, j, doubt);
            if (!other || p->rows[j].target != p->rows[i].target || strcmp(other, reason) != 0)
                continue;
            report_label(p->rows[j].metric, label, sizeof label);
            if ((size_t)used + strlen(label) + 8 > sizeof sentence) {
                used += snprintf(sentence + used, sizeof sentence - (size_t)used, " ...");
                break;
            }
            used += snprintf(sentence + used, sizeof sentence - (size_t)used, "%s %s",
                             j > i ? "," : "", label);
        }
        if (!any)
            fprintf(p->out, "\n%s\n", title);
        any = true;
        put_sentence((void *)p, sentence);
    }
}

static void write_legend(const struct page *p)
{
    uint32_t used = 0;
    bool shown[VERDICT_COUNT] = {false}, approximate = false, vague = false, brief = false;
    char line[400];
    for (size_t i = 0; i < p->r->comparison_count; i++) {
        const struct comparison *c = &p->r->comparisons[i];
        used |= c->flags;
        shown[c->verdict] = true;
        approximate |= c->estimate.approximate;
        vague |= c->estimate.bounded && !stats_telling(&c->estimate);
        brief |= c->stage == 1;
    }
    fprintf(p->out, "\nHow to read it\n");
    put_sentence((void *)p, report_method(p->r, line));
    snprintf(
        line, sizeof line,
        "%% is performance relative to %.96s: below 100 is slower, for times too. It comes from "
        "the blocks' own ratios, the two figures are medians of all slots: they need not "
        "agree. n: blocks of four slots.",
        p->base);
    put_sentence((void *)p, line);
    put_sentence((void *)p, brief ? "find: the change in % that would have been found with 80 % "
                                    "probability; in rows looked at only briefly, the change that "
                                    "would have been noticed and looked at again."
                                  : "find: the change in % that would have been found with 80 % "
                                    "probability.");
    if (used & FLAG_EMULATED)
        put_sentence((void *)p, "~ before a number: emulated, outside of every mean and verdict.");
    if (approximate)
        put_sentence((void *)p, "~ after an interval: approximate, from fewer than six blocks.");
    if (vague)
        put_sentence((void *)p, p->utf8 ? "±?: " REPORT_VAGUE : "+-?: " REPORT_VAGUE);
    int column = 0;
    for (int v = 0; v < VERDICT_COUNT; v++) {
        if (!shown[v])
            continue;
        if (column + (int)strlen(verdicts[v].title) + 4 > WIDTH - 6) {
            fputc('\n', p->out);
            column = 0;
        }
        fputs(column ? "  " : "  - ", p->out);
        put(p, sign(p, (enum verdict)v));
        column += 4 + fprintf(p->out, " %s", verdicts[v].title);
    }
    if (column)
        fputc('\n', p->out);
    for (size_t i = 0; i < FLAG_COUNT; i++) {
        if (used & (1u << i)) {
            snprintf(line, sizeof line, "%c: %s", flags[i].letter, flags[i].meaning);
            put_sentence((void *)p, line);
        }
    }
}

static void write_machine(const struct page *p)
{
    fprintf(p->out, "\nTo know\n");
    report_caveats(p->r, put_sentence, (void *)p);
    put_sentence((void *)p, report_closing);
    fprintf(p->out, "\nMachine\n");
    report_machine(p->r, put_sentence, (void *)p);
}

static int write_text(const struct result *r, FILE *out, struct error *e)
{
    struct report_locale l;
    report_begin(&l);
    struct page p = {.out = out,
                     .r = r,
                     .base = r->target_count ? r->targets[0].id : "native",
                     .utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0};
    struct report_row *rows = report_rows(r, &p.row_count);
    p.rows = rows;
    if (r->target_count > 1)
        fprintf(out, "What does it cost? Performance relative to %s%s.\n", p.base,
                r->targets[0].flags & FLAG_MACHINES ? ", on its machine" : " on this machine");
    for (size_t t = 1; t < r->target_count; t++) {
        fputc('\n', out);
        put(&p, r->targets[t].id);
        fprintf(out, "%s\n", r->targets[t].emulated ? " (EMULATED)" : "");
        write_summary(&p, t);
        write_hurt(&p, t);
        write_rows(&p, t);
    }
    if (r->target_count == 1)
        write_native(&p);
    if (!p.row_count)
        fprintf(out, "Nothing was measured.\n");
    write_scores(&p);
    write_reasons(&p, "Not measured, or not comparable", false);
    write_reasons(&p, "Without a verdict or an interval", true);
    if (r->comparison_count)
        write_legend(&p);
    write_machine(&p);
    free(rows);
    return report_end(&l, out, e);
}

const struct report_format report_text = {
    .id = "text",
    .what = "for a terminal: the answer first",
    .write = write_text,
};
