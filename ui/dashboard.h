/* dashboard.h - the dashboard as a command: board, sampler, baseline and runs behind the
 * application of app.h. */
#ifndef VMTAX_DASHBOARD_H
#define VMTAX_DASHBOARD_H

#include "command.h"

/* The dashboard over a live board, and over a recording (word as of store_find_recording(), NULL:
 * the example). tour: it begins with the tour, and live with a quick comparison instead of the last
 * result. What a command returns. */
int dashboard_open(const struct options *o, bool tour, struct error *e);
int dashboard_replay(const struct options *o, const char *word, bool tour, struct error *e);

/* command_screen: one screen of it. command_replay: a recording in it. command_demo: a tour.
 * command_complete knows its panels and themes. */
extern const struct command command_dashboard, command_screen, command_replay, command_demo,
    command_complete;
extern const struct listing listing_themes, listing_keys;
extern const char *const screen_formats[]; /* ends with NULL */
/* context.draw_verdict */
bool screen_verdict(const struct check *check, const struct options *o);

#endif
