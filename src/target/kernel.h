/* kernel.h - the kernel that virtual machines of vmtax boot: an image of this machine together with
 * its modules. */
#ifndef VMTAX_KERNEL_H
#define VMTAX_KERNEL_H

#include "error.h"

#include <limits.h>
#include <stddef.h>

struct kernel {
    char image[PATH_MAX];   /* bzImage or ELF vmlinux */
    char modules[PATH_MAX]; /* directory that holds modules.dep of this very kernel */
    char version[65];       /* as uname -r in the guest will say */
    char source[48];        /* "--kernel", "the running kernel", "newest below /boot",
                               "newest below /lib/modules", "unpacked for guests" */
};

/* Find one that guests can boot: wanted (--kernel FILE, or NULL) and nothing else; or the running
 * kernel; or the newest one below /boot and /lib/modules; or the newest one of private_roots (NULL,
 * or a NULL-terminated list of directories that hold boot/ and lib/modules/). Without its modules,
 * or without those of MODULES_NEEDED (modules.h), a kernel is passed over. -1 with a sentence: what
 * was found, why it did not do, and what to do. */
int kernel_find(const char *wanted, const char *const *private_roots, struct kernel *out,
                struct error *e);

/* The same on a machine whose root directory is at root ("" for /), running the named version. */
int kernel_find_below(const char *root, const char *running, const char *wanted,
                      const char *const *private_roots, struct kernel *out, struct error *e);

/* The places where ./bootstrap and an installation put kernels for guests: guest-kernel beside the
 * executable of vmtax, and in libexec. */
struct kernel_roots {
    const char *list[3]; /* NULL-terminated, for kernel_find(); points into paths */
    char paths[2][PATH_MAX];
};
void kernel_private_roots(struct kernel_roots *r);

/* Path of an uncompressed ELF vmlinux with a PVH entry, for QEMU's -kernel: the image itself if it
 * is one, else unpacked once into cache_dir (cache_directory()). Takes a second or two the first
 * time. -1: damaged, or built without CONFIG_PVH (QEMU can still boot the image itself). */
int kernel_unpack(const struct kernel *k, const char *cache_dir, char *out, size_t size,
                  struct error *e);

/* Order of versions by their numbers: 6.9 < 6.12-rc1 < 6.12 < 6.12.1. Negative, 0, positive. */
int kernel_version_compare(const char *a, const char *b);

#endif
