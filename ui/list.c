#include "ui/list.h"

#include "text.h"
#include "ui/facts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Ranking */

/* By loss alone: what is decided and what is not stand in one order, so that no gain comes before a
 * loss. What cannot be compared with native comes after what can, the emulated last. */
static int group_of(const struct row *r)
{
    return r->emulated ? 2 : r->verdict == VERDICT_NOT_COMPARABLE;
}

static int by_loss(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->group != y->group)
        return x->group - y->group;
    if (x->ratio != y->ratio)
        return x->ratio < y->ratio ? -1 : 1;
    return x->metric != y->metric ? (x->metric < y->metric ? -1 : 1)
                                  : (int)x->target - (int)y->target;
}

static int by_place(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->metric != y->metric)
        return x->metric < y->metric ? -1 : 1;
    return (int)x->target - (int)y->target;
}

static void sort_by_name(const struct snapshot *s, struct ranked *list, size_t count)
{
    for (size_t i = 1; i < count; i++) { /* small; keeps the order of equals */
        struct ranked moved = list[i];
        size_t j = i;
        while (j > 0 && strcmp(s->metrics[list[j - 1].metric].workload->title,
                               s->metrics[moved.metric].workload->title) > 0) {
            list[j] = list[j - 1];
            j--;
        }
        list[j] = moved;
    }
}

size_t list_rank(const struct snapshot *s, const struct view *v, struct ranked out[RANKED_MAX])
{
    size_t count = 0, rows[ROWS_MAX], row_count = row_list(s, v, SUBSYSTEM_COUNT, "", rows);
    for (size_t i = 0; i < row_count; i++)
        for (size_t t = 1; t < s->target_count && count < RANKED_MAX; t++) {
            struct row r = row_read(s, rows[i], t);
            if (r.compared)
                out[count++] = (struct ranked){rows[i], t, group_of(&r), r.ratio};
        }
    qsort(out, count, sizeof *out, v->sort % LIST_SORTS == 0 ? by_loss : by_place);
    if (v->sort % LIST_SORTS == 1)
        sort_by_name(s, out, count);
    for (size_t i = 0; v->reverse && i < count / 2; i++) {
        struct ranked swap = out[i];
        out[i] = out[count - 1 - i];
        out[count - 1 - i] = swap;
    }
    return count;
}

/* Columns of a list of comparisons; 0 = not shown. */
struct columns {
    int name, label, raw, axis, ratio, half, n, finds, flags, age;
    bool brief;  /* labels without their family */
    int figure;  /* raw has two of them */
    bool notice; /* finds is what would be noticed, in every row */
};

/* What the rows of a list have in common. */
struct trait {
    bool ages;         /* some are older than the others */
    bool brief, sound; /* some were looked at only briefly; some were not */
    int figure;        /* columns of the longest on the screen, and the blank before it */
};

#define FIGURE_COLUMNS 11 /* where all are short */

/* How wide its own figure is, if it has one. */
static int figure_columns(const struct snapshot *s, size_t metric, size_t target)
{
    char text[32];
    struct row r = row_read(s, metric, target);
    return r.measured ? canvas_columns(row_own_figure(&r, text)) : 0;
}

/* Of all of them; of those from first on that are visible, what their text takes, which is most of
 * the work. */
static struct trait traits(const struct snapshot *s, const struct ranked *list, size_t count,
                           size_t first, size_t visible)
{
    struct trait t = {.figure = FIGURE_COLUMNS};
    for (size_t i = 0; i < count; i++) {
        struct row r = row_read(s, list[i].metric, list[i].target);
        bool known = r.compared && isfinite(r.detectable);
        t.ages |= r.older;
        t.brief |= known && r.brief;
        t.sound |= known && !r.brief;
        if (i < first || i >= first + visible)
            continue;
        int native = figure_columns(s, list[i].metric, 0) + 1,
            guest = figure_columns(s, list[i].metric, list[i].target) + 1;
        t.figure = native > t.figure ? native : t.figure;
        t.figure = guest > t.figure ? guest : t.figure;
    }
    return t;
}

/* longest: columns of the longest label. It gets its room from the axis, which keeps a few. */
static struct columns fit(int w, bool names, bool raw, int longest, struct trait trait)
{
    struct columns k = {.name = names ? 12 : 2, .label = 13, .ratio = 8};
    int left = w - k.name - k.label - k.ratio;
    if (left >= 12 + 6)
        k.half = 6;
    if (left >= 12 + 6 + 11)
        k.n = 5, k.finds = trait.brief ? 7 : 6;
    k.notice = trait.brief && !trait.sound;
    if (left >= 18 + 17 + 4)
        k.flags = 4;
    if (trait.ages && left >= 22 + 17 + 5)
        k.age = 5;
    k.figure = trait.figure;
    if (raw && left >= 20 + 21 + 2 * k.figure + 2 + k.age)
        k.raw = 2 * k.figure + 2;
    k.axis = left - k.half - k.n - k.finds - k.flags - k.age - k.raw;
    int more = longest + 1 - k.label, least = w >= 60 ? 14 : 8;
    if (more > k.axis - least)
        more = k.axis - least;
    if (more > 0) {
        k.label += more;
        k.axis -= more;
    }
    if (k.axis < 6) {
        k.label += k.axis > 0 ? k.axis : 0;
        k.axis = 0;
    }
    return k;
}

/* A label that a narrow list has no room for goes without its family: "write 64M/64K direct". */
static void short_label(const struct board_metric *m, bool brief, char out[LABEL_MAX])
{
    static const char family[] = "file ";
    row_label(m, out);
    if (brief && strncmp(out, family, sizeof family - 1) == 0)
        memmove(out, out + sizeof family - 1, strlen(out) - (sizeof family - 1) + 1);
}

/* Are two rows the same to the eye, but for the sign of a cut, when their labels are cut to so many
 * columns? */
static bool look_alike(const struct snapshot *s, const size_t *metrics, size_t count, int columns)
{
    char label[ROWS_MAX][LABEL_MAX];
    bool cut[ROWS_MAX];
    size_t kept = columns > 1 ? (size_t)columns - 1 : 0;
    for (size_t i = 0; i < count && i < ROWS_MAX; i++) {
        row_label(&s->metrics[metrics[i]], label[i]);
        cut[i] = canvas_columns(label[i]) > columns;
        for (size_t k = 0; k < i; k++)
            if ((cut[i] || cut[k]) && strncmp(label[k], label[i], kept) == 0)
                return true;
    }
    return false;
}

static int longest_brief(const struct snapshot *s, const size_t *metrics, size_t count)
{
    int longest = 0;
    for (size_t i = 0; i < count; i++) {
        char label[LABEL_MAX];
        short_label(&s->metrics[metrics[i]], true, label);
        longest = canvas_columns(label) > longest ? canvas_columns(label) : longest;
    }
    return longest;
}

/* Labels that must be whole take the room of the axis, which shows nothing that the figures do not
 * say; what is then left may show n. */
static void widen_label(struct columns *k, int columns)
{
    int room = k->label + k->axis;
    if (columns <= k->label)
        return;
    k->label = columns < room ? columns : room;
    k->axis = room - k->label;
    if (k->axis >= 6)
        return;
    if (!k->n && k->axis >= 5) {
        k->n = 5;
        k->axis -= 5;
    }
    k->label += k->axis;
    k->axis = 0;
}

static int label_columns(const struct board_metric *m)
{
    char label[LABEL_MAX];
    row_label(m, label);
    return canvas_columns(label);
}

static void draw_tail(struct canvas *c, int y, int x, const struct columns *k, const struct row *r,
                      const struct view *v)
{
    char text[32];
    row_draw_ratio(c, y, x, k->ratio, r,
                   k->raw ? (v->unit == UNIT_RAW ? UNIT_PERCENT : v->unit) : v->unit);
    x += k->ratio;
    if (k->half && !r->emulated)
        canvas_text(c, y, x, r->bounded ? STYLE_DIM : STYLE_WARN, 0,
                    row_half(r, v->unit == UNIT_RAW ? UNIT_PERCENT : v->unit, text));
    else if (k->half)
        canvas_text(c, y, x, STYLE_DIM, 0, "excl");
    x += k->half;
    if (k->n) {
        snprintf(text, sizeof text, "n%zu", r->n);
        canvas_text_right(c, y, x + k->n - 2, STYLE_DIM, 0, text);
    }
    x += k->n;
    if (k->finds)
        canvas_text_right(c, y, x + k->finds - 2, STYLE_DIM, 0, row_finds(r, text));
    x += k->finds;
    /* N holds for every row or for none: the row's details and the report tell it. */
    if (k->flags)
        canvas_textf(c, y, x, STYLE_WARN, 0, "%.3s",
                     stats_flags(r->flags & ~(uint32_t)FLAG_NESTED, text));
    x += k->flags;
    if (k->age && r->older)
        canvas_text_right(c, y, x + k->age - 2, STYLE_DIM, 0, row_age_short(r->age_s, text));
}

static void draw_comparison(struct canvas *c, int y, int x, int w, const struct columns *k,
                            const struct axis *a, const struct snapshot *s, const struct view *v,
                            const struct row *r, bool selected)
{
    char label[LABEL_MAX], figure[32], reason[REASON_TEXT];
    widget_cursor(c, y, x, selected);
    widget_target(c, y, x, k->name - 1 > 2 ? k->name - 1 : 1, r->target);
    short_label(r->metric, k->brief, label);
    widget_cut(c, y, x + k->name, k->label - 1, r->older ? STYLE_DIM : STYLE_TEXT,
               selected ? ATTR_BOLD : 0, label);
    int at = x + k->name + k->label;
    if (k->raw) {
        canvas_text_right(
            c, y, at + k->figure - 1, STYLE_DIM, 0,
            r->metric->cell[0].figure.measured
                ? row_figure(r->metric->workload, r->metric->cell[0].figure.value, figure)
                : "—");
        canvas_text_right(c, y, at + 2 * k->figure - 1, STYLE_TEXT, 0,
                          r->measured ? row_own_figure(r, figure) : "—");
        at += k->raw;
    }
    if (!r->compared) {
        row_reason(s, r, c->keymap, reason);
        canvas_put(
            c, y, at,
            glyph(c->glyphs, r->verdict == VERDICT_CANNOT ? GLYPH_CANNOT : GLYPH_NOT_MEASURED),
            STYLE_DIM, 0);
        widget_cut(c, y, at + 2, x + w - at - 2, STYLE_DIM, 0, reason);
        return;
    }
    if (k->axis) {
        struct mark m = row_mark(r);
        widget_whisker(c, y, at, k->axis - 1, a, &m);
        at += k->axis;
    }
    draw_tail(c, y, at, k, r, v);
}

static void draw_foot(struct canvas *c, int y, int x, const struct columns *k, const struct axis *a,
                      const struct view *v)
{
    int at = x + k->name + k->label;
    if (k->raw) {
        canvas_text_right(c, y, at + k->figure - 1, STYLE_DIM, 0, "native");
        canvas_text_right(c, y, at + 2 * k->figure - 1, STYLE_DIM, 0, "guest");
        at += k->raw;
    }
    if (k->axis) {
        widget_axis(c, y, at, k->axis - 1, a, v->unit == UNIT_TIMES ? "%" : NULL);
        at += k->axis;
    }
    canvas_text_right(c, y, at + k->ratio - 2, STYLE_DIM, 0, row_ratio_heading(v->unit, k->raw));
    at += k->ratio;
    if (k->half)
        canvas_text(c, y, at, STYLE_DIM, 0, row_half_heading(v->unit, k->raw));
    at += k->half;
    if (k->n)
        canvas_text_right(c, y, at + k->n - 2, STYLE_DIM, 0, "n");
    at += k->n;
    if (k->finds)
        canvas_text_right(c, y, at + k->finds - 2, STYLE_DIM, 0, k->notice ? "notice" : "finds");
    at += k->finds;
    if (k->flags)
        canvas_text(c, y, at, STYLE_DIM, 0, "flg");
    at += k->flags;
    if (k->age)
        canvas_text_right(c, y, at + k->age - 2, STYLE_DIM, 0, "age");
}

/* One axis for all of them, whiskers included; a wild interval alone does not stretch it. */
static struct axis axis_of(const struct snapshot *s, const struct ranked *list, size_t count)
{
    double ends[3 * RANKED_MAX];
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        struct row r = row_read(s, list[i].metric, list[i].target);
        ends[used++] = r.ratio * 100;
        if (r.bounded && r.high / r.low < 1.2) {
            ends[used++] = r.low * 100;
            ends[used++] = r.high * 100;
        }
    }
    return row_axis(ends, used);
}

void list_ranked_draw(struct canvas *c, struct rect box, struct rect in, const struct snapshot *s,
                      const struct view *v, size_t index, bool focus)
{
    struct ranked ranked[RANKED_MAX];
    size_t count = list_rank(s, v, ranked);
    if (in.h < 1)
        return;
    if (count == 0) {
        struct page p = page_begin(c, in);
        page_text(&p, STYLE_DIM, 0,
                  v->filter[0] ? "no row passes the filter"
                               : "No comparison yet. Rows come here as their blocks finish, the "
                                 "greatest loss first.");
        return;
    }
    struct axis a = row_zoom(axis_of(s, ranked, count), v->zoom[index]);
    int lines = in.h - (in.h >= 4);
    size_t visible = (size_t)lines;
    size_t selected = focus ? v->row[index] : SIZE_MAX;
    size_t first = focus ? widget_scroll(v->scroll[index], v->row[index], visible, count) : 0;
    int longest = 0; /* of those on the screen */
    for (size_t i = first; i < first + visible && i < count; i++) {
        int n = label_columns(&s->metrics[ranked[i].metric]);
        longest = n > longest ? n : longest;
    }
    struct columns k = fit(in.w, s->target_count > 2, in.w >= 100, longest,
                           traits(s, ranked, count, first, visible));
    for (size_t i = 0; i < visible && first + i < count; i++) {
        const struct ranked *it = &ranked[first + i];
        struct row r = row_read(s, it->metric, it->target);
        int y = in.y + (int)i;
        draw_comparison(c, y, in.x, in.w, &k, &a, s, v, &r, first + i == selected);
        canvas_hit_row(c, (struct rect){y, in.x, 1, in.w}, index, first + i, 0);
    }
    if (in.h >= 4)
        draw_foot(c, in.y + (count < visible ? (int)count : in.h - 1), in.x, &k, &a, v);
    widget_more(c, box, first, count > first + visible ? count - first - visible : 0);
}

void list_rows_draw(struct canvas *c, struct rect box, struct rect in, const struct snapshot *s,
                    const struct view *v, const size_t *metrics, size_t count, size_t index,
                    bool focus, bool paper)
{
    size_t guests = s->target_count > 1 ? s->target_count - 1 : 0;
    size_t selected = focus ? v->row[index] : SIZE_MAX;
    struct ranked ranked[RANKED_MAX] = {0};
    size_t values = 0;
    if (in.h < 1)
        return;
    for (size_t i = 0; i < count; i++)
        for (size_t t = 1; t <= guests && values < RANKED_MAX; t++)
            ranked[values++] = (struct ranked){.metric = metrics[i], .target = t};
    struct axis a = axis_of(s, ranked, values);
    if (paper)
        a.low = 0;
    a = row_zoom(a, v->zoom[index]);
    int longest = 0;
    for (size_t i = 0; i < count; i++) {
        int n = label_columns(&s->metrics[metrics[i]]);
        longest = n > longest ? n : longest;
    }
    int lines = in.h - (in.h >= 4);
    size_t visible = (size_t)lines;
    size_t first = widget_scroll(v->scroll[index], focus ? v->row[index] : 0, visible, count);
    struct columns k = fit(in.w, false, true, longest,
                           traits(s, ranked, values, first * guests, visible * guests));
    k.brief = look_alike(s, metrics, count, k.label - 1);
    if (k.brief)
        widen_label(&k, longest_brief(s, metrics, count) + 1);
    size_t target = row_target(s, v);
    for (size_t i = 0; i < visible && first + i < count; i++) {
        struct row r = row_read(s, metrics[first + i], target);
        int y = in.y + (int)i, at = in.x + k.name + k.label + k.raw;
        draw_comparison(c, y, in.x, in.w, &k, &a, s, v, &r, first + i == selected);
        canvas_hit_row(c, (struct rect){y, in.x, 1, in.w}, index, first + i, 0);
        if (!k.axis || !r.compared)
            continue;
        if (paper)
            row_draw_ghosts(c, y, at, k.axis - 1, &a, s, r.metric->workload, r.metric->params);
        for (size_t t = 1; t <= guests; t++) { /* the others' marks; the selected guest's on top */
            struct row other = row_read(s, metrics[first + i], t);
            if (t != target && other.compared)
                row_draw_mark(c, y, at, k.axis - 1, &a, &other);
        }
        if (paper || guests > 1)
            row_draw_mark(c, y, at, k.axis - 1, &a, &r);
    }
    if (in.h >= 4)
        draw_foot(c, in.y + (count < visible ? (int)count : in.h - 1), in.x, &k, &a, v);
    widget_more(c, box, first, count > first + visible ? count - first - visible : 0);
}

void list_nothing(struct canvas *c, struct rect in, const struct snapshot *s, const struct view *v,
                  enum subsystem sub)
{
    struct page p = page_begin(c, in);
    size_t rows = row_subsystem_rows(sub, PROFILE_STANDARD),
           quick = row_subsystem_rows(sub, PROFILE_QUICK);
    if (v->filter[0]) {
        page_textf(&p, STYLE_DIM, 0, "No row of this panel contains '%s'. %s removes the filter.",
                   v->filter, key_word(c->keymap, ACTION_BACK));
        return;
    }
    page_textf(&p, STYLE_STRONG, ATTR_BOLD, "%s: nothing measured yet.", subsystems[sub].title);
    page_gap(&p);
    if (s->stored)
        page_textf(&p, STYLE_TEXT, 0, "The stored result %s has no rows of it.", s->title);
    else if (s->replayed)
        page_text(&p, STYLE_TEXT, 0, "The recording has no rows of it by this moment.");
    else if (s->run.active)
        page_textf(&p, STYLE_TEXT, 0,
                   "A run is going on; rows come as their turn does. %s shows it.",
                   key_word(c->keymap, ACTION_VIEW));
    else
        page_textf(&p, STYLE_TEXT, 0,
                   "%s measures its %zu row%s here and on the guest, %s %zu of them and all else, "
                   "quickly.",
                   key_word(c->keymap, ACTION_RUN), rows, rows == 1 ? "" : "s",
                   key_word(c->keymap, ACTION_RUN_ALL), quick);
    page_gap(&p);
    int before = p.y;
    facts_targets(&p, s, false);
    if (p.y > before)
        page_gap(&p);
    page_text(&p, STYLE_DIM, 0, "It measures:");
    for (const struct workload *w = workload_next(NULL); w && page_left(&p) > 0;
         w = workload_next(w))
        if (w->subsystem == sub && w->figure != FIGURE_NONE && !(w->needs & NEED_SPEC))
            page_text(&p, STYLE_DIM, 0, w->method ? w->method : w->title);
}

void list_text_draw(struct canvas *c, struct rect area, const struct snapshot *s,
                    const struct view *v, enum subsystem sub, const char *prefix)
{
    size_t list[ROWS_MAX], count = row_list(s, v, sub, prefix, list), target = row_target(s, v);
    struct rect in = {area.y, area.x + 1, area.h, area.w - 2};
    if (in.h < 1)
        return;
    int x = canvas_textf(c, in.y, in.x, STYLE_STRONG, ATTR_BOLD, "%s", subsystems[sub].title);
    canvas_text(c, in.y, x, STYLE_DIM, 0,
                v->unit == UNIT_TIMES ? "  × native time"
                : v->unit == UNIT_RAW ? ""
                                      : "  % of native");
    if (target > 0 && in.w > 40)
        widget_target(c, in.y, in.x + in.w - 20, 20, &s->targets[target]);
    in.y++;
    in.h--;
    if (count == 0) {
        list_nothing(c, in, s, v, sub);
        return;
    }
    list_rows_draw(c, in, in, s, v, list, count, 0, true, false);
}

/* Queue and log */

void list_queue_draw(struct canvas *c, struct rect box, struct rect in, const struct snapshot *s,
                     const struct view *v, size_t index, bool focus)
{
    if (in.h < 1)
        return;
    if (s->queue_count == 0) {
        struct page p = page_begin(c, in);
        if (!s->run.active && s->replayed)
            page_text(&p, STYLE_DIM, 0, "empty at this moment of the recording");
        else if (!s->run.active)
            page_textf(&p, STYLE_DIM, 0, "empty: %s or %s puts something here",
                       key_word(c->keymap, ACTION_RUN), key_word(c->keymap, ACTION_PLAN));
        else
            page_text(&p, STYLE_DIM, 0,
                      s->run.metric >= s->metric_count
                          ? "the rows follow when the targets are ready"
                          : "this is the last of the plan");
        return;
    }
    size_t visible = (size_t)in.h;
    size_t first = focus ? widget_scroll(v->scroll[index], v->row[index], visible, s->queue_count)
                         : 0;
    for (size_t i = 0; i < visible && first + i < s->queue_count; i++) {
        const struct board_queue_item *q = &s->queue[first + i];
        char right[64], time[24], left[128];
        int y = in.y + (int)i;
        snprintf(right, sizeof right, "%u blocks %6s", q->blocks,
                 text_duration(time, sizeof time, q->seconds));
        if (in.w < 36)
            snprintf(right, sizeof right, "%s", text_duration(time, sizeof time, q->seconds));
        snprintf(left, sizeof left, "%zu %s %s", first + i + 1, q->workload, q->params);
        widget_cursor(c, y, in.x, focus && first + i == v->row[index]);
        widget_cut(c, y, in.x, in.w - canvas_columns(right) - 2,
                   first + i == 0 ? STYLE_TEXT : STYLE_DIM, 0, left);
        canvas_text_right(c, y, in.x + in.w - 1, STYLE_DIM, 0, right);
        canvas_hit_row(c, (struct rect){y, in.x, 1, in.w}, index, first + i, 0);
    }
    size_t total = s->queue_total > s->queue_count ? s->queue_total : s->queue_count;
    widget_more(c, box, first, total > first + visible ? total - first - visible : 0);
}

static const struct board_log_line *log_line(const struct snapshot *s, size_t newest)
{
    return &s->log[(s->log_first + s->log_count - 1 - newest) % BOARD_LOG_MAX];
}

static bool log_passes(const struct board_log_line *l, const struct view *v)
{
    return !v->filter[0] || strstr(l->text, v->filter) || strstr(l->target, v->filter);
}

size_t list_log_count(const struct snapshot *s, const struct view *v)
{
    size_t count = 0;
    for (size_t i = 0; i < s->log_count && i < BOARD_LOG_MAX; i++)
        count += log_passes(log_line(s, i), v);
    return count;
}

static const struct {
    const char *word;
    enum style style;
} levels[] = {[BOARD_LOG_OK] = {"ok", STYLE_OK},
              [BOARD_LOG_NOTE] = {"note", STYLE_DIM},
              [BOARD_LOG_RUN] = {"run", STYLE_TEXT},
              [BOARD_LOG_WARN] = {"warn", STYLE_WARN},
              [BOARD_LOG_ERROR] = {"ERR", STYLE_ERROR}};

const char *list_log_word(enum board_log_level level)
{
    return levels[level % 5].word;
}

static void draw_log_line(struct canvas *c, int y, int x, int w, const struct board_log_line *l)
{
    time_t at = (time_t)l->at;
    struct tm tm;
    char clock[16] = "--:--:--";
    if (localtime_r(&at, &tm))
        strftime(clock, sizeof clock, w >= 36 ? "%H:%M:%S" : "%H:%M", &tm);
    int end = canvas_text(c, y, x, STYLE_DIM, 0, clock);
    canvas_text(c, y, end + 1, levels[l->level % 5].style, ATTR_BOLD, levels[l->level % 5].word);
    end += 6;
    if (w >= 60) {
        widget_cut(c, y, end, 10, STYLE_DIM, 0, l->target);
        end += 11;
    } else if (l->target[0]) {
        widget_cut(c, y, end, 9, STYLE_DIM, 0, l->target);
        end += canvas_columns(l->target) < 9 ? canvas_columns(l->target) + 1 : 10;
    }
    widget_cut(c, y, end, x + w - end, l->level == BOARD_LOG_ERROR ? STYLE_ERROR : STYLE_TEXT, 0,
               l->text);
}

void list_log_draw(struct canvas *c, struct rect box, struct rect in, const struct snapshot *s,
                   const struct view *v, size_t index, bool focus)
{
    size_t count = list_log_count(s, v), visible = (size_t)(in.h > 0 ? in.h : 0);
    if (in.h < 1)
        return;
    if (count == 0) {
        struct page p = page_begin(c, in);
        page_text(&p, STYLE_DIM, 0, v->filter[0] ? "no line passes the filter" : "nothing yet");
        return;
    }
    if (box.h == in.h && count > visible && visible > 1) /* no frame: a line for what is hidden */
        visible--;
    size_t selected = focus ? v->row[index] : 0;
    size_t newest = widget_scroll(focus ? v->scroll[index] : 0, selected, visible, count);
    size_t shown = count - newest < visible ? count - newest : visible;
    size_t seen = 0;
    for (size_t i = 0; i < s->log_count && i < BOARD_LOG_MAX; i++) {
        const struct board_log_line *l = log_line(s, i);
        if (!log_passes(l, v))
            continue;
        if (seen >= newest && seen < newest + shown) {
            int y = in.y + (int)(shown - 1 - (seen - newest));
            draw_log_line(c, y, in.x, in.w, l);
            widget_cursor(c, y, in.x, focus && seen == selected);
            canvas_hit_row(c, (struct rect){y, in.x, 1, in.w}, index, seen, 0);
        }
        seen++;
    }
    widget_more(c, box, count - newest - shown, newest);
}

const struct board_log_line *list_log_line(const struct snapshot *s, const struct view *v,
                                           size_t index)
{
    size_t seen = 0;
    for (size_t i = 0; i < s->log_count && i < BOARD_LOG_MAX; i++)
        if (log_passes(log_line(s, i), v) && seen++ == v->row[index])
            return log_line(s, i);
    return NULL;
}
