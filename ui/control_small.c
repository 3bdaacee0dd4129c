/* Keys on a terminal below 60x16: its one line (scene.c) tells a mean and has no room for anything
 * else, so that a key whose effect could not be seen is refused. What ends, stops, pauses or says
 * something works. */
#include <config.h>

#include "ui/control_parts.h"

#include "ui/layout.h"

bool control_is_small(const struct moment *m)
{
    return layout_size(m->h, m->w) == SIZE_TOO_SMALL;
}

static void freeze(struct control *c, const struct moment *m)
{
    struct view *v = control_view(c);
    if (c->actions && c->actions->replay) {
        control_replay(c, ACTION_FREEZE, m->now_s);
        return;
    }
    v->frozen = !v->frozen;
    control_share(c);
    control_flash(c, m->now_s, false, v->frozen ? "frozen; again: goes on" : "goes on");
}

/* One more quits then: draw_small asks. */
static void quit_key(struct control *c, enum action a, const struct moment *m)
{
    if (c->overlay == OVERLAY_QUIT)
        control_answer_quit(c, a, true);
    else
        control_quit(c, m->s, a == ACTION_QUIT_LEAVE ? REQUEST_QUIT_LEAVE : REQUEST_QUIT);
}

void control_small_key(struct control *c, int code, const struct moment *m)
{
    enum action a = control_action(c, code);
    bool asking = c->overlay == OVERLAY_QUIT;
    switch (a) {
    case ACTION_QUIT:
    case ACTION_QUIT_LEAVE:
        quit_key(c, a, m);
        break;
    case ACTION_HELP:
        control_flash(c, m->now_s, false, "%s quits, %s pauses, %s stops a run",
                      key_word(c->keymap, ACTION_QUIT), key_word(c->keymap, ACTION_FREEZE),
                      key_word(c->keymap, ACTION_ABORT));
        break;
    case ACTION_FREEZE:
        freeze(c, m);
        break;
    case ACTION_ABORT:
    case ACTION_REPAINT:
    case ACTION_COPY_SCREEN:
    case ACTION_STEP_BACK:
    case ACTION_STEP:
    case ACTION_SEEK_BACK:
    case ACTION_SEEK:
    case ACTION_SLOWER:
    case ACTION_FASTER:
        control_act(c, a, m);
        break;
    default:
        if (asking)
            control_answer_quit(c, a, a == ACTION_OPEN);
        else if (a == ACTION_NONE)
            control_refuse(c, code, m->now_s, "here: %s says what works",
                           key_word(c->keymap, ACTION_HELP));
        else
            control_flash(c, m->now_s, true, "no room to show that; %s says what works",
                          key_word(c->keymap, ACTION_HELP));
        break;
    }
}
