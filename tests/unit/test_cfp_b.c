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

/* The same picture by another way: the roots of a quadratic equation in longer numbers, rays that
 * are followed in a loop and summed from their end, normals by the radius. */
struct ray3 {
    long double x[3];
};
static struct ray3 ray3_of(struct ray_vec v)
{
    return (struct ray3){{v.x, v.y, v.z}};
}
static long double ray3_dot(struct ray3 a, struct ray3 b)
{
    return a.x[0] * b.x[0] + a.x[1] * b.x[1] + a.x[2] * b.x[2];
}
static struct ray3 ray3_sum(struct ray3 a, long double k, struct ray3 b)
{
    for (int i = 0; i < 3; i++)
        a.x[i] += k * b.x[i];
    return a;
}
static struct ray3 ray3_mirrored(struct ray3 along, struct ray3 normal)
{
    return ray3_sum(along, -2 * ray3_dot(along, normal), normal);
}

/* Where a ray meets a sphere, whatever its length: the smaller root that lies ahead, or 0. */
static long double ray3_meets(const struct ray_sphere *s, struct ray3 from, struct ray3 along)
{
    struct ray3 to = ray3_sum(from, -1, ray3_of(s->centre));
    long double a = ray3_dot(along, along), b = 2 * ray3_dot(to, along);
    long double c = ray3_dot(to, to) - (long double)s->radius * s->radius, d = b * b - 4 * a * c;
    if (d < 0)
        return 0;
    for (int side = -1; side <= 1; side += 2) {
        long double t = (-b + side * sqrtl(d)) / (2 * a);
        if (t > 1e-7L)
            return t;
    }
    return 0;
}

static int ray3_first(const struct ray_state *s, struct ray3 from, struct ray3 along,
                      long double *distance)
{
    int first = -1;
    *distance = 1e9L;
    for (int i = 0; i < RAY_SPHERES; i++) {
        long double t = ray3_meets(&s->sphere[i], from, along);
        if (t > 0 && t < *distance) {
            *distance = t;
            first = i + 1;
        }
    }
    long double floor_at = (RAY_FLOOR - from.x[1]) / along.x[1];
    if (along.x[1] < 0 && floor_at > 1e-7L && floor_at < *distance) {
        *distance = floor_at;
        first = 0;
    }
    return first;
}

/* What of its colour, and of white, a point shows by its lights alone. */
static void ray3_light(const struct ray_state *s, struct ray3 at, struct ray3 normal,
                       struct ray3 along, long double *light, long double *shine)
{
    static const struct ray3 lamps[] = {{{0.48L, 0.64L, -0.6L}}, {{-0.48L, 0.8L, -0.36L}}};
    static const long double power[] = {0.5L, 0.3L};
    *light = 0.2L;
    *shine = 0;
    for (int k = 0; k < 2; k++) {
        bool lit = ray3_dot(normal, lamps[k]) > 0;
        for (int i = 0; lit && i < RAY_SPHERES; i++)
            lit = ray3_meets(&s->sphere[i], at, lamps[k]) <= 0;
        long double glance = ray3_dot(ray3_mirrored(along, normal), lamps[k]);
        *light += lit ? power[k] * ray3_dot(normal, lamps[k]) : 0;
        *shine += lit && glance > 0 ? power[k] * powl(glance, 32) : 0;
    }
}

/* On the line between two tiles of the floor, where rounding says which it is. */
static bool ray3_on_line(struct ray3 at)
{
    return fabsl(at.x[0] - roundl(at.x[0])) < 1e-9L || fabsl(at.x[2] - roundl(at.x[2])) < 1e-9L;
}

/* What the ray shows first. *sharp: it meets no line of the floor. */
static int ray3_trace(const struct ray_state *s, struct ray3 along, long double colour[3],
                      bool *sharp)
{
    struct {
        long double own[3], mirror;
    } bounce[RAY_DEPTH + 1];
    struct ray3 from = {{0, 0, 0}};
    int bounces = 0, first = -1, shows = -1;
    colour[0] = colour[1] = colour[2] = 0;
    *sharp = true;
    do {
        long double t, light, shine;
        shows = ray3_first(s, from, along, &t);
        if (bounces == 0)
            first = shows;
        if (shows < 0) {
            long double high = fmaxl(along.x[1] / sqrtl(ray3_dot(along, along)), 0);
            colour[0] = 0.8L - 0.5L * high;
            colour[1] = 0.9L - 0.4L * high;
            colour[2] = 1;
            break;
        }
        const struct ray_sphere *sphere = shows ? &s->sphere[shows - 1] : NULL;
        from = ray3_sum(from, t, along);
        struct ray3 normal = {{0, 1, 0}}, paint = {{0.9L, 0.9L, 0.9L}};
        if (sphere) {
            normal = ray3_sum(from, -1, ray3_of(sphere->centre));
            for (int k = 0; k < 3; k++)
                normal.x[k] /= sphere->radius;
            paint = ray3_of(sphere->colour);
            assert_true(ray3_dot(normal, along) < 0); /* no ray starts inside a sphere */
        } else if (fmodl(fabsl(floorl(from.x[0]) + floorl(from.x[2])), 2) == 1) {
            paint = (struct ray3){{0.2L, 0.25L, 0.3L}};
        }
        *sharp &= sphere || !ray3_on_line(from);
        long double mirror = bounce[bounces].mirror = sphere ? sphere->mirror : 0.25L;
        ray3_light(s, from, normal, along, &light, &shine);
        for (int k = 0; k < 3; k++)
            bounce[bounces].own[k] = (1 - mirror) * light * paint.x[k] + 0.3L * mirror * shine;
        along = ray3_mirrored(along, normal);
    } while (bounces++ < RAY_DEPTH);
    while (bounces-- > 0)
        for (int k = 0; k < 3; k++)
            colour[k] = fminl(bounce[bounces].own[k] + bounce[bounces].mirror * colour[k], 1);
    return first;
}

static void ray_another_way(void **unused)
{
    (void)unused;
    struct ray_state *s = made(&cfp_raytrace);
    assert_right(&cfp_raytrace, s);
    size_t met[3] = {0, 0, 0}, blurred = 0;
    for (size_t i = 0; i < RAY_POINTS; i += 7) {
        long double colour[3];
        bool sharp;
        struct ray3 along = {{(long double)(i % RAY_WIDTH) + 0.5L - RAY_WIDTH / 2.0L,
                              RAY_HEIGHT / 2.0L - (long double)(i / RAY_WIDTH) - 0.5L,
                              RAY_WIDTH / 1.5L}};
        long double length = sqrtl(ray3_dot(along, along));
        for (int k = 0; k < 3; k++)
            along.x[k] /= length;
        int shows = ray3_trace(s, along, colour, &sharp);
        met[shows < 0 ? 0 : shows ? 1 : 2]++;
        if (shows != (int)s->shows[i])
            fail_msg("point %zu shows %g, not %d", i, s->shows[i], shows);
        blurred += !sharp;
        for (size_t k = 0; sharp && k < 3; k++)
            if (fabsl(colour[k] - s->picture[3 * i + k]) > 1e-9L)
                fail_msg("point %zu has the colour %.12g, not %.12Lg", i, s->picture[3 * i + k],
                         colour[k]);
    }
    assert_true(met[0] > 100 && met[1] > 100 && met[2] > 100 && blurred < 200);
    free(s);
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

/* A small box without nodes beyond its walls: electric, magnetic field. */
enum { FDTD_SMALL_X = 14, FDTD_SMALL_N = 7 };
typedef double fdtd_small[3][FDTD_SMALL_X][FDTD_SMALL_N][FDTD_SMALL_N];
static const int fdtd_small_nodes[3] = {FDTD_SMALL_X, FDTD_SMALL_N, FDTD_SMALL_N};

/* A component's value at any place, by the mirrors that the walls are. */
static double fdtd_value(const fdtd_small f, bool electric, unsigned axis, const int at[3])
{
    int i[3];
    double sign = 1;
    for (unsigned k = 0; k < 3; k++) {
        const int last = fdtd_small_nodes[k] - 1;
        i[k] = at[k];
        if (electric && (at[k] < 0 || at[k] > last)) {
            i[k] = at[k] < 0 ? -at[k] : 2 * last - at[k];
            sign = -sign;
        } else if (!electric && (at[k] < 0 || at[k] >= last)) {
            i[k] = at[k] < 0 ? -1 - at[k] : 2 * last - 1 - at[k];
        }
    }
    return sign * f[axis][i[0]][i[1]][i[2]];
}
static double fdtd_slope(const fdtd_small f, bool electric, unsigned axis, const int at[3],
                         unsigned along)
{
    double v[4];
    for (int k = 0; k < 4; k++) {
        int i[3] = {at[0], at[1], at[2]};
        i[along] += k - (electric ? 1 : 2); /* between at and its neighbour ahead, or behind */
        v[k] = fdtd_value(f, electric, axis, i);
    }
    return (27 * (v[2] - v[1]) - (v[3] - v[0])) / 24;
}
static void fdtd_plainly(fdtd_small f, const fdtd_small g, bool electric, double step)
{
    int i[3];
    for (unsigned axis = 0; axis < 3; axis++)
        for (i[0] = electric && axis != 0; i[0] < FDTD_SMALL_X - 1; i[0]++)
            for (i[1] = electric && axis != 1; i[1] < FDTD_SMALL_N - 1; i[1]++)
                for (i[2] = electric && axis != 2; i[2] < FDTD_SMALL_N - 1; i[2]++)
                    f[axis][i[0]][i[1]][i[2]] +=
                        step * (fdtd_slope(g, !electric, (axis + 2) % 3, i, (axis + 1) % 3) -
                                fdtd_slope(g, !electric, (axis + 1) % 3, i, (axis + 2) % 3));
}

/* Any fields: the wave of planes against one half-step after the other over the whole box. */
static void fdtd_waves_of_planes(void **unused)
{
    (void)unused;
    static double memory[6 * (FDTD_SMALL_X + 2) * (FDTD_SMALL_N + 2) * (FDTD_SMALL_N + 2)];
    static fdtd_small plain[2];
    struct fdtd_box box;
    fdtd_open(&box, memory, FDTD_SMALL_X, FDTD_SMALL_N);
    uint32_t seed = 459;
    for (unsigned c = 0; c < 6; c++)
        for (size_t x = 0; x + 1 < FDTD_SMALL_X; x++)
            for (size_t y = 0; y + 1 < FDTD_SMALL_N; y++)
                for (size_t z = 0; z + 1 < FDTD_SMALL_N; z++) {
                    const size_t at[3] = {x, y, z};
                    bool on_wall = false; /* of what walls hold at nothing */
                    for (unsigned k = 0; k < 3; k++)
                        on_wall |= at[k] == 0 && (c < 3) == (k != c % 3);
                    seed = seed * 1664525 + 1013904223;
                    double value = on_wall ? 0 : (double)(seed >> 8) / (1 << 23) - 1;
                    plain[c / 3][c % 3][x][y][z] = value;
                    (c < 3 ? box.e
                           : box.h)[c % 3][(ptrdiff_t)x * box.stride[0] +
                                           (ptrdiff_t)y * box.stride[1] + (ptrdiff_t)z] = value;
                }
    for (size_t x = 0; x + 1 < FDTD_SMALL_X; x++) {
        fdtd_mirror(&box, box.e, x, true);
        fdtd_mirror(&box, box.h, x, false);
    }
    for (unsigned steps = 1; steps <= 7; steps++) {
        fdtd_sweep(&box, NULL, steps);
        for (unsigned i = 0; i < steps; i++) {
            fdtd_plainly(plain[1], plain[0], false, -FDTD_STEP);
            fdtd_plainly(plain[0], plain[1], true, FDTD_STEP);
        }
        for (unsigned c = 0; c < 6; c++)
            for (ptrdiff_t x = 0; x + 1 < FDTD_SMALL_X; x++)
                for (ptrdiff_t y = 0; y + 1 < FDTD_SMALL_N; y++)
                    for (ptrdiff_t z = 0; z + 1 < FDTD_SMALL_N; z++) {
                        double now =
                            (c < 3 ? box.e
                                   : box.h)[c % 3][x * box.stride[0] + y * box.stride[1] + z];
                        assert_true(fabs(now - plain[c / 3][c % 3][x][y][z]) < 1e-12);
                    }
    }
}

/* A small cavity rings: the zero crossings of its lowest mode over many steps. What its frequency
 * is off is the steps' share, known; of the differences, of fourth order, next to nothing is left.
 */
static void fdtd_rings(void **unused)
{
    (void)unused;
    enum { N = 21, STEPS = 1500 };
    static const struct fdtd_mode lowest[3] = {{{0}, 0}, {{0}, 0}, {{1, 1, 0}, 1}};
    static double memory[6 * (N + 2) * (N + 2) * (N + 2)];
    static struct fdtd_start start;
    struct fdtd_box box;
    fdtd_open(&box, memory, N, N);
    fdtd_waves(&start, lowest, N, N);
    fdtd_sweep(&box, &start, 1);
    const double *middle = box.e[2] + N / 2 * (box.stride[0] + box.stride[1] + 1);
    double first = 0, last = 0, before = *middle;
    int crossings = 0;
    for (int i = 2; i < STEPS; i++) {
        fdtd_sweep(&box, NULL, 1);
        double now = *middle;
        if (before * now < 0) {
            last = i - 1 + before / (before - now);
            if (!crossings++)
                first = last;
        }
        before = now;
        assert_true(fabs(now) < 1.001);
    }
    double omega = FDTD_PI * (crossings - 1) / ((last - first) * FDTD_STEP);
    double cavity = FDTD_PI * sqrt(2) / (N - 1);
    assert_true(fabs(omega / (2 / FDTD_STEP * asin(cavity * FDTD_STEP / 2)) - 1) < 1e-5);
    assert_true(fdtd_off(&lowest[2], box.nodes, 1, cos(omega * FDTD_STEP * 8), 8) < 1e-3);
    assert_true(fdtd_off(&lowest[2], box.nodes, 1, cos(1.002 * omega * FDTD_STEP * 8), 8) > 1e-3);
}

/* What the modes must be after so many steps, of any numbers of half waves. */
static void fdtd_modes(void **unused)
{
    (void)unused;
    enum { X = 30, N = 12 };
    static const struct fdtd_mode modes[3] = {{{0, 3, 1}, 0.7}, {{5, 0, 2}, 1}, {{4, 1, 0}, 0.3}};
    static double memory[6 * (X + 2) * (N + 2) * (N + 2)];
    static struct fdtd_start start;
    struct fdtd_box box;
    fdtd_open(&box, memory, X, N);
    fdtd_waves(&start, modes, X, N);
    for (unsigned steps = 1; steps < 14; steps++) { /* to more planes at work than there are */
        fdtd_sweep(&box, &start, steps);
        assert_true(fdtd_error(&box, &start, steps) < 1e-12);
        assert_true(fdtd_error(&box, &start, steps + 1) > 1e-2);
        fdtd_sweep(&box, NULL, 3);
        assert_true(fdtd_error(&box, &start, steps + 3) < 1e-12);
    }
}

static void fdtd_fault(void **unused)
{
    (void)unused;
    struct fdtd_state *s = made(&cfp_fdtd);
    assert_right(&cfp_fdtd, s);
    struct fdtd_box box;
    fdtd_open(&box, s->field[0], FDTD_X, FDTD_N);
    double *spoiled[] = {box.e[0] + 1000 * box.stride[0] + 5 * box.stride[1] + 7,
                         box.h[1] + 3 * box.stride[0] + 11 * box.stride[1],
                         box.h[2] + 1727 * box.stride[0] + 23 * box.stride[1] + 23};
    for (size_t i = 0; i < sizeof spoiled / sizeof spoiled[0]; i++) {
        double right = *spoiled[i];
        *spoiled[i] += 1e-11;
        assert_found(&cfp_fdtd, s, "the fields are off");
        *spoiled[i] = NAN;
        assert_found(&cfp_fdtd, s, "the fields are off");
        *spoiled[i] = right;
    }
    assert_int_equal(cfp_fdtd.check(&cfp_work, s), 0);
    s->start.sine[1][2][5] += 1e-9;
    assert_true(cfp_fdtd.execute(s) != cfp_fdtd.digest);
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

/* What follows holds for an eigenproblem however it was solved, and for a density however it was
 * summed. */

/* Function i of the basis at a point. */
static double density_function(const struct density_state *s, unsigned i, const double at[3])
{
    double square = 0, value = i % 4 ? 2 * pow(2 / M_PI, 0.75) : pow(2 / M_PI, 0.75);
    for (unsigned axis = 0; axis < 3; axis++) {
        double far = at[axis] - s->atom[i / 4][axis];
        square += far * far;
        value *= i % 4 == axis + 1 ? far : 1;
    }
    return value * exp(-square);
}

/* How many eigenvalues of the Hamiltonian lie below a level: negative pivots of H - level S. */
static unsigned density_below(const struct density_state *s, double level)
{
    density_matrix m;
    unsigned below = 0;
    for (unsigned i = 0; i < DENSITY_BASIS; i++)
        for (unsigned j = 0; j < DENSITY_BASIS; j++)
            m[i][j] = s->hamilton[i][j] - level * s->overlap[i][j];
    for (unsigned k = 0; k < DENSITY_BASIS; k++) {
        below += m[k][k] < 0;
        for (unsigned i = k + 1; i < DENSITY_BASIS; i++)
            for (unsigned j = k + 1; j < DENSITY_BASIS; j++)
                m[i][j] -= m[i][k] * m[k][j] / m[k][k];
    }
    return below;
}

static void density_times(density_matrix out, const density_matrix a, const density_matrix b)
{
    for (unsigned i = 0; i < DENSITY_BASIS; i++)
        for (unsigned j = 0; j < DENSITY_BASIS; j++) {
            out[i][j] = 0;
            for (unsigned k = 0; k < DENSITY_BASIS; k++)
                out[i][j] += a[i][k] * b[k][j];
        }
}

/* P S P = 2 P: whole orbitals, two electrons each. H P S = S P H: orbitals of this Hamiltonian. The
 * lowest: there are as many below the gap, and they have the energy of P. */
static void density_orbitals(void **unused)
{
    (void)unused;
    struct density_state *s = made(&cfp_density), *fresh = made(&cfp_density);
    assert_right(&cfp_density, s);
    density_integrals(fresh); /* whose Hamiltonian is not yet diagonal */
    density_matrix ps, psp, hps, hp;
    density_times(ps, s->density, fresh->overlap);
    density_times(psp, ps, s->density);
    density_times(hp, fresh->hamilton, s->density);
    density_times(hps, fresh->hamilton, ps);
    double energy = 0, sum = 0, low = -INFINITY, high = INFINITY;
    for (unsigned i = 0; i < DENSITY_BASIS; i++) {
        energy += hp[i][i];
        for (unsigned j = 0; j < DENSITY_BASIS; j++) {
            assert_true(fabs(psp[i][j] - 2 * s->density[i][j]) < 1e-10);
            assert_true(fabs(hps[i][j] - hps[j][i]) < 1e-10); /* S P H is its transpose */
        }
        unsigned below = density_below(fresh, s->hamilton[i][i] - 1e-9);
        assert_int_equal(density_below(fresh, s->hamilton[i][i] + 1e-9) > below, true);
        if (below < DENSITY_OCCUPIED) {
            sum += 2 * s->hamilton[i][i];
            low = fmax(low, s->hamilton[i][i]);
        } else {
            high = fmin(high, s->hamilton[i][i]);
        }
    }
    assert_true(low < high);
    assert_int_equal(density_below(fresh, 0.5 * (low + high)), DENSITY_OCCUPIED);
    assert_true(fabs(energy - sum) < 1e-10);
    free(s);
    free(fresh);
}

/* Points of the grid by the orbitals' functions there, and structure factors by one sum over all of
 * the cell. */
static void density_factors(void **unused)
{
    (void)unused;
    static const unsigned index[][3] = {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1},
                                        {3, 1, 0}, {1, 3, 2}, {2, 5, 4}, {6, 6, 6}};
    struct density_state *s = made(&cfp_density);
    assert_right(&cfp_density, s);
    double most = 0;
    for (size_t i = 0; i < DENSITY_POINTS; i += 997) {
        const double at[3] = {(double)(i / DENSITY_GRID / DENSITY_GRID) * DENSITY_SPACING,
                              (double)(i / DENSITY_GRID % DENSITY_GRID) * DENSITY_SPACING,
                              (double)(i % DENSITY_GRID) * DENSITY_SPACING};
        double function[DENSITY_BASIS], rho = 0;
        for (unsigned k = 0; k < DENSITY_BASIS; k++)
            function[k] = density_function(s, k, at);
        for (unsigned k = 0; k < DENSITY_BASIS; k++)
            for (unsigned l = 0; l < DENSITY_BASIS; l++)
                rho += s->density[k][l] * function[k] * function[l];
        if (fabs(rho - s->rho[i]) > 1e-9)
            fail_msg("point %zu has the density %.12g, not %.12g", i, s->rho[i], rho);
        most = fmax(most, rho);
    }
    assert_true(most > 0.1);
    double cosine[DENSITY_GRID], sine[DENSITY_GRID];
    for (unsigned i = 0; i < DENSITY_GRID; i++) {
        cosine[i] = cos(2 * M_PI * i / DENSITY_GRID);
        sine[i] = sin(2 * M_PI * i / DENSITY_GRID);
    }
    for (size_t n = 0; n < sizeof index / sizeof index[0]; n++) {
        const unsigned *hkl = index[n];
        const double cell = DENSITY_SPACING * DENSITY_SPACING * DENSITY_SPACING;
        double re = 0, im = 0;
        for (unsigned x = 0; x < DENSITY_GRID; x++)
            for (unsigned y = 0; y < DENSITY_GRID; y++)
                for (unsigned z = 0; z < DENSITY_GRID; z++) {
                    double rho = s->rho[(x * DENSITY_GRID + y) * DENSITY_GRID + z];
                    unsigned turn = (hkl[0] * x + hkl[1] * y + hkl[2] * z) % DENSITY_GRID;
                    re += rho * cosine[turn];
                    im += rho * sine[turn];
                }
        const double *is = s->factor[hkl[0]][hkl[1]][hkl[2]];
        if (fabs(is[0] - re * cell) > 1e-9 || fabs(is[1] - im * cell) > 1e-9)
            fail_msg("F(%u%u%u) is %.12g, %.12g, not %.12g, %.12g", hkl[0], hkl[1], hkl[2], is[0],
                     is[1], re * cell, im * cell);
    }
    free(s);
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
        weather_stage(s, s->start, s->start, s->stage[0], 1.0f / 3);
        weather_stage(s, s->start, s->stage[0], s->stage[1], 0.5f);
        weather_stage(s, s->start, s->stage[1], s->stage[0], 1);
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

/* Mixing of waves of a column, which are what the system's matrix only shrinks; and of anything
 * with an exchange of any kind, put into the system. */
static void weather_mixes(void **unused)
{
    (void)unused;
    struct weather_state *s = made(&cfp_weather);
    struct weather_slab *l = &s->slab;
    float *q = s->stage[0][WEATHER_HEAT];
    for (size_t z = 1; z < WEATHER_Z; z++)
        for (size_t x = 0; x < WEATHER_X; x++)
            l->exchange[z][x] = 1.5f;
    for (size_t z = 0; z < WEATHER_Z; z++)
        for (size_t x = 0; x < WEATHER_X; x++)
            q[weather_line(3, z) + x] = (float)cos(M_PI * (double)x * ((double)z + 0.5) /
                                                   WEATHER_Z);
    weather_eliminate(l);
    weather_mix(l, q, 3);
    for (size_t z = 0; z < WEATHER_Z; z++)
        for (size_t x = 0; x < WEATHER_X; x++) {
            double wave = cos(M_PI * (double)x * ((double)z + 0.5) / WEATHER_Z);
            double must = wave / (1 + 4 * 1.5 * pow(sin(M_PI * (double)x / (2 * WEATHER_Z)), 2));
            assert_true(fabs((double)q[weather_line(3, z) + x] - must) < 2e-6);
        }

    float *before = s->start[WEATHER_TRACER];
    for (size_t z = 0; z < WEATHER_Z; z++)
        for (size_t x = 0; x < WEATHER_X; x++) {
            size_t i = weather_line(50, z) + x;
            s->stage[0][WEATHER_HEAT][i] = (float)(300 + 2 * sin((double)(z * x)));
            s->wind[1][i] = (float)(0.3 * cos(0.5 * (double)z));
            before[i] = (float)cos((double)z + 0.3 * (double)x);
        }
    weather_exchange(s, l, 50);
    q = s->stage[0][WEATHER_TRACER];
    memcpy(q, before, sizeof s->start[WEATHER_TRACER]);
    weather_eliminate(l);
    weather_mix(l, q, 50);
    double most = 0;
    for (size_t z = 0; z < WEATHER_Z; z++)
        for (size_t x = 0; x < WEATHER_X; x++) {
            size_t i = weather_line(50, z) + x;
            double in = 0;
            if (z > 0)
                in += (double)l->exchange[z][x] * ((double)q[i - WEATHER_ROW] - (double)q[i]);
            if (z + 1 < WEATHER_Z)
                in += (double)l->exchange[z + 1][x] * ((double)q[i + WEATHER_ROW] - (double)q[i]);
            assert_true(fabs((double)q[i] - (double)before[i] - in) < 1e-5);
            most = fmax(most, fabs(in));
        }
    assert_true(most > 0.1);
    free(s);
}

static void weather_mixes_as_stable(void **unused)
{
    (void)unused;
    double length = 0.4 * 300 / (1 + 0.4 * 3), neutral = 1 + length * length * 0.01;
    assert_true(fabs(weather_mixing(300, 1e-4, 0) - neutral) < 1e-9 * neutral);
    double stable = 9.81 / 300 * 0.004 / (1e-4 + 1e-7);
    double slow = 1 + (neutral - 1) * pow(1 + 5 * stable, -2);
    assert_true(fabs(weather_mixing(300, 1e-4, 0.004) - slow) < 1e-9 * slow);
    double fast = 1 + (neutral - 1) * sqrt(1 + 16 * stable);
    assert_true(fabs(weather_mixing(300, 1e-4, -0.004) - fast) < 1e-9 * fast);
}

/* Air as warm as the ground: upwards as much arrives at each layer as it sends, downwards space is
 * missing. */
static void weather_radiates(void **unused)
{
    (void)unused;
    struct weather_state *s = made(&cfp_weather);
    for (size_t i = 0; i < WEATHER_CELLS; i++) {
        s->stage[0][WEATHER_HEAT][i] = (float)(WEATHER_GROUND / fmax((double)s->exner[i], 0.1));
        s->stage[0][WEATHER_VAPOUR][i] = 0.01f;
        s->stage[0][WEATHER_CLOUD][i] = (float)(2e-5 * (double)(i % 7));
    }
    static const double bands[][3] = {{0.35, 1e-5, 0.005}, {0.25, 2e-3, 0.05}, {0.4, 1e-5, 0.5}};
    weather_radiate(s, &s->slab, 9);
    for (size_t x = 0; x < WEATHER_X; x++) {
        double depth[3] = {0}, black = 5.67e-8 * pow(WEATHER_GROUND, 4);
        for (size_t z = WEATHER_Z; z-- > 0;) {
            size_t i = weather_line(9, z) + x;
            double kg = 150 * (double)s->pressure[i] / (287 * WEATHER_GROUND), watts = 0;
            for (int b = 0; b < 3; b++) {
                double cloud = 2e-5 * (double)(i % 7);
                double layer = kg * (bands[b][1] + bands[b][2] * 0.01 + 100 * cloud);
                watts -= bands[b][0] * black * exp(-depth[b]) * (1 - exp(-layer));
                depth[b] += layer;
            }
            double kelvin = 10 * watts / (kg * 1004 * (double)s->exner[i]);
            assert_true(fabs(s->slab.warming[z][x] - watts) < 1e-3);
            assert_true(fabs((double)s->radiated[i] - kelvin) < 1e-6);
        }
        assert_true(fabs(s->slab.flux[x] - 0.4 * black) < 1e-3); /* to space, of the last band */
    }
    free(s);
}

/* How much condenses, by halving an interval; all of the cloud where that does not suffice. */
static double weather_must_condense(double heat, double vapour, double cloud, double pressure,
                                    double exner)
{
    double low = -cloud, high = vapour;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2, kelvin = (heat + 2.5e6 / 1004 * middle / exner) * exner;
        double steam = 611.2 * exp(17.67 * (kelvin - 273.15) / (kelvin - 29.65));
        bool more = vapour - middle > 0.622 * steam / (pressure - steam);
        *(more ? &low : &high) = middle;
    }
    return low;
}

static void weather_condenses(void **unused)
{
    (void)unused;
    static const float cells[][2] = {{0.022f, 0.001f}, {0.012f, 0.002f}, {0.001f, 0.0005f}};
    struct weather_state *s = made(&cfp_weather);
    for (unsigned c = 0; c < 3; c++) {
        size_t i = weather_line(20, 4) + c;
        double vapour = (double)cells[c][0], cloud = (double)cells[c][1];
        s->stage[0][WEATHER_HEAT][i] = 300;
        s->stage[0][WEATHER_VAPOUR][i] = cells[c][0];
        s->stage[0][WEATHER_CLOUD][i] = cells[c][1];
        weather_condense(s, i);
        double exner = (double)s->exner[i];
        double moved = weather_must_condense(300, vapour, cloud, (double)s->pressure[i], exner);
        assert_true(c == 0 ? moved > 1e-4 : moved < -1e-4);
        assert_true((c == 2) == (fabs(moved + cloud) < 1e-9));
        assert_true(fabs((double)s->condensed[i] - moved) < 2e-6);
        assert_true(fabs((double)s->stage[0][WEATHER_CLOUD][i] - cloud - moved) < 2e-6);
        assert_true(fabs((double)s->stage[0][WEATHER_VAPOUR][i] - vapour + moved) < 2e-6);
        double heat = 300 + 2.5e6 / 1004 * moved / exner;
        assert_true(fabs((double)s->stage[0][WEATHER_HEAT][i] - heat) < 6e-3);
    }
    free(s);
}

/* One cell's rain, of cloud, vapour and rain as given, by the C library's powers. */
static void weather_rains(void **unused)
{
    (void)unused;
    static const float cells[][3] = {{0, 0.1f, 0.002f},  {0.003f, 0.1f, 0.001f},
                                     {0, 0.001f, 1e-3f}, {0.0005f, 0.1f, 0},
                                     {0, 0.1f, 0.05f},   {0, 0.001f, 1e-7f}};
    struct weather_state *s = made(&cfp_weather);
    for (unsigned c = 0; c < sizeof cells / sizeof cells[0]; c++) {
        size_t i = weather_line(20, 12) + c;
        double cloud = (double)cells[c][0], vapour = (double)cells[c][1],
               rain = (double)cells[c][2];
        s->stage[0][WEATHER_HEAT][i] = 300;
        s->stage[0][WEATHER_CLOUD][i] = cells[c][0];
        s->stage[0][WEATHER_VAPOUR][i] = cells[c][1];
        s->stage[0][WEATHER_RAIN][i] = cells[c][2];
        double fall = 1e-4, pressure = (double)s->pressure[i], kelvin = 300 * (double)s->exner[i];
        double density = pressure / (287 * kelvin), content = fmax(1e-3 * density * rain, 1e-15);
        weather_rain(s, i, &fall);

        double left = cloud - 10 * 1e-3 * fmax(cloud - 1e-3, 0);
        left /= 1 + 10 * 2.2 * pow(1000 * content, 0.875);
        double steam = 611.2 * exp(17.67 * (kelvin - 273.15) / (kelvin - 29.65));
        double most = 0.622 * steam / (pressure - steam), missing = fmax(most - vapour, 0);
        double rate = (1.6 + 124.9 * pow(content, 0.2046)) * pow(content, 0.525) /
                      (2.55e8 / (pressure * most) + 5.4e5) * missing / (1e-3 * density * most);
        double dried = fmin(fmin(10 * rate, missing / 2), rain + cloud - left);
        double speed = 36.34 * pow(content, 0.1364) * sqrt(1.2 / density);
        double wet = rain + cloud - left - dried, falls = fmin(speed * 10 / 150, 1) * wet;
        assert_true(fabs((double)s->stage[0][WEATHER_CLOUD][i] - left) < 1e-8);
        assert_true(fabs((double)s->stage[0][WEATHER_VAPOUR][i] - vapour - dried) < 1e-8);
        assert_true(fabs((double)s->condensed[i] + dried) < 1e-8);
        assert_true(fabs((double)s->stage[0][WEATHER_RAIN][i] - (wet - falls + 1e-4)) < 1e-8);
        assert_true(fabs(fall - falls) < 1e-8);
        assert_true((dried > 1e-9) == (vapour < 0.01)); /* the air of two cells is dry */
    }
    free(s);
}

static void weather_fault(void **unused)
{
    (void)unused;
    struct weather_state *s = made(&cfp_weather);
    assert_right(&cfp_weather, s);
    /* All of the physics has something to do. */
    assert_true(weather_sum(s->stage[0][WEATHER_RAIN]) > 1 && s->fallen[50][40] > 0);
    assert_true(s->stage[0][WEATHER_CLOUD][weather_line(50, 20) + 40] > 0.001f);
    assert_true(s->condensed[weather_line(50, 20) + 40] > 1e-4f);
    assert_true(s->condensed[weather_line(50, 20) + 55] < -1e-5f);
    s->radiated[weather_line(5, 5)] += 50;
    assert_found(&cfp_weather, s, "heat");
    s->fallen[7][8] += 0.5f;
    assert_found(&cfp_weather, s, "water");
    s->fallen[7][8] -= 0.5f;
    s->stage[0][WEATHER_RAIN][weather_line(5, 5) + 5] += 0.5f;
    assert_found(&cfp_weather, s, "water");
    s->stage[0][WEATHER_TRACER][weather_line(9, 9)] += 100;
    assert_found(&cfp_weather, s, "tracer");
    free(s);
}

/* One wrong cell anywhere before the physics gives another digest. */
static void weather_digest(void **unused)
{
    (void)unused;
    struct weather_state *s = made(&cfp_weather);
    s->start[WEATHER_RAIN][weather_line(60, 30) + 50] += 1e-5f;
    assert_true(cfp_weather.execute(s) != cfp_weather.digest);
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
        cmocka_unit_test(ray_another_way),   cmocka_unit_test(elastic_element),
        cmocka_unit_test(elastic_fault),     cmocka_unit_test(fdtd_waves_of_planes),
        cmocka_unit_test(fdtd_modes),        cmocka_unit_test(fdtd_rings),
        cmocka_unit_test(fdtd_fault),        cmocka_unit_test(density_integral),
        cmocka_unit_test(density_fault),     cmocka_unit_test(density_orbitals),
        cmocka_unit_test(density_factors),   cmocka_unit_test(lbm_from_rest),
        cmocka_unit_test(lbm_fault),         cmocka_unit_test(weather_order),
        cmocka_unit_test(weather_mixes),     cmocka_unit_test(weather_mixes_as_stable),
        cmocka_unit_test(weather_radiates),  cmocka_unit_test(weather_condenses),
        cmocka_unit_test(weather_rains),     cmocka_unit_test(weather_digest),
        cmocka_unit_test(weather_fault),     cmocka_unit_test(speech_scores),
        cmocka_unit_test(speech_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
