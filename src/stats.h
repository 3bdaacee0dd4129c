/* stats.h - how two targets are compared: the arithmetic. Pure functions of numbers, no I/O, no
 * state.
 *
 * Performance is compared in logs: y = ln(throughput) or -ln(time), so that 0 is equal and below 0
 * is slower. A block gives one difference d (guest minus native, averaged over its slots so that
 * linear drift cancels). From n of them: the Hodges-Lehmann estimate, and the exact signed-rank
 * interval. Sources are named at each function. */
#ifndef VMTAX_STATS_H
#define VMTAX_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STATS_EXACT_MIN 6    /* below: a t interval, marked approximate */
#define STATS_N_MAX     1024 /* differences per row; more is BUG */

/* Quantiles and distribution functions. p in (0,1), df > 0. Accurate to 1e-9 or better. */
double stats_normal_cdf(double x);
double stats_normal_quantile(double p);
double stats_t_cdf(double t, double df);
double stats_t_quantile(double p, double df);
double stats_median(double *values, size_t n); /* sorts values; n > 0 */

/* Signed-rank null distribution: P(T+ <= t) for n differences without ties (n <= STATS_N_MAX; exact
 * by the counting recursion up to n = 100, Edgeworth series to the sixth cumulant above, off by
 * less than 1e-6). Hollander & Wolfe, Nonparametric Statistical Methods. */
double stats_signed_rank_cdf(size_t n, double t);
/* Two-sided p of the signed-rank test that the centre is 0; zeros dropped, midranks for ties; exact
 * (conditional on the ties) up to n = 100, Edgeworth above. 1 if nothing is left. */
double stats_signed_rank_p(const double *d, size_t n);

struct stats_estimate {
    size_t n;
    double centre;    /* Hodges-Lehmann, log units; NAN if n = 0 */
    double low, high; /* interval, log units; valid if bounded, else NAN */
    double level;     /* achieved two-sided confidence, e.g. 0.96875 at n = 6; valid if bounded */
    bool bounded;     /* false if n is too small for any interval (n < 2) */
    bool approximate; /* a t interval (n < STATS_EXACT_MIN) */
    size_t outliers;  /* differences beyond 3.5 robust deviations of their median: kept, counted */
};

/* Estimate and interval at the nearest achievable level at or above the wanted one (0.95). Where
 * the signed ranks of n differences cannot reach it (n < STATS_EXACT_MIN at 0.95) a t interval
 * about the mean, at the wanted level, marked approximate. d must be finite. */
struct stats_estimate stats_estimate(const double *d, size_t n, double wanted);

/* Says the interval anything? One from so few blocks that it is approximate, which decides nothing
 * (it covers 0) and spans more than a factor of two, does not: where people read it stands ±?, and
 * the mark is hollow, as without one. Documents keep it. False if there is none. */
bool stats_telling(const struct stats_estimate *e);

/* A/A noise from adjacent same-target pairs: 1.4826 * median|pair difference| / sqrt 2; NAN if n =
 * 0. */
double stats_pair_noise(const double *pair_differences, size_t n);
double stats_sd(const double *values, size_t n); /* n-1; NAN if n < 2 */

/* The deviation of one difference from its two estimates: sd of the n differences, and the A/A
 * noise sigma from about n pairs (NAN: unknown). Blocks may vary more than neighbours, never less,
 * so an sd below sigma is chance and both measure the same: they are pooled by their weights (the
 * median of n pairs is worth 0.37 n of them). The larger of the two, which would be simpler, is too
 * large in most sessions without variance between blocks: what it prints is found in 88 to 90 % of
 * them, not 80. */
double stats_deviation(double sigma, double sd, size_t n);
/* A t interval of so few differences knows their deviation badly, and two that happen to agree say
 * that there is none. This one is at least as wide as that deviation says. No other is changed. */
void stats_widen_few(struct stats_estimate *e, double deviation);

/* Smallest effect (log units) found with 80 % power by n differences at two-sided alpha: by the
 * signed ranks at the nearest level they can reach, below STATS_EXACT_MIN by the t interval. sigma
 * and sd as above. NAN if n < 2, or if no result of n differences could reach alpha.
 * (t(1-alpha/2) + t(0.8)) * price * deviation / sqrt n, n-1 degrees of freedom; price at its
 * definition. In simulated sessions it is found in 76 to 85 %, with and without variance between
 * blocks, n = 6..20, at the interval's level and at Holm's first step of ten
 * (tests/sim_coverage.c).
 */
double stats_detectable(double sigma, double sd, size_t n, double alpha);
/* An effect (log units, of either sign) as the share of the performance that it takes: 0 .. 1. */
double stats_loss(double effect);

/* Empirical-Bayes shrinkage of variances (Smyth 2004, limma): prior degrees of freedom d0 (INFINITY
 * possible) and variance s0² by the moments of log s². var[i] with df[i] degrees of freedom, count
 * of them; entries with df 0 are skipped. False if fewer than 3 usable. */
bool stats_shrink(const double *var, const double *df, size_t count, double *d0,
                  double *s0_squared);
/* Posterior variance (d0*s0² + df*s²)/(d0+df). */
double stats_shrunken(double var, double df, double d0, double s0_squared);

/* Variance of the Hodges-Lehmann centre of d[n]: that of a mean times pi/3, its asymptotic price
 * under normal noise. NAN if n < 2. */
double stats_centre_variance(const double *d, size_t n);

/* Mean of several rows' centres (a subsystem), with a t interval of the wanted level from the
 * pooled variances of the centres (Welch-Satterthwaite). n = count; not bounded if a variance is
 * unknown (df 0). */
struct stats_estimate stats_combine(const struct stats_estimate *rows, const double *variances,
                                    const double *dfs, size_t count, double wanted);

/* Holm's step-down: adjusted[i] for p[i]; count of them. */
void stats_holm(const double *p, size_t count, double *adjusted);

/* Verdicts: the one table of statistics.md. Glyphs are the screen's business. */
enum verdict {
    VERDICT_BETTER,
    VERDICT_SAME,
    VERDICT_SLIGHTLY_WORSE,
    VERDICT_WORSE,
    VERDICT_NO_SIGN, /* measured too briefly, nothing seen */
    VERDICT_INCONCLUSIVE,
    VERDICT_NOT_MEASURED,
    VERDICT_CANNOT,
    VERDICT_NOT_COMPARABLE,
    VERDICT_COUNT,
};

struct verdict_info {
    const char *id;    /* "slightly-worse": in files */
    const char *title; /* "slightly worse": on screens */
};
extern const struct verdict_info verdicts[VERDICT_COUNT];

/* For exploring and `run`: per row, uncorrected. margin in log units. An interval wholly inside the
 * margin is "same" on whichever side of 0 it lies: that is what a margin of equivalence means, and
 * many blocks would otherwise turn a tenth of a percent into a verdict. Without an interval:
 * inconclusive; n = 0: not measured. */
enum verdict stats_verdict(const struct stats_estimate *e, double margin);
/* Slightly worse or worse, for a centre below 0 that counts: within 10 % or beyond. */
enum verdict stats_slower(double centre);

/* Flags on a bar (statistics.md). */
enum flag {
    FLAG_CLOCK = 1 << 0,       /* C guest clock */
    FLAG_CACHE = 1 << 1,       /* $ */
    FLAG_STEAL = 1 << 2,       /* S steal above 1 % */
    FLAG_THROTTLED = 1 << 3,   /* T */
    FLAG_NESTED = 1 << 4,      /* N native itself is a guest */
    FLAG_EMULATED = 1 << 5,    /* E */
    FLAG_FINGERPRINT = 1 << 6, /* F */
    FLAG_PLACEMENT = 1 << 7,   /* P different path or placement, or no processor to spare */
    FLAG_YOUNG = 1 << 8,       /* L too few sessions */
    FLAG_TOO_GOOD = 1 << 9,    /* X guest beats native */
    FLAG_MACHINES = 1 << 10,   /* M two machines */
    FLAG_UNSTEADY = 1 << 11,   /* U its warming came to no end */
    FLAG_COUNT = 12,
};
struct flag_info {
    char letter;
    const char *id;      /* "steal": in files */
    const char *meaning; /* one sentence for the user */
};
extern const struct flag_info flags[FLAG_COUNT]; /* in bit order */
/* The letters of those that are set. Returns out. */
char *stats_flags(uint32_t set, char out[FLAG_COUNT + 1]);

#endif
