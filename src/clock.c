#include "clock.h"

#include "xalloc.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

/* A point may miss the fitted line by this many times its own error, plus this much, before the
 * clock counts as stepped. */
#define STEP_ERRORS  4.0
#define STEP_SECONDS 0.005

uint64_t clock_now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

double clock_now_s(void)
{
    return (double)clock_now_ns() * 1e-9;
}

bool clock_is_old(time_t then, double age_s)
{
    return fabs(difftime(time(NULL), then)) >= age_s;
}

void clock_condition_init(pthread_cond_t *c)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(c, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

void clock_init(struct clock_audit *a)
{
    *a = (struct clock_audit){.rate = 1, .rate_bound = INFINITY};
}

void clock_release(struct clock_audit *a)
{
    free(a->points);
    clock_init(a);
}

/* Weighted least squares of guest over host; weights 1/error². Both are counted from the first
 * point so that large clock readings do not cost precision. */
static void fit(struct clock_audit *a)
{
    double sw = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
    double best_first = INFINITY, best_last = INFINITY;
    const struct clock_point *p0 = &a->points[0];
    double span = a->points[a->count - 1].host_s - p0->host_s;
    a->rate = 1;
    a->rate_bound = INFINITY;
    if (a->count < 2 || span <= 0)
        return;
    for (size_t i = 0; i < a->count; i++) {
        const struct clock_point *p = &a->points[i];
        double x = p->host_s - p0->host_s;
        double y = p->guest_s - p0->guest_s;
        double w = 1 / (p->error_s * p->error_s);
        sw += w;
        sx += w * x;
        sy += w * y;
        sxx += w * x * x;
        sxy += w * x * y;
        /* Rates between points of the first and of the last third of the session are known to
         * within the sum of the two errors over at least a third of the span. */
        if (x <= span / 3 && p->error_s < best_first)
            best_first = p->error_s;
        if (x >= span * 2 / 3 && p->error_s < best_last)
            best_last = p->error_s;
    }
    double determinant = sw * sxx - sx * sx;
    if (determinant <= 0)
        return;
    a->rate = (sw * sxy - sx * sy) / determinant;
    a->rate_bound = (best_first + best_last) / (span / 3);
    double offset = (sy - a->rate * sx) / sw;
    for (size_t i = 0; i < a->count; i++) {
        const struct clock_point *p = &a->points[i];
        double residual = p->guest_s - p0->guest_s - offset - a->rate * (p->host_s - p0->host_s);
        if (fabs(residual) > STEP_ERRORS * p->error_s + STEP_SECONDS)
            a->stepped = true;
    }
}

void clock_add(struct clock_audit *a, struct clock_point p)
{
    if (!(p.error_s > 1e-9)) /* also NAN: an exchange cannot be better than this */
        p.error_s = 1e-9;
    if (a->count && p.guest_s < a->points[a->count - 1].guest_s)
        a->stepped = true;
    XGROW(a->points, a->count, a->room);
    a->points[a->count++] = p;
    fit(a);
}

bool clock_flagged(const struct clock_audit *a)
{
    double off = fabs(a->rate - 1);
    return a->stepped || (off > CLOCK_RATE_FLAG && off > a->rate_bound);
}

double clock_host_seconds(const struct clock_audit *a, double guest_seconds)
{
    if (fabs(a->rate - 1) <= a->rate_bound || a->rate <= 0)
        return guest_seconds;
    return guest_seconds / a->rate;
}
