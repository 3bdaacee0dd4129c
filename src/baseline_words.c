#include <config.h>

#include "baseline_words.h"

#include "compare_json.h"
#include "json.h"
#include "text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

/* ---- does it fit? ---- */

static void add(struct baseline_fit *f, const struct fingerprint_difference *d)
{
    for (size_t i = 0; i < f->difference_count; i++)
        if (strcmp(f->differences[i].sentence, d->sentence) == 0)
            return;
    f->fatal |= fingerprint_forbids(d);
    if (f->difference_count == BASELINE_DIFFERENCES_MAX)
        return;
    size_t at = f->difference_count++;
    /* Fatal ones stay first, in the order in which they come. */
    while (at && d->class == FACT_FATAL && f->differences[at - 1].class != FACT_FATAL) {
        f->differences[at] = f->differences[at - 1];
        at--;
    }
    f->differences[at] = *d;
}

static void __attribute__((format(printf, 2, 3)))
add_limit(struct baseline_fit *f, const char *format, ...)
{
    struct fingerprint_difference d = {.class = FACT_FATAL, .key = "limits"};
    va_list args;
    va_start(args, format);
    vsnprintf(d.sentence, sizeof d.sentence, format, args);
    va_end(args);
    add(f, &d);
}

/* Limits belong to a run, and not to the machine's facts: can this machine grant native's, which
 * are those of its guests? */
static void look_limits(struct baseline_fit *f, const struct result *session, uint64_t cpus,
                        uint64_t memory_bytes)
{
    for (size_t i = 0; i < session->target_count; i++) {
        const struct result_target *t = &session->targets[i];
        if (strcmp(t->kind, "native") != 0)
            continue;
        if (t->cpus > cpus)
            add_limit(f, "%s had %" PRIu64 " processors, and here are %" PRIu64, t->id, t->cpus,
                      cpus);
        if (t->memory_mib > memory_bytes >> 20)
            add_limit(f, "%s had %" PRIu64 " MiB of memory, and here are %" PRIu64, t->id,
                      t->memory_mib, memory_bytes >> 20);
    }
}

void baseline_fit_look(struct baseline_fit *f, const struct baseline *b, const struct result *today,
                       uint64_t cpus, uint64_t memory_bytes)
{
    *f = (struct baseline_fit){.fatal = false};
    for (size_t i = 0; i < b->count; i++) {
        struct fingerprint_difference found[BASELINE_DIFFERENCES_MAX];
        size_t total = fingerprint_compare(&b->sessions[i], today, found, BASELINE_DIFFERENCES_MAX);
        for (size_t k = 0; k < total && k < BASELINE_DIFFERENCES_MAX; k++)
            /* What older sessions have beside the newest is said of what forbids comparing only. */
            if (i == 0 || fingerprint_forbids(&found[k]))
                add(f, &found[k]);
        look_limits(f, &b->sessions[i], cpus, memory_bytes);
    }
}

/* ---- in words ---- */

static void targets_text(const struct result *r, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t t = 0; t < r->target_count && used < size; t++)
        used += (size_t)snprintf(out + used, size - used, "%s%s%s", used ? ", " : "",
                                 r->targets[t].id, r->targets[t].emulated ? " EMULATED" : "");
}

static size_t rows_of(const struct result *r)
{
    size_t n = 0;
    for (size_t m = 0; m < r->metric_count; m++)
        for (size_t t = 0; t < r->target_count; t++) {
            const struct figure_value *f = result_figure(r, m, t);
            if (f && f->measured) {
                n++;
                break;
            }
        }
    return n;
}

static void write_session(const struct result *r, FILE *out)
{
    char when[32] = "?", targets[TARGETS_MAX * (TARGET_ID_MAX + 12)], line[512];
    const char *kernel = result_fact(r, "kernel");
    time_t at = (time_t)r->started;
    size_t rows = rows_of(r);
    struct tm local;
    if (localtime_r(&at, &local))
        strftime(when, sizeof when, "%Y-%m-%d %H:%M", &local);
    targets_text(r, targets, sizeof targets);
    snprintf(line, sizeof line, "%s, %zu row%s on %s%s%s%s",
             r->profile[0] ? r->profile : "no profile", rows, rows == 1 ? "" : "s", targets,
             kernel ? "; kernel " : "", kernel ? kernel : "",
             r->load.busy ? "; the machine was not quiet" : "");
    text_wrap(out, line, fprintf(out, "  %s  ", when), 6);
}

static void write_fit(const struct baseline_fit *f, FILE *out)
{
    fprintf(out, "\nAgainst this machine as it is\n");
    if (!f->difference_count)
        fprintf(out, "  nothing differs that is known\n");
    for (size_t i = 0; i < f->difference_count; i++)
        text_wrap(out, f->differences[i].sentence,
                  fprintf(out, "  %-6s ", fact_class_words[f->differences[i].class]), 9);
    if (f->fatal)
        text_wrap(out, "A check against it is refused: nothing can be compared here.", 0, 0);
}

void baseline_write_text(const struct baseline *b, const struct baseline_fit *f, int64_t now,
                         FILE *out)
{
    char strength[64], age[96], line[256];
    const char *processor = result_fact(&b->sessions[0], "cpu.model");
    baseline_strength(b, strength, sizeof strength);
    baseline_age(b, now, age, sizeof age);
    snprintf(line, sizeof line, "baseline \"%s\": %s; %s%s%s", b->name, strength, age,
             processor ? "; on " : "", processor ? processor : "");
    text_wrap(out, line, 0, 2);
    fprintf(out, "\nSessions\n");
    for (size_t i = 0; i < b->count; i++)
        write_session(&b->sessions[i], out);
    write_fit(f, out);
}

void baseline_write_fatal(const struct baseline_fit *f, FILE *out)
{
    for (size_t i = 0; i < f->difference_count; i++)
        if (fingerprint_forbids(&f->differences[i]))
            text_wrap(out, f->differences[i].sentence, fprintf(out, "  FATAL  "), 9);
}

cJSON *baseline_to_json(const struct baseline *b, const struct baseline_fit *f)
{
    char strength[64];
    cJSON *o = json_object(), *sessions = json_array();
    baseline_strength(b, strength, sizeof strength);
    cJSON_AddStringToObject(o, "name", b->name);
    cJSON_AddStringToObject(o, "strength", strength);
    cJSON_AddBoolToObject(o, "comparable", !f->fatal);
    for (size_t i = 0; i < b->count; i++) {
        const struct result *r = &b->sessions[i];
        cJSON *s = json_object(), *targets = json_array();
        json_add_number(s, "started", (double)r->started);
        cJSON_AddStringToObject(s, "profile", r->profile);
        json_add_count(s, "rows", rows_of(r));
        for (size_t t = 0; t < r->target_count; t++)
            cJSON_AddItemToArray(targets, cJSON_CreateString(r->targets[t].id));
        cJSON_AddItemToObject(s, "targets", targets);
        cJSON_AddItemToArray(sessions, s);
    }
    cJSON_AddItemToObject(o, "sessions", sessions);
    cJSON_AddItemToObject(o, "differences",
                          compare_differences_json(f->differences, f->difference_count));
    return o;
}
