/* screen.h - the terminal: puts canvases on it and reads its keys, through ncurses, or past it
 * where the terminal is of the common kind (writer.h).
 *
 * Only one thread may use a screen. The caller reads signals itself (they are blocked): on SIGWINCH
 * it calls screen_resize, around a stop screen_suspend and screen_resume. */
#ifndef VMTAX_SCREEN_H
#define VMTAX_SCREEN_H

#include "error.h"
#include "ui/canvas.h"
#include "ui/key.h"
#include "ui/mouse.h"
#include "ui/theme.h"

#include <stdbool.h>

enum glyph_choice {
    GLYPH_CHOICE_AUTO,
    GLYPH_CHOICE_ASCII,
    GLYPH_CHOICE_BLOCK,
    GLYPH_CHOICE_BRAILLE
};
enum color_choice {
    COLOR_CHOICE_AUTO, /* NO_COLOR, then what the terminal's entry says */
    COLOR_CHOICE_MONO,
    COLOR_CHOICE_8,
    COLOR_CHOICE_16,
    COLOR_CHOICE_256,
};

struct screen_options {
    enum glyph_choice glyphs;
    enum color_choice colors;
    bool utf8;    /* take the terminal for a UTF-8 one whatever the locale says */
    bool no_sync; /* no synchronized-update brackets */
    bool clipboard;
    bool reader; /* the terminal's cursor is shown, on what is selected; no braille by itself */
    bool curses; /* curses writes, whatever the terminal: for tests that compare */
};

struct screen;

/* Sets LC_CTYPE (never LC_NUMERIC). NULL with a sentence that says what to use instead, if there is
 * no terminal, its type is unknown or cannot address the cursor. */
struct screen *screen_open(const struct screen_options *options, struct error *e);
/* Restores the terminal. leave: the last canvas is printed on the normal screen. NULL is allowed.
 */
void screen_close(struct screen *s, bool leave);

enum glyph_set screen_glyphs(const struct screen *s);
void screen_size(const struct screen *s, int *h, int *w); /* at least 1x1 */

void screen_set_theme(struct screen *s, const struct theme *t); /* before the first present */
/* Only what differs from the canvas before is sent. Returns how many cells that were; 0: nothing
 * was written at all. */
size_t screen_present(struct screen *s, const struct canvas *c);
/* Is a part of the last frame still waiting for a terminal that does not read? Then nothing can be
 * presented; screen_flush tries again, at best when screen_output can be written. */
bool screen_waiting(const struct screen *s);
void screen_flush(struct screen *s);
int screen_output(const struct screen *s);
/* Text into the terminal's clipboard. False: the terminal is not known to have one, or the options
 * forbid it; true does not say that the terminal takes it. */
bool screen_copy(struct screen *s, const char *text);
void screen_repaint(struct screen *s); /* the next present sends everything */

/* Next key from the terminal, as in enum key_code or a character; KEY_CODE_NONE if there is none
 * now. */
int screen_key(struct screen *s);
const struct mouse_event *screen_last_mouse(const struct screen *s);
void screen_set_mouse(struct screen *s, bool on);

void screen_resize(struct screen *s); /* ask the terminal for its size */
void screen_suspend(struct screen *s);
void screen_resume(struct screen *s);

#endif
