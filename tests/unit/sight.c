/* What an eye without one kind of cones sees of a colour is the one on its own surface of colours
 * that the other two kinds take for the same. That surface is two half planes, which meet in the
 * greys; each goes through a colour that such eyes see as everybody does: 475 and 575 nm without
 * the long- or middle-wave cones, 485 and 660 nm without the short-wave ones. */
#include <config.h>

#include "tests/unit/sight.h"

#include <math.h>
#include <stdbool.h>

const char *const sight_names[SIGHT_COUNT] = {"full", "protan", "deutan", "tritan", "grey"};

struct triple {
    double v[3];
};

static const double xyz_of_rgb[3][3] = {
    {0.4124, 0.3576, 0.1805}, {0.2126, 0.7152, 0.0722}, {0.0193, 0.1192, 0.9505}};
static const double lms_of_xyz[3][3] = {
    {0.15514, 0.54312, -0.03286}, {-0.15514, 0.45684, 0.03286}, {0, 0, 0.00801}};

static struct triple times(const double m[3][3], struct triple x)
{
    struct triple y;
    for (int i = 0; i < 3; i++)
        y.v[i] = m[i][0] * x.v[0] + m[i][1] * x.v[1] + m[i][2] * x.v[2];
    return y;
}

static struct triple cross(struct triple a, struct triple b)
{
    struct triple c;
    for (int i = 0; i < 3; i++) {
        int j = (i + 1) % 3, k = (i + 2) % 3;
        c.v[i] = a.v[j] * b.v[k] - a.v[k] * b.v[j];
    }
    return c;
}

static struct triple linear(int32_t rgb)
{
    struct triple t;
    for (int i = 0; i < 3; i++) {
        double v = (rgb >> (16 - 8 * i) & 255) / 255.0;
        t.v[i] = v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
    }
    return t;
}

/* Without cone number `missing`. */
static struct triple two_cones(struct triple lms, int missing)
{
    /* CIE 1931, 2 degrees, in X, Y, Z */
    static const struct triple of_475 = {{0.1421, 0.1126, 1.0419}},
                               of_485 = {{0.05795, 0.1693, 0.6162}},
                               of_575 = {{0.8425, 0.9154, 0.0018}}, of_660 = {{0.1649, 0.0610, 0}};
    struct triple white = times(lms_of_xyz, times(xyz_of_rgb, linear(0xFFFFFF)));
    int p = missing == 2 ? 1 : 2, q = missing == 0 ? 1 : 0;
    bool shorter = lms.v[p] * white.v[q] >= white.v[p] * lms.v[q];
    struct triple anchor = missing == 2 ? shorter ? of_485 : of_660 : shorter ? of_475 : of_575;
    struct triple n = cross(white, times(lms_of_xyz, anchor));
    lms.v[missing] = -(n.v[p] * lms.v[p] + n.v[q] * lms.v[q]) / n.v[missing];
    return lms;
}

static struct triple xyz_of_lms(struct triple lms)
{
    struct triple xyz;
    double l = lms.v[0], m = lms.v[1];
    xyz.v[2] = lms.v[2] / lms_of_xyz[2][2];
    xyz.v[1] = (l + m) / (lms_of_xyz[0][1] + lms_of_xyz[1][1]);
    xyz.v[0] = (l - lms_of_xyz[0][1] * xyz.v[1] - lms_of_xyz[0][2] * xyz.v[2]) / lms_of_xyz[0][0];
    return xyz;
}

static double root(double t)
{
    return t > 0.008856 ? cbrt(t) : 7.787 * t + 16.0 / 116;
}

struct sight_lab sight_lab(int32_t rgb, enum sight s)
{
    struct triple white = times(xyz_of_rgb, linear(0xFFFFFF)), t = times(xyz_of_rgb, linear(rgb));
    if (s >= SIGHT_PROTAN && s <= SIGHT_TRITAN)
        t = xyz_of_lms(two_cones(times(lms_of_xyz, t), (int)s - SIGHT_PROTAN));
    double x = root(t.v[0] / white.v[0]), y = root(t.v[1] / white.v[1]),
           z = root(t.v[2] / white.v[2]);
    if (s == SIGHT_GREY)
        x = z = y;
    return (struct sight_lab){116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

double sight_distance(int32_t a, int32_t b, enum sight s)
{
    struct sight_lab p = sight_lab(a, s), q = sight_lab(b, s);
    return sqrt((p.l - q.l) * (p.l - q.l) + (p.a - q.a) * (p.a - q.a) + (p.b - q.b) * (p.b - q.b));
}

double sight_contrast(int32_t a, int32_t b)
{
    double y = times(xyz_of_rgb, linear(a)).v[1] + 0.05,
           z = times(xyz_of_rgb, linear(b)).v[1] + 0.05;
    return y > z ? y / z : z / y;
}
