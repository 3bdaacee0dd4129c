#include <config.h>

#include "tests/unit/unit.h"
#include "ui/widget.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct canvas make(int h, int w, enum glyph_set glyphs)
{
    struct canvas c;
    canvas_init(&c, glyphs);
    canvas_resize(&c, h, w);
    return c;
}

/* The canvas's text must be `want`; the canvas is released. */
static void expect(struct canvas *c, const char *want)
{
    char *text = canvas_to_text(c);
    assert_string_equal(text, want);
    free(text);
    canvas_release(c);
}

static void ink_is_overhead(void **state)
{
    (void)state;
    static const struct {
        double loss;
        bool emulated;
        const char *braille, *ascii;
    } cases[] = {
        {0, false, "·······\n", ".......\n"},     {-0.2, false, "·······\n", ".......\n"},
        {0.004, false, "·······\n", ".......\n"}, {0.011, false, "╸······\n", "-......\n"},
        {0.12, false, "━······\n", "#......\n"},  {0.385, false, "━━╸····\n", "##-....\n"},
        {0.782, false, "━━━━━╸·\n", "#####-.\n"}, {1, false, "━━━━━━━\n", "#######\n"},
        {7, false, "━━━━━━━\n", "#######\n"},     {NAN, false, "·······\n", ".......\n"},
        {0.6, true, "╌╌╌╌···\n", "~~~~...\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct canvas c = make(1, 7, GLYPHS_BRAILLE);
        widget_ink(&c, 0, 0, 7, cases[i].loss, STYLE_WORSE, cases[i].emulated);
        expect(&c, cases[i].braille);
        c = make(1, 7, GLYPHS_ASCII);
        widget_ink(&c, 0, 0, 7, cases[i].loss, STYLE_WORSE, cases[i].emulated);
        expect(&c, cases[i].ascii);
    }
}

static void whisker_shows_interval_and_ruler(void **state)
{
    (void)state;
    const struct axis a = {0, 110, false};
    static const struct {
        struct mark m;
        const char *want;
    } cases[] = {
        {{61.5, 55, 68, true, 100, "container", false, STYLE_WORSE, false},
         "············├●┤······┃··\n"},
        {{61.5, 0, 0, false, 100, "container", false, STYLE_WORSE, false},
         "·············○·······┃··\n"}, /* no interval: hollow */
        {{13, 12.9, 13.1, true, 100, "kvm", false, STYLE_WORSE, false},
         "···■·················┃··\n"}, /* interval within a cell */
        {{240, 230, 250, true, 100, "kvm", false, STYLE_BETTER, false},
         "·····················┃·›\n"},
        {{14, 10, 20, true, 100, "kvm", true, STYLE_DIM, false},
         "··├□┤················┃··\n"}, /* emulated: hollow */
        {{NAN, 0, 0, false, 100, "kvm", false, STYLE_DIM, false}, "·····················┃··\n"},
        {{98, -30, 400, true, 100, "xen", false, STYLE_UNSURE, false},
         "‹───────────────────×┃─›\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct canvas c = make(1, 24, GLYPHS_BRAILLE);
        widget_whisker(&c, 0, 0, 24, &a, &cases[i].m);
        expect(&c, cases[i].want);
    }
}

static void lollipop_grows_from_zero(void **state)
{
    (void)state;
    const struct axis a = {0, 100, false};
    const struct mark m = {50, 49, 51, true, 80, "kvm", false, STYLE_KVM, false};
    struct canvas c = make(1, 11, GLYPHS_BRAILLE);
    widget_lollipop(&c, 0, 0, 11, &a, &m);
    expect(&c, "━━━━├■┤·┃··\n");
    c = make(1, 11, GLYPHS_ASCII);
    widget_lollipop(&c, 0, 0, 11, &a, &m);
    expect(&c, "####[k].|..\n");
}

static void box_has_hints_in_its_frame(void **state)
{
    (void)state;
    static const struct hint top[] = {
        {ACTION_SORT, NULL}, {ACTION_UNITS, NULL}, {ACTION_NONE, NULL}};
    static const struct hint bottom[] = {{ACTION_OPEN, NULL}, {ACTION_NONE, NULL}};
    const struct box box = {.title = "score", .number = '1', .top = top, .bottom = bottom};
    struct canvas c = make(3, 32, GLYPHS_BRAILLE);
    struct rect in = widget_box(&c, (struct rect){0, 0, 3, 32}, &box);
    assert_int_equal(in.y, 1);
    assert_int_equal(in.x, 2);
    assert_int_equal(in.h, 1);
    assert_int_equal(in.w, 28);
    assert_int_equal(canvas_hit_at(&c, 0, 24)->key, 'u');
    expect(&c, "╭─ ¹score ────── sort ─ units ─╮\n"
               "│                              │\n"
               "╰───────────────────── ↵ open ─╯\n");
    c = make(3, 20, GLYPHS_ASCII); /* a hint that does not fit goes as a whole */
    widget_box(&c, (struct rect){0, 0, 3, 20}, &box);
    expect(&c, "+- 1score -- sort -+\n|                  |\n+----- Enter open -+\n");
}

/* What is hidden of a list takes its place in the lower edge: a note or a hint that it reaches goes
 * as a whole, the others stay. */
static void more_takes_no_half_hint(void **state)
{
    (void)state;
    static const struct hint hints[] = {
        {ACTION_SORT, NULL}, {ACTION_UNITS, NULL}, {ACTION_OPEN, NULL}, {ACTION_NONE, NULL}};
    static const struct {
        int w;
        const char *note, *edge;
    } cases[] = {{42, "a note", "╰─ ↓12 more ───── sort ─ units ─ ↵ open ─╯\n"},
                 {31, NULL, "╰─ ↓12 more ─ units ─ ↵ open ─╯\n"},
                 {28, NULL, "╰─ ↓12 more ────── ↵ open ─╯\n"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct box box = {.bottom = hints, .bottom_note = cases[i].note};
        struct canvas c = make(2, cases[i].w, GLYPHS_BRAILLE);
        widget_box(&c, (struct rect){0, 0, 2, c.w}, &box);
        widget_more(&c, (struct rect){0, 0, 2, c.w}, 0, 12);
        char *text = canvas_to_text(&c);
        assert_string_equal(strchr(text, '\n') + 1, cases[i].edge);
        free(text);
        canvas_release(&c);
    }
}

static void boxes_of_any_size_stay_inside(void **state)
{
    (void)state;
    static const struct hint hints[] = {
        {ACTION_SORT, NULL}, {ACTION_FILTER, NULL}, {ACTION_NONE, NULL}};
    const struct box box = {.title = "a rather long title",
                            .note = "note",
                            .top = hints,
                            .bottom = hints,
                            .bottom_note = "bottom note"};
    for (int h = 0; h < 6; h++)
        for (int w = 0; w < 50; w++) {
            struct canvas c = make(8, 52, GLYPHS_BRAILLE);
            canvas_fill(&c, (struct rect){0, 0, 8, 52}, '@', STYLE_TEXT, 0);
            struct rect in = widget_box(&c, (struct rect){1, 1, h, w}, &box);
            widget_more(&c, (struct rect){1, 1, h, w}, 3, 1000);
            assert_true(in.h >= 0 && in.w >= 0);
            for (int y = 0; y < 8; y++)
                for (int x = 0; x < 52; x++)
                    if (y < 1 || x < 1 || y >= 1 + h || x >= 1 + w)
                        assert_int_equal(c.cells[y * 52 + x].ch, '@');
            if (h >= 2 && w >= 4) { /* the frame closes */
                assert_int_equal(c.cells[52 + w].ch, 0x256E);
                assert_int_equal(c.cells[h * 52 + w].ch, 0x256F);
            }
            canvas_release(&c);
        }
}

static void area_has_every_value(void **state)
{
    (void)state;
    const double values[] = {0, 1, 2, 3, 4, 5, 6, 8};
    struct canvas c = make(2, 4, GLYPHS_BRAILLE);
    widget_area(&c, (struct rect){0, 0, 2, 4}, values, 8, 8, STYLE_KVM);
    expect(&c, "  ⢀⣼\n⢀⣴⣿⣿\n");
    c = make(2, 4, GLYPHS_BLOCK);
    widget_area(&c, (struct rect){0, 0, 2, 4}, values, 8, 8, STYLE_KVM);
    expect(&c, "  ▁▆\n▁▅██\n");
    c = make(2, 4, GLYPHS_ASCII);
    widget_area(&c, (struct rect){0, 0, 2, 4}, values, 8, 8, STYLE_KVM);
    expect(&c, "  .+\n.:##\n");
    const double gap[] = {4, NAN, 4, 400};
    c = make(1, 4, GLYPHS_BRAILLE); /* fewer values than room: at the right edge */
    widget_spark(&c, 0, 0, 4, gap, 4, 4, STYLE_KVM);
    expect(&c, "  ⡇⣿\n");
}

static void heat_keeps_its_number(void **state)
{
    (void)state;
    static const struct {
        double times;
        enum style style;
    } cases[] = {{0.5, STYLE_HEAT_0}, {1, STYLE_HEAT_0}, {2, STYLE_HEAT_2},
                 {2.9, STYLE_HEAT_4}, {8, STYLE_HEAT_7}, {80, STYLE_HEAT_7}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(widget_heat_style(cases[i].times), cases[i].style);
    struct canvas c = make(1, 16, GLYPHS_BRAILLE);
    widget_heat(&c, 0, 0, 5, 3.7, "3.7");
    widget_heat(&c, 0, 5, 5, NAN, "");
    widget_heat(&c, 0, 10, 6, 3.7, "3.7");
    assert_int_equal(c.cells[0].style, STYLE_HEAT_4);
    expect(&c, "  3.7  —    3.7 \n");
}

static void ratio_cells(void **state)
{
    (void)state;
    static const struct {
        double ratio;
        enum verdict v;
        enum unit_mode unit;
        bool emulated;
        const char *want;
    } cases[] = {
        {0.972, VERDICT_SLIGHTLY_WORSE, UNIT_PERCENT, false, "  97.2▽\n"},
        {1.001, VERDICT_SAME, UNIT_PERCENT, false, " 100.1≈\n"},
        {0.125, VERDICT_WORSE, UNIT_TIMES, false, " 8.00×▼\n"},
        {0.142, VERDICT_WORSE, UNIT_PERCENT, true, " ~14.2 \n"},
        {NAN, VERDICT_NOT_MEASURED, UNIT_PERCENT, false, "     — \n"},
        {NAN, VERDICT_CANNOT, UNIT_PERCENT, false, "   n/a \n"},
        {123456, VERDICT_BETTER, UNIT_PERCENT, false, "12.35M▲\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct canvas c = make(1, 7, GLYPHS_BRAILLE);
        widget_ratio(&c, 0, 0, 7, cases[i].ratio, cases[i].v, cases[i].unit, cases[i].emulated);
        expect(&c, cases[i].want);
    }
}

static void numbers_never_exceed_their_field(void **state)
{
    (void)state;
    static const double values[] = {0,     -0.0,    1,      -1,      9.9999, 99.95,   999.95, 1e3,
                                    12345, -123456, 1e6,    9.99e8,  1e12,   1e15,    1e20,   1e300,
                                    -1e99, 1e-9,    0.0004, -0.0004, NAN,    INFINITY};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char out[NUMBER_MAX];
        for (int width = 1; width <= 12; width++)
            for (int decimals = 0; decimals <= 4; decimals++)
                assert_in_range(canvas_columns(number_fit(out, width, values[i], decimals)), 1,
                                width);
        assert_in_range(canvas_columns(number_short(out, values[i])), 1, 5);
        for (int width = 4; width <= 8; width++) {
            for (enum unit_mode u = 0; u < UNIT_COUNT; u++) {
                assert_in_range(canvas_columns(number_ratio(out, width, values[i], u)), 1, width);
                assert_in_range(
                    canvas_columns(number_half_width(out, width, 0.9, 0.9 + fabs(values[i]), u)), 1,
                    width);
            }
        }
    }
    static const struct {
        int width;
        double value;
        int decimals;
        const char *want;
    } cases[] = {
        {5, 97.25, 1, "97.2"},  {5, 100.06, 1, "100.1"}, {4, 100.06, 1, "100"},
        {5, 12345, 0, "12345"}, {4, 12345, 0, "12k"},    {5, 123456, 1, "123k"},
        {2, 12345, 0, "##"},    {6, -0.04, 1, "0.0"},    {3, NAN, 2, "—"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[NUMBER_MAX];
        assert_string_equal(number_fit(out, cases[i].width, cases[i].value, cases[i].decimals),
                            cases[i].want);
    }
}

static void axes_have_round_ticks(void **state)
{
    (void)state;
    static const struct {
        struct axis a;
        size_t wanted, count;
        double first, last;
    } cases[] = {
        {{0, 110, false}, 5, 3, 0, 100},   {{0, 100, false}, 4, 3, 0, 100},
        {{75, 102, false}, 5, 3, 80, 100}, {{0.1, 1000, true}, 4, 5, 0.1, 1000},
        {{1, 8, true}, 4, 3, 1, 5},        {{-1, 1, false}, 2, 3, -1, 1},
        {{10, 100, true}, 4, 4, 10, 100},  {{0.1, 1, true}, 2, 4, 0.1, 1},
        {{12, 18, true}, 4, 4, 12, 18},    {{30, 300, true}, 4, 3, 50, 200},
        {{5, 5, false}, 4, 0, 0, 0},       {{0, 10, true}, 4, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double ticks[20];
        size_t n = axis_ticks(&cases[i].a, cases[i].wanted, ticks, 20);
        assert_int_equal(n, cases[i].count);
        if (n) {
            assert_float_equal(ticks[0], cases[i].first, 1e-9);
            assert_float_equal(ticks[n - 1], cases[i].last, 1e-9);
        }
    }
    for (int w = 1; w < 80; w++) { /* labels stay inside and apart at any width */
        struct canvas c = make(1, 80, GLYPHS_ASCII);
        canvas_fill(&c, (struct rect){0, 0, 1, 80}, '@', STYLE_TEXT, 0);
        canvas_fill(&c, (struct rect){0, 0, 1, w}, ' ', STYLE_TEXT, 0);
        widget_axis(&c, 0, 0, w, &(struct axis){0, 100, false}, "% native");
        for (int x = w; x < 80; x++)
            assert_int_equal(c.cells[x].ch, '@');
        canvas_release(&c);
    }
    struct canvas c = make(1, 44, GLYPHS_BRAILLE);
    widget_axis(&c, 0, 0, 44, &(struct axis){0, 110, false}, "% native");
    expect(&c, "0                   50              % native\n");
}

static void lines_survive_without_braille(void **state)
{
    (void)state;
    const double x[] = {0, 1, 2, 3}, y[] = {0, 10, NAN, 5};
    const struct axis ax = {0, 3, false}, ay = {0, 10, false};
    for (enum glyph_set g = 0; g < GLYPH_SET_COUNT; g++) {
        struct canvas c = make(4, 12, g);
        struct plot p;
        plot_init(&p, 4, 12);
        assert_int_equal(plot_series(&p, &ax, &ay, x, y, 4, STYLE_XEN), 1);
        plot_level(&p, 10, 10, STYLE_NATIVE);
        plot_blit(&p, &c, 0, 0);
        int inked = 0;
        for (int i = 0; i < 4 * 12; i++)
            inked += c.cells[i].ch != ' ';
        assert_in_range(inked, 8, 24);
        assert_int_equal(c.cells[3 * 12].style, STYLE_XEN);
        assert_true(c.cells[3 * 12].ch != ' ');
        plot_release(&p);
        canvas_release(&c);
    }
}

static void lists_scroll_to_their_cursor(void **state)
{
    (void)state;
    assert_int_equal(widget_scroll(0, 0, 5, 3), 0);
    assert_int_equal(widget_scroll(0, 7, 5, 10), 3);
    assert_int_equal(widget_scroll(3, 2, 5, 10), 2);
    assert_int_equal(widget_scroll(9, 9, 5, 10), 5);
    assert_int_equal(widget_scroll(9, 99, 5, 10), 5);
    assert_int_equal(widget_scroll(4, 2, 0, 10), 0);
}

static void emulated_targets_cannot_be_mistaken(void **state)
{
    static const struct {
        const char *id, *kind;
        bool emulated;
        enum glyph_set glyphs;
        int w;
        const char *want;
    } cases[] = {
        {"kvm", "kvm", false, GLYPHS_BRAILLE, 20, "■ kvm               \n"},
        {"kvm", "kvm", false, GLYPHS_ASCII, 20, "k kvm               \n"},
        {"tcg", "tcg", true, GLYPHS_BRAILLE, 20, "□ tcg EMULATED      \n"},
        {"tcg", "tcg", true, GLYPHS_ASCII, 20, "K tcg EMULATED      \n"},
        {"tcg", "tcg", true, GLYPHS_BLOCK, 17, "□ tcg EMULATED   \n"},
        {"tcg", "tcg", true, GLYPHS_BRAILLE, 13, "□ tcg        \n"},
        {"kvm2", "kvm", true, GLYPHS_BRAILLE, 20, "□ kvm2 EMULATED     \n"},
        /* even where nobody has said that it is */
        {"tcg", "tcg", false, GLYPHS_BRAILLE, 8, "□ tcg   \n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct board_target t = {.emulated = cases[i].emulated};
        struct canvas c;
        snprintf(t.id, sizeof t.id, "%s", cases[i].id);
        snprintf(t.kind, sizeof t.kind, "%s", cases[i].kind);
        canvas_init(&c, cases[i].glyphs);
        canvas_resize(&c, 1, cases[i].w);
        widget_target(&c, 0, 0, cases[i].w, &t);
        char *text = canvas_to_text(&c);
        assert_string_equal(text, cases[i].want);
        assert_int_equal(c.cells[0].style, STYLE_KVM);
        assert_int_equal(c.cells[0].attr, cases[i].emulated ? 0 : ATTR_BOLD);
        free(text);
        canvas_release(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ink_is_overhead),
        cmocka_unit_test(whisker_shows_interval_and_ruler),
        cmocka_unit_test(lollipop_grows_from_zero),
        cmocka_unit_test(box_has_hints_in_its_frame),
        cmocka_unit_test(more_takes_no_half_hint),
        cmocka_unit_test(boxes_of_any_size_stay_inside),
        cmocka_unit_test(area_has_every_value),
        cmocka_unit_test(heat_keeps_its_number),
        cmocka_unit_test(ratio_cells),
        cmocka_unit_test(numbers_never_exceed_their_field),
        cmocka_unit_test(axes_have_round_ticks),
        cmocka_unit_test(lines_survive_without_braille),
        cmocka_unit_test(emulated_targets_cannot_be_mistaken),
        cmocka_unit_test(lists_scroll_to_their_cursor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
