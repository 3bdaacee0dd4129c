/* clipboard.h - text for the terminal's clipboard, as the sequence OSC 52 that terminals know who
 * let programs set it; the others take no notice. */
#ifndef VMTAX_CLIPBOARD_H
#define VMTAX_CLIPBOARD_H

/* More would be cut, or dropped, by many terminals. */
#define CLIPBOARD_MAX (48 * 1024)

/* The sequence; the caller frees it. The text is inside as base64, so that none of its bytes can
 * end the sequence or begin another. Blank ends of lines and the last newline are left out: what is
 * pasted into a shell is not run before the user says so. NULL: there is nothing to copy, or too
 * much. */
char *clipboard_sequence(const char *text);

#endif
