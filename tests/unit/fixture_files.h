/* fixture_files.h - files and directories of a test's own, below a private directory in /tmp. What
 * cannot be made or read fails the test. */
#ifndef VMTAX_TESTS_FIXTURE_FILES_H
#define VMTAX_TESTS_FIXTURE_FILES_H

#include <stddef.h>

/* Make a private directory, its name into path; remove it again, with all that is in it. -1: not
 * all of it went. */
void fixture_private(char *path, size_t size);
int fixture_remove(const char *path);
/* The same, and HOME is there, without any XDG variable. */
void fixture_home(char *path, size_t size);
/* The same, and XDG_CACHE_HOME is there; until it is removed again. For cmocka's set-up and
 * tear-down: 0, or -1. */
int fixture_cache(char *path, size_t size);
int fixture_cache_remove(const char *path);

/* A file, a directory: those above it are made, too. The last two lie at root/path. */
void fixture_file(const char *path, const void *data, size_t size);
void fixture_text(const char *path, const char *text);
void fixture_put(const char *root, const char *path, const char *text);
void fixture_directory(const char *root, const char *path);

/* The whole of a file, NUL-terminated; the caller frees. */
char *fixture_slurp(const char *path);

#endif
