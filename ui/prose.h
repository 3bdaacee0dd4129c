/* prose.h - sentences in boxes: wrapped at words, and lines of "label  value". */
#ifndef VMTAX_PROSE_H
#define VMTAX_PROSE_H

#include "ui/canvas.h"

/* Wrapped into r; returns the rows it took (at most r.h; the last one ends in an ellipsis if there
 * was more). */
int prose(struct canvas *c, struct rect r, enum style s, unsigned attr, const char *text);
/* The same, but a word that is longer than a line is broken, where prose() cuts it: for who wants
 * to read all of it. */
int prose_whole(struct canvas *c, struct rect r, enum style s, unsigned attr, const char *text);
/* The rows that prose_whole() takes at that width. */
int prose_rows(struct canvas *c, int w, const char *text);

/* A page that is filled from the top; what does not fit is left out whole lines at a time. */
struct page {
    struct canvas *c;
    struct rect r;
    int y;     /* next free row */
    int label; /* columns of the labels */
};

struct page page_begin(struct canvas *c, struct rect r);
int page_left(const struct page *p); /* rows */
/* Wrapped text over the whole width. */
void page_text(struct page *p, enum style s, unsigned attr, const char *text);
void page_textf(struct page *p, enum style s, unsigned attr, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Dim label, wrapped value. */
void page_field(struct page *p, const char *label, enum style s, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* An empty row, if something precedes it and rows remain. */
void page_gap(struct page *p);

#endif
