#include "report/extra.h"

#include "text.h"
#include "xalloc.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void percent(char out[EXTRA_CELL], double share)
{
    if (isfinite(share))
        snprintf(out, EXTRA_CELL, "%.2f %%", 100 * share);
}

static void datagrams(const struct report_row *row, char cells[EXTRA_COLUMNS][EXTRA_CELL])
{
    const struct arrival *a = &row->figure->arrival;
    if (!a->sent)
        return;
    percent(cells[0], arrival_loss(a));
    percent(cells[1], arrival_disorder(a));
    snprintf(cells[2], EXTRA_CELL, "%llu", (unsigned long long)a->sent);
    double rate = report_sent(row->metric, row->figure);
    char text[16];
    if (isfinite(rate))
        snprintf(cells[3], EXTRA_CELL, "%s MB/s", text_figure(text, sizeof text, rate));
}

static void micros(char out[EXTRA_CELL], const struct latency *l, double us)
{
    char text[16];
    if (l->known && isfinite(us))
        snprintf(out, EXTRA_CELL, "%s µs", text_figure(text, sizeof text, us));
}

static void operations(const struct report_row *row, char cells[EXTRA_COLUMNS][EXTRA_CELL])
{
    const struct figure_value *f = row->figure;
    double iops = report_iops(row->metric, f);
    if (isfinite(iops))
        snprintf(cells[0], EXTRA_CELL, "%.*f", iops < 100 ? 1 : 0, iops);
    micros(cells[1], &f->latency, f->latency.p50_us);
    micros(cells[2], &f->latency, f->latency.p90_us);
    micros(cells[3], &f->latency, f->latency.p99_us);
}

static void served(const struct report_row *row, char cells[EXTRA_COLUMNS][EXTRA_CELL])
{
    const struct figure_value *f = row->figure;
    const uint64_t counts[] = {f->statements.reads, f->statements.writes, f->statements.others};
    char text[16];
    if (!figure_counts_errors(f, row->metric->row))
        return;
    snprintf(cells[0], EXTRA_CELL, "%llu", (unsigned long long)f->statements.errors);
    for (size_t i = 0; i < 3; i++) {
        double rate = figure_statements_per_s(f, counts[i]);
        if (isfinite(rate))
            snprintf(cells[i + 1], EXTRA_CELL, "%s/s", text_figure(text, sizeof text, rate));
    }
}

static const struct extra loss = {
    .title = "Datagrams",
    .note = "Of those sent in all slots and their lead-ins, those that did not arrive; of those "
            "that did, those out of order",
    .columns = {"lost", "out of order", "sent", "sender's rate"},
    .cells = datagrams,
};
static const struct extra latency = {
    .title = "Latency",
    .note = "Of single operations: half of them, 90 % and 99 % took no longer; medians over slots",
    .columns = {"IOPS", "p50", "p90", "p99"},
    .cells = operations,
};

static const struct extra server = {
    .title = "Errors and statements",
    .note = "Requests without their page, or transactions that were begun again, in all slots; of "
            "a database the statements a second",
    .columns = {"errors", "reads", "writes", "others"},
    .cells = served,
};

const struct extra *const extras[] = {&loss, &latency, &server, NULL};

/* An empty cell says so; a number of an emulated target is marked. True: there is something. */
static bool dress(char cell[EXTRA_CELL], bool emulated)
{
    char bare[EXTRA_CELL];
    bool any = cell[0];
    memcpy(bare, cell, sizeof bare);
    if (!any)
        snprintf(cell, EXTRA_CELL, "—");
    else if (emulated)
        snprintf(cell, EXTRA_CELL, "~%.*s", EXTRA_CELL - 2, bare);
    return any;
}

void extra_table_make(struct extra_table *t, const struct extra *kind, const struct result *r,
                      const struct report_row *rows, size_t count,
                      bool (*wanted)(const struct report_row *row, int subsystem), int subsystem)
{
    *t = (struct extra_table){.lines = xcalloc(count + 1, sizeof *t->lines)};
    for (size_t i = 0; i < count; i++) {
        struct extra_line *line = &t->lines[t->count];
        bool any = false;
        if (!rows[i].figure || (wanted && !wanted(&rows[i], subsystem)))
            continue;
        *line = (struct extra_line){.row = &rows[i]};
        kind->cells(&rows[i], line->cells);
        for (size_t c = 0; c < EXTRA_COLUMNS; c++) {
            bool known = dress(line->cells[c], r->targets[rows[i].target].emulated);
            t->shown[c] |= known;
            any |= known;
        }
        t->count += any;
    }
}
