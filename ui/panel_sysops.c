/* System operations: the paper's Table I, row by row, against native; the paper's own guests stand
 * as letters on the same axis, since they were measured on other machines in another decade and are
 * a reference, never a result. */
#include "ui/layout.h"
#include "ui/list.h"
#include "ui/rowbox.h"

#include <math.h>

enum { BOX_TABLE, BOX_COUNT };

static const struct rowbox table = {.subsystem = SUBSYSTEM_SYSOPS,
                                    .prefix = "",
                                    .index = BOX_TABLE,
                                    .key = '9',
                                    .title = "system operations",
                                    .note = "Table I",
                                    .paper = true};

static size_t boxes(const struct snapshot *s, int h, int w)
{
    (void)s, (void)h, (void)w;
    return BOX_COUNT;
}

static size_t rows(const struct snapshot *s, const struct view *v, size_t box)
{
    (void)box;
    return rowbox_count(&table, s, v);
}

static size_t metric(const struct snapshot *s, const struct view *v)
{
    return rowbox_metric(&table, s, v);
}

static bool word(const struct snapshot *s, const struct view *v, char *out, size_t size)
{
    row_word_or_subsystem(s, metric(s, v), SUBSYSTEM_SYSOPS, out, size);
    return true;
}

/* The paper's table, scrolled to the operation of the selected row. Its figures carry no interval,
 * so no verdict's colour either. */
static void draw_paper(struct canvas *c, struct rect in, const struct snapshot *s,
                       const struct view *v)
{
    static const char *const kinds[] = {"native", "openvz", "xen", "kvm"};
    static const char *const heads[] = {"native", "OpenVZ", "Xen", "KVM"};
    const struct workload *list[64], *selected = NULL;
    size_t m = metric(s, v), count = 0, at = 0;
    if (m < s->metric_count)
        selected = s->metrics[m].workload;
    for (const struct workload *w = workload_next(NULL); w && count < 64; w = workload_next(w)) {
        if (w->subsystem != SUBSYSTEM_SYSOPS || !isfinite(row_paper(s, w, "native")))
            continue;
        if (w == selected)
            at = count;
        list[count++] = w;
    }
    int w = (in.w - 12) / 4 < 12 ? (in.w - 12) / 4 : 12, label = in.w - 4 * w;
    if (label > 16)
        label = 16;
    if (w < 5 || in.h < 2)
        return;
    for (int k = 0; k < 4; k++)
        canvas_text_right(c, in.y, in.x + label + (k + 1) * w - 1,
                          k ? style_of_kind(kinds[k]) : STYLE_DIM, 0,
                          w >= 7   ? heads[k]
                          : k == 0 ? "µs"
                          : k == 1 ? "OVZ"
                                   : heads[k]);
    bool foot = in.h >= 4;
    size_t visible = (size_t)(in.h - 1 - foot), first = widget_scroll(0, at, visible, count);
    for (size_t i = 0; i < visible && first + i < count; i++) {
        const struct workload *wl = list[first + i];
        int y = in.y + 1 + (int)i;
        bool here = wl == selected;
        double native = row_paper(s, wl, "native");
        widget_cursor(c, y, in.x, here);
        widget_cut(c, y, in.x, label - 1, here ? STYLE_TEXT : STYLE_DIM, 0, wl->title);
        for (int k = 0; k < 4; k++) {
            char number[NUMBER_MAX];
            double value = row_paper(s, wl, kinds[k]);
            if (k == 0 || v->unit == UNIT_RAW)
                number_short(number, value);
            else
                number_ratio(number, w - 1 < 6 ? w - 1 : 6, native / value, v->unit);
            canvas_text_right(c, y, in.x + label + (k + 1) * w - 1,
                              here ? STYLE_STRONG : STYLE_TEXT, here ? ATTR_BOLD : 0, number);
        }
    }
    if (foot)
        widget_cut(c, in.y + in.h - 1, in.x, in.w, STYLE_DIM, 0,
                   v->unit == UNIT_RAW     ? "µs an operation, without interval"
                   : v->unit == UNIT_TIMES ? "× its native, without interval"
                                           : "% of its native, without interval");
}

static bool paper_known(const struct snapshot *s)
{
    for (const struct workload *w = workload_next(NULL); w; w = workload_next(w))
        if (w->subsystem == SUBSYSTEM_SYSOPS && isfinite(row_paper(s, w, "native")))
            return true;
    return false;
}

static void draw(struct canvas *c, struct rect area, const struct snapshot *s, const struct view *v)
{
    enum size_class size = layout_area_size(area);
    bool ghosts = v->paper && paper_known(s);
    if (size <= SIZE_TEXT) {
        list_text_draw(c, area, s, v, SUBSYSTEM_SYSOPS, "");
        return;
    }
    if (v->expanded) {
        rowbox_draw(&table, c, area, s, v, ghosts);
        return;
    }
    struct rect part[2], below[2];
    const struct part down[2] = {{.min = 12, .max = 17, .weight = 4, .priority = 2},
                                 {.min = 8, .weight = 1, .priority = 1}};
    const struct part across[2] = {{.min = 38, .weight = 1, .priority = 2},
                                   {.min = 36, .weight = 1, .max = 68, .priority = 1}};
    layout_rows(area, down, 2, part);
    layout_columns(part[1], across, paper_known(s) ? 2 : 1, below);
    rowbox_draw(&table, c, part[0], s, v, ghosts);
    if (below[0].h > 0)
        rowbox_draw_detail(c, below[0], s, v, metric(s, v));
    if (paper_known(s) && below[1].h > 0) {
        struct box box = {.title = "paper 2010, Table I", .note = "another host"};
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
