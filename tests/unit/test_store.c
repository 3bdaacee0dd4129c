/* Results on disk: files stay whole, whatever is wrong with the disk, the names or other files. */
#include <config.h>

#include "unit.h"

#include "fixture.h"
#include "fixture_files.h"
#include "same_result.h"
#include "store.h"
#include "text.h"
#include "xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

struct home {
    char path[64];
};

static int set_up(void **state)
{
    struct home *h = xcalloc(1, sizeof *h);
    fixture_home(h->path, sizeof h->path);
    *state = h;
    return 0;
}

static int tear_down(void **state)
{
    struct home *h = *state;
    fixture_remove(h->path);
    free(h);
    return 0;
}

static void test_save_and_load(void **state)
{
    struct home *h = *state;
    struct result a, b;
    struct error e;
    struct stat st;
    char path[STORE_PATH_MAX], second[STORE_PATH_MAX];
    fixture_result(&a);
    result_init(&b);
    if (store_save_result(&a, path, sizeof path, &e) < 0)
        fail_msg("%s", e.text);
    char *wanted = xasprintf("%s/.local/state/vmtax/results/20261122T101824Z-quick.json", h->path);
    assert_string_equal(path, wanted);
    free(wanted);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(store_load(&b, path, &e), 0);
    assert_same_result(&a, &b);
    /* Another of the same second gets another name. */
    assert_int_equal(store_save_result(&a, second, sizeof second, &e), 0);
    assert_string_not_equal(path, second);
    result_release(&a);
    result_release(&b);
}

static void test_xdg(void **state)
{
    struct home *h = *state;
    char path[STORE_PATH_MAX];
    struct error e;
    setenv("XDG_STATE_HOME", "relative/path", 1);
    assert_int_equal(store_directory(STORE_RESULTS, path, sizeof path, &e), 0);
    assert_non_null(strstr(path, "/.local/state/vmtax/results"));
    setenv("XDG_STATE_HOME", "", 1);
    assert_int_equal(store_directory(STORE_RESULTS, path, sizeof path, &e), 0);
    assert_non_null(strstr(path, h->path));
    setenv("XDG_STATE_HOME", "/var/empty/state", 1);
    assert_int_equal(store_directory(STORE_BASELINES, path, sizeof path, &e), 0);
    assert_string_equal(path, "/var/empty/state/vmtax/baselines");
    unsetenv("XDG_STATE_HOME");
    unsetenv("HOME"); /* the password file answers */
    if (store_directory(STORE_RESULTS, path, sizeof path, &e) == 0)
        assert_int_equal(path[0], '/');
    else
        assert_non_null(strstr(e.text, "HOME"));
    char *longer = xcalloc(1, 1000);
    memset(longer, 'x', 900);
    longer[0] = '/';
    setenv("XDG_STATE_HOME", longer, 1);
    assert_int_equal(store_directory(STORE_RESULTS, path, sizeof path, &e), -1);
    assert_non_null(strstr(e.text, "too long"));
    free(longer);
    unsetenv("XDG_STATE_HOME");
    setenv("HOME", h->path, 1);
}

static void spoil(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void test_damaged_files(void **state)
{
    struct home *h = *state;
    struct result r, b;
    struct error e;
    char path[STORE_PATH_MAX];
    fixture_result(&r);
    result_init(&b);
    assert_int_equal(store_save_result(&r, path, sizeof path, &e), 0);
    spoil(path, "{\n\"schema\": \"vmtax.result/1\",\n\"started\": oops }\n");
    assert_int_equal(store_load(&b, path, &e), -1);
    assert_int_equal(e.kind, ERROR_DATA);
    assert_non_null(strstr(e.text, "line 3, byte"));
    assert_non_null(strstr(e.text, ".json.damaged"));
    assert_int_equal(access(path, F_OK), -1);
    char *aside = xasprintf("%s.damaged", path);
    assert_int_equal(access(aside, F_OK), 0);
    free(aside);
    /* What the user named elsewhere stays where it is. */
    char *mine = xasprintf("%s/mine.json", h->path);
    spoil(mine, "[]");
    assert_int_equal(store_load(&b, mine, &e), -1);
    assert_int_equal(access(mine, F_OK), 0);
    /* In the store, too, if it is none of vmtax's. */
    struct store_entry *entries;
    size_t count;
    char *notes = xasprintf("%.*s/notes.json", (int)(strrchr(path, '/') - path), path);
    spoil(notes, "{\"mine\": 1}");
    assert_false(store_is_own(notes));
    assert_true(store_is_own(path));
    assert_int_equal(store_relist(STORE_RESULTS, &entries, &count, &e), 0);
    free(entries);
    assert_int_equal(access(notes, F_OK), 0);
    unlink(notes);
    free(notes);
    /* A file of a later version is not damaged. */
    spoil(path, "{\"schema\": \"vmtax.result/9\"}");
    assert_int_equal(store_load(&b, path, &e), -1);
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(store_load(&b, h->path, &e), -1);
    assert_non_null(strstr(e.text, "is not a file"));
    assert_int_equal(store_load(&b, "/nowhere/at/all.json", &e), -1);
    assert_non_null(strstr(e.text, "/nowhere/at/all.json"));
    /* Too large: a hole is enough. */
    assert_int_equal(truncate(mine, (off_t)STORE_FILE_MAX + 1), 0);
    assert_int_equal(store_load(&b, mine, &e), -1);
    assert_non_null(strstr(e.text, "larger than 64 MiB"));
    free(mine);
    result_release(&r);
}

/* A state directory that is a link is followed. */
static void test_links(void **state)
{
    struct home *h = *state;
    struct result r, b;
    struct error e;
    fixture_result(&r);
    result_init(&b);
    char *elsewhere = xasprintf("%s/elsewhere", h->path);
    char *state_link = xasprintf("%s/state", h->path);
    char path[STORE_PATH_MAX];
    assert_int_equal(mkdir(elsewhere, 0700), 0);
    assert_int_equal(symlink(elsewhere, state_link), 0);
    setenv("XDG_STATE_HOME", state_link, 1);
    assert_int_equal(store_save_result(&r, path, sizeof path, &e), 0);
    char *through = xasprintf("%s/vmtax/results/20261122T101824Z-quick.json", elsewhere);
    assert_int_equal(access(through, F_OK), 0);
    spoil(path, "{");
    assert_int_equal(store_load(&b, path, &e), -1);
    assert_int_equal(access(through, F_OK), -1); /* set aside through the link too */
    unsetenv("XDG_STATE_HOME");
    free(elsewhere);
    free(state_link);
    free(through);
    result_release(&r);
    result_release(&b);
}

/* A full disk, by the size limit of a process: what is stored stays, no temporary file is left. */
static void test_no_space(void **state)
{
    struct home *h = *state;
    struct result r;
    struct error e;
    struct rlimit old, small;
    char path[STORE_PATH_MAX], out[STORE_PATH_MAX], directory[STORE_PATH_MAX];
    fixture_result(&r);
    assert_int_equal(store_save_result(&r, path, sizeof path, &e), 0);
    char *before = fixture_slurp(path);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small = old;
    small.rlim_cur = 100;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    int status = store_save_result(&r, out, sizeof out, &e);
    setrlimit(RLIMIT_FSIZE, &old);
    assert_int_equal(status, -1);
    assert_non_null(strstr(e.text, path)); /* where it would have been, were the name free */
    assert_non_null(strstr(e.text, "nothing was changed"));
    char *after = fixture_slurp(path);
    assert_string_equal(before, after);
    free(before);
    free(after);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(store_directory(STORE_RESULTS, directory, sizeof directory, &e), 0);
    assert_int_equal(rmdir(directory), 0); /* nothing else is there */
    fixture_remove(h->path);
    /* A file where a directory is needed. */
    spoil(h->path, "in the way");
    assert_int_equal(store_save_result(&r, out, sizeof out, &e), -1);
    assert_non_null(strstr(e.text, h->path));
    result_release(&r);
}

/* What a vmtax that was killed while it wrote left behind goes with the next that stores something;
 * what another is writing just now, and what only has such a name, stays. */
static void test_left_temporary_files(void **state)
{
    struct home *h = *state;
    static const char *const files[] = {".vmtax-0123456789abcdef.tmp",
                                        ".vmtax-00000000000000aa.tmp", ".vmtax-notes", "kept.tmp"};
    char directory[STORE_PATH_MAX], path[STORE_PATH_MAX], at[STORE_PATH_MAX + 64];
    struct result r;
    struct error e;
    snprintf(directory, sizeof directory, "%s/.local/state/vmtax/results", h->path);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        fixture_put(directory, files[i], "{");
    snprintf(at, sizeof at, "%s/.vmtax-aaaaaaaaaaaaaaaa.tmp", directory);
    assert_int_equal(symlink("kept.tmp", at), 0);
    snprintf(at, sizeof at, "%s/%s", directory, files[1]);
    int other = open(at, O_RDONLY | O_CLOEXEC);
    assert_int_equal(flock(other, LOCK_EX), 0);
    fixture_result(&r);
    assert_int_equal(store_save_result(&r, path, sizeof path, &e), 0);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(at, sizeof at, "%s/%s", directory, files[i]);
        assert_int_equal(access(at, F_OK), i == 0 ? -1 : 0);
    }
    snprintf(at, sizeof at, "%s/.vmtax-aaaaaaaaaaaaaaaa.tmp", directory);
    assert_int_equal(readlink(at, path, sizeof path), 8);
    close(other);
    snprintf(at, sizeof at, "%s/%s", directory, files[1]);
    assert_int_equal(store_save_result(&r, path, sizeof path, &e), 0);
    assert_int_equal(access(at, F_OK), -1); /* the lock was what kept it */
    result_release(&r);
}

static void test_list_and_find(void **state)
{
    struct home *h = *state;
    struct result r;
    struct error e;
    struct store_entry *entries;
    size_t count;
    char path[STORE_PATH_MAX], first[STORE_PATH_MAX], newest[STORE_PATH_MAX];
    fixture_result(&r);
    assert_int_equal(store_list(STORE_RESULTS, &entries, &count, &e), 0);
    assert_int_equal(count, 0);
    assert_int_equal(store_find("last", path, sizeof path, &e), -1);
    assert_non_null(strstr(e.text, "none is stored yet"));

    assert_int_equal(store_save_result(&r, first, sizeof first, &e), 0);
    r.started += 3600;
    snprintf(r.profile, sizeof r.profile, "standard");
    assert_int_equal(store_save_result(&r, newest, sizeof newest, &e), 0);
    for (int i = 0; i < 3; i++) {
        r.started += 60;
        assert_int_equal(store_save_baseline(&r, "default", path, sizeof path, &e), 0);
    }
    char *half = xasprintf("%s/.local/state/vmtax/results/20271122T101824Z-half.json", h->path);
    spoil(half, "{\"schema\": \"vmtax.result/1\", \"started");
    free(half);
    assert_int_equal(store_list(STORE_RESULTS, &entries, &count, &e), 0);
    assert_int_equal(count, 2);
    assert_string_equal(entries[0].name, "20261122T111824Z-standard");
    assert_true(entries[0].started == 1795342704 + 3600);
    free(entries);
    assert_int_equal(store_list(STORE_BASELINES, &entries, &count, &e), 0);
    assert_int_equal(count, 1);
    assert_string_equal(entries[0].name, "default");
    assert_string_equal(entries[0].path, path);
    free(entries);
    assert_int_equal(store_list_sessions("default", &entries, &count, &e), 0);
    assert_int_equal(count, 3);
    assert_string_equal(entries[0].path, path);
    free(entries);

    char found[STORE_PATH_MAX];
    assert_int_equal(store_find("last", found, sizeof found, &e), 0);
    assert_string_equal(found, newest);
    /* Of one second the later. */
    char later[3][STORE_PATH_MAX];
    r.started = 1795342704 + 3600;
    for (int i = 0; i < 3; i++) {
        char again[STORE_PATH_MAX];
        assert_int_equal(store_save_result(&r, again, sizeof again, &e), 0);
        assert_int_equal(store_find("last", found, sizeof found, &e), 0);
        assert_string_equal(found, again);
        text_copy(later[i], sizeof later[i], again);
    }
    for (int i = 0; i < 3; i++)
        assert_int_equal(unlink(later[i]), 0);
    r.started += 180;
    struct result none;
    fixture_result(&none);
    none.started = r.started + 7200;
    for (size_t i = 0; i < none.slot_count; i++)
        none.slots[i].measured = false;
    assert_int_equal(store_save_result(&none, path, sizeof path, &e), 0);
    assert_int_equal(store_find("last", found, sizeof found, &e), 0);
    assert_string_equal(found, newest);
    assert_int_equal(unlink(path), 0);
    result_release(&none);
    assert_int_equal(store_find("default", path, sizeof path, &e), 0);
    assert_int_equal(store_find("20261122T101824Z-quick", found, sizeof found, &e), 0);
    assert_string_equal(found, first);
    assert_int_equal(store_find("default", found, sizeof found, &e), 0);
    assert_string_equal(found, path);
    assert_int_equal(store_find(first, found, sizeof found, &e), 0);
    assert_string_equal(found, first);
    assert_int_equal(store_find("defualt", found, sizeof found, &e), -1);
    assert_non_null(strstr(e.text, "did you mean \"default\""));
    assert_int_equal(store_find("./nothing.json", found, sizeof found, &e), -1);
    for (size_t i = 0; i < 4; i++) {
        static const char *const bad[] = {"", "../up", ".hidden", "sp ace"};
        assert_int_equal(store_save_baseline(&r, bad[i], path, sizeof path, &e), -1);
        assert_non_null(strstr(e.text, "1 to 63"));
    }
    result_release(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_save_and_load, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_xdg, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_damaged_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_links, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_space, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_left_temporary_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_list_and_find, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
