#include "ui/dashboard.h"

#include "ui/key.h"

static int run(const struct context *c, struct error *e)
{
    (void)c;
    return error_set(e, ERROR_USAGE,
                     "no terminal: use `vmtax run all --profile quick`, which prints a report");
}

const struct command command_dashboard = {
    .name = "dashboard", .usage = "", .summary = "", .bit = FOR_DASHBOARD, .run = run};

static int list_themes(const struct options *o, FILE *out, struct error *e)
{
    (void)o;
    (void)out;
    (void)e;
    return 0;
}

static int list_keys(const struct options *o, FILE *out, struct error *e)
{
    (void)o;
    (void)e;
    for (const struct key *k = keys; k->action; k++)
        fprintf(out, "%-8s %s\n", k->shown, k->help);
    return 0;
}

const struct listing listing_themes = {"themes", list_themes};
const struct listing listing_keys = {"keys", list_keys};
