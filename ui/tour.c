#include <config.h>

#include "ui/tour.h"

#include "text.h"
#include "ui/card.h"
#include "ui/digits.h"
#include "ui/facts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MARGIN 3

/* Which slides are there */

static bool any_of_subsystem(const struct snapshot *s, size_t sub)
{
    for (size_t i = 0; i < s->metric_count; i++)
        for (size_t t = 1; t < s->target_count; t++)
            if ((sub == SUBSYSTEM_COUNT || s->metrics[i].workload->subsystem == sub) &&
                row_read(s, i, t).compared)
                return true;
    return false;
}

static bool is_there(const struct snapshot *s, size_t slide)
{
    if (slide >= TOUR_SUBSYSTEM && slide < TOUR_ANSWER)
        return any_of_subsystem(s, slide - TOUR_SUBSYSTEM);
    if (slide == TOUR_ANSWER || slide == TOUR_WORST)
        return any_of_subsystem(s, SUBSYSTEM_COUNT);
    return true;
}

size_t tour_step(const struct snapshot *s, size_t slide, int by, bool around)
{
    size_t to = slide;
    do {
        if (!around && (by < 0 ? to == 0 : to + 1 == TOUR_SLIDES))
            return slide;
        to = (to + (by < 0 ? TOUR_SLIDES - 1 : 1)) % TOUR_SLIDES;
    } while (!is_there(s, to));
    return to;
}

void tour_place(const struct snapshot *s, size_t slide, char out[16])
{
    size_t at = 0, count = 0;
    for (size_t i = 0; i < TOUR_SLIDES; i++) {
        count += is_there(s, i);
        if (i == slide)
            at = count;
    }
    snprintf(out, 16, "%zu/%zu", at, count);
}

/* A figure for each guest */

struct share {
    double ratio, low, high;
    bool known, bounded, emulated;
    enum verdict verdict;
    size_t n;       /* of what */
    const char *of; /* one of them */
    uint32_t flags;
};

static struct share summary_figure(const struct snapshot *s, size_t sub, size_t target)
{
    const struct subsystem_summary_cell *cell = &s->summary.cell[sub][target];
    size_t subsystem_count = 0;
    for (size_t i = 0; i < SUBSYSTEM_COUNT; i++)
        subsystem_count += s->summary.cell[i][target].known;
    bool all = sub == SUBSYSTEM_COUNT;
    return (struct share){.ratio = cell->ratio,
                          .low = cell->low,
                          .high = cell->high,
                          .known = cell->known && isfinite(cell->ratio),
                          .bounded = cell->bounded,
                          .emulated = s->targets[target].emulated,
                          .verdict = cell->verdict,
                          .n = all ? subsystem_count : cell->rows,
                          .of = all ? "subsystem" : "row",
                          .flags = cell->flags};
}

static void verdict_line(struct canvas *c, int y, int x, const struct share *f)
{
    char interval[64] = "no interval yet";
    if (f->bounded)
        snprintf(interval, sizeof interval, "95 %% interval %.1f–%.1f", 100 * f->low,
                 100 * f->high);
    canvas_put(c, y, x, glyph(c->glyphs, glyph_of_verdict(f->verdict)),
               style_of_verdict(f->verdict), attr_of_verdict(f->verdict));
    x = canvas_text(c, y, x + 2, style_of_verdict(f->verdict), attr_of_verdict(f->verdict),
                    verdicts[f->verdict].title);
    canvas_textf(c, y, x, STYLE_DIM, 0, "  %s", interval);
}

/* "6 rows  P"; nothing if that does not end before column end. */
static void count_line(struct canvas *c, int y, int x, int end, const char *before,
                       const struct share *f)
{
    char letters[FLAG_COUNT + 1], text[96];
    snprintf(text, sizeof text, "%s%zu %s%s", before, f->n, f->of, f->n == 1 ? "" : "s");
    stats_flags(f->flags & ~(uint32_t)FLAG_NESTED, letters);
    if (x + canvas_columns(text) + 2 + canvas_columns(letters) > end)
        return;
    x = canvas_text(c, y, x, before[0] ? STYLE_TEXT : STYLE_DIM, 0, text);
    canvas_text(c, y, x + 2, STYLE_WARN, 0, letters);
}

/* Who, how much, how sure. */
static int figure_rows(int scale)
{
    return scale * DIGITS_HEIGHT + 5;
}

static void draw_figure(struct canvas *c, struct rect r, int scale, const struct board_target *t,
                        const struct share *f)
{
    char number[NUMBER_MAX], text[NUMBER_MAX + 2];
    struct rect former = canvas_clip(c, r);
    int y = r.y;
    widget_target(c, y, r.x, r.w, t);
    if (f->emulated) {
        canvas_text(c, y + 2, r.x, STYLE_DIM, 0, "emulated: no figure of a hypervisor");
    } else if (!f->known) {
        canvas_text(c, y + 2, r.x, STYLE_DIM, 0, "not measured yet");
    } else {
        snprintf(text, sizeof text, "%s%%", number_ratio(number, 6, f->ratio, UNIT_PERCENT));
        digits_draw(c, y + 2, r.x, scale, style_of_verdict(f->verdict), attr_of_verdict(f->verdict),
                    text);
        y += scale * DIGITS_HEIGHT;
        count_line(c, y + 3, r.x, r.x + r.w, "of native's performance, ", f);
        verdict_line(c, y + 4, r.x, f);
    }
    canvas_unclip(c, former);
}

/* As many beside each other as there is room for; the others a line each, and where there are not
 * lines enough their number. Returns the next row. */
static int draw_figures(struct canvas *c, struct rect r, const struct snapshot *s, size_t sub)
{
    int guests = (int)s->target_count - 1, place = 0;
    int columns = r.w / DIGITS_WIDTH > 1 ? r.w / DIGITS_WIDTH : 1;
    int scale = digits_scale(r, guests < columns ? guests : columns);
    int column = scale * DIGITS_WIDTH, rows = figure_rows(scale), y = r.y + rows;
    columns = r.w / column > 1 ? r.w / column : 1;
    int lines = r.h - rows, listed = guests - columns;
    if (listed > lines) /* the last line is for their number */
        listed = lines > 0 ? lines - 1 : 0;
    for (size_t t = 1; t < s->target_count; t++) {
        struct share f = summary_figure(s, sub, t);
        if (place >= columns + listed) {
            if (lines > 0)
                canvas_textf(c, y++, r.x, STYLE_DIM, 0, "and %zu more", s->target_count - t);
            break;
        }
        if (place < columns) {
            int w = columns > 1 ? column : r.w;
            draw_figure(c, (struct rect){r.y, r.x + place * column, rows, w}, scale, &s->targets[t],
                        &f);
            place++;
            continue;
        }
        int x = widget_target(c, y, r.x, 24, &s->targets[t]);
        widget_ratio(c, y, x + 2, 8, f.known ? f.ratio : NAN, f.verdict, UNIT_PERCENT, f.emulated);
        if (f.known && f.bounded && !f.emulated) {
            x = canvas_textf(c, y, x + 12, STYLE_DIM, 0, "%.1f–%.1f", 100 * f.low, 100 * f.high);
            count_line(c, y, x + 2, r.x + r.w, "", &f);
        }
        place++;
        y++;
    }
    return y;
}

/* Their intervals on one axis, if there is room for all of them. */
static void draw_intervals(struct page *p, const struct snapshot *s, size_t sub)
{
    double ends[2 * TARGETS_MAX];
    size_t count = 0;
    int w = p->r.w < 100 ? p->r.w : 100;
    for (size_t t = 1; t < s->target_count; t++) {
        struct share f = summary_figure(s, sub, t);
        if (!f.known || !f.bounded || f.emulated)
            continue;
        ends[count++] = 100 * f.low;
        ends[count++] = 100 * f.high;
    }
    if (count == 0 || page_left(p) < (int)count / 2 + 4)
        return;
    struct axis a = row_axis(ends, count);
    for (size_t t = 1; t < s->target_count; t++) {
        struct share f = summary_figure(s, sub, t);
        if (!f.known || !f.bounded || f.emulated)
            continue;
        struct mark m = {.value = 100 * f.ratio,
                         .low = 100 * f.low,
                         .high = 100 * f.high,
                         .bounded = true,
                         .native = 100,
                         .kind = s->targets[t].kind,
                         .line = style_of_verdict(f.verdict)};
        widget_whisker(p->c, p->y++, p->r.x, w, &a, &m);
    }
    widget_axis(p->c, p->y++, p->r.x, w, &a, "%");
    p->y++;
}

/* The slowest row that counts, of a subsystem or of all. */
static struct row slowest(const struct snapshot *s, size_t sub, bool judged)
{
    struct row found = {0};
    for (size_t i = 0; i < s->metric_count; i++)
        for (size_t t = 1; t < s->target_count; t++) {
            struct row r = row_read(s, i, t);
            if (!r.compared || r.emulated ||
                (sub != SUBSYSTEM_COUNT && r.metric->workload->subsystem != sub) ||
                (judged && r.verdict != VERDICT_WORSE && r.verdict != VERDICT_SLIGHTLY_WORSE))
                continue;
            if (!found.compared || r.ratio < found.ratio)
                found = r;
        }
    return found;
}

static void say_row(struct page *p, const char *before, const struct row *r)
{
    char label[LABEL_MAX], native[32] = "not measured", guest[32] = "not measured";
    char ratio[NUMBER_MAX], half[NUMBER_MAX], letters[FLAG_COUNT + 1];
    const struct workload *w = r->metric->workload;
    row_label(r->metric, label);
    if (r->metric->cell[0].figure.measured)
        row_figure(w, r->metric->cell[0].figure.value, native);
    if (r->cell->figure.measured)
        row_figure(w, r->cell->figure.value, guest);
    stats_flags(r->flags & ~(uint32_t)FLAG_NESTED, letters);
    page_textf(p, STYLE_TEXT, 0, "%s%s: native %s, %s %s: %s%s %%, n %zu, %s%s%s", before, label,
               native, r->target->id, guest, number_ratio(ratio, 6, r->ratio, UNIT_PERCENT),
               row_half(r, UNIT_PERCENT, half), r->n, verdicts[r->verdict].title,
               letters[0] ? ", flags " : "", letters);
}

/* The slides. Each gets the area below its title. */

static void draw_intro(struct page *p, const struct snapshot *s)
{
    char guests[160] = "";
    for (size_t t = 1; t < s->target_count; t++) {
        size_t used = strlen(guests);
        snprintf(guests + used, sizeof guests - used, "%s%s", used ? ", " : "", s->targets[t].id);
    }
    page_text(p, STYLE_TEXT, 0,
              "The same short workloads run on the machine itself, which is native, and in guests "
              "on it, in turn; each figure is compared with native's.");
    page_gap(p);
    if (guests[0])
        page_textf(p, STYLE_TEXT, 0, "Guests here: %s.", guests);
    page_text(p, STYLE_TEXT, 0, "100 % is native. Less is slower, for times too.");
    page_text(p, STYLE_TEXT, 0,
              "A verdict is given only where the measurement carries one; the interval says how "
              "sure a figure is.");
    page_gap(p);
    if (s->replayed)
        page_textf(p, STYLE_WARN, 0, "RECORDED: %s. Nothing is measured now.", s->title);
    else
        page_textf(p, STYLE_OK, 0, "LIVE: all that is shown is measured now, on %s.",
                   s->host.name[0] ? s->host.name : "this machine");
}

static size_t rows_measured(const struct snapshot *s)
{
    size_t count = 0;
    for (size_t i = 0; i < s->metric_count; i++)
        count += s->metrics[i].cell[0].figure.measured;
    return count;
}

static void draw_run(struct page *p, const struct snapshot *s)
{
    char big[16], left[16];
    const struct board_run *run = &s->run;
    if (run->active)
        snprintf(big, sizeof big, "%.0f%%", 100 * fmin(fmax(run->done, 0), 1));
    else
        snprintf(big, sizeof big, "%zu", rows_measured(s));
    int scale = digits_scale(p->r, 1);
    digits_draw(p->c, p->y, p->r.x, scale, STYLE_STRONG, ATTR_BOLD, big);
    p->y += scale * DIGITS_HEIGHT + 1;
    if (!run->active) {
        page_text(p, STYLE_TEXT, 0, "rows are measured; nothing runs now.");
    } else {
        page_textf(p, STYLE_TEXT, 0, "%s%s%s", run->title[0] ? run->title : "starting",
                   run->phase[0] ? ": " : "", run->phase);
        if (run->eta_s >= 0)
            page_textf(p, STYLE_DIM, 0, "%s left. What is measured is shown as soon as it is.",
                       text_duration(left, sizeof left, run->eta_s));
    }
    page_gap(p);
    facts_targets(p, s, false);
}

static void draw_subsystem(struct page *p, const struct snapshot *s, size_t sub)
{
    p->y = draw_figures(p->c, p->r, s, sub) + 1;
    draw_intervals(p, s, sub);
    struct row r = slowest(s, sub, false);
    if (!r.compared)
        return;
    say_row(p, "Its slowest row: ", &r);
}

static void draw_answer(struct page *p, const struct snapshot *s)
{
    p->y = draw_figures(p->c, p->r, s, SUBSYSTEM_COUNT) + 1;
    draw_intervals(p, s, SUBSYSTEM_COUNT);
    facts_answer(p, s);
    facts_late(p, s);
}

static void draw_worst(struct page *p, const struct snapshot *s)
{
    struct row r = slowest(s, SUBSYSTEM_COUNT, true);
    if (!r.compared) {
        page_text(p, STYLE_STRONG, ATTR_BOLD, "No row is slower than native beyond its interval.");
        r = slowest(s, SUBSYSTEM_COUNT, false);
        if (r.compared) {
            page_gap(p);
            say_row(p, "The slowest of those without such a verdict: ", &r);
        }
        return;
    }
    struct share f = {.ratio = r.ratio,
                      .low = r.low,
                      .high = r.high,
                      .known = true,
                      .bounded = r.bounded,
                      .verdict = r.verdict,
                      .n = r.n,
                      .of = "block",
                      .flags = r.flags};
    int scale = digits_scale(p->r, 1), rows = figure_rows(scale);
    draw_figure(p->c, (struct rect){p->y, p->r.x, rows, p->r.w}, scale, r.target, &f);
    p->y += rows + 1;
    say_row(p, "", &r);
    char method[METHOD_MAX];
    if (r.metric->workload->method)
        page_text(p, STYLE_DIM, 0, workload_method(r.metric->workload, r.metric->params, method));
}

static void draw_end(struct page *p, const struct snapshot *s)
{
    uint32_t used = 0;
    facts_tally(p, s);
    page_gap(p);
    for (size_t t = 1; t < s->target_count; t++)
        used |= s->summary.cell[SUBSYSTEM_COUNT][t].flags;
    for (size_t i = 0; i < FLAG_COUNT; i++)
        if (used & 1u << i)
            page_textf(p, STYLE_WARN, 0, "%c %s", flags[i].letter, flags[i].meaning);
    facts_late(p, s);
    facts_targets(p, s, false);
    page_gap(p);
    page_text(p, STYLE_TEXT, 0, "The figures hold for this machine and the minutes of the run.");
    page_textf(p, STYLE_DIM, 0, "%s goes to the dashboard, where every row shows its reasons.",
               key_word(p->c->keymap, ACTION_BACK));
}

/* Those without a row here are subsystems, which say the rest. */
static const struct {
    const char *title;
    void (*draw)(struct page *p, const struct snapshot *s);
} slides[TOUR_SLIDES] = {
    [TOUR_INTRO] = {"What does your hypervisor cost you?", draw_intro},
    [TOUR_RUN] = {"The measurement", draw_run},
    [TOUR_ANSWER] = {"Everything together", draw_answer},
    [TOUR_WORST] = {"Where it costs most", draw_worst},
    [TOUR_END] = {"What to know", draw_end},
};

void tour_draw(struct canvas *c, struct rect bar, struct rect area, const struct snapshot *s,
               size_t slide)
{
    char place[16];
    canvas_fill(c, bar, ' ', STYLE_BAR, 0);
    int x = canvas_text(c, bar.y, bar.x + 1, STYLE_BAR_KEY, ATTR_BOLD,
                        s->replayed ? "RECORDED" : "LIVE");
    tour_place(s, slide, place);
    int end = canvas_text_right(c, bar.y, bar.x + bar.w - 2, STYLE_BAR_TEXT, 0, place);
    widget_cut(c, bar.y, x + 2, end - 2 - (x + 2), STYLE_BAR_TEXT, 0,
               s->replayed       ? s->title
               : s->host.name[0] ? s->host.name
                                 : "this machine");
    int w = area.w - 2 * MARGIN, gap = area.h >= 20 ? 2 : 1;
    size_t sub = slide - TOUR_SUBSYSTEM;
    canvas_text(c, area.y + 1, area.x + MARGIN, STYLE_STRONG, ATTR_BOLD,
                slides[slide].draw ? slides[slide].title : subsystems[sub].title);
    struct page p = page_begin(
        c, (struct rect){area.y + 2 + gap, area.x + MARGIN, area.h - 2 - gap, w});
    if (slides[slide].draw)
        slides[slide].draw(&p, s);
    else
        draw_subsystem(&p, s, sub);
}

void tour_hints(struct canvas *c, int y, int x, int limit)
{
    static const struct hint hints[] = {{ACTION_FREEZE, " next"},
                                        {ACTION_LEFT, " back"},
                                        {ACTION_BACK, " dashboard"},
                                        {ACTION_QUIT, " quit"}};
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++) {
        if (x + key_hint_columns(c, hints[i].action, hints[i].label) > limit)
            return;
        x = key_hint(c, y, x, hints[i].action, hints[i].label, true) + 2;
    }
}
