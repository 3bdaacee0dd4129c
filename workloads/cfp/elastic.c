/* elastic - stands in for 454.calculix: structural mechanics by finite elements, solved directly.
 *
 * A balcony: a long slab, clamped along its wall, loaded along its free edge. Hexahedra of eight
 * nodes with incompatible modes (Wilson, Taylor), which bend as beams do; the stiffness of one
 * element is integrated at 2x2x2 points, its nine inner unknowns condensed, and added for each
 * element into a band, which an LDL^T factorisation then fills and two sweeps solve.
 *
 * 3001 layers of 8 nodes, 72,024 unknowns, a band of 36: 22 MB, written, factorised and swept
 * twice.
 *
 * Checked: what is left of the equations, element by element, is below 1e-9 of the load, and the
 * edge's middle sinks as the theory of a clamped strip says, to 5 %. */
#include <config.h>

#include "workloads/program/digest_array.h"
#include "workloads/program/timed_math.h"

#define ELASTIC_SPAN     4 /* elements from the wall to the edge */
#define ELASTIC_LENGTH   ((size_t)3000)
#define ELASTIC_LAYER    (ELASTIC_SPAN * 2 * 3) /* unknowns; the clamped nodes have none */
#define ELASTIC_UNKNOWNS ((ELASTIC_LENGTH + 1) * ELASTIC_LAYER)
#define ELASTIC_BAND     (ELASTIC_LAYER + 12)
#define ELASTIC_ROW      (ELASTIC_BAND + 1) /* one more, always nothing, so that pairs fit */
#define ELASTIC_THICK    0.5
#define ELASTIC_YOUNG    1000.0
#define ELASTIC_POISSON  0.3
#define ELASTIC_LOAD     0.1 /* per length of the edge */

#define ELEMENT_NODES    8
#define ELEMENT_MODES    3
#define ELEMENT_ALL      (3 * (ELEMENT_NODES + ELEMENT_MODES))

typedef double elastic_pair __attribute__((vector_size(16), aligned(8), may_alias));

struct elastic_state {
    double band[ELASTIC_UNKNOWNS + ELASTIC_BAND][ELASTIC_ROW]; /* [i][k]: of unknowns i, i + k */
    double moved[ELASTIC_UNKNOWNS + ELASTIC_BAND];
    double element[ELEMENT_ALL][ELEMENT_ALL];
};

/* Gradients of the shapes of the nodes and the inner modes at a point of the element [-1, 1]^3. */
WORK_TIMED static void element_gradients(double g[][3], const double at[3])
{
    static const double size[3] = {1, 1, ELASTIC_THICK};
    for (unsigned n = 0; n < ELEMENT_NODES; n++)
        for (unsigned axis = 0; axis < 3; axis++) {
            double product = 2 / size[axis] / 8;
            for (unsigned other = 0; other < 3; other++) {
                double side = n >> (2 - other) & 1 ? 1 : -1;
                product *= other == axis ? side : 1 + side * at[other];
            }
            g[n][axis] = product;
        }
    for (unsigned m = 0; m < ELEMENT_MODES; m++) /* 1 - at[m]^2 */
        for (unsigned axis = 0; axis < 3; axis++)
            g[ELEMENT_NODES + m][axis] = m == axis ? -2 * at[m] * 2 / size[m] : 0;
}

WORK_TIMED static void element_stiffness(double k[ELEMENT_ALL][ELEMENT_ALL])
{
    const double mu = ELASTIC_YOUNG / (2 * (1 + ELASTIC_POISSON));
    const double lambda = 2 * mu * ELASTIC_POISSON / (1 - 2 * ELASTIC_POISSON);
    const double place = 0.57735026918962576, volume = ELASTIC_THICK / 8;
    for (unsigned i = 0; i < ELEMENT_ALL; i++)
        for (unsigned j = 0; j < ELEMENT_ALL; j++)
            k[i][j] = 0;
    for (unsigned point = 0; point < 8; point++) {
        double g[ELEMENT_NODES + ELEMENT_MODES][3];
        double at[3] = {point & 1 ? place : -place, point & 2 ? place : -place,
                        point & 4 ? place : -place};
        element_gradients(g, at);
        for (unsigned i = 0; i < ELEMENT_ALL; i++)
            for (unsigned j = 0; j < ELEMENT_ALL; j++) {
                const double *a = g[i / 3], *b = g[j / 3];
                double same = i % 3 == j % 3 ? a[0] * b[0] + a[1] * b[1] + a[2] * b[2] : 0;
                k[i][j] += volume *
                           (lambda * a[i % 3] * b[j % 3] + mu * a[j % 3] * b[i % 3] + mu * same);
            }
    }
    for (unsigned m = ELEMENT_ALL; m-- > 3 * ELEMENT_NODES;) /* condense the inner unknowns */
        for (unsigned i = 0; i < m; i++)
            for (unsigned j = 0; j < m; j++)
                k[i][j] -= k[i][m] / k[m][m] * k[m][j];
}

/* The unknown of an element's local one; ELASTIC_UNKNOWNS where the wall holds it. Local nodes: bit
 * 2 along the wall, bit 1 away from it, bit 0 up; so unknowns rise with local ones. */
WORK_TIMED static inline size_t element_unknown(size_t layer, unsigned span, unsigned local)
{
    unsigned node = local / 3, out = span + (node >> 1 & 1);
    if (out == 0)
        return ELASTIC_UNKNOWNS;
    return (layer + (node >> 2)) * ELASTIC_LAYER + ((out - 1) * 2 + (node & 1)) * 3 + local % 3;
}

WORK_TIMED static void elastic_assemble(struct elastic_state *s)
{
    for (size_t i = 0; i < ELASTIC_UNKNOWNS + ELASTIC_BAND; i++)
        for (unsigned k = 0; k < ELASTIC_ROW; k++)
            s->band[i][k] = 0;
    for (size_t layer = 0; layer < ELASTIC_LENGTH; layer++)
        for (unsigned span = 0; span < ELASTIC_SPAN; span++) {
            size_t at[3 * ELEMENT_NODES];
            for (unsigned i = 0; i < 3 * ELEMENT_NODES; i++)
                at[i] = element_unknown(layer, span, i);
            for (unsigned i = 0; i < 3 * ELEMENT_NODES; i++) {
                if (at[i] == ELASTIC_UNKNOWNS)
                    continue;
                double *row = s->band[at[i]];
                for (unsigned j = i; j < 3 * ELEMENT_NODES; j++)
                    if (at[j] < ELASTIC_UNKNOWNS)
                        row[at[j] - at[i]] += s->element[i][j];
            }
        }
}

/* The load on an unknown: downwards on the nodes of the edge. */
WORK_TIMED static inline double elastic_load(size_t i)
{
    if (i % ELASTIC_LAYER < (ELASTIC_SPAN - 1) * 6 || i % 3 != 2)
        return 0;
    bool end = i < ELASTIC_LAYER || i >= ELASTIC_UNKNOWNS - ELASTIC_LAYER;
    return -(end ? 0.25 : 0.5) * ELASTIC_LOAD;
}

/* Row by row: the part of each later row in the band that this one explains. */
WORK_TIMED static void elastic_factorise(struct elastic_state *s)
{
    for (size_t i = 0; i < ELASTIC_UNKNOWNS; i++) {
        const double *row = s->band[i];
        double share = 1 / row[0];
        for (unsigned j = 1; j < ELASTIC_BAND; j++) {
            double factor = row[j] * share, *later = s->band[i + j];
            elastic_pair pair = {factor, factor};
            if (factor == 0)
                continue;
            for (unsigned k = j; k < ELASTIC_BAND; k += 2)
                *(elastic_pair *)(later + (k - j)) -= pair * *(const elastic_pair *)(row + k);
        }
    }
}

WORK_TIMED static void elastic_solve(struct elastic_state *s)
{
    double *x = s->moved;
    for (size_t i = 0; i < ELASTIC_UNKNOWNS; i++)
        x[i] = elastic_load(i);
    for (size_t i = 0; i < ELASTIC_UNKNOWNS; i++) {
        x[i] /= s->band[i][0];
        for (unsigned k = 1; k < ELASTIC_BAND; k++)
            x[i + k] -= s->band[i][k] * x[i];
    }
    for (size_t i = ELASTIC_UNKNOWNS; i < ELASTIC_UNKNOWNS + ELASTIC_BAND; i++)
        x[i] = 0;
    for (size_t i = ELASTIC_UNKNOWNS; i-- > 0;) {
        double sum[2] = {0, 0};
        for (unsigned k = 1; k < ELASTIC_BAND; k++)
            sum[k & 1] += s->band[i][k] * x[i + k];
        x[i] -= (sum[0] + sum[1]) / s->band[i][0];
    }
}

WORK_TIMED static uint64_t elastic_execute(void *state)
{
    struct elastic_state *s = state;
    element_stiffness(s->element);
    elastic_assemble(s);
    elastic_factorise(s);
    elastic_solve(s);
    uint64_t digest = 454;
    for (size_t i = 0; i < ELASTIC_UNKNOWNS; i++)
        digest = digest_fold_double(digest, s->band[i][0]);
    return digest_fold_array(digest, s->moved, ELASTIC_UNKNOWNS);
}

/* The largest force left on a node by the elements around it, as a part of the load on one. */
static double elastic_residual(const struct elastic_state *s)
{
    double worst = 0, left[2][ELASTIC_LAYER] = {{0}};
    for (size_t layer = 0; layer <= ELASTIC_LENGTH; layer++) {
        for (unsigned i = 0; i < ELASTIC_LAYER; i++) {
            left[layer & 1][i] -= elastic_load(layer * ELASTIC_LAYER + i);
            left[~layer & 1][i] = 0;
        }
        for (unsigned span = 0; layer < ELASTIC_LENGTH && span < ELASTIC_SPAN; span++)
            for (unsigned i = 0; i < 3 * ELEMENT_NODES; i++)
                for (unsigned j = 0; j < 3 * ELEMENT_NODES; j++) {
                    size_t to = element_unknown(layer, span, i);
                    size_t of = element_unknown(layer, span, j);
                    if (to < ELASTIC_UNKNOWNS && of < ELASTIC_UNKNOWNS)
                        left[to / ELASTIC_LAYER & 1][to % ELASTIC_LAYER] += s->element[i][j] *
                                                                            s->moved[of];
                }
        for (unsigned i = 0; i < ELASTIC_LAYER; i++)
            worst = timed_max(worst, timed_abs(left[layer & 1][i]));
    }
    return worst / (0.5 * ELASTIC_LOAD);
}

/* A clamped strip bends across its width only: load, length, plate stiffness, and shear. */
static double elastic_theory(void)
{
    double length = ELASTIC_SPAN, thick = ELASTIC_THICK;
    double plate = ELASTIC_YOUNG * thick * thick * thick /
                   (12 * (1 - ELASTIC_POISSON * ELASTIC_POISSON));
    double shear = ELASTIC_YOUNG / (2 * (1 + ELASTIC_POISSON)) * thick * 5 / 6;
    return -ELASTIC_LOAD * (length * length * length / (3 * plate) + length / shear);
}

static int elastic_check(struct work *w, const void *state)
{
    const struct elastic_state *s = state;
    double residual = elastic_residual(s);
    if (!(residual < 1e-9))
        return error_set(w->error, ERROR_SYSTEM, "cfp.elastic: forces of %g of the load are left",
                         residual);
    double is = s->moved[ELASTIC_LENGTH / 2 * ELASTIC_LAYER + ELASTIC_LAYER - 1];
    double must = elastic_theory();
    if (!(timed_abs(is / must - 1) < 0.05))
        return error_set(w->error, ERROR_SYSTEM, "cfp.elastic: the edge moves by %g, must by %g",
                         is, must);
    return 0;
}

const struct program cfp_elastic = {
    .id = "cfp.elastic",
    .state_bytes = sizeof(struct elastic_state),
    .digest = UINT64_C(0xd1510bc925051007),
    .execute = elastic_execute,
    .check = elastic_check,
};
