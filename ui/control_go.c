#include <config.h>

#include "ui/control_parts.h"

#include <stdint.h>
#include <string.h>

void control_step(size_t *at, size_t count, long by)
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

void control_go_tab(struct control *c, size_t place)
{
    control_share(c);
    c->tab = place;
    c->live = c->verdict = false;
}

/* Why a figure is what it is: the row's white-box readings. */
void control_go_whitebox(struct control *c, const struct snapshot *s, double now_s)
{
    size_t metric = control_metric(c, s);
    const struct panel *p = panel_find("whitebox");
    if (control_panel(c) == p) {
        control_flash(c, now_s, false, "this is what a row took beside its operations");
        return;
    }
    if (metric >= s->metric_count) {
        control_flash(c, now_s, true, "no single row is chosen here: %s opens a subsystem's",
                      key_word(c->keymap, ACTION_OPEN));
        return;
    }
    control_go_tab(c, (size_t)(strchr(TAB_KEYS, p->key) - TAB_KEYS));
    struct view *v = control_view(c);
    v->filter[0] = '\0';
    size_t former = v->row[0], count = p->rows(s, v, 0);
    for (v->row[0] = 0; v->row[0] < count; v->row[0]++)
        if (p->metric(s, v) == metric)
            return;
    v->row[0] = former;
    control_flash(c, now_s, false, "the row was not measured there");
}

void control_go_live(struct control *c, size_t metric, double now_s)
{
    if (!panel_find("live")) {
        control_flash(c, now_s, true, "this version has no live view");
        return;
    }
    if (c->live && c->views[LIVE_VIEW].metric == metric)
        control_flash(c, now_s, false, "this is the live view; %s goes back",
                      key_word(c->keymap, ACTION_BACK));
    control_share(c);
    c->views[LIVE_VIEW].metric = metric;
    c->live = true;
}

void control_go_verdict(struct control *c)
{
    control_share(c);
    c->live = false;
    c->verdict = true;
}

/* What is shown while the next one is made is no verdict: when it comes, that is news. */
void control_follow(struct control *c, const struct snapshot *s)
{
    bool going_on = s->replayed && s->check.active;
    bool there = s->replayed && s->check.verdict && !going_on;
    if ((there && !c->verdict_came) || (going_on && !c->check_came))
        control_go_verdict(c);
    else if (!there && !going_on && (c->verdict_came || c->check_came))
        c->verdict = false;
    c->verdict_came = there;
    c->check_came = going_on;
}

bool control_read(struct control *c, const struct snapshot *s, struct reading *out)
{
    const struct panel *p = control_panel(c);
    return p && p->read && p->read(s, control_view(c), out);
}

void control_open(struct control *c, const struct snapshot *s, double now_s)
{
    const struct panel *p = control_panel(c);
    char key = p && p->open ? p->open(s, control_view(c)) : '\0';
    const char *place = key ? strchr(TAB_KEYS, key) : NULL;
    size_t metric = control_metric(c, s);
    if (p && p->key == TAB_KEYS[0] && s->metric_count == 0 && !s->run.active && !s->replayed)
        control_start(c, NULL, 0, s,
                      now_s); /* there is nothing to open, and the overview says so */
    else if (place)
        control_go_tab(c, (size_t)(place - TAB_KEYS));
    else if (metric != SIZE_MAX && !c->live)
        control_go_live(c, metric, now_s);
    else if (control_read(c, s, &c->reading))
        c->overlay = OVERLAY_READING;
    else
        control_flash(c, now_s, false, "nothing to open here");
}

/* One level back: expanded box, live view, filter. Never quits. */
void control_back(struct control *c, double now_s)
{
    struct view *v = control_view(c);
    if (v->expanded)
        v->expanded = false;
    else if (c->live)
        c->live = false;
    else if (c->verdict)
        c->verdict = false;
    else if (v->filter[0])
        v->filter[0] = '\0';
    else
        control_flash(c, now_s, false, "there is nothing to go back from; %s quits",
                      key_word(c->keymap, ACTION_QUIT));
}

void control_go_suite(struct control *c, const struct snapshot *s, bool of_floats, double now_s)
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
    control_flash(c, now_s, false, "the %s programs begin here",
                  of_floats ? "floating-point" : "integer");
}

/* The next row that passes the filter, and how many do. */
static void go_found(struct control *c, size_t rows, int by, double now_s)
{
    struct view *v = control_view(c);
    control_step(&v->row[v->box], rows, by);
    if (rows > 0)
        control_flash(c, now_s, false, "row %zu of %zu", v->row[v->box] + 1, rows);
}

void control_move(struct control *c, enum action a, const struct moment *m)
{
    struct view *v = control_view(c);
    size_t rows = control_rows(c, m->s), columns = control_columns(c, m->s);
    size_t boxes = control_boxes(c, m->s, m->h, m->w);
    struct rect area = control_area(m->h, m->w);
    long page = area.h > 6 ? area.h - 4 : 2;
    bool sideways = a == ACTION_LEFT || a == ACTION_RIGHT;
    if (sideways && columns == 0)
        control_flash(c, m->now_s, false, "there are no columns here");
    else if (!sideways && a != ACTION_NEXT_BOX && a != ACTION_PREVIOUS_BOX && rows == 0)
        control_flash(c, m->now_s, false, "there are no rows here");
    switch (a) {
    case ACTION_NEXT_BOX:
    case ACTION_PREVIOUS_BOX:
        if (boxes < 2)
            control_flash(c, m->now_s, false, "this is the only box here");
        else
            v->box = (v->box + (a == ACTION_NEXT_BOX ? 1 : boxes - 1)) % boxes;
        break;
    case ACTION_FILTER_PREVIOUS:
    case ACTION_FILTER_NEXT:
        go_found(c, rows, a == ACTION_FILTER_NEXT ? 1 : -1, m->now_s);
        break;
    case ACTION_UP:
        control_step(&v->row[v->box], rows, -1);
        break;
    case ACTION_DOWN:
        control_step(&v->row[v->box], rows, 1);
        break;
    case ACTION_LEFT:
        control_step(&v->column[v->box], columns, -1);
        break;
    case ACTION_RIGHT:
        control_step(&v->column[v->box], columns, 1);
        break;
    case ACTION_PAGE_UP:
        control_step(&v->row[v->box], rows, -page);
        break;
    case ACTION_PAGE_DOWN:
        control_step(&v->row[v->box], rows, page);
        break;
    case ACTION_HOME:
        v->row[v->box] = 0;
        break;
    default: /* ACTION_END */
        v->row[v->box] = rows ? rows - 1 : 0;
        break;
    }
}
