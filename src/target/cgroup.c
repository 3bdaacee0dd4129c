#include "config.h"

#include "target/cgroup.h"

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
#include <time.h>
#include <unistd.h>

#define HIERARCHIES_MAX 24
#define CONTROLLERS_MAX 128

/* Where we are in one hierarchy. */
struct place {
    bool v2;
    char controllers[CONTROLLERS_MAX]; /* v1: "cpu,cpuacct"; v2: "" */
    char *mount;                       /* where the hierarchy is mounted */
    char *own;                         /* our own group's directory, at or below mount */
};

struct places {
    struct place place[HIERARCHIES_MAX];
    size_t count;
};

struct cgroup {
    struct {
        char *path;
        char *inner; /* where processes go; NULL: into the group itself */
        bool v2;
        char controllers[CONTROLLERS_MAX];
    } group[HIERARCHIES_MAX];
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

/* Is word one of the list, which is separated by separator? */
static bool has_word(const char *list, const char *word, char separator)
{
    size_t length = strlen(word);
    for (const char *at = list; (at = strstr(at, word)); at += length)
        if ((at == list || at[-1] == separator) && (at[length] == separator || !at[length]))
            return true;
    return false;
}

/* --- where we are ----------------------------------------------------------------------------- */

/* Our path in the hierarchy with these controllers ("" for v2), by /proc/self/cgroup. */
static bool own_path(const char *controllers, char *out, size_t size)
{
    FILE *file = fopen("/proc/self/cgroup", "re");
    if (!file)
        return false;
    char line[PATH_MAX + 256];
    bool found = false;
    while (!found && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        char *names = strchr(line, ':');
        char *path = names ? strchr(names + 1, ':') : NULL;
        if (!path)
            continue;
        *path++ = '\0';
        names++;
        /* Controllers that are mounted together are listed in the same order in both places, but
         * the first one is enough to tell hierarchies apart. */
        size_t first = strcspn(names, ",");
        found = *controllers ? *names && !strncmp(names, controllers, first) &&
                                   strchr(",", controllers[first]) != NULL
                             : !*names;
        if (found)
            snprintf(out, size, "%s", path);
    }
    fclose(file);
    return found;
}

/* The controllers among the super block options of a v1 mount, in the order of the kernel. */
static void controllers_of(const char *options, char *out, size_t size)
{
    static const char *const other[] = {
        "rw", "ro", "xattr", "noprefix", "clone_children", "cpuset_v2_mode", "seclabel"};
    char copy[512], *save = NULL;
    snprintf(copy, sizeof copy, "%s", options);
    out[0] = '\0';
    for (char *word = strtok_r(copy, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
        bool skip = !strncmp(word, "release_agent=", 14);
        for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
            skip |= !strcmp(word, other[i]);
        size_t used = strlen(out);
        if (!skip)
            snprintf(out + used, size - used, "%s%s", used ? "," : "", word);
    }
}

/* mountinfo writes blanks and backslashes as \040 and the like. */
static void unescape(char *text)
{
    char *out = text;
    for (; *text; text++) {
        if (text[0] == '\\' && text[1] >= '0' && text[1] <= '3' && text[2] && text[3]) {
            *out++ = (char)((text[1] - '0') * 64 + (text[2] - '0') * 8 + (text[3] - '0'));
            text += 3;
        } else {
            *out++ = *text;
        }
    }
    *out = '\0';
}

static void places_free(struct places *p)
{
    for (size_t i = 0; i < p->count; i++) {
        free(p->place[i].mount);
        free(p->place[i].own);
    }
    p->count = 0;
}

static void places_find(struct places *p)
{
    p->count = 0;
    FILE *file = fopen("/proc/self/mountinfo", "re");
    if (!file)
        return;
    char *line = NULL;
    size_t size = 0;
    while (p->count < HIERARCHIES_MAX && getline(&line, &size, file) > 0) {
        char root[PATH_MAX], mount[PATH_MAX], type[64], options[512], path[PATH_MAX];
        char *dash = strstr(line, " - ");
        if (!dash || sscanf(line, "%*d %*d %*s %4095s %4095s", root, mount) != 2 ||
            sscanf(dash, " - %63s %*s %511s", type, options) != 2)
            continue;
        bool v2 = !strcmp(type, "cgroup2");
        if (!v2 && strcmp(type, "cgroup") != 0)
            continue;
        unescape(root);
        unescape(mount);
        struct place *here = &p->place[p->count];
        here->v2 = v2;
        here->controllers[0] = '\0';
        if (!v2)
            controllers_of(options, here->controllers, sizeof here->controllers);
        if (!own_path(here->controllers, path, sizeof path))
            continue;
        bool known = false;
        for (size_t i = 0; i < p->count; i++)
            known |= p->place[i].v2 == v2 && !strcmp(p->place[i].controllers, here->controllers);
        /* Only what is below the mounted part can be reached by a path. */
        size_t length = strcmp(root, "/") ? strlen(root) : 0;
        if (known || strncmp(path, root, length) != 0 || (path[length] && path[length] != '/'))
            continue;
        here->mount = xstrdup(mount);
        here->own = xasprintf("%s%s", mount, strcmp(path + length, "/") ? path + length : "");
        struct stat st;
        if (stat(here->own, &st) == 0 && S_ISDIR(st.st_mode)) {
            p->count++;
        } else {
            free(here->mount);
            free(here->own);
        }
    }
    free(line);
    fclose(file);
}

static const struct place *place_of(const struct places *p, const char *controller)
{
    for (size_t i = 0; i < p->count; i++)
        if (!p->place[i].v2 && has_word(p->place[i].controllers, controller, ','))
            return &p->place[i];
    return NULL;
}

/* --- v2: where controllers can be handed down --------------------------------------------------
 */

static bool v2_offers(const char *directory, const char *file, const char *controller)
{
    char list[256];
    return read_text(directory, file, list, sizeof list) && has_word(list, controller, ' ');
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
static char *v2_parent(const struct place *place, bool change)
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
    struct places p;
    places_find(&p);
    bool usable = false;
    snprintf(how, how_size, "none");
    reason[0] = '\0';
    const struct place *memory = place_of(&p, "memory");
    const struct place *v2 = NULL;
    for (size_t i = 0; i < p.count; i++)
        v2 = p.place[i].v2 ? &p.place[i] : v2;
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
    places_free(&p);
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
static int make_group(struct cgroup *g, const char *parent, const struct place *place,
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

static int build(struct cgroup *g, const struct places *p, const char *name,
                 const struct target_options *o, struct ledger *l, struct error *e)
{
    bool v1_memory = place_of(p, "memory") != NULL;
    for (size_t i = 0; i < p->count; i++) {
        const struct place *place = &p->place[i];
        char *parent = place->v2 && !v1_memory ? v2_parent(place, true) : NULL;
        bool limits_here = place->v2 ? parent != NULL : has_word(place->controllers, "memory", ',');
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
                              : has_word(place->controllers, "cpuset", ',');
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
    struct places p;
    places_find(&p);
    int failed = build(g, &p, name, o, l, e);
    places_free(&p);
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
        if (!g->group[i].v2 && has_word(g->group[i].controllers, "cpuset", ',') &&
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
    char memory[64] = "memory not limited", cpus[64] = "";
    if (g->memory_bytes)
        snprintf(memory, sizeof memory, "memory %" PRIu64 " MiB", g->memory_bytes >> 20);
    if (g->cpus)
        snprintf(cpus, sizeof cpus, "cpus %s, ", g->cpus);
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
    return stat(path, &st) < 0 || time(NULL) - st.st_mtime < LEFT_AFTER_S;
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
    struct places p;
    size_t count = 0;
    directory[0] = '\0';
    places_find(&p);
    for (size_t i = 0; i < p.count; i++) {
        char *parent = p.place[i].v2 ? v2_parent(&p.place[i], false) : NULL;
        count += left_below(parent ? parent : p.place[i].own, directory, size);
        free(parent);
    }
    places_free(&p);
    return count;
}
