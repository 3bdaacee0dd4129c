#include <config.h>

#include "tests/unit/screens.h"

#include "paper.h"
#include "tests/unit/golden.h"
#include "tests/unit/unit.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int screens_set_up(void **state)
{
    (void)state;
    setenv("TZ", "UTC0", 1);
    setenv("XDG_CONFIG_HOME", "/home/user/.config", 1);
    tzset();
    return 0;
}

/* ---- what the user has set ---- */

void idle(struct scene *scene, struct view *view)
{
    (void)scene;
    (void)view;
}

void paper_marks(struct scene *scene, struct view *view)
{
    (void)scene;
    view->paper = true;
}

void other_view(struct scene *scene, struct view *view)
{
    (void)scene;
    view->other_view[0] = true;
    view->row[0] = 2;
    view->column[0] = 1;
}

void all_processors(struct scene *scene, struct view *view)
{
    (void)scene;
    for (size_t i = 0; i < 3; i++)
        view->other_view[i] = true;
}

void last_target(struct scene *scene, struct view *view)
{
    (void)scene;
    view->target = 2;
    if (scene->panel && strcmp(scene->panel->id, "host") == 0)
        view->row[0] = 2;
}

void expanded(struct scene *scene, struct view *view)
{
    (void)scene;
    view->expanded = true;
}

void older_row(struct scene *scene, struct view *view)
{
    (void)scene;
    view->row[0] = 1;
    view->metric = 1;
}

/* ---- what there is to see ---- */

/* The first row of a database, whose server is being made ready; nothing of the panel is known. */
void fixture_preparing(struct snapshot *s)
{
    fixture_container(s);
    struct board_run *r = &s->run;
    for (size_t i = 0; i < s->metric_count; i++) {
        struct board_metric *m = &s->metrics[i];
        if (m->workload->subsystem != SUBSYSTEM_DATABASE)
            continue;
        memset(m->cell, 0, sizeof m->cell);
        m->baseline_known = false;
        if (r->workload != m->workload)
            r->metric = i;
        r->workload = m->workload;
    }
    snprintf(r->title, sizeof r->title, "%s", r->workload->id);
    snprintf(r->phase, sizeof r->phase, "%s", BOARD_PHASE_PREPARE);
    snprintf(r->position, sizeof r->position, "N1");
    snprintf(r->params, sizeof r->params, "%s", s->metrics[r->metric].params);
    r->target = 0;
    r->slot_s = 1;
    r->block = 0;
    r->rate_count = r->block_count = 0;
    memset(r->latency, 0, sizeof r->latency);
}

/* The first second: nobody knows yet whether the machine is quiet. */
void fixture_looking(struct snapshot *s)
{
    fixture_container(s);
    s->host.quiet = s->host.quiet_known = false;
    snprintf(s->host.quiet_why, sizeof s->host.quiet_why, "not known yet");
}

/* ---- the screens ---- */

static const struct golden_screen every_size[] = {
    {"", 60, 16, BRAILLE, fixture_container, "", idle},
    {"", 80, 24, BRAILLE, fixture_container, "", idle},
    {"", 120, 40, BRAILLE, fixture_container, "", idle},
    {"", 160, 48, BRAILLE, fixture_container, "", idle},
    {"", 60, 16, ASCII, fixture_container, "", idle},
    {"", 80, 24, ASCII, fixture_container, "", idle},
    {"", 120, 40, ASCII, fixture_container, "", idle},
    {"", 160, 48, ASCII, fixture_container, "", idle},
    {"", 80, 24, BLOCK, fixture_container, "", idle},
    {"", 200, 60, BRAILLE, fixture_all, "all", idle},
    {"", 250, 80, BRAILLE, fixture_container, "", idle},
    {"", 80, 24, BRAILLE, fixture_empty, "empty", idle},
    {"", 80, 24, BRAILLE, fixture_failed, "failed", idle},
    {"", 120, 40, BRAILLE, fixture_all, "all", idle},
    {"", 120, 40, BRAILLE, fixture_slow, "slow", idle},
    {"", 80, 24, BRAILLE, fixture_rows_failed, "rows-failed", idle},
    {"", 80, 24, BRAILLE, fixture_hostile, "hostile", idle},
};

static const struct golden_screen machines[] = {
    {"", 80, 24, BRAILLE, fixture_kvm, "kvm", last_target},
    {"", 120, 40, BRAILLE, fixture_kvm, "kvm", last_target},
    {"", 80, 24, BRAILLE, fixture_tcg, "tcg", last_target},
    {"", 120, 40, BRAILLE, fixture_tcg, "tcg", last_target},
    {"", 160, 48, BRAILLE, fixture_tcg, "tcg", last_target},
    {"", 80, 24, ASCII, fixture_tcg, "tcg", last_target},
};

/* The text has exactly h lines of w columns. */
static void check_shape(const struct canvas *c, const char *text, int h, int w)
{
    int lines = 0;
    assert_int_equal(c->h, h);
    for (const char *p = text; *p; lines++) {
        const char *end = strchr(p, '\n');
        char *line = xcalloc((size_t)(end - p) + 1, 1);
        memcpy(line, p, (size_t)(end - p));
        assert_int_equal(canvas_columns(line), w);
        free(line);
        p = end + 1;
    }
    assert_int_equal(lines, h);
}

static bool is_as_it_was(const struct golden_screen *screen, const struct paper *paper)
{
    struct view view = {.target = 1, .span_s = 30, .metric = SIZE_MAX};
    struct scene scene = {.view = &view, .tab = '1'};
    struct snapshot s = {0};
    struct canvas c;
    char name[128];
    if (*screen->panel) {
        scene.panel = panel_find(screen->panel);
        assert_non_null(scene.panel);
        scene.tab = scene.panel->key;
    }
    screen->fixture(&s);
    s.paper = paper;
    screen->set(&scene, &view);
    canvas_init(&c, screen->glyphs);
    scene_draw(&c, screen->h, screen->w, &s, &scene);
    static const char *const sets[] = {"-ascii", "-block", ""};
    snprintf(name, sizeof name, "%s%s%s-%dx%d%s", screen->panel,
             *screen->panel && *screen->scenario ? "-" : "", screen->scenario, screen->w, screen->h,
             sets[screen->glyphs]);
    char *text = canvas_to_text(&c), *attributes = canvas_to_attributes(&c);
    check_shape(&c, text, screen->h, screen->w);
    bool same = golden_matches(name, "txt", text);
    same = golden_matches(name, "attr", attributes) && same;
    free(text);
    free(attributes);
    canvas_release(&c);
    snapshot_release(&s);
    return same;
}

/* panel: in place of each one's own, unless NULL. */
static size_t differ(const struct golden_screen *screens, size_t count, const char *panel)
{
    size_t wrong = 0;
    struct paper paper;
    struct error e;
    assert_int_equal(paper_load_file(&paper, PAPER_JSON, &e), 0);
    for (size_t i = 0; i < count; i++) {
        struct golden_screen screen = screens[i];
        if (panel)
            screen.panel = panel;
        wrong += !is_as_it_was(&screen, &paper);
    }
    return wrong;
}

size_t screens_differ(const struct golden_screen *screens, size_t count)
{
    return differ(screens, count, NULL);
}

size_t screens_differ_of_panel(const char *panel, bool with_machines)
{
    size_t wrong = differ(every_size, sizeof every_size / sizeof *every_size, panel);
    if (with_machines)
        wrong += differ(machines, sizeof machines / sizeof *machines, panel);
    return wrong;
}
