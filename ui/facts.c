#include "ui/facts.h"

#include "baseline.h"
#include "ui/card.h"

#include <math.h>
#include <stdio.h>

void facts_tally(struct page *p, const struct snapshot *s)
{
    static const enum verdict shown[] = {VERDICT_WORSE,        VERDICT_SLIGHTLY_WORSE,
                                         VERDICT_INCONCLUSIVE, VERDICT_SAME,
                                         VERDICT_NO_SIGN,      VERDICT_BETTER};
    for (size_t t = 1; t < s->target_count && page_left(p) > 0; t++) {
        size_t count[VERDICT_COUNT] = {0}, total = 0;
        for (size_t i = 0; i < s->metric_count; i++) {
            struct row r = row_read(s, i, t);
            if (r.compared) {
                count[r.verdict]++;
                total++;
            }
        }
        if (total == 0)
            continue;
        int end = p->r.x + p->r.w;
        int x = widget_target(p->c, p->y, p->r.x, 16, &s->targets[t]);
        x = canvas_textf(p->c, p->y, x, STYLE_DIM, 0, "  %zu rows ", total);
        if (s->targets[t].emulated)
            canvas_text(p->c, p->y, x, STYLE_DIM, 0, " not judged");
        for (size_t i = 0;
             !s->targets[t].emulated && i < sizeof shown / sizeof shown[0] && x + 6 < end; i++)
            if (count[shown[i]] > 0) {
                x = canvas_textf(p->c, p->y, x + 1, style_of_verdict(shown[i]),
                                 attr_of_verdict(shown[i]), "%zu", count[shown[i]]);
                canvas_put(p->c, p->y, x++, glyph(p->c->glyphs, glyph_of_verdict(shown[i])),
                           style_of_verdict(shown[i]), attr_of_verdict(shown[i]));
            }
        p->y++;
    }
}

static bool any_compared(const struct snapshot *s, size_t target)
{
    for (size_t i = 0; i < s->metric_count; i++)
        if (row_read(s, i, target).compared)
            return true;
    return false;
}

void facts_answer(struct page *p, const struct snapshot *s)
{
    for (size_t t = 1; t < s->target_count; t++) {
        const struct subsystem_summary_cell *mean = &s->summary.cell[SUBSYSTEM_COUNT][t];
        const char *id = s->targets[t].id;
        if (s->targets[t].emulated && any_compared(s, t))
            page_textf(p, STYLE_TEXT, 0, "%s is EMULATED: its figures are shown, never judged.",
                       id);
        if (!mean->known || !isfinite(mean->ratio) || s->targets[t].emulated)
            continue;
        char interval[48] = "";
        if (mean->bounded)
            snprintf(interval, sizeof interval, " (%.1f–%.1f)", mean->low * 100, mean->high * 100);
        switch (mean->verdict) {
        case VERDICT_SLIGHTLY_WORSE:
        case VERDICT_WORSE:
            if (mean->bounded)
                snprintf(interval, sizeof interval, " (%.1f–%.1f)", 100 - mean->high * 100,
                         100 - mean->low * 100);
            page_textf(p, STYLE_STRONG, ATTR_BOLD,
                       "On average %s costs %.1f %%%s of native's speed.", id,
                       100 - mean->ratio * 100, interval);
            break;
        case VERDICT_SAME:
            page_textf(p, STYLE_STRONG, ATTR_BOLD,
                       "On average %s is as fast as native, within the margin: %.1f %%%s.", id,
                       mean->ratio * 100, interval);
            break;
        case VERDICT_BETTER:
            page_textf(p, STYLE_STRONG, ATTR_BOLD,
                       "On average %s seems faster than native: %.1f %%%s. Why?", id,
                       mean->ratio * 100, interval);
            break;
        default:
            page_textf(p, STYLE_TEXT, 0, "%s: %.1f %% of native on average%s; %s.", id,
                       mean->ratio * 100, interval, verdicts[mean->verdict].title);
            break;
        }
    }
    size_t older = 0, total = 0;
    for (size_t i = 0; i < s->metric_count; i++)
        for (size_t t = 1; t < s->target_count; t++) {
            struct row r = row_read(s, i, t);
            total += r.compared;
            older += r.compared && r.older;
        }
    if (s->left_out[0])
        page_text(p, STYLE_DIM, 0, s->left_out);
    if (older > 0)
        page_textf(p, STYLE_DIM, 0, "%zu of %zu rows are of earlier runs; each shows its age.",
                   older, total);
}

void facts_late(struct page *p, const struct snapshot *s)
{
    char looks[64] = "";
    if (s->late_looks)
        snprintf(looks, sizeof looks, "%s%zu not measured again", s->late_rows ? ", " : "",
                 s->late_looks);
    if (s->late_rows)
        page_textf(p, STYLE_WARN, 0, "Out of time: %zu row%s not measured to the end%s.",
                   s->late_rows, s->late_rows == 1 ? "" : "s", looks);
    else if (*looks)
        page_textf(p, STYLE_WARN, 0, "Out of time: %s.", looks);
}

void facts_targets(struct page *p, const struct snapshot *s, bool measured_only)
{
    for (size_t t = 0; t < s->target_count; t++) {
        const struct board_target *to = &s->targets[t];
        if (to->state == BOARD_TARGET_STARTING) {
            char wait[CARD_TEXT];
            page_textf(p, STYLE_WARN, 0, "%s is %s", to->id,
                       card_wait(wait, s, to, 2 * p->r.w - 16));
        }
        if (to->state != BOARD_TARGET_FAILED && to->state != BOARD_TARGET_UNUSABLE)
            continue;
        if (measured_only && !any_compared(s, t))
            continue;
        page_textf(p, to->state == BOARD_TARGET_FAILED ? STYLE_ERROR : STYLE_WARN, 0, "%s %s: %s",
                   to->id, to->state == BOARD_TARGET_FAILED ? "failed" : "cannot be used",
                   to->reason);
        if (to->remedy[0])
            page_text(p, STYLE_TEXT, 0, to->remedy);
    }
}

void facts_differences(struct page *p, const struct snapshot *s)
{
    const struct board_baseline *b = &s->baseline;
    if (!b->known)
        return;
    if (baseline_is_future(b->age_s))
        page_text(p, STYLE_WARN, 0,
                  "It is dated in the future: this machine's clock is wrong, or it was then.");
    if (b->difference_count == 0) {
        page_text(p, STYLE_DIM, 0, "The machine is as it was when the baseline was recorded.");
        return;
    }
    if (page_left(p) > 2)
        page_text(p, STYLE_DIM, 0, "Changed on the machine since:");
    for (size_t i = 0; i < b->difference_count && i < 4; i++)
        page_textf(p, STYLE_WARN, 0, "F %s", b->differences[i]);
    if (b->difference_total > b->difference_count)
        page_textf(p, STYLE_DIM, 0, "and %zu more", b->difference_total - b->difference_count);
}

void facts_baseline(const struct snapshot *s, char out[160])
{
    const struct board_baseline *b = &s->baseline;
    char age[48], number[32];
    out[0] = '\0';
    if (!b->known)
        return;
    if (baseline_is_future(b->age_s))
        snprintf(age, sizeof age, "dated in the future");
    else
        snprintf(age, sizeof age, "%s old", row_age(fmax(0, b->age_s), number));
    snprintf(out, 160, "baseline %.20s, %s, %.40s%s", b->name, age, b->strength,
             b->difference_total > 0 ? ", machine changed" : "");
}
