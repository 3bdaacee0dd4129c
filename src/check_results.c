/* From stored sessions to a check: what differs, what is missing, and what may be judged at all. */
#include "check.h"

#include "text.h"

#include <math.h>
#include <string.h>

/* Differences from a session of the baseline, once each, fatal ones first; of an older one only
 * what forbids a comparison. */
static void add_differences(struct check *c, const struct result *old, const struct result *new,
                            bool older)
{
    struct fingerprint_difference found[COMPARE_DIFFERENCES_MAX];
    size_t total = fingerprint_compare(old, new, found, COMPARE_DIFFERENCES_MAX);
    for (size_t i = 0; i < total && i < COMPARE_DIFFERENCES_MAX; i++) {
        bool known = older && !fingerprint_forbids(&found[i]);
        c->fatal |= fingerprint_forbids(&found[i]); /* also where there is no room to tell it */
        for (size_t k = 0; k < c->difference_count && !known; k++)
            known = strcmp(c->differences[k].key, found[i].key) == 0 &&
                    strcmp(c->differences[k].sentence, found[i].sentence) == 0;
        if (!known && c->difference_count < COMPARE_DIFFERENCES_MAX)
            c->differences[c->difference_count++] = found[i];
    }
}

static bool has_figures(const struct series *s, const char *target)
{
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->rows[i].target, target) == 0)
            return true;
    return false;
}

/* Of what was to be measured now and has figures in the baseline: what has none now. */
static void count_losses(struct check *c, const struct series *s, const struct result *now)
{
    for (size_t t = 0; t < now->target_count; t++) {
        if (s->lost[t] && !has_figures(s, now->targets[t].id))
            c->lost_targets++;
        else
            c->lost_rows += s->lost[t];
        c->other_rows += s->other[t];
    }
}

static void forget_verdicts(struct check *c)
{
    for (size_t i = 0; i < c->count; i++)
        c->rows[i].verdict = VERDICT_NOT_COMPARABLE;
    for (size_t g = 0; g < c->group_count; g++)
        c->groups[g].verdict = VERDICT_NOT_COMPARABLE;
    memset(c->verdicts, 0, sizeof c->verdicts);
    c->verdicts[VERDICT_NOT_COMPARABLE] = c->count;
    c->cause = CHECK_NOBODY;
}

/* Rows that are kept; the others' figures go with them. */
static void keep_rows(struct series *s, bool (*keep)(const struct series *s, size_t row))
{
    size_t kept = 0, width = s->before + s->now;
    for (size_t i = 0; i < s->count; i++) {
        if (!keep(s, i))
            continue;
        s->rows[kept] = s->rows[i];
        memmove(s->values + kept++ * width, s->values + i * width, width * sizeof *s->values);
    }
    s->count = kept;
}

static bool is_a_guests(const struct series *s, size_t row)
{
    return strcmp(s->rows[row].target, "native") != 0;
}

/* One figure of now alone does not show that the machine is busier than it was: a session that was
 * cut off would decide about what the others did not reach. */
static bool is_repeated(const struct series *s, size_t row)
{
    size_t now = 0;
    for (size_t k = s->before; k < s->before + s->now; k++)
        now += isnan(series_values(s, row)[k]) ? 0 : 1;
    return now >= CHECK_SESSIONS_MIN;
}

void check_results(struct check *c, const struct baseline *b, const struct result *now,
                   size_t now_count, double find, const struct check_absent *absent)
{
    struct series s;
    check_init(c);
    if (absent) {
        c->lost_targets = absent->targets;
        c->left_out = absent->rows;
        c->young_rows = absent->young;
        memcpy(c->absent, absent->subsystems, sizeof c->absent);
        text_clean(c->lost_why, sizeof c->lost_why, absent->why);
    }
    for (size_t i = 0; i < b->count; i++)
        add_differences(c, &b->sessions[i], &now[0], i > 0);
    series_make(&s, b->sessions, b->count, now, now_count);
    /* Absolute figures of another processor say nothing. */
    if (fingerprint_other_processor(&b->sessions[0], &now[0]))
        keep_rows(&s, is_a_guests);
    if (now_count >= CHECK_SESSIONS_MIN) {
        c->lost_rows = s.count;
        keep_rows(&s, is_repeated);
        c->lost_rows -= s.count;
    }
    /* What is refused beforehand has the machine's facts, and what its targets were to have. */
    bool measured = now[0].slot_count > 0;
    if (measured)
        count_losses(c, &s, &now[0]);
    check_judge(c, &s, find);
    compare_flag_changed(c->rows, c->count, c->differences, c->difference_count);
    if (!measured)
        c->sessions_now = 0;
    if (c->fatal)
        forget_verdicts(c);
    series_release(&s);
    check_advise(c, b, now, now_count);
}

bool check_hides(const struct check *c)
{
    const struct check_power *both[] = {&c->power, &c->native_power};
    bool known = false, hides = false;
    for (size_t i = 0; i < 2; i++) {
        known |= both[i]->known;
        hides |= both[i]->known && both[i]->subsystem > c->find;
    }
    return hides || !known;
}

int check_exit(const struct check *c)
{
    if (c->fatal || c->count == 0)
        return 4;
    for (size_t g = 0; g < c->group_count; g++)
        if (check_is_worse(c->groups[g].verdict))
            return 1;
    for (size_t i = 0; i < c->count; i++)
        if (check_is_worse(c->rows[i].verdict))
            return 1;
    if (c->lost_targets)
        return 4;
    if (c->more || check_hides(c) || c->lost_rows || c->other_rows)
        return 3;
    for (int s = 0; s < SUBSYSTEM_COUNT; s++)
        if (c->absent[s])
            return 3;
    return c->verdicts[VERDICT_INCONCLUSIVE] ? 3 : 0;
}
