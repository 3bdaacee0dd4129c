#include <config.h>

#include "ui/key.h"

#include <string.h>

const struct key keys[] = {
    {ACTION_HELP,
     {'?', KEY_CODE_F1},
     "?",
     " help",
     "this help; again: next page",
     KEY_GROUP_GLOBAL,
     1},
    {ACTION_QUIT,
     {'q', KEY_CODE_CTRL_C},
     "q",
     "uit",
     "quit (asks while a run is live)",
     KEY_GROUP_GLOBAL,
     2},
    {ACTION_QUIT_LEAVE,
     {'Q'},
     "Q",
     "uit, leave",
     "quit, leave the last screen on the terminal",
     KEY_GROUP_GLOBAL,
     0},
    {ACTION_NEXT_BOX, {KEY_CODE_TAB}, "Tab", " box", "next box", KEY_GROUP_MOVE, 3},
    {ACTION_PREVIOUS_BOX, {KEY_CODE_BACKTAB}, "S-Tab", " back", "previous box", KEY_GROUP_MOVE, 0},
    {ACTION_UP, {KEY_CODE_UP, 'k'}, "↑", "↓ row", "up (also k)", KEY_GROUP_MOVE, 4},
    {ACTION_DOWN, {KEY_CODE_DOWN, 'j'}, "↓", " down", "down (also j)", KEY_GROUP_MOVE, 0},
    {ACTION_LEFT, {KEY_CODE_LEFT, 'h'}, "←", "→ column", "left (also h)", KEY_GROUP_MOVE, 0},
    {ACTION_RIGHT, {KEY_CODE_RIGHT, 'l'}, "→", " right", "right (also l)", KEY_GROUP_MOVE, 0},
    {ACTION_PAGE_UP, {KEY_CODE_PAGE_UP}, "PgUp", " page up", "a page up", KEY_GROUP_MOVE, 0},
    {ACTION_PAGE_DOWN,
     {KEY_CODE_PAGE_DOWN},
     "PgDn",
     " page down",
     "a page down",
     KEY_GROUP_MOVE,
     0},
    {ACTION_HOME, {KEY_CODE_HOME}, "Home", " first", "first row", KEY_GROUP_MOVE, 0},
    {ACTION_END, {KEY_CODE_END}, "End", " last", "last row", KEY_GROUP_MOVE, 0},
    {ACTION_OPEN, {KEY_CODE_ENTER, 13}, "↵", " open", "open the row", KEY_GROUP_MOVE, 5},
    {ACTION_BACK,
     {KEY_CODE_ESCAPE},
     "Esc",
     " back",
     "back one level; never quits",
     KEY_GROUP_MOVE,
     0},
    {ACTION_RUN, {'r'}, "r", "un", "run what the row shows", KEY_GROUP_HERE, 6},
    {ACTION_RUN_ALL,
     {'R'},
     "R",
     "un all",
     "run the quick comparison of everything",
     KEY_GROUP_GLOBAL,
     7},
    {ACTION_ABORT,
     {'x'},
     "x",
     " abort",
     "stop the run; what was measured is kept",
     KEY_GROUP_GLOBAL,
     8},
    {ACTION_PLAN,
     {'p'},
     "p",
     "lan",
     "plan a run: not in this version, p says what to do",
     KEY_GROUP_GLOBAL,
     0},
    {ACTION_CHECK,
     {'c'},
     "c",
     "heck",
     "check against the baseline; once more: a new check",
     KEY_GROUP_GLOBAL,
     0},
    {ACTION_BASELINE, {'b'}, "b", "aseline", "record the native baseline", KEY_GROUP_GLOBAL, 10},
    {ACTION_VIEW, {'v'}, "v", "iew", "the live view of the run", KEY_GROUP_GLOBAL, 9},
    {ACTION_FREEZE,
     {' '},
     "Spc",
     " freeze",
     "freeze the picture; measuring goes on; pause a replay",
     KEY_GROUP_GLOBAL,
     11},
    {ACTION_FILTER, {'/'}, "/", " filter", "show only rows that contain a text", KEY_GROUP_HERE, 0},
    {ACTION_FILTER_NEXT, {'n'}, "n", "ext", "next row", KEY_GROUP_HERE, 0},
    {ACTION_FILTER_PREVIOUS, {'N'}, "N", " previous", "previous row", KEY_GROUP_HERE, 0},
    {ACTION_SHORTER, {'-'}, "-", " shorter", "shorter time range", KEY_GROUP_HERE, 0},
    {ACTION_LONGER, {'+', '='}, "+", " longer", "longer time range", KEY_GROUP_HERE, 0},
    {ACTION_EXPAND,
     {'e'},
     "e",
     "xpand",
     "this box over the whole screen, and back",
     KEY_GROUP_HERE,
     0},
    {ACTION_SORT, {'s'}, "s", "ort", "next sort order", KEY_GROUP_HERE, 0},
    {ACTION_REVERSE, {'S'}, "S", " reverse", "reverse the order", KEY_GROUP_HERE, 0},
    {ACTION_UNITS, {'u'}, "u", "nits", "% of native, times, raw units", KEY_GROUP_HERE, 0},
    {ACTION_OTHER_VIEW, {'o'}, "o", "ther view", "the other view of this box", KEY_GROUP_HERE, 0},
    {ACTION_AXIS, {'a'}, "a", "xis", "linear or logarithmic axis", KEY_GROUP_HERE, 0},
    {ACTION_ZOOM, {'z'}, "z", "oom", "next range of an axis of ratios", KEY_GROUP_HERE, 0},
    {ACTION_INTEGER, {'i'}, "i", "nt", "to the integer programs", KEY_GROUP_HERE, 0},
    {ACTION_FLOAT, {'f'}, "f", "p", "to the floating-point programs", KEY_GROUP_HERE, 0},
    {ACTION_TARGET, {'t'}, "t", "arget", "next target, where one is shown", KEY_GROUP_HERE, 0},
    {ACTION_PAPER, {'P'}, "P", "aper", "the paper's own figures on or off", KEY_GROUP_HERE, 0},
    {ACTION_WHY, {'w'}, "w", "hy", "why this figure is what it is", KEY_GROUP_HERE, 0},
    {ACTION_COPY, {'y'}, "y", "ank", "write the screen as text into a file", KEY_GROUP_HERE, 0},
    {ACTION_EXPORT, {'E'}, "E", "xport", "write the result as a report", KEY_GROUP_GLOBAL, 0},
    {ACTION_THEME, {'T'}, "T", "heme", "next theme", KEY_GROUP_GLOBAL, 12},
    {ACTION_MOUSE,
     {'m'},
     "m",
     "ouse",
     "mouse on or off; Shift-drag always selects text",
     KEY_GROUP_GLOBAL,
     13},
    {ACTION_REPAINT,
     {KEY_CODE_CTRL_L},
     "^L",
     " repaint",
     "paint the screen anew",
     KEY_GROUP_GLOBAL,
     0},
    {ACTION_STEP_BACK, {','}, ",", " step back", "a step back in a replay", KEY_GROUP_GLOBAL, 0},
    {ACTION_STEP, {'.'}, ".", " step", "a step forward in a replay", KEY_GROUP_GLOBAL, 0},
    {ACTION_SEEK_BACK, {'['}, "[", " back", "10 s back in a replay", KEY_GROUP_GLOBAL, 0},
    {ACTION_SEEK, {']'}, "]", " forward", "10 s forward in a replay", KEY_GROUP_GLOBAL, 0},
    {ACTION_SLOWER, {'<'}, "<", " slower", "a replay at half the speed", KEY_GROUP_GLOBAL, 0},
    {ACTION_FASTER, {'>'}, ">", " faster", "a replay at twice the speed", KEY_GROUP_GLOBAL, 0},
    {.action = ACTION_NONE},
};

enum action key_action(int code)
{
    if (code <= 0)
        return ACTION_NONE;
    for (const struct key *k = keys; k->action; k++)
        for (size_t i = 0; i < sizeof k->codes / sizeof k->codes[0]; i++)
            if (k->codes[i] == code)
                return k->action;
    const char *place = code < 0x7F ? strchr(TAB_KEYS, code) : NULL;
    return place ? (enum action)(ACTION_TAB_FIRST + (place - TAB_KEYS)) : ACTION_NONE;
}

const struct key *key_of(enum action a)
{
    for (const struct key *k = keys; k->action; k++)
        if (k->action == a)
            return k;
    return NULL;
}

const char *key_shown(enum glyph_set glyphs, const struct key *k)
{
    return glyphs == GLYPHS_ASCII && k->action == ACTION_OPEN ? "Enter" : k->shown;
}

static const char *hint_key(enum glyph_set glyphs, enum action a, char tab[2])
{
    const struct key *k = key_of(a);
    if (k)
        return key_shown(glyphs, k);
    tab[0] = a >= ACTION_TAB_FIRST && a < ACTION_TAB_FIRST + (int)sizeof TAB_KEYS - 1
                 ? TAB_KEYS[a - ACTION_TAB_FIRST]
                 : '\0';
    tab[1] = '\0';
    return tab;
}

static const char *hint_label(enum action a, const char *label)
{
    const struct key *k = key_of(a);
    return label ? label : k ? k->label : "";
}

int key_hint(struct canvas *c, int y, int x, enum action a, const char *label, bool on_bar)
{
    char tab[2];
    const char *shown = hint_key(c->glyphs, a, tab);
    const struct key *k = key_of(a);
    int end = canvas_text(c, y, x, on_bar ? STYLE_BAR_KEY : STYLE_STRONG, ATTR_BOLD, shown);
    end = canvas_text(c, y, end, on_bar ? STYLE_BAR_TEXT : STYLE_DIM, 0, hint_label(a, label));
    canvas_hit_key(c, (struct rect){y, x, 1, end - x}, k ? k->codes[0] : tab[0]);
    return end;
}

int key_hint_columns(enum glyph_set glyphs, enum action a, const char *label)
{
    char tab[2];
    return canvas_columns(hint_key(glyphs, a, tab)) + canvas_columns(hint_label(a, label));
}
