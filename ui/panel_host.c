/* The host: what the machine does besides, over the last minutes, since a busy host makes every
 * figure doubtful; its facts; the targets; the baseline and what changed since. */
#include "text.h"
#include "ui/card.h"
#include "ui/facts.h"
#include "ui/gauge.h"
#include "ui/layout.h"
#include "ui/list.h"
#include "ui/prose.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BOX_TARGETS }; /* the only one with rows */

static size_t boxes(const struct snapshot *s, int h, int w)
{
    (void)s, (void)h, (void)w;
    return 1;
}

static size_t rows(const struct snapshot *s, const struct view *v, size_t box)
{
    (void)v, (void)box;
    return s->target_count;
}

static size_t metric(const struct snapshot *s, const struct view *v)
{
    (void)s, (void)v;
    return SIZE_MAX;
}

static bool word(const struct snapshot *s, const struct view *v, char *out, size_t size)
{
    (void)s, (void)v;
    snprintf(out, size, "no row is selected here");
    return false;
}

static void draw_area(struct canvas *c, struct rect r, const struct snapshot *s, enum gauge g,
                      const char *title)
{
    double values[BOARD_HOST_MAX];
    char now[32], top_text[32], number[NUMBER_MAX];
    size_t count = gauge_values(&s->host, g, values);
    double top = gauge_top(&s->host, g);
    if (r.h < 3)
        return;
    struct box box = {.title = title, .note = gauge_text(&s->host, g, now)};
    struct rect in = widget_box(c, r, &box);
    int left = in.w >= 40 ? 6 : 0;
    struct rect graph = {in.y, in.x + left, in.h, in.w - left};
    /* one value a second; two dot columns a cell: as many seconds as there are dots */
    widget_area(c, graph, values, count, top, STYLE_DIM);
    if (left == 0)
        return;
    if (g == GAUGE_DISK)
        snprintf(top_text, sizeof top_text, "%s", number_short(number, top / 1e6));
    else if (g == GAUGE_NETWORK)
        snprintf(top_text, sizeof top_text, "%s", number_short(number, top * 8 / 1e6));
    else
        snprintf(top_text, sizeof top_text, "%.0f%%", top * 100);
    canvas_text_right(c, in.y, in.x + left - 2, STYLE_DIM, 0, top_text);
    if (in.h >= 3) {
        char ago[16];
        snprintf(ago, sizeof ago, "-%ds", 2 * graph.w);
        canvas_text_right(c, in.y + in.h - 1, in.x + left - 2, STYLE_DIM, 0, ago);
    }
}

static void draw_facts(struct canvas *c, struct rect r, const struct snapshot *s)
{
    const struct board_host *h = &s->host;
    char title[96], text[64];
    snprintf(title, sizeof title, "host%s%s", h->known ? " " : "", h->known ? h->name : "");
    struct box box = {.title = title};
    struct page p = page_begin(c, widget_box(c, r, &box));
    if (!h->known) {
        page_text(&p, STYLE_DIM, 0,
                  s->replayed                    ? "No sample by this moment of the recording."
                  : s->stored && !(s->now_s > 0) ? "A stored result is shown: no live host."
                                                 : "waiting for the first sample…");
        return;
    }
    page_field(&p, "quiet",
               h->quiet         ? STYLE_OK
               : h->quiet_known ? STYLE_WARN
                                : STYLE_DIM,
               "%s",
               h->quiet          ? "yes: nothing but vmtax uses the machine"
               : h->quiet_why[0] ? h->quiet_why
                                 : "no");
    page_field(&p, "cpu", STYLE_TEXT, "%s, %zu processors", h->cpu_model, snapshot_processors(h));
    if (isfinite(h->mhz) && h->mhz > 0)
        page_field(&p, "clock", STYLE_TEXT, "%.2f GHz  %s", h->mhz / 1000, h->governor);
    page_field(&p, "kernel", STYLE_TEXT, "%s", h->kernel);
    bool metal = !h->virt[0] || strcmp(h->virt, "none") == 0,
         unknown = strcmp(h->virt, "unknown") == 0;
    page_field(&p, "runs on", metal || unknown ? STYLE_TEXT : STYLE_WARN, "%s%s",
               metal     ? "bare metal"
               : unknown ? "not known whether on a hypervisor"
                         : h->virt,
               metal || unknown ? "" : ": native itself is a guest here (flag N)");
    page_field(&p, "load", STYLE_TEXT, "%.2f %.2f %.2f  %zu processes", h->load1, h->load5,
               h->load15, h->processes);
    char used[32], total[32];
    page_field(&p, "memory", STYLE_TEXT, "%s of %s", text_bytes(used, sizeof used, h->memory_used),
               text_bytes(total, sizeof total, h->memory_total));
    if (h->swap_total > 0)
        page_field(&p, "swap", h->swap_used > h->swap_total / 100 ? STYLE_WARN : STYLE_TEXT,
                   "%s of %s", text_bytes(used, sizeof used, h->swap_used),
                   text_bytes(total, sizeof total, h->swap_total));
    text[0] = '\0';
    for (size_t i = 0, n = 0; i < BOARD_CACHES && n < sizeof text; i++)
        if (h->cache_bytes[i] > 0)
            n += (size_t)snprintf(text + n, sizeof text - n, "L%zu %s  ", i + 1,
                                  text_bytes(used, sizeof used, h->cache_bytes[i]));
    if (text[0])
        page_field(&p, "caches", STYLE_TEXT, "%s", text);
    if (h->uptime_s >= 2 * 86400)
        page_field(&p, "up", STYLE_TEXT, "%.0f days", floor(h->uptime_s / 86400));
    else if (h->uptime_s > 0)
        page_field(&p, "up", STYLE_TEXT, "%s", text_duration(text, sizeof text, h->uptime_s));
}

static void draw_targets(struct canvas *c, struct rect r, const struct snapshot *s,
                         const struct view *v)
{
    static const struct hint top[] = {{ACTION_EXPAND, NULL}, {ACTION_NONE, NULL}};
    struct box box = {.title = "targets", .top = top, .focus = true};
    struct rect in = widget_box(c, r, &box);
    struct page p = page_begin(c, in);
    if (s->target_count == 0)
        page_text(&p, STYLE_DIM, 0, "none has been started yet");
    else
        card_list(c, r, in, s, BOX_TARGETS, v->row[BOX_TARGETS], v->scroll[BOX_TARGETS]);
}

static void draw_baseline(struct canvas *c, struct rect r, const struct snapshot *s)
{
    static const struct hint top[] = {{ACTION_BASELINE, NULL}, {ACTION_NONE, NULL}};
    struct box box = {.title = "baseline", .top = top};
    struct page p = page_begin(c, widget_box(c, r, &box));
    char text[160];
    if (!s->baseline.known && s->replayed) {
        page_text(&p, STYLE_DIM, 0, "The recording has none by this moment.");
        return;
    }
    if (!s->baseline.known) {
        page_text(&p, STYLE_TEXT, 0, "No baseline of this machine yet.");
        page_textf(&p, STYLE_DIM, 0,
                   "%s records a session of one, about a minute; three can judge. After an "
                   "upgrade, %s checks against it.",
                   key_word(c->keymap, ACTION_BASELINE), key_word(c->keymap, ACTION_CHECK));
        return;
    }
    facts_baseline(s, text);
    page_text(&p, STYLE_TEXT, 0, text);
    facts_differences(&p, s);
}

static void draw_cores(struct canvas *c, struct rect r, const struct snapshot *s)
{
    struct box box = {.title = "processors"};
    gauge_cores(c, widget_box(c, r, &box), &s->host);
}

static void draw_text(struct canvas *c, struct rect r, const struct snapshot *s)
{
    struct rect in = {r.y, r.x + 1, r.h, r.w - 2};
    int y = in.y, end = in.y + in.h;
    if (!s->host.known) {
        canvas_text(c, y, in.x, STYLE_DIM, 0,
                    s->replayed                    ? "no sample by this moment of the recording"
                    : s->stored && !(s->now_s > 0) ? "a stored result: no live host"
                                                   : "waiting for the first sample…");
        return;
    }
    for (enum gauge g = GAUGE_CPU; g < GAUGE_COUNT && y < end; g++) {
        char text[32];
        canvas_text(c, y, in.x, STYLE_DIM, 0, gauge_titles[g]);
        canvas_text(c, y++, in.x + 8, STYLE_TEXT, 0, gauge_text(&s->host, g, text));
    }
    if (y < end)
        gauge_load(c, y++, in.x, in.w, &s->host);
    if (y < end)
        gauge_quiet(c, y++, in.x, in.w, &s->host);
    struct page p = page_begin(c, (struct rect){y, in.x, end - y, in.w});
    page_textf(&p, STYLE_TEXT, 0, "%s, %zu processors", s->host.cpu_model,
               snapshot_processors(&s->host));
    page_textf(&p, STYLE_TEXT, 0, "%s", s->host.kernel);
    for (size_t t = 0; t < s->target_count && page_left(&p) > 0; t++)
        card_line(c, p.y++, p.r.x, p.r.w, s, t);
    facts_targets(&p, s, false);
    facts_differences(&p, s);
}

static void draw(struct canvas *c, struct rect area, const struct snapshot *s, const struct view *v)
{
    enum size_class size = layout_area_size(area);
    if (size <= SIZE_TEXT) {
        draw_text(c, area, s);
        return;
    }
    if (v->expanded) {
        draw_targets(c, area, s, v);
        return;
    }
    static const char *const titles[] = {"cpu", "memory", "disk", "network", "steal"};
    struct rect column[3], left[5], right[4];
    const struct part across[3] = {{.min = 36, .weight = 1, .priority = 3},
                                   {.min = 42, .weight = 1, .priority = 2},
                                   {.min = 44, .weight = 1, .priority = 1}};
    layout_columns(area, across, size == SIZE_HUGE ? 3 : 2, column);
    const struct part five[5] = {{.min = 4, .weight = 3, .priority = 5},
                                 {.min = 4, .weight = 2, .priority = 4},
                                 {.min = 4, .weight = 2, .priority = 3},
                                 {.min = 4, .weight = 2, .priority = 2},
                                 {.min = 4, .weight = 1, .priority = 1}};
    layout_rows(column[0], five, 5, left);
    for (int g = 0; g < GAUGE_COUNT; g++)
        draw_area(c, left[g], s, (enum gauge)g, titles[g]);
    /* what is left goes to the cards of the targets */
    bool tall = area.h >= 30;
    int facts = tall ? 12 : 9, processors = (int)snapshot_processors(&s->host),
        cores = processors < 4 ? processors + 2 : 6;
    const struct part side[4] = {{.min = facts, .max = facts, .priority = 4},
                                 {.min = 5, .weight = 4, .priority = 3},
                                 {.min = tall ? 6 : 4, .max = 10, .weight = tall, .priority = 2},
                                 {.min = tall ? cores : 6, .max = 18, .priority = 1}};
    if (size == SIZE_HUGE) {
        struct rect third[2];
        const struct part two[2] = {{.min = 13, .max = 14, .weight = 1, .priority = 2},
                                    {.min = 8, .weight = 1, .priority = 1}};
        layout_rows(column[1], two, 2, right);
        layout_rows(column[2], two, 2, third);
        draw_facts(c, right[0], s);
        draw_cores(c, right[1], s);
        draw_baseline(c, third[0], s);
        draw_targets(c, third[1], s, v);
        return;
    }
    layout_rows(column[1], side, 4, right);
    draw_facts(c, right[0], s);
    if (right[1].h > 0)
        draw_targets(c, right[1], s, v);
    if (right[2].h > 0)
        draw_baseline(c, right[2], s);
    if (right[3].h > 0)
        draw_cores(c, right[3], s);
}

const struct panel panel_host = {
    .id = "host",
    .key = 'H',
    .title = "Host",
    .short_title = "Host",
    .boxes = boxes,
    .rows = rows,
    .metric = metric,
    .word = word,
    .draw = draw,
};
