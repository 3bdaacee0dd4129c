/* The log: what happened, newest at the bottom, filterable. */
#include "text.h"
#include "ui/layout.h"
#include "ui/list.h"
#include "ui/prose.h"

#include <stdio.h>
#include <time.h>

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

static bool read_line(const struct snapshot *s, const struct view *v, struct reading *out)
{
    const struct board_log_line *line = list_log_line(s, v, 0);
    char clock[32] = "";
    struct tm tm;
    if (!line)
        return false;
    time_t at = (time_t)line->at;
    if (localtime_r(&at, &tm))
        strftime(clock, sizeof clock, "%Y-%m-%d %H:%M:%S", &tm);
    snprintf(out->title, sizeof out->title, "log: line %zu of %zu",
             list_log_count(s, v) - v->row[0], list_log_count(s, v));
    snprintf(out->head, sizeof out->head, "%s  %s  %s", clock, list_log_word(line->level),
             line->target);
    text_copy(out->text, sizeof out->text, line->text);
    return true;
}

/* Columns of time, level and target before the text. */
#define LEAD 26

static void draw(struct canvas *c, struct rect area, const struct snapshot *s, const struct view *v)
{
    static const struct hint top[] = {
        {ACTION_FILTER, NULL}, {ACTION_FREEZE, NULL}, {ACTION_NONE, NULL}};
    static const struct hint bottom[] = {
        {ACTION_OPEN, " whole line"}, {ACTION_COPY, NULL}, {ACTION_NONE, NULL}};
    char note[80];
    if (layout_area_size(area) <= SIZE_TEXT) {
        list_log_draw(c, area, (struct rect){area.y, area.x + 1, area.h, area.w - 2}, s, v, 0,
                      true);
        return;
    }
    snprintf(note, sizeof note, "%zu of %zu lines%s%.40s", list_log_count(s, v), s->log_count,
             v->filter[0] ? " with " : "", v->filter);
    struct box box = {.title = "log", .note = note, .top = top, .bottom = bottom, .focus = true};
    struct rect in = widget_box(c, area, &box);
    /* Sentences end in what to do next: the one under the cursor is shown whole. */
    const struct board_log_line *line = list_log_line(s, v, 0);
    const char *text = line ? line->text : "";
    int rows = canvas_columns(text) > in.w - LEAD ? canvas_columns(text) / (in.w - 1) + 2 : 0;
    if (rows > in.h / 2)
        rows = in.h / 2;
    if (rows)
        prose(c, (struct rect){in.y + in.h - rows, in.x + 1, rows, in.w - 1}, STYLE_TEXT, 0, text);
    in.h -= rows;
    list_log_draw(c, area, in, s, v, 0, true);
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
    .read = read_line,
    .draw = draw,
};
