#include <config.h>

#include "workloads/database/sysbench_output.h"

#include "text.h"
#include "workloads/database/mix.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NUMBER_MAX  1e15
#define SECONDS_MAX 1e6
#define TPS_MAX     1e9
/* Of a histogram in all: each is recorded by itself. */
#define EVENTS_MAX UINT64_C(20000000)

/* The lines at the end, each with one number behind its label. */
enum line {
    LINE_READ,
    LINE_WRITE,
    LINE_OTHER,
    LINE_TOTAL,
    LINE_TRANSACTIONS,
    LINE_ERRORS,
    LINE_RECONNECTS,
    LINE_TIME,
    LINE_EVENTS,
    LINE_MIN,
    LINE_AVG,
    LINE_MAX,
    LINE_P95,
    LINE_COUNT,
};
static const char *const labels[LINE_COUNT] = {
    [LINE_READ] = "read:",
    [LINE_WRITE] = "write:",
    [LINE_OTHER] = "other:",
    [LINE_TOTAL] = "total:",
    [LINE_TRANSACTIONS] = "transactions:",
    [LINE_ERRORS] = "ignored errors:",
    [LINE_RECONNECTS] = "reconnects:",
    [LINE_TIME] = "total time:",
    [LINE_EVENTS] = "total number of events:",
    [LINE_MIN] = "min:",
    [LINE_AVG] = "avg:",
    [LINE_MAX] = "max:",
    [LINE_P95] = "95th percentile:",
};

/* A line that is read from left to right; it need not end with a zero byte. */
struct cursor {
    const char *at, *end;
};

static void skip_blanks(struct cursor *c)
{
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\t'))
        c->at++;
}

static bool skip_word(struct cursor *c, const char *word)
{
    size_t n = strlen(word);
    if ((size_t)(c->end - c->at) < n || memcmp(c->at, word, n) != 0)
        return false;
    c->at += n;
    return true;
}

static bool digit(const struct cursor *c)
{
    return c->at < c->end && *c->at >= '0' && *c->at <= '9';
}

/* Digits, and a fraction of them; neither sign nor exponent, in no locale. */
static bool take_number(struct cursor *c, double *out)
{
    double value = 0, place = 1;
    skip_blanks(c);
    if (!digit(c))
        return false;
    for (; digit(c) && value < NUMBER_MAX; c->at++)
        value = value * 10 + (*c->at - '0');
    if (c->at < c->end && *c->at == '.')
        for (c->at++; digit(c); c->at++)
            value += (*c->at - '0') * (place /= 10);
    *out = value;
    return value < NUMBER_MAX;
}

void sysbench_report_init(struct sysbench_report *r, struct histogram *latency)
{
    *r = (struct sysbench_report){.latency = latency};
}

/* [ 1s ] thds: 2 tps: 606.40 qps: 12156.49 (r/w/o: ...) lat (ms,95%): 6.91 err/s: ... */
static bool interval_line(struct sysbench_report *r, struct cursor c)
{
    double ignored, seconds, tps, p95;
    const char *latency = "lat (ms,95%):";
    if (!skip_word(&c, "[") || !take_number(&c, &seconds) || !skip_word(&c, "s ] thds:") ||
        !take_number(&c, &ignored) || !skip_word(&c, " tps:") || !take_number(&c, &tps))
        return false;
    const char *at = memmem(c.at, (size_t)(c.end - c.at), latency, strlen(latency));
    if (!at)
        return false;
    c.at = at + strlen(latency);
    if (!take_number(&c, &p95))
        return false;
    if (seconds <= r->so_far_s || seconds > SECONDS_MAX || tps > TPS_MAX)
        return false;
    r->intervals++;
    r->so_far += tps * (seconds - r->so_far_s);
    r->so_far_s = seconds;
    r->interval_tps = tps;
    r->interval_p95_ms = p95;
    return true;
}

/* 1.608 |**        1 */
static void histogram_line(struct sysbench_report *r, struct cursor c)
{
    double ms, count;
    bool row = take_number(&c, &ms) && skip_word(&c, " |");
    while (row && c.at < c.end && *c.at == '*')
        c.at++;
    if (!row || !take_number(&c, &count)) {
        r->in_histogram = false;
        return;
    }
    if (count > (double)(EVENTS_MAX - r->histogram_events))
        return; /* the sum will not be right */
    r->histogram_events += (uint64_t)count;
    for (uint64_t i = 0; r->latency && i < (uint64_t)count; i++)
        histogram_record(r->latency, (uint64_t)(ms * 1e6));
}

static void keep(struct sysbench_report *r, enum line line, double value)
{
    uint64_t *const counts[LINE_COUNT] = {
        [LINE_READ] = &r->reads,
        [LINE_WRITE] = &r->writes,
        [LINE_OTHER] = &r->others,
        [LINE_TOTAL] = &r->queries,
        [LINE_TRANSACTIONS] = &r->transactions,
        [LINE_ERRORS] = &r->errors,
        [LINE_RECONNECTS] = &r->reconnects,
        [LINE_EVENTS] = &r->events,
    };
    double *const reals[LINE_COUNT] = {
        [LINE_TIME] = &r->total_s, [LINE_MIN] = &r->min_ms, [LINE_AVG] = &r->avg_ms,
        [LINE_MAX] = &r->max_ms,   [LINE_P95] = &r->p95_ms,
    };
    r->twice |= r->seen >> line & 1;
    r->seen |= 1u << line;
    if (counts[line])
        *counts[line] = (uint64_t)value;
    else
        *reals[line] = value;
}

bool sysbench_report_line(struct sysbench_report *r, const char *line, size_t length)
{
    static const char histogram[] = "Latency histogram (values are in milliseconds)";
    struct cursor c = {line, line + length};
    double value;
    if (interval_line(r, c))
        return true;
    skip_blanks(&c);
    struct cursor words = c;
    if (!r->version[0] && skip_word(&words, "sysbench ")) {
        size_t n = 0;
        while (words.at + n < words.end && words.at[n] != ' ' && n + 1 < sizeof r->version)
            n++;
        text_clean_n(r->version, sizeof r->version, words.at, n);
    } else if (!r->fatal[0] && skip_word(&words, "FATAL: ")) {
        text_clean_n(r->fatal, sizeof r->fatal, words.at, (size_t)(words.end - words.at));
    } else if (skip_word(&words, histogram)) {
        r->in_histogram = true;
    } else if (r->in_histogram && !skip_word(&words, "value ")) {
        histogram_line(r, c);
    }
    for (size_t i = 0; i < LINE_COUNT; i++) {
        words = c;
        if (skip_word(&words, labels[i]) && take_number(&words, &value))
            keep(r, (enum line)i, value);
    }
    return false;
}

int sysbench_report_known(const struct sysbench_report *r, struct error *e)
{
    if (!r->version[0])
        return error_set(e, ERROR_SYSTEM, "sysbench did not say which version it is");
    if (strncmp(r->version, MIX_LOAD_KNOWN, strlen(MIX_LOAD_KNOWN)) != 0)
        return error_set(
            e, ERROR_SYSTEM,
            "this is sysbench %s, whose output is not known here: install " MIX_LOAD_KNOWN
            "x (Debian: sysbench)",
            r->version);
    return 0;
}

/* An error that is ignored is a deadlock: its transaction is begun again, and what it had sent by
 * then is counted with the others. */
static bool of_mix(const struct sysbench_report *r, uint64_t count, uint64_t each)
{
    uint64_t whole = each * r->transactions;
    return count >= whole && count - whole <= each * r->errors;
}

/* A write that found its row as it was to become counts as an other one for sysbench. */
static bool sums_agree(const struct sysbench_report *r)
{
    return r->events == r->transactions && r->histogram_events == r->events &&
           r->queries == r->reads + r->writes + r->others && of_mix(r, r->reads, MIX_READS) &&
           of_mix(r, r->writes + r->others, MIX_WRITES + MIX_OTHERS) &&
           r->others >= MIX_OTHERS * r->transactions && r->min_ms <= r->avg_ms &&
           r->avg_ms <= r->max_ms;
}

int sysbench_report_check(const struct sysbench_report *r, struct error *e)
{
    if (sysbench_report_known(r, e) < 0)
        return -1;
    if (r->fatal[0])
        return error_set(e, ERROR_SYSTEM, "sysbench failed: %s", r->fatal);
    for (size_t i = 0; i < LINE_COUNT; i++)
        if (!(r->seen >> i & 1))
            return error_set(e, ERROR_SYSTEM,
                             "sysbench %s left its report without \"%s\": is it the one that "
                             "Debian has?",
                             r->version, labels[i]);
    if (r->twice)
        return error_set(e, ERROR_SYSTEM, "sysbench %s reported something twice", r->version);
    if (r->transactions == 0 || !(r->total_s > 0))
        return error_set(e, ERROR_SYSTEM,
                         "no transaction ended in the slot: give it more time with --seconds");
    if (r->reconnects > 0)
        return error_set(e, ERROR_SYSTEM, "the database lost its connections in the slot");
    if (!sums_agree(r))
        return error_set(e, ERROR_SYSTEM,
                         "the sums in sysbench's report do not agree: %llu transactions, %llu "
                         "reads, %llu writes, %llu others",
                         (unsigned long long)r->transactions, (unsigned long long)r->reads,
                         (unsigned long long)r->writes, (unsigned long long)r->others);
    return 0;
}
