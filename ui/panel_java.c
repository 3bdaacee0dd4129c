/* Java: a jbb-like program over warehouses, the paper's figure 14. */
#include "ui/curve.h"

static const struct curve jbb = {.subsystem = SUBSYSTEM_JAVA,
                                 .key = '8',
                                 .title = "jbb-like",
                                 .id = "jbb",
                                 .x = "warehouses",
                                 .one = "warehouse",
                                 .many = "warehouses",
                                 .score = true};

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
    return curve_columns(&jbb, s, v);
}

static size_t metric(const struct snapshot *s, const struct view *v)
{
    return curve_metric(&jbb, s, v);
}

static bool word(const struct snapshot *s, const struct view *v, char *out, size_t size)
{
    return curve_word(&jbb, s, v, out, size);
}

static void draw(struct canvas *c, struct rect area, const struct snapshot *s, const struct view *v)
{
    curve_draw(&jbb, c, area, s, v);
}

const struct panel panel_java = {
    .id = "java",
    .key = '8',
    .title = "Jvm",
    .short_title = "Jvm",
    .boxes = boxes,
    .rows = rows,
    .columns = columns,
    .metric = metric,
    .word = word,
    .draw = draw,
};
