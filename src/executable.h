/* executable.h - programs of others that lie at one of a few places.
 *
 * By name in fixed places, never by $PATH: some get more rights than whoever may set $PATH, and all
 * targets must run the same. */
#ifndef VMTAX_EXECUTABLE_H
#define VMTAX_EXECUTABLE_H

/* The first of these files, up to NULL, that this process may execute; NULL: none. */
const char *executable_first(const char *const *files);

#endif
