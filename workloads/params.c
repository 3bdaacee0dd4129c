/* Parameters as text. */
#include <config.h>

#include "text.h"
#include "workloads/catalog.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Parameters as text. Sizes are written with the largest power of 1024 that divides them, so that
 * one value has one text. */

static const char size_suffixes[] = "KMGT";

static size_t size_format(char *out, size_t room, uint64_t bytes)
{
    int suffix = -1;
    while (suffix < 3 && bytes >= 1024 && bytes % 1024 == 0) {
        bytes /= 1024;
        suffix++;
    }
    int length = suffix < 0 ? snprintf(out, room, "%" PRIu64, bytes)
                            : snprintf(out, room, "%" PRIu64 "%c", bytes, size_suffixes[suffix]);
    return (size_t)length;
}

/* A number, for sizes with an optional suffix. False if it is none or does not fit 64 bits. */
static bool number_parse(const char *text, size_t length, bool size, uint64_t *value)
{
    size_t i = 0;
    uint64_t n = 0;
    for (; i < length && text[i] >= '0' && text[i] <= '9'; i++) {
        uint64_t digit = (uint64_t)(text[i] - '0');
        if (n > (UINT64_MAX - digit) / 10)
            return false;
        n = n * 10 + digit;
    }
    if (i == 0)
        return false;
    if (size && i + 1 == length) {
        char upper = text[i] >= 'a' && text[i] <= 'z' ? (char)(text[i] - 'a' + 'A') : text[i];
        const char *suffix = strchr(size_suffixes, upper);
        if (!suffix || !upper)
            return false;
        unsigned shift = 10 * (unsigned)(suffix - size_suffixes + 1);
        if (n > UINT64_MAX >> shift)
            return false;
        n <<= shift;
        i++;
    }
    *value = n;
    return i == length;
}

/* The index of a word among "a|b|c", or -1. */
static int choice_find(const char *choices, const char *word, size_t length)
{
    for (int index = 0;; index++) {
        size_t n = strcspn(choices, "|");
        if (n == length && memcmp(choices, word, n) == 0)
            return index;
        if (!choices[n])
            return -1;
        choices += n + 1;
    }
}

static size_t choice_format(char *out, size_t room, const char *choices, uint64_t index)
{
    while (index-- && strchr(choices, '|'))
        choices = strchr(choices, '|') + 1;
    int length = snprintf(out, room, "%.*s", (int)strcspn(choices, "|"), choices);
    return (size_t)length;
}

static size_t value_format(char *out, size_t room, const struct param *p, uint64_t value)
{
    switch (p->type) {
    case PARAM_SIZE:
        return size_format(out, room, value);
    case PARAM_CHOICE:
        return choice_format(out, room, p->choices, value);
    case PARAM_COUNT:
        break;
    }
    return (size_t)snprintf(out, room, "%" PRIu64, value);
}

static int value_parse(const struct workload *w, const struct param *p, const char *text,
                       size_t length, uint64_t *value, struct error *e)
{
    char shown[PARAMS_TEXT];
    snprintf(shown, sizeof shown, "%.*s", length < 40 ? (int)length : 40, text);
    if (p->type == PARAM_CHOICE) {
        int index = choice_find(p->choices, text, length);
        if (index < 0)
            return error_set(e, ERROR_USAGE, "parameter %s of %s must be one of %s, not \"%s\"",
                             p->name, w->id, p->choices, shown);
        *value = (uint64_t)index;
        return 0;
    }
    char low[32], high[32];
    value_format(low, sizeof low, p, p->min);
    value_format(high, sizeof high, p, p->max);
    if (!number_parse(text, length, p->type == PARAM_SIZE, value))
        return error_set(e, ERROR_USAGE,
                         "parameter %s of %s must be a %s from %s to %s, not \"%s\"", p->name,
                         w->id, p->type == PARAM_SIZE ? "size such as 512, 64K or 8M" : "number",
                         low, high, shown);
    if (*value < p->min || *value > p->max)
        return error_set(e, ERROR_USAGE, "parameter %s=%s of %s is outside its range %s to %s",
                         p->name, shown, w->id, low, high);
    return 0;
}

static int param_unknown(const struct workload *w, const char *name, size_t length, struct error *e)
{
    char word[PARAMS_TEXT];
    snprintf(word, sizeof word, "%.*s", length < 40 ? (int)length : 40, name);
    if (!w->params || !w->params[0].name)
        return error_set(e, ERROR_USAGE, "%s has no parameters; \"%s\" was given", w->id, word);
    const char *names[PARAMS_MAX + 1] = {NULL};
    char all[PARAMS_TEXT] = "";
    size_t used = 0;
    for (size_t i = 0; w->params[i].name; i++) {
        names[i] = w->params[i].name;
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", i ? ", " : "", names[i]);
    }
    const char *near = text_nearest(word, names);
    if (near)
        return error_set(e, ERROR_USAGE, "%s has no parameter \"%s\"; did you mean \"%s\"?", w->id,
                         word, near);
    return error_set(e, ERROR_USAGE, "%s has no parameter \"%s\"; it has: %s", w->id, word, all);
}

int params_parse(const struct workload *w, const char *text, uint64_t values[PARAMS_MAX],
                 struct error *e)
{
    bool given[PARAMS_MAX] = {false};
    for (size_t i = 0; i < PARAMS_MAX; i++)
        values[i] = 0;
    for (size_t i = 0; w->params && w->params[i].name; i++)
        values[i] = w->params[i].initial;

    for (text += strspn(text, " ,"); *text; text += strspn(text, " ,")) {
        size_t length = strcspn(text, " ,");
        size_t name = strcspn(text, "= ,");
        size_t i = 0;
        while (w->params && w->params[i].name &&
               !(strlen(w->params[i].name) == name && memcmp(w->params[i].name, text, name) == 0))
            i++;
        if (!w->params || !w->params[i].name)
            return param_unknown(w, text, name, e);
        const struct param *p = &w->params[i];
        if (name == length)
            return error_set(e, ERROR_USAGE, "parameter %s of %s has no value; write %s=VALUE",
                             p->name, w->id, p->name);
        if (given[i])
            return error_set(e, ERROR_USAGE, "parameter %s of %s is given twice", p->name, w->id);
        given[i] = true;
        if (value_parse(w, p, text + name + 1, length - name - 1, &values[i], e) < 0)
            return -1;
        text += length;
    }
    return 0;
}

size_t params_find(const struct workload *w, const char *name)
{
    for (size_t i = 0; w->params && w->params[i].name; i++)
        if (strcmp(w->params[i].name, name) == 0)
            return i;
    return PARAMS_MAX;
}

uint64_t params_value(const struct workload *w, const char *text, const char *name,
                      uint64_t otherwise)
{
    uint64_t values[PARAMS_MAX];
    size_t i = w ? params_find(w, name) : PARAMS_MAX;
    return i < PARAMS_MAX && params_parse(w, text, values, NULL) == 0 ? values[i] : otherwise;
}

#define SECTOR 512

int params_fit(const struct workload *w, const uint64_t values[PARAMS_MAX], struct error *e)
{
    for (size_t i = 0; w->params && w->params[i].name; i++) {
        const struct param *p = &w->params[i];
        uint64_t grain = values[i] < p->grain ? SECTOR : p->grain;
        char value[32], whole[32];
        if (strcmp(p->name, "sync") == 0 && values[i] && w->disk && !(w->disk & DISK_WRITES)) {
            choice_format(value, sizeof value, p->choices, values[i]);
            return error_set(e, ERROR_USAGE,
                             "%s: %s=%s counts the flush of what was written, and this has none",
                             w->id, p->name, value);
        }
        size_format(value, sizeof value, values[i]);
        if (p->grain && values[i] % grain) {
            size_format(whole, sizeof whole, grain);
            return error_set(e, ERROR_USAGE, "%s: %s=%s is no multiple of %s", w->id, p->name,
                             value, whole);
        }
        for (size_t k = 0; p->multiple && w->params[k].name; k++)
            if (strcmp(w->params[k].name, p->multiple) == 0 && values[i] % values[k]) {
                size_format(whole, sizeof whole, values[k]);
                return error_set(e, ERROR_USAGE, "%s: %s=%s is no multiple of %s=%s", w->id,
                                 p->name, value, p->multiple, whole);
            }
    }
    return 0;
}

const struct param *params_each(const struct workload *w, const char *text)
{
    const struct param *p = w->params;
    while (p && p->name && !p->each)
        p++;
    if (!p || !p->name)
        return NULL;
    for (text += strspn(text, " ,"); *text; text += strspn(text, " ,")) {
        size_t name = strcspn(text, "= ,");
        if (strlen(p->name) == name && memcmp(p->name, text, name) == 0)
            return NULL;
        text += strcspn(text, " ,");
    }
    return p;
}

void param_word(const struct param *p, uint64_t value, char *out, size_t size)
{
    choice_format(out, size, p->choices, value);
}

void params_format(const struct workload *w, const uint64_t values[PARAMS_MAX],
                   char out[PARAMS_TEXT])
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; w->params && w->params[i].name; i++) {
        used += (size_t)snprintf(out + used, PARAMS_TEXT - used, "%s%s=", i ? " " : "",
                                 w->params[i].name);
        if (used >= PARAMS_TEXT)
            BUG("the parameters of a workload do not fit PARAMS_TEXT");
        used += value_format(out + used, PARAMS_TEXT - used, &w->params[i], values[i]);
        if (used >= PARAMS_TEXT)
            BUG("the parameters of a workload do not fit PARAMS_TEXT");
    }
}

bool params_same_server(const struct workload *w, const uint64_t a[PARAMS_MAX],
                        const uint64_t b[PARAMS_MAX])
{
    for (size_t i = 0; w->params && w->params[i].name; i++)
        if (!w->params[i].load && a[i] != b[i])
            return false;
    return true;
}
