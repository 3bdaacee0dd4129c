/* A verdict that was never measured: five sessions of a baseline, three of now, on native and a
 * container; some system operations are slower in it. */
#include "fixture_board.h"

#include "analysis.h"
#include "check.h"
#include "check_shared.h"
#include "text.h"
#include "xalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define BEFORE 5
#define AFTER  3
#define NOW    1790000000 /* Unix seconds */

static double spread(size_t row, size_t session)
{
    return sin(12.9898 * (double)(row + 1) + 78.233 * (double)(session + 1) +
               (double)(row * session));
}

/* What the container's row loses: the changes of this story. */
static double loss_of(const struct workload *w, size_t row)
{
    if (w->subsystem == SUBSYSTEM_SYSOPS)
        return row % 3 == 0 ? log(0.867) : row % 3 == 1 ? log(0.915) : log(0.985);
    return w->subsystem == SUBSYSTEM_CTXSW ? log(1.06) : 0;
}

static void fill_series(struct series *s)
{
    size_t row = 0;
    for (size_t t = 0; t < 2; t++)
        for (const struct workload *w = workload_next(NULL); w; w = workload_next(w)) {
            if (w->subsystem != SUBSYSTEM_SYSOPS && w->subsystem != SUBSYSTEM_CTXSW &&
                w->subsystem != SUBSYSTEM_MEMORY)
                continue;
            double *values = series_add(s, w, "", t ? "container" : "native");
            double noise = 0.004 + 0.004 * (double)(row % 4);
            for (size_t k = 0; k < BEFORE + AFTER; k++)
                values[k] = (t ? -0.05 : 1 + 0.1 * (double)(row % 20)) + noise * spread(row, k) +
                            (t && k >= BEFORE ? loss_of(w, row) : 0);
            row++;
        }
}

static void fill_session(struct result *r, size_t age, const char *kernel)
{
    result_init(r);
    r->started = NOW - 86400 * (int64_t)age;
    result_add_fact(r, "kernel", kernel);
}

const struct check *fixture_check(void)
{
    static struct check *check;
    struct result before[BEFORE], now[AFTER];
    struct baseline b = {.name = "default", .sessions = before, .count = BEFORE};
    struct series s;
    if (check)
        return check;
    check = check_new();
    for (size_t i = 0; i < BEFORE; i++)
        fill_session(&before[i], 2 + 3 * i, "6.1.0-17-amd64");
    for (size_t i = 0; i < AFTER; i++)
        fill_session(&now[i], 0, "6.1.0-18-amd64");
    series_init(&s, BEFORE, AFTER);
    fill_series(&s);
    check_judge(check, &s, CHECK_FIND);
    check->difference_count = fingerprint_compare(&before[0], &now[0], check->differences,
                                                  COMPARE_DIFFERENCES_MAX);
    check_advise(check, &b, now, AFTER);
    series_release(&s);
    for (size_t i = 0; i < BEFORE; i++)
        result_release(&before[i]);
    for (size_t i = 0; i < AFTER; i++)
        result_release(&now[i]);
    return check;
}

void fixture_verdict(struct snapshot *s)
{
    fixture_stored(s);
    s->check = (struct board_check){.name = "default", .verdict = check_hold(fixture_check())};
}

void fixture_checking(struct snapshot *s)
{
    fixture_container(s);
    s->check = (struct board_check){.active = true,
                                    .session = 2,
                                    .sessions = 3,
                                    .until_s = s->now_s + 101,
                                    .name = "default",
                                    .plan = "42 rows on native, container: 3 sessions of 0:49 (1 s "
                                            "of it to start), 2:27 of 3:00"};
}
