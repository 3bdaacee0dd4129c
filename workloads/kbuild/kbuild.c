/* kbuild: a Linux kernel is compiled, as in the paper's figure 4, in the smallest configuration
 * that there is (tinyconfig).
 *
 * Once per block the sources are unpacked into the private directory on the target's own disk.
 * Before each slot what the last one built is removed and the kernel is configured anew; only make
 * is timed. Compiler and tools are the target's own; targets that share the host's userland have
 * the same ones.
 *
 * A build is right if make ended with 0 and left its goal behind, and as many objects of the same
 * names as every build before it in this process. What was there before the time began does not
 * count: the directory of objects is new for each slot. */
#include <config.h>

#include "workloads/kbuild/tar.h"
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
} parts[] = {
    [PART_QUICK] = {"make lib/", "lib/", "lib/built-in.a"},
    [PART_WHOLE] = {"make vmlinux", "vmlinux", "vmlinux"},
};

struct objects {
    uint64_t count, digest; /* of the names, in whatever order they are found */
};

struct kbuild_state {
    struct tool tool;
    const struct part *part;
    char jobs[16]; /* as many as processors */
    uint64_t builds;
    struct objects before, first; /* in this slot, before the time; of the first build */
};

/* ---- what the target needs ---- */

static const struct needed {
    const char *program, *package;
} tools[] = {
    {"make", "make"},   {"gcc", "gcc"}, {"ld", "binutils"}, {"flex", "flex"},
    {"bison", "bison"}, {"bc", "bc"},   {"awk", "mawk"},    {"sed", "sed"},
};

static bool have(const char *program)
{
    static const char *const places[] = {"/usr/sbin", "/usr/bin", "/sbin", "/bin"}; /* as $PATH */
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s/%s", places[i], program);
        if (access(path, X_OK) == 0)
            return true;
    }
    return false;
}

static int check_tools(struct work *w)
{
    char packages[128] = "";
    for (size_t i = 0; i < sizeof tools / sizeof *tools; i++) {
        size_t used = strlen(packages);
        if (!have(tools[i].program))
            snprintf(packages + used, sizeof packages - used, " %s", tools[i].package);
    }
    if (!packages[0])
        return 0;
    return error_set(w->error, ERROR_SYSTEM, "%s finds no tools to build with: apt install%s",
                     w->workload->id, packages);
}

/* ---- files ---- */

static uint64_t name_digest(uint64_t h, const char *name)
{
    for (; *name; name++)
        h = (h ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
    return h ^ h >> 29;
}

/* Adds the objects below a directory that are not empty. h: of its own name. */
static void find_objects(int parent, const char *name, uint64_t h, int depth, struct objects *o)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *d = fd >= 0 && depth <= DEPTH_MAX ? fdopendir(fd) : NULL;
    if (!d && fd >= 0)
        close(fd);
    for (struct dirent *entry; d && (entry = readdir(d));) {
        struct stat st;
        size_t length = strlen(entry->d_name);
        uint64_t own = name_digest(h * UINT64_C(0x9e3779b97f4a7c15), entry->d_name);
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
            continue;
        if (S_ISDIR(st.st_mode)) {
            find_objects(fd, entry->d_name, own, depth + 1, o);
        } else if (S_ISREG(st.st_mode) && st.st_size > 0 && length > 2 &&
                   strcmp(entry->d_name + length - 2, ".o") == 0) {
            o->count++;
            o->digest += own;
        }
    }
    if (d)
        closedir(d);
}

static struct objects objects_of(const struct kbuild_state *s)
{
    struct objects o = {0, 0};
    find_objects(s->tool.scratch, OBJECTS, 1, 0, &o);
    return o;
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

/* ---- the workload ---- */

static int kbuild_prepare(struct work *w)
{
    if (!w->scratch || !w->tree)
        return error_set(w->error, ERROR_USAGE, "%s needs a directory and a kernel's sources",
                         w->workload->id);
    if (check_tools(w) < 0)
        return -1;
    struct kbuild_state *s = calloc(1, sizeof *s);
    if (!s)
        return error_set(w->error, ERROR_SYSTEM, "no memory for %s", w->workload->id);
    w->state = s;
    s->part = &parts[w->param[KBUILD_PART]];
    if (tool_open(&s->tool, w, w->param[KBUILD_CPUS]) < 0)
        return -1;
    snprintf(s->jobs, sizeof s->jobs, "-j%zu", s->tool.cpus);
    return unpack(w);
}

static int kbuild_arrange(struct work *w)
{
    struct kbuild_state *s = w->state;
    tool_remove(s->tool.scratch, OBJECTS);
    if (mkdirat(s->tool.scratch, OBJECTS, 0700) < 0)
        return tool_cannot(w, "make a new directory of objects");
    if (run_make(w, "make tinyconfig", "tinyconfig") < 0)
        return -1;
    /* The generated headers and host programs are a tenth of the whole, but most of a quick part.
     */
    if (w->param[KBUILD_PART] == PART_QUICK && run_make(w, "make prepare", "prepare") < 0)
        return -1;
    s->before = objects_of(s);
    if (syscall(SYS_syncfs, s->tool.scratch) <
        0) /* writes of before must not be paid for in the time */
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
    struct objects now = objects_of(s);
    snprintf(proof, sizeof proof, OBJECTS "/%s", s->part->proof);
    if (fstatat(s->tool.scratch, proof, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode) ||
        st.st_size == 0)
        return error_set(w->error, ERROR_SYSTEM, "%s: make ended well but left no %s",
                         w->workload->id, s->part->proof);
    if (now.count < s->before.count + OBJECTS_MIN)
        return error_set(w->error, ERROR_SYSTEM,
                         "%s: make ended well but built %" PRIu64 " objects", w->workload->id,
                         now.count - s->before.count);
    if (s->builds++ == 0)
        s->first = now;
    if (now.count != s->first.count || now.digest != s->first.digest)
        return error_set(w->error, ERROR_SYSTEM,
                         "%s: %" PRIu64 " objects were built instead of the %" PRIu64
                         " of the first build",
                         w->workload->id, now.count, s->first.count);
    return 0;
}

static void kbuild_release(struct work *w)
{
    struct kbuild_state *s = w->state;
    if (!s)
        return;
    if (s->tool.scratch >= 0)
        tool_remove(s->tool.scratch, SOURCES);
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
