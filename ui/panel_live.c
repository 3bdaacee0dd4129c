/* The live view of the run, and the view of one row when nothing of it runs: throughput against
 * native, latency percentiles, everything that is compared, the blocks. It is no tab: Enter on a
 * row and `v` open it. */
#include "text.h"
#include "ui/card.h"
#include "ui/detail.h"
#include "ui/layout.h"
#include "ui/list.h"
#include "ui/live.h"
#include "ui/prose.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BOX_GRAPH, BOX_VERSUS, BOX_LATENCY, BOX_COUNT };

static bool is_live(const struct snapshot *s, const struct view *v)
{
    return s->run.active && (v->metric >= s->metric_count || v->metric == s->run.metric);
}

/* The row that runs, or with which the latest run ended: its place may be another since. */
static size_t latest_row(const struct snapshot *s)
{
    const struct board_run *run = &s->run;
    if (run->active)
        return run->metric < s->metric_count ? run->metric : SIZE_MAX;
    for (size_t i = 0; run->workload && i < s->metric_count; i++)
        if (s->metrics[i].workload == run->workload &&
            strcmp(s->metrics[i].params, run->params) == 0)
            return i;
    return SIZE_MAX;
}

static size_t metric(const struct snapshot *s, const struct view *v)
{
    return v->metric < s->metric_count ? v->metric : latest_row(s);
}

/* Has the row that runs no histogram? Then its box would say nothing but that. */
static bool untimed(const struct snapshot *s)
{
    const struct board_run *run = &s->run;
    return run->active && run->metric < s->metric_count &&
           !s->metrics[run->metric].workload->latency;
}

static size_t boxes(const struct snapshot *s, int h, int w)
{
    if (layout_area_size((struct rect){0, 0, h, w}) <= SIZE_TEXT)
        return 1;
    return untimed(s) ? BOX_LATENCY : BOX_COUNT;
}

static size_t rows(const struct snapshot *s, const struct view *v, size_t box)
{
    (void)s, (void)v, (void)box;
    return 0;
}

/* Latency */

struct percentile {
    const char *name;
    double native, guest; /* µs, NAN unknown */
};

#define PERCENTILES 5

static size_t percentiles(const struct snapshot *s, const struct view *v,
                          struct percentile out[PERCENTILES])
{
    static const char *const names[PERCENTILES] = {"p50", "p90", "p99", "p99.9", "max"};
    size_t m = metric(s, v), guest = is_live(s, v) ? live_guest(s) : row_target(s, v);
    const struct latency *of[2] = {NULL, NULL};
    if (m < s->metric_count) {
        of[0] = &s->metrics[m].cell[0].figure.latency;
        of[1] = &s->metrics[m].cell[guest].figure.latency;
    }
    if (is_live(s, v)) { /* the latest slot says more than the median of those before */
        if (s->run.latency[0].known)
            of[0] = &s->run.latency[0];
        if (s->run.latency[guest].known)
            of[1] = &s->run.latency[guest];
    }
    bool any = false;
    for (size_t i = 0; i < PERCENTILES; i++) {
        double value[2] = {NAN, NAN};
        for (int k = 0; k < 2; k++)
            if (of[k] && of[k]->known && (k == 0 || guest > 0)) {
                const double all[PERCENTILES] = {of[k]->p50_us, of[k]->p90_us, of[k]->p99_us,
                                                 of[k]->p99_9_us, of[k]->max_us};
                value[k] = all[i];
                any = true;
            }
        out[i] = (struct percentile){names[i], value[0], value[1]};
    }
    return any ? PERCENTILES : 0;
}

/* "~" before it if it is no hypervisor's. */
static char *guest_number(char out[NUMBER_MAX], double value, bool emulated)
{
    char number[NUMBER_MAX];
    snprintf(out, NUMBER_MAX, "%s%.8s", emulated && isfinite(value) ? "~" : "",
             number_short(number, value));
    return out;
}

static void draw_latency(struct canvas *c, struct rect r, const struct snapshot *s,
                         const struct view *v)
{
    static const struct hint top[] = {{ACTION_AXIS, NULL}, {ACTION_NONE, NULL}};
    struct percentile p[PERCENTILES];
    size_t count = percentiles(s, v, p);
    size_t guest = is_live(s, v) ? live_guest(s) : row_target(s, v);
    struct box box = {.title = "latency µs",
                      .note = is_live(s, v) ? "latest slot" : "median of slots",
                      .top = count ? top : NULL,
                      .focus = v->box == BOX_LATENCY};
    struct rect in = widget_box(c, r, &box);
    if (count == 0) {
        struct page page = page_begin(c, in);
        size_t m = metric(s, v);
        page_text(
            &page, STYLE_DIM, 0,
            m < s->metric_count && s->metrics[m].workload->latency
                ? "No operation has been sampled yet."
                : "This workload keeps no histogram: its operations are too short to be timed "
                  "one by one. Its throughput is above.");
        return;
    }
    double values[2 * PERCENTILES];
    for (size_t i = 0; i < count; i++) {
        values[2 * i] = p[i].native;
        values[2 * i + 1] = p[i].guest;
    }
    bool log_scale = !v->log_axis[BOX_LATENCY];
    struct axis a = axis_over(values, 2 * count, log_scale ? NAN : 0, log_scale);
    bool wide = in.w >= 50;
    int left = 6, numbers = wide ? 9 : 0, right = wide ? 8 : 15;
    int axis_x = in.x + left + 2 * numbers + (wide ? 1 : 0), axis_w = in.x + in.w - right - axis_x;
    int y = in.y, end = in.y + in.h;
    if (wide && in.h > (int)count) {
        canvas_text_right(c, y, in.x + left + numbers - 2, STYLE_NATIVE, 0, "native");
        if (guest > 0)
            widget_target(c, y, in.x + left + numbers, numbers - 1, &s->targets[guest]);
        canvas_text_right(c, y, in.x + in.w - 1, STYLE_DIM, 0, "×native");
        y++;
    }
    bool emulated = s->targets[guest].emulated;
    for (size_t i = 0; i < count && y < end; i++, y++) {
        char number[NUMBER_MAX];
        double times = p[i].guest / p[i].native;
        /* no interval, so no verdict's colour: far is bold */
        unsigned far = times > 2 && !emulated ? ATTR_BOLD : 0;
        canvas_text(c, y, in.x, STYLE_DIM, 0, p[i].name);
        if (wide) {
            canvas_text_right(c, y, in.x + left + numbers - 2, STYLE_TEXT, 0,
                              number_short(number, p[i].native));
            canvas_text_right(c, y, in.x + left + 2 * numbers - 2, STYLE_TEXT,
                              emulated ? 0 : ATTR_BOLD, guest_number(number, p[i].guest, emulated));
        }
        struct mark m = {.value = guest > 0 ? p[i].guest : p[i].native,
                         .native = p[i].native,
                         .kind = s->targets[guest].kind,
                         .emulated = emulated,
                         .line = style_of_kind(s->targets[guest].kind),
                         .marks_native = guest == 0};
        if (axis_w >= 6)
            widget_lollipop(c, y, axis_x, axis_w, &a, &m);
        canvas_text_right(c, y, in.x + in.w - 8, STYLE_TEXT, 0,
                          wide ? "" : guest_number(number, m.value, emulated));
        if (isfinite(times)) {
            number_fit(number, 5, times, times < 9.995 ? 2 : 1);
            char text[NUMBER_MAX + 8];
            snprintf(text, sizeof text, "%s%s×", emulated ? "~" : "", number);
            canvas_text_right(c, y, in.x + in.w - 1,
                              far        ? STYLE_STRONG
                              : emulated ? STYLE_DIM
                                         : STYLE_TEXT,
                              far, text);
        }
    }
    if (y < end && axis_w >= 12)
        widget_axis(c, y, axis_x, axis_w, &a, NULL);
}

/* Against native */

/* Before there is a comparison: what the slots so far say. */
static void draw_slots(struct canvas *c, struct rect r, const struct snapshot *s, size_t m)
{
    struct page p = page_begin(c, r);
    page_text(&p, STYLE_DIM, 0, "After the first whole block. Latest slots:");
    for (size_t t = 0; t < s->target_count && page_left(&p) > 0; t++) {
        double value = NAN;
        char number[NUMBER_MAX], now[REASON_TEXT];
        size_t n = live_slots(s, t, &value);
        bool emulated = s->targets[t].emulated;
        int x = r.x + (emulated ? 21 : 13);
        widget_target(c, p.y, r.x, x - r.x - 1, &s->targets[t]);
        if (n > 0)
            canvas_textf(c, p.y, x, STYLE_TEXT, 0, "%s %s", guest_number(number, value, emulated),
                         workload_unit(s->metrics[m].workload));
        else if (t == s->run.target && row_running(s, m, now))
            canvas_text(c, p.y, x, STYLE_TEXT, 0, now);
        else
            canvas_text(c, p.y, x, STYLE_DIM, 0, "its slot is still to come");
        p.y++;
    }
}

static void draw_versus(struct canvas *c, struct rect r, const struct snapshot *s,
                        const struct view *v)
{
    static const struct hint top[] = {
        {ACTION_TARGET, NULL}, {ACTION_WHY, NULL}, {ACTION_NONE, NULL}};
    struct box box = {
        .title = "vs native", .note = "95 % interval", .top = top, .focus = v->box == BOX_VERSUS};
    struct rect in = widget_box(c, r, &box);
    size_t m = metric(s, v);
    struct view shown = *v;
    if (is_live(s, v) && v->target == 0)
        shown.target = live_guest(s);
    if (is_live(s, v) && m < s->metric_count && row_read(s, m, row_target(s, &shown)).stale) {
        draw_slots(c, in, s, m); /* what an earlier run found is not of this one */
        return;
    }
    detail_draw(c, in, s, &shown, m);
}

/* Blocks */

static void draw_blocks_row(struct canvas *c, int y, int x, int w, const struct snapshot *s)
{
    const struct board_run *run = &s->run;
    size_t count = run->block_count < BOARD_BLOCKS_MAX ? run->block_count : BOARD_BLOCKS_MAX;
    size_t total = run->blocks > count ? run->blocks : count;
    int each = 8, room = w / each > 0 ? w / each : 1;
    size_t first = total > (size_t)room && count + 1 > (size_t)room ? count + 1 - (size_t)room : 0;
    size_t last = s->target_count > 0 ? s->target_count - 1 : 0; /* whose blocks they are */
    bool emulated = last > 0 && s->targets[last].emulated;
    for (size_t i = first; i < total && (int)(i - first) < room; i++) {
        int at = x + (int)(i - first) * each;
        char number[NUMBER_MAX];
        if (i < count) {
            double ratio = run->block_ratio[i];
            canvas_put(c, y, at, glyph(c->glyphs, GLYPH_DONE), STYLE_OK, 0);
            canvas_textf(c, y, at + 2, emulated ? STYLE_DIM : STYLE_TEXT, 0, "%s%s",
                         emulated ? "~" : "", number_ratio(number, 5, ratio, UNIT_PERCENT));
        } else if (i == count && run->active) {
            canvas_put(c, y, at, glyph(c->glyphs, GLYPH_NOW),
                       run->target < s->target_count ? style_of_kind(s->targets[run->target].kind)
                                                     : STYLE_TEXT,
                       ATTR_BOLD);
            canvas_text(c, y, at + 2, STYLE_TEXT, 0, run->position);
        } else {
            canvas_put(c, y, at, glyph(c->glyphs, GLYPH_TO_COME), STYLE_DIM, 0);
        }
    }
}

/* Each block's ratio as a dot over its number, native as the dotted ruler, the estimate's interval
 * as two levels. */
static void draw_blocks_plot(struct canvas *c, struct rect r, const struct snapshot *s)
{
    const struct board_run *run = &s->run;
    size_t count = run->block_count < BOARD_BLOCKS_MAX ? run->block_count : BOARD_BLOCKS_MAX;
    size_t total = run->blocks > count ? run->blocks : count, guest = live_guest(s);
    double percents[BOARD_BLOCKS_MAX];
    if (count == 0 || guest == 0) {
        struct page p = page_begin(c, r);
        page_text(&p, STYLE_DIM, 0,
                  "No block is whole yet. A block is native, guest, guest, native: drift cancels.");
        return;
    }
    for (size_t i = 0; i < count; i++)
        percents[i] = run->block_ratio[i] * 100;
    struct axis a = row_axis(percents, count);
    int left = 6, w = r.w - left - 1, h = r.h - 1;
    if (w < 8 || h < 2)
        return;
    double ticks[8];
    size_t tick_count = axis_ticks(&a, h >= 6 ? 3 : 2, ticks, 8);
    int ruler = r.y + axis_row(&a, h, 100);
    for (int x = 0; x < w; x++)
        canvas_put(c, ruler, r.x + left + x, glyph(c->glyphs, GLYPH_GROOVE), STYLE_NATIVE, 0);
    for (size_t i = 0; i < tick_count; i++) {
        char number[NUMBER_MAX];
        canvas_text_right(c, r.y + axis_row(&a, h, ticks[i]), r.x + left - 2, STYLE_DIM, 0,
                          number_short(number, ticks[i]));
    }
    int each = w / (int)(total ? total : 1);
    each = each > 14 ? 14 : each < 1 ? 1 : each;
    const struct board_target *t = &s->targets[guest];
    for (size_t i = 0; i < count; i++) {
        int x = r.x + left + (int)i * each + each / 2, off;
        if (x >= r.x + left + w)
            break;
        axis_column(&a, h, percents[i], &off);
        int row = axis_row(&a, h, percents[i]);
        if (row >= 0)
            widget_mark(c, r.y + row, x, t);
        if (each >= 2 || i % 5 == 0)
            canvas_textf(c, r.y + h, x - (i >= 9), STYLE_DIM, 0, "%zu", i + 1);
    }
}

static const char *const steps[] = {BOARD_PHASE_PREPARE, BOARD_PHASE_MEASURE, BOARD_PHASE_VERIFY};

static void draw_run(struct canvas *c, struct rect r, const struct snapshot *s,
                     const struct view *v)
{
    static const struct hint top[] = {{ACTION_ABORT, NULL}, {ACTION_NONE, NULL}};
    char note[96];
    const struct board_run *run = &s->run;
    snprintf(note, sizeof note, "%u blocks of native, guest, guest, native%s", run->blocks,
             run->stages > 1 ? (run->stage == 2 ? ", stage 2 of 2" : ", stage 1 of 2") : "");
    if (run->blocks == 0)
        snprintf(note, sizeof note, "%s", "no row yet");
    struct box box = {.title = run->paused ? "run, paused" : "run", .note = note, .top = top};
    struct rect in = widget_box(c, r, &box);
    struct rect former = canvas_clip(c, in);
    int y = in.y, end = in.y + in.h;
    if (y < end)
        draw_blocks_row(c, y++, in.x, in.w, s);
    if (y < end)
        live_progress(c, y++, in.x, in.w, s);
    if (y < end) {
        int x = canvas_text(c, y, in.x, STYLE_DIM, 0, "now  ");
        bool known = false;
        for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
            known = known || strcmp(steps[i], run->phase) == 0;
        for (size_t i = 0; known && i < sizeof steps / sizeof steps[0]; i++) {
            bool here = strcmp(steps[i], run->phase) == 0;
            canvas_put(c, y, x, glyph(c->glyphs, here ? GLYPH_NOW : GLYPH_TO_COME),
                       here ? STYLE_STRONG : STYLE_DIM, 0);
            x = canvas_text(c, y, x + 2, here ? STYLE_TEXT : STYLE_DIM, here ? ATTR_BOLD : 0,
                            steps[i]) +
                2;
        }
        if (!known)
            canvas_text(c, y, x, STYLE_TEXT, ATTR_BOLD, run->phase);
        y++;
    }
    size_t m = metric(s, v);
    for (size_t i = s->log_count; i-- > 0 && y < end - 1;) { /* what went wrong last */
        const struct board_log_line *l = &s->log[(s->log_first + i) % BOARD_LOG_MAX];
        if (l->level != BOARD_LOG_WARN && l->level != BOARD_LOG_ERROR)
            continue;
        int x = canvas_textf(c, y, in.x, l->level == BOARD_LOG_ERROR ? STYLE_ERROR : STYLE_WARN, 0,
                             "%s ", l->level == BOARD_LOG_ERROR ? "error" : "note");
        widget_cut(c, y++, x, in.x + in.w - x, STYLE_TEXT, 0, l->text);
        break;
    }
    char method[METHOD_MAX];
    if (y < end && m < s->metric_count && s->metrics[m].workload->method)
        widget_cut(c, y, in.x, in.w, STYLE_DIM, 0,
                   workload_method(s->metrics[m].workload, s->metrics[m].params, method));
    canvas_unclip(c, former);
}

static void draw_blocks(struct canvas *c, struct rect r, const struct snapshot *s)
{
    struct box box = {.title = "blocks", .note = "% of native, each; dotted: native"};
    draw_blocks_plot(c, widget_box(c, r, &box), s);
}

static void draw_graph(struct canvas *c, struct rect r, const struct snapshot *s,
                       const struct view *v)
{
    static const struct hint top[] = {{ACTION_ABORT, NULL},
                                      {ACTION_FREEZE, NULL},
                                      {ACTION_LONGER, NULL},
                                      {ACTION_SHORTER, NULL},
                                      {ACTION_NONE, NULL}};
    static const struct hint brief_top[] = {
        {ACTION_ABORT, NULL}, {ACTION_FREEZE, NULL}, {ACTION_NONE, NULL}};
    char title[160], label[LABEL_MAX] = "", note[64] = "";
    const struct board_run *run = &s->run;
    if (run->metric < s->metric_count) {
        const struct workload *w = s->metrics[run->metric].workload;
        row_label(&s->metrics[run->metric], label);
        snprintf(note, sizeof note, "%s %s", workload_unit(w),
                 workload_lower_is_better(w) ? "↓ lower is better" : "↑");
    }
    if (run->silent_s > 0)
        snprintf(note, sizeof note, LIVE_SILENT, run->silent_s);
    snprintf(title, sizeof title, "%s  %s",
             run->target < s->target_count ? s->targets[run->target].id : "",
             label[0] ? label : run->title);
    struct box box = {.title = title,
                      .note = note,
                      .top = live_brief(s) ? brief_top : top,
                      .focus = v->box == BOX_GRAPH};
    live_graph(c, widget_box(c, r, &box), s, v->span_s);
}

/* Before the first row: what the targets wait for. */
static void draw_preparing(struct canvas *c, struct rect r, const struct snapshot *s,
                           const struct view *v)
{
    static const struct hint top[] = {{ACTION_ABORT, NULL}, {ACTION_NONE, NULL}};
    struct box box = {.title = "targets", .top = top, .focus = true};
    struct rect part[2];
    const struct part down[2] = {{.min = 6, .weight = 1, .priority = 2},
                                 {.min = 4, .max = 5, .priority = 1}};
    layout_rows(r, down, 2, part);
    struct rect in = widget_box(c, part[0], &box);
    if (in.h < 1)
        return;
    live_title(c, in.y, in.x, in.w, s);
    if (in.h > 2)
        card_list(c, part[0], (struct rect){in.y + 2, in.x, in.h - 2, in.w}, s, BOX_GRAPH, SIZE_MAX,
                  0);
    if (part[1].h > 0)
        draw_run(c, part[1], s, v);
}

/* A row that does not run now: all that is known of it, and its neighbours. */
static void draw_row(struct canvas *c, struct rect r, const struct snapshot *s,
                     const struct view *v)
{
    static const struct hint top[] = {{ACTION_BACK, NULL}, {ACTION_NONE, NULL}};
    static const struct hint bottom[] = {
        {ACTION_RUN, NULL}, {ACTION_TARGET, NULL}, {ACTION_UNITS, NULL}, {ACTION_NONE, NULL}};
    struct rect part[2], left[2] = {{0}};
    size_t m = metric(s, v);
    bool wide = r.w >= 110;
    const struct part across[2] = {{.min = 50, .weight = 1, .priority = 2},
                                   {.min = 50, .weight = 1, .priority = 1}};
    const struct part down[2] = {{.min = 8, .weight = 1, .priority = 2},
                                 {.min = 8, .max = 9, .weight = 1, .priority = 1}};
    layout_columns(r, across, wide ? 2 : 1, part);
    bool histogram = m < s->metric_count && s->metrics[m].workload->latency;
    layout_rows(part[0], down, histogram ? 2 : 1, left);
    char title[160] = "a row", label[LABEL_MAX];
    if (m < s->metric_count) {
        row_label(&s->metrics[m], label);
        snprintf(title, sizeof title, "%s  %s", subsystems[s->metrics[m].workload->subsystem].title,
                 label);
    }
    struct box box = {.title = title,
                      .note = s->stored ? "stored"
                              : m < s->metric_count && v->metric >= s->metric_count
                                  ? "the run is over; its last row"
                                  : NULL,
                      .top = top,
                      .bottom = bottom,
                      .focus = v->box == BOX_GRAPH};
    struct rect in = widget_box(c, left[0], &box);
    if (m >= s->metric_count) {
        struct page p = page_begin(c, in);
        page_text(&p, STYLE_STRONG, ATTR_BOLD,
                  s->replayed ? "Nothing runs at this moment of the recording." : "Nothing runs.");
        if (s->replayed)
            return;
        page_gap(&p);
        page_textf(&p, STYLE_TEXT, 0,
                   "%s runs the quick comparison of everything; %s on a row of any panel runs that "
                   "row. This view then shows it live.",
                   key_word(c->keymap, ACTION_RUN_ALL), key_word(c->keymap, ACTION_RUN));
        return;
    }
    detail_draw(c, in, s, v, m);
    if (left[1].h > 0)
        draw_latency(c, left[1], s, v);
    if (!wide)
        return;
    size_t list[ROWS_MAX];
    enum subsystem sub = s->metrics[m].workload->subsystem;
    size_t count = row_list(s, v, sub, "", list);
    struct view beside = *v;
    for (size_t i = 0; i < count; i++)
        if (list[i] == m)
            beside.row[BOX_VERSUS] = i;
    char note[64];
    snprintf(note, sizeof note, "%zu rows", count);
    struct box other = {.title = subsystems[sub].title, .note = note};
    list_rows_draw(c, part[1], widget_box(c, part[1], &other), s, &beside, list, count, BOX_VERSUS,
                   true, false);
}

static void draw_text(struct canvas *c, struct rect r, const struct snapshot *s,
                      const struct view *v)
{
    struct rect in = {r.y, r.x + 1, r.h, r.w - 2};
    if (!is_live(s, v)) {
        detail_draw(c, in, s, v, metric(s, v));
        return;
    }
    live_title(c, in.y, in.x, in.w, s);
    live_progress(c, in.y + 1, in.x, in.w, s);
    if (live_preparing(s)) {
        live_targets(c, (struct rect){in.y + 3, in.x, in.h - 3, in.w}, s);
        return;
    }
    live_versus(c, in.y + 2, in.x, in.w, s, v->unit);
    live_latency(c, in.y + 3, in.x, in.w, s);
    draw_blocks_row(c, in.y + 4, in.x, in.w, s);
    struct view shown = *v;
    if (v->target == 0)
        shown.target = live_guest(s);
    detail_draw(c, (struct rect){in.y + 6, in.x, in.h - 6, in.w}, s, &shown, metric(s, v));
}

static void draw(struct canvas *c, struct rect area, const struct snapshot *s, const struct view *v)
{
    enum size_class size = layout_area_size(area);
    if (size <= SIZE_TEXT) {
        draw_text(c, area, s, v);
        return;
    }
    if (!is_live(s, v)) {
        draw_row(c, area, s, v);
        return;
    }
    if (live_preparing(s)) {
        draw_preparing(c, area, s, v);
        return;
    }
    if (v->expanded) {
        if (v->box == BOX_LATENCY && !untimed(s))
            draw_latency(c, area, s, v);
        else if (v->box == BOX_VERSUS)
            draw_versus(c, area, s, v);
        else
            draw_graph(c, area, s, v);
        return;
    }
    struct rect part[3], top[2], middle[2];
    if (size == SIZE_SMALL) {
        const struct part down[3] = {{.min = 7, .weight = 3, .priority = 3},
                                     {.min = 8, .weight = 1, .max = 11, .priority = 1},
                                     {.min = 4, .max = 5, .weight = 1, .priority = 2}};
        const struct part across[2] = {{.min = 36, .weight = 1, .priority = 1},
                                       {.min = 36, .weight = 1, .priority = 2}};
        layout_rows(area, down, 3, part);
        layout_columns(part[1], across, 2, middle);
        draw_graph(c, part[0], s, v);
        if (!untimed(s))
            draw_latency(c, middle[0], s, v);
        draw_versus(c, untimed(s) ? part[1] : middle[1], s, v);
        draw_run(c, part[2], s, v);
        return;
    }
    const struct part down[3] = {{.min = 14, .weight = 3, .priority = 3},
                                 {.min = 9, .weight = 1, .max = 12, .priority = 1},
                                 {.min = 5, .max = 7, .weight = 1, .priority = 2}};
    const struct part across[2] = {{.min = 60, .weight = 3, .priority = 2},
                                   {.min = 44, .weight = 2, .max = 70, .priority = 1}};
    const struct part halves[2] = {{.min = 50, .weight = 1, .priority = 1},
                                   {.min = 50, .weight = 1, .priority = 2}};
    layout_rows(area, down, 3, part);
    layout_columns(part[0], across, 2, top);
    layout_columns(part[1], halves, 2, middle);
    draw_graph(c, top[0], s, v);
    draw_versus(c, top[1], s, v);
    draw_blocks(c, untimed(s) ? part[1] : middle[0], s);
    if (!untimed(s))
        draw_latency(c, middle[1], s, v);
    draw_run(c, part[2], s, v);
}

const struct panel panel_live = {
    .id = "live",
    .title = "Live",
    .short_title = "Live",
    .boxes = boxes,
    .rows = rows,
    .metric = metric,
    .draw = draw,
};
