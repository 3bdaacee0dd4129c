#include <config.h>

#include "baseline_file.h"

#include "analysis.h"
#include "json.h"
#include "report/report.h"
#include "sha256.h"
#include "store.h"
#include "text.h"
#include "wholefile.h"
#include "xalloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SCHEMA "vmtax.baseline/1"
#define BEGIN  "{\"schema\":\"vmtax.baseline/"

/* ---- writing ---- */

int baseline_file_write(const struct baseline *b, FILE *out, struct error *e)
{
    char *text = NULL, hex[65];
    size_t size = 0;
    FILE *body = open_memstream(&text, &size);
    if (!body)
        return error_errno(e, errno, "cannot put the sessions together");
    for (size_t i = 0; i < b->count; i++) {
        char *line = store_to_json(&b->sessions[i], false);
        fprintf(body, "%s\n", line);
        free(line);
    }
    fclose(body);
    sha256_bytes(text, size, hex);
    cJSON *head = json_object();
    cJSON_AddStringToObject(head, "schema", SCHEMA);
    /* Of a directory that was named by its path the name may be anything. */
    cJSON_AddStringToObject(head, "name",
                            store_check_name(b->name, NULL) == 0 ? b->name : "default");
    json_add_count(head, "sessions", b->count);
    cJSON_AddStringToObject(head, "sha256", hex);
    char *line = cJSON_PrintUnformatted(head);
    fprintf(out, "%s\n", line);
    fwrite(text, 1, size, out);
    free(line);
    cJSON_Delete(head);
    free(text);
    return report_flush(out, e);
}

/* ---- reading ---- */

struct head {
    char name[64], sha256[65];
    uint64_t sessions;
};

static int read_head(struct head *h, const char *line, size_t length, const char *name,
                     struct error *e)
{
    char schema[40] = "";
    cJSON *o = json_parse(line, length, name, e);
    struct json_reader r = {.name = name, .e = e};
    if (!o)
        return -1;
    json_get_text(&r, o, "schema", schema, sizeof schema, JSON_REQUIRED);
    if (!r.failed && strcmp(schema, SCHEMA) != 0) {
        cJSON_Delete(o);
        return error_set(e, ERROR_USAGE, "%s is of schema \"%s\", and this version reads " SCHEMA,
                         name, schema);
    }
    json_get_name(&r, o, "name", h->name, sizeof h->name, JSON_REQUIRED);
    json_get_text(&r, o, "sha256", h->sha256, sizeof h->sha256, JSON_REQUIRED);
    h->sessions = json_get_count(&r, o, "sessions", BASELINE_MAX, JSON_REQUIRED);
    cJSON_Delete(o);
    return r.failed || store_check_name(h->name, e) < 0 ? -1 : 0;
}

static int newest_first(const void *a, const void *b)
{
    const struct result *x = a, *y = b;
    return (x->started < y->started) - (x->started > y->started);
}

static int read_session(struct result *r, const char *line, size_t length, const char *name,
                        size_t number, struct error *e)
{
    char where[320];
    snprintf(where, sizeof where, "%.200s, session %zu", name, number);
    result_init(r);
    if (length > STORE_FILE_MAX)
        return error_set(e, ERROR_USAGE, "%s is larger than %u MiB", where, STORE_FILE_MAX >> 20);
    if (store_from_json(r, line, length, where, e) < 0)
        return -1;
    analysis_update(r);
    if (result_any_figure(r) && !r->partial)
        return 0;
    error_set(e, ERROR_DATA, "%s %s", where,
              r->partial ? "was cut short: it is no session of a baseline" : "has no figure");
    result_release(r);
    return -1;
}

static int read_sessions(struct baseline *b, const char *text, const char *end,
                         const struct head *h, const char *name, struct error *e)
{
    b->sessions = xcalloc(h->sessions + 1, sizeof *b->sessions);
    while (text < end && b->count < h->sessions) {
        const char *line_end = memchr(text, '\n', (size_t)(end - text));
        if (!line_end)
            line_end = end;
        if (read_session(&b->sessions[b->count], text, (size_t)(line_end - text), name,
                         b->count + 1, e) < 0)
            return -1;
        b->count++;
        text = line_end + 1;
    }
    if (!b->count || b->count < h->sessions || text < end)
        return error_set(e, ERROR_DATA, "%s does not have the %llu sessions that it says", name,
                         (unsigned long long)h->sessions);
    if (baseline_drop_copies(b))
        return error_set(e, ERROR_DATA,
                         "%s has a session more than once, which would count as if the machine had "
                         "been measured as often: export it anew",
                         name);
    qsort(b->sessions, b->count, sizeof *b->sessions, newest_first);
    text_copy(b->name, sizeof b->name, h->name);
    return 0;
}

static int parse(struct baseline *b, const char *text, size_t length, const char *name,
                 struct error *e)
{
    struct head h = {.sessions = 0};
    char hex[65];
    const char *end = text + length, *line_end = memchr(text, '\n', length);
    if (length < strlen(BEGIN) || memcmp(text, BEGIN, strlen(BEGIN)) != 0)
        return error_set(e, ERROR_USAGE,
                         "%s is not what vmtax baseline export writes: a result is shown by vmtax "
                         "report",
                         name);
    if (!line_end)
        return error_set(e, ERROR_DATA,
                         "%s was cut off in its first line, at byte %zu: export it anew", name,
                         length);
    if (read_head(&h, text, (size_t)(line_end - text), name, e) < 0)
        return -1;
    sha256_bytes(line_end + 1, (size_t)(end - line_end - 1), hex);
    if (strcmp(hex, h.sha256) != 0)
        return error_set(e, ERROR_DATA,
                         "%s was cut off or changed since it was exported: the SHA-256 of what "
                         "follows its first line, from byte %zu on, is not the one that the line "
                         "has; export it anew, or carry it over once more",
                         name, (size_t)(line_end - text) + 2);
    return read_sessions(b, line_end + 1, end, &h, name, e);
}

int baseline_file_parse(struct baseline *b, const char *text, size_t length, const char *name,
                        struct error *e)
{
    *b = (struct baseline){.count = 0};
    if (parse(b, text, length, name, e) == 0)
        return 0;
    baseline_release(b);
    return -1;
}

int baseline_file_read(struct baseline *b, const char *path, struct error *e)
{
    bool standard = strcmp(path, "-") == 0;
    char name[256];
    size_t length;
    *b = (struct baseline){.count = 0};
    text_clean(name, sizeof name, standard ? "standard input" : path);
    int fd = standard ? STDIN_FILENO : wholefile_open(path, name, e);
    if (fd < 0)
        return -1;
    char *text = wholefile_read(fd, name, BASELINE_FILE_MAX, "a baseline of vmtax", &length, e);
    if (!standard)
        close(fd);
    if (!text)
        return -1;
    int rc = baseline_file_parse(b, text, length, name, e);
    free(text);
    return rc;
}

bool baseline_file_is(const char *path)
{
    char begin[sizeof BEGIN] = "";
    int fd = wholefile_open(path, path, NULL);
    if (fd < 0)
        return false;
    ssize_t n = read(fd, begin, strlen(BEGIN));
    close(fd);
    return n == (ssize_t)strlen(BEGIN) && memcmp(begin, BEGIN, strlen(BEGIN)) == 0;
}
