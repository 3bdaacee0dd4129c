#include <config.h>

#include "ui/look.h"

#include <string.h>

static enum glyph_choice glyphs_of(const struct options *o)
{
    if (o->ascii)
        return GLYPH_CHOICE_ASCII;
    if (!o->glyphs)
        return GLYPH_CHOICE_AUTO;
    return strcmp(o->glyphs, "ascii") == 0   ? GLYPH_CHOICE_ASCII
           : strcmp(o->glyphs, "block") == 0 ? GLYPH_CHOICE_BLOCK
                                             : GLYPH_CHOICE_BRAILLE;
}

static enum color_choice colors_of(const struct options *o)
{
    static const struct {
        const char *word;
        enum color_choice choice;
    } table[] = {{"mono", COLOR_CHOICE_MONO},
                 {"8", COLOR_CHOICE_8},
                 {"16", COLOR_CHOICE_16},
                 {"256", COLOR_CHOICE_256}};
    for (size_t i = 0; o->color && i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i].word, o->color) == 0)
            return table[i].choice;
    return COLOR_CHOICE_AUTO;
}

void look_of(const struct options *o, struct app_options *app)
{
    memset(&app->screen, 0, sizeof app->screen); /* also between its members: it is compared */
    app->screen.glyphs = glyphs_of(o);
    app->screen.colors = colors_of(o);
    app->screen.utf8 = o->utf8;
    app->screen.no_sync = o->no_sync;
    app->theme = o->theme;
    app->mouse = !o->no_mouse;
}
