/* vmtax screen: one screen of what is stored, as text or picture: what the dashboard would draw;
 * and the verdict of vmtax check on a terminal. */
#include <config.h>

#include "ui/dashboard.h"

#include "analysis.h"
#include "baseline.h"
#include "check.h"
#include "check_shared.h"
#include "store.h"
#include "stored.h"
#include "text.h"
#include "ui/ansi.h"
#include "ui/appearance.h"
#include "ui/drawing.h"
#include "ui/scene.h"
#include "xalloc.h"

#include <langinfo.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_MIN  20
#define WIDTH_MAX  500
#define HEIGHT_MIN 3
#define HEIGHT_MAX 200
/* Below that a verdict is better read as text. */
#define VERDICT_WIDTH_MIN 60

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

enum screen_format { SCREEN_TEXT, SCREEN_ANSI, SCREEN_SVG };

/* In the order of enum screen_format. */
const char *const screen_formats[] = {"text", "ansi", "svg", NULL};

static int find_format(const char *word, enum screen_format *format, struct error *e)
{
    char clean[64];
    for (size_t i = 0; screen_formats[i]; i++)
        if (!word || strcmp(screen_formats[i], word) == 0) {
            *format = (enum screen_format)i;
            return 0;
        }
    return error_set(e, ERROR_USAGE, "--format %s: a screen is text, ansi or svg",
                     text_clean(clean, sizeof clean, word));
}

/* A picture has every character, whatever the locale. */
static enum glyph_set glyphs_of(const struct options *o, enum screen_format format)
{
    bool utf8 = format == SCREEN_SVG || strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    if (!utf8 || o->ascii || (o->glyphs && strcmp(o->glyphs, "ascii") == 0))
        return GLYPHS_ASCII;
    return o->glyphs && strcmp(o->glyphs, "block") == 0 ? GLYPHS_BLOCK : GLYPHS_BRAILLE;
}

static enum depth depth_of(const char *word, enum screen_format format)
{
    static const struct {
        const char *word;
        enum depth depth;
    } table[] = {{"mono", DEPTH_MONO}, {"8", DEPTH_8}, {"16", DEPTH_16}, {"256", DEPTH_256}};
    for (size_t i = 0; word && i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i].word, word) == 0)
            return table[i].depth;
    return format == SCREEN_SVG ? DEPTH_TRUE : DEPTH_256;
}

static void write_canvas(const struct options *o, enum screen_format format, const struct canvas *c,
                         const struct theme *theme, const char *title)
{
    enum depth depth = depth_of(o->color, format);
    if (format == SCREEN_SVG) {
        drawing_from_canvas(stdout, c, theme, depth, title);
        return;
    }
    char *text = format == SCREEN_ANSI ? ansi_from_canvas(c, theme, depth) : canvas_to_text(c);
    fputs(text, stdout);
    free(text);
}

static void write_screen(const struct options *o, enum screen_format format,
                         const struct panel *panel, const struct snapshot *s,
                         const struct theme *theme, int w, int h)
{
    struct view view = {.target = 1, .span_s = 30, .metric = SIZE_MAX, .paper = s->paper != NULL};
    struct scene scene = {.panel = panel, .tab = panel->key, .view = &view};
    struct canvas c;
    char title[128];
    snprintf(title, sizeof title, "vmtax %s: %s", panel->id, s->title);
    canvas_init(&c, glyphs_of(o, format));
    scene_draw(&c, h, w, s, &scene);
    write_canvas(o, format, &c, theme, title);
    canvas_release(&c);
}

/* Columns of the terminal that standard output is; 0: it is none, or one that moves no cursor. */
static int terminal_columns(void)
{
    struct winsize size;
    const char *term = getenv("TERM");
    if (!term || !*term || strcmp(term, "dumb") == 0 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
        return 0;
    return size.ws_col < WIDTH_MAX ? size.ws_col : WIDTH_MAX;
}

static enum depth depth_of_terminal(const struct options *o)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    if (o->color && strcmp(o->color, "auto") != 0)
        return depth_of(o->color, SCREEN_ANSI);
    return no_color && *no_color ? DEPTH_MONO : strstr(term, "256") ? DEPTH_256 : DEPTH_16;
}

bool screen_verdict(const struct check *check, const struct options *o)
{
    struct theme theme;
    struct error e;
    struct canvas c;
    struct view view = {.target = 1, .metric = SIZE_MAX};
    int w = terminal_columns();
    if (w < VERDICT_WIDTH_MIN || appearance_theme(&theme, o, &e) < 0)
        return false;
    struct snapshot *s = xcalloc(1, sizeof *s);
    snapshot_set_verdict(s, check);
    text_copy(s->check.name, sizeof s->check.name, check->baseline);
    canvas_init(&c, glyphs_of(o, SCREEN_ANSI));
    canvas_resize(&c, 1, w);
    int h = panel_verdict_height(&c, w, s);
    canvas_resize(&c, h, w);
    /* As high as what it says: it stands in the scroll-back. No key acts on any of its boxes. */
    view.box = SIZE_MAX;
    panel_verdict.draw(&c, (struct rect){0, 0, h, w}, s, &view);
    char *text = ansi_from_canvas(&c, &theme, depth_of_terminal(o));
    fputs(text, stdout);
    free(text);
    canvas_release(&c);
    snapshot_release(s);
    free(s);
    return true;
}

/* Of the results that are named, as the sessions of one check, against a baseline. */
static int judge(struct check *check, const struct options *o, struct error *e)
{
    static const char *const last[] = {"last"};
    const char *const *names = o->word_count > 1 ? o->words + 1 : last;
    size_t count = o->word_count > 1 ? o->word_count - 1 : 1, loaded = 0;
    struct result now[CHECK_SESSIONS];
    struct baseline b;
    char path[STORE_PATH_MAX];
    if (baseline_load(&b, o->against ? o->against : "default", e) < 0)
        return -1;
    int rc = 0;
    for (; rc == 0 && loaded < count; loaded += rc == 0) {
        struct result *r = &now[loaded];
        result_init(r);
        rc = store_find(names[loaded], path, sizeof path, e) == 0 ? store_load(r, path, e) : -1;
        if (rc == 0)
            analysis_update(r);
        else
            result_release(r);
    }
    if (rc == 0)
        check_results(check, &b, now, count, o->find > 0 ? o->find / 100 : CHECK_FIND, NULL);
    for (size_t i = 0; i < loaded; i++)
        result_release(&now[i]);
    baseline_release(&b);
    return rc;
}

static int show_judged(struct snapshot *s, const struct options *o, struct error *e)
{
    struct check *check = check_new();
    int rc = judge(check, o, e);
    if (rc == 0)
        snapshot_set_verdict(s, check);
    check_let_go(check);
    return rc;
}

static int check_words(const struct options *o, const struct panel *panel, struct error *e)
{
    size_t most = panel == &panel_verdict ? 1 + CHECK_SESSIONS : 2;
    if (o->word_count > most)
        return error_set(e, ERROR_USAGE,
                         "one word too many: a screen is of one result, and verdict of up to %d",
                         CHECK_SESSIONS);
    return 0;
}

static int run(const struct context *context, struct error *e)
{
    const struct options *o = context->options;
    const struct panel *panel;
    enum screen_format format = SCREEN_TEXT;
    struct theme theme;
    int w = 80, h = 24;
    if (find_panel(o->word_count > 0 ? o->words[0] : "overview", &panel, e) < 0 ||
        check_words(o, panel, e) < 0 || find_format(o->format, &format, e) < 0 ||
        (o->size && parse_size(o->size, &w, &h, e) < 0) || appearance_theme(&theme, o, e) < 0)
        return -1;
    struct stored *s = stored_load(o->word_count > 1 ? o->words[1] : "last", o->at, e);
    if (!s)
        return -1;
    /* A recording has the verdict that was made then. */
    bool own = s->snapshot.replayed && o->word_count == 2;
    int rc = panel == &panel_verdict && !own ? show_judged(&s->snapshot, o, e) : EXIT_DONE;
    if (rc == EXIT_DONE)
        write_screen(o, format, panel, &s->snapshot, &theme, w, h);
    stored_free(s);
    return rc;
}

const struct command command_screen = {
    .name = "screen",
    .usage = "screen [PANEL [RESULT...]] [OPTION...]",
    .summary = "one screen of the dashboard as text or picture, from what is stored",
    .words =
        "PANEL is overview (the default), processor, memory, disk, sysops, ctxsw, ...: a panel "
        "of the dashboard by its id. RESULT is a name of `vmtax list results` or `vmtax list "
        "recordings`, a file of either, or last (the default: the last result); verdict takes up to "
        "three results, the sessions of a check, and judges them against a baseline; of a recording "
        "it shows the verdict that was made then.",
    .bit = FOR_SCREEN,
    .plain_signals = true,
    .words_max = 1 + CHECK_SESSIONS,
    .run = run,
};
