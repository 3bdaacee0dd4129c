#include <config.h>

#include "ui/control_parts.h"

#include "ui/row.h"

void control_change_span(struct control *c, int by, double now_s)
{
    static const struct {
        double s;
        const char *words;
    } spans[] = {{30, "30 seconds"}, {120, "2 minutes"}, {600, "10 minutes"}};
    const int last = sizeof spans / sizeof *spans - 1;
    struct view *v = control_view(c);
    int at = 0;
    while (at < last && spans[at].s < v->span_s)
        at++;
    if (at + by < 0 || at + by > last) {
        control_flash(c, now_s, false, "graphs show %s: there is no %s range", spans[at].words,
                      by < 0 ? "shorter" : "longer");
        return;
    }
    v->span_s = spans[at + by].s;
    control_share(c);
    control_flash(c, now_s, false, "graphs show %s", spans[at + by].words);
}

void control_next_target(struct control *c, const struct snapshot *s, double now_s)
{
    struct view *v = control_view(c);
    if (s->target_count < 3) {
        control_flash(c, now_s, false, "there is only one target beside native");
        return;
    }
    v->target = v->target % (s->target_count - 1) + 1;
    control_share(c);
    control_flash(c, now_s, false, "target: %s", s->targets[v->target].id);
}

static void apply(struct view *v, enum action a)
{
    switch (a) {
    case ACTION_FREEZE:
        v->frozen = !v->frozen;
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
        break;
    case ACTION_OTHER_VIEW:
        v->other_view[v->box] = !v->other_view[v->box];
        break;
    case ACTION_AXIS:
        v->log_axis[v->box] = !v->log_axis[v->box];
        break;
    default: /* ACTION_PAPER */
        v->paper = !v->paper;
        break;
    }
}

/* Settings of all panels hold although this one does not show them; what belongs to the panel or
 * the box is taken back. */
static bool is_shared(enum action a)
{
    return a == ACTION_FREEZE || a == ACTION_UNITS || a == ACTION_PAPER;
}

static void draw(struct control *c, const struct moment *m, struct canvas *canvas)
{
    struct scene scene = control_scene(c);
    canvas_init(canvas, GLYPHS_BRAILLE);
    scene_draw(canvas, m->h, m->w, m->s, &scene);
}

static bool same_picture(const struct canvas *a, const struct canvas *b)
{
    size_t n = (size_t)a->h * (size_t)a->w;
    for (size_t i = 0; i < n; i++)
        if (a->cells[i].ch != b->cells[i].ch || a->cells[i].style != b->cells[i].style ||
            a->cells[i].attr != b->cells[i].attr)
            return false;
    return true;
}

static const char *why_not(enum action a)
{
    switch (a) {
    case ACTION_EXPAND:
        return "no box here can be larger";
    case ACTION_SORT:
        return "no list here has another order";
    case ACTION_REVERSE:
        return "no list here can be reversed";
    case ACTION_UNITS:
        return "no figure here has other units";
    case ACTION_OTHER_VIEW:
        return "no box here has another view";
    case ACTION_AXIS:
        return "this box has no other axis";
    default: /* ACTION_PAPER */
        return "the paper has no figures for what is shown here";
    }
}

/* Where the box under the cursor has no other view, the boxes beside it that have one change, all
 * to the same. before: the picture as it is. False: none has. */
static bool show_others(struct control *c, const struct moment *m, const struct canvas *before)
{
    struct view *v = control_view(c), changed = *v;
    const size_t boxes = sizeof v->other_view / sizeof *v->other_view;
    bool found = false, other = false;
    for (size_t b = 0; b < boxes; b++) {
        struct view former = *v;
        struct canvas after;
        v->other_view[b] = !v->other_view[b];
        draw(c, m, &after);
        if (!same_picture(before, &after)) {
            other = found ? other : v->other_view[b];
            changed.other_view[b] = other;
            found = true;
        }
        canvas_release(&after);
        *v = former;
    }
    *v = changed;
    return found;
}

/* Whether a panel has an order, another view or an axis to change is seen by its picture: no table
 * of that could be wrong. */
void control_toggle(struct control *c, enum action a, const struct moment *m)
{
    struct view *v = control_view(c), former = *v;
    struct canvas before, after;
    draw(c, m, &before);
    apply(v, a);
    draw(c, m, &after);
    if (same_picture(&before, &after)) {
        if (!is_shared(a))
            *v = former;
        if (a != ACTION_OTHER_VIEW || !show_others(c, m, &before))
            control_flash(c, m->now_s, false, "%s", why_not(a));
    }
    canvas_release(&before);
    canvas_release(&after);
    if (is_shared(a))
        control_share(c);
}

/* Levels beyond the last one count anew. The next that changes the picture is taken: what is
 * shown may be a fixed range already. */
void control_zoom(struct control *c, const struct moment *m)
{
    struct view *v = control_view(c);
    size_t *level = &v->zoom[v->box], former = *level;
    struct canvas before, after;
    bool same = true;
    draw(c, m, &before);
    for (size_t i = 1; i < ZOOM_LEVELS && same; i++) {
        *level = (former + i) % ZOOM_LEVELS;
        draw(c, m, &after);
        same = same_picture(&before, &after);
        canvas_release(&after);
    }
    canvas_release(&before);
    if (same)
        *level = former;
    struct axis a = row_zoom((struct axis){0, 0, false}, *level);
    if (same)
        control_flash(c, m->now_s, false, "this box has no axis of ratios; %s goes to the next",
                      key_word(c->keymap, ACTION_NEXT_BOX));
    else if (*level == 0)
        control_flash(c, m->now_s, false, "axis: as far as the figures go");
    else
        control_flash(c, m->now_s, false, "axis: %g to %g %% of native", a.low, a.high);
}
