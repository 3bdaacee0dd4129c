/* vmtax screen: one screen of a stored result, as text: what the dashboard would draw. */
#include <config.h>

#include "ui/dashboard.h"

#include "analysis.h"
#include "paper.h"
#include "store.h"
#include "text.h"
#include "ui/ansi.h"
#include "ui/scene.h"
#include "xalloc.h"

#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH_MIN  20
#define WIDTH_MAX  500
#define HEIGHT_MIN 3
#define HEIGHT_MAX 200

/* "120x40" */
static int parse_size(const char *text, int *w, int *h, struct error *e)
{
    uint64_t width = 0, height = 0;
    char copy[16] = "", clean[64];
    const char *cross = strchr(text, 'x');
    bool fits = cross && (size_t)(cross - text) < sizeof copy;
    if (fits)
        memcpy(copy, text, (size_t)(cross - text));
    if (!fits || !text_u64(copy, WIDTH_MAX, &width) || !text_u64(cross + 1, HEIGHT_MAX, &height) ||
        width < WIDTH_MIN || height < HEIGHT_MIN)
        return error_set(e, ERROR_USAGE,
                         "--size %s: columns and rows are wanted, from %dx%d to %dx%d, such as "
                         "120x40",
                         text_clean(clean, sizeof clean, text), WIDTH_MIN, HEIGHT_MIN, WIDTH_MAX,
                         HEIGHT_MAX);
    *w = (int)width;
    *h = (int)height;
    return 0;
}

static int find_panel(const char *id, const struct panel **panel, struct error *e)
{
    const char *names[32], *near;
    char all[256] = "", clean[64];
    size_t count = 0;
    *panel = panel_find(id);
    if (*panel)
        return 0;
    for (size_t i = 0; panels[i] && count < 31; i++) {
        size_t used = strlen(all);
        snprintf(all + used, sizeof all - used, "%s%s", count ? ", " : "", panels[i]->id);
        names[count++] = panels[i]->id;
    }
    names[count] = NULL;
    near = text_nearest(id, names);
    text_clean(clean, sizeof clean, id);
    if (near)
        return error_set(e, ERROR_USAGE, "there is no panel \"%s\"; did you mean \"%s\"?", clean,
                         near);
    return error_set(e, ERROR_USAGE, "there is no panel \"%s\"; there are %s", clean, all);
}

static enum glyph_set glyphs_of(const struct options *o)
{
    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0 ||
        (o->glyphs && strcmp(o->glyphs, "ascii") == 0))
        return GLYPHS_ASCII;
    return o->glyphs && strcmp(o->glyphs, "block") == 0 ? GLYPHS_BLOCK : GLYPHS_BRAILLE;
}

static enum depth depth_of(const char *word)
{
    static const struct {
        const char *word;
        enum depth depth;
    } table[] = {{"mono", DEPTH_MONO}, {"8", DEPTH_8}, {"16", DEPTH_16}};
    for (size_t i = 0; word && i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i].word, word) == 0)
            return table[i].depth;
    return DEPTH_256;
}

/* The result as the dashboard has it after a start, at the time when it was measured: the same
 * result gives the same screen. */
static void show(struct snapshot *s, const struct result *r, const struct paper *paper)
{
    s->stored = true;
    s->clock = r->started + (int64_t)r->elapsed_s;
    s->paper = paper;
    store_time(s->title, sizeof s->title, r->started);
    snapshot_set_result(s, r);
    for (size_t t = 0; t < s->target_count; t++)
        if (s->targets[t].state == BOARD_TARGET_READY)
            s->targets[t].state = BOARD_TARGET_OFF;
}

static void write_screen(const struct options *o, const struct panel *panel, const struct result *r,
                         const struct theme *theme, int w, int h)
{
    struct view view = {.target = 1, .span_s = 30, .metric = SIZE_MAX};
    struct scene scene = {.panel = panel, .tab = panel->key, .view = &view};
    struct snapshot *s = xcalloc(1, sizeof *s);
    struct paper *paper = xcalloc(1, sizeof *paper);
    struct error missing;
    struct canvas c;
    show(s, r, paper_load(paper, &missing) == 0 ? paper : NULL);
    view.paper = s->paper != NULL;
    canvas_init(&c, glyphs_of(o));
    scene_draw(&c, h, w, s, &scene);
    char *text = o->ansi ? ansi_from_canvas(&c, theme, depth_of(o->color)) : canvas_to_text(&c);
    fputs(text, stdout);
    free(text);
    canvas_release(&c);
    snapshot_release(s);
    free(s);
    free(paper);
}

static int run(const struct context *context, struct error *e)
{
    const struct options *o = context->options;
    const struct panel *panel;
    struct theme theme;
    struct result r;
    char path[STORE_PATH_MAX];
    int w = 80, h = 24;
    if (find_panel(o->words[0], &panel, e) < 0 || (o->size && parse_size(o->size, &w, &h, e) < 0) ||
        theme_load(&theme, o->theme ? o->theme : "dark", NULL, e) < 0 ||
        store_find(o->from ? o->from : "last", path, sizeof path, e) < 0)
        return -1;
    result_init(&r);
    int rc = store_load(&r, path, e);
    if (rc == 0) {
        analysis_update(&r);
        write_screen(o, panel, &r, &theme, w, h);
    }
    result_release(&r);
    return rc < 0 ? -1 : EXIT_DONE;
}

const struct command command_screen = {
    .name = "screen",
    .usage = "screen PANEL [OPTION...]",
    .summary = "one screen of the dashboard from a stored result, as text",
    .words = "PANEL is overview, processor, memory, disk, sysops, ctxsw, ...: a panel of the "
             "dashboard by its id.",
    .bit = FOR_SCREEN,
    .plain_signals = true,
    .words_min = 1,
    .words_max = 1,
    .run = run,
};
