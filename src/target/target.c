#include "target/target.h"

#include "target/kinds.h"
#include "target/reach.h"
#include "target/spawn.h"

#include <string.h>
#include <unistd.h>

/* One a line. */
/* clang-format off */
const struct target_kind *const target_kinds[] = {
    &target_native,
    &target_container,
    &target_openvz,
    &target_kvm,
    &target_tcg,
    &target_xen,
    &target_pvh,
    &target_twin,
    NULL,
};
/* clang-format on */

const struct target_kind *target_find(const char *id)
{
    for (size_t i = 0; target_kinds[i]; i++)
        if (!strcmp(target_kinds[i]->id, id))
            return target_kinds[i];
    return NULL;
}

const char *target_kind_name(const struct target_kind *kind)
{
    return kind->way ? kind->way->id : kind->id;
}

struct target *target_start(const struct target_kind *kind, const struct target_options *options,
                            struct ledger *ledger, struct error *e)
{
    return kind->start(kind, options, ledger, e);
}

void target_stop(struct target *t)
{
    if (t)
        t->kind->stop(t);
}

void target_last_words(struct target *t, char *out, size_t size)
{
    if (t->kind->last_words)
        t->kind->last_words(t, out, size);
    else
        *out = '\0';
}
