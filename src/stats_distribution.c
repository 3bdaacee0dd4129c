/* Distribution functions and quantiles behind stats.h: normal, Student's t, and the null
 * distribution of the signed-rank statistic.
 *
 * Normal and t are computed from erfc() and the continued fraction of the incomplete beta function;
 * quantiles invert those numerically, always in the tail, so that they stay accurate relative to a
 * small tail probability. The signed-rank distribution is the distribution of a sum of ranks, each
 * taken or left with probability one half: exact by adding one rank after the other, and for many
 * differences by an Edgeworth series whose cumulants are those of the sum plus a uniform variable
 * of the lattice's width, which makes the continuity correction exact to the order of the series.
 */
#include "stats.h"

#include "error.h"
#include "xalloc.h"

#include <math.h>
#include <stdlib.h>

static double normal_tail(double x) /* P(Z > x) */
{
    return 0.5 * erfc(x * M_SQRT1_2);
}

static double normal_density(double x)
{
    return exp(-0.5 * x * x) * 0.5 * M_2_SQRTPI * M_SQRT1_2;
}

double stats_normal_cdf(double x)
{
    return normal_tail(-x);
}

double stats_normal_quantile(double p)
{
    if (!(p > 0 && p < 1))
        BUG("probability outside (0,1)");
    if (p == 0.5)
        return 0;
    double tail = p < 0.5 ? p : 1 - p;
    /* The tail is about density/x, which gives a start; Newton on the logarithm of the tail, whose
     * curve is nearly a parabola, then settles in a few steps. */
    double x = tail > 0.1 ? 2.5 * (0.5 - tail) : sqrt(-2 * log(tail) - log(-4 * M_PI * log(tail)));
    for (int i = 0; i < 50; i++) {
        double at = normal_tail(x);
        double step = log(at / tail) * at / normal_density(x);
        x += step;
        if (fabs(step) <= 1e-15 * (1 + fabs(x)))
            break;
    }
    return p < 0.5 ? -x : x;
}

/* ln of Gamma(a + 1/2) / (Gamma(a) sqrt a): by lgamma where it is accurate, by its asymptotic
 * series where the difference of two large logarithms would cancel. */
static double log_half_step(double a)
{
    if (a < 100) {
        int sign;
        return lgamma_r(a + 0.5, &sign) - lgamma_r(a, &sign) - 0.5 * log(a);
    }
    double r = 1 / a, r2 = r * r;
    return -r * (0.125 - r2 * (1.0 / 192 - r2 * (1.0 / 640)));
}

/* The continued fraction of the incomplete beta function (Abramowitz & Stegun 26.5.8), by Lentz's
 * method; converges fast for x < (a+1)/(a+b+2). */
static double beta_fraction(double a, double b, double x)
{
    const double tiny = 1e-300;
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < tiny ? tiny : d);
    double f = d;
    for (int m = 1; m < 20000; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        double factor = 1;
        for (int half = 0; half < 2; half++) {
            double coefficient = half ? odd : even;
            d = 1 + coefficient * d;
            d = 1 / (fabs(d) < tiny ? tiny : d);
            c = 1 + coefficient / c;
            c = fabs(c) < tiny ? tiny : c;
            factor = c * d;
            f *= factor;
        }
        if (fabs(factor - 1) < 1e-16)
            break;
    }
    return f;
}

/* P(T > t) for t >= 0: half the regularised incomplete beta function I_x(df/2, 1/2) at
 * x = df/(df + t²). */
static double t_tail(double t, double df)
{
    if (isinf(df))
        return normal_tail(t);
    double square = t * t;
    if (df > 1e5) { /* the fraction cancels; two terms of the expansion in 1/df do not */
        double first = t * (square + 1) / 4;
        double second = t * (((3 * square - 7) * square - 5) * square - 3) / 96;
        return normal_tail(t) + normal_density(t) * (first + second / df) / df;
    }
    double a = 0.5 * df;
    double x = df / (df + square), rest = square / (df + square);
    if (!(square > 0))
        return 0.5;
    if (isinf(square))
        return 0;
    /* ln of x^a (1-x)^(1/2) / B(a, 1/2) */
    double scale = exp(-a * log1p(square / df) + 0.5 * log(rest) + log_half_step(a) + 0.5 * log(a) -
                       0.5 * log(M_PI));
    if (x < (a + 1) / (a + 2.5))
        return 0.5 * scale * beta_fraction(a, 0.5, x) / a;
    return 0.5 * (1 - scale * beta_fraction(0.5, a, rest) / 0.5);
}

double stats_t_cdf(double t, double df)
{
    if (!(df > 0))
        BUG("t distribution without degrees of freedom");
    return t > 0 ? 1 - t_tail(t, df) : t_tail(-t, df);
}

double stats_t_quantile(double p, double df)
{
    if (!(p > 0 && p < 1 && df > 0))
        BUG("t quantile outside its range");
    if (p == 0.5)
        return 0;
    double tail = p < 0.5 ? p : 1 - p;
    double low = 0, high = 1;
    while (t_tail(high, df) > tail && high < 1e300) {
        low = high;
        high *= 2;
    }
    /* Secant steps on the logarithm of the tail, kept inside the bracket by bisection. */
    double x = 0.5 * (low + high);
    for (int i = 0; i < 200 && high - low > 4e-16 * high; i++) {
        double at = t_tail(x, df);
        if (at > tail)
            low = x;
        else
            high = x;
        double h = 1e-6 * (1 + x);
        double slope = (log(t_tail(x + h, df)) - log(at)) / h;
        double next = x - (log(at) - log(tail)) / slope;
        if (fabs(next - x) <= 1e-15 * x)
            break;
        x = next > low && next < high ? next : 0.5 * (low + high);
    }
    return p < 0.5 ? -x : x;
}

#define EXACT_MAX 100 /* ranks; above, the Edgeworth series is good to 1e-7 */

/* P(S = s) for S = sum of the weights taken, each with probability 1/2; weights are whole. The
 * caller frees; *total is the largest sum. */
static double *subset_sums(const unsigned *weights, size_t n, size_t *total)
{
    *total = 0;
    for (size_t i = 0; i < n; i++)
        *total += weights[i];
    double *share = xcalloc(*total + 1, sizeof *share);
    share[0] = 1;
    size_t top = 0;
    for (size_t i = 0; i < n; i++) {
        top += weights[i];
        for (size_t s = top + 1; s-- > 0;) {
            double without = share[s], with = s >= weights[i] ? share[s - weights[i]] : 0;
            share[s] = 0.5 * (without + with);
        }
    }
    return share;
}

/* P(S <= s) by the Edgeworth series to the sixth cumulant, for a sum of independent ranks with the
 * given sums of powers, on a lattice of the given step. A rank taken with probability one half has
 * the cumulants r²/4, -r⁴/8, r⁶/4 (odd ones are zero but for the mean); the uniform variable of
 * width h adds h²/12, -h⁴/120, h⁶/252. */
static double edgeworth(double s, double sum1, double sum2, double sum4, double sum6, double step)
{
    double h2 = step * step;
    double k2 = sum2 / 4 + h2 / 12, k4 = -sum4 / 8 - h2 * h2 / 120,
           k6 = sum6 / 4 + h2 * h2 * h2 / 252;
    double x = (s + step / 2 - sum1 / 2) / sqrt(k2), x2 = x * x;
    double g4 = k4 / (k2 * k2), g6 = k6 / (k2 * k2 * k2);
    double he3 = x * (x2 - 3);
    double he5 = x * ((x2 - 10) * x2 + 15);
    double he7 = x * (((x2 - 21) * x2 + 105) * x2 - 105);
    double p = stats_normal_cdf(x) -
               normal_density(x) * (g4 / 24 * he3 + g6 / 720 * he5 + g4 * g4 / 1152 * he7);
    return p < 0 ? 0 : p > 1 ? 1 : p;
}

double stats_signed_rank_cdf(size_t n, double t)
{
    if (n > STATS_N_MAX)
        BUG("too many differences");
    double top = 0.5 * (double)n * ((double)n + 1);
    if (t < 0)
        return 0;
    if (t >= top)
        return 1;
    t = floor(t);
    if (n > EXACT_MAX) {
        double m = (double)n, sum4 = m * (m + 1) * (2 * m + 1) * (3 * m * m + 3 * m - 1) / 30;
        double sum6 = m * (m + 1) * (2 * m + 1) * (3 * m * m * m * m + 6 * m * m * m - 3 * m + 1) /
                      42;
        return edgeworth(t, top, m * (m + 1) * (2 * m + 1) / 6, sum4, sum6, 1);
    }
    unsigned ranks[EXACT_MAX];
    for (size_t i = 0; i < n; i++)
        ranks[i] = (unsigned)i + 1;
    size_t total;
    double *share = subset_sums(ranks, n, &total), p = 0;
    for (size_t s = 0; s <= (size_t)t; s++)
        p += share[s];
    free(share);
    return p < 1 ? p : 1;
}

static int by_size(const void *a, const void *b)
{
    double x = fabs(*(const double *)a), y = fabs(*(const double *)b);
    return (x > y) - (x < y);
}

double stats_signed_rank_p(const double *d, size_t n)
{
    if (n > STATS_N_MAX)
        BUG("too many differences");
    double sorted[STATS_N_MAX];
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
        if (d[i] != 0)
            sorted[m++] = d[i];
    if (!m)
        return 1;
    qsort(sorted, m, sizeof *sorted, by_size);

    unsigned twice_rank[STATS_N_MAX]; /* midranks are halves */
    bool tied = false;
    unsigned taken = 0;
    for (size_t i = 0, end; i < m; i = end) {
        for (end = i + 1; end < m && fabs(sorted[end]) == fabs(sorted[i]);)
            end++;
        tied = tied || end - i > 1;
        for (size_t j = i; j < end; j++) {
            twice_rank[j] = (unsigned)(i + 1 + end);
            if (sorted[j] > 0)
                taken += twice_rank[j];
        }
    }
    unsigned total = (unsigned)(m * (m + 1)); /* twice the sum of all ranks */
    unsigned low = taken < total - taken ? taken : total - taken;

    double p = 0;
    if (m <= EXACT_MAX) {
        size_t top;
        double *share = subset_sums(twice_rank, m, &top);
        for (size_t s = 0; s <= low; s++)
            p += share[s];
        free(share);
    } else {
        double sum2 = 0, sum4 = 0, sum6 = 0;
        for (size_t i = 0; i < m; i++) {
            double r2 = 0.25 * twice_rank[i] * twice_rank[i];
            sum2 += r2;
            sum4 += r2 * r2;
            sum6 += r2 * r2 * r2;
        }
        p = edgeworth(0.5 * low, 0.5 * total, sum2, sum4, sum6, tied ? 0.5 : 1);
    }
    return 2 * p < 1 ? 2 * p : 1;
}
