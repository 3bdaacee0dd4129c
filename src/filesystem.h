/* filesystem.h - which file system holds a path. */
#ifndef VMTAX_FILESYSTEM_H
#define VMTAX_FILESYSTEM_H

#include <stdbool.h>

/* "ext4", "tmpfs"; "unknown". */
const char *filesystem_name(const char *path);
/* Is it one that has no disk, but memory or the kernel behind it? */
bool filesystem_in_memory(const char *path);

#endif
