/* Context switch: the paper's Table II as heat matrices, one a target and placement, so that
 * same-cpu and cross-cpu switches are never mixed; the paper's own table below or, with P, beside
 * ours. `o` changes the placement where both do not fit, the cursor moves in ours. */
#include "ui/detail.h"
#include "ui/layout.h"
#include "ui/list.h"
#include "ui/matrix.h"
#include "ui/prose.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BOX_MATRIX, BOX_COUNT };

#define MATRIX_WIDTH 19 /* the least that reads well, frame included */

static size_t boxes(const struct snapshot *s, int h, int w)
{
    (void)s, (void)h, (void)w;
    return BOX_COUNT;
}

static bool as_text(const struct view *v)
{
    return v->filter[0] != '\0';
}

static size_t rows(const struct snapshot *s, const struct view *v, size_t box)
{
    size_t list[ROWS_MAX];
    (void)box;
    return as_text(v) ? row_list(s, v, SUBSYSTEM_CTXSW, "", list) : MATRIX_ROWS;
}

static size_t columns(const struct snapshot *s, const struct view *v, size_t box)
{
    (void)s, (void)box;
    return as_text(v) ? 1 : MATRIX_COLUMNS;
}

static size_t metric(const struct snapshot *s, const struct view *v)
{
    size_t list[ROWS_MAX];
    if (as_text(v)) {
        size_t count = row_list(s, v, SUBSYSTEM_CTXSW, "", list);
        return v->row[BOX_MATRIX] < count ? list[v->row[BOX_MATRIX]] : SIZE_MAX;
    }
    return matrix_metric(s, v->row[BOX_MATRIX], v->column[BOX_MATRIX], v->other_view[BOX_MATRIX]);
}

static bool word(const struct snapshot *s, const struct view *v, char *out, size_t size)
{
    row_word_or_subsystem(s, metric(s, v), SUBSYSTEM_CTXSW, out, size);
    return true;
}

static bool paper_known(const struct snapshot *s)
{
    const struct workload *w = workload_find("ctx.2p0k");
    return w && isfinite(row_paper(s, w, "native"));
}

static void draw_one(struct canvas *c, struct rect r, const struct snapshot *s,
                     const struct view *v, const struct matrix *m, bool first)
{
    static const struct hint top[] = {{ACTION_OTHER_VIEW, "ther cpu"}, {ACTION_NONE, NULL}};
    char title[64];
    matrix_title(s, m, v->unit, r.w, title);
    bool here = !m->paper && m->cross == v->other_view[BOX_MATRIX];
    struct box box = {.title = title,
                      .number = first ? '0' : 0,
                      .top = here && m->target > 0 && r.w >= 34 ? top : NULL,
                      .focus = here && m->target == row_target(s, v)};
    struct rect in = widget_box(c, r, &box);
    /* one column of padding is enough where columns are dear */
    if (r.w < 26)
        in = (struct rect){in.y, in.x - 1, in.h, in.w + 2};
    matrix_draw(c, in, s, m, v->unit, here ? v->row[BOX_MATRIX] : MATRIX_ROWS,
                v->column[BOX_MATRIX]);
}

static void draw_band(struct canvas *c, struct rect r, const struct snapshot *s,
                      const struct view *v, const struct matrix *list, size_t count)
{
    if (count == 0 || r.h == 0)
        return;
    for (size_t i = 0; i < count; i++) {
        int x = r.x + (int)((size_t)r.w * i / count),
            end = r.x + (int)((size_t)r.w * (i + 1) / count);
        draw_one(c, (struct rect){r.y, x, r.h, end - x}, s, v, &list[i], i == 0 && !list[i].paper);
    }
}

/* Ours, as many as fit: both placements, else the chosen one. */
static size_t ours(const struct snapshot *s, const struct view *v, int w,
                   struct matrix out[2 * TARGETS_MAX])
{
    size_t room = (size_t)(w / MATRIX_WIDTH > 0 ? w / MATRIX_WIDTH : 1), count = 0;
    if (s->target_count == 0)
        return 0;
    bool both = 2 * s->target_count <= room;
    for (int cross = 0; cross < 2; cross++) {
        if (!both && (cross != 0) != v->other_view[BOX_MATRIX])
            continue;
        /* native, then as many guests as fit, the chosen one among them */
        size_t shown = s->target_count - 1 < room - 1 ? s->target_count - 1 : room - 1;
        size_t chosen = row_target(s, v), first = chosen > shown ? chosen - shown + 1 : 1;
        out[count++] = (struct matrix){.target = 0, .cross = cross != 0};
        for (size_t t = first; t < s->target_count && t < first + shown; t++)
            out[count++] = (struct matrix){.target = t, .cross = cross != 0};
    }
    return count;
}

static size_t papers(int w, bool with_native, struct matrix out[4])
{
    static const char *const kinds[] = {"native", "openvz", "xen", "kvm"};
    size_t room = (size_t)(w / MATRIX_WIDTH), count = 0;
    for (size_t i = with_native ? 0 : 1; i < 4 && count < room; i++)
        out[count++] = (struct matrix){.paper = kinds[i]};
    return count;
}

/* The selected row of the matrix over the working set: native dotted, guests as lines. */
static void draw_graph(struct canvas *c, struct rect r, const struct snapshot *s,
                       const struct view *v)
{
    char title[64];
    bool cross = v->other_view[BOX_MATRIX];
    size_t row = v->row[BOX_MATRIX] < MATRIX_ROWS ? v->row[BOX_MATRIX] : 0;
    snprintf(title, sizeof title, "row %s %s-cpu", matrix_rows[row], cross ? "cross" : "same");
    struct box box = {.title = title, .note = "µs by size ↓"};
    struct rect in = widget_box(c, r, &box);
    double xs[MATRIX_COLUMNS] = {0, 16, 64}, ys[TARGETS_MAX][MATRIX_COLUMNS];
    double all[TARGETS_MAX * MATRIX_COLUMNS];
    size_t values = 0;
    for (size_t t = 0; t < s->target_count; t++)
        for (size_t k = 0; k < MATRIX_COLUMNS; k++) {
            struct matrix m = {.target = t, .cross = cross};
            bool excluded = s->targets[t].emulated && s->target_count > 2;
            ys[t][k] = excluded ? NAN : matrix_us(s, &m, row, k);
            all[values++] = ys[t][k];
        }
    struct rect g = {in.y, in.x + 6, in.h - 1, in.w - 8};
    if (g.h < 3 || g.w < 12)
        return;
    bool any = false;
    for (size_t i = 0; i < values; i++)
        any = any || isfinite(all[i]);
    if (!any) {
        struct page p = page_begin(c, in);
        const char *which = cross ? "Cross-cpu" : "Same-cpu";
        if (s->stored || s->replayed)
            page_textf(&p, STYLE_DIM, 0, "%s cells of this row are not measured.", which);
        else
            page_textf(&p, STYLE_DIM, 0,
                       "%s cells of this row are not measured yet: %s on a cell measures it.",
                       which, key_word(c->keymap, ACTION_RUN));
        return;
    }
    struct axis ax = {.low = 0, .high = 64}, ay = axis_over(all, values, 0, false);
    struct plot p;
    plot_init(&p, g.h, g.w);
    int end[TARGETS_MAX];
    for (size_t t = 1; t < s->target_count; t++)
        end[t] = (s->targets[t].emulated ? plot_dashed : plot_series)(
            &p, &ax, &ay, xs, ys[t], MATRIX_COLUMNS, style_of_kind(s->targets[t].kind));
    plot_dotted(&p, &ax, &ay, xs, ys[0], MATRIX_COLUMNS, STYLE_NATIVE);
    plot_blit(&p, c, g.y, g.x);
    plot_release(&p);
    for (size_t t = 1; t < s->target_count; t++)
        if (end[t] >= 0)
            widget_mark(c, g.y + end[t], g.x + g.w, &s->targets[t]);
    double ticks[8];
    size_t count = axis_ticks(&ay, g.h >= 8 ? 3 : 2, ticks, 8);
    for (size_t i = 0; i < count; i++) {
        char number[NUMBER_MAX];
        canvas_text_right(c, g.y + axis_row(&ay, g.h, ticks[i]), g.x - 2, STYLE_DIM, 0,
                          number_short(number, ticks[i]));
    }
    for (size_t k = 0; k < MATRIX_COLUMNS; k++) {
        int x = g.x + axis_column(&ax, g.w, xs[k], NULL);
        canvas_text(c, g.y + g.h, k == 2 ? x - 2 : x, STYLE_DIM, 0, matrix_columns[k]);
    }
}

static void draw_detail(struct canvas *c, struct rect r, const struct snapshot *s,
                        const struct view *v)
{
    static const struct hint top[] = {{ACTION_WHY, NULL}, {ACTION_NONE, NULL}};
    static const struct hint bottom[] = {
        {ACTION_OPEN, NULL}, {ACTION_RUN, NULL}, {ACTION_NONE, NULL}};
    size_t row = v->row[BOX_MATRIX], column = v->column[BOX_MATRIX], m = metric(s, v);
    struct box box = {.title = "this cell", .top = top, .bottom = bottom};
    struct rect in = widget_box(c, r, &box);
    if (m < s->metric_count || row >= MATRIX_ROWS || column >= MATRIX_COLUMNS) {
        detail_draw(c, in, s, v, m);
        return;
    }
    struct page p = page_begin(c, in);
    char id[WORKLOAD_ID_MAX];
    snprintf(id, sizeof id, "ctx.%s%s", matrix_rows[row], matrix_columns[column]);
    const struct workload *w = workload_find(id);
    if (!w) {
        page_textf(&p, STYLE_DIM, 0, "%s/%s is not in the paper's table, nor in ours.",
                   matrix_rows[row], matrix_columns[column]);
        return;
    }
    page_textf(&p, STYLE_STRONG, ATTR_BOLD, "%s, %s-cpu", w->title,
               v->other_view[BOX_MATRIX] ? "cross" : "same");
    char why[REASON_TEXT];
    row_missing(s, NULL, 0, id, c->keymap, why);
    page_text(&p, STYLE_DIM, 0, why);
    page_text(&p, STYLE_DIM, 0, w->method);
}

static void draw(struct canvas *c, struct rect area, const struct snapshot *s, const struct view *v)
{
    enum size_class size = layout_area_size(area);
    if (size <= SIZE_TEXT || as_text(v)) {
        list_text_draw(c, area, s, v, SUBSYSTEM_CTXSW, "");
        return;
    }
    size_t list[ROWS_MAX];
    if (row_list(s, v, SUBSYSTEM_CTXSW, "", list) == 0 && !paper_known(s)) {
        struct box box = {.title = "context switch", .number = '0', .focus = true};
        list_nothing(c, widget_box(c, area, &box), s, v, SUBSYSTEM_CTXSW);
        return;
    }
    struct matrix mine[2 * TARGETS_MAX], theirs[4];
    size_t my_count = ours(s, v, area.w, mine);
    int low = MATRIX_ROWS + 4, high = 2 * MATRIX_ROWS + 5;
    bool second = paper_known(s) && area.h >= low + low + 2 + 10;
    struct rect part[4], bottom[2];
    bool tall = area.h >= high + (second ? low : 0) + 2 + 10 &&
                my_count * 28 <= (size_t)area.w; /* else a cell has no room for its second line */
    const struct part down[4] = {
        {.min = tall ? high : low, .max = tall ? high : low, .priority = 4},
        {.min = second ? low : 1, .max = second ? low : 1, .priority = second ? 1 : 0},
        {.min = 2, .max = 2, .priority = 2},
        {.min = 6, .weight = 1, .priority = 3}};
    if (second) {
        layout_rows(area, down, 4, part);
    } else {
        const struct part three[3] = {down[0], down[2], down[3]};
        struct rect out[3];
        layout_rows(area, three, 3, out);
        part[0] = out[0];
        part[1] = (struct rect){0};
        part[2] = out[1];
        part[3] = out[2];
    }
    if (v->expanded) {
        draw_band(c, area, s, v, mine, my_count);
        return;
    }
    if (second) {
        draw_band(c, part[0], s, v, mine, my_count);
        draw_band(c, part[1], s, v, theirs, papers(area.w, true, theirs));
    } else if (v->paper && paper_known(s)) {
        size_t t = row_target(s, v), count = 0;
        struct matrix mixed[8];
        if (t > 0)
            mixed[count++] = (struct matrix){.target = t, .cross = v->other_view[BOX_MATRIX]};
        size_t paper_count = papers(area.w - (int)count * MATRIX_WIDTH, false, theirs);
        for (size_t i = 0; i < paper_count; i++)
            mixed[count++] = theirs[i];
        draw_band(c, part[0], s, v, mixed, count);
    } else {
        draw_band(c, part[0], s, v, mine, my_count);
    }
    if (part[2].h > 0)
        matrix_ramp(c, part[2].y, part[2].x + 2, part[2].w - 4);
    const struct part across[2] = {{.min = 38, .weight = 1, .priority = 1},
                                   {.min = 40, .weight = 1, .priority = 2}};
    layout_columns(part[3], across, 2, bottom);
    if (bottom[0].h > 0 && bottom[0].w > 0)
        draw_graph(c, bottom[0], s, v);
    if (bottom[1].h > 0)
        draw_detail(c, bottom[1], s, v);
}

const struct panel panel_ctxsw = {
    .id = "ctxsw",
    .key = '0',
    .title = "CtxSwitch",
    .short_title = "Ctx",
    .boxes = boxes,
    .rows = rows,
    .columns = columns,
    .metric = metric,
    .word = word,
    .draw = draw,
};
