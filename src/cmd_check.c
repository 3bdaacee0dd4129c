/* vmtax check: did anything get slower since the baseline? Three minutes, a verdict, an exit code.
 */
#include "check.h"
#include "check_run.h"
#include "check_shared.h"
#include "clock.h"
#include "command.h"
#include "measure.h"
#include "replace.h"
#include "store.h"
#include "text.h"
#include "xalloc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct measured {
    struct result sessions[CHECK_SESSIONS];
    size_t count;
    bool lost; /* one of them could not be stored */
};

/* What was measured is kept, as results: also of a session that was cut short. false: it could not
 * be. */
static bool keep(const struct result *r, bool quiet)
{
    char path[STORE_PATH_MAX];
    struct error e;
    if (!result_any_figure(r))
        return true;
    if (store_save_result(r, path, sizeof path, &e) < 0) {
        fprintf(stderr, "vmtax: the session is not stored: %s\n", e.text);
        return false;
    }
    if (!quiet)
        fprintf(stderr, "vmtax: stored as %s%s\n", path, r->partial ? ", partial" : "");
    return true;
}

static int measure_sessions(const struct context *c, struct check_plan *p, const char *baseline,
                            struct measured *m, struct measure *by, struct error *e)
{
    double begin = clock_now_s(), budget;
    while ((budget = check_plan_budget(p, m->count, clock_now_s() - begin)) > 0) {
        struct result *r = &m->sessions[m->count];
        p->plan.budget_s = budget;
        p->plan.after_s = (double)(p->sessions - m->count - 1) * p->session_s;
        if (!c->options->quiet)
            fprintf(stderr, "vmtax: check, session %zu of %zu\n", m->count + 1, p->sessions);
        measure_show_check(by, p, baseline, m->count + 1, p->budget_s - (clock_now_s() - begin));
        int rc = measure_run(by, &p->plan, r, e);
        m->lost |= !keep(r, c->options->quiet);
        if (rc < 0) {
            result_release(r);
            return -1;
        }
        m->count++;
    }
    return 0;
}

static void tell_plan(const struct check_plan *p, const struct baseline *b, bool quiet)
{
    char plan[256], limits[160], strength[64];
    if (p->missing)
        fprintf(stderr, "vmtax: not measured now: %s\n", p->why);
    if (p->left_out)
        fprintf(stderr,
                "vmtax: %zu row%s of the baseline left out: two sessions of everything do not fit "
                "into %.0f s; --budget gives more\n",
                p->left_out, p->left_out == 1 ? "" : "s", p->budget_s);
    if (p->young)
        fprintf(
            stderr,
            "vmtax: %zu row%s of the baseline left out: fewer than %d of its sessions have %s\n",
            p->young, p->young == 1 ? "" : "s", BASELINE_YOUNG, p->young == 1 ? "it" : "them");
    if (p->foreign)
        fprintf(stderr,
                "vmtax: %zu row%s of the baseline left out: this version of vmtax has %s no more\n",
                p->foreign, p->foreign == 1 ? "" : "s", p->foreign == 1 ? "it" : "them");
    if (quiet)
        return;
    baseline_strength(b, strength, sizeof strength);
    fprintf(stderr, "vmtax: baseline \"%s\": %s\nvmtax: each target has %s\nvmtax: %s\n", b->name,
            strength, check_plan_limits(p, limits, sizeof limits),
            check_plan_text(p, plan, sizeof plan));
}

/* Where others look for the verdict, and in which form. */
#define FILES 4
struct wanted {
    const char *form, *path;
};
static void wanted_files(const struct options *o, struct wanted out[FILES])
{
    out[0] = (struct wanted){"openmetrics", o->metrics};
    out[1] = (struct wanted){"junit", o->junit};
    out[2] = (struct wanted){"html", o->html};
    out[3] = (struct wanted){"md", o->md};
}

/* They read it as who they are, and never half of it. */
static int write_file(const struct check *check, const struct wanted *to, struct error *e)
{
    struct replace file;
    if (replace_begin(&file, to->path, 0644, e) < 0)
        return -1;
    check_form_find(to->form)->write(check, (int64_t)time(NULL), file.out);
    return replace_end(&file, e);
}

/* One more that cannot be written: each is told, the last in e. */
static int add_failure(int before, const struct error *why, struct error *e)
{
    char clean[sizeof e->text];
    if (before < 0)
        fprintf(stderr, "vmtax: %s\n", text_clean(clean, sizeof clean, e->text));
    *e = *why;
    return -1;
}

/* One that cannot be written keeps no other from its readers. */
static int write_files(const struct check *check, const struct options *o, struct error *e)
{
    struct wanted files[FILES];
    wanted_files(o, files);
    int rc = 0;
    for (size_t i = 0; i < FILES; i++) {
        struct error why;
        if (files[i].path && write_file(check, &files[i], &why) < 0)
            rc = add_failure(rc, &why, e);
    }
    return rc;
}

static const struct check_form *form_of(const struct options *o, struct error *e)
{
    const char *names[16] = {NULL};
    const char *id = o->format ? o->format : o->json ? "json" : "text";
    const struct check_form *form = check_form_find(id);
    char all[128] = "", clean[64];
    if (form && (!o->json || strcmp(id, "json") == 0))
        return form;
    if (form) {
        error_set(e, ERROR_USAGE, "--json and --format %s exclude each other", id);
        return NULL;
    }
    for (size_t i = 0; check_forms[i].id && i < 15; i++) {
        names[i] = check_forms[i].id;
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", i ? ", " : "", names[i]);
    }
    const char *near = text_nearest(id, names);
    error_set(e, ERROR_USAGE, "a verdict has no format \"%s\"; %s%s%s",
              text_clean(clean, sizeof clean, id), near ? "did you mean \"" : "there are ",
              near ? near : all, near ? "\"?" : "");
    return NULL;
}

static int conclude(const struct context *c, const struct baseline *b, const struct result *now,
                    size_t count, const struct check_plan *plan, struct measure *by,
                    struct error *e)
{
    struct check *check = check_new();
    struct check_absent absent = check_plan_absent(plan);
    check_results(check, b, now, count, c->options->find > 0 ? c->options->find / 100 : CHECK_FIND,
                  &absent);
    int code = check_exit(check);
    if (c->options->redact)
        check_redact(check, b, now, count);
    measure_show_verdict(by, check);
    /* Who asks for a form gets that, and who reads along with a terminal the picture. */
    bool asked = c->options->format || c->options->json;
    if (asked || !c->draw_verdict(check, c->options))
        form_of(c->options, e)->write(check, (int64_t)time(NULL), stdout);
    if (write_files(check, c->options, e) < 0)
        code = -1;
    check_let_go(check);
    return code;
}

static int check_file(const char *path, struct error *e)
{
    char directory[4096];
    struct stat st;
    const char *slash = strrchr(path, '/');
    snprintf(directory, sizeof directory, "%.*s", slash ? (int)(slash + 1 - path) : 1,
             slash ? path : ".");
    bool device = stat(path, &st) == 0 && !S_ISREG(st.st_mode);
    if (device && S_ISDIR(st.st_mode))
        return error_set(e, ERROR_USAGE, "%s is a directory: name a file in it", path);
    if (access(device ? path : directory, W_OK) < 0)
        return error_errno(e, errno, "cannot write %s", path);
    return 0;
}

/* What cannot be written is known before three minutes are spent on it, too. */
static int check_output(const struct options *o, struct error *e)
{
    struct wanted files[FILES];
    wanted_files(o, files);
    int rc = 0;
    for (size_t i = 0; i < FILES; i++) {
        struct error why;
        if (files[i].path && check_file(files[i].path, &why) < 0)
            rc = add_failure(rc, &why, e);
    }
    return rc == 0 && form_of(o, e) ? 0 : -1;
}

/* What forbids a comparison is known before three minutes are spent on it. */
static int look_first(const struct context *c, const struct baseline *b,
                      const struct check_plan *plan, const char *agent, struct measure *by,
                      bool *fatal, struct error *e)
{
    struct result today;
    int code = 0;
    result_init(&today);
    if (check_today(&today, b, &plan->plan, agent, fatal, e) < 0) {
        result_release(&today);
        return -1;
    }
    if (*fatal)
        code = conclude(c, b, &today, 1, plan, by, e);
    result_release(&today);
    return code;
}

static int measure_and_judge(const struct context *c, const struct baseline *b,
                             struct check_plan *plan, const char *agent, struct measure *by,
                             struct error *e)
{
    struct measured measured = {.count = 0};
    bool fatal = false;
    int code = look_first(c, b, plan, agent, by, &fatal, e);
    if (code >= 0 && !fatal) {
        tell_plan(plan, b, c->options->quiet);
        code = measure_sessions(c, plan, b->name, &measured, by, e);
        if (code == 0)
            code = conclude(c, b, measured.sessions, measured.count, plan, by, e);
        /* The verdict stands on the screen; nobody can look at it again. */
        if (code >= 0 && measured.lost)
            code = EXIT_USAGE_OR_SETUP;
    }
    for (size_t i = 0; i < measured.count; i++)
        result_release(&measured.sessions[i]);
    return code;
}

static int run(const struct context *c, struct error *e)
{
    struct baseline b;
    struct check_plan plan;
    char agent[4096];
    if (check_output(c->options, e) < 0)
        return -1;
    if (baseline_load(&b, c->options->against ? c->options->against : "default", e) < 0)
        return option_blame_row(c->options, "against", e);
    if (check_plan_make(&plan, c->options, NULL, &b, agent, sizeof agent, e) < 0) {
        baseline_release(&b);
        return -1;
    }
    struct measure *by = measure_open(c, &plan.plan, e);
    int code = by ? measure_and_judge(c, &b, &plan, agent, by, e) : -1;
    measure_close(by);
    check_plan_release(&plan);
    baseline_release(&b);
    return code;
}

const struct command command_check = {
    .name = "check",
    .usage = "check [--against BASELINE] [--on TARGET,...] [OPTION...]",
    .summary = "after an upgrade: three minutes, a verdict, an exit code",
    .words = "Measures what the baseline has, in up to three short sessions. Exit code: 0 nothing "
             "worse, 1 something worse, 2 usage or set-up error, 3 inconclusive, 4 not comparable, "
             "130 interrupted.",
    .bit = FOR_CHECK,
    .words_min = 0,
    .words_max = 0,
    .run = run,
};
