/* fixture.h - a result document with every field in use, for the tests of store, reports and
 * board; and a private home directory. */
#ifndef VMTAX_TESTS_FIXTURE_H
#define VMTAX_TESTS_FIXTURE_H

#include "result.h"

/* Three metrics (one that no catalogue knows) on native, container and an emulated guest: measured,
 * not measured and incomparable. Derived parts are filled in by hand. */
void fixture_result(struct result *r);

/* Make a private directory and point HOME at it, without any XDG variable; remove it again. */
void fixture_home(char *path, size_t size);
void fixture_remove(const char *path);
/* A file of this text at root/path, and the directories above it. */
void fixture_put(const char *root, const char *path, const char *text);

/* The whole of a file or stream, NUL-terminated; the caller frees. */
char *fixture_slurp(const char *path);

/* Run a program of others: its exit code; 127: it is not installed. Its words go to the log. */
int fixture_tool(const char *const *argv);

#endif
