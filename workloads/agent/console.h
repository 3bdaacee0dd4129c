/* console.h - the terminal of a shell in a guest: a pseudo-terminal, relayed to the console that
 * vmtax reads and writes, because the size of a console cannot follow that of the user's terminal.
 *
 * A change of size comes between the keys, as CONSOLE_SIZE, rows, a semicolon, columns and a
 * newline. That byte is the key that ends the shell at once, so no key has it here. Without a
 * terminal at the user's side (rows 0) all bytes are the shell's.
 *
 * The other way the last line is CONSOLE_ENDED, the shell's exit code and a newline; 128 and more
 * is a signal's, as shells tell it. */
#ifndef VMTAX_AGENT_CONSOLE_H
#define VMTAX_AGENT_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

#define CONSOLE_SIZE     0x1d /* Ctrl-] */
#define CONSOLE_SIZE_MAX 9999 /* rows or columns */
#define CONSOLE_ENDED \
    "\x1d"            \
    "ended;"

/* A record that has begun. */
struct console_record {
    bool inside;
    size_t used;
    char text[16];
};

/* Take the records out of bytes[n]; what is left is moved together, and its length returned. True
 * in *changed: rows and columns are those of the last record that made sense. */
size_t console_take(struct console_record *r, char *bytes, size_t n, unsigned *rows,
                    unsigned *columns, bool *changed);

/* Run shell (which gets the terminal as its standard streams, and must not return) in a
 * pseudo-terminal of that size until it ends. -1 with errno: there is none. */
int console_run(int console, unsigned rows, unsigned columns, void (*shell)(void));

#endif
