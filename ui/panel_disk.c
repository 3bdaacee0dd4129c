/* Disk: IOzone's file operations as rows, the selected one in full, the sweep over record sizes
 * when there is one, and plainly what this version does not measure. */
#include "ui/layout.h"
#include "ui/list.h"
#include "ui/prose.h"
#include "ui/rowbox.h"
#include "ui/sweep.h"

#include <stdio.h>

enum { BOX_ROWS, BOX_COUNT };

static const struct rowbox files = {.subsystem = SUBSYSTEM_DISK,
                                    .prefix = "",
                                    .index = BOX_ROWS,
                                    .key = '4',
                                    .title = "IOzone",
                                    .note = "file size / record"};

static size_t boxes(const struct snapshot *s, int h, int w)
{
    (void)s, (void)h, (void)w;
    return BOX_COUNT;
}

static size_t rows(const struct snapshot *s, const struct view *v, size_t box)
{
    (void)box;
    return rowbox_count(&files, s, v);
}

static size_t metric(const struct snapshot *s, const struct view *v)
{
    return rowbox_metric(&files, s, v);
}

static bool word(const struct snapshot *s, const struct view *v, char *out, size_t size)
{
    row_word_or_subsystem(s, metric(s, v), SUBSYSTEM_DISK, out, size);
    return true;
}

/* Of the fixed ids of the disk subsystem, those that the catalogue does not have. */
static void draw_absent(struct canvas *c, struct rect r)
{
    static const struct {
        const char *id, *what;
    } planned[] = {
        {"file.reread", "IOzone reread"},          {"file.randread", "IOzone random read"},
        {"file.randwrite", "IOzone random write"}, {"bonnie.output", "Bonnie++ output"},
        {"bonnie.rewrite", "Bonnie++ rewrite"},    {"bonnie.input", "Bonnie++ input"},
        {"bonnie.seeks", "Bonnie++ seeks"}};
    struct box box = {.title = "what these rows are, and are not"};
    struct page p = page_begin(c, widget_box(c, r, &box));
    char absent[320] = "";
    size_t used = 0;
    for (size_t i = 0; i < sizeof planned / sizeof planned[0]; i++)
        if (!workload_find(planned[i].id) && used < sizeof absent)
            used += (size_t)snprintf(absent + used, sizeof absent - used, "%s%s", used ? ", " : "",
                                     planned[i].what);
    page_field(&p, "plain", STYLE_TEXT, "through the page cache, as the paper did: mostly memory");
    page_field(&p, "direct", STYLE_TEXT, "past the page cache (O_DIRECT): the device and its path");
    page_field(&p, "fsync", STYLE_TEXT, "the flush after the last write counts, too");
    page_field(&p, "$", STYLE_WARN, "the host moved far fewer bytes than the guest said: a cache");
    if (absent[0])
        page_field(&p, "not yet", STYLE_DIM, "%s: not in this version", absent);
    page_field(&p, "data", STYLE_DIM,
               "incompressible, in the run's scratch directory, then removed");
}

static void draw(struct canvas *c, struct rect area, const struct snapshot *s, const struct view *v)
{
    enum size_class size = layout_area_size(area);
    if (size <= SIZE_TEXT) {
        list_text_draw(c, area, s, v, SUBSYSTEM_DISK, "");
        return;
    }
    if (v->expanded) {
        rowbox_draw(&files, c, area, s, v, false);
        return;
    }
    size_t count = rows(s, v, BOX_ROWS);
    int wanted = count > 0 ? (int)(count < 30 ? count : 30) + 3 : 10;
    struct rect part[2], below[2], side[2];
    const struct part down[2] = {
        {.min = 8, .max = wanted > 8 ? wanted : 8, .weight = 3, .priority = 2},
        {.min = 9, .weight = 2, .priority = 1}};
    const struct part across[2] = {{.min = 40, .weight = 1, .priority = 2},
                                   {.min = 38, .weight = 1, .priority = 1}};
    layout_rows(area, down, 2, part);
    layout_columns(part[1], across, 2, below);
    rowbox_draw(&files, c, part[0], s, v, false);
    if (below[0].h == 0)
        return;
    size_t m = metric(s, v), points[SWEEP_MAX];
    rowbox_draw_detail(c, below[0], s, v, m);
    if (below[1].w == 0)
        return;
    struct sweep sweep = {.id = m < s->metric_count ? s->metrics[m].workload->id : "file.read",
                          .x = "record",
                          .fixed = "size=64M sync=none direct=no"};
    bool sweeps = sweep_points(s, &sweep, points) >= 3;
    const struct part halves[2] = {{.min = 10, .weight = 1, .priority = 2},
                                   {.min = 9, .weight = 1, .priority = 1}};
    if (!sweeps) {
        draw_absent(c, below[1]);
        return;
    }
    layout_rows(below[1], halves, 2, side);
    const struct workload *w = workload_find(sweep.id);
    struct box graph = {.title = w ? w->title : sweep.id, .note = "64M by record ↑"};
    sweep_draw(c, widget_box(c, side[0], &graph), s, v, &sweep, SIZE_MAX, false);
    if (side[1].h > 0)
        draw_absent(c, side[1]);
}

const struct panel panel_disk = {
    .id = "disk",
    .key = '4',
    .title = "Disk",
    .short_title = "Disk",
    .boxes = boxes,
    .rows = rows,
    .metric = metric,
    .word = word,
    .draw = draw,
};
