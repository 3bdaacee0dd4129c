#include <config.h>

#include "report/markup.h"

#include "text.h"

#include <stdarg.h>
#include <string.h>

static const char *entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void markup_text(FILE *out, const char *foreign)
{
    char clean[512];
    for (size_t left = strlen(foreign); left;) {
        /* A piece at a time, cut where a character ends; a cleaned byte is two at most. */
        size_t piece = left < sizeof clean / 2 - 1 ? left : sizeof clean / 2 - 1;
        while (piece > 1 && piece < left && ((unsigned char)foreign[piece] & 0xc0) == 0x80)
            piece--;
        text_clean_n(clean, sizeof clean, foreign, piece);
        for (const char *c = clean; *c; c++) {
            const char *name = entity(*c);
            if (name)
                fputs(name, out);
            else
                fputc(*c, out);
        }
        foreign += piece;
        left -= piece;
    }
}

void markup_printf(FILE *out, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    markup_text(out, text);
}

void markup_markdown(FILE *out, const char *foreign)
{
    for (; *foreign; foreign++) {
        if (strchr("\\`*_{}[]<>#|~&", *foreign))
            fputc('\\', out);
        fputc(*foreign, out);
    }
}
