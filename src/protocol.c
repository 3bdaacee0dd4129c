/* protocol.c - reading and writing records.
 *
 * The reader trusts nothing: it walks each byte once, writes only inside the line it was given, and
 * refuses what is not of the grammar instead of repairing it, so that there is one reading of every
 * line. Numbers are read and written in the C locale whatever the program's locale is. */
#include <config.h>

#include "protocol.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool word_byte(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

/* Length of the word at s, not looking beyond end; 0 if there is none or it is too long. */
static size_t word_length(const char *s, const char *end)
{
    size_t n = 0;
    while (s + n < end && word_byte((unsigned char)s[n]))
        if (++n > PROTOCOL_WORD_MAX)
            return 0;
    return n;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

int record_parse(struct record *r, char *line, size_t length, struct error *e)
{
    char *p = line;
    char *end = line + length;

    r->verb = NULL;
    r->field_count = 0;
    size_t verb = word_length(p, end);
    if (verb == 0 || (p + verb < end && p[verb] != ' '))
        return error_set(e, ERROR_GUEST, "a record does not begin with a verb");
    r->verb = p;
    p += verb;
    char *stop = p; /* where the NUL of the last word or value goes */

    while (p < end) {
        /* here *p is the blank before a field */
        p++;
        if (r->field_count == PROTOCOL_FIELDS_MAX)
            return error_set(e, ERROR_GUEST, "a record has more than %d fields",
                             PROTOCOL_FIELDS_MAX);
        size_t key = word_length(p, end);
        if (key == 0 || p + key == end || p[key] != '=')
            return error_set(e, ERROR_GUEST,
                             "a record is malformed at byte %zu: no key=value there",
                             (size_t)(p - line));
        *stop = '\0';
        struct record_field *field = &r->fields[r->field_count];
        field->key = p;
        p += key;
        *p++ = '\0';
        field->value = stop = p;
        while (p < end && *p != ' ') {
            unsigned char c = (unsigned char)*p++;
            if (c < 0x21 || c > 0x7e)
                return error_set(e, ERROR_GUEST, "a record holds a raw byte 0x%02x at byte %zu", c,
                                 (size_t)(p - 1 - line));
            if (c == '%') {
                int high = end - p >= 2 ? hex_digit(p[0]) : -1;
                int low = end - p >= 2 ? hex_digit(p[1]) : -1;
                if (high < 0 || low < 0 || (high == 0 && low == 0))
                    return error_set(e, ERROR_GUEST,
                                     "a record holds a wrong percent code at byte %zu",
                                     (size_t)(p - 1 - line));
                c = (unsigned char)(high << 4 | low);
                p += 2;
            }
            *stop++ = (char)c;
        }
        for (size_t i = 0; i < r->field_count; i++)
            if (strcmp(r->fields[i].key, field->key) == 0)
                return error_set(e, ERROR_GUEST, "a record names the key %s twice", field->key);
        r->field_count++;
    }
    *stop = '\0';
    return 0;
}

const char *record_text(const struct record *r, const char *key)
{
    for (size_t i = 0; i < r->field_count; i++)
        if (strcmp(r->fields[i].key, key) == 0)
            return r->fields[i].value;
    return NULL;
}

static int missing(const char *key, struct error *e)
{
    return error_set(e, ERROR_GUEST, "a record has no %s=", key);
}

int record_u64(const struct record *r, const char *key, uint64_t min, uint64_t max, uint64_t *out,
               struct error *e)
{
    const char *text = record_text(r, key);
    if (!text)
        return missing(key, e);
    uint64_t value = 0;
    bool fits = *text != '\0';
    for (const char *p = text; *p && fits; p++) {
        if (*p < '0' || *p > '9')
            return error_set(e, ERROR_GUEST, "a record's %s= is not a whole number", key);
        uint64_t digit = (uint64_t)(*p - '0');
        fits = value <= (UINT64_MAX - digit) / 10;
        value = value * 10 + digit;
    }
    if (!*text)
        return error_set(e, ERROR_GUEST, "a record's %s= is empty", key);
    if (!fits || value < min || value > max)
        return error_set(e, ERROR_GUEST, "a record's %s= is not between %llu and %llu", key,
                         (unsigned long long)min, (unsigned long long)max);
    *out = value;
    return 0;
}

static const char *digits(const char *p)
{
    while (*p >= '0' && *p <= '9')
        p++;
    return p;
}

/* Is text [-]digits[.digits][e[+-]digits], and not absurdly long? strtod() alone would take
 * blanks, hexadecimal, "inf" and "nan" too. */
static bool is_decimal(const char *text)
{
    if (strlen(text) > 64)
        return false;
    const char *p = text + (*text == '-');
    const char *from = p;
    p = digits(p);
    if (p == from)
        return false;
    if (*p == '.') {
        from = ++p;
        p = digits(p);
        if (p == from)
            return false;
    }
    if (*p == 'e' || *p == 'E') {
        p++;
        p += *p == '+' || *p == '-';
        from = p;
        p = digits(p);
        if (p == from)
            return false;
    }
    return *p == '\0';
}

/* glibc and musl hand out one static object for "C", so this neither allocates nor fails. */
static locale_t c_locale(void)
{
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (c == (locale_t)0)
        BUG("no C locale");
    return c;
}

int record_double(const struct record *r, const char *key, double min, double max, double *out,
                  struct error *e)
{
    const char *text = record_text(r, key);
    if (!text)
        return missing(key, e);
    if (!is_decimal(text))
        return error_set(e, ERROR_GUEST, "a record's %s= is not a number", key);
    locale_t c = c_locale();
    double value = strtod_l(text, NULL, c);
    freelocale(c);
    if (!isfinite(value) || value < min || value > max)
        return error_set(e, ERROR_GUEST, "a record's %s= is not between %g and %g", key, min, max);
    *out = value;
    return 0;
}

static void put(struct record_writer *w, char c)
{
    if (w->length < w->size)
        w->buffer[w->length++] = c;
    else
        w->overflow = true;
}

static void put_word(struct record_writer *w, const char *word)
{
    const char *end = word + strlen(word);
    if (end == word || word_length(word, end) != (size_t)(end - word))
        BUG("a verb or key outside the grammar");
    while (*word)
        put(w, *word++);
}

void record_begin(struct record_writer *w, char *buffer, size_t size, const char *verb)
{
    *w = (struct record_writer){.buffer = buffer, .size = size};
    put_word(w, verb);
}

void record_add_text(struct record_writer *w, const char *key, const char *value)
{
    static const char hex[] = "0123456789ABCDEF";

    if (w->field_count++ == PROTOCOL_FIELDS_MAX) {
        w->overflow = true;
        return;
    }
    put(w, ' ');
    put_word(w, key);
    put(w, '=');
    for (; *value; value++) {
        unsigned char c = (unsigned char)*value;
        if (c >= 0x21 && c <= 0x7e && c != '%') {
            put(w, (char)c);
        } else {
            put(w, '%');
            put(w, hex[c >> 4]);
            put(w, hex[c & 15]);
        }
    }
}

void record_add_u64(struct record_writer *w, const char *key, uint64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    record_add_text(w, key, text);
}

void record_add_double(struct record_writer *w, const char *key, double value)
{
    char text[40];

    if (!isfinite(value))
        return;
    locale_t c = c_locale();
    locale_t before = uselocale(c);
    snprintf(text, sizeof text, "%.17g", value);
    uselocale(before);
    freelocale(c);
    record_add_text(w, key, text);
}

long record_end(struct record_writer *w)
{
    put(w, '\n');
    return w->overflow ? -1 : (long)w->length;
}

int line_reader_init(struct line_reader *r, size_t max)
{
    *r = (struct line_reader){.max = max};
    r->buffer = malloc(max + 1);
    return r->buffer ? 0 : -1;
}

void line_reader_release(struct line_reader *r)
{
    free(r->buffer);
    *r = (struct line_reader){0};
}

size_t line_reader_room(struct line_reader *r, char **where)
{
    if (r->taken > 0) {
        memmove(r->buffer, r->buffer + r->taken, r->length - r->taken);
        r->length -= r->taken;
        r->scanned -= r->taken;
        r->taken = 0;
    }
    *where = r->buffer + r->length;
    return r->max - r->length;
}

void line_reader_fed(struct line_reader *r, size_t bytes)
{
    if (bytes > r->max - r->length)
        BUG("a line reader was fed more than it had room for");
    r->length += bytes;
}

char *line_reader_next(struct line_reader *r, size_t *length)
{
    for (;;) {
        char *newline = memchr(r->buffer + r->scanned, '\n', r->length - r->scanned);
        if (!newline) {
            r->scanned = r->length;
            if (r->skipping)
                r->taken = r->length;
            return NULL;
        }
        char *line = r->buffer + r->taken;
        r->taken = r->scanned = (size_t)(newline - r->buffer) + 1;
        if (r->skipping) {
            r->skipping = false;
            continue;
        }
        *length = (size_t)(newline - line);
        if (*length > 0 && line[*length - 1] == '\r')
            --*length;
        line[*length] = '\0';
        return line;
    }
}

void line_reader_skip(struct line_reader *r)
{
    r->taken = r->scanned = r->length;
    r->skipping = true;
}
