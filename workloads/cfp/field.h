/* field.h - what the floating-point programs do with whole fields of doubles. Sums run in four
 * chains side by side, always the same four, so that they are fast and have one right value. */
#ifndef VMTAX_CFP_FIELD_H
#define VMTAX_CFP_FIELD_H

#include "workloads/program/program.h"

/* The digest of n values, by all of their bits. */
WORK_TIMED static inline uint64_t field_digest(const double *value, size_t n)
{
    uint64_t a = 1, b = 2, c = 3, d = 4;
    for (size_t i = 0; i + 4 <= n; i += 4) {
        a = digest_fold_double(a, value[i]);
        b = digest_fold_double(b, value[i + 1]);
        c = digest_fold_double(c, value[i + 2]);
        d = digest_fold_double(d, value[i + 3]);
    }
    for (size_t i = n - n % 4; i < n; i++)
        a = digest_fold_double(a, value[i]);
    return digest_fold(digest_fold(digest_fold(a, b), c), d);
}

WORK_TIMED static inline double field_dot(const double *x, const double *y, size_t n)
{
    double a = 0, b = 0, c = 0, d = 0;
    for (size_t i = 0; i + 4 <= n; i += 4) {
        a += x[i] * y[i];
        b += x[i + 1] * y[i + 1];
        c += x[i + 2] * y[i + 2];
        d += x[i + 3] * y[i + 3];
    }
    for (size_t i = n - n % 4; i < n; i++)
        a += x[i] * y[i];
    return (a + b) + (c + d);
}

/* Coordinates on a ring of n: the cell before and the cell after. */
static inline __attribute__((always_inline)) size_t ring_before(size_t i, size_t n)
{
    return (i ? i : n) - 1;
}
static inline __attribute__((always_inline)) size_t ring_after(size_t i, size_t n)
{
    return i + 1 == n ? 0 : i + 1;
}

#endif
