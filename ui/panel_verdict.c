/* The verdict of a check: the word, the counts and the exit code, only the rows that changed, and
 * in sentences why, what to look at next, what could have been found, and what else changed on the
 * machine. While the check runs: how far it is, and how long it will take. */
#include "check.h"
#include "text.h"
#include "ui/layout.h"
#include "ui/prose.h"
#include "ui/widget.h"
#include "xalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BOX_ROWS, BOX_WORDS, BOX_COUNT };

#define SENTENCE_MAX CHECK_ADVICE_TEXT
#define HEAD_ROWS    5 /* with its frame */
#define FRAME        2 /* rows, or columns */

static size_t boxes(const struct snapshot *s, int h, int w)
{
    (void)s, (void)h, (void)w;
    return BOX_COUNT;
}

/* Sentences: what the check says, then what else changed, or that nothing did. */
static size_t words_of(const struct check *c)
{
    return c->advice_count + (c->difference_count ? c->difference_count : 1);
}

static const char *sentence(const struct check *c, size_t i, enum style *style, char *out,
                            size_t size)
{
    static const enum style styles[] = {STYLE_TEXT, STYLE_WARN, STYLE_ERROR};
    *style = STYLE_TEXT;
    if (i < c->advice_count)
        return c->advice[i];
    if (!c->difference_count) {
        *style = STYLE_DIM;
        return "Nothing else changed on the machine that is known.";
    }
    const struct fingerprint_difference *d = &c->differences[i - c->advice_count];
    *style = styles[d->class];
    snprintf(out, size, "%s: %s", fact_class_words[d->class], d->sentence);
    return out;
}

static size_t rows(const struct snapshot *s, const struct view *v, size_t box)
{
    (void)v;
    const struct check *c = s->check.verdict;
    if (c && !s->check.active && box == BOX_WORDS)
        return words_of(c);
    if (!c || !c->count)
        return 0;
    size_t *order = xcalloc(c->count, sizeof *order);
    size_t n = check_changed(c, order);
    free(order);
    return n;
}

static size_t metric(const struct snapshot *s, const struct view *v)
{
    const struct check *c = s->check.verdict;
    size_t found = SIZE_MAX, n;
    if (!c || !c->count || v->box == BOX_WORDS)
        return found;
    size_t *order = xcalloc(c->count, sizeof *order);
    n = check_changed(c, order);
    const struct compare_row *row = v->row[BOX_ROWS] < n ? &c->rows[order[v->row[BOX_ROWS]]] : NULL;
    for (size_t i = 0; row && i < s->metric_count; i++)
        if (s->metrics[i].workload == row->workload &&
            strcmp(s->metrics[i].params, row->params) == 0)
            found = i;
    free(order);
    return found;
}

static bool read_sentence(const struct snapshot *s, const struct view *v, struct reading *out)
{
    const struct check *c = s->check.verdict;
    char text[SENTENCE_MAX];
    enum style style;
    size_t i = v->row[BOX_WORDS];
    if (!c || s->check.active || v->box != BOX_WORDS || i >= words_of(c))
        return false;
    text_copy(out->title, sizeof out->title, i < c->advice_count ? "verdict" : "what else changed");
    snprintf(out->head, sizeof out->head, "%s, exit code %d", check_headline(c), check_exit(c));
    text_copy(out->text, sizeof out->text, sentence(c, i, &style, text, sizeof text));
    return true;
}

static enum verdict verdict_of(const struct check *c)
{
    static const enum verdict of_exit[] = {VERDICT_SAME, VERDICT_WORSE, VERDICT_INCONCLUSIVE,
                                           VERDICT_INCONCLUSIVE, VERDICT_NOT_COMPARABLE};
    return of_exit[check_exit(c)];
}

static void draw_glyph(struct canvas *c, int y, int x, enum verdict v)
{
    canvas_put(c, y, x, glyph(c->glyphs, glyph_of_verdict(v)), style_of_verdict(v),
               attr_of_verdict(v));
}

/* How far the check is, of all its sessions, and how long it will take. */
static void draw_way(struct canvas *c, struct rect in, const struct snapshot *s)
{
    const struct board_check *check = &s->check;
    char left[24], right[40];
    double done = fmin(fmax(s->run.done, 0), 1);
    double seconds = fmax(0, fmin(s->run.eta_s, check->until_s - s->now_s));
    double share = ((double)check->session - 1 + done) / (double)check->sessions;
    /* Of the next session nothing is known until it has begun. */
    if (!s->run.active || s->run.eta_s < 0)
        seconds = fmax(0, check->until_s - s->now_s);
    int columns = snprintf(right, sizeof right, "%s%s left",
                           !s->run.active || s->run.eta_s < 0 ? "at most " : "",
                           text_duration(left, sizeof left, seconds));
    char way[160];
    snprintf(way, sizeof way, "%3.0f %%  %s", 100 * share,
             s->run.active && s->run.workload ? s->run.title : s->run.phase);
    int x = canvas_textf(c, in.y, in.x, STYLE_STRONG, ATTR_BOLD, "session %zu of %zu",
                         check->session, check->sessions);
    widget_cut(c, in.y, x + 2, in.x + in.w - columns - 2 - x - 2, STYLE_TEXT, 0, way);
    canvas_text_right(c, in.y, in.x + in.w - 1, STYLE_STRONG, ATTR_BOLD, right);
    widget_progress(c, in.y + 1, in.x, in.w, share, STYLE_OK);
    widget_cut(c, in.y + 2, in.x, in.w, STYLE_DIM, 0, check->plan);
}

/* hints: what acts on the box is in its frame. */
static void draw_head(struct canvas *c, struct rect r, const struct snapshot *s, bool hints)
{
    static const struct hint top[] = {{ACTION_CHECK, NULL},
                                      {ACTION_EXPORT, NULL},
                                      {ACTION_BASELINE, NULL},
                                      {ACTION_DOUBT, NULL},
                                      {ACTION_NONE, NULL}};
    const struct check *check = s->check.verdict;
    struct box box = {
        .title = "check after upgrade", .note = s->check.name, .top = hints ? top : NULL};
    struct rect in = widget_box(c, r, &box);
    char counts[160];
    int x;
    if (s->check.active) {
        draw_way(c, in, s);
        return;
    }
    if (!check && s->replayed) {
        canvas_text(c, in.y, in.x, STYLE_DIM, 0, "no check by this moment of the recording");
        return;
    }
    if (!check) {
        canvas_textf(c, in.y, in.x, STYLE_DIM, 0, "no check yet: %s starts one",
                     key_word(c->keymap, ACTION_CHECK));
        return;
    }
    enum verdict v = verdict_of(check);
    draw_glyph(c, in.y, in.x, v);
    x = canvas_text(c, in.y, in.x + 2, style_of_verdict(v), ATTR_BOLD, check_headline(check));
    widget_cut(c, in.y, x + 2, in.x + in.w - x - 2, STYLE_TEXT, 0,
               check_counts(check, counts, sizeof counts));
    widget_cut(c, in.y + 1, in.x, in.w, STYLE_DIM, 0, check->before);
    char code[24];
    int columns = snprintf(code, sizeof code, "exit code %d", check_exit(check));
    widget_cut(c, in.y + 2, in.x, in.w - columns - 2, STYLE_DIM, 0, check->after);
    canvas_text_right(c, in.y + 2, in.x + in.w - 1, STYLE_STRONG, 0, code);
}

/* One axis for all rows shown: at least ten percent on each side of 100. */
static struct axis axis_of(const struct check *check, const size_t *order, size_t n)
{
    double *values = xcalloc(n + 2, sizeof *values);
    values[n] = 90;
    values[n + 1] = 110;
    for (size_t i = 0; i < n; i++)
        values[i] = fmin(200, 100 * exp(check->rows[order[i]].change.centre));
    struct axis a = axis_over(values, n + 2, 100, false);
    free(values);
    return a;
}

#define TEXT_COLUMNS 46 /* before the axis */
#define END_COLUMNS  14 /* after it: the figure and its p */

static void draw_row(struct canvas *c, int y, struct rect in, const struct compare_row *row,
                     const struct axis *a)
{
    char old[NUMBER_MAX], new[NUMBER_MAX], label[WORKLOAD_ID_MAX + PARAMS_TEXT + 2];
    bool native = strcmp(row->target, "native") == 0;
    double scale = native ? 1 : 100;
    int axis_width = in.w - TEXT_COLUMNS - END_COLUMNS, right = in.x + in.w - 1;
    snprintf(label, sizeof label, "%s%s%s", row->workload->id, row->params[0] ? " " : "",
             row->params);
    draw_glyph(c, y, in.x, row->verdict);
    widget_cut(c, y, in.x + 2, 18, STYLE_TEXT, 0, label);
    widget_cut(c, y, in.x + 21, 9, style_of_kind(row->target), 0, row->target);
    canvas_textf(c, y, in.x + 31, STYLE_DIM, 0, "%5s %5s%s", number_short(old, scale * row->before),
                 number_short(new, scale * row->after), native ? "" : " %");
    if (axis_width >= 10) {
        struct mark m = {.value = 100 * exp(row->change.centre),
                         .low = 100 * exp(row->change.low),
                         .high = 100 * exp(row->change.high),
                         .bounded = row->change.bounded,
                         .native = 100,
                         .kind = row->target,
                         .line = style_of_verdict(row->verdict)};
        widget_whisker(c, y, in.x + TEXT_COLUMNS, axis_width, a, &m);
    }
    char end[32], p[12] = "";
    if (isfinite(row->p))
        snprintf(p, sizeof p, row->p < 0.001 ? "<.001" : "%.3f", row->p);
    snprintf(end, sizeof end, "%.1f %5s", 100 * exp(row->change.centre), p);
    canvas_text_right(c, y, right, style_of_verdict(row->verdict), attr_of_verdict(row->verdict),
                      end);
}

static void draw_rows(struct canvas *c, struct rect r, const struct snapshot *s,
                      const struct view *v)
{
    static const struct hint bottom[] = {
        {ACTION_OPEN, NULL}, {ACTION_RUN, NULL}, {ACTION_NONE, NULL}};
    const struct check *check = s->check.verdict;
    struct box box = {.title = check && check->more ? "rows, without verdicts" : "changed",
                      .note = "% of before, 95 % interval",
                      .bottom = v->box < BOX_COUNT ? bottom : NULL,
                      .focus = v->box == BOX_ROWS};
    struct rect in = widget_box(c, r, &box);
    if (!check || in.h < 2)
        return;
    size_t *order = xcalloc(check->count + 1, sizeof *order);
    size_t n = check_changed(check, order), visible = (size_t)in.h - 1;
    struct axis a = axis_of(check, order, n);
    size_t first = widget_scroll(v->scroll[BOX_ROWS], v->row[BOX_ROWS], visible, n);
    if (!n)
        canvas_text(c, in.y, in.x, STYLE_DIM, 0,
                    check->fatal ? "nothing can be compared" : "no row changed beyond noise");
    for (size_t i = 0; i < visible && first + i < n; i++) {
        int y = in.y + (int)i;
        draw_row(c, y, in, &check->rows[order[first + i]], &a);
        widget_cursor(c, y, in.x, v->box == BOX_ROWS && first + i == v->row[BOX_ROWS]);
        canvas_hit_row(c, (struct rect){y, in.x, 1, in.w}, BOX_ROWS, first + i, 0);
    }
    if (n && in.w - TEXT_COLUMNS - END_COLUMNS >= 10) {
        widget_axis(c, in.y + in.h - 1, in.x + TEXT_COLUMNS, in.w - TEXT_COLUMNS - END_COLUMNS, &a,
                    "");
        canvas_text_right(c, in.y + in.h - 1, in.x + in.w - 1, STYLE_DIM, 0, "p (Holm)");
        canvas_text(c, in.y + in.h - 1, in.x + 30, STYLE_DIM, 0, "before   now");
    }
    if (n > visible)
        widget_more(c, r, first, n - first > visible ? n - first - visible : 0);
    free(order);
}

/* From which sentence on, so that the selected one is seen whole. */
static size_t first_sentence(struct canvas *c, struct rect in, const struct check *check,
                             size_t selected)
{
    size_t first = selected;
    int used = 0;
    for (size_t i = selected + 1; i-- > 0; first = i) {
        char text[SENTENCE_MAX];
        enum style style;
        used += prose_rows(c, in.w, sentence(check, i, &style, text, sizeof text));
        if (used > in.h)
            break;
    }
    return first;
}

static void draw_words(struct canvas *c, struct rect r, const struct snapshot *s,
                       const struct view *v)
{
    static const struct hint bottom[] = {{ACTION_OPEN, NULL}, {ACTION_NONE, NULL}};
    const struct check *check = s->check.verdict;
    bool focus = v->box == BOX_WORDS;
    struct box box = {.title = "verdict",
                      .note = "and what else changed",
                      .bottom = v->box < BOX_COUNT ? bottom : NULL,
                      .focus = focus};
    struct rect in = widget_box(c, r, &box);
    if (!check || in.h < 1)
        return;
    size_t count = words_of(check), selected = v->row[BOX_WORDS];
    size_t first = first_sentence(c, in, check, selected < count ? selected : count - 1), i = first;
    int y = in.y, end = in.y + in.h;
    for (; i < count && y < end; i++) {
        char text[SENTENCE_MAX];
        enum style style;
        const char *words = sentence(check, i, &style, text, sizeof text);
        widget_cursor(c, y, in.x, focus && i == selected);
        int rows = prose_rows(c, in.w, words);
        prose_whole(c, (struct rect){y, in.x, end - y, in.w}, style, 0, words);
        canvas_hit_row(c, (struct rect){y, in.x, rows < end - y ? rows : end - y, in.w}, BOX_WORDS,
                       i, 0);
        if (y + rows > end)
            break; /* it is not seen whole */
        y += rows;
    }
    if (first || i < count)
        widget_more(c, r, first, count - i);
}

/* Rows that all sentences take in that width. */
static int words_height(struct canvas *c, int w, const struct check *check)
{
    int used = 0;
    for (size_t i = 0; i < words_of(check); i++) {
        char text[SENTENCE_MAX];
        enum style style;
        used += prose_rows(c, w, sentence(check, i, &style, text, sizeof text));
    }
    return used;
}

int panel_verdict_height(struct canvas *c, int w, const struct snapshot *s)
{
    const struct check *check = s->check.verdict;
    struct view v = {.target = 1};
    size_t n = rows(s, &v, BOX_ROWS);
    return HEAD_ROWS + (int)(n ? n : 1) + 1 + FRAME + words_height(c, w - FRAME - 2, check) + FRAME;
}

static void draw(struct canvas *c, struct rect area, const struct snapshot *s, const struct view *v)
{
    const struct check *check = s->check.verdict;
    struct rect rows_of[3];
    int words = check ? words_height(c, area.w - FRAME - 2, check) + FRAME : 0;
    /* The sentences get what they need, up to two thirds of the rest; all of it where none could be
     * scrolled to. */
    int least = v->box < BOX_COUNT ? 4 : words;
    const struct part down[] = {{HEAD_ROWS, HEAD_ROWS, 0, 3}, {4, 0, 1, 2}, {least, words, 2, 1}};
    layout_rows(area, down, 3, rows_of);
    draw_head(c, rows_of[0], s, v->box < BOX_COUNT && !s->replayed);
    if (s->check.active)
        return;
    draw_rows(c, rows_of[1], s, v);
    draw_words(c, rows_of[2], s, v);
}

const struct panel panel_verdict = {
    .id = "verdict",
    .key = 0,
    .title = "Verdict",
    .short_title = "Verdict",
    .boxes = boxes,
    .rows = rows,
    .metric = metric,
    .read = read_sentence,
    .draw = draw,
};
