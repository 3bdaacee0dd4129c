/* text.h - foreign bytes made safe to show, and small string helpers. */
#ifndef VMTAX_TEXT_H
#define VMTAX_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Copy foreign text into out (size > 0, always terminated, cut at a character boundary): strict
 * UTF-8; C0, DEL, C1, surrogates, bidi controls (U+202A-202E, U+2066-2069, U+200E, U+200F, U+061C),
 * zero-width characters, non-characters, unassigned and undecodable bytes become U+00B7. Does not
 * depend on the locale. Returns out. */
char *text_clean(char *out, size_t size, const char *foreign);
char *text_clean_n(char *out, size_t size, const char *foreign, size_t length);

/* Decode one UTF-8 character at s (length bytes left, > 0). Bytes used (1..4), or 0 if malformed;
 * *code holds the character. */
size_t text_decode(const char *s, size_t length, uint32_t *code);
/* Encode; returns bytes written (1..4) to out[4]. */
size_t text_encode(uint32_t code, char out[4]);
/* Cells a character takes: 0 (combining), 1 or 2 (East Asian wide). */
int text_width(uint32_t code);

/* Nearest word of a NULL-terminated list by edit distance, else the only one that begins so; NULL
 * if there is none. For "did you mean". */
const char *text_nearest(const char *word, const char *const *words);

/* Bounded copy; true if it fitted. */
bool text_copy(char *out, size_t size, const char *from);
/* A whole decimal number, digits and nothing else, at most max. Otherwise false, and *out stays. */
bool text_u64(const char *text, uint64_t max, uint64_t *out);
/* Is the word one of a list that is separated by commas? list may be NULL. */
bool text_in_list(const char *list, const char *word);
/* Of choices as the kernel writes them, "always [madvise] never", the one in brackets; text is cut
 * there. NULL: none is. */
char *text_chosen(char *text);
/* Does name match a glob of * and ? (no other metacharacters)? */
bool text_glob(const char *pattern, const char *name);

/* Print words of text, the cursor being in `column`, and end the line: no line is longer than 79
 * columns unless a word is; further lines are indented. */
void text_wrap(FILE *out, const char *text, int column, int indent);

/* For who cannot have UTF-8: u for µ, ^ v < > and Enter for keys, x for ×, - for a dash, else ?. */
void text_put_ascii(FILE *out, const char *text);

/* "4.5 KiB", "8 MiB"; "1:02", "12:40:00"; a number in at most 5 significant columns ("0.108",
 * "12400", "124k"). */
char *text_bytes(char *out, size_t size, uint64_t bytes);
char *text_duration(char *out, size_t size, double seconds);
char *text_figure(char *out, size_t size, double value);

#endif
