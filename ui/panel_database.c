/* Database: transactions over threads (the paper's figure 13). */
#include "ui/curve.h"

static const struct curve oltp = {.subsystem = SUBSYSTEM_DATABASE,
                                  .key = '7',
                                  .title = "SysBench OLTP",
                                  .id = "oltp",
                                  .x = "threads",
                                  .one = "thread",
                                  .many = "threads"};

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
    return curve_columns(&oltp, s, v);
}

static size_t metric(const struct snapshot *s, const struct view *v)
{
    return curve_metric(&oltp, s, v);
}

static bool word(const struct snapshot *s, const struct view *v, char *out, size_t size)
{
    return curve_word(&oltp, s, v, out, size);
}

static void draw(struct canvas *c, struct rect area, const struct snapshot *s, const struct view *v)
{
    curve_draw(&oltp, c, area, s, v);
}

const struct panel panel_database = {
    .id = "database",
    .key = '7',
    .title = "Database",
    .short_title = "Db",
    .boxes = boxes,
    .rows = rows,
    .columns = columns,
    .metric = metric,
    .word = word,
    .draw = draw,
};
