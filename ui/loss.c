#include "ui/loss.h"

#include "text.h"
#include "ui/sweep.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DIRECTIONS 2
#define CELL_MIN   4
#define CELL_MAX   8
#define LABEL_ROOM 16

static const struct direction {
    const char *name;
    struct sweep sweep;
} directions[DIRECTIONS] = {
    {"tx", {.id = "net.udp.tx", .x = "size", .fixed = ""}},
    {"rx", {.id = "net.udp.rx", .x = "size", .fixed = ""}},
};

static double loss_of(const struct snapshot *s, size_t metric, size_t target)
{
    const struct figure_value *f = &s->metrics[metric].cell[target].figure;
    return f->measured || !f->arrival.received ? arrival_loss(&f->arrival) : (double)NAN;
}

int loss_lines(const struct snapshot *s)
{
    for (size_t d = 0; d < DIRECTIONS; d++) {
        size_t points[SWEEP_MAX], count = sweep_points(s, &directions[d].sweep, points);
        for (size_t i = 0; i < count; i++)
            for (size_t t = 0; t < s->target_count; t++)
                if (!isnan(loss_of(s, points[i], t)))
                    return 1 + (int)s->target_count;
    }
    return 0;
}

/* Of the ramp from 1 to 8: a loss of one in a hundred already has a colour. */
static double heat_of(double loss)
{
    return isnan(loss) ? (double)NAN : pow(8, sqrt(loss));
}

static void draw_cell(struct canvas *c, int y, int x, int w, double loss, bool emulated)
{
    char text[NUMBER_MAX + 2], number[NUMBER_MAX];
    double percent = 100 * loss;
    snprintf(text, sizeof text, "%s%s", emulated ? "~" : "",
             percent > 0 && percent < 0.1 ? "<.1" : number_fit(number, 4, percent, 1));
    if (!emulated || isnan(loss))
        widget_heat(c, y, x, w, heat_of(loss), text);
    else
        canvas_text_right(c, y, x + w - 1, STYLE_DIM, 0, text);
}

/* A size, and the rate if the sender kept one. */
struct column {
    size_t metric;
    char label[LABEL_ROOM]; /* "4k", "1k@100M" */
    int w;
    double worst; /* the greatest loss of any target; less than 0: none is known */
};

static void label_column(struct column *l, const struct board_metric *m)
{
    uint64_t size = row_param(m, "size", 0), rate = row_param(m, "rate", 0);
    int used = snprintf(l->label, sizeof l->label, size % 1024 ? "%u" : "%uk",
                        (unsigned)(size % 1024 ? size : size / 1024));
    if (rate)
        snprintf(l->label + used, sizeof l->label - (size_t)used, rate % 1000 ? "@%uM" : "@%uG",
                 (unsigned)(rate % 1000 ? rate : rate / 1000));
}

/* Those without a rate first, each by size. Where not all fit, those go that lost least. */
static size_t find_columns(const struct snapshot *s, const struct direction *d, int room,
                           struct column out[SWEEP_MAX])
{
    size_t points[SWEEP_MAX], found = sweep_points(s, &d->sweep, points), count = 0;
    int base = found ? room / (int)found : 0, wide = 0;
    base = base > CELL_MAX ? CELL_MAX : base < CELL_MIN ? CELL_MIN : base;
    for (int rated = 0; rated < 2; rated++)
        for (size_t i = 0; i < found; i++) {
            const struct board_metric *m = &s->metrics[points[i]];
            if ((row_param(m, "rate", 0) > 0) != rated)
                continue;
            struct column *l = &out[count++];
            *l = (struct column){.metric = points[i], .worst = -1};
            label_column(l, m);
            l->w = (int)strlen(l->label) + 1 > base ? (int)strlen(l->label) + 1 : base;
            wide += l->w;
            for (size_t t = 0; t < s->target_count; t++)
                l->worst = fmax(l->worst, loss_of(s, points[i], t));
        }
    while (wide > room && count) {
        size_t least = 0;
        for (size_t i = 1; i < count; i++)
            if (out[i].worst < out[least].worst)
                least = i;
        wide -= out[least].w;
        memmove(&out[least], &out[least + 1], (--count - least) * sizeof *out);
    }
    return count;
}

void loss_draw(struct canvas *c, struct rect in, const struct snapshot *s)
{
    struct rect former = canvas_clip(c, in);
    int label = in.w >= 60 ? 14 : 4, half = (in.w - label) / DIRECTIONS;
    for (int d = 0; d < DIRECTIONS; d++) {
        struct column columns[SWEEP_MAX];
        size_t count = find_columns(s, &directions[d], half - 4, columns);
        int x = in.x + label + d * half;
        if (!count)
            continue;
        canvas_text(c, in.y, x, STYLE_STRONG, 0, directions[d].name);
        x += 3;
        for (size_t i = 0; i < count; i++) {
            const struct column *l = &columns[i];
            canvas_text_right(c, in.y, x + l->w - 1, STYLE_DIM, 0, l->label);
            for (size_t t = 0; t < s->target_count && (int)t + 1 < in.h; t++)
                draw_cell(c, in.y + 1 + (int)t, x, l->w, loss_of(s, l->metric, t),
                          s->targets[t].emulated);
            x += l->w;
        }
    }
    for (size_t t = 0; t < s->target_count && (int)t + 1 < in.h; t++)
        widget_target(c, in.y + 1 + (int)t, in.x, label - 1, &s->targets[t]);
    canvas_unclip(c, former);
}

void loss_paper(const struct snapshot *s, char out[LOSS_WORST])
{
    const struct workload *w = workload_find(directions[0].sweep.id);
    size_t used = 0;
    out[0] = '\0';
    for (uint64_t size = 1024; s->paper && w && size <= 65536 && used < LOSS_WORST; size *= 2) {
        double lost = paper_loss(s->paper, w, PAPER_KVM, size);
        if (isfinite(lost))
            used += (size_t)snprintf(out + used, LOSS_WORST - used, "%s%.0f %% of %uk",
                                     used ? ", " : "paper 2010: KVM lost ", 100 * lost,
                                     (unsigned)(size / 1024));
    }
}

struct worst {
    double loss; /* 0: nothing is lost */
    size_t metric, target;
    const char *direction;
};

/* Of those that are emulated, or of those that are not. */
static struct worst find_worst(const struct snapshot *s, bool emulated)
{
    struct worst worst = {.loss = 0};
    for (size_t d = 0; d < DIRECTIONS; d++) {
        size_t points[SWEEP_MAX], count = sweep_points(s, &directions[d].sweep, points);
        for (size_t i = 0; i < count; i++)
            for (size_t t = 0; t < s->target_count; t++) {
                double loss = loss_of(s, points[i], t);
                if (s->targets[t].emulated == emulated && loss > worst.loss)
                    worst = (struct worst){loss, points[i], t, directions[d].name};
            }
    }
    return worst;
}

void loss_worst(const struct snapshot *s, char out[LOSS_WORST])
{
    struct worst worst = find_worst(s, false);
    bool more = find_worst(s, true).loss > 0; /* a number of its own, and no hypervisor's */
    char number[NUMBER_MAX], at[24] = "", name[32];
    const char *head = more ? "worst, without emulated" : "worst";
    if (!(worst.loss > 0)) {
        snprintf(out, LOSS_WORST, "%s", more ? "without emulated: nothing lost" : "");
        return;
    }
    const struct board_metric *m = &s->metrics[worst.metric];
    uint64_t rate = row_param(m, "rate", 0);
    text_copy(name, sizeof name, s->targets[worst.target].id);
    if (rate)
        snprintf(at, sizeof at, " at %u Mbit/s", (unsigned)rate);
    snprintf(out, LOSS_WORST, "%s: %s %s %u bytes%s, %s %%", head, name, worst.direction,
             (unsigned)row_param(m, "size", 0), at, number_fit(number, 5, 100 * worst.loss, 2));
}
