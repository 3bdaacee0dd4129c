#include "config.h"

#include "target/cgroup.h"

#include "clock.h"
#include "target/cgroup_place.h"
#include "xalloc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CPUS_SHOWN 40

struct cgroup {
    struct {
        char *path;
        char *inner; /* where processes go; NULL: into the group itself */
        bool v2;
        char controllers[CGROUP_CONTROLLERS_MAX];
    } group[CGROUP_HIERARCHIES_MAX];
    size_t count;
    char *cpus; /* as read back; NULL: not limited by a cgroup */
    uint64_t memory_bytes;
    bool memory_by_v2, cpus_by_v2;
};

/* --- small files ------------------------------------------------------------------------------ */

static bool read_text(const char *directory, const char *name, char *out, size_t size)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", directory, name) >= (int)sizeof path)
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = read(fd, out, size - 1);
    close(fd);
    if (n < 0)
        return false;
    out[n] = '\0';
    out[strcspn(out, "\n")] = '\0';
    return true;
}

static bool read_number(const char *directory, const char *name, uint64_t *out)
{
    char text[64], *end;
    if (!read_text(directory, name, text, sizeof text) || text[0] < '0' || text[0] > '9')
        return false;
    *out = strtoull(text, &end, 10);
    return true;
}

/* 0, or -1 with errno. */
static int write_text(const char *directory, const char *name, const char *text)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", directory, name) >= (int)sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t n = write(fd, text, strlen(text));
    int cause = errno;
    close(fd);
    errno = cause;
    return n < 0 ? -1 : 0;
}

/* --- v2: where controllers can be handed down --------------------------------------------------
 */

static bool v2_offers(const char *directory, const char *file, const char *controller)
{
    char list[256];
    return read_text(directory, file, list, sizeof list) && cgroup_has_word(list, controller, ' ');
}

static bool v2_is_empty(const char *directory)
{
    char text[16];
    return read_text(directory, "cgroup.procs", text, sizeof text) && !text[0];
}

static void v2_enable(const char *directory, const char *controller)
{
    char word[32];
    snprintf(word, sizeof word, "+%s", controller);
    if (v2_offers(directory, "cgroup.controllers", controller))
        (void)write_text(directory, "cgroup.subtree_control", word); /* looked at afterwards */
}

/* The group below which ours is made: our own or the nearest above where the memory controller is,
 * or can be, handed down. With change, handing down is switched on; only for memory, since it stays
 * on, and processors are held to by affinity too. NULL: there is none. */
static char *v2_parent(const struct cgroup_place *place, bool change)
{
    char *at = xstrdup(place->own);
    size_t top = strlen(place->mount);
    for (;;) {
        if (access(at, W_OK) == 0 && v2_offers(at, "cgroup.controllers", "memory")) {
            bool may = v2_offers(at, "cgroup.subtree_control", "memory");
            if (!may && change) {
                v2_enable(at, "memory");
                may = v2_offers(at, "cgroup.subtree_control", "memory");
            } else if (!may) {
                char file[PATH_MAX];
                snprintf(file, sizeof file, "%s/cgroup.subtree_control", at);
                /* The real root may have processes; it is the one without cgroup.type. */
                struct stat st;
                char type[PATH_MAX];
                snprintf(type, sizeof type, "%s/cgroup.type", at);
                may = access(file, W_OK) == 0 && (v2_is_empty(at) || stat(type, &st) < 0);
            }
            if (may)
                return at;
        }
        char *slash = strrchr(at, '/');
        if (!slash || (size_t)(slash - at) < top)
            break;
        *slash = '\0';
    }
    free(at);
    return NULL;
}

bool cgroup_usable(char *how, size_t how_size, char *reason, size_t reason_size)
{
    struct cgroup_places p;
    cgroup_places_find(&p, "/proc");
    bool usable = false;
    snprintf(how, how_size, "none");
    reason[0] = '\0';
    const struct cgroup_place *memory = cgroup_places_v1(&p, "memory");
    const struct cgroup_place *v2 = cgroup_places_v2(&p);
    if (memory) {
        usable = access(memory->own, W_OK) == 0;
        if (usable)
            snprintf(how, how_size, "cgroup v1");
        else
            snprintf(reason, reason_size, "the cgroup %s cannot be written by this user (%s)",
                     memory->own, strerror(errno));
    } else if (v2) {
        char *parent = v2_parent(v2, false);
        usable = parent != NULL;
        if (usable)
            snprintf(how, how_size, "cgroup v2");
        else
            snprintf(reason, reason_size,
                     "no memory controller is delegated to the cgroup %s of this user", v2->own);
        free(parent);
    } else {
        snprintf(reason, reason_size, "no cgroup hierarchy with a memory controller is mounted");
    }
    cgroup_places_release(&p);
    return usable;
}

/* --- limits ------------------------------------------------------------------------------------
 */

static char *cpu_list(const struct target_options *o)
{
    char *list = xstrdup("");
    for (size_t i = 0; i < o->cpu_count; i++) {
        char *longer = xasprintf("%s%s%d", list, i ? "," : "", o->cpus[i]);
        free(list);
        list = longer;
    }
    return list;
}

static int set_cpus(struct cgroup *g, const char *path, bool v2, const struct target_options *o,
                    struct error *e)
{
    char text[1024];
    if (!v2) {
        /* A fresh v1 cpuset is empty and takes no process: memory nodes come from above. */
        char *parent = xstrdup(path);
        *strrchr(parent, '/') = '\0';
        bool known = (read_text(parent, "cpuset.effective_mems", text, sizeof text) && text[0]) ||
                     (read_text(parent, "cpuset.mems", text, sizeof text) && text[0]);
        free(parent);
        if (!known || write_text(path, "cpuset.mems", text) < 0)
            return error_errno(e, known ? errno : ENODATA, "%s/cpuset.mems could not be set", path);
    }
    char *list = cpu_list(o);
    int failed = write_text(path, "cpuset.cpus", list);
    if (failed)
        error_errno(e, errno, "%s/cpuset.cpus could not be set to %s", path, list);
    free(list);
    if (failed)
        return -1;
    const char *file = v2 ? "cpuset.cpus.effective" : "cpuset.effective_cpus";
    if ((!read_text(path, file, text, sizeof text) &&
         !read_text(path, "cpuset.cpus", text, sizeof text)) ||
        !text[0])
        return error_set(e, ERROR_SYSTEM, "%s gives no processors although they were set", path);
    free(g->cpus);
    g->cpus = xstrdup(text);
    g->cpus_by_v2 = v2;
    return 0;
}

/* The smallest limit of this group and those above it, which is the one in force. */
static uint64_t memory_in_force(const char *path, bool v2)
{
    uint64_t least = UINT64_MAX, value;
    char *at = xstrdup(path);
    while (read_number(at, v2 ? "memory.max" : "memory.limit_in_bytes", &value) ||
           access(at, F_OK) == 0) {
        if (read_number(at, v2 ? "memory.max" : "memory.limit_in_bytes", &value) && value < least)
            least = value;
        char *slash = strrchr(at, '/');
        if (!slash || slash == at)
            break;
        *slash = '\0';
    }
    free(at);
    return least;
}

static int set_memory(struct cgroup *g, const char *path, bool v2, const struct target_options *o,
                      struct error *e)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRIu64, o->memory_bytes);
    const char *file = v2 ? "memory.max" : "memory.limit_in_bytes";
    if (write_text(path, file, text) < 0)
        return error_errno(e, errno, "%s/%s could not be set to %s", path, file, text);
    /* No swap on top; kernels without swap accounting do not have the file. */
    if (v2)
        (void)write_text(path, "memory.swap.max", "0");
    else
        (void)write_text(path, "memory.memsw.limit_in_bytes", text);
    uint64_t set = memory_in_force(path, v2);
    if (set == UINT64_MAX || set > o->memory_bytes)
        return error_set(e, ERROR_SYSTEM, "%s/%s was set to %s but reads back as another", path,
                         file, text);
    g->memory_bytes = set;
    g->memory_by_v2 = v2;
    return 0;
}

/* Make one directory. 0; 1: it may be done without; -1. */
static int make_group(struct cgroup *g, const char *parent, const struct cgroup_place *place,
                      const char *name, bool needed, struct ledger *l, struct error *e)
{
    char *path = xasprintf("%s/%s", parent, name);
    if (ledger_add(l, LEDGER_CGROUP, path, e) < 0) {
        free(path);
        return -1;
    }
    if (mkdir(path, 0755) < 0) {
        int cause = errno;
        if (needed)
            error_errno(e, cause, "the cgroup %s could not be made", path);
        free(path);
        return needed ? -1 : 1;
    }
    g->group[g->count].path = path;
    g->group[g->count].v2 = place->v2;
    memcpy(g->group[g->count].controllers, place->controllers, sizeof place->controllers);
    g->count++;
    return 0;
}

static int build(struct cgroup *g, const struct cgroup_places *p, const char *name,
                 const struct target_options *o, struct ledger *l, struct error *e)
{
    bool v1_memory = cgroup_places_v1(p, "memory") != NULL;
    for (size_t i = 0; i < p->count; i++) {
        const struct cgroup_place *place = &p->place[i];
        char *parent = place->v2 && !v1_memory ? v2_parent(place, true) : NULL;
        bool limits_here = place->v2 ? parent != NULL
                                     : cgroup_has_word(place->controllers, "memory", ',');
        int made = make_group(g, parent ? parent : place->own, place, name, limits_here, l, e);
        free(parent);
        if (made < 0)
            return -1;
        if (made > 0)
            continue;
        const char *path = g->group[g->count - 1].path;
        bool memory = limits_here && o->memory_bytes;
        bool cpus = place->v2 ? limits_here && access(path, F_OK) == 0 &&
                                    v2_offers(path, "cgroup.controllers", "cpuset")
                              : cgroup_has_word(place->controllers, "cpuset", ',');
        if ((memory && set_memory(g, path, place->v2, o, e) < 0) ||
            (cpus && set_cpus(g, path, place->v2, o, e) < 0))
            return -1;
    }
    if (o->memory_bytes && !g->memory_bytes)
        return error_set(e, ERROR_SYSTEM,
                         "no memory limit could be set: no cgroup with a memory controller may be "
                         "written by this user");
    return 0;
}

struct cgroup *cgroup_new(const char *name, const struct target_options *o, struct ledger *l,
                          struct error *e)
{
    struct cgroup *g = xcalloc(1, sizeof *g);
    struct cgroup_places p;
    cgroup_places_find(&p, "/proc");
    int failed = build(g, &p, name, o, l, e);
    cgroup_places_release(&p);
    if (failed) {
        cgroup_free(g);
        return NULL;
    }
    return g;
}

/* A v1 cpuset is born empty, and nobody may enter an empty one. */
static int inherit_cpuset(const char *from, const char *to, struct error *e)
{
    static const char *const files[] = {"cpuset.cpus", "cpuset.mems"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char text[1024];
        if (!read_text(from, files[i], text, sizeof text) || write_text(to, files[i], text) < 0)
            return error_errno(e, errno, "%s/%s could not be set", to, files[i]);
    }
    return 0;
}

int cgroup_nest(struct cgroup *g, struct error *e)
{
    for (size_t i = 0; i < g->count; i++) {
        char *inner = xasprintf("%s/inner", g->group[i].path);
        if (mkdir(inner, 0755) < 0) {
            error_errno(e, errno, "the cgroup %s could not be made", inner);
            free(inner);
            return -1;
        }
        g->group[i].inner = inner;
        if (!g->group[i].v2 && cgroup_has_word(g->group[i].controllers, "cpuset", ',') &&
            inherit_cpuset(g->group[i].path, inner, e) < 0)
            return -1;
    }
    return 0;
}

int cgroup_attach(struct cgroup *g, pid_t pid, struct error *e)
{
    char text[16];
    snprintf(text, sizeof text, "%d", (int)pid);
    for (size_t i = 0; i < g->count; i++) {
        const char *path = g->group[i].inner ? g->group[i].inner : g->group[i].path;
        if (write_text(path, "cgroup.procs", text) < 0)
            return error_errno(e, errno, "process %d could not enter the cgroup %s", (int)pid,
                               path);
    }
    return 0;
}

void cgroup_describe(const struct cgroup *g, char *out, size_t size)
{
    char memory[64] = "memory not limited", cpus[CPUS_SHOWN + 16] = "";
    if (g->memory_bytes)
        snprintf(memory, sizeof memory, "memory %" PRIu64 " MiB", g->memory_bytes >> 20);
    /* A list of every other processor of a large machine is cut between two of them. */
    size_t length = g->cpus ? strlen(g->cpus) : 0, shown = length;
    if (length > CPUS_SHOWN)
        for (shown = CPUS_SHOWN; shown > 0 && g->cpus[shown] != ',';)
            shown--;
    if (g->cpus)
        snprintf(cpus, sizeof cpus, "cpus %.*s%s, ", (int)shown, g->cpus,
                 shown < length ? ",..." : "");
    snprintf(out, size, "%s%s (cgroup %s)", cpus, memory,
             g->memory_by_v2 || g->cpus_by_v2 ? "v2" : "v1");
}

/* The number after a key in a file of "key number" lines. */
static bool read_keyed(const char *directory, const char *name, const char *key, uint64_t *out)
{
    char path[PATH_MAX], word[64];
    if (snprintf(path, sizeof path, "%s/%s", directory, name) >= (int)sizeof path)
        return false;
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    bool found = false;
    while (!found && fscanf(file, "%63s %" SCNu64, word, out) == 2)
        found = !strcmp(word, key);
    fclose(file);
    return found;
}

void cgroup_counters(const struct cgroup *g, struct counters *out)
{
    /* On a hybrid system v1 knows better. */
    bool cpu_known = false, throttled_known = false;
    uint64_t cpu_ns = 0, throttled_ns = 0, value;
    for (size_t i = 0; g && i < g->count; i++) {
        const char *path = g->group[i].path;
        if (g->group[i].v2) {
            if (!cpu_known && read_keyed(path, "cpu.stat", "usage_usec", &value)) {
                cpu_ns = value * 1000;
                cpu_known = true;
            }
            if (!throttled_known && read_keyed(path, "cpu.stat", "throttled_usec", &value)) {
                throttled_ns = value * 1000;
                throttled_known = true;
            }
            continue;
        }
        if (read_number(path, "cpuacct.usage", &value)) {
            cpu_ns = value;
            cpu_known = true;
        }
        if (read_keyed(path, "cpu.stat", "throttled_time", &value)) {
            throttled_ns = value;
            throttled_known = true;
        }
    }
    if (cpu_known)
        counters_add(out, COUNTER_CPU, cpu_ns);
    if (throttled_known)
        counters_add(out, COUNTER_THROTTLED, throttled_ns);
}

void cgroup_free(struct cgroup *g)
{
    if (!g)
        return;
    for (size_t i = 0; i < g->count; i++) {
        free(g->group[i].path);
        free(g->group[i].inner);
    }
    free(g->cpus);
    free(g);
}

/* --- what was left ----------------------------------------------------------------------------
 */

#define LEFT_AFTER_S 60 /* a run that begins makes its groups before it fills them */

static bool is_young(const char *path)
{
    struct stat st;
    return stat(path, &st) < 0 || !clock_is_old(st.st_mtime, LEFT_AFTER_S);
}

static bool has_process(const char *path, int depth)
{
    char text[16];
    if (depth > 8 || (read_text(path, "cgroup.procs", text, sizeof text) && text[0]))
        return true;
    DIR *directory = opendir(path);
    bool found = !directory;
    struct dirent *entry;
    while (!found && (entry = readdir(directory))) {
        if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
            continue;
        char *child = xasprintf("%s/%s", path, entry->d_name);
        found = has_process(child, depth + 1);
        free(child);
    }
    if (directory)
        closedir(directory);
    return found;
}

static size_t left_below(const char *parent, char *first, size_t size)
{
    size_t count = 0;
    DIR *directory = opendir(parent);
    struct dirent *entry;
    while (directory && (entry = readdir(directory))) {
        char *path = xasprintf("%s/%s", parent, entry->d_name);
        if (entry->d_type == DT_DIR && strncmp(entry->d_name, "vmtax-", 6) == 0 &&
            !is_young(path) && !has_process(path, 0)) {
            if (!first[0])
                snprintf(first, size, "%s", parent);
            count++;
        }
        free(path);
    }
    if (directory)
        closedir(directory);
    return count;
}

size_t cgroup_left(char *directory, size_t size)
{
    struct cgroup_places p;
    size_t count = 0;
    directory[0] = '\0';
    cgroup_places_find(&p, "/proc");
    for (size_t i = 0; i < p.count; i++) {
        char *parent = p.place[i].v2 ? v2_parent(&p.place[i], false) : NULL;
        count += left_below(parent ? parent : p.place[i].own, directory, size);
        free(parent);
    }
    cgroup_places_release(&p);
    return count;
}
