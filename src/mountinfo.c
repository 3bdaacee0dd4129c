#include <config.h>

#include "mountinfo.h"

#include <stdlib.h>
#include <string.h>

bool mountinfo_open(struct mountinfo *m, const char *path)
{
    *m = (struct mountinfo){.file = fopen(path ? path : "/proc/self/mountinfo", "re")};
    return m->file != NULL;
}

/* Blanks and backslashes are written as \040 and the like. */
static void unescape(char *text)
{
    char *out = text;
    for (; *text; text++) {
        if (text[0] == '\\' && text[1] >= '0' && text[1] <= '3' && text[2] && text[3]) {
            *out++ = (char)((text[1] - '0') * 64 + (text[2] - '0') * 8 + (text[3] - '0'));
            text += 3;
        } else {
            *out++ = *text;
        }
    }
    *out = '\0';
}

/* "36 35 98:0 /root /point rw,noatime master:1 - ext4 /dev/sda1 rw": how many words stand before
 * the dash differs. */
static bool parse(const char *line, struct mount_entry *out)
{
    const char *dash = strstr(line, " - ");
    out->options[0] = '\0';
    if (!dash ||
        sscanf(line, "%*d %*d %u:%u %4095s %4095s", &out->major, &out->minor, out->root,
               out->point) != 4 ||
        sscanf(dash, " - %63s %4095s %511s", out->type, out->source, out->options) < 2)
        return false;
    unescape(out->root);
    unescape(out->point);
    unescape(out->source);
    return true;
}

bool mountinfo_next(struct mountinfo *m, struct mount_entry *out)
{
    while (m->file && getline(&m->line, &m->size, m->file) > 0)
        if (parse(m->line, out))
            return true;
    return false;
}

void mountinfo_close(struct mountinfo *m)
{
    if (m->file)
        fclose(m->file);
    free(m->line);
    *m = (struct mountinfo){.file = NULL};
}
