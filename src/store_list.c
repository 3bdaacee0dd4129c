/* What is stored: listed, and found by name. */
#include <config.h>

#include "store.h"

#include "json.h"
#include "text.h"
#include "wholefile.h"
#include "xalloc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static bool ends_with(const char *text, const char *end)
{
    size_t a = strlen(text), b = strlen(end);
    return a > b && strcmp(text + a - b, end) == 0;
}

/* A document that was cut off or overwritten shows it at its ends; the rest is checked when it is
 * loaded. 0, or -1 with a sentence: ERROR_DATA for what is damaged, not for what cannot be read. */
static int look_at_ends(const char *path, struct error *e)
{
    char head[STORE_HEAD], tail[2], shown[STORE_PATH_MAX];
    struct stat st;
    text_clean(shown, sizeof shown, path);
    int fd = wholefile_open(path, shown, e);
    if (fd < 0)
        return -1;
    if (fstat(fd, &st) < 0) {
        error_errno(e, errno, "cannot read %s", shown);
        close(fd);
        return -1;
    }
    ssize_t n = pread(fd, head, sizeof head - 1, 0);
    ssize_t m = pread(fd, tail, 2, st.st_size > 2 ? st.st_size - 2 : 0);
    int failed = errno;
    close(fd);
    if (n < 0 || m < 0)
        return error_errno(e, failed, "cannot read %s", shown);
    head[n] = '\0';
    if (m == 2 && (tail[0] == '}' || tail[1] == '}') && strstr(head, STORE_FAMILY))
        return 0;
    return error_set(e, ERROR_DATA, "%s is not a whole result", shown);
}

/* Where it is damaged, as far as a document shows it: line, byte and what is wrong there. */
static void find_damage(const char *path, struct error *e)
{
    char shown[STORE_PATH_MAX];
    struct error found;
    size_t length;
    text_clean(shown, sizeof shown, path);
    char *text = wholefile_load(path, shown, STORE_FILE_MAX, "a result of vmtax", &length, &found);
    if (!text)
        return;
    cJSON *root = json_parse(text, length, shown, &found);
    if (!root)
        *e = found;
    cJSON_Delete(root);
    free(text);
}

/* Said once of what is damaged, as it is set aside; of anything else every time. tell: on stderr.
 */
static bool usable(const char *path, bool own, bool tell)
{
    struct error e;
    if (look_at_ends(path, &e) == 0)
        return true;
    if (e.kind == ERROR_DATA)
        find_damage(path, &e);
    if (e.kind == ERROR_DATA && own)
        store_set_aside(path, &e);
    if (tell)
        fprintf(stderr, "vmtax: warning: %s%s\n", e.text, own ? "" : ": left out");
    return false;
}

/* "20261122T101824Z-quick" begins with its time. */
static bool time_of_name(const char *name, int64_t *at)
{
    struct tm utc = {0};
    const char *end = strptime(name, "%Y%m%dT%H%M%SZ", &utc);
    if (!end || *end != '-')
        return false;
    *at = (int64_t)timegm(&utc);
    return true;
}

/* Of one second: "...-quick", "...-quick-2" and so on were made in this order. Which number, and
 * how long the name is without. */
static unsigned long number_of_name(const char *name, size_t *base)
{
    *base = strlen(name);
    const char *dash = strrchr(name, '-');
    if (!dash || !dash[1] || dash[1 + strspn(dash + 1, "0123456789")])
        return 1;
    *base = (size_t)(dash - name);
    return strtoul(dash + 1, NULL, 10);
}

static int newest_first(const void *a, const void *b)
{
    const struct store_entry *x = a, *y = b;
    size_t x_base, y_base;
    if (x->started != y->started)
        return x->started < y->started ? 1 : -1;
    unsigned long m = number_of_name(x->name, &x_base), n = number_of_name(y->name, &y_base);
    if (m != n && x_base == y_base && strncmp(x->name, y->name, x_base) == 0)
        return m < n ? 1 : -1;
    if (x->written_ns != y->written_ns)
        return x->written_ns < y->written_ns ? 1 : -1;
    return -strcmp(x->path, y->path);
}

/* The documents of one directory; own: of the store, which sets damaged ones aside. Recordings need
 * not be whole. */
static int list_files(const char *directory, bool own, bool recordings, bool tell,
                      struct store_entry **entries, size_t *count, struct error *e)
{
    const char *suffix = recordings ? ".rec" : ".json";
    size_t room = 0;
    *entries = NULL;
    *count = 0;
    DIR *d = opendir(directory);
    if (!d)
        return errno == ENOENT ? 0
                               : error_errno(e, errno, "cannot read the directory %s", directory);
    for (struct dirent *item = readdir(d); item; item = readdir(d)) {
        struct store_entry entry = {.started = 0};
        struct stat st;
        if (item->d_name[0] == '.' || !ends_with(item->d_name, suffix))
            continue;
        int length = snprintf(entry.path, sizeof entry.path, "%s/%s", directory, item->d_name);
        size_t stem = strlen(item->d_name) - strlen(suffix);
        if (length < 0 || (size_t)length >= sizeof entry.path || stem >= sizeof entry.name)
            continue;
        memcpy(entry.name, item->d_name, stem);
        if ((!recordings && !usable(entry.path, own, tell)) || stat(entry.path, &st) < 0)
            continue;
        entry.started = (int64_t)st.st_mtime;
        entry.written_ns = st.st_mtim.tv_sec * INT64_C(1000000000) + st.st_mtim.tv_nsec;
        time_of_name(entry.name, &entry.started);
        XGROW(*entries, *count, room);
        (*entries)[(*count)++] = entry;
    }
    closedir(d);
    if (*count)
        qsort(*entries, *count, sizeof **entries, newest_first);
    return 0;
}

static int list_baselines(const char *family, bool tell, struct store_entry **entries,
                          size_t *count, struct error *e)
{
    size_t room = 0;
    *entries = NULL;
    *count = 0;
    DIR *d = opendir(family);
    if (!d)
        return errno == ENOENT ? 0 : error_errno(e, errno, "cannot read the directory %s", family);
    for (struct dirent *item = readdir(d); item; item = readdir(d)) {
        char directory[STORE_PATH_MAX];
        struct store_entry *sessions;
        size_t session_count;
        struct stat st;
        int length = snprintf(directory, sizeof directory, "%s/%s", family, item->d_name);
        if (store_check_name(item->d_name, NULL) < 0 || length < 0 ||
            (size_t)length >= sizeof directory || stat(directory, &st) < 0 ||
            !S_ISDIR(st.st_mode) ||
            list_files(directory, true, false, tell, &sessions, &session_count, NULL) < 0)
            continue;
        if (session_count) {
            struct store_entry entry = sessions[0];
            text_copy(entry.name, sizeof entry.name, item->d_name);
            XGROW(*entries, *count, room);
            (*entries)[(*count)++] = entry;
        }
        free(sessions);
    }
    closedir(d);
    if (*count)
        qsort(*entries, *count, sizeof **entries, newest_first);
    return 0;
}

static int list_family(enum store_family f, bool tell, struct store_entry **entries, size_t *count,
                       struct error *e)
{
    char directory[STORE_PATH_MAX];
    *entries = NULL;
    *count = 0;
    if (store_directory(f, directory, sizeof directory, e) < 0)
        return -1;
    return f == STORE_BASELINES
               ? list_baselines(directory, tell, entries, count, e)
               : list_files(directory, true, f == STORE_RECORDINGS, tell, entries, count, e);
}

static int list_sessions(const char *name, bool tell, struct store_entry **entries, size_t *count,
                         struct error *e)
{
    char family[STORE_PATH_MAX], directory[STORE_PATH_MAX];
    *entries = NULL;
    *count = 0;
    if (strchr(name, '/'))
        return list_files(name, false, false, tell, entries, count, e);
    if (store_directory(STORE_BASELINES, family, sizeof family, e) < 0)
        return -1;
    int length = snprintf(directory, sizeof directory, "%s/%s", family, name);
    if (store_check_name(name, NULL) < 0 || length < 0 || (size_t)length >= sizeof directory)
        return error_set(e, ERROR_USAGE, "that cannot be the name of a baseline");
    return list_files(directory, true, false, tell, entries, count, e);
}

int store_list(enum store_family f, struct store_entry **entries, size_t *count, struct error *e)
{
    return list_family(f, true, entries, count, e);
}

int store_relist(enum store_family f, struct store_entry **entries, size_t *count, struct error *e)
{
    return list_family(f, false, entries, count, e);
}

int store_list_sessions(const char *name, struct store_entry **entries, size_t *count,
                        struct error *e)
{
    return list_sessions(name, true, entries, count, e);
}

int store_relist_sessions(const char *name, struct store_entry **entries, size_t *count,
                          struct error *e)
{
    return list_sessions(name, false, entries, count, e);
}

/* ---- finding ---- */

static int not_found(const char *word, const struct store_entry *a, size_t a_count,
                     const struct store_entry *b, size_t b_count, struct error *e)
{
    char shown[64];
    text_clean(shown, sizeof shown, word);
    const char **names = xcalloc(a_count + b_count + 1, sizeof *names);
    for (size_t i = 0; i < a_count; i++)
        names[i] = a[i].name;
    for (size_t i = 0; i < b_count; i++)
        names[a_count + i] = b[i].name;
    const char *near = text_nearest(word, names);
    if (near)
        error_set(
            e, ERROR_USAGE,
            "there is no result or baseline \"%s\"; did you mean \"%s\"? (vmtax list results, "
            "vmtax list baselines)",
            shown, near);
    else if (a_count + b_count)
        error_set(e, ERROR_USAGE,
                  "there is no result or baseline \"%s\"; see vmtax list results, vmtax list "
                  "baselines",
                  shown);
    else
        error_set(e, ERROR_USAGE,
                  "there is no result or baseline \"%s\", and none is stored yet; make one with "
                  "vmtax run or vmtax record",
                  shown);
    free(names);
    return -1;
}

/* The newest of them that has a figure: earlier versions stored even what has none. One that cannot
 * be loaded is the caller's, who says so. */
static const char *last_result(const struct store_entry *results, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct result r;
        struct error e;
        result_init(&r);
        bool empty = store_load(&r, results[i].path, &e) == 0 && !result_any_figure(&r);
        result_release(&r);
        if (!empty)
            return results[i].path;
        fprintf(stderr, "vmtax: %s has no figure: the one before it counts as the last\n",
                results[i].name);
    }
    return NULL;
}

static int named_file(const char *word, char *path, size_t size, struct error *e)
{
    struct stat st;
    if (stat(word, &st) < 0)
        return error_errno(e, errno, "cannot read %s", word);
    return text_copy(path, size, word) ? 0 : store_too_long(word, e);
}

int store_find(const char *word, char *path, size_t size, struct error *e)
{
    struct store_entry *results = NULL, *baselines = NULL;
    size_t result_count = 0, baseline_count = 0;
    struct stat st;
    if (strchr(word, '/') || (stat(word, &st) == 0 && !S_ISDIR(st.st_mode)))
        return named_file(word, path, size, e);
    if (store_list(STORE_RESULTS, &results, &result_count, e) < 0)
        return -1;
    const char *found = NULL;
    if (strcmp(word, "last") == 0 && result_count)
        found = last_result(results, result_count);
    for (size_t i = 0; i < result_count && !found; i++)
        if (strcmp(word, results[i].name) == 0)
            found = results[i].path;
    if (!found && store_list(STORE_BASELINES, &baselines, &baseline_count, e) < 0) {
        free(results);
        return -1;
    }
    for (size_t i = 0; i < baseline_count && !found; i++)
        if (strcmp(word, baselines[i].name) == 0)
            found = baselines[i].path;
    int status = 0;
    if (!found)
        status = not_found(word, results, result_count, baselines, baseline_count, e);
    else if (!text_copy(path, size, found))
        status = store_too_long(found, e);
    free(results);
    free(baselines);
    return status;
}

int store_find_recording(const char *word, char *path, size_t size, struct error *e)
{
    struct store_entry *entries = NULL;
    size_t count = 0, i = 0;
    struct stat st;
    if (strchr(word, '/') || (stat(word, &st) == 0 && !S_ISDIR(st.st_mode)))
        return named_file(word, path, size, e);
    if (store_list(STORE_RECORDINGS, &entries, &count, e) < 0)
        return -1;
    while (i < count && strcmp(word, "last") != 0 && strcmp(word, entries[i].name) != 0)
        i++;
    int status = 0;
    char shown[64];
    if (i == count)
        status = error_set(e, ERROR_USAGE,
                           "there is no recording \"%s\"; `vmtax list recordings` names them, and "
                           "--rec makes one",
                           text_clean(shown, sizeof shown, word));
    else if (!text_copy(path, size, entries[i].path))
        status = store_too_long(entries[i].path, e);
    free(entries);
    return status;
}
