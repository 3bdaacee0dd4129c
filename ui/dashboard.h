/* dashboard.h - the dashboard as a command: board, sampler, baseline and runs behind the
 * application of app.h. */
#ifndef VMTAX_DASHBOARD_H
#define VMTAX_DASHBOARD_H

#include "command.h"

/* command_screen: one screen of it, as text. command_replay: a recording in it.
 * command_complete knows its panels and themes. */
extern const struct command command_dashboard, command_screen, command_replay, command_complete;
extern const struct listing listing_themes, listing_keys;

#endif
