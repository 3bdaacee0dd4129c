#include <config.h>

#include "baseline.h"

#include "analysis.h"
#include "baseline_file.h"
#include "fingerprint.h"
#include "stats.h"
#include "store.h"
#include "text.h"
#include "xalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The same to the last figure: a copy. */
static bool is_same_session(const struct result *a, const struct result *b)
{
    if (a->started != b->started || a->slot_count != b->slot_count)
        return false;
    char *x = store_to_json(a, false), *y = store_to_json(b, false);
    bool same = strcmp(x, y) == 0;
    free(x);
    free(y);
    return same;
}

size_t baseline_drop_copies(struct baseline *b)
{
    size_t kept = 0, count = b->count;
    for (size_t i = 0; i < count; i++) {
        size_t k = 0;
        while (k < kept && !is_same_session(&b->sessions[k], &b->sessions[i]))
            k++;
        if (k < kept)
            result_release(&b->sessions[i]);
        else if (kept++ != i)
            b->sessions[kept - 1] = b->sessions[i];
    }
    b->count = kept;
    return count - kept;
}

typedef int list_sessions(const char *name, struct store_entry **entries, size_t *count,
                          struct error *e);

static int load(struct baseline *b, const char *name, list_sessions *list, size_t *copies,
                struct error *e)
{
    struct store_entry *entries;
    size_t count, unreadable = 0;
    *copies = 0; /* a file that was exported has none */
    bool is_path = strchr(name, '/') != NULL;
    /* A stored one goes before a file that happens to lie here. */
    if ((is_path || store_check_name(name, NULL) < 0) && baseline_file_is(name))
        return baseline_file_read(b, name, e);
    memset(b, 0, sizeof *b);
    if (list(name, &entries, &count, e) < 0)
        return -1;
    if (!count && !is_path && baseline_file_is(name)) {
        free(entries);
        return baseline_file_read(b, name, e);
    }
    if (count > BASELINE_MAX)
        count = BASELINE_MAX;
    b->sessions = xcalloc(count ? count : 1, sizeof *b->sessions);
    for (size_t i = 0; i < count; i++) {
        struct result *r = &b->sessions[b->count];
        struct error why;
        result_init(r);
        if (store_load(r, entries[i].path, &why) < 0) {
            fprintf(stderr, "vmtax: warning: %s\n", why.text);
            unreadable++;
            continue;
        }
        analysis_update(r);
        b->count++;
    }
    free(entries);
    *copies = baseline_drop_copies(b);
    if (!b->count) {
        baseline_release(b);
        if (strchr(name, '/') && !unreadable)
            return error_set(e, ERROR_USAGE, "there is no session of a baseline in %.200s", name);
        if (unreadable)
            return error_set(e, ERROR_DATA, "no session of the baseline \"%s\" can be read", name);
        return error_set(e, ERROR_USAGE,
                         "there is no baseline \"%s\": make one with vmtax record --name %s", name,
                         name);
    }
    const char *slash = strrchr(name, '/');
    text_clean(b->name, sizeof b->name, slash && slash[1] ? slash + 1 : name);
    return 0;
}

int baseline_read(struct baseline *b, const char *name, size_t *copies, struct error *e)
{
    return load(b, name, store_relist_sessions, copies, e);
}

int baseline_load(struct baseline *b, const char *name, struct error *e)
{
    size_t copies;
    int rc = load(b, name, store_list_sessions, &copies, e);
    if (copies)
        fprintf(stderr,
                "vmtax: warning: %zu session%s of the baseline \"%s\" %s of another, and do%s not "
                "count\n",
                copies, copies == 1 ? "" : "s", name, copies == 1 ? "is a copy" : "are copies",
                copies == 1 ? "es" : "");
    return rc;
}

void baseline_release(struct baseline *b)
{
    for (size_t i = 0; i < b->count; i++)
        result_release(&b->sessions[i]);
    free(b->sessions);
    memset(b, 0, sizeof *b);
}

static size_t native_of(const struct result *r)
{
    for (size_t i = 0; i < r->target_count; i++)
        if (strcmp(r->targets[i].kind, "native") == 0)
            return i;
    return r->target_count;
}

static const struct figure_value *native_figure(const struct result *r, const char *workload,
                                                const char *params)
{
    size_t metric = result_find_metric(r, workload, params);
    size_t native = native_of(r);
    if (metric == r->metric_count || native == r->target_count)
        return NULL;
    const struct figure_value *f = result_figure(r, metric, native);
    return f && f->measured && isfinite(f->value) ? f : NULL;
}

bool baseline_native(const struct baseline *b, const struct result *today, const char *workload,
                     const char *params, double *value, double *low, double *high)
{
    double values[BASELINE_MAX];
    size_t n = 0;
    const struct figure_value *only = NULL;
    for (size_t i = 0; i < b->count && n < BASELINE_MAX; i++) {
        const struct figure_value *f = native_figure(&b->sessions[i], workload, params);
        if (f && !fingerprint_other_work(&b->sessions[i], today, workload, params)) {
            values[n++] = f->value;
            only = f;
        }
    }
    if (!n)
        return false;
    *value = stats_median(values, n); /* sorts them */
    *low = values[0];
    *high = values[n - 1];
    if (n == 1 && only->bounded) {
        *low = only->low;
        *high = only->high;
    }
    return true;
}

void baseline_strength(const struct baseline *b, char *out, size_t size)
{
    size_t sessions = b->count;
    if (sessions < BASELINE_YOUNG) {
        size_t more = BASELINE_YOUNG - sessions;
        snprintf(out, size, "too young to judge, %zu more session%s", more, more == 1 ? "" : "s");
    } else if (sessions < BASELINE_STRONG) {
        snprintf(out, size, "%zu sessions", sessions);
    } else {
        snprintf(out, size, "strong, %zu sessions", sessions);
    }
}

/* Clocks that are set step by less. */
#define STEP_S 60.0

bool baseline_is_future(double age_s)
{
    return age_s <= -STEP_S;
}

/* "just now", "35 minutes ago", "3 hours ago", "12 days ago"; "dated 12 days in the future" */
static char *ago(char *out, size_t size, double seconds)
{
    static const struct {
        double seconds;
        const char *unit;
    } units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}};
    bool future = baseline_is_future(seconds);
    snprintf(out, size, "just now");
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (fabs(seconds) >= units[i].seconds) {
            double n = floor(fabs(seconds) / units[i].seconds);
            snprintf(out, size, "%s%.0f %s%s %s", future ? "dated " : "", n, units[i].unit,
                     n < 2 ? "" : "s", future ? "in the future" : "ago");
            break;
        }
    return out;
}

void baseline_age(const struct baseline *b, int64_t now, char *out, size_t size)
{
    char first[40], last[40];
    double newest = (double)(now - b->sessions[0].started);
    double oldest = (double)(now - b->sessions[b->count - 1].started);
    if (b->count == 1)
        snprintf(out, size, "%s", ago(last, sizeof last, newest));
    else if (strcmp(ago(first, sizeof first, oldest), ago(last, sizeof last, newest)) == 0)
        snprintf(out, size, "all %s", last);
    else
        snprintf(out, size, "the first %s, the last %s", first, last);
}

void baseline_show(const struct baseline *b, const struct result *today, int64_t now,
                   struct snapshot *s)
{
    memset(&s->baseline, 0, sizeof s->baseline);
    for (size_t i = 0; i < s->metric_count; i++)
        s->metrics[i].baseline_known = false;
    if (!b->count)
        return;
    s->baseline.known = true;
    text_copy(s->baseline.name, sizeof s->baseline.name, b->name);
    s->baseline.sessions = b->count;
    s->baseline.age_s = (double)(now - b->sessions[0].started);
    baseline_strength(b, s->baseline.strength, sizeof s->baseline.strength);

    enum { SHOWN = sizeof s->baseline.differences / sizeof *s->baseline.differences };
    struct fingerprint_difference found[SHOWN];
    size_t total = fingerprint_compare(&b->sessions[0], today, found, SHOWN);
    s->baseline.difference_total = total;
    s->baseline.difference_count = total < SHOWN ? total : SHOWN;
    for (size_t i = 0; i < s->baseline.difference_count; i++)
        text_clean(s->baseline.differences[i], sizeof s->baseline.differences[i],
                   found[i].sentence);

    for (size_t i = 0; i < b->count; i++) {
        for (size_t j = 0; j < b->sessions[i].metric_count; j++) {
            const struct metric *m = &b->sessions[i].metrics[j];
            double value, low, high;
            if (!m->row || !baseline_native(b, today, m->workload, m->params, &value, &low, &high))
                continue;
            struct board_metric *to = snapshot_metric(s, m->row, m->params);
            to->baseline_known = true;
            to->baseline_value = value;
            to->baseline_low = low;
            to->baseline_high = high;
        }
    }
}
