/* initramfs.h - what a guest finds in its memory when its kernel has started: the agent as /init,
 * /dev/console, the kernel's modules in the order in which the agent loads them, and the programs
 * that the agent starts. */
#ifndef VMTAX_INITRAMFS_H
#define VMTAX_INITRAMFS_H

#include "error.h"
#include "target/kernel.h"

#include <stddef.h>

#define INITRAMFS_MAX         ((size_t)256 << 20) /* bytes of one */
#define INITRAMFS_FILE_MAX    ((size_t)64 << 20)  /* of a file in it, decompressed */
#define INITRAMFS_MODULES_MAX 100

/* Path of an initramfs for kernel k with the module sets of enum module_set (modules.h), made once
 * into cache_dir (cache_directory()): an uncompressed newc cpio of
 *   /init                 the file at agent_path, 0755
 *   /dev/console          5:1
 *   /modules/00-NAME.ko   in load order, decompressed; NAME is the kernel's name of the module
 *   /payloads/NAME        0755: those of payload_programs (catalog.h) that lie beside agent_path;
 *                         their directory may be one that no guest can read, or see
 * It depends on the bytes of agent and programs, the kernel's version, its modules.dep and the
 * sets. */
int initramfs_make(const char *agent_path, const struct kernel *k, unsigned sets,
                   const char *cache_dir, char *out, size_t size, struct error *e);

#endif
