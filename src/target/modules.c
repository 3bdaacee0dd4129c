/* Module trees.
 *
 * A line of modules.dep is "FILE: FILE FILE ...", relative to the tree: a module and what it needs.
 * Lines that do not have this form, or whose names would lead out of the tree, are as good as not
 * there: what depends on them is then found missing, by name. The order is found here and not taken
 * from the line, whose order is depmod's affair. */
#include "config.h"

#include "target/modules.h"

#include "text.h"
#include "unpack.h"
#include "xalloc.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DEP_FILE_MAX ((size_t)16 << 20) /* bytes of modules.dep; Debian's has 0.6 MB */
#define DEP_LINE_MAX ((size_t)65536)
#define DEP_PATH_MAX ((size_t)512) /* of a path in it */
#define ENTRIES_MAX  65536
#define LIST_MAX     256 /* files a guest loads */
#define DEPTH_MAX    32

/* ---- what is wanted for what ---- */

static const struct module_want pci[] = {{"virtio_pci", false}};
static const struct module_want mmio[] = {{"virtio_mmio", false}};
static const struct module_want base[] = {{"virtio_console", false}};
static const struct module_want root_9p[] = {{"9p", false}, {"9pnet_virtio", false}};
static const struct module_want overlay[] = {{"overlay", false}};
static const struct module_want disk_virtio[] = {{"virtio_blk", false}};
static const struct module_want disk_ide[] = {{"ata_piix", false}, {"sd_mod", false}};
/* ext4 asks for its checksum by name when it mounts, and nobody would load it then. */
static const struct module_want scratch_fs[] = {
    {"crc32c_intel", true}, {"crc32c_generic", true}, {"ext4", false}};
static const struct module_want net_virtio[] = {{"virtio_net", false}};
static const struct module_want net_e1000[] = {{"e1000", false}};
static const struct module_want root_xen[] = {{"9p", false}, {"9pnet_xen", false}};
static const struct module_want disk_xen[] = {{"xen_blkfront", false}};
static const struct module_want net_xen[] = {{"xen_netfront", false}};

#define SET(bit, list)                        \
    {                                         \
        bit, list, sizeof list / sizeof *list \
    }
static const struct {
    unsigned bit;
    const struct module_want *wants;
    size_t count;
} sets_in_order[] = {
    SET(MODULES_PCI, pci),
    SET(MODULES_MMIO, mmio),
    SET(MODULES_BASE, base),
    SET(MODULES_ROOT_9P, root_9p),
    SET(MODULES_OVERLAY, overlay),
    SET(MODULES_DISK_VIRTIO, disk_virtio),
    SET(MODULES_DISK_IDE, disk_ide),
    SET(MODULES_SCRATCH_FS, scratch_fs),
    SET(MODULES_NET_VIRTIO, net_virtio),
    SET(MODULES_NET_E1000, net_e1000),
    SET(MODULES_ROOT_XEN, root_xen),
    SET(MODULES_DISK_XEN, disk_xen),
    SET(MODULES_NET_XEN, net_xen),
};
#define WANTS_MAX 32

/* ---- names ---- */

static bool ends(const char *text, size_t length, const char *end)
{
    size_t n = strlen(end);
    return length > n && memcmp(text + length - n, end, n) == 0;
}

bool module_name(const char *path, size_t length, char name[MODULE_NAME_MAX])
{
    static const char *const ends_of[] = {".ko", ".ko.gz", ".ko.xz", ".ko.zst"};
    for (size_t i = length; i > 0; i--)
        if (path[i - 1] == '/') {
            path += i;
            length -= i;
            break;
        }
    size_t n = 0;
    for (size_t i = 0; n == 0 && i < sizeof ends_of / sizeof *ends_of; i++)
        if (ends(path, length, ends_of[i]))
            n = length - strlen(ends_of[i]);
    if (n == 0 || n >= MODULE_NAME_MAX)
        return false;
    for (size_t i = 0; i < n; i++) {
        char c = path[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '_' || c == '-'))
            return false;
        name[i] = c;
        if (c == '-')
            name[i] = '_';
    }
    name[n] = '\0';
    return true;
}

/* The signature, twelve bytes about it whose last four are its length (the high byte first), and
 * this text: include/linux/module_signature.h of the kernel. */
size_t module_signature(const uint8_t *bytes, size_t size)
{
    static const char mark[] = "~Module signature appended~\n";
    const size_t about = 12, tail = about + sizeof mark - 1;
    if (size < tail || memcmp(bytes + size - sizeof mark + 1, mark, sizeof mark - 1) != 0)
        return 0;
    const uint8_t *n = bytes + size - sizeof mark + 1 - 4;
    size_t length = (size_t)n[0] << 24 | (size_t)n[1] << 16 | (size_t)n[2] << 8 | n[3];
    return length <= size - tail ? tail + length : 0;
}

/* Relative, of printable ASCII without blanks, and not leading out of the tree. */
static bool good_path(const char *path, size_t length)
{
    if (length == 0 || length >= DEP_PATH_MAX)
        return false;
    size_t part = 0; /* where the current component begins */
    for (size_t i = 0; i <= length; i++) {
        if (i < length && path[i] != '/') {
            if (path[i] <= ' ' || path[i] > '~')
                return false;
            continue;
        }
        size_t n = i - part;
        if (n == 0 || (path[part] == '.' && (n == 1 || (n == 2 && path[part + 1] == '.'))))
            return false;
        part = i + 1;
    }
    return true;
}

/* ---- the tables ---- */

enum visit { NOT_YET, INSIDE, DONE };

struct entry {
    char name[MODULE_NAME_MAX];
    const char *path; /* in the text */
    size_t path_length;
    const char *needs; /* in the text, up to the end of the line; NULL: built in */
    size_t needs_length;
    size_t line; /* of equal names the first one counts */
    enum visit visit;
};

struct table {
    struct entry *entries;
    size_t count, room;
};

struct resolver {
    const char *directory;
    char kernel[128]; /* the tree's own name, for sentences */
    struct table dep, builtin;
    struct module_list *out;
};

static int by_name(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

static struct entry *find(struct table *t, const char *name)
{
    size_t low = 0, high = t->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(t->entries[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < t->count && strcmp(t->entries[low].name, name) == 0 ? &t->entries[low] : NULL;
}

static void add_line(struct table *t, const char *line, size_t length, bool is_dep)
{
    size_t path = length;
    if (is_dep) {
        const char *colon = memchr(line, ':', length);
        if (!colon)
            return;
        path = (size_t)(colon - line);
    }
    struct entry entry = {.path = line, .path_length = path, .line = t->count};
    if (is_dep) {
        entry.needs = line + path + 1;
        entry.needs_length = length - path - 1;
    }
    if (!good_path(line, path) || !module_name(line, path, entry.name))
        return;
    XGROW(t->entries, t->count, t->room);
    t->entries[t->count++] = entry;
}

static void read_table(struct table *t, const char *text, size_t size, bool is_dep)
{
    while (size && t->count < ENTRIES_MAX) {
        const char *end = memchr(text, '\n', size);
        size_t length = end ? (size_t)(end - text) : size;
        if (length <= DEP_LINE_MAX)
            add_line(t, text, length, is_dep);
        size_t used = length + (end != NULL);
        text += used;
        size -= used;
    }
    if (t->count)
        qsort(t->entries, t->count, sizeof *t->entries, by_name);
}

/* ---- the order ---- */

static int visit(struct resolver *r, const char *name, int depth, struct error *e);

/* What a module needs is named by path; the name in it is unique in a kernel. */
static int visit_needs(struct resolver *r, const struct entry *entry, int depth, struct error *e)
{
    const char *p = entry->needs, *end = p + entry->needs_length;
    while (p < end) {
        if (*p == ' ' || *p == '\t') {
            p++;
            continue;
        }
        const char *from = p;
        while (p < end && *p != ' ' && *p != '\t')
            p++;
        char name[MODULE_NAME_MAX];
        if (!good_path(from, (size_t)(p - from)) || !module_name(from, (size_t)(p - from), name))
            return error_set(e, ERROR_DATA,
                             "modules.dep of the kernel %s is damaged where it says what %s needs: "
                             "run depmod",
                             r->kernel, entry->name);
        if (visit(r, name, depth + 1, e) < 0)
            return -1;
    }
    return 0;
}

static int take_file(struct resolver *r, const struct entry *entry, struct error *e)
{
    if (r->out->count >= LIST_MAX)
        return error_set(e, ERROR_DATA,
                         "modules.dep of the kernel %s wants more than %d modules loaded for one: "
                         "run depmod",
                         r->kernel, LIST_MAX);
    XGROW(r->out->paths, r->out->count, r->out->room);
    r->out->paths[r->out->count++] = xasprintf("%s/%.*s", r->directory, (int)entry->path_length,
                                               entry->path);
    return 0;
}

static int visit(struct resolver *r, const char *name, int depth, struct error *e)
{
    struct entry *entry = find(&r->dep, name);
    if (!entry && find(&r->builtin, name))
        return 0;
    if (!entry)
        return error_set(e, ERROR_DATA, "the kernel %s has no module %s", r->kernel, name);
    if (entry->visit == DONE)
        return 0;
    if (entry->visit == INSIDE || depth > DEPTH_MAX)
        return error_set(e, ERROR_DATA,
                         "modules.dep of the kernel %s goes round in circles at %s: run depmod",
                         r->kernel, name);
    entry->visit = INSIDE;
    if (visit_needs(r, entry, depth, e) < 0) {
        entry->visit = NOT_YET;
        return -1;
    }
    entry->visit = DONE;
    return take_file(r, entry, e);
}

/* An optional module that is there, but not what it needs, is left out; what was found for it stays
 * (loaded for nothing, it does no harm). */
static int resolve_all(struct resolver *r, const struct module_want *wants, size_t count,
                       struct error *e)
{
    for (size_t i = 0; i < count; i++) {
        char name[MODULE_NAME_MAX];
        if (!text_copy(name, sizeof name, wants[i].name))
            BUG("a module's name is too long");
        for (char *p = name; *p; p++)
            if (*p == '-')
                *p = '_';
        if (visit(r, name, 0, wants[i].optional ? NULL : e) < 0 && !wants[i].optional)
            return -1;
    }
    return 0;
}

int modules_resolve_texts(const char *directory, const char *dep, size_t dep_size,
                          const char *builtin, size_t builtin_size, const struct module_want *wants,
                          size_t count, struct module_list *out, struct error *e)
{
    struct resolver r = {.directory = directory, .out = out};
    const char *slash = strrchr(directory, '/');
    memset(out, 0, sizeof *out);
    text_clean(r.kernel, sizeof r.kernel, slash ? slash + 1 : directory);
    read_table(&r.dep, dep, dep_size, true);
    read_table(&r.builtin, builtin, builtin_size, false);
    int status = resolve_all(&r, wants, count, e);
    if (status < 0)
        modules_release(out);
    free(r.dep.entries);
    free(r.builtin.entries);
    return status;
}

/* ---- files ---- */

/* Says how modules.dep of ROOT/lib/modules/VERSION is made. */
static int no_dep(const char *directory, struct error *e)
{
    static const char *const below[] = {"/usr/lib/modules/", "/lib/modules/"};
    const char *version = strrchr(directory, '/');
    version = version ? version + 1 : directory;
    for (size_t i = 0; i < sizeof below / sizeof *below; i++) {
        size_t n = strlen(below[i]), before = (size_t)(version - directory);
        if (before > n && memcmp(version - n, below[i], n) == 0)
            return error_set(e, ERROR_SYSTEM, "%s/modules.dep is missing: run depmod -b %.*s %s",
                             directory, (int)(before - n), directory, version);
    }
    return error_set(e, ERROR_SYSTEM, "%s/modules.dep is missing: run depmod %s", directory,
                     version);
}

static int read_text(const char *directory, const char *name, bool optional, uint8_t **text,
                     size_t *size, struct error *e)
{
    char path[PATH_MAX];
    struct stat st;
    *text = NULL;
    *size = 0;
    int n = snprintf(path, sizeof path, "%s/%s", directory, name);
    if (n < 0 || (size_t)n >= sizeof path)
        return error_set(e, ERROR_USAGE, "the path %.200s... is too long", directory);
    if (stat(path, &st) < 0 && errno == ENOENT)
        return optional ? 0 : no_dep(directory, e);
    return unpack_read(path, DEP_FILE_MAX, text, size, e);
}

static int resolve(const char *directory, const struct module_want *wants, size_t count,
                   struct module_list *out, struct error *e)
{
    uint8_t *dep = NULL, *builtin = NULL;
    size_t dep_size, builtin_size;
    int status = -1;
    memset(out, 0, sizeof *out);
    if (read_text(directory, "modules.dep", false, &dep, &dep_size, e) == 0 &&
        read_text(directory, "modules.builtin", true, &builtin, &builtin_size, e) == 0)
        status = modules_resolve_texts(directory, (const char *)dep, dep_size,
                                       (const char *)builtin, builtin_size, wants, count, out, e);
    free(dep);
    free(builtin);
    return status;
}

int modules_resolve_sets(const char *directory, unsigned sets, struct module_list *out,
                         struct error *e)
{
    struct module_want wants[WANTS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < sizeof sets_in_order / sizeof *sets_in_order; i++)
        for (size_t k = 0; (sets & sets_in_order[i].bit) && k < sets_in_order[i].count; k++) {
            if (count == WANTS_MAX)
                BUG("more modules are wanted than there is room for");
            wants[count++] = sets_in_order[i].wants[k];
        }
    return resolve(directory, wants, count, out, e);
}

void modules_release(struct module_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->paths[i]);
    free(list->paths);
    memset(list, 0, sizeof *list);
}
