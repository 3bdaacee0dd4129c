/* theme.h - what styles look like: colours and attributes at each colour depth.
 *
 * Themes are text files (themes/dark.theme explains the format). Those of the project are built
 * into the program; a file NAME.theme in the user's or the installed themes directory comes first.
 * Every key has a fallback, so that half a theme, or a damaged one, is still a theme. */
#ifndef VMTAX_THEME_H
#define VMTAX_THEME_H

#include "error.h"
#include "ui/canvas.h"

#include <stdbool.h>
#include <stdint.h>

enum depth { DEPTH_MONO, DEPTH_8, DEPTH_16, DEPTH_256, DEPTH_TRUE };

#define COLOR_NONE     (-1) /* the terminal's own */

#define THEME_NAME_MAX 32

struct theme_style {
    /* 0xRRGGBB; 0x1000000 + 0..15: the terminal's own colour of that number; COLOR_NONE */
    int32_t fg, bg;
    int8_t fg16, bg16; /* 0..15 or COLOR_NONE */
    uint8_t attr;      /* with colours */
    uint8_t mono_attr; /* without */
};

struct theme {
    char name[THEME_NAME_MAX];
    struct theme_style style[STYLE_COUNT];
};

/* What a back end uses: colours as index of the palette of that depth, at DEPTH_TRUE as 0xRRGGBB,
 * where values below 16 are indexes of the palette (no theme colour is that dark); or COLOR_NONE.
 */
struct look {
    int32_t fg, bg;
    unsigned attr; /* of enum attribute */
};

/* Names of the built-in themes in the order of the T key; NULL beyond the last. */
const char *theme_builtin(size_t i);

/* Lines of a theme's file that make no sense, each as "theme NAME:LINE: what". */
#define THEME_FAULTS 16
struct theme_faults {
    size_t count; /* all of them; the first ones have a text */
    char text[THEME_FAULTS][160];
};

/* Read text as a theme. Lines that make no sense are left out: then -1 with the first one in e, of
 * the kind ERROR_DATA, and all in faults, which may be NULL. The theme is complete in any case. */
int theme_parse(struct theme *t, const char *name, const char *text, struct theme_faults *faults,
                struct error *e);

/* By name, from directories (NULL-terminated list, may be NULL) and then the built-in ones. Unknown
 * name: -1, the dark theme, and a sentence with the nearest name. Damaged file: as theme_parse. */
int theme_load(struct theme *t, const char *name, const char *const *directories,
               struct theme_faults *faults, struct error *e);

struct look theme_look(const struct theme *t, enum style s, enum depth depth);

/* Nearest palette index to a colour 0xRRGGBB: of the 240 fixed colours (16..255), or of the
 * usual 16. */
int theme_nearest_256(int32_t rgb);
int theme_nearest_16(int32_t rgb);
/* 0xRRGGBB of a colour that theme_look gave at that depth, which is not COLOR_NONE: the terminal's
 * own sixteen as xterm has them. */
int32_t theme_rgb(int32_t color, enum depth depth);

const char *style_name(enum style s);

#endif
