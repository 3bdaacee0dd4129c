/* The grid and its text back end. Everything a panel draws goes through canvas_put: the one place
 * where characters are clipped, translated into the glyph set and refused if they could reach the
 * terminal as anything but themselves. */
#include <config.h>

#include "ui/canvas.h"

#include "error.h"
#include "text.h"
#include "ui/canvas_watch.h"
#include "ui/glyph.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct cell blank = {' ', STYLE_TEXT, 0};

void canvas_init(struct canvas *c, enum glyph_set glyphs)
{
    *c = (struct canvas){.glyphs = glyphs, .hits = xcalloc(CANVAS_HITS_MAX, sizeof *c->hits)};
}

void canvas_release(struct canvas *c)
{
    free(c->cells);
    free(c->hits);
    *c = (struct canvas){0};
}

void canvas_resize(struct canvas *c, int h, int w)
{
    if (h < 0 || w < 0)
        BUG("canvas of negative size");
    c->h = h;
    c->w = w;
    c->cells = xrealloc_array(c->cells, (size_t)h * (size_t)w + 1, sizeof *c->cells);
    canvas_clear(c);
}

void canvas_clear(struct canvas *c)
{
    size_t n = (size_t)c->h * (size_t)c->w;
    for (size_t i = 0; i < n; i++)
        c->cells[i] = blank;
    c->clip = (struct rect){0, 0, c->h, c->w};
    c->cursor_y = c->cursor_x = -1;
    c->hit_count = 0;
    canvas_watch_layer(c);
}

void canvas_cursor(struct canvas *c, int y, int x)
{
    const struct rect *r = &c->clip;
    if (y < r->y || y >= r->y + r->h || x < r->x || x >= r->x + r->w)
        return;
    c->cursor_y = y;
    c->cursor_x = x;
}

static struct rect intersect(struct rect a, struct rect b)
{
    int y = a.y > b.y ? a.y : b.y, x = a.x > b.x ? a.x : b.x;
    int y1 = a.y + a.h < b.y + b.h ? a.y + a.h : b.y + b.h;
    int x1 = a.x + a.w < b.x + b.w ? a.x + a.w : b.x + b.w;
    return (struct rect){y, x, y1 > y ? y1 - y : 0, x1 > x ? x1 - x : 0};
}

struct rect canvas_clip(struct canvas *c, struct rect r)
{
    struct rect former = c->clip;
    c->clip = intersect(former, r);
    return former;
}

void canvas_unclip(struct canvas *c, struct rect former)
{
    c->clip = former;
}

static inline bool inside(const struct canvas *c, int y, int x)
{
    return y >= c->clip.y && y < c->clip.y + c->clip.h && x >= c->clip.x &&
           x < c->clip.x + c->clip.w;
}

/* The cell is about to change: if it is half of a wide character, the other half becomes blank. */
static inline void break_wide(struct cell *row, int x, int w)
{
    if (row[x].ch == 0 && x > 0)
        row[x - 1].ch = ' ';
    if (x + 1 < w && row[x + 1].ch == 0)
        row[x + 1].ch = ' ';
}

/* Printable, one cell: the signs that screens are made of, so that they skip the full check. */
static inline bool plain_sign(uint32_t ch)
{
    return (ch >= 0x20 && ch < 0x7F) || (ch >= 0x2500 && ch <= 0x25FF) ||
           (ch >= 0x2800 && ch <= 0x28FF) || ch == 0xB7;
}

/* Cells a character takes; what is not printable stands as one dot. */
static int code_columns(uint32_t code)
{
    return plain_sign(code) || code < 0x20 || code == 0x7F ? 1 : text_width(code);
}

/* As text.h cleans whole texts: the character, or a middle dot. */
static uint32_t clean_code(uint32_t ch)
{
    char utf8[5] = "", clean[8];
    uint32_t code;
    if (ch == 0)
        return 0xB7;
    utf8[text_encode(ch, utf8)] = '\0';
    text_clean(clean, sizeof clean, utf8);
    return text_decode(clean, strlen(clean), &code) ? code : 0xB7;
}

void canvas_put(struct canvas *c, int y, int x, uint32_t ch, enum style s, unsigned attr)
{
    int width = 1;
    if (!inside(c, y, x)) {
        canvas_watch_cell(c, y, x, ch, true);
        return;
    }
    if (!plain_sign(ch)) {
        width = text_width(ch);
        if (width == 0) /* a combining mark: cells hold one character */
            return;
        ch = clean_code(ch);
    }
    uint32_t shown = glyph_translate(c->glyphs, ch);
    if (width == 2 && !inside(c, y, x + 1)) { /* never half a character */
        shown = ' ';
        width = 1;
    }
    struct cell *row = c->cells + (size_t)y * (size_t)c->w;
    canvas_watch_cell(c, y, x, shown, false);
    break_wide(row, x, c->w);
    row[x] = (struct cell){shown, (uint8_t)s, (uint8_t)attr};
    if (width == 2) {
        canvas_watch_cell(c, y, x + 1, shown, false);
        break_wide(row, x + 1, c->w);
        row[x] = (struct cell){shown, (uint8_t)s, (uint8_t)attr};
        row[x + 1] = (struct cell){shown < 0x7F ? shown : 0, (uint8_t)s, (uint8_t)attr};
    }
}

int canvas_text(struct canvas *c, int y, int x, enum style s, unsigned attr, const char *utf8)
{
    size_t left = strlen(utf8);
    while (left > 0) {
        uint32_t code;
        size_t used = text_decode(utf8, left, &code);
        if (used == 0) {
            code = 0xB7;
            used = 1;
        }
        utf8 += used;
        left -= used;
        int width = code_columns(code);
        if (width == 0)
            continue;
        canvas_put(c, y, x, code, s, attr);
        x += width;
    }
    return x;
}

int canvas_textf(struct canvas *c, int y, int x, enum style s, unsigned attr, const char *format,
                 ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return canvas_text(c, y, x, s, attr, text);
}

int canvas_text_right(struct canvas *c, int y, int right, enum style s, unsigned attr,
                      const char *utf8)
{
    int x = right - canvas_columns(utf8) + 1;
    canvas_text(c, y, x, s, attr, utf8);
    return x;
}

int canvas_columns(const char *utf8)
{
    size_t left = strlen(utf8);
    int columns = 0;
    while (left > 0) {
        uint32_t code;
        size_t used = text_decode(utf8, left, &code);
        columns += used == 0 ? 1 : code_columns(code);
        utf8 += used ? used : 1;
        left -= used ? used : 1;
    }
    return columns;
}

void canvas_fill(struct canvas *c, struct rect r, uint32_t ch, enum style s, unsigned attr)
{
    r = intersect(r, c->clip);
    ch = plain_sign(ch) ? glyph_translate(c->glyphs, ch) : 0;
    if (ch == 0)
        BUG("a canvas is filled with a character of unknown width");
    for (int y = r.y; y < r.y + r.h; y++)
        for (int x = r.x; x < r.x + r.w; x++) {
            struct cell *row = c->cells + (size_t)y * (size_t)c->w;
            canvas_watch_cell(c, y, x, ch, false);
            break_wide(row, x, c->w);
            row[x] = (struct cell){ch, (uint8_t)s, (uint8_t)attr};
        }
}

void canvas_dim(struct canvas *c)
{
    size_t n = (size_t)c->h * (size_t)c->w;
    for (size_t i = 0; i < n; i++) {
        c->cells[i].style = STYLE_DIM;
        c->cells[i].attr = ATTR_DIM;
    }
    c->cursor_y = c->cursor_x = -1;
    c->hit_count = 0; /* a dialog takes all clicks */
    canvas_watch_layer(c);
}

static void add_hit(struct canvas *c, struct canvas_hit hit)
{
    hit.rect = intersect(hit.rect, c->clip);
    if (hit.rect.h > 0 && hit.rect.w > 0 && c->hit_count < CANVAS_HITS_MAX)
        c->hits[c->hit_count++] = hit;
}

void canvas_hit_key(struct canvas *c, struct rect r, int key)
{
    add_hit(c, (struct canvas_hit){.rect = r, .key = key});
}

void canvas_hit_row(struct canvas *c, struct rect r, size_t box, size_t row, size_t column)
{
    add_hit(c, (struct canvas_hit){.rect = r, .box = box, .row = row, .column = column});
}

const struct canvas_hit *canvas_hit_at(const struct canvas *c, int y, int x)
{
    for (size_t i = c->hit_count; i-- > 0;) {
        const struct rect *r = &c->hits[i].rect;
        if (y >= r->y && y < r->y + r->h && x >= r->x && x < r->x + r->w)
            return &c->hits[i];
    }
    return NULL;
}

char *canvas_to_text(const struct canvas *c)
{
    char *text = xcalloc((size_t)c->h * ((size_t)c->w * 4 + 1) + 1, 1), *p = text;
    for (int y = 0; y < c->h; y++) {
        for (int x = 0; x < c->w; x++) {
            uint32_t ch = c->cells[(size_t)y * (size_t)c->w + (size_t)x].ch;
            if (ch)
                p += text_encode(ch, p);
        }
        *p++ = '\n';
    }
    return text;
}

char *canvas_to_attributes(const struct canvas *c)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    static const char digits[] = ".123456789abcdef";
    _Static_assert(STYLE_COUNT < sizeof letters, "a letter for each style");
    char *text = xcalloc(2 * (size_t)c->h * ((size_t)c->w + 1) + 2, 1), *p = text;
    for (int block = 0; block < 2; block++) {
        for (int y = 0; y < c->h; y++) {
            for (int x = 0; x < c->w; x++) {
                const struct cell *cell = &c->cells[(size_t)y * (size_t)c->w + (size_t)x];
                *p++ = block == 0 ? letters[cell->style] : digits[cell->attr & 15];
            }
            *p++ = '\n';
        }
        if (block == 0)
            *p++ = '\n';
    }
    return text;
}
