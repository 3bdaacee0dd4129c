#include <config.h>

#include "target/qmp_message.h"

#include "json.h"
#include "text.h"
#include "xalloc.h"

#include <stdlib.h>
#include <string.h>

#define ID_MAX ((uint64_t)1 << 53) /* a double holds every whole number up to here */

static void read_greeting(struct qmp_message *m, struct json_reader *r)
{
    static const char *const parts[] = {"major", "minor", "micro"};
    const cJSON *hello = json_get_object(r, m->root, "QMP", JSON_REQUIRED);
    const cJSON *version = json_get_object(r, hello, "version", JSON_REQUIRED);
    const cJSON *numbers = json_get_object(r, version, "qemu", JSON_REQUIRED);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        m->version[i] = (unsigned)json_get_count(r, numbers, parts[i], 9999, JSON_REQUIRED);
    json_get_text(r, version, "package", m->text, sizeof m->text, JSON_OPTIONAL);
}

static void read_error(struct qmp_message *m, struct json_reader *r)
{
    const cJSON *fault = json_get_object(r, m->root, "error", JSON_REQUIRED);
    json_get_text(r, fault, "class", m->name, sizeof m->name, JSON_REQUIRED);
    json_get_text(r, fault, "desc", m->text, sizeof m->text, JSON_REQUIRED);
}

static void read_event(struct qmp_message *m, struct json_reader *r)
{
    json_get_name(r, m->root, "event", m->name, sizeof m->name, JSON_REQUIRED);
    m->body = (cJSON *)json_get_object(r, m->root, "data", JSON_OPTIONAL);
}

static void read_id(struct qmp_message *m, struct json_reader *r)
{
    m->has_id = cJSON_HasObjectItem(m->root, "id");
    if (m->has_id)
        m->id = json_get_count(r, m->root, "id", ID_MAX, JSON_REQUIRED);
}

static const struct {
    const char *key;
    enum qmp_kind kind;
    void (*read)(struct qmp_message *m, struct json_reader *r); /* NULL: the body is all */
} kinds[] = {
    {"return", QMP_RETURN, NULL},
    {"error", QMP_ERROR, read_error},
    {"event", QMP_EVENT, read_event},
    {"QMP", QMP_GREETING, read_greeting},
};

static int read_message(struct qmp_message *m, struct error *e)
{
    struct json_reader r = {.name = "message", .e = e};
    if (!cJSON_IsObject(m->root))
        return error_set(e, ERROR_GUEST, "the message is no JSON object");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        cJSON *item = cJSON_GetObjectItemCaseSensitive(m->root, kinds[i].key);
        if (!item)
            continue;
        m->kind = kinds[i].kind;
        if (kinds[i].read)
            kinds[i].read(m, &r);
        else
            m->body = item;
        if (m->kind == QMP_RETURN || m->kind == QMP_ERROR)
            read_id(m, &r);
        return r.failed ? -1 : 0;
    }
    return error_set(e, ERROR_GUEST, "the message is neither greeting, reply nor event");
}

int qmp_message_parse(struct qmp_message *m, const char *line, size_t length, struct error *e)
{
    struct error reason = {.kind = ERROR_NONE};
    memset(m, 0, sizeof *m);
    m->root = json_parse(line, length, "message", &reason);
    if (m->root && read_message(m, &reason) == 0)
        return 0;
    qmp_message_release(m);
    return error_set(e, ERROR_GUEST, "%s", reason.text);
}

void qmp_message_release(struct qmp_message *m)
{
    cJSON_Delete(m->root);
    m->root = m->body = NULL;
}

char *qmp_message_command(const char *name, const cJSON *arguments, uint64_t id)
{
    cJSON *root = json_object();
    cJSON_AddStringToObject(root, "execute", name);
    if (arguments)
        cJSON_AddItemToObject(root, "arguments", cJSON_Duplicate(arguments, 1));
    json_add_count(root, "id", id);
    char *text = cJSON_PrintUnformatted(root);
    cJSON_Delete(root);
    char *line = xasprintf("%s\n", text);
    free(text);
    return line;
}
