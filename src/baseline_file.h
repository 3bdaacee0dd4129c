/* baseline_file.h - a baseline as one file, to be carried to another machine.
 *
 * Lines of JSON (schema/baseline.json): a head {"schema": "vmtax.baseline/1", "name", "sessions",
 * "sha256"}, then each session, newest first, as a result document in one line. sha256 is that of
 * all bytes behind the head, so that what was cut off or changed on its way is noticed. */
#ifndef VMTAX_BASELINE_FILE_H
#define VMTAX_BASELINE_FILE_H

#include "baseline.h"
#include "error.h"

#include <stdio.h>

#define BASELINE_FILE_MAX (256u << 20) /* bytes; a larger file is refused */

/* Does path name a file that begins as one of these? */
bool baseline_file_is(const char *path);
/* 0, or -1 with a sentence if it could not be written. */
int baseline_file_write(const struct baseline *b, FILE *out, struct error *e);
/* All of the sessions, with analysis up to date, or an error and b empty. path: "-" is standard
 * input. A file that is whole and of another kind is ERROR_USAGE, damage ERROR_DATA. */
int baseline_file_read(struct baseline *b, const char *path, struct error *e);
/* The same of text, which ends with a NUL behind its length; name is for messages. */
int baseline_file_parse(struct baseline *b, const char *text, size_t length, const char *name,
                        struct error *e);

#endif
