#include <config.h>

#include "ui/plot.h"

#include "ui/glyph.h"
#include "xalloc.h"

#include <math.h>
#include <stdlib.h>

static const uint8_t dot_bits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

void plot_init(struct plot *p, int h, int w)
{
    p->h = h > 0 ? h : 0;
    p->w = w > 0 ? w : 0;
    p->cells = xcalloc((size_t)p->h * (size_t)p->w + 1, sizeof *p->cells);
}

void plot_release(struct plot *p)
{
    free(p->cells);
    *p = (struct plot){0};
}

static void set_dot(struct plot *p, int x, int y, enum style s, bool area)
{
    if (x < 0 || y < 0 || x >= 2 * p->w || y >= 4 * p->h)
        return;
    struct plot_cell *cell = &p->cells[(y / 4) * p->w + x / 2];
    cell->dots |= dot_bits[y % 4][x % 2];
    cell->style = (uint8_t)s;
    cell->area = area;
}

void plot_dot(struct plot *p, int x, int y, enum style s)
{
    set_dot(p, x, y, s, false);
}

void plot_line(struct plot *p, int x0, int y0, int x1, int y1, enum style s)
{
    int dx = abs(x1 - x0), dy = abs(y1 - y0), n = dx > dy ? dx : dy;
    for (int i = 0; i <= n; i++)
        plot_dot(p, x0 + (n ? (int)lround((double)(x1 - x0) * i / n) : 0),
                 y0 + (n ? (int)lround((double)(y1 - y0) * i / n) : 0), s);
}

int plot_series(struct plot *p, const struct axis *ax, const struct axis *ay, const double *x,
                const double *y, size_t count, enum style s)
{
    int last_x = -1, last_y = -1;
    for (size_t i = 0; i < count; i++) {
        int px = axis_column(ax, 2 * p->w, x[i], NULL), py = axis_row(ay, 4 * p->h, y[i]);
        if (px >= 0 && py >= 0) {
            if (last_x >= 0)
                plot_line(p, last_x, last_y, px, py, s);
            else
                plot_dot(p, px, py, s);
        }
        last_x = py >= 0 ? px : -1;
        last_y = px >= 0 ? py : -1;
    }
    return last_y < 0 ? -1 : last_y / 4;
}

void plot_area(struct plot *p, const double *values, size_t count, double top, enum style s)
{
    int columns = 2 * p->w, rows = 4 * p->h;
    if (!(top > 0))
        return;
    for (int x = 0; x < columns; x++) {
        size_t back = (size_t)(columns - x); /* 1 = newest */
        if (back > count || !(values[count - back] > 0))
            continue;
        double share = values[count - back] / top;
        int filled = share >= 1 ? rows : (int)lround(share * rows);
        for (int k = 0; k < (filled ? filled : 1); k++)
            set_dot(p, x, rows - 1 - k, s, true);
    }
}

void plot_level(struct plot *p, double value, double top, enum style s)
{
    if (!(top > 0) || !(value >= 0) || value > top)
        return;
    int y = 4 * p->h - 1 - (int)lround(value / top * (4 * p->h - 1));
    for (int x = 0; x < 2 * p->w; x += 3)
        plot_dot(p, x, y, s);
}

/* A series of which only the first `on` of every `period` columns of dots are drawn. */
static int broken(struct plot *p, const struct axis *ax, const struct axis *ay, const double *x,
                  const double *y, size_t count, enum style s, int on, int period)
{
    struct plot line;
    plot_init(&line, p->h, p->w);
    int last = plot_series(&line, ax, ay, x, y, count, s);
    for (int py = 0; py < 4 * p->h; py++)
        for (int px = 0; px < 2 * p->w; px++)
            if (px % period < on &&
                (line.cells[(py / 4) * p->w + px / 2].dots & dot_bits[py % 4][px % 2]))
                plot_dot(p, px, py, s);
    plot_release(&line);
    return last;
}

void plot_dotted(struct plot *p, const struct axis *ax, const struct axis *ay, const double *x,
                 const double *y, size_t count, enum style s)
{
    broken(p, ax, ay, x, y, count, s, 1, 3);
}

int plot_dashed(struct plot *p, const struct axis *ax, const struct axis *ay, const double *x,
                const double *y, size_t count, enum style s)
{
    return broken(p, ax, ay, x, y, count, s, 4, 6);
}

/* The character nearest to a line's dots where there is no braille. */
static uint32_t line_sign(enum glyph_set set, uint8_t dots)
{
    int count[2] = {0}, sum[2] = {0}, first = 4, last = -1;
    for (int y = 0; y < 4; y++)
        for (int x = 0; x < 2; x++)
            if (dots & dot_bits[y][x]) {
                count[x]++;
                sum[x] += y;
                first = y < first ? y : first;
                last = y;
            }
    if (set == GLYPHS_BLOCK)
        return last < 2 ? 0x2580 : first >= 2 ? 0x2584 : 0x2588; /* ▀ ▄ █ */
    double left = count[0] ? (double)sum[0] / count[0] : NAN;
    double right = count[1] ? (double)sum[1] / count[1] : NAN;
    if (last - first >= 2 && count[0] && count[1] && fabs(left - right) >= 1)
        return left > right ? '/' : '\\';
    if (last - first >= 2)
        return '|';
    double middle = (double)(sum[0] + sum[1]) / (count[0] + count[1]);
    return middle < 0.75 ? '\'' : middle < 2.25 ? '-' : count[0] + count[1] == 1 ? '.' : '_';
}

void plot_blit(const struct plot *p, struct canvas *c, int y, int x)
{
    for (int j = 0; j < p->h; j++)
        for (int i = 0; i < p->w; i++) {
            const struct plot_cell *cell = &p->cells[j * p->w + i];
            uint32_t sign;
            if (!cell->dots)
                continue;
            if (c->glyphs == GLYPHS_BRAILLE) {
                sign = 0x2800u + cell->dots;
            } else if (cell->area) {
                unsigned level = (unsigned)__builtin_popcount(cell->dots) *
                                 glyph_levels(c->glyphs) / 8;
                sign = glyph_level(c->glyphs, level ? level : 1);
            } else {
                sign = line_sign(c->glyphs, cell->dots);
            }
            canvas_put(c, y + j, x + i, sign, (enum style)cell->style, 0);
        }
}
