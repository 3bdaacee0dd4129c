/* vmtax demo: a tour for presenting, over a quick comparison that it runs itself or a recording. */
#include <config.h>

#include "ui/dashboard.h"

#include <string.h>

static int run(const struct context *c, struct error *e)
{
    const struct options *given = c->options;
    if (given->replay)
        return dashboard_replay(given, strcmp(given->replay, "example") == 0 ? NULL : given->replay,
                                true, e);
    struct options o;
    option_borrow(&o, given);
    if (!o.on)
        o.on = "container";
    int rc = dashboard_open(&o, true, e);
    option_release(&o);
    return rc;
}

const struct command command_demo = {
    .name = "demo",
    .usage = "demo [OPTION...]",
    .summary = "a tour for presenting: a quick comparison, one insight at a time",
    .words = "It measures native and a container while it is shown, which takes a minute and a "
             "half, or shows a recording (--replay). Space and the arrows turn the slides, Esc "
             "goes on to the dashboard, q ends.",
    .bit = FOR_DEMO,
    .words_max = 0,
    .run = run,
};
