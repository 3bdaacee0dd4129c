/* Disk: IOzone's write and read by record size (the paper's figures 7 and 8) as lines, all
 * operations of IOzone and Bonnie++ as rows, and how long the selected one's single records took.
 * `o` on a sweep changes from the page cache to what goes past it. */
#include "ui/layout.h"
#include "ui/list.h"
#include "ui/prose.h"
#include "ui/rowbox.h"
#include "ui/sweep.h"

#include <math.h>
#include <stdio.h>

enum { BOX_ROWS, BOX_WRITE, BOX_READ, BOX_COUNT };

static const struct rowbox operations = {.subsystem = SUBSYSTEM_DISK,
                                         .prefix = "",
                                         .index = BOX_ROWS,
                                         .key = '4',
                                         .title = "IOzone, Bonnie++",
                                         .note = "file / record"};

#define RECORDS(name, direct)                                                           \
    {                                                                                   \
        .id = "file." name, .x = "record", .fixed = "size=16M sync=none direct=" direct \
    }
static const struct sweep sweeps[2][2] = {{RECORDS("write", "no"), RECORDS("write", "yes")},
                                          {RECORDS("read", "no"), RECORDS("read", "yes")}};

static const struct sweep *sweep_of(const struct view *v, size_t box)
{
    return &sweeps[box == BOX_READ][v->other_view[box]];
}

/* A line needs two points; a short profile has one record size. */
static bool sweeping(const struct snapshot *s)
{
    size_t points[SWEEP_MAX], most = 0;
    for (size_t i = 0; i < 4; i++) {
        size_t count = sweep_points(s, &sweeps[i / 2][i % 2], points);
        most = count > most ? count : most;
    }
    return most >= 2;
}

static size_t boxes(const struct snapshot *s, int h, int w)
{
    bool text = layout_area_size((struct rect){0, 0, h, w}) <= SIZE_TEXT;
    return text || !sweeping(s) ? 1 : BOX_COUNT;
}

static size_t rows(const struct snapshot *s, const struct view *v, size_t box)
{
    return box == BOX_ROWS ? rowbox_count(&operations, s, v) : 1;
}

static size_t columns(const struct snapshot *s, const struct view *v, size_t box)
{
    size_t points[SWEEP_MAX];
    return box == BOX_ROWS ? 1 : sweep_points(s, sweep_of(v, box), points);
}

static size_t metric(const struct snapshot *s, const struct view *v)
{
    if (v->box != BOX_READ && v->box != BOX_WRITE)
        return rowbox_metric(&operations, s, v);
    return sweep_metric(s, v, sweep_of(v, v->box));
}

static bool word(const struct snapshot *s, const struct view *v, char *out, size_t size)
{
    row_word_or_subsystem(s, metric(s, v), SUBSYSTEM_DISK, out, size);
    return true;
}

static void draw_sweep(struct canvas *c, struct rect r, const struct snapshot *s,
                       const struct view *v, size_t box_index)
{
    static const struct hint buffered[] = {
        {ACTION_OTHER_VIEW, " direct"}, {ACTION_AXIS, NULL}, {ACTION_NONE, NULL}};
    static const struct hint direct[] = {
        {ACTION_OTHER_VIEW, " buffered"}, {ACTION_AXIS, NULL}, {ACTION_NONE, NULL}};
    static const struct hint bottom[] = {
        {ACTION_OPEN, NULL}, {ACTION_RUN, NULL}, {ACTION_NONE, NULL}};
    const struct sweep *sweep = sweep_of(v, box_index);
    bool focus = v->box == box_index, past = v->other_view[box_index];
    struct box box = {.title = box_index == BOX_READ ? "IOzone read" : "IOzone write",
                      .note = past ? "direct ↑" : "page cache ↑",
                      .top = past ? direct : buffered,
                      .bottom = focus ? bottom : NULL,
                      .focus = focus};
    sweep_draw(c, widget_box(c, r, &box), s, v, sweep, box_index,
               focus ? v->column[box_index] : SIZE_MAX);
}

/* Percentiles of the selected row's single records, the guest's as bars over decades with native as
 * the ruler. No interval: their marks are hollow. */
static void draw_latency(struct canvas *c, struct rect r, const struct snapshot *s,
                         const struct view *v, size_t m)
{
    static const char *const names[] = {"p50", "p90", "p99", "p99.9", "max"};
    char label[LABEL_MAX] = "";
    if (m < s->metric_count)
        row_label(&s->metrics[m], label);
    struct box box = {.title = "latency µs", .note = label};
    struct page p = page_begin(c, widget_box(c, r, &box));
    size_t target = row_target(s, v);
    const struct latency none = {.known = false}, *of[2] = {&none, &none};
    for (size_t k = 0; k < 2 && m < s->metric_count; k++)
        if (k == 0 || target > 0)
            of[k] = &s->metrics[m].cell[k ? target : 0].figure.latency;
    if (!of[0]->known && !of[1]->known) {
        page_text(&p, STYLE_DIM, 0, "not measured of this row");
        return;
    }
    double values[2][5], all[10];
    for (size_t k = 0; k < 2; k++) {
        const double us[5] = {of[k]->p50_us, of[k]->p90_us, of[k]->p99_us, of[k]->p99_9_us,
                              of[k]->max_us};
        for (size_t i = 0; i < 5; i++)
            values[k][i] = all[5 * k + i] = of[k]->known && us[i] > 0 ? us[i] : NAN;
    }
    struct axis axis = axis_over(all, 10, NAN, true);
    int from = p.r.x + 20, w = p.r.w - 20;
    for (size_t i = 0; i < 5 && page_left(&p) > 0; i++, p.y++) {
        char number[NUMBER_MAX];
        canvas_text(c, p.y, p.r.x, STYLE_DIM, 0, names[i]);
        canvas_text_right(c, p.y, p.r.x + 11, STYLE_NATIVE, 0,
                          isnan(values[0][i]) ? "—" : number_short(number, values[0][i]));
        if (target > 0)
            canvas_text_right(c, p.y, p.r.x + 18, style_of_kind(s->targets[target].kind), 0,
                              isnan(values[1][i]) ? "—" : number_short(number, values[1][i]));
        if (w < 6)
            continue;
        bool guest = !isnan(values[1][i]);
        struct mark mark = {.value = values[guest][i],
                            .native = guest ? values[0][i] : NAN,
                            .kind = s->targets[guest ? target : 0].kind,
                            .emulated = guest && s->targets[target].emulated,
                            .marks_native = !guest,
                            .line = STYLE_TEXT};
        widget_lollipop(c, p.y, from, w, &axis, &mark);
    }
}

/* The selected row: its percentiles, and all of it where there is room. */
static void draw_selected(struct canvas *c, struct rect r, const struct snapshot *s,
                          const struct view *v)
{
    struct rect part[2];
    const struct part down[2] = {{.min = 7, .max = 7, .weight = 1, .priority = 2},
                                 {.min = 8, .weight = 1, .priority = 1}};
    size_t m = metric(s, v);
    if (r.h == 0 || r.w == 0)
        return;
    if (r.h < down[0].min + down[1].min) {
        draw_latency(c, r, s, v, m);
        return;
    }
    layout_rows(r, down, 2, part);
    draw_latency(c, part[0], s, v, m);
    rowbox_draw_detail(c, part[1], s, v, m);
}

static void draw(struct canvas *c, struct rect area, const struct snapshot *s, const struct view *v)
{
    enum size_class size = layout_area_size(area);
    if (size <= SIZE_TEXT) {
        list_text_draw(c, area, s, v, SUBSYSTEM_DISK, "");
        return;
    }
    if (v->expanded) {
        if (v->box == BOX_ROWS)
            rowbox_draw(&operations, c, area, s, v, false);
        else
            draw_sweep(c, area, s, v, v->box == BOX_READ ? BOX_READ : BOX_WRITE);
        return;
    }
    struct rect part[2], top[2], bottom[2];
    const struct part half[2] = {{.min = 38, .weight = 1, .priority = 2},
                                 {.min = 38, .weight = 1, .priority = 1}};
    const struct part lower[2] = {{.min = 46, .weight = 3, .priority = 2},
                                  {.min = 34, .weight = 2, .max = 70, .priority = 1}};
    const struct part down[2] = {{.min = 10, .max = 16, .weight = 2, .priority = 1},
                                 {.min = 9, .weight = 3, .priority = 2}};
    if (sweeping(s)) {
        layout_rows(area, down, 2, part);
        layout_columns(part[0], half, 2, top);
        if (top[0].h > 0)
            draw_sweep(c, top[0], s, v, BOX_WRITE);
        if (top[1].h > 0 && top[1].w > 0)
            draw_sweep(c, top[1], s, v, BOX_READ);
    } else {
        part[1] = area;
    }
    layout_columns(part[1], lower, 2, bottom);
    rowbox_draw(&operations, c, bottom[0], s, v, false);
    draw_selected(c, bottom[1], s, v);
}

const struct panel panel_disk = {
    .id = "disk",
    .key = '4',
    .title = "Disk",
    .short_title = "Disk",
    .boxes = boxes,
    .rows = rows,
    .columns = columns,
    .metric = metric,
    .word = word,
    .draw = draw,
};
