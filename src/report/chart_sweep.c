/* Sweeps: small panels side by side, three in a line. */
#include <config.h>

#include "report/chart.h"

#include "report/svg.h"
#include "text.h"
#include "xalloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ACROSS       3
#define PANEL_WIDTH  ((double)CHART_WIDTH / ACROSS)
#define PANEL_HEIGHT 206.0
#define PLOT_LEFT    48.0
#define PLOT_RIGHT   (PANEL_WIDTH - 16)
#define PLOT_TOP     62.0
#define PLOT_BOTTOM  (PANEL_HEIGHT - 28)
#define LEGEND       30.0

/* ---- which there are ---- */

/* The text of all parameters but one. */
static void fixed_text(const struct workload *w, const struct param *but,
                       const uint64_t values[PARAMS_MAX], char out[PARAMS_TEXT])
{
    char all[PARAMS_TEXT], *save = NULL;
    size_t used = 0, length = strlen(but->name);
    params_format(w, values, all);
    out[0] = '\0';
    for (char *word = strtok_r(all, " ", &save); word; word = strtok_r(NULL, " ", &save))
        if (strncmp(word, but->name, length) != 0 || word[length] != '=')
            used += (size_t)snprintf(out + used, PARAMS_TEXT - used, "%s%s", used ? " " : "", word);
}

static struct chart_sweep *find_or_add(struct chart_sweep **sweeps, size_t *count, size_t *room,
                                       const struct workload *w, const struct param *p,
                                       const char *fixed)
{
    for (size_t i = 0; i < *count; i++)
        if ((*sweeps)[i].workload == w && (*sweeps)[i].param == p &&
            strcmp((*sweeps)[i].fixed, fixed) == 0)
            return &(*sweeps)[i];
    XGROW(*sweeps, *count, *room);
    struct chart_sweep *s = &(*sweeps)[(*count)++];
    memset(s, 0, sizeof *s);
    s->workload = w;
    s->param = p;
    text_copy(s->fixed, sizeof s->fixed, fixed);
    return s;
}

static int by_x(const void *a, const void *b)
{
    const struct chart_point *p = a, *q = b;
    return (p->x > q->x) - (p->x < q->x);
}

/* Each number of a row is a candidate: most of them get one point, and are dropped. */
static void add_metric(const struct result *r, size_t m, struct chart_sweep **sweeps, size_t *count,
                       size_t *room)
{
    const struct workload *w = r->metrics[m].row;
    uint64_t values[PARAMS_MAX];
    struct error e;
    if (!w->params || params_parse(w, r->metrics[m].params, values, &e) < 0)
        return;
    for (size_t k = 0; k < PARAMS_MAX && w->params[k].name; k++) {
        char fixed[PARAMS_TEXT];
        if (w->params[k].type == PARAM_CHOICE || values[k] == 0)
            continue; /* 0 stands for "all" */
        fixed_text(w, &w->params[k], values, fixed);
        struct chart_sweep *s = find_or_add(sweeps, count, room, w, &w->params[k], fixed);
        if (s->count < SWEEP_POINTS_MAX)
            s->points[s->count++] = (struct chart_point){(double)values[k], m};
    }
}

struct chart_sweep *chart_sweep_find(const struct result *r, enum subsystem s, size_t *count)
{
    struct chart_sweep *sweeps = NULL;
    size_t found = 0, room = 0;
    for (size_t m = 0; m < r->metric_count; m++)
        if (r->metrics[m].row && r->metrics[m].row->subsystem == s)
            add_metric(r, m, &sweeps, &found, &room);
    *count = 0;
    for (size_t i = 0; i < found; i++) {
        if (sweeps[i].count < 3)
            continue;
        qsort(sweeps[i].points, sweeps[i].count, sizeof *sweeps[i].points, by_x);
        sweeps[(*count)++] = sweeps[i];
    }
    return sweeps;
}

bool chart_sweep_has(const struct chart_sweep *sweeps, size_t count, size_t metric)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < sweeps[i].count; k++)
            if (sweeps[i].points[k].metric == metric)
                return true;
    return false;
}

/* ---- drawing ---- */

struct panel {
    const struct result *r;
    const struct report_row *rows;
    const struct chart_sweep *s;
    FILE *out;
    double x, y;      /* of its corner */
    double low, high; /* figures at the bottom and the top */
    bool logarithmic; /* of the figures; the other axis always is */
};

static const struct figure_value *figure_at(const struct panel *p, size_t point, size_t target)
{
    const struct figure_value *f =
        p->rows[p->s->points[point].metric * p->r->target_count + target].figure;
    return f && f->measured && isfinite(f->value) ? f : NULL;
}

static double across(const struct panel *p, double x)
{
    double first = log(p->s->points[0].x), last = log(p->s->points[p->s->count - 1].x);
    double share = last > first ? (log(x) - first) / (last - first) : 0.5;
    return p->x + PLOT_LEFT + share * (PLOT_RIGHT - PLOT_LEFT);
}

static double up(const struct panel *p, double value)
{
    double share = p->logarithmic ? (log(value) - log(p->low)) / (log(p->high) - log(p->low))
                                  : (value - p->low) / (p->high - p->low);
    share = fmin(1, fmax(0, share));
    return p->y + PLOT_BOTTOM - share * (PLOT_BOTTOM - PLOT_TOP);
}

/* From zero, unless the figures are of different orders. */
static bool scale(struct panel *p)
{
    double low = INFINITY, high = 0;
    for (size_t i = 0; i < p->s->count; i++)
        for (size_t t = 0; t < p->r->target_count; t++) {
            const struct figure_value *f = figure_at(p, i, t);
            if (f && f->value > 0) {
                low = fmin(low, f->value);
                high = fmax(high, f->value);
            }
        }
    p->logarithmic = high > 20 * low;
    p->low = p->logarithmic ? low / 1.25 : 0;
    p->high = high * (p->logarithmic ? 1.25 : 1.08);
    return high > 0;
}

static void draw_tick(const struct panel *p, double value)
{
    char label[16];
    double y = up(p, value);
    svg_line(p->out, p->x + PLOT_LEFT, y, p->x + PLOT_RIGHT, y, "grid");
    svg_text(p->out, p->x + PLOT_LEFT - 5, y + 4, SVG_END, "small",
             text_figure(label, sizeof label, value));
}

static void draw_value_axis(const struct panel *p)
{
    if (p->logarithmic) {
        double decades = log10(p->high / p->low), step = decades > 4 ? 100 : 10;
        for (double v = pow(10, ceil(log10(p->low))); v <= p->high; v *= step)
            draw_tick(p, v);
        return;
    }
    double step = pow(10, floor(log10(p->high)));
    step *= p->high / step > 5 ? 2 : p->high / step > 2 ? 1 : 0.5;
    for (int k = 0; k * step <= p->high; k++)
        draw_tick(p, k * step);
}

static void draw_point_axis(const struct panel *p)
{
    size_t last = p->s->count - 1;
    const size_t shown[] = {0, last / 2, last};
    for (size_t i = 0; i < 3; i++) {
        double x = p->s->points[shown[i]].x;
        char label[24];
        if (p->s->param->type == PARAM_SIZE)
            text_bytes(label, sizeof label, (uint64_t)x);
        else
            snprintf(label, sizeof label, "%.0f", x);
        svg_text(p->out, across(p, x), p->y + PLOT_BOTTOM + 15,
                 i == 0   ? SVG_START
                 : i == 1 ? SVG_MIDDLE
                          : SVG_END,
                 "small", label);
    }
}

/* A line breaks where a point was not measured. */
static void draw_target(const struct panel *p, size_t t)
{
    bool open = false;
    fprintf(p->out, "<path class=\"line %s%s\" d=\"", chart_class(t), t ? "" : " dashed");
    for (size_t i = 0; i < p->s->count; i++) {
        const struct figure_value *f = figure_at(p, i, t);
        if (f)
            fprintf(p->out, "%c%.1f %.1f", open ? 'L' : 'M', across(p, p->s->points[i].x),
                    up(p, f->value));
        open = f != NULL;
    }
    fputs(open || p->s->count ? "\"/>\n" : "M0 0\"/>\n", p->out);
    for (size_t i = 0; i < p->s->count; i++) {
        const struct figure_value *f = figure_at(p, i, t);
        if (!f)
            continue;
        double x = across(p, p->s->points[i].x);
        if (f->bounded)
            svg_line(p->out, x, up(p, f->low), x, up(p, f->high), chart_class(t));
        fprintf(p->out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.2\" class=\"%s\"/>\n", x,
                up(p, f->value), chart_class(t));
    }
}

static void draw_panel(struct panel *p)
{
    char words[160];
    const struct workload *w = p->s->workload;
    svg_text(p->out, p->x + 8, p->y + 16, SVG_START, "strong", w->title);
    snprintf(words, sizeof words, "%s over %s%s", workload_unit(w), p->s->param->name,
             workload_lower_is_better(w) ? "; lower is better" : "");
    svg_text(p->out, p->x + 8, p->y + 32, SVG_START, "small", words);
    /* A line of its own: beside the other it would reach into the next panel. */
    if (p->s->fixed[0])
        svg_text(p->out, p->x + 8, p->y + 48, SVG_START, "small", p->s->fixed);
    if (!scale(p)) {
        svg_text(p->out, p->x + PANEL_WIDTH / 2, p->y + PANEL_HEIGHT / 2, SVG_MIDDLE, "small",
                 "not measured");
        return;
    }
    draw_value_axis(p);
    draw_point_axis(p);
    /* Native last, dashed: a guest that is as fast is seen through it. */
    for (size_t t = p->r->target_count; t-- > 0;)
        draw_target(p, t);
}

double chart_sweep_height(size_t count)
{
    return count ? LEGEND + PANEL_HEIGHT * (double)((count + ACROSS - 1) / ACROSS) : 0;
}

static void draw_legend(const struct result *r, FILE *out)
{
    double x = 8;
    for (size_t t = 0; t < r->target_count; t++) {
        svg_line(out, x, 14, x + 18, 14, t ? chart_class(t) : "t0 dashed");
        svg_text(out, x + 24, 18, SVG_START, t ? "" : "strong", r->targets[t].id);
        x += 44 + 6.6 * (double)strlen(r->targets[t].id);
    }
}

void chart_sweep_draw(const struct result *r, const struct report_row *rows,
                      const struct chart_sweep *sweeps, size_t count, FILE *out)
{
    draw_legend(r, out);
    for (size_t i = 0; i < count; i++) {
        struct panel p = {.r = r,
                          .rows = rows,
                          .s = &sweeps[i],
                          .out = out,
                          .x = PANEL_WIDTH * (double)(i % ACROSS),
                          .y = LEGEND + PANEL_HEIGHT * (double)(i / ACROSS)};
        draw_panel(&p);
    }
}
