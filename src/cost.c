#include <config.h>

#include "cost.h"

#include "text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define PER_OP_MIN 0.01 /* less often than once in a hundred operations: per second says more */

static bool known(const struct figure_cost *c, enum counter which)
{
    return c->known & 1u << which;
}

bool cost_counted(const struct figure_cost *c, enum counter which)
{
    return known(c, which) && c->per_s[which] > 0;
}

static double per_op(const struct figure_cost *c, enum counter which)
{
    return c->per_s[which] * c->s_per_op;
}

static bool told_per_op(const struct figure_cost *c, const struct figure_cost *beside,
                        enum counter which)
{
    bool two = beside && known(beside, which);
    return isfinite(per_op(c, which)) && (!two || isfinite(per_op(beside, which))) &&
           (per_op(c, which) >= PER_OP_MIN || (two && per_op(beside, which) >= PER_OP_MIN));
}

const char *const cost_units[COST_UNITS] = {"", "per operation", "per second"};

/* Seconds in a second: what documents have in nanoseconds too. */
static double time_share(const struct figure_cost *c, enum counter which)
{
    return c->per_s[which] * (counter_kinds[which].scale < 1 ? 1 : 1e-9);
}

/* "12.00µs/op" */
static void time_per_op(char *out, size_t size, double s)
{
    static const struct {
        double from, scale;
        const char *unit;
    } units[] = {{1, 1, "s"}, {1e-3, 1e3, "ms"}, {1e-6, 1e6, "µs"}, {0, 1e9, "ns"}};
    char number[16];
    size_t i = 0;
    while (i + 1 < sizeof units / sizeof *units && s < units[i].from)
        i++;
    snprintf(out, size, "%s%s/op", text_figure(number, sizeof number, s * units[i].scale),
             units[i].unit);
}

char *cost_value_in(char *out, size_t size, const struct figure_cost *c,
                    const struct figure_cost *beside, enum counter which, enum cost_unit unit)
{
    const struct counter_kind *k = &counter_kinds[which];
    const char *bytes = counter_is_bytes(which) ? "B" : "";
    bool of_operation = unit == COST_PER_OPERATION ||
                        (unit == COST_CHOSEN && !k->time && told_per_op(c, beside, which));
    char number[16];
    if (!known(c, which) || (of_operation && !isfinite(c->s_per_op)))
        text_copy(out, size, "-");
    else if (k->time && of_operation)
        time_per_op(out, size, time_share(c, which) * c->s_per_op);
    else if (k->time)
        snprintf(out, size, "%s %%",
                 text_figure(number, sizeof number, 100 * time_share(c, which)));
    else if (of_operation)
        snprintf(out, size, "%s%s/op", text_figure(number, sizeof number, per_op(c, which)), bytes);
    else
        snprintf(out, size, "%s%s/s", text_figure(number, sizeof number, c->per_s[which]), bytes);
    return out;
}

char *cost_value(char *out, size_t size, const struct figure_cost *c,
                 const struct figure_cost *beside, enum counter which)
{
    return cost_value_in(out, size, c, beside, which, COST_CHOSEN);
}

char *cost_names(char *out, size_t size, uint32_t set)
{
    size_t used = 0;
    *out = '\0';
    for (enum counter i = 0; i < COUNTER_COUNT && used < size; i++)
        if (set & 1u << i)
            used += (size_t)snprintf(out + used, size - used, "%s%s", used ? ", " : "",
                                     counter_kinds[i].name);
    return out;
}

char *cost_reasons(char *out, size_t size, const struct figure_cost *c)
{
    size_t used = 0;
    *out = '\0';
    for (size_t i = 0; i < c->reason_count && cost_counted(c, COUNTER_EXITS) && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s %.0f %%", i ? ", " : "",
                                 c->reasons[i].name,
                                 fmin(999, 100 * c->reasons[i].per_s / c->per_s[COUNTER_EXITS]));
    return out;
}

char *cost_sentence(char *out, size_t size, const struct figure_cost *c,
                    const struct figure_cost *native)
{
    size_t used = 0;
    *out = '\0';
    for (enum counter i = 0; i < COUNTER_COUNT && used < size; i++) {
        char value[16], beside[16], reasons[160] = "";
        bool compared = native && known(native, i);
        if (!cost_counted(c, i) && !(known(c, i) && compared && cost_counted(native, i)))
            continue;
        used += (size_t)snprintf(out + used, size - used, "%s%s %s", used ? "; " : "",
                                 counter_kinds[i].name,
                                 cost_value(value, sizeof value, c, native, i));
        if (compared && used < size)
            used += (size_t)snprintf(out + used, size - used, " [%s]",
                                     cost_value(beside, sizeof beside, native, c, i));
        if (i == COUNTER_EXITS && cost_reasons(reasons, sizeof reasons, c)[0] && used < size)
            used += (size_t)snprintf(out + used, size - used, " (%s)", reasons);
    }
    return out;
}
