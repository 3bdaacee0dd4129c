/* writer.h - frames as escape sequences: what changed between two grids, in few bytes and without
 * the work that curses does for each cell. Only for terminals whose terminfo entry is of the common
 * kind; the rest are left to curses. */
#ifndef VMTAX_WRITER_H
#define VMTAX_WRITER_H

#include "ui/canvas.h"
#include "ui/theme.h"

struct writer;

/* For the terminal that curses has open (its entry is asked), output to fd. NULL: not for this
 * terminal or locale. */
struct writer *writer_open(int fd, enum depth depth);
void writer_close(struct writer *w); /* NULL is allowed; what is still waiting is dropped */

void writer_set_look(struct writer *w, enum style s, struct look look);
/* The terminal was used by someone else: nothing about its pen and cursor is known any more. */
void writer_forget(struct writer *w);

/* Bring the terminal from have to want (both h * width cells, row by row) and have with it. whole:
 * nothing about the screen is known. bracket: begin and end with the synchronized-update sequences.
 * Returns the number of cells that differed; the bytes are waiting for writer_flush. Not while
 * some still wait. */
size_t writer_frame(struct writer *w, struct cell *have, const struct cell *want, int h, int width,
                    bool whole, bool bracket);

/* From the next frame on the terminal's cursor is left at this cell; y < 0: wherever it ends up. */
void writer_cursor(struct writer *w, int y, int x);

/* Bytes that change nothing on the screen, handed over as frames are. False: something waits. */
bool writer_say(struct writer *w, const char *bytes);

/* Hand over what waits, never blocking. True if nothing waits any more. */
bool writer_flush(struct writer *w);
bool writer_waiting(const struct writer *w);
int writer_fd(const struct writer *w); /* to poll for POLLOUT while something waits */

#endif
