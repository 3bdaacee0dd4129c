#include <config.h>

#include "fixture_files.h"
#include "unit.h"

#include "xalloc.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void fixture_private(char *path, size_t size)
{
    snprintf(path, size, "/tmp/vmtax-test-XXXXXX");
    assert_non_null(mkdtemp(path));
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

int fixture_remove(const char *path)
{
    return nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0 ? 0 : -1;
}

void fixture_home(char *path, size_t size)
{
    fixture_private(path, size);
    assert_int_equal(setenv("HOME", path, 1), 0);
    unsetenv("XDG_STATE_HOME");
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("XDG_RUNTIME_DIR");
}

int fixture_cache(char *path, size_t size)
{
    fixture_private(path, size);
    return setenv("XDG_CACHE_HOME", path, 1);
}

int fixture_cache_remove(const char *path)
{
    unsetenv("XDG_CACHE_HOME");
    return fixture_remove(path);
}

static void make_above(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0755);
        *slash = '/';
    }
}

void fixture_file(const char *path, const void *data, size_t size)
{
    char *copy = xstrdup(path);
    make_above(copy);
    free(copy);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, size, f), size);
    assert_int_equal(fclose(f), 0);
}

void fixture_text(const char *path, const char *text)
{
    fixture_file(path, text, strlen(text));
}

void fixture_put(const char *root, const char *path, const char *text)
{
    char *full = xasprintf("%s/%s", root, path);
    fixture_text(full, text);
    free(full);
}

void fixture_directory(const char *root, const char *path)
{
    char *full = xasprintf("%s/%s", root, path);
    make_above(full);
    assert_int_equal(mkdir(full, 0755), 0);
    free(full);
}

char *fixture_slurp(const char *path)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    size_t used = 0, room = 1 << 16;
    char *text = xcalloc(room, 1);
    for (size_t n; (n = fread(text + used, 1, room - used - 1, f)) > 0;) {
        used += n;
        if (room - used < 2)
            text = xrealloc_array(text, room *= 2, 1);
    }
    text[used] = '\0';
    fclose(f);
    return text;
}
