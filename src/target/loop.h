/* loop.h - a block device over a file, for domains that take nothing else. */
#ifndef VMTAX_LOOP_H
#define VMTAX_LOOP_H

#include "error.h"

#include <stdbool.h>

#define LOOP_PATH_MAX 24 /* "/dev/loop1048575" */

/* Takes a free loop device for the file at path; direct: past the page cache if the file's file
 * system can (*direct then tells whether it does). The descriptor (close-on-exec, the caller's), or
 * -1. The kernel gives the device back when the last user of it is gone, however that ends. */
int loop_new(const char *path, bool *direct, char device[LOOP_PATH_MAX], struct error *e);

#endif
