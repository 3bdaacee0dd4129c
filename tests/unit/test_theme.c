#include <config.h>

#include "tests/unit/unit.h"
#include "ui/theme_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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
    assert_int_equal(theme_look(&t, STYLE_XEN, DEPTH_TRUE).fg, 0xA8467D);
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
        cmocka_unit_test(files_of_the_user_are_listed),
        cmocka_unit_test(files_come_before_the_built_in),
        cmocka_unit_test(every_style_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
