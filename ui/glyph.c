/* One table: a sign in each set. The braille column is what panels write in their texts; from it
 * the translation into the other sets is looked up. The rest of the table's translations are
 * characters that only occur inside texts. */
#include <config.h>

#include "ui/glyph.h"

#include <string.h>

static const uint32_t signs[GLYPH_COUNT][GLYPH_SET_COUNT] = {
    /*                             ASCII  block   braille */
    [GLYPH_FRAME_TOP_LEFT] = {'+', 0x250C, 0x256D},     /* ╭ */
    [GLYPH_FRAME_TOP_RIGHT] = {'+', 0x2510, 0x256E},    /* ╮ */
    [GLYPH_FRAME_BOTTOM_LEFT] = {'+', 0x2514, 0x2570},  /* ╰ */
    [GLYPH_FRAME_BOTTOM_RIGHT] = {'+', 0x2518, 0x256F}, /* ╯ */
    [GLYPH_FRAME_HORIZONTAL] = {'-', 0x2500, 0x2500},   /* ─ */
    [GLYPH_FRAME_VERTICAL] = {'|', 0x2502, 0x2502},     /* │ */
    [GLYPH_NATIVE] = {'|', 0x2551, 0x2503},             /* ┃ */
    [GLYPH_CONTAINER] = {'c', 0x25CF, 0x25CF},          /* ● */
    [GLYPH_CONTAINER_HOLLOW] = {'C', 0x25CB, 0x25CB},   /* ○ */
    [GLYPH_OPENVZ] = {'o', 0x25C6, 0x25C6},             /* ◆ */
    [GLYPH_OPENVZ_HOLLOW] = {'O', 0x25C7, 0x25C7},      /* ◇ */
    [GLYPH_XEN] = {'x', 0xD7, 0xD7},                    /* × */
    [GLYPH_XEN_HOLLOW] = {'X', 0x2295, 0x2295},         /* ⊕ */
    [GLYPH_KVM] = {'k', 0x25A0, 0x25A0},                /* ■ */
    [GLYPH_KVM_HOLLOW] = {'K', 0x25A1, 0x25A1},         /* □ */
    [GLYPH_REACHED] = {'s', 0x25BA, 0x25BA},            /* ► */
    [GLYPH_REACHED_HOLLOW] = {'S', 0x25B7, 0x25B7},     /* ▷ */
    [GLYPH_BETTER] = {'+', 0x25B2, 0x25B2},             /* ▲ */
    [GLYPH_SAME] = {'=', 0x2248, 0x2248},               /* ≈ */
    [GLYPH_SLIGHTLY_WORSE] = {'-', 0x25BD, 0x25BD},     /* ▽ */
    [GLYPH_WORSE] = {'!', 0x25BC, 0x25BC},              /* ▼ */
    [GLYPH_NO_SIGN] = {'.', 0xB7, 0xB7},                /* · */
    [GLYPH_INCONCLUSIVE] = {'?', '?', '?'},
    [GLYPH_NOT_MEASURED] = {'_', 0x2014, 0x2014},   /* — */
    [GLYPH_CANNOT] = {'/', 0x2205, 0x2205},         /* ∅; texts say n/a */
    [GLYPH_NOT_COMPARABLE] = {'#', 0x2260, 0x2260}, /* ≠ */
    [GLYPH_WHISKER_LEFT] = {'[', 0x251C, 0x251C},   /* ├ */
    [GLYPH_WHISKER_LINE] = {'-', 0x2500, 0x2500},   /* ─ */
    [GLYPH_WHISKER_RIGHT] = {']', 0x2524, 0x2524},  /* ┤ */
    [GLYPH_OFF_LEFT] = {'<', 0x2039, 0x2039},       /* ‹ */
    [GLYPH_OFF_RIGHT] = {'>', 0x203A, 0x203A},      /* › */
    [GLYPH_GROOVE] = {'.', 0xB7, 0xB7},             /* · */
    [GLYPH_INK] = {'#', 0x2550, 0x2501},            /* ━ */
    [GLYPH_INK_HALF] = {'-', 0x2500, 0x2578},       /* ╸ */
    [GLYPH_INK_EMULATED] = {'~', 0x254C, 0x254C},   /* ╌ */
    [GLYPH_NATIVE_POINT] = {'o', 0x2022, 0x2022},   /* • */
    [GLYPH_CURSOR] = {'>', 0x258C, 0x258C},         /* ▌ */
    [GLYPH_BOUNDARY] = {':', 0x2502, 0x250A},       /* ┊ */
    [GLYPH_DONE] = {'v', 0x221A, 0x2713},           /* ✓ */
    [GLYPH_NOW] = {'>', 0x25BA, 0x25B6},            /* ▶ */
    [GLYPH_TO_COME] = {'.', 0xB7, 0xB7},
    [GLYPH_RECORDING] = {'*', 0x25CF, 0x25CF},
    [GLYPH_MORE_ABOVE] = {'^', 0x2191, 0x2191}, /* ↑ */
    [GLYPH_MORE_BELOW] = {'v', 0x2193, 0x2193}, /* ↓ */
    [GLYPH_HIGHER_IS_BETTER] = {'^', 0x2191, 0x2191},
    [GLYPH_LOWER_IS_BETTER] = {'v', 0x2193, 0x2193},
    [GLYPH_TIMES] = {'x', 0xD7, 0xD7},
    [GLYPH_PLUS_MINUS] = {'~', 0xB1, 0xB1},     /* ± */
    [GLYPH_ELLIPSIS] = {'.', 0x2026, 0x2026},   /* … */
    [GLYPH_SUPERSCRIPT_0] = {'0', '0', 0x2070}, /* the Linux console has only ¹ ² ³ */
    [GLYPH_SUPERSCRIPT_1] = {'1', 0xB9, 0xB9},
    [GLYPH_SUPERSCRIPT_2] = {'2', 0xB2, 0xB2},
    [GLYPH_SUPERSCRIPT_3] = {'3', 0xB3, 0xB3},
    [GLYPH_SUPERSCRIPT_4] = {'4', '4', 0x2074},
    [GLYPH_SUPERSCRIPT_5] = {'5', '5', 0x2075},
    [GLYPH_SUPERSCRIPT_6] = {'6', '6', 0x2076},
    [GLYPH_SUPERSCRIPT_7] = {'7', '7', 0x2077},
    [GLYPH_SUPERSCRIPT_8] = {'8', '8', 0x2078},
    [GLYPH_SUPERSCRIPT_9] = {'9', '9', 0x2079},
};

/* Characters of texts that are no sign of their own. Block 0: it has the character. */
static const struct stand_in {
    uint32_t code, block;
    char ascii;
} stand_ins[] = {
    {0xA0, 0, ' '},        /* no-break space */
    {0xB0, 0, 'o'},        /* ° */
    {0xB5, 0, 'u'},        /* µ */
    {0x3BC, 0xB5, 'u'},    /* μ */
    {0x3C3, 0, 's'},       /* σ */
    {0x2013, 0, '-'},      /* – */
    {0x2018, 0, '\''},     /* ‘ */
    {0x2019, 0, '\''},     /* ’ */
    {0x201C, 0, '"'},      /* “ */
    {0x201D, 0, '"'},      /* ” */
    {0x2022, 0, '*'},      /* • */
    {0x2B0, 'h', 'h'},     /* ʰ */
    {0x2190, 0, '<'},      /* ← */
    {0x2192, 0, '>'},      /* → */
    {0x21B5, 0x2518, '/'}, /* ↵ */
    {0x2264, 0, '<'},      /* ≤ */
    {0x2265, 0, '>'},      /* ≥ */
    {0x221E, 0, '~'},      /* ∞ */
    {0x2588, 0, '#'},      /* █ */
    {0x2591, 0, '.'},      /* ░ */
    {0x2592, 0, '+'},      /* ▒ */
    {0x2593, 0, '#'},      /* ▓ */
};

static const uint32_t levels_ascii[] = {' ', '.', ':', '+', '#'};
static const uint32_t levels_block[] = {' ',    0x2581, 0x2582, 0x2583, 0x2584,
                                        0x2585, 0x2586, 0x2587, 0x2588};

uint32_t glyph(enum glyph_set set, enum glyph g)
{
    return signs[g][set];
}

uint32_t glyph_translate(enum glyph_set set, uint32_t code)
{
    if (set == GLYPHS_BRAILLE || code < 0x7F)
        return code;
    for (size_t i = 0; i < GLYPH_COUNT; i++)
        if (signs[i][GLYPHS_BRAILLE] == code)
            return signs[i][set];
    for (size_t i = 0; i < sizeof stand_ins / sizeof stand_ins[0]; i++)
        if (stand_ins[i].code == code) {
            if (set == GLYPHS_ASCII)
                return (uint32_t)stand_ins[i].ascii;
            return stand_ins[i].block ? stand_ins[i].block : code;
        }
    if (code >= 0x2581 && code <= 0x2588 && set == GLYPHS_ASCII)
        return levels_ascii[(code - 0x2580) / 2];
    if (code >= 0x2800 && code <= 0x28FF) /* a stray braille cell: by how full it is */
        return glyph_level(set, (unsigned)__builtin_popcount(code & 0xFF) * glyph_levels(set) / 8);
    return set == GLYPHS_ASCII ? '?' : code;
}

unsigned glyph_levels(enum glyph_set set)
{
    return set == GLYPHS_ASCII ? 4 : 8;
}

uint32_t glyph_level(enum glyph_set set, unsigned level)
{
    if (level > glyph_levels(set))
        level = glyph_levels(set);
    return set == GLYPHS_ASCII ? levels_ascii[level] : levels_block[level];
}

enum glyph glyph_of_verdict(enum verdict v)
{
    static const enum glyph by_verdict[VERDICT_COUNT] = {
        [VERDICT_BETTER] = GLYPH_BETTER,
        [VERDICT_SAME] = GLYPH_SAME,
        [VERDICT_SLIGHTLY_WORSE] = GLYPH_SLIGHTLY_WORSE,
        [VERDICT_WORSE] = GLYPH_WORSE,
        [VERDICT_NO_SIGN] = GLYPH_NO_SIGN,
        [VERDICT_INCONCLUSIVE] = GLYPH_INCONCLUSIVE,
        [VERDICT_NOT_MEASURED] = GLYPH_NOT_MEASURED,
        [VERDICT_CANNOT] = GLYPH_CANNOT,
        [VERDICT_NOT_COMPARABLE] = GLYPH_NOT_COMPARABLE,
    };
    return v < VERDICT_COUNT ? by_verdict[v] : GLYPH_NOT_MEASURED;
}

static const struct kind_look {
    const char *kind;
    enum glyph mark, hollow;
    enum style style;
} kinds[] = {
    {"native", GLYPH_NATIVE, GLYPH_NATIVE, STYLE_NATIVE},
    {"container", GLYPH_CONTAINER, GLYPH_CONTAINER_HOLLOW, STYLE_CONTAINER},
    {"openvz", GLYPH_OPENVZ, GLYPH_OPENVZ_HOLLOW, STYLE_OPENVZ},
    {"xen", GLYPH_XEN, GLYPH_XEN_HOLLOW, STYLE_XEN},
    {"pvh", GLYPH_XEN, GLYPH_XEN_HOLLOW, STYLE_XEN}, /* Xen's other sort of domain */
    {"kvm", GLYPH_KVM, GLYPH_KVM_HOLLOW, STYLE_KVM},
    {"tcg", GLYPH_KVM_HOLLOW, GLYPH_KVM_HOLLOW, STYLE_KVM}, /* KVM's machine, always emulated */
    {NULL, GLYPH_REACHED, GLYPH_REACHED_HOLLOW, STYLE_REACHED},
};

static const struct kind_look *kind_look(const char *kind)
{
    const struct kind_look *k = kinds;
    while (k->kind && strcmp(k->kind, kind) != 0)
        k++;
    return k;
}

enum glyph glyph_of_kind(const char *kind, bool hollow)
{
    const struct kind_look *k = kind_look(kind);
    return hollow ? k->hollow : k->mark;
}

enum style style_of_kind(const char *kind)
{
    return kind_look(kind)->style;
}

unsigned attr_of_mark(bool emulated)
{
    return emulated ? 0 : ATTR_BOLD;
}

enum style style_of_verdict(enum verdict v)
{
    static const enum style by_verdict[VERDICT_COUNT] = {
        [VERDICT_BETTER] = STYLE_BETTER,
        [VERDICT_SAME] = STYLE_SAME,
        [VERDICT_SLIGHTLY_WORSE] = STYLE_SLIGHTLY_WORSE,
        [VERDICT_WORSE] = STYLE_WORSE,
        [VERDICT_NO_SIGN] = STYLE_DIM,
        [VERDICT_INCONCLUSIVE] = STYLE_UNSURE,
        [VERDICT_NOT_MEASURED] = STYLE_DIM,
        [VERDICT_CANNOT] = STYLE_DIM,
        [VERDICT_NOT_COMPARABLE] = STYLE_DIM,
    };
    return v < VERDICT_COUNT ? by_verdict[v] : STYLE_DIM;
}

unsigned attr_of_verdict(enum verdict v)
{
    return v == VERDICT_WORSE || v == VERDICT_BETTER ? ATTR_BOLD : 0;
}
