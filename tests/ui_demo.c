/* ui_demo - the dashboard on a board that is filled by hand, for tests of the terminal and the
 * bench of the dashboard's own cost. Nothing is measured.
 *
 * Usage: ui_demo [FIXTURE] [feed] [slots] [welcome] [panel=ID] [theme=NAME] [ascii|block]
 * [mono|8|16|256] [mouse] [clipboard] [curses] feed: a thread publishes 20 times a second, as a
 * run does; keys start and stop it. slots: the same with --quiet-ui, in slots of 4 s that are
 * timed, with 0.5 s between them. On exit the last line of stdout says what the dashboard cost:
 * "frames N ui_cpu_s S rss_kib K". */
#include <config.h>

#include "tests/fixture_board.h"
#include "tests/fixture_plan.h"
#include "text.h"
#include "ui/app.h"
#include "ui/appearance.h"

#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

struct feeder {
    struct board board;
    struct options options; /* what the settings change */
    atomic_bool end;
    bool slots;
    double longest_s; /* that a publisher waited for the board */
};

static void *feed(void *context)
{
    struct feeder *f = context;
    struct timespec next;
    clock_gettime(CLOCK_MONOTONIC, &next);
    for (unsigned tick = 0; !atomic_load(&f->end); tick++) {
        double before = board_now(&f->board);
        struct snapshot *s = board_edit(&f->board);
        f->longest_s = fmax(f->longest_s, board_now(&f->board) - before);
        struct board_run *r = &s->run;
        if (r->active) {
            double level = r->metric < s->metric_count
                               ? s->metrics[r->metric].cell[r->target].figure.value
                               : 1000;
            size_t at = snapshot_ring_push(&r->rate_first, &r->rate_count, BOARD_RATE_MAX);
            r->rate[at] = (struct board_rate){.at_s = board_now(&f->board),
                                              .value = level * (1 + 0.1 * sin(tick * 0.37)),
                                              .target = (uint8_t)r->target};
            r->elapsed_s += 0.05;
            r->eta_s = r->eta_s > 1 ? r->eta_s - 0.05 : 72;
            r->done = fmod(r->done + 0.0005, 1);
            if (f->slots)
                text_copy(r->phase, sizeof r->phase,
                          tick % 90 < 80 ? BOARD_PHASE_MEASURE : BOARD_PHASE_PREPARE);
        }
        if (tick % 20 == 0) {
            size_t at = snapshot_ring_push(&s->host.first, &s->host.count, BOARD_HOST_MAX);
            s->host.cpu[at] = (float)(0.5 + 0.4 * sin(tick * 0.01));
            s->host.memory[at] = 0.6f;
        }
        board_publish_run(&f->board);
        next.tv_nsec += 50000000;
        if (next.tv_nsec >= 1000000000) {
            next.tv_sec++;
            next.tv_nsec -= 1000000000;
        }
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
    }
    return NULL;
}

static int start(void *context, const char *const *words, size_t count, double most_s,
                 double *takes_s, struct error *e)
{
    struct feeder *f = context;
    (void)most_s;
    *takes_s = 0;
    if (count > 0 && strcmp(words[0], "null") == 0)
        return error_set(e, ERROR_USAGE, "the demo measures nothing");
    board_edit(&f->board)->run.active = true;
    board_publish(&f->board);
    fprintf(stderr, "demo: started %s\n", count ? words[0] : "everything");
    return 0;
}

static int stop(void *context, struct error *e)
{
    struct feeder *f = context;
    (void)e;
    board_edit(&f->board)->run.active = false;
    board_publish(&f->board);
    return 0;
}

static int plan(void *context, enum plan_request request, struct planner *p, struct error *e)
{
    if (request == PLAN_REQUEST_START)
        return start(context, NULL, 0, INFINITY, &(double){0}, e);
    fixture_plan(p, request);
    return 0;
}

static void settings(void *context, struct app_options *app)
{
    appearance_fill(app, &((struct feeder *)context)->options);
}

static bool value_of(const char *argument, const char *key, const char **value)
{
    size_t n = strlen(key);
    if (strncmp(argument, key, n) != 0 || argument[n] != '=')
        return false;
    *value = argument + n + 1;
    return true;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*fill)(struct snapshot *s);
    } fixtures[] = {{"empty", fixture_empty},     {"container", fixture_container},
                    {"stored", fixture_stored},   {"all", fixture_all},
                    {"kvm", fixture_kvm},         {"tcg", fixture_tcg},
                    {"booting", fixture_booting}, {"unconfirmed", fixture_unconfirmed},
                    {"hostile", fixture_hostile}};
    static const char *const welcome[] = {"What does a container cost here? Enter runs it.", NULL};
    struct app_options options = {0};
    struct feeder f = {0};
    struct error e = {0};
    struct timespec cpu;
    struct rusage usage;
    bool feeding = false;
    /* Random keys write screens, too: not into the build tree. */
    options.text_directory = getenv("HOME");
    pthread_t thread;
    void (*fill)(struct snapshot * s) = fixture_container;
    for (int i = 1; i < argc; i++) {
        const char *a = argv[i];
        for (size_t k = 0; k < sizeof fixtures / sizeof fixtures[0]; k++)
            if (strcmp(fixtures[k].name, a) == 0)
                fill = fixtures[k].fill;
        feeding = feeding || strcmp(a, "feed") == 0;
        if (strcmp(a, "slots") == 0)
            feeding = f.slots = options.hold = true;
        if (strcmp(a, "welcome") == 0)
            options.welcome = welcome;
        if (strcmp(a, "mouse") == 0)
            options.mouse = true;
        if (strcmp(a, "ascii") == 0)
            options.screen.glyphs = GLYPH_CHOICE_ASCII;
        if (strcmp(a, "block") == 0)
            options.screen.glyphs = GLYPH_CHOICE_BLOCK;
        if (strcmp(a, "mono") == 0)
            options.screen.colors = COLOR_CHOICE_MONO;
        if (strcmp(a, "clipboard") == 0)
            options.screen.clipboard = true;
        if (strcmp(a, "curses") == 0)
            options.screen.curses = true;
        if (strcmp(a, "8") == 0)
            options.screen.colors = COLOR_CHOICE_8;
        if (strcmp(a, "16") == 0)
            options.screen.colors = COLOR_CHOICE_16;
        if (strcmp(a, "256") == 0)
            options.screen.colors = COLOR_CHOICE_256;
        value_of(a, "panel", &options.panel);
        value_of(a, "theme", &options.theme);
    }
    app_block_signals();
    if (board_init(&f.board, &e)) {
        fprintf(stderr, "ui_demo: %s\n", e.text);
        return 2;
    }
    fill(board_edit(&f.board));
    if (feeding) /* the fixture's moments lie on a time line of its own */
        f.board.current.run.rate_count = f.board.current.run.rate_first = 0;
    board_publish(&f.board);
    const struct app_actions actions = {
        .context = &f, .start = start, .abort = stop, .plan = plan, .settings = settings};
    options.options = &f.options;
    /* the settings begin with what was asked for */
    f.options.ascii = options.screen.glyphs == GLYPH_CHOICE_ASCII;
    f.options.theme = options.theme;
    f.options.no_mouse = !options.mouse;
    f.options.clipboard = options.screen.clipboard;
    f.options.quiet_ui = options.hold;
    if (feeding)
        pthread_create(&thread, NULL, feed, &f);
    int status = app_run(&f.board, &options, &actions, &e);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
    getrusage(RUSAGE_SELF, &usage);
    atomic_store(&f.end, true);
    if (feeding)
        pthread_join(thread, NULL);
    if (status < 0)
        fprintf(stderr, "ui_demo: %s\n", e.text);
    else
        printf("frames %llu ui_cpu_s %.6f rss_kib %ld board_wait_ms %.1f\n",
               (unsigned long long)f.board.current.self.frames,
               (double)cpu.tv_sec + (double)cpu.tv_nsec / 1e9, usage.ru_maxrss, f.longest_s * 1e3);
    option_release(&f.options);
    board_release(&f.board);
    return status < 0 ? 2 : status;
}
