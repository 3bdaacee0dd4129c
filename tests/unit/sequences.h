/* sequences.h - what a terminal was sent, byte by byte, held against the list of what the dashboard
 * itself sends: any other control byte or sequence was some guest's. */
#ifndef VMTAX_TESTS_SEQUENCES_H
#define VMTAX_TESTS_SEQUENCES_H

#include <stdbool.h>
#include <stddef.h>

/* Fails the test at the first byte that is none of ours. by_curses: curses wrote the frames, which
 * has more ways to move its cursor than our own writer. Returns how many texts went to the
 * terminal's clipboard. */
size_t check_sequences(const char *out, size_t length, bool by_curses);

#endif
