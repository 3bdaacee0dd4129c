#include <config.h>

#include "report/redact.h"

#include "text.h"

#include <ctype.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* What ends a word inside of a sentence. '=' ends a key: it is looked at for itself. */
#define ENDS " \t\"'(),;<>[]{}|="

/* What follows is nobody's business whatever it looks like: after "serial=", "serial:", "serial
 * number"; and after "host=", where the bare word is one of many. */
static const char *const secret_words[] = {"serial", "uuid", "wwn", "hostname", "machine-id", NULL};
static const char *const secret_keys[] = {"sn", "host", "user", "ip", "mac", "addr", NULL};

/* What lies there is every system's. */
static const char *const system_paths[] = {"/bin/", "/boot/",  "/dev/null", "/dev/kvm",
                                           "/lib/", "/lib64/", "/proc/",    "/sbin/",
                                           "/sys/", "/usr/",   NULL};

static bool is_one_of(const char *word, size_t length, const char *const *list)
{
    for (; list && *list; list++)
        if (strlen(*list) == length && strncasecmp(*list, word, length) == 0)
            return true;
    return false;
}

/* Bytes of a prefix of hexadecimal digits. */
static size_t hex(const char *s, size_t length)
{
    size_t n = 0;
    while (n < length && isxdigit((unsigned char)s[n]))
        n++;
    return n;
}

/* Groups of hexadecimal digits with the separator between them: how many, 0 if anything else is
 * there; *longest and *shortest are those of the groups. */
static size_t groups(const char *s, size_t length, char separator, size_t *shortest,
                     size_t *longest)
{
    size_t count = 0;
    *shortest = SIZE_MAX;
    *longest = 0;
    for (size_t at = 0;; at++) {
        size_t n = hex(s + at, length - at);
        *shortest = n < *shortest ? n : *shortest;
        *longest = n > *longest ? n : *longest;
        count++;
        at += n;
        if (at == length)
            return count;
        if (s[at] != separator)
            return 0;
    }
}

static bool is_ipv4(const char *s, size_t length)
{
    unsigned a[4];
    int used = 0;
    char copy[64];
    if (length >= sizeof copy)
        return false;
    memcpy(copy, s, length);
    copy[length] = '\0';
    if (sscanf(copy, "%3u.%3u.%3u.%3u%n", &a[0], &a[1], &a[2], &a[3], &used) != 4)
        return false;
    /* A port, a prefix length, kernel's ip=a:b:c may follow. */
    return (copy[used] == '\0' || strchr(":/", copy[used])) && a[0] < 256 && a[1] < 256 &&
           a[2] < 256 && a[3] < 256;
}

/* IPv6, MAC and UUID: times of day ("12:40:00") are none of them. */
static bool is_hex_address(const char *s, size_t length)
{
    size_t shortest, longest, bare = 0;
    while (bare < length && !strchr("/%", s[bare]))
        bare++;
    size_t n = groups(s, bare, ':', &shortest, &longest);
    if ((n >= 4 && longest <= 4) || (n == 3 && shortest == 0 && longest > 0 && longest <= 4))
        return true;
    n = groups(s, length, '-', &shortest, &longest);
    return (n == 6 && shortest == 2 && longest == 2) || (n == 5 && shortest == 4 && longest == 12);
}

static bool is_private_path(const char *s, size_t length)
{
    if (s[0] == '~' && length > 1)
        return true;
    if (s[0] != '/' || length < 2 || !(isalnum((unsigned char)s[1]) || strchr("._-", s[1])))
        return false;
    for (const char *const *p = system_paths; *p; p++)
        if (strlen(*p) <= length && memcmp(*p, s, strlen(*p)) == 0)
            return false;
    return true;
}

static bool is_identifier(const char *s, size_t length)
{
    return (length > 4 && strncasecmp(s, "wwn-", 4) == 0) ||
           (length > 6 && strncasecmp(s, "nvme-", 5) == 0) ||
           (length > 4 && strncasecmp(s, "ata-", 4) == 0);
}

/* A name in a longer word: "alice@laptop", "laptop:8080", "laptop.example". */
static bool holds_name(const char *s, size_t length, const char *const *names)
{
    for (size_t at = 0; at < length;) {
        size_t n = 0;
        while (at + n < length && (isalnum((unsigned char)s[at + n]) || strchr("_-", s[at + n])))
            n++;
        if (n && is_one_of(s + at, n, names))
            return true;
        at += n ? n : 1;
    }
    return false;
}

static bool is_private(const char *s, size_t length, const char *const *names)
{
    while (length && strchr(".:", s[length - 1])) /* of the sentence */
        length--;
    if (length == 0)
        return false;
    const char *at = memchr(s, '@', length);
    return (at && at > s && at + 1 < s + length && isalnum((unsigned char)at[1])) ||
           is_private_path(s, length) || is_ipv4(s, length) || is_hex_address(s, length) ||
           is_identifier(s, length) || holds_name(s, length, names) || memmem(s, length, "://", 3);
}

/* Is what follows the word to be taken out? */
static bool tells(const char *s, size_t length)
{
    size_t bare = length - (s[length - 1] == ':');
    return is_one_of(s, bare, secret_words) ||
           (s[length] == '=' && is_one_of(s, bare, secret_keys));
}

void redact_text(char *text, size_t size, const char *const *names)
{
    static const char *const numbers[] = {"number", "number:", "no", "no.", NULL};
    char out[FACT_VALUE] = "";
    size_t used = 0;
    bool secret = false; /* the value of a key that tells */
    for (const char *s = text; *s && used + sizeof REDACTED < sizeof out;) {
        size_t length = strcspn(s, ENDS);
        bool number = secret && is_one_of(s, length, numbers);
        if (length && !number && (secret || is_private(s, length, names))) {
            used += (size_t)snprintf(out + used, sizeof out - used, REDACTED);
        } else if (length && used + length < sizeof out) {
            memcpy(out + used, s, length);
            used += length;
            out[used] = '\0';
        }
        if (length && !number)
            secret = tells(s, length);
        s += length;
        if (*s && used + 1 < sizeof out) {
            out[used++] = *s++;
            out[used] = '\0';
        }
    }
    text_copy(text, size, out);
}

#define REDACT(member) redact_text((member), sizeof(member), names)

static void redact_facts(struct result *r, const char *const *names)
{
    static const char *const whole[] = {"cmdline", "kernel.build", "spec.config", NULL};
    for (size_t i = 0; i < r->fact_count; i++) {
        const struct fact *f = &r->facts[i];
        char text[FACT_VALUE];
        text_copy(text, sizeof text, f->value);
        if (is_one_of(f->key, strlen(f->key), whole))
            text_copy(text, sizeof text, REDACTED);
        else
            REDACT(text);
        result_add_fact(r, f->key, text);
    }
}

static void redact_target(struct result_target *t, const char *const *names)
{
    if (t->append[0])
        text_copy(t->append, sizeof t->append, REDACTED);
    REDACT(t->how);
    REDACT(t->network);
    REDACT(t->limits);
    REDACT(t->devices);
    REDACT(t->remark);
    REDACT(t->given_up);
    REDACT(t->kernel);
}

void redact_rename(char *text, size_t size, const char *from, const char *to)
{
    char out[1024];
    size_t used = 0, length = strlen(from);
    for (const char *s = text; *s && used + strlen(to) + 1 < sizeof out;) {
        bool here = strncmp(s, from, length) == 0;
        used += (size_t)snprintf(out + used, sizeof out - used, "%.*s", here ? INT_MAX : 1,
                                 here ? to : s);
        s += here ? length : 1;
    }
    out[used] = '\0';
    text_copy(text, size, out);
}

static void rename_in_reasons(struct result *r, const char *from, const char *to)
{
    for (size_t i = 0; i < r->slot_count; i++)
        redact_rename(r->slots[i].reason, REASON_MAX, from, to);
    for (size_t i = 0; i < r->figure_count; i++)
        redact_rename(r->figures[i].reason, REASON_MAX, from, to);
    for (size_t i = 0; i < r->comparison_count; i++)
        redact_rename(r->comparisons[i].reason, REASON_MAX, from, to);
}

bool redact_name_of(const char *id, const char *kind, size_t target, char *out, size_t size)
{
    snprintf(out, size, "%.32s-%zu", kind, target);
    return strcmp(id, kind) != 0;
}

bool redact_target_name(const struct result *r, size_t target, char *out, size_t size)
{
    const struct result_target *t = &r->targets[target];
    return redact_name_of(t->id, t->kind, target, out, size);
}

static void redact_id(struct result *r, size_t target)
{
    struct result_target *t = &r->targets[target];
    char was[sizeof t->id], now[sizeof t->id];
    if (!redact_target_name(r, target, now, sizeof now))
        return;
    text_copy(was, sizeof was, t->id);
    text_copy(t->id, sizeof t->id, now);
    redact_rename(t->remark, sizeof t->remark, was, now);
    redact_rename(t->given_up, sizeof t->given_up, was, now);
    rename_in_reasons(r, was, now);
}

/* The name of a peer that is another machine tells as much. */
static void redact_peer(struct result *r)
{
    for (size_t i = 0; i < r->fact_count; i++) {
        const struct fact *f = &r->facts[i];
        if (strcmp(f->key, "peer") != 0 || strcmp(f->value, "host") == 0)
            continue;
        rename_in_reasons(r, f->value, "peer");
        result_add_fact(r, f->key, "peer");
    }
}

void redact_names_own(struct redact_names *n)
{
    const struct passwd *user = getpwuid(getuid());
    *n = (struct redact_names){.host = ""};
    if (gethostname(n->host, sizeof n->host - 1) < 0)
        n->host[0] = '\0';
    text_copy(n->brief, sizeof n->brief, n->host);
    n->brief[strcspn(n->brief, ".")] = '\0';
    /* Root is everybody's name. */
    text_copy(n->user, sizeof n->user, user && user->pw_uid ? user->pw_name : n->host);
    n->list[0] = n->brief;
    n->list[1] = n->host;
    n->list[2] = n->user;
}

void redact_result(struct result *r)
{
    struct redact_names own;
    redact_names_own(&own);
    const char *const *names = own.list;
    redact_peer(r);
    redact_facts(r, names);
    for (size_t i = 0; i < r->target_count; i++)
        redact_id(r, i);
    for (size_t i = 0; i < r->target_count; i++)
        redact_target(&r->targets[i], names);
    for (size_t i = 0; i < r->slot_count; i++)
        REDACT(r->slots[i].reason);
    for (size_t i = 0; i < r->figure_count; i++)
        REDACT(r->figures[i].reason);
    for (size_t i = 0; i < r->comparison_count; i++)
        REDACT(r->comparisons[i].reason);
    REDACT(r->load.why);
    REDACT(r->name);
}
