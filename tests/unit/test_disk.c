/* The scratch disk of a virtual machine: made with the real mke2fs, or not at all. */
#include <config.h>

#include "target/disk.h"

#include "target/ledger.h"
#include "unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define MIB (UINT64_C(1) << 20)

static char place[64], image[96];
static struct ledger *ledger;

static int begin(void **state)
{
    (void)state;
    struct error e;
    snprintf(place, sizeof place, "/var/tmp/vmtax-test-XXXXXX");
    if (!mkdtemp(place))
        return -1;
    snprintf(image, sizeof image, "%s/vmtax-disk-1.img", place);
    setenv("XDG_RUNTIME_DIR", place, 1);
    ledger = ledger_open(NULL, &e);
    return ledger ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    char below[96];
    ledger_close(ledger);
    unlink(image);
    snprintf(below, sizeof below, "%s/vmtax", place);
    rmdir(below);
    return rmdir(place);
}

static bool have_mke2fs(void)
{
    return access("/usr/sbin/mke2fs", X_OK) == 0 || access("/sbin/mke2fs", X_OK) == 0 ||
           access("/usr/bin/mke2fs", X_OK) == 0;
}

/* Nothing but the ledger's directory is left. */
static bool nothing_left(void)
{
    size_t count = 0;
    DIR *d = opendir(place);
    assert_non_null(d);
    for (struct dirent *at; (at = readdir(d)) != NULL;)
        count += at->d_name[0] != '.' && strcmp(at->d_name, "vmtax") != 0;
    closedir(d);
    return count == 0;
}

static void refused(const char *path, uint64_t bytes, const char *words)
{
    struct error e = {0};
    assert_int_equal(disk_make(path, bytes, NULL, ledger, -1, &e), -1);
    if (!strstr(e.text, words))
        fail_msg("not said: %s; but: %s", words, e.text);
    assert_true(nothing_left());
}

static void made(void **state)
{
    (void)state;
    const uint64_t bytes = 24 * MIB;
    struct error e = {0};
    if (!have_mke2fs())
        skip();
    if (disk_make(image, bytes, NULL, ledger, -1, &e) < 0)
        fail_msg("%s", e.text);
    struct stat st;
    assert_int_equal(lstat(image, &st), 0);
    assert_true(S_ISREG(st.st_mode));
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(st.st_size, bytes);
    /* Allocated, whatever the file system made by mke2fs left alone. */
    assert_true((uint64_t)st.st_blocks * 512 >= bytes);

    int fd = open(image, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    unsigned char magic[2] = {0};
    assert_int_equal(pread(fd, magic, 2, 1024 + 56), 2);
    assert_true(magic[0] == 0x53 && magic[1] == 0xef);
    /* And written, with data that differ: most pages are no zeros, nor like the one before. (Some
     * are the file system's own.) */
    static unsigned char page[4096];
    uint64_t before = 0;
    size_t written = 0;
    for (uint64_t at = 0; at < bytes; at += sizeof page) {
        uint64_t word;
        assert_int_equal(pread(fd, page, sizeof page, (off_t)at), sizeof page);
        memcpy(&word, page + 2048, sizeof word);
        written += word != 0 && word != before;
        before = word;
    }
    close(fd);
    assert_true(written > 24 * 256 / 2);

    /* What is there already is not overwritten, and not removed. */
    assert_int_equal(disk_make(image, bytes, NULL, ledger, -1, &e), -1);
    assert_non_null(strstr(e.text, "could not be made"));
    assert_int_equal(stat(image, &st), 0);
    assert_int_equal(st.st_size, bytes);
    assert_int_equal(unlink(image), 0);
}

/* Nothing of it is left. */
static void interrupted(void **state)
{
    struct error e = {0};
    struct stat st;
    int ends[2];
    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "", 1), 1);
    assert_int_equal(disk_make(image, 16 * MIB, NULL, ledger, ends[0], &e), -1);
    assert_int_equal(e.kind, ERROR_INTERRUPTED);
    assert_int_equal(lstat(image, &st), -1);
    close(ends[0]);
    close(ends[1]);
}

static void no_space(void **state)
{
    (void)state;
    refused(image, UINT64_C(1) << 55, "make room there, or name another place with --scratch DIR");
    refused(image, UINT64_C(1) << 55, "34359738368 MiB");
    refused(image, UINT64_C(1) << 55, place);
}

/* The kernel itself says no in the middle. */
static void no_space_after_all(void **state)
{
    (void)state;
    struct rlimit before, now;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    now = before;
    now.rlim_cur = 4 * MIB;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &now), 0);
    struct error e = {0};
    int rc = disk_make(image, 16 * MIB, NULL, ledger, -1, &e);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(rc, -1);
    assert_non_null(strstr(e.text, "no 16 MiB for the scratch disk"));
    assert_true(nothing_left());
}

static void no_place(void **state)
{
    (void)state;
    char path[128];
    struct error e = {0};
    snprintf(path, sizeof path, "%s/nosuch/vmtax-disk-1.img", place);
    refused(path, MIB, "nosuch");
    assert_int_equal(disk_make("vmtax-disk-1.img", MIB, NULL, ledger, -1, &e), -1);
    assert_non_null(strstr(e.text, "no place"));
    /* A link would lead elsewhere. */
    snprintf(path, sizeof path, "%s/elsewhere", place);
    assert_int_equal(symlink(path, image), 0);
    assert_int_equal(disk_make(image, MIB, NULL, ledger, -1, &e), -1);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(unlink(image), 0);
}

/* mke2fs has the last word: its sentence comes with the error. */
static void too_small_for_a_file_system(void **state)
{
    (void)state;
    if (!have_mke2fs())
        skip();
    refused(image, 8192, "mke2fs");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(made, begin, end),
        cmocka_unit_test_setup_teardown(interrupted, begin, end),
        cmocka_unit_test_setup_teardown(no_space, begin, end),
        cmocka_unit_test_setup_teardown(no_space_after_all, begin, end),
        cmocka_unit_test_setup_teardown(no_place, begin, end),
        cmocka_unit_test_setup_teardown(too_small_for_a_file_system, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
