/* Results and baselines on disk.
 *
 * A document is written whole under a temporary name in the directory where it will live
 * (tempfile.h), so that the old document or the new one is there. Files are 0600 and directories
 * 0700: a result names the machine. */
#include <config.h>

#include "store.h"

#include "tempfile.h"
#include "text.h"
#include "wholefile.h"
#include "xalloc.h"
#include "xdg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int store_too_long(const char *path, struct error *e)
{
    return error_set(e, ERROR_USAGE,
                     "the path %.200s... is too long: use a shorter state directory", path);
}

/* ---- where ---- */

int store_directory(enum store_family f, char *out, size_t size, struct error *e)
{
    static const char *const names[] = {
        [STORE_RESULTS] = "results",
        [STORE_BASELINES] = "baselines",
        [STORE_RECORDINGS] = "recordings",
    };
    char state[STORE_PATH_MAX];
    if (xdg_directory(XDG_STATE, "results", state, sizeof state, e) < 0)
        return -1;
    int length = snprintf(out, size, "%s/%s", state, names[f]);
    if (length < 0 || (size_t)length >= size)
        return store_too_long(out, e);
    return 0;
}

int store_make_directory(const char *path, struct error *e)
{
    if (xdg_make(path, e) < 0)
        return -1;
    struct stat st;
    if (stat(path, &st) < 0)
        return error_errno(e, errno, "cannot use the directory %s", path);
    if (!S_ISDIR(st.st_mode))
        return error_set(e, ERROR_SYSTEM, "%s is not a directory: move it away", path);
    return 0;
}

/* ---- writing ---- */

/* The directory part of a path into out ("." if there is none). */
static bool directory_of(const char *path, char *out, size_t size)
{
    const char *slash = strrchr(path, '/');
    size_t length = slash == path ? 1 : slash ? (size_t)(slash - path) : 0;
    if (!slash)
        return text_copy(out, size, ".");
    if (length >= size)
        return false;
    memcpy(out, path, length);
    out[length] = '\0';
    return true;
}

/* Writes the document beside path and gives the temporary name. Returns the open file. */
static int write_temporary(const struct result *r, const char *path, char *directory,
                           char *temporary, struct error *e)
{
    if (!directory_of(path, directory, STORE_PATH_MAX))
        return store_too_long(path, e);
    int fd = tempfile_open(directory, temporary, STORE_PATH_MAX, e);
    if (fd < 0)
        return -1;
    char *text = store_to_json(r, true);
    int failed = 0;
    if (tempfile_write(fd, text, strlen(text)) < 0 || tempfile_write(fd, "\n", 1) < 0 ||
        fsync(fd) < 0)
        failed = errno;
    free(text);
    if (failed) {
        unlink(temporary);
        close(fd);
        return error_errno(e, failed,
                           "cannot write the result to %s (nothing was changed there; free some "
                           "space)",
                           path);
    }
    return fd;
}

/* Rename that never replaces: EEXIST instead. */
static int rename_new(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    /* A file system without the flag: a hard link does the same. */
    if (link(from, to) < 0)
        return -1;
    unlink(from);
    return 0;
}

/* directory/<time>-<word><suffix>, with -2, -3 ... behind the word for number 2, 3 ... */
static int new_name(const char *directory, int64_t at, const char *word, const char *suffix,
                    int number, char *path, size_t size, struct error *e)
{
    char stamp[32], which[16] = "";
    time_t t = (time_t)at;
    struct tm utc;
    if (!gmtime_r(&t, &utc) || !strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &utc))
        return error_set(e, ERROR_DATA, "the result has no valid time of its start");
    if (number > 1)
        snprintf(which, sizeof which, "-%d", number);
    int length = snprintf(path, size, "%s/%s-%s%s%s", directory, stamp, word, which, suffix);
    return length < 0 || (size_t)length >= size ? store_too_long(directory, e) : 0;
}

int store_open_recording(char *path, size_t size, struct error *e)
{
    char directory[STORE_PATH_MAX];
    int fd = -1;
    if (store_directory(STORE_RECORDINGS, directory, sizeof directory, e) < 0 ||
        store_make_directory(directory, e) < 0)
        return -1;
    for (int number = 1; number < 1000; number++) {
        if (new_name(directory, (int64_t)time(NULL), "session", ".rec", number, path, size, e) < 0)
            return -1;
        fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd >= 0 || errno != EEXIST)
            break;
    }
    return fd < 0 ? error_errno(e, errno, "cannot make the recording %s", path) : fd;
}

int store_save_new(const struct result *r, const char *directory, const char *word, char *path,
                   size_t size, struct error *e)
{
    char temporary[STORE_PATH_MAX], same[STORE_PATH_MAX];
    const char *name = word[0] ? word : "result";
    if (store_make_directory(directory, e) < 0 ||
        new_name(directory, r->started, name, ".json", 1, path, size, e) < 0)
        return -1;
    int fd = write_temporary(r, path, same, temporary, e);
    if (fd < 0)
        return -1;
    int rc = 0, failed = 0;
    for (int number = 2; rename_new(temporary, path) < 0; number++) {
        failed = errno;
        if (failed != EEXIST || number == 1000) {
            rc = error_errno(e, failed, "cannot put the result in place as %s", path);
            break;
        }
        rc = new_name(directory, r->started, name, ".json", number, path, size, e);
        if (rc < 0)
            break;
    }
    if (rc < 0)
        unlink(temporary);
    else
        tempfile_sync(directory);
    close(fd);
    return rc;
}

int store_save_result(const struct result *r, char *path, size_t size, struct error *e)
{
    char directory[STORE_PATH_MAX];
    if (store_directory(STORE_RESULTS, directory, sizeof directory, e) < 0)
        return -1;
    return store_save_new(r, directory, store_check_name(r->profile, NULL) == 0 ? r->profile : "",
                          path, size, e);
}

/* ---- reading ---- */

/* Does the file lie below the state directory? Links are resolved on both sides. */
static bool in_store(const char *path)
{
    char state[STORE_PATH_MAX], directory[STORE_PATH_MAX];
    struct error ignored;
    if (xdg_directory(XDG_STATE, "results", state, sizeof state, &ignored) < 0 ||
        !directory_of(path, directory, sizeof directory))
        return false;
    char *root = realpath(state, NULL), *where = realpath(directory, NULL);
    bool inside = false;
    if (root && where) {
        size_t length = strlen(root);
        inside = strncmp(where, root, length) == 0 && (where[length] == '/' || !where[length]);
    }
    free(root);
    free(where);
    return inside;
}

/* What makes good for it: a baseline lives on from its other sessions. */
static void remedy_of(const char *path, char *out, size_t size)
{
    char directory[STORE_PATH_MAX], family[STORE_PATH_MAX];
    if (directory_of(path, directory, sizeof directory) &&
        directory_of(directory, family, sizeof family)) {
        const char *last = strrchr(family, '/'), *name = strrchr(directory, '/');
        if (last && name && strcmp(last, "/baselines") == 0) {
            char clean[64];
            snprintf(out, size,
                     "its baseline goes on without it, and vmtax record --name %s adds "
                     "another session",
                     text_clean(clean, sizeof clean, name + 1));
            return;
        }
    }
    snprintf(out, size, "it is left out, and can only be measured anew");
}

/* "20261122T101824Z-quick.json", and what became of it. */
static bool is_own_name(const char *name)
{
    struct tm utc = {0};
    const char *word = strptime(name, "%Y%m%dT%H%M%SZ", &utc),
               *end = word ? strchr(word, '.') : NULL;
    return end && *word == '-' && end > word + 1 &&
           (strcmp(end, ".json") == 0 || strcmp(end, ".json.damaged") == 0);
}

bool store_is_own(const char *path)
{
    const char *slash = strrchr(path, '/');
    char head[STORE_HEAD] = "";
    if (is_own_name(slash ? slash + 1 : path))
        return true;
    int fd = wholefile_open(path, path, NULL);
    if (fd < 0)
        return false;
    ssize_t n = read(fd, head, sizeof head - 1);
    close(fd);
    return n > 0 && strstr(head, STORE_FAMILY);
}

void store_set_aside(const char *path, struct error *e)
{
    char aside[STORE_PATH_MAX];
    int length = snprintf(aside, sizeof aside, "%s.damaged", path);
    if (!store_is_own(path)) {
        if (e) {
            char place[sizeof e->text];
            text_copy(place, sizeof place, e->text);
            error_set(e, ERROR_DATA, "%s; vmtax did not make it: left as it is", place);
        }
        return;
    }
    if (length < 0 || (size_t)length >= sizeof aside || rename(path, aside) < 0 || !e)
        return;
    char place[sizeof e->text], name[STORE_PATH_MAX], remedy[200];
    text_copy(place, sizeof place, e->text);
    text_clean(name, sizeof name, strrchr(aside, '/') + 1);
    remedy_of(path, remedy, sizeof remedy);
    error_set(e, ERROR_DATA, "%s; set aside as %s: %s", place, name, remedy);
}

int store_load(struct result *r, const char *path, struct error *e)
{
    struct error own;
    size_t length;
    char *text = wholefile_load(path, path, STORE_FILE_MAX, "a result of vmtax", &length, e);
    if (!text)
        return -1;
    if (length > 1 && (unsigned char)text[0] == 0x1f && (unsigned char)text[1] == 0x8b) {
        free(text);
        return error_set(e, ERROR_USAGE,
                         "%s is compressed, as recordings are: vmtax replay and vmtax screen show "
                         "those; reports are of results",
                         path);
    }
    int status = store_from_json(r, text, length, path, &own);
    free(text);
    if (status < 0) {
        if (own.kind == ERROR_DATA && in_store(path))
            store_set_aside(path, &own);
        if (e)
            *e = own;
    }
    return status;
}
