/* lp - stands in for 450.soplex: linear programming by the revised simplex method.
 *
 * Maximise c x with A x <= b and 0 <= x <= u: 24 resources, 280,000 activities that use eight
 * each. The basis is held as an LU factorisation (dense, pivots by size, zeros skipped) and a file
 * of etas, made anew every 40 changes; columns are priced section by section, the best of a section
 * enters, from its lower bound or back from its upper one; the ratio test prefers large pivots. It
 * begins with the slack basis and ends when a whole round of sections offers nothing.
 *
 * 32 MB of columns, priced several times over.
 *
 * Checked: the solution is feasible, and the dual's objective is the primal's, both to 1e-7. */
#include <config.h>

#include "workloads/program/program.h"
#include "workloads/program/timed_math.h"

#define LP_ROWS    24
#define LP_COLUMNS ((size_t)280000)
#define LP_NNZ     8
#define LP_ETAS    40
#define LP_SECTION 500
#define LP_TINY    1e-9
#define LP_LIMIT   100000 /* changes of the basis; never reached */

struct lp_column {
    double value[LP_NNZ];
    uint32_t row[LP_NNZ];
    double gain, upper;
};
struct lp_eta {
    size_t at;
    double value[LP_ROWS];
};
enum lp_where { LP_LOWER, LP_UPPER, LP_BASIC };

struct lp_state {
    size_t rows, columns;
    double limit[LP_ROWS];  /* b */
    double left[LP_ROWS];   /* b less what activities at their upper bounds use */
    size_t basis[LP_ROWS];  /* column, or columns + row of a slack */
    double amount[LP_ROWS]; /* of the basic ones */
    double lu[LP_ROWS][LP_ROWS];
    size_t order[LP_ROWS]; /* the row that is the k-th pivot's */
    double price[LP_ROWS]; /* the duals */
    struct lp_eta eta[LP_ETAS];
    size_t etas;
    uint64_t changes;
    uint8_t where[LP_COLUMNS + LP_ROWS];
    struct lp_column column[LP_COLUMNS];
};

WORK_TIMED static inline double lp_upper(const struct lp_state *s, size_t j)
{
    return j < s->columns ? s->column[j].upper : 1e30;
}

/* A column as a dense vector; slack columns are units. */
WORK_TIMED static void lp_spread(const struct lp_state *s, size_t j, double x[LP_ROWS])
{
    for (size_t i = 0; i < s->rows; i++)
        x[i] = 0;
    if (j >= s->columns) {
        x[j - s->columns] = 1;
        return;
    }
    for (size_t k = 0; k < LP_NNZ; k++)
        x[s->column[j].row[k]] += s->column[j].value[k];
}

/* lu = factors of the basis with its rows in the order of the pivots. */
WORK_TIMED static void lp_factorise(struct lp_state *s)
{
    double x[LP_ROWS];
    s->etas = 0;
    for (size_t i = 0; i < s->rows; i++)
        s->order[i] = i;
    for (size_t p = 0; p < s->rows; p++) {
        lp_spread(s, s->basis[p], x);
        for (size_t i = 0; i < s->rows; i++)
            s->lu[i][p] = x[i];
    }
    for (size_t k = 0; k < s->rows; k++) {
        size_t best = k;
        for (size_t i = k + 1; i < s->rows; i++)
            if (timed_abs(s->lu[i][k]) > timed_abs(s->lu[best][k]))
                best = i;
        size_t row = s->order[k];
        s->order[k] = s->order[best];
        s->order[best] = row;
        for (size_t j = 0; j < s->rows && best != k; j++) {
            double t = s->lu[k][j];
            s->lu[k][j] = s->lu[best][j];
            s->lu[best][j] = t;
        }
        for (size_t i = k + 1; i < s->rows; i++) {
            if (s->lu[i][k] == 0)
                continue;
            double factor = s->lu[i][k] /= s->lu[k][k];
            for (size_t j = k + 1; j < s->rows; j++)
                s->lu[i][j] -= factor * s->lu[k][j];
        }
    }
}

/* x: in by rows, out by places in the basis, so that basis x = in. */
WORK_TIMED static void lp_forward(const struct lp_state *s, double x[LP_ROWS])
{
    double y[LP_ROWS];
    for (size_t i = 0; i < s->rows; i++) {
        y[i] = x[s->order[i]];
        for (size_t k = 0; k < i; k++)
            y[i] -= s->lu[i][k] * y[k];
    }
    for (size_t i = s->rows; i-- > 0;) {
        for (size_t k = i + 1; k < s->rows; k++)
            y[i] -= s->lu[i][k] * x[k];
        x[i] = y[i] / s->lu[i][i];
    }
    for (size_t e = 0; e < s->etas; e++) {
        const struct lp_eta *eta = &s->eta[e];
        double pivot = x[eta->at] / eta->value[eta->at];
        for (size_t i = 0; i < s->rows && pivot != 0; i++)
            x[i] -= pivot * eta->value[i];
        x[eta->at] = pivot;
    }
}

/* price: in by places, out by rows, so that price basis = in. */
WORK_TIMED static void lp_backward(const struct lp_state *s, double price[LP_ROWS])
{
    double y[LP_ROWS];
    for (size_t e = s->etas; e-- > 0;) {
        const struct lp_eta *eta = &s->eta[e];
        double own = price[eta->at], sum = 0;
        for (size_t i = 0; i < s->rows; i++)
            sum += i == eta->at ? 0 : eta->value[i] * price[i];
        price[eta->at] = (own - sum) / eta->value[eta->at];
    }
    for (size_t i = 0; i < s->rows; i++)
        y[i] = price[i];
    for (size_t k = 0; k < s->rows; k++) {
        y[k] /= s->lu[k][k];
        for (size_t j = k + 1; j < s->rows && y[k] != 0; j++)
            y[j] -= y[k] * s->lu[k][j];
    }
    for (size_t k = s->rows; k-- > 0;)
        for (size_t j = 0; j < k && y[k] != 0; j++)
            y[j] -= y[k] * s->lu[k][j];
    for (size_t i = 0; i < s->rows; i++)
        price[s->order[i]] = y[i];
}

/* What one more of a column gains at the prices. */
static inline __attribute__((always_inline)) double lp_gain(const struct lp_state *s, size_t j)
{
    if (j >= s->columns)
        return -s->price[j - s->columns];
    const struct lp_column *c = &s->column[j];
    double a = c->value[0] * s->price[c->row[0]] + c->value[1] * s->price[c->row[1]];
    double b = c->value[2] * s->price[c->row[2]] + c->value[3] * s->price[c->row[3]];
    a += c->value[4] * s->price[c->row[4]] + c->value[5] * s->price[c->row[5]];
    b += c->value[6] * s->price[c->row[6]] + c->value[7] * s->price[c->row[7]];
    return c->gain - (a + b);
}

WORK_TIMED static void lp_prices(struct lp_state *s)
{
    for (size_t p = 0; p < s->rows; p++)
        s->price[p] = s->basis[p] < s->columns ? s->column[s->basis[p]].gain : 0;
    lp_backward(s, s->price);
}

/* The best column of the first section from *section on that offers one; false after a round. */
WORK_TIMED static bool lp_enter(const struct lp_state *s, size_t *section, size_t *column)
{
    size_t all = s->columns + s->rows, sections = (all + LP_SECTION - 1) / LP_SECTION;
    for (size_t n = 0; n < sections; n++, *section = (*section + 1) % sections) {
        double best = 1e-8;
        size_t last = (*section + 1) * LP_SECTION;
        for (size_t j = *section * LP_SECTION; j < last && j < all; j++) {
            double gain = s->where[j] == LP_BASIC ? 0 : lp_gain(s, j);
            if (s->where[j] == LP_UPPER)
                gain = -gain;
            if (gain > best) {
                best = gain;
                *column = j;
            }
        }
        if (best > 1e-8)
            return true;
    }
    return false;
}

/* How far the column can move before a basic one meets a bound, and which: rows if its own other
 * bound comes first. */
WORK_TIMED static double lp_ratio(const struct lp_state *s, size_t column,
                                  const double change[LP_ROWS], size_t *leaves)
{
    double least = lp_upper(s, column), pivot = 0;
    *leaves = s->rows;
    for (size_t p = 0; p < s->rows; p++) {
        if (timed_abs(change[p]) < LP_TINY)
            continue;
        double room = change[p] > 0 ? s->amount[p] : lp_upper(s, s->basis[p]) - s->amount[p];
        double step = timed_max(room, 0) / timed_abs(change[p]);
        if (step < least - LP_TINY || (step <= least && timed_abs(change[p]) > pivot)) {
            least = timed_min(step, least);
            pivot = timed_abs(change[p]);
            *leaves = p;
        }
    }
    return least;
}

/* What is left of the limits when a column goes to its upper bound (sign 1) or away (-1). */
WORK_TIMED static void lp_bound(struct lp_state *s, size_t j, double sign)
{
    if (j < s->columns)
        for (size_t k = 0; k < LP_NNZ; k++)
            s->left[s->column[j].row[k]] -= sign * s->column[j].value[k] * s->column[j].upper;
}

WORK_TIMED static void lp_change(struct lp_state *s, size_t column)
{
    double x[LP_ROWS];
    size_t leaves;
    bool down = s->where[column] == LP_UPPER;
    double sign = down ? -1 : 1, upper = lp_upper(s, column);
    lp_spread(s, column, x);
    lp_forward(s, x);
    double change[LP_ROWS];
    for (size_t p = 0; p < s->rows; p++)
        change[p] = sign * x[p];
    double step = lp_ratio(s, column, change, &leaves);
    for (size_t p = 0; p < s->rows; p++)
        s->amount[p] -= step * change[p];
    if (down)
        lp_bound(s, column, -1);
    if (leaves == s->rows) {
        s->where[column] = down ? LP_LOWER : LP_UPPER;
        if (!down)
            lp_bound(s, column, 1);
        return;
    }
    size_t old = s->basis[leaves];
    s->where[old] = change[leaves] > 0 ? LP_LOWER : LP_UPPER;
    if (s->where[old] == LP_UPPER)
        lp_bound(s, old, 1);
    s->where[column] = LP_BASIC;
    s->basis[leaves] = column;
    s->amount[leaves] = down ? upper - step : step;
    struct lp_eta *eta = &s->eta[s->etas++];
    eta->at = leaves;
    for (size_t p = 0; p < s->rows; p++)
        eta->value[p] = x[p];
}

WORK_TIMED static void lp_refresh(struct lp_state *s)
{
    lp_factorise(s);
    for (size_t i = 0; i < s->rows; i++)
        s->amount[i] = s->left[i];
    lp_forward(s, s->amount);
}

WORK_TIMED static void lp_solve(struct lp_state *s)
{
    for (size_t j = 0; j < s->columns; j++)
        s->where[j] = LP_LOWER;
    for (size_t i = 0; i < s->rows; i++) {
        s->basis[i] = s->columns + i;
        s->where[s->columns + i] = LP_BASIC;
        s->left[i] = s->limit[i];
    }
    size_t section = 0, column = 0;
    lp_refresh(s);
    for (s->changes = 0; s->changes < LP_LIMIT; s->changes++) {
        lp_prices(s);
        if (!lp_enter(s, &section, &column))
            break;
        lp_change(s, column);
        if (s->etas == LP_ETAS)
            lp_refresh(s);
    }
    lp_refresh(s);
    lp_prices(s);
}

WORK_TIMED static uint64_t lp_execute(void *state)
{
    struct lp_state *s = state;
    lp_solve(s);
    uint64_t digest = digest_fold(450, s->changes);
    for (size_t j = 0; j < s->columns + s->rows; j++)
        digest = digest_fold(digest, s->where[j]);
    for (size_t i = 0; i < s->rows; i++) {
        digest = digest_fold(digest, s->basis[i]);
        digest = digest_fold_double(digest, s->amount[i]);
        digest = digest_fold_double(digest, s->price[i]);
    }
    return digest;
}

/* An activity's gain is what its resources are worth, more or less. */
static int lp_make(struct work *w, void *state)
{
    (void)w;
    struct lp_state *s = state;
    uint64_t seed = 450;
    double worth[LP_ROWS];
    s->rows = LP_ROWS;
    s->columns = LP_COLUMNS;
    for (size_t i = 0; i < LP_ROWS; i++) {
        s->limit[i] = 40 + 60 * fixed_uniform(&seed);
        worth[i] = 0.5 + fixed_uniform(&seed);
    }
    for (size_t j = 0; j < LP_COLUMNS; j++) {
        struct lp_column *c = &s->column[j];
        for (unsigned k = 0; k < LP_NNZ; k++) {
            c->row[k] = (uint32_t)(k * (LP_ROWS / LP_NNZ) + fixed_below(&seed, LP_ROWS / LP_NNZ));
            c->value[k] = 0.1 + fixed_uniform(&seed);
            c->gain += c->value[k] * worth[c->row[k]];
        }
        c->gain *= 0.5 + 0.5 * fixed_uniform(&seed);
        c->upper = 10 + 20 * fixed_uniform(&seed);
    }
    return 0;
}

/* The objectives, and how much the worst-off limit or bound is exceeded. */
static void lp_judge(const struct lp_state *s, double *primal, double *dual, double *beyond)
{
    double used[LP_ROWS] = {0};
    *primal = *dual = *beyond = 0;
    for (size_t j = 0; j < s->columns; j++) {
        const struct lp_column *c = &s->column[j];
        *dual += c->upper * timed_max(lp_gain(s, j), 0);
        double x = s->where[j] == LP_UPPER ? c->upper : 0;
        for (size_t p = 0; p < s->rows && s->where[j] == LP_BASIC; p++)
            if (s->basis[p] == j)
                x = s->amount[p];
        *primal += c->gain * x;
        *beyond = timed_max(*beyond, timed_max(-x, x - c->upper));
        for (unsigned k = 0; k < LP_NNZ; k++)
            used[c->row[k]] += c->value[k] * x;
    }
    for (size_t i = 0; i < s->rows; i++) {
        *dual += s->price[i] * s->limit[i];
        *beyond = timed_max(*beyond, timed_max(used[i] - s->limit[i], -s->price[i]));
    }
}

static int lp_check(struct work *w, const void *state)
{
    double primal, dual, beyond;
    lp_judge(state, &primal, &dual, &beyond);
    if (!(beyond < 1e-7))
        return error_set(w->error, ERROR_SYSTEM, "cfp.lp: a bound is exceeded by %g", beyond);
    if (!(timed_abs(primal - dual) < 1e-7 * primal))
        return error_set(w->error, ERROR_SYSTEM, "cfp.lp: primal %.10g, dual %.10g: not optimal",
                         primal, dual);
    return 0;
}

const struct program cfp_lp = {
    .id = "cfp.lp",
    .state_bytes = sizeof(struct lp_state),
    .digest = UINT64_C(0x81d84a403b7831e1),
    .make = lp_make,
    .execute = lp_execute,
    .check = lp_check,
};
