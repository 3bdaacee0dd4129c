/* dashboard.h - the dashboard as a command: board, sampler, baseline and runs behind the
 * application of app.h. */
#ifndef VMTAX_DASHBOARD_H
#define VMTAX_DASHBOARD_H

#include "command.h"

extern const struct command command_dashboard;
extern const struct listing listing_themes, listing_keys;

#endif
