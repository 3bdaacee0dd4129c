#include <config.h>

#include "src/protocol.h"
#include "tests/unit/unit.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Parse a copy of text on the heap, exactly as long as promised, so that a sanitizer sees any step
 * outside. */
static char *parse(struct record *r, const char *text, int expected)
{
    size_t length = strlen(text);
    char *line = malloc(length + 1);
    struct error e = {.text = ""};
    assert_non_null(line);
    memcpy(line, text, length);
    line[length] = '\n'; /* not a NUL: the parser has the length only */
    assert_int_equal(record_parse(r, line, length, &e), expected);
    if (expected < 0) {
        assert_true(strlen(e.text) > 0);
        for (const char *p = e.text; *p; p++)
            assert_true(*p >= 0x20 && *p < 0x7f);
    }
    return line;
}

static void good_records(void **state)
{
    struct record r;
    (void)state;

    char *line = parse(&r, "stop", 0);
    assert_string_equal(r.verb, "stop");
    assert_int_equal(r.field_count, 0);
    assert_null(record_text(&r, "slot"));
    free(line);

    line = parse(&r, "run slot=7 workload=ram.int.copy params=size%3D64K%20cpus=2 empty= x==y", 0);
    assert_string_equal(r.verb, "run");
    assert_int_equal(r.field_count, 5);
    assert_string_equal(record_text(&r, "slot"), "7");
    assert_string_equal(record_text(&r, "workload"), "ram.int.copy");
    assert_string_equal(record_text(&r, "params"), "size=64K cpus=2");
    assert_string_equal(record_text(&r, "empty"), "");
    assert_string_equal(record_text(&r, "x"), "=y");
    free(line);

    line = parse(&r, "note text=%1b%5B0m%0a%ff%25", 0);
    assert_string_equal(record_text(&r, "text"), "\x1b[0m\n\xff%");
    free(line);

    line = parse(&r, "abcdefghijklmnopqrstuvwxyz.-_123 a23456789012345678901234567890.2=1", 0);
    assert_int_equal(strlen(r.verb), PROTOCOL_WORD_MAX);
    free(line);
}

static void refused_records(void **state)
{
    static const char *const lines[] = {
        "",
        " ",
        " run",
        "Run",
        "run ",
        "run  slot=1",
        "run slot=1 ",
        "run slot",
        "run slot=1 workload",
        "run =1",
        "run\tslot=1",
        "run Slot=1",
        "run slot=1\tx=2",
        "run slot=\x80",
        "run slot=\xc3\xbc",
        "run slot=%",
        "run slot=%4",
        "run slot=%4 x=1",
        "run slot=%zz",
        "run slot=%00",
        "run slot=a\x1b[m",
        "run slot=1 slot=2",
        "run slot=1 a\x01=2",
        "run!",
        "=",
        "=run",
        "\xff\xff",
        "abcdefghijklmnopqrstuvwxyz.-_1234 a=1",
        "v abcdefghijklmnopqrstuvwxyz.-_1234=1",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct record r;
        free(parse(&r, lines[i], -1));
    }
    char nul[] = "run a\0b=1";
    struct record r;
    struct error e;
    assert_int_equal(record_parse(&r, nul, sizeof nul - 1, &e), -1);
    char nul_value[] = "run a=\0";
    assert_int_equal(record_parse(&r, nul_value, sizeof nul_value - 1, &e), -1);
}

static void field_limit(void **state)
{
    char line[PROTOCOL_FIELDS_MAX * 8 + 64] = "v";
    struct record r;
    (void)state;
    for (int i = 0; i < PROTOCOL_FIELDS_MAX; i++)
        snprintf(line + strlen(line), 16, " k%d=%d", i, i);
    free(parse(&r, line, 0));
    assert_int_equal(r.field_count, PROTOCOL_FIELDS_MAX);
    snprintf(line + strlen(line), 16, " z=1");
    free(parse(&r, line, -1));
}

static void numbers(void **state)
{
    static const struct {
        const char *text;
        uint64_t min, max;
        bool good;
        uint64_t value;
    } whole[] = {
        {"0", 0, 0, true, 0},
        {"7", 1, 7, true, 7},
        {"18446744073709551615", 0, UINT64_MAX, true, UINT64_MAX},
        {"18446744073709551616", 0, UINT64_MAX, false, 0},
        {"99999999999999999999999999", 0, UINT64_MAX, false, 0},
        {"007", 0, 10, true, 7},
        {"8", 1, 7, false, 0},
        {"0", 1, 7, false, 0},
        {"", 0, 7, false, 0},
        {"-1", 0, UINT64_MAX, false, 0},
        {"+1", 0, 7, false, 0},
        {"1.0", 0, 7, false, 0},
        {"0x1", 0, 7, false, 0},
        {"1%20", 0, 7, false, 0},
        {"%201", 0, 7, false, 0},
    };
    static const struct {
        const char *text;
        bool good;
        double value;
    } real[] = {
        {"0", true, 0},
        {"-1.5", true, -1.5},
        {"1e3", true, 1000},
        {"2.5E-1", true, 0.25},
        {"1e400", false, 0},
        {"nan", false, 0},
        {"inf", false, 0},
        {"-inf", false, 0},
        {"0x10", false, 0},
        {"1,5", false, 0},
        {".5", false, 0},
        {"5.", false, 0},
        {"1e", false, 0},
        {"1e+", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"%201", false, 0},
        {"1%20", false, 0},
        {"+1", false, 0},
        {"1000001", false, 0},
        {"-1000001", false, 0},
        {"0.00000000000000000000000000000000000000000000000000000000000000001", false, 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(whole); i++) {
        char text[80];
        struct record r;
        struct error e;
        uint64_t value = 99;
        snprintf(text, sizeof text, "v n=%s", whole[i].text);
        char *line = parse(&r, text, 0);
        int rc = record_u64(&r, "n", whole[i].min, whole[i].max, &value, &e);
        assert_int_equal(rc, whole[i].good ? 0 : -1);
        assert_true(value == (whole[i].good ? whole[i].value : 99));
        assert_int_equal(record_u64(&r, "absent", 0, 1, &value, &e), -1);
        assert_string_equal(e.text, "a record has no absent=");
        free(line);
    }
    for (size_t i = 0; i < COUNT(real); i++) {
        char text[120];
        struct record r;
        struct error e;
        double value = 99;
        snprintf(text, sizeof text, "v n=%s", real[i].text);
        char *line = parse(&r, text, 0);
        int rc = record_double(&r, "n", -1e6, 1e6, &value, &e);
        assert_int_equal(rc, real[i].good ? 0 : -1);
        assert_true(value == (real[i].good ? real[i].value : 99));
        assert_int_equal(record_double(&r, "absent", 0, 1, &value, &e), -1);
        free(line);
    }
}

/* What is written is read back, byte for byte. */
static void round_trip(void **state)
{
    char every[256];
    char buffer[2048];
    struct record_writer w;
    struct record r;
    struct error e;
    uint64_t u;
    double d;

    (void)state;
    for (int i = 0; i < 255; i++)
        every[i] = (char)(i + 1);
    every[255] = '\0';
    record_begin(&w, buffer, sizeof buffer, "result");
    record_add_text(&w, "every", every);
    record_add_text(&w, "empty", "");
    record_add_u64(&w, "big", UINT64_MAX);
    record_add_double(&w, "third", 1.0 / 3.0);
    record_add_double(&w, "nothing", NAN);
    record_add_double(&w, "endless", -INFINITY);
    record_add_double(&w, "tiny", 5e-324);
    long length = record_end(&w);
    assert_true(length > 0);
    assert_int_equal(buffer[length - 1], '\n');
    for (long i = 0; i < length - 1; i++)
        assert_true(buffer[i] >= 0x20 && buffer[i] < 0x7f);

    assert_int_equal(record_parse(&r, buffer, (size_t)length - 1, &e), 0);
    assert_string_equal(record_text(&r, "every"), every);
    assert_string_equal(record_text(&r, "empty"), "");
    assert_int_equal(record_u64(&r, "big", 0, UINT64_MAX, &u, &e), 0);
    assert_true(u == UINT64_MAX);
    assert_int_equal(record_double(&r, "third", 0, 1, &d, &e), 0);
    assert_true(d == 1.0 / 3.0);
    assert_int_equal(record_double(&r, "tiny", 0, 1, &d, &e), 0);
    assert_true(d == 5e-324);
    assert_null(record_text(&r, "nothing"));
    assert_null(record_text(&r, "endless"));
}

static void numbers_in_a_locale_with_a_comma(void **state)
{
    if (!setlocale(LC_ALL, "de_DE.UTF-8"))
        skip();
    round_trip(state);
    numbers(state);
    setlocale(LC_ALL, "C");
}

static void writer_stays_inside(void **state)
{
    char whole[64];
    struct record_writer w;
    (void)state;
    record_begin(&w, whole, sizeof whole, "note");
    record_add_text(&w, "text", "a b");
    long need = record_end(&w);
    assert_int_equal(need, (long)strlen("note text=a%20b\n"));
    for (size_t size = 0; size <= (size_t)need; size++) {
        char *buffer = malloc(size + 1);
        assert_non_null(buffer);
        buffer[size] = 'x';
        record_begin(&w, buffer, size, "note");
        record_add_text(&w, "text", "a b");
        assert_int_equal(record_end(&w), size < (size_t)need ? -1 : need);
        assert_int_equal(buffer[size], 'x');
        free(buffer);
    }
    char many[4096];
    record_begin(&w, many, sizeof many, "v");
    for (int i = 0; i <= PROTOCOL_FIELDS_MAX; i++) {
        char key[8];
        snprintf(key, sizeof key, "k%d", i);
        record_add_u64(&w, key, 1);
    }
    assert_int_equal(record_end(&w), -1);
}

static void feed(struct line_reader *r, const char *bytes, size_t length)
{
    char *where;
    assert_true(line_reader_room(r, &where) >= length);
    memcpy(where, bytes, length);
    line_reader_fed(r, length);
}

static void lines_however_they_are_cut(void **state)
{
    static const char stream[] = "one\ntwo\r\n\nthree and more\n\r\nrest";
    static const char *const expected[] = {"one", "two", "", "three and more", ""};
    (void)state;
    for (size_t step = 1; step <= sizeof stream; step++) {
        struct line_reader r;
        size_t seen = 0;
        assert_int_equal(line_reader_init(&r, 64), 0);
        for (size_t at = 0; at < sizeof stream - 1; at += step) {
            size_t n = sizeof stream - 1 - at < step ? sizeof stream - 1 - at : step;
            size_t length;
            char *line;
            feed(&r, stream + at, n);
            while ((line = line_reader_next(&r, &length)) != NULL) {
                assert_true(seen < COUNT(expected));
                assert_int_equal(length, strlen(expected[seen]));
                assert_string_equal(line, expected[seen]);
                seen++;
            }
        }
        assert_int_equal(seen, COUNT(expected));
        line_reader_release(&r);
    }
}

static void line_of_the_greatest_length(void **state)
{
    struct line_reader r;
    char *where;
    size_t length;
    (void)state;
    assert_int_equal(line_reader_init(&r, 8), 0);
    feed(&r, "1234567\n", 8);
    assert_string_equal(line_reader_next(&r, &length), "1234567");
    assert_null(line_reader_next(&r, &length));
    assert_int_equal(line_reader_room(&r, &where), 8);

    feed(&r, "12345678", 8);
    assert_null(line_reader_next(&r, &length));
    assert_int_equal(line_reader_room(&r, &where), 0);

    /* and how to go on after it */
    line_reader_skip(&r);
    assert_null(line_reader_next(&r, &length));
    for (int i = 0; i < 3; i++) {
        feed(&r, "abcdefgh", 8);
        assert_null(line_reader_next(&r, &length));
    }
    feed(&r, "z\nnext\n", 7);
    assert_string_equal(line_reader_next(&r, &length), "next");
    assert_null(line_reader_next(&r, &length));
    line_reader_release(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_records),
        cmocka_unit_test(refused_records),
        cmocka_unit_test(field_limit),
        cmocka_unit_test(numbers),
        cmocka_unit_test(round_trip),
        cmocka_unit_test(numbers_in_a_locale_with_a_comma),
        cmocka_unit_test(writer_stays_inside),
        cmocka_unit_test(lines_however_they_are_cut),
        cmocka_unit_test(line_of_the_greatest_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
