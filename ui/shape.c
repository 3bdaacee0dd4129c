#include <config.h>

#include "ui/shape.h"

#include "error.h"

#include <stdbool.h>
#include <stddef.h>

/* From the left upper corner of a cell of SHAPE_WIDTH x SHAPE_HEIGHT. */
static const struct shape {
    uint32_t ch;
    enum pen pen;
    const char *path;
} shapes[] = {
    {0x2500, PEN_THIN, "m0 9.5h9"},                               /* ─ */
    {0x2501, PEN_THICK, "m0 9.5h9"},                              /* ━ */
    {0x2502, PEN_THIN, "m4.5 0v19"},                              /* │ */
    {0x2503, PEN_THICK, "m4.5 0v19"},                             /* ┃ */
    {0x250A, PEN_THIN, "m4.5 .875v3m0 1.75v3m0 1.75v3m0 1.75v3"}, /* ┊ */
    {0x250C, PEN_THIN, "m4.5 19v-9.5h4.5"},                       /* ┌ */
    {0x2510, PEN_THIN, "m0 9.5h4.5v9.5"},                         /* ┐ */
    {0x2514, PEN_THIN, "m4.5 0v9.5h4.5"},                         /* └ */
    {0x2518, PEN_THIN, "m0 9.5h4.5v-9.5"},                        /* ┘ */
    {0x251C, PEN_THIN, "m4.5 0v19m0 -9.5h4.5"},                   /* ├ */
    {0x2524, PEN_THIN, "m4.5 0v19m0 -9.5h-4.5"},                  /* ┤ */
    {0x254C, PEN_THIN, "m.75 9.5h3m1.5 0h3"},                     /* ╌ */
    {0x2550, PEN_THIN, "m0 8.5h9m-9 2h9"},                        /* ═ */
    {0x2551, PEN_THIN, "m3.5 0v19m2 -19v19"},                     /* ║ */
    {0x256D, PEN_THIN, "m4.5 19v-5q0 -4.5 4.5 -4.5"},             /* ╭ */
    {0x256E, PEN_THIN, "m0 9.5q4.5 0 4.5 4.5v5"},                 /* ╮ */
    {0x256F, PEN_THIN, "m0 9.5q4.5 0 4.5 -4.5v-5"},               /* ╯ */
    {0x2570, PEN_THIN, "m4.5 0v5q0 4.5 4.5 4.5"},                 /* ╰ */
    {0x2578, PEN_THICK, "m0 9.5h4.5"},                            /* ╸ */
    {0x2580, PEN_AREA, "h9v9.5h-9z"},                             /* ▀ */
};

static const struct shape *find(uint32_t ch)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (shapes[i].ch == ch)
            return &shapes[i];
    return NULL;
}

/* ▁ to █: from below; █ to ▏: from the left. */
static bool is_block(uint32_t ch)
{
    return ch >= 0x2581 && ch <= 0x258F;
}

static bool is_braille(uint32_t ch)
{
    return ch >= 0x2800 && ch <= 0x28FF;
}

enum pen shape_pen(uint32_t ch)
{
    if (is_block(ch))
        return PEN_AREA;
    if (is_braille(ch))
        return PEN_DOT;
    const struct shape *s = find(ch);
    return s ? s->pen : PEN_NONE;
}

static void write_block(FILE *out, uint32_t ch, int x, int y)
{
    double w = SHAPE_WIDTH, h = SHAPE_HEIGHT;
    if (ch <= 0x2588)
        h *= (ch - 0x2580) / 8.0;
    else
        w *= (0x2590 - ch) / 8.0;
    fprintf(out, "M%d %gh%gv%gh%gz", x, y + SHAPE_HEIGHT - h, w, h, -w);
}

/* A line of no length with round ends is a dot. */
static void write_braille(FILE *out, uint32_t ch, int x, int y)
{
    static const struct {
        int column, row;
    } dots[] = {{0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}, {1, 2}, {0, 3}, {1, 3}};
    for (size_t i = 0; i < sizeof dots / sizeof *dots; i++)
        if (ch & 1u << i)
            fprintf(out, "M%g %gh0", x + SHAPE_WIDTH * (1 + 2 * dots[i].column) / 4.0,
                    y + SHAPE_HEIGHT * (1 + 2 * dots[i].row) / 8.0);
}

void shape_write(FILE *out, uint32_t ch, int x, int y)
{
    const struct shape *s = find(ch);
    if (s)
        fprintf(out, "M%d %d%s", x, y, s->path);
    else if (is_block(ch))
        write_block(out, ch, x, y);
    else if (is_braille(ch))
        write_braille(out, ch, x, y);
    else
        BUG("a character without a shape");
}
