/* The overview: the scoreboard of subsystems, what hurts most, the run that is going on, the host,
 * the queue and the log. Boxes leave whole as the screen gets smaller; the scoreboard and the run
 * stay longest. */
#include "text.h"
#include "ui/facts.h"
#include "ui/gauge.h"
#include "ui/layout.h"
#include "ui/list.h"
#include "ui/live.h"
#include "ui/matrix.h"
#include "ui/prose.h"
#include "ui/scoreboard.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { BOX_SCORE, BOX_RUN, BOX_HURTS, BOX_LOG, BOX_QUEUE, BOX_COUNT }; /* as they drop out */

static size_t boxes(const struct snapshot *s, int h, int w)
{
    (void)s;
    switch (layout_area_size((struct rect){0, 0, h, w})) {
    case SIZE_TOO_SMALL:
    case SIZE_TEXT:
        return 1;
    case SIZE_SMALL:
        return h >= 32 ? BOX_HURTS + 1 : BOX_RUN + 1;
    case SIZE_WIDE:
    case SIZE_HUGE:
        break;
    }
    return h >= 36 ? BOX_COUNT : h >= 30 ? BOX_LOG + 1 : BOX_RUN + 1;
}

static size_t rows(const struct snapshot *s, const struct view *v, size_t box)
{
    struct ranked ranked[RANKED_MAX];
    switch (box) {
    case BOX_SCORE:
        return SCOREBOARD_ROWS;
    case BOX_HURTS:
        return list_rank(s, v, ranked);
    case BOX_QUEUE:
        return s->queue_count;
    case BOX_LOG:
        return list_log_count(s, v);
    default:
        return 0;
    }
}

static size_t metric(const struct snapshot *s, const struct view *v)
{
    if (v->box == BOX_HURTS) {
        struct ranked ranked[RANKED_MAX];
        size_t count = list_rank(s, v, ranked);
        return v->row[BOX_HURTS] < count ? ranked[v->row[BOX_HURTS]].metric : SIZE_MAX;
    }
    if (v->box == BOX_RUN && s->run.active && s->run.metric < s->metric_count)
        return s->run.metric;
    return SIZE_MAX;
}

static enum subsystem selected_subsystem(const struct view *v)
{
    size_t line = v->row[BOX_SCORE];
    return (enum subsystem)(line < SCOREBOARD_ROWS ? line : 0);
}

static bool word(const struct snapshot *s, const struct view *v, char *out, size_t size)
{
    if (v->box == BOX_SCORE) {
        enum subsystem sub = selected_subsystem(v);
        if (!row_any(s, SIZE_MAX)) {
            snprintf(out, size, "all");
            return true;
        }
        if (!row_subsystem_exists(sub)) {
            snprintf(out, size, "%s is not in this version yet", subsystems[sub].title);
            return false;
        }
        snprintf(out, size, "%s", subsystems[sub].id);
        return true;
    }
    size_t m = metric(s, v);
    if (m < s->metric_count) {
        row_word(&s->metrics[m], out, size);
        return true;
    }
    snprintf(out, size, "no row is selected here");
    return false;
}

static char open_key(const struct snapshot *s, const struct view *v)
{
    static const char digits[SCOREBOARD_ROWS + 1] = "234567890";
    (void)s;
    switch (v->box) {
    case BOX_SCORE:
        return digits[selected_subsystem(v)];
    case BOX_LOG:
        return 'L';
    default:
        return 0;
    }
}

/* Boxes */

/* Rows of which something on the screen is of an earlier run than the one that is named. */
static size_t older_rows(const struct snapshot *s)
{
    size_t count = 0;
    for (size_t i = 0; i < s->metric_count; i++)
        for (size_t t = 0; t < s->target_count; t++)
            if (row_read(s, i, t).older) {
                count++;
                break;
            }
    return count;
}

/* "scoreboard of last run, 1:22:03 ago, 4 rows of earlier runs"; returns how many those are. */
static size_t score_title(const struct snapshot *s, char out[128])
{
    char earlier[48] = "";
    size_t older = older_rows(s);
    if (older)
        snprintf(earlier, sizeof earlier, ", %zu row%s of earlier runs", older,
                 older == 1 ? "" : "s");
    snprintf(out, 128, "scoreboard%s%.60s%s", s->stored ? " of " : "", s->stored ? s->title : "",
             earlier);
    return older;
}

static void draw_score(struct canvas *c, struct rect r, const struct snapshot *s,
                       const struct view *v)
{
    static const struct hint top[] = {{ACTION_RUN_ALL, NULL},
                                      {ACTION_UNITS, NULL},
                                      {ACTION_TARGET, NULL},
                                      {ACTION_BASELINE, NULL},
                                      {ACTION_NONE, NULL}};
    static const struct hint bottom[] = {{ACTION_OPEN, NULL},
                                         {ACTION_RUN, NULL},
                                         {(enum action)(ACTION_TAB_FIRST + 10), " targets"},
                                         {ACTION_NONE, NULL}};
    char note[160], title[128];
    size_t older = score_title(s, title);
    facts_baseline(s, note);
    struct box box = {.title = title,
                      .note = older && r.w < 100      ? NULL /* the title needs the room */
                              : v->unit == UNIT_TIMES ? "× native time  ━ overhead"
                                                      : "% of native  ━ overhead",
                      .number = '1',
                      .top = top,
                      .bottom = bottom,
                      .bottom_note = note[0] ? note : NULL,
                      .focus = v->box == BOX_SCORE};
    struct rect in = widget_box(c, r, &box);
    scoreboard_draw(c, in, s, v, v->box == BOX_SCORE ? v->row[BOX_SCORE] : SIZE_MAX, true);
}

/* Whose it is and of when, which its title begins with, and the keys that there are. */
static void draw_beginning(struct page *p, const struct snapshot *s)
{
    const struct keymap *map = p->c->keymap;
    const char *end = strstr(s->title, "  ");
    int length = end ? (int)(end - s->title) : (int)strlen(s->title);
    char at[16] = "";
    struct tm tm;
    time_t when = (time_t)s->clock;
    if (s->clock > 0 && localtime_r(&when, &tm))
        strftime(at, sizeof at, ", %H:%M:%S", &tm);
    page_text(p, STYLE_STRONG, ATTR_BOLD,
              "This is a recording. Nothing was measured by this moment.");
    page_textf(p, STYLE_TEXT, 0, "Recorded on %.*s%s.", length, s->title, at);
    page_gap(p);
    page_textf(p, STYLE_TEXT, 0,
               "In a replay: %s pauses, or plays;  %s %s  step;  %s %s  jump 10 s;  %s %s  change "
               "the speed.",
               key_word(map, ACTION_FREEZE), key_word(map, ACTION_STEP_BACK),
               key_word(map, ACTION_STEP), key_word(map, ACTION_SEEK_BACK),
               key_word(map, ACTION_SEEK), key_word(map, ACTION_SLOWER),
               key_word(map, ACTION_FASTER));
    facts_targets(p, s, true);
}

static void draw_idle(struct canvas *c, struct rect in, const struct snapshot *s)
{
    struct page p = page_begin(c, in);
    if (s->replayed && !row_any(s, SIZE_MAX)) {
        draw_beginning(&p, s);
        return;
    }
    if (!row_any(s, SIZE_MAX)) {
        page_text(&p, STYLE_STRONG, ATTR_BOLD, "Nothing has been measured yet.");
        page_gap(&p);
        page_textf(&p, STYLE_TEXT, 0,
                   "Press %s or %s: a quick comparison of native and guests, about 2 min.",
                   key_word(c->keymap, ACTION_OPEN), key_word(c->keymap, ACTION_RUN));
        page_gap(&p);
        page_text(&p, STYLE_DIM, 0,
                  "The bars fill as blocks finish. 100 is native, right is better, ink is loss.");
        facts_targets(&p, s, true);
        return;
    }
    facts_answer(&p, s);
    facts_late(&p, s);
    facts_tally(&p, s);
    const char *row = key_word(c->keymap, ACTION_RUN), *all = key_word(c->keymap, ACTION_RUN_ALL);
    if (s->stored)
        page_textf(&p, STYLE_DIM, 0, "A stored result is shown; nothing runs. %s measures anew.",
                   all);
    else if (s->replayed)
        page_text(&p, STYLE_DIM, 0, "A recording is shown; nothing is measured.");
    else
        page_textf(&p, STYLE_DIM, 0, "Nothing runs. %s runs the row again, %s everything.", row,
                   all);
    facts_targets(&p, s, true);
    facts_differences(&p, s);
}

static void draw_run(struct canvas *c, struct rect r, const struct snapshot *s,
                     const struct view *v)
{
    static const struct hint running[] = {
        {ACTION_ABORT, NULL}, {ACTION_VIEW, NULL}, {ACTION_NONE, NULL}};
    static const struct hint idle[] = {{ACTION_RUN_ALL, NULL}, {ACTION_NONE, NULL}};
    bool late = s->late_rows || s->late_looks;
    const char *what = s->stored ? "stored result" : s->replayed ? "recording" : "ready";
    char title[48];
    snprintf(title, sizeof title, "%s%s", what, late ? ", out of time" : "");
    struct box box = {.title = s->run.active ? "running" : title,
                      .note = s->run.active && s->run.metric < s->metric_count
                                  ? workload_unit(s->metrics[s->run.metric].workload)
                                  : NULL,
                      .top = s->run.active ? running
                             : s->stored   ? NULL
                                           : idle,
                      .focus = v->box == BOX_RUN};
    struct rect in = widget_box(c, r, &box);
    if (!s->run.active) {
        draw_idle(c, in, s);
        return;
    }
    int bottom = in.y + in.h - 1;
    if (in.h >= 3)
        live_title(c, in.y, in.x, in.w, s);
    if (in.h >= 2)
        live_progress(c, bottom--, in.x, in.w, s);
    if (live_preparing(s)) {
        live_targets(c, (struct rect){in.y + 1, in.x, bottom - in.y, in.w}, s);
        return;
    }
    if (in.h >= 5)
        live_versus(c, bottom--, in.x, in.w, s, v->unit);
    if (in.h >= 6)
        live_latency(c, bottom--, in.x, in.w, s);
    live_graph(c, (struct rect){in.y + 1, in.x, bottom - in.y, in.w}, s, v->span_s);
}

static void draw_hurts(struct canvas *c, struct rect r, const struct snapshot *s,
                       const struct view *v)
{
    static const struct hint top[] = {
        {ACTION_SORT, NULL}, {ACTION_FILTER, NULL}, {ACTION_NONE, NULL}};
    static const struct hint bottom[] = {
        {ACTION_OPEN, NULL}, {ACTION_RUN, NULL}, {ACTION_WHY, NULL}, {ACTION_NONE, NULL}};
    static const char *const titles[LIST_SORTS] = {"where it hurts most", "rows by name",
                                                   "rows in order of measuring"};
    struct box box = {.title = titles[v->sort % LIST_SORTS],
                      .top = top,
                      .bottom = bottom,
                      .focus = v->box == BOX_HURTS};
    list_ranked_draw(c, r, widget_box(c, r, &box), s, v, BOX_HURTS, v->box == BOX_HURTS);
}

static void draw_host(struct canvas *c, struct rect r, const struct snapshot *s)
{
    static const struct hint top[] = {{(enum action)(ACTION_TAB_FIRST + 10), "ost"},
                                      {ACTION_NONE, NULL}};
    char title[96];
    snprintf(title, sizeof title, "host%s%s", s->host.known ? " " : "",
             s->host.known ? s->host.name : "");
    struct box box = {.title = title, .top = top};
    struct rect in = widget_box(c, r, &box);
    if (!s->host.known) {
        struct page p = page_begin(c, in);
        page_text(&p, STYLE_DIM, 0,
                  s->replayed                    ? "no sample by this moment of the recording"
                  : s->stored && !(s->now_s > 0) ? "a stored result: no live host"
                                                 : "waiting for the first sample…");
        return;
    }
    int y = in.y, end = in.y + in.h;
    for (enum gauge g = GAUGE_CPU; g <= GAUGE_NETWORK && y < end; g++)
        gauge_row(c, y++, in.x, in.w, &s->host, g);
    if (y < end)
        gauge_load(c, y++, in.x, in.w, &s->host);
    if (y < end)
        gauge_quiet(c, y++, in.x, in.w, &s->host);
    if (end - y >= 3) {
        canvas_text(c, y++, in.x, STYLE_DIM, 0, "cores");
        gauge_cores(c, (struct rect){y, in.x, end - y, in.w}, &s->host);
    } else if (end - y >= 1) {
        gauge_cores_row(c, y, in.x, in.w, &s->host);
    }
}

static void draw_queue(struct canvas *c, struct rect r, const struct snapshot *s,
                       const struct view *v)
{
    char note[48] = "";
    if (s->queue_total > 0)
        snprintf(note, sizeof note, "%zu to come", s->queue_total);
    struct box box = {.title = "queue", .note = note, .focus = v->box == BOX_QUEUE};
    list_queue_draw(c, r, widget_box(c, r, &box), s, v, BOX_QUEUE, v->box == BOX_QUEUE);
}

static void draw_log(struct canvas *c, struct rect r, const struct snapshot *s,
                     const struct view *v)
{
    static const struct hint top[] = {{(enum action)(ACTION_TAB_FIRST + 12), "og"},
                                      {ACTION_NONE, NULL}};
    struct box box = {.title = "log", .top = top, .focus = v->box == BOX_LOG};
    list_log_draw(c, r, widget_box(c, r, &box), s, v, BOX_LOG, v->box == BOX_LOG);
}

static void draw_matrix(struct canvas *c, struct rect r, const struct snapshot *s,
                        const struct view *v)
{
    static const struct hint top[] = {{(enum action)(ACTION_TAB_FIRST + 9), " Ctx"},
                                      {ACTION_NONE, NULL}};
    struct box box = {.title = "context switch", .note = "× native", .top = top};
    matrix_small_draw(c, widget_box(c, r, &box), s, v);
}

/* Layouts */

static void draw_small(struct canvas *c, struct rect r, const struct snapshot *s,
                       const struct view *v)
{
    struct rect part[3], bottom[2];
    bool tall = r.h >= 32;
    const struct part down[3] = {{.min = SCOREBOARD_LINES + 2, .priority = 3},
                                 {.min = tall ? 8 : 1,
                                  .weight = tall ? 1 : 0,
                                  .max = tall ? 0 : 1,
                                  .priority = tall ? 1 : 0},
                                 {.min = 8, .weight = 1, .priority = 2}};
    if (!tall) {
        const struct part two[2] = {{.min = SCOREBOARD_LINES + 2, .priority = 3},
                                    {.min = 5, .weight = 1, .priority = 2}};
        layout_rows(r, two, 2, part);
        part[2] = part[1];
        part[1] = (struct rect){0};
    } else {
        layout_rows(r, down, 3, part);
    }
    const struct part across[2] = {{.min = 40, .weight = 3, .priority = 2},
                                   {.min = 28, .weight = 2, .max = 44, .priority = 1}};
    layout_columns(part[2], across, 2, bottom);
    draw_score(c, part[0], s, v);
    if (part[1].h > 0)
        draw_hurts(c, part[1], s, v);
    draw_run(c, bottom[0], s, v);
    if (bottom[1].w > 0)
        draw_host(c, bottom[1], s);
}

static void draw_wide(struct canvas *c, struct rect r, const struct snapshot *s,
                      const struct view *v)
{
    struct rect part[3], middle[2], right[2], bottom[2];
    const struct part down[3] = {{.min = SCOREBOARD_LINES + 2, .priority = 3},
                                 {.min = 9, .weight = 5, .priority = 1},
                                 {.min = 8, .weight = 4, .priority = 2}};
    const struct part across[2] = {{.min = 60, .weight = 3, .priority = 2},
                                   {.min = 40, .weight = 2, .priority = 1}};
    const struct part side[2] = {{.min = 8, .weight = 1, .max = 9, .priority = 2},
                                 {.min = 4, .weight = 1, .priority = 1}};
    layout_rows(r, down, 3, part);
    layout_columns(part[1], across, 2, middle);
    layout_rows(middle[1], side, 2, right);
    layout_columns(part[2], across, 2, bottom);
    draw_score(c, part[0], s, v);
    if (middle[0].w > 0)
        draw_hurts(c, middle[0], s, v);
    if (right[0].h > 0)
        draw_host(c, right[0], s);
    if (right[1].h > 0)
        draw_queue(c, right[1], s, v);
    draw_run(c, bottom[0], s, v);
    if (bottom[1].w > 0) {
        if (part[1].h > 0)
            draw_log(c, bottom[1], s, v);
        else
            draw_host(c, bottom[1], s);
    }
}

static void draw_huge(struct canvas *c, struct rect r, const struct snapshot *s,
                      const struct view *v)
{
    struct rect part[3], middle[3], bottom[2], right[2];
    const struct part down[3] = {
        {.min = SCOREBOARD_LINES + 2, .max = SCOREBOARD_LINES + 3, .priority = 3},
        {.min = 13, .weight = 4, .priority = 1},
        {.min = 12, .weight = 5, .priority = 2}};
    const struct part across[3] = {{.min = 70, .weight = 6, .priority = 3},
                                   {.min = 44, .weight = 1, .max = 60, .priority = 1},
                                   {.min = 34, .weight = 2, .max = 70, .priority = 2}};
    const struct part below[2] = {{.min = 70, .weight = 1, .priority = 2},
                                  {.min = 60, .weight = 1, .priority = 1}};
    const struct part side[2] = {{.min = 6, .weight = 2, .priority = 2},
                                 {.min = 5, .weight = 1, .priority = 1}};
    layout_rows(r, down, 3, part);
    layout_columns(part[1], across, 3, middle);
    layout_columns(part[2], below, 2, bottom);
    layout_rows(bottom[1], side, 2, right);
    draw_score(c, part[0], s, v);
    draw_hurts(c, middle[0], s, v);
    draw_matrix(c, middle[1], s, v);
    draw_host(c, middle[2], s);
    draw_run(c, bottom[0], s, v);
    draw_log(c, right[0], s, v);
    draw_queue(c, right[1], s, v);
}

static void draw_text(struct canvas *c, struct rect r, const struct snapshot *s,
                      const struct view *v)
{
    struct rect in = {r.y, r.x + 1, r.h, r.w - 2};
    if (!s->run.active || in.h > SCOREBOARD_LINES + 3) { /* the lines of a run need the room */
        char title[128];
        score_title(s, title);
        widget_cut(c, in.y++, in.x, in.w, STYLE_STRONG, ATTR_BOLD, title);
        in.h--;
    }
    int lines = SCOREBOARD_LINES < in.h ? SCOREBOARD_LINES : in.h;
    if (in.h - lines < 2) /* the mean and the run are worth more than the last subsystems */
        lines = in.h - 2;
    scoreboard_draw(c, (struct rect){in.y, in.x, lines, in.w}, s, v, v->row[BOX_SCORE], false);
    struct rect rest = {in.y + lines, in.x, in.h - lines, in.w};
    if (s->run.active) {
        if (rest.h > 0)
            live_title(c, rest.y, rest.x, rest.w, s);
        if (rest.h > 1)
            live_progress(c, rest.y + 1, rest.x, rest.w, s);
        if (rest.h > 2 && !live_preparing(s))
            live_versus(c, rest.y + 2, rest.x, rest.w, s, v->unit);
        rest.y += 3;
        rest.h -= 3;
        if (rest.h > 1 && s->host.known)
            gauge_quiet(c, rest.y, rest.x, rest.w, &s->host);
        return;
    }
    draw_idle(c, rest, s);
}

static void draw(struct canvas *c, struct rect area, const struct snapshot *s, const struct view *v)
{
    enum size_class size = layout_area_size(area);
    if (size == SIZE_TOO_SMALL || size == SIZE_TEXT) {
        draw_text(c, area, s, v);
        return;
    }
    if (v->expanded) {
        switch (v->box) {
        case BOX_RUN:
            draw_run(c, area, s, v);
            return;
        case BOX_HURTS:
            draw_hurts(c, area, s, v);
            return;
        case BOX_QUEUE:
            draw_queue(c, area, s, v);
            return;
        case BOX_LOG:
            draw_log(c, area, s, v);
            return;
        default:
            draw_score(c, area, s, v);
            return;
        }
    }
    if (size == SIZE_HUGE)
        draw_huge(c, area, s, v);
    else if (size == SIZE_WIDE)
        draw_wide(c, area, s, v);
    else
        draw_small(c, area, s, v);
}

const struct panel panel_overview = {
    .id = "overview",
    .key = '1',
    .title = "Overview",
    .short_title = "Over",
    .boxes = boxes,
    .rows = rows,
    .metric = metric,
    .word = word,
    .open = open_key,
    .draw = draw,
};
