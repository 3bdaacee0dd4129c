/* tempfile.h - files that are written under a name of their own before they get theirs.
 *
 * Written, synced and renamed, so that a crash, a full disk or a second vmtax leaves the old file
 * or the new one. A temporary file is locked as long as it is open: one that is not locked was left
 * by a vmtax that was killed, and goes with the next that makes one in the directory, whatever the
 * clocks say. */
#ifndef VMTAX_TEMPFILE_H
#define VMTAX_TEMPFILE_H

#include "error.h"

#include <stdbool.h>
#include <stddef.h>

/* Is that the name of one? */
bool tempfile_is(const char *name);
/* An empty file of this user alone (0600) in the directory, open for reading and writing, and its
 * name in out (size at least PATH_MAX). Removes those that were left there before. The caller
 * renames or removes it, and closes it only then. */
int tempfile_open(const char *directory, char *out, size_t size, struct error *e);
/* All of it; -1 with errno. */
int tempfile_write(int fd, const void *data, size_t size);
/* Renames are in the directory: without this they may be lost with the power. Some file systems
 * cannot sync a directory; then there is nothing more to be done. */
void tempfile_sync(const char *directory);

#endif
