/* The kernel's sources: found, trimmed, packed, and unpacked without a way out. */
#include <config.h>

#include "tests/unit/fixture_files.h"
#include "tests/unit/unit.h"

#include "tree.h"
#include "workloads/kbuild/tar.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char home[64];

static int set_up(void **state)
{
    (void)state;
    return fixture_cache(home, sizeof home);
}

static int tear_down(void **state)
{
    (void)state;
    return fixture_cache_remove(home);
}

static void the_newest_is_found(void **state)
{
    (void)state;
    char path[PATH_MAX], wanted[PATH_MAX];
    struct error e = {0};
    assert_int_equal(tree_find(home, path, sizeof path, &e), -1);
    assert_non_null(strstr(e.text, "apt install linux-source"));
    fixture_put(home, "linux-source-6.1.tar.xz", "");
    fixture_put(home, "linux-source-6.12.tar.xz", "");
    fixture_put(home, "linux-source-6.9.tar.xz.part", "");
    assert_int_equal(tree_find(home, path, sizeof path, &e), 0);
    snprintf(wanted, sizeof wanted, "%s/linux-source-6.12.tar.xz", home);
    assert_string_equal(path, wanted);
}

static void a_wrong_tree_is_named(void **state)
{
    (void)state;
    struct error e = {0};
    assert_int_equal(tree_check("/nowhere/at/all", &e), -1);
    assert_non_null(strstr(e.text, "--tree /nowhere"));
    assert_int_equal(tree_check(home, &e), -1);
    assert_non_null(strstr(e.text, "no Makefile"));
    fixture_put(home, "Makefile", "");
    fixture_put(home, "Kconfig", "");
    assert_int_equal(tree_check(home, &e), 0);
}

static void what_is_needed_stays(void **state)
{
    (void)state;
    assert_true(tree_wants("kernel/fork.c"));
    assert_true(tree_wants("arch/x86/kernel/head_32.S"));
    assert_true(tree_wants("drivers/gpu/drm/Kconfig"));
    assert_true(tree_wants("drivers/rtc/lib.c")); /* on x86 without modules, too */
    assert_true(tree_wants("fs/open.c"));
    assert_false(tree_wants("fs/xfs/xfs_log.c"));
    assert_false(tree_wants("drivers/gpu/drm/drm_file.c"));
}

/* Packs a small tree and gives the archive. */
static int packed(char *archive, size_t size)
{
    struct error e = {0};
    char path[PATH_MAX];
    fixture_put(home, "t/Makefile", "all:\n");
    fixture_put(home, "t/Kconfig", "");
    fixture_put(home, "t/lib/a.c", "int a;\n");
    snprintf(path, sizeof path, "%s/t", home);
    assert_int_equal(tree_make(path, -1, archive, size, NULL, &e), 0);
    return open(archive, O_RDWR);
}

static int destination(void)
{
    char path[PATH_MAX];
    fixture_directory(home, "out");
    snprintf(path, sizeof path, "%s/out", home);
    return open(path, O_RDONLY | O_DIRECTORY);
}

static void packed_is_unpacked(void **state)
{
    (void)state;
    char archive[PATH_MAX], again[PATH_MAX], text[16] = "";
    struct error e = {0};
    uint64_t files = 0;
    int fd = packed(archive, sizeof archive), directory = destination();
    assert_int_equal(tar_unpack(fd, directory, &files, &e), 0);
    assert_int_equal(files, 3);
    int file = openat(directory, "lib/a.c", O_RDONLY);
    assert_int_equal(read(file, text, sizeof text), 7);
    assert_string_equal(text, "int a;\n");
    close(file);
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/t", home);
    assert_int_equal(tree_make(path, -1, again, sizeof again, NULL, &e), 0);
    assert_string_equal(again, archive); /* from the cache */
    close(directory);
    close(fd);
}

/* Changes the first header and sets its checksum right again. */
static void forge(int fd, size_t at, const char *bytes, size_t size)
{
    unsigned char block[512];
    unsigned sum = 0;
    assert_int_equal(pread(fd, block, sizeof block, 0), sizeof block);
    memcpy(block + at, bytes, size);
    memset(block + 148, ' ', 8);
    for (size_t i = 0; i < sizeof block; i++)
        sum += block[i];
    snprintf((char *)block + 148, 8, "%06o", sum);
    assert_int_equal(pwrite(fd, block, sizeof block, 0), sizeof block);
}

static void hostile_archives_are_refused(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        const char *bytes;
        size_t size;
        const char *says;
    } cases[] = {
        {0, "../x", 5, "leads out"},       {0, "/tmp/x", 7, "leads out"},
        {0, "a/../../x", 10, "leads out"}, {156, "2", 1, "no file"},
        {156, "3", 1, "no file"},          {124, "77777777777", 12, "too large"},
        {124, "x", 1, "damaged"},
    };
    char archive[PATH_MAX];
    unsigned char original[512];
    int fd = packed(archive, sizeof archive), directory = destination();
    assert_int_equal(pread(fd, original, sizeof original, 0), sizeof original);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error e = {0};
        assert_int_equal(pwrite(fd, original, sizeof original, 0), sizeof original);
        forge(fd, cases[i].at, cases[i].bytes, cases[i].size);
        lseek(fd, 0, SEEK_SET);
        assert_int_equal(tar_unpack(fd, directory, NULL, &e), -1);
        assert_non_null(strstr(e.text, cases[i].says));
    }
    struct error e = {0};
    assert_int_equal(pwrite(fd, "x", 1, 0), 1); /* the checksum is wrong now */
    lseek(fd, 0, SEEK_SET);
    assert_int_equal(tar_unpack(fd, directory, NULL, &e), -1);
    assert_int_equal(pwrite(fd, original, sizeof original, 0), sizeof original);
    assert_int_equal(ftruncate(fd, 600), 0);
    lseek(fd, 0, SEEK_SET);
    assert_int_equal(tar_unpack(fd, directory, NULL, &e), -1);
    assert_non_null(strstr(e.text, "too early"));
    close(directory);
    close(fd);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_newest_is_found), TEST(a_wrong_tree_is_named),        TEST(what_is_needed_stays),
        TEST(packed_is_unpacked),  TEST(hostile_archives_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
