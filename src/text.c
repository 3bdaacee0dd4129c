/* text.c - foreign bytes made safe to show, and small string helpers.
 *
 * What a terminal does with a character is decided by tables of its own, so this file has one too
 * and asks neither the locale nor the C library: the same text gives the same cells in the C
 * locale, in the static agent and in a test. A character is shown only if the table knows it.
 * Numbers are put together from integers for the same reason: no locale's decimal comma. */
#include <config.h>

#include "text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define REPLACEMENT 0xb7u
/* Marks on one base character; more is not writing but a way to draw over other lines. */
#define MARKS_MAX 3

enum text_class {
    CLASS_NARROW,
    CLASS_COMBINING,
    CLASS_WIDE,
    CLASS_HIDDEN,
};

static const uint32_t ranges[] = {
#include "text_ranges.h"
};

static enum text_class class_of(uint32_t code)
{
    size_t low = 0;
    size_t high = sizeof ranges / sizeof ranges[0];
    if (code > 0x10ffff)
        return CLASS_HIDDEN;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (ranges[middle] >> 2 <= code)
            low = middle;
        else
            high = middle;
    }
    return (enum text_class)(ranges[low] & 3);
}

size_t text_decode(const char *s, size_t length, uint32_t *code)
{
    const unsigned char *p = (const unsigned char *)s;
    size_t n;
    uint32_t c = p[0];
    uint32_t least;

    if (c < 0x80) {
        *code = c;
        return 1;
    }
    if (c >= 0xc2 && c <= 0xdf)
        n = 2, c &= 0x1f, least = 0x80;
    else if (c >= 0xe0 && c <= 0xef)
        n = 3, c &= 0x0f, least = 0x800;
    else if (c >= 0xf0 && c <= 0xf4)
        n = 4, c &= 0x07, least = 0x10000;
    else
        return 0;
    if (length < n)
        return 0;
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (p[i] & 0x3f);
    }
    if (c < least || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return 0;
    *code = c;
    return n;
}

size_t text_encode(uint32_t code, char out[4])
{
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        code = REPLACEMENT;
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = n; --i > 0; code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3f));
    out[0] = (char)(0xf00u >> n | code);
    return n;
}

int text_width(uint32_t code)
{
    /* What screens are made of is most of what is asked for: ASCII, Latin, box drawing, braille. */
    if ((code >= 0x20 && code < 0x7F) || (code > 0xAD && code < 0x300) ||
        (code >= 0x2500 && code < 0x25FD) || (code >= 0x2800 && code < 0x2900))
        return 1;
    switch (class_of(code)) {
    case CLASS_COMBINING:
        return 0;
    case CLASS_WIDE:
        return 2;
    case CLASS_NARROW:
    case CLASS_HIDDEN: /* stands as the replacement */
        break;
    }
    return 1;
}

char *text_clean_n(char *out, size_t size, const char *foreign, size_t length)
{
    size_t used = 0;
    int marks = MARKS_MAX; /* as if full, so that a mark cannot come first */

    for (size_t i = 0; i < length;) {
        uint32_t code;
        size_t n = text_decode(foreign + i, length - i, &code);
        enum text_class class = n ? class_of(code) : CLASS_HIDDEN;
        if (class == CLASS_COMBINING && marks++ >= MARKS_MAX)
            class = CLASS_HIDDEN;
        if (class == CLASS_HIDDEN)
            code = REPLACEMENT;
        if (class != CLASS_COMBINING)
            marks = class == CLASS_HIDDEN ? MARKS_MAX : 0;
        i += n ? n : 1;

        char bytes[4];
        n = text_encode(code, bytes);
        if (used + n >= size)
            break;
        memcpy(out + used, bytes, n);
        used += n;
    }
    out[used] = '\0';
    return out;
}

char *text_clean(char *out, size_t size, const char *foreign)
{
    return text_clean_n(out, size, foreign, strlen(foreign));
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

#define NEAREST_MAX 64

/* Number of letters to insert, drop, change or swap with the neighbour to turn a into b; capitals
 * do not count. Words longer than NEAREST_MAX are far from everything. */
static size_t distance(const char *a, const char *b)
{
    size_t rows[3][NEAREST_MAX + 1];
    size_t length = strlen(b);
    if (length > NEAREST_MAX || strlen(a) > NEAREST_MAX)
        return SIZE_MAX;

    size_t *before = rows[0];
    size_t *last = rows[1];
    size_t *now = rows[2];
    for (size_t j = 0; j <= length; j++)
        now[j] = before[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t *spare = before;
        before = last;
        last = now;
        now = spare;
        now[0] = i;
        for (size_t j = 1; j <= length; j++) {
            char x = lower(a[i - 1]);
            char y = lower(b[j - 1]);
            size_t best = last[j - 1] + (x != y);
            if (last[j] + 1 < best)
                best = last[j] + 1;
            if (now[j - 1] + 1 < best)
                best = now[j - 1] + 1;
            if (i > 1 && j > 1 && x == lower(b[j - 2]) && lower(a[i - 2]) == y &&
                before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            now[j] = best;
        }
    }
    return now[length];
}

const char *text_nearest(const char *word, const char *const *words)
{
    const char *nearest = NULL;
    size_t length = strlen(word);
    size_t best = (length < 3 ? 1 : length / 3) + 1;
    const char *begun = NULL; /* the word is the begin of it, and of no other */
    size_t begun_count = 0;

    for (; *words; words++) {
        size_t d = distance(word, *words);
        if (length >= 3 && strncmp(word, *words, length) == 0) {
            begun = *words;
            begun_count++;
        }
        /* a word of which no letter remains is not near, however short it is */
        if (d < best && d < length) {
            best = d;
            nearest = *words;
        }
    }
    return nearest ? nearest : begun_count == 1 ? begun : NULL;
}

bool text_copy(char *out, size_t size, const char *from)
{
    size_t length = strlen(from);
    size_t n = length < size ? length : size - 1;
    memmove(out, from, n);
    out[n] = '\0';
    return n == length;
}

bool text_u64(const char *text, uint64_t max, uint64_t *out)
{
    uint64_t value = 0;
    const char *p = text;
    for (; *p >= '0' && *p <= '9'; p++) {
        uint64_t digit = (uint64_t)(*p - '0');
        if (value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    if (p == text || *p || value > max)
        return false;
    *out = value;
    return true;
}

char *text_chosen(char *text)
{
    char *open = strchr(text, '['), *close = open ? strchr(open, ']') : NULL;
    if (!close)
        return NULL;
    *close = '\0';
    return open + 1;
}

bool text_glob(const char *pattern, const char *name)
{
    const char *star = NULL; /* the last * seen, and where the name stood then */
    const char *retry = name;

    while (*name) {
        if (*pattern == '*') {
            star = pattern++;
            retry = name;
        } else if (*pattern == '?' || *pattern == *name) {
            pattern++;
            name++;
        } else if (star) {
            pattern = star + 1;
            name = ++retry;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

void text_wrap(FILE *out, const char *text, int column, int indent)
{
    bool first = true;
    for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
        size_t bytes = strcspn(text, " ");
        int wide = 0;
        for (size_t i = 0; i < bytes;) {
            uint32_t code;
            size_t n = text_decode(text + i, bytes - i, &code);
            wide += n ? text_width(code) : 1;
            i += n ? n : 1;
        }
        if (!first && column + 1 + wide > 79) {
            fprintf(out, "\n%*s", indent, "");
            column = indent;
            first = true;
        }
        column += wide + !first;
        fprintf(out, "%s%.*s", first ? "" : " ", (int)bytes, text);
        first = false;
        text += bytes;
    }
    fputc('\n', out);
}

/* value (not negative, below 2^53 after scaling) with so many decimals, no locale's comma. */
static void decimal(char *out, size_t size, double value, int decimals, const char *suffix)
{
    unsigned long long scale = 1;
    for (int i = 0; i < decimals; i++)
        scale *= 10;
    unsigned long long n = (unsigned long long)(value * (double)scale + 0.5);
    if (decimals == 0)
        snprintf(out, size, "%llu%s", n, suffix);
    else
        snprintf(out, size, "%llu.%0*llu%s", n / scale, decimals, n % scale, suffix);
}

char *text_bytes(char *out, size_t size, uint64_t bytes)
{
    static const char *const units[] = {" B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"};
    size_t unit = 0;
    double value = (double)bytes;
    while (value >= 1024.0 && unit + 1 < sizeof units / sizeof units[0]) {
        value /= 1024.0;
        unit++;
    }
    /* one decimal below 100 unless it is a zero; 1023.96 must not become 1024.0 */
    if (value >= 1023.5 && unit > 0 && unit + 1 < sizeof units / sizeof units[0]) {
        value = 1.0;
        unit++;
    }
    double tenths = floor(value * 10.0 + 0.5);
    int decimals = value < 99.95 && fmod(tenths, 10.0) > 0.0 ? 1 : 0;
    decimal(out, size, value, decimals, units[unit]);
    return out;
}

char *text_duration(char *out, size_t size, double seconds)
{
    if (!(seconds >= 0.0 && seconds < 1e9)) {
        text_copy(out, size, "?");
        return out;
    }
    unsigned long s = (unsigned long)(seconds + 0.5);
    if (s < 3600)
        snprintf(out, size, "%lu:%02lu", s / 60, s % 60);
    else
        snprintf(out, size, "%lu:%02lu:%02lu", s / 3600, s / 60 % 60, s % 60);
    return out;
}

char *text_figure(char *out, size_t size, double value)
{
    static const char *const suffixes[] = {"", "k", "M", "G", "T", "P", "E"};
    char text[32];
    double v = fabs(value);
    bool negative = value < 0.0;
    /* columns for digits and point; a sign takes one away */
    int digits = negative ? 3 : 4;
    size_t unit = 0;

    if (isnan(value)) {
        text_copy(out, size, "?");
        return out;
    }
    if (v < (negative ? 0.005 : 0.0005)) {
        /* what would round to 0.000 says its size instead */
        int exponent = v >= 1e-9 ? (int)floor(log10(v)) : 0;
        int leading = v >= 1e-9 ? (int)(v / pow(10.0, exponent) + 0.5) : 0;
        if (leading == 10) {
            leading = 1;
            exponent++;
        }
        if (leading > 0)
            snprintf(text, sizeof text, "%de%d", leading, exponent);
        else {
            text_copy(text, sizeof text, "0");
            negative = false;
        }
    } else {
        double plain_limit = negative ? 999.5 : 99999.5;
        while (v >= (unit ? 999.5 : plain_limit) && unit + 1 < sizeof suffixes / sizeof *suffixes) {
            v /= 1000.0;
            unit++;
        }
        if (unit && v >= 9999.5)
            text_copy(text, sizeof text, "huge");
        else {
            if (unit)
                digits--;
            /* Digits before the point after rounding to what is left: 9.996 has two. */
            int whole = 1;
            double limit = 10.0;
            int decimals = digits - 1;
            while (decimals > 0 && v + 0.5 * pow(10.0, -decimals) >= limit) {
                whole++;
                limit *= 10.0;
                decimals = digits - whole;
            }
            if (decimals < 0)
                decimals = 0;
            decimal(text, sizeof text, v, decimals, suffixes[unit]);
        }
    }
    snprintf(out, size, "%s%s", negative ? "-" : "", text);
    return out;
}

void text_put_ascii(FILE *out, const char *text)
{
    static const struct {
        uint32_t code;
        const char *ascii;
    } table[] = {{0xb5, "u"},    {0x3bc, "u"},      {0x2191, "^"},  {0x2193, "v"}, {0x2190, "<"},
                 {0x2192, ">"},  {0x21b5, "Enter"}, {0xd7, "x"},    {0x2013, "-"}, {0x2014, "-"},
                 {0x2265, ">="}, {0x2264, "<="},    {0x2026, "..."}};
    for (size_t length = strlen(text); length;) {
        uint32_t code = 0;
        size_t n = text_decode(text, length, &code), i = 0;
        while (i < sizeof table / sizeof *table && table[i].code != code)
            i++;
        if (n == 1)
            fputc(*text, out);
        else
            fputs(n && i < sizeof table / sizeof *table ? table[i].ascii : "?", out);
        n = n ? n : 1;
        text += n;
        length -= n;
    }
}

bool text_in_list(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = list; at && *at; at += strcspn(at, ","), at += *at == ',')
        if (strcspn(at, ",") == length && strncmp(at, word, length) == 0)
            return true;
    return false;
}
