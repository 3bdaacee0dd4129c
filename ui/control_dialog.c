#include <config.h>

#include "ui/control_parts.h"

#include "conf.h"
#include "ui/entry.h"
#include "ui/help.h"
#include "ui/tour.h"

#include <limits.h>
#include <string.h>

/* Help */

static void find_key(struct control *c, int code)
{
    enum entry_event event = entry_key(c->help_find, sizeof c->help_find, code);
    c->typing = event == ENTRY_TYPED;
    if (event == ENTRY_DROPPED)
        c->help_find[0] = '\0';
    c->help_first = 0;
}

static void turn_page(struct control *c, size_t by)
{
    c->help_page = (c->help_page + by) % HELP_PAGES;
    c->help_first = 0;
    c->help_find[0] = '\0';
}

static void help_key(struct control *c, int code, double now_s)
{
    enum action a = control_action(c, code);
    size_t *first = &c->help_first;
    if (c->typing) {
        find_key(c, code);
    } else if (a == ACTION_FILTER) {
        c->typing = true;
    } else if (a == ACTION_BACK && c->help_find[0]) {
        c->help_find[0] = '\0';
    } else if (a == ACTION_BACK || a == ACTION_QUIT) {
        c->overlay = OVERLAY_NONE;
    } else if (a == ACTION_HELP || a == ACTION_RIGHT || a == ACTION_NEXT_BOX) {
        turn_page(c, 1);
    } else if (a == ACTION_LEFT || a == ACTION_PREVIOUS_BOX) {
        turn_page(c, HELP_PAGES - 1);
    } else if (a == ACTION_DOWN || a == ACTION_UP) {
        control_step(first, c->help_last + 1, a == ACTION_DOWN ? 1 : -1);
    } else if (a == ACTION_PAGE_DOWN || a == ACTION_PAGE_UP || a == ACTION_FREEZE) {
        control_step(first, c->help_last + 1, a == ACTION_PAGE_UP ? -10 : 10);
    } else if (a == ACTION_HOME || a == ACTION_END) {
        *first = a == ACTION_HOME ? 0 : c->help_last;
    } else {
        control_refuse(c, code, now_s, "in the help: %s finds in it, %s closes it",
                       key_word(c->keymap, ACTION_FILTER), key_word(c->keymap, ACTION_BACK));
    }
}

static void filter_key(struct control *c, int code)
{
    struct view *v = control_view(c);
    enum entry_event event = entry_key(v->filter, sizeof v->filter, code);
    if (event == ENTRY_DROPPED)
        v->filter[0] = '\0';
    if (event != ENTRY_TYPED)
        c->overlay = OVERLAY_NONE;
}

/* The planner */

static int ask_plan(struct control *c, enum plan_request request, double now_s)
{
    struct error e = {0};
    int status = c->actions->plan(c->actions->context, request, &c->plan.planner, &e);
    if (status)
        control_flash(c, now_s, true, "%s", e.text);
    return status;
}

void control_open_plan(struct control *c, double now_s)
{
    static const struct options none;
    if (!c->actions || !c->actions->plan) {
        control_flash(c, now_s, true, "nothing can be planned from here: `vmtax run` runs rows");
        return;
    }
    if (!c->plan.ready)
        plan_dialog_init(&c->plan, c->options ? c->options : &none);
    if (ask_plan(c, PLAN_REQUEST_LOOK, now_s) == 0)
        c->overlay = OVERLAY_PLAN;
}

static void start_plan(struct control *c, const struct moment *m)
{
    if (m->s->run.active) {
        control_flash(c, m->now_s, true, "a run is live: %s, then %s stops it",
                      key_word(c->keymap, ACTION_BACK), key_word(c->keymap, ACTION_ABORT));
    } else if (c->plan.planner.problem[0]) {
        control_flash(c, m->now_s, true, "%s", c->plan.planner.problem);
    } else if (ask_plan(c, PLAN_REQUEST_START, m->now_s) == 0) {
        c->overlay = OVERLAY_NONE;
        control_flash(c, m->now_s, false, "starting %zu row%s on %zu target%s",
                      c->plan.planner.rows, c->plan.planner.rows == 1 ? "" : "s",
                      c->plan.planner.marked_targets,
                      c->plan.planner.marked_targets == 1 ? "" : "s");
    }
}

static void serve_plan(struct control *c, enum plan_event event, int code, const struct error *e,
                       const struct moment *m)
{
    switch (event) {
    case PLAN_NOTHING:
        break;
    case PLAN_CLOSE:
        c->overlay = OVERLAY_NONE;
        break;
    case PLAN_COUNT:
        ask_plan(c, PLAN_REQUEST_COUNT, m->now_s);
        break;
    case PLAN_LOOK:
        ask_plan(c, PLAN_REQUEST_LOOK, m->now_s);
        break;
    case PLAN_START:
        start_plan(c, m);
        break;
    case PLAN_REFUSED:
        control_flash(c, m->now_s, true, "%s", e->text);
        break;
    case PLAN_UNKNOWN:
        control_refuse(c, code, m->now_s,
                       "in the planner: %s marks, %s is the next column, %s starts, %s leaves",
                       key_word(c->keymap, ACTION_FREEZE), key_word(c->keymap, ACTION_NEXT_BOX),
                       key_word(c->keymap, ACTION_OPEN), key_word(c->keymap, ACTION_BACK));
        break;
    }
}

/* Settings */

void control_open_settings(struct control *c, double now_s)
{
    if (!c->options) {
        control_flash(c, now_s, true, "there are no settings here");
        return;
    }
    if (!c->settings.count)
        option_list_init(&c->settings, FOR_DASHBOARD);
    c->settings.editing = false;
    c->overlay = OVERLAY_SETTINGS;
}

static void write_settings(struct control *c, double now_s)
{
    char path[PATH_MAX];
    struct error e;
    if (conf_save(c->options, FOR_DASHBOARD, path, sizeof path, &e) < 0)
        control_flash(c, now_s, true, "%s", e.text);
    else
        control_flash(c, now_s, false, "written to %s", path);
}

static void serve_settings(struct control *c, enum settings_event event, int code,
                           const struct error *e, double now_s)
{
    switch (event) {
    case SETTINGS_NOTHING:
        break;
    case SETTINGS_CLOSE:
        c->overlay = OVERLAY_NONE;
        break;
    case SETTINGS_CHANGED:
        c->requests |= REQUEST_SETTINGS;
        plan_dialog_release(&c->plan); /* the next plan begins with these */
        break;
    case SETTINGS_WRITE:
        write_settings(c, now_s);
        break;
    case SETTINGS_REFUSED:
        control_flash(c, now_s, true, "%s", e->text);
        break;
    case SETTINGS_UNKNOWN:
        control_refuse(c, code, now_s, "in the settings: %s changes, %s writes them, %s closes",
                       key_word(c->keymap, ACTION_OPEN), key_word(c->keymap, ACTION_EXPORT),
                       key_word(c->keymap, ACTION_BACK));
        break;
    }
}

/* A text */

/* Up and down go on to the rows beside it. */
static void reading_key(struct control *c, enum action a, int code, const struct moment *m)
{
    switch (a) {
    case ACTION_OPEN:
    case ACTION_BACK:
    case ACTION_QUIT:
        c->overlay = OVERLAY_NONE;
        break;
    case ACTION_UP:
    case ACTION_DOWN:
    case ACTION_PAGE_UP:
    case ACTION_PAGE_DOWN:
    case ACTION_HOME:
    case ACTION_END:
        control_move(c, a, m);
        if (!control_read(c, m->s, &c->reading))
            c->overlay = OVERLAY_NONE;
        break;
    case ACTION_COPY:
    case ACTION_COPY_SCREEN:
        control_act(c, a, m);
        break;
    default:
        control_refuse(c, code, m->now_s, "beside this text: %s copies it, %s closes it",
                       key_word(c->keymap, ACTION_COPY), key_word(c->keymap, ACTION_BACK));
        break;
    }
}

/* The tour */

static void tour_key(struct control *c, enum action a, int code, const struct moment *m)
{
    c->slide_until_s = m->now_s + c->tour_s;
    switch (a) {
    case ACTION_FREEZE: /* the space bar */
    case ACTION_RIGHT:
    case ACTION_DOWN:
    case ACTION_PAGE_DOWN:
    case ACTION_OPEN:
        c->slide = tour_step(m->s, c->slide, 1, false);
        break;
    case ACTION_LEFT:
    case ACTION_UP:
    case ACTION_PAGE_UP:
        c->slide = tour_step(m->s, c->slide, -1, false);
        break;
    case ACTION_HOME:
        c->slide = TOUR_INTRO;
        break;
    case ACTION_END:
        c->slide = TOUR_END;
        break;
    case ACTION_BACK:
        c->overlay = OVERLAY_NONE;
        c->tour = false;
        break;
    case ACTION_QUIT:
    case ACTION_QUIT_LEAVE:
    case ACTION_ABORT:
    case ACTION_THEME:
    case ACTION_MOUSE:
    case ACTION_COPY_SCREEN:
    case ACTION_SEEK_BACK:
    case ACTION_SEEK:
    case ACTION_SLOWER:
    case ACTION_FASTER:
        control_act(c, a, m);
        break;
    default:
        control_refuse(c, code, m->now_s, "in the tour: %s is the next slide, %s the dashboard",
                       key_word(c->keymap, ACTION_FREEZE), key_word(c->keymap, ACTION_BACK));
        break;
    }
}

/* All of them */

static bool typing(const struct control *c)
{
    return c->overlay == OVERLAY_FILTER || (c->overlay == OVERLAY_HELP && c->typing) ||
           (c->overlay == OVERLAY_PLAN && c->plan.options.editing) ||
           (c->overlay == OVERLAY_SETTINGS && c->settings.editing);
}

void control_end_typing(struct control *c, const struct moment *m)
{
    if (typing(c))
        control_dialog_key(c, KEY_CODE_ENTER, m);
}

void control_dialog_key(struct control *c, int code, const struct moment *m)
{
    enum action a = control_action(c, code);
    struct error e = {0};
    if (a == ACTION_REPAINT && !typing(c)) {
        c->requests |= REQUEST_REPAINT;
        return;
    }
    switch (c->overlay) {
    case OVERLAY_HELP:
        help_key(c, code, m->now_s);
        break;
    case OVERLAY_FILTER:
        filter_key(c, code);
        break;
    case OVERLAY_QUIT:
        control_answer_quit(
            c, a, a == ACTION_OPEN || a == ACTION_QUIT || a == ACTION_QUIT_LEAVE || code == 'y');
        break;
    case OVERLAY_WELCOME:
        c->overlay = OVERLAY_NONE;
        if (a == ACTION_OPEN)
            control_start(c, NULL, 0, m->s, m->now_s);
        else if (a != ACTION_BACK)
            control_act(c, a, m);
        break;
    case OVERLAY_PLAN:
        serve_plan(c, plan_dialog_key(&c->plan, a, code, &e), code, &e, m);
        break;
    case OVERLAY_SETTINGS:
        serve_settings(c, settings_key(&c->settings, a, code, c->options, &e), code, &e, m->now_s);
        break;
    case OVERLAY_READING:
        reading_key(c, a, code, m);
        break;
    case OVERLAY_TOUR:
        tour_key(c, a, code, m);
        break;
    case OVERLAY_NONE:
        break;
    }
}

void control_dialog_point(struct control *c, size_t box)
{
    if (c->overlay == OVERLAY_PLAN && box < PLAN_COLUMNS && !c->plan.options.editing)
        c->plan.column = (enum plan_column)box;
}

void control_dialog_click(struct control *c, const struct canvas_hit *hit, const struct moment *m)
{
    struct error e = {0};
    if (c->overlay == OVERLAY_PLAN)
        serve_plan(c, plan_dialog_click(&c->plan, hit->box, hit->row, &e), KEY_CODE_NONE, &e, m);
    else if (c->overlay == OVERLAY_SETTINGS)
        serve_settings(c, settings_click(&c->settings, hit->row, c->options, &e), KEY_CODE_NONE, &e,
                       m->now_s);
}
