/* The promises of the statistical method, by simulation over the code that decides.
 *
 * Sessions are made slot by slot with noise, slow drift and interference bursts, handed to
 * analysis_*() as the runner would, and the verdicts are counted against what is known to be true.
 * Seeds are fixed, so a run always gives the same counts: a failure is a change of the method and
 * never bad luck. Without an argument a short version for every `make check`; with --long every
 * world and many more sessions. The exit status is 1 if a promise is
 * missed.
 *
 * Promises (statistics.md): intervals cover at their achieved level; the printed detectable effect
 * is found in 80 +- 5 % of sessions, with and without variance between blocks; native against
 * native, two stages, forty metrics: at most 1 session in 20 with any false verdict, means over
 * rows included; a 10 % slowdown of one subsystem is found in 80 % of quiet sessions, 5 % in half;
 * 20 and 10 % in noisy ones. */
#include "analysis.h"
#include "sim_random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double exponential(struct random *g)
{
    return -log(uniform(g));
}

/* Deviation 1 each. The last two are what a slot's time looks like; their block differences are
 * symmetric because native and guest draw alike. */
enum noise { NOISE_NORMAL, NOISE_LAPLACE, NOISE_SKEWED, NOISE_HEAVY, NOISE_COUNT };
static const char *const noise_names[] = {"normal", "Laplace", "skewed", "heavy"};

static double draw(struct random *g, enum noise kind)
{
    switch (kind) {
    case NOISE_LAPLACE:
        return (uniform(g) < 0.5 ? -1 : 1) * exponential(g) * M_SQRT1_2;
    case NOISE_SKEWED:
        return 1 - exponential(g); /* slow slots are slower than fast ones are fast */
    case NOISE_HEAVY:              /* one slot in ten is disturbed four times as much */
        return normal(g) * (uniform(g) < 0.1 ? 4 : 1) / sqrt(0.9 + 1.6);
    default:
        return normal(g);
    }
}

/* --- judging ------------------------------------------------------------------------------- */

static int failures;

static void promise(bool kept, const char *what, double value)
{
    if (!kept) {
        printf("MISSED: %s: %.2f %%\n", what, 100 * value);
        failures++;
    }
}

/* Four binomial standard errors of a share. */
static double slop(double share, size_t trials)
{
    return 4 * sqrt(share * (1 - share) / (double)trials);
}

/* --- one row ------------------------------------------------------------------------------- */

#define N_MAX 24

/* n block differences of slots with deviation 1; between: deviation of what all slots of the guest
 * in one block share. Neighbours of the same target, one pair a block. */
static void make_blocks(struct random *g, enum noise kind, size_t n, double between, double *d,
                        double *pairs)
{
    for (size_t i = 0; i < n; i++) {
        double a = draw(g, kind), b = draw(g, kind), c = draw(g, kind), e = draw(g, kind);
        d[i] = 0.5 * (a + b - c - e) + (between > 0 ? between * normal(g) : 0);
        pairs[i] = a - b;
    }
}

static void coverage(size_t trials)
{
    static const size_t sizes[] = {2, 4, 6, 8, 12, 20};
    printf("\ncoverage of the interval, %% of %zu\n%-10s", trials, "n");
    for (size_t k = 0; k < NOISE_COUNT; k++)
        printf("%10s", noise_names[k]);
    printf("%10s\n", "achieved");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t n = sizes[i];
        double level = 0;
        printf("%-10zu", n);
        for (enum noise kind = 0; kind < NOISE_COUNT; kind++) {
            struct random g = {1000 * n + kind};
            size_t inside = 0;
            for (size_t t = 0; t < trials; t++) {
                double d[N_MAX], pairs[N_MAX];
                make_blocks(&g, kind, n, 0, d, pairs);
                struct stats_estimate e = stats_estimate(d, n, ANALYSIS_LEVEL);
                inside += e.low <= 0 && 0 <= e.high;
                level = e.level;
            }
            double share = (double)inside / (double)trials;
            printf("%10.2f", 100 * share);
            if (n >= STATS_EXACT_MIN)
                promise(fabs(share - level) <= slop(level, trials), "coverage", share);
            else if (kind == NOISE_NORMAL) /* t intervals promise it for normal noise only */
                promise(share >= level - slop(level, trials) - 0.01, "coverage of t", share);
        }
        printf("%10.2f%s\n", 100 * level, n < STATS_EXACT_MIN ? "  t, approximate" : "");
    }
}

/* Is an effect of the size that is printed found? The printed size differs from session to session;
 * injected is its median, and separately in every session its own. */
static void detection(size_t trials, double alpha_family)
{
    static const size_t sizes[] = {6, 8, 12, 20};
    static const double betweens[] = {0, 1};
    double *printed = calloc(trials, sizeof *printed);
    printf("\nprinted detectable effect found, %% of %zu (%s)\n", trials,
           alpha_family > 0 ? "alpha of Holm's first step" : "interval excludes 0");
    printf("%-6s%10s%12s%12s%16s\n", "n", "between", "median size", "found", "own size found");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t b = 0; b < 2; b++) {
            size_t n = sizes[i];
            double alpha = alpha_family;
            if (alpha_family > 0 && 2 * pow(0.5, (double)n) > alpha_family)
                continue;
            for (int pass = 0; pass < 2; pass++) {
                struct random g = {77 * n + b};
                size_t found = 0, own = 0;
                double size = pass ? stats_median(printed, trials) : 0;
                for (size_t t = 0; t < trials; t++) {
                    double d[N_MAX], pairs[N_MAX];
                    make_blocks(&g, NOISE_NORMAL, n, betweens[b], d, pairs);
                    struct stats_estimate e = stats_estimate(d, n, ANALYSIS_LEVEL);
                    if (!(alpha_family > 0))
                        alpha = 1 - e.level;
                    double least = stats_detectable(stats_pair_noise(pairs, n), stats_sd(d, n), n,
                                                    alpha);
                    if (!pass)
                        printed[t] = least;
                    double sizes_tried[] = {size, least};
                    for (int k = 0; k < 2 && pass; k++) {
                        double moved[N_MAX];
                        for (size_t j = 0; j < n; j++)
                            moved[j] = d[j] + sizes_tried[k];
                        bool hit = stats_signed_rank_p(moved, n) <= alpha + 1e-12 &&
                                   e.centre + sizes_tried[k] > 0;
                        *(k ? &own : &found) += hit;
                    }
                }
                if (!pass)
                    continue;
                double share = (double)found / (double)trials;
                printf("%-6zu%10.0f%12.2f%12.1f%16.1f\n", n, betweens[b], size, 100 * share,
                       100.0 * (double)own / (double)trials);
                promise(fabs(share - 0.8) <= 0.05, "detectable effect", share);
            }
        }
    free(printed);
}

/* --- whole sessions ------------------------------------------------------------------------ */

#define METRICS 40

struct world {
    const char *name;
    double noise[METRICS]; /* of a slot */
    enum noise kind;
    double drift;        /* size of the slow drift */
    double burst_share;  /* of slots that begin a burst */
    double burst_length; /* slots */
    double burst_depth;  /* log units, mean */
    double between;      /* deviation between blocks, in units of the slot's */
};

/* Four subsystems of ten rows: quiet, quiet, ordinary, noisy. */
static struct workload rows_of_subsystem[4] = {
    {.id = "sysops", .subsystem = SUBSYSTEM_SYSOPS, .figure = FIGURE_TIME_US},
    {.id = "ctxsw", .subsystem = SUBSYSTEM_CTXSW, .figure = FIGURE_TIME_US},
    {.id = "memory", .subsystem = SUBSYSTEM_MEMORY, .figure = FIGURE_MB_PER_S},
    {.id = "disk", .subsystem = SUBSYSTEM_DISK, .figure = FIGURE_MB_PER_S},
};

struct session {
    struct result r;
    struct random g;
    const struct world *world;
    double clock, phase[3]; /* share of the session that is over; of the drift */
    double burst;           /* depth of the running one, 0: none */
    double block_luck;
    double effect[SUBSYSTEM_COUNT]; /* true log ratio */
};

static double machine(struct session *s)
{
    const struct world *w = s->world;
    s->clock += 1.0 / (METRICS * 8 + 20 * 48);
    if (s->burst > 0 && uniform(&s->g) < 1 / w->burst_length)
        s->burst = 0;
    if (!(s->burst > 0) && uniform(&s->g) < w->burst_share)
        s->burst = w->burst_depth * exponential(&s->g);
    return w->drift * (s->phase[0] * s->clock + sin(2 * M_PI * (2 * s->clock + s->phase[1])) +
                       0.3 * sin(2 * M_PI * (9 * s->clock + s->phase[2]))) -
           s->burst;
}

static void run_block(struct session *s, size_t metric, uint8_t stage, uint32_t block)
{
    static const size_t order[2][4] = {{0, 1, 1, 0}, {1, 0, 0, 1}};
    const struct workload *row = s->r.metrics[metric].row;
    double luck = s->world->between * s->world->noise[metric] * normal(&s->g);
    for (size_t i = 0; i < 4; i++) {
        struct slot *slot = result_add_slot(&s->r);
        slot->metric = metric;
        slot->target = order[block % 2][i];
        slot->stage = stage;
        slot->block = block;
        slot->measured = true;
        double y = 2 + machine(s) + s->world->noise[metric] * draw(&s->g, s->world->kind);
        if (slot->target)
            y += s->effect[row->subsystem] + luck;
        slot->value = exp(workload_lower_is_better(row) ? -y : y);
    }
}

static void start(struct session *s, const struct world *world, uint64_t seed)
{
    memset(s, 0, sizeof *s);
    s->world = world;
    s->g.state = seed * 7919;
    for (int i = 0; i < 3; i++)
        s->phase[i] = uniform(&s->g);
    s->phase[0] = s->phase[0] < 0.5 ? -1 : 1;
    result_init(&s->r);
    s->r.target_count = 2;
    s->r.targets[0].clock_rate = s->r.targets[1].clock_rate = 1;
    for (size_t m = 0; m < METRICS; m++) {
        char params[16];
        snprintf(params, sizeof params, "size=%zu", m);
        result_add_metric(&s->r, &rows_of_subsystem[m * 4 / METRICS], params);
    }
}

static void two_stages(struct session *s, size_t keep)
{
    size_t order[METRICS];
    s->r.two_stage = true;
    for (size_t m = 0; m < METRICS; m++)
        for (uint32_t b = 0; b < 2; b++)
            run_block(s, m, 1, b);
    size_t kept = analysis_select(&s->r, order, keep);
    for (size_t i = 0; i < kept; i++)
        for (uint32_t b = 0; b < ANALYSIS_STAGE2_BLOCKS; b++)
            run_block(s, order[i], 2, b);
    analysis_update(&s->r);
}

static bool decided(enum verdict v)
{
    return v == VERDICT_BETTER || v == VERDICT_SLIGHTLY_WORSE || v == VERDICT_WORSE;
}

static bool slower(enum verdict v)
{
    return v == VERDICT_SLIGHTLY_WORSE || v == VERDICT_WORSE;
}

struct tally {
    size_t sessions, false_row, false_mean, false_any;
    size_t found_row, found_mean, found_any; /* of the changed subsystem */
    size_t rows, kept, false_rows, means, false_means;
};

static void count(const struct session *s, enum subsystem changed, struct tally *t)
{
    const struct result *r = &s->r;
    bool row = false, mean = false, found = false, found_mean = false;
    t->sessions++;
    for (size_t i = 0; i < r->comparison_count; i++) {
        const struct comparison *c = &r->comparisons[i];
        bool touched = r->metrics[c->metric].row->subsystem == changed;
        t->rows++;
        t->kept += c->stage == 2;
        if (touched) {
            found = found || slower(c->verdict);
        } else if (decided(c->verdict)) {
            row = true;
            t->false_rows++;
        }
    }
    for (int sub = 0; sub < SUBSYSTEM_COUNT; sub++) {
        enum verdict v = analysis_subsystem(r, (enum subsystem)sub, 1).verdict;
        t->means += v != VERDICT_NOT_MEASURED;
        if (sub == (int)changed) {
            found_mean = slower(v);
        } else if (decided(v)) {
            mean = true;
            t->false_means++;
        }
    }
    if (changed == SUBSYSTEM_COUNT)
        mean = mean || decided(analysis_overall(r, 1).verdict);
    t->false_row += row;
    t->false_mean += mean;
    t->false_any += row || mean;
    t->found_row += found;
    t->found_mean += found_mean;
    t->found_any += found || found_mean;
}

static double share(size_t part, size_t whole)
{
    return whole ? (double)part / (double)whole : 0;
}

static struct tally many(const struct world *w, size_t sessions, size_t keep, uint32_t blocks,
                         enum subsystem changed, double effect)
{
    struct tally t = {0};
    for (size_t i = 0; i < sessions; i++) {
        struct session s;
        start(&s, w, i + 1);
        if (changed < SUBSYSTEM_COUNT)
            s.effect[changed] = effect;
        if (blocks) { /* exploring: one stage of this many blocks */
            for (size_t m = 0; m < METRICS; m++)
                for (uint32_t b = 0; b < blocks; b++)
                    run_block(&s, m, 1, b);
            analysis_update(&s.r);
        } else {
            two_stages(&s, keep);
        }
        count(&s, changed, &t);
        result_release(&s.r);
    }
    return t;
}

#define WORLDS 7
static void make_worlds(struct world w[WORLDS])
{
    static const double levels[4] = {0.01, 0.01, 0.02, 0.05};
    for (size_t i = 0; i < WORLDS; i++) {
        w[i] = (struct world){.kind = NOISE_NORMAL, .burst_length = 3};
        for (size_t m = 0; m < METRICS; m++)
            w[i].noise[m] = levels[m * 4 / METRICS];
    }
    w[0].name = "quiet: 1, 1, 2, 5 % noise";
    w[1].name = "drift 3 %";
    w[1].drift = 0.03;
    w[2].name = "drift and bursts";
    w[2].drift = 0.03;
    w[2].burst_share = 0.02;
    w[2].burst_depth = 0.15;
    w[3] = w[2];
    w[3].name = "the same, skewed noise";
    w[3].kind = NOISE_SKEWED;
    w[4] = w[2];
    w[4].name = "the same, heavy noise";
    w[4].kind = NOISE_HEAVY;
    w[5] = w[2];
    w[5].name = "the same, luck between blocks";
    w[5].between = 1;
    w[6] = w[2];
    w[6].name = "the same, 5 % noise everywhere";
    for (size_t m = 0; m < METRICS; m++)
        w[6].noise[m] = 0.05;
}

static void nothing_changed(const struct world *worlds, size_t sessions, bool all)
{
    static const size_t keeps[] = {10, 40, 5, 20};
    printf(
        "\nnative against native, two stages, %d metrics, %zu sessions: %% with a false verdict\n",
        METRICS, sessions);
    printf("%-34s%8s%8s%8s%8s%8s\n", "", "keep", "kept", "row", "mean", "any");
    for (size_t i = 0; i < WORLDS; i++)
        for (size_t k = 0; k < (all ? 4 : 2); k++) {
            struct tally t = many(&worlds[i], sessions, keeps[k], 0, SUBSYSTEM_COUNT, 0);
            printf("%-34s%8zu%8.1f%8.1f%8.1f%8.1f\n", worlds[i].name, keeps[k],
                   share(t.kept, t.sessions), 100 * share(t.false_row, t.sessions),
                   100 * share(t.false_mean, t.sessions), 100 * share(t.false_any, t.sessions));
            promise(share(t.false_any, t.sessions) <= 0.05, "sessions with a false verdict",
                    share(t.false_any, t.sessions));
        }
}

static void something_changed(const struct world *worlds, size_t sessions, bool all)
{
    static const struct {
        enum subsystem subsystem;
        double slower;
        double wanted; /* share of quiet sessions */
    } cases[] = {
        {SUBSYSTEM_SYSOPS, 0.05, 0.5}, {SUBSYSTEM_SYSOPS, 0.10, 0.8}, {SUBSYSTEM_MEMORY, 0.05, 0.5},
        {SUBSYSTEM_MEMORY, 0.10, 0.8}, {SUBSYSTEM_DISK, 0.10, 0.5},   {SUBSYSTEM_DISK, 0.20, 0.8},
    };
    printf("\none subsystem slower, two stages, ten rows kept at most, %zu sessions: %% found\n",
           sessions);
    printf("%-34s%-8s%8s%8s%8s%8s%14s\n", "", "where", "slower", "row", "mean", "any",
           "false elsewhere");
    for (size_t i = 0; i < WORLDS; i += all ? 1 : 2)
        for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
            struct tally t = many(&worlds[i], sessions, 10, 0, cases[k].subsystem,
                                  log(1 - cases[k].slower));
            printf("%-34s%-8s%8.0f%8.1f%8.1f%8.1f%14.1f\n", worlds[i].name,
                   subsystems[cases[k].subsystem].id, 100 * cases[k].slower,
                   100 * share(t.found_row, t.sessions), 100 * share(t.found_mean, t.sessions),
                   100 * share(t.found_any, t.sessions), 100 * share(t.false_any, t.sessions));
            if (i < 2)
                promise(share(t.found_any, t.sessions) >= cases[k].wanted, "slowdown found",
                        share(t.found_any, t.sessions));
            promise(share(t.false_any, t.sessions) <= 0.05, "false verdicts elsewhere",
                    share(t.false_any, t.sessions));
        }
}

/* "Per row; about 1 row in 20 will be wrong" is what the exploring table says of itself. */
static void exploring(const struct world *worlds, size_t sessions, bool all)
{
    static const uint32_t blocks[] = {6, 12, 2, 4, 8};
    size_t sizes = all ? 5 : 2;
    printf(
        "\nexploring, native against native, %zu sessions: %% of rows, and of means, with a false "
        "verdict\n",
        sessions);
    printf("%-34s", "");
    for (size_t b = 0; b < sizes; b++)
        printf("%4u blocks", blocks[b]);
    printf("\n");
    for (size_t i = 0; i < WORLDS; i += all ? 1 : 3) {
        printf("%-34s", worlds[i].name);
        for (size_t b = 0; b < sizes; b++) {
            struct tally t = many(&worlds[i], sessions, 0, blocks[b], SUBSYSTEM_COUNT, 0);
            double wrong = share(t.false_rows, t.rows);
            printf("%6.2f %4.1f", 100 * wrong, 100 * share(t.false_means, t.means));
            promise(wrong <= 0.055 + slop(0.05, t.rows) / 4, "false rows when exploring", wrong);
        }
        printf("\n");
    }
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    bool all = argc > 1 && !strcmp(argv[1], "--long");
    if (argc > 2 || (argc > 1 && !all)) {
        fprintf(stderr, "usage: sim_coverage [--long]\n");
        return 2;
    }
    struct world worlds[WORLDS];
    make_worlds(worlds);
    coverage(all ? 40000 : 3000);
    detection(all ? 20000 : 2000, 0);
    detection(all ? 20000 : 2000, ANALYSIS_FAMILY_LEVEL / 10);
    nothing_changed(worlds, all ? 1000 : 40, all);
    something_changed(worlds, all ? 400 : 20, all);
    exploring(worlds, all ? 200 : 10, all);
    printf("\n%s\n", failures ? "promises were missed" : "every promise was kept");
    return failures ? 1 : 0;
}
