#include "ui/ansi.h"

#include "text.h"
#include "xalloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct out {
    char *text;
    size_t used, room;
};

static void put(struct out *o, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(struct out *o, const char *format, ...)
{
    va_list args;
    if (o->room - o->used < 64) { /* longer than anything written at once */
        o->room = o->room * 2 + 4096;
        o->text = xrealloc_array(o->text, o->room, 1);
    }
    va_start(args, format);
    int n = vsnprintf(o->text + o->used, o->room - o->used, format, args);
    va_end(args);
    if (n > 0)
        o->used += (size_t)n;
}

static void put_color(struct out *o, int32_t color, enum depth depth, int base)
{
    if (color == COLOR_NONE)
        return;
    if (color < 8)
        put(o, ";%d", base + color);
    else if (color < 16)
        put(o, ";%d", base + 60 + color - 8);
    else if (depth == DEPTH_TRUE)
        put(o, ";%d;2;%d;%d;%d", base + 8, color >> 16 & 0xFF, color >> 8 & 0xFF, color & 0xFF);
    else
        put(o, ";%d;5;%d", base + 8, color);
}

static void put_look(struct out *o, const struct look *look, unsigned attr, enum depth depth)
{
    static const struct {
        unsigned attr;
        int code;
    } codes[] = {{ATTR_BOLD, 1}, {ATTR_DIM, 2}, {ATTR_UNDERLINE, 4}, {ATTR_REVERSE, 7}};
    put(o, "\033[0");
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if ((look->attr | attr) & codes[i].attr)
            put(o, ";%d", codes[i].code);
    put_color(o, look->fg, depth, 30);
    put_color(o, look->bg, depth, 40);
    put(o, "m");
}

char *ansi_from_canvas(const struct canvas *c, const struct theme *t, enum depth depth)
{
    struct out o = {0};
    put(&o, "%s", "");
    for (int y = 0; y < c->h; y++) {
        int style = -1, attr = -1;
        for (int x = 0; x < c->w; x++) {
            const struct cell *cell = &c->cells[y * c->w + x];
            char code[5];
            if (cell->ch == 0)
                continue;
            if (cell->style != style || cell->attr != attr) {
                struct look look = theme_look(t, (enum style)cell->style, depth);
                put_look(&o, &look, cell->attr, depth);
                style = cell->style;
                attr = cell->attr;
            }
            code[text_encode(cell->ch, code)] = '\0';
            put(&o, "%s", code);
        }
        put(&o, "\033[0m\n");
    }
    return o.text;
}
