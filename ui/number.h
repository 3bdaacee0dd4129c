/* number.h - numbers in fields of fixed width, and axes. Nothing here is ever wider than its
 * field. */
#ifndef VMTAX_NUMBER_H
#define VMTAX_NUMBER_H

#include "ui/panel.h"

#include <stdbool.h>
#include <stddef.h>

#define NUMBER_MAX 24 /* room for any field, with its terminator */

/* value in at most width columns (1..20), as many of the wanted decimals as fit; then k, M, G, T; a
 * value that no field of this width can hold becomes '#'s. NAN and infinities become "—". Not
 * padded. */
char *number_fit(char out[NUMBER_MAX], int width, double value, int decimals);
/* Three significant digits in at most 5 columns: "0.108", "12.4k", "1.02M". */
char *number_short(char out[NUMBER_MAX], double value);
/* A ratio (performance relative to native, 1 = equal) in at most width columns (>= 4): "97.2" for
 * UNIT_PERCENT and UNIT_RAW; "1.03×" (times slower) for UNIT_TIMES. */
char *number_ratio(char out[NUMBER_MAX], int width, double ratio, enum unit_mode unit);
/* Half the width of the interval [low, high] of ratios, in the same unit: "0.4". */
char *number_half_width(char out[NUMBER_MAX], int width, double low, double high,
                        enum unit_mode unit);

struct axis {
    double low, high; /* low < high; log: low > 0 */
    bool log;
};

/* Column 0..width-1 of a value; values beyond the ends go to them; off (may be NULL) says -1 or +1
 * then. NAN: -1. */
int axis_column(const struct axis *a, int width, double value, int *off);
/* Row from the top, 0..height-1, of a value on a vertical axis, clamped; NAN: -1. */
int axis_row(const struct axis *a, int height, double value);
/* Round numbers inside the axis, ascending, at most room and at most wanted+2. Returns how many. */
size_t axis_ticks(const struct axis *a, size_t wanted, double *ticks, size_t room);
/* An axis over values (NANs skipped) that holds `include` too (NAN: nothing), ends rounded outward.
 */
struct axis axis_over(const double *values, size_t count, double include, bool log);

#endif
