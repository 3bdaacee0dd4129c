#include <config.h>

#include "ui/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DASH "\xE2\x80\x94" /* — */

static int columns(const char *s)
{
    int n = 0;
    for (; *s; s++)
        n += ((unsigned char)*s & 0xC0) != 0x80;
    return n;
}

/* Print with at most `decimals` places into width columns. False if it does not fit even without.
 */
static bool try_fit(char out[NUMBER_MAX], int width, double value, int decimals, const char *suffix)
{
    for (; decimals >= 0; decimals--) {
        int used = snprintf(out, NUMBER_MAX, "%.*f%s", decimals, value, suffix);
        if (used > 0 && used < NUMBER_MAX && used <= width) {
            if (strncmp(out, "-0", 2) == 0 && strspn(out + 1, "0.") == strlen(out + 1))
                memmove(out, out + 1, strlen(out)); /* no negative zero */
            return true;
        }
    }
    return false;
}

char *number_fit(char out[NUMBER_MAX], int width, double value, int decimals)
{
    static const char *const suffixes[] = {"", "k", "M", "G", "T", "P"};
    if (width < 1 || width > 20)
        width = width < 1 ? 1 : 20;
    if (!isfinite(value)) {
        snprintf(out, NUMBER_MAX, "%s", DASH);
        return out;
    }
    if (try_fit(out, width, value, decimals, suffixes[0]))
        return out;
    /* With a suffix a few digits are worth keeping even if none were asked for; the value must
     * still be there ("0k" says nothing). */
    double scaled = value / 1000;
    for (size_t i = 1; i < sizeof suffixes / sizeof suffixes[0]; i++, scaled /= 1000)
        if (fabs(scaled) < 999.5 && fabs(scaled) >= 0.95 &&
            try_fit(out, width, scaled, 2, suffixes[i]))
            return out;
    memset(out, '#', (size_t)width);
    out[width] = '\0';
    return out;
}

char *number_short(char out[NUMBER_MAX], double value)
{
    double size = fabs(value);
    if (!isfinite(value) || size == 0)
        return number_fit(out, 5, value, 0);
    if (size < 0.0005)
        return snprintf(out, 8, "%.0e", value) <= 5 ? out : number_fit(out, 5, value, 3);
    if (size < 0.9995)
        return number_fit(out, 5, value, 3);
    if (size < 9.995)
        return number_fit(out, 5, value, 2);
    if (size < 99.95)
        return number_fit(out, 5, value, 1);
    if (size < 9999.5)
        return number_fit(out, 5, value, 0);
    return number_fit(out, 5, value, 1);
}

char *number_ratio(char out[NUMBER_MAX], int width, double ratio, enum unit_mode unit)
{
    if (!isfinite(ratio) || ratio <= 0)
        return number_fit(out, width, NAN, 0);
    if (unit != UNIT_TIMES)
        return number_fit(out, width, 100 * ratio, 1);
    double times = 1 / ratio;
    number_fit(out, width - 1, times, times < 9.995 ? 2 : 1);
    if (columns(out) < width)
        memcpy(out + strlen(out), "\xC3\x97", 3); /* × */
    return out;
}

char *number_half_width(char out[NUMBER_MAX], int width, double low, double high,
                        enum unit_mode unit)
{
    if (!(low > 0) || !(high >= low))
        return number_fit(out, width, NAN, 0);
    if (unit == UNIT_TIMES)
        return number_fit(out, width, (1 / low - 1 / high) / 2, 2);
    return number_fit(out, width, 50 * (high - low), 1);
}

/* 0..1 along the axis; may lie outside. */
static double place(const struct axis *a, double value)
{
    if (a->log) {
        if (value <= 0)
            return -1;
        return log(value / a->low) / log(a->high / a->low);
    }
    return (value - a->low) / (a->high - a->low);
}

int axis_column(const struct axis *a, int width, double value, int *off)
{
    if (off)
        *off = 0;
    if (isnan(value) || width < 1)
        return -1;
    double at = place(a, value);
    if (!(at >= 0) || at > 1) {
        if (off)
            *off = at > 1 ? 1 : -1;
        at = at > 1 ? 1 : 0;
    }
    return (int)lround(at * (width - 1));
}

int axis_row(const struct axis *a, int height, double value)
{
    int column = axis_column(a, height, value, NULL);
    return column < 0 ? -1 : height - 1 - column;
}

/* 1, 2 or 5 times a power of ten at or above step. */
static double round_step(double step)
{
    double power = pow(10, floor(log10(step)));
    double lead = step / power;
    return power * (lead <= 1.0001 ? 1 : lead <= 2.0001 ? 2 : lead <= 5.0001 ? 5 : 10);
}

static size_t ticks_linear(const struct axis *a, size_t wanted, double *ticks, size_t room)
{
    double step = round_step((a->high - a->low) / (double)(wanted ? wanted : 1));
    size_t n = 0;
    for (double i = ceil(a->low / step - 1e-9); i * step <= a->high + step * 1e-9; i++)
        if (n < room)
            ticks[n++] = i * step + 0.0; /* + 0: no negative zero */
        else
            break;
    return n;
}

/* 1, 2 and 5 times powers of ten. */
static size_t ticks_leading(const struct axis *a, double *ticks, size_t room)
{
    static const double leads[] = {1, 2, 5};
    size_t n = 0;
    for (double e = floor(log10(a->low) + 1e-9); pow(10, e) <= a->high * (1 + 1e-9); e++)
        for (size_t i = 0; i < sizeof leads / sizeof *leads; i++) {
            double at = leads[i] * pow(10, e);
            if (at >= a->low * (1 - 1e-9) && at <= a->high * (1 + 1e-9) && n < room)
                ticks[n++] = at;
        }
    return n;
}

static size_t ticks_log(const struct axis *a, size_t wanted, double *ticks, size_t room)
{
    double decades = log10(a->high / a->low);
    if (decades < 1.2) { /* too short for powers of ten alone */
        size_t n = ticks_leading(a, ticks, room);
        return n >= 3 && n <= wanted + 2 ? n : ticks_linear(a, wanted, ticks, room);
    }
    double step = ceil(decades / (double)(wanted ? wanted : 1) - 1e-9);
    size_t n = 0;
    for (double e = ceil(log10(a->low) / step - 1e-9) * step; pow(10, e) <= a->high * (1 + 1e-9);
         e += step)
        if (n < room)
            ticks[n++] = pow(10, e);
        else
            break;
    return n;
}

size_t axis_ticks(const struct axis *a, size_t wanted, double *ticks, size_t room)
{
    if (!(a->high > a->low) || (a->log && !(a->low > 0)))
        return 0;
    return a->log ? ticks_log(a, wanted, ticks, room) : ticks_linear(a, wanted, ticks, room);
}

struct axis axis_over(const double *values, size_t count, double include, bool log_axis)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i <= count; i++) {
        double v = i < count ? values[i] : include;
        if (!isfinite(v) || (log_axis && v <= 0))
            continue;
        low = fmin(low, v);
        high = fmax(high, v);
    }
    if (!(low <= high))
        return (struct axis){log_axis ? 1 : 0, log_axis ? 10 : 1, log_axis};
    if (log_axis) {
        low = pow(10, floor(log10(low) + 1e-9));
        high = pow(10, ceil(log10(high) - 1e-9));
        if (!(high > low))
            high = low * 10;
    } else {
        double step = round_step((high > low ? high - low : fabs(high) + 1) / 5);
        low = floor(low / step + 1e-9) * step;
        high = ceil(high / step - 1e-9) * step;
        if (!(high > low))
            high = low + step;
    }
    return (struct axis){low, high, log_axis};
}
