/* matrix.h - the context-switch matrix: processes down, working set across, one small multiple a
 * target and placement. Ours are measured; the paper's (2010) are reference, titled as such and
 * dim. Heat is time relative to native, and every cell carries its number. */
#ifndef VMTAX_MATRIX_H
#define VMTAX_MATRIX_H

#include "ui/row.h"

#define MATRIX_ROWS    5
#define MATRIX_COLUMNS 3

extern const char *const matrix_rows[MATRIX_ROWS];       /* "2p" ... */
extern const char *const matrix_columns[MATRIX_COLUMNS]; /* "0k" ... */

struct matrix {
    const char *paper; /* "native", "openvz", ...: the paper's; NULL: ours */
    size_t target;     /* of ours */
    bool cross;        /* neighbours on different processors */
};

/* The metric of a cell of ours, SIZE_MAX if it is not there; ctx.16p0k and ctx.64p0k do not exist.
 */
size_t matrix_metric(const struct snapshot *s, size_t row, size_t column, bool cross);
/* Microseconds in a cell, NAN unknown; times: relative to its native, NAN unknown. */
double matrix_us(const struct snapshot *s, const struct matrix *m, size_t row, size_t column);
double matrix_times(const struct snapshot *s, const struct matrix *m, size_t row, size_t column);
/* "● container same-cpu ×nat", shorter for a box of few columns. */
void matrix_title(const struct snapshot *s, const struct matrix *m, enum unit_mode unit, int w,
                  char out[64]);

/* Into the inside of a box (or any rectangle). selected_row MATRIX_ROWS: none. */
void matrix_draw(struct canvas *c, struct rect in, const struct snapshot *s, const struct matrix *m,
                 enum unit_mode unit, size_t selected_row, size_t selected_column);
/* As many matrices as fit, without boxes: for the overview. */
void matrix_small_draw(struct canvas *c, struct rect in, const struct snapshot *s,
                       const struct view *v);
/* "×native" and the ramp with its numbers: two rows. */
void matrix_ramp(struct canvas *c, int y, int x, int w);

#endif
