#include "xalloc.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* exit() and not abort(): handlers that give the terminal back and remove what a run made still
 * run, and there is nothing to debug in a full memory. */
static _Noreturn void out_of_memory(size_t count, size_t size)
{
    fprintf(stderr,
            "vmtax: out of memory: %zu times %zu bytes could not be had; end other programs or "
            "measure fewer workloads at once\n",
            count, size);
    exit(2);
}

void *xcalloc(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size ? size : 1);
    if (!p)
        out_of_memory(count, size);
    return p;
}

void *xrealloc_array(void *p, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        out_of_memory(count, size);
    void *q = realloc(p, bytes ? bytes : 1);
    if (!q)
        out_of_memory(count, size);
    return q;
}

char *xstrdup(const char *s)
{
    size_t size = strlen(s) + 1;
    char *copy = xrealloc_array(NULL, size, 1);
    memcpy(copy, s, size);
    return copy;
}

char *xasprintf(const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    size_t size = length < 0 ? 1 : (size_t)length + 1;
    char *text = xrealloc_array(NULL, size, 1);
    text[0] = '\0';
    if (length >= 0)
        vsnprintf(text, size, format, again);
    va_end(again);
    return text;
}
