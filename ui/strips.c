#include "ui/strips.h"

#include "analysis.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LABEL_LEAST 15 /* "fp mean 11/17" */

static size_t find_metric(const struct snapshot *s, const struct workload *w, uint64_t cpus)
{
    for (size_t i = 0; i < s->metric_count; i++)
        if (s->metrics[i].workload == w && row_param(&s->metrics[i], "cpus", 1) == cpus)
            return i;
    return SIZE_MAX;
}

static bool is_of(const struct workload *w, const struct suite *suite)
{
    return strncmp(w->id, suite->prefix, strlen(suite->prefix)) == 0;
}

static bool passes(const struct view *v, const struct workload *w, const char *label)
{
    return !v->filter[0] || strstr(w->id, v->filter) || strstr(label, v->filter) ||
           (w->mirrors && strstr(w->mirrors, v->filter));
}

static void read_workloads(const struct snapshot *s, const struct view *v, struct strips *list,
                           size_t suite)
{
    for (const struct workload *w = workload_next(NULL); w && list->count < STRIPS_MAX;
         w = workload_next(w))
        if (is_of(w, &list->suites[suite]) && passes(v, w, w->title))
            list->row[list->count++] = (struct strip){w, find_metric(s, w, list->cpus), suite};
}

static void read_metrics(const struct snapshot *s, const struct view *v, struct strips *list,
                         size_t suite)
{
    for (size_t i = 0; i < s->metric_count && list->count < STRIPS_MAX; i++) {
        const struct board_metric *m = &s->metrics[i];
        char label[LABEL_MAX];
        if (!is_of(m->workload, &list->suites[suite]) ||
            row_param(m, "cpus", list->cpus) != list->cpus)
            continue;
        row_label(m, label);
        if (passes(v, m->workload, label))
            list->row[list->count++] = (struct strip){m->workload, i, suite};
    }
}

static const char *params_of(const struct snapshot *s, const struct strip *strip)
{
    return strip->metric < s->metric_count ? s->metrics[strip->metric].params : "";
}

/* The name of a row in its suite. */
static const char *title_of(const struct snapshot *s, const struct strips *list,
                            const struct strip *strip, char out[PARAMS_TEXT])
{
    if (!list->suites[strip->suite].by_params)
        return strip->workload->title;
    row_params(&s->metrics[strip->metric], out);
    return out;
}

struct strips strips_read(const struct snapshot *s, const struct view *v,
                          const struct suite *suites, size_t suite_count, uint64_t cpus)
{
    struct strips list = {.suites = suites, .suite_count = suite_count, .cpus = cpus};
    for (size_t k = 0; k < suite_count; k++) {
        if (suites[k].by_params)
            read_metrics(s, v, &list, k);
        else
            read_workloads(s, v, &list, k);
    }
    return list;
}

size_t strips_suite(const struct strips *list, size_t suite, size_t *line)
{
    size_t headings = 0;
    for (size_t i = 0; i < list->count; i++) {
        bool first = i == 0 || list->row[i].suite != list->row[i - 1].suite;
        headings += first;
        if (first && list->row[i].suite == suite) {
            *line = i + headings - 1;
            return i;
        }
    }
    return SIZE_MAX;
}

struct strips_mean strips_mean(const struct snapshot *s, const struct strips *list, size_t suite,
                               size_t target)
{
    struct strips_mean mean = {.ratio = NAN};
    struct stats_estimate rows[STRIPS_MAX];
    double variances[STRIPS_MAX], dfs[STRIPS_MAX];
    for (size_t i = 0; i < list->count; i++) {
        const struct strip *strip = &list->row[i];
        if (strip->suite != suite)
            continue;
        mean.total++;
        if (strip->metric >= s->metric_count)
            continue;
        struct row r = row_read(s, strip->metric, target);
        if (!r.compared || r.emulated || !isfinite(r.ratio) || r.n < 2)
            continue;
        rows[mean.n] = r.cell->comparison.estimate;
        variances[mean.n] = r.cell->comparison.variance;
        dfs[mean.n++] = (double)r.n - 1;
    }
    if (mean.n == 0)
        return mean;
    struct stats_estimate e = mean.n == 1
                                  ? rows[0] /* the mean of one row is that row */
                                  : stats_combine(rows, variances, dfs, mean.n, ANALYSIS_LEVEL);
    mean.ratio = exp(e.centre);
    mean.bounded = stats_telling(&e) && isfinite(e.low) && isfinite(e.high);
    mean.low = mean.bounded ? exp(e.low) : NAN;
    mean.high = mean.bounded ? exp(e.high) : NAN;
    return mean;
}

/* Columns; 0 = not shown. */
struct fields {
    int label, figures, axis, ratio, half, age;
};

/* Are some rows older than the rest of the screen? */
static bool any_older(const struct snapshot *s, const struct strips *list, size_t target)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->row[i].metric < s->metric_count && row_read(s, list->row[i].metric, target).older)
            return true;
    return false;
}

static struct fields fit(const struct snapshot *s, const struct strips *list, bool ages, int w)
{
    struct fields k = {.label = LABEL_LEAST};
    for (size_t i = 0; i < list->count; i++) {
        char own[PARAMS_TEXT];
        int n = canvas_columns(title_of(s, list, &list->row[i], own)) + 1;
        k.label = n > k.label ? n : k.label;
        n = canvas_columns(list->suites[list->row[i].suite].title) + (int)sizeof " mean";
        k.label = n > k.label ? n : k.label;
    }
    if (k.label > 20)
        k.label = 20;
    if (w >= 46)
        k.ratio = 8;
    if (w >= 56)
        k.half = 6;
    if (w >= 96)
        k.figures = 22;
    if (ages && w >= 56)
        k.age = 5;
    k.axis = w - k.label - k.figures - k.ratio - k.half - k.age;
    if (k.axis < 4)
        k.axis = 0;
    return k;
}

/* From what all guests have but those that are emulated, unless one is the chosen guest or there
 * are no others; and from what the paper has, where that is shown. */
static struct axis axis_of(const struct snapshot *s, const struct view *v,
                           const struct strips *list, size_t index)
{
    static const char *const kinds[] = {"openvz", "xen", "kvm"};
    double ends[STRIPS_MAX * (3 * TARGETS_MAX + 3)];
    size_t used = 0, chosen = row_target(s, v);
    for (int pass = 0; pass < 2 && used == 0; pass++)
        for (size_t i = 0; i < list->count; i++)
            for (size_t t = 1; t < s->target_count && list->row[i].metric < s->metric_count; t++) {
                struct row r = row_read(s, list->row[i].metric, t);
                if (!r.compared || (t != chosen && r.emulated != (pass == 1)))
                    continue;
                ends[used++] = r.ratio * 100;
                if (r.bounded && r.high / r.low < 1.2) {
                    ends[used++] = r.low * 100;
                    ends[used++] = r.high * 100;
                }
            }
    for (size_t i = 0; v->paper && list->cpus == 1 && i < list->count; i++)
        for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
            ends[used++] = 100 * row_paper_relation(s, list->row[i].workload,
                                                    params_of(s, &list->row[i]), kinds[k]);
    return row_zoom(row_axis(ends, used), v->zoom[index]);
}

static void ruler(struct canvas *c, int y, int x, int w, const struct axis *a)
{
    struct mark none = {.value = NAN, .native = 100};
    widget_whisker(c, y, x, w, a, &none);
}

static struct row mean_row(const struct snapshot *s, const struct strips_mean *m, size_t target)
{
    return (struct row){.target = &s->targets[target],
                        .compared = m->n > 0,
                        .ratio = m->ratio,
                        .bounded = m->bounded,
                        .low = m->low,
                        .high = m->high};
}

/* A mean of a suite has no verdict: those are of rows, and of subsystems. */
static void draw_mean_tail(struct canvas *c, int y, int x, const struct fields *k,
                           const struct view *v, const struct row *r)
{
    char number[NUMBER_MAX];
    enum unit_mode unit = v->unit == UNIT_RAW ? UNIT_PERCENT : v->unit;
    if (!k->ratio || !r->compared)
        return;
    number_ratio(number, k->ratio - 1, r->ratio, unit);
    canvas_text_right(c, y, x + k->ratio - 2, STYLE_STRONG, ATTR_BOLD, number);
    if (k->half)
        canvas_text(c, y, x + k->ratio, r->bounded ? STYLE_DIM : STYLE_WARN, 0,
                    row_half(r, unit, number));
}

static void draw_mean(struct canvas *c, int y, struct rect in, const struct fields *k,
                      const struct axis *a, const struct snapshot *s, const struct view *v,
                      const struct strips *list, size_t suite)
{
    char label[40];
    size_t chosen = row_target(s, v);
    struct strips_mean mean = strips_mean(s, list, suite, chosen);
    struct row own = mean_row(s, &mean, chosen);
    int x = in.x + k->label + k->figures, w = k->axis - 1;
    const char *title = list->suites[suite].title;
    if (mean.n == mean.total || mean.n == 0)
        snprintf(label, sizeof label, "%s mean", title);
    else
        snprintf(label, sizeof label, "%s mean %zu/%zu", title, mean.n, mean.total);
    widget_cut(c, y, in.x, k->label - 1, STYLE_STRONG, ATTR_BOLD, label);
    if (k->axis && own.compared) {
        struct mark m = row_mark(&own);
        m.line = STYLE_STRONG;
        widget_whisker(c, y, x, w, a, &m);
    } else if (k->axis) {
        ruler(c, y, x, w, a);
    }
    for (size_t t = 1; k->axis && t < s->target_count; t++) {
        struct strips_mean other = strips_mean(s, list, suite, t);
        struct row r = mean_row(s, &other, t);
        if (t != chosen && r.compared)
            row_draw_mark(c, y, x, w, a, &r);
    }
    if (k->axis && own.compared)
        row_draw_mark(c, y, x, w, a, &own);
    draw_mean_tail(c, y, x + k->axis, k, v, &own);
}

static void draw_others(struct canvas *c, int y, int x, int w, const struct axis *a,
                        const struct snapshot *s, const struct row *chosen, size_t metric)
{
    for (int pass = 0; pass < 2; pass++) /* those that are emulated lie below */
        for (size_t t = 1; t < s->target_count; t++) {
            struct row r = row_read(s, metric, t);
            if (r.target != chosen->target && r.compared && r.emulated == (pass == 0))
                row_draw_mark(c, y, x, w, a, &r);
        }
    if (chosen->compared)
        row_draw_mark(c, y, x, w, a, chosen);
}

static void draw_reason(struct canvas *c, int y, int x, int w, const struct snapshot *s,
                        const struct row *r)
{
    char reason[REASON_TEXT];
    bool cannot = r && r->verdict == VERDICT_CANNOT;
    if (r)
        row_reason(s, r, c->keymap, reason);
    else if (s->stored || s->replayed)
        snprintf(reason, sizeof reason, "%s",
                 s->stored ? "not in this result" : "not measured yet");
    else
        snprintf(reason, sizeof reason, "not measured: %s runs it",
                 key_word(c->keymap, ACTION_RUN));
    canvas_put(c, y, x, glyph(c->glyphs, cannot ? GLYPH_CANNOT : GLYPH_NOT_MEASURED), STYLE_DIM, 0);
    widget_cut(c, y, x + 2, w - 2, STYLE_DIM, 0, reason);
}

static void draw_tail(struct canvas *c, int y, int x, const struct fields *k, const struct view *v,
                      const struct row *r)
{
    char half[NUMBER_MAX];
    enum unit_mode unit = v->unit == UNIT_RAW && k->figures ? UNIT_PERCENT : v->unit;
    if (k->ratio)
        row_draw_ratio(c, y, x, k->ratio, r, unit);
    if (k->half && r->emulated)
        canvas_text(c, y, x + k->ratio, STYLE_DIM, 0, "excl");
    else if (k->half)
        canvas_text(c, y, x + k->ratio, r->bounded ? STYLE_DIM : STYLE_WARN, 0,
                    row_half(r, v->unit == UNIT_RAW ? UNIT_PERCENT : v->unit, half));
    if (k->age && r->older)
        canvas_text_right(c, y, x + k->ratio + k->half + k->age - 2, STYLE_DIM, 0,
                          row_age_short(r->age_s, half));
}

static void draw_strip(struct canvas *c, int y, struct rect in, const struct fields *k,
                       const struct axis *a, const struct snapshot *s, const struct view *v,
                       const struct strips *list, const struct strip *strip, bool selected)
{
    size_t chosen = row_target(s, v), others = 0;
    int x = in.x + k->label, w = k->axis - 1;
    bool known = strip->metric < s->metric_count && s->target_count > 0;
    struct row r = known ? row_read(s, strip->metric, chosen) : (struct row){0};
    char own[PARAMS_TEXT];
    widget_cursor(c, y, in.x, selected);
    widget_cut(c, y, in.x, k->label - 1, known && !r.older ? STYLE_TEXT : STYLE_DIM,
               selected ? ATTR_BOLD : 0, title_of(s, list, strip, own));
    if (k->figures && known) {
        char figure[32];
        const struct figure_value *native = &r.metric->cell[0].figure;
        canvas_text_right(c, y, x + 9, STYLE_DIM, 0,
                          native->measured ? row_figure(strip->workload, native->value, figure)
                                           : "—");
        canvas_text_right(c, y, x + 20, STYLE_TEXT, 0,
                          r.measured ? row_own_figure(&r, figure) : "—");
    }
    x += k->figures;
    for (size_t t = 1; known && t < s->target_count; t++)
        others += t != chosen && row_read(s, strip->metric, t).compared;
    if (!known || (!r.compared && (others == 0 || !k->axis))) {
        draw_reason(c, y, x, in.x + in.w - x, s, known ? &r : NULL);
        return;
    }
    if (k->axis) {
        struct mark m = row_mark(&r);
        if (r.compared)
            widget_whisker(c, y, x, w, a, &m);
        else
            ruler(c, y, x, w, a);
        if (v->paper && list->cpus == 1) /* the text speaks of one processor */
            row_draw_ghosts(c, y, x, w, a, s, strip->workload, params_of(s, strip));
        draw_others(c, y, x, w, a, s, &r, strip->metric);
    }
    draw_tail(c, y, x + k->axis, k, v, &r);
}

static bool any_ghost(const struct snapshot *s, const struct strips *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (isfinite(
                row_paper_relation(s, list->row[i].workload, params_of(s, &list->row[i]), "kvm")))
            return true;
    return false;
}

/* Where there is no frame, what is hidden of the list is said in the place of the label. */
static void draw_foot(struct canvas *c, int y, struct rect in, const struct fields *k,
                      const struct axis *a, const struct snapshot *s, const struct view *v,
                      const struct strips *list, bool label)
{
    int x = in.x + k->label + k->figures;
    if (!label)
        ;
    else if (v->paper && list->cpus == 1 && any_ghost(s, list))
        widget_cut(c, y, in.x, k->label - 1, STYLE_DIM, 0, "k: paper 2010");
    else
        widget_cut(c, y, in.x, k->label - 1, STYLE_DIM, 0, "% of native");
    if (k->figures) {
        canvas_text_right(c, y, x - k->figures + 9, STYLE_DIM, 0, "native");
        canvas_text_right(c, y, x - k->figures + 20, STYLE_DIM, 0, "guest");
    }
    if (k->axis)
        widget_axis(c, y, x, k->axis - 1, a, v->unit == UNIT_TIMES ? "%" : NULL);
    x += k->axis;
    if (k->ratio)
        canvas_text_right(c, y, x + k->ratio - 2, STYLE_DIM, 0,
                          row_ratio_heading(v->unit, k->figures));
    if (k->half)
        canvas_text(c, y, x + k->ratio, STYLE_DIM, 0, row_half_heading(v->unit, k->figures));
    if (k->age)
        canvas_text_right(c, y, x + k->ratio + k->half + k->age - 2, STYLE_DIM, 0, "age");
}

void strips_draw(struct canvas *c, struct rect box, struct rect in, const struct snapshot *s,
                 const struct view *v, const struct strips *list, size_t index, bool focus)
{
    size_t line_row[2 * STRIPS_MAX], lines = 0, at = 0; /* a heading has the row that follows it */
    bool heading[2 * STRIPS_MAX];
    if (in.h < 1 || list->count == 0)
        return;
    for (size_t i = 0; i < list->count; i++) {
        if (i == 0 || list->row[i].suite != list->row[i - 1].suite) {
            heading[lines] = true;
            line_row[lines++] = i;
        }
        heading[lines] = false;
        if (i == v->row[index])
            at = lines;
        line_row[lines++] = i;
    }
    struct fields k = fit(s, list, any_older(s, list, row_target(s, v)), in.w);
    struct axis a = axis_of(s, v, list, index);
    bool foot = in.h >= 4;
    size_t visible = (size_t)(in.h - foot);
    size_t first = widget_scroll(v->scroll[index], focus && at > 1 ? at : 0, visible, lines);
    struct rect former = canvas_clip(c, in.x > 0 ? (struct rect){in.y, in.x - 1, in.h, in.w + 1}
                                                 : in); /* the cursor stands left of the text */
    for (size_t i = 0; i < visible && first + i < lines; i++) {
        size_t row = line_row[first + i];
        int y = in.y + (int)i;
        if (heading[first + i])
            draw_mean(c, y, in, &k, &a, s, v, list, list->row[row].suite);
        else
            draw_strip(c, y, in, &k, &a, s, v, list, &list->row[row],
                       focus && row == v->row[index]);
        canvas_hit_row(c, (struct rect){y, in.x, 1, in.w}, index, row, 0);
    }
    if (foot)
        draw_foot(c, in.y + (int)(lines < visible ? lines : visible), in, &k, &a, s, v, list,
                  box.h > in.h || lines <= visible);
    canvas_unclip(c, former);
    widget_more(c, box, first, lines > first + visible ? lines - first - visible : 0);
}
