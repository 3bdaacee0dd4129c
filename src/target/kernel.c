/* Which kernel guests boot.
 *
 * Best is the one the host runs, so that only virtualization differs. Failing that, the newest that
 * is installed; and where none is (in containers, and on machines that boot something special), the
 * one that ./bootstrap unpacked beside the program. The version is read from the image and not from
 * its file's name, because the modules must be those of this very kernel. */
#include "config.h"

#include "target/kernel.h"

#include "cache.h"
#include "target/image.h"
#include "target/modules.h"
#include "text.h"
#include "xalloc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#define CANDIDATES_MAX 256
#define REASONS_SHOWN  2

static const char *const module_trees[] = {"lib/modules", "usr/lib/modules"};

/* ---- versions ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A release candidate begins here: older than the release. */
static bool is_candidate(const char *p)
{
    return strncmp(p, "-rc", 3) == 0 && is_digit(p[3]);
}

int kernel_version_compare(const char *a, const char *b)
{
    for (;;) {
        if (is_candidate(a) != is_candidate(b))
            return is_candidate(a) ? -1 : 1;
        if (is_digit(*a) && is_digit(*b)) {
            while (*a == '0')
                a++;
            while (*b == '0')
                b++;
            size_t x = strspn(a, "0123456789"), y = strspn(b, "0123456789");
            int order = x != y ? (x < y ? -1 : 1) : memcmp(a, b, x);
            if (order)
                return order < 0 ? -1 : 1;
            a += x;
            b += y;
        } else if (*a != *b) {
            return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
        } else if (!*a) {
            return 0;
        } else {
            a++;
            b++;
        }
    }
}

/* ---- why not ---- */

/* The first reasons, and how many there were. */
struct reasons {
    char text[360];
    size_t count;
};

static void add_reason(struct reasons *r, const struct error *why)
{
    size_t used = strlen(r->text);
    if (r->count++ < REASONS_SHOWN)
        snprintf(r->text + used, sizeof r->text - used, "%s%.170s", used ? "; " : "", why->text);
}

struct search {
    const char *root;
    const char *const *private_roots;
    struct reasons reasons;
    struct kernel *out;
};

/* ---- one image ---- */

static bool is_directory(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Is there a tree here? One without modules.dep is kept if there is no other: depmod is missing. */
static bool try_tree(char *out, const char *root, const char *below, const char *version)
{
    char path[PATH_MAX], dep[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/%s/%s", root, below, version);
    int m = snprintf(dep, sizeof dep, "%s/modules.dep", path);
    if (n < 0 || (size_t)n >= sizeof path || m < 0 || (size_t)m >= sizeof dep)
        return false;
    bool complete = access(dep, R_OK) == 0;
    if (complete || (!*out && is_directory(path)))
        text_copy(out, PATH_MAX, path);
    return complete;
}

static bool try_root(char *out, const char *root, const char *version)
{
    for (size_t i = 0; i < sizeof module_trees / sizeof *module_trees; i++)
        if (try_tree(out, root, module_trees[i], version))
            return true;
    return false;
}

/* The last component of path, cut off from it; NULL: it has no directory. */
static char *cut_last(char *path)
{
    char *slash = strrchr(path, '/');
    if (!slash)
        return NULL;
    *slash = '\0';
    return slash + 1;
}

/* The modules of an image: in its own directory, or beside the boot/ that it lies in, or wherever
 * such trees are. */
static int find_modules(const struct search *s, const char *image, const char *version, char *out,
                        struct error *e)
{
    char place[PATH_MAX];
    *out = '\0';
    text_copy(place, sizeof place, image);
    char *name = cut_last(place), *directory = name ? cut_last(place) : NULL;
    if (directory && strcmp(directory, "boot") == 0 && try_root(out, place, version))
        return 0;
    if (directory && strcmp(directory, version) == 0) {
        const char *trees = cut_last(place);
        if (trees && try_tree(out, place, trees, version))
            return 0;
    }
    if (try_root(out, s->root, version))
        return 0;
    for (const char *const *r = s->private_roots; r && *r; r++)
        if (try_root(out, *r, version))
            return 0;
    if (*out)
        return 0; /* whoever reads it says what is wrong */
    return error_set(e, ERROR_SYSTEM, "%s: its modules, %s/lib/modules/%s, are missing", image,
                     s->root, version);
}

static int read_version(const char *image, char version[IMAGE_VERSION_MAX], struct error *e)
{
    struct image i;
    if (image_open(&i, image, e) < 0)
        return -1;
    int status = image_version(&i, version, e);
    image_close(&i);
    return status;
}

/* Can guests boot this one? Then it is the answer. */
static int try_image(struct search *s, const char *image, const char *source, struct error *e)
{
    struct kernel k = {.version = ""};
    struct module_list list;
    if (!text_copy(k.image, sizeof k.image, image))
        return error_set(e, ERROR_USAGE, "the path %.200s... is too long", image);
    text_copy(k.source, sizeof k.source, source);
    if (read_version(image, k.version, e) < 0 ||
        find_modules(s, image, k.version, k.modules, e) < 0)
        return -1;
    if (modules_resolve_sets(k.modules, MODULES_NEEDED, &list, e) < 0) {
        if (strstr(k.version, "cloud"))
            error_set(e, ERROR_SYSTEM, "%s: the cloud flavour has no 9p", image);
        else
            error_prefix(e, "%s", image);
        return -1;
    }
    modules_release(&list);
    *s->out = k;
    return 0;
}

/* ---- many images ---- */

struct candidate {
    char *path;
    char version[IMAGE_VERSION_MAX];
};

struct candidates {
    struct candidate *list;
    size_t count, room;
};

static int newest_first(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    int order = kernel_version_compare(y->version, x->version);
    return order ? order : strcmp(x->path, y->path);
}

static void add_candidate(struct search *s, struct candidates *c, const char *path)
{
    struct error e;
    char version[IMAGE_VERSION_MAX];
    if (c->count >= CANDIDATES_MAX)
        return;
    if (read_version(path, version, &e) < 0) {
        add_reason(&s->reasons, &e);
        return;
    }
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->list[i].version, version) == 0)
            return; /* a link to it, or the rescue entry */
    XGROW(c->list, c->count, c->room);
    c->list[c->count].path = xstrdup(path);
    text_copy(c->list[c->count].version, sizeof c->list[0].version, version);
    c->count++;
}

static int not_dots(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static bool image_like(const char *name)
{
    static const char *const begin[] = {"vmlinuz", "vmlinux", "kernel-", "bzImage"};
    for (size_t i = 0; i < sizeof begin / sizeof *begin; i++)
        if (strncmp(name, begin[i], strlen(begin[i])) == 0)
            return true;
    return false;
}

/* Images in directory; or, file given, of that name in each directory of it. In the order of their
 * names, so that the answer does not depend on the disk's. */
static void collect(struct search *s, struct candidates *c, const char *root, const char *below,
                    const char *file)
{
    char directory[PATH_MAX], path[PATH_MAX];
    struct dirent **entries;
    int n = snprintf(directory, sizeof directory, "%s/%s", root, below);
    if (n < 0 || (size_t)n >= sizeof directory)
        return;
    int count = scandir(directory, &entries, not_dots, alphasort);
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        n = snprintf(path, sizeof path, "%s/%s%s%s", directory, name, file ? "/" : "",
                     file ? file : "");
        struct stat st;
        if (n > 0 && (size_t)n < sizeof path && (file || image_like(name)) &&
            stat(path, &st) == 0 && S_ISREG(st.st_mode))
            add_candidate(s, c, path);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
}

/* The newest that will do; true if there is one. */
static bool try_all(struct search *s, struct candidates *c, const char *source)
{
    bool found = false;
    if (c->count)
        qsort(c->list, c->count, sizeof *c->list, newest_first);
    for (size_t i = 0; i < c->count; i++) {
        struct error e;
        found = found || try_image(s, c->list[i].path, source, &e) == 0;
        if (!found)
            add_reason(&s->reasons, &e);
        free(c->list[i].path);
    }
    free(c->list);
    return found;
}

static bool try_running(struct search *s, const char *running)
{
    static const char *const forms[] = {"%s/boot/vmlinuz-%s", "%s/lib/modules/%s/vmlinuz",
                                        "%s/usr/lib/modules/%s/vmlinuz"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        char path[PATH_MAX], version[IMAGE_VERSION_MAX];
        struct error e;
        int n = snprintf(path, sizeof path, forms[i], s->root, running);
        if (n < 0 || (size_t)n >= sizeof path || access(path, F_OK) < 0)
            continue;
        /* What will not do here is named once, by the search below. */
        if (read_version(path, version, &e) == 0 && strcmp(version, running) == 0 &&
            try_image(s, path, "the running kernel", &e) == 0)
            return true;
    }
    return false;
}

static bool try_newest(struct search *s)
{
    struct candidates c = {NULL, 0, 0};
    collect(s, &c, s->root, "boot", NULL);
    if (try_all(s, &c, "newest below /boot"))
        return true;
    c = (struct candidates){NULL, 0, 0};
    for (size_t i = 0; i < sizeof module_trees / sizeof *module_trees; i++)
        collect(s, &c, s->root, module_trees[i], "vmlinuz");
    return try_all(s, &c, "newest below /lib/modules");
}

static bool try_private(struct search *s)
{
    struct candidates c = {NULL, 0, 0};
    for (const char *const *r = s->private_roots; r && *r; r++) {
        collect(s, &c, *r, "boot", NULL);
        for (size_t i = 0; i < sizeof module_trees / sizeof *module_trees; i++)
            collect(s, &c, *r, module_trees[i], "vmlinuz");
    }
    return try_all(s, &c, "unpacked for guests");
}

/* ---- the whole search ---- */

#define REMEDY                                                                                \
    "install one (Debian: apt-get install linux-image-amd64; Fedora: kernel-core and "        \
    "kernel-modules; Arch: linux), or run ./bootstrap in the source tree, which unpacks one " \
    "for guests only"

static int nothing_found(const struct search *s, struct error *e)
{
    /* The reasons get what room the remedy leaves. */
    char more[32] = "", clean[sizeof e->text - sizeof REMEDY - 80];
    if (s->reasons.count == 0)
        return error_set(e, ERROR_SYSTEM,
                         "there is no kernel for guests below /boot or /lib/modules: " REMEDY);
    if (s->reasons.count > REASONS_SHOWN)
        snprintf(more, sizeof more, "; and %zu more", s->reasons.count - REASONS_SHOWN);
    text_clean(clean, sizeof clean, s->reasons.text);
    return error_set(e, ERROR_SYSTEM, "no kernel here will do for guests (%s%s): " REMEDY, clean,
                     more);
}

int kernel_find_below(const char *root, const char *running, const char *wanted,
                      const char *const *private_roots, struct kernel *out, struct error *e)
{
    struct search s = {.root = root, .private_roots = private_roots, .out = out};
    memset(out, 0, sizeof *out);
    if (wanted) {
        struct error why;
        char *absolute = realpath(wanted, NULL);
        int status = try_image(&s, absolute ? absolute : wanted, "--kernel", &why);
        free(absolute);
        if (status == 0)
            return 0;
        char clean[sizeof why.text];
        return error_set(e, why.kind, "--kernel: %s", text_clean(clean, sizeof clean, why.text));
    }
    if (try_running(&s, running) || try_newest(&s) || try_private(&s))
        return 0;
    return nothing_found(&s, e);
}

int kernel_find(const char *wanted, const char *const *private_roots, struct kernel *out,
                struct error *e)
{
    struct utsname system;
    if (uname(&system) < 0)
        return error_errno(e, errno, "cannot ask for the kernel's version");
    return kernel_find_below("", system.release, wanted, private_roots, out, e);
}

void kernel_private_roots(struct kernel_roots *r)
{
    size_t count = 0;
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n > 0) {
        self[n] = '\0';
        char *slash = strrchr(self, '/');
        if (slash)
            *slash = '\0';
        int used = snprintf(r->paths[0], sizeof r->paths[0], "%s/guest-kernel", self);
        if (slash && used > 0 && (size_t)used < sizeof r->paths[0])
            r->list[count++] = r->paths[0];
    }
    if (text_copy(r->paths[1], sizeof r->paths[1], VMTAX_LIBEXECDIR "/guest-kernel"))
        r->list[count++] = r->paths[1];
    r->list[count] = NULL;
}

/* ---- unpacked ---- */

/* What the unpacked kernel depends on. */
static int kernel_key(const struct kernel *k, char key[CACHE_KEY_SIZE], struct error *e)
{
    struct stat st;
    if (stat(k->image, &st) < 0)
        return error_errno(e, errno, "cannot read %s", k->image);
    char *text = xasprintf("1 %s %jd %jd.%09ld", k->image, (intmax_t)st.st_size,
                           (intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
    cache_key(text, key);
    free(text);
    return 0;
}

static int unpack_into_cache(const struct image *i, const char *key, const char *cache_dir,
                             char *out, size_t size, struct error *e)
{
    uint8_t *plain;
    size_t plain_size;
    struct cache_writer w;
    if (image_unpack(i, IMAGE_PLAIN_MAX, &plain, &plain_size, e) < 0)
        return -1;
    int status = cache_begin(&w, cache_dir, e);
    if (status == 0 && (status = cache_write(&w, plain, plain_size, e)) < 0)
        cache_abort(&w);
    free(plain);
    return status < 0 ? -1 : cache_commit(&w, "vmlinux", key, out, size, e);
}

int kernel_unpack(const struct kernel *k, const char *cache_dir, char *out, size_t size,
                  struct error *e)
{
    char key[CACHE_KEY_SIZE];
    struct image i;
    if (kernel_key(k, key, e) < 0)
        return -1;
    if (cache_find(cache_dir, "vmlinux", key, out, size))
        return 0;
    if (image_open(&i, k->image, e) < 0)
        return -1;
    int status;
    if (i.format == IMAGE_BZIMAGE)
        status = unpack_into_cache(&i, key, cache_dir, out, size, e);
    else if ((status = image_check_pvh(&i, e)) == 0 && !text_copy(out, size, k->image))
        status = error_set(e, ERROR_USAGE, "the path %.200s... is too long", k->image);
    image_close(&i);
    return status;
}
