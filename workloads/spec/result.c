#include <config.h>

#include "workloads/spec/result.h"

#include "text.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_MAX    64
#define STATUS_MAX 16
#define COPIES_MAX 100000

/* What was found so far, in SPEC's words. */
struct found {
    bool any, time_known, broken;
    const char *other; /* "a second iteration", ...: why this is not the run that was asked for */
    double seconds;
    uint64_t copies;
    char status[STATUS_MAX], why[160];
};

struct piece {
    const char *at;
    size_t length;
};

static const struct {
    const char *status, *means;
} statuses[] = {
    {"CE", "it could not be built"},
    {"RE", "it failed while it ran"},
    {"VE", "its output is not right"},
    {"NR", "it was not run"},
};

static bool is(struct piece p, const char *word)
{
    return p.length == strlen(word) && memcmp(p.at, word, p.length) == 0;
}

/* Takes what stands before the character, and the character, from the front of rest. */
static bool take(struct piece *rest, char end, struct piece *out)
{
    const char *at = memchr(rest->at, end, rest->length);
    if (!at)
        return false;
    *out = (struct piece){rest->at, (size_t)(at - rest->at)};
    rest->at = at + 1;
    rest->length -= out->length + 1;
    return true;
}

static struct piece trim(struct piece p)
{
    while (p.length && (*p.at == ' ' || *p.at == '\t')) {
        p.at++;
        p.length--;
    }
    while (p.length && strchr(" \t\r", p.at[p.length - 1]) && p.at[p.length - 1])
        p.length--;
    return p;
}

/* Digits with at most one dot among them; no sign, exponent, or word. */
static bool number(struct piece p, double max, double *out)
{
    char text[40];
    size_t digits = 0, dots = 0;
    if (p.length >= sizeof text)
        return false;
    for (size_t i = 0; i < p.length; i++) {
        text[i] = p.at[i];
        digits += text[i] >= '0' && text[i] <= '9';
        dots += text[i] == '.';
    }
    text[p.length] = '\0';
    if (!digits || dots > 1 || digits + dots != p.length)
        return false;
    *out = strtod(text, NULL);
    return *out <= max;
}

static void take_field(struct found *f, struct piece field, struct piece value)
{
    double n;
    if (is(field, "valid")) {
        f->broken |= f->status[0] != '\0' || !value.length || value.length >= sizeof f->status;
        text_clean_n(f->status, sizeof f->status, value.at, value.length);
    } else if (is(field, "reported_time")) {
        f->broken |= f->time_known;
        f->time_known = number(value, SPEC_SECONDS_MAX, &f->seconds) && f->seconds > 0;
    } else if (is(field, "copies") && number(value, COPIES_MAX, &n)) {
        f->copies = (uint64_t)n;
    } else if (field.length >= 6 && memcmp(field.at, "errors", 6) == 0 && value.length &&
               !f->why[0]) {
        text_clean_n(f->why, sizeof f->why, value.at, value.length);
    }
}

/* One line; key is the benchmark's name as keys have it. */
static void take_line(struct found *f, struct piece line, const char *key)
{
    struct piece spec, product, results, name, tuning, iteration, field;
    if (!take(&line, '.', &spec) || !is(spec, "spec") || !take(&line, '.', &product) ||
        !(is(product, "cpu2006") || is(product, "cpu2017")) || !take(&line, '.', &results) ||
        !is(results, "results") || !take(&line, '.', &name) || !is(name, key) ||
        !take(&line, '.', &tuning) || !take(&line, '.', &iteration) || !take(&line, ':', &field))
        return;
    if (!is(tuning, "base"))
        f->other = "with another tuning";
    else if (!is(iteration, "000"))
        f->other = "more than once";
    else {
        f->any = true;
        take_field(f, field, trim(line));
    }
}

static int failed(const struct found *f, const char *benchmark, struct error *e)
{
    const char *means = "it is not valid";
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        if (strcmp(f->status, statuses[i].status) == 0)
            means = statuses[i].means;
    return error_set(e, ERROR_SYSTEM, "%s: SPEC says %s, %s%s%s", benchmark,
                     f->status[0] ? f->status : "nothing of its validity", means,
                     f->why[0] ? ": " : "", f->why);
}

int spec_result_parse(const char *text, size_t size, const char *benchmark, struct spec_result *out,
                      struct error *e)
{
    struct found f = {.any = false};
    char key[KEY_MAX];
    if (size > SPEC_RESULT_MAX || !text_copy(key, sizeof key, benchmark))
        return error_set(e, ERROR_DATA, "%.40s: SPEC's result file is too long to be one",
                         benchmark);
    if (strchr(key, '.'))
        *strchr(key, '.') = '_';
    struct piece rest = {text, size}, line;
    while (rest.length) {
        if (!take(&rest, '\n', &line)) {
            line = rest;
            rest.length = 0;
        }
        take_line(&f, line, key);
    }
    if (f.other)
        return error_set(e, ERROR_DATA, "%s: SPEC ran it %s", benchmark, f.other);
    if (!f.any)
        return error_set(e, ERROR_DATA, "%s: SPEC's result file has nothing on it", benchmark);
    if (f.broken)
        return error_set(e, ERROR_DATA, "%s: SPEC's result file contradicts itself", benchmark);
    if (strcmp(f.status, "S") != 0)
        return failed(&f, benchmark, e);
    if (!f.time_known)
        return error_set(e, ERROR_DATA, "%s: SPEC found it right but gives no time", benchmark);
    *out = (struct spec_result){.seconds = f.seconds, .copies = f.copies};
    return 0;
}
