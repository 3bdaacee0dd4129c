#include <config.h>

#include "workloads/payload/dense.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* Two rounds of multiply and shift (the finaliser of splitmix64): every bit of the counter reaches
 * every bit of the result. */
static uint64_t scramble(uint64_t z)
{
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

void dense_column(double *out, size_t n, uint64_t seed, size_t column)
{
    uint64_t from = scramble(seed ^ scramble(column + 1));
    for (size_t i = 0; i < n; i++) {
        uint64_t bits = scramble(from + (i + 1) * UINT64_C(0x9e3779b97f4a7c15));
        out[i] = (double)(bits >> 11) * 0x1p-53 - 0.5;
    }
}

/* NAN wins, so that it is not lost. */
static double larger(double a, double b)
{
    return a >= b ? a : b;
}

static double norm(const double *v, size_t n)
{
    double max = 0;
    for (size_t i = 0; i < n; i++)
        max = larger(max, isnan(v[i]) ? INFINITY : fabs(v[i]));
    return max;
}

int dense_residual(size_t n, uint64_t seed, const double *x, double *scaled)
{
    double *column = malloc(n * sizeof *column);
    double *rest = malloc(n * sizeof *rest);
    double *sums = calloc(n, sizeof *sums);
    int rc = -1;
    if (column && rest && sums) {
        dense_column(rest, n, seed, n);
        double b = norm(rest, n);
        for (size_t j = 0; j < n; j++) {
            dense_column(column, n, seed, j);
            for (size_t i = 0; i < n; i++) {
                rest[i] -= column[i] * x[j];
                sums[i] += fabs(column[i]);
            }
        }
        *scaled = norm(rest, n) / (DBL_EPSILON / 2 * (norm(sums, n) * norm(x, n) + b) * (double)n);
        rc = 0;
    }
    free(column);
    free(rest);
    free(sums);
    return rc;
}
