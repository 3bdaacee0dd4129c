/* vmtax list: what there is. Text for people, --json for programs; one struct listing each. */
#include "command.h"
#include "host.h"
#include "setup.h"
#include "spec.h"
#include "store.h"
#include "target/reach.h"
#include "target/target.h"
#include "text.h"
#include "tree.h"
#include "workloads/catalog.h"
#include "workloads/spec/suite.h"
#include "xalloc.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CHOICES_WIDTH 60

static int print_json(cJSON *array, FILE *out)
{
    char *text = cJSON_Print(array);
    fprintf(out, "%s\n", text);
    free(text);
    cJSON_Delete(array);
    return 0;
}

/* Profiles that measure it: those of its points where it has some. */
static void profiles_text(const struct workload *w, char *out, size_t size)
{
    unsigned profiles = w->points ? 0 : w->profiles;
    for (const struct point *p = w->points; p && p->params; p++)
        profiles |= p->profiles;
    snprintf(out, size, "%s%s%s%s", profiles & PROFILE_QUICK ? "quick " : "",
             profiles & PROFILE_STANDARD ? "standard " : "",
             profiles & PROFILE_PAPER ? "paper" : "", profiles ? "" : "by name");
}

static cJSON *needs_json(const struct workload *w)
{
    static const struct {
        unsigned need;
        const char *word;
    } words[] = {{NEED_SCRATCH, "scratch"}, {NEED_TWO_CPUS, "two cpus"},
                 {NEED_KVM, "kvm"},         {NEED_TREE, "kernel sources"},
                 {NEED_SPEC, "SPEC CPU"},   {NEED_OPENBLAS, "openblas"},
                 {NEED_JAVA, "java"}};
    cJSON *array = cJSON_CreateArray();
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (w->needs & words[i].need)
            cJSON_AddItemToArray(array, cJSON_CreateString(words[i].word));
    return array;
}

static cJSON *params_json(const struct workload *w)
{
    cJSON *array = cJSON_CreateArray();
    for (const struct param *p = w->params; p && p->name; p++) {
        cJSON *o = cJSON_CreateObject();
        cJSON_AddStringToObject(o, "name", p->name);
        cJSON_AddStringToObject(o, "help", p->help);
        if (p->type == PARAM_CHOICE) {
            cJSON_AddStringToObject(o, "choices", p->choices);
        } else {
            cJSON_AddNumberToObject(o, "min", (double)p->min);
            cJSON_AddNumberToObject(o, "max", (double)p->max);
            cJSON_AddNumberToObject(o, "default", (double)p->initial);
        }
        cJSON_AddItemToArray(array, o);
    }
    return array;
}

/* "      :NAME=", the choices and the help. More choices than a line holds stand behind the help.
 */
static void print_choices(const struct param *p, FILE *out)
{
    bool many = strlen(p->choices) > CHOICES_WIDTH;
    int column = fprintf(out, "      :%s=%s  ", p->name, many ? "NAME" : p->choices);
    if (!many) {
        text_wrap(out, p->help, column, 10);
        return;
    }
    size_t length = strlen(p->help) + 2;
    char *text = xcalloc(length + 2 * strlen(p->choices) + 1, 1);
    snprintf(text, length + 1, "%s: ", p->help);
    for (const char *at = p->choices; *at; at++) {
        text[length++] = *at == '|' ? ',' : *at;
        if (*at == '|')
            text[length++] = ' ';
    }
    text_wrap(out, text, column, 10);
    free(text);
}

static void print_params(const struct param *params, FILE *out)
{
    for (const struct param *p = params; p && p->name; p++) {
        char low[32], high[32];
        int column;
        if (p->type == PARAM_CHOICE)
            print_choices(p, out);
        if (p->type == PARAM_CHOICE)
            continue;
        if (p->type == PARAM_SIZE)
            column = fprintf(out, "      :%s=%s..%s  ", p->name,
                             text_bytes(low, sizeof low, p->min),
                             text_bytes(high, sizeof high, p->max));
        else
            column = fprintf(out, "      :%s=%llu..%llu  ", p->name, (unsigned long long)p->min,
                             (unsigned long long)p->max);
        text_wrap(out, p->help, column, 10);
    }
}

/* What of the user's SPEC CPU is usable, or why it is not. */
static void print_spec(const struct spec_suite *suite, const struct options *o, FILE *out)
{
    struct spec spec;
    struct error e;
    char text[600];
    if (!o->spec)
        snprintf(text, sizeof text, "needs %s: --spec DIR", suite->product);
    else if (spec_find(o->spec, o->spec_config, &spec, &e) < 0)
        snprintf(text, sizeof text, "cannot: %s", e.text);
    else if (strcmp(spec.product, suite->product) != 0)
        snprintf(text, sizeof text, "cannot: --spec is %s", spec.product);
    else
        snprintf(text, sizeof text, "works by %s", spec.config);
    text_wrap(out, text, fprintf(out, "      "), 10);
}

/* The packages that a workload of kernel sources would still need here. */
static void print_tree(const struct options *o, FILE *out)
{
    char packages[TREE_PACKAGES_MAX];
    if (tree_missing(o->tree, packages))
        text_wrap(out, packages, fprintf(out, "      needs apt-get install "), 10);
}

static int list_workloads(const struct options *o, FILE *out, struct error *e)
{
    (void)e;
    if (o->json) {
        cJSON *array = cJSON_CreateArray();
        for (const struct workload *w = workload_next(NULL); w; w = workload_next(w)) {
            cJSON *row = cJSON_CreateObject();
            cJSON_AddStringToObject(row, "id", w->id);
            cJSON_AddStringToObject(row, "subsystem", subsystems[w->subsystem].id);
            cJSON_AddStringToObject(row, "title", w->title);
            cJSON_AddStringToObject(row, "mirrors", w->mirrors);
            cJSON_AddStringToObject(row, "method", w->method);
            cJSON_AddStringToObject(row, "unit", workload_unit(w));
            cJSON_AddStringToObject(row, "better",
                                    workload_lower_is_better(w) ? "lower" : "higher");
            cJSON_AddNumberToObject(row, "slot_s", w->slot_s);
            cJSON_AddItemToObject(row, "needs", needs_json(w));
            if (w->needs & NEED_TREE) {
                char packages[TREE_PACKAGES_MAX];
                tree_missing(o->tree, packages);
                cJSON_AddStringToObject(row, "missing", packages);
            }
            cJSON_AddItemToObject(row, "params", params_json(w));
            cJSON_AddItemToArray(array, row);
        }
        return print_json(array, out);
    }
    enum subsystem last = SUBSYSTEM_COUNT;
    for (const struct workload *w = workload_next(NULL); w; w = workload_next(w)) {
        char profiles[40], origin[160];
        const struct spec_suite *suite = spec_suite_find(w->id);
        if (w->subsystem != last)
            fprintf(out, "%s%s (%s)\n", last == SUBSYSTEM_COUNT ? "" : "\n",
                    subsystems[w->subsystem].title, subsystems[w->subsystem].id);
        last = w->subsystem;
        profiles_text(w, profiles, sizeof profiles);
        snprintf(origin, sizeof origin, "%s%s%s", w->mirrors,
                 w->needs & NEED_KVM ? ", needs KVM" : "",
                 w->needs & NEED_OPENBLAS ? ", needs OpenBLAS"
                 : w->needs & NEED_JAVA   ? ", needs a JVM"
                                          : "");
        int column = fprintf(out, "  %-18s %-6s %-20s ", w->id, workload_unit(w), profiles);
        text_wrap(out, origin, column, column);
        if (suite)
            print_spec(suite, o, out);
        if (w->needs & NEED_TREE)
            print_tree(o, out);
        /* Neighbours that share a table of parameters share its lines. */
        if (w[1].params != w->params || w[1].subsystem != w->subsystem)
            print_params(w->params, out);
    }
    return 0;
}

static const char *use_text(enum target_use use)
{
    return use == TARGET_USABLE ? "works" : use == TARGET_LIMITED ? "limited" : "cannot";
}

/* For people: what it would run as is the limit that counts. */
static const char *use_word(const struct target_probe *p)
{
    return p->emulated && p->use == TARGET_LIMITED ? "emulated" : use_text(p->use);
}

/* Where to: array for programs, else out. */
struct target_list {
    cJSON *array;
    FILE *out;
};

static void list_target(const struct target_list *to, const struct target_kind *kind,
                        const char *where, const struct target_probe *p)
{
    cJSON *array = to->array;
    FILE *out = to->out;
    char name[TARGET_ID_MAX + 32], guest[200], what[300];
    text_clean(guest, sizeof guest, kind->where ? kind->where : where ? where : "");
    snprintf(name, sizeof name, "%s%s%s", kind->id, where ? ":" : "", where ? where : "");
    if (array) {
        cJSON *row = cJSON_CreateObject();
        cJSON_AddStringToObject(row, "id", kind->id);
        if (kind->way) {
            cJSON_AddStringToObject(row, "way", kind->way->id);
            cJSON_AddStringToObject(row, "where", guest);
        }
        cJSON_AddStringToObject(row, "what", kind->what);
        cJSON_AddStringToObject(row, "use", use_text(p->use));
        cJSON_AddBoolToObject(row, "emulated", p->emulated);
        cJSON_AddStringToObject(row, "how", p->how);
        cJSON_AddStringToObject(row, "reason", p->reason);
        cJSON_AddStringToObject(row, "remedy", p->remedy);
        cJSON_AddItemToArray(array, row);
        return;
    }
    int column = fprintf(out, "%-16s %-8s ", name, use_word(p));
    snprintf(what, sizeof what, "%s:%s", kind->where ? kind->way->id : "", guest);
    text_wrap(out, kind->where ? what : kind->what, column, 26);
    if (p->how[0])
        text_wrap(out, p->how, fprintf(out, "%26sby ", ""), 29);
    if (p->reason[0])
        text_wrap(out, p->reason, fprintf(out, "%26s", ""), 26);
    if (p->remedy[0])
        text_wrap(out, p->remedy, fprintf(out, "%26s-> ", ""), 29);
}

static void list_kind(const struct target_list *to, const struct target_kind *kind,
                      const char *where, const struct target_options *options)
{
    struct target_probe p;
    memset(&p, 0, sizeof p);
    kind->probe(kind, options, &p);
    list_target(to, kind, where, &p);
}

static void list_named(void *context, const struct target_kind *kind, const struct target_probe *p)
{
    list_target(context, kind, NULL, p);
}

static int list_targets(const struct options *o, FILE *out, struct error *e)
{
    struct target_list to = {.array = o->json ? cJSON_CreateArray() : NULL, .out = out};
    struct target_options options = {.memory_bytes = SETUP_DEFAULT_MEMORY, .limits = true};
    char agent[4096];
    if (setup_agent(agent, sizeof agent, e) < 0)
        return -1;
    options.agent_path = agent;
    setup_cpus(&options, o->cpus);
    for (const struct target_kind *const *k = target_kinds; *k; k++)
        list_kind(&to, *k, NULL, &options);
    for (const struct reach *way = reach_ways; way->id; way++) {
        struct target_kind kind = reach_kind(way);
        list_kind(&to, &kind, way->where, &options);
    }
    setup_try_named(o, &options, list_named, &to);
    return to.array ? print_json(to.array, out) : 0;
}

/* "native, tcg EMULATED": the targets of a stored result. */
static void targets_of(const struct result *r, char *text, size_t size, cJSON *array)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t t = 0; t < r->target_count; t++) {
        const struct result_target *target = &r->targets[t];
        if (used < size)
            used += (size_t)snprintf(text + used, size - used, "%s%s%s", used ? ", " : "",
                                     target->id, target->emulated ? " EMULATED" : "");
        if (!array)
            continue;
        cJSON *o = cJSON_CreateObject();
        cJSON_AddStringToObject(o, "id", target->id);
        cJSON_AddBoolToObject(o, "emulated", target->emulated);
        cJSON_AddItemToArray(array, o);
    }
}

/* When the sessions of a baseline were begun, newest first: "2026-11-24 17:02, 16:59, 16:55". */
static void series_of(const struct baseline *b, char *text, size_t size, cJSON *array)
{
    size_t used = 0;
    char last[16] = "";
    text[0] = '\0';
    for (size_t i = 0; i < b->count; i++) {
        time_t at = (time_t)b->sessions[i].started;
        struct tm local;
        char day[16] = "?", clock[16] = "";
        if (localtime_r(&at, &local)) {
            strftime(day, sizeof day, "%Y-%m-%d", &local);
            strftime(clock, sizeof clock, "%H:%M", &local);
        }
        bool same = strcmp(day, last) == 0;
        if (used < size)
            used += (size_t)snprintf(text + used, size - used, "%s%s%s%s", used ? ", " : "",
                                     same ? "" : day, same ? "" : " ", clock);
        text_copy(last, sizeof last, day);
        if (array)
            cJSON_AddItemToArray(array, cJSON_CreateNumber((double)b->sessions[i].started));
    }
}

static char *when(const struct store_entry *entry, char *out, size_t size)
{
    time_t at = (time_t)entry->started;
    struct tm local;
    if (!localtime_r(&at, &local) || !strftime(out, size, "%Y-%m-%d %H:%M", &local))
        text_copy(out, size, "?");
    return out;
}

static cJSON *entry_json(const struct store_entry *entry)
{
    cJSON *row = cJSON_CreateObject();
    cJSON_AddStringToObject(row, "name", entry->name);
    cJSON_AddStringToObject(row, "path", entry->path);
    cJSON_AddNumberToObject(row, "started", (double)entry->started);
    return row;
}

/* One of them; into array, if there is one, else to out. */
typedef void write_entry(const struct store_entry *entry, cJSON *array, FILE *out);

static int list_stored(enum store_family family, write_entry *put, const char *maker,
                       const struct options *o, FILE *out, struct error *e)
{
    struct store_entry *entries;
    size_t count;
    if (store_list(family, &entries, &count, e) < 0)
        return -1;
    cJSON *array = o->json ? cJSON_CreateArray() : NULL;
    for (size_t i = 0; i < count; i++)
        put(&entries[i], array, out);
    if (!count && !array)
        fprintf(stderr, "vmtax: none yet; `vmtax %s` makes one\n", maker);
    free(entries);
    return array ? print_json(array, out) : 0;
}

/* A damaged one tells no targets. */
static void write_result(const struct store_entry *entry, cJSON *array, FILE *out)
{
    struct result r;
    struct error e;
    char at[32], targets[TARGETS_MAX * (TARGET_ID_MAX + 12)];
    cJSON *those = array ? cJSON_CreateArray() : NULL;
    result_init(&r);
    if (store_load(&r, entry->path, &e) < 0)
        fprintf(stderr, "vmtax: warning: %s\n", e.text);
    targets_of(&r, targets, sizeof targets, those);
    result_release(&r);
    if (array) {
        cJSON *row = entry_json(entry);
        cJSON_AddItemToObject(row, "targets", those);
        cJSON_AddItemToArray(array, row);
    } else {
        fprintf(out, "%-40s %s  %s\n", entry->name, when(entry, at, sizeof at), targets);
    }
}

static void print_baseline(const struct store_entry *entry, const struct baseline *b, size_t copies,
                           const char *targets, const char *days, FILE *out)
{
    char at[32], strength[64];
    baseline_strength(b, strength, sizeof strength);
    fprintf(out, "%-32s %s  %zu session%s  %s\n", entry->name, when(entry, at, sizeof at), b->count,
            b->count == 1 ? " " : "s", targets);
    text_wrap(out, days, fprintf(out, "    %s: ", strength), 8);
    if (copies)
        fprintf(out, "    %zu more %s of another, and do%s not count\n", copies,
                copies == 1 ? "is a copy" : "are copies", copies == 1 ? "es" : "");
}

/* With the sessions that count, as whoever judges by them counts. One of which none can be read has
 * none. */
static void write_baseline(const struct store_entry *entry, cJSON *array, FILE *out)
{
    struct baseline b;
    struct error e;
    size_t copies;
    char targets[TARGETS_MAX * (TARGET_ID_MAX + 12)] = "", days[1024];
    cJSON *those = array ? cJSON_CreateArray() : NULL, *series = array ? cJSON_CreateArray() : NULL;
    if (baseline_read(&b, entry->name, &copies, &e) < 0)
        fprintf(stderr, "vmtax: warning: %s\n", e.text);
    if (b.count)
        targets_of(&b.sessions[0], targets, sizeof targets, those);
    series_of(&b, days, sizeof days, series);
    if (array) {
        cJSON *row = entry_json(entry);
        cJSON_AddNumberToObject(row, "sessions", (double)b.count);
        cJSON_AddNumberToObject(row, "copies", (double)copies);
        cJSON_AddItemToObject(row, "series", series);
        cJSON_AddItemToObject(row, "targets", those);
        cJSON_AddItemToArray(array, row);
    } else {
        print_baseline(entry, &b, copies, targets, days, out);
    }
    baseline_release(&b);
}

static void write_recording(const struct store_entry *entry, cJSON *array, FILE *out)
{
    if (array)
        cJSON_AddItemToArray(array, entry_json(entry));
    else
        fprintf(out, "%-40s %s\n", entry->name, entry->path);
}

static int list_results(const struct options *o, FILE *out, struct error *e)
{
    return list_stored(STORE_RESULTS, write_result, "run all", o, out, e);
}

static int list_baselines(const struct options *o, FILE *out, struct error *e)
{
    return list_stored(STORE_BASELINES, write_baseline, "record", o, out, e);
}

static int list_recordings(const struct options *o, FILE *out, struct error *e)
{
    return list_stored(STORE_RECORDINGS, write_recording, "--rec", o, out, e);
}

const struct listing listing_workloads = {"workloads", list_workloads};
const struct listing listing_targets = {"targets", list_targets};
const struct listing listing_results = {"results", list_results};
const struct listing listing_baselines = {"baselines", list_baselines};
const struct listing listing_recordings = {"recordings", list_recordings};

/* In the characters that the locale has; JSON is UTF-8 anywhere. */
static int write_listing(const struct listing *l, const struct options *o, struct error *e)
{
    char *text = NULL;
    size_t size;
    if (o->json || strcmp(nl_langinfo(CODESET), "UTF-8") == 0)
        return l->write(o, stdout, e);
    FILE *f = open_memstream(&text, &size);
    if (!f)
        return error_errno(e, errno, "cannot write the list");
    int rc = l->write(o, f, e);
    if (fclose(f) != 0 && rc == 0)
        rc = error_errno(e, errno, "cannot write the list");
    if (rc == 0)
        text_put_ascii(stdout, text);
    free(text);
    return rc;
}

static int run(const struct context *c, struct error *e)
{
    const char *names[16];
    size_t n = 0;
    for (const struct listing *const *l = c->listings; *l && n < 15; l++) {
        if (strcmp((*l)->id, c->options->words[0]) == 0)
            return write_listing(*l, c->options, e) < 0 ? -1 : EXIT_DONE;
        names[n++] = (*l)->id;
    }
    names[n] = NULL;
    char all[160] = "", clean[64];
    for (size_t i = 0; i < n; i++)
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", i ? ", " : "", names[i]);
    text_clean(clean, sizeof clean, c->options->words[0]);
    const char *near = text_nearest(c->options->words[0], names);
    if (near)
        return error_set(e, ERROR_USAGE, "there is no list of \"%s\"; did you mean \"%s\"?", clean,
                         near);
    return error_set(e, ERROR_USAGE, "there is no list of \"%s\"; there are %s", clean, all);
}

const struct command command_list = {
    .name = "list",
    .usage = "list workloads|targets|results|baselines|recordings|themes|keys",
    .summary = "what can be measured, where, and what is stored",
    .bit = FOR_LIST,
    .words_min = 1,
    .words_max = 1,
    .run = run,
};
