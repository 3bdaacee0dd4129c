#include <config.h>

#include "workloads/cint/interpreter/pattern.h"

#include "workloads/workload.h"

const char *const pattern_sources[PATTERNS] = {
    "^[b-df-h][aeiou].*[aeiou]$",
    "an+[aeiou]",
    "^.?.?[aeiou]+[^aeiou][aeiou]+[^aeiou]*$",
    "r.*[st]o?.*n",
    "[ae]l?m*$",
    "^s.*[^r]a [k-t].*e[aeiou]*[a-m]$",
};

WORK_TIMED static inline uint32_t letter_bit(uint8_t c)
{
    return c == ' ' ? UINT32_C(1) << 26 : UINT32_C(1) << (c - 'a');
}

/* One letter, dot or set at *source, which goes on behind it. */
static uint32_t pattern_set(const char **source)
{
    const uint32_t all = (UINT32_C(1) << 27) - 1;
    char c = *(*source)++;
    if (c == '.')
        return all;
    if (c != '[')
        return letter_bit((uint8_t)c);
    bool inverted = **source == '^';
    *source += inverted;
    uint32_t set = 0;
    while (**source != ']') {
        char from = *(*source)++, to = from;
        if (**source == '-') {
            to = (*source)[1];
            *source += 2;
        }
        for (; from <= to; from++)
            set |= letter_bit((uint8_t)from);
    }
    ++*source;
    return inverted ? all & ~set : set;
}

void pattern_compile(struct pattern *p, const char *source)
{
    p->count = 0;
    p->to_end = false;
    p->from_start = *source == '^';
    source += p->from_start;
    while (*source) {
        if (*source == '$') {
            p->to_end = true;
            return;
        }
        struct element *e = &p->element[p->count++];
        e->set = pattern_set(&source);
        e->min = *source != '*' && *source != '?';
        e->max = *source == '*' || *source == '+' ? UINT8_MAX : 1;
        source += *source == '*' || *source == '+' || *source == '?';
    }
}

/* Elements from number i on, at the string's place. */
WORK_TIMED static bool match_here(const struct pattern *p, unsigned i, const uint8_t *at,
                                  const uint8_t *end)
{
    if (i == p->count)
        return !p->to_end || at == end;
    const struct element *e = &p->element[i];
    unsigned most = 0;
    while (at + most < end && most < e->max && e->set & letter_bit(at[most]))
        most++;
    for (unsigned n = most + 1; n-- > e->min;)
        if (match_here(p, i + 1, at + n, end))
            return true;
    return false;
}

WORK_TIMED bool pattern_match(const struct pattern *p, const uint8_t *bytes, unsigned length)
{
    for (unsigned from = 0; from <= (p->from_start ? 0 : length); from++)
        if (match_here(p, 0, bytes + from, bytes + length))
            return true;
    return false;
}

/* Bit i is set where element i may come next. */
bool pattern_match_at_once(const struct pattern *p, const uint8_t *bytes, unsigned length)
{
    uint32_t here = 1, last = UINT32_C(1) << p->count;
    for (unsigned at = 0;; at++) {
        if (at && !p->from_start)
            here |= 1;
        for (unsigned i = 0; i < p->count; i++) /* elements that may be left out */
            if (here >> i & 1 && p->element[i].min == 0)
                here |= UINT32_C(2) << i;
        if (here & last && (!p->to_end || at == length))
            return true;
        if (at == length)
            return false;
        uint32_t next = 0;
        for (unsigned i = 0; i < p->count; i++) {
            const struct element *e = &p->element[i];
            if (!(here >> i & 1) || !(e->set & letter_bit(bytes[at])))
                continue;
            next |= UINT32_C(2) << i;
            if (e->max > 1)
                next |= UINT32_C(1) << i;
        }
        here = next;
    }
}
