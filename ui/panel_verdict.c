/* The verdict of a check: the word and the counts, only the rows that changed, what else changed on
 * the machine, and what to do next. While the check runs: how far it is. */
#include "check.h"
#include "ui/layout.h"
#include "ui/prose.h"
#include "ui/widget.h"
#include "xalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BOX_ROWS, BOX_COUNT };

static size_t boxes(const struct snapshot *s, int h, int w)
{
    (void)s, (void)h, (void)w;
    return BOX_COUNT;
}

static size_t rows(const struct snapshot *s, const struct view *v, size_t box)
{
    (void)v, (void)box;
    const struct check *c = s->check.verdict;
    if (!c || !c->count)
        return 0;
    size_t *order = xcalloc(c->count, sizeof *order);
    size_t n = check_changed(c, order);
    free(order);
    return n;
}

static size_t metric(const struct snapshot *s, const struct view *v)
{
    const struct check *c = s->check.verdict;
    size_t found = SIZE_MAX, n;
    if (!c || !c->count)
        return found;
    size_t *order = xcalloc(c->count, sizeof *order);
    n = check_changed(c, order);
    const struct compare_row *row = v->row[BOX_ROWS] < n ? &c->rows[order[v->row[BOX_ROWS]]] : NULL;
    for (size_t i = 0; row && i < s->metric_count; i++)
        if (s->metrics[i].workload == row->workload &&
            strcmp(s->metrics[i].params, row->params) == 0)
            found = i;
    free(order);
    return found;
}

static enum verdict verdict_of(const struct check *c)
{
    static const enum verdict of_exit[] = {VERDICT_SAME, VERDICT_WORSE, VERDICT_INCONCLUSIVE,
                                           VERDICT_INCONCLUSIVE, VERDICT_NOT_COMPARABLE};
    return of_exit[check_exit(c)];
}

static void draw_glyph(struct canvas *c, int y, int x, enum verdict v)
{
    canvas_put(c, y, x, glyph(c->glyphs, glyph_of_verdict(v)), style_of_verdict(v),
               attr_of_verdict(v));
}

static void draw_head(struct canvas *c, struct rect r, const struct snapshot *s)
{
    static const struct hint top[] = {{ACTION_CHECK, NULL},
                                      {ACTION_EXPORT, NULL},
                                      {ACTION_BASELINE, NULL},
                                      {ACTION_DOUBT, NULL},
                                      {ACTION_NONE, NULL}};
    const struct check *check = s->check.verdict;
    struct box box = {.title = "check after upgrade", .note = s->check.name, .top = top};
    struct rect in = widget_box(c, r, &box);
    char counts[160];
    int x;
    if (s->check.active) {
        x = canvas_textf(c, in.y, in.x, STYLE_STRONG, ATTR_BOLD, "session %zu of %zu",
                         s->check.session, s->check.sessions);
        canvas_textf(c, in.y, x + 2, STYLE_TEXT, 0, "%3.0f %%  %s", 100 * s->run.done,
                     s->run.active && s->run.workload ? s->run.title : s->run.phase);
        widget_progress(c, in.y + 1, in.x, in.w, s->run.done, STYLE_OK);
        widget_cut(c, in.y + 2, in.x, in.w, STYLE_DIM, 0, s->check.plan);
        return;
    }
    if (!check) {
        canvas_text(c, in.y, in.x, STYLE_DIM, 0, "no check yet: c starts one");
        return;
    }
    enum verdict v = verdict_of(check);
    draw_glyph(c, in.y, in.x, v);
    x = canvas_text(c, in.y, in.x + 2, style_of_verdict(v), ATTR_BOLD, check_headline(check));
    widget_cut(c, in.y, x + 2, in.x + in.w - x - 2, STYLE_TEXT, 0,
               check_counts(check, counts, sizeof counts));
    widget_cut(c, in.y + 1, in.x, in.w, STYLE_DIM, 0, check->before);
    widget_cut(c, in.y + 2, in.x, in.w, STYLE_DIM, 0, check->after);
}

/* One axis for all rows shown: at least ten percent on each side of 100. */
static struct axis axis_of(const struct check *check, const size_t *order, size_t n)
{
    double *values = xcalloc(n + 2, sizeof *values);
    values[n] = 90;
    values[n + 1] = 110;
    for (size_t i = 0; i < n; i++)
        values[i] = fmin(200, 100 * exp(check->rows[order[i]].change.centre));
    struct axis a = axis_over(values, n + 2, 100, false);
    free(values);
    return a;
}

#define TEXT_COLUMNS 46 /* before the axis */
#define END_COLUMNS  14 /* after it: the figure and its p */

static void draw_row(struct canvas *c, int y, struct rect in, const struct compare_row *row,
                     const struct axis *a)
{
    char old[NUMBER_MAX], new[NUMBER_MAX], label[WORKLOAD_ID_MAX + PARAMS_TEXT + 2];
    bool native = strcmp(row->target, "native") == 0;
    double scale = native ? 1 : 100;
    int axis_width = in.w - TEXT_COLUMNS - END_COLUMNS, right = in.x + in.w - 1;
    snprintf(label, sizeof label, "%s%s%s", row->workload->id, row->params[0] ? " " : "",
             row->params);
    draw_glyph(c, y, in.x, row->verdict);
    widget_cut(c, y, in.x + 2, 18, STYLE_TEXT, 0, label);
    widget_cut(c, y, in.x + 21, 9, style_of_kind(row->target), 0, row->target);
    canvas_textf(c, y, in.x + 31, STYLE_DIM, 0, "%5s %5s%s", number_short(old, scale * row->before),
                 number_short(new, scale * row->after), native ? "" : " %");
    if (axis_width >= 10) {
        struct mark m = {.value = 100 * exp(row->change.centre),
                         .low = 100 * exp(row->change.low),
                         .high = 100 * exp(row->change.high),
                         .bounded = row->change.bounded,
                         .native = 100,
                         .kind = row->target,
                         .line = style_of_verdict(row->verdict)};
        widget_whisker(c, y, in.x + TEXT_COLUMNS, axis_width, a, &m);
    }
    char end[32], p[12] = "";
    if (isfinite(row->p))
        snprintf(p, sizeof p, row->p < 0.001 ? "<.001" : "%.3f", row->p);
    snprintf(end, sizeof end, "%.1f %5s", 100 * exp(row->change.centre), p);
    canvas_text_right(c, y, right, style_of_verdict(row->verdict), attr_of_verdict(row->verdict),
                      end);
}

static void draw_rows(struct canvas *c, struct rect r, const struct snapshot *s,
                      const struct view *v)
{
    static const struct hint bottom[] = {
        {ACTION_OPEN, NULL}, {ACTION_RUN, NULL}, {ACTION_NONE, NULL}};
    const struct check *check = s->check.verdict;
    struct box box = {.title = check && check->more ? "rows, without verdicts" : "changed",
                      .note = "% of before, 95 % interval",
                      .bottom = bottom,
                      .focus = true};
    struct rect in = widget_box(c, r, &box);
    if (!check || in.h < 2)
        return;
    size_t *order = xcalloc(check->count + 1, sizeof *order);
    size_t n = check_changed(check, order), visible = (size_t)in.h - 1;
    struct axis a = axis_of(check, order, n);
    size_t first = widget_scroll(v->scroll[BOX_ROWS], v->row[BOX_ROWS], visible, n);
    if (!n)
        canvas_text(c, in.y, in.x, STYLE_DIM, 0,
                    check->fatal ? "nothing can be compared" : "no row changed beyond noise");
    for (size_t i = 0; i < visible && first + i < n; i++) {
        int y = in.y + (int)i;
        draw_row(c, y, in, &check->rows[order[first + i]], &a);
        widget_cursor(c, y, in.x, first + i == v->row[BOX_ROWS]);
        canvas_hit_row(c, (struct rect){y, in.x, 1, in.w}, BOX_ROWS, first + i, 0);
    }
    if (n && in.w - TEXT_COLUMNS - END_COLUMNS >= 10) {
        widget_axis(c, in.y + in.h - 1, in.x + TEXT_COLUMNS, in.w - TEXT_COLUMNS - END_COLUMNS, &a,
                    "");
        canvas_text_right(c, in.y + in.h - 1, in.x + in.w - 1, STYLE_DIM, 0, "p (Holm)");
        canvas_text(c, in.y + in.h - 1, in.x + 30, STYLE_DIM, 0, "before   now");
    }
    if (n > visible)
        widget_more(c, r, first, n - first > visible ? n - first - visible : 0);
    free(order);
}

static void draw_differences(struct canvas *c, struct rect r, const struct snapshot *s)
{
    static const enum style styles[] = {STYLE_TEXT, STYLE_WARN, STYLE_ERROR};
    const struct check *check = s->check.verdict;
    struct box box = {.title = "what else changed"};
    struct page p = page_begin(c, widget_box(c, r, &box));
    if (check && !check->difference_count)
        page_text(&p, STYLE_DIM, 0, "nothing that is known");
    for (size_t i = 0; check && i < check->difference_count; i++)
        page_text(&p, styles[check->differences[i].class], 0, check->differences[i].sentence);
}

static void draw_advice(struct canvas *c, struct rect r, const struct snapshot *s)
{
    const struct check *check = s->check.verdict;
    struct box box = {.title = "verdict"};
    struct page p = page_begin(c, widget_box(c, r, &box));
    for (size_t i = 0; check && i < check->advice_count; i++)
        page_text(&p, STYLE_TEXT, 0, check->advice[i]);
    if (check)
        page_textf(&p, STYLE_DIM, 0, "exit code of vmtax check: %d", check_exit(check));
}

static void draw(struct canvas *c, struct rect area, const struct snapshot *s, const struct view *v)
{
    struct rect rows_of[3], halves[2];
    const struct part down[] = {{5, 5, 0, 3}, {5, 0, 3, 2}, {6, 0, 2, 1}};
    const struct part across[] = {{20, 0, 1, 1}, {20, 0, 1, 2}};
    layout_rows(area, down, 3, rows_of);
    draw_head(c, rows_of[0], s);
    if (s->check.active)
        return;
    draw_rows(c, rows_of[1], s, v);
    layout_columns(rows_of[2], across, 2, halves);
    draw_differences(c, halves[0], s);
    draw_advice(c, halves[1], s);
}

const struct panel panel_verdict = {
    .id = "verdict",
    .key = 0,
    .title = "Verdict",
    .short_title = "Verdict",
    .boxes = boxes,
    .rows = rows,
    .metric = metric,
    .draw = draw,
};
