/* The guest's first file system.
 *
 * It is an archive, so everything in it, a device node too, is only an entry: no root is needed.
 * Uncompressed, because the kernel unpacks it on one processor while the user waits; the modules
 * are decompressed here, because kernels before 6.0 cannot do it themselves.
 *
 * A module's signature lies beside it instead of at its end. Most kernels take modules without one
 * (and mark themselves tainted by that), and checking one takes longer than loading the module:
 * half of what is between the kernel and the agent, emulated. Where a kernel insists, the guest's
 * first process puts the two together again (workloads/agent/guest.c). */
#include "config.h"

#include "target/initramfs.h"

#include "cache.h"
#include "sha256.h"
#include "target/modules.h"
#include "target/payload.h"
#include "unpack.h"
#include "workloads/catalog.h"
#include "xalloc.h"

#include <archive.h>
#include <archive_entry.h>
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

struct pack {
    struct archive *archive;
    struct cache_writer *writer;
    struct error *error; /* what the writer said */
    unsigned inode;
    size_t total;
};

static la_ssize_t write_out(struct archive *a, void *context, const void *data, size_t size)
{
    struct pack *p = context;
    if (cache_write(p->writer, data, size, p->error) == 0)
        return (la_ssize_t)size;
    archive_set_error(a, EIO, "writing failed");
    return -1;
}

static int failed(struct pack *p)
{
    if (p->error && p->error->kind == ERROR_NONE) {
        const char *why = archive_error_string(p->archive);
        error_set(p->error, ERROR_SYSTEM, "cannot make the guest's initramfs: %s",
                  why ? why : "libarchive gives no reason");
    }
    return -1;
}

/* One entry; no time and no owner, so that equal things give equal bytes. */
static int add(struct pack *p, const char *name, mode_t mode, dev_t device, const void *data,
               size_t size)
{
    struct archive_entry *entry = archive_entry_new();
    if (!entry)
        return failed(p);
    archive_entry_set_pathname(entry, name);
    archive_entry_set_mode(entry, mode);
    archive_entry_set_size(entry, (la_int64_t)size);
    archive_entry_set_nlink(entry, 1);
    archive_entry_set_ino64(entry, (la_int64_t)++p->inode);
    archive_entry_set_mtime(entry, 0, 0);
    if (S_ISCHR(mode)) {
        archive_entry_set_rdevmajor(entry, major(device));
        archive_entry_set_rdevminor(entry, minor(device));
    }
    bool good = archive_write_header(p->archive, entry) == ARCHIVE_OK &&
                (size == 0 || archive_write_data(p->archive, data, size) == (la_ssize_t)size);
    archive_entry_free(entry);
    return good ? 0 : failed(p);
}

/* Programs and modules; of programs one may be a Java archive. */
static bool is_whole(const uint8_t *bytes, size_t size, bool module)
{
    static const char archive[4] = "PK\3\4";
    return (size >= SELFMAG && memcmp(bytes, ELFMAG, SELFMAG) == 0) ||
           (!module && size >= sizeof archive && memcmp(bytes, archive, sizeof archive) == 0);
}

/* signature: name of the entry for a module's signature, which is then cut off the file; NULL: the
 * file as it is. */
static int add_file(struct pack *p, const char *name, mode_t mode, const char *path,
                    const char *signature)
{
    uint8_t *bytes;
    size_t size;
    if (unpack_file(path, INITRAMFS_FILE_MAX, &bytes, &size, p->error) < 0)
        return -1;
    int status;
    size_t cut = signature ? module_signature(bytes, size) : 0;
    p->total += size;
    if (!is_whole(bytes, size, signature != NULL))
        status = error_set(p->error, ERROR_DATA,
                           "%s is damaged (no ELF file): reinstall the package that it belongs to",
                           path);
    else if (p->total > INITRAMFS_MAX)
        status = error_set(p->error, ERROR_DATA,
                           "the files for guests are larger than %zu bytes together",
                           INITRAMFS_MAX);
    else
        status = add(p, name, S_IFREG | mode, 0, bytes, size - cut);
    if (status == 0 && cut)
        status = add(p, signature, S_IFREG | 0644, 0, bytes + size - cut, cut);
    free(bytes);
    return status;
}

static int add_modules(struct pack *p, const struct module_list *modules)
{
    for (size_t i = 0; i < modules->count; i++) {
        char name[MODULE_NAME_MAX], entry[MODULE_NAME_MAX + 32], signature[sizeof entry];
        const char *path = modules->paths[i];
        if (!module_name(path, strlen(path), name))
            BUG("a module's file has no module's name");
        snprintf(entry, sizeof entry, "modules/%02zu-%s.ko", i, name);
        snprintf(signature, sizeof signature, "signatures/%02zu-%s.ko", i, name);
        if (add_file(p, entry, 0644, path, signature) < 0)
            return -1;
    }
    return 0;
}

static int add_payloads(struct pack *p, const char *agent_path)
{
    if (add(p, "payloads", S_IFDIR | 0755, 0, NULL, 0) < 0)
        return -1;
    for (const char *const *name = payload_programs; *name; name++) {
        char path[PATH_MAX], entry[64];
        snprintf(entry, sizeof entry, "payloads/%s", *name);
        if (payload_find(agent_path, *name, path, sizeof path) &&
            add_file(p, entry, 0755, path, NULL) < 0)
            return -1;
    }
    return 0;
}

static int add_all(struct pack *p, const char *agent_path, const struct module_list *modules)
{
    if (archive_write_set_format_cpio_newc(p->archive) != ARCHIVE_OK ||
        archive_write_add_filter_none(p->archive) != ARCHIVE_OK ||
        archive_write_set_bytes_in_last_block(p->archive, 1) != ARCHIVE_OK ||
        archive_write_open(p->archive, p, NULL, write_out, NULL) != ARCHIVE_OK)
        return failed(p);
    /* /dev/console before /init: the kernel opens it for /init's standard streams. */
    if (add(p, "dev", S_IFDIR | 0755, 0, NULL, 0) < 0 ||
        add(p, "dev/console", S_IFCHR | 0600, makedev(5, 1), NULL, 0) < 0 ||
        add(p, "modules", S_IFDIR | 0755, 0, NULL, 0) < 0 ||
        add(p, "signatures", S_IFDIR | 0755, 0, NULL, 0) < 0 || add_modules(p, modules) < 0 ||
        add_payloads(p, agent_path) < 0 || add_file(p, "init", 0755, agent_path, NULL) < 0)
        return -1;
    return archive_write_close(p->archive) == ARCHIVE_OK ? 0 : failed(p);
}

static int write_archive(struct cache_writer *w, const char *agent_path,
                         const struct module_list *modules, struct error *e)
{
    struct error own = {0};
    struct pack p = {.archive = archive_write_new(), .writer = w, .error = &own};
    int status = p.archive ? add_all(&p, agent_path, modules) : failed(&p);
    archive_write_free(p.archive);
    if (status < 0 && e)
        *e = own;
    return status;
}

static int initramfs_key(const char *agent_path, const struct kernel *k, unsigned sets,
                         char key[CACHE_KEY_SIZE], struct error *e)
{
    char agent[65], dep[PATH_MAX];
    struct stat st;
    if (sha256_file(agent_path, agent, e) < 0)
        return -1;
    int n = snprintf(dep, sizeof dep, "%s/modules.dep", k->modules);
    if (n < 0 || (size_t)n >= sizeof dep || stat(dep, &st) < 0)
        return error_errno(e, errno, "cannot read modules.dep in %s", k->modules);
    char *text = xasprintf("4 %s %s %s %jd %jd.%09ld %x", agent, k->version, k->modules,
                           (intmax_t)st.st_size, (intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
                           sets);
    for (const char *const *name = payload_programs; *name; name++) {
        char path[PATH_MAX], sum[65] = "none";
        if (payload_find(agent_path, *name, path, sizeof path) && sha256_file(path, sum, e) < 0) {
            free(text);
            return -1;
        }
        char *longer = xasprintf("%s %s %s", text, *name, sum);
        free(text);
        text = longer;
    }
    cache_key(text, key);
    free(text);
    return 0;
}

int initramfs_make(const char *agent_path, const struct kernel *k, unsigned sets,
                   const char *cache_dir, char *out, size_t size, struct error *e)
{
    char key[CACHE_KEY_SIZE];
    struct module_list modules;
    struct cache_writer w;
    if (initramfs_key(agent_path, k, sets, key, e) < 0)
        return -1;
    if (cache_find(cache_dir, "initramfs", key, out, size))
        return 0;
    if (modules_resolve_sets(k->modules, sets, &modules, e) < 0)
        return -1;
    int status;
    if (modules.count > INITRAMFS_MODULES_MAX) {
        status = error_set(e, ERROR_DATA,
                           "modules.dep of the kernel %s wants %zu modules loaded: run depmod",
                           k->version, modules.count);
    } else if ((status = cache_begin(&w, cache_dir, e)) == 0) {
        status = write_archive(&w, agent_path, &modules, e);
        if (status < 0)
            cache_abort(&w);
        else
            status = cache_commit(&w, "initramfs", key, out, size, e);
    }
    modules_release(&modules);
    return status;
}
