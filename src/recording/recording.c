#include <config.h>

#include "recording/recording.h"

#include "json.h"
#include "recording/delta.h"
#include "recording/recorder.h"
#include "store.h"
#include "text.h"
#include "unpack.h"
#include "xalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void recording_release(struct recording *r)
{
    free(r->text);
    free(r->frames);
    *r = (struct recording){0};
}

double recording_seconds(const struct recording *r)
{
    return r->count ? r->frames[r->count - 1].at_s : 0;
}

bool recording_is(const char *text)
{
    const char *schema = strstr(text, "\"" RECORDING_FAMILY);
    return schema && schema < text + strcspn(text, "\n");
}

char *recording_title(const struct recording *r, double at_s, char *out, size_t size)
{
    char day[16] = "?", at[16], all[16];
    struct tm tm;
    time_t then = (time_t)r->started;
    if (localtime_r(&then, &tm))
        strftime(day, sizeof day, "%Y-%m-%d", &tm);
    snprintf(out, size, "%.24s %s  %s/%s", r->host, day, text_duration(at, sizeof at, round(at_s)),
             text_duration(all, sizeof all, round(recording_seconds(r))));
    return out;
}

size_t recording_frame_at(const struct recording *r, double at_s)
{
    size_t low = 0, high = r->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (r->frames[middle].at_s <= at_s)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* What a replay begins with: as a new board is, but for what is the viewer's. */
static void begin(struct snapshot *s)
{
    struct snapshot *old = xcalloc(1, sizeof *old);
    snapshot_set_verdict(s, NULL);
    *old = *s;
    memset(s, 0, sizeof *s);
    s->metrics = old->metrics;
    s->metric_room = old->metric_room;
    s->version = old->version;
    s->whole_version = old->whole_version;
    s->self = old->self;
    s->paper = old->paper;
    free(old);
}

static int apply_line(const struct recording *r, const struct recording_frame *f,
                      struct snapshot *s, struct error *e)
{
    cJSON *line = json_parse(r->text + f->at, f->length, r->name, e);
    int rc = line ? delta_apply(line, r->name, s, e) : -1;
    cJSON_Delete(line);
    return rc;
}

void recording_apply(const struct recording *r, size_t frame, struct snapshot *s)
{
    struct error e;
    if (frame == 0)
        begin(s);
    if (apply_line(r, &r->frames[frame], s, &e) < 0)
        BUG("a frame that was good cannot be applied");
}

static int read_header(struct recording *r, const char *line, size_t length, struct error *e)
{
    char schema[40] = "", tool[32] = "";
    cJSON *o = json_parse(line, length, r->name, e);
    struct json_reader reader = {.name = r->name, .e = e};
    if (!o)
        return -1;
    if (cJSON_IsObject(o)) {
        json_get_text(&reader, o, "schema", schema, sizeof schema, JSON_OPTIONAL);
        json_get_text(&reader, o, "tool_version", tool, sizeof tool, JSON_OPTIONAL);
    }
    cJSON_Delete(o);
    if (reader.failed)
        return -1;
    if (strcmp(schema, RECORDING_SCHEMA) == 0)
        return 0;
    if (strncmp(schema, RECORDING_FAMILY, strlen(RECORDING_FAMILY)) == 0)
        return error_set(e, ERROR_USAGE, "%s is of another version, %s by vmtax %s", r->name,
                         schema, tool);
    return error_set(e, ERROR_USAGE,
                     "%s is no recording of vmtax: `vmtax list recordings` names them", r->name);
}

/* One more frame from a line. -1 with a sentence if it cannot be. */
static int add_frame(struct recording *r, size_t at, size_t length, struct snapshot *s,
                     struct error *e)
{
    struct recording_frame f = {.at = at, .length = length};
    if (apply_line(r, &f, s, e) < 0)
        return -1;
    if (!r->count) {
        r->started = s->clock;
        f.at_s = s->now_s; /* made relative at the end */
    } else {
        f.at_s = fmax(s->now_s, r->frames[r->count - 1].at_s);
    }
    XGROW(r->frames, r->count, r->room);
    r->frames[r->count++] = f;
    if (s->host.name[0])
        text_copy(r->host, sizeof r->host, s->host.name);
    return 0;
}

static void damaged(struct recording *r, size_t line, const struct error *why)
{
    double at = recording_seconds(r) - (r->count ? r->frames[0].at_s : 0);
    char after[32];
    snprintf(r->remark, sizeof r->remark,
             "damaged in line %zu, after %s: what follows is missing (%s)", line,
             text_duration(after, sizeof after, at), why->text);
}

int recording_parse(struct recording *r, const char *text, size_t length, const char *name,
                    struct error *e)
{
    size_t at = 0, number = 1;
    struct error why = {ERROR_NONE, ""};
    *r = (struct recording){0};
    text_clean(r->name, sizeof r->name, name);
    r->text = xcalloc(1, length + 1);
    memcpy(r->text, text, length);
    struct snapshot *s = xcalloc(1, sizeof *s);
    const char *end = memchr(r->text, '\n', length);
    int rc = read_header(r, r->text, end ? (size_t)(end - r->text) : length, e);
    for (; rc == 0 && end; number++) {
        at = (size_t)(end - r->text) + 1;
        end = memchr(r->text + at, '\n', length - at);
        if (!end) /* what was being written when it ended */
            break;
        if (add_frame(r, at, (size_t)(end - r->text) - at, s, &why) < 0) {
            damaged(r, number + 1, &why);
            break;
        }
    }
    snapshot_release(s);
    free(s);
    if (rc == 0 && !r->count)
        rc = why.text[0] ? error_set(e, ERROR_DATA, "%s", why.text)
                         : error_set(e, ERROR_DATA, "%s holds nothing: it was cut off", r->name);
    for (size_t i = r->count; i-- > 0;)
        r->frames[i].at_s -= r->frames[0].at_s;
    if (rc < 0)
        recording_release(r);
    return rc;
}

/* What lies behind the end of its bytes is missing. */
static void cut_off(struct recording *r, const struct error *why)
{
    char after[32];
    if (!r->remark[0])
        snprintf(r->remark, sizeof r->remark, "cut off after %s: what follows is missing (%s)",
                 text_duration(after, sizeof after, recording_seconds(r)), why->text);
}

int recording_load(struct recording *r, const char *path, struct error *e)
{
    uint8_t *bytes;
    size_t size;
    struct error why;
    const char *slash = strrchr(path, '/');
    *r = (struct recording){0};
    int part = unpack_part(path, STORE_FILE_MAX, &bytes, &size, &why);
    if (part < 0) {
        if (e)
            *e = why;
        return -1;
    }
    int rc = recording_parse(r, (const char *)bytes, size, slash ? slash + 1 : path, e);
    free(bytes);
    if (part && rc == 0)
        cut_off(r, &why);
    else if (part && e && e->kind == ERROR_DATA)
        *e = why;
    return rc;
}
