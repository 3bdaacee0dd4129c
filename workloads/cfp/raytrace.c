/* raytrace - stands in for 453.povray: a picture by ray tracing.
 *
 * Spheres over a chequered floor under a sky, two lights. Each ray finds the nearest thing it
 * meets, asks by shadow rays which light reaches the point (Lambert's law and Phong's highlight),
 * and goes on as a reflected ray up to five deep. Branches, square roots, recursion, and a small
 * scene that stays in the caches.
 *
 * 320 x 240 points of three colours and what each shows: 2.5 MB.
 *
 * Checked: every colour lies in [0, 1], and the foremost sphere covers as many points as the
 * ellipse that perspective makes of it, to 2 %. */
#include <config.h>

#include "workloads/program/digest_array.h"
#include "workloads/program/timed_math.h"

#define RAY_WIDTH   320
#define RAY_HEIGHT  240
#define RAY_POINTS  ((size_t)RAY_WIDTH * RAY_HEIGHT)
#define RAY_SPHERES 36
#define RAY_DEPTH   5
#define RAY_SCALE   (1.5 / RAY_WIDTH) /* of a point on the plane at distance 1 */
#define RAY_FLOOR   (-1.0)            /* its height */

struct ray_vec {
    double x, y, z;
};
struct ray_sphere {
    struct ray_vec centre, colour;
    double radius, mirror; /* mirror: the part of the light that is reflected */
};
struct ray_state {
    double picture[RAY_POINTS * 3];
    double shows[RAY_POINTS]; /* number of the sphere from 1; 0 floor, -1 sky */
    struct ray_sphere sphere[RAY_SPHERES];
};

static inline __attribute__((always_inline)) struct ray_vec ray_sum(struct ray_vec a, double k,
                                                                    struct ray_vec b)
{
    return (struct ray_vec){a.x + k * b.x, a.y + k * b.y, a.z + k * b.z};
}
static inline __attribute__((always_inline)) double ray_dot(struct ray_vec a, struct ray_vec b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}
static inline __attribute__((always_inline)) struct ray_vec ray_unit(struct ray_vec a)
{
    double share = 1 / timed_sqrt(ray_dot(a, a));
    return (struct ray_vec){a.x * share, a.y * share, a.z * share};
}

/* The distance at which a ray (unit direction) enters or leaves a sphere, the first one in front;
 * 0 if it does not. */
WORK_TIMED static double ray_meets(const struct ray_sphere *s, struct ray_vec from,
                                   struct ray_vec along)
{
    struct ray_vec to = ray_sum(s->centre, -1, from);
    double middle = ray_dot(to, along);
    double in = s->radius * s->radius - (ray_dot(to, to) - middle * middle);
    if (in < 0)
        return 0;
    double half = timed_sqrt(in);
    if (middle - half > 1e-7)
        return middle - half;
    return middle + half > 1e-7 ? middle + half : 0;
}

/* The nearest thing: a sphere's number from 1, 0 for the floor, -1 for nothing; and how far. */
WORK_TIMED static int ray_nearest(const struct ray_state *s, struct ray_vec from,
                                  struct ray_vec along, double *distance)
{
    int found = -1;
    double best = 1e9;
    if (along.y < -1e-9 && (RAY_FLOOR - from.y) / along.y > 1e-7) {
        best = (RAY_FLOOR - from.y) / along.y;
        found = 0;
    }
    for (int i = 0; i < RAY_SPHERES; i++) {
        double t = ray_meets(&s->sphere[i], from, along);
        if (t > 0 && t < best) {
            best = t;
            found = i + 1;
        }
    }
    *distance = best;
    return found;
}

WORK_TIMED static bool ray_shadow(const struct ray_state *s, struct ray_vec from,
                                  struct ray_vec along)
{
    for (int i = 0; i < RAY_SPHERES; i++)
        if (ray_meets(&s->sphere[i], from, along) > 0)
            return true;
    return false;
}

WORK_TIMED static double ray_highlight(double cosine)
{
    double c = cosine;
    for (int i = 0; i < 5; i++)
        c *= c; /* to the 32nd */
    return c;
}

/* Light on a point from the two lights, far away, and from all around; the parts sum to 1. */
WORK_TIMED static double ray_light(const struct ray_state *s, struct ray_vec point,
                                   struct ray_vec normal, struct ray_vec along, double *shine)
{
    static const struct ray_vec lights[2] = {{0.48, 0.64, -0.6},
                                             {-0.48, 0.8, -0.36}}; /* unit vectors */
    static const double power[2] = {0.5, 0.3};
    double sum = 0.2;
    *shine = 0;
    struct ray_vec mirrored = ray_sum(along, -2 * ray_dot(along, normal), normal);
    for (int i = 0; i < 2; i++) {
        double facing = ray_dot(normal, lights[i]);
        if (facing <= 0 || ray_shadow(s, point, lights[i]))
            continue;
        sum += power[i] * facing;
        double cosine = ray_dot(mirrored, lights[i]);
        if (cosine > 0)
            *shine += power[i] * ray_highlight(cosine);
    }
    return sum;
}

WORK_TIMED static struct ray_vec ray_trace(const struct ray_state *s, struct ray_vec from,
                                           struct ray_vec along, int depth, int *shows)
{
    double t;
    int what = *shows = ray_nearest(s, from, along, &t);
    if (what < 0) {
        double high = timed_max(along.y, 0);
        return (struct ray_vec){0.8 - 0.5 * high, 0.9 - 0.4 * high, 1};
    }
    struct ray_vec point = ray_sum(from, t, along), normal = {0, 1, 0}, colour = {0.9, 0.9, 0.9};
    double mirror = 0.25;
    if (what > 0) {
        const struct ray_sphere *sphere = &s->sphere[what - 1];
        normal = ray_unit(ray_sum(point, -1, sphere->centre));
        if (ray_dot(normal, along) > 0) /* from inside */
            normal = (struct ray_vec){-normal.x, -normal.y, -normal.z};
        colour = sphere->colour;
        mirror = sphere->mirror;
    } else if (((int64_t)(point.x + 1e6) + (int64_t)(point.z + 1e6)) & 1) {
        colour = (struct ray_vec){0.2, 0.25, 0.3};
    }
    double shine, light = ray_light(s, point, normal, along, &shine);
    struct ray_vec back = {0, 0, 0};
    if (depth < RAY_DEPTH) {
        int next;
        struct ray_vec on = ray_sum(along, -2 * ray_dot(along, normal), normal);
        back = ray_trace(s, point, ray_unit(on), depth + 1, &next);
    }
    double own = (1 - mirror) * light, gloss = 0.3 * mirror * shine;
    return (struct ray_vec){timed_min(own * colour.x + mirror * back.x + gloss, 1),
                            timed_min(own * colour.y + mirror * back.y + gloss, 1),
                            timed_min(own * colour.z + mirror * back.z + gloss, 1)};
}

WORK_TIMED static uint64_t ray_execute(void *state)
{
    struct ray_state *s = state;
    double *out = s->picture;
    for (size_t i = 0; i < RAY_POINTS; i++, out += 3) {
        double x = ((double)(i % RAY_WIDTH) + 0.5 - RAY_WIDTH / 2) * RAY_SCALE;
        double y = (RAY_HEIGHT / 2 - (double)(i / RAY_WIDTH) - 0.5) * RAY_SCALE;
        int shows;
        struct ray_vec eye = {0, 0, 0};
        struct ray_vec colour = ray_trace(s, eye, ray_unit((struct ray_vec){x, y, 1}), 0, &shows);
        out[0] = colour.x;
        out[1] = colour.y;
        out[2] = colour.z;
        s->shows[i] = shows;
    }
    return digest_fold_array(digest_fold_array(453, s->picture, RAY_POINTS * 3), s->shows,
                             RAY_POINTS);
}

/* One large sphere in front, the others behind it. */
static int ray_make(struct work *w, void *state)
{
    (void)w;
    struct ray_state *s = state;
    uint64_t seed = 453;
    for (int i = 0; i < RAY_SPHERES; i++) {
        struct ray_sphere *sphere = &s->sphere[i];
        double radius = 0.15 + 0.45 * fixed_uniform(&seed);
        sphere->radius = radius;
        sphere->centre.x = 8 * fixed_uniform(&seed) - 4;
        sphere->centre.y = RAY_FLOOR + radius + (i & 1 ? 0 : 1.8 * fixed_uniform(&seed));
        sphere->centre.z = 4.5 + 5 * fixed_uniform(&seed);
        sphere->colour = (struct ray_vec){0.3 + 0.7 * fixed_uniform(&seed),
                                          0.3 + 0.7 * fixed_uniform(&seed),
                                          0.3 + 0.7 * fixed_uniform(&seed)};
        sphere->mirror = 0.1 + 0.8 * fixed_uniform(&seed);
    }
    s->sphere[0].centre = (struct ray_vec){0.3, -0.1, 3};
    s->sphere[0].radius = 0.7;
    s->sphere[0].mirror = 0.6;
    return 0;
}

/* The area that a sphere in front of the eye has on the plane at distance 1. */
static double ray_area(const struct ray_sphere *s)
{
    double d2 = ray_dot(s->centre, s->centre), r2 = s->radius * s->radius;
    double depth = s->centre.z * s->centre.z - r2;
    return 3.14159265358979323846 * r2 * timed_sqrt(d2 - r2) / (depth * timed_sqrt(depth));
}

static int ray_check(struct work *w, const void *state)
{
    const struct ray_state *s = state;
    size_t covered = 0;
    for (size_t i = 0; i < RAY_POINTS; i++) {
        covered += s->shows[i] == 1;
        for (size_t k = 3 * i; k < 3 * i + 3; k++)
            if (!(s->picture[k] >= 0 && s->picture[k] <= 1))
                return error_set(w->error, ERROR_SYSTEM,
                                 "cfp.raytrace: point %zu has a colour of %g", i, s->picture[k]);
    }
    double must = ray_area(&s->sphere[0]) / (RAY_SCALE * RAY_SCALE);
    if (!(timed_abs((double)covered - must) < 0.02 * must))
        return error_set(w->error, ERROR_SYSTEM,
                         "cfp.raytrace: the sphere in front covers %zu points, must be %.0f",
                         covered, must);
    return 0;
}

const struct program cfp_raytrace = {
    .id = "cfp.raytrace",
    .state_bytes = sizeof(struct ray_state),
    .digest = UINT64_C(0x7d24eff7015d641d),
    .make = ray_make,
    .execute = ray_execute,
    .check = ray_check,
};
