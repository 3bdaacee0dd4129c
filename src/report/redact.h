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
/* Those of this host and user; list points into the struct. */
struct redact_names {
    char host[256], brief[256], user[256];
    const char *list[4];
};
void redact_names_own(struct redact_names *n);
/* Everywhere in text, which has room for size bytes. */
void redact_rename(char *text, size_t size, const char *from, const char *to);
/* What a reached guest is called tells a host, or what the user thinks of it: "ssh-1" does not.
 * false: its name is that of its kind, and may stay. */
bool redact_name_of(const char *id, const char *kind, size_t target, char *out, size_t size);
bool redact_target_name(const struct result *r, size_t target, char *out, size_t size);

#endif
