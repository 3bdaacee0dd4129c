#include "recording/redacted.h"

#include "report/redact.h"
#include "target/reach.h"
#include "text.h"
#include "xalloc.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 1024 /* more than any text of a snapshot */

struct redacted {
    struct redact_names own;
    const char **names; /* those of own, then texts of this one; ends with NULL */
    size_t name_count, name_room, own_count;
    struct {
        char *from, to[TARGET_ID_MAX];
    } renamed[TARGETS_MAX + 1];
    size_t renamed_count;
};

static void add_name(struct redacted *r, const char *name, size_t length)
{
    if (length == 0)
        return;
    XGROW(r->names, r->name_count, r->name_room);
    r->names[r->name_count++] = xasprintf("%.*s", (int)length, name);
}

static size_t word_length(const char *s)
{
    size_t n = 0;
    while (isalnum((unsigned char)s[n]) || (s[n] && strchr("_-", s[n])))
        n++;
    return n;
}

/* "ssh:me@box.example -p 22": that command may speak of "me" and of "box". Root is everybody's
 * name, and of an address a number alone tells nothing. */
static void add_host(struct redacted *r, const char *spec)
{
    const struct reach *way = reach_find(spec);
    const char *guest = strchr(spec, ':');
    if (!way || !guest || strcmp(way->where, "HOST") != 0)
        return;
    size_t length = strcspn(++guest, " \t");
    const char *at = memchr(guest, '@', length), *host = at ? at + 1 : guest;
    if (at && strncmp(guest, "root@", 5) != 0)
        add_name(r, guest, (size_t)(at - guest));
    if (isalpha((unsigned char)*host))
        add_name(r, host, word_length(host));
}

static void rename_target(struct redacted *r, const struct target_kind *kind, size_t number)
{
    char to[TARGET_ID_MAX];
    if (!redact_name_of(kind->id, target_kind_name(kind), number, to, sizeof to))
        return;
    r->renamed[r->renamed_count].from = xstrdup(kind->id);
    text_copy(r->renamed[r->renamed_count++].to, sizeof to, to);
    add_host(r, kind->id);
}

static void rename_peer(struct redacted *r, const struct target_kind *peer)
{
    if (!peer)
        return;
    r->renamed[r->renamed_count].from = xstrdup(peer->id);
    text_copy(r->renamed[r->renamed_count++].to, sizeof r->renamed[0].to, "peer");
    add_host(r, peer->id);
}

struct redacted *redacted_new(const struct plan *plan, const struct options *o)
{
    struct redacted *r = xcalloc(1, sizeof *r);
    redact_names_own(&r->own);
    for (size_t i = 0; r->own.list[i]; i++) {
        XGROW(r->names, r->name_count, r->name_room);
        r->names[r->name_count++] = r->own.list[i];
    }
    r->own_count = r->name_count;
    for (size_t t = 0; t < plan->target_count; t++)
        rename_target(r, plan->targets[t], t);
    rename_peer(r, plan->peer);
    for (size_t i = 0; i < o->target_count; i++) { /* also those that are not measured now */
        add_name(r, o->targets[i].name, strlen(o->targets[i].name));
        add_host(r, o->targets[i].spec);
    }
    XGROW(r->names, r->name_count, r->name_room);
    r->names[r->name_count] = NULL;
    return r;
}

void redacted_free(struct redacted *r)
{
    if (!r)
        return;
    for (size_t i = r->own_count; i < r->name_count; i++)
        free((char *)(uintptr_t)r->names[i]);
    for (size_t i = 0; i < r->renamed_count; i++)
        free(r->renamed[i].from);
    free(r->names);
    free(r);
}

/* Words out of lists of ours: a host may be called like one of them. */
static bool is_ours(const char *key, const char *text)
{
    static const char *const keys[] = {
        "workload", "run.workload", "params", "run.params", "run.title",
        "kind",     "verdict",      "state",  "level",      NULL};
    for (const char *const *k = keys; *k; k++)
        if (strcmp(*k, key) == 0)
            return true;
    return (strcmp(key, "id") == 0 || strcmp(key, "target") == 0) && target_find(text);
}

static void redact_string(const struct redacted *r, cJSON *item)
{
    char text[TEXT_MAX];
    text_copy(text, sizeof text, item->valuestring);
    for (size_t i = 0; i < r->renamed_count; i++)
        redact_rename(text, sizeof text, r->renamed[i].from, r->renamed[i].to);
    redact_text(text, sizeof text, r->names);
    if (strcmp(text, item->valuestring) != 0 && !cJSON_SetValuestring(item, text))
        BUG("a string that cannot be set");
}

static void redact_item(const struct redacted *r, cJSON *item, const char *key)
{
    cJSON *child;
    if (cJSON_IsString(item) && !is_ours(key, item->valuestring))
        redact_string(r, item);
    cJSON_ArrayForEach(child, item) redact_item(r, child, child->string ? child->string : key);
}

void redacted_line(const struct redacted *r, cJSON *line)
{
    cJSON *child;
    cJSON_ArrayForEach(child, line) if (strcmp(child->string, "verdict") != 0)
        redact_item(r, child, child->string);
}
