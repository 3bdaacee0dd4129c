/* vmtax record: native sessions (and guests' beside them) as a baseline to compare with later. */
#include "baseline_words.h"
#include "check_run.h"
#include "command.h"
#include "measure.h"
#include "report/report.h"
#include "setup.h"
#include "store.h"
#include "text.h"
#include "xalloc.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A new beginning takes the place of the old sessions only once there is something to put there. */
static int begin_anew(const char *name, bool quiet, struct error *e)
{
    struct store_entry *sessions;
    size_t count;
    char kept[64];
    if (store_list_sessions(name, &sessions, &count, e) < 0)
        return -1;
    free(sessions);
    if (!count)
        return 0;
    if (store_retire_baseline(name, kept, sizeof kept, e) < 0)
        return -1;
    if (kept[0] && !quiet)
        fprintf(stderr, "vmtax: the baseline of before is kept as \"%s\"\n", kept);
    return store_prepare_baseline(name, e);
}

/* What cannot stand beside the sessions that are there is not measured first. */
static int may_join(const struct plan *plan, const char *name, const char *agent, struct error *e)
{
    struct baseline_fit *fit = xcalloc(1, sizeof *fit);
    int code = check_join(fit, name, plan, agent, e);
    if (code > 0) {
        fprintf(stderr,
                "vmtax: nothing is recorded: with the sessions of the baseline \"%s\" it could not "
                "be compared\n",
                name);
        baseline_write_fatal(fit, stderr);
        text_wrap(stderr,
                  "vmtax record --new begins the baseline again and keeps those sessions under "
                  "another name; --name NAME makes one beside it.",
                  fprintf(stderr, "vmtax: "), 0);
        code = EXIT_NOT_COMPARABLE;
    }
    free(fit);
    return code;
}

static int record_one(const struct context *c, struct measure *m, const struct plan *plan,
                      const char *name, bool anew, struct error *e)
{
    struct result result;
    char path[4096];
    int rc = measure_run(m, plan, &result, e);
    if (rc == 0 && anew)
        rc = begin_anew(name, c->options->quiet, e);
    if (rc == 0) {
        text_copy(result.name, sizeof result.name, name);
        rc = store_save_baseline(&result, name, path, sizeof path, e);
        if (rc == 0 && !c->options->quiet)
            fprintf(stderr, "vmtax: session stored as %s\n", path);
        /* A full disk, say: what was measured is not lost with it. */
        if (rc < 0 && !c->options->json)
            report_find("text")->write(&result, stdout, NULL);
    }
    if (rc == 0 && c->options->json)
        rc = report_find("json")->write(&result, stdout, e);
    /* A session that was cut short is no baseline: other lengths, other noise. */
    result_release(&result);
    return rc;
}

static int tell_strength(const char *name, bool quiet, struct error *e)
{
    struct baseline b;
    char strength[64], age[96];
    if (baseline_load(&b, name, e) < 0)
        return -1;
    baseline_strength(&b, strength, sizeof strength);
    baseline_age(&b, (int64_t)time(NULL), age, sizeof age);
    if (!quiet)
        fprintf(stderr, "vmtax: baseline \"%s\": %s; %s%s\n", name, strength, age,
                b.count < BASELINE_STRONG ? ". More on other days, and after a reboot, make it "
                                            "stronger"
                                          : "");
    baseline_release(&b);
    return 0;
}

static int run(const struct context *c, struct error *e)
{
    const struct options *o = c->options;
    const char *name = o->name ? o->name : "default";
    if (store_check_name(name, e) < 0)
        return option_blame_row(o, "name", e);
    if (store_prepare_baseline(name, e) < 0)
        return -1;
    const char *all[] = {"all"};
    struct plan plan;
    char agent[4096];
    plan_init(&plan);
    int rc = setup_plan(&plan, o, PROFILE_QUICK, o->word_count ? o->words : all,
                        o->word_count ? o->word_count : 1, agent, sizeof agent, e);
    if (rc == 0 && plan.emulated && !o->quiet)
        fprintf(stderr,
                "vmtax: %s is emulated here: its figures are stored, and no check judges them\n",
                plan.emulated->id);
    setup_session(&plan, o->budget);
    if (rc == 0 && !o->anew && (rc = may_join(&plan, name, agent, e)) != 0) {
        plan_release(&plan);
        return rc;
    }
    uint64_t sessions = o->sessions ? o->sessions : BASELINE_YOUNG;
    uint64_t stored = 0;
    struct measure *m = rc == 0 ? measure_open(c, &plan, e) : NULL;
    rc = m ? 0 : -1;
    for (; rc == 0 && stored < sessions; stored += rc == 0) {
        if (!o->quiet)
            fprintf(stderr, "vmtax: baseline \"%s\", session %llu of %llu\n", name,
                    (unsigned long long)(stored + 1), (unsigned long long)sessions);
        plan.after_s = (double)(sessions - stored - 1) * plan_seconds(&plan);
        rc = record_one(c, m, &plan, name, o->anew && !stored, e);
    }
    measure_close(m);
    plan_release(&plan);
    if (rc < 0 && stored && !o->quiet)
        fprintf(stderr, "vmtax: %llu session%s of the baseline \"%s\" %s kept\n",
                (unsigned long long)stored, stored == 1 ? "" : "s", name,
                stored == 1 ? "is" : "are");
    if (rc < 0 || tell_strength(name, o->quiet, e) < 0)
        return -1;
    return EXIT_DONE;
}

const struct command command_record = {
    .name = "record",
    .usage = "record [WORKLOAD...] [OPTION...]",
    .summary = "a baseline to compare with later: three short sessions",
    .words = COMMAND_WORKLOADS
    " Without one: all. They are measured on native and on every guest "
    "that works here, or as --on says, each in two blocks, not in eight, unless "
    "--blocks or --profile says otherwise.",
    .bit = FOR_RECORD,
    .words_min = 0,
    .words_max = 256,
    .run = run,
};
