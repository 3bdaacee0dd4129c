/* page.h - the parts of a page that stands by itself: one file, no script. Every word is foreign
 * and escaped, but for those of the page's own frame. */
#ifndef VMTAX_REPORT_PAGE_H
#define VMTAX_REPORT_PAGE_H

#include "report/chart.h"

#include <stdio.h>

/* Up to the line below the heading, which is open: words may follow. */
void page_open(FILE *out, const char *title, const char *heading);
/* Ends that line; what follows is the page itself. */
void page_main(FILE *out);
void page_close(FILE *out);

/* A column's name; words stand left, numbers right. */
struct page_column {
    const char *name;
    bool words;
};
void page_table(FILE *out, const char *caption, const struct page_column *columns, size_t count);
#define PAGE_TABLE(out, caption, columns) \
    page_table(out, caption, columns, sizeof(columns) / sizeof *(columns))
void page_table_end(FILE *out);
/* <td class="text">WORDS</td>; class may be "" */
void page_cell(FILE *out, const char *tag, const char *class, const char *words);
/* Two cells: the verdict with its sign, and the letters of flags. */
void page_verdict(FILE *out, enum verdict v, uint32_t bits);

/* title and text are what is read to who cannot see it. */
void page_chart(FILE *out, const struct chart *c, const char *title, const char *text);

#endif
