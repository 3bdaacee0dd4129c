/* dense.h - dense systems of linear equations with known elements, and how well a solution fits.
 *
 * Elements follow from the number of the system and their place alone, so that the check needs no
 * second matrix: it makes the elements again. They are uniform in [-0.5, 0.5), as HPL's are. */
#ifndef VMTAX_PAYLOAD_DENSE_H
#define VMTAX_PAYLOAD_DENSE_H

#include <stddef.h>
#include <stdint.h>

/* Rows 0 .. n-1 of a column of the system seed; column n is the right side. */
void dense_column(double *out, size_t n, uint64_t seed, size_t column);

/* The residual of x as HPL scales it:
 *     |A x - b| / (eps (|A| |x| + |b|) n)
 * with maximum norms and eps = 2^-53. A good solution is of the order of 0.01; NAN or infinite if x
 * is. -1: no memory. */
int dense_residual(size_t n, uint64_t seed, const double *x, double *scaled);

#endif
