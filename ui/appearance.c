#include <config.h>

#include "ui/appearance.h"

#include <stdio.h>
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

/* Where a theme of vmtax.conf stands there. */
static void theme_place(const struct options *o, char *out, size_t size)
{
    const struct option_row *r = option_find("theme", strlen("theme"));
    int line = r ? o->conf_lines[r - option_rows] : 0;
    out[0] = '\0';
    if (line)
        snprintf(out, size, "%s, line %d", o->conf_file, line);
}

void appearance_fill(struct app_options *to, const struct options *o)
{
    to->screen = (struct screen_options){.glyphs = glyphs_of(o),
                                         .colors = colors_of(o),
                                         .utf8 = o->utf8,
                                         .no_sync = o->no_sync,
                                         .clipboard = o->clipboard,
                                         .reader = o->reader};
    to->calm = o->reader;
    to->hold = o->quiet_ui;
    to->theme = o->theme;
    theme_place(o, to->theme_place, sizeof to->theme_place);
    to->mouse = !o->no_mouse;
}

void appearance_from(struct appearance *a, struct app_options *to, const struct options *o)
{
    theme_directories_init(&a->themes);
    to->theme_directories = a->themes.list;
    appearance_fill(to, o);
}

void appearance_release(struct appearance *a)
{
    theme_directories_release(&a->themes);
}

int appearance_theme(struct theme *t, const struct options *o, struct error *e)
{
    struct theme_directories directories;
    struct theme_faults faults;
    char place[THEME_PLACE_MAX];
    theme_directories_init(&directories);
    int rc = theme_load(t, o->theme ? o->theme : "dark", directories.list, &faults, e);
    theme_directories_release(&directories);
    if (rc < 0 && e->kind == ERROR_USAGE) {
        theme_place(o, place, sizeof place);
        return place[0] ? error_prefix(e, "%s", place) : -1;
    }
    for (size_t i = 0; i < faults.count && i < THEME_FAULTS; i++)
        fprintf(stderr, "vmtax: %s\n", faults.text[i]);
    if (faults.count > THEME_FAULTS)
        fprintf(stderr, "vmtax: and %zu more lines\n", faults.count - THEME_FAULTS);
    return 0;
}
