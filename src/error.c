#include "error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int error_set(struct error *e, enum error_kind kind, const char *format, ...)
{
    if (e) {
        va_list args;
        va_start(args, format);
        e->kind = kind;
        vsnprintf(e->text, sizeof e->text, format, args);
        va_end(args);
    }
    return -1;
}

int error_errno(struct error *e, int errno_value, const char *format, ...)
{
    if (e) {
        va_list args;
        va_start(args, format);
        e->kind = ERROR_SYSTEM;
        int used = vsnprintf(e->text, sizeof e->text, format, args);
        va_end(args);
        if (used >= 0 && (size_t)used < sizeof e->text)
            snprintf(e->text + used, sizeof e->text - (size_t)used, ": %s", strerror(errno_value));
    }
    return -1;
}

int error_prefix(struct error *e, const char *format, ...)
{
    if (e) {
        char context[sizeof e->text];
        char rest[sizeof e->text];
        va_list args;
        va_start(args, format);
        vsnprintf(context, sizeof context, format, args);
        va_end(args);
        memcpy(rest, e->text, sizeof rest);
        int used = snprintf(e->text, sizeof e->text, "%s", context);
        if (used >= 0 && (size_t)used < sizeof e->text)
            snprintf(e->text + used, sizeof e->text - (size_t)used, ": %s", rest);
    }
    return -1;
}

void bug_abort(const char *file, int line, const char *what)
{
    fprintf(stderr, "vmtax: internal error at %s:%d: %s\n", file, line, what);
    abort();
}
