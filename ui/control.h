/* control.h - what the user has set, and how keys change it. Knows no terminal: tests press keys
 * and look at the state. */
#ifndef VMTAX_CONTROL_H
#define VMTAX_CONTROL_H

#include "ui/app.h"
#include "ui/key.h"
#include "ui/scene.h"

#define TABS_COUNT (sizeof TAB_KEYS - 1)

/* What the loop must do after a key. */
enum control_request {
    REQUEST_NONE = 0,
    REQUEST_QUIT = 1,
    REQUEST_QUIT_LEAVE = 2,
    REQUEST_REPAINT = 4,
    REQUEST_THEME = 8,
    REQUEST_MOUSE = 16,
    REQUEST_SAVE_TEXT = 32,
    REQUEST_SETTINGS = 64, /* an option changed */
    REQUEST_SAVE_ROW = 128,
};

struct control {
    const struct app_actions *actions;
    struct options *options;     /* what the settings change; NULL: none */
    const struct keymap *keymap; /* NULL: the table's keys */
    const char *const *welcome;
    struct view views[TABS_COUNT + 2]; /* by place of the tab; the last: the live view */
    size_t tab;                        /* place */
    bool live;                         /* the live view lies over the tab */
    bool verdict;                      /* the verdict of a check, below the live view */
    bool verdict_came; /* in a replay: the recording had one when it was last seen, */
    bool check_came;   /* or a check that went on */
    enum overlay overlay;
    unsigned quit;                /* what OVERLAY_QUIT asks: the request that a yes makes */
    bool tour;                    /* the tour is shown, or comes back after a question */
    size_t slide;                 /* of it */
    double tour_s, slide_until_s; /* seconds of a slide; 0: keys alone turn them */
    size_t help_page, help_first, help_last;
    char help_find[48]; /* only lines with it are shown */
    bool typing;        /* that */
    struct plan_dialog plan;
    struct option_list settings;
    struct reading reading;
    char long_word[192]; /* what would take long, and is started if it is asked for again ... */
    double long_until_s; /* ... before then */
    bool flash_error;
    char flash[256]; /* "" = none */
    double flash_until_s;
    unsigned requests; /* of enum control_request; the loop clears them */
};

void control_init(struct control *c, const struct app_options *options,
                  const struct app_actions *actions);
void control_release(struct control *c);
const struct panel *control_panel(const struct control *c); /* NULL: none */
struct view *control_view(struct control *c);
struct scene control_scene(struct control *c);

/* One key or click. now_s: any clock that runs evenly; h, w: the terminal; canvas: what is on it
 * (for clicks), may be NULL. */
void control_key(struct control *c, int code, const struct snapshot *s, double now_s, int h, int w);
void control_click(struct control *c, const struct canvas_hit *hit, int wheel,
                   const struct snapshot *s, double now_s, int h, int w);
/* Show a sentence in the footer for two seconds (longer ones for longer). */
void control_flash(struct control *c, double now_s, bool error, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The time goes on: the tour may turn. True if it did. */
bool control_tick(struct control *c, const struct snapshot *s, double now_s);
/* In a replay the verdict of a check is shown when it comes, as to who made the check, and goes
 * where the recording has none. Before each frame. */
void control_follow(struct control *c, const struct snapshot *s);
/* What the row under the cursor says, where its panel has a text to read; else false. */
bool control_read(struct control *c, const struct snapshot *s, struct reading *out);
/* Keep cursors inside of what the snapshot has. */
void control_clamp(struct control *c, const struct snapshot *s, int h, int w);

#endif
