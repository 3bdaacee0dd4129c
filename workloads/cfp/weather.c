/* weather - stands in for 481.wrf: the transport and condensation of a weather model.
 *
 * Heat, vapour, cloud water and a tracer are carried by a wind without divergence over a grid that
 * is periodic in x and y: fluxes of fifth order along x and y, of third order along z (Wicker and
 * Skamarock), three Runge-Kutta stages a step. Then column physics: in each cell vapour above
 * saturation condenses, or cloud evaporates, with its heat (one step of Newton's), and radiation
 * cools. Single precision, four cells of a line at a time.
 *
 * 96 x 96 x 64 cells, 20 arrays of 2.4 MB: 51 MB. An execution is one step; its input stays,
 * because stages write to arrays of their own.
 *
 * Checked: the tracer's mass and the water's are what they were, to 1e-5. */
#include <config.h>

#include "workloads/program/program.h"
#include "workloads/program/timed_math.h"

#define WEATHER_X      96
#define WEATHER_Y      96
#define WEATHER_Z      64
#define WEATHER_HALO   4 /* before and after each line, from its other end */
#define WEATHER_ROW    (WEATHER_X + 2 * WEATHER_HALO)
#define WEATHER_CELLS  ((size_t)WEATHER_ROW * WEATHER_Y * WEATHER_Z)
#define WEATHER_FIELDS 4
#define WEATHER_PI     3.14159265358979323846

enum weather_field { WEATHER_HEAT, WEATHER_VAPOUR, WEATHER_CLOUD, WEATHER_TRACER };

/* Four cells, at any place. */
typedef float weather_four __attribute__((vector_size(16), aligned(4), may_alias));
typedef int32_t weather_bits __attribute__((vector_size(16), aligned(4), may_alias));

typedef float weather_grid[WEATHER_CELLS];

struct weather_state {
    weather_grid start[WEATHER_FIELDS], stage[2][WEATHER_FIELDS]; /* the result: stage[0] */
    weather_grid wind[3]; /* on the faces before the cell, in cells per step */
    weather_grid pressure, exner, cooling, saturation, condensed;
    float flux_x[WEATHER_X + 4], flux_y[2][WEATHER_X], flux_z[WEATHER_Y][WEATHER_X];
};

WORK_TIMED static inline size_t weather_line(size_t y, size_t z)
{
    return (z * WEATHER_Y + y) * WEATHER_ROW + WEATHER_HALO;
}
static inline __attribute__((always_inline)) weather_four weather_load(const float *p)
{
    return *(const weather_four *)p;
}
static inline __attribute__((always_inline)) weather_four weather_all(float x)
{
    return (weather_four){x, x, x, x};
}
static inline __attribute__((always_inline)) weather_four weather_abs(weather_four x)
{
    const weather_bits mask = {0x7fffffff, 0x7fffffff, 0x7fffffff, 0x7fffffff};
    return (weather_four)((weather_bits)x & mask);
}

/* Through a face: the cells from the third before it (a) to the third behind it (f). */
static inline __attribute__((always_inline)) weather_four
weather_fifth(weather_four wind, weather_four a, weather_four b, weather_four c, weather_four d,
              weather_four e, weather_four f)
{
    weather_four centred = weather_all(37.0f) * (d + c) - weather_all(8.0f) * (e + b) + (f + a);
    weather_four upwind = (f - a) - weather_all(5.0f) * (e - b) + weather_all(10.0f) * (d - c);
    return weather_all(1.0f / 60) * (wind * centred - weather_abs(wind) * upwind);
}
static inline __attribute__((always_inline)) weather_four
weather_third(weather_four wind, weather_four b, weather_four c, weather_four d, weather_four e)
{
    weather_four centred = weather_all(7.0f) * (d + c) - (e + b);
    weather_four upwind = weather_all(3.0f) * (d - c) - (e - b);
    return weather_all(1.0f / 12) * (wind * centred - weather_abs(wind) * upwind);
}

WORK_TIMED static void weather_flux_x(float *flux, const float *q, const float *wind)
{
    for (size_t x = 0; x < WEATHER_X; x += 4) {
        const float *p = q + x;
        *(weather_four *)(flux + x) = weather_fifth(
            weather_load(wind + x), weather_load(p - 3), weather_load(p - 2), weather_load(p - 1),
            weather_load(p), weather_load(p + 1), weather_load(p + 2));
    }
    flux[WEATHER_X] = flux[0];
}

/* Through the faces before line y. */
WORK_TIMED static void weather_flux_y(float *flux, const float *q, const float *wind, size_t y,
                                      size_t z)
{
    const float *line[6];
    for (size_t i = 0; i < 6; i++)
        line[i] = q + weather_line((y + WEATHER_Y + i - 3) % WEATHER_Y, z);
    wind += weather_line(y, z);
    for (size_t x = 0; x < WEATHER_X; x += 4)
        *(weather_four *)(flux + x) = weather_fifth(
            weather_load(wind + x), weather_load(line[0] + x), weather_load(line[1] + x),
            weather_load(line[2] + x), weather_load(line[3] + x), weather_load(line[4] + x),
            weather_load(line[5] + x));
}

/* Through the faces below line y of layer z: nothing at the ground and the top, the mean next to
 * them. */
WORK_TIMED static void weather_flux_z(float *flux, const float *q, const float *wind, size_t y,
                                      size_t z)
{
    if (z == 0 || z == WEATHER_Z) {
        for (size_t x = 0; x < WEATHER_X; x++)
            flux[x] = 0;
        return;
    }
    bool near = z == 1 || z == WEATHER_Z - 1;
    const float *c = q + weather_line(y, z - 1), *d = q + weather_line(y, z);
    const float *b = near ? c : q + weather_line(y, z - 2);
    const float *e = near ? d : q + weather_line(y, z + 1);
    wind += weather_line(y, z);
    for (size_t x = 0; x < WEATHER_X; x += 4) {
        weather_four w = weather_load(wind + x), below = weather_load(c + x);
        weather_four above = weather_load(d + x);
        if (near)
            *(weather_four *)(flux + x) = weather_all(0.5f) * w * (below + above);
        else
            *(weather_four *)(flux + x) = weather_third(w, weather_load(b + x), below, above,
                                                        weather_load(e + x));
    }
}

WORK_TIMED static void weather_halo(float *line)
{
    for (size_t i = 0; i < WEATHER_HALO; i++) {
        line[WEATHER_X + i] = line[i];
        *(line + i - WEATHER_HALO) = line[WEATHER_X - WEATHER_HALO + i];
    }
}

/* out = start - part of a step of what flows out of each cell at q. */
WORK_TIMED static void weather_stage(struct weather_state *s, const float *start, const float *q,
                                     float *out, float part)
{
    for (size_t y = 0; y < WEATHER_Y; y++)
        weather_flux_z(s->flux_z[y], q, s->wind[2], y, 0);
    for (size_t z = 0; z < WEATHER_Z; z++) {
        weather_flux_y(s->flux_y[0], q, s->wind[1], 0, z);
        for (size_t y = 0; y < WEATHER_Y; y++) {
            size_t line = weather_line(y, z);
            float above[WEATHER_X], *below = s->flux_z[y];
            const float *before = s->flux_y[y & 1], *behind = s->flux_y[~y & 1];
            weather_flux_x(s->flux_x, q + line, s->wind[0] + line);
            weather_flux_y(s->flux_y[~y & 1], q, s->wind[1], (y + 1) % WEATHER_Y, z);
            weather_flux_z(above, q, s->wind[2], y, z + 1);
            for (size_t x = 0; x < WEATHER_X; x += 4) {
                weather_four up = weather_load(above + x);
                weather_four loss = (weather_load(s->flux_x + x + 1) -
                                     weather_load(s->flux_x + x)) +
                                    (weather_load(behind + x) - weather_load(before + x)) +
                                    (up - weather_load(below + x));
                *(weather_four *)(out + line + x) = weather_load(start + line + x) -
                                                    weather_all(part) * loss;
                *(weather_four *)(below + x) = up;
            }
            weather_halo(out + line);
        }
    }
}

WORK_TIMED static double weather_exp(double x)
{
    return timed_exp(x);
}

/* Saturation adjustment in a cell, after Magnus; then cooling by radiation. */
WORK_TIMED static void weather_condense(struct weather_state *s, size_t i)
{
    const double latent = 2.5e6, heat_capacity = 1004, gas = 461.5;
    float *heat = s->stage[0][WEATHER_HEAT], *vapour = s->stage[0][WEATHER_VAPOUR];
    float *cloud = s->stage[0][WEATHER_CLOUD];
    double kelvin = (double)heat[i] * (double)s->exner[i];
    double steam = 611.2 * weather_exp(17.67 * (kelvin - 273.15) / (kelvin - 29.65));
    double most = 0.622 * steam / ((double)s->pressure[i] - steam);
    double excess = ((double)vapour[i] - most) /
                    (1 + latent * latent * most / (heat_capacity * gas * kelvin * kelvin));
    float moved = (float)timed_max(excess, -(double)timed_max((double)cloud[i], 0));
    s->saturation[i] = (float)most;
    s->condensed[i] = moved;
    vapour[i] -= moved;
    cloud[i] += moved;
    heat[i] += (float)(latent / heat_capacity * (double)moved / (double)s->exner[i]) -
               s->cooling[i];
}

/* Two floats by their bits. */
static inline __attribute__((always_inline)) uint64_t weather_word(float a, float b)
{
    union {
        float f[2];
        uint64_t u;
    } bits = {.f = {a + 0.0f, b + 0.0f}};
    return bits.u;
}

WORK_TIMED static uint64_t weather_execute(void *state)
{
    struct weather_state *s = state;
    for (unsigned f = 0; f < WEATHER_FIELDS; f++) {
        weather_stage(s, s->start[f], s->start[f], s->stage[0][f], 1.0f / 3);
        weather_stage(s, s->start[f], s->stage[0][f], s->stage[1][f], 0.5f);
        weather_stage(s, s->start[f], s->stage[1][f], s->stage[0][f], 1);
    }
    uint64_t digest = 481;
    for (size_t z = 0; z < WEATHER_Z; z++)
        for (size_t y = 0; y < WEATHER_Y; y++)
            for (size_t x = 0; x < WEATHER_X; x++) {
                size_t i = weather_line(y, z) + x;
                weather_condense(s, i);
                digest = digest_fold(digest, weather_word(s->stage[0][WEATHER_HEAT][i],
                                                          s->stage[0][WEATHER_TRACER][i]));
                digest = digest_fold(digest, weather_word(s->stage[0][WEATHER_VAPOUR][i],
                                                          s->stage[0][WEATHER_CLOUD][i]));
            }
    return digest;
}

/* The wind's stream function on the corners of x and z; nothing on the ground and at the top. */
static double weather_stream(size_t x, size_t z)
{
    return 4 * timed_sin(WEATHER_PI * (double)z / WEATHER_Z) *
           (1 + 0.5 * timed_sin(2 * WEATHER_PI * (double)x / WEATHER_X));
}
static void weather_make_air(struct weather_state *s, size_t i, size_t x, size_t y, size_t z)
{
    double strength = 1 + 0.3 * timed_cos(2 * WEATHER_PI * (double)y / WEATHER_Y);
    double here = weather_stream(x, z);
    s->wind[0][i] = (float)(strength * (weather_stream(x, z + 1) - here));
    s->wind[1][i] = (float)(0.3 * timed_cos(2 * WEATHER_PI * (double)x / WEATHER_X));
    s->wind[2][i] = (float)(-strength * (weather_stream(x + 1, z) - here));
    double height = 150.0 * ((double)z + 0.5);
    double pressure = 1e5 * timed_exp(-height / 8000);
    s->pressure[i] = (float)pressure;
    s->exner[i] = (float)timed_exp(-0.2857 * height / 8000);
    s->cooling[i] = (float)(1e-4 * (1 + 0.1 * strength));
}
static void weather_make_fields(struct weather_state *s, size_t i, size_t x, size_t y, size_t z)
{
    double dx = (double)x - 40, dy = (double)y - 50, dz = 2 * ((double)z - 20);
    double bubble = timed_exp(-(dx * dx + dy * dy + dz * dz) / 200);
    double height = 150.0 * ((double)z + 0.5);
    s->start[WEATHER_HEAT][i] = (float)(295 + 0.004 * height + 2 * bubble);
    s->start[WEATHER_VAPOUR][i] = (float)(0.012 * timed_exp(-height / 2500) * (1 + 0.4 * bubble));
    s->start[WEATHER_CLOUD][i] = (float)(0.001 * bubble);
    s->start[WEATHER_TRACER][i] = (float)(1 + bubble);
}

static int weather_make(struct work *w, void *state)
{
    (void)w;
    struct weather_state *s = state;
    for (size_t z = 0; z < WEATHER_Z; z++)
        for (size_t y = 0; y < WEATHER_Y; y++) {
            for (size_t x = 0; x < WEATHER_X; x++) {
                weather_make_air(s, weather_line(y, z) + x, x, y, z);
                weather_make_fields(s, weather_line(y, z) + x, x, y, z);
            }
            for (unsigned f = 0; f < WEATHER_FIELDS; f++)
                weather_halo(s->start[f] + weather_line(y, z));
        }
    return 0;
}

static double weather_sum(const float *q)
{
    double sum = 0;
    for (size_t z = 0; z < WEATHER_Z; z++)
        for (size_t y = 0; y < WEATHER_Y; y++)
            for (size_t x = 0; x < WEATHER_X; x++)
                sum += (double)q[weather_line(y, z) + x];
    return sum;
}

static int weather_check(struct work *w, const void *state)
{
    const struct weather_state *s = state;
    double tracer = weather_sum(s->start[WEATHER_TRACER]);
    double carried = weather_sum(s->stage[0][WEATHER_TRACER]);
    if (!(timed_abs(carried / tracer - 1) < 1e-5))
        return error_set(w->error, ERROR_SYSTEM, "cfp.weather: %g of the tracer became %g", tracer,
                         carried);
    double water = weather_sum(s->start[WEATHER_VAPOUR]) + weather_sum(s->start[WEATHER_CLOUD]);
    double kept = weather_sum(s->stage[0][WEATHER_VAPOUR]) +
                  weather_sum(s->stage[0][WEATHER_CLOUD]);
    if (!(timed_abs(kept / water - 1) < 1e-5))
        return error_set(w->error, ERROR_SYSTEM, "cfp.weather: %g of water became %g", water, kept);
    return 0;
}

const struct program cfp_weather = {
    .id = "cfp.weather",
    .state_bytes = sizeof(struct weather_state),
    .digest = UINT64_C(0x6fd7ce8f6cef19b5),
    .make = weather_make,
    .execute = weather_execute,
    .check = weather_check,
};
