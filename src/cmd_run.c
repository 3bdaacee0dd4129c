/* vmtax run: measure what was named, store the result, print it. */
#include "command.h"
#include "measure.h"
#include "report/report.h"
#include "setup.h"
#include "store.h"

#include <stdlib.h>
#include <string.h>

static int print_result(const struct options *o, const struct result *r, struct error *e)
{
    if (o->ndjson) {
        for (size_t i = 0; i < r->comparison_count; i++) {
            char *json = store_comparison_to_json(r, &r->comparisons[i]);
            printf("%s\n", json);
            free(json);
        }
        return 0;
    }
    const char *format = o->json ? "json" : o->format ? o->format : "text";
    return report_find(format)->write(r, stdout, e);
}

static int check_output(const struct options *o, struct error *e)
{
    if (o->json + o->ndjson + (o->format != NULL) > 1)
        return error_set(e, ERROR_USAGE, "--json, --ndjson and --format exclude each other");
    if (o->format && !report_find(o->format))
        return command_unknown_format(o->format, e);
    return 0;
}

/* Was at least one slot carried out, on any target? (`null` has work but no figure.) */
static bool any_slot(const struct result *r)
{
    for (size_t i = 0; i < r->slot_count; i++)
        if (r->slots[i].measured || r->slots[i].ops)
            return true;
    return false;
}

static int run(const struct context *c, struct error *e)
{
    const struct options *o = c->options;
    if (check_output(o, e) < 0)
        return -1;
    struct plan plan;
    struct result result;
    char agent[4096], path[4096];
    plan_init(&plan);
    if (setup_plan(&plan, o, PROFILE_STANDARD, o->words, o->word_count, agent, sizeof agent, e) <
        0) {
        plan_release(&plan);
        return -1;
    }
    struct measure *m = measure_open(c, &plan, e);
    if (!m) {
        plan_release(&plan);
        return -1;
    }
    int code = EXIT_DONE;
    int rc = measure_run(m, &plan, &result, e);
    measure_close(m);
    if (rc < 0) {
        fprintf(stderr, "vmtax: %s\n", e->text);
        code = command_exit(e);
    }
    /* What was measured is kept, also of a run that was cut short. */
    if (result.slot_count) {
        struct error kept;
        if (rc < 0 && !o->quiet)
            fprintf(stderr, "vmtax: what follows is partial\n");
        bool any = result_any_figure(&result);
        if (!any && !o->quiet)
            fprintf(stderr, "vmtax: not stored: no row has a figure\n");
        if (any && store_save_result(&result, path, sizeof path, &kept) < 0) {
            fprintf(stderr, "vmtax: the result is not stored: %s\n", kept.text);
            if (code == EXIT_DONE)
                code = EXIT_USAGE_OR_SETUP;
        } else if (any && !o->quiet) {
            fprintf(stderr, "vmtax: stored as %s\n", path);
        }
        if (print_result(o, &result, &kept) < 0) {
            fprintf(stderr, "vmtax: %s\n", kept.text);
            code = EXIT_USAGE_OR_SETUP;
        }
    }
    if (rc == 0 && !any_slot(&result)) {
        fprintf(stderr, "vmtax: nothing was measured%s\n",
                result.slot_count ? "; the reasons stand in the report"
                                  : ": no block fits into the time; give more with --budget");
        code = EXIT_USAGE_OR_SETUP;
    }
    result_release(&result);
    plan_release(&plan);
    return code;
}

const struct command command_run = {
    .name = "run",
    .usage = "run WORKLOAD... [OPTION...]",
    .summary = "measure workloads on native and guests, and compare",
    .words = COMMAND_WORKLOADS,
    .bit = FOR_RUN,
    .words_min = 1,
    .words_max = 256,
    .run = run,
};
