/* kbuild: a Linux kernel is compiled, as in the paper's figure 4, in the smallest configuration
 * that there is (tinyconfig).
 *
 * Once per block the sources are unpacked into the private directory on the target's own disk.
 * Before each slot what the last one built is removed, for the whole kernel with its configuration;
 * only make is timed. Compiler and tools are the target's own; targets that share the host's
 * userland have the same ones.
 *
 * A build is right if make ended with 0 and left its goal behind, and objects of the same names and
 * contents as every other build of the run: names, times and paths that kernels carry are fixed, so
 * the digest of them all is the same wherever the same compiler did its work. vmtax compares that
 * of all targets, beginning with native's. */
#include <config.h>

#include "sha256.h"
#include "workloads/kbuild/needs.h"
#include "workloads/kbuild/tar.h"
#include "workloads/remove.h"
#include "workloads/tool.h"
#include "workloads/workload.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SOURCES     "sources" /* below the scratch directory */
#define OBJECTS     "sources/build"
#define DEPTH_MAX   32
#define OBJECTS_MIN 3 /* fewer were no measurement; the kernel has hundreds */

enum { KBUILD_PART, KBUILD_CPUS };
enum { PART_QUICK, PART_WHOLE };

/* What make is asked for, and the file that must be there afterwards. */
static const struct part {
    const char *name, *goal, *proof;
    const char *built; /* all that it builds lies there; NULL: everywhere */
} parts[] = {
    [PART_QUICK] = {"make lib/", "lib/", "lib/built-in.a", OBJECTS "/lib"},
    [PART_WHOLE] = {"make vmlinux", "vmlinux", "vmlinux", NULL},
};

struct objects {
    uint64_t count, digest; /* of names and contents, in whatever order they are found */
};

struct kbuild_state {
    struct tool tool;
    const struct part *part;
    char jobs[16]; /* as many as processors */
    bool configured;
    char directory[PATH_MAX]; /* the scratch directory, without links */
    struct objects before;    /* in this slot, before the time */
};

/* ---- files ---- */

/* All bytes of a file below the scratch directory, to be freed; NULL with a sentence. */
static unsigned char *read_file(struct work *w, const char *path, size_t *size)
{
    struct kbuild_state *s = w->state;
    struct stat st = {0};
    int fd = openat(s->tool.scratch, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    unsigned char *bytes = NULL;
    ssize_t n = -1;
    if (fd >= 0 && fstat(fd, &st) == 0 && (bytes = malloc((size_t)st.st_size + 1)))
        n = read(fd, bytes, (size_t)st.st_size);
    if (n < 0 || n != st.st_size) {
        tool_cannot(w, "read what it built");
        free(bytes);
        bytes = NULL;
    }
    if (fd >= 0)
        close(fd);
    *size = (size_t)st.st_size;
    return bytes;
}

/* Adds one file to the digest, by its name from the top and what is in it. Objects with debug
 * information name the directory where they were compiled, which no two workers share: of those
 * the name counts only (unless all is true); their code is in vmlinux, which counts whole. */
static int add_file(struct work *w, const char *path, bool all, struct objects *o)
{
    struct kbuild_state *s = w->state;
    char hex[65] = "", both[PATH_MAX + 65];
    size_t size;
    unsigned char *bytes = read_file(w, path, &size);
    if (!bytes)
        return -1;
    if (all || !memmem(bytes, size, s->directory, strlen(s->directory)))
        sha256_bytes(bytes, size, hex);
    free(bytes);
    int n = snprintf(both, sizeof both, "%s %s", hex, path);
    sha256_bytes(both, (size_t)n, hex);
    hex[16] = '\0';
    o->digest += strtoull(hex, NULL, 16);
    return 0;
}

static bool is_object(const char *name)
{
    size_t length = strlen(name);
    return length > 2 && strcmp(name + length - 2, ".o") == 0;
}

/* Adds the objects below a directory that are not empty; without digest they are counted only. */
static int find_objects(struct work *w, const char *path, int depth, bool digest, struct objects *o)
{
    struct kbuild_state *s = w->state;
    int rc = 0, fd = openat(s->tool.scratch, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *d = fd >= 0 && depth <= DEPTH_MAX ? fdopendir(fd) : NULL;
    if (!d && fd >= 0)
        close(fd);
    for (struct dirent *entry; d && rc == 0 && (entry = readdir(d));) {
        struct stat st;
        char below[PATH_MAX];
        int n = snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 || n < 0 ||
            (size_t)n >= sizeof below || fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
            continue;
        if (S_ISDIR(st.st_mode)) {
            rc = find_objects(w, below, depth + 1, digest, o);
        } else if (S_ISREG(st.st_mode) && st.st_size > 0 && is_object(entry->d_name)) {
            o->count++;
            rc = digest ? add_file(w, below, false, o) : 0;
        }
    }
    if (d)
        closedir(d);
    return rc;
}

static int unpack(struct work *w)
{
    struct kbuild_state *s = w->state;
    if (mkdirat(s->tool.scratch, SOURCES, 0700) < 0)
        return tool_cannot(w, "make a directory in the scratch directory");
    int directory = openat(s->tool.scratch, SOURCES, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int archive = open(w->tree, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    int rc = directory < 0 || archive < 0 ? tool_cannot(w, "open the archive of the sources")
                                          : tar_unpack(archive, directory, NULL, w->error);
    if (directory >= 0)
        close(directory);
    if (archive >= 0)
        close(archive);
    return rc;
}

/* ---- make ---- */

/* Is this line about what went wrong? 2: a compiler's own words, 1: make's. */
WORK_FAILED static int rank(const char *line)
{
    if (strstr(line, "error:") || strstr(line, "undefined reference") ||
        strstr(line, "No space left"))
        return 2;
    return strstr(line, "***") != NULL || strstr(line, "Error ") != NULL;
}

/* A fixed environment, the same on every target. */
WORK_TIMED static int run_make(struct work *w, const char *name, const char *goal)
{
    struct kbuild_state *s = w->state;
    static const char *const files[] = {"/usr/bin/make", "/bin/make", "/usr/sbin/make", NULL};
    char make[] = "make", silent[] = "-s", in[] = "-C", sources[] = SOURCES, to[] = "O=build";
    char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", locale[] = "LC_ALL=C";
    char user[] = "KBUILD_BUILD_USER=vmtax", host[] = "KBUILD_BUILD_HOST=vmtax";
    char date[] = "KBUILD_BUILD_TIMESTAMP=Thu Jan 1 00:00:00 UTC 1970";
    char *argv[] = {make, silent, in, sources, to, s->jobs, (char *)(uintptr_t)goal, NULL};
    char *envp[] = {path, locale, user, host, date, s->tool.home, s->tool.temporary, NULL};
    struct tool_command command = {
        .name = name, .files = files, .argv = argv, .envp = envp, .rank = rank};
    return tool_run(&s->tool, w, &command);
}

/* ---- the compiler ---- */

static int digits(const char *line)
{
    return line[0] >= '0' && line[0] <= '9';
}

/* Which one it is: in all targets of a run it must be the same. */
static int ask_compiler(struct work *w)
{
    struct kbuild_state *s = w->state;
    static const char *const files[] = {"/usr/bin/gcc", "/bin/gcc", "/usr/sbin/gcc", NULL};
    char gcc[] = "gcc", version[] = "-dumpfullversion", locale[] = "LC_ALL=C", number[24] = "";
    char *argv[] = {gcc, version, NULL}, *envp[] = {locale, NULL};
    struct tool_command command = {
        .name = "gcc -dumpfullversion", .files = files, .argv = argv, .envp = envp, .rank = digits};
    if (tool_run(&s->tool, w, &command) < 0)
        return -1;
    tool_says(&s->tool, digits, number, sizeof number);
    snprintf(w->engine, sizeof w->engine, "gcc %s", number);
    return 0;
}

/* ---- the workload ---- */

static int kbuild_prepare(struct work *w)
{
    if (!w->scratch || !w->tree)
        return error_set(w->error, ERROR_USAGE, "%s needs a directory and a kernel's sources",
                         w->workload->id);
    char packages[KBUILD_PACKAGES_MAX];
    if (kbuild_missing(packages))
        return error_set(w->error, ERROR_SYSTEM, "%s finds no tools to build with: apt install %s",
                         w->workload->id, packages);
    struct kbuild_state *s = calloc(1, sizeof *s);
    if (!s)
        return error_set(w->error, ERROR_SYSTEM, "no memory for %s", w->workload->id);
    w->state = s;
    s->part = &parts[w->param[KBUILD_PART]];
    if (tool_open(&s->tool, w, w->param[KBUILD_CPUS]) < 0)
        return -1;
    snprintf(s->jobs, sizeof s->jobs, "-j%zu", s->tool.cpus);
    if (!realpath(w->scratch, s->directory))
        return tool_cannot(w, "find the scratch directory");
    return ask_compiler(w) < 0 ? -1 : unpack(w);
}

/* A new directory of objects with a configuration; for a part of the kernel also with the generated
 * headers and host programs: they are a tenth of the whole, but would be most of a quick part. */
static int configure(struct work *w)
{
    struct kbuild_state *s = w->state;
    remove_tree(s->tool.scratch, OBJECTS);
    if (mkdirat(s->tool.scratch, OBJECTS, 0700) < 0)
        return tool_cannot(w, "make a new directory of objects");
    if (run_make(w, "make tinyconfig", "tinyconfig") < 0)
        return -1;
    if (s->part->built && run_make(w, "make prepare", "prepare") < 0)
        return -1;
    s->configured = true;
    return 0;
}

static int kbuild_arrange(struct work *w)
{
    struct kbuild_state *s = w->state;
    if (s->part->built && s->configured)
        remove_tree(s->tool.scratch, s->part->built);
    else if (configure(w) < 0)
        return -1;
    s->before = (struct objects){0, 0};
    find_objects(w, OBJECTS, 0, false, &s->before);
    /* Writes of before must not be paid for in the time. */
    if (syscall(SYS_syncfs, s->tool.scratch) < 0)
        return tool_cannot(w, "write what it prepared to the disk");
    return 0;
}

WORK_TIMED static int kbuild_run(struct work *w, uint64_t count)
{
    struct kbuild_state *s = w->state;
    for (uint64_t i = 0; i < count; i++)
        if (run_make(w, s->part->name, s->part->goal) < 0)
            return -1;
    return 0;
}

static int kbuild_verify(struct work *w)
{
    struct kbuild_state *s = w->state;
    char proof[64];
    struct stat st;
    struct objects now = {0, 0};
    snprintf(proof, sizeof proof, OBJECTS "/%s", s->part->proof);
    if (fstatat(s->tool.scratch, proof, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode) ||
        st.st_size == 0)
        return error_set(w->error, ERROR_SYSTEM, "%s: make ended well but left no %s",
                         w->workload->id, s->part->proof);
    if (find_objects(w, OBJECTS, 0, true, &now) < 0 || add_file(w, proof, true, &now) < 0)
        return -1;
    if (now.count < s->before.count + OBJECTS_MIN)
        return error_set(w->error, ERROR_SYSTEM,
                         "%s: make ended well but built %" PRIu64 " objects", w->workload->id,
                         now.count - s->before.count);
    snprintf(w->product, sizeof w->product, "%" PRIu64 " objects %016" PRIx64, now.count,
             now.digest);
    return 0;
}

static void kbuild_release(struct work *w)
{
    struct kbuild_state *s = w->state;
    if (!s)
        return;
    if (s->tool.scratch >= 0)
        remove_tree(s->tool.scratch, SOURCES);
    tool_close(&s->tool);
    free(s);
    w->state = NULL;
}

static const struct workload_ops kbuild_ops = {
    .id = "kbuild",
    .prepare = kbuild_prepare,
    .arrange = kbuild_arrange,
    .run = kbuild_run,
    .verify = kbuild_verify,
    .release = kbuild_release,
};

const struct workload_ops *const workload_ops_kbuild[] = {&kbuild_ops, NULL};
