#include <config.h>

#include "ui/clipboard.h"

#include "xalloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char begin[] = "\x1b]52;c;", end[] = "\a";

/* Without the blanks that rows of a screen end in. Returns the length. */
static size_t trim_lines(const char *text, char *out)
{
    size_t used = 0, kept = 0; /* kept: up to the last that is no blank */
    for (; *text; text++) {
        if (*text == '\n')
            used = kept;
        out[used++] = *text;
        if (*text != ' ')
            kept = used;
    }
    while (kept > 0 && (out[kept - 1] == '\n' || out[kept - 1] == ' '))
        kept--;
    return kept;
}

static char *put_base64(const char *bytes, size_t length, char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < length; i += 3) {
        uint32_t three = 0;
        for (size_t k = 0; k < 3; k++)
            three = three << 8 | (i + k < length ? (unsigned char)bytes[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            *out++ = i + k > length ? '=' : digits[three >> (18 - 6 * k) & 63];
    }
    return out;
}

char *clipboard_sequence(const char *text)
{
    size_t length = strlen(text);
    if (length > CLIPBOARD_MAX)
        return NULL;
    char *trimmed = xcalloc(length + 1, 1), *sequence = NULL;
    length = trim_lines(text, trimmed);
    if (length > 0) {
        sequence = xcalloc(sizeof begin + (length + 2) / 3 * 4 + sizeof end, 1);
        memcpy(sequence, begin, sizeof begin - 1);
        memcpy(put_base64(trimmed, length, sequence + sizeof begin - 1), end, sizeof end - 1);
    }
    free(trimmed);
    return sequence;
}
