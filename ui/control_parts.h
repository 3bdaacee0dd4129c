/* control_parts.h - what the files of control share: control.c keeps the state and hands keys on,
 * control_go.c moves through it, control_show.c changes how it is shown, control_do.c asks for what
 * takes time, control_dialog.c has the keys of what lies over the screen, control_small.c those of
 * a terminal on which nothing can lie. */
#ifndef VMTAX_CONTROL_PARTS_H
#define VMTAX_CONTROL_PARTS_H

#include "ui/control.h"

#define LIVE_VIEW    TABS_COUNT
#define VERDICT_VIEW (TABS_COUNT + 1)
#define BOXES_MAX    16

/* A key or a click, and what it meets. */
struct moment {
    const struct snapshot *s;
    double now_s;
    int h, w; /* of the terminal */
};

/* control.c */
enum action control_action(const struct control *c, int code);
void control_share(struct control *c); /* settings that hold for all panels alike */
struct rect control_area(int h, int w);
size_t control_boxes(const struct control *c, const struct snapshot *s, int h, int w);
size_t control_rows(struct control *c, const struct snapshot *s);
size_t control_columns(struct control *c, const struct snapshot *s);
size_t control_metric(struct control *c, const struct snapshot *s); /* under the cursor */
void control_act(struct control *c, enum action a, const struct moment *m);
/* "F5 does nothing " and the rest of the sentence, which says what does something there. */
void control_refuse(struct control *c, int code, double now_s, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* control_go.c */
void control_step(size_t *at, size_t count, long by);
void control_go_tab(struct control *c, size_t place);
void control_go_live(struct control *c, size_t metric, double now_s);
void control_go_verdict(struct control *c);
void control_go_whitebox(struct control *c, const struct snapshot *s, double now_s);
void control_go_suite(struct control *c, const struct snapshot *s, bool of_floats, double now_s);
void control_open(struct control *c, const struct snapshot *s, double now_s);
void control_back(struct control *c, double now_s);
void control_move(struct control *c, enum action a, const struct moment *m);

/* control_show.c */
void control_change_span(struct control *c, int by, double now_s);
void control_next_target(struct control *c, const struct snapshot *s, double now_s);
void control_zoom(struct control *c, const struct moment *m);
void control_toggle(struct control *c, enum action a, const struct moment *m);

/* control_do.c */
void control_start(struct control *c, const char *const *words, size_t count,
                   const struct snapshot *s, double now_s);
void control_run_row(struct control *c, const struct snapshot *s, double now_s);
void control_abort(struct control *c, double now_s);
void control_check(struct control *c, const struct snapshot *s, double now_s);
void control_doubt(struct control *c, const struct snapshot *s, double now_s);
void control_baseline(struct control *c, const struct snapshot *s, double now_s);
void control_export(struct control *c, const struct snapshot *s, double now_s);
/* With the screen left or not: whatever says yes to the question means what was asked. After it the
 * screen is as it was before. */
void control_quit(struct control *c, const struct snapshot *s, unsigned request);
void control_answer_quit(struct control *c, enum action a, bool yes);
void control_replay(struct control *c, enum action a, double now_s);

/* control_small.c */
bool control_is_small(const struct moment *m);
void control_small_key(struct control *c, int code, const struct moment *m);

/* control_dialog.c */
void control_open_plan(struct control *c, double now_s);
void control_open_settings(struct control *c, double now_s);
void control_dialog_key(struct control *c, int code, const struct moment *m);
/* What is being typed is kept, as by Enter: a click on something else goes on with that. */
void control_end_typing(struct control *c, const struct moment *m);
void control_dialog_point(struct control *c, size_t box); /* the wheel is over that box */
void control_dialog_click(struct control *c, const struct canvas_hit *hit, const struct moment *m);

#endif
