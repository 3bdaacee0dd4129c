/* What a check says in sentences: why it is so, how far it may be trusted, what to look at next. */
#include "check.h"

#include "cost.h"
#include "text.h"
#include "xalloc.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Sessions of a baseline that lie closer together than this do not show what a day does. */
#define ONE_SITTING_S (6 * 3600)

static void __attribute__((format(printf, 2, 3))) say(struct check *c, const char *format, ...)
{
    va_list args;
    if (c->advice_count == CHECK_ADVICE_MAX)
        return;
    va_start(args, format);
    vsnprintf(c->advice[c->advice_count++], CHECK_ADVICE_TEXT, format, args);
    va_end(args);
}

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

static double percent(double change)
{
    return 100 * expm1(change);
}

const char *check_headline(const struct check *c)
{
    static const char *const words[] = {"NOTHING WORSE", "WORSE", "", "INCONCLUSIVE",
                                        "NOT COMPARABLE"};
    return words[check_exit(c)];
}

enum verdict check_sign(const struct check *c)
{
    static const enum verdict signs[] = {VERDICT_SAME, VERDICT_WORSE, VERDICT_SAME,
                                         VERDICT_INCONCLUSIVE, VERDICT_NOT_COMPARABLE};
    return signs[check_exit(c)];
}

char *check_counts(const struct check *c, char *out, size_t size)
{
    size_t worse = c->verdicts[VERDICT_WORSE] + c->verdicts[VERDICT_SLIGHTLY_WORSE];
    snprintf(out, size,
             "%zu of %zu row%s worse, %zu better, %zu same, %zu no sign, "
             "%zu inconclusive",
             worse, c->count, plural(c->count), c->verdicts[VERDICT_BETTER],
             c->verdicts[VERDICT_SAME], c->verdicts[VERDICT_NO_SIGN],
             c->verdicts[VERDICT_INCONCLUSIVE]);
    return out;
}

struct ranked {
    size_t index;
    int kind; /* 0 worse, 1 better, 2 in doubt */
    double size;
};

static int by_rank(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->kind != y->kind)
        return x->kind - y->kind;
    if (x->size != y->size)
        return x->size > y->size ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

size_t check_changed(const struct check *c, size_t *order)
{
    struct ranked *ranked = xcalloc(c->count + 1, sizeof *ranked);
    size_t n = 0;
    for (size_t i = 0; i < c->count; i++) {
        enum verdict v = c->rows[i].verdict;
        if (check_is_decided(v) || v == VERDICT_INCONCLUSIVE)
            ranked[n++] = (struct ranked){i,
                                          check_is_worse(v)     ? 0
                                          : v == VERDICT_BETTER ? 1
                                                                : 2,
                                          fabs(c->rows[i].change.centre)};
    }
    if (n)
        qsort(ranked, n, sizeof *ranked, by_rank);
    for (size_t i = 0; i < n; i++)
        order[i] = ranked[i].index;
    free(ranked);
    return n;
}

/* "memory -20.1 %, disk -7.0 %": what moved on native, or on the guests. */
static void moved_text(const struct check *c, bool native, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t g = 0; g < c->group_count && used < size; g++) {
        const struct check_group *group = &c->groups[g];
        bool own = strcmp(group->target, "native") == 0;
        if (own != native || !check_is_decided(group->verdict))
            continue;
        used += (size_t)snprintf(out + used, size - used, "%s%s%s%s %+.1f %%", used ? ", " : "",
                                 native ? "" : group->target, native ? "" : " ",
                                 subsystems[group->subsystem].id, percent(group->change.centre));
    }
    if (!out[0])
        snprintf(out, size, "single rows only");
}

static void say_cause(struct check *c)
{
    char host[160], guests[160];
    moved_text(c, true, host, sizeof host);
    moved_text(c, false, guests, sizeof guests);
    switch (c->cause) {
    case CHECK_HOST:
        say(c, "The host changed: native itself moved (%s), and no guest moved against it.", host);
        break;
    case CHECK_HYPERVISOR:
        say(c, "The hypervisor changed: guests moved against native (%s), and native did not.",
            guests);
        break;
    case CHECK_BOTH:
        say(c, "Both changed: native moved (%s), and guests moved against it (%s).", host, guests);
        break;
    case CHECK_NOBODY:
        if (!c->more && c->group_count)
            say(c, "Nothing moved by more than it does between the baseline's own sessions.");
        break;
    }
}

static const struct figure_value *figure_of(const struct result *r, const struct compare_row *row)
{
    size_t m = result_find_metric(r, row->workload->id, row->params);
    size_t t = result_find_target(r, row->target);
    return m < r->metric_count && t < r->target_count ? result_figure(r, m, t) : NULL;
}

/* The row that lost most, and what its white-box counters say beside those of before. */
static void say_worst(struct check *c, const struct baseline *b, const struct result *now)
{
    const struct compare_row *worst = NULL;
    char counted[240] = "";
    for (size_t i = 0; i < c->count; i++)
        if (check_is_worse(c->rows[i].verdict) &&
            (!worst || c->rows[i].change.centre < worst->change.centre))
            worst = &c->rows[i];
    if (!worst)
        return;
    const struct figure_value *then = figure_of(&b->sessions[0], worst);
    const struct figure_value *today = figure_of(now, worst);
    if (then && today)
        cost_sentence(counted, sizeof counted, &today->cost, &then->cost);
    say(c, "Most of all %s%s%s on %s: %+.1f %%.%s%s", worst->workload->id,
        worst->params[0] ? " " : "", worst->params, worst->target, percent(worst->change.centre),
        counted[0] ? " Counted in it, before in brackets: " : "", counted);
    if (strcmp(worst->target, "native") == 0)
        say(c, "Look next: vmtax run %s --on native, and what else changed on the machine.",
            worst->workload->id);
    else
        say(c, "Look next: vmtax run %s --on %s", worst->workload->id, worst->target);
}

static double found_percent(double change)
{
    return fmin(99.9, 100 * stats_loss(change));
}

static void say_power(struct check *c)
{
    const struct check_power *first = c->power.known ? &c->power : &c->native_power;
    char own[80] = "";
    if (!first->known)
        return;
    if (c->power.known && c->native_power.known)
        snprintf(own, sizeof own, "; on native itself of %.1f and %.1f %%",
                 found_percent(c->native_power.subsystem), found_percent(c->native_power.row));
    say(c,
        "Would have been found with 80 %% probability or more: a change of %.1f %% in any "
        "subsystem, %.1f %% in any single row%s.",
        found_percent(first->subsystem), found_percent(first->row), own);
}

static void say_trust(struct check *c, const struct baseline *b, const struct result *now,
                      size_t now_count)
{
    int64_t newest = b->sessions[0].started, oldest = b->sessions[b->count - 1].started;
    const struct result *loud = NULL;
    for (size_t i = 0; i < now_count; i++)
        if (now[i].load.busy && (!loud || now[i].load.others > loud->load.others))
            loud = &now[i];
    if (baseline_is_future((double)(now[0].started - newest)))
        say(c, "The baseline is dated in the future: this machine's clock is wrong, or it was when "
               "the baseline was recorded; what its age says is not so.");
    if (loud)
        say(c, "The machine was not quiet: %s.", loud->load.why);
    if (!c->more && newest - oldest < ONE_SITTING_S && now[0].started - newest > ONE_SITTING_S)
        say(c,
            "All sessions of the baseline are of one sitting: what varies from day to day is not "
            "in them, and may look like a change. Recording more on other days cures that.");
}

/* "before  baseline "default", 5 sessions, the first 12 days ago, ...  kernel 6.1.0-25" */
static void name_sides(struct check *c, const struct baseline *b, const struct result *now)
{
    char strength[64], age[96];
    const char *then = result_fact(&b->sessions[0], "kernel"), *today = result_fact(now, "kernel");
    text_copy(c->baseline, sizeof c->baseline, b->name);
    baseline_strength(b, strength, sizeof strength);
    baseline_age(b, now->started ? now->started : (int64_t)time(NULL), age, sizeof age);
    snprintf(c->before, sizeof c->before, "before  baseline \"%s\": %s%s%s; %s", b->name, strength,
             then ? "; kernel " : "", then ? then : "", age);
    char sessions[40] = "nothing was measured";
    if (c->sessions_now)
        snprintf(sessions, sizeof sessions, "%zu session%s now", c->sessions_now,
                 plural(c->sessions_now));
    snprintf(c->after, sizeof c->after, "after   %s%s%s", sessions, today ? "; kernel " : "",
             today ? today : "");
}

/* What the baseline has, and nobody looked at. */
static void say_absent(struct check *c)
{
    char names[96] = "";
    size_t used = 0;
    for (int s = 0; s < SUBSYSTEM_COUNT; s++)
        if (c->absent[s] && used < sizeof names)
            used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "",
                                     subsystems[s].id);
    if (used)
        say(c,
            "Nothing of %s was measured, which the baseline has: whether it changed is not known.",
            names);
    if (c->young_rows)
        say(c,
            "%zu row%s of the baseline %s in fewer than %d of its sessions, and %s not measured: too "
            "few to judge by. More sessions with everything: vmtax record --name %s",
            c->young_rows, plural(c->young_rows), c->young_rows == 1 ? "is" : "are", BASELINE_YOUNG,
            c->young_rows == 1 ? "was" : "were", c->baseline);
}

void check_advise(struct check *c, const struct baseline *b, const struct result *now,
                  size_t now_count)
{
    c->advice_count = 0;
    name_sides(c, b, now);
    if (c->fatal) {
        say(c, "Nothing is judged: what differs is named under what else changed. A baseline of "
               "this machine as it is now: vmtax record --new");
        return;
    }
    if (c->more) {
        say(c, "This baseline is too young to judge, %zu more session%s: intervals only.", c->more,
            plural(c->more));
        say(c, "More: vmtax record --name %s, at best after a reboot and on another day.", b->name);
    }
    say_cause(c);
    say_worst(c, b, now);
    say_power(c);
    if (c->group_count && check_hides(c))
        say(c,
            "That is more than the %.0f %% asked for (--find): smaller changes may hide. More "
            "sessions in the baseline, or a quieter machine, find more.",
            100 * stats_loss(c->find));
    if (c->lost_rows)
        say(c,
            "%zu row%s of the baseline gave no figure now, or in one session only; vmtax report "
            "last says why.",
            c->lost_rows, plural(c->lost_rows));
    if (c->other_rows)
        say(c,
            "%zu row%s not judged: what does the work is other work now. vmtax record --new begins "
            "a baseline of it.",
            c->other_rows, c->other_rows == 1 ? " is" : "s are");
    if (c->lost_targets)
        say(c, "%zu guest%s of the baseline could not be measured now%s%s.", c->lost_targets,
            plural(c->lost_targets), c->lost_why[0] ? ": " : "", c->lost_why);
    if (c->left_out)
        say(c,
            "%zu row%s of the baseline %s left out: two sessions of everything do not fit into the "
            "time; --budget gives more.",
            c->left_out, plural(c->left_out), c->left_out == 1 ? "was" : "were");
    say_absent(c);
    say_trust(c, b, now, now_count);
}
