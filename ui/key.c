#include <config.h>

#include "ui/key.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define KEY_CONTROL(letter) ((letter) - '@')

const struct key keys[] = {
    {ACTION_HELP,
     "help",
     {'?', KEY_CODE_F1},
     "?",
     " help",
     "this help; again: next page",
     KEY_GROUP_GLOBAL,
     1},
    {ACTION_QUIT,
     "quit",
     {'q', KEY_CODE_CTRL_C},
     "q",
     "uit",
     "quit (asks while a run is live)",
     KEY_GROUP_GLOBAL,
     2},
    {ACTION_QUIT_LEAVE,
     "quit-leave",
     {'Q'},
     "Q",
     "uit, leave",
     "quit, leave the last screen on the terminal",
     KEY_GROUP_GLOBAL,
     0},
    {ACTION_NEXT_BOX, "next-box", {KEY_CODE_TAB}, "Tab", " box", "next box", KEY_GROUP_MOVE, 3},
    {ACTION_PREVIOUS_BOX,
     "previous-box",
     {KEY_CODE_BACKTAB},
     "S-Tab",
     " back",
     "previous box",
     KEY_GROUP_MOVE,
     0},
    {ACTION_UP, "up", {KEY_CODE_UP, 'k'}, "↑", "↓ row", "up (also k)", KEY_GROUP_MOVE, 4},
    {ACTION_DOWN, "down", {KEY_CODE_DOWN, 'j'}, "↓", " down", "down (also j)", KEY_GROUP_MOVE, 0},
    {ACTION_LEFT,
     "left",
     {KEY_CODE_LEFT, 'h'},
     "←",
     "→ column",
     "left (also h)",
     KEY_GROUP_MOVE,
     0},
    {ACTION_RIGHT,
     "right",
     {KEY_CODE_RIGHT, 'l'},
     "→",
     " right",
     "right (also l)",
     KEY_GROUP_MOVE,
     0},
    {ACTION_PAGE_UP,
     "page-up",
     {KEY_CODE_PAGE_UP, KEY_CONTROL('U'), KEY_CONTROL('B')},
     "PgUp",
     " page up",
     "a page up (also ^U, ^B)",
     KEY_GROUP_MOVE,
     0},
    {ACTION_PAGE_DOWN,
     "page-down",
     {KEY_CODE_PAGE_DOWN, KEY_CONTROL('D'), KEY_CONTROL('F')},
     "PgDn",
     " page down",
     "a page down (also ^D, ^F)",
     KEY_GROUP_MOVE,
     0},
    {ACTION_HOME,
     "home",
     {KEY_CODE_HOME, 'g'},
     "Home",
     " first",
     "first row (also g)",
     KEY_GROUP_MOVE,
     0},
    {ACTION_END,
     "end",
     {KEY_CODE_END, 'G'},
     "End",
     " last",
     "last row (also G)",
     KEY_GROUP_MOVE,
     0},
    {ACTION_OPEN, "open", {KEY_CODE_ENTER, 13}, "↵", " open", "open the row", KEY_GROUP_MOVE, 5},
    {ACTION_BACK,
     "back",
     {KEY_CODE_ESCAPE},
     "Esc",
     " back",
     "back one level; never quits",
     KEY_GROUP_MOVE,
     0},
    {ACTION_RUN, "run", {'r'}, "r", "un", "run what the row shows", KEY_GROUP_HERE, 6},
    {ACTION_RUN_ALL,
     "run-all",
     {'R'},
     "R",
     "un all",
     "run the quick comparison of everything",
     KEY_GROUP_GLOBAL,
     7},
    {ACTION_ABORT,
     "abort",
     {'x'},
     "x",
     " abort",
     "stop the run; what was measured is kept",
     KEY_GROUP_GLOBAL,
     8},
    {ACTION_PLAN,
     "plan",
     {'p'},
     "p",
     "lan",
     "put a run together: targets, workloads, options",
     KEY_GROUP_GLOBAL,
     0},
    {ACTION_CHECK,
     "check",
     {'c'},
     "c",
     "heck",
     "check against the baseline; once more: a new check",
     KEY_GROUP_GLOBAL,
     0},
    {ACTION_DOUBT,
     "doubt",
     {'d'},
     "d",
     "oubt",
     "rows in doubt after a check: a new session of it",
     KEY_GROUP_HERE,
     0},
    {ACTION_BASELINE,
     "baseline",
     {'b'},
     "b",
     "aseline",
     "record three sessions of the baseline",
     KEY_GROUP_GLOBAL,
     10},
    {ACTION_VIEW, "view", {'v'}, "v", "iew", "the live view of the run", KEY_GROUP_GLOBAL, 9},
    {ACTION_FREEZE,
     "freeze",
     {' '},
     "Spc",
     " freeze",
     "freeze the picture; pause a replay; mark in lists",
     KEY_GROUP_GLOBAL,
     11},
    {ACTION_ALL, "all", {'*'}, "*", " all", "in lists with marks: all or none", KEY_GROUP_HERE, 0},
    {ACTION_FILTER,
     "filter",
     {'/'},
     "/",
     " filter",
     "show only rows that contain a text",
     KEY_GROUP_HERE,
     0},
    {ACTION_FILTER_NEXT, "filter-next", {'n'}, "n", "ext", "next row", KEY_GROUP_HERE, 0},
    {ACTION_FILTER_PREVIOUS,
     "filter-previous",
     {'N'},
     "N",
     " previous",
     "previous row",
     KEY_GROUP_HERE,
     0},
    {ACTION_SHORTER, "shorter", {'-'}, "-", " shorter", "shorter time range", KEY_GROUP_HERE, 0},
    {ACTION_LONGER, "longer", {'+', '='}, "+", " longer", "longer time range", KEY_GROUP_HERE, 0},
    {ACTION_EXPAND,
     "expand",
     {'e'},
     "e",
     "xpand",
     "this box over the whole screen, and back",
     KEY_GROUP_HERE,
     0},
    {ACTION_SORT, "sort", {'s'}, "s", "ort", "next sort order", KEY_GROUP_HERE, 0},
    {ACTION_REVERSE, "reverse", {'S'}, "S", " reverse", "reverse the order", KEY_GROUP_HERE, 0},
    {ACTION_UNITS, "units", {'u'}, "u", "nits", "% of native, times, raw units", KEY_GROUP_HERE, 0},
    {ACTION_OTHER_VIEW,
     "other-view",
     {'o'},
     "o",
     "ther view",
     "the other view of this box, or of those beside it",
     KEY_GROUP_HERE,
     0},
    {ACTION_AXIS, "axis", {'a'}, "a", "xis", "linear or logarithmic axis", KEY_GROUP_HERE, 0},
    {ACTION_ZOOM, "zoom", {'z'}, "z", "oom", "next range of an axis of ratios", KEY_GROUP_HERE, 0},
    {ACTION_INTEGER, "integer", {'i'}, "i", "nt", "to the integer programs", KEY_GROUP_HERE, 0},
    {ACTION_FLOAT, "float", {'f'}, "f", "p", "to the floating-point programs", KEY_GROUP_HERE, 0},
    {ACTION_TARGET,
     "target",
     {'t'},
     "t",
     "arget",
     "next target, where one is shown",
     KEY_GROUP_HERE,
     0},
    {ACTION_PAPER,
     "paper",
     {'P'},
     "P",
     "aper",
     "the paper's own figures on or off",
     KEY_GROUP_HERE,
     0},
    {ACTION_WHY, "why", {'w'}, "w", "hy", "why this figure is what it is", KEY_GROUP_HERE, 0},
    {ACTION_COPY, "copy", {'y'}, "y", "ank", "copy the row as text into a file", KEY_GROUP_HERE, 0},
    {ACTION_COPY_SCREEN,
     "copy-screen",
     {'Y'},
     "Y",
     "ank screen",
     "write the screen as text into a file",
     KEY_GROUP_HERE,
     0},
    {ACTION_EXPORT,
     "export",
     {'E'},
     "E",
     "xport",
     "write what is shown into a file: report, verdict, settings",
     KEY_GROUP_GLOBAL,
     0},
    {ACTION_SETTINGS,
     "settings",
     {'O', KEY_CODE_F1 + 1},
     "O",
     "ptions",
     "settings: change them, write them to vmtax.conf",
     KEY_GROUP_GLOBAL,
     0},
    {ACTION_THEME, "theme", {'T'}, "T", "heme", "next theme", KEY_GROUP_GLOBAL, 12},
    {ACTION_MOUSE,
     "mouse",
     {'m'},
     "m",
     "ouse",
     "mouse on or off; Shift-drag always selects text",
     KEY_GROUP_GLOBAL,
     13},
    {ACTION_REPAINT,
     "repaint",
     {KEY_CODE_CTRL_L},
     "^L",
     " repaint",
     "paint the screen anew",
     KEY_GROUP_GLOBAL,
     0},
    {ACTION_STEP_BACK,
     "step-back",
     {','},
     ",",
     " step back",
     "a step back in a replay",
     KEY_GROUP_GLOBAL,
     0},
    {ACTION_STEP, "step", {'.'}, ".", " step", "a step forward in a replay", KEY_GROUP_GLOBAL, 0},
    {ACTION_SEEK_BACK,
     "seek-back",
     {'['},
     "[",
     " back",
     "10 s back in a replay",
     KEY_GROUP_GLOBAL,
     0},
    {ACTION_SEEK, "seek", {']'}, "]", " forward", "10 s forward in a replay", KEY_GROUP_GLOBAL, 0},
    {ACTION_SLOWER,
     "slower",
     {'<'},
     "<",
     " slower",
     "a replay at half the speed",
     KEY_GROUP_GLOBAL,
     0},
    {ACTION_FASTER,
     "faster",
     {'>'},
     ">",
     " faster",
     "a replay at twice the speed",
     KEY_GROUP_GLOBAL,
     0},
    {.action = ACTION_NONE},
};

const int *key_codes(const struct keymap *map, enum action a)
{
    static const int none[KEY_CODES] = {0};
    if (map && a < ACTION_TAB_FIRST && map->of[a].own)
        return map->of[a].codes;
    const struct key *k = key_of(a);
    return k ? k->codes : none;
}

enum action key_action(const struct keymap *map, int code)
{
    if (code <= 0)
        return ACTION_NONE;
    for (const struct key *k = keys; k->action; k++)
        for (size_t i = 0; i < KEY_CODES; i++)
            if (key_codes(map, k->action)[i] == code)
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

const char *key_shown(enum glyph_set glyphs, const struct keymap *map, const struct key *k)
{
    if (map && map->of[k->action].own)
        return map->of[k->action].shown;
    return glyphs == GLYPHS_ASCII && k->action == ACTION_OPEN ? "Enter" : k->shown;
}

const char *key_word(const struct keymap *map, enum action a)
{
    const struct key *k = key_of(a);
    if (k && map && map->of[a].own)
        return map->of[a].shown;
    return a == ACTION_OPEN ? "Enter" : a == ACTION_FREEZE ? "Space" : k ? k->shown : "";
}

char *key_help(const struct keymap *map, const struct key *k, char *out, size_t size)
{
    const char *also = strstr(k->help, " (also ");
    bool own = map && map->of[k->action].own;
    snprintf(out, size, "%.*s", also && own ? (int)(also - k->help) : (int)strlen(k->help),
             k->help);
    return out;
}

/* The two halves of a hint: "s" and "ort", or "F5" and " sort". */
struct hint_text {
    const char *key;
    char label[64];
    char tab[2];
    int code; /* that a click stands for */
};

/* Of keys that are always the same. */
static void fixed_hint(struct hint_text *h, const char *key, const char *label, int code)
{
    h->key = key;
    h->code = code;
    snprintf(h->label, sizeof h->label, "%s", label ? label : "");
}

static void hint_text(const struct canvas *c, enum action a, const char *label, struct hint_text *h)
{
    const struct key *k = key_of(a);
    h->tab[0] = a >= ACTION_TAB_FIRST && a < ACTION_TAB_FIRST + (int)sizeof TAB_KEYS - 1
                    ? TAB_KEYS[a - ACTION_TAB_FIRST]
                    : '\0';
    h->tab[1] = '\0';
    if (a == ACTION_TYPED_KEEP) {
        fixed_hint(h, c->glyphs == GLYPHS_ASCII ? "Enter" : "↵", label, KEY_CODE_ENTER);
        return;
    }
    if (a == ACTION_TYPED_DROP || h->tab[0]) {
        fixed_hint(h, h->tab[0] ? h->tab : "Esc", label, h->tab[0] ? h->tab[0] : KEY_CODE_ESCAPE);
        return;
    }
    h->key = k ? key_shown(c->glyphs, c->keymap, k) : "";
    h->code = key_codes(c->keymap, a)[0];
    label = label ? label : k ? k->label : "";
    bool moved = k && c->keymap && c->keymap->of[a].own && label[0] != ' ';
    bool word = moved && isalpha((unsigned char)label[0]);
    snprintf(h->label, sizeof h->label, "%s%s%s", moved ? " " : "", word ? k->shown : "", label);
}

bool key_of_now(enum action a)
{
    return a == ACTION_RUN || a == ACTION_RUN_ALL || a == ACTION_ABORT || a == ACTION_PLAN ||
           a == ACTION_CHECK || a == ACTION_DOUBT || a == ACTION_BASELINE || a == ACTION_EXPORT;
}

int key_hint(struct canvas *c, int y, int x, enum action a, const char *label, bool on_bar)
{
    struct hint_text h;
    hint_text(c, a, label, &h);
    int end = canvas_text(c, y, x, on_bar ? STYLE_BAR_KEY : STYLE_STRONG, ATTR_BOLD, h.key);
    end = canvas_text(c, y, end, on_bar ? STYLE_BAR_TEXT : STYLE_DIM, 0, h.label);
    canvas_hit_key(c, (struct rect){y, x, 1, end - x}, h.code);
    return end;
}

int key_hint_columns(const struct canvas *c, enum action a, const char *label)
{
    struct hint_text h;
    hint_text(c, a, label, &h);
    return canvas_columns(h.key) + canvas_columns(h.label);
}
