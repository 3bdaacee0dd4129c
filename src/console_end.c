#include "config.h"

#include "console_end.h"

#include "workloads/agent/console.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define HEAD (sizeof CONSOLE_ENDED - 1)

/* May the line begin so? */
static bool begins(const char *text, size_t n)
{
    if (memcmp(text, CONSOLE_ENDED, n < HEAD ? n : HEAD) != 0)
        return false;
    for (size_t i = HEAD; i < n; i++) {
        bool digit = text[i] >= '0' && text[i] <= '9' && i < HEAD + 3;
        if (!digit && !(text[i] == '\n' && i > HEAD && i + 1 == n))
            return false;
    }
    return true;
}

size_t console_end_pass(struct console_end *c, const char *bytes, size_t n, char *out)
{
    size_t shown = 0;
    for (size_t i = 0; i < n; i++) {
        c->held[c->used++] = bytes[i];
        if (begins(c->held, c->used))
            continue;
        /* None of what is held can be a begin but its last byte: the mark stands nowhere else in a
         * begin. */
        bool again = begins(&bytes[i], 1);
        memcpy(out + shown, c->held, c->used - again);
        shown += c->used - again;
        c->held[0] = bytes[i];
        c->used = again;
    }
    return shown;
}

int console_end_code(const struct console_end *c)
{
    if (c->used < HEAD + 2 || c->held[c->used - 1] != '\n')
        return -1;
    int code = (int)strtol(c->held + HEAD, NULL, 10);
    return code <= 255 ? code : -1;
}
