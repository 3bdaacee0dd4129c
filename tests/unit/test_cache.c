/* The cache: where it lies, what counts as whole, what goes. */
#include "config.h"

#include "unit.h"

#include "cache.h"
#include "fixture_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
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

static size_t files(const char *directory)
{
    size_t count = 0;
    DIR *d = opendir(directory);
    struct dirent *entry;
    assert_non_null(d);
    while ((entry = readdir(d)))
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(d);
    return count;
}

static void directory_of(char out[PATH_MAX])
{
    struct error e = {0};
    if (cache_directory(out, PATH_MAX, &e) < 0)
        fail_msg("%s", e.text);
}

static void make(const char *directory, const char *text, const char *data, size_t size,
                 char path[PATH_MAX])
{
    struct cache_writer w;
    struct error e = {0};
    char key[CACHE_KEY_SIZE];
    cache_key(text, key);
    assert_int_equal(cache_begin(&w, directory, &e), 0);
    assert_int_equal(cache_write(&w, data, size, &e), 0);
    assert_int_equal(cache_commit(&w, "thing", key, path, PATH_MAX, &e), 0);
}

static bool there(const char *directory, const char *text, char path[PATH_MAX])
{
    char key[CACHE_KEY_SIZE];
    cache_key(text, key);
    return cache_find(directory, "thing", key, path, PATH_MAX);
}

static void where(void **state)
{
    (void)state;
    char directory[PATH_MAX], expected[PATH_MAX], deep[PATH_MAX];
    struct stat st;
    struct error e = {0};
    directory_of(directory);
    snprintf(expected, sizeof expected, "%s/vmtax", home);
    assert_string_equal(directory, expected);
    assert_int_equal(stat(directory, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    directory_of(directory); /* again */

    snprintf(deep, sizeof deep, "%s/a/b", home);
    setenv("XDG_CACHE_HOME", deep, 1);
    directory_of(directory);
    snprintf(expected, sizeof expected, "%s/vmtax", deep);
    assert_string_equal(directory, expected);

    /* A relative path does not count, as the XDG specification says. */
    char *old = getenv("HOME") ? strdup(getenv("HOME")) : NULL;
    setenv("XDG_CACHE_HOME", "cache", 1);
    setenv("HOME", home, 1);
    directory_of(directory);
    snprintf(expected, sizeof expected, "%s/.cache/vmtax", home);
    assert_string_equal(directory, expected);
    if (old)
        setenv("HOME", old, 1);
    free(old);

    assert_int_equal(chmod(directory, 0770), 0);
    snprintf(deep, sizeof deep, "%s/.cache", home);
    setenv("XDG_CACHE_HOME", deep, 1);
    assert_int_equal(cache_directory(directory, sizeof directory, &e), -1);
    assert_non_null(strstr(e.text, "chmod 700"));
}

static void whole_only(void **state)
{
    (void)state;
    char directory[PATH_MAX], path[PATH_MAX], found[PATH_MAX];
    static char data[200003];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (char)(i * 7 + i / 251);
    directory_of(directory);
    assert_false(there(directory, "a", found));
    make(directory, "a", data, sizeof data, path);
    assert_true(there(directory, "a", found));
    assert_string_equal(path, found);
    assert_false(there(directory, "b", found));
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0644); /* who is given one may open it again */
    assert_int_equal(st.st_size, sizeof data);

    /* Every way of being damaged; afterwards it is gone. */
    static const off_t places[] = {0, 65535, 65536, 131071, 200000, 200001, 200002};
    for (size_t i = 0; i < sizeof places / sizeof *places + 3; i++) {
        int fd = open(path, O_RDWR);
        assert_true(fd >= 0);
        char byte = 0;
        if (i < sizeof places / sizeof *places) {
            assert_int_equal(pread(fd, &byte, 1, places[i]), 1);
            byte = (char)(byte ^ 0x10);
            assert_int_equal(pwrite(fd, &byte, 1, places[i]), 1);
        } else {
            static const off_t sizes[] = {0, sizeof data - 1, sizeof data + 1};
            assert_int_equal(ftruncate(fd, sizes[i - sizeof places / sizeof *places]), 0);
        }
        close(fd);
        assert_false(there(directory, "a", found));
        assert_int_equal(access(path, F_OK), -1);
        make(directory, "a", data, sizeof data, path);
        assert_true(there(directory, "a", found));
    }
    /* A link is not followed, and a name that says nothing is no entry. */
    char other[PATH_MAX + 16];
    snprintf(other, sizeof other, "%s/away", home);
    assert_int_equal(rename(path, other), 0);
    assert_int_equal(symlink(other, path), 0);
    assert_false(there(directory, "a", found));
    assert_int_equal(access(other, F_OK), 0);
    assert_int_equal(files(directory), 0);
}

static void empty_and_small(void **state)
{
    (void)state;
    char directory[PATH_MAX], path[PATH_MAX], found[PATH_MAX];
    directory_of(directory);
    for (size_t n = 0; n < 18; n++) {
        make(directory, "n", "0123456789abcdefgh", n, path);
        assert_true(there(directory, "n", found));
    }
}

static void aborted(void **state)
{
    (void)state;
    char directory[PATH_MAX];
    struct cache_writer w;
    struct error e = {0};
    directory_of(directory);
    assert_int_equal(cache_begin(&w, directory, &e), 0);
    assert_int_equal(cache_write(&w, "x", 1, &e), 0);
    assert_int_equal(files(directory), 1);
    cache_abort(&w);
    cache_abort(&w);
    assert_int_equal(files(directory), 0);
    assert_int_equal(cache_begin(&w, "/nonexistent/vmtax", &e), -1);
}

static void age(const char *path, time_t seconds)
{
    struct timespec times[2] = {{.tv_sec = time(NULL) - seconds}, {.tv_sec = time(NULL) - seconds}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void old_ones_go(void **state)
{
    (void)state;
    char directory[PATH_MAX], path[PATH_MAX], found[PATH_MAX], left[PATH_MAX + 32];
    directory_of(directory);
    static const char *const keys[] = {"0", "1", "2", "3"};
    for (size_t i = 0; i < 4; i++) {
        make(directory, keys[i], "data", 4, path);
        age(path, 1000 - 10 * (time_t)i);
    }
    assert_true(there(directory, "0", found)); /* used just now */
    snprintf(left, sizeof left, "%s/.vmtax-0123456789abcdef.tmp", directory);
    int other = open(left, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(flock(other, LOCK_EX), 0); /* somebody writes it */
    snprintf(left, sizeof left, "%s/.vmtax-fedcba9876543210.tmp", directory);
    close(open(left, O_WRONLY | O_CREAT, 0600));
    snprintf(left, sizeof left, "%s/things-not-ours", directory);
    close(open(left, O_WRONLY | O_CREAT, 0600));
    make(directory, "4", "data", 4, path);
    assert_true(there(directory, "0", found));
    assert_false(there(directory, "1", found));
    assert_true(there(directory, "2", found));
    assert_true(there(directory, "3", found));
    assert_true(there(directory, "4", found));
    assert_int_equal(files(directory), 4 + 2);
    close(other);
}

/* What was used before the clock was set back, and not since, makes room for what is made now. */
static void a_clock_that_was_set_back(void **state)
{
    (void)state;
    static const char *const keys[] = {"0", "1", "2", "3", "4", "5"};
    char directory[PATH_MAX], path[PATH_MAX], found[PATH_MAX];
    directory_of(directory);
    for (size_t i = 0; i < 3; i++) {
        make(directory, keys[i], "data", 4, path);
        age(path, -86400 - (time_t)i);
    }
    assert_true(there(directory, "2", found)); /* is used, so it is of now */
    for (size_t i = 3; i < 6; i++)
        make(directory, keys[i], "data", 4, path);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(there(directory, keys[i], found), i >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(where, set_up, tear_down),
        cmocka_unit_test_setup_teardown(whole_only, set_up, tear_down),
        cmocka_unit_test_setup_teardown(empty_and_small, set_up, tear_down),
        cmocka_unit_test_setup_teardown(aborted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(old_ones_go, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_clock_that_was_set_back, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
