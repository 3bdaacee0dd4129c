/* vmtax doctor: targets and workloads that work here, and hazards to honest figures, each with its
 * remedy. */
#include "check_run.h"
#include "command.h"
#include "doctor.h"
#include "setup.h"
#include "target/reach.h"
#include "text.h"
#include "xalloc.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const level_ids[] = {"ok", "note", "hazard", "cannot"};

static void tell(cJSON *array, const char *family, const char *id, const char *title,
                 const struct finding *f)
{
    if (array) {
        cJSON *row = cJSON_CreateObject();
        cJSON_AddStringToObject(row, "family", family);
        cJSON_AddStringToObject(row, "id", id);
        cJSON_AddStringToObject(row, "level", level_ids[f->level]);
        cJSON_AddStringToObject(row, "text", f->text);
        cJSON_AddStringToObject(row, "remedy", f->remedy);
        cJSON_AddItemToArray(array, row);
        return;
    }
    text_wrap(stdout, f->text, printf("%-7s %-19s ", level_ids[f->level], title), 28);
    if (f->remedy[0])
        text_wrap(stdout, f->remedy, printf("%28s-> ", ""), 31);
}

/* array: NULL for people. */
static void tell_target(void *array, const struct target_kind *k, const struct target_probe *p)
{
    struct finding f = {0};
    f.level = p->use == TARGET_USABLE    ? FINDING_OK
              : p->use == TARGET_LIMITED ? FINDING_NOTE
                                         : FINDING_CANNOT;
    if (p->use == TARGET_UNUSABLE)
        snprintf(f.text, sizeof f.text, "%s", p->reason);
    else
        snprintf(f.text, sizeof f.text, "works%s by %s%s%s", p->emulated ? ", EMULATED," : "",
                 p->how, p->reason[0] ? "; " : "", p->reason);
    snprintf(f.remedy, sizeof f.remedy, "%s", p->remedy);
    tell(array, "target", k->id, k->title, &f);
}

/* The workloads that cannot be measured, as their checks found it. */
struct lacking {
    struct finding found[16];
    size_t count;
};

/* Rows of a workload that need some of this, and all it has. */
static size_t rows_needing(const struct workload *w, unsigned needs, size_t *all)
{
    static const struct point defaults[] = {{.params = ""}, {.params = NULL}};
    size_t n = 0;
    *all = 0;
    for (const struct point *p = w->points ? w->points : defaults; p->params; p++) {
        uint64_t values[PARAMS_MAX];
        struct error e;
        ++*all;
        n += params_parse(w, p->params, values, &e) == 0 && (workload_needs(w, values) & needs);
    }
    return n;
}

static const struct finding *lack_of(const struct lacking *l, const struct workload *w)
{
    for (size_t i = 0; i < l->count; i++) {
        size_t all;
        if (l->found[i].needs && rows_needing(w, l->found[i].needs, &all) == all)
            return &l->found[i];
        if (!l->found[i].lacks)
            continue;
        size_t length = strlen(l->found[i].lacks);
        if (strncmp(w->id, l->found[i].lacks, length) == 0 && strchr(".", w->id[length]))
            return &l->found[i];
    }
    return NULL;
}

/* What some of its rows lack, and how many of all; NULL: none does. */
static const struct finding *partly(const struct lacking *l, const struct workload *w, size_t *some,
                                    size_t *all)
{
    for (size_t i = 0; i < l->count; i++)
        if ((*some = rows_needing(w, l->found[i].needs, all)) > 0)
            return &l->found[i];
    return NULL;
}

/* One workload, for programs; people have the line of its subsystem. */
static void tell_workload(cJSON *array, const struct workload *w, const struct lacking *l,
                          const struct finding *lack)
{
    struct finding f = {.level = lack ? FINDING_CANNOT : FINDING_OK};
    snprintf(f.text, sizeof f.text, "%s", lack ? lack->text : "can be measured");
    text_copy(f.remedy, sizeof f.remedy, lack ? lack->remedy : "");
    size_t some, all;
    const struct finding *part = lack ? NULL : partly(l, w, &some, &all);
    if (part) {
        f.level = FINDING_NOTE;
        snprintf(f.text, sizeof f.text, "can be measured, but for %zu of its %zu rows: %.400s",
                 some, all, part->text);
        text_copy(f.remedy, sizeof f.remedy, part->remedy);
    }
    tell(array, "workload", w->id, w->title, &f);
}

/* What of a subsystem can be measured. Of SPEC its own line tells. */
static void look_work(cJSON *array, enum subsystem s, const struct lacking *l, struct finding *f)
{
    size_t all = 0, can = 0, parts = 0, some, rows;
    const struct finding *why = NULL, *part = NULL, *some_lack;
    for (const struct workload *w = workload_next(NULL); w; w = workload_next(w)) {
        if (w->subsystem != s || w->figure == FIGURE_NONE || (w->needs & NEED_SPEC))
            continue;
        const struct finding *lack = lack_of(l, w);
        all++;
        can += !lack;
        why = lack ? lack : why;
        if (!lack && (some_lack = partly(l, w, &some, &rows))) {
            part = some_lack;
            parts++;
        }
        if (array)
            tell_workload(array, w, l, lack);
    }
    if (!why && part) {
        f->level = FINDING_NOTE;
        snprintf(f->text, sizeof f->text,
                 "%s%zu workload%s can be measured, %zu of them not in all rows: %.380s",
                 all == 1 ? "" : "all ", all, all == 1 ? "" : "s", parts, part->text);
        text_copy(f->remedy, sizeof f->remedy, part->remedy);
        return;
    }
    if (!why) {
        snprintf(f->text, sizeof f->text, "%s%zu workload%s can be measured",
                 all == 1 ? "" : "all ", all, all == 1 ? "" : "s");
        return;
    }
    f->level = can ? FINDING_NOTE : FINDING_CANNOT;
    snprintf(f->text, sizeof f->text, "%zu of %zu workload%s can be measured: %.400s", can, all,
             all == 1 ? "" : "s", why->text);
    text_copy(f->remedy, sizeof f->remedy, why->remedy);
}

/* Is there something to check against after an upgrade, and would it be of use? */
static void look_baseline(const char *name, struct finding *f)
{
    struct baseline b;
    struct error e;
    char strength[64], age[96];
    f->level = FINDING_NOTE;
    snprintf(f->remedy, sizeof f->remedy, "vmtax record%s%.64s",
             strcmp(name, "default") == 0 || strchr(name, '/') ? "" : " --name ",
             strcmp(name, "default") == 0 || strchr(name, '/') ? "" : name);
    if (baseline_load(&b, name, &e) < 0) {
        /* "there is none: make one with ..." */
        snprintf(f->text, sizeof f->text, "nothing to check against after an upgrade: %.*s",
                 (int)strcspn(e.text, ":"), e.text);
        return;
    }
    baseline_strength(&b, strength, sizeof strength);
    baseline_age(&b, (int64_t)time(NULL), age, sizeof age);
    struct baseline_fit *fit = xcalloc(1, sizeof *fit);
    if (check_fit(fit, &b, NULL, NULL, &e) < 0) {
        snprintf(f->text, sizeof f->text, "%.255s", e.text);
    } else if (fit->fatal) {
        f->level = FINDING_HAZARD;
        snprintf(f->text, sizeof f->text, "\"%s\" cannot be compared with any more: %.180s", b.name,
                 fit->differences[0].sentence);
        strncat(f->remedy, " --new", sizeof f->remedy - strlen(f->remedy) - 1);
    } else {
        f->level = b.count < BASELINE_YOUNG ? FINDING_NOTE : FINDING_OK;
        snprintf(f->text, sizeof f->text, "\"%s\": %s; %s", b.name, strength, age);
        if (f->level == FINDING_OK)
            f->remedy[0] = '\0';
    }
    free(fit);
    baseline_release(&b);
}

static int run(const struct context *c, struct error *e)
{
    cJSON *array = c->options->json ? cJSON_CreateArray() : NULL;
    struct target_options o = {.memory_bytes = SETUP_DEFAULT_MEMORY,
                               .limits = true,
                               .machine = setup_machine(c->options),
                               .spec = c->options->spec,
                               .spec_config = c->options->spec_config};
    struct lacking lacking = {.count = 0};
    char agent[4096];
    if (setup_agent(agent, sizeof agent, e) < 0)
        return -1;
    o.agent_path = agent;
    setup_cpus(&o, 0);
    for (const struct target_kind *const *k = target_kinds; *k; k++) {
        struct target_probe p = {.use = TARGET_UNUSABLE};
        (*k)->probe(*k, &o, &p);
        tell_target(array, *k, &p);
    }
    setup_try_named(c->options, &o, tell_target, array);
    o.scratch = c->options->scratch;
    for (const struct doctor_check *d = doctor_checks; d->id; d++) {
        struct finding f = {0};
        d->look(&o, &f);
        tell(array, "machine", d->id, d->title, &f);
        if ((f.lacks || f.needs) && lacking.count < sizeof lacking.found / sizeof *lacking.found)
            lacking.found[lacking.count++] = f;
    }
    struct finding kept = {0};
    look_baseline(c->options->against ? c->options->against : "default", &kept);
    tell(array, "baseline", "baseline", "baseline", &kept);
    for (int s = 0; s < SUBSYSTEM_COUNT; s++) {
        struct finding f = {0};
        look_work(array, (enum subsystem)s, &lacking, &f);
        tell(array, "workloads", subsystems[s].id, subsystems[s].title, &f);
    }
    if (array) {
        char *text = cJSON_Print(array);
        printf("%s\n", text);
        free(text);
        cJSON_Delete(array);
    }
    return EXIT_DONE;
}

const struct command command_doctor = {
    .name = "doctor",
    .usage = "doctor [OPTION...]",
    .summary = "what works here, what does not and why, what would falsify figures",
    .bit = FOR_DOCTOR,
    .words_min = 0,
    .words_max = 0,
    .run = run,
};
