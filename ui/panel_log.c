/* The log: what happened, newest at the bottom, filterable. */
#include "ui/layout.h"
#include "ui/list.h"

#include <stdio.h>

static size_t boxes(const struct snapshot *s, int h, int w)
{
    (void)s, (void)h, (void)w;
    return 1;
}

static size_t rows(const struct snapshot *s, const struct view *v, size_t box)
{
    (void)box;
    return list_log_count(s, v);
}

static size_t metric(const struct snapshot *s, const struct view *v)
{
    (void)s, (void)v;
    return SIZE_MAX;
}

static bool word(const struct snapshot *s, const struct view *v, char *out, size_t size)
{
    (void)s, (void)v;
    snprintf(out, size, "a line of the log is not something to run");
    return false;
}

static void draw(struct canvas *c, struct rect area, const struct snapshot *s, const struct view *v)
{
    static const struct hint top[] = {
        {ACTION_FILTER, NULL}, {ACTION_FREEZE, NULL}, {ACTION_NONE, NULL}};
    char note[80];
    if (layout_area_size(area) <= SIZE_TEXT) {
        list_log_draw(c, area, (struct rect){area.y, area.x + 1, area.h, area.w - 2}, s, v, 0,
                      true);
        return;
    }
    snprintf(note, sizeof note, "%zu of %zu lines%s%.40s", list_log_count(s, v), s->log_count,
             v->filter[0] ? " with " : "", v->filter);
    struct box box = {.title = "log", .note = note, .top = top, .focus = true};
    list_log_draw(c, area, widget_box(c, area, &box), s, v, 0, true);
}

const struct panel panel_log = {
    .id = "log",
    .key = 'L',
    .title = "Log",
    .short_title = "Log",
    .boxes = boxes,
    .rows = rows,
    .metric = metric,
    .word = word,
    .draw = draw,
};
