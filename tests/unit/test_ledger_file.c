/* The lines of a ledger on disk: what was written is read again, and what was damaged, cut off, or
 * is none of the run's is not. */
#include "config.h"

#include "unit.h"

#include "fixture_files.h"
#include "target/ledger_file.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char run[64], path[96];

static int set_up(void **state)
{
    (void)state;
    fixture_private(run, sizeof run);
    snprintf(path, sizeof path, "%s/ledger", run);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    return fixture_remove(run);
}

static int opened(int flags)
{
    int fd = open(path, flags | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    return fd;
}

/* Three promises, of which the first was undone. */
static void write_three(void)
{
    int fd = opened(O_WRONLY | O_APPEND);
    assert_int_equal(ledger_file_begin(fd), 0);
    assert_int_equal(ledger_file_promise(fd, 0, LEDGER_DIRECTORY, "/tmp/vmtax-one"), 0);
    assert_int_equal(ledger_file_promise(fd, 1, LEDGER_PROCESS, "77 12345"), 0);
    assert_int_equal(ledger_file_promise(fd, 2, LEDGER_LINK, "vmtax7"), 0);
    assert_int_equal(ledger_file_done(fd, 0), 0);
    close(fd);
}

static struct ledger_file reading(void)
{
    struct ledger_file f;
    int fd = opened(O_RDONLY);
    ledger_file_read(&f, fd, run);
    close(fd);
    return f;
}

static void what_was_written_is_read(void **state)
{
    (void)state;
    write_three();
    struct ledger_file f = reading();
    assert_int_equal(f.count, 3);
    assert_null(f.promises[0].argument);
    assert_int_equal(f.promises[1].number, 1);
    assert_int_equal(f.promises[1].kind, LEDGER_PROCESS);
    assert_string_equal(f.promises[1].argument, "77 12345");
    assert_int_equal(f.promises[2].kind, LEDGER_LINK);
    assert_string_equal(f.promises[2].argument, "vmtax7");
    assert_true(f.numbers_hold);
    assert_false(f.told);
    ledger_file_release(&f);
    int fd = opened(O_WRONLY | O_APPEND);
    assert_int_equal(ledger_file_told(fd), 0);
    close(fd);
    f = reading();
    assert_int_equal(f.count, 3);
    assert_true(f.told);
    ledger_file_release(&f);
}

/* Each byte in turn, but for the blank behind the sum: its line is not read, and every other one
 * is. */
static void a_damaged_line_is_skipped(void **state)
{
    (void)state;
    write_three();
    char *text = fixture_slurp(path);
    size_t size = strlen(text), line = 0, begun = 0;
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\n') {
            line++;
            begun = i + 1;
        }
        if (text[i] == '\n' || i == begun + 16)
            continue;
        text[i] ^= 1;
        fixture_file(path, text, size);
        text[i] ^= 1;
        struct ledger_file f = reading();
        bool promise = line > 0 && line < 4;
        assert_int_equal(f.count, promise ? 2 : 3);
        assert_int_equal(f.numbers_hold, line != 0);
        assert_true(line != 4 || f.promises[0].argument); /* it was not said to be done */
        ledger_file_release(&f);
    }
    /* A last line without its end was not written whole. */
    fixture_file(path, text, size - 1);
    struct ledger_file f = reading();
    assert_non_null(f.promises[0].argument);
    ledger_file_release(&f);
    free(text);
}

/* FNV-1a, by its definition. */
static void put_line(FILE *f, const char *text)
{
    uint64_t sum = UINT64_C(14695981039346656037);
    for (const char *c = text; *c; c++)
        sum = (sum ^ (unsigned char)*c) * UINT64_C(1099511628211);
    fprintf(f, "%016" PRIx64 " %s\n", sum, text);
}

static void what_another_wrote_is_looked_at(void **state)
{
    (void)state;
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    put_line(f, "vmtax-ledger-1 another-boot pid:[1]");
    put_line(f, "0 file /etc/passwd");
    char out[160];
    snprintf(out, sizeof out, "1 file %s/../passwd", run);
    put_line(f, out);
    put_line(f, "2 nothing /tmp/vmtax-x");
    put_line(f, "3 file /tmp/vmtax-x");
    fclose(f);
    struct ledger_file l = reading();
    assert_false(l.numbers_hold);
    assert_int_equal(l.count, 1);
    assert_int_equal(l.promises[0].number, 3);
    ledger_file_release(&l);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(what_was_written_is_read),
        TEST(a_damaged_line_is_skipped),
        TEST(what_another_wrote_is_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
