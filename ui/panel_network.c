/* Network: NetIO's streams by size of a record (the paper's figures 10 and 11) as lines, what the
 * target sends beside what it receives, all rows against native, and datagrams lost as heat that
 * cannot be overlooked. A line says by which path each target was reached. `o` on a sweep changes
 * from TCP to UDP. */
#include "ui/layout.h"
#include "ui/list.h"
#include "ui/loss.h"
#include "ui/rowbox.h"
#include "ui/sweep.h"

#include <stdio.h>
#include <string.h>

enum { BOX_ROWS, BOX_TX, BOX_RX, BOX_COUNT };

static const struct rowbox table = {.subsystem = SUBSYSTEM_NETWORK,
                                    .prefix = "",
                                    .index = BOX_ROWS,
                                    .key = '5',
                                    .title = "NetIO",
                                    .note = "from the target"};

#define STREAM(name)                         \
    {                                        \
        .id = name, .x = "size", .fixed = "" \
    }
#define DATAGRAMS(name)                            \
    {                                              \
        .id = name, .x = "size", .fixed = "rate=0" \
    }
static const struct sweep sweeps[2][2] = {{STREAM("net.tcp.tx"), DATAGRAMS("net.udp.tx")},
                                          {STREAM("net.tcp.rx"), DATAGRAMS("net.udp.rx")}};

static const struct sweep *sweep_of(const struct view *v, size_t box)
{
    return &sweeps[box == BOX_RX][v->other_view[box]];
}

/* A line needs two points; a short profile has one size. */
static bool sweeping(const struct snapshot *s)
{
    size_t points[SWEEP_MAX];
    for (size_t i = 0; i < 4; i++)
        if (sweep_points(s, &sweeps[i / 2][i % 2], points) >= 2)
            return true;
    return false;
}

static size_t boxes(const struct snapshot *s, int h, int w)
{
    bool text = layout_area_size((struct rect){0, 0, h, w}) <= SIZE_TEXT;
    return text || !sweeping(s) ? 1 : BOX_COUNT;
}

static size_t rows(const struct snapshot *s, const struct view *v, size_t box)
{
    return box == BOX_ROWS ? rowbox_count(&table, s, v) : 1;
}

static size_t columns(const struct snapshot *s, const struct view *v, size_t box)
{
    size_t points[SWEEP_MAX];
    return box == BOX_ROWS ? 1 : sweep_points(s, sweep_of(v, box), points);
}

static size_t metric(const struct snapshot *s, const struct view *v)
{
    if (v->box != BOX_TX && v->box != BOX_RX)
        return rowbox_metric(&table, s, v);
    return sweep_metric(s, v, sweep_of(v, v->box));
}

static bool word(const struct snapshot *s, const struct view *v, char *out, size_t size)
{
    row_word_or_subsystem(s, metric(s, v), SUBSYSTEM_NETWORK, out, size);
    return true;
}

static void draw_sweep(struct canvas *c, struct rect r, const struct snapshot *s,
                       const struct view *v, size_t box_index)
{
    static const struct hint tcp[] = {
        {ACTION_OTHER_VIEW, " UDP"}, {ACTION_AXIS, NULL}, {ACTION_NONE, NULL}};
    static const struct hint udp[] = {
        {ACTION_OTHER_VIEW, " TCP"}, {ACTION_AXIS, NULL}, {ACTION_NONE, NULL}};
    static const struct hint bottom[] = {
        {ACTION_OPEN, NULL}, {ACTION_RUN, NULL}, {ACTION_NONE, NULL}};
    const struct sweep *sweep = sweep_of(v, box_index);
    const struct workload *w = workload_find(sweep->id);
    bool focus = v->box == box_index;
    struct box box = {.title = w ? w->title : sweep->id,
                      .note = box_index == BOX_TX ? "target sends ↑" : "target receives ↑",
                      .top = v->other_view[box_index] ? udp : tcp,
                      .bottom = focus ? bottom : NULL,
                      .focus = focus};
    sweep_draw(c, widget_box(c, r, &box), s, v, sweep, box_index,
               focus ? v->column[box_index] : SIZE_MAX);
}

/* By which way each target reaches its peer: figures of different ways are different things. Where
 * no row goes any way there is nothing to tell. */
static bool paths_known(const struct snapshot *s)
{
    bool used = false, known = false;
    for (size_t i = 0; i < s->metric_count && !used; i++)
        used = s->metrics[i].workload->served;
    for (size_t t = 0; t < s->target_count && !known; t++)
        known = s->targets[t].path[0];
    return used && known;
}

static void draw_paths(struct canvas *c, struct rect r, const struct snapshot *s,
                       const struct view *v)
{
    (void)v;
    int right = r.x + r.w - 2, x = canvas_text(c, r.y, r.x + 2, STYLE_DIM, 0, "path");
    for (size_t t = 0; t < s->target_count; t++) {
        const struct board_target *at = &s->targets[t];
        bool other = t > 0 && at->path[0] && strcmp(at->path, s->targets[0].path) != 0;
        if (!at->path[0])
            continue;
        int name = canvas_columns(at->id) + 2;
        /* A target whole, or a sign that there are more. */
        if (x + 2 + name + 1 + canvas_columns(at->path) + 2 > right - 2) {
            canvas_put(c, r.y, x + 2, U'…', STYLE_DIM, 0);
            return;
        }
        x = widget_target(c, r.y, x + 2, name, at) + 1;
        x = canvas_text(c, r.y, x, other ? STYLE_WARN : STYLE_TEXT, 0, at->path);
        if (other)
            x = canvas_text(c, r.y, x, STYLE_WARN, 0, " P");
    }
}

#define PIECES 4
typedef void draw_piece(struct canvas *c, struct rect r, const struct snapshot *s,
                        const struct view *v);

static void draw_sweeps(struct canvas *c, struct rect r, const struct snapshot *s,
                        const struct view *v)
{
    struct rect part[2];
    const struct part half[2] = {{.min = 38, .weight = 1, .priority = 2},
                                 {.min = 38, .weight = 1, .priority = 1}};
    layout_columns(r, half, 2, part);
    draw_sweep(c, part[0], s, v, BOX_TX);
    if (part[1].w > 0)
        draw_sweep(c, part[1], s, v, BOX_RX);
}

static void draw_loss(struct canvas *c, struct rect r, const struct snapshot *s,
                      const struct view *v)
{
    char worst[LOSS_WORST], theirs[LOSS_WORST] = "", note[2 * LOSS_WORST + 2];
    loss_worst(s, worst);
    if (v->paper)
        loss_paper(s, theirs);
    snprintf(note, sizeof note, "%s%s%s", theirs, theirs[0] && worst[0] ? "; " : "", worst);
    struct box box = {
        .title = "UDP loss", .note = "% of datagrams ↓", .bottom_note = note[0] ? note : NULL};
    loss_draw(c, widget_box(c, r, &box), s);
}

static void draw_rows(struct canvas *c, struct rect r, const struct snapshot *s,
                      const struct view *v)
{
    struct rect part[2];
    const struct part across[2] = {{.min = 46, .weight = 3, .priority = 2},
                                   {.min = 34, .weight = 2, .max = 70, .priority = 1}};
    layout_columns(r, across, 2, part);
    rowbox_draw(&table, c, part[0], s, v, false);
    if (part[1].w > 0)
        rowbox_draw_detail(c, part[1], s, v, metric(s, v));
}

static void draw(struct canvas *c, struct rect area, const struct snapshot *s, const struct view *v)
{
    if (layout_area_size(area) <= SIZE_TEXT) {
        list_text_draw(c, area, s, v, SUBSYSTEM_NETWORK, "");
        return;
    }
    if (v->expanded && v->box == BOX_ROWS) {
        rowbox_draw(&table, c, area, s, v, false);
        return;
    }
    if (v->expanded) {
        draw_sweep(c, area, s, v, v->box == BOX_RX ? BOX_RX : BOX_TX);
        return;
    }
    struct rect part[PIECES];
    struct part down[PIECES];
    draw_piece *piece[PIECES];
    size_t count = 0;
    int lost = loss_lines(s) + 2;
    if (sweeping(s)) {
        piece[count] = draw_sweeps;
        down[count++] = (struct part){.min = 8, .max = 16, .weight = 2, .priority = 1};
    }
    if (loss_lines(s) > 0) {
        piece[count] = draw_loss;
        down[count++] = (struct part){.min = lost, .max = lost, .priority = 3};
    }
    if (paths_known(s)) {
        piece[count] = draw_paths;
        down[count++] = (struct part){.min = 1, .max = 1, .priority = 4};
    }
    piece[count] = draw_rows;
    down[count++] = (struct part){.min = 7, .weight = 3, .priority = 2};
    layout_rows(area, down, count, part);
    for (size_t i = 0; i < count; i++)
        if (part[i].h > 0)
            piece[i](c, part[i], s, v);
}

const struct panel panel_network = {
    .id = "network",
    .key = '5',
    .title = "Network",
    .short_title = "Net",
    .boxes = boxes,
    .rows = rows,
    .columns = columns,
    .metric = metric,
    .word = word,
    .draw = draw,
};
