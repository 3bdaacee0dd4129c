#include <config.h>

#include "ui/widget.h"

#include "text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define HINTS_MAX 8 /* in one line of a frame */

static void put(struct canvas *c, int y, int x, enum glyph g, enum style s, unsigned attr)
{
    canvas_put(c, y, x, glyph(c->glyphs, g), s, attr);
}

/* Boxes */

static int hints_columns(const struct canvas *c, const struct hint *h, size_t count)
{
    int n = count ? (int)count - 1 : 0; /* a frame line between two */
    for (size_t i = 0; i < count; i++)
        n += key_hint_columns(c, h[i].action, h[i].label) + 2;
    return n;
}

/* Right-aligned in a frame line; hints that do not fit drop from the end of the list. Returns the
 * first column used. */
static int frame_hints(struct canvas *c, int y, int left, int right, const struct hint *all,
                       enum style frame)
{
    struct hint h[HINTS_MAX];
    size_t count = 0;
    for (; all && all->action && count < HINTS_MAX; all++)
        if (!c->replayed || !key_of_now(all->action))
            h[count++] = *all;
    while (count > 0 && hints_columns(c, h, count) > right - left)
        count--;
    int x = right - hints_columns(c, h, count), first = x;
    for (size_t i = 0; i < count; i++) {
        canvas_put(c, y, x, ' ', frame, 0);
        x = key_hint(c, y, x + 1, h[i].action, h[i].label, false);
        canvas_put(c, y, x, ' ', frame, 0);
        x += 2;
    }
    return first;
}

/* As many parts of the note, from its front, as there is room for between the columns. */
static void frame_note(struct canvas *c, int y, int x, int end, const char *note, enum style s)
{
    char kept[128];
    snprintf(kept, sizeof kept, "%s", note);
    while (kept[0] && canvas_columns(kept) + 3 >= end - x) {
        char *last = strrchr(kept, ';');
        *(last ? last : kept) = '\0';
    }
    if (!kept[0])
        return;
    canvas_put(c, y, x, ' ', s, 0);
    x = canvas_text(c, y, x + 1, STYLE_DIM, 0, kept);
    canvas_put(c, y, x, ' ', s, 0);
}

struct rect widget_box(struct canvas *c, struct rect r, const struct box *box)
{
    enum style s = box->focus ? STYLE_FRAME_FOCUS : STYLE_FRAME;
    int bottom = r.y + r.h - 1, right = r.x + r.w - 1;
    if (r.h < 2 || r.w < 4)
        return (struct rect){r.y, r.x, 0, 0};
    canvas_fill(c, r, ' ', STYLE_TEXT, 0);
    for (int x = r.x + 1; x < right; x++) {
        put(c, r.y, x, GLYPH_FRAME_HORIZONTAL, s, 0);
        put(c, bottom, x, GLYPH_FRAME_HORIZONTAL, s, 0);
    }
    for (int y = r.y + 1; y < bottom; y++) {
        put(c, y, r.x, GLYPH_FRAME_VERTICAL, s, 0);
        put(c, y, right, GLYPH_FRAME_VERTICAL, s, 0);
    }
    put(c, r.y, r.x, GLYPH_FRAME_TOP_LEFT, s, 0);
    put(c, r.y, right, GLYPH_FRAME_TOP_RIGHT, s, 0);
    put(c, bottom, r.x, GLYPH_FRAME_BOTTOM_LEFT, s, 0);
    put(c, bottom, right, GLYPH_FRAME_BOTTOM_RIGHT, s, 0);

    struct rect former = canvas_clip(c, (struct rect){r.y, r.x + 2, r.h, r.w - 3});
    int x = r.x + 2;
    if (box->title && *box->title) {
        canvas_put(c, r.y, x++, ' ', s, 0);
        if (box->number >= '0' && box->number <= '9')
            put(c, r.y, x++, (enum glyph)(GLYPH_SUPERSCRIPT_0 + (box->number - '0')), STYLE_STRONG,
                ATTR_BOLD);
        int n = canvas_columns(box->title), most = right - x;
        n = n < most ? n : most;
        widget_cut(c, r.y, x, n, box->focus ? STYLE_STRONG : STYLE_TEXT, ATTR_BOLD, box->title);
        x += n;
        canvas_put(c, r.y, x++, ' ', s, 0);
        if (box->note && *box->note) {
            int w = canvas_columns(box->note), room = right - x;
            widget_cut(c, r.y, x, w < room ? w : room, STYLE_DIM, 0, box->note);
            x += w < room ? w : room;
            canvas_put(c, r.y, x++, ' ', s, 0);
        }
    }
    frame_hints(c, r.y, x + 1, right - 1, box->top, s);
    x = frame_hints(c, bottom, r.x + 2, right - 1, box->bottom, s);
    if (box->bottom_note)
        frame_note(c, bottom, r.x + 2, x, box->bottom_note, s);
    canvas_unclip(c, former);
    return (struct rect){r.y + 1, r.x + 2, r.h - 2, r.w - 4};
}

void widget_cursor(struct canvas *c, int y, int x, bool selected)
{
    if (!selected)
        return;
    put(c, y, x - 1, GLYPH_CURSOR, STYLE_STRONG, 0);
    canvas_cursor(c, y, x);
}

void widget_figure(struct canvas *c, int y, int right, const char *text, bool emulated)
{
    int first = canvas_text_right(c, y, right, text && !emulated ? STYLE_TEXT : STYLE_DIM, 0,
                                  text ? text : "—");
    if (text && emulated)
        canvas_put(c, y, first - 1, '~', STYLE_DIM, 0);
}

void widget_more(struct canvas *c, struct rect box, size_t above, size_t below)
{
    char text[64];
    int y = box.y + box.h - 1, x = box.x + 2;
    if (above == 0 && below == 0)
        return;
    struct rect former = canvas_clip(c, (struct rect){box.y, box.x + 2, box.h, box.w - 4});
    if (above > 0 && below > 0)
        snprintf(text, sizeof text, " ↑%zu ↓%zu more ", above, below);
    else if (above > 0)
        snprintf(text, sizeof text, " ↑%zu more ", above);
    else
        snprintf(text, sizeof text, " ↓%zu more ", below);
    x = canvas_text(c, y, x, STYLE_DIM, 0, text);
    /* What is left of a note or a hint that began here is none any more. */
    if (y >= 0 && y < c->h && box.x >= 0 && box.x + box.w <= c->w) {
        const struct cell *row = &c->cells[y * c->w];
        enum style frame = row[box.x].style;
        uint32_t line = glyph(c->glyphs, GLYPH_FRAME_HORIZONTAL);
        bool framed = frame == STYLE_FRAME || frame == STYLE_FRAME_FOCUS;
        for (; framed && x < box.x + box.w - 2 && !(row[x].ch == line && row[x].style == frame);
             x++)
            canvas_put(c, y, x, line, frame, 0);
    }
    canvas_unclip(c, former);
}

size_t widget_scroll(size_t first, size_t selected, size_t visible, size_t count)
{
    if (visible == 0 || count <= visible)
        return 0;
    if (selected >= count)
        selected = count - 1;
    if (selected < first)
        first = selected;
    if (selected >= first + visible)
        first = selected - visible + 1;
    return first > count - visible ? count - visible : first;
}

/* Bars */

static void groove(struct canvas *c, int y, int x, int w)
{
    for (int i = 0; i < w; i++)
        put(c, y, x + i, GLYPH_GROOVE, STYLE_GROOVE, 0);
}

static void half_cells(struct canvas *c, int y, int x, int w, int halves, enum style s)
{
    for (int i = 0; i < w; i++)
        if (2 * i + 2 <= halves)
            put(c, y, x + i, GLYPH_INK, s, 0);
        else if (2 * i + 1 == halves)
            put(c, y, x + i, GLYPH_INK_HALF, s, 0);
}

void widget_ink(struct canvas *c, int y, int x, int w, double loss, enum style s, bool emulated)
{
    groove(c, y, x, w);
    if (!(loss > 0) || w < 1)
        return;
    if (loss > 1)
        loss = 1;
    int halves = (int)lround(loss * 2 * w);
    if (halves == 0 && loss >= 0.01)
        halves = 1;
    if (!emulated) {
        half_cells(c, y, x, w, halves, s);
        return;
    }
    for (int i = 0; i < (halves + 1) / 2; i++)
        put(c, y, x + i, GLYPH_INK_EMULATED, STYLE_DIM, 0);
}

void widget_bar(struct canvas *c, int y, int x, int w, double share, enum style s)
{
    groove(c, y, x, w);
    if (share > 0 && w > 0)
        half_cells(c, y, x, w, (int)lround(fmin(share, 1) * 2 * w), s);
}

void widget_progress(struct canvas *c, int y, int x, int w, double share, enum style s)
{
    static const uint32_t eighths[] = {0x258F, 0x258E, 0x258D, 0x258C, 0x258B, 0x258A, 0x2589};
    groove(c, y, x, w);
    if (!(share > 0) || w < 1)
        return;
    int full = (int)(fmin(share, 1) * w * 8 + 0.5), rest = full % 8;
    full /= 8;
    for (int i = 0; i < full; i++)
        canvas_put(c, y, x + i, c->glyphs == GLYPHS_ASCII ? '#' : 0x2588, s, 0);
    if (rest == 0)
        return;
    if (c->glyphs == GLYPHS_BRAILLE)
        canvas_put(c, y, x + full, eighths[rest - 1], s, 0);
    else if (rest >= 4)
        canvas_put(c, y, x + full, c->glyphs == GLYPHS_ASCII ? '=' : 0x258C, s, 0);
}

/* Marks on an axis */

static void put_native(struct canvas *c, int y, int x, int w, const struct axis *a, double native)
{
    int off, at = axis_column(a, w, native, &off);
    if (at >= 0 && off == 0)
        put(c, y, x + at, GLYPH_NATIVE, STYLE_NATIVE, 0);
}

static void put_mark(struct canvas *c, int y, int x, int w, const struct axis *a,
                     const struct mark *m)
{
    int off, at = axis_column(a, w, m->value, &off);
    if (at < 0)
        return;
    if (off) {
        put(c, y, x + at, off < 0 ? GLYPH_OFF_LEFT : GLYPH_OFF_RIGHT, m->line, ATTR_BOLD);
        return;
    }
    enum glyph g = m->marks_native
                       ? GLYPH_NATIVE
                       : glyph_of_kind(m->kind ? m->kind : "", !m->bounded || m->emulated);
    if (g == GLYPH_NATIVE && !m->marks_native)
        g = GLYPH_NATIVE_POINT; /* beside the ruler, which it is measured by */
    put(c, y, x + at, g, m->marks_native ? STYLE_NATIVE : style_of_kind(m->kind ? m->kind : ""),
        attr_of_mark(m->emulated));
}

static void put_whiskers(struct canvas *c, int y, int x, int w, const struct axis *a,
                         const struct mark *m)
{
    int left_off, right_off;
    if (!m->bounded || isnan(m->value))
        return;
    int left = axis_column(a, w, m->low, &left_off), right = axis_column(a, w, m->high, &right_off);
    if (left < 0 || right <= left || (left_off && left_off == right_off))
        return;
    enum style s = m->emulated ? STYLE_DIM : m->line;
    for (int i = left; i <= right; i++)
        put(c, y, x + i, GLYPH_WHISKER_LINE, s, 0);
    put(c, y, x + left, left_off ? GLYPH_OFF_LEFT : GLYPH_WHISKER_LEFT, s, 0);
    put(c, y, x + right, right_off ? GLYPH_OFF_RIGHT : GLYPH_WHISKER_RIGHT, s, 0);
}

void widget_whisker(struct canvas *c, int y, int x, int w, const struct axis *a,
                    const struct mark *m)
{
    groove(c, y, x, w);
    put_whiskers(c, y, x, w, a, m);
    put_native(c, y, x, w, a, m->native);
    put_mark(c, y, x, w, a, m);
}

void widget_lollipop(struct canvas *c, int y, int x, int w, const struct axis *a,
                     const struct mark *m)
{
    groove(c, y, x, w);
    int end = axis_column(a, w, m->value, NULL);
    for (int i = 0; i < end; i++)
        put(c, y, x + i, m->emulated ? GLYPH_INK_EMULATED : GLYPH_INK,
            m->emulated ? STYLE_DIM : m->line, 0);
    if (m->bounded && end >= 0) { /* whiskers stand beside the mark even when they are shorter */
        int left = axis_column(a, w, m->low, NULL), right = axis_column(a, w, m->high, NULL);
        left = left < end - 1 ? left : end - 1;
        right = right > end + 1 ? right : end + 1;
        if (left >= 0)
            put(c, y, x + left, GLYPH_WHISKER_LEFT, m->emulated ? STYLE_DIM : m->line, 0);
        if (right < w)
            put(c, y, x + right, GLYPH_WHISKER_RIGHT, m->emulated ? STYLE_DIM : m->line, 0);
    }
    put_native(c, y, x, w, a, m->native);
    put_mark(c, y, x, w, a, m);
}

void widget_axis(struct canvas *c, int y, int x, int w, const struct axis *a, const char *unit)
{
    double ticks[24];
    size_t count = axis_ticks(a, w >= 40 ? 5 : w >= 20 ? 3 : 2, ticks, 24);
    int unit_columns = unit ? canvas_columns(unit) : 0, next = x, limit = x + w;
    if (unit_columns && unit_columns + 8 < w)
        limit -= unit_columns + 1;
    for (size_t i = 0; i < count; i++) {
        char text[NUMBER_MAX];
        double size = fabs(ticks[i]);
        number_fit(text, 6, ticks[i],
                   size >= 10 || size == floor(size) ? 0
                   : size >= 0.95                    ? 1
                   : size >= 0.0095                  ? 2
                                                     : 3);
        int n = canvas_columns(text);
        int at = x + axis_column(a, w, ticks[i], NULL) - (n - 1) / 2;
        at = at < x ? x : at;
        if (at < next || at + n > limit)
            continue;
        canvas_text(c, y, at, STYLE_DIM, 0, text);
        next = at + n + 1;
    }
    if (limit < x + w)
        canvas_text_right(c, y, x + w - 1, STYLE_DIM, 0, unit);
}

/* Time */

void widget_area(struct canvas *c, struct rect r, const double *values, size_t count, double top,
                 enum style s)
{
    struct plot p;
    plot_init(&p, r.h, r.w);
    plot_area(&p, values, count, top, s);
    plot_blit(&p, c, r.y, r.x);
    plot_release(&p);
}

void widget_spark(struct canvas *c, int y, int x, int w, const double *values, size_t count,
                  double top, enum style s)
{
    widget_area(c, (struct rect){y, x, 1, w}, values, count, top, s);
}

/* Cells of numbers */

enum style widget_heat_style(double times)
{
    if (!(times > 1))
        return STYLE_HEAT_0;
    double step = log2(times) / log2(8) * 7;
    return (enum style)(STYLE_HEAT_0 + (step >= 7 ? 7 : (int)(step + 0.5)));
}

void widget_heat(struct canvas *c, int y, int x, int w, double times, const char *text)
{
    struct rect former = canvas_clip(c, (struct rect){y, x, 1, w});
    if (isnan(times)) {
        put(c, y, x + w / 2, GLYPH_NOT_MEASURED, STYLE_DIM, 0);
    } else {
        enum style s = widget_heat_style(times);
        int n = canvas_columns(text), right = x + w - 1;
        canvas_fill(c, (struct rect){y, x, 1, w}, ' ', s, 0);
        canvas_text_right(c, y, n < w ? right - WIDGET_HEAT_PAD(w) : right, s, 0, text);
    }
    canvas_unclip(c, former);
}

void widget_mark(struct canvas *c, int y, int x, const struct board_target *t)
{
    bool solid = snapshot_confirmed(t);
    put(c, y, x, glyph_of_kind(t->kind, !solid), style_of_kind(t->kind), attr_of_mark(!solid));
}

int widget_target(struct canvas *c, int y, int x, int w, const struct board_target *t)
{
    char name[96];
    struct rect former = canvas_clip(c, (struct rect){y, x, 1, w});
    widget_mark(c, y, x, t);
    snprintf(name, sizeof name, "%s", t->id);
    if (t->emulated && canvas_columns(name) + 11 <= w)
        snprintf(name, sizeof name, "%s EMULATED", t->id);
    widget_cut(c, y, x + 2, w - 2, style_of_kind(t->kind), attr_of_mark(!snapshot_confirmed(t)),
               name);
    int end = x + 2 + canvas_columns(name);
    canvas_unclip(c, former);
    return end < x + w ? end : x + w;
}

void widget_ratio(struct canvas *c, int y, int x, int w, double ratio, enum verdict v,
                  enum unit_mode unit, bool emulated)
{
    char text[NUMBER_MAX];
    enum style s = style_of_verdict(v);
    if (v == VERDICT_CANNOT) {
        canvas_text_right(c, y, x + w - 2, STYLE_DIM, 0, "n/a");
        return;
    }
    if (v == VERDICT_NOT_MEASURED || !isfinite(ratio)) {
        put(c, y, x + w - 2, GLYPH_NOT_MEASURED, STYLE_DIM, 0);
        return;
    }
    if (emulated) {
        number_ratio(text, w - 2, ratio, unit);
        int first = canvas_text_right(c, y, x + w - 2, STYLE_DIM, 0, text);
        canvas_put(c, y, first - 1, '~', STYLE_DIM, 0);
        return;
    }
    number_ratio(text, w - 1, ratio, unit);
    canvas_text_right(c, y, x + w - 2, s, attr_of_verdict(v), text);
    put(c, y, x + w - 1, glyph_of_verdict(v), s, attr_of_verdict(v));
}

void widget_cut(struct canvas *c, int y, int x, int w, enum style s, unsigned attr,
                const char *text)
{
    if (w < 1)
        return;
    struct rect former = canvas_clip(c, (struct rect){y, x, 1, w});
    canvas_text(c, y, x, s, attr, text);
    if (canvas_columns(text) > w)
        put(c, y, x + w - 1, GLYPH_ELLIPSIS, STYLE_DIM, 0);
    canvas_unclip(c, former);
}
