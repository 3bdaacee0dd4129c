#include <config.h>

#include "tests/unit/unit.h"
#include "ui/canvas.h"
#include "ui/glyph.h"

#include <stdlib.h>
#include <string.h>

static struct canvas make(int h, int w, enum glyph_set glyphs)
{
    struct canvas c;
    canvas_init(&c, glyphs);
    canvas_resize(&c, h, w);
    return c;
}

static void check_text(const struct canvas *c, const char *want)
{
    char *text = canvas_to_text(c);
    assert_string_equal(text, want);
    free(text);
}

static void text_lands_where_it_is_put(void **state)
{
    (void)state;
    struct canvas c = make(2, 6, GLYPHS_BRAILLE);
    assert_int_equal(canvas_text(&c, 0, 1, STYLE_WORSE, ATTR_BOLD, "µs┃"), 4);
    assert_int_equal(canvas_text_right(&c, 1, 5, STYLE_TEXT, 0, "1.0×"), 2);
    check_text(&c, " µs┃  \n  1.0×\n");
    char *map = canvas_to_attributes(&c);
    char want[64] = "a...aa\naaaaaa\n\n.111..\n......\n";
    memset(want + 1, 'a' + STYLE_WORSE, 3);
    assert_string_equal(map, want);
    free(map);
    canvas_release(&c);
}

static void nothing_leaves_the_clip(void **state)
{
    (void)state;
    struct canvas c = make(3, 5, GLYPHS_BRAILLE);
    struct rect all = canvas_clip(&c, (struct rect){1, 1, 1, 3});
    struct rect outer = canvas_clip(&c, (struct rect){-4, -4, 100, 100}); /* never grows */
    canvas_text(&c, 0, 0, STYLE_TEXT, 0, "above");
    canvas_text(&c, 1, -3, STYLE_TEXT, 0, "0123456789");
    canvas_fill(&c, (struct rect){2, 0, 9, 9}, '#', STYLE_TEXT, 0);
    canvas_unclip(&c, outer);
    canvas_unclip(&c, all);
    check_text(&c, "     \n 456 \n     \n");
    canvas_put(&c, -1, 0, 'x', STYLE_TEXT, 0);
    canvas_put(&c, 0, 5, 'x', STYLE_TEXT, 0);
    canvas_put(&c, 3, 0, 'x', STYLE_TEXT, 0);
    check_text(&c, "     \n 456 \n     \n");
    canvas_release(&c);
}

static void wide_characters_are_never_half(void **state)
{
    (void)state;
    struct canvas c = make(1, 5, GLYPHS_BRAILLE);
    assert_int_equal(canvas_text(&c, 0, 0, STYLE_TEXT, 0, "a漢b"), 4);
    check_text(&c, "a漢b \n");
    canvas_put(&c, 0, 2, '|', STYLE_TEXT, 0); /* over the right half */
    check_text(&c, "a |b \n");
    canvas_text(&c, 0, 1, STYLE_TEXT, 0, "漢");
    canvas_put(&c, 0, 1, '|', STYLE_TEXT, 0); /* over the left half */
    check_text(&c, "a| b \n");
    canvas_text(&c, 0, 4, STYLE_TEXT, 0, "漢"); /* no room */
    check_text(&c, "a| b \n");
    canvas_text(&c, 0, 0, STYLE_TEXT, 0, "漢字");
    canvas_text(&c, 0, 1, STYLE_TEXT, 0, "漢"); /* across two */
    check_text(&c, " 漢  \n");
    canvas_release(&c);
}

static void foreign_bytes_do_no_harm(void **state)
{
    (void)state;
    static const struct {
        const char *text, *shown;
    } cases[] = {
        {"a\x1b[31mb", "a·[31mb "},
        {"\r\n\tx", "···x    "},
        {"a\xe2\x80\xae"
         "b",
         "a·b     "}, /* right-to-left override */
        {"\xc2\x9b"
         "x",
         "·x      "}, /* C1 CSI */
        {"\xff\xfe", "··      "},
        {"e\xcc\x81t", "et      "},
        {"\xf0\x9f\x92\xa9", NULL}, /* an emoji: whatever it is, no row may change its width */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct canvas c = make(1, 8, GLYPHS_BRAILLE);
        canvas_text(&c, 0, 0, STYLE_TEXT, 0, cases[i].text);
        char *text = canvas_to_text(&c);
        int columns = canvas_columns(text) - 1; /* the newline counts as one */
        assert_int_equal(columns, 8);
        for (const char *p = text; p[1]; p++)
            assert_true((unsigned char)*p >= 0x20 && *p != 0x7F);
        if (cases[i].shown) {
            text[strlen(text) - 1] = '\0';
            assert_string_equal(text, cases[i].shown);
        }
        free(text);
        canvas_release(&c);
    }
}

static void ascii_set_is_ascii(void **state)
{
    (void)state;
    struct canvas c = make(1, 40, GLYPHS_ASCII);
    canvas_text(&c, 0, 0, STYLE_TEXT, 0,
                "↵ open µs ±0.4 ● ▼ ≈ ├■┤┃·━╸ ₿ é 漢 ⣿");
    for (int x = 0; x < c.w; x++)
        assert_in_range(c.cells[x].ch, 0x20, 0x7E);
    check_text(&c, "/ open us ~0.4 c ! = [k]|.#- ? ? ?? #   \n");
    for (enum glyph g = 0; g < GLYPH_COUNT; g++) {
        assert_in_range(glyph(GLYPHS_ASCII, g), 0x21, 0x7E);
        assert_true(glyph(GLYPHS_BLOCK, g) > 0x20 && glyph(GLYPHS_BRAILLE, g) > 0x20);
    }
    canvas_release(&c);
}

static void targets_of_the_mouse(void **state)
{
    (void)state;
    struct canvas c = make(4, 10, GLYPHS_BRAILLE);
    canvas_hit_row(&c, (struct rect){0, 0, 4, 10}, 2, 7, 1);
    canvas_hit_key(&c, (struct rect){1, 8, 1, 9}, 's');
    assert_int_equal(canvas_hit_at(&c, 1, 8)->key, 's');
    assert_int_equal(canvas_hit_at(&c, 1, 7)->key, 0);
    assert_int_equal(canvas_hit_at(&c, 1, 7)->row, 7);
    assert_null(canvas_hit_at(&c, 1, 10));
    for (int i = 0; i < 2 * CANVAS_HITS_MAX; i++)
        canvas_hit_key(&c, (struct rect){0, 0, 1, 1}, 'x');
    assert_true(c.hit_count <= CANVAS_HITS_MAX);
    canvas_dim(&c);
    assert_null(canvas_hit_at(&c, 1, 8));
    canvas_release(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_lands_where_it_is_put),
        cmocka_unit_test(nothing_leaves_the_clip),
        cmocka_unit_test(wide_characters_are_never_half),
        cmocka_unit_test(foreign_bytes_do_no_harm),
        cmocka_unit_test(ascii_set_is_ascii),
        cmocka_unit_test(targets_of_the_mouse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
