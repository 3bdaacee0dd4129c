/* The second half of figure 2's programs, each against a reference of its own: small instances
 * solved another way, results known from theory; and one fault in each, which must be found. The
 * programs' files are part of this test. */
#include <config.h>

#include "tests/unit/unit.h"

#include "workloads/cfp/density.c"
#include "workloads/cfp/elastic.c"
#include "workloads/cfp/fdtd.c"
#include "workloads/cfp/lbm.c"
#include "workloads/cfp/lp.c"
#include "workloads/cfp/raytrace.c"
#include "workloads/cfp/speech.c"
#include "workloads/cfp/weather.c"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct error cfp_error;
static struct work cfp_work = {.error = &cfp_error};

static void *made(const struct program *p)
{
    void *state = NULL;
    assert_int_equal(posix_memalign(&state, 4096, p->state_bytes), 0);
    memset(state, 0, p->state_bytes);
    if (p->make)
        assert_int_equal(p->make(&cfp_work, state), 0);
    return state;
}
static void assert_right(const struct program *p, void *state)
{
    assert_true(p->execute(state) == p->digest);
    if (p->check(&cfp_work, state) < 0)
        fail_msg("%s", cfp_error.text);
}
static void assert_found(const struct program *p, const void *state, const char *words)
{
    assert_int_equal(p->check(&cfp_work, state), -1);
    if (!strstr(cfp_error.text, words))
        fail_msg("it says: %s", cfp_error.text);
}

/* ---- lp ---- */

/* The best vertex of three activities under two limits: every choice of three of the eight planes
 * (limits, lower and upper bounds), by Cramer's rule. */
static double best_vertex(const double a[2][3], const double b[2], const double c[3],
                          const double u[3])
{
    double plane[8][4] = {{a[0][0], a[0][1], a[0][2], b[0]}, {a[1][0], a[1][1], a[1][2], b[1]}};
    for (int i = 0; i < 3; i++) {
        plane[2 + i][i] = plane[5 + i][i] = 1;
        plane[5 + i][3] = u[i];
    }
    double best = 0;
    for (int p = 0; p < 8; p++)
        for (int q = p + 1; q < 8; q++)
            for (int r = q + 1; r < 8; r++) {
                const double *m[3] = {plane[p], plane[q], plane[r]};
                double x[4];
                for (int k = 0; k < 4; k++) { /* column k replaced by the right side; 3: none */
                    double d[3][3];
                    for (int i = 0; i < 3; i++)
                        for (int j = 0; j < 3; j++)
                            d[i][j] = j == k ? m[i][3] : m[i][j];
                    x[k] = d[0][0] * (d[1][1] * d[2][2] - d[1][2] * d[2][1]) -
                           d[0][1] * (d[1][0] * d[2][2] - d[1][2] * d[2][0]) +
                           d[0][2] * (d[1][0] * d[2][1] - d[1][1] * d[2][0]);
                }
                if (fabs(x[3]) < 1e-12)
                    continue;
                bool feasible = true;
                double value = 0;
                for (int i = 0; i < 3; i++) {
                    x[i] /= x[3];
                    feasible = feasible && x[i] >= -1e-9 && x[i] <= u[i] + 1e-9;
                    value += c[i] * x[i];
                }
                for (int i = 0; i < 2; i++)
                    feasible = feasible &&
                               a[i][0] * x[0] + a[i][1] * x[1] + a[i][2] * x[2] <= b[i] + 1e-9;
                if (feasible && value > best)
                    best = value;
            }
    return best;
}

static void lp_small(void **unused)
{
    (void)unused;
    struct lp_state *s = calloc(1, sizeof *s);
    assert_non_null(s);
    uint64_t seed = 1;
    for (int n = 0; n < 300; n++) {
        double a[2][3], b[2], c[3], u[3];
        memset(s->column, 0, 3 * sizeof s->column[0]);
        s->rows = 2;
        s->columns = 3;
        for (unsigned i = 0; i < 2; i++)
            s->limit[i] = b[i] = 1 + fixed_uniform(&seed);
        for (unsigned j = 0; j < 3; j++) {
            s->column[j].gain = c[j] = fixed_uniform(&seed) - 0.2;
            s->column[j].upper = u[j] = 0.2 + 2 * fixed_uniform(&seed);
            for (unsigned i = 0; i < 2; i++) {
                s->column[j].row[i] = i;
                s->column[j].value[i] = a[i][j] = fixed_uniform(&seed);
            }
        }
        lp_solve(s);
        double primal, dual, beyond;
        lp_judge(s, &primal, &dual, &beyond);
        assert_true(beyond < 1e-9);
        assert_true(fabs(primal - dual) < 1e-9);
        assert_true(fabs(primal - best_vertex(a, b, c, u)) < 1e-9);
    }
    free(s);
}

static void lp_fault(void **unused)
{
    (void)unused;
    struct lp_state *s = made(&cfp_lp);
    assert_right(&cfp_lp, s);
    s->price[3] *= 1.001;
    assert_found(&cfp_lp, s, "cfp.lp: ");
    free(s);
}

/* ---- raytrace ---- */

static void ray_meets_spheres(void **unused)
{
    (void)unused;
    struct ray_sphere s = {.centre = {0, 0, 5}, .radius = 2};
    struct ray_vec eye = {0, 0, 0}, ahead = {0, 0, 1};
    assert_true(ray_meets(&s, eye, ahead) == 3);
    assert_true(ray_meets(&s, (struct ray_vec){0, 0, 5}, ahead) == 2);  /* from inside */
    assert_true(ray_meets(&s, (struct ray_vec){0, 0, 10}, ahead) == 0); /* behind */
    assert_true(ray_meets(&s, (struct ray_vec){0, 2.01, 0}, ahead) == 0);
    uint64_t seed = 2;
    for (int n = 0; n < 1000; n++) { /* where it meets is on the sphere */
        struct ray_vec along = ray_unit((struct ray_vec){
            fixed_uniform(&seed) - 0.5, fixed_uniform(&seed) - 0.5, 1 + fixed_uniform(&seed)});
        double t = ray_meets(&s, eye, along);
        struct ray_vec far = ray_sum(ray_sum(eye, t, along), -1, s.centre);
        bool in = along.z > sqrt(21.0) / 5; /* the cone of the sphere */
        assert_int_equal(in, t > 0);
        if (in)
            assert_true(fabs(ray_dot(far, far) - 4) < 1e-12);
    }
}

static void ray_fault(void **unused)
{
    (void)unused;
    struct ray_state *s = made(&cfp_raytrace);
    assert_right(&cfp_raytrace, s);
    double sum = 0;
    for (size_t i = 0; i < RAY_POINTS * 3; i++)
        sum += s->picture[i];
    sum /= (double)(RAY_POINTS * 3);
    assert_true(sum > 0.3 && sum < 0.8);
    s->sphere[0].radius *= 0.97;
    assert_true(cfp_raytrace.execute(s) != cfp_raytrace.digest);
    s->sphere[0].radius /= 0.97;
    assert_found(&cfp_raytrace, s, "the sphere in front");
    free(s);
}

/* ---- elastic ---- */

static void elastic_element(void **unused)
{
    (void)unused;
    static double k[ELEMENT_ALL][ELEMENT_ALL];
    element_stiffness(k);
    for (unsigned i = 0; i < 24; i++) {
        double shift = 0, turn = 0, stretch = 0;
        for (unsigned n = 0; n < 8; n++) {
            double x = n >> 2 & 1, y = n >> 1 & 1;
            shift += k[i][3 * n];
            turn += -y * k[i][3 * n] + x * k[i][3 * n + 1];
            stretch += x * k[i][3 * n] - ELASTIC_POISSON * y * k[i][3 * n + 1] -
                       ELASTIC_POISSON * (n & 1) * ELASTIC_THICK * k[i][3 * n + 2];
        }
        /* Rigid motions cost nothing; a pull of Young's modulus acts on the two ends alone. */
        double end = i % 3 == 0 ? ELASTIC_YOUNG * ELASTIC_THICK / 4 : 0;
        assert_true(fabs(shift) < 1e-9 && fabs(turn) < 1e-9);
        assert_true(fabs(stretch - (i / 3 >> 2 & 1 ? end : -end)) < 1e-9);
    }
}

static void elastic_fault(void **unused)
{
    (void)unused;
    struct elastic_state *s = made(&cfp_elastic);
    assert_right(&cfp_elastic, s);
    s->moved[55555] += 1e-9;
    assert_found(&cfp_elastic, s, "are left");
    free(s);
}

/* ---- fdtd ---- */

/* A small cavity rings: the zero crossings of its lowest mode over many steps. */
static void fdtd_rings(void **unused)
{
    (void)unused;
    enum { N = 21, STEPS = 1500 };
    static double field[6][N * N * N], wave[2][N];
    double *const e[3] = {field[0], field[1], field[2]}, *const h[3] = {field[3], field[4],
                                                                        field[5]};
    for (size_t i = 0; i + 1 < N; i++)
        wave[0][i] = i ? sin(FDTD_PI * (double)i / (N - 1)) : 0;
    fdtd_mode(e[0], h[0], N, 0, wave[1], wave[1], 1); /* nothing */
    fdtd_mode(e[1], h[1], N, 1, wave[1], wave[1], 1);
    fdtd_mode(e[2], h[2], N, 2, wave[0], wave[0], 1);
    fdtd_half(h, e, N, 0, -0.5 * FDTD_STEP);
    fdtd_half(e, h, N, 1, FDTD_STEP);
    size_t middle = (N / 2 * N + N / 2) * N + N / 2;
    double first = 0, last = 0, before = field[2][middle];
    int crossings = 0;
    for (int i = 2; i < STEPS; i++) {
        fdtd_half(h, e, N, 0, -FDTD_STEP);
        fdtd_half(e, h, N, 1, FDTD_STEP);
        double now = field[2][middle];
        if (before * now < 0) {
            last = i - 1 + before / (before - now);
            if (!crossings++)
                first = last;
        }
        before = now;
        assert_true(fabs(now) < 1.001);
    }
    double omega = FDTD_PI * (crossings - 1) / ((last - first) * FDTD_STEP);
    assert_true(fabs(omega / (FDTD_PI * sqrt(2) / (N - 1)) - 1) < 0.01);
}

static void fdtd_fault(void **unused)
{
    (void)unused;
    struct fdtd_state *s = made(&cfp_fdtd);
    assert_right(&cfp_fdtd, s);
    size_t half = FDTD_N / 2;
    s->e[2][(half * FDTD_N + half) * FDTD_N + half] *= 0.9999;
    assert_found(&cfp_fdtd, s, "the lowest mode");
    free(s);
}

/* ---- density ---- */

/* The overlaps along an axis against quadrature. */
static void density_integral(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < 2; i++)
        for (unsigned j = 0; j < 2; j++) {
            double a = 0.3, b = -0.9, sum = 0, h = 0.01;
            for (double x = -10; x < 10; x += h)
                sum += h * (i ? x - a : 1) * (j ? x - b : 1) *
                       exp(-(x - a) * (x - a) - (x - b) * (x - b));
            assert_true(fabs(density_overlap_axis(a, b, i, j) - sum) < 1e-10);
        }
}

static void density_fault(void **unused)
{
    (void)unused;
    struct density_state *s = made(&cfp_density);
    assert_right(&cfp_density, s);
    for (unsigned i = 0; i < DENSITY_BASIS; i++) {
        assert_true(fabs(s->overlap[i][i] - 1) < 1e-12);
        for (unsigned j = 0; j < i; j++) /* it is diagonal */
            assert_true(fabs(s->hamilton[i][j]) < 1e-12);
    }
    s->factor[0][0][0][0] *= 1 + 1e-5;
    assert_found(&cfp_density, s, "F(000)");
    s->rho[DENSITY_POINTS / 2] += 1;
    assert_found(&cfp_density, s, "integrates");
    s->density[5][5] *= 1.001;
    assert_found(&cfp_density, s, "density matrix");
    free(s);
}

/* ---- lbm ---- */

/* From rest, a small channel comes to Poiseuille's flow. */
static void lbm_from_rest(void **unused)
{
    (void)unused;
    const struct lbm_grid g = {4, 4, 16, 0.8, 1e-6};
    static double lattice[2][4 * 4 * 16 * LBM_Q];
    for (size_t i = 0; i < 4 * 4 * 16; i++)
        lbm_set(&g, lattice[0] + i * LBM_Q, 0, 0, 0);
    for (int i = 0; i < 8000; i++)
        lbm_step(&g, lattice[i & 1], lattice[~i & 1]);
    assert_true(fabs(lbm_mass(&g, lattice[0]) / (4 * 4 * 16) - 1) < 1e-11);
    for (size_t z = 0; z < g.nz; z++)
        assert_true(fabs(lbm_mean(&g, lattice[0], z) / lbm_poiseuille(&g, z) - 1) < 0.01);
}

static void lbm_fault(void **unused)
{
    (void)unused;
    struct lbm_state *s = made(&cfp_lbm);
    assert_right(&cfp_lbm, s);
    s->result[1000 * LBM_Q] += 1e-5;
    assert_found(&cfp_lbm, s, "mass");
    free(s);
}

/* ---- weather ---- */

/* A wave carried along x once round the grid by the whole scheme; the error left. */
static double weather_carried(struct weather_state *s, double waves)
{
    double error = 0;
    for (size_t i = 0; i < WEATHER_CELLS; i++) {
        s->wind[0][i] = 0.5f;
        s->wind[1][i] = s->wind[2][i] = 0;
    }
    for (size_t z = 0; z < WEATHER_Z; z++)
        for (size_t y = 0; y < WEATHER_Y; y++) {
            float *line = s->start[0] + weather_line(y, z);
            for (size_t x = 0; x < WEATHER_X; x++)
                line[x] = (float)sin(2 * M_PI * waves * (double)x / WEATHER_X);
            weather_halo(line);
        }
    for (int i = 0; i < 4; i++) {
        weather_stage(s, s->start[0], s->start[0], s->stage[0][0], 1.0f / 3);
        weather_stage(s, s->start[0], s->stage[0][0], s->stage[1][0], 0.5f);
        weather_stage(s, s->start[0], s->stage[1][0], s->stage[0][0], 1);
        memcpy(s->start[0], s->stage[0][0], sizeof s->start[0]);
    }
    for (size_t x = 0; x < WEATHER_X; x++) {
        double must = sin(2 * M_PI * waves * ((double)x - 2) / WEATHER_X);
        error = fmax(error, fabs((double)s->start[0][weather_line(7, 9) + x] - must));
    }
    return error;
}

static void weather_order(void **unused)
{
    (void)unused;
    struct weather_state *s = made(&cfp_weather);
    double coarse = weather_carried(s, 16), fine = weather_carried(s, 8);
    assert_true(fine < 0.01);
    /* Between the third order of time and the fifth of space. */
    assert_true(log2(coarse / fine) > 2.8 && log2(coarse / fine) < 6.5);
    free(s);
}

static void weather_fault(void **unused)
{
    (void)unused;
    struct weather_state *s = made(&cfp_weather);
    assert_right(&cfp_weather, s);
    float *cloud = &s->stage[0][WEATHER_CLOUD][weather_line(5, 5) + 5];
    *cloud += 0.5f;
    assert_found(&cfp_weather, s, "water");
    s->stage[0][WEATHER_TRACER][weather_line(9, 9)] += 100;
    assert_found(&cfp_weather, s, "tracer");
    free(s);
}

/* ---- speech ---- */

static void speech_scores(void **unused)
{
    (void)unused;
    struct speech_state *s = made(&cfp_speech);
    for (unsigned i = 0; i < SPEECH_SENONES; i += 997) {
        double sum = 0;
        for (unsigned m = 0; m < SPEECH_MIX; m++) {
            double log_density = log(1.0 / SPEECH_MIX);
            for (unsigned d = 0; d < SPEECH_DIM; d++) {
                double far = (double)s->frame[0][d] - (double)s->senone[i].mean[d][m / 4][m % 4];
                double half = (double)s->senone[i].weight[d][m / 4][m % 4];
                log_density += 0.5 * log(half / M_PI) - half * far * far;
            }
            sum += exp(log_density);
        }
        double must = log(sum);
        assert_true(fabs(speech_senone_score(&s->senone[i], s->frame[0]) - must) <
                    1e-5 * fabs(must));
    }
    free(s);
}

static void speech_fault(void **unused)
{
    (void)unused;
    struct speech_state *s = made(&cfp_speech);
    assert_right(&cfp_speech, s);
    s->path[4]++;
    assert_found(&cfp_speech, s, "frame 4");
    free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lp_small),          cmocka_unit_test(lp_fault),
        cmocka_unit_test(ray_meets_spheres), cmocka_unit_test(ray_fault),
        cmocka_unit_test(elastic_element),   cmocka_unit_test(elastic_fault),
        cmocka_unit_test(fdtd_rings),        cmocka_unit_test(fdtd_fault),
        cmocka_unit_test(density_integral),  cmocka_unit_test(density_fault),
        cmocka_unit_test(lbm_from_rest),     cmocka_unit_test(lbm_fault),
        cmocka_unit_test(weather_order),     cmocka_unit_test(weather_fault),
        cmocka_unit_test(speech_scores),     cmocka_unit_test(speech_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
