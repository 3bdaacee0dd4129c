/* Web: pages of a web server over clients, the paper's figure 12. */
#include "ui/curve.h"

static const struct curve web = {.subsystem = SUBSYSTEM_WEB,
                                 .key = '6',
                                 .title = "WebBench",
                                 .id = "web",
                                 .x = "clients",
                                 .one = "client",
                                 .many = "clients"};

static size_t boxes(const struct snapshot *s, int h, int w)
{
    (void)s, (void)h, (void)w;
    return 1;
}

static size_t rows(const struct snapshot *s, const struct view *v, size_t box)
{
    (void)s, (void)v, (void)box;
    return 1;
}

static size_t columns(const struct snapshot *s, const struct view *v, size_t box)
{
    (void)box;
    return curve_columns(&web, s, v);
}

static size_t metric(const struct snapshot *s, const struct view *v)
{
    return curve_metric(&web, s, v);
}

static bool word(const struct snapshot *s, const struct view *v, char *out, size_t size)
{
    return curve_word(&web, s, v, out, size);
}

static void draw(struct canvas *c, struct rect area, const struct snapshot *s, const struct view *v)
{
    curve_draw(&web, c, area, s, v);
}

const struct panel panel_web = {
    .id = "web",
    .key = '6',
    .title = "Web",
    .short_title = "Web",
    .boxes = boxes,
    .rows = rows,
    .columns = columns,
    .metric = metric,
    .word = word,
    .draw = draw,
};
