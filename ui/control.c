#include <config.h>

#include "ui/control.h"

#include "text.h"
#include "ui/layout.h"
#include "ui/row.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define LIVE_VIEW    TABS_COUNT
#define VERDICT_VIEW (TABS_COUNT + 1)
#define BOXES_MAX    16

void control_init(struct control *c, const struct app_options *options,
                  const struct app_actions *actions)
{
    memset(c, 0, sizeof *c);
    c->actions = actions;
    c->welcome = options->welcome;
    c->overlay = options->welcome ? OVERLAY_WELCOME : OVERLAY_NONE;
    for (size_t i = 0; i <= VERDICT_VIEW; i++) {
        c->views[i].target = 1;
        c->views[i].span_s = 30;
        c->views[i].metric = SIZE_MAX;
    }
    for (size_t i = 0; options->panel && i < TABS_COUNT; i++) {
        struct tab tab = tab_at(i);
        if (tab.panel && strcmp(tab.panel->id, options->panel) == 0)
            c->tab = i;
    }
    c->live = options->panel && strcmp(options->panel, "live") == 0 && panel_find("live");
    c->verdict = options->panel && strcmp(options->panel, "verdict") == 0;
}

const struct panel *control_panel(const struct control *c)
{
    return c->live ? panel_find("live") : c->verdict ? panel_find("verdict") : tab_at(c->tab).panel;
}

struct view *control_view(struct control *c)
{
    return &c->views[c->live ? LIVE_VIEW : c->verdict ? VERDICT_VIEW : c->tab];
}

struct scene control_scene(struct control *c)
{
    return (struct scene){.panel = control_panel(c),
                          .tab = TAB_KEYS[c->tab],
                          .view = control_view(c),
                          .overlay = c->overlay,
                          .help_page = c->help_page,
                          .help_first = c->help_first,
                          .welcome = c->welcome,
                          .flash = c->flash[0] ? c->flash : NULL,
                          .flash_error = c->flash_error};
}

void control_flash(struct control *c, double now_s, bool error, const char *format, ...)
{
    char text[sizeof c->flash];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    text_clean(c->flash, sizeof c->flash, text);
    c->flash_error = error;
    double reading = (double)strlen(c->flash) / 25; /* characters a second */
    c->flash_until_s = now_s + (reading > 2 ? reading : 2);
}

/* Settings that hold for all panels alike. */
static void share(struct control *c)
{
    const struct view *from = control_view(c);
    for (size_t i = 0; i <= VERDICT_VIEW; i++) {
        struct view *v = &c->views[i];
        v->unit = from->unit;
        v->paper = from->paper;
        v->target = from->target;
        v->span_s = from->span_s;
        v->frozen = from->frozen;
    }
}

/* Sizes of the panel that is shown */

static struct rect panel_area(int h, int w)
{
    return layout_frame(h, w).area;
}

static size_t box_count(const struct control *c, const struct snapshot *s, int h, int w)
{
    const struct panel *p = control_panel(c);
    struct rect area = panel_area(h, w);
    size_t n = p && p->boxes ? p->boxes(s, area.h, area.w) : 1;
    return n > BOXES_MAX ? BOXES_MAX : n;
}

static size_t row_count(struct control *c, const struct snapshot *s)
{
    const struct panel *p = control_panel(c);
    const struct view *v = control_view(c);
    return p && p->rows ? p->rows(s, v, v->box) : 0;
}

static size_t column_count(struct control *c, const struct snapshot *s)
{
    const struct panel *p = control_panel(c);
    const struct view *v = control_view(c);
    return p && p->columns ? p->columns(s, v, v->box) : 0;
}

static size_t metric_under_cursor(struct control *c, const struct snapshot *s)
{
    const struct panel *p = control_panel(c);
    size_t metric = p && p->metric ? p->metric(s, control_view(c)) : SIZE_MAX;
    return metric < s->metric_count ? metric : SIZE_MAX;
}

void control_clamp(struct control *c, const struct snapshot *s, int h, int w)
{
    struct view *v = control_view(c);
    size_t boxes = box_count(c, s, h, w);
    if (v->box >= boxes)
        v->box = boxes ? boxes - 1 : 0;
    size_t rows = row_count(c, s), columns = column_count(c, s);
    if (v->row[v->box] >= rows)
        v->row[v->box] = rows ? rows - 1 : 0;
    if (v->column[v->box] >= columns)
        v->column[v->box] = columns ? columns - 1 : 0;
    if (s->target_count > 1 && v->target >= s->target_count)
        v->target = 1;
}

static void step(size_t *at, size_t count, long by)
{
    if (count == 0) {
        *at = 0;
    } else if (by < 0) {
        size_t down = (size_t)-by;
        *at = *at > down ? *at - down : 0;
    } else {
        *at = *at + (size_t)by < count ? *at + (size_t)by : count - 1;
    }
}

/* Going somewhere */

static void go_tab(struct control *c, size_t place)
{
    share(c);
    c->tab = place;
    c->live = c->verdict = false;
}

/* Why a figure is what it is: the row's white-box readings. */
static void go_whitebox(struct control *c, const struct snapshot *s, double now_s)
{
    size_t metric = metric_under_cursor(c, s);
    const struct panel *p = panel_find("whitebox");
    go_tab(c, (size_t)(strchr(TAB_KEYS, p->key) - TAB_KEYS));
    struct view *v = control_view(c);
    v->filter[0] = '\0';
    size_t former = v->row[0], count = p->rows(s, v, 0);
    for (v->row[0] = 0; v->row[0] < count; v->row[0]++)
        if (p->metric(s, v) == metric)
            return;
    v->row[0] = former;
    if (metric < s->metric_count)
        control_flash(c, now_s, false, "the row was not measured there");
}

static void go_live(struct control *c, size_t metric, double now_s)
{
    if (!panel_find("live")) {
        control_flash(c, now_s, true, "this version has no live view");
        return;
    }
    share(c);
    c->views[LIVE_VIEW].metric = metric;
    c->live = true;
}

static void start(struct control *c, const char *const *words, size_t count,
                  const struct snapshot *s, double now_s);

static void open_row(struct control *c, const struct snapshot *s, double now_s)
{
    const struct panel *p = control_panel(c);
    char key = p && p->open ? p->open(s, control_view(c)) : '\0';
    const char *place = key ? strchr(TAB_KEYS, key) : NULL;
    size_t metric = metric_under_cursor(c, s);
    if (p && p->key == TAB_KEYS[0] && s->metric_count == 0 && !s->run.active)
        start(c, NULL, 0, s, now_s); /* there is nothing to open, and the overview says so */
    else if (place)
        go_tab(c, (size_t)(place - TAB_KEYS));
    else if (metric != SIZE_MAX && !c->live)
        go_live(c, metric, now_s);
    else
        control_flash(c, now_s, false, "nothing to open here");
}

/* One level back: expanded box, live view, filter. Never quits. */
static void go_back(struct control *c)
{
    struct view *v = control_view(c);
    if (v->expanded)
        v->expanded = false;
    else if (c->live)
        c->live = false;
    else if (c->verdict)
        c->verdict = false;
    else
        v->filter[0] = '\0';
}

/* Doing something */

static void report(struct control *c, int status, const struct error *e, double now_s,
                   const char *done)
{
    if (status)
        control_flash(c, now_s, true, "%s", e->text);
    else
        control_flash(c, now_s, false, "%s", done);
}

static void start(struct control *c, const char *const *words, size_t count,
                  const struct snapshot *s, double now_s)
{
    struct error e = {0};
    char done[192];
    if (s->run.active) {
        control_flash(c, now_s, true, "%s is being measured: x stops it first",
                      s->run.title[0] ? s->run.title : "a run");
        return;
    }
    if (!c->actions || !c->actions->start) {
        control_flash(c, now_s, true, "nothing can be run from here");
        return;
    }
    snprintf(done, sizeof done, "starting %s", count ? words[0] : "the quick comparison");
    report(c, c->actions->start(c->actions->context, words, count, &e), &e, now_s, done);
}

static void run_row(struct control *c, const struct snapshot *s, double now_s)
{
    const struct panel *p = control_panel(c);
    char word[WORKLOAD_ID_MAX + PARAMS_TEXT + 2] = "";
    size_t metric = metric_under_cursor(c, s);
    if (p && p->word) {
        if (!p->word(s, control_view(c), word, sizeof word)) {
            control_flash(c, now_s, true, "%s", word[0] ? word : "no row to run here");
            return;
        }
    } else if (metric == SIZE_MAX) {
        control_flash(c, now_s, true, "no row to run here; R runs the quick comparison");
        return;
    } else {
        const struct board_metric *m = &s->metrics[metric];
        snprintf(word, sizeof word, "%s%s%s", m->workload->id, m->params[0] ? ":" : "", m->params);
        for (char *blank = word; (blank = strchr(blank, ' '));)
            *blank = ',';
    }
    start(c, (const char *const[]){word}, 1, s, now_s);
}

static void abort_run(struct control *c, double now_s)
{
    struct error e = {0};
    /* Whether something runs is not asked of the board: while targets start, no row is live yet. */
    if (!c->actions || !c->actions->abort)
        control_flash(c, now_s, true, "the run cannot be stopped from here");
    else
        report(c, c->actions->abort(c->actions->context, &e), &e, now_s,
               "stopping; what was measured is kept");
}

static void call(struct control *c, int (*action)(void *, struct error *), double now_s,
                 const char *done, const char *missing)
{
    struct error e = {0};
    if (action)
        report(c, action(c->actions->context, &e), &e, now_s, done);
    else
        control_flash(c, now_s, true, "%s", missing);
}

/* To the verdict that is there, or is being made; from there: a new check. */
static void check(struct control *c, const struct snapshot *s, double now_s)
{
    struct error e = {0};
    if (!c->actions || !c->actions->check) {
        control_flash(c, now_s, true, "no check from here: `vmtax check` makes one");
        return;
    }
    bool there = c->verdict && !c->live;
    if (!s->check.active && (there || !s->check.verdict)) {
        int status = c->actions->check(c->actions->context, &e);
        report(c, status, &e, now_s, "checking against the baseline");
        if (status)
            return;
    }
    share(c);
    c->live = false;
    c->verdict = true;
}

static void export_result(struct control *c, double now_s)
{
    struct error e = {0};
    char message[192] = "";
    if (!c->actions || !c->actions->export)
        control_flash(c, now_s, true, "reports are written by `vmtax report`");
    else
        report(c, c->actions->export(c->actions->context, message, sizeof message, &e), &e, now_s,
               message);
}

static void quit(struct control *c, const struct snapshot *s, unsigned request)
{
    if (s->run.active && !s->replayed && c->overlay != OVERLAY_QUIT)
        c->overlay = OVERLAY_QUIT;
    else
        c->requests |= request;
}

static void change_span(struct control *c, int by, double now_s)
{
    static const double spans[] = {30, 120, 600};
    struct view *v = control_view(c);
    int at = 0;
    while (at < 2 && spans[at] < v->span_s)
        at++;
    at += by;
    at = at < 0 ? 0 : at > 2 ? 2 : at;
    v->span_s = spans[at];
    share(c);
    control_flash(c, now_s, false, "graphs show %s",
                  at == 0   ? "30 seconds"
                  : at == 1 ? "2 minutes"
                            : "10 minutes");
}

static void next_target(struct control *c, const struct snapshot *s, double now_s)
{
    struct view *v = control_view(c);
    if (s->target_count < 3) {
        control_flash(c, now_s, false, "there is only one target beside native");
        return;
    }
    v->target = v->target % (s->target_count - 1) + 1;
    share(c);
    control_flash(c, now_s, false, "target: %s", s->targets[v->target].id);
}

/* Levels beyond the last one count anew. */
static void zoom(struct control *c, double now_s)
{
    struct view *v = control_view(c);
    size_t level = v->zoom[v->box] = (v->zoom[v->box] + 1) % ZOOM_LEVELS;
    struct axis a = row_zoom((struct axis){0, 0, false}, level);
    if (level == 0)
        control_flash(c, now_s, false, "axis: as far as the figures go");
    else
        control_flash(c, now_s, false, "axis: %g to %g %% of native", a.low, a.high);
}

static void go_suite(struct control *c, const struct snapshot *s, bool of_floats, double now_s)
{
    const struct panel *p = control_panel(c);
    struct view *v = control_view(c);
    size_t scroll = 0, row = p && p->suite ? p->suite(s, v, of_floats, &scroll) : SIZE_MAX;
    if (row == SIZE_MAX) {
        control_flash(c, now_s, false,
                      p && p->suite ? "no program of that suite passes the filter"
                                    : "the suites are in the panel Processor: 2");
        return;
    }
    v->box = 0;
    v->row[0] = row;
    v->scroll[0] = scroll;
}

static void toggle(struct control *c, enum action a)
{
    struct view *v = control_view(c);
    switch (a) {
    case ACTION_FREEZE:
        v->frozen = !v->frozen;
        share(c);
        break;
    case ACTION_EXPAND:
        v->expanded = !v->expanded;
        break;
    case ACTION_SORT:
        v->sort++;
        break;
    case ACTION_REVERSE:
        v->reverse = !v->reverse;
        break;
    case ACTION_UNITS:
        v->unit = (enum unit_mode)((v->unit + 1) % UNIT_COUNT);
        share(c);
        break;
    case ACTION_OTHER_VIEW:
        v->other_view[v->box] = !v->other_view[v->box];
        break;
    case ACTION_AXIS:
        v->log_axis[v->box] = !v->log_axis[v->box];
        break;
    default: /* ACTION_PAPER */
        v->paper = !v->paper;
        share(c);
        break;
    }
}

static void move(struct control *c, enum action a, const struct snapshot *s, int h, int w)
{
    struct view *v = control_view(c);
    size_t rows = row_count(c, s), columns = column_count(c, s), boxes = box_count(c, s, h, w);
    long page = panel_area(h, w).h > 6 ? panel_area(h, w).h - 4 : 2;
    switch (a) {
    case ACTION_NEXT_BOX:
        v->box = boxes ? (v->box + 1) % boxes : 0;
        break;
    case ACTION_PREVIOUS_BOX:
        v->box = boxes ? (v->box + boxes - 1) % boxes : 0;
        break;
    case ACTION_UP:
    case ACTION_FILTER_PREVIOUS:
        step(&v->row[v->box], rows, -1);
        break;
    case ACTION_DOWN:
    case ACTION_FILTER_NEXT:
        step(&v->row[v->box], rows, 1);
        break;
    case ACTION_LEFT:
        step(&v->column[v->box], columns, -1);
        break;
    case ACTION_RIGHT:
        step(&v->column[v->box], columns, 1);
        break;
    case ACTION_PAGE_UP:
        step(&v->row[v->box], rows, -page);
        break;
    case ACTION_PAGE_DOWN:
        step(&v->row[v->box], rows, page);
        break;
    case ACTION_HOME:
        v->row[v->box] = 0;
        break;
    default: /* ACTION_END */
        v->row[v->box] = rows ? rows - 1 : 0;
        break;
    }
}

static void replay(struct control *c, enum action a, double now_s)
{
    const struct app_actions *do_ = c->actions;
    char message[160] = "";
    struct error e;
    enum app_move m = a == ACTION_FREEZE ? APP_PAUSE : (enum app_move)(a - ACTION_STEP_BACK);
    if (!do_ || !do_->replay)
        control_flash(c, now_s, true, "only in a replay: `vmtax replay` shows a recorded session");
    else if (do_->replay(do_->context, m, message, sizeof message, &e) < 0)
        control_flash(c, now_s, true, "%s", e.text);
    else
        control_flash(c, now_s, false, "%s", message);
}

/* What starts, ends or writes something of now. */
static bool of_now(enum action a)
{
    return a == ACTION_RUN || a == ACTION_RUN_ALL || a == ACTION_ABORT || a == ACTION_PLAN ||
           a == ACTION_CHECK || a == ACTION_BASELINE || a == ACTION_EXPORT;
}

static void act(struct control *c, enum action a, const struct snapshot *s, double now_s, int h,
                int w)
{
    const struct app_actions *do_ = c->actions;
    if (a >= ACTION_TAB_FIRST) {
        go_tab(c, (size_t)(a - ACTION_TAB_FIRST));
        return;
    }
    if (s->replayed && of_now(a)) {
        control_flash(c, now_s, true, "this is a recording: nothing is measured in it");
        return;
    }
    switch (a) {
    case ACTION_HELP:
        c->overlay = OVERLAY_HELP;
        c->help_page = c->help_first = 0;
        break;
    case ACTION_QUIT:
        quit(c, s, REQUEST_QUIT);
        break;
    case ACTION_QUIT_LEAVE:
        quit(c, s, REQUEST_QUIT_LEAVE);
        break;
    case ACTION_OPEN:
        open_row(c, s, now_s);
        break;
    case ACTION_BACK:
        go_back(c);
        break;
    case ACTION_RUN:
        run_row(c, s, now_s);
        break;
    case ACTION_RUN_ALL:
        start(c, NULL, 0, s, now_s);
        break;
    case ACTION_ABORT:
        abort_run(c, now_s);
        break;
    case ACTION_PLAN:
        control_flash(
            c, now_s, true,
            "no planner in this version: r runs the row, R everything, `vmtax run` the rest");
        break;
    case ACTION_CHECK:
        check(c, s, now_s);
        break;
    case ACTION_BASELINE:
        call(c, do_ && !s->run.active ? do_->baseline : NULL, now_s,
             "recording the native baseline",
             s->run.active ? "a run is live: x stops it first"
                           : "`vmtax record` records the native baseline");
        break;
    case ACTION_VIEW:
        go_live(c, SIZE_MAX, now_s);
        break;
    case ACTION_FILTER:
        c->overlay = OVERLAY_FILTER;
        break;
    case ACTION_SHORTER:
        change_span(c, -1, now_s);
        break;
    case ACTION_LONGER:
        change_span(c, 1, now_s);
        break;
    case ACTION_ZOOM:
        zoom(c, now_s);
        break;
    case ACTION_INTEGER:
    case ACTION_FLOAT:
        go_suite(c, s, a == ACTION_FLOAT, now_s);
        break;
    case ACTION_TARGET:
        next_target(c, s, now_s);
        break;
    case ACTION_WHY:
        go_whitebox(c, s, now_s);
        break;
    case ACTION_COPY:
        c->requests |= REQUEST_SAVE_TEXT;
        break;
    case ACTION_EXPORT:
        export_result(c, now_s);
        break;
    case ACTION_THEME:
        c->requests |= REQUEST_THEME;
        break;
    case ACTION_MOUSE:
        c->requests |= REQUEST_MOUSE;
        break;
    case ACTION_REPAINT:
        c->requests |= REQUEST_REPAINT;
        break;
    case ACTION_STEP_BACK:
    case ACTION_STEP:
    case ACTION_SEEK_BACK:
    case ACTION_SEEK:
    case ACTION_SLOWER:
    case ACTION_FASTER:
        replay(c, a, now_s);
        break;
    case ACTION_FREEZE:
        if (do_ && do_->replay)
            replay(c, a, now_s);
        else
            toggle(c, a);
        break;
    case ACTION_EXPAND:
    case ACTION_SORT:
    case ACTION_REVERSE:
    case ACTION_UNITS:
    case ACTION_OTHER_VIEW:
    case ACTION_AXIS:
    case ACTION_PAPER:
        toggle(c, a);
        break;
    case ACTION_NONE:
        break;
    default:
        move(c, a, s, h, w);
        break;
    }
}

/* Keys while something lies over the screen */

static void help_key(struct control *c, int code)
{
    enum action a = key_action(code);
    size_t *first = &c->help_first;
    if (a == ACTION_BACK || a == ACTION_QUIT) {
        c->overlay = OVERLAY_NONE;
    } else if (a == ACTION_HELP || a == ACTION_RIGHT || a == ACTION_NEXT_BOX) {
        c->help_page = (c->help_page + 1) % 3;
        *first = 0;
    } else if (a == ACTION_LEFT || a == ACTION_PREVIOUS_BOX) {
        c->help_page = (c->help_page + 2) % 3;
        *first = 0;
    } else if (a == ACTION_DOWN || a == ACTION_UP) {
        step(first, c->help_last + 1, a == ACTION_DOWN ? 1 : -1);
    } else if (a == ACTION_PAGE_DOWN || a == ACTION_PAGE_UP || a == ACTION_FREEZE) {
        step(first, c->help_last + 1, a == ACTION_PAGE_UP ? -10 : 10);
    } else if (a == ACTION_HOME || a == ACTION_END) {
        *first = a == ACTION_HOME ? 0 : c->help_last;
    } else if (a == ACTION_REPAINT) {
        c->requests |= REQUEST_REPAINT;
    }
}

static void filter_key(struct control *c, int code)
{
    char *filter = control_view(c)->filter;
    size_t n = strlen(filter), room = sizeof control_view(c)->filter;
    if (code == KEY_CODE_ENTER || code == 13) {
        c->overlay = OVERLAY_NONE;
    } else if (code == KEY_CODE_ESCAPE || code == KEY_CODE_CTRL_C) {
        filter[0] = '\0';
        c->overlay = OVERLAY_NONE;
    } else if (code == KEY_CODE_BACKSPACE) {
        while (n > 0 && (filter[--n] & 0xC0) == 0x80)
            continue;
        filter[n] = '\0';
    } else if (code >= 0x20 && code < KEY_CODE_UP) {
        char utf8[5] = "", clean[8];
        utf8[text_encode((uint32_t)code, utf8)] = '\0';
        text_clean(clean, sizeof clean, utf8);
        if (n + strlen(clean) < room)
            memcpy(filter + n, clean, strlen(clean) + 1);
    }
}

void control_key(struct control *c, int code, const struct snapshot *s, double now_s, int h, int w)
{
    enum action a = key_action(code);
    if (code == KEY_CODE_RESIZE || code == KEY_CODE_NONE)
        return;
    c->flash[0] = '\0';
    switch (c->overlay) {
    case OVERLAY_HELP:
        help_key(c, code);
        break;
    case OVERLAY_FILTER:
        filter_key(c, code);
        break;
    case OVERLAY_QUIT:
        if (a == ACTION_OPEN || a == ACTION_QUIT || a == ACTION_QUIT_LEAVE || code == 'y')
            c->requests |= a == ACTION_QUIT_LEAVE ? REQUEST_QUIT_LEAVE : REQUEST_QUIT;
        else
            c->overlay = OVERLAY_NONE;
        break;
    case OVERLAY_WELCOME:
        c->overlay = OVERLAY_NONE;
        if (a == ACTION_OPEN)
            start(c, NULL, 0, s, now_s);
        else if (a != ACTION_BACK)
            act(c, a, s, now_s, h, w);
        break;
    case OVERLAY_NONE:
        act(c, a, s, now_s, h, w);
        break;
    }
    control_clamp(c, s, h, w);
}

void control_click(struct control *c, const struct canvas_hit *hit, int wheel,
                   const struct snapshot *s, double now_s, int h, int w)
{
    if (wheel) {
        if (hit && !hit->key && c->overlay == OVERLAY_NONE && hit->box < BOXES_MAX)
            control_view(c)->box = hit->box;
        for (int i = 0; i < 3; i++)
            control_key(c, wheel < 0 ? KEY_CODE_UP : KEY_CODE_DOWN, s, now_s, h, w);
    } else if (hit && hit->key) {
        control_key(c, hit->key, s, now_s, h, w);
    } else if (hit && c->overlay == OVERLAY_NONE && hit->box < BOXES_MAX) {
        struct view *v = control_view(c);
        bool again = v->box == hit->box && v->row[hit->box] == hit->row;
        v->box = hit->box;
        v->row[hit->box] = hit->row;
        v->column[hit->box] = hit->column;
        control_clamp(c, s, h, w);
        if (again) /* a second click opens */
            control_key(c, KEY_CODE_ENTER, s, now_s, h, w);
    }
}
