#include "stats.h"

#include "error.h"
#include "xalloc.h"

#include <math.h>
#include <stdlib.h>

/* Makes the median absolute deviation an estimate of a normal deviation: 1 / quantile(0.75). */
#define MAD_SCALE 1.4826

/* The asymptotic variance of the Hodges-Lehmann estimate relative to the mean's, normal noise. */
#define HL_VARIANCE (M_PI / 3)

const struct verdict_info verdicts[VERDICT_COUNT] = {
    [VERDICT_BETTER] = {"better", "better"},
    [VERDICT_SAME] = {"same", "same"},
    [VERDICT_SLIGHTLY_WORSE] = {"slightly-worse", "slightly worse"},
    [VERDICT_WORSE] = {"worse", "worse"},
    [VERDICT_NO_SIGN] = {"no-sign", "no sign"},
    [VERDICT_INCONCLUSIVE] = {"inconclusive", "inconclusive"},
    [VERDICT_NOT_MEASURED] = {"not-measured", "not measured"},
    [VERDICT_CANNOT] = {"cannot", "cannot"},
    [VERDICT_NOT_COMPARABLE] = {"not-comparable", "not comparable"},
};

const struct flag_info flags[FLAG_COUNT] = {
    {'C', "clock", "The guest's clock does not run like the host's."},
    {'$', "cache",
     "The host's disk moved far fewer bytes than were claimed: this measures a cache."},
    {'S', "steal", "The hypervisor below took more than 1 % of the processor time."},
    {'T', "throttled", "The processor was throttled, by heat, power or a quota."},
    {'N', "nested", "Native itself is a guest of another hypervisor."},
    {'E', "emulated", "The processor is emulated in software; outside every mean and verdict."},
    {'F', "fingerprint", "The machine has changed since the reference was measured."},
    {'P', "placement", "Targets differ in path or processors, or load and work shared processors."},
    {'L', "young", "Too few sessions are stored to judge by."},
    {'X', "too-good", "The guest beats native: something is caching, or a clock is wrong."},
    {'M', "machines", "The two ran on different machines: shown, never judged."},
    {'U', "unsteady", "Not steady yet when its warming had lasted as long as it may."},
};

char *stats_flags(uint32_t set, char out[FLAG_COUNT + 1])
{
    size_t used = 0;
    for (size_t i = 0; i < FLAG_COUNT; i++)
        if (set & 1u << i)
            out[used++] = flags[i].letter;
    out[used] = '\0';
    return out;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double sorted_median(const double *sorted, size_t n)
{
    return n % 2 ? sorted[n / 2] : 0.5 * (sorted[n / 2 - 1] + sorted[n / 2]);
}

double stats_median(double *values, size_t n)
{
    if (!n)
        BUG("median of nothing");
    qsort(values, n, sizeof *values, by_value);
    return sorted_median(values, n);
}

static double mean(const double *values, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += values[i];
    return sum / (double)n;
}

double stats_sd(const double *values, size_t n)
{
    if (n < 2)
        return NAN;
    double m = mean(values, n), sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (values[i] - m) * (values[i] - m);
    return sqrt(sum / (double)(n - 1));
}

bool stats_telling(const struct stats_estimate *e)
{
    return e->bounded && !(e->approximate && e->low < 0 && e->high > 0 && e->high - e->low > M_LN2);
}

double stats_pair_noise(const double *pair_differences, size_t n)
{
    if (!n)
        return NAN;
    double *size = xcalloc(n, sizeof *size);
    for (size_t i = 0; i < n; i++)
        size[i] = fabs(pair_differences[i]);
    double median = stats_median(size, n);
    free(size);
    return MAD_SCALE * median * M_SQRT1_2;
}

static size_t count_outliers(const double *d, size_t n)
{
    double values[STATS_N_MAX];
    for (size_t i = 0; i < n; i++)
        values[i] = d[i];
    double middle = stats_median(values, n);
    for (size_t i = 0; i < n; i++)
        values[i] = fabs(d[i] - middle);
    double limit = 3.5 * MAD_SCALE * stats_median(values, n);
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += values[i] > limit;
    return count;
}

/* How many of the ordered Walsh averages lie outside the interval on each side, plus one: the
 * largest k with 1 - 2 P(T+ <= k - 1) >= wanted; 0 if even the whole range is not enough. */
static size_t walsh_rank(size_t n, double wanted, double *level)
{
    size_t low = 0, high = n * (n + 1) / 4; /* P(T+ <= low - 1) is small enough */
    while (low < high) {
        size_t middle = low + (high - low + 1) / 2;
        if (1 - 2 * stats_signed_rank_cdf(n, (double)middle - 1) >= wanted - 1e-12)
            low = middle;
        else
            high = middle - 1;
    }
    if (low)
        *level = 1 - 2 * stats_signed_rank_cdf(n, (double)low - 1);
    return low;
}

struct stats_estimate stats_estimate(const double *d, size_t n, double wanted)
{
    struct stats_estimate e = {.n = n, .centre = NAN, .low = NAN, .high = NAN, .level = NAN};
    if (n > STATS_N_MAX)
        BUG("too many differences");
    if (!n)
        return e;
    for (size_t i = 0; i < n; i++)
        if (!isfinite(d[i]))
            BUG("a difference that is no number");

    size_t count = n * (n + 1) / 2, used = 0;
    double *walsh = xcalloc(count, sizeof *walsh);
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < n; j++)
            walsh[used++] = 0.5 * (d[i] + d[j]);
    qsort(walsh, count, sizeof *walsh, by_value);
    e.centre = sorted_median(walsh, count);
    size_t k = n >= STATS_EXACT_MIN ? walsh_rank(n, wanted, &e.level) : 0;
    if (k) {
        e.bounded = true;
        e.low = walsh[k - 1];
        e.high = walsh[count - k];
    }
    free(walsh);

    if (!k && n >= 2) {
        double m = mean(d, n), t = stats_t_quantile(0.5 + 0.5 * wanted, (double)n - 1);
        double half = t * stats_sd(d, n) / sqrt((double)n);
        e.bounded = e.approximate = true;
        e.low = m - half;
        e.high = m + half;
        e.level = wanted;
    }
    if (n >= 3)
        e.outliers = count_outliers(d, n);
    return e;
}

double stats_deviation(double sigma, double sd, size_t n)
{
    double df = (double)n - 1, weight = 0.37 * (double)n;
    if (isnan(sd))
        return sigma;
    if (sigma > sd)
        return sqrt((df * sd * sd + weight * sigma * sigma) / (df + weight));
    return sd;
}

void stats_widen_few(struct stats_estimate *e, double deviation)
{
    if (!e->bounded || !e->approximate || !(deviation > 0))
        return;
    double t = stats_t_quantile(0.5 + 0.5 * e->level, (double)e->n - 1);
    double half = t * deviation / sqrt((double)e->n), middle = (e->low + e->high) / 2;
    e->low = fmin(e->low, middle - half);
    e->high = fmax(e->high, middle + half);
}

double stats_loss(double effect)
{
    return -expm1(-fabs(effect));
}

/* For a t test of normal differences the sum of the two quantiles is right. The signed ranks cost
 * 2 % more where many Walsh averages may lie beyond the bound, and far more where hardly any may,
 * because then nearly every difference must have the same sign: 14 % at n = 6 and 95 %, 25 % at n =
 * 12 and the sharpest level there is. By simulation of the power the price is 1.02 + 0.02 n/k
 * within 3 %, k being the rank of the bounding average. */
double stats_detectable(double sigma, double sd, size_t n, double alpha)
{
    if (n < 2 || n > STATS_N_MAX || !(alpha > 0 && alpha < 1))
        return NAN;
    double df = (double)n - 1, price = 1.05;
    if (n >= STATS_EXACT_MIN) {
        double level;
        size_t k = walsh_rank(n, 1 - alpha, &level);
        if (!k)
            return NAN;
        alpha = 1 - level;
        price = 1.02 + 0.02 * (double)n / (double)k;
    }
    return (stats_t_quantile(1 - alpha / 2, df) + stats_t_quantile(0.8, df)) * price *
           stats_deviation(sigma, sd, n) / sqrt((double)n);
}

/* psi and psi', by recurrence up to where the asymptotic series is accurate to 1e-15. */
static double digamma(double x)
{
    double shift = 0;
    for (; x < 20; x++)
        shift += 1 / x;
    double r = 1 / (x * x);
    return log(x) - 0.5 / x - r * (1.0 / 12 - r * (1.0 / 120 - r * (1.0 / 252 - r / 240))) - shift;
}

static double trigamma(double x)
{
    double shift = 0;
    for (; x < 20; x++)
        shift += 1 / (x * x);
    double r = 1 / (x * x);
    return 1 / x + 0.5 * r + r / x * (1.0 / 6 - r * (1.0 / 30 - r * (1.0 / 42 - r / 30))) + shift;
}

/* Falls from infinity to 0, so bisection over the logarithm cannot miss. */
static double trigamma_inverse(double y)
{
    double low = -30, high = 30;
    for (int i = 0; i < 100; i++) {
        double middle = 0.5 * (low + high);
        if (trigamma(exp(middle)) > y)
            low = middle;
        else
            high = middle;
    }
    return exp(0.5 * (low + high));
}

bool stats_shrink(const double *var, const double *df, size_t count, double *d0, double *s0_squared)
{
    /* A variance of zero is a coincidence of rounding and would have the logarithm's whole say: it
     * counts as a hundred-thousandth of the median. */
    double *usable = xcalloc(count, sizeof *usable);
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (df[i] > 0 && isfinite(var[i]))
            usable[n++] = var[i];
    double floor_value = n ? 1e-5 * stats_median(usable, n) : 0;
    free(usable);
    if (n < 3 || !(floor_value > 0))
        return false;

    double sum = 0, squares = 0, expected = 0;
    for (size_t i = 0; i < count; i++)
        if (df[i] > 0 && isfinite(var[i])) {
            double half = 0.5 * df[i], v = var[i] > floor_value ? var[i] : floor_value;
            double e = log(v) - digamma(half) + log(half);
            sum += e;
            squares += e * e;
            expected += trigamma(half);
        }
    double m = (double)n, centre = sum / m;
    double excess = (squares - m * centre * centre) / (m - 1) - expected / m;
    if (!(excess > 0)) { /* no more spread than chance: one variance for all */
        *d0 = INFINITY;
        *s0_squared = exp(centre);
        return true;
    }
    double half = trigamma_inverse(excess);
    *d0 = 2 * half;
    *s0_squared = exp(centre + digamma(half) - log(half));
    return true;
}

double stats_shrunken(double var, double df, double d0, double s0_squared)
{
    if (isinf(d0))
        return s0_squared;
    if (!(df > 0))
        return s0_squared;
    return (d0 * s0_squared + df * var) / (d0 + df);
}

double stats_centre_variance(const double *d, size_t n)
{
    double sd = stats_sd(d, n);
    return HL_VARIANCE * sd * sd / (double)n;
}

struct stats_estimate stats_combine(const struct stats_estimate *rows, const double *variances,
                                    const double *dfs, size_t count, double wanted)
{
    struct stats_estimate e = {.n = count, .centre = NAN, .low = NAN, .high = NAN, .level = NAN};
    if (!count)
        return e;
    double sum = 0, variance = 0, weight = 0;
    bool known = true;
    for (size_t i = 0; i < count; i++) {
        sum += rows[i].centre;
        known = known && dfs[i] > 0 && isfinite(variances[i]);
        if (known) {
            variance += variances[i];
            weight += variances[i] * variances[i] / dfs[i];
        }
        e.outliers += rows[i].outliers;
    }
    double m = (double)count;
    e.centre = sum / m;
    if (!known)
        return e;
    double df = weight > 0 ? variance * variance / weight : INFINITY;
    double half = stats_t_quantile(0.5 + 0.5 * wanted, df) * sqrt(variance) / m;
    e.bounded = e.approximate = true;
    e.low = e.centre - half;
    e.high = e.centre + half;
    e.level = wanted;
    return e;
}

struct ranked_p {
    double p;
    size_t index;
};

static int by_p(const void *a, const void *b)
{
    const struct ranked_p *x = a, *y = b;
    if (x->p != y->p)
        return x->p < y->p ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

void stats_holm(const double *p, size_t count, double *adjusted)
{
    struct ranked_p *order = xcalloc(count, sizeof *order);
    for (size_t i = 0; i < count; i++)
        order[i] = (struct ranked_p){p[i], i};
    qsort(order, count, sizeof *order, by_p);
    double largest = 0;
    for (size_t i = 0; i < count; i++) {
        double stepped = (double)(count - i) * order[i].p;
        largest = stepped > largest ? stepped : largest;
        adjusted[order[i].index] = largest < 1 ? largest : 1;
    }
    free(order);
}

enum verdict stats_slower(double centre)
{
    return centre >= log(0.9) ? VERDICT_SLIGHTLY_WORSE : VERDICT_WORSE;
}

enum verdict stats_verdict(const struct stats_estimate *e, double margin)
{
    if (!e->n)
        return VERDICT_NOT_MEASURED;
    if (!e->bounded)
        return VERDICT_INCONCLUSIVE;
    if (e->low > -margin && e->high < margin)
        return VERDICT_SAME;
    if (e->low > 0)
        return VERDICT_BETTER;
    if (e->high < 0)
        return stats_slower(e->centre);
    return VERDICT_INCONCLUSIVE;
}
