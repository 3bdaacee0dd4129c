/* System operations: the paper's Table I, row by row, against native; the paper's own guests stand
 * as letters on the same axis, since they were measured on other machines in another decade and are
 * a reference, never a result. */
#include "ui/detail.h"
#include "ui/layout.h"
#include "ui/list.h"

#include <math.h>
#include <stdio.h>

enum { BOX_TABLE, BOX_COUNT };

static size_t boxes(const struct snapshot *s, int h, int w)
{
    (void)s, (void)h, (void)w;
    return BOX_COUNT;
}

static size_t rows(const struct snapshot *s, const struct view *v, size_t box)
{
    size_t list[ROWS_MAX];
    (void)box;
    return row_list(s, v, SUBSYSTEM_SYSOPS, "", list);
}

static size_t metric(const struct snapshot *s, const struct view *v)
{
    size_t list[ROWS_MAX], count = row_list(s, v, SUBSYSTEM_SYSOPS, "", list);
    return v->row[BOX_TABLE] < count ? list[v->row[BOX_TABLE]] : SIZE_MAX;
}

static bool word(const struct snapshot *s, const struct view *v, char *out, size_t size)
{
    size_t m = metric(s, v);
    if (m < s->metric_count)
        row_word(&s->metrics[m], out, size);
    else
        snprintf(out, size, "sysops");
    return true;
}

/* The paper's table, scrolled to the selected row's operation. */
static void draw_paper(struct canvas *c, struct rect in, const struct snapshot *s,
                       const struct view *v)
{
    static const char *const kinds[] = {"native", "openvz", "xen", "kvm"};
    static const char *const heads[] = {"native µs", "OpenVZ", "Xen", "KVM"};
    size_t m = metric(s, v);
    const struct workload *selected = m < s->metric_count ? s->metrics[m].workload : NULL;
    int label = 15, w = (in.w - label) / 4, y = in.y;
    if (w < 7 || in.h < 3)
        return;
    if (w > 12)
        w = 12;
    for (int k = 0; k < 4; k++)
        canvas_text_right(c, y, in.x + label + (k + 1) * w - 1,
                          k ? style_of_kind(kinds[k]) : STYLE_DIM, 0, heads[k]);
    y++;
    for (const struct workload *wl = workloads; wl->id && y < in.y + in.h; wl++) {
        double native = row_paper(wl, "native");
        if (wl->subsystem != SUBSYSTEM_SYSOPS || !isfinite(native))
            continue;
        widget_cursor(c, y, in.x, wl == selected);
        widget_cut(c, y, in.x, label - 1, wl == selected ? STYLE_TEXT : STYLE_DIM, 0, wl->title);
        for (int k = 0; k < 4; k++) {
            char number[NUMBER_MAX];
            double value = row_paper(wl, kinds[k]);
            if (k == 0 || v->unit == UNIT_RAW)
                number_short(number, value);
            else
                number_ratio(number, 6, native / value, v->unit);
            enum style style = k == 0 || v->unit == UNIT_RAW ? STYLE_TEXT
                               : native / value < 0.9        ? STYLE_WORSE
                               : native / value < 0.97       ? STYLE_SLIGHTLY_WORSE
                                                             : STYLE_TEXT;
            canvas_text_right(c, y, in.x + label + (k + 1) * w - 1, style, 0, number);
        }
        y++;
    }
    if (y < in.y + in.h)
        widget_cut(c, y, in.x, in.w, STYLE_DIM, 0,
                   v->unit == UNIT_RAW     ? "µs an operation"
                   : v->unit == UNIT_TIMES ? "× its native time; no interval was published"
                                           : "% of its native; no interval was published");
}

static bool paper_known(void)
{
    for (const struct workload *w = workloads; w->id; w++)
        if (w->subsystem == SUBSYSTEM_SYSOPS && isfinite(row_paper(w, "native")))
            return true;
    return false;
}

static void draw_table(struct canvas *c, struct rect r, const struct snapshot *s,
                       const struct view *v, bool ghosts)
{
    static const struct hint top[] = {{ACTION_UNITS, NULL},
                                      {ACTION_PAPER, NULL},
                                      {ACTION_TARGET, NULL},
                                      {ACTION_FILTER, NULL},
                                      {ACTION_NONE, NULL}};
    static const struct hint bottom[] = {
        {ACTION_OPEN, NULL}, {ACTION_RUN, NULL}, {ACTION_NONE, NULL}};
    size_t list[ROWS_MAX], count = row_list(s, v, SUBSYSTEM_SYSOPS, "", list);
    struct box box = {.title = "system operations",
                      .note = "Table I",
                      .number = '9',
                      .top = top,
                      .bottom = bottom,
                      .bottom_note = ghosts ? "o x k: the paper's OpenVZ, Xen, KVM (2010)" : NULL,
                      .focus = v->box == BOX_TABLE};
    struct rect in = widget_box(c, r, &box);
    if (count == 0) {
        list_nothing(c, in, s, v, SUBSYSTEM_SYSOPS);
        return;
    }
    list_rows_draw(c, r, in, s, v, list, count, BOX_TABLE, true, ghosts);
}

static void draw(struct canvas *c, struct rect area, const struct snapshot *s, const struct view *v)
{
    enum size_class size = layout_area_size(area);
    bool ghosts = v->paper && paper_known();
    if (size <= SIZE_TEXT) {
        list_text_draw(c, area, s, v, SUBSYSTEM_SYSOPS, "");
        return;
    }
    if (v->expanded) {
        draw_table(c, area, s, v, ghosts);
        return;
    }
    struct rect part[2], below[2];
    const struct part down[2] = {{.min = 12, .max = 17, .weight = 4, .priority = 2},
                                 {.min = 8, .weight = 1, .priority = 1}};
    const struct part across[2] = {{.min = 38, .weight = 1, .priority = 2},
                                   {.min = 36, .weight = 1, .max = 68, .priority = 1}};
    layout_rows(area, down, 2, part);
    layout_columns(part[1], across, paper_known() ? 2 : 1, below);
    draw_table(c, part[0], s, v, ghosts);
    if (below[0].h > 0) {
        static const struct hint top[] = {{ACTION_WHY, NULL}, {ACTION_NONE, NULL}};
        struct box box = {.title = "this row", .top = top};
        detail_draw(c, widget_box(c, below[0], &box), s, v, metric(s, v));
    }
    if (paper_known() && below[1].h > 0) {
        struct box box = {.title = "the paper's Table I", .note = "2010, its machine, not ours"};
        draw_paper(c, widget_box(c, below[1], &box), s, v);
    }
}

const struct panel panel_sysops = {
    .id = "sysops",
    .key = '9',
    .title = "SysOps",
    .short_title = "Sys",
    .boxes = boxes,
    .rows = rows,
    .metric = metric,
    .word = word,
    .draw = draw,
};
