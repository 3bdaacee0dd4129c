/* entry.h - one line that is typed: a filter, a search, the value of an option. */
#ifndef VMTAX_ENTRY_H
#define VMTAX_ENTRY_H

#include <stddef.h>

enum entry_event { ENTRY_TYPED, ENTRY_KEPT, ENTRY_DROPPED };

/* A key into text of size bytes, which stays valid UTF-8 without control characters: what does not
 * fit is not taken. Enter keeps the line, Escape and ^C drop it (the text is left to the caller).
 */
enum entry_event entry_key(char *text, size_t size, int code);

#endif
