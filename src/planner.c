#include <config.h>

#include "planner.h"

#include <string.h>

void planner_init(struct planner *p, const struct options *options)
{
    memset(p, 0, sizeof *p);
    option_borrow(&p->options, options);
    p->on = p->options.on;
    p->options.on = NULL; /* marks say it */
}

void planner_release(struct planner *p)
{
    option_release(&p->options);
}

static bool is_native(const struct planner *p, const struct planner_choice *c)
{
    return c == &p->targets[0];
}

int planner_mark(struct planner *p, struct planner_choice *c, struct error *e)
{
    if (is_native(p, c))
        return error_set(e, ERROR_USAGE,
                         "native is what everything is compared with: it is always "
                         "measured");
    if (!c->can)
        return error_set(e, ERROR_USAGE, "%s cannot be marked: %s%s%s", c->id, c->reason,
                         c->remedy[0] ? " -> " : "", c->remedy);
    c->marked = !c->marked;
    return 0;
}
