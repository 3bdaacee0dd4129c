#include <config.h>

#include "ui/control_parts.h"

#include "text.h"
#include "ui/keymap.h"
#include "ui/layout.h"
#include "ui/row.h"
#include "ui/tour.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

void control_init(struct control *c, const struct app_options *options,
                  const struct app_actions *actions)
{
    memset(c, 0, sizeof *c);
    c->actions = actions;
    c->options = options->options;
    c->keymap = options->keymap;
    c->welcome = options->welcome;
    c->overlay = options->welcome ? OVERLAY_WELCOME : OVERLAY_NONE;
    c->tour = options->tour;
    c->tour_s = options->tour_s;
    if (c->tour)
        c->overlay = OVERLAY_TOUR;
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

void control_release(struct control *c)
{
    plan_dialog_release(&c->plan);
}

enum action control_action(const struct control *c, int code)
{
    return key_action(c->keymap, code);
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
                          .help_find = c->help_find,
                          .typing = c->typing,
                          .plan = &c->plan,
                          .settings = &c->settings,
                          .reading = &c->reading,
                          .options = c->options,
                          .welcome = c->welcome,
                          .flash = c->flash[0] ? c->flash : NULL,
                          .flash_error = c->flash_error,
                          .slide = c->slide};
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

bool control_tick(struct control *c, const struct snapshot *s, double now_s)
{
    if (c->overlay != OVERLAY_TOUR || !(c->tour_s > 0))
        return false;
    bool due = c->slide_until_s > 0 && now_s >= c->slide_until_s;
    if (due)
        c->slide = tour_step(s, c->slide, 1, true);
    if (due || !(c->slide_until_s > 0))
        c->slide_until_s = now_s + c->tour_s;
    return due;
}

/* Settings that hold for all panels alike. */
void control_share(struct control *c)
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

struct rect control_area(int h, int w)
{
    return layout_frame(h, w).area;
}

size_t control_boxes(const struct control *c, const struct snapshot *s, int h, int w)
{
    const struct panel *p = control_panel(c);
    struct rect area = control_area(h, w);
    size_t n = p && p->boxes ? p->boxes(s, area.h, area.w) : 1;
    return n > BOXES_MAX ? BOXES_MAX : n;
}

size_t control_rows(struct control *c, const struct snapshot *s)
{
    const struct panel *p = control_panel(c);
    const struct view *v = control_view(c);
    return p && p->rows ? p->rows(s, v, v->box) : 0;
}

size_t control_columns(struct control *c, const struct snapshot *s)
{
    const struct panel *p = control_panel(c);
    const struct view *v = control_view(c);
    return p && p->columns ? p->columns(s, v, v->box) : 0;
}

size_t control_metric(struct control *c, const struct snapshot *s)
{
    const struct panel *p = control_panel(c);
    size_t metric = p && p->metric ? p->metric(s, control_view(c)) : SIZE_MAX;
    return metric < s->metric_count ? metric : SIZE_MAX;
}

void control_clamp(struct control *c, const struct snapshot *s, int h, int w)
{
    struct view *v = control_view(c);
    size_t boxes = control_boxes(c, s, h, w);
    if (v->box >= boxes)
        v->box = boxes ? boxes - 1 : 0;
    size_t rows = control_rows(c, s), columns = control_columns(c, s);
    if (v->row[v->box] >= rows)
        v->row[v->box] = rows ? rows - 1 : 0;
    if (v->column[v->box] >= columns)
        v->column[v->box] = columns ? columns - 1 : 0;
    if (s->target_count > 1 && v->target >= s->target_count)
        v->target = 1;
}

static bool can_copy(struct control *c, const struct snapshot *s)
{
    struct reading text;
    return control_metric(c, s) != SIZE_MAX || control_read(c, s, &text);
}

void control_act(struct control *c, enum action a, const struct moment *m)
{
    const struct snapshot *s = m->s;
    double now_s = m->now_s;
    if (a >= ACTION_TAB_FIRST) {
        control_go_tab(c, (size_t)(a - ACTION_TAB_FIRST));
        return;
    }
    if (s->replayed && a == ACTION_CHECK && (s->check.verdict || s->check.active) &&
        (c->live || !c->verdict)) {
        control_go_verdict(c);
        return;
    }
    if (s->replayed && key_of_now(a)) {
        control_flash(c, now_s, true, "this is a recording: nothing is measured in it");
        return;
    }
    switch (a) {
    case ACTION_HELP:
        c->overlay = OVERLAY_HELP;
        c->help_page = c->help_first = 0;
        c->help_find[0] = '\0';
        break;
    case ACTION_QUIT:
        control_quit(c, s, REQUEST_QUIT);
        break;
    case ACTION_QUIT_LEAVE:
        control_quit(c, s, REQUEST_QUIT_LEAVE);
        break;
    case ACTION_OPEN:
        control_open(c, s, now_s);
        break;
    case ACTION_BACK:
        control_back(c, now_s);
        break;
    case ACTION_RUN:
        control_run_row(c, s, now_s);
        break;
    case ACTION_RUN_ALL:
        control_start(c, NULL, 0, s, now_s);
        break;
    case ACTION_ABORT:
        control_abort(c, now_s);
        break;
    case ACTION_PLAN:
        control_open_plan(c, now_s);
        break;
    case ACTION_SETTINGS:
        control_open_settings(c, now_s);
        break;
    case ACTION_CHECK:
        control_check(c, s, now_s);
        break;
    case ACTION_DOUBT:
        control_doubt(c, s, now_s);
        break;
    case ACTION_BASELINE:
        control_baseline(c, s, now_s);
        break;
    case ACTION_VIEW:
        control_go_live(c, SIZE_MAX, now_s);
        break;
    case ACTION_FILTER:
        c->overlay = OVERLAY_FILTER;
        break;
    case ACTION_SHORTER:
        control_change_span(c, -1, now_s);
        break;
    case ACTION_LONGER:
        control_change_span(c, 1, now_s);
        break;
    case ACTION_ZOOM:
        control_zoom(c, m);
        break;
    case ACTION_INTEGER:
    case ACTION_FLOAT:
        control_go_suite(c, s, a == ACTION_FLOAT, now_s);
        break;
    case ACTION_TARGET:
        control_next_target(c, s, now_s);
        break;
    case ACTION_WHY:
        control_go_whitebox(c, s, now_s);
        break;
    case ACTION_COPY:
        if (!can_copy(c, s))
            control_flash(c, now_s, true, "no row here to copy; %s copies the screen",
                          key_word(c->keymap, ACTION_COPY_SCREEN));
        else
            c->requests |= REQUEST_SAVE_ROW;
        break;
    case ACTION_COPY_SCREEN:
        c->requests |= REQUEST_SAVE_TEXT;
        break;
    case ACTION_EXPORT:
        control_export(c, s, now_s);
        break;
    case ACTION_ALL:
        control_flash(c, now_s, false, "there is nothing to mark here: %s opens the planner",
                      key_word(c->keymap, ACTION_PLAN));
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
        control_replay(c, a, now_s);
        break;
    case ACTION_FREEZE:
        if (c->actions && c->actions->replay)
            control_replay(c, a, now_s);
        else
            control_toggle(c, a, m);
        break;
    case ACTION_EXPAND:
    case ACTION_SORT:
    case ACTION_REVERSE:
    case ACTION_UNITS:
    case ACTION_OTHER_VIEW:
    case ACTION_AXIS:
    case ACTION_PAPER:
        control_toggle(c, a, m);
        break;
    case ACTION_NONE:
        break;
    default:
        control_move(c, a, m);
        break;
    }
}

void control_refuse(struct control *c, int code, double now_s, const char *format, ...)
{
    char key[KEYMAP_NAME], where[160];
    va_list args;
    if (!keymap_name(code, key)) /* half of a sequence that no key sends */
        return;
    va_start(args, format);
    vsnprintf(where, sizeof where, format, args);
    va_end(args);
    control_flash(c, now_s, true, "%s does nothing %s", key, where);
}

void control_key(struct control *c, int code, const struct snapshot *s, double now_s, int h, int w)
{
    const struct moment m = {s, now_s, h, w};
    if (code == KEY_CODE_RESIZE || code == KEY_CODE_NONE)
        return;
    c->flash[0] = '\0';
    if (control_is_small(&m))
        control_small_key(c, code, &m);
    else if (c->overlay == OVERLAY_NONE && control_action(c, code) == ACTION_NONE)
        control_refuse(c, code, now_s, "here: %s lists the keys", key_word(c->keymap, ACTION_HELP));
    else if (c->overlay == OVERLAY_NONE)
        control_act(c, control_action(c, code), &m);
    else
        control_dialog_key(c, code, &m);
    control_clamp(c, s, h, w);
}

static void select_row(struct control *c, const struct canvas_hit *hit, const struct snapshot *s,
                       double now_s, int h, int w)
{
    struct view *v = control_view(c);
    const struct moment m = {s, now_s, h, w};
    bool again = v->box == hit->box && v->row[hit->box] == hit->row &&
                 v->column[hit->box] == hit->column;
    v->box = hit->box;
    v->row[hit->box] = hit->row;
    v->column[hit->box] = hit->column;
    control_clamp(c, s, h, w);
    c->flash[0] = '\0';
    if (again) /* a second click opens */
        control_act(c, ACTION_OPEN, &m);
}

void control_click(struct control *c, const struct canvas_hit *hit, int wheel,
                   const struct snapshot *s, double now_s, int h, int w)
{
    const struct moment m = {s, now_s, h, w};
    if (wheel) {
        if (hit && !hit->key && c->overlay == OVERLAY_NONE && hit->box < BOXES_MAX)
            control_view(c)->box = hit->box;
        else if (hit && !hit->key)
            control_dialog_point(c, hit->box);
        for (int i = 0; i < 3; i++)
            control_key(c, wheel < 0 ? KEY_CODE_UP : KEY_CODE_DOWN, s, now_s, h, w);
    } else if (hit && hit->key) {
        if (hit->key != KEY_CODE_ENTER && hit->key != KEY_CODE_ESCAPE)
            control_end_typing(c, &m);
        control_key(c, hit->key, s, now_s, h, w);
    } else if (hit && c->overlay == OVERLAY_NONE && hit->box < BOXES_MAX) {
        select_row(c, hit, s, now_s, h, w);
    } else if (hit && c->overlay != OVERLAY_NONE) {
        c->flash[0] = '\0';
        control_dialog_click(c, hit, &m);
    }
}
