/* console_end.h - how a shell in a guest ended: the last line of its console (agent/console.h),
 * which is not shown. The guest is not trusted: what only looks like that line, in the middle of
 * its output or unfinished, is output. */
#ifndef VMTAX_CONSOLE_END_H
#define VMTAX_CONSOLE_END_H

#include <stddef.h>

#define CONSOLE_END_MAX 16 /* bytes of the line */

struct console_end {
    char held[CONSOLE_END_MAX]; /* what may be the line, or its begin */
    size_t used;
};

/* Takes n bytes of output; what is to be shown of them goes to out, which has room for n and
 * CONSOLE_END_MAX bytes. Its length. */
size_t console_end_pass(struct console_end *c, const char *bytes, size_t n, char *out);

/* When nothing follows: the shell's exit code, 0 to 255. -1: it was not told, and what is held is
 * output. */
int console_end_code(const struct console_end *c);

#endif
