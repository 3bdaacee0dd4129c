/* xalloc.h - allocation that cannot fail: out of memory ends the program with a sentence. For
 * vmtax; kernels of the agent check. */
#ifndef VMTAX_XALLOC_H
#define VMTAX_XALLOC_H

#include <stddef.h>

void *xcalloc(size_t count, size_t size);
void *xrealloc_array(void *p, size_t count, size_t size);
char *xstrdup(const char *s);
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Room for one more element in a growing array: array, number in use, number allocated. */
#define XGROW(array, count, room)                                       \
    do {                                                                \
        if ((count) == (room)) {                                        \
            (room) = (room) ? 2 * (room) : 16;                          \
            (array) = xrealloc_array((array), (room), sizeof *(array)); \
        }                                                               \
    } while (0)

#endif
