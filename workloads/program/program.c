/* program.c - the workload operations that all programs share. */
#include <config.h>

#include "workloads/program/program.h"

#include "workloads/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const struct program *program_find(const char *id)
{
    static const struct program *const *const suites[] = {programs_cint, programs_cfp};
    for (size_t i = 0; i < sizeof suites / sizeof suites[0]; i++)
        for (const struct program *const *p = suites[i]; *p; p++)
            if (strcmp((*p)->id, id) == 0)
                return *p;
    return NULL;
}

/* Each lane has a copy of its own. */
static uint64_t program_memory(const struct workload *w, const uint64_t param[PARAMS_MAX],
                               unsigned lanes)
{
    (void)param;
    (void)lanes;
    return program_find(w->id)->state_bytes;
}

static int program_prepare(struct work *w)
{
    struct program_run *r = calloc(1, sizeof *r);
    if (!r)
        return error_set(w->error, ERROR_SYSTEM, "no memory for %s", w->workload->id);
    w->state = r;
    r->program = program_find(w->workload->id);
    if (!r->program)
        BUG("a catalogue row of a program that there is not");
    r->state = memory_map(w, r->program->state_bytes);
    if (!r->state)
        return -1;
    return r->program->make ? r->program->make(w, r->state) : 0;
}

WORK_FAILED static int program_wrong(struct work *w)
{
    const struct program_run *r = w->state;
    return error_set(w->error, ERROR_SYSTEM,
                     "%s: wrong result: digest %016" PRIx64 ", must be %016" PRIx64,
                     w->workload->id, r->digest, r->program->digest);
}

WORK_TIMED static int program_run(struct work *w, uint64_t count)
{
    struct program_run *r = w->state;
    for (uint64_t i = 0; i < count; i++) {
        r->digest = r->program->execute(r->state);
        if (r->digest != r->program->digest)
            return program_wrong(w);
    }
    return 0;
}

static int program_verify(struct work *w)
{
    const struct program_run *r = w->state;
    return r->program->check ? r->program->check(w, r->state) : 0;
}

static void program_release(struct work *w)
{
    struct program_run *r = w->state;
    if (!r)
        return;
    if (r->program)
        memory_unmap(r->state, r->program->state_bytes);
    free(r);
    w->state = NULL;
}

const struct workload_ops workload_ops_program = {
    .memory = program_memory,
    .prepare = program_prepare,
    .run = program_run,
    .verify = program_verify,
    .release = program_release,
};
