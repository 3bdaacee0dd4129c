#include <config.h>

#include "tests/unit/sequences.h"

#include "tests/fixture_board.h"
#include "tests/unit/unit.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BODY_MAX 48

static _Noreturn void stranger(const char *what, const char *out, size_t length, size_t at)
{
    char shown[3 * 24 + 1] = "";
    for (size_t i = 0; i < 24 && at + i < length; i++)
        snprintf(shown + 3 * i, 4, "%02x ", (unsigned char)out[at + i]);
    fail_msg("%s at byte %zu of %zu: %s", what, at, length, shown);
    abort();
}

static bool among(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(word, *list) == 0)
            return true;
    return false;
}

/* Numbers, at most so many, parted by semicolons. */
static bool numbers(const char *body, size_t most)
{
    size_t count = *body != '\0';
    for (const char *p = body; *p; p++) {
        if (!(*p >= '0' && *p <= '9') && *p != ';')
            return false;
        count += *p == ';';
    }
    return count <= most;
}

/* Attributes and colours of themes. Not blinking, hidden, italic or struck out. */
static bool attributes(const char *body, bool by_curses)
{
    for (const char *p = body; *p;) {
        char *end;
        long n = strtol(p, &end, 10), kind = 0;
        bool color = n == 38 || n == 48;
        size_t more = 0;
        if (color) { /* 38;5;n, 38;2;r;g;b, or with colons and an empty colour space */
            char by = *end;
            if (by != ';' && by != ':')
                return false;
            kind = strtol(end + 1, &end, 10);
            more = kind == 5 ? 1 : kind == 2 ? by == ':' ? 4 : 3 : 0;
            if (more == 0)
                return false;
            for (; more > 0; more--) {
                if (*end != by)
                    return false;
                n = strtol(end + 1, &end, 10);
                if (n < 0 || n > 255)
                    return false;
            }
        } else if (!(n == 0 || n == 1 || n == 2 || n == 4 || n == 7 || n == 22 || n == 24 ||
                     n == 27 || (n >= 30 && n <= 37) || n == 39 || (n >= 40 && n <= 47) ||
                     n == 49 || (n >= 90 && n <= 97) || (n >= 100 && n <= 107) ||
                     (by_curses && (n == 10 || n == 11)))) {
            return false;
        }
        if (*end == ';')
            end++;
        else if (*end)
            return false;
        p = end;
    }
    return true;
}

/* What stands between ESC [ and the last byte, and that. */
static bool ours(const char *body, char last, bool by_curses)
{
    /* keys' own, wrapping, the cursor's looks, the mouse's clicks, the other screen, a frame's
     * begin and end, inserting, the cursor's looks once more */
    static const char *const modes[] = {"?1",    "?7",    "?12",   "?25",        "?12;25",
                                        "?1000", "?1002", "?1006", "?1006;1000", "?1049",
                                        "?2026", "4",     "34",    NULL};
    static const char *const title[] = {"22;0;0", "23;0;0", NULL}; /* keep it, give it back */
    static const char *const shape[] = {"?0", "?1", "?8", NULL};   /* of Linux' cursor */
    switch (last) {
    case 'm':
        return attributes(body, by_curses);
    case 'H':
        return numbers(body, 2);
    case 'C':
        return numbers(body, 1);
    case 'K':
        return !*body || (by_curses && strcmp(body, "1") == 0);
    case 'J':
        return !*body || strcmp(body, "2") == 0;
    case 'h':
    case 'l':
        return among(body, modes);
    case 't':
        return among(body, title);
    case 'c':
        return among(body, shape);
    case 'r':
        return numbers(body, 2) && (by_curses || strncmp(body, "1;", 2) == 0);
    case 'A':
    case 'B':
    case 'D':
    case 'G':
    case 'd':
    case 'P':
    case '@':
    case 'L':
    case 'M':
    case 'S':
    case 'T':
    case 'X':
    case 'b':
        return by_curses && numbers(body, 1);
    default:
        return false;
    }
}

/* The length of a text for the clipboard, whole; 0: there is none. That of the hostile fixture is
 * not ours. */
static size_t clipboard(const char *p)
{
    static const char begin[] = "\x1b]52;c;", theirs[] = "aGk=";
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    size_t head = sizeof begin - 1;
    if (strncmp(p, begin, head) != 0)
        return 0;
    size_t n = strspn(p + head, digits);
    bool foreign = n == sizeof theirs - 1 && strncmp(p + head, theirs, n) == 0;
    return n >= 4 && !foreign && p[head + n] == '\a' ? head + n + 1 : 0;
}

/* The length of the escape sequence at p; 0: it is none of ours. */
static size_t escape(const char *p, bool by_curses)
{
    char body[BODY_MAX];
    if (strchr("=>78", p[1]) || (by_curses && p[1] == 'M'))
        return p[1] ? 2 : 0;
    if (p[1] == '(' || p[1] == ')')
        return p[2] == 'B' || p[2] == '0' ? 3 : 0;
    if (p[1] != '[')
        return 0;
    size_t n = strspn(p + 2, "?0123456789;:");
    if (n >= sizeof body || !p[2 + n])
        return 0;
    memcpy(body, p + 2, n);
    body[n] = '\0';
    return ours(body, p[2 + n], by_curses) ? n + 3 : 0;
}

/* Not to be seen, or turning the text around. */
static bool invisible(uint32_t ch)
{
    return (ch >= 0x80 && ch < 0xA0) || (ch >= 0x200B && ch <= 0x200F) ||
           (ch >= 0x202A && ch <= 0x202E) || (ch >= 0x2060 && ch <= 0x206F) || text_width(ch) == 0;
}

size_t check_sequences(const char *out, size_t length, bool by_curses)
{
    static const char mark[] = FIXTURE_HOSTILE_MARK;
    size_t copied = 0;
    for (size_t i = 0, used; i < length; i += used) {
        unsigned char c = (unsigned char)out[i];
        uint32_t ch;
        used = 1;
        if (c == 0x1b && (used = clipboard(out + i)) > 0) {
            copied++;
        } else if (c == 0x1b) {
            used = escape(out + i, by_curses);
            if (used == 0)
                stranger("a sequence that is none of ours", out, length, i);
        } else if (c < 0x20 || c == 0x7F) {
            bool known = c == '\r' || (c == '\n' && (by_curses || (i > 0 && out[i - 1] == '\r'))) ||
                         c == 0x0f || (c == 0x18 && strncmp(out + i + 1, "\x1b[?2026l", 8) == 0) ||
                         (by_curses && (c == '\b' || c == '\t' || c == 0x0e));
            used = 1;
            if (!known || strncmp(out + i + 1, mark, sizeof mark - 1) == 0)
                stranger("a control byte that is none of ours", out, length, i);
        } else if (c >= 0x80) {
            used = text_decode(out + i, length - i, &ch);
            if (used == 0 || invisible(ch))
                stranger("no character to be seen", out, length, i);
        }
    }
    return copied;
}
