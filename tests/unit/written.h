/* written.h - a report as it was written, and how it is looked at. */
#ifndef VMTAX_TESTS_UNIT_WRITTEN_H
#define VMTAX_TESTS_UNIT_WRITTEN_H

#include "result.h"

/* The caller frees. */
char *written(const char *format, const struct result *r);

/* No line is wider than 80 columns or ends in a blank, and no character of it is a command. */
void lines_fit(const char *text);

struct table {
    char *cell[64][80];
    size_t rows, columns[64];
};

/* RFC 4180, strictly: CRLF, quotes doubled, nothing after a closing quote. The cells lie in text,
 * which is changed. */
void parse_csv(char *text, struct table *t);
/* By the names in row 0. */
const char *cell(const struct table *t, size_t row, const char *column);

#endif
