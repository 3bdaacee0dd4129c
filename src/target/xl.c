#include "config.h"

#include "target/xl.h"

#include "clock.h"
#include "executable.h"
#include "target/spawn.h"
#include "text.h"
#include "xalloc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

/* Of a list: 64 KiB are some 400 domains. */
#define SAID_MAX 65536
#define LOOK_S   5.0
#define ROUND_NS 50000000
/* Processor time that no domain can have had: a century. */
#define TIME_MAX_S 3.2e9

const char *xl_find(void)
{
    static const char *const places[] = {"/usr/sbin/xl", "/usr/local/sbin/xl", "/usr/bin/xl", NULL};
    return executable_first(places);
}

/* Runs xl to its end; what it printed, cut to SAID_MAX, into said. */
static int ask(const char *const *argv, char said[SAID_MAX], double seconds, struct error *e)
{
    struct spawn_options how = {.argv = argv, .pass_fd = -1};
    struct spawn *s = spawn_new(&how, e);
    size_t used = 0;
    int to, from;
    if (!s)
        return -1;
    spawn_take_streams(s, &to, &from);
    close(to);
    for (double until = clock_now_s() + seconds; used < SAID_MAX - 1 && clock_now_s() < until;) {
        int ready = spawn_wait_readable(s, from, until - clock_now_s());
        ssize_t n = ready >= 0 ? read(from, said + used, SAID_MAX - 1 - used) : 0;
        if (n > 0)
            used += (size_t)n;
        else if (n == 0 || errno != EAGAIN || ready == 0)
            break;
    }
    said[used] = '\0';
    close(from);
    bool ended = spawn_wait_end(s, seconds);
    int code = spawn_exit_code(s);
    char words[200];
    spawn_last_words(s, words, sizeof words);
    spawn_free(s);
    if (!ended)
        return error_set(e, ERROR_SYSTEM, "xl %s does not end", argv[1]);
    if (code != 0)
        return error_set(e, ERROR_SYSTEM, "xl %s %s", argv[1], words);
    return 0;
}

/* --- the list -----------------------------------------------------------------------------------
 */

bool xl_is_uuid(const char *text)
{
    for (size_t i = 0; i < XL_UUID_SIZE - 1; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : !text[i] || !strchr("0123456789abcdef", text[i]))
            return false;
    }
    return text[XL_UUID_SIZE - 1] == '\0';
}

int xl_new_uuid(char out[XL_UUID_SIZE], struct error *e)
{
    unsigned char b[16];
    if (getrandom(b, sizeof b, 0) != sizeof b)
        return error_errno(e, errno, "no random bytes for the name of a domain");
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40); /* version 4 */
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    size_t used = 0;
    for (size_t i = 0; i < sizeof b; i++)
        used += (size_t)snprintf(out + used, XL_UUID_SIZE - used, "%s%02x",
                                 i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", b[i]);
    return 0;
}

/* The last word of text[0..*length), cut off it into out. */
static bool last_word(const char *text, size_t *length, char *out, size_t size)
{
    while (*length > 0 && strchr(" \t", text[*length - 1]))
        --*length;
    size_t end = *length;
    while (*length > 0 && !strchr(" \t", text[*length - 1]))
        --*length;
    size_t n = end - *length;
    if (n == 0 || n >= size)
        return false;
    memcpy(out, text + *length, n);
    out[n] = '\0';
    return true;
}

/* "NAME ID MEMORY VCPUS STATE TIME" before the uuid. The name is another's text, with blanks maybe:
 * the line is read from its end. name_length: where the name ends. */
static bool parse_line(const char *line, size_t length, struct xl_domain *out, size_t *name_length)
{
    char word[5][32], *end;
    uint64_t id;
    if (length == 0 || line[length - 1] != ' ')
        return false;
    for (size_t i = 0; i < 5; i++)
        if (!last_word(line, &length, word[i], sizeof word[i]))
            return false;
    const char *time = word[0];
    if (!text_u64(word[4], 65535, &id) || time[strspn(time, "0123456789.")] != '\0' ||
        strspn(word[1], "rbpsdc-") != strlen(word[1]))
        return false;
    double seconds = strtod(time, &end);
    if (*end || !(seconds >= 0 && seconds < TIME_MAX_S))
        return false;
    out->id = (unsigned)id;
    out->cpu_ns = (uint64_t)(seconds * 1e9 + 0.5);
    out->paused = strchr(word[1], 'p') != NULL;
    out->ended = strpbrk(word[1], "scd") != NULL;
    while (length > 0 && line[length - 1] == ' ')
        length--;
    *name_length = length;
    return true;
}

static int check_list(const char *text, struct error *e)
{
    if (strncmp(text, "Name ", 5) != 0 || !strchr(text, '\n'))
        return error_set(e, ERROR_SYSTEM, "xl list printed no list of domains");
    return 0;
}

int xl_list_find(const char *text, const char *uuid, struct xl_domain *out, struct error *e)
{
    size_t name_length;
    if (check_list(text, e) < 0)
        return -1;
    for (const char *line = strchr(text, '\n') + 1; *line;) {
        size_t length = strcspn(line, "\n");
        const char *at = strstr(line, uuid);
        if (at && at < line + length)
            return parse_line(line, (size_t)(at - line), out, &name_length)
                       ? 1
                       : error_set(e, ERROR_SYSTEM, "xl list: the line of domain %.36s is damaged",
                                   uuid);
        line += length + (line[length] == '\n');
    }
    return 0;
}

/* The first uuid of a line, after a blank; NULL: there is none. */
static const char *find_uuid(const char *line, size_t length, char uuid[XL_UUID_SIZE])
{
    for (size_t at = 1; at + XL_UUID_SIZE - 1 <= length; at++) {
        snprintf(uuid, XL_UUID_SIZE, "%.*s", XL_UUID_SIZE - 1, line + at);
        if (line[at - 1] == ' ' && xl_is_uuid(uuid))
            return line + at;
    }
    return NULL;
}

int xl_list_named(const char *text, const char *name, struct xl_domain *out,
                  char uuid[XL_UUID_SIZE], struct error *e)
{
    size_t wanted = strlen(name);
    if (check_list(text, e) < 0)
        return -1;
    for (const char *line = strchr(text, '\n') + 1; *line;) {
        size_t length = strcspn(line, "\n"), name_length;
        /* After the name itself, which may hold anything. */
        const char *at = length > wanted && strncmp(line, name, wanted) == 0
                             ? find_uuid(line + wanted, length - wanted, uuid)
                             : NULL;
        if (at && parse_line(line, (size_t)(at - line), out, &name_length) && name_length == wanted)
            return 1;
        line += length + (line[length] == '\n');
    }
    return 0;
}

static char *list(struct error *e)
{
    const char *const argv[] = {xl_find(), "list", "-v", NULL};
    if (!argv[0]) {
        error_set(e, ERROR_SYSTEM, "xl is not installed any more");
        return NULL;
    }
    char *said = xcalloc(1, SAID_MAX);
    if (ask(argv, said, LOOK_S, e) == 0)
        return said;
    free(said);
    return NULL;
}

int xl_look(const char *uuid, struct xl_domain *out, struct error *e)
{
    char *said = list(e);
    int rc = said ? xl_list_find(said, uuid, out, e) : -1;
    free(said);
    return rc;
}

int xl_look_named(const char *name, struct xl_domain *out, char uuid[XL_UUID_SIZE], struct error *e)
{
    char *said = list(e);
    int rc = said ? xl_list_named(said, name, out, uuid, e) : -1;
    free(said);
    return rc;
}

/* --- the end of a domain ------------------------------------------------------------------------
 */

static void remove_log(const char *name)
{
    char *path = xasprintf("/var/log/xen/qemu-dm-%s.log", name);
    unlink(path);
    free(path);
}

int xl_destroy(const char *name, const char *uuid, double seconds, struct error *e)
{
    struct xl_domain domain;
    struct error ignored;
    /* Another boot, without Xen: its domains are gone. */
    if (access("/sys/hypervisor/uuid", F_OK) < 0)
        return 0;
    char *said = xcalloc(1, SAID_MAX);
    int rc = 1;
    for (double until = clock_now_s() + seconds; rc == 1;
         nanosleep(&(struct timespec){.tv_nsec = ROUND_NS}, NULL)) {
        rc = xl_look(uuid, &domain, e);
        if (rc < 0 && clock_now_s() < until) {
            rc = 1; /* xl is slow here, or was disturbed: once more */
            continue;
        }
        if (rc == 1 && clock_now_s() > until)
            rc = error_set(e, ERROR_SYSTEM, "it is still there after %.0f s", seconds);
        char id[16];
        snprintf(id, sizeof id, "%u", rc == 1 ? domain.id : 0);
        const char *const argv[] = {xl_find(), "destroy", id, NULL};
        if (rc == 1)
            ask(argv, said, seconds, &ignored); /* the list tells whether it did */
    }
    free(said);
    if (rc < 0)
        return error_prefix(e, "domain %s could not be ended (xl destroy %s)", name, name);
    remove_log(name);
    return 0;
}
