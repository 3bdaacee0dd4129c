#include "ui/prose.h"

#include "text.h"
#include "ui/glyph.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* How many bytes of a word go into so many columns. At least one character. */
static size_t part_of(const char *word, size_t length, int columns)
{
    size_t used = 0;
    for (int x = 0; used < length;) {
        uint32_t code = 0;
        size_t n = text_decode(word + used, length - used, &code);
        int wide = n ? text_width(code) : 1;
        if (used > 0 && x + wide > columns)
            break;
        x += wide;
        used += n ? n : 1;
    }
    return used;
}

static int wrap(struct canvas *c, struct rect r, enum style s, unsigned attr, const char *text,
                bool whole)
{
    int x = 0, y = 0;
    if (r.w < 1 || r.h < 1)
        return 0;
    struct rect former = canvas_clip(c, r);
    for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
        char word[512];
        size_t length = strcspn(text, " ");
        if (whole)
            length = part_of(text, length, r.w);
        size_t kept = length < sizeof word - 1 ? length : sizeof word - 1;
        while (kept < length && kept > 0 && ((unsigned char)text[kept] & 0xC0) == 0x80)
            kept--; /* between characters */
        memcpy(word, text, kept);
        word[kept] = '\0';
        text += length;
        int columns = canvas_columns(word);
        if (x > 0 && x + 1 + columns > r.w) {
            if (y + 1 == r.h) {
                int at = x < r.w ? x : r.w - 1;
                canvas_put(c, r.y + y, r.x + at, glyph(c->glyphs, GLYPH_ELLIPSIS), STYLE_DIM, 0);
                break;
            }
            y++;
            x = 0;
        }
        if (x > 0)
            canvas_put(c, r.y + y, r.x + x++, ' ', s, attr);
        canvas_text(c, r.y + y, r.x + x, s, attr, word);
        x += columns;
        if (x > r.w)
            canvas_put(c, r.y + y, r.x + r.w - 1, glyph(c->glyphs, GLYPH_ELLIPSIS), STYLE_DIM, 0);
    }
    canvas_unclip(c, former);
    return x > 0 || y > 0 ? y + 1 : 0;
}

int prose(struct canvas *c, struct rect r, enum style s, unsigned attr, const char *text)
{
    return wrap(c, r, s, attr, text, false);
}

int prose_whole(struct canvas *c, struct rect r, enum style s, unsigned attr, const char *text)
{
    return wrap(c, r, s, attr, text, true);
}

int prose_rows(struct canvas *c, int w, const char *text)
{
    struct rect former = canvas_clip(c, (struct rect){0});
    int rows = wrap(c, (struct rect){0, 0, INT16_MAX, w}, STYLE_TEXT, 0, text, true);
    canvas_unclip(c, former);
    return rows;
}

struct page page_begin(struct canvas *c, struct rect r)
{
    int label = r.w >= 60 ? 11 : r.w >= 30 ? 9 : 0;
    return (struct page){.c = c, .r = r, .y = r.y, .label = label};
}

int page_left(const struct page *p)
{
    int left = p->r.y + p->r.h - p->y;
    return left > 0 ? left : 0;
}

void page_text(struct page *p, enum style s, unsigned attr, const char *text)
{
    struct rect r = {p->y, p->r.x, page_left(p), p->r.w};
    p->y += prose(p->c, r, s, attr, text);
}

void page_textf(struct page *p, enum style s, unsigned attr, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    page_text(p, s, attr, text);
}

void page_field(struct page *p, const char *label, enum style s, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (page_left(p) == 0)
        return;
    int indent = p->label;
    if (indent == 0) {
        canvas_text(p->c, p->y, p->r.x, STYLE_DIM, 0, label);
        indent = canvas_columns(label) + 1;
    } else {
        canvas_text(p->c, p->y, p->r.x, STYLE_DIM, 0, label);
    }
    struct rect r = {p->y, p->r.x + indent, page_left(p), p->r.w - indent};
    int rows = prose(p->c, r, s, 0, text);
    p->y += rows > 0 ? rows : 1;
}

void page_gap(struct page *p)
{
    if (p->y > p->r.y && page_left(p) > 1)
        p->y++;
}
