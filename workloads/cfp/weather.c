/* weather - stands in for 481.wrf: the transport of a weather model and the physics of its columns.
 *
 * Heat (potential temperature), vapour, cloud water, rain and a tracer are carried by a wind
 * without divergence over a grid that is periodic in x and y: fluxes of fifth order along x and y,
 * of third order along z (Wicker and Skamarock), three Runge-Kutta stages a step, in single
 * precision, four cells of a line at a time.
 *
 * Then come the columns, a slab of them at a time, where WRF spends most of its time, too:
 *  - radiation: in three bands, down and up through layers that absorb and glow, by what vapour and
 *    cloud are in them;
 *  - boundary layer: layers mix as wind shear and stability allow (Louis), by a tridiagonal system
 *    per column, the same for all fields but rain, which falls faster;
 *  - rain after Kessler: cloud turns to rain and is collected by it, rain evaporates, and falls;
 *  - condensation: vapour above saturation condenses, or cloud evaporates, with its heat (Newton).
 *
 * 96 x 96 x 64 cells, 22 arrays of 2.4 MiB. A column's layers lie side by side, as WRF has them. An
 * execution is one step; its input stays, because stages write to arrays of their own.
 *
 * Checked: the tracer's mass and the water's, with what fell to the ground, are what they were, to
 * 1e-5; heat changed by what was radiated and condensed, to 1e-7. */
#include <config.h>

#include "workloads/program/program.h"
#include "workloads/program/timed_math.h"

#define WEATHER_X      96
#define WEATHER_Y      96
#define WEATHER_Z      64
#define WEATHER_HALO   4 /* before and after each line, from its other end */
#define WEATHER_ROW    (WEATHER_X + 2 * WEATHER_HALO)
#define WEATHER_CELLS  ((size_t)WEATHER_ROW * WEATHER_Y * WEATHER_Z)
#define WEATHER_FIELDS 5
#define WEATHER_PI     3.14159265358979323846

/* Seconds, metres, J/kg, J/(kg K) */
#define WEATHER_STEP     10.0
#define WEATHER_THICK    150.0 /* of a layer */
#define WEATHER_WIDE     500.0 /* a cell along x and y */
#define WEATHER_LATENT   2.5e6
#define WEATHER_CAPACITY 1004.0
#define WEATHER_GAS      287.0 /* of air */
#define WEATHER_STEAM    461.5 /* of vapour */
#define WEATHER_STEFAN   5.67e-8
#define WEATHER_GROUND   297.0 /* its temperature */

enum weather_field { WEATHER_HEAT, WEATHER_VAPOUR, WEATHER_CLOUD, WEATHER_TRACER, WEATHER_RAIN };

/* Four cells, at any place. */
typedef float weather_four __attribute__((vector_size(16), aligned(4), may_alias));
typedef int32_t weather_bits __attribute__((vector_size(16), aligned(4), may_alias));

typedef float weather_grid[WEATHER_CELLS];

/* What the physics of a slab hands from layer to layer. Faces are below the layer of their number.
 */
struct weather_slab {
    double through[WEATHER_Z][WEATHER_X], glow[WEATHER_Z][WEATHER_X]; /* of radiation */
    double warming[WEATHER_Z][WEATHER_X], flux[WEATHER_X];
    float exchange[WEATHER_Z + 1][WEATHER_X];                       /* on faces; 0: nothing */
    float share[WEATHER_Z][WEATHER_X], reach[WEATHER_Z][WEATHER_X]; /* the eliminated system */
    float change[WEATHER_Z + 2][WEATHER_X]; /* of layer z: [z + 1]; the first and last are 0 */
    double fall[WEATHER_X];                 /* rain out of the layer above */
};

struct weather_state {
    weather_grid start[WEATHER_FIELDS], stage[2][WEATHER_FIELDS]; /* the result: stage[0] */
    weather_grid wind[3]; /* on the faces before the cell, in cells per step */
    weather_grid pressure, exner;
    weather_grid condensed, radiated; /* net, in kg/kg; kelvin of potential temperature */
    float fallen[WEATHER_Y][WEATHER_X];
    float flux_x[WEATHER_X + 4], flux_y[WEATHER_FIELDS][WEATHER_Z][WEATHER_X], flux_z[2][WEATHER_X];
    struct weather_slab slab;
};

WORK_TIMED static inline size_t weather_line(size_t y, size_t z)
{
    return (y * WEATHER_Z + z) * WEATHER_ROW + WEATHER_HALO;
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

/* out = start - part of a step of what flows out of each cell of a slab at q. before: what flows
 * through the slab's faces along y; then through the next one's. */
WORK_TIMED static void weather_slab_stage(struct weather_state *s, const float *start,
                                          const float *q, float *out, float part, size_t y,
                                          float before[][WEATHER_X])
{
    weather_flux_z(s->flux_z[0], q, s->wind[2], y, 0);
    for (size_t z = 0; z < WEATHER_Z; z++) {
        size_t line = weather_line(y, z);
        float behind[WEATHER_X];
        const float *below = s->flux_z[z & 1], *above = s->flux_z[~z & 1];
        weather_flux_x(s->flux_x, q + line, s->wind[0] + line);
        weather_flux_y(behind, q, s->wind[1], (y + 1) % WEATHER_Y, z);
        weather_flux_z(s->flux_z[~z & 1], q, s->wind[2], y, z + 1);
        for (size_t x = 0; x < WEATHER_X; x += 4) {
            weather_four out_y = weather_load(behind + x);
            weather_four loss = (weather_load(s->flux_x + x + 1) - weather_load(s->flux_x + x)) +
                                (out_y - weather_load(before[z] + x)) +
                                (weather_load(above + x) - weather_load(below + x));
            *(weather_four *)(out + line + x) = weather_load(start + line + x) -
                                                weather_all(part) * loss;
            *(weather_four *)(before[z] + x) = out_y;
        }
        weather_halo(out + line);
    }
}

/* All fields, slab by slab, as they go with the same wind. */
WORK_TIMED static void weather_stage(struct weather_state *s, const weather_grid *start,
                                     const weather_grid *q, weather_grid *out, float part)
{
    for (unsigned f = 0; f < WEATHER_FIELDS; f++)
        for (size_t z = 0; z < WEATHER_Z; z++)
            weather_flux_y(s->flux_y[f][z], q[f], s->wind[1], 0, z);
    for (size_t y = 0; y < WEATHER_Y; y++)
        for (unsigned f = 0; f < WEATHER_FIELDS; f++)
            weather_slab_stage(s, start[f], q[f], out[f], part, y, s->flux_y[f]);
}

WORK_TIMED static double weather_exp(double x)
{
    return timed_exp(x);
}
WORK_TIMED static double weather_log(double x)
{
    return timed_log(x);
}

WORK_TIMED static inline double weather_kelvin(const struct weather_state *s, size_t i)
{
    return (double)s->stage[0][WEATHER_HEAT][i] * (double)s->exner[i];
}
WORK_TIMED static inline double weather_density(const struct weather_state *s, size_t i)
{
    return (double)s->pressure[i] / (WEATHER_GAS * weather_kelvin(s, i));
}

/* A band of thermal radiation: its part of what a black body sends, and how much of it a kilogram
 * of air, vapour and cloud takes in, in m2/kg. */
struct weather_band {
    double part, air, vapour, cloud;
};
static const struct weather_band weather_bands[] = {
    {.part = 0.35, .air = 1e-5, .vapour = 0.005, .cloud = 100}, /* the window */
    {.part = 0.25, .air = 2e-3, .vapour = 0.05, .cloud = 100},  /* carbon dioxide */
    {.part = 0.40, .air = 1e-5, .vapour = 0.5, .cloud = 100},   /* vapour */
};
#define WEATHER_BANDS (sizeof weather_bands / sizeof weather_bands[0])

/* Radiation of a band. A layer lets through what is not taken in, and glows as much as it takes in
 * of a black body's. First down from space, which sends nothing, then up from the ground, which is
 * black. */
WORK_TIMED static void weather_radiate_down(const struct weather_state *s, struct weather_slab *l,
                                            size_t y, const struct weather_band *band)
{
    for (size_t x = 0; x < WEATHER_X; x++)
        l->flux[x] = 0;
    for (size_t z = WEATHER_Z; z-- > 0;)
        for (size_t x = 0; x < WEATHER_X; x++) {
            size_t i = weather_line(y, z) + x;
            double kelvin = weather_kelvin(s, i), squared = kelvin * kelvin;
            double takes = band->air +
                           band->vapour * timed_max((double)s->stage[0][WEATHER_VAPOUR][i], 0) +
                           band->cloud * timed_max((double)s->stage[0][WEATHER_CLOUD][i], 0);
            double depth = WEATHER_THICK * weather_density(s, i) * takes;
            double through = weather_exp(-timed_min(depth, 600));
            double glow = (1 - through) * band->part * WEATHER_STEFAN * squared * squared;
            l->through[z][x] = through;
            l->glow[z][x] = glow;
            l->warming[z][x] += (1 - through) * l->flux[x] - glow;
            l->flux[x] = through * l->flux[x] + glow;
        }
}
WORK_TIMED static void weather_radiate_up(struct weather_slab *l, const struct weather_band *band)
{
    const double square = WEATHER_GROUND * WEATHER_GROUND;
    for (size_t x = 0; x < WEATHER_X; x++)
        l->flux[x] = band->part * WEATHER_STEFAN * square * square;
    for (size_t z = 0; z < WEATHER_Z; z++)
        for (size_t x = 0; x < WEATHER_X; x++) {
            double through = l->through[z][x], glow = l->glow[z][x];
            l->warming[z][x] += (1 - through) * l->flux[x] - glow;
            l->flux[x] = through * l->flux[x] + glow;
        }
}

/* All bands, and what a slab warms by them. */
WORK_TIMED static void weather_radiate(struct weather_state *s, struct weather_slab *l, size_t y)
{
    for (size_t z = 0; z < WEATHER_Z; z++)
        for (size_t x = 0; x < WEATHER_X; x++)
            l->warming[z][x] = 0;
    for (size_t band = 0; band < WEATHER_BANDS; band++) {
        weather_radiate_down(s, l, y, &weather_bands[band]);
        weather_radiate_up(l, &weather_bands[band]);
    }
    for (size_t z = 0; z < WEATHER_Z; z++)
        for (size_t x = 0; x < WEATHER_X; x++) {
            size_t i = weather_line(y, z) + x;
            double holds = weather_density(s, i) * WEATHER_CAPACITY * WEATHER_THICK;
            double kelvin = WEATHER_STEP * l->warming[z][x] / holds;
            s->radiated[i] = (float)(kelvin / (double)s->exner[i]);
            s->stage[0][WEATHER_HEAT][i] += s->radiated[i];
        }
}

/* m2/s between two layers at a height above the ground, by the shear of the wind and by how much
 * heat rises, both per metre. */
WORK_TIMED static double weather_mixing(double height, double shear2, double lift)
{
    double length = 0.4 * height / (1 + 0.4 * height / 100);
    double richardson = 9.81 / 300 * lift / (shear2 + 1e-7);
    double damping = 1 / (1 + 5 * timed_max(richardson, 0));
    double mixing = timed_sqrt(shear2 * (1 - 16 * timed_min(richardson, 0)));
    return 1 + length * length * mixing * damping * damping;
}

/* The part of a difference between two layers that a step would even out, on all faces. */
WORK_TIMED static void weather_exchange(const struct weather_state *s, struct weather_slab *l,
                                        size_t y)
{
    const double speed = WEATHER_WIDE / WEATHER_STEP / WEATHER_THICK;
    const float *heat = s->stage[0][WEATHER_HEAT];
    for (size_t z = 1; z < WEATHER_Z; z++)
        for (size_t x = 0; x < WEATHER_X; x++) {
            size_t above = weather_line(y, z) + x, below = above - WEATHER_ROW;
            double du = speed * (double)(s->wind[0][above] - s->wind[0][below]);
            double dv = speed * (double)(s->wind[1][above] - s->wind[1][below]);
            double lift = (double)(heat[above] - heat[below]) / WEATHER_THICK;
            double mixing = weather_mixing(WEATHER_THICK * (double)z, du * du + dv * dv, lift);
            l->exchange[z][x] = (float)(WEATHER_STEP / (WEATHER_THICK * WEATHER_THICK) * mixing);
        }
}

/* (1 + e[z] + e[z + 1]) q[z] - e[z] q[z - 1] - e[z + 1] q[z + 1], e the exchange: eliminates below
 * the diagonal. */
WORK_TIMED static void weather_eliminate(struct weather_slab *l)
{
    const weather_four one = weather_all(1);
    for (size_t z = 0; z < WEATHER_Z; z++)
        for (size_t x = 0; x < WEATHER_X; x += 4) {
            weather_four below = weather_load(l->exchange[z] + x);
            weather_four above = weather_load(l->exchange[z + 1] + x),
                         diagonal = one + below + above;
            if (z > 0)
                diagonal -= below * weather_load(l->reach[z - 1] + x);
            weather_four share = one / diagonal;
            *(weather_four *)(l->share[z] + x) = share;
            *(weather_four *)(l->reach[z] + x) = above * share;
        }
}

/* Mixes a field, implicitly. The system is solved for the change, so that rounding loses nothing of
 * the whole. */
WORK_TIMED static void weather_mix(struct weather_slab *l, float *q, size_t y)
{
    for (size_t z = 0; z < WEATHER_Z; z++) {
        const float *here = q + weather_line(y, z);
        const float *above = z + 1 < WEATHER_Z ? here + WEATHER_ROW : here;
        const float *below = z > 0 ? here - WEATHER_ROW : here;
        for (size_t x = 0; x < WEATHER_X; x += 4) {
            weather_four down = weather_load(l->exchange[z] + x), middle = weather_load(here + x);
            weather_four in = weather_load(l->exchange[z + 1] + x) *
                                  (weather_load(above + x) - middle) -
                              down * (middle - weather_load(below + x));
            in += down * weather_load(l->change[z] + x);
            *(weather_four *)(l->change[z + 1] + x) = in * weather_load(l->share[z] + x);
        }
    }
    for (size_t z = WEATHER_Z; z-- > 0;) {
        float *here = q + weather_line(y, z);
        for (size_t x = 0; x < WEATHER_X; x += 4) {
            weather_four change = weather_load(l->change[z + 1] + x) +
                                  weather_load(l->reach[z] + x) *
                                      weather_load(l->change[z + 2] + x);
            *(weather_four *)(l->change[z + 1] + x) = change;
            *(weather_four *)(here + x) += change;
        }
    }
}

/* Vapour at saturation, kg/kg, after Magnus. */
WORK_TIMED static double weather_saturation(double kelvin, double pressure)
{
    double steam = 611.2 * weather_exp(17.67 * (kelvin - 273.15) / (kelvin - 29.65));
    return 0.622 * steam / (pressure - steam);
}

/* Turns that much vapour into water of a kind, or back, with its heat. */
WORK_TIMED static inline void weather_turn(struct weather_state *s, size_t i, float *water,
                                           float moved)
{
    s->stage[0][WEATHER_VAPOUR][i] -= moved;
    *water += moved;
    s->condensed[i] += moved;
    s->stage[0][WEATHER_HEAT][i] += (float)(WEATHER_LATENT / WEATHER_CAPACITY * (double)moved /
                                            (double)s->exner[i]);
}

/* Saturation adjustment in a cell. */
WORK_TIMED static void weather_condense(struct weather_state *s, size_t i)
{
    float *cloud = &s->stage[0][WEATHER_CLOUD][i];
    for (unsigned step = 0; step < 2; step++) {
        double kelvin = weather_kelvin(s, i);
        double most = weather_saturation(kelvin, (double)s->pressure[i]);
        double slope = WEATHER_LATENT * most / (WEATHER_STEAM * kelvin * kelvin);
        double excess = ((double)s->stage[0][WEATHER_VAPOUR][i] - most) /
                        (1 + WEATHER_LATENT / WEATHER_CAPACITY * slope);
        weather_turn(s, i, cloud, (float)timed_max(excess, -timed_max((double)*cloud, 0)));
    }
}

/* Kessler's powers of how much rain is in the air, in g/cm3: metres per second that it falls at the
 * ground's density; part of the cloud that it collects per second; and its evaporation. */
struct weather_rain {
    double fall, collects, evaporates;
};
WORK_TIMED static struct weather_rain weather_powers(double content)
{
    double power = weather_log(timed_max(content, 1e-15)), thousand = 6.907755278982137;
    double ventilated = 1.6 + 124.9 * weather_exp(0.2046 * power);
    return (struct weather_rain){.fall = 36.34 * weather_exp(0.1364 * power),
                                 .collects = 2.2 * weather_exp(0.875 * (power + thousand)),
                                 .evaporates = ventilated * weather_exp(0.525 * power)};
}

/* Rain of a cell: cloud above 1 g/kg turns to it and is collected, it evaporates into dry air, and
 * what falls out goes to *fall, which comes from above. */
WORK_TIMED static void weather_rain(struct weather_state *s, size_t i, double *fall)
{
    float *cloud = &s->stage[0][WEATHER_CLOUD][i], *rain = &s->stage[0][WEATHER_RAIN][i];
    double density = weather_density(s, i), pressure = (double)s->pressure[i];
    double content = 1e-3 * density * timed_max((double)*rain, 0);
    struct weather_rain is = weather_powers(content);

    double some = timed_max((double)*cloud, 0);
    double left = some - WEATHER_STEP * 1e-3 * timed_max(some - 1e-3, 0);
    float gathered = (float)(some - left / (1 + WEATHER_STEP * is.collects));
    *cloud -= gathered;
    *rain += gathered;

    double most = weather_saturation(weather_kelvin(s, i), pressure);
    double missing = timed_max(most - (double)s->stage[0][WEATHER_VAPOUR][i], 0);
    double dries = is.evaporates / (2.55e8 / (pressure * most) + 5.4e5) * missing /
                   (1e-3 * density * most);
    double limit = timed_min(0.5 * missing, timed_max((double)*rain, 0));
    weather_turn(s, i, rain, -(float)timed_min(WEATHER_STEP * dries, limit));

    double speed = is.fall * timed_sqrt(1.2 / density);
    double falls = timed_min(WEATHER_STEP / WEATHER_THICK * speed, 1) * timed_max((double)*rain, 0);
    *rain = (float)((double)*rain - falls + *fall);
    *fall = falls;
}

/* Physics of the slab of columns at y. */
WORK_TIMED static void weather_columns(struct weather_state *s, size_t y)
{
    struct weather_slab *l = &s->slab;
    weather_radiate(s, l, y);
    weather_exchange(s, l, y);
    weather_eliminate(l);
    for (unsigned f = 0; f < WEATHER_RAIN; f++)
        weather_mix(l, s->stage[0][f], y);
    for (size_t x = 0; x < WEATHER_X; x++)
        l->fall[x] = 0;
    for (size_t z = WEATHER_Z; z-- > 0;)
        for (size_t x = 0; x < WEATHER_X; x++) {
            size_t i = weather_line(y, z) + x;
            s->condensed[i] = 0;
            weather_rain(s, i, &l->fall[x]);
            weather_condense(s, i);
        }
    for (size_t x = 0; x < WEATHER_X; x++)
        s->fallen[y][x] = (float)l->fall[x];
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

/* A line of the result. */
WORK_TIMED static uint64_t weather_fold(const struct weather_state *s, uint64_t digest, size_t line)
{
    uint64_t water = 0, rain = 1; /* side by side, as each waits for its multiplications */
    for (size_t i = line; i < line + WEATHER_X; i++) {
        digest = digest_fold(
            digest, weather_word(s->stage[0][WEATHER_HEAT][i], s->stage[0][WEATHER_TRACER][i]));
        water = digest_fold(
            water, weather_word(s->stage[0][WEATHER_VAPOUR][i], s->stage[0][WEATHER_CLOUD][i]));
        rain = digest_fold(rain, weather_word(s->stage[0][WEATHER_RAIN][i], s->condensed[i]));
    }
    return digest_fold(digest_fold(digest, water), rain);
}

WORK_TIMED static uint64_t weather_execute(void *state)
{
    struct weather_state *s = state;
    weather_stage(s, s->start, s->start, s->stage[0], 1.0f / 3);
    weather_stage(s, s->start, s->stage[0], s->stage[1], 0.5f);
    weather_stage(s, s->start, s->stage[1], s->stage[0], 1);
    uint64_t digest = 481;
    for (size_t y = 0; y < WEATHER_Y; y++) {
        weather_columns(s, y);
        for (size_t z = 0; z < WEATHER_Z; z++)
            digest = weather_fold(s, digest, weather_line(y, z));
        for (size_t x = 0; x < WEATHER_X; x += 2)
            digest = digest_fold(digest, weather_word(s->fallen[y][x], s->fallen[y][x + 1]));
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
    double height = WEATHER_THICK * ((double)z + 0.5);
    double pressure = 1e5 * timed_exp(-height / 8000);
    s->pressure[i] = (float)pressure;
    s->exner[i] = (float)timed_exp(-0.2857 * height / 8000);
}
static void weather_make_fields(struct weather_state *s, size_t i, size_t x, size_t y, size_t z)
{
    double dx = (double)x - 40, dy = (double)y - 50, dz = 2 * ((double)z - 20);
    double bubble = timed_exp(-(dx * dx + dy * dy + dz * dz) / 200);
    double height = WEATHER_THICK * ((double)z + 0.5);
    s->start[WEATHER_HEAT][i] = (float)(295 + 0.004 * height + 2 * bubble);
    s->start[WEATHER_VAPOUR][i] = (float)(0.012 * timed_exp(-height / 2500) * (1 + 1.6 * bubble));
    s->start[WEATHER_CLOUD][i] = (float)(0.001 * bubble);
    s->start[WEATHER_TRACER][i] = (float)(1 + bubble);
    /* Down to the ground. Nothing far from there: numbers too small to be normal would take many
     * times as long. */
    dz = timed_max(dz, 0);
    double shaft = timed_exp(-(dx * dx + dy * dy + dz * dz) / 100);
    s->start[WEATHER_RAIN][i] = (float)(0.002 * timed_max(shaft - 1e-4, 0));
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

static const enum weather_field weather_waters[] = {WEATHER_VAPOUR, WEATHER_CLOUD, WEATHER_RAIN};

static double weather_sum(const float *q)
{
    double sum = 0;
    for (size_t z = 0; z < WEATHER_Z; z++)
        for (size_t y = 0; y < WEATHER_Y; y++)
            for (size_t x = 0; x < WEATHER_X; x++)
                sum += (double)q[weather_line(y, z) + x];
    return sum;
}

/* What heat must sum to: as at the start, with what radiation and condensation added. */
static double weather_heat(const struct weather_state *s)
{
    double sum = 0;
    for (size_t z = 0; z < WEATHER_Z; z++)
        for (size_t y = 0; y < WEATHER_Y; y++)
            for (size_t x = 0; x < WEATHER_X; x++) {
                size_t i = weather_line(y, z) + x;
                sum += (double)s->start[WEATHER_HEAT][i] + (double)s->radiated[i] +
                       WEATHER_LATENT / WEATHER_CAPACITY * (double)s->condensed[i] /
                           (double)s->exner[i];
            }
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
    double water = 0, kept = 0;
    for (size_t i = 0; i < sizeof weather_waters / sizeof weather_waters[0]; i++) {
        water += weather_sum(s->start[weather_waters[i]]);
        kept += weather_sum(s->stage[0][weather_waters[i]]);
    }
    for (size_t i = 0; i < (size_t)WEATHER_X * WEATHER_Y; i++)
        kept += (double)s->fallen[i / WEATHER_X][i % WEATHER_X];
    if (!(timed_abs(kept / water - 1) < 1e-5))
        return error_set(w->error, ERROR_SYSTEM, "cfp.weather: %g of water became %g", water, kept);
    double heat = weather_sum(s->stage[0][WEATHER_HEAT]), must = weather_heat(s);
    if (!(timed_abs(heat / must - 1) < 1e-7))
        return error_set(w->error, ERROR_SYSTEM, "cfp.weather: heat sums to %.9g, must be %.9g",
                         heat, must);
    return 0;
}

const struct program cfp_weather = {
    .id = "cfp.weather",
    .state_bytes = sizeof(struct weather_state),
    .digest = UINT64_C(0x219d934517c9422d),
    .make = weather_make,
    .execute = weather_execute,
    .check = weather_check,
};
