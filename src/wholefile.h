/* wholefile.h - files that people name, read whole and within bounds. */
#ifndef VMTAX_WHOLEFILE_H
#define VMTAX_WHOLEFILE_H

#include "error.h"

#include <stddef.h>

/* Open for reading what is a regular file; a FIFO or a device is an error and keeps nobody waiting.
 * name: as sentences call it. The descriptor is close-on-exec; -1 with a sentence, and errno where
 * the system refused. */
int wholefile_open(const char *path, const char *name, struct error *e);
/* All that the descriptor has to its end, of a pipe too, with a NUL behind it that length does not
 * count. More than most bytes are an error: "NAME is larger than N MiB: not WHAT". NULL with a
 * sentence; the caller frees. */
char *wholefile_read(int fd, const char *name, size_t most, const char *what, size_t *length,
                     struct error *e);

/* Both of a file that is named, and closed again: errors as theirs. */
char *wholefile_load(const char *path, const char *name, size_t most, const char *what,
                     size_t *length, struct error *e);

#endif
