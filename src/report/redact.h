/* redact.h - a result without what tells whose machine it was. */
#ifndef VMTAX_REPORT_REDACT_H
#define VMTAX_REPORT_REDACT_H

#include "result.h"

#define REDACTED "(redacted)"

/* Takes out of every text of r host and user names, serial numbers and other identifiers,
 * addresses, and paths outside of the system's own directories. The kernel's command line, its
 * build line and the words added to a guest's go whole: anything may stand in them. */
void redact_result(struct result *r);
/* The same with one text in place; size > 0. names, NULL-terminated, go wherever they are whole
 * words; NULL: none. */
void redact_text(char *text, size_t size, const char *const *names);

#endif
