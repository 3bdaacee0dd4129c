/* executable.h - programs of others that lie at one of a few places.
 *
 * By name in fixed places, never by $PATH: some get more rights than whoever may set $PATH, and all
 * targets must run the same. */
#ifndef VMTAX_EXECUTABLE_H
#define VMTAX_EXECUTABLE_H

#include <stddef.h>

/* The first of these files, up to NULL, that this process may execute; NULL: none. */
const char *executable_first(const char *const *files);
/* All of them for a sentence: "/usr/sbin/nginx, /usr/bin/nginx", cut to size. Returns out. */
char *executable_places(const char *const *files, char *out, size_t size);

#endif
