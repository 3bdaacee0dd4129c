#include "ui/dashboard_parts.h"

#include "analysis.h"
#include "clock.h"
#include "fingerprint.h"
#include "overlay.h"
#include "store.h"
#include "text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BASELINE_NAME "default"
/* Stored results that rows which the last one does not have are taken from, and how long looking
 * for them may take: the screen waits for it. */
#define EARLIER_MAX 8
#define EARLIER_S   0.5

const char *dashboard_baseline_name(const struct dashboard *d)
{
    return d->options.name ? d->options.name : BASELINE_NAME;
}

void dashboard_show_baseline(struct dashboard *d)
{
    struct baseline b;
    struct error none;
    if (baseline_load(&b, dashboard_baseline_name(d), &none) < 0)
        return;
    struct snapshot *s = board_edit(&d->board);
    baseline_show(&b, &d->today, (int64_t)time(NULL), s);
    board_publish(&d->board);
    baseline_release(&b);
}

/* Was it measured on this machine as it was for the result above it? What may only have changed the
 * figures is enough to leave it out: nobody asked for a comparison. What makes one workload other
 * work is looked at row by row (overlay.h), and who else was at work then is no property of the
 * machine. */
static bool same_machine(const struct result *earlier, const struct result *last)
{
    struct fingerprint_difference d[64];
    size_t count = fingerprint_compare(earlier, last, d, sizeof d / sizeof *d);
    for (size_t i = 0; i < count && i < sizeof d / sizeof *d; i++)
        if (fingerprint_touches(&d[i], NULL, d[i].target))
            return false;
    return true;
}

/* Rows that the last result does not have, as the latest before it has them. Each shows its age. */
static void take_earlier(struct dashboard *d, const char *last)
{
    struct store_entry *entries;
    size_t count, taken = 0;
    uint64_t until = clock_now_ns() + (uint64_t)(EARLIER_S * 1e9);
    struct error e;
    if (store_relist(STORE_RESULTS, &entries, &count, &e) < 0)
        return;
    for (size_t i = 0; i < count && taken < EARLIER_MAX && clock_now_ns() < until; i++) {
        struct result earlier, shown;
        if (strcmp(entries[i].path, last) == 0 || entries[i].started > d->last.started)
            continue;
        result_init(&earlier);
        if (store_load(&earlier, entries[i].path, &e) < 0) {
            board_log(&d->board, BOARD_LOG_WARN, "", "%s", e.text);
        } else if (same_machine(&earlier, &d->last)) {
            analysis_update(&earlier);
            result_init(&shown);
            overlay_make(&shown, &earlier, &d->last);
            taken += shown.metric_count > d->last.metric_count;
            result_release(&d->last);
            d->last = shown;
        }
        result_release(&earlier);
    }
    free(entries);
}

void dashboard_show_kept(struct dashboard *d)
{
    struct snapshot *s = board_edit(&d->board);
    s->stored = d->stored;
    char age[32];
    double seconds = (double)(time(NULL) - (time_t)d->last.started);
    if (d->stored && baseline_is_future(seconds))
        snprintf(s->title, sizeof s->title, "last run, dated in the future");
    else if (d->stored)
        snprintf(s->title, sizeof s->title, "last run, %s ago",
                 text_duration(age, sizeof age, fmax(0, seconds)));
    s->target_count = 0;
    snapshot_set_result(s, &d->last);
    for (size_t t = 0; t < s->target_count; t++)
        if (s->targets[t].state == BOARD_TARGET_READY)
            s->targets[t].state = BOARD_TARGET_OFF;
    board_publish(&d->board);
}

void dashboard_show_last(struct dashboard *d)
{
    char path[STORE_PATH_MAX], tried[STORE_PATH_MAX] = "";
    struct error e;
    for (;;) {
        if (store_find("last", path, sizeof path, &e) < 0)
            return; /* none */
        if (strcmp(path, tried) == 0)
            return; /* it cannot be set aside either */
        if (store_load(&d->last, path, &e) == 0)
            break;
        /* A damaged one was set aside: there is one before it. */
        board_log(&d->board, BOARD_LOG_WARN, "", "%s", e.text);
        memcpy(tried, path, sizeof tried);
    }
    analysis_update(&d->last);
    take_earlier(d, path);
    d->stored = true;
    dashboard_show_kept(d);
}
