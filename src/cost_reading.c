#include <config.h>

#include "cost_reading.h"

#include "text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#define LONGER_MIN 0.01 /* of an operation's time natively: less is no longer */
#define SHARE_MIN  0.05 /* of what it takes longer: a time below says nothing of it */
#define EVENTS_MIN 0.01 /* an operation */
#define MORE_MIN   0.25 /* than natively, of an operation; */
#define OFTEN_MIN  0.1  /* and of a second: what just goes on, like a timer, comes with the time */

static const enum counter times[] = {COUNTER_RUN_DELAY, COUNTER_STOLEN, COUNTER_THROTTLED,
                                     COUNTER_VMM_CPU, COUNTER_HALT_POLL};
static const enum counter events[] = {
    COUNTER_EXITS,    COUNTER_EMULATED,         COUNTER_GUEST_FAULTS,   COUNTER_GUEST_SHOOTDOWNS,
    COUNTER_INJECTED, COUNTER_GUEST_INTERRUPTS, COUNTER_GUEST_SWITCHES, COUNTER_REFUSED};

static void say(struct cost_reading *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void say(struct cost_reading *r, const char *format, ...)
{
    va_list args;
    if (r->count == COST_READING_LINES)
        return;
    va_start(args, format);
    vsnprintf(r->line[r->count++], COST_READING_TEXT, format, args);
    va_end(args);
}

static bool known(const struct figure_cost *c, enum counter which)
{
    return c->known & 1u << which;
}

/* "12.00 µs", "1.200 s" */
static char *time_text(char out[24], double s)
{
    static const struct {
        double from, scale;
        const char *unit;
    } units[] = {{1, 1, "s"}, {1e-3, 1e3, "ms"}, {1e-6, 1e6, "µs"}, {0, 1e9, "ns"}};
    size_t i = 0;
    char figure[16];
    while (i < sizeof units / sizeof *units - 1 && s < units[i].from)
        i++;
    snprintf(out, 24, "%s %s", text_figure(figure, sizeof figure, s * units[i].scale),
             units[i].unit);
    return out;
}

/* Events, or seconds, of an operation. */
static double per_op(const struct figure_cost *c, enum counter which)
{
    const struct counter_kind *k = &counter_kinds[which];
    return c->per_s[which] * c->s_per_op * (k->time && k->scale == 1 ? 1e-9 : 1);
}

/* Beyond native's, where that is known. */
static double beyond(const struct figure_cost *guest, const struct figure_cost *native,
                     enum counter which)
{
    return per_op(guest, which) - (known(native, which) ? per_op(native, which) : 0);
}

/* "vCPU waiting 0.12 µs (39 %)": times of an operation that are a part of what it takes longer. */
static void say_times(struct cost_reading *r, const struct figure_cost *guest,
                      const struct figure_cost *native, double longer)
{
    char text[COST_READING_TEXT] = "", figure[24];
    size_t used = 0;
    for (size_t i = 0; i < sizeof times / sizeof *times && used < sizeof text; i++) {
        double s = known(guest, times[i]) ? beyond(guest, native, times[i]) : 0;
        /* What the host knows as waiting, its guest knows as stolen. */
        bool twice = times[i] == COUNTER_STOLEN && known(guest, COUNTER_RUN_DELAY);
        if (twice || s < SHARE_MIN * longer)
            continue;
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s %s (%.0f %%)",
                                 used ? ", " : "", counter_kinds[times[i]].name,
                                 time_text(figure, s), fmin(999, 100 * s / longer));
    }
    if (used)
        say(r, "Counted beside it, of an operation and as a part of that: %s.", text);
}

static bool say_events(struct cost_reading *r, const struct figure_cost *guest,
                       const struct figure_cost *native)
{
    char text[COST_READING_TEXT] = "", figure[16], reasons[160];
    size_t used = 0;
    for (size_t i = 0; i < sizeof events / sizeof *events && used < sizeof text; i++) {
        enum counter which = events[i];
        bool two = known(native, which);
        double more = known(guest, which) ? beyond(guest, native, which) : 0;
        if (more < EVENTS_MIN ||
            (two && (more < MORE_MIN * per_op(native, which) ||
                     guest->per_s[which] < (1 + OFTEN_MIN) * native->per_s[which])))
            continue;
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s %s", used ? ", " : "",
                                 counter_kinds[which].name,
                                 text_figure(figure, sizeof figure, per_op(guest, which)));
        if (two && used < sizeof text)
            used += (size_t)snprintf(text + used, sizeof text - used, " (natively %s)",
                                     text_figure(figure, sizeof figure, per_op(native, which)));
        if (which == COUNTER_EXITS && cost_reasons(reasons, sizeof reasons, guest)[0] &&
            used < sizeof text)
            used += (size_t)snprintf(text + used, sizeof text - used, " (%s)", reasons);
    }
    if (used)
        say(r, "Counted in an operation: %s.", text);
    return used;
}

void cost_reading_make(struct cost_reading *r, const struct figure_cost *guest,
                       const struct figure_cost *native, bool emulated)
{
    char longer_text[24], first[24], second[24];
    double longer = guest->s_per_op - native->s_per_op;
    r->count = 0;
    if (emulated)
        say(r, "Its processor is translated: what it takes says nothing of a hypervisor's cost.");
    if (!isfinite(longer)) {
        say(r, "How long an operation takes is not told here: its time holds other work, too.");
    } else if (longer < LONGER_MIN * native->s_per_op) {
        say(r, "While it was counted an operation took no longer than natively (%s, %s).",
            time_text(first, guest->s_per_op), time_text(second, native->s_per_op));
        return;
    } else {
        say(r, "While it was counted an operation took %s longer than natively (%s, %s).",
            time_text(longer_text, longer), time_text(first, guest->s_per_op),
            time_text(second, native->s_per_op));
    }
    size_t before = r->count;
    if (longer > 0)
        say_times(r, guest, native, longer);
    bool more = isfinite(guest->s_per_op) && say_events(r, guest, native);
    if (more && longer > 0 && !emulated && known(guest, COUNTER_EXITS) &&
        per_op(guest, COUNTER_EXITS) >= EVENTS_MIN)
        say(r, "Were all of that theirs, an exit took %s.",
            time_text(first, longer / per_op(guest, COUNTER_EXITS)));
    if (r->count == before)
        say(r, "No counter differs from native's by enough to go with it.");
    else
        say(r, "What is counted in the same time need not be the cause.");
}
