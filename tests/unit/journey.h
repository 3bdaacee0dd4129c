/* journey.h - a user's way through the dashboard without a terminal: keys are pressed on a board
 * that is filled by hand, and what the dashboard asks for is noted. */
#ifndef VMTAX_TESTS_JOURNEY_H
#define VMTAX_TESTS_JOURNEY_H

#include "tests/fixture_board.h"
#include "tests/unit/unit.h"
#include "ui/control.h"

struct journey {
    struct control control;
    struct snapshot board;
    struct app_actions actions;
    double now_s;
    int h, w;
    /* what the actions were asked */
    char started[96];
    size_t start_count, words, aborts, baselines, checks, exports;
    size_t checks_exported, plans_started, settings_changed;
    char plan[96]; /* the marked targets and subsystems of the plan that was started */
    struct options options;
    bool refuse;
    double estimate_s; /* what a start is said to take */
};

/* panel: the first one's id, NULL: the overview. */
void begin(struct journey *j, void (*fill)(struct snapshot *s), const char *panel);
/* The same, of the same size, on the board that is there. */
void begin_again(struct journey *j, const char *panel);
void end(struct journey *j);
void key(struct journey *j, int code);
void type(struct journey *j, const char *text);
struct view *view(struct journey *j);
const char *panel(const struct journey *j);
/* The footer says so, as a sentence that is still shown. */
void says(const struct journey *j, const char *part, bool error);
/* What is on the screen now; the caller releases the canvas. */
void picture(struct journey *j, struct canvas *c);
/* Does any row of the screen hold the text? */
bool shows(struct journey *j, const char *text);

#endif
