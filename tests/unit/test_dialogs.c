/* What lies over the screen: planner, settings and help, by key and by click. */
#include <config.h>

#include "conf.h"
#include "tests/unit/journey.h"
#include "ui/appearance.h"
#include "ui/keymap.h"
#include "ui/tour.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A click on the text, where the screen has it. */
static void click(struct journey *j, const char *text)
{
    struct canvas c;
    picture(j, &c);
    char *all = canvas_to_text(&c), *line = all, *found = NULL;
    int y = 0;
    for (; *line && !found; y++) {
        char *next = strchr(line, '\n');
        *next = '\0';
        found = strstr(line, text);
        if (!found)
            line = next + 1;
    }
    if (!found)
        fail_msg("'%s' is not on the screen", text);
    *found = '\0';
    const struct canvas_hit *hit = canvas_hit_at(&c, y - 1, canvas_columns(line));
    if (!hit)
        fail_msg("'%s' cannot be clicked", text);
    struct canvas_hit copy = *hit;
    free(all);
    canvas_release(&c);
    j->now_s += 0.1;
    control_click(&j->control, &copy, 0, &j->board, j->now_s, j->h, j->w);
}

static void plans_a_run(void **state)
{
    (void)state;
    struct journey j;
    begin(&j, fixture_stored, NULL);
    type(&j, "p");
    assert_int_equal(j.control.overlay, OVERLAY_PLAN);
    assert_true(shows(&j, "2 targets"));
    type(&j, " "); /* native stays */
    says(&j, "always measured", true);
    type(&j, "jjj ");
    says(&j, "kvm cannot be marked", true);
    says(&j, "modprobe kvm_intel", true);
    type(&j, "j ");
    assert_true(shows(&j, "3 targets"));
    key(&j, KEY_CODE_TAB);
    type(&j, "*"); /* none */
    assert_true(j.control.plan.planner.marked_work == 0 || shows(&j, "no workload is marked"));
    if (j.control.plan.planner.marked_work)
        type(&j, "*");
    assert_true(shows(&j, "no workload is marked"));
    key(&j, KEY_CODE_ENTER);
    says(&j, "no workload is marked", true);
    assert_int_equal(j.plans_started, 0);
    type(&j, "j jj ");
    key(&j, KEY_CODE_ENTER);
    assert_int_equal(j.plans_started, 1);
    assert_string_equal(j.plan, "native container tcg memory network ");
    assert_int_equal(j.control.overlay, OVERLAY_NONE);
    says(&j, "starting 53 rows on 3 targets", false);
    /* the marks are there again; Esc starts nothing */
    type(&j, "p");
    assert_true(shows(&j, "53 rows of 2 subsystems"));
    key(&j, KEY_CODE_ESCAPE);
    assert_int_equal(j.control.overlay, OVERLAY_NONE);
    assert_int_equal(j.plans_started, 1);
    end(&j);
}

static void plans_with_options(void **state)
{
    (void)state;
    struct journey j;
    begin(&j, fixture_stored, NULL);
    type(&j, "p");
    key(&j, KEY_CODE_BACKTAB);
    assert_int_equal(j.control.plan.column, PLAN_OPTIONS);
    while (strcmp(option_list_selected(&j.control.plan.options)->name, "blocks") != 0)
        key(&j, KEY_CODE_DOWN);
    assert_true(shows(&j, "blocks: blocks of each row"));
    key(&j, KEY_CODE_RIGHT);
    key(&j, KEY_CODE_RIGHT);
    assert_int_equal(j.control.plan.planner.options.blocks, 4);
    assert_true(shows(&j, "4 blocks"));
    key(&j, KEY_CODE_ENTER);
    key(&j, KEY_CODE_BACKSPACE);
    type(&j, "x");
    key(&j, KEY_CODE_ENTER);
    says(&j, "2 to 200", true);
    assert_true(j.control.plan.options.editing); /* to be mended */
    key(&j, KEY_CODE_BACKSPACE);
    type(&j, "12");
    key(&j, KEY_CODE_ENTER);
    assert_int_equal(j.control.plan.planner.options.blocks, 12);
    key(&j, KEY_CODE_BACKSPACE);
    assert_int_equal(j.control.plan.planner.options.blocks, 0);
    type(&j, "q"); /* not a letter of a value now */
    assert_int_equal(j.control.overlay, OVERLAY_NONE);
    assert_int_equal(j.options.blocks, 0); /* the plan's own */
    /* a run is live: it is said, and nothing starts */
    type(&j, "p");
    j.board.run.active = true;
    type(&j, "r");
    says(&j, "a run is live", true);
    j.board.run.active = false;
    j.refuse = true;
    type(&j, "r");
    says(&j, "no permission", true);
    assert_int_equal(j.control.overlay, OVERLAY_PLAN);
    assert_int_equal(j.plans_started, 0);
    end(&j);
}

static void planner_by_mouse(void **state)
{
    (void)state;
    struct journey j;
    begin(&j, fixture_stored, NULL);
    type(&j, "p");
    click(&j, "tcg");
    click(&j, "tcg"); /* again: marks */
    assert_true(shows(&j, "3 targets"));
    click(&j, "database");
    assert_int_equal(j.control.plan.column, PLAN_WORK);
    click(&j, "database");
    assert_false(j.control.plan.planner.work[SUBSYSTEM_DATABASE].marked);
    click(&j, "blocks ");
    assert_int_equal(j.control.plan.column, PLAN_OPTIONS);
    click(&j, "Esc close");
    assert_int_equal(j.control.overlay, OVERLAY_NONE);
    type(&j, "p");
    key(&j, KEY_CODE_TAB);
    click(&j, "↵ start");
    assert_int_equal(j.plans_started, 1);
    end(&j);
}

static void settings_apply_and_are_written(void **state)
{
    (void)state;
    char directory[] = "/tmp/vmtax-test-settings-XXXXXX", path[128], text[512];
    struct journey j;
    assert_non_null(mkdtemp(directory));
    setenv("XDG_CONFIG_HOME", directory, 1);
    begin(&j, fixture_stored, NULL);
    type(&j, "O");
    assert_int_equal(j.control.overlay, OVERLAY_SETTINGS);
    /* every option of the dashboard that a file may have is in the list */
    for (const struct option_row *r = option_rows; r->name; r++) {
        bool found = false;
        for (size_t i = 0; i < j.control.settings.count; i++)
            found = found || j.control.settings.rows[i] == r;
        assert_int_equal(found, (r->commands & FOR_DASHBOARD) && !(r->commands & NOT_IN_CONF));
    }
    while (strcmp(option_list_selected(&j.control.settings)->name, "theme") != 0)
        type(&j, "j");
    key(&j, KEY_CODE_RIGHT);
    assert_non_null(j.options.theme);
    assert_int_equal(j.control.requests, REQUEST_SETTINGS);
    j.control.requests = 0;
    while (strcmp(option_list_selected(&j.control.settings)->name, "no-mouse") != 0)
        type(&j, "j");
    type(&j, " ");
    assert_true(j.options.no_mouse);
    key(&j, KEY_CODE_HOME);
    key(&j, KEY_CODE_ENTER);
    type(&j, "native,kvm");
    key(&j, KEY_CODE_ENTER);
    assert_string_equal(j.options.on, "native,kvm");
    key(&j, KEY_CODE_RIGHT);
    says(&j, "no list of values", true);
    type(&j, "E");
    says(&j, "written to ", false);
    snprintf(path, sizeof path, "%s/vmtax/vmtax.conf", directory);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    assert_non_null(strstr(text, "on = native,kvm\n"));
    assert_non_null(strstr(text, "no-mouse = yes\n"));
    assert_non_null(strstr(text, "theme = "));
    assert_null(strstr(text, "blocks"));
    /* a click selects, a second one changes */
    click(&j, "ascii ");
    click(&j, "ascii ");
    assert_true(j.options.ascii);
    click(&j, "Esc close");
    assert_int_equal(j.control.overlay, OVERLAY_NONE);
    end(&j);
    unlink(path);
    *strrchr(path, '/') = '\0';
    rmdir(path);
    rmdir(directory);
}

/* What the options say reaches the screen, and what they do not say is the default. */
static void options_reach_the_screen(void **state)
{
    static const char *const words[] = {"quiet-ui", "clipboard", "no-sync", "reader", "no-mouse"};
    struct options o;
    struct error e;
    struct app_options to = {.tour = true};
    (void)state;
    option_init(&o);
    appearance_fill(&to, &o);
    assert_true(!to.hold && !to.screen.clipboard && !to.screen.no_sync && !to.calm && to.mouse);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        assert_int_equal(option_set(&o, option_find(words[i], strlen(words[i])), "yes", &e), 0);
    appearance_fill(&to, &o);
    assert_true(to.hold && to.screen.clipboard && to.screen.no_sync && to.calm && !to.mouse);
    assert_true(to.tour); /* no option of the screen's */
    option_release(&o);
}

static void help_pages(void **state)
{
    (void)state;
    struct journey j;
    begin(&j, fixture_container, NULL);
    j.control.help_last = 30;
    type(&j, "?");
    assert_int_equal(j.control.overlay, OVERLAY_HELP);
    type(&j, "jjj");
    assert_int_equal(j.control.help_first, 3);
    key(&j, KEY_CODE_END);
    assert_int_equal(j.control.help_first, 30);
    type(&j, "?");
    assert_int_equal(j.control.help_page, 1);
    assert_int_equal(j.control.help_first, 0);
    key(&j, KEY_CODE_LEFT);
    key(&j, KEY_CODE_LEFT);
    assert_int_equal(j.control.help_page, 2);
    type(&j, "x"); /* nothing acts below */
    assert_int_equal(j.aborts, 0);
    type(&j, "q"); /* leaves the help, not the program */
    assert_int_equal(j.control.overlay, OVERLAY_NONE);
    assert_int_equal(j.control.requests, REQUEST_NONE);
    end(&j);
}

static void welcome(void **state)
{
    static const char *const lines[] = {"What does a container cost here?", NULL};
    static const struct {
        int key;
        size_t started;
        const char *panel;
    } cases[] = {
        {KEY_CODE_ENTER, 1, "overview"}, {KEY_CODE_ESCAPE, 0, "overview"}, {'3', 0, "memory"}};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct journey j;
        struct app_options options = {.welcome = lines};
        begin(&j, fixture_empty, NULL);
        control_init(&j.control, &options, &j.actions);
        assert_int_equal(j.control.overlay, OVERLAY_WELCOME);
        key(&j, cases[i].key);
        assert_int_equal(j.control.overlay, OVERLAY_NONE);
        assert_int_equal(j.start_count, cases[i].started);
        assert_string_equal(panel(&j), cases[i].panel);
        end(&j);
    }
}

static void help_is_searched(void **state)
{
    (void)state;
    struct journey j;
    begin(&j, fixture_stored, NULL);
    type(&j, "?/SIG"); /* whatever the case; keys are text now */
    assert_true(j.control.typing);
    assert_true(shows(&j, "no sign: measured too briefly"));
    assert_false(shows(&j, "next theme"));
    type(&j, "zzz");
    assert_true(shows(&j, "no line of the help has it"));
    key(&j, KEY_CODE_ESCAPE);
    assert_true(shows(&j, "next theme"));
    type(&j, "/theme");
    key(&j, KEY_CODE_ENTER);
    assert_false(j.control.typing);
    assert_true(shows(&j, "next theme"));
    assert_false(shows(&j, "EVERYWHERE"));
    key(&j, KEY_CODE_ESCAPE); /* the whole help first */
    assert_int_equal(j.control.overlay, OVERLAY_HELP);
    assert_true(shows(&j, "EVERYWHERE"));
    key(&j, KEY_CODE_ESCAPE);
    assert_int_equal(j.control.overlay, OVERLAY_NONE);
    end(&j);
}

static void begin_tour(struct journey *j, void (*fill)(struct snapshot *s), double seconds)
{
    begin(j, fill, NULL);
    j->control.tour = true;
    j->control.tour_s = seconds;
    j->control.overlay = OVERLAY_TOUR;
}

/* Forward through all slides that are there, back, and out of it. */
static void tours(void **state)
{
    (void)state;
    struct journey j;
    size_t slides = 1;
    begin_tour(&j, fixture_slow, 0);
    assert_true(shows(&j, "What does your hypervisor cost you?"));
    for (size_t last = SIZE_MAX; last != j.control.slide; slides++) {
        last = j.control.slide;
        type(&j, " ");
    }
    assert_int_equal(j.control.slide, TOUR_END);
    assert_true(slides > 6);
    key(&j, KEY_CODE_LEFT);
    assert_true(shows(&j, "Where it costs most"));
    key(&j, KEY_CODE_HOME);
    key(&j, KEY_CODE_LEFT);
    assert_int_equal(j.control.slide, TOUR_INTRO);
    key(&j, KEY_CODE_ESCAPE);
    assert_int_equal(j.control.overlay, OVERLAY_NONE);
    assert_true(shows(&j, "scoreboard"));
    end(&j);
    /* without figures: no slide pretends to have any */
    begin_tour(&j, fixture_empty, 0);
    type(&j, "  ");
    assert_int_equal(j.control.slide, TOUR_END);
    end(&j);
    /* a question in between */
    begin_tour(&j, fixture_container, 0);
    type(&j, " q");
    assert_int_equal(j.control.overlay, OVERLAY_QUIT);
    key(&j, KEY_CODE_ESCAPE);
    assert_int_equal(j.control.overlay, OVERLAY_TOUR);
    assert_int_equal(j.control.slide, TOUR_RUN);
    end(&j);
}

/* A key gives the slide its whole time again; at the end it begins anew. */
static void tours_by_itself(void **state)
{
    (void)state;
    struct journey j;
    begin_tour(&j, fixture_empty, 5);
    assert_false(control_tick(&j.control, &j.board, 100));
    assert_false(control_tick(&j.control, &j.board, 104.9));
    assert_true(control_tick(&j.control, &j.board, 105));
    assert_int_equal(j.control.slide, TOUR_RUN);
    j.now_s = 109;
    type(&j, " ");
    assert_int_equal(j.control.slide, TOUR_END);
    assert_false(control_tick(&j.control, &j.board, 110));
    assert_true(control_tick(&j.control, &j.board, 115));
    assert_int_equal(j.control.slide, TOUR_INTRO);
    end(&j);
}

static void open_help(struct journey *j)
{
    begin(j, fixture_stored, NULL);
    type(j, "?");
}

static void open_planner(struct journey *j)
{
    begin(j, fixture_stored, NULL);
    type(j, "p");
}

static void open_settings(struct journey *j)
{
    begin(j, fixture_stored, NULL);
    type(j, "O");
}

static void open_line(struct journey *j)
{
    begin(j, fixture_container, "log");
    key(j, KEY_CODE_ENTER);
    assert_int_equal(j->control.overlay, OVERLAY_READING);
}

static void open_tour(struct journey *j)
{
    begin_tour(j, fixture_stored, 0);
}

static const struct {
    const char *where;
    void (*open)(struct journey *j);
} dialogs[] = {{"in the help", open_help},
               {"in the planner", open_planner},
               {"in the settings", open_settings},
               {"beside this text", open_line},
               {"in the tour", open_tour}};

/* Does the key change what is seen, ask for something, or leave a sentence? */
static bool answers(struct journey *j, int code)
{
    struct canvas before, after;
    picture(j, &before);
    key(j, code);
    picture(j, &after);
    char *old = canvas_to_text(&before), *new = canvas_to_text(&after);
    char *old_look = canvas_to_attributes(&before), *new_look = canvas_to_attributes(&after);
    bool same = strcmp(old, new) == 0 && strcmp(old_look, new_look) == 0;
    canvas_release(&before);
    canvas_release(&after);
    free(old);
    free(new);
    free(old_look);
    free(new_look);
    return !same || j->control.requests || j->control.flash[0];
}

/* Every key of the table and every other that a terminal has, but those that move, which are
 * silent at an end. */
static void keys_in_dialogs_act_or_say_why(void **state)
{
    (void)state;
    setenv("XDG_CONFIG_HOME", "/dev/null", 1); /* settings are saved nowhere */
    for (size_t d = 0; d < sizeof dialogs / sizeof *dialogs; d++) {
        for (int code = 1; code <= KEY_CODE_F12; code = code == 0x17F ? KEY_CODE_F1 : code + 1) {
            struct journey j;
            const struct key *k = key_of(key_action(NULL, code));
            bool pages = k && k->action == ACTION_FREEZE && dialogs[d].open == open_help;
            if (pages || (k && k->group == KEY_GROUP_MOVE))
                continue;
            dialogs[d].open(&j);
            if (!answers(&j, code))
                fail_msg("key %#x does nothing and says nothing %s", (unsigned)code,
                         dialogs[d].where);
            end(&j);
        }
        struct journey j;
        char says_where[64];
        dialogs[d].open(&j);
        key(&j, KEY_CODE_F1 + 4);
        snprintf(says_where, sizeof says_where, "F5 does nothing %s: ", dialogs[d].where);
        says(&j, says_where, true);
        end(&j);
    }
}

/* A click on a hint does not type its key into what is being typed; the prompt's own hints are
 * targets, too. */
static void clicks_while_something_is_typed(void **state)
{
    (void)state;
    struct journey j;
    begin(&j, fixture_stored, "sysops");
    type(&j, "/re");
    click(&j, "3Mem"); /* a tab: what was typed stays, and the panel is another */
    assert_string_equal(panel(&j), "memory");
    type(&j, "9");
    assert_string_equal(view(&j)->filter, "re");
    type(&j, "/a");
    click(&j, "units"); /* a hint in a frame */
    assert_int_equal(view(&j)->unit, UNIT_TIMES);
    assert_string_equal(view(&j)->filter, "rea");
    type(&j, "/");
    click(&j, "Esc clear");
    assert_int_equal(j.control.overlay, OVERLAY_NONE);
    assert_string_equal(view(&j)->filter, "");
    type(&j, "/ab");
    click(&j, "↵ keep");
    assert_int_equal(j.control.overlay, OVERLAY_NONE);
    assert_string_equal(view(&j)->filter, "ab");
    type(&j, "?/no");
    click(&j, "Esc clear");
    assert_false(j.control.typing);
    assert_int_equal(j.control.overlay, OVERLAY_HELP);
    end(&j);
    open_settings(&j);
    key(&j, KEY_CODE_ENTER);
    type(&j, "native");
    click(&j, "↵ keep");
    assert_string_equal(j.options.on, "native");
    end(&j);
}

/* The user's keys stand wherever a sentence or a hint names one, and what is typed is kept by
 * Enter whatever they are. */
static void sentences_follow_the_keys(void **state)
{
    static const struct option_key lines[] = {
        {"quit", "F3", 1},    {"abort", "F4", 2},     {"run", "F5", 3},
        {"run-all", "F6", 4}, {"open", "F7", 5},      {"back", "F8", 6},
        {"freeze", "F9", 7},  {"help", "F10", 8},     {"copy-screen", "F11", 9},
        {"left", "F12", 10},  {"check", "^A", 11},    {"view", "^E", 12},
        {"plan", "^P", 13},   {"baseline", "^B", 14}, {"page-up", "PgUp", 15}};
    static const struct {
        void (*fill)(struct snapshot *s);
        const char *panel;
        int key;
        const char *footer;
    } said[] = {{fixture_container, NULL, KEY_CODE_F1 + 5, "F4 stops it first"},
                {fixture_stored, "log", 'y', "F11 copies the screen"},
                {fixture_stored, NULL, '*', "^P opens the planner"},
                {fixture_stored, NULL, 'd', "^A makes one"},
                {fixture_stored, NULL, 'Z', "F10 lists the keys"},
                {fixture_stored, NULL, KEY_CODE_F1 + 7, "F3 quits"}};
    static const struct {
        void (*fill)(struct snapshot *s);
        const char *panel, *shows;
    } shown[] = {{fixture_empty, NULL, "Press F7 or F5: a quick comparison"},
                 {fixture_empty, "disk", "F5 measures its"},
                 {fixture_empty, "live", "F6 runs the quick comparison of everything; F5"},
                 {fixture_empty, "verdict", "no check yet: ^A starts one"},
                 {fixture_empty, "host", "^B records a session"},
                 {fixture_empty, "processor", "F5 runs"}};
    struct keymap map;
    struct journey j;
    (void)state;
    keymap_read(&map, lines, sizeof lines / sizeof *lines, NULL, NULL);
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        begin(&j, said[i].fill, said[i].panel);
        j.control.keymap = &map;
        key(&j, said[i].key);
        if (!strstr(j.control.flash, said[i].footer))
            fail_msg("'%s' is not '%s'", j.control.flash, said[i].footer);
        end(&j);
    }
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        begin(&j, shown[i].fill, shown[i].panel);
        j.control.keymap = &map;
        if (!shows(&j, shown[i].shows))
            fail_msg("'%s' is not on the screen", shown[i].shows);
        end(&j);
    }
    begin(&j, fixture_container, NULL);
    j.control.keymap = &map;
    key(&j, KEY_CODE_F1 + 2);
    assert_true(shows(&j, "Quit? F7 or F3 quits, F8 stays."));
    key(&j, KEY_CODE_F1 + 7);
    assert_int_equal(j.control.overlay, OVERLAY_NONE);
    type(&j, "/x");
    assert_true(shows(&j, "↵ keep  Esc clear"));
    key(&j, KEY_CODE_ENTER);
    assert_int_equal(j.control.overlay, OVERLAY_NONE);
    end(&j);
    begin_tour(&j, fixture_stored, 0);
    j.control.keymap = &map;
    assert_true(shows(&j, "F9 next"));
    assert_true(shows(&j, "F12 back"));
    assert_true(shows(&j, "F8 dashboard"));
    assert_true(shows(&j, "F3 quit"));
    click(&j, "F9 next");
    assert_int_not_equal(j.control.slide, TOUR_INTRO);
    end(&j);
    open_help(&j);
    j.control.keymap = &map;
    j.h = 60;
    assert_true(shows(&j, "a page up ")); /* not "(also ^U, ^B)", which it is no more */
    assert_false(shows(&j, "(also ^U, ^B)"));
    assert_true(shows(&j, "(also ^D, ^F)"));
    end(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plans_a_run),
        cmocka_unit_test(plans_with_options),
        cmocka_unit_test(planner_by_mouse),
        cmocka_unit_test(settings_apply_and_are_written),
        cmocka_unit_test(options_reach_the_screen),
        cmocka_unit_test(help_pages),
        cmocka_unit_test(welcome),
        cmocka_unit_test(help_is_searched),
        cmocka_unit_test(tours),
        cmocka_unit_test(tours_by_itself),
        cmocka_unit_test(keys_in_dialogs_act_or_say_why),
        cmocka_unit_test(clicks_while_something_is_typed),
        cmocka_unit_test(sentences_follow_the_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
