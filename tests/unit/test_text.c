#include <config.h>

#include "src/text.h"
#include "tests/unit/unit.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DOT          "\xc2\xb7"
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void decode_is_strict(void **state)
{
    static const struct {
        const char *bytes;
        size_t used;
        uint32_t code;
    } cases[] = {
        {"A", 1, 'A'},
        {"\x7f", 1, 0x7f},
        {"\xc2\x80", 2, 0x80},
        {"\xdf\xbf", 2, 0x7ff},
        {"\xe0\xa0\x80", 3, 0x800},
        {"\xed\x9f\xbf", 3, 0xd7ff},
        {"\xee\x80\x80", 3, 0xe000},
        {"\xef\xbf\xbf", 3, 0xffff},
        {"\xf0\x90\x80\x80", 4, 0x10000},
        {"\xf4\x8f\xbf\xbf", 4, 0x10ffff},
        {"\x80", 0, 0}, /* continuation alone */
        {"\xbf", 0, 0},
        {"\xc0\x80", 0, 0}, /* overlong */
        {"\xc1\xbf", 0, 0},
        {"\xe0\x9f\xbf", 0, 0},
        {"\xf0\x8f\xbf\xbf", 0, 0},
        {"\xed\xa0\x80", 0, 0}, /* surrogates */
        {"\xed\xbf\xbf", 0, 0},
        {"\xf4\x90\x80\x80", 0, 0}, /* beyond the last character */
        {"\xf5\x80\x80\x80", 0, 0},
        {"\xfe", 0, 0},
        {"\xff", 0, 0},
        {"\xc3", 0, 0}, /* cut off */
        {"\xe2\x82", 0, 0},
        {"\xf0\x9f\x98", 0, 0},
        {"\xc3"
         "A",
         0, 0},
        {"\xe2\x82"
         "A",
         0, 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint32_t code = 0;
        assert_int_equal(text_decode(cases[i].bytes, strlen(cases[i].bytes), &code), cases[i].used);
        if (cases[i].used)
            assert_int_equal(code, cases[i].code);
    }
}

static void encode_and_decode_agree(void **state)
{
    (void)state;
    for (uint32_t code = 0; code <= 0x110000; code++) {
        char bytes[4];
        uint32_t back;
        size_t n = text_encode(code, bytes);
        assert_int_equal(text_decode(bytes, n, &back), n);
        if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
            assert_int_equal(back, 0xb7);
        else
            assert_int_equal(back, code);
    }
}

static void widths(void **state)
{
    static const struct {
        uint32_t code;
        int width;
    } cases[] = {
        {'a', 1},    {0xb7, 1},   {0x300, 0},  {0x36f, 0},    {0x20d0, 0},   {0x2588, 1},
        {0x28ff, 1}, {0x25b2, 1}, {0x1100, 2}, {0x1161, 0},   {0x3000, 2},   {0x3042, 2},
        {0x4e00, 2}, {0xac00, 2}, {0xff21, 2}, {0xff71, 1},   {0x1f600, 2},  {0x20000, 2},
        {0x05d0, 1}, {0x0e33, 1}, {0x200b, 1}, {0x10ffff, 1}, {0x110000, 1}, {0xffffffff, 1},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(text_width(cases[i].code), cases[i].width);
}

static void clean(void **state)
{
    static const struct {
        const char *foreign;
        const char *clean;
    } cases[] = {
        {"", ""},
        {"plain text, 100 %", "plain text, 100 %"},
        {"\x1b[31mred\a\r\n\t\x7f", DOT "[31mred" DOT DOT DOT DOT DOT},
        {"\xc2\x9b"
         "31m",
         DOT "31m"}, /* C1 CSI */
        {"\xe2\x80\xae"
         "evil\xe2\x81\xa9",
         DOT "evil" DOT}, /* U+202E, U+2069 */
        {"a\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c"
         "b",
         "a" DOT DOT DOT "b"},
        {"z\xe2\x80\x8b\xe2\x80\x8d\xe2\x81\xa0\xef\xbb\xbfw", "z" DOT DOT DOT DOT "w"},
        {"\xef\xbf\xbe\xef\xb7\x90", DOT DOT}, /* non-characters */
        {"\xcd\xb8", DOT},                     /* U+0378 is not assigned */
        {"\xee\x82\xa0", DOT},                 /* private use */
        {"\xe2\x80\xa8\xe2\x80\xa9", DOT DOT}, /* line, paragraph separator */
        {"\xed\xa0\x80", DOT DOT DOT},
        {"\xc0\xaf", DOT DOT},
        {"ok\xff\xfe", "ok" DOT DOT},
        {"\xe2\x82", DOT DOT},
        {"gr\xc3\xbc\xc3\x9f \xe6\xbc\xa2\xe5\xad\x97",
         "gr\xc3\xbc\xc3\x9f \xe6\xbc\xa2\xe5\xad\x97"},
        {"e\xcc\x81", "e\xcc\x81"},
        {"\xcc\x81"
         "e",
         DOT "e"}, /* a mark has nothing to sit on */
        {"\x1b\xcc\x81", DOT DOT},
        {"e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81", "e\xcc\x81\xcc\x81\xcc\x81" DOT DOT},
        {"h\xef\xb8\x8f", "h" DOT}, /* variation selector */
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char out[128];
        assert_string_equal(text_clean(out, sizeof out, cases[i].foreign), cases[i].clean);
    }
    char out[16];
    assert_string_equal(text_clean_n(out, sizeof out, "a\0b", 3), "a" DOT "b");
}

static void clean_cuts_at_a_character(void **state)
{
    static const char text[] = "a\xc3\xbc\xe6\xbc\xa2\xf0\x9f\x98\x80z";
    static const size_t ends[] = {0, 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
    (void)state;
    for (size_t size = 1; size < COUNT(ends); size++) {
        char out[16];
        memset(out, 'x', sizeof out);
        text_clean(out, size, text);
        assert_int_equal(strlen(out), ends[size]);
        assert_int_equal(out[size], 'x');
    }
}

/* Whatever goes in, what comes out is UTF-8 without anything a terminal would obey. */
static void clean_never_lets_a_control_through(void **state)
{
    uint32_t random = 1;
    (void)state;
    for (int round = 0; round < 20000; round++) {
        char foreign[24];
        char out[24];
        for (size_t i = 0; i < sizeof foreign; i++) {
            random = random * 1664525u + 1013904223u;
            foreign[i] = (char)(random >> 24);
        }
        size_t size = 1 + random % sizeof out;
        text_clean_n(out, size, foreign, sizeof foreign);
        size_t length = strlen(out);
        assert_true(length < size);
        for (size_t i = 0; i < length;) {
            uint32_t code;
            size_t n = text_decode(out + i, length - i, &code);
            assert_true(n > 0);
            assert_true(code >= 0x20 && !(code >= 0x7f && code < 0xa0));
            i += n;
        }
    }
}

static void nearest(void **state)
{
    static const char *const words[] = {"sys.read", "sys.write", "sys.stat",  "ram.int.copy",
                                        "kvm",      "native",    "container", NULL};
    static const struct {
        const char *word;
        const char *nearest;
    } cases[] = {
        {"sys.raed", "sys.read"},
        {"SYS.READ", "sys.read"},
        {"kvn", "kvm"},
        {"kmv", "kvm"},
        {"contaner", "container"},
        {"natve", "native"},
        {"zzz", NULL},
        {"", NULL},
        {"q", NULL},
        {"openvz", NULL},
        {"cont", "container"},
        {"nat", "native"},
        {"na", NULL},
        {"sys.", NULL},
        {"ram.int.cpoy", "ram.int.copy"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *found = text_nearest(cases[i].word, words);
        if (cases[i].nearest)
            assert_string_equal(found, cases[i].nearest);
        else
            assert_null(found);
    }
    char giant[5000];
    memset(giant, 'k', sizeof giant - 1);
    giant[sizeof giant - 1] = '\0';
    assert_null(text_nearest(giant, words));
}

static void glob(void **state)
{
    static const struct {
        const char *pattern;
        const char *name;
        bool match;
    } cases[] = {
        {"*", "", true},
        {"*", "sys.read", true},
        {"sys.*", "sys.read", true},
        {"sys.*", "sys", false},
        {"sys.?ead", "sys.read", true},
        {"?", "", false},
        {"*.copy", "ram.int.copy", true},
        {"*.copy", "ram.copy.int", false},
        {"a*b*c", "aXbXbXc", true},
        {"a*b*c", "aXbXbX", false},
        {"", "", true},
        {"", "a", false},
        {"[a]", "a", false},
        {"**x**", "x", true},
        {"*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(text_glob(cases[i].pattern, cases[i].name), cases[i].match);
}

static void copy(void **state)
{
    char out[4] = "xxx";
    (void)state;
    assert_true(text_copy(out, sizeof out, "abc"));
    assert_string_equal(out, "abc");
    assert_false(text_copy(out, sizeof out, "defg"));
    assert_string_equal(out, "def");
    assert_false(text_copy(out, 1, "d"));
    assert_string_equal(out, "");
}

static void figures(void **state)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0"},          {-0.0, "0"},        {0.108, "0.108"},   {1e-4, "1e-4"},
        {0.00019, "2e-4"}, {0.000097, "1e-4"}, {0.0005, "0.001"},  {0.9996, "1.000"},
        {1.234, "1.234"},  {9.9996, "10.00"},  {12.344, "12.34"},  {99.996, "100.0"},
        {123.44, "123.4"}, {999.96, "1000"},   {1234, "1234"},     {9999.4, "9999"},
        {9999.6, "10000"}, {12400, "12400"},   {99960, "99960"},   {99999.6, "100k"},
        {123456, "123k"},  {999600, "1.00M"},  {1234567, "1.23M"}, {5e9, "5.00G"},
        {1e22, "huge"},    {INFINITY, "huge"}, {NAN, "?"},         {-0.108, "-0.11"},
        {-12.34, "-12.3"}, {-1234, "-1.2k"},
    };
    char out[32];
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_string_equal(text_figure(out, sizeof out, cases[i].value), cases[i].text);
    for (double v = 1e-8; v < 1e20; v *= 1.0371) {
        assert_true(strlen(text_figure(out, sizeof out, v)) <= 5);
        assert_true(strlen(text_figure(out, sizeof out, -v)) <= 5);
    }
}

static void bytes_and_durations(void **state)
{
    static const struct {
        uint64_t bytes;
        const char *text;
    } sizes[] = {
        {0, "0 B"},         {512, "512 B"},      {1023, "1023 B"},
        {1024, "1 KiB"},    {4608, "4.5 KiB"},   {102400, "100 KiB"},
        {1048575, "1 MiB"}, {8u << 20, "8 MiB"}, {UINT64_MAX, "16 EiB"},
    };
    static const struct {
        double seconds;
        const char *text;
    } durations[] = {
        {0, "0:00"},         {0.6, "0:01"}, {62, "1:02"}, {3599.4, "59:59"}, {3599.6, "1:00:00"},
        {45600, "12:40:00"}, {-1, "?"},     {NAN, "?"},   {INFINITY, "?"},
    };
    char out[32];
    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++)
        assert_string_equal(text_bytes(out, sizeof out, sizes[i].bytes), sizes[i].text);
    for (size_t i = 0; i < COUNT(durations); i++)
        assert_string_equal(text_duration(out, sizeof out, durations[i].seconds),
                            durations[i].text);
}

/* Where the system has a locale with a decimal comma, it changes nothing. */
static void locale_does_not_matter(void **state)
{
    (void)state;
    if (!setlocale(LC_ALL, "de_DE.UTF-8"))
        skip();
    figures(state);
    bytes_and_durations(state);
    clean(state);
    setlocale(LC_ALL, "C");
}

static void whole_numbers(void **state)
{
    static const struct {
        const char *text;
        uint64_t max, value;
        bool good;
    } cases[] = {
        {"0", 0, 0, true},
        {"007", 7, 7, true},
        {"4194304", UINT64_MAX, 4194304, true},
        {"18446744073709551615", UINT64_MAX, UINT64_MAX, true},
        {"18446744073709551616", UINT64_MAX, 0, false},
        {"99999999999999999999999", UINT64_MAX, 0, false},
        {"8", 7, 0, false},
        {"", 9, 0, false},
        {"-1", UINT64_MAX, 0, false},
        {"+1", UINT64_MAX, 0, false},
        {" 1", UINT64_MAX, 0, false},
        {"1\n", UINT64_MAX, 0, false},
        {"1K", UINT64_MAX, 0, false},
        {"max", UINT64_MAX, 0, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t value = 12345;
        assert_int_equal(text_u64(cases[i].text, cases[i].max, &value), cases[i].good);
        assert_int_equal(value, cases[i].good ? cases[i].value : 12345);
    }
}

static void wrapped(const char *text, int column, int indent, const char *want)
{
    char *got = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&got, &size);
    assert_non_null(out);
    text_wrap(out, text, column, indent);
    fclose(out);
    assert_string_equal(got, want);
    free(got);
}

static void wraps_at_80_columns(void **state)
{
    (void)state;
    wrapped("", 0, 0, "\n");
    wrapped("  one   two  ", 4, 4, "one two\n");
    wrapped("one two", 72, 4, "one two\n");
    wrapped("one two", 73, 4, "one\n    two\n");
    /* cells count, not bytes */
    wrapped("µµµ two", 72, 0, "µµµ two\n");
    /* a word that fits nowhere stands alone, and nothing is lost */
    char longest[101];
    memset(longest, 'x', 100);
    longest[100] = '\0';
    char text[128], want[128];
    snprintf(text, sizeof text, "a %s b", longest);
    snprintf(want, sizeof want, "a\n  %s\n  b\n", longest);
    wrapped(text, 0, 2, want);
}

static void chosen_of_the_kernels_choices(void **state)
{
    (void)state;
    char first[] = "always [madvise] never", none[] = "none", open[] = "a [b";
    assert_string_equal(text_chosen(first), "madvise");
    assert_null(text_chosen(none));
    assert_null(text_chosen(open));
}

static void test_lists(void **state)
{
    (void)state;
    assert_true(text_in_list("kvm", "kvm"));
    assert_true(text_in_list("native,kvm,ssh:a b", "ssh:a b"));
    assert_true(text_in_list("native,,kvm", "kvm"));
    assert_false(text_in_list("native,kvm", "kv"));
    assert_false(text_in_list("native,kvm", "kvms"));
    assert_false(text_in_list("native,kvm", "native,kvm"));
    assert_false(text_in_list("", "kvm"));
    assert_false(text_in_list(NULL, "kvm"));
}

/* What has no ASCII is a question mark, one for each character. */
static void test_ascii(void **state)
{
    static const char *const cases[][2] = {{"12 \xc2\xb5s", "12 us"},
                                           {"\xe2\x86\x91 up", "^ up"},
                                           {"\xe6\xbc\xa2", "?"},
                                           {"a\xff"
                                            "b",
                                            "a?b"},
                                           {"", ""},
                                           {"plain", "plain"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = NULL;
        size_t size;
        FILE *f = open_memstream(&text, &size);
        text_put_ascii(f, cases[i][0]);
        fclose(f);
        assert_string_equal(text, cases[i][1]);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decode_is_strict),
        cmocka_unit_test(encode_and_decode_agree),
        cmocka_unit_test(widths),
        cmocka_unit_test(wraps_at_80_columns),
        cmocka_unit_test(clean),
        cmocka_unit_test(clean_cuts_at_a_character),
        cmocka_unit_test(clean_never_lets_a_control_through),
        cmocka_unit_test(nearest),
        cmocka_unit_test(glob),
        cmocka_unit_test(whole_numbers),
        cmocka_unit_test(copy),
        cmocka_unit_test(figures),
        cmocka_unit_test(bytes_and_durations),
        cmocka_unit_test(locale_does_not_matter),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(chosen_of_the_kernels_choices),
        cmocka_unit_test(test_ascii),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
