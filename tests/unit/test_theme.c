#include <config.h>

#include "tests/unit/sight.h"
#include "tests/unit/unit.h"
#include "ui/glyph.h"
#include "ui/theme_list.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void builtin_themes_are_whole(void **state)
{
    (void)state;
    size_t n = 0;
    for (; theme_builtin(n); n++) {
        struct theme t;
        struct error e = {0};
        assert_int_equal(theme_load(&t, theme_builtin(n), NULL, NULL, &e), 0);
        assert_string_equal(t.name, theme_builtin(n));
        bool colored = strcmp(t.name, "mono") != 0;
        size_t colors = 0;
        for (enum style s = 0; s < STYLE_COUNT; s++)
            for (enum depth d = DEPTH_MONO; d <= DEPTH_TRUE; d++) {
                struct look l = theme_look(&t, s, d);
                static const int most[] = {-1, 7, 15, 255, 0xFFFFFF};
                assert_in_range(l.fg + 1, 0, most[d] + 1);
                assert_in_range(l.bg + 1, 0, most[d] + 1);
                if (l.fg != COLOR_NONE && d > DEPTH_MONO)
                    assert_true(l.fg != l.bg); /* nothing is invisible */
                colors += l.fg != COLOR_NONE || l.bg != COLOR_NONE;
            }
        assert_int_equal(colors > 0, colored);
    }
    assert_int_equal(n, 5);
}

/* The palette of the drawings and what it becomes in 256 colours. */
static void colors_come_down_by_nearness(void **state)
{
    static const struct {
        int32_t rgb;
        int index;
    } cases[] = {{0x56B4E9, 74},  {0xF0E442, 227}, {0xCC79A7, 175}, {0x408CFF, 33},
                 {0xA0A0A0, 247}, {0x00B282, 36},  {0xE69F00, 214}, {0xEBEEF2, 255},
                 {0xE05C14, 166}, {0x1E2128, 235}, {0x3A283A, 236}, {0x682C46, 96},
                 {0x9A383E, 131}, {0xCB5828, 166}, {0xEB8C1E, 172}, {0xF8BE3C, 178},
                 {0xFDECA0, 229}, {0x000000, 16},  {0xFFFFFF, 231}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(theme_nearest_256(cases[i].rgb), cases[i].index);
    assert_int_equal(theme_nearest_16(0xFF2020), 9);
    assert_int_equal(theme_nearest_16(0x0A0A0A), 0);
}

static void without_color_attributes_remain(void **state)
{
    struct theme t;
    (void)state;
    theme_load(&t, "dark", NULL, NULL, NULL);
    assert_int_equal(theme_look(&t, STYLE_WORSE, DEPTH_MONO).attr, ATTR_BOLD);
    assert_int_equal(theme_look(&t, STYLE_BAR, DEPTH_MONO).attr, ATTR_REVERSE);
    assert_int_equal(theme_look(&t, STYLE_DIM, DEPTH_MONO).attr, ATTR_DIM);
    assert_int_equal(theme_look(&t, STYLE_DIM, DEPTH_256).attr, 0);
    assert_int_equal(theme_look(&t, STYLE_CONTAINER, DEPTH_8).fg, 6);
    assert_int_equal(theme_look(&t, STYLE_CONTAINER, DEPTH_8).attr, ATTR_BOLD);
    assert_int_equal(theme_look(&t, STYLE_CONTAINER, DEPTH_16).fg, 14);
}

static void half_a_theme_is_a_theme(void **state)
{
    struct theme t, dark;
    struct error e = {0};
    (void)state;
    theme_load(&dark, "dark", NULL, NULL, NULL);
    assert_int_equal(theme_parse(&t, "mine", "kvm = #ff0000\n", NULL, &e), 0);
    assert_int_equal(theme_look(&t, STYLE_KVM, DEPTH_TRUE).fg, 0xFF0000);
    assert_int_equal(theme_look(&t, STYLE_KVM, DEPTH_16).fg, 9); /* not given: nearest */
    assert_memory_equal(&t.style[STYLE_XEN], &dark.style[STYLE_XEN], sizeof t.style[0]);
    assert_int_equal(theme_parse(&t, "mine", "base = light\nbackground = #ffffff\n", NULL, &e), 0);
    assert_int_equal(theme_look(&t, STYLE_XEN, DEPTH_TRUE).fg, 0xA0307C);
    assert_int_equal(theme_look(&t, STYLE_XEN, DEPTH_TRUE).bg, 0xFFFFFF);
    assert_int_equal(theme_look(&t, STYLE_BAR, DEPTH_TRUE).bg, 0xE2E5EA);
    assert_int_equal(theme_parse(&t, "empty", "", NULL, &e), 0);
    assert_memory_equal(t.style, dark.style, sizeof t.style);
}

static void damage_names_its_line(void **state)
{
    static const struct {
        const char *text, *place, *what;
    } cases[] = {
        {"# fine\nkvm = #ff00\n", "bad:2:", "kvm is no colour"},
        {"kvm = bluish\nxen = nope\n", "bad:1:", "kvm"},
        {"\n\nhyperv = #ffffff\n", "bad:3:", "hyperv is no style"},
        {"no equals sign\n", "bad:1:", "is no line of a theme"},
        {"kvm = #ffffff | #00ff00\n", "bad:1:", "16 colours"},
        {"kvm = #ffffff | red | blinking\n", "bad:1:", "unknown attribute"},
        {"kvm = \x1b[31m\n", "bad:1:", "kvm"},
        {"\x1b]52;c;evil = #ffffff\n", "bad:1:", "is no style"},
        {"base = nothing\n", "bad:1:", "built-in theme"},
    };
    struct theme t, dark;
    (void)state;
    theme_load(&dark, "dark", NULL, NULL, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error e = {0};
        char text[256];
        snprintf(text, sizeof text, "%scontainer = #123456\n", cases[i].text);
        assert_int_equal(theme_parse(&t, "bad", text, NULL, &e), -1);
        assert_non_null(strstr(e.text, cases[i].place));
        assert_non_null(strstr(e.text, cases[i].what));
        assert_null(strchr(e.text, '\x1b'));
        /* the damaged line falls back, the good one after it holds */
        assert_memory_equal(&t.style[STYLE_KVM], &dark.style[STYLE_KVM], sizeof t.style[0]);
        assert_int_equal(theme_look(&t, STYLE_CONTAINER, DEPTH_TRUE).fg, 0x123456);
    }
}

static void every_bad_line_is_told(void **state)
{
    struct theme t;
    struct theme_faults faults;
    struct error e = {0};
    char many[1024] = "";
    (void)state;
    assert_int_equal(
        theme_parse(&t, "mine", "kvm = bluish\nxen = red\nhyperv = #ffffff\nx\n", &faults, &e), -1);
    assert_int_equal(faults.count, 3);
    assert_non_null(strstr(faults.text[0], "mine:1: kvm is no colour"));
    assert_non_null(strstr(faults.text[1], "mine:3: hyperv is no style"));
    assert_non_null(strstr(faults.text[2], "mine:4: x is no line"));
    assert_non_null(strstr(e.text, "mine:1:"));
    for (size_t i = 0, used = 0; i < 3 * THEME_FAULTS; i++)
        used += (size_t)snprintf(many + used, sizeof many - used, "nonsense\n");
    assert_int_equal(theme_parse(&t, "mine", many, &faults, &e), -1);
    assert_int_equal(faults.count, 3 * THEME_FAULTS);
    assert_int_equal(theme_load(&t, "dark", NULL, &faults, &e), 0);
    assert_int_equal(faults.count, 0);
}

/* Looks */

/* Of a theme with colours of its own: what it draws with, on what. The terminal's own sixteen are
 * as the user has set them. */
static bool colors_of(const struct theme *t, enum style s, enum depth d, int32_t *fg, int32_t *bg)
{
    struct look l = theme_look(t, s, d);
    if (l.fg == COLOR_NONE || l.bg == COLOR_NONE || l.fg < 16 || l.bg < 16)
        return false;
    *fg = theme_rgb(l.fg, d);
    *bg = theme_rgb(l.bg, d);
    return true;
}

static const enum depth deep[] = {DEPTH_256, DEPTH_TRUE};

/* Contrast of 4.5 wherever there is text: WCAG 2 AA. Frames and grooves are no text, and the bar
 * is only ground. */
static void text_can_be_read(void **state)
{
    size_t looked = 0;
    (void)state;
    for (size_t n = 0; theme_builtin(n); n++) {
        struct theme t;
        theme_load(&t, theme_builtin(n), NULL, NULL, NULL);
        for (size_t k = 0; k < sizeof deep / sizeof *deep; k++)
            for (enum style s = 0; s < STYLE_COUNT; s++) {
                int32_t fg, bg;
                double least = s == STYLE_FRAME || s == STYLE_GROOVE ? 1.5 : 4.5;
                if (s == STYLE_BAR || !colors_of(&t, s, deep[k], &fg, &bg))
                    continue;
                looked++;
                if (sight_contrast(fg, bg) < least)
                    fail_msg("%s: %s, #%06X on #%06X, has a contrast of %.2f", t.name,
                             style_name(s), (unsigned)fg, (unsigned)bg, sight_contrast(fg, bg));
            }
    }
    assert_true(looked > 150);
}

/* What is slower is brighter, step by step, to every eye and on grey paper. */
static void heat_rises_for_every_eye(void **state)
{
    size_t looked = 0;
    (void)state;
    for (size_t n = 0; theme_builtin(n); n++) {
        struct theme t;
        theme_load(&t, theme_builtin(n), NULL, NULL, NULL);
        for (size_t k = 0; k < sizeof deep / sizeof *deep; k++)
            for (enum sight sight = 0; sight < SIGHT_COUNT; sight++) {
                double before = -1;
                for (enum style s = STYLE_HEAT_0; s <= STYLE_HEAT_7; s++) {
                    int32_t fg, bg;
                    if (!colors_of(&t, s, deep[k], &fg, &bg))
                        continue;
                    double l = sight_lab(bg, sight).l;
                    looked++;
                    if (l < before + 4)
                        fail_msg("%s at depth %d: %s is of lightness %.1f after %.1f to %s eyes",
                                 t.name, (int)deep[k], style_name(s), l, before,
                                 sight_names[sight]);
                    before = l;
                }
            }
    }
    assert_true(looked >= 3 * 2 * 8 * SIGHT_COUNT);
}

/* Too near for these eyes by hue alone. */
static const struct {
    const char *theme;
    enum sight sight;
    enum style a, b;
} near[] = {
    {"dark", SIGHT_DEUTAN, STYLE_XEN, STYLE_REACHED},
    {"light", SIGHT_TRITAN, STYLE_OPENVZ, STYLE_REACHED},
};
#define NEAR_COUNT (sizeof near / sizeof *near)

/* Its place in that list, or NEAR_COUNT. */
static size_t near_place(const char *theme, enum sight sight, enum style a, enum style b)
{
    size_t i = 0;
    while (i < NEAR_COUNT && !(strcmp(theme, near[i].theme) == 0 && sight == near[i].sight &&
                               a == near[i].a && b == near[i].b))
        i++;
    return i;
}

/* Who, and how good: each has a sign of its own in every set of glyphs, so that no meaning hangs on
 * a hue; and the hues are apart, to every eye, but for those few that are named above. */
static void meanings_are_told_apart(void **state)
{
    static const char *const kinds[] = {"native", "container", "openvz", "xen", "kvm", "ssh"};
    static const enum verdict signs[] = {
        VERDICT_BETTER,       VERDICT_SAME,    VERDICT_SLIGHTLY_WORSE, VERDICT_WORSE,
        VERDICT_INCONCLUSIVE, VERDICT_NO_SIGN, VERDICT_NOT_MEASURED,   VERDICT_NOT_COMPARABLE};
    const size_t kind_count = sizeof kinds / sizeof *kinds;
    const size_t verdict_count = sizeof signs / sizeof *signs;
    bool used[NEAR_COUNT] = {false};
    (void)state;
    for (enum glyph_set set = 0; set < GLYPH_SET_COUNT; set++) {
        for (size_t i = 0; i < kind_count; i++)
            for (size_t j = 0; j < i; j++)
                for (int hollow = 0; hollow < 4; hollow++)
                    assert_int_not_equal(glyph(set, glyph_of_kind(kinds[i], hollow & 1)),
                                         glyph(set, glyph_of_kind(kinds[j], hollow & 2)));
        for (size_t i = 0; i < verdict_count; i++)
            for (size_t j = 0; j < i; j++)
                assert_int_not_equal(glyph(set, glyph_of_verdict(signs[i])),
                                     glyph(set, glyph_of_verdict(signs[j])));
    }
    for (size_t n = 0; theme_builtin(n); n++) {
        struct theme t;
        theme_load(&t, theme_builtin(n), NULL, NULL, NULL);
        for (size_t k = 0; k < sizeof deep / sizeof *deep; k++)
            for (enum sight sight = 0; sight < SIGHT_GREY; sight++)
                for (enum style a = STYLE_NATIVE; a <= STYLE_UNSURE; a++)
                    for (enum style b = a + 1; b <= STYLE_UNSURE; b++) {
                        int32_t one, other, ground;
                        bool who = a <= STYLE_REACHED && b <= STYLE_REACHED;
                        if ((!who && a < STYLE_BETTER) ||
                            !colors_of(&t, a, deep[k], &one, &ground) ||
                            !colors_of(&t, b, deep[k], &other, &ground))
                            continue;
                        double apart = sight_distance(one, other, sight);
                        size_t place = near_place(t.name, sight, a, b);
                        if (apart < 10 && place < NEAR_COUNT)
                            used[place] = true;
                        else if (apart < 10)
                            fail_msg("%s at depth %d, to %s eyes: %s and %s are %.1f apart", t.name,
                                     (int)deep[k], sight_names[sight], style_name(a), style_name(b),
                                     apart);
                    }
    }
    for (size_t i = 0; i < NEAR_COUNT; i++)
        assert_true(used[i]);
}

/* The simulation itself: greys stay, and what such eyes are known for holds. */
static void eyes_are_simulated_rightly(void **state)
{
    (void)state;
    for (enum sight s = 0; s < SIGHT_COUNT; s++)
        for (int32_t grey = 0; grey <= 0xFF; grey += 0x33) {
            int32_t rgb = grey << 16 | grey << 8 | grey;
            struct sight_lab seen = sight_lab(rgb, s), full = sight_lab(rgb, SIGHT_FULL);
            assert_true(fabs(seen.l - full.l) < 0.1 && fabs(seen.a) < 0.1 && fabs(seen.b) < 0.1);
        }
    /* red is dark without the long-wave cones, and not without the middle-wave ones */
    assert_true(sight_lab(0xFF0000, SIGHT_PROTAN).l < 42);
    assert_true(sight_lab(0xFF0000, SIGHT_DEUTAN).l > 53);
    /* a red and a green become one yellow; a blue and a green stay apart, but not without the
     * short-wave ones */
    assert_true(sight_distance(0xA03000, 0x606000, SIGHT_FULL) > 40);
    assert_true(sight_distance(0xA03000, 0x606000, SIGHT_DEUTAN) < 15);
    assert_true(sight_distance(0x0080A0, 0x008060, SIGHT_TRITAN) <
                sight_distance(0x0080A0, 0x008060, SIGHT_DEUTAN) / 2);
    assert_true(fabs(sight_contrast(0xFFFFFF, 0) - 21) < 0.01);
    assert_true(fabs(sight_contrast(0x777777, 0xFFFFFF) - 4.48) < 0.01);
}

static void write_file(const char *directory, const char *name, const char *text)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

/* Those built in first, in their order, then the files by name; each once. */
static void files_of_the_user_are_listed(void **state)
{
    static const char *const files[] = {
        "zebra.theme", "aurora.theme", "dark.theme",      ".hidden.theme",
        ".theme",      "notes.txt",    "esc\x1b[m.theme", "a-name-of-thirty-two-characters-.theme"};
    char directory[] = "test-themes-XXXXXX", path[160];
    struct theme_list l;
    struct theme t;
    struct error e = {0};
    (void)state;
    assert_non_null(mkdtemp(directory));
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        write_file(directory, files[i], "kvm = #010203\n");
    /* What is called a theme and is none. */
    char fifo[160], inner[160];
    snprintf(fifo, sizeof fifo, "%s/fifo.theme", directory);
    snprintf(inner, sizeof inner, "%s/inner.theme", directory);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_int_equal(mkdir(inner, 0700), 0);
    const char *const directories[] = {"/nonexistent", directory, directory, NULL};
    theme_list_read(&l, directories);
    assert_int_equal(unlink(fifo), 0);
    assert_int_equal(rmdir(inner), 0);
    assert_int_equal(l.count, 7);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(l.name[i], theme_builtin(i));
    assert_string_equal(l.name[5], "aurora");
    assert_string_equal(l.name[6], "zebra");
    assert_int_equal(theme_list_find(&l, "zebra"), 6);
    assert_int_equal(theme_list_find(&l, "notes"), l.count);
    for (size_t i = 0; i < l.count; i++)
        assert_int_equal(theme_load(&t, l.name[i], directories, NULL, &e), 0);
    assert_int_equal(theme_load(&t, "auorra", directories, NULL, &e), -1);
    assert_int_equal(e.kind, ERROR_USAGE);
    assert_non_null(strstr(e.text, "did you mean aurora"));
    assert_int_equal(theme_load(&t, "quite another", directories, NULL, &e), -1);
    assert_non_null(strstr(e.text, "vmtax list themes"));
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, files[i]);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(rmdir(directory), 0);
    theme_list_read(&l, directories);
    assert_int_equal(l.count, 5);
}

static void files_come_before_the_built_in(void **state)
{
    char directory[] = "test-themes-XXXXXX", path[128];
    struct theme t;
    struct error e = {0};
    (void)state;
    assert_non_null(mkdtemp(directory));
    const char *const directories[] = {"/nonexistent", directory, NULL};
    snprintf(path, sizeof path, "%s/dark.theme", directory);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("kvm = #010203\n", f);
    fclose(f);
    assert_int_equal(theme_load(&t, "dark", directories, NULL, &e), 0);
    assert_int_equal(theme_look(&t, STYLE_KVM, DEPTH_TRUE).fg, 0x010203);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0); /* not a file at all: the built-in one */
    assert_int_equal(theme_load(&t, "dark", directories, NULL, &e), 0);
    assert_int_equal(theme_look(&t, STYLE_KVM, DEPTH_TRUE).fg, 0x408CFF);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(rmdir(directory), 0);

    assert_int_equal(theme_load(&t, "lihgt", directories, NULL, &e), -1);
    assert_non_null(strstr(e.text, "did you mean light"));
    assert_string_equal(t.name, "dark");
    assert_int_equal(theme_load(&t, "../../etc/passwd", directories, NULL, &e), -1);
}

static void every_style_has_a_name(void **state)
{
    (void)state;
    for (enum style s = 0; s < STYLE_COUNT; s++) {
        assert_non_null(style_name(s));
        for (enum style o = 0; o < s; o++)
            assert_string_not_equal(style_name(s), style_name(o));
    }
    assert_true(STYLE_COUNT < 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(builtin_themes_are_whole),
        cmocka_unit_test(colors_come_down_by_nearness),
        cmocka_unit_test(without_color_attributes_remain),
        cmocka_unit_test(half_a_theme_is_a_theme),
        cmocka_unit_test(damage_names_its_line),
        cmocka_unit_test(every_bad_line_is_told),
        cmocka_unit_test(eyes_are_simulated_rightly),
        cmocka_unit_test(text_can_be_read),
        cmocka_unit_test(heat_rises_for_every_eye),
        cmocka_unit_test(meanings_are_told_apart),
        cmocka_unit_test(files_of_the_user_are_listed),
        cmocka_unit_test(files_come_before_the_built_in),
        cmocka_unit_test(every_style_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
