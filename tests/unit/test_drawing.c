#include <config.h>

#include "tests/fixture_board.h"
#include "tests/unit/unit.h"
#include "ui/drawing.h"
#include "ui/glyph.h"
#include "ui/scene.h"
#include "ui/shape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct theme load(const char *name)
{
    struct theme t;
    struct error e;
    assert_int_equal(theme_load(&t, name, NULL, NULL, &e), 0);
    return t;
}

/* The caller frees *svg. */
static void draw(char **svg, const struct canvas *c, const struct theme *t, enum depth depth,
                 const char *title)
{
    size_t size;
    FILE *out = open_memstream(svg, &size);
    assert_non_null(out);
    drawing_from_canvas(out, c, t, depth, title);
    fclose(out);
}

static void count_shape(uint32_t ch, void *context)
{
    size_t *count = context;
    bool joins = (ch >= 0x2500 && ch <= 0x259F) || (ch >= 0x2800 && ch <= 0x28FF);
    if (joins && shape_pen(ch) == PEN_NONE)
        fail_msg("U+%04X is left to the font", (unsigned)ch);
    *count += joins;
}

/* Whatever a screen can have of what joins from cell to cell has a shape. */
static void what_joins_is_drawn(void **state)
{
    size_t count = 0;
    (void)state;
    for (enum glyph_set set = GLYPHS_ASCII; set < GLYPH_SET_COUNT; set++) {
        for (enum glyph g = 0; g < GLYPH_COUNT; g++)
            count_shape(glyph(set, g), &count);
        for (unsigned level = 0; level <= glyph_levels(set); level++)
            count_shape(glyph_level(set, level), &count);
    }
    for (uint32_t ch = 0x2800; ch <= 0x28FF; ch++)
        count_shape(ch, &count);
    assert_true(count > 256 + 20);
    assert_int_equal(shape_pen('a'), PEN_NONE);
    assert_int_equal(shape_pen(0x25CF), PEN_NONE);
}

/* The characters between tags of the rows, a line for each. */
static char *rows_of(const char *svg)
{
    static const struct {
        const char *entity;
        char ch;
    } entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}};
    char *text = calloc(strlen(svg) + 1, 1), *to = text;
    for (const char *row = strstr(svg, "<text "); row; row = strstr(row, "<text ")) {
        const char *end = strstr(row, "</text>");
        while (row < end) {
            if (*row == '<') {
                row += strcspn(row, ">") + 1;
                continue;
            }
            char ch = *row;
            size_t used = 1;
            for (size_t i = 0; *row == '&' && i < sizeof entities / sizeof *entities; i++)
                if (strncmp(row, entities[i].entity, strlen(entities[i].entity)) == 0) {
                    ch = entities[i].ch;
                    used = strlen(entities[i].entity);
                }
            *to++ = ch;
            row += used;
        }
        *to++ = '\n';
    }
    return text;
}

static void its_text_is_the_canvas(void **state)
{
    void (*const fixtures[])(struct snapshot *) = {fixture_all, fixture_slow, fixture_hostile,
                                                   fixture_empty};
    struct view view = {.target = 1, .span_s = 30, .metric = SIZE_MAX};
    struct theme theme = load("dark");
    (void)state;
    for (size_t f = 0; f < sizeof fixtures / sizeof *fixtures; f++)
        for (size_t i = 0; panels[i]; i++) {
            struct snapshot *s = calloc(1, sizeof *s);
            struct scene scene = {.panel = panels[i], .tab = panels[i]->key, .view = &view};
            struct canvas c;
            fixtures[f](s);
            canvas_init(&c, i % GLYPH_SET_COUNT);
            scene_draw(&c, 40, 120, s, &scene);
            char *svg, *want = canvas_to_text(&c);
            draw(&svg, &c, &theme, DEPTH_TRUE, "x");
            char *rows = rows_of(svg);
            assert_string_equal(rows, want);
            free(want);
            free(rows);
            free(svg);
            canvas_release(&c);
            snapshot_release(s);
            free(s);
        }
}

static void two_cells(struct canvas *c)
{
    canvas_init(c, GLYPHS_BRAILLE);
    canvas_resize(c, 1, 4);
    canvas_text(c, 0, 0, STYLE_WORSE, ATTR_UNDERLINE, "<─⠁");
    canvas_text(c, 0, 3, STYLE_SELECTED, ATTR_DIM | ATTR_REVERSE, "●");
}

/* Colours, attributes, geometry and what XML would take for a command: all of a small picture. */
static void a_small_one_is_this(void **state)
{
    struct canvas c;
    struct theme theme = load("dark");
    (void)state;
    two_cells(&c);
    char *svg;
    draw(&svg, &c, &theme, DEPTH_TRUE, "a & b");
    assert_string_equal(
        svg,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"36\" height=\"19\" viewBox=\"0 0 36 "
        "19\" font-family=\"'DejaVu Sans Mono','Liberation Mono',Menlo,Consolas,monospace\" "
        "font-size=\"15\">\n"
        "<title>a &amp; b</title>\n"
        "<path fill=\"#121418\" d=\"M0 0h36v19h-36z\"/>\n"
        "<path shape-rendering=\"crispEdges\" fill=\"#ebeef2\" d=\"M27 0h9v19h-9z\"/>\n"
        "<text y=\"14\" xml:space=\"preserve\">"
        "<tspan x=\"0\" textLength=\"9\" fill=\"#e05c14\" font-weight=\"bold\" "
        "text-decoration=\"underline\">&lt;</tspan>"
        "<tspan x=\"9\" textLength=\"18\" fill-opacity=\"0\">─⠁</tspan>"
        "<tspan x=\"27\" textLength=\"9\" fill=\"#2c313a\" fill-opacity=\".6\">●</tspan></text>\n"
        "<path fill=\"none\" stroke=\"#e05c14\" d=\"M9 0m0 9.5h9\"/>\n"
        "<path fill=\"none\" stroke-width=\"2.6\" stroke-linecap=\"round\" stroke=\"#e05c14\" "
        "d=\"M20.25 2.375h0\"/>\n"
        "</svg>\n");
    free(svg);
    canvas_release(&c);
}

static void every_depth_has_colors(void **state)
{
    static const struct {
        const char *theme;
        enum depth depth;
        const char *ground, *text;
    } cases[] = {
        {"dark", DEPTH_MONO, "\"#ffffff\"", "\"#000000\""},
        {"dark", DEPTH_16, "\"#000000\"", "\"#ff0000\""},
        {"dark", DEPTH_256, "\"#121212\"", "\"#d75f00\""},
        {"light", DEPTH_TRUE, NULL, NULL},
        {"ansi16", DEPTH_TRUE, "\"#000000\"", NULL},
        {"mono", DEPTH_TRUE, "\"#000000\"", "\"#e5e5e5\""},
    };
    struct canvas c;
    (void)state;
    two_cells(&c);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct theme theme = load(cases[i].theme);
        char *svg;
        draw(&svg, &c, &theme, cases[i].depth, "x");
        char *ground = strstr(svg, "<path fill=");
        assert_non_null(ground);
        if (cases[i].ground)
            assert_memory_equal(ground + strlen("<path fill="), cases[i].ground, 9);
        if (cases[i].text)
            assert_non_null(strstr(svg, cases[i].text));
        free(svg);
    }
    canvas_release(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_joins_is_drawn),
        cmocka_unit_test(its_text_is_the_canvas),
        cmocka_unit_test(a_small_one_is_this),
        cmocka_unit_test(every_depth_has_colors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
