/* Baselines on disk: directories of sessions, which are added to, begun anew, brought from
 * elsewhere and removed. */
#include <config.h>

#include "store.h"

#include "tempfile.h"
#include "text.h"
#include "xalloc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool good_name(const char *name)
{
    size_t length = strlen(name);
    return length >= 1 && length <= 63 && name[0] != '.' &&
           strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") ==
               length;
}

int store_check_name(const char *name, struct error *e)
{
    if (good_name(name))
        return 0;
    return error_set(e, ERROR_USAGE,
                     "a baseline's name has 1 to 63 letters, digits, '.', '_' and '-', and does "
                     "not begin with '.'");
}

/* Of a baseline; with a word behind its name the place beside it that nothing lists. */
static int place_of(const char *name, const char *word, char *directory, size_t size,
                    struct error *e)
{
    char family[STORE_PATH_MAX];
    if (store_check_name(name, e) < 0 ||
        store_directory(STORE_BASELINES, family, sizeof family, e) < 0)
        return -1;
    int length = snprintf(directory, size, "%s/%s%s%s", family, word[0] ? "." : "", name, word);
    return length < 0 || (size_t)length >= size ? store_too_long(family, e) : 0;
}

int store_prepare_baseline(const char *name, struct error *e)
{
    char directory[STORE_PATH_MAX];
    if (place_of(name, "", directory, sizeof directory, e) < 0 ||
        store_make_directory(directory, e) < 0)
        return -1;
    return access(directory, W_OK | X_OK) < 0
               ? error_errno(e, errno, "cannot write to the directory %s", directory)
               : 0;
}

int store_save_baseline(const struct result *r, const char *name, char *path, size_t size,
                        struct error *e)
{
    char directory[STORE_PATH_MAX];
    if (place_of(name, "", directory, sizeof directory, e) < 0)
        return -1;
    return store_save_new(r, directory, "session", path, size, e);
}

int store_retire_baseline(const char *name, char *kept, size_t size, struct error *e)
{
    char from[STORE_PATH_MAX], to[STORE_PATH_MAX];
    *kept = '\0';
    if (place_of(name, "", from, sizeof from, e) < 0)
        return -1;
    if (access(from, F_OK) < 0 && errno == ENOENT)
        return 0;
    for (int number = 1; number < 1000; number++) {
        int length = snprintf(kept, size, "%s-%d", name, number);
        if (length < 0 || (size_t)length >= size || place_of(kept, "", to, sizeof to, e) < 0)
            break;
        if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
            return 0;
        if (errno != EEXIST && errno != ENOTEMPTY)
            return error_errno(e, errno, "cannot rename the baseline \"%s\"", name);
    }
    return error_set(
        e, ERROR_USAGE,
        "there is no free name to keep the baseline \"%s\" under: remove some of %s-1, "
        "%s-2 ...",
        name, name, name);
}

/* ---- whole ones ---- */

/* What lies in the directory, which has files only. */
static int clear(int fd, const char *directory, struct error *e)
{
    int own = dup(fd);
    DIR *d = own < 0 ? NULL : fdopendir(own);
    if (!d) {
        error_errno(e, errno, "cannot read the directory %s", directory);
        if (own >= 0)
            close(own);
        return -1;
    }
    int rc = 0;
    rewinddir(d);
    for (struct dirent *item = readdir(d); item && rc == 0; item = readdir(d))
        if (strcmp(item->d_name, ".") != 0 && strcmp(item->d_name, "..") != 0 &&
            unlinkat(fd, item->d_name, 0) < 0 && errno != ENOENT)
            rc = error_errno(e, errno, "cannot remove a file in %s", directory);
    closedir(d);
    return rc;
}

/* Only what vmtax put there goes with a baseline: its sessions, damaged ones and temporary files.
 */
static int hold_others(const char *directory, const char *name, struct error *e)
{
    DIR *d = opendir(directory);
    if (!d)
        return error_errno(e, errno, "cannot read the directory %s", directory);
    int rc = 0;
    for (struct dirent *item = readdir(d); item && rc == 0; item = readdir(d)) {
        char *path = xasprintf("%s/%s", directory, item->d_name), shown[256];
        if (strcmp(item->d_name, ".") != 0 && strcmp(item->d_name, "..") != 0 &&
            !tempfile_is(item->d_name) && !store_is_own(path))
            rc = error_set(e, ERROR_USAGE,
                           "the baseline \"%s\" is not removed: %s is not vmtax's; move it away "
                           "first",
                           name, text_clean(shown, sizeof shown, path));
        free(path);
    }
    closedir(d);
    return rc;
}

/* A directory that is ours alone until it is closed: made, or left by one of us that was killed.
 * The descriptor, or -1. */
static int seize(const char *directory, struct error *e)
{
    struct stat mine, there;
    if (mkdir(directory, 0700) < 0 && errno != EEXIST)
        return error_errno(e, errno, "cannot make the directory %s", directory);
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return error_errno(e, errno, "cannot use the directory %s", directory);
    /* Who had it a moment ago may have given it its name. */
    if (flock(fd, LOCK_EX | LOCK_NB) < 0 || fstat(fd, &mine) < 0 || stat(directory, &there) < 0 ||
        mine.st_ino != there.st_ino || mine.st_dev != there.st_dev) {
        close(fd);
        return error_set(e, ERROR_SYSTEM,
                         "another vmtax is at the same baseline just now: try again");
    }
    return fd;
}

static int rename_free(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    /* A file system without the flag: an empty directory is all that can be replaced. */
    return rename(from, to);
}

/* Gives what was written the name; what has it goes out of the way. */
static int put_in_place(const char *from, const char *name, bool anew, char *kept, size_t size,
                        struct error *e)
{
    char to[STORE_PATH_MAX], old[STORE_PATH_MAX];
    if (place_of(name, "", to, sizeof to, e) < 0)
        return -1;
    rmdir(to); /* of a recording that came to nothing */
    if (anew && store_retire_baseline(name, kept, size, e) < 0)
        return -1;
    if (rename_free(from, to) == 0)
        return 0;
    int failed = errno;
    if (kept[0] && place_of(kept, "", old, sizeof old, NULL) == 0 && rename_free(old, to) == 0)
        *kept = '\0';
    return error_errno(e, failed, "cannot put the baseline in place as %s", to);
}

int store_put_baseline(const char *name, const struct result *sessions, size_t count, bool anew,
                       char *kept, size_t size, struct error *e)
{
    char family[STORE_PATH_MAX], from[STORE_PATH_MAX], path[STORE_PATH_MAX];
    struct store_entry *there;
    size_t there_count;
    int rc = 0;
    *kept = '\0';
    if (store_list_sessions(name, &there, &there_count, e) < 0)
        return -1;
    free(there);
    if (there_count && !anew)
        return error_set(e, ERROR_USAGE,
                         "there is a baseline \"%s\" already: --new keeps it under another name, "
                         "--name NAME gives this one another",
                         name);
    if (store_directory(STORE_BASELINES, family, sizeof family, e) < 0 ||
        store_make_directory(family, e) < 0 || place_of(name, ".new", from, sizeof from, e) < 0)
        return -1;
    int fd = seize(from, e);
    if (fd < 0)
        return -1;
    rc = clear(fd, from, e);
    /* The oldest first: those of one second are told apart by numbers. */
    for (size_t i = count; i > 0 && rc == 0; i--)
        rc = store_save_new(&sessions[i - 1], from, "session", path, sizeof path, e);
    if (rc == 0)
        rc = put_in_place(from, name, anew, kept, size, e);
    if (rc < 0 && clear(fd, from, NULL) == 0)
        rmdir(from);
    close(fd);
    tempfile_sync(family);
    return rc;
}

int store_remove_baseline(const char *name, struct error *e)
{
    char from[STORE_PATH_MAX], to[STORE_PATH_MAX];
    struct stat st;
    if (place_of(name, "", from, sizeof from, e) < 0 ||
        place_of(name, ".gone", to, sizeof to, e) < 0)
        return -1;
    bool there = lstat(from, &st) == 0;
    if (!there && errno != ENOENT && errno != ENOTDIR)
        return error_errno(e, errno, "cannot remove the baseline \"%s\"", name);
    /* Of one that lies elsewhere only what makes it one of the store. */
    if (there && S_ISLNK(st.st_mode) && stat(from, &st) == 0 && S_ISDIR(st.st_mode))
        return unlink(from) < 0 ? error_errno(e, errno, "cannot remove the link %s", from) : 0;
    if (!there || !S_ISDIR(st.st_mode))
        return error_set(e, ERROR_USAGE, "there is no baseline \"%s\"; see vmtax list baselines",
                         name);
    if (hold_others(from, name, e) < 0)
        return -1;
    int fd = seize(to, e);
    if (fd < 0)
        return -1;
    /* What an earlier one did not finish; then the name goes at once, and its files after it. */
    int rc = clear(fd, to, e);
    if (rc == 0 && rename(from, to) < 0)
        rc = error_errno(e, errno, "cannot remove the baseline \"%s\"", name);
    close(fd);
    if (rc < 0) {
        rmdir(to);
        return -1;
    }
    fd = seize(to, e);
    if (fd < 0)
        return -1;
    rc = clear(fd, to, e);
    if (rc == 0 && rmdir(to) < 0)
        rc = error_errno(e, errno, "cannot remove %s", to);
    close(fd);
    return rc;
}
