/* key.h - the keys: one table that feeds dispatch, hints in frames, footer, help screen and
 * `vmtax list keys`.
 *
 * Rules (a test holds them): a key means the same in every panel and stands in one row; digits only
 * jump to panels; h j k l only move; lower case acts on the row or box, capitals jump or are the
 * rarer variant of their small letter. */
#ifndef VMTAX_KEY_H
#define VMTAX_KEY_H

#include "ui/canvas.h"

#include <stddef.h>

enum action {
    ACTION_NONE,
    ACTION_HELP,
    ACTION_QUIT,
    ACTION_QUIT_LEAVE, /* quit; the last screen stays on the terminal */
    ACTION_NEXT_BOX,
    ACTION_PREVIOUS_BOX,
    ACTION_UP,
    ACTION_DOWN,
    ACTION_LEFT,
    ACTION_RIGHT,
    ACTION_PAGE_UP,
    ACTION_PAGE_DOWN,
    ACTION_HOME,
    ACTION_END,
    ACTION_OPEN,
    ACTION_BACK,
    ACTION_RUN,
    ACTION_RUN_ALL,
    ACTION_ABORT,
    ACTION_PLAN,
    ACTION_CHECK,
    ACTION_DOUBT, /* what is in doubt: a new session of the check */
    ACTION_BASELINE,
    ACTION_VIEW, /* the live run view */
    ACTION_FREEZE,
    ACTION_ALL, /* in lists with marks: mark all or none */
    ACTION_FILTER,
    ACTION_FILTER_NEXT,
    ACTION_FILTER_PREVIOUS,
    ACTION_SHORTER, /* time range */
    ACTION_LONGER,
    ACTION_EXPAND,
    ACTION_SORT,
    ACTION_REVERSE,
    ACTION_UNITS,
    ACTION_OTHER_VIEW,
    ACTION_AXIS,
    ACTION_ZOOM,    /* next range of an axis of ratios */
    ACTION_INTEGER, /* to the suite of integer programs, of floating-point programs */
    ACTION_FLOAT,
    ACTION_TARGET, /* next target in views that show one */
    ACTION_PAPER,  /* the paper's own figures */
    ACTION_WHY,
    ACTION_COPY, /* the row, as text */
    ACTION_COPY_SCREEN,
    ACTION_EXPORT,
    ACTION_SETTINGS,
    ACTION_THEME,
    ACTION_MOUSE,
    ACTION_REPAINT,
    ACTION_STEP_BACK, /* in a replay */
    ACTION_STEP,
    ACTION_SEEK_BACK,
    ACTION_SEEK,
    ACTION_SLOWER,
    ACTION_FASTER,
    ACTION_TAB_FIRST, /* jump to a panel: ACTION_TAB_FIRST + place of its key in TAB_KEYS */
    /* What is typed is kept by Enter and dropped by Esc, whatever keys the user chose for other
     * things: only hints have these. */
    ACTION_TYPED_KEEP = ACTION_TAB_FIRST + 32,
    ACTION_TYPED_DROP,
};

/* The panels' keys, in the order of the tabs. */
#define TAB_KEYS "1234567890HWL"

/* Codes beyond characters. Independent of curses; screen.c translates. */
enum key_code {
    KEY_CODE_NONE = 0,
    KEY_CODE_CTRL_C = 3,
    KEY_CODE_TAB = 9,
    KEY_CODE_ENTER = 10,
    KEY_CODE_CTRL_L = 12,
    KEY_CODE_ESCAPE = 27,
    KEY_CODE_BACKSPACE = 127,
    KEY_CODE_UP = 0x110000, /* beyond Unicode */
    KEY_CODE_DOWN,
    KEY_CODE_LEFT,
    KEY_CODE_RIGHT,
    KEY_CODE_PAGE_UP,
    KEY_CODE_PAGE_DOWN,
    KEY_CODE_HOME,
    KEY_CODE_END,
    KEY_CODE_BACKTAB,
    KEY_CODE_F1, /* to F12 */
    KEY_CODE_F12 = KEY_CODE_F1 + 11,
    KEY_CODE_MOUSE,  /* screen_last_mouse has the details */
    KEY_CODE_RESIZE, /* the canvas must take the new size */
};

enum key_group { KEY_GROUP_GLOBAL, KEY_GROUP_MOVE, KEY_GROUP_HERE };

#define KEY_CODES 3

struct key {
    enum action action;
    const char *name;     /* in vmtax.conf: key.NAME */
    int codes[KEY_CODES]; /* 0 = unused */
    const char *shown;    /* how the key is written: "s", "↵", "Tab"; key_shown() knows ASCII */
    const char *label;    /* what follows it in a hint: "ort" makes sort, " open" makes ↵ open */
    const char *help;     /* for the help screen and `vmtax list keys` */
    enum key_group group;
    unsigned char footer; /* place in the footer, from 1; 0: not there */
};

/* Ends with action NONE. Panels' keys (TAB_KEYS) are not in it: they follow from the tabs. */
extern const struct key keys[];

/* The user's keys over those of the table (keymap.h). Where a keymap is asked for, NULL is the
 * table alone. */
struct keymap {
    struct keymap_entry {
        bool own; /* codes replace the table's */
        int codes[KEY_CODES];
        char shown[8];
    } of[ACTION_TAB_FIRST];
};

enum action key_action(const struct keymap *map, int code);
/* Codes that mean the action: KEY_CODES of them, 0 = unused. */
const int *key_codes(const struct keymap *map, enum action a);
const struct key *key_of(enum action a); /* NULL for ACTION_NONE and the tabs */

/* How the key is written with these glyphs: where there is no ↵ it is "Enter". */
const char *key_shown(enum glyph_set glyphs, const struct keymap *map, const struct key *k);

/* The key in a sentence: "Space", "Enter", "q", or what the user chose. */
const char *key_word(const struct keymap *map, enum action a);
/* What the key does, without "(also k)" where the user chose others. Returns out. */
char *key_help(const struct keymap *map, const struct key *k, char *out, size_t size);

/* Does it start, end or write something of now? In a recording it does nothing. */
bool key_of_now(enum action a);

/* One hint, with the canvas's keys: key bold, label dim; a target for the mouse. label NULL: the
 * table's. A key that the user chose stands before the whole word. Returns the column after it.
 * key_hint_columns: how many it takes. */
int key_hint(struct canvas *c, int y, int x, enum action a, const char *label, bool on_bar);
int key_hint_columns(const struct canvas *c, enum action a, const char *label);

#endif
