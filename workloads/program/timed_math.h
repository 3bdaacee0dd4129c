/* timed_math.h - exp, log, sin, cos, pow for timed code, where the C library's own, chosen by
 * processor, must not be called.
 *
 * Errors, held by a test against the C library over the ranges given: at most 2 units in the last
 * place for exp and log, 4e-16 absolute for sin and cos with |x| <= 1e5. No errno, no exceptions,
 * no special values: arguments must be finite and in range. */
#ifndef VMTAX_TIMED_MATH_H
#define VMTAX_TIMED_MATH_H

#include "workloads/workload.h"

#include <stdint.h>

static inline __attribute__((always_inline)) double timed_sqrt(double x)
{
    return __builtin_sqrt(x); /* the sqrtsd instruction: KERNEL_CFLAGS say -fno-math-errno */
}
static inline __attribute__((always_inline)) double timed_abs(double x)
{
    return __builtin_fabs(x);
}
static inline __attribute__((always_inline)) double timed_max(double a, double b)
{
    return a > b ? a : b;
}
static inline __attribute__((always_inline)) double timed_min(double a, double b)
{
    return a < b ? a : b;
}

/* The nearest integer as a double, |x| < 2^51. */
static inline __attribute__((always_inline)) double timed_round(double x)
{
    const double magic = 0x1.8p52;
    double r = x + magic;
    return r - magic;
}

/* 2^k, -1022 <= k <= 1023. */
static inline __attribute__((always_inline)) double timed_scale2(int k)
{
    union {
        uint64_t u;
        double d;
    } bits = {.u = (uint64_t)(k + 1023) << 52};
    return bits.d;
}

/* -708 <= x <= 709. By 2^k and a series of |r| <= ln 2 / 2. */
WORK_TIMED static inline double timed_exp(double x)
{
    double k = timed_round(x * 1.4426950408889634);
    double r = x - k * 0x1.62e42feep-1;
    r -= k * 0x1.a39ef35793c76p-33;
    double p = 1.0 / 6227020800;
    p = p * r + 1.0 / 479001600;
    p = p * r + 1.0 / 39916800;
    p = p * r + 1.0 / 3628800;
    p = p * r + 1.0 / 362880;
    p = p * r + 1.0 / 40320;
    p = p * r + 1.0 / 5040;
    p = p * r + 1.0 / 720;
    p = p * r + 1.0 / 120;
    p = p * r + 1.0 / 24;
    p = p * r + 1.0 / 6;
    p = p * r + 0.5;
    return (1.0 + (r + r * r * p)) * timed_scale2((int)k);
}

/* Normal x > 0. By the exponent and the series of atanh((m - 1) / (m + 1)). */
WORK_TIMED static inline double timed_log(double x)
{
    union {
        double d;
        uint64_t u;
    } bits = {.d = x};
    int k = (int)(bits.u >> 52) - 1023;
    bits.u = (bits.u & UINT64_C(0xfffffffffffff)) | UINT64_C(0x3ff0000000000000);
    if (bits.d > 1.4142135623730951) {
        bits.d *= 0.5;
        k++;
    }
    double f = bits.d - 1.0;
    double s = f / (2.0 + f), z = s * s;
    double p = 2.0 / 23;
    p = p * z + 2.0 / 21;
    p = p * z + 2.0 / 19;
    p = p * z + 2.0 / 17;
    p = p * z + 2.0 / 15;
    p = p * z + 2.0 / 13;
    p = p * z + 2.0 / 11;
    p = p * z + 2.0 / 9;
    p = p * z + 2.0 / 7;
    p = p * z + 2.0 / 5;
    p = p * z + 2.0 / 3;
    double half = 0.5 * f * f;
    double d = k;
    return d * 0x1.62e42feep-1 - ((half - (s * (half + p * z) + d * 0x1.a39ef35793c76p-33)) - f);
}

WORK_TIMED static inline double timed_pow(double x, double y)
{
    return timed_exp(y * timed_log(x));
}

/* Both at once, |x| <= 1e5. */
WORK_TIMED static inline void timed_sincos(double x, double *sine, double *cosine)
{
    double k = timed_round(x * 0.63661977236758134);
    double r = x - k * 0x1.921fb544p+0;
    r -= k * 0x1.0b4611a6p-34;
    r -= k * 0x1.3198a2e037073p-69;
    double z = r * r;
    double s = -1.0 / 1307674368000;
    s = s * z + 1.0 / 6227020800;
    s = s * z - 1.0 / 39916800;
    s = s * z + 1.0 / 362880;
    s = s * z - 1.0 / 5040;
    s = s * z + 1.0 / 120;
    s = s * z - 1.0 / 6;
    s = r + r * z * s;
    double c = 1.0 / 20922789888000;
    c = c * z - 1.0 / 87178291200;
    c = c * z + 1.0 / 479001600;
    c = c * z - 1.0 / 3628800;
    c = c * z + 1.0 / 40320;
    c = c * z - 1.0 / 720;
    c = c * z + 1.0 / 24;
    c = 1.0 - 0.5 * z + z * z * c;
    switch ((int)((int64_t)k & 3)) {
    case 0:
        *sine = s;
        *cosine = c;
        break;
    case 1:
        *sine = c;
        *cosine = -s;
        break;
    case 2:
        *sine = -s;
        *cosine = -c;
        break;
    default:
        *sine = -c;
        *cosine = s;
        break;
    }
}
WORK_TIMED static inline double timed_sin(double x)
{
    double s, c;
    timed_sincos(x, &s, &c);
    return s;
}
WORK_TIMED static inline double timed_cos(double x)
{
    double s, c;
    timed_sincos(x, &s, &c);
    return c;
}

#endif
