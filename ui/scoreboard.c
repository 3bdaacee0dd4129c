#include "ui/scoreboard.h"

#include "text.h"
#include "ui/card.h"
#include "ui/prose.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct columns {
    int ink, ratio, half, rows, finds, worst, strip; /* widths, 0 = not shown; each has one blank */
};

static int take(int *left, int wanted, int *into)
{
    if (*left < wanted)
        return 0;
    *into += wanted;
    *left -= wanted;
    return 1;
}

static void give(int *left, int most, int *into)
{
    int more = *left < most - *into ? *left : most - *into;
    if (more > 0)
        take(left, more, into);
}

static struct columns fit(int w)
{
    struct columns k = {.ratio = 8};
    int left = w - k.ratio - 1;
    if (take(&left, 7, &k.ink) && take(&left, 6, &k.half) && take(&left, 8, &k.rows) &&
        take(&left, 7, &k.finds) && take(&left, 22, &k.worst)) {
        take(&left, 22, &k.strip);
        give(&left, 28, &k.worst);
    }
    give(&left, 12, &k.ink);
    if (k.strip > 0) {
        give(&left, 36, &k.worst);
        give(&left, 60, &k.strip);
    }
    give(&left, 24, &k.ink);
    return k;
}

size_t scoreboard_worst(const struct snapshot *s, enum subsystem sub, size_t target)
{
    size_t worst = SIZE_MAX;
    double lowest = INFINITY;
    for (size_t i = 0; i < s->metric_count; i++) {
        if (sub != SUBSYSTEM_COUNT && s->metrics[i].workload->subsystem != sub)
            continue;
        struct row r = row_read(s, i, target);
        if (r.compared && r.ratio < lowest) {
            lowest = r.ratio;
            worst = i;
        }
    }
    return worst;
}

/* One axis for all strips of a target, so that lines can be compared. */
static struct axis strip_axis(const struct snapshot *s, size_t target)
{
    double percents[ROWS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < s->metric_count && count < ROWS_MAX; i++)
        percents[count++] = row_read(s, i, target).ratio * 100;
    return row_axis(percents, count);
}

/* How bad, for the colour of a cell that several rows share: the worst one's. */
static int severity(enum verdict v)
{
    static const int order[VERDICT_COUNT] = {[VERDICT_WORSE] = 5,
                                             [VERDICT_SLIGHTLY_WORSE] = 4,
                                             [VERDICT_INCONCLUSIVE] = 3,
                                             [VERDICT_BETTER] = 2,
                                             [VERDICT_SAME] = 1};
    return order[v];
}

/* All rows of a subsystem along the axis, dots piled up where several lie: the more rows, the
 * higher. The worst row of a cell gives its colour, so it is drawn last. */
static void draw_strip(struct canvas *c, int y, int x, int w, const struct snapshot *s,
                       enum subsystem sub, size_t target, const struct axis *a)
{
    struct plot p;
    int pile[2 * 256] = {0};
    if (w < 1 || w > 256)
        return;
    plot_init(&p, 1, w);
    for (int i = 0; i < w; i++)
        canvas_put(c, y, x + i, glyph(c->glyphs, GLYPH_GROOVE), STYLE_GROOVE, 0);
    struct {
        int column, severity;
        enum style style;
    } dots[ROWS_MAX];
    size_t count = 0;
    for (size_t k = 0; k < s->metric_count && count < ROWS_MAX; k++) {
        if (s->metrics[k].workload->subsystem != sub)
            continue;
        struct row r = row_read(s, k, target);
        int column = axis_column(a, 2 * w, r.ratio * 100, NULL);
        if (!r.compared || column < 0)
            continue;
        dots[count].column = column;
        dots[count].severity = severity(r.verdict);
        dots[count++].style = r.emulated ? STYLE_DIM : style_of_verdict(r.verdict);
    }
    for (int pass = 0; pass <= 5; pass++)
        for (size_t k = 0; k < count; k++) {
            if (dots[k].severity != pass)
                continue;
            int height = pile[dots[k].column]++;
            plot_dot(&p, dots[k].column, 3 - (height < 4 ? height : 3), dots[k].style);
        }
    plot_blit(&p, c, y, x);
    plot_release(&p);
    canvas_put(c, y, x + axis_column(a, w, 100, NULL), glyph(c->glyphs, GLYPH_NATIVE), STYLE_NATIVE,
               0);
}

static void draw_worst(struct canvas *c, int y, int x, int w, const struct snapshot *s,
                       enum subsystem sub, size_t target, enum unit_mode unit)
{
    char label[LABEL_MAX], number[NUMBER_MAX];
    size_t worst = scoreboard_worst(s, sub, target);
    if (worst == SIZE_MAX)
        return;
    struct row r = row_read(s, worst, target);
    row_label(r.metric, label);
    widget_cut(c, y, x, w - 8, r.verdict == VERDICT_WORSE ? STYLE_TEXT : STYLE_DIM, 0, label);
    if (unit == UNIT_RAW)
        unit = UNIT_PERCENT;
    number_ratio(number, 6, r.ratio, unit);
    enum style style = r.emulated ? STYLE_DIM : style_of_verdict(r.verdict);
    int first = canvas_text_right(c, y, x + w - 2, style, 0, number);
    if (r.emulated)
        canvas_put(c, y, first - 1, '~', style, 0);
    canvas_put(c, y, x + w - 1, r.emulated ? ' ' : glyph(c->glyphs, glyph_of_verdict(r.verdict)),
               style, r.emulated ? 0 : attr_of_verdict(r.verdict));
}

/* A subsystem without a figure: why its rows have none, if that was said. */
static void draw_unmeasured(struct canvas *c, int y, int x, int w, const struct snapshot *s,
                            enum subsystem sub)
{
    char reason[REASON_TEXT] = "not measured yet", text[REASON_TEXT + 8];
    for (size_t i = 0; i < s->metric_count; i++) {
        if (s->metrics[i].workload->subsystem != sub)
            continue;
        struct row r = row_read(s, i, 1);
        row_reason(s, &r, c->keymap, reason);
        break;
    }
    snprintf(text, sizeof text, "—  %s", reason);
    widget_cut(c, y, x, w, STYLE_DIM, 0, text);
}

/* What a typical row could have found: the geometric mean of the rows' detectable effects. brief:
 * all that there are were looked at only briefly, so that it is what would have been noticed. */
static double finds_typical(const struct snapshot *s, enum subsystem sub, size_t target,
                            bool *brief)
{
    double sum[2] = {0};
    size_t count[2] = {0};
    for (size_t i = 0; i < s->metric_count; i++) {
        if (sub != SUBSYSTEM_COUNT && s->metrics[i].workload->subsystem != sub)
            continue;
        struct row r = row_read(s, i, target);
        if (isfinite(r.detectable)) {
            sum[r.brief] += log(r.detectable);
            count[r.brief]++;
        }
    }
    *brief = count[1] > 0 && count[0] == 0;
    size_t n = count[*brief];
    return n ? exp(sum[*brief] / (double)n) : NAN;
}

static void draw_head(struct canvas *c, int y, int x, int w, const struct columns *k,
                      const struct snapshot *s, const struct board_target *t, bool words)
{
    int name = k->ink + k->ratio, end;
    if (k->half > 0 && t->state == BOARD_TARGET_READY)
        name -= 2;
    end = widget_target(c, y, x, w - 1 < name + k->half ? w - 1 : name + k->half, t);
    char state[CARD_TEXT] = "";
    int room = words || k->rows == 0 ? w : k->ink + k->ratio + k->half + k->rows - 5;
    if (t->state == BOARD_TARGET_STARTING)
        card_wait(state, s, t, x + room - 2 - end);
    else if (t->state == BOARD_TARGET_FAILED || t->state == BOARD_TARGET_UNUSABLE)
        text_copy(state, sizeof state, t->state == BOARD_TARGET_FAILED ? "failed" : "n/a here");
    if (*state && end + 1 + canvas_columns(state) < x + room)
        canvas_text(c, y, end + 1, t->state == BOARD_TARGET_FAILED ? STYLE_ERROR : STYLE_WARN, 0,
                    state);
    if (words)
        return;
    x += k->ink + k->ratio;
    if (k->half > 0 && end + 1 < x && !*state && !t->emulated)
        canvas_text(c, y, x, STYLE_DIM, 0, "±95 %");
    x += k->half;
    if (k->rows > 0)
        canvas_text_right(c, y, x + k->rows - 2, STYLE_DIM, 0, "rows");
    x += k->rows;
    if (k->finds > 0 && !t->emulated)
        canvas_text_right(c, y, x + k->finds - 2, STYLE_DIM, 0, "each ≥");
    x += k->finds;
    if (k->worst > 0)
        canvas_text(c, y, x + 1, STYLE_DIM, 0, "worst row");
    x += k->worst;
    if (k->strip > 0)
        canvas_text(c, y, x + 1, STYLE_DIM, 0, "every row, % of native");
}

/* Of what is emulated there is no mean: a bar or a number would look like a result. */
static void draw_emulated(struct canvas *c, int y, int x, int w, const struct board_target *t,
                          bool overall)
{
    static const char *const words[] = {"emulated, not counted", "not counted", "excl"};
    if (overall) {
        canvas_text(c, y, x, STYLE_DIM, 0, "—");
        return;
    }
    widget_mark(c, y, x, t);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (canvas_columns(words[i]) + 2 <= w) {
            canvas_text(c, y, x + 2, STYLE_DIM, 0, words[i]);
            return;
        }
}

static size_t known_subsystems(const struct snapshot *s, size_t target)
{
    size_t count = 0;
    for (size_t i = 0; i < SCOREBOARD_ROWS; i++)
        count += s->summary.cell[i][target].known;
    return count;
}

static void draw_cell(struct canvas *c, int y, int x, const struct columns *k,
                      const struct snapshot *s, const struct view *v, size_t line, size_t target,
                      const struct axis *a)
{
    const struct subsystem_summary_cell *cell = &s->summary.cell[line][target];
    const struct board_target *t = &s->targets[target];
    enum subsystem sub = (enum subsystem)line;
    enum unit_mode unit = v->unit == UNIT_RAW ? UNIT_PERCENT : v->unit;
    bool emulated = t->emulated && cell->rows > 0;
    double ratio = cell->known ? cell->ratio : NAN;
    enum verdict verdict = cell->known ? cell->verdict : VERDICT_NOT_MEASURED;
    if (emulated) {
        draw_emulated(c, y, x, k->ink + k->ratio + k->half - 1, t, line == SUBSYSTEM_COUNT);
    } else {
        if (k->ink > 0)
            widget_ink(c, y, x, k->ink - 1, 1 - ratio, style_of_verdict(verdict), false);
        widget_ratio(c, y, x + k->ink - (k->ink > 0), k->ratio, ratio, verdict, unit, false);
    }
    x += k->ink + k->ratio;
    if (!cell->known && !emulated) {
        if (cell->rows > 0 && target > 0) /* of one block there is no mean */
            widget_cut(c, y, x, k->half + k->rows + k->finds - 1, STYLE_DIM, 0, "too few blocks");
        return;
    }
    if (k->half > 0 && !emulated) {
        char number[NUMBER_MAX], letters[FLAG_COUNT + 1];
        if (cell->bounded)
            canvas_textf(c, y, x - 1, STYLE_DIM, 0, "±%s",
                         number_half_width(number, 4, cell->low, cell->high, unit));
        else if (line < SUBSYSTEM_COUNT)
            canvas_text(c, y, x - 1, STYLE_DIM, 0, "±?");
        if (k->rows > 0)
            canvas_textf(c, y, x + k->half - 1, STYLE_WARN, 0, "%.2s",
                         stats_flags(cell->flags & ~(uint32_t)FLAG_NESTED, letters));
    }
    x += k->half;
    if (k->rows > 0 && line < SUBSYSTEM_COUNT) {
        char text[32];
        snprintf(text, sizeof text, "%zu/%zu", cell->rows, cell->total);
        canvas_text_right(c, y, x + k->rows - 2, STYLE_DIM, 0, text);
    }
    x += k->rows;
    bool brief;
    double finds = finds_typical(s, sub, target, &brief);
    if (k->finds > 0 && isfinite(finds) && !t->emulated) {
        char text[32];
        snprintf(text, sizeof text, "%s%.*f%%%s", brief ? "(" : "", finds < 0.0995, finds * 100,
                 brief ? ")" : "");
        canvas_text_right(c, y, x + k->finds - 2, STYLE_DIM, 0, text);
    }
    x += k->finds;
    if (k->worst > 0 && line < SUBSYSTEM_COUNT)
        draw_worst(c, y, x + 1, k->worst - 2, s, sub, target, v->unit);
    else if (k->worst > 0 && !emulated)
        canvas_textf(c, y, x + 1, STYLE_DIM, 0, "%zu of %d subsystems", known_subsystems(s, target),
                     SCOREBOARD_ROWS);
    x += k->worst;
    if (k->strip > 0 && line < SUBSYSTEM_COUNT)
        draw_strip(c, y, x + 1, k->strip - 2, s, sub, target, a);
}

/* A guest that is not there, or not yet, and has not a single ratio has words instead of figures.
 */
static bool has_words(const struct snapshot *s, size_t target)
{
    const struct board_target *t = &s->targets[target];
    if (t->state != BOARD_TARGET_FAILED && t->state != BOARD_TARGET_UNUSABLE &&
        (t->state != BOARD_TARGET_STARTING || !t->reason[0]))
        return false;
    for (size_t i = 0; i < s->metric_count; i++)
        if (row_read(s, i, target).compared)
            return false;
    return true;
}

static void draw_words(struct canvas *c, struct rect r, const struct snapshot *s,
                       const struct board_target *t)
{
    struct page p = page_begin(c, r);
    if (t->state == BOARD_TARGET_STARTING) {
        char seconds[CARD_TEXT];
        page_textf(&p, STYLE_WARN, ATTR_BOLD, "%s is starting, %s", t->id,
                   card_seconds(seconds, s, t));
        char wait[CARD_TEXT];
        page_text(&p, STYLE_TEXT, 0, card_reason(wait, t, CARD_TEXT));
        page_gap(&p);
        page_textf(&p, STYLE_DIM, 0, "Its figures come here. %s stops the run.",
                   key_word(c->keymap, ACTION_ABORT));
        return;
    }
    page_textf(&p, t->state == BOARD_TARGET_FAILED ? STYLE_ERROR : STYLE_WARN, ATTR_BOLD,
               t->state == BOARD_TARGET_FAILED ? "%s did not start" : "%s cannot be used here",
               t->id);
    page_text(&p, STYLE_TEXT, 0, t->reason[0] ? t->reason : "no reason was given");
    page_gap(&p);
    if (t->remedy[0]) {
        page_text(&p, STYLE_DIM, 0, "what to do:");
        page_text(&p, STYLE_TEXT, ATTR_BOLD, t->remedy);
    }
    page_gap(&p);
    page_textf(&p, STYLE_DIM, 0, "Everything else goes on without it. %s tries again.",
               key_word(c->keymap, ACTION_RUN));
}

static void draw_absent(struct canvas *c, int y, int x, int w, enum subsystem sub, bool fresh)
{
    if (!row_subsystem_exists(sub)) {
        widget_cut(c, y, x, w, STYLE_DIM, 0, w >= 22 ? "—  not in this version" : "—");
        return;
    }
    if (fresh) {
        char text[64];
        size_t rows = row_subsystem_rows(sub, PROFILE_QUICK);
        snprintf(text, sizeof text, "—  %zu row%s%s", rows, rows == 1 ? "" : "s",
                 w >= 36 ? " in the quick comparison" : "");
        widget_cut(c, y, x, w, STYLE_DIM, 0, w >= 12 ? text : "—");
    }
}

void scoreboard_draw(struct canvas *c, struct rect r, const struct snapshot *s,
                     const struct view *v, size_t selected, bool framed)
{
    int name = 11, instruments = r.w >= 106 ? 18 : 0;
    size_t guests = s->target_count > 1 ? s->target_count - 1 : 0;
    struct rect former = canvas_clip(c, (struct rect){r.y, r.x - 1, r.h, r.w + 1});
    int room = r.w - name - instruments;
    size_t shown = guests, first = 1;
    while (shown > 1 && room / (int)shown < 10)
        shown--;
    if (v->target > shown && v->target <= guests)
        first = v->target - shown + 1;
    int w = shown > 0 ? room / (int)shown : room;
    struct columns k = fit(w);
    bool fresh = !row_any(s, SIZE_MAX);
    int y = r.y, x0 = r.x + name + instruments;

    if (shown == guests)
        canvas_text(c, y, r.x, STYLE_DIM, 0,
                    framed                  ? "subsystem"
                    : v->unit == UNIT_TIMES ? "× native"
                                            : "% native");
    else
        canvas_textf(c, y, r.x, STYLE_DIM, 0, "+%zu target ", guests - shown);
    if (guests == 0 && fresh)
        canvas_text(c, y, x0, STYLE_DIM, 0, "what is measured, on native and on each guest");
    else if (guests == 0)
        canvas_text(c, y, x0, STYLE_DIM, 0, "native alone: no guest to compare with");
    for (size_t i = 0; i < shown; i++)
        draw_head(c, y, x0 + (int)i * w, w, &k, s, &s->targets[first + i], has_words(s, first + i));
    y++;

    struct axis axes[TARGETS_MAX] = {{0}};
    for (size_t i = 0; i < shown && k.strip > 0; i++)
        axes[i] = strip_axis(s, first + i);
    int absent = r.x + r.w - x0; /* columns up to the first that has words */
    for (size_t i = shown; i-- > 1;)
        if (has_words(s, first + i))
            absent = (int)i * w - 1;
    size_t present = 0;
    for (size_t line = 0; line < SCOREBOARD_ROWS && y < r.y + r.h; line++, y++) {
        enum subsystem sub = (enum subsystem)line;
        bool here = row_subsystem_exists(sub), known = s->summary.cell[line][0].rows > 0;
        for (size_t t = 1; t <= guests; t++)
            known = known || s->summary.cell[line][t].rows > 0;
        present += known;
        widget_cursor(c, y, r.x, line == selected);
        canvas_text(c, y, r.x, here ? STYLE_TEXT : STYLE_DIM, line == selected ? ATTR_BOLD : 0,
                    subsystems[line].title);
        if (instruments)
            widget_cut(c, y, r.x + 10, instruments + name - 12, STYLE_DIM, 0,
                       subsystems[line].instruments);
        canvas_hit_row(c, (struct rect){y, r.x, 1, r.w}, 0, line, 0);
        if (!known) {
            draw_absent(c, y, x0, absent, sub, fresh || guests == 0);
            if (here && !fresh && guests > 0)
                draw_unmeasured(c, y, x0, absent, s, sub);
            continue;
        }
        for (size_t i = 0; i < shown; i++)
            if (!has_words(s, first + i))
                draw_cell(c, y, x0 + (int)i * w, &k, s, v, line, first + i, &axes[i]);
        if (guests == 0)
            canvas_textf(c, y, x0, STYLE_TEXT, 0, "%zu row%s measured",
                         s->summary.cell[line][0].rows,
                         s->summary.cell[line][0].rows == 1 ? "" : "s");
    }
    if (y < r.y + r.h) {
        char text[48];
        canvas_text(c, y, r.x, STYLE_STRONG, ATTR_BOLD, "geomean");
        snprintf(text, sizeof text, "%zu of %d subsystems", present, SCOREBOARD_ROWS);
        if (instruments && !k.worst) /* else each target has its own count there */
            widget_cut(c, y, r.x + 10, instruments + name - 11, STYLE_DIM, 0, text);
        for (size_t i = 0; i < shown; i++) {
            int at = x0 + (int)i * w;
            if (has_words(s, first + i))
                continue;
            draw_cell(c, y, at, &k, s, v, SUBSYSTEM_COUNT, first + i, &axes[i]);
            at += k.ink + k.ratio + k.half + k.rows + k.finds + k.worst;
            if (k.strip > 0 && present > 0)
                widget_axis(c, y, at + 1, k.strip - 2, &axes[i],
                            v->unit == UNIT_TIMES ? "%" : NULL);
        }
    }
    for (size_t i = 0; i < shown; i++) {
        struct rect words = {r.y + 1, x0 + (int)i * w, r.h - 2, w - 2};
        if (!has_words(s, first + i))
            continue;
        canvas_fill(c, (struct rect){r.y + 1, words.x - 1, r.h - 1, w}, ' ', STYLE_TEXT, 0);
        draw_words(c, words, s, &s->targets[first + i]);
    }
    canvas_unclip(c, former);
}
