/* canvas.h - a grid of cells that panels draw into; back ends put it on a terminal (curses) or into
 * text (golden tests, `vmtax screen`).
 *
 * A cell is one character, one semantic style and attributes. Styles are names of meaning, not
 * colours: the theme says what they look like at each colour depth. Drawing outside the clip
 * rectangle does nothing. The canvas never knows the terminal. */
#ifndef VMTAX_CANVAS_H
#define VMTAX_CANVAS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a cell means. Two channels never mixed: who (target hues) and how good (verdict colours). */
enum style {
    STYLE_TEXT,
    STYLE_DIM,    /* units, notes, uncertain figures */
    STYLE_STRONG, /* titles, key letters: bold */
    STYLE_FRAME,
    STYLE_FRAME_FOCUS,
    STYLE_GROOVE, /* the dots of an empty bar */
    STYLE_BAR,    /* background of tabs and footer */
    STYLE_BAR_KEY,
    STYLE_BAR_TEXT,
    STYLE_BAR_ACTIVE, /* the current tab */
    STYLE_SELECTED,
    STYLE_NATIVE,
    STYLE_CONTAINER,
    STYLE_OPENVZ,
    STYLE_XEN,
    STYLE_KVM,
    STYLE_REACHED, /* ssh and other guests reached by a command */
    STYLE_BETTER,
    STYLE_SAME,
    STYLE_SLIGHTLY_WORSE,
    STYLE_WORSE,
    STYLE_UNSURE,
    STYLE_OK,
    STYLE_WARN,
    STYLE_ERROR,
    STYLE_HEAT_0,
    STYLE_HEAT_1,
    STYLE_HEAT_2,
    STYLE_HEAT_3,
    STYLE_HEAT_4,
    STYLE_HEAT_5,
    STYLE_HEAT_6,
    STYLE_HEAT_7,
    STYLE_COUNT, /* must stay below 60: fits the 64 pairs of 8-colour terminals */
};

enum attribute {
    ATTR_BOLD = 1,
    ATTR_UNDERLINE = 2,
    ATTR_REVERSE = 4,
    ATTR_DIM = 8,
};

struct cell {
    uint32_t ch; /* one column wide, printable; 0 = right half of a wide character */
    uint8_t style;
    uint8_t attr;
};

struct rect {
    int y, x, h, w;
};

enum glyph_set { GLYPHS_ASCII, GLYPHS_BLOCK, GLYPHS_BRAILLE, GLYPH_SET_COUNT };

/* What a click on a cell does: presses a key, or selects a row (and column) of a box. */
struct canvas_hit {
    struct rect rect;
    int key; /* 0: select */
    size_t box, row, column;
};

#define CANVAS_HITS_MAX 256 /* further targets are not clickable */

struct keymap;

struct canvas {
    int h, w;
    struct cell *cells; /* h * w, row by row; owned */
    enum glyph_set glyphs;
    const struct keymap *keymap; /* the user's keys, for hints (key.h); NULL: the usual ones */
    bool replayed; /* of another time: keys that act on now are not offered (key_of_now()) */
    struct rect clip;
    /* Where whoever follows the terminal's cursor finds what is selected, or the end of what is
     * typed; y < 0: nowhere. */
    int cursor_y, cursor_x;
    struct canvas_hit *hits; /* owned; the last one drawn lies on top */
    size_t hit_count;
};

void canvas_init(struct canvas *c, enum glyph_set glyphs);
void canvas_release(struct canvas *c);
void canvas_resize(struct canvas *c, int h, int w); /* clears */
void canvas_clear(struct canvas *c);
/* Intersect the clip with r; returns the former clip for canvas_unclip. */
struct rect canvas_clip(struct canvas *c, struct rect r);
void canvas_unclip(struct canvas *c, struct rect former);

/* One character, turned into the canvas's glyph set; a wide one takes two cells. What is not
 * printable becomes a middle dot. */
void canvas_put(struct canvas *c, int y, int x, uint32_t ch, enum style s, unsigned attr);
/* What is drawn at this cell is selected, if the cell lies inside the clip; the last one counts. */
void canvas_cursor(struct canvas *c, int y, int x);
/* UTF-8 text, cleaned again (text.h); returns the column after it, clipped or not. */
int canvas_text(struct canvas *c, int y, int x, enum style s, unsigned attr, const char *utf8);
int canvas_textf(struct canvas *c, int y, int x, enum style s, unsigned attr, const char *format,
                 ...) __attribute__((format(printf, 6, 7)));
/* Ends at column right (inclusive). Returns the first column. */
int canvas_text_right(struct canvas *c, int y, int right, enum style s, unsigned attr,
                      const char *utf8);
int canvas_columns(const char *utf8); /* cells a text takes */
/* ch: ASCII or a sign of the screens (box, block, braille), one cell wide. */
void canvas_fill(struct canvas *c, struct rect r, uint32_t ch, enum style s, unsigned attr);
/* Everything so far becomes dim, and no target for the mouse: under a dialog. */
void canvas_dim(struct canvas *c);

/* Make cells a target for the mouse, inside the clip. */
void canvas_hit_key(struct canvas *c, struct rect r, int key);
void canvas_hit_row(struct canvas *c, struct rect r, size_t box, size_t row, size_t column);
const struct canvas_hit *canvas_hit_at(const struct canvas *c, int y, int x); /* NULL: nothing */

/* The text back end: every row with all its cells and a newline; caller frees. The attribute map
 * has two blocks of the same shape, parted by an empty line: the style of each cell as one letter,
 * and its attributes as a hexadecimal digit ('.' = none). */
char *canvas_to_text(const struct canvas *c);
char *canvas_to_attributes(const struct canvas *c);

#endif
