#include <config.h>

#include "ui/appearance.h"

#include "xalloc.h"
#include "xdg.h"

#include <limits.h>
#include <stdlib.h>
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

void appearance_fill(struct app_options *to, const struct options *o)
{
    to->screen = (struct screen_options){
        .glyphs = glyphs_of(o), .colors = colors_of(o), .utf8 = o->utf8, .no_sync = o->no_sync};
    to->theme = o->theme;
    to->mouse = !o->no_mouse;
}

void appearance_from(struct appearance *a, struct app_options *to, const struct options *o)
{
    struct error none;
    char user[PATH_MAX];
    a->user_themes = xdg_directory(XDG_CONFIG, "themes", user, sizeof user, &none) == 0
                         ? xasprintf("%s/themes", user)
                         : NULL;
    a->directories[0] = a->user_themes ? a->user_themes : VMTAX_DATADIR "/themes";
    a->directories[1] = VMTAX_DATADIR "/themes";
    a->directories[2] = NULL;
    to->theme_directories = a->directories;
    appearance_fill(to, o);
}

void appearance_release(struct appearance *a)
{
    free(a->user_themes);
}
