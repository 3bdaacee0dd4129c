/* app.h - the dashboard: one thread that sleeps until a key, the board or a signal wakes it, and
 * draws only what changed.
 *
 * It shows any board, also one that nobody feeds. What it can start comes from the command layer as
 * a table of callbacks; a key whose callback is missing, or fails, says why in the footer. */
#ifndef VMTAX_APP_H
#define VMTAX_APP_H

#include "board.h"
#include "error.h"
#include "planner.h"
#include "ui/screen.h"

/* In a replay. */
enum app_move {
    APP_STEP_BACK,
    APP_STEP,
    APP_SEEK_BACK,
    APP_SEEK,
    APP_SLOWER,
    APP_FASTER,
    APP_PAUSE,
};

enum plan_request { PLAN_REQUEST_LOOK, PLAN_REQUEST_COUNT, PLAN_REQUEST_START };

struct app_options;

#define THEME_PLACE_MAX 160

/* All are called by the dashboard's thread and must return at once (start threads, do not wait).
 * Each may be NULL. They return 0, or -1 with a sentence for the footer. */
struct app_actions {
    void *context;
    /* Measure what the words name (ids with parameters, subsystems, globs: as in `vmtax run`);
     * count 0: the quick comparison of everything. What would take longer than most_s is not
     * started: then takes_s gets the seconds, else 0. */
    int (*start)(void *context, const char *const *words, size_t count, double most_s,
                 double *takes_s, struct error *e);
    int (*abort)(void *context, struct error *e);
    int (*baseline)(void *context, struct error *e);
    int (*check)(void *context, struct error *e);
    /* Write the result as a report, or the verdict of the last check; message says where it is. */
    int (*export)(void *context, char *message, size_t size, struct error *e);
    int (*export_check)(void *context, char *message, size_t size, struct error *e);
    /* Of the planner, which is initialised. To look may take a moment. */
    int (*plan)(void *context, enum plan_request request, struct planner *p, struct error *e);
    /* The settings changed: screen, theme and mouse of options as they are now. */
    void (*settings)(void *context, struct app_options *options);
    /* What is shown is a recording: move in it; message says how it goes on. */
    int (*replay)(void *context, enum app_move move, char *message, size_t size, struct error *e);
    /* Called before each frame: a run may have ended. -1 with a sentence about one that failed. */
    int (*news)(void *context, struct error *e);
};

struct app_options {
    struct screen_options screen;
    const char *theme;                    /* NULL: "dark" */
    char theme_place[THEME_PLACE_MAX];    /* "FILE, line 3" of the vmtax.conf that names it; "" */
    const char *const *theme_directories; /* may be NULL */
    bool mouse;
    bool calm; /* no more than a frame a second, but for keys */
    bool hold; /* nothing but keys is answered while the timed part of a slot runs */
    const char *const
        *welcome;            /* lines of the first dialog, whose Enter starts count 0; NULL: none */
    bool tour;               /* it begins with the tour (tour.h) */
    double tour_s;           /* whose slides turn by themselves after so many seconds; 0: by keys */
    const char *panel;       /* id of the first panel; NULL: the first tab that has one */
    struct options *options; /* what the settings screen shows and changes; NULL: there is none */
    const struct keymap *keymap; /* the user's keys; NULL: the usual ones */
    const char *text_directory;  /* where `y` writes screens; NULL: the current one */
};

/* Blocks until the user quits (0) or a signal ends it (its number); -1 with a sentence if there is
 * no usable terminal. SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP and SIGCONT must be
 * blocked in all threads before (app_block_signals); the dashboard reads them. While it runs,
 * stderr goes to the board's log; it is printed again after. A run that is live when it returns is
 * the caller's to end. */
int app_run(struct board *board, const struct app_options *options,
            const struct app_actions *actions, struct error *e);

/* Block the dashboard's signals in the calling thread, before any other thread is made. */
void app_block_signals(void);

#endif
