/* Network: its rows against native, streams of TCP and UDP and the latency of a request, and the
 * selected one in full. What datagrams were lost stands in the result and its reports. */
#include "ui/layout.h"
#include "ui/list.h"
#include "ui/rowbox.h"

static const struct rowbox table = {.subsystem = SUBSYSTEM_NETWORK,
                                    .prefix = "",
                                    .key = '5',
                                    .title = "NetIO",
                                    .note = "from the target"};

static size_t boxes(const struct snapshot *s, int h, int w)
{
    (void)s, (void)h, (void)w;
    return 1;
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
    row_word_or_subsystem(s, metric(s, v), SUBSYSTEM_NETWORK, out, size);
    return true;
}

static void draw(struct canvas *c, struct rect area, const struct snapshot *s, const struct view *v)
{
    static const struct part down[2] = {{.min = 8, .max = 24, .weight = 4, .priority = 2},
                                        {.min = 8, .weight = 1, .priority = 1}};
    struct rect part[2];
    if (layout_area_size(area) <= SIZE_TEXT) {
        list_text_draw(c, area, s, v, SUBSYSTEM_NETWORK, "");
        return;
    }
    if (v->expanded) {
        rowbox_draw(&table, c, area, s, v, false);
        return;
    }
    layout_rows(area, down, 2, part);
    rowbox_draw(&table, c, part[0], s, v, false);
    if (part[1].h > 0)
        rowbox_draw_detail(c, part[1], s, v, metric(s, v));
}

const struct panel panel_network = {
    .id = "network",
    .key = '5',
    .title = "Network",
    .short_title = "Net",
    .boxes = boxes,
    .rows = rows,
    .metric = metric,
    .word = word,
    .draw = draw,
};
