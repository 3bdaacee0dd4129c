#include <config.h>

#include "ui/card.h"

#include "text.h"
#include "ui/row.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define ROWS_BOUND 64

size_t card_starting(const struct snapshot *s)
{
    for (size_t t = 0; t < s->target_count; t++)
        if (s->targets[t].state == BOARD_TARGET_STARTING)
            return t;
    return SIZE_MAX;
}

char *card_seconds(char out[CARD_TEXT], const struct snapshot *s, const struct board_target *t)
{
    double seconds = s->now_s - t->since_s;
    if (!(seconds > 0))
        seconds = 0;
    snprintf(out, CARD_TEXT, seconds < 9.95 ? "%.1f s" : "%.0f s", seconds);
    return out;
}

char *card_wait(char out[CARD_TEXT], const struct snapshot *s, const struct board_target *t, int w)
{
    char seconds[CARD_TEXT];
    card_seconds(seconds, s, t);
    snprintf(out, CARD_TEXT, "starting: %.180s %.16s", t->reason, seconds);
    if (!t->reason[0] || canvas_columns(out) > w)
        snprintf(out, CARD_TEXT, "starting %.16s", seconds);
    if (canvas_columns(out) > w)
        snprintf(out, CARD_TEXT, "%.16s", seconds);
    return out;
}

char *card_reason(char out[CARD_TEXT], const struct board_target *t, int w)
{
    bool doubt = t->state == BOARD_TARGET_STARTING && !t->emulated && !snapshot_confirmed(t);
    snprintf(out, CARD_TEXT, "%.200s%s%s", t->reason, t->reason[0] && doubt ? ", " : "",
             doubt ? CARD_UNCONFIRMED : "");
    if (doubt && t->reason[0] && canvas_columns(out) > w) /* the other is told anew all the time */
        text_copy(out, CARD_TEXT, t->reason);
    return out;
}

static bool is_bad(const struct board_target *t)
{
    return t->state == BOARD_TARGET_FAILED || t->state == BOARD_TARGET_UNUSABLE;
}

char *card_state(char out[CARD_TEXT], const struct snapshot *s, size_t target)
{
    const struct board_target *t = &s->targets[target];
    bool timed = target > 0 && isfinite(t->start_s) && t->start_s > 0;
    switch (t->state) {
    case BOARD_TARGET_STARTING:
        return card_wait(out, s, t, 16);
    case BOARD_TARGET_READY:
        snprintf(out, CARD_TEXT, "ready");
        if (timed)
            snprintf(out, CARD_TEXT, "ready in %.2f s", t->start_s);
        return out;
    case BOARD_TARGET_FAILED:
        snprintf(out, CARD_TEXT, "failed");
        return out;
    case BOARD_TARGET_UNUSABLE:
        snprintf(out, CARD_TEXT, "cannot be used here");
        return out;
    case BOARD_TARGET_OFF:
        break;
    }
    snprintf(out, CARD_TEXT, row_any(s, target) ? "measured" : "not started");
    if (timed)
        snprintf(out, CARD_TEXT, "off, started in %.2f s", t->start_s);
    return out;
}

enum style card_state_style(const struct board_target *t)
{
    return is_bad(t)                           ? STYLE_ERROR
           : t->state == BOARD_TARGET_STARTING ? STYLE_WARN
           : t->state == BOARD_TARGET_READY    ? STYLE_OK
                                               : STYLE_DIM;
}

/* Names stand in a column, so that the states do. */
static int names_column(const struct snapshot *s, int w)
{
    int widest = 12;
    for (size_t t = 0; t < s->target_count; t++) {
        int n = canvas_columns(s->targets[t].id) + (s->targets[t].emulated ? 12 : 3);
        widest = n > widest ? n : widest;
    }
    return widest < w / 2 ? widest : w / 2;
}

/* Returns the column after the state. */
static int draw_head(struct canvas *c, int y, int x, int w, const struct snapshot *s, size_t target)
{
    char state[CARD_TEXT];
    int name = names_column(s, w);
    const struct board_target *t = &s->targets[target];
    widget_target(c, y, x, name - 1, t);
    card_state(state, s, target);
    widget_cut(c, y, x + name, w - name, card_state_style(t), 0, state);
    return x + name + canvas_columns(state);
}

void card_line(struct canvas *c, int y, int x, int w, const struct snapshot *s, size_t target)
{
    const struct board_target *t = &s->targets[target];
    struct rect former = canvas_clip(c, (struct rect){y, x, 1, w});
    int end = draw_head(c, y, x, w, s, target) + 2;
    bool waits = t->state == BOARD_TARGET_STARTING || is_bad(t);
    char wait[CARD_TEXT];
    widget_cut(c, y, end, x + w - end, waits ? STYLE_TEXT : STYLE_DIM, 0,
               waits ? card_reason(wait, t, x + w - end) : t->how);
    canvas_unclip(c, former);
}

/* "tsc, as the host's ±0.02 %": how far a second there is from a second here. */
static void clock_words(const struct board_target *t, char out[CARD_TEXT])
{
    const char *source = t->clocksource[0] ? t->clocksource : "source not known";
    double off = 100 * (t->clock_rate - 1), bound = 100 * t->clock_bound;
    if (t->clock_stepped)
        snprintf(out, CARD_TEXT, "%s, stepped while it was measured: no verdicts", source);
    else if (!t->clock_known || !isfinite(off) || !isfinite(bound))
        snprintf(out, CARD_TEXT, "%s, rate not known yet", source);
    else if (fabs(off) <= bound)
        snprintf(out, CARD_TEXT, "%s, as the host's within %.1g %%", source, bound);
    else
        snprintf(out, CARD_TEXT, "%s, %.2g ±%.1g %% %s", source, fabs(off), bound,
                 off < 0 ? "slow" : "fast");
}

static void field(struct page *p, const char *label, const char *text)
{
    if (text[0])
        page_field(p, label, STYLE_TEXT, "%s", text);
}

void card_facts(struct page *p, const struct snapshot *s, size_t target)
{
    const struct board_target *t = &s->targets[target];
    char text[CARD_TEXT];
    if (is_bad(t)) {
        page_field(p, "why", STYLE_TEXT, "%s", t->reason[0] ? t->reason : "no reason was given");
        if (t->remedy[0])
            page_field(p, "do", STYLE_STRONG, "%s", t->remedy);
    }
    if (t->remark[0])
        page_field(p, "note", STYLE_WARN, "%s", t->remark);
    else if (t->emulated)
        page_field(p, "note", STYLE_WARN, "EMULATED: shown, never judged");
    if (t->emulated && t->remedy[0] && !is_bad(t))
        page_field(p, "do", STYLE_STRONG, "%s", t->remedy);
    field(p, "by", t->how);
    field(p, "kernel", t->kernel);
    if (t->limits[0])
        page_field(p, "limits", STYLE_TEXT, "%s", t->limits);
    else if (t->cpus > 0 && t->memory_mib > 0)
        page_field(p, "limits", STYLE_TEXT, "%" PRIu64 " processors, memory %" PRIu64 " MiB",
                   t->cpus, t->memory_mib);
    else if (t->cpus > 0)
        page_field(p, "limits", STYLE_TEXT, "none: %" PRIu64 " processors", t->cpus);
    field(p, "devices", t->devices);
    field(p, "network", t->network);
    if (t->clocksource[0] || t->clock_known || t->clock_stepped) {
        clock_words(t, text);
        page_field(p, "clock", t->clock_stepped ? STYLE_ERROR : STYLE_TEXT, "%s", text);
    }
}

static void waits(struct page *p, const struct board_target *t)
{
    if (t->state != BOARD_TARGET_STARTING)
        return;
    if (t->reason[0])
        page_field(p, "waits", STYLE_WARN, "%s", t->reason);
    if (!t->emulated && !snapshot_confirmed(t))
        page_field(p, "accel", STYLE_WARN, CARD_UNCONFIRMED);
}

static void draw_card(struct page *p, const struct snapshot *s, size_t target)
{
    if (page_left(p) == 0)
        return;
    draw_head(p->c, p->y++, p->r.x, p->r.w, s, target);
    waits(p, &s->targets[target]);
    card_facts(p, s, target);
}

/* Rows of a card at this width: drawn where nobody sees it, since only drawing knows where lines
 * break. */
static int card_rows(struct canvas *c, const struct snapshot *s, size_t target, int w)
{
    struct rect former = canvas_clip(c, (struct rect){0, 0, 0, 0});
    struct page p = page_begin(c, (struct rect){0, 0, ROWS_BOUND, w});
    draw_card(&p, s, target);
    canvas_unclip(c, former);
    return p.y;
}

/* In so many columns, each card below the one before: do they fit? With draw they are drawn. */
static bool cards(struct canvas *c, struct rect in, const struct snapshot *s, int columns,
                  bool draw)
{
    int w = (in.w - 3 * (columns - 1)) / columns, y = 0;
    size_t each = (s->target_count + (size_t)columns - 1) / (size_t)columns;
    for (size_t t = 0; t < s->target_count; t++) {
        int x = (int)(t / each) * (w + 3);
        if (t % each == 0)
            y = 0;
        int rows = card_rows(c, s, t, w);
        if (y + rows > in.h)
            return false;
        if (draw) {
            struct page p = page_begin(c, (struct rect){in.y + y, in.x + x, rows, w});
            draw_card(&p, s, t);
        }
        y += rows + 1;
    }
    return true;
}

/* A card without its head; where not all has room, that is said. */
static void draw_rest(struct canvas *c, struct rect r, const struct snapshot *s, size_t target)
{
    int more = card_rows(c, s, target, r.w) - 1 - r.h;
    if (more > 0)
        r.h--;
    struct page p = page_begin(c, r);
    waits(&p, &s->targets[target]);
    card_facts(&p, s, target);
    if (more > 0)
        canvas_textf(c, r.y + r.h, r.x, STYLE_DIM, 0, "%d more lines: expand", more + 1);
}

#define CARD_WIDTH 46 /* the least that reads well */

void card_list(struct canvas *c, struct rect box, struct rect in, const struct snapshot *s,
               size_t index, size_t selected, size_t first)
{
    if (in.h < 1 || in.w < 4 || s->target_count == 0)
        return;
    struct rect former = canvas_clip(c, (struct rect){in.y, in.x - 1, in.h, in.w + 1});
    for (int columns = 1; columns == 1 || in.w / columns >= CARD_WIDTH; columns++)
        if (cards(c, in, s, columns, false)) {
            cards(c, in, s, columns, true);
            canvas_unclip(c, former);
            return;
        }
    size_t visible = (size_t)in.h < s->target_count ? (size_t)in.h : s->target_count;
    first = widget_scroll(first, selected, visible, s->target_count);
    for (size_t i = 0; i < visible; i++) {
        int y = in.y + (int)i;
        widget_cursor(c, y, in.x, first + i == selected);
        card_line(c, y, in.x, in.w, s, first + i);
        canvas_hit_row(c, (struct rect){y, in.x, 1, in.w}, index, first + i, 0);
    }
    int gap = in.h - (int)visible > 6; /* a card has about so many lines: they come first */
    int left = in.h - (int)visible - gap;
    if (left > 0 && selected < s->target_count)
        draw_rest(c, (struct rect){in.y + in.h - left, in.x, left, in.w}, s, selected);
    canvas_unclip(c, former);
    widget_more(c, box, first, s->target_count - first - visible);
}
