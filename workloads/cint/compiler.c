/* cint.compiler - stands in for 403.gcc: the middle and the back of an optimising compiler, run
 * over a few functions of a thousand blocks each.
 *
 * For each function: order of blocks, dominators (by the fast simple algorithm of Cooper, Harvey
 * and Kennedy) and their frontiers; static single assignment form; value numbering with folding of
 * constants along the dominator tree; removal of what nobody uses; liveness by sets of bits; linear
 * scan over 12 registers, with slots of memory for the rest; and code, with a phi's values moved at
 * the ends of the blocks before it. Branches have no critical edges, as the source's statements
 * (if, loop, break, continue) make none.
 *
 * Working set: 41 MiB; memory is taken from one end of a pool, cleared and never given back, as a
 * compiler does it: the sets of bits, values (a line each), lists.
 *
 * Checked: source and code of every function are interpreted with the same arguments; what they put
 * out and the path through the blocks must be the same. */
#include <config.h>

#include "workloads/cint/compiler/unit.h"
#include "workloads/program/program.h"

enum { FUNCTIONS = 7 };

struct compiler {
    struct function function[FUNCTIONS];
    struct pool pool;
};

WORK_TIMED static void function_compile(struct compiler *c, struct function *f)
{
    struct unit *u = pool_take(&c->pool, sizeof *u);
    u->pool = &c->pool;
    u->f = f;
    unit_order(u);
    unit_before(u);
    unit_dominators(u);
    unit_frontiers(u);
    unit_place_phis(u);
    unit_values(u);
    unit_number(u);
    unit_mark_live(u);
    unit_points(u);
    unit_liveness(u);
    unit_stretches(u);
    unit_registers(u);
    unit_code(u);
}

WORK_TIMED static uint64_t compiler_execute(void *state)
{
    struct compiler *c = state;
    uint64_t digest = 403;
    c->pool.used = 0;
    for (unsigned i = 0; i < FUNCTIONS; i++) {
        struct function *f = &c->function[i];
        function_compile(c, f);
        digest = digest_fold(digest, f->places);
        for (uint32_t k = 0; k < f->code_count; k++) {
            const struct code *o = &f->code[k];
            digest = digest_fold(digest, (uint64_t)o->op << 48 | (uint64_t)o->to << 24 | o->a);
            digest = digest_fold(digest, (uint64_t)o->b << 32 | o->k);
        }
    }
    return digest;
}

static int compiler_make(struct work *w, void *state)
{
    (void)w;
    struct compiler *c = state;
    for (unsigned i = 0; i < FUNCTIONS; i++)
        function_write(&c->function[i], 403 + i, BLOCKS_MAX);
    return 0;
}

/* ---- What is known of code ---- */

static int compiler_check(struct work *w, const void *state)
{
    const struct compiler *c = state;
    for (unsigned i = 0; i < FUNCTIONS; i++) {
        const struct function *f = &c->function[i];
        if (f->places > PLACES_MAX)
            return error_set(w->error, ERROR_SYSTEM, "%s: function %u needs %u places",
                             w->workload->id, i, f->places);
        for (uint64_t seed = 1; seed <= 4; seed++)
            if (source_run(f, seed) != code_run(f, seed))
                return error_set(w->error, ERROR_SYSTEM,
                                 "%s: the code of function %u does not do what its source says",
                                 w->workload->id, i);
    }
    return 0;
}

const struct program cint_compiler = {
    .id = "cint.compiler",
    .state_bytes = sizeof(struct compiler),
    .digest = UINT64_C(0x9ed20cf2326e9071),
    .make = compiler_make,
    .execute = compiler_execute,
    .check = compiler_check,
};
