/* modules.h - which files of a kernel's module tree a guest loads, in which order.
 *
 * Names are resolved against modules.dep and modules.builtin of the tree (made by depmod); both are
 * foreign text. */
#ifndef VMTAX_MODULES_H
#define VMTAX_MODULES_H

#include "error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a guest needs modules for; a bit mask. */
enum module_set {
    MODULES_PCI = 1 << 0,         /* virtio over PCI */
    MODULES_MMIO = 1 << 1,        /* virtio on a machine without PCI */
    MODULES_BASE = 1 << 2,        /* the console that the agent uses */
    MODULES_ROOT_9P = 1 << 3,     /* the host's files */
    MODULES_OVERLAY = 1 << 4,     /* copy-on-write above them */
    MODULES_DISK_VIRTIO = 1 << 5, /* scratch disk, para-virtual */
    MODULES_DISK_IDE = 1 << 6,    /* scratch disk, emulated */
    MODULES_SCRATCH_FS = 1 << 7,  /* the file system on it: ext4 */
    MODULES_NET_VIRTIO = 1 << 8,  /* network card, para-virtual */
    MODULES_NET_E1000 = 1 << 9,   /* network card, emulated */
    MODULES_ROOT_XEN = 1 << 10,   /* the host's files, in a domain of Xen */
    MODULES_DISK_XEN = 1 << 11,
    MODULES_NET_XEN = 1 << 12,
};
/* Without these a kernel is of no use for guests, on one machine type or another. */
#define MODULES_NEEDED \
    (MODULES_PCI | MODULES_MMIO | MODULES_BASE | MODULES_ROOT_9P | MODULES_OVERLAY)

struct module_want {
    const char *name; /* '-' and '_' are equal, as everywhere with modules */
    bool optional;    /* not there: no error */
};

/* Files in load order: each once, after everything that it depends on. */
struct module_list {
    char **paths; /* absolute if the tree's directory is */
    size_t count, room;
};

/* Resolve sets of enum module_set against directory/modules.dep; what is built in needs no file and
 * vanishes. -1 with a sentence that names the module and the kernel; out is then empty. out need
 * not be initialised. */
int modules_resolve_sets(const char *directory, unsigned sets, struct module_list *out,
                         struct error *e);
void modules_release(struct module_list *list);

/* The same for names, on texts (any bytes; NULL for size 0 is allowed), for a tree at directory. */
int modules_resolve_texts(const char *directory, const char *dep, size_t dep_size,
                          const char *builtin, size_t builtin_size, const struct module_want *wants,
                          size_t count, struct module_list *out, struct error *e);

/* The module's name as the kernel says it ("9pnet_virtio") of a file name or path. False if it is
 * none: not *.ko, *.ko.gz, *.ko.xz, *.ko.zst, or with odd characters. */
#define MODULE_NAME_MAX 64
bool module_name(const char *path, size_t length, char name[MODULE_NAME_MAX]);

/* Bytes at the end of a module's file (any bytes, not compressed) that are its signature, with what
 * says so; what is before them is the module. 0: there is none. */
size_t module_signature(const uint8_t *bytes, size_t size);

#endif
