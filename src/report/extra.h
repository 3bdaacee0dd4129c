/* extra.h - what a figure has besides its value: the datagrams that did not arrive, operations a
 * second and their latency, errors and statements of a server. Tables of their own, which only
 * those rows have that know such a thing: the tables of all rows stay readable, and no report is
 * silent about a loss. */
#ifndef VMTAX_REPORT_EXTRA_H
#define VMTAX_REPORT_EXTRA_H

#include "report/format.h"

#define EXTRA_COLUMNS 4
#define EXTRA_CELL    24

/* A kind of table. */
struct extra {
    const char *title; /* "Datagrams" */
    const char *note;  /* what the columns are, in a sentence without its point */
    const char *columns[EXTRA_COLUMNS];
    /* Of a row with a figure; a cell stays empty where nothing is known. */
    void (*cells)(const struct report_row *row, char cells[EXTRA_COLUMNS][EXTRA_CELL]);
};
/* Ends with NULL. */
extern const struct extra *const extras[];

struct extra_line {
    const struct report_row *row;
    char cells[EXTRA_COLUMNS][EXTRA_CELL]; /* "—" where nothing is known; "~1.2 %": emulated */
};

struct extra_table {
    bool shown[EXTRA_COLUMNS]; /* has any line something in it? */
    size_t count;
    struct extra_line *lines; /* native's, too */
};

/* Of those rows that are wanted (NULL: of all). The caller frees t->lines; without any there is
 * nothing to show. */
void extra_table_make(struct extra_table *t, const struct extra *kind, const struct result *r,
                      const struct report_row *rows, size_t count,
                      bool (*wanted)(const struct report_row *row, int subsystem), int subsystem);

#endif
