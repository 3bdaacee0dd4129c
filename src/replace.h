/* replace.h - a file that is written under a temporary name beside it, so that whoever reads it
 * sees the old one or the new one. */
#ifndef VMTAX_REPLACE_H
#define VMTAX_REPLACE_H

#include "error.h"

#include <limits.h>
#include <stdio.h>
#include <sys/types.h>

struct replace {
    FILE *out; /* to be written to */
    char path[PATH_MAX];
    char temporary[PATH_MAX + 8]; /* "": path is a device or a pipe, written to itself */
};

/* mode: of the new file, whatever the old one's was. A link stays a link. On failure nothing is
 * held and nothing has changed. */
int replace_begin(struct replace *r, const char *path, mode_t mode, struct error *e);
/* Everything written so far is on the disk, under the name; or nothing has changed. */
int replace_end(struct replace *r, struct error *e);
/* Instead of that: nothing has changed. */
void replace_drop(struct replace *r);

#endif
