/* spec.h - the user's own SPEC CPU (--spec, --spec-config): is it one, which, and by which config
 * file is it run? The tree is only read. */
#ifndef VMTAX_SPEC_H
#define VMTAX_SPEC_H

#include "error.h"

#include <limits.h>
#include <stddef.h>

struct spec {
    char directory[PATH_MAX]; /* absolute, without links */
    char config[PATH_MAX];    /* of the file, DIRECTORY/config/NAME */
    const char *product;      /* "SPEC CPU2006", of suite.h */
    size_t built, members;    /* of its benchmarks: with programs, and all that vmtax knows */
};

/* directory: an installed SPEC CPU2006 or CPU2017. config: the name of a file in its directory
 * config, with or without .cfg; NULL: the only one that is not an example. 0, or -1 with a sentence
 * that names the files to choose from. */
int spec_find(const char *directory, const char *config, struct spec *out, struct error *e);

#endif
