#include <config.h>

#include "check_shared.h"

#include "check.h"
#include "xalloc.h"

#include <stdatomic.h>
#include <stdlib.h>

/* The check is its first member: a pointer to the one is a pointer to the other. */
struct shared {
    struct check check;
    atomic_size_t holders;
};

struct check *check_new(void)
{
    struct shared *s = xcalloc(1, sizeof *s);
    check_init(&s->check);
    atomic_init(&s->holders, 1);
    return &s->check;
}

const struct check *check_hold(const struct check *c)
{
    if (c)
        atomic_fetch_add(&((struct shared *)c)->holders, 1);
    return c;
}

void check_let_go(const struct check *c)
{
    struct shared *s = (struct shared *)c;
    if (!s || atomic_fetch_sub(&s->holders, 1) != 1)
        return;
    check_release(&s->check);
    free(s);
}
