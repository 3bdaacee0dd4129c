#include "ui/loss.h"

#include "ui/sweep.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DIRECTIONS 2
#define CELL_MIN   4
#define CELL_MAX   8

static const struct direction {
    const char *name;
    struct sweep sweep;
} directions[DIRECTIONS] = {
    {"tx", {.id = "net.udp.tx", .x = "size", .fixed = "rate=0"}},
    {"rx", {.id = "net.udp.rx", .x = "size", .fixed = "rate=0"}},
};

static double loss_of(const struct snapshot *s, size_t metric, size_t target)
{
    const struct figure_value *f = &s->metrics[metric].cell[target].figure;
    return f->measured ? arrival_loss(&f->arrival) : (double)NAN;
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

static void draw_sizes(struct canvas *c, int y, int x, int w, const struct snapshot *s,
                       const size_t *points, size_t count)
{
    char text[24];
    for (size_t i = 0; i < count; i++) {
        uint64_t size = row_param(&s->metrics[points[i]], "size", 0);
        snprintf(text, sizeof text, size % 1024 ? "%llu" : "%lluk",
                 (unsigned long long)(size % 1024 ? size : size / 1024));
        canvas_text_right(c, y, x + (int)(i + 1) * w - 1, STYLE_DIM, 0, text);
    }
}

void loss_draw(struct canvas *c, struct rect in, const struct snapshot *s)
{
    struct rect former = canvas_clip(c, in);
    int label = in.w >= 60 ? 14 : 4, half = (in.w - label) / DIRECTIONS;
    for (int d = 0; d < DIRECTIONS; d++) {
        size_t points[SWEEP_MAX], count = sweep_points(s, &directions[d].sweep, points);
        int x = in.x + label + d * half, w = count ? (half - 4) / (int)count : 0;
        w = w > CELL_MAX ? CELL_MAX : w;
        if (w < CELL_MIN)
            continue;
        canvas_text(c, in.y, x, STYLE_STRONG, 0, directions[d].name);
        draw_sizes(c, in.y, x + 3, w, s, points, count);
        for (size_t t = 0; t < s->target_count && (int)t + 1 < in.h; t++)
            for (size_t i = 0; i < count; i++)
                draw_cell(c, in.y + 1 + (int)t, x + 3 + (int)i * w, w, loss_of(s, points[i], t),
                          s->targets[t].emulated);
    }
    for (size_t t = 0; t < s->target_count && (int)t + 1 < in.h; t++)
        widget_target(c, in.y + 1 + (int)t, in.x, label - 1, &s->targets[t]);
    canvas_unclip(c, former);
}

void loss_worst(const struct snapshot *s, char *out, size_t size)
{
    double worst = 0;
    char number[NUMBER_MAX];
    out[0] = '\0';
    for (size_t d = 0; d < DIRECTIONS; d++) {
        size_t points[SWEEP_MAX], count = sweep_points(s, &directions[d].sweep, points);
        for (size_t i = 0; i < count; i++)
            for (size_t t = 0; t < s->target_count; t++) {
                double loss = s->targets[t].emulated ? 0 : loss_of(s, points[i], t);
                if (!(loss > worst))
                    continue;
                worst = loss;
                snprintf(out, size, "worst: %s %s %llu bytes, %s %%", s->targets[t].id,
                         directions[d].name,
                         (unsigned long long)row_param(&s->metrics[points[i]], "size", 0),
                         number_fit(number, 5, 100 * loss, 2));
            }
    }
}
