#include "ui/costs.h"

#include "text.h"
#include "ui/widget.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NAME   13
#define COLUMN 10

/* "118.0ms/op" is as wide as a column. */
static int column_of(enum cost_unit unit)
{
    return unit == COST_PER_OPERATION ? COLUMN + 1 : COLUMN;
}

const char *costs_whose(const struct board_target *t)
{
    static const char *const sharing[] = {"native", "container", "openvz"};
    static const char shared[] = "the whole machine's", own[] = "of all that runs on its kernel";
    for (size_t i = 0; i < sizeof sharing / sizeof *sharing; i++)
        if (strcmp(t->kind, sharing[i]) == 0)
            return shared;
    return own;
}

char *costs_note(char *out, size_t size, const struct board_target *native,
                 const struct board_target *t)
{
    const char *there = costs_whose(native), *here = costs_whose(t);
    if (there == here)
        snprintf(out, size, "* %s", here);
    else
        snprintf(out, size, "* %s: %s; %s: %s", t->id, here, native->id, there);
    return out;
}

bool costs_kernels(uint32_t known)
{
    for (enum counter i = 0; i < COUNTER_COUNT; i++)
        if (counter_is_kernels(i) && known & 1u << i)
            return true;
    return false;
}

static void row(struct page *p, enum counter which, const struct figure_cost *native,
                const struct figure_cost *guest, bool emulated, enum cost_unit unit)
{
    char value[24], reasons[160];
    int x = p->r.x, column = column_of(unit);
    struct rect former = canvas_clip(p->c, (struct rect){p->y, p->r.x, 1, p->r.w});
    canvas_textf(p->c, p->y, x, STYLE_DIM, 0, "%s%s", counter_kinds[which].name,
                 counter_is_kernels(which) ? "*" : "");
    x += NAME;
    for (int k = 0; k < 2; k++, x += column) {
        const struct figure_cost *c = k ? guest : native;
        cost_value_in(value, sizeof value, c, k ? native : guest, which, unit);
        widget_figure(p->c, p->y, x + column - 1, value[0] == '-' ? NULL : value, k && emulated);
    }
    if (which == COUNTER_EXITS && p->r.x + p->r.w - x >= NAME)
        widget_cut(p->c, p->y, x + 1, p->r.x + p->r.w - x - 1, STYLE_DIM, 0,
                   cost_reasons(reasons, sizeof reasons, guest));
    canvas_unclip(p->c, former);
    p->y++;
}

void costs_lines(struct page *p, const struct figure_cost *native, const struct figure_cost *guest,
                 bool emulated, enum cost_unit unit, int keep)
{
    int column = column_of(unit);
    if (page_left(p) <= keep)
        return;
    if (!guest->known) {
        page_text(p, STYLE_DIM, 0, COST_NONE);
        return;
    }
    if (page_left(p) < keep + 2 || p->r.w < NAME + 2 * column)
        return;
    canvas_text(p->c, p->y, p->r.x, STYLE_DIM, 0, "white-box");
    canvas_text_right(p->c, p->y, p->r.x + NAME + column - 1, STYLE_NATIVE, 0, "native");
    canvas_text_right(p->c, p->y, p->r.x + NAME + 2 * column - 1, STYLE_TEXT, 0, "guest");
    p->y++;
    for (enum counter i = 0; i < COUNTER_COUNT && page_left(p) > keep; i++)
        if (cost_counted(guest, i) || (cost_counted(native, i) && guest->known & 1u << i))
            row(p, i, native, guest, emulated, unit);
}

void costs_reasons(struct page *p, const struct figure_cost *guest)
{
    int bar = p->r.w - NAME - COLUMN - 7;
    if (!cost_counted(guest, COUNTER_EXITS) || bar < 4)
        return;
    for (size_t i = 0; i < guest->reason_count && page_left(p) > 0; i++, p->y++) {
        char text[24];
        int x = p->r.x;
        double share = guest->reasons[i].per_s / guest->per_s[COUNTER_EXITS];
        widget_cut(p->c, p->y, x, NAME - 1, STYLE_TEXT, 0, guest->reasons[i].name);
        widget_bar(p->c, p->y, x += NAME, bar, fmin(share, 1), STYLE_DIM);
        snprintf(text, sizeof text, "%.0f %%", fmin(999, 100 * share));
        canvas_text_right(p->c, p->y, (x += bar + 6) - 1, STYLE_TEXT, 0, text);
        snprintf(text, sizeof text, "%s/s",
                 text_figure((char[16]){0}, 16, guest->reasons[i].per_s));
        canvas_text_right(p->c, p->y, x + COLUMN, STYLE_DIM, 0, text);
    }
}
