/* error.h - a failure as a sentence for the user.
 *
 * Functions that can fail return 0 or -1 (or NULL) and fill a caller's struct error with one
 * sentence: what failed, on what, and what to do next. The text never holds bytes of a guest that
 * were not cleaned by text_clean(). BUG() is only for what cannot happen. */
#ifndef VMTAX_ERROR_H
#define VMTAX_ERROR_H

#include <stdarg.h>

enum error_kind {
    ERROR_NONE,
    ERROR_USAGE,       /* the user asked for something impossible: exit code 2 */
    ERROR_SYSTEM,      /* the machine refused */
    ERROR_GUEST,       /* an agent or guest died, hung, lied or spoke nonsense */
    ERROR_DATA,        /* a stored file is damaged */
    ERROR_INTERRUPTED, /* the user stopped it: exit code 130 */
};

struct error {
    enum error_kind kind;
    char text[512];
};

/* Fill e (may be NULL) and return -1, so that `return error_set(...)` reads well. Later calls
 * overwrite. */
int error_set(struct error *e, enum error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* As error_set, with ": " and strerror(errno_value) appended. */
int error_errno(struct error *e, int errno_value, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Put "context: " before the text that is there. Returns -1. */
int error_prefix(struct error *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

_Noreturn void bug_abort(const char *file, int line, const char *what);
#define BUG(what) bug_abort(__FILE__, __LINE__, what)

#endif
