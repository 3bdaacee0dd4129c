#include <config.h>

#include "tree.h"

#include "cache.h"
#include "text.h"
#include "workloads/kbuild/needs.h"
#include "xalloc.h"

#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SOURCES   "/usr/src"
#define FAMILY    "tree"
#define FORMAT    "2" /* part of the key: a new one when tree_wants() changes */
#define FILES_MAX 200000
#define BYTES_MAX (UINT64_C(2) << 30)
#define DEPTH_MAX 32
#define PIECE     ((size_t)256 << 10)

/* ---- what is needed ---- */

/* Below these only the files that describe the build are kept ... */
static const char *const dropped[] = {
    "Documentation/", "LICENSES/", "arch/",    "drivers/", "fs/",
    "net/",           "rust/",     "samples/", "sound/",   "tools/"};
/* ... except in these, which the smallest configuration of x86 compiles or includes. */
static const char *const kept[] = {"arch/x86/",
                                   "drivers/base/",
                                   "drivers/char/",
                                   "drivers/clocksource/",
                                   "drivers/irqchip/",
                                   "drivers/idle/",
                                   "drivers/platform/x86/",
                                   "drivers/rtc/",
                                   "fs/proc/",
                                   "fs/ramfs/",
                                   "fs/notify/",
                                   "fs/iomap/",
                                   "fs/sysfs/",
                                   "fs/kernfs/",
                                   "fs/debugfs/",
                                   "fs/devpts/",
                                   "fs/exportfs/",
                                   "fs/quota/",
                                   "fs/crypto/",
                                   "fs/verity/",
                                   "tools/include/",
                                   "tools/arch/x86/",
                                   "tools/build/",
                                   "tools/scripts/",
                                   "tools/objtool/",
                                   "tools/lib/"};

static bool below(const char *name, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strncmp(name, list[i], strlen(list[i])) == 0)
            return true;
    return false;
}

bool tree_wants(const char *name)
{
    const char *slash = strrchr(name, '/');
    const char *last = slash ? slash + 1 : name;
    if (!below(name, dropped, sizeof dropped / sizeof *dropped) ||
        below(name, kept, sizeof kept / sizeof *kept))
        return true;
    if (strncmp(name, "fs/", 3) == 0 && last == name + 3)
        return true;
    return strncmp(last, "Kconfig", 7) == 0 || strncmp(last, "Makefile", 8) == 0 ||
           strncmp(last, "Kbuild", 6) == 0;
}

/* ---- where ---- */

int tree_check(const char *directory, struct error *e)
{
    static const char *const files[] = {"Makefile", "Kconfig"};
    char clean[256], path[PATH_MAX];
    struct stat st;
    text_clean(clean, sizeof clean, *directory ? directory : "\"\"");
    if (stat(directory, &st) < 0)
        return error_errno(e, errno, "--tree %s", clean);
    if (!S_ISDIR(st.st_mode))
        return error_set(e, ERROR_USAGE, "--tree %s: that is no directory", clean);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        int n = snprintf(path, sizeof path, "%s/%s", directory, files[i]);
        if (n < 0 || (size_t)n >= sizeof path || access(path, R_OK) < 0)
            return error_set(e, ERROR_USAGE,
                             "--tree %s: there is no %s in it, so these are no kernel's sources",
                             clean, files[i]);
    }
    return 0;
}

/* Is version a newer than b? Numbers count as numbers: 6.12 is newer than 6.1. */
static bool newer(const char *a, const char *b)
{
    return strverscmp(a, b) > 0;
}

int tree_find(const char *directory, char *out, size_t size, struct error *e)
{
    static const char prefix[] = "linux-source-", suffix[] = ".tar.xz";
    char best[NAME_MAX + 1] = "";
    DIR *d = opendir(directory);
    for (struct dirent *entry; d && (entry = readdir(d));) {
        const char *name = entry->d_name;
        size_t length = strlen(name);
        if (strncmp(name, prefix, sizeof prefix - 1) == 0 && length > sizeof prefix + 6 &&
            strcmp(name + length - (sizeof suffix - 1), suffix) == 0 &&
            (!best[0] || newer(name, best)))
            text_copy(best, sizeof best, name);
    }
    if (d)
        closedir(d);
    if (!best[0])
        return error_set(e, ERROR_SYSTEM,
                         "there are no kernel sources in %s: apt install linux-source, or name "
                         "some by --tree DIR",
                         directory);
    int n = snprintf(out, size, "%s/%s", directory, best);
    return n < 0 || (size_t)n >= size ? error_set(e, ERROR_SYSTEM, "%s: too long", directory) : 0;
}

bool tree_missing(const char *directory, char packages[TREE_PACKAGES_MAX])
{
    char tools[KBUILD_PACKAGES_MAX], path[PATH_MAX];
    struct error e;
    kbuild_missing(tools);
    bool sources = directory || tree_find(SOURCES, path, sizeof path, &e) == 0;
    snprintf(packages, TREE_PACKAGES_MAX, "%s%s%s", tools, tools[0] && !sources ? " " : "",
             sources ? "" : "linux-source");
    return packages[0] != '\0';
}

/* ---- packing ---- */

struct packer {
    struct archive *out;
    struct cache_writer writer;
    int interrupt_fd;
    uint64_t files, bytes;
    struct error *error;
    char *piece;
};

static bool interrupted(const struct packer *p)
{
    struct pollfd f = {.fd = p->interrupt_fd, .events = POLLIN};
    return p->interrupt_fd >= 0 && poll(&f, 1, 0) > 0;
}

static la_ssize_t pack_bytes(struct archive *a, void *context, const void *data, size_t size)
{
    struct packer *p = context;
    if (cache_write(&p->writer, data, size, p->error) < 0) {
        archive_set_error(a, EIO, "%s", p->error->text);
        return -1;
    }
    return (la_ssize_t)size;
}

static int cannot_pack(struct packer *p, struct archive *a, const char *what)
{
    char clean[200];
    const char *why = archive_error_string(a);
    if (p->error->kind != ERROR_NONE) /* cache_write() said it */
        return -1;
    return error_set(p->error, ERROR_DATA, "%s: %s", what,
                     text_clean(clean, sizeof clean, why ? why : "damaged"));
}

/* The begin of one file of size bytes. Times and owners are the same for all. */
static int pack_header(struct packer *p, const char *name, bool executable, uint64_t size)
{
    if (interrupted(p))
        return error_set(p->error, ERROR_INTERRUPTED, "interrupted");
    if (p->files >= FILES_MAX || size > BYTES_MAX - p->bytes)
        return error_set(p->error, ERROR_DATA, "the kernel's sources are larger than expected");
    p->files++;
    p->bytes += size;
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_size(entry, (la_int64_t)size);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, executable ? 0755 : 0644);
    archive_entry_set_mtime(entry, 1, 0);
    int status = archive_write_header(p->out, entry);
    archive_entry_free(entry);
    return status == ARCHIVE_OK ? 0 : cannot_pack(p, p->out, name);
}

/* --- from an archive --- */

static int pack_entry(struct packer *p, struct archive *in, struct archive_entry *entry)
{
    const char *name = archive_entry_pathname(entry);
    const char *slash = name ? strchr(name, '/') : NULL; /* behind linux-source-6.1 */
    if (!slash || archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) ||
        !tree_wants(slash + 1))
        return 0;
    if (pack_header(p, slash + 1, archive_entry_perm(entry) & 0100,
                    (uint64_t)archive_entry_size(entry)) < 0)
        return -1;
    la_ssize_t n;
    while ((n = archive_read_data(in, p->piece, PIECE)) > 0)
        if (archive_write_data(p->out, p->piece, (size_t)n) != n)
            return cannot_pack(p, p->out, name);
    return n < 0 ? cannot_pack(p, in, name) : 0;
}

static int pack_archive(struct packer *p, const char *path)
{
    struct archive *in = archive_read_new();
    struct archive_entry *entry;
    int status = ARCHIVE_FATAL, rc = 0;
    if (archive_read_support_filter_xz(in) == ARCHIVE_OK &&
        archive_read_support_format_tar(in) == ARCHIVE_OK)
        status = archive_read_open_filename(in, path, PIECE);
    while (status == ARCHIVE_OK && rc == 0 &&
           (status = archive_read_next_header(in, &entry)) == ARCHIVE_OK)
        rc = pack_entry(p, in, entry);
    if (rc == 0 && status != ARCHIVE_EOF)
        rc = cannot_pack(p, in, path);
    archive_read_free(in);
    return rc;
}

/* --- from a directory --- */

struct names {
    char **list;
    size_t count, room;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Adds the wanted regular files below prefix ("" or "a/b/"), following no link. */
static int list_names(int parent, const char *name, const char *prefix, int depth,
                      struct names *names, struct error *e)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (depth ? O_NOFOLLOW : 0));
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    if (!d || depth > DEPTH_MAX) {
        error_errno(e, d ? ELOOP : errno, "the kernel's sources: %.200s", *prefix ? prefix : name);
        if (d)
            closedir(d);
        else if (fd >= 0)
            close(fd);
        return -1;
    }
    int rc = 0;
    for (struct dirent *entry; rc == 0 && (entry = readdir(d));) {
        struct stat st;
        if (entry->d_name[0] == '.' || fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
            continue;
        char *path = xasprintf("%s%s%s", prefix, entry->d_name, S_ISDIR(st.st_mode) ? "/" : "");
        if (S_ISDIR(st.st_mode)) {
            rc = list_names(fd, entry->d_name, path, depth + 1, names, e);
        } else if (S_ISREG(st.st_mode) && tree_wants(path)) {
            XGROW(names->list, names->count, names->room);
            names->list[names->count++] = path;
            path = NULL;
            if (names->count > FILES_MAX)
                rc = error_set(e, ERROR_DATA, "the kernel's sources are more files than expected");
        }
        free(path);
    }
    closedir(d);
    return rc;
}

static void names_release(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->list[i]);
    free(names->list);
}

static int pack_file(struct packer *p, int directory, const char *name)
{
    struct stat st;
    int fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    int rc = 0;
    if (fd < 0 || fstat(fd, &st) < 0)
        rc = error_errno(p->error, errno, "cannot read %.300s", name);
    if (rc == 0)
        rc = pack_header(p, name, st.st_mode & 0100, (uint64_t)st.st_size);
    for (off_t left = rc == 0 ? st.st_size : 0; left > 0;) {
        ssize_t n = read(fd, p->piece, left < (off_t)PIECE ? (size_t)left : PIECE);
        if (n <= 0 || archive_write_data(p->out, p->piece, (size_t)n) != n) {
            rc = error_set(p->error, ERROR_DATA, "cannot pack %.300s: does it change?", name);
            break;
        }
        left -= n;
    }
    if (fd >= 0)
        close(fd);
    return rc;
}

/* Everything that the archive will depend on, as text for its key. */
static char *describe_files(int directory, const struct names *names)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < names->count; i++) {
        struct stat st = {0};
        fstatat(directory, names->list[i], &st, AT_SYMLINK_NOFOLLOW);
        const uint64_t words[] = {(uint64_t)st.st_size, (uint64_t)st.st_mtim.tv_sec,
                                  (uint64_t)st.st_mtim.tv_nsec, (uint64_t)st.st_ino, st.st_mode};
        for (const char *c = names->list[i]; *c; c++)
            h = (h ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
        for (size_t k = 0; k < sizeof words / sizeof *words; k++)
            h = (h ^ words[k]) * UINT64_C(0x9e3779b97f4a7c15), h ^= h >> 31;
    }
    return xasprintf("directory %zu %016" PRIx64, names->count, h);
}

/* ---- the cache ---- */

struct source {
    const char *archive; /* or */
    int directory;
    struct names names;
};

static int pack_all(struct packer *p, const struct source *s)
{
    if (s->archive)
        return pack_archive(p, s->archive);
    for (size_t i = 0; i < s->names.count; i++)
        if (pack_file(p, s->directory, s->names.list[i]) < 0)
            return -1;
    return 0;
}

static int pack(const struct source *s, int interrupt_fd, const char *cache, const char *key,
                char *out, size_t size, struct error *e)
{
    struct packer p = {.interrupt_fd = interrupt_fd, .error = e, .piece = xcalloc(PIECE, 1)};
    e->kind = ERROR_NONE;
    p.out = archive_write_new();
    int rc = cache_begin(&p.writer, cache, e);
    if (rc == 0 && (archive_write_set_format_ustar(p.out) != ARCHIVE_OK ||
                    archive_write_open(p.out, &p, NULL, pack_bytes, NULL) != ARCHIVE_OK))
        rc = cannot_pack(&p, p.out, "the archive of the kernel's sources");
    if (rc == 0)
        rc = pack_all(&p, s);
    if (rc == 0 && p.files == 0)
        rc = error_set(e, ERROR_DATA, "%s holds no kernel's sources",
                       s->archive ? s->archive : "the directory of --tree");
    if (rc == 0 && archive_write_close(p.out) != ARCHIVE_OK)
        rc = cannot_pack(&p, p.out, "the archive of the kernel's sources");
    archive_write_free(p.out);
    free(p.piece);
    if (rc < 0) {
        cache_abort(&p.writer);
        return -1;
    }
    return cache_commit(&p.writer, FAMILY, key, out, size, e);
}

static int make(const struct source *s, const char *what, int interrupt_fd, char *out, size_t size,
                struct error *e)
{
    char cache[PATH_MAX], key[CACHE_KEY_SIZE];
    if (cache_directory(cache, sizeof cache, e) < 0)
        return -1;
    cache_key(what, key);
    if (cache_find(cache, FAMILY, key, out, size))
        return 0;
    return pack(s, interrupt_fd, cache, key, out, size, e);
}

static int make_of_directory(const char *directory, int interrupt_fd, char *out, size_t size,
                             struct error *e)
{
    struct source s = {.directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (s.directory < 0)
        return error_errno(e, errno, "--tree");
    int rc = list_names(s.directory, ".", "", 0, &s.names, e);
    if (rc == 0) {
        if (s.names.count)
            qsort(s.names.list, s.names.count, sizeof *s.names.list, by_name);
        char *files = describe_files(s.directory, &s.names);
        char *what = xasprintf(FORMAT " %s %s", directory, files);
        rc = make(&s, what, interrupt_fd, out, size, e);
        free(what);
        free(files);
    }
    names_release(&s.names);
    close(s.directory);
    return rc;
}

static int make_of_archive(int interrupt_fd, char *out, size_t size, struct error *e)
{
    char path[PATH_MAX];
    struct stat st;
    if (tree_find(SOURCES, path, sizeof path, e) < 0)
        return -1;
    if (stat(path, &st) < 0)
        return error_errno(e, errno, "%s", path);
    struct source s = {.archive = path, .directory = -1};
    char *what = xasprintf(FORMAT " %s %jd %jd", path, (intmax_t)st.st_size,
                           (intmax_t)st.st_mtim.tv_sec);
    int rc = make(&s, what, interrupt_fd, out, size, e);
    free(what);
    return rc;
}

int tree_make(const char *directory, int interrupt_fd, char *out, size_t size, uint64_t *bytes,
              struct error *e)
{
    struct stat st;
    int rc = directory ? make_of_directory(directory, interrupt_fd, out, size, e)
                       : make_of_archive(interrupt_fd, out, size, e);
    if (rc == 0 && stat(out, &st) < 0)
        rc = error_errno(e, errno, "%s", out);
    if (rc == 0 && bytes)
        *bytes = (uint64_t)st.st_size;
    return rc;
}

/* ---- into the scratch directory ---- */

static int copy(const char *from, const char *to, struct error *e)
{
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = in < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    char *piece = xcalloc(PIECE, 1);
    ssize_t n = out < 0 ? -1 : 0;
    while (out >= 0 && (n = read(in, piece, PIECE)) > 0)
        if (write(out, piece, (size_t)n) != n) {
            n = -1;
            break;
        }
    int rc = n < 0 ? error_errno(e, errno, "cannot write the kernel's sources to %.300s", to) : 0;
    free(piece);
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    return rc;
}

int tree_place(const char *archive, const char *scratch, char *seed, size_t size, struct error *e)
{
    int length = snprintf(seed, size, "%s/seed", scratch);
    if (length < 0 || (size_t)length >= size)
        return error_set(e, ERROR_USAGE, "the name of the scratch directory is too long");
    char *first = xasprintf("%s/" TREE_NAME, scratch), *second = xasprintf("%s/" TREE_NAME, seed);
    int rc = 0;
    if (mkdir(seed, 0700) < 0)
        rc = error_errno(e, errno, "cannot make %.300s", seed);
    /* The cache may be on another file system. */
    if (rc == 0 && link(archive, first) < 0)
        rc = copy(archive, first, e);
    if (rc == 0 && link(first, second) < 0)
        rc = copy(first, second, e);
    free(first);
    free(second);
    return rc;
}
