#include <config.h>

#include "ui/drawing.h"

#include "report/markup.h"
#include "text.h"
#include "ui/shape.h"
#include "xalloc.h"

#include <stdlib.h>

#define FONT     15 /* pixels; a monospaced character is 0.6 of it wide: SHAPE_WIDTH */
#define BASELINE 14

struct paint {
    int32_t fg, bg; /* 0xRRGGBB */
    unsigned attr;  /* without ATTR_REVERSE, which is done */
};

struct drawing {
    FILE *out;
    const struct canvas *c;
    struct paint paints[STYLE_COUNT][ATTR_DIM * 2]; /* by style and attributes */
    int32_t ground;
};

/* What is drawn in one go, so that no edge shows where two cells meet. */
struct ink {
    enum pen pen;
    int32_t color;
    bool ground, faint;
};

static struct paint paint_of(const struct theme *t, enum style s, unsigned attr, enum depth depth)
{
    bool mono = depth == DEPTH_MONO;
    struct look look = theme_look(t, s, depth);
    struct paint d = {mono ? 0 : 0xE5E5E5, mono ? 0xFFFFFF : 0, look.attr | attr};
    if (look.fg != COLOR_NONE)
        d.fg = theme_rgb(look.fg, depth);
    if (look.bg != COLOR_NONE)
        d.bg = theme_rgb(look.bg, depth);
    if (d.attr & ATTR_REVERSE) {
        int32_t fg = d.fg;
        d.fg = d.bg;
        d.bg = fg;
        d.attr &= ~(unsigned)ATTR_REVERSE;
    }
    return d;
}

static const struct cell *cell_at(const struct drawing *d, int y, int x)
{
    return &d->c->cells[(size_t)y * (size_t)d->c->w + (size_t)x];
}

static const struct paint *paint_at(const struct drawing *d, int y, int x)
{
    const struct cell *cell = cell_at(d, y, x);
    return &d->paints[cell->style][cell->attr & (ATTR_DIM * 2 - 1)];
}

/* The ink of a cell's ground or of its shape; false if it has none. */
static bool ink_at(const struct drawing *d, int y, int x, bool ground, struct ink *ink)
{
    const struct paint *paint = paint_at(d, y, x);
    enum pen pen = ground ? PEN_AREA : shape_pen(cell_at(d, y, x)->ch);
    *ink = (struct ink){pen, ground ? paint->bg : paint->fg, ground,
                        !ground && paint->attr & ATTR_DIM};
    return ground ? paint->bg != d->ground : pen != PEN_NONE;
}

static bool same_ink(const struct ink *a, const struct ink *b)
{
    return a->pen == b->pen && a->color == b->color && a->ground == b->ground &&
           a->faint == b->faint;
}

static size_t find_inks(const struct drawing *d, bool ground, struct ink **inks)
{
    size_t count = 0, room = 0;
    *inks = NULL;
    for (int y = 0; y < d->c->h; y++)
        for (int x = 0; x < d->c->w; x++) {
            struct ink ink;
            size_t i = 0;
            if (!ink_at(d, y, x, ground, &ink))
                continue;
            while (i < count && !same_ink(&(*inks)[i], &ink))
                i++;
            if (i < count)
                continue;
            XGROW(*inks, count, room);
            (*inks)[count++] = ink;
        }
    return count;
}

static void write_ink(const struct drawing *d, const struct ink *ink)
{
    /* Areas meet at edges that must not be blurred when the picture is scaled. */
    static const char *const pens[] = {
        [PEN_THIN] = "fill=\"none\" stroke=",
        [PEN_THICK] = "fill=\"none\" stroke-width=\"3\" stroke=",
        [PEN_DOT] = "fill=\"none\" stroke-width=\"2.6\" stroke-linecap=\"round\" stroke=",
        [PEN_AREA] = "shape-rendering=\"crispEdges\" fill=",
    };
    fprintf(d->out, "<path %s\"#%06x\"%s d=\"", pens[ink->pen], (unsigned)ink->color,
            ink->faint ? " opacity=\".6\"" : "");
    for (int y = 0; y < d->c->h; y++)
        for (int x = 0; x < d->c->w; x++) {
            struct ink here;
            if (!ink_at(d, y, x, ink->ground, &here) || !same_ink(&here, ink))
                continue;
            if (ink->ground)
                fprintf(d->out, "M%d %dh%dv%dh-%dz", x * SHAPE_WIDTH, y * SHAPE_HEIGHT, SHAPE_WIDTH,
                        SHAPE_HEIGHT, SHAPE_WIDTH);
            else
                shape_write(d->out, cell_at(d, y, x)->ch, x * SHAPE_WIDTH, y * SHAPE_HEIGHT);
        }
    fputs("\"/>\n", d->out);
}

static void write_inks(const struct drawing *d, bool ground)
{
    struct ink *inks;
    size_t count = find_inks(d, ground, &inks);
    for (size_t i = 0; i < count; i++)
        write_ink(d, &inks[i]);
    free(inks);
}

/* Signs that the font may lack, and that another font has in another width. */
static bool stands_alone(uint32_t ch)
{
    return ch >= 0x2000 && shape_pen(ch) == PEN_NONE;
}

/* Does the cell go on with the run of the one before it? A gap ends it, so that a font of slightly
 * other width does not shift whole lines. */
static bool goes_on(const struct drawing *d, int y, int x)
{
    const struct cell *cell = cell_at(d, y, x), *before = cell_at(d, y, x - 1);
    const struct paint *paint = paint_at(d, y, x), *was = paint_at(d, y, x - 1);
    bool gap = x > 1 && before->ch == ' ' && cell_at(d, y, x - 2)->ch == ' ';
    if (cell->ch == 0)
        return true;
    return paint->fg == was->fg && paint->attr == was->attr && !stands_alone(cell->ch) &&
           !stands_alone(before->ch) && before->ch != 0 &&
           (shape_pen(cell->ch) == PEN_NONE) == (shape_pen(before->ch) == PEN_NONE) &&
           (!gap || cell->ch == ' ');
}

static void write_run(const struct drawing *d, int y, int x, int end)
{
    const struct paint *paint = paint_at(d, y, x);
    fprintf(d->out, "<tspan x=\"%d\" textLength=\"%d\"", x * SHAPE_WIDTH, (end - x) * SHAPE_WIDTH);
    if (shape_pen(cell_at(d, y, x)->ch) != PEN_NONE)
        fputs(" fill-opacity=\"0\"", d->out);
    else
        fprintf(d->out, " fill=\"#%06x\"%s%s%s", (unsigned)paint->fg,
                paint->attr & ATTR_BOLD ? " font-weight=\"bold\"" : "",
                paint->attr & ATTR_UNDERLINE ? " text-decoration=\"underline\"" : "",
                paint->attr & ATTR_DIM ? " fill-opacity=\".6\"" : "");
    fputc('>', d->out);
    for (; x < end; x++) {
        char text[5] = "";
        if (cell_at(d, y, x)->ch)
            text[text_encode(cell_at(d, y, x)->ch, text)] = '\0';
        markup_text(d->out, text);
    }
    fputs("</tspan>", d->out);
}

static void write_row(const struct drawing *d, int y)
{
    fprintf(d->out, "<text y=\"%d\" xml:space=\"preserve\">", y * SHAPE_HEIGHT + BASELINE);
    for (int x = 0, end; x < d->c->w; x = end) {
        for (end = x + 1; end < d->c->w && goes_on(d, y, end);)
            end++;
        write_run(d, y, x, end);
    }
    fputs("</text>\n", d->out);
}

void drawing_from_canvas(FILE *out, const struct canvas *c, const struct theme *t, enum depth depth,
                         const char *title)
{
    int w = c->w * SHAPE_WIDTH, h = c->h * SHAPE_HEIGHT;
    struct drawing *d = xcalloc(1, sizeof *d);
    d->out = out;
    d->c = c;
    for (int s = 0; s < STYLE_COUNT; s++)
        for (unsigned attr = 0; attr < ATTR_DIM * 2; attr++)
            d->paints[s][attr] = paint_of(t, (enum style)s, attr, depth);
    d->ground = d->paints[STYLE_TEXT][0].bg;
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
            "viewBox=\"0 0 %d %d\" font-family=\"'DejaVu Sans Mono','Liberation Mono',Menlo,"
            "Consolas,monospace\" font-size=\"%d\">\n<title>",
            w, h, w, h, FONT);
    markup_text(out, title);
    fprintf(out, "</title>\n<path fill=\"#%06x\" d=\"M0 0h%dv%dh-%dz\"/>\n", (unsigned)d->ground, w,
            h, w);
    write_inks(d, true);
    for (int y = 0; y < c->h; y++)
        write_row(d, y);
    write_inks(d, false);
    fputs("</svg>\n", out);
    free(d);
}
