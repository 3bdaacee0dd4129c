/* Memory: bandwidth by block size (the paper's figure 6) as lines with the caches' sizes, read and
 * write beside each other, and RAMspeed's operations (figure 5) as rows. `o` on a sweep changes
 * from every word to every fourth word. */
#include "ui/layout.h"
#include "ui/list.h"
#include "ui/rowbox.h"
#include "ui/sweep.h"

enum { BOX_ROWS, BOX_READ, BOX_WRITE, BOX_COUNT };

static const struct rowbox ramspeed = {.subsystem = SUBSYSTEM_MEMORY,
                                       .prefix = "ram.",
                                       .index = BOX_ROWS,
                                       .key = '3',
                                       .title = "RAMspeed",
                                       .note = "% of native"};

#define BANDWIDTH(name)                                                     \
    {                                                                       \
        .id = "membw." name, .x = "size", .fixed = "cpus=1", .caches = true \
    }
static const struct sweep sweeps[2][2] = {{BANDWIDTH("frd"), BANDWIDTH("rd")},
                                          {BANDWIDTH("fwr"), BANDWIDTH("wr")}};

static const struct sweep *sweep_of(const struct view *v, size_t box)
{
    return &sweeps[box == BOX_WRITE][v->other_view[box]];
}

static size_t boxes(const struct snapshot *s, int h, int w)
{
    (void)s;
    return layout_area_size((struct rect){0, 0, h, w}) <= SIZE_TEXT ? 1 : BOX_COUNT;
}

static size_t rows(const struct snapshot *s, const struct view *v, size_t box)
{
    return box == BOX_ROWS ? rowbox_count(&ramspeed, s, v) : 1;
}

static size_t columns(const struct snapshot *s, const struct view *v, size_t box)
{
    size_t points[SWEEP_MAX];
    return box == BOX_ROWS ? 1 : sweep_points(s, sweep_of(v, box), points);
}

static size_t metric(const struct snapshot *s, const struct view *v)
{
    if (v->box != BOX_READ && v->box != BOX_WRITE)
        return rowbox_metric(&ramspeed, s, v);
    return sweep_metric(s, v, sweep_of(v, v->box));
}

static bool word(const struct snapshot *s, const struct view *v, char *out, size_t size)
{
    row_word_or_subsystem(s, metric(s, v), SUBSYSTEM_MEMORY, out, size);
    return true;
}

static void draw_sweep(struct canvas *c, struct rect r, const struct snapshot *s,
                       const struct view *v, size_t box_index)
{
    static const struct hint top[] = {
        {ACTION_OTHER_VIEW, "ther stride"}, {ACTION_AXIS, NULL}, {ACTION_NONE, NULL}};
    static const struct hint bottom[] = {
        {ACTION_OPEN, NULL}, {ACTION_RUN, NULL}, {ACTION_NONE, NULL}};
    const struct sweep *sweep = sweep_of(v, box_index);
    const struct workload *w = workload_find(sweep->id);
    bool focus = v->box == box_index;
    struct box box = {.title = w ? w->title : sweep->id,
                      .note = "by block ↑",
                      .top = top,
                      .bottom = focus ? bottom : NULL,
                      .focus = focus};
    sweep_draw(c, widget_box(c, r, &box), s, v, sweep, box_index,
               focus ? v->column[box_index] : SIZE_MAX);
}

static void draw(struct canvas *c, struct rect area, const struct snapshot *s, const struct view *v)
{
    enum size_class size = layout_area_size(area);
    if (size <= SIZE_TEXT) {
        list_text_draw(c, area, s, v, SUBSYSTEM_MEMORY, "");
        return;
    }
    if (v->expanded) {
        if (v->box == BOX_ROWS)
            rowbox_draw(&ramspeed, c, area, s, v, false);
        else
            draw_sweep(c, area, s, v, v->box == BOX_WRITE ? BOX_WRITE : BOX_READ);
        return;
    }
    struct rect part[2], top[2], bottom[2];
    const struct part down[2] = {{.min = 11, .weight = 1, .priority = 2},
                                 {.min = 9, .weight = 1, .priority = 1}};
    const struct part half[2] = {{.min = 38, .weight = 1, .priority = 2},
                                 {.min = 38, .weight = 1, .priority = 1}};
    const struct part lower[2] = {{.min = 46, .weight = 3, .priority = 2},
                                  {.min = 34, .weight = 2, .max = 70, .priority = 1}};
    layout_rows(area, down, 2, part);
    layout_columns(part[0], half, 2, top);
    layout_columns(part[1], lower, 2, bottom);
    draw_sweep(c, top[0], s, v, BOX_READ);
    if (top[1].w > 0)
        draw_sweep(c, top[1], s, v, BOX_WRITE);
    if (bottom[0].h > 0)
        rowbox_draw(&ramspeed, c, bottom[0], s, v, false);
    if (bottom[1].h > 0 && bottom[1].w > 0)
        rowbox_draw_detail(c, bottom[1], s, v, metric(s, v));
}

const struct panel panel_memory = {
    .id = "memory",
    .key = '3',
    .title = "Memory",
    .short_title = "Mem",
    .boxes = boxes,
    .rows = rows,
    .columns = columns,
    .metric = metric,
    .word = word,
    .draw = draw,
};
