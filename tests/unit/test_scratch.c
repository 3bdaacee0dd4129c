/* What dead runs leave where disk workloads write: removed, and nothing else is. */
#include <config.h>

#include "unit.h"

#include "fixture_files.h"
#include "scratch.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char home[256], path_text[600];

static const char *in_home(const char *prefix, int number, const char *suffix)
{
    snprintf(path_text, sizeof path_text, "%s/%s%d%s", home, prefix, number, suffix);
    return path_text;
}

static bool exists(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

/* A number that was a process's a moment ago. */
static int dead(void)
{
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    assert_true(child > 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    return (int)child;
}

static void touch(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
}

static void what_a_dead_run_left_is_removed(void **state)
{
    (void)state;
    int owner = dead();
    assert_int_equal(mkdir(in_home("vmtax-", owner, ""), 0700), 0);
    touch(in_home("vmtax-", owner, "/file"));
    assert_int_equal(scratch_sweep(home, 60), 0); /* too young: its lock may be about to come */
    assert_true(exists(in_home("vmtax-", owner, "/file")));
    assert_int_equal(scratch_sweep(home, 0), 1);
    assert_false(exists(in_home("vmtax-", owner, "")));
}

/* The clock was set back since, so that it is dated in the future: it must not stay until then. */
static void what_is_dated_in_the_future_is_removed(void **state)
{
    (void)state;
    static const struct {
        int ahead_s;
        size_t removed;
    } cases[] = {{30, 0}, {7200, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = in_home("vmtax-", dead(), "");
        struct timespec times[2] = {{.tv_sec = time(NULL) + cases[i].ahead_s},
                                    {.tv_sec = time(NULL) + cases[i].ahead_s}};
        assert_int_equal(mkdir(path, 0700), 0);
        assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
        assert_int_equal(scratch_sweep(home, 60), cases[i].removed);
        assert_int_equal(exists(path), !cases[i].removed);
    }
}

static void all_else_stays(void **state)
{
    (void)state;
    int owner = dead(), other = dead(), open_one = dead();
    char elsewhere[600];
    /* Of one that lives, by its number or, in another pid namespace, by its lock. */
    assert_int_equal(mkdir(in_home("vmtax-", (int)getpid(), ""), 0700), 0);
    assert_int_equal(mkdir(in_home("vmtax-", owner, ""), 0700), 0);
    int lock = open(in_home("vmtax-", owner, ""), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(flock(lock, LOCK_EX), 0);
    /* A link, and names and rights that are not ours. */
    assert_int_equal(mkdir(in_home("elsewhere", 1, ""), 0700), 0);
    touch(in_home("elsewhere", 1, "/file"));
    snprintf(elsewhere, sizeof elsewhere, "%s", in_home("elsewhere", 1, ""));
    assert_int_equal(symlink(elsewhere, in_home("vmtax-", other, "")), 0);
    assert_int_equal(mkdir(in_home("vmtax-", other, "x"), 0700), 0);
    assert_int_equal(mkdir(in_home("vmtax-0", other, ""), 0700), 0);
    assert_int_equal(mkdir(in_home("vmtax-", open_one, ""), 0700), 0);
    assert_int_equal(chmod(in_home("vmtax-", open_one, ""), 0755), 0);
    assert_int_equal(scratch_sweep(home, 0), 0);
    assert_true(exists(in_home("vmtax-", (int)getpid(), "")));
    assert_true(exists(in_home("vmtax-", owner, "")));
    assert_true(exists(in_home("elsewhere", 1, "/file")));
    assert_true(exists(in_home("vmtax-", other, "")));
    assert_true(exists(in_home("vmtax-", other, "x")));
    assert_true(exists(in_home("vmtax-0", other, "")));
    assert_true(exists(in_home("vmtax-", open_one, "")));
    close(lock);
    assert_int_equal(scratch_sweep(home, 0), 1); /* the lock was what kept it */
    assert_false(exists(in_home("vmtax-", owner, "")));
    assert_int_equal(scratch_sweep("/nowhere/at/all", 0), 0);
}

/* Somebody has made what would be ours: of another pid namespace, or to have us write where a link
 * leads. Nothing is written there, and nothing is removed with the run. */
static void what_is_there_is_not_taken(void **state)
{
    (void)state;
    struct scratch s;
    struct error e = {0};
    size_t swept;
    char elsewhere[600], runtime[600];
    snprintf(runtime, sizeof runtime, "%s/run", home);
    assert_int_equal(mkdir(runtime, 0700), 0);
    setenv("XDG_RUNTIME_DIR", runtime, 1);
    for (int is_link = 0; is_link < 2; is_link++) {
        snprintf(elsewhere, sizeof elsewhere, "%s", in_home("elsewhere", is_link, ""));
        assert_int_equal(mkdir(elsewhere, 0700), 0);
        const char *ours = in_home("vmtax-", (int)getpid(), "");
        assert_int_equal(is_link ? symlink(elsewhere, ours) : mkdir(ours, 0700), 0);
        touch(in_home("vmtax-", (int)getpid(), "/file"));
        struct ledger *l = ledger_open(&swept, &e);
        if (!l)
            fail_msg("%s", e.text);
        assert_int_equal(scratch_make(home, l, &s, &e), -1);
        assert_non_null(strstr(e.text, "File exists"));
        ledger_close(l);
        assert_true(exists(in_home("vmtax-", (int)getpid(), "/file")));
        assert_int_equal(unlink(in_home("vmtax-", (int)getpid(), "/file")), 0);
        assert_int_equal(remove(in_home("vmtax-", (int)getpid(), "")), 0);
    }
    unsetenv("XDG_RUNTIME_DIR");
}

static int begin(void **state)
{
    (void)state;
    fixture_home(home, sizeof home);
    return 0;
}

static int end(void **state)
{
    (void)state;
    fixture_remove(home);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_a_dead_run_left_is_removed, begin, end),
        cmocka_unit_test_setup_teardown(what_is_dated_in_the_future_is_removed, begin, end),
        cmocka_unit_test_setup_teardown(all_else_stays, begin, end),
        cmocka_unit_test_setup_teardown(what_is_there_is_not_taken, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
