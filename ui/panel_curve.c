/* The panels of what is one workload under growing load: the paper's figures 12 to 14. */
#include "ui/curve.h"

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

/* A panel is asked without itself, so each has functions of its own that say which curve it is. */
#define CURVE_PANEL(name, tab_key, tab, tab_short, of_subsystem, ...)                        \
    static const struct curve name##_curve = {                                               \
        .subsystem = of_subsystem, .key = tab_key, __VA_ARGS__};                             \
    static size_t name##_columns(const struct snapshot *s, const struct view *v, size_t box) \
    {                                                                                        \
        (void)box;                                                                           \
        return curve_columns(&name##_curve, s, v);                                           \
    }                                                                                        \
    static size_t name##_metric(const struct snapshot *s, const struct view *v)              \
    {                                                                                        \
        return curve_metric(&name##_curve, s, v);                                            \
    }                                                                                        \
    static bool name##_word(const struct snapshot *s, const struct view *v, char *out,       \
                            size_t size)                                                     \
    {                                                                                        \
        return curve_word(&name##_curve, s, v, out, size);                                   \
    }                                                                                        \
    static void name##_draw(struct canvas *c, struct rect area, const struct snapshot *s,    \
                            const struct view *v)                                            \
    {                                                                                        \
        curve_draw(&name##_curve, c, area, s, v);                                            \
    }                                                                                        \
    const struct panel panel_##name = {.id = #name,                                          \
                                       .key = tab_key,                                       \
                                       .title = tab,                                         \
                                       .short_title = tab_short,                             \
                                       .boxes = boxes,                                       \
                                       .rows = rows,                                         \
                                       .columns = name##_columns,                            \
                                       .metric = name##_metric,                              \
                                       .word = name##_word,                                  \
                                       .draw = name##_draw}

CURVE_PANEL(web, '6', "Web", "Web", SUBSYSTEM_WEB, .title = "WebBench", .id = "web", .x = "clients",
            .one = "client", .many = "clients", .at_rate = "web.rate", .errors = true);
CURVE_PANEL(database, '7', "Database", "Db", SUBSYSTEM_DATABASE, .title = "SysBench OLTP",
            .id = "oltp", .x = "threads", .one = "thread", .many = "threads", .errors = true,
            .statements = true);
CURVE_PANEL(java, '8', "Jvm", "Jvm", SUBSYSTEM_JAVA, .title = "jbb-like", .id = "jbb",
            .x = "warehouses", .one = "warehouse", .many = "warehouses", .score = true);
