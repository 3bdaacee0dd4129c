#include <config.h>

#include "tests/unit/journey.h"

#include "tests/fixture_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int start(void *context, const char *const *words, size_t count, double most_s,
                 double *takes_s, struct error *e)
{
    struct journey *j = context;
    *takes_s = 0;
    if (j->refuse)
        return error_set(e, ERROR_USAGE, "the container cannot be started: no permission");
    if (j->estimate_s > most_s) {
        *takes_s = j->estimate_s;
        return 0;
    }
    j->start_count++;
    j->words = count;
    snprintf(j->started, sizeof j->started, "%s", count ? words[0] : "");
    return 0;
}

static int stop(void *context, struct error *e)
{
    struct journey *j = context;
    if (!j->board.run.active)
        return error_set(e, ERROR_USAGE, "nothing is running");
    j->aborts++;
    return 0;
}

static int baseline(void *context, struct error *e)
{
    (void)e;
    ((struct journey *)context)->baselines++;
    return 0;
}

static int check(void *context, struct error *e)
{
    (void)e;
    ((struct journey *)context)->checks++;
    return 0;
}

static int export_file(void *context, char *message, size_t size, struct error *e)
{
    (void)e;
    ((struct journey *)context)->exports++;
    snprintf(message, size, "report written to x.html");
    return 0;
}

static int export_check(void *context, char *message, size_t size, struct error *e)
{
    (void)e;
    ((struct journey *)context)->checks_exported++;
    snprintf(message, size, "verdict written to x.txt");
    return 0;
}

static int plan(void *context, enum plan_request request, struct planner *p, struct error *e)
{
    struct journey *j = context;
    if (request != PLAN_REQUEST_START) {
        fixture_plan(p, request);
        return 0;
    }
    if (j->refuse)
        return error_set(e, ERROR_USAGE, "the container cannot be started: no permission");
    j->plans_started++;
    size_t used = 0;
    for (size_t i = 0; i < p->target_count; i++)
        if (p->targets[i].marked)
            used += (size_t)snprintf(j->plan + used, sizeof j->plan - used, "%s ",
                                     p->targets[i].id);
    for (size_t s = 0; s < SUBSYSTEM_COUNT && used < sizeof j->plan; s++)
        if (p->work[s].marked)
            used += (size_t)snprintf(j->plan + used, sizeof j->plan - used, "%s ", p->work[s].id);
    return 0;
}

static void settings(void *context, struct app_options *options)
{
    (void)options;
    ((struct journey *)context)->settings_changed++;
}

/* All but the board, which keys never change. */
static void set_out(struct journey *j, const char *panel)
{
    struct app_options options = {.panel = panel, .options = &j->options};
    j->actions = (struct app_actions){.context = j,
                                      .start = start,
                                      .abort = stop,
                                      .baseline = baseline,
                                      .check = check,
                                      .export = export_file,
                                      .export_check = export_check,
                                      .plan = plan,
                                      .settings = settings};
    control_init(&j->control, &options, &j->actions);
    control_clamp(&j->control, &j->board, j->h, j->w);
}

void begin(struct journey *j, void (*fill)(struct snapshot *s), const char *panel)
{
    *j = (struct journey){.h = 40, .w = 120, .now_s = 100};
    fill(&j->board);
    set_out(j, panel);
}

void begin_again(struct journey *j, const char *panel)
{
    struct journey fresh = {.board = j->board, .h = j->h, .w = j->w, .now_s = 100};
    control_release(&j->control);
    option_release(&j->options);
    *j = fresh;
    set_out(j, panel);
}

void end(struct journey *j)
{
    control_release(&j->control);
    option_release(&j->options);
    snapshot_release(&j->board);
}

void key(struct journey *j, int code)
{
    j->now_s += 0.1;
    control_key(&j->control, code, &j->board, j->now_s, j->h, j->w);
}

void type(struct journey *j, const char *text)
{
    for (; *text; text++)
        key(j, (unsigned char)*text);
}

struct view *view(struct journey *j)
{
    return control_view(&j->control);
}

const char *panel(const struct journey *j)
{
    return control_panel(&j->control)->id;
}

/* The footer says so, as a sentence that is still shown. */
void says(const struct journey *j, const char *part, bool error)
{
    if (!strstr(j->control.flash, part))
        fail_msg("the footer says '%s', not '%s'", j->control.flash, part);
    assert_int_equal(j->control.flash_error, error);
    assert_true(j->control.flash_until_s >= j->now_s + 2);
}

void picture(struct journey *j, struct canvas *c)
{
    struct scene scene = control_scene(&j->control);
    canvas_init(c, GLYPHS_BRAILLE);
    c->keymap = j->control.keymap;
    scene_draw(c, j->h, j->w, &j->board, &scene);
}

bool shows(struct journey *j, const char *text)
{
    struct canvas c;
    picture(j, &c);
    char *all = canvas_to_text(&c);
    bool found = strstr(all, text) != NULL;
    free(all);
    canvas_release(&c);
    return found;
}
