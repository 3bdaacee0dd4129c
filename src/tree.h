/* tree.h - the kernel's sources that kbuild compiles: found, trimmed, packed once.
 *
 * Debian's linux-source is an archive of 130 MB that unpacks to 1.4 GB; the smallest configuration
 * needs a twelfth of that. So vmtax makes one plain archive of the part that is needed and keeps it
 * in its cache (cache.h); targets unpack that (workloads/kbuild/tar.h). All targets of a run get
 * the same bytes. vmtax ships no kernel sources. */
#ifndef VMTAX_TREE_H
#define VMTAX_TREE_H

#include "error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TREE_PACKAGES_MAX 160

/* Could a kernel be compiled from this directory (--tree)? 0, or -1 with a sentence. */
int tree_check(const char *directory, struct error *e);

/* The newest linux-source-*.tar.xz in directory; -1 with the package that has one. */
int tree_find(const char *directory, char *out, size_t size, struct error *e);

/* What is missing here for kbuild: Debian's packages of tools and, if directory (--tree) is NULL,
 * of sources. "" and false if nothing is. */
bool tree_missing(const char *directory, char packages[TREE_PACKAGES_MAX]);

/* Is this file, named from the top of a kernel's sources, part of the trimmed tree? */
bool tree_wants(const char *name);

/* Make the archive of directory (NULL: of the newest in /usr/src), or find it in the cache. out
 * gets its path, bytes (may be NULL) its size. interrupt_fd readable: give up with
 * ERROR_INTERRUPTED; -1: none. */
int tree_make(const char *directory, int interrupt_fd, char *out, size_t size, uint64_t *bytes,
              struct error *e);

/* Give the archive the name TREE_NAME in the scratch directory, and in a directory of its own
 * there: seed gets its path (target.h: scratch_seed). */
#define TREE_NAME "kernel.tar"
int tree_place(const char *archive, const char *scratch, char *seed, size_t size, struct error *e);

#endif
