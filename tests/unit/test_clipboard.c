/* Text for the terminal's clipboard: what the sequence holds, and what cannot get out of it. */
#include <config.h>

#include "tests/unit/unit.h"
#include "ui/clipboard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void holds_the_text(void **state)
{
    /* payloads by coreutils' base64 */
    static const struct {
        const char *text, *payload;
    } cases[] = {
        {"a", "YQ=="},
        {"ab", "YWI="},
        {"abc", "YWJj"},
        {"abcd", "YWJjZA=="},
        {"97.2 \xe2\x89\x88", "OTcuMiDiiYg="},
        {"one  \n two \n\n  \n", "b25lCiB0d28="},
        {"\x1b]52;c;!\a\n", "G101MjtjOyEH"},
        {"\xff\xfe", "//4="},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char want[64], *got = clipboard_sequence(cases[i].text);
        snprintf(want, sizeof want, "\x1b]52;c;%s\a", cases[i].payload);
        assert_non_null(got);
        assert_string_equal(got, want);
        free(got);
    }
}

static void nothing_and_too_much(void **state)
{
    (void)state;
    assert_null(clipboard_sequence(""));
    assert_null(clipboard_sequence(" \n \n"));
    char *text = calloc(CLIPBOARD_MAX + 2, 1);
    assert_non_null(text);
    memset(text, 'x', CLIPBOARD_MAX);
    char *whole = clipboard_sequence(text);
    assert_non_null(whole);
    assert_int_equal(strlen(whole), 7 + CLIPBOARD_MAX / 3 * 4 + 1);
    free(whole);
    text[CLIPBOARD_MAX] = 'x';
    assert_null(clipboard_sequence(text));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds_the_text),
        cmocka_unit_test(nothing_and_too_much),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
