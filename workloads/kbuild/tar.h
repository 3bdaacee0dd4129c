/* tar.h - unpacks the archive of a kernel's sources that vmtax made.
 *
 * The archive is a plain ustar file of regular files alone, in any order; directories are made as
 * their files need them. Whatever else it holds is refused: links, devices, absolute names, names
 * with "..", a wrong checksum, an end that comes too early, too much of anything. */
#ifndef VMTAX_TAR_H
#define VMTAX_TAR_H

#include "error.h"

#include <stdint.h>

#define TAR_FILES_MAX UINT64_C(200000)
#define TAR_BYTES_MAX (UINT64_C(2) << 30)

/* Unpack what can be read from fd below the directory of descriptor directory, which should be
 * empty. files (may be NULL) gets their number. -1 with a sentence; what was unpacked stays. */
int tar_unpack(int fd, int directory, uint64_t *files, struct error *e);

#endif
