/* The result document read back. Files come from anywhere (another machine, an editor, half a
 * disk), so nothing is believed: json.c has checked the grammar, here every member is checked for
 * type and range, every name for its length, every reference for its target, and the number of rows
 * is bounded. Unknown keys are ignored; unknown workloads keep their rows without a catalogue
 * entry. */
#include <config.h>

#include "json.h"
#include "store.h"
#include "store_counters.h"
#include "text.h"
#include "xalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FACTS_MAX   256
#define METRICS_MAX 4096
#define SLOTS_MAX   200000
#define SECONDS_MAX 1e9
#define SCALE_MAX   1e3

struct reader {
    struct json_reader json;
    struct result *r;
    size_t last_metric; /* rows of one metric stand together */
    bool *seen;         /* [metric * TARGETS_MAX + target] of the array that is being read */
};

char *store_time(char *out, size_t size, int64_t at)
{
    time_t t = (time_t)at;
    struct tm utc;
    if (!gmtime_r(&t, &utc) || !strftime(out, size, "%Y-%m-%dT%H:%M:%SZ", &utc))
        out[0] = '\0';
    return out;
}

static bool parse_time(const char *text, int64_t *at)
{
    struct tm utc = {0};
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    if (!end || *end)
        return false;
    *at = (int64_t)timegm(&utc);
    char again[32];
    return *at >= 0 && strcmp(store_time(again, sizeof again, *at), text) == 0;
}

/* Characters of a workload's id; of its parameters those and '=', ' '. */
static bool plain(const char *text, const char *more)
{
    for (; *text; text++) {
        char c = *text;
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              strchr("._-", c) || strchr(more, c)))
            return false;
    }
    return true;
}

/* flags: ids of known flags become bits, "reason: ..." the reason; anything else is ignored. */
static uint32_t read_flags(struct reader *in, const cJSON *o, char *reason, size_t size)
{
    uint32_t bits = 0;
    if (reason)
        reason[0] = '\0';
    const cJSON *array = json_get_array(&in->json, o, "flags", 64, JSON_OPTIONAL);
    const cJSON *item;
    cJSON_ArrayForEach(item, array)
    {
        if (!cJSON_IsString(item)) {
            json_fault(&in->json, "flags", "must hold strings");
            return 0;
        }
        for (size_t i = 0; i < FLAG_COUNT; i++)
            if (strcmp(item->valuestring, flags[i].id) == 0)
                bits |= 1u << i;
        if (reason && strncmp(item->valuestring, STORE_REASON, strlen(STORE_REASON)) == 0)
            text_clean(reason, size, item->valuestring + strlen(STORE_REASON));
    }
    return bits;
}

static void read_latency(struct reader *in, const cJSON *o, struct latency *l)
{
    struct json_reader *j = &in->json;
    const cJSON *from = json_get_object(j, o, "latency_us", JSON_OPTIONAL);
    if (!from)
        return;
    l->known = true;
    l->count = json_get_count(j, from, "count", UINT64_MAX, JSON_OPTIONAL);
    l->p50_us = json_get_number(j, from, "p50", 0, STORE_VALUE_MAX, NAN, JSON_OPTIONAL);
    l->p90_us = json_get_number(j, from, "p90", 0, STORE_VALUE_MAX, NAN, JSON_OPTIONAL);
    l->p99_us = json_get_number(j, from, "p99", 0, STORE_VALUE_MAX, NAN, JSON_OPTIONAL);
    l->p99_9_us = json_get_number(j, from, "p99_9", 0, STORE_VALUE_MAX, NAN, JSON_OPTIONAL);
    l->max_us = json_get_number(j, from, "max", 0, STORE_VALUE_MAX, NAN, JSON_OPTIONAL);
}

static void read_arrival(struct reader *in, const cJSON *o, struct arrival *a)
{
    struct json_reader *j = &in->json;
    const cJSON *from = json_get_object(j, o, "datagrams", JSON_OPTIONAL);
    if (!from)
        return;
    a->sent = json_get_count(j, from, "sent", INT64_MAX, JSON_OPTIONAL);
    a->received = json_get_count(j, from, "received", a->sent, JSON_OPTIONAL);
    a->reordered = json_get_count(j, from, "reordered", a->received, JSON_OPTIONAL);
    a->sent_s = json_get_number(j, from, "sent_s", 0, STORE_VALUE_MAX, 0, JSON_OPTIONAL);
}

static void read_statements(struct reader *in, const cJSON *o, struct statements *s)
{
    struct json_reader *j = &in->json;
    const cJSON *from = json_get_object(j, o, "statements", JSON_OPTIONAL);
    if (!from) {
        s->errors = json_get_count(j, o, "errors", INT64_MAX, JSON_OPTIONAL);
        return;
    }
    s->transactions = json_get_count(j, from, "transactions", INT64_MAX, JSON_OPTIONAL);
    s->reads = json_get_count(j, from, "reads", INT64_MAX, JSON_OPTIONAL);
    s->writes = json_get_count(j, from, "writes", INT64_MAX, JSON_OPTIONAL);
    s->others = json_get_count(j, from, "others", INT64_MAX, JSON_OPTIONAL);
    s->errors = json_get_count(j, from, "errors", INT64_MAX, JSON_OPTIONAL);
}

/* ci95: [low, high]; false if null or absent. */
static bool read_interval(struct reader *in, const cJSON *o, double *low, double *high)
{
    const cJSON *pair = json_get_array(&in->json, o, "ci95", 2, JSON_OPTIONAL);
    if (!pair)
        return false;
    const cJSON *a = cJSON_GetArrayItem(pair, 0), *b = cJSON_GetArrayItem(pair, 1);
    if (!cJSON_IsNumber(a) || !cJSON_IsNumber(b) || !(a->valuedouble >= 0) ||
        !(a->valuedouble <= b->valuedouble) || !(b->valuedouble <= STORE_VALUE_MAX)) {
        json_fault(&in->json, "ci95", "must be two numbers, the smaller first");
        return false;
    }
    *low = a->valuedouble;
    *high = b->valuedouble;
    return true;
}

/* The index of the row's metric, added if it is new. */
static size_t read_row(struct reader *in, const cJSON *o)
{
    struct json_reader *j = &in->json;
    struct result *r = in->r;
    char workload[WORKLOAD_ID_MAX], params[PARAMS_TEXT];
    json_get_name(j, o, "workload", workload, sizeof workload, JSON_REQUIRED);
    json_get_name(j, o, "params", params, sizeof params, JSON_OPTIONAL);
    if (!j->failed && (!workload[0] || !plain(workload, "")))
        json_fault(j, "workload", "is not the name of a workload");
    if (!j->failed && !plain(params, "= "))
        json_fault(j, "params", "are not parameters of a workload");
    if (j->failed)
        return 0;
    if (in->last_metric < r->metric_count) {
        const struct metric *last = &r->metrics[in->last_metric];
        if (strcmp(last->workload, workload) == 0 && strcmp(last->params, params) == 0)
            return in->last_metric;
    }
    in->last_metric = result_add_metric_id(r, workload, workload_find(workload), params);
    if (r->metric_count > METRICS_MAX)
        json_fault(j, "workload", "is one metric too many for one document");
    return in->last_metric;
}

static size_t read_target_name(struct reader *in, const cJSON *o, const char *key)
{
    char id[TARGET_ID_MAX];
    json_get_name(&in->json, o, key, id, sizeof id, JSON_REQUIRED);
    size_t found = result_find_target(in->r, id);
    if (found == in->r->target_count)
        json_fault(&in->json, key, "names a target that the document does not describe");
    return in->json.failed ? 0 : found;
}

static bool first_time(struct reader *in, size_t metric, size_t target)
{
    if (in->json.failed)
        return false;
    bool *seen = &in->seen[metric * TARGETS_MAX + target];
    if (*seen)
        json_fault(&in->json, "target", "has this row twice");
    *seen = true;
    return !in->json.failed;
}

static void read_facts(struct reader *in, const cJSON *root)
{
    const cJSON *host = json_get_object(&in->json, root, "host", JSON_OPTIONAL);
    const cJSON *item;
    size_t count = 0;
    snprintf(in->json.path, sizeof in->json.path, "host");
    cJSON_ArrayForEach(item, host)
    {
        char key[sizeof in->r->facts->key], value[FACT_VALUE];
        if (!cJSON_IsString(item))
            continue; /* a key of another version */
        if (++count > FACTS_MAX) {
            json_fault(&in->json, "", "holds more than 256 facts");
            return;
        }
        result_add_fact(in->r, text_clean(key, sizeof key, item->string),
                        text_clean(value, sizeof value, item->valuestring));
    }
    in->json.path[0] = '\0';
}

static void read_target(struct reader *in, const cJSON *o)
{
    struct json_reader *j = &in->json;
    struct result *r = in->r;
    struct result_target t = {0};
    json_get_name(j, o, "id", t.id, sizeof t.id, JSON_REQUIRED);
    json_get_name(j, o, "kind", t.kind, sizeof t.kind, JSON_REQUIRED);
    if (!j->failed && (!t.id[0] || result_find_target(r, t.id) < r->target_count))
        json_fault(j, "id", "is empty or stands twice");
    t.cpus = json_get_count(j, o, "cpus", 1u << 20, JSON_OPTIONAL);
    t.memory_mib = json_get_count(j, o, "memory_mib", UINT64_C(1) << 40, JSON_OPTIONAL);
    t.emulated = json_get_bool(j, o, "emulated", JSON_OPTIONAL);
    json_get_text(j, o, "virt", t.virt, sizeof t.virt, JSON_OPTIONAL);
    json_get_text(j, o, "kernel", t.kernel, sizeof t.kernel, JSON_OPTIONAL);
    json_get_text(j, o, "clocksource", t.clocksource, sizeof t.clocksource, JSON_OPTIONAL);
    json_get_text(j, o, "how", t.how, sizeof t.how, JSON_OPTIONAL);
    json_get_text(j, o, "network", t.network, sizeof t.network, JSON_OPTIONAL);
    json_get_text(j, o, "path", t.path, sizeof t.path, JSON_OPTIONAL);
    json_get_text(j, o, "limits", t.limits, sizeof t.limits, JSON_OPTIONAL);
    json_get_text(j, o, "devices", t.devices, sizeof t.devices, JSON_OPTIONAL);
    json_get_text(j, o, "caches", t.caches, sizeof t.caches, JSON_OPTIONAL);
    json_get_text(j, o, "append", t.append, sizeof t.append, JSON_OPTIONAL);
    json_get_text(j, o, "remark", t.remark, sizeof t.remark, JSON_OPTIONAL);
    json_get_text(j, o, "given_up", t.given_up, sizeof t.given_up, JSON_OPTIONAL);
    t.start_s = json_get_number(j, o, "start_s", 0, SECONDS_MAX, NAN, JSON_OPTIONAL);
    t.clock_rate = 1;
    const cJSON *clock = json_get_object(j, o, "clock", JSON_OPTIONAL);
    if (clock) {
        t.clock_rate = json_get_number(j, clock, "rate", -1e6, 1e6, 1, JSON_REQUIRED);
        t.clock_bound = json_get_number(j, clock, "bound", 0, 1e9, INFINITY, JSON_OPTIONAL);
        t.clock_known = isfinite(t.clock_bound);
        t.clock_stepped = json_get_bool(j, clock, "stepped", JSON_OPTIONAL);
    }
    t.flags = read_flags(in, o, NULL, 0);
    t.machine = (uint32_t)json_get_count(j, o, "machine", UINT32_MAX, JSON_OPTIONAL);
    if (!j->failed)
        r->targets[r->target_count++] = t;
}

static enum dropped read_dropped(struct reader *in, const cJSON *o)
{
    char name[16];
    json_get_name(&in->json, o, "dropped", name, sizeof name, JSON_OPTIONAL);
    for (size_t d = DROPPED_NOTHING; d < DROPPED_COUNT; d++)
        if (strcmp(dropped_name(d), name) == 0)
            return (enum dropped)d;
    if (name[0])
        json_fault(&in->json, "dropped", "is none that this version knows");
    return DROPPED_UNKNOWN;
}

static void read_slot(struct reader *in, const cJSON *o)
{
    struct json_reader *j = &in->json;
    struct slot s = {0};
    s.metric = read_row(in, o);
    s.target = read_target_name(in, o, "target");
    s.block = (uint32_t)json_get_count(j, o, "block", STORE_BLOCK_MAX, JSON_REQUIRED);
    s.stage = (uint8_t)json_get_count(j, o, "stage", 2, JSON_OPTIONAL);
    if (!s.stage)
        s.stage = 1;
    json_get_name(j, o, "position", s.position, sizeof s.position, JSON_REQUIRED);
    if (!j->failed && (s.position[0] < 'A' || s.position[0] > 'Z' ||
                       (s.position[1] != '1' && s.position[1] != '2') || s.position[2]))
        json_fault(j, "position", "must be a letter and 1 or 2");
    s.at_s = json_get_number(j, o, "at_s", 0, SECONDS_MAX, 0, JSON_OPTIONAL);
    s.host_s = json_get_number(j, o, "host_s", 0, SECONDS_MAX, NAN, JSON_OPTIONAL);
    s.agent_s = json_get_number(j, o, "agent_s", 0, SECONDS_MAX, NAN, JSON_OPTIONAL);
    s.ops = json_get_count(j, o, "ops", UINT64_MAX, JSON_OPTIONAL);
    s.value = json_get_number(j, o, "value", 0, STORE_VALUE_MAX, NAN, JSON_OPTIONAL);
    s.measured = !isnan(s.value);
    if (!s.measured)
        s.value = 0;
    s.tsc_per_op = json_get_number(j, o, "tsc_per_op", 0, STORE_VALUE_MAX, 0, JSON_OPTIONAL);
    read_latency(in, o, &s.latency);
    read_arrival(in, o, &s.arrival);
    read_statements(in, o, &s.statements);
    s.dropped = read_dropped(in, o);
    s.steal = json_get_number(j, o, "steal", 0, 1, NAN, JSON_OPTIONAL);
    store_read_slot_counters(j, o, &s);
    s.flags = read_flags(in, o, s.reason, sizeof s.reason);
    if (!j->failed)
        *result_add_slot(in->r) = s;
}

static void read_figure(struct reader *in, const cJSON *o)
{
    struct json_reader *j = &in->json;
    struct result *r = in->r;
    struct figure_value f = {.metric = read_row(in, o)};
    if (!r->target_count)
        return; /* a plan without targets: the row is all there is */
    f.target = read_target_name(in, o, "target");
    if (!first_time(in, f.metric, f.target))
        return;
    f.n = json_get_count(j, o, "n", SLOTS_MAX, JSON_OPTIONAL);
    f.value = json_get_number(j, o, "value", 0, STORE_VALUE_MAX, NAN, JSON_OPTIONAL);
    f.measured = !isnan(f.value);
    if (!f.measured)
        f.value = 0;
    f.bounded = read_interval(in, o, &f.low, &f.high) && f.measured;
    f.noise = json_get_number(j, o, "noise", 0, 1e6, NAN, JSON_OPTIONAL);
    f.verified = json_get_bool(j, o, "verified", JSON_OPTIONAL);
    f.tsc_per_op = json_get_number(j, o, "tsc_per_op", 0, STORE_VALUE_MAX, 0, JSON_OPTIONAL);
    read_latency(in, o, &f.latency);
    read_arrival(in, o, &f.arrival);
    read_statements(in, o, &f.statements);
    f.dropped = read_dropped(in, o);
    store_read_cost(j, o, &f.cost);
    read_flags(in, o, f.reason, sizeof f.reason);
    if (j->failed)
        return;
    XGROW(r->figures, r->figure_count, r->figure_room);
    r->figures[r->figure_count++] = f;
}

static enum verdict read_verdict(struct reader *in, const cJSON *o)
{
    char id[32];
    json_get_name(&in->json, o, "verdict", id, sizeof id, JSON_REQUIRED);
    for (int v = 0; v < VERDICT_COUNT; v++)
        if (strcmp(verdicts[v].id, id) == 0)
            return (enum verdict)v;
    json_fault(&in->json, "verdict", "is none that this version knows");
    return VERDICT_NOT_MEASURED;
}

static void read_comparison(struct reader *in, const cJSON *o)
{
    struct json_reader *j = &in->json;
    struct result *r = in->r;
    struct comparison c = {.metric = read_row(in, o)};
    struct stats_estimate *s = &c.estimate;
    c.target = read_target_name(in, o, "target");
    c.reference = read_target_name(in, o, "reference");
    if (!first_time(in, c.metric, c.target))
        return;
    s->n = json_get_count(j, o, "n", STATS_N_MAX, JSON_OPTIONAL);
    double ratio = json_get_number(j, o, "ratio", 1e-12, 1e12, NAN, JSON_OPTIONAL);
    if (isnan(ratio))
        s->n = 0;
    s->centre = s->n ? log(ratio) : NAN;
    s->low = s->high = NAN;
    double low = 0, high = 0;
    s->bounded = read_interval(in, o, &low, &high) && s->n && low > 0;
    if (s->bounded) {
        s->low = log(low);
        s->high = log(high);
        s->level = json_get_number(j, o, "level", 0, 1, 0.95, JSON_OPTIONAL);
    }
    s->approximate = json_get_bool(j, o, "approximate", JSON_OPTIONAL);
    s->outliers = json_get_count(j, o, "outliers", STATS_N_MAX, JSON_OPTIONAL);
    /* The share of the performance that it takes. Earlier versions stored the change of a time,
     * which may be above 1; for small ones the two are the same. */
    double loss = json_get_number(j, o, "detectable", 0, STORE_VALUE_MAX, NAN, JSON_OPTIONAL);
    c.detectable = loss < 1 ? -log1p(-loss) : log1p(loss);
    c.p = json_get_number(j, o, "p", 0, 1, NAN, JSON_OPTIONAL);
    c.variance = json_get_number(j, o, "variance", 0, STORE_VALUE_MAX, NAN, JSON_OPTIONAL);
    c.stage = (uint8_t)json_get_count(j, o, "stage", 2, JSON_OPTIONAL);
    c.verdict = read_verdict(in, o);
    c.flags = read_flags(in, o, c.reason, sizeof c.reason);
    if (j->failed)
        return;
    XGROW(r->comparisons, r->comparison_count, r->comparison_room);
    r->comparisons[r->comparison_count++] = c;
}

static void read_array(struct reader *in, const cJSON *root, const char *key, size_t max,
                       void (*read)(struct reader *in, const cJSON *o))
{
    const cJSON *array = json_get_array(&in->json, root, key, max, JSON_REQUIRED);
    const cJSON *item;
    size_t index = 0;
    memset(in->seen, 0, (METRICS_MAX + 1) * TARGETS_MAX * sizeof *in->seen);
    cJSON_ArrayForEach(item, array)
    {
        json_at(&in->json, key, index++);
        if (!cJSON_IsObject(item))
            json_fault(&in->json, "", "must be an object");
        if (in->json.failed)
            return;
        read(in, item);
    }
    if (!in->json.failed)
        in->json.path[0] = '\0';
}

static void read_head(struct reader *in, const cJSON *root)
{
    struct json_reader *j = &in->json;
    struct result *r = in->r;
    char started[32];
    const cJSON *tool = json_get_object(j, root, "tool", JSON_OPTIONAL);
    if (tool) {
        json_get_text(j, tool, "version", r->tool_version, sizeof r->tool_version, JSON_OPTIONAL);
        json_get_name(j, tool, "agent_sha256", r->agent_sha256, sizeof r->agent_sha256,
                      JSON_OPTIONAL);
    }
    json_get_name(j, root, "started", started, sizeof started, JSON_REQUIRED);
    if (!j->failed && !parse_time(started, &r->started))
        json_fault(j, "started", "must be a time as 2026-01-31T12:00:00Z");
    r->elapsed_s = json_get_number(j, root, "elapsed_s", 0, SECONDS_MAX, 0, JSON_OPTIONAL);
    json_get_text(j, root, "profile", r->profile, sizeof r->profile, JSON_OPTIONAL);
    json_get_text(j, root, "name", r->name, sizeof r->name, JSON_OPTIONAL);
    r->partial = json_get_bool(j, root, "partial", JSON_OPTIONAL);
    r->two_stage = json_get_bool(j, root, "two_stage", JSON_OPTIONAL);
    r->slot_s = json_get_number(j, root, "slot_s", 0, SECONDS_MAX, 0, JSON_OPTIONAL);
    r->slot_scale = json_get_number(j, root, "slot_scale", 0, SCALE_MAX, 0, JSON_OPTIONAL);
    const cJSON *late = json_get_object(j, root, "out_of_time", JSON_OPTIONAL);
    if (late) {
        r->late.rows = json_get_count(j, late, "rows", METRICS_MAX, JSON_OPTIONAL);
        r->late.looks = json_get_count(j, late, "second_looks", METRICS_MAX, JSON_OPTIONAL);
    }
    const cJSON *load = json_get_object(j, root, "load", JSON_OPTIONAL);
    if (load) {
        r->load.looks = json_get_count(j, load, "looks", SLOTS_MAX, JSON_OPTIONAL);
        r->load.busy = json_get_count(j, load, "not_quiet", r->load.looks, JSON_OPTIONAL);
        r->load.others = json_get_number(j, load, "others_cpus", 0, 1u << 20, 0, JSON_OPTIONAL);
        json_get_text(j, load, "why", r->load.why, sizeof r->load.why, JSON_OPTIONAL);
    }
}

static void read_self(struct reader *in, const cJSON *root)
{
    const cJSON *self = json_get_object(&in->json, root, "self", JSON_OPTIONAL);
    if (!self)
        return;
    struct json_reader *j = &in->json;
    in->r->self_cpu_s = json_get_number(j, self, "cpu_s", 0, SECONDS_MAX, 0, JSON_OPTIONAL);
    in->r->self_max_rss_kib = json_get_count(j, self, "max_rss_kib", UINT64_MAX, JSON_OPTIONAL);
    in->r->self_frames = json_get_count(j, self, "frames", UINT64_MAX, JSON_OPTIONAL);
}

/* Another schema is not damage: the file is left alone, the user is told. */
static int check_schema(struct reader *in, const cJSON *root)
{
    char schema[32];
    const char *family = "vmtax.result/";
    if (!cJSON_IsObject(root)) {
        json_fault(&in->json, "", "not an object");
        return -1;
    }
    if (!json_get_text(&in->json, root, "schema", schema, sizeof schema, JSON_REQUIRED))
        return -1;
    if (strcmp(schema, RESULT_SCHEMA) == 0)
        return 0;
    in->json.failed = true;
    if (strncmp(schema, family, strlen(family)) == 0)
        return error_set(in->json.e, ERROR_USAGE,
                         "%s has the schema %s; this vmtax reads " RESULT_SCHEMA
                         ": use the version that wrote it, or measure again",
                         in->json.name, schema);
    return error_set(in->json.e, ERROR_USAGE, "%s is not a result of vmtax: its schema is \"%s\"",
                     in->json.name, schema);
}

static int by_place(const void *a, const void *b)
{
    const struct slot *const *x = a, *const *y = b;
    if ((*x)->metric != (*y)->metric)
        return (*x)->metric < (*y)->metric ? -1 : 1;
    if ((*x)->target != (*y)->target)
        return (*x)->target < (*y)->target ? -1 : 1;
    if ((*x)->stage != (*y)->stage)
        return (*x)->stage < (*y)->stage ? -1 : 1;
    if ((*x)->block != (*y)->block)
        return (*x)->block < (*y)->block ? -1 : 1;
    return strcmp((*x)->position, (*y)->position);
}

/* Each place of a block is measured once. */
static void check_places(struct reader *in)
{
    const struct result *r = in->r;
    const struct slot **slots = xcalloc(r->slot_count + 1, sizeof *slots);
    for (size_t i = 0; i < r->slot_count; i++)
        slots[i] = &r->slots[i];
    qsort(slots, r->slot_count, sizeof *slots, by_place);
    for (size_t i = 1; i < r->slot_count && !in->json.failed; i++)
        if (by_place(&slots[i - 1], &slots[i]) == 0) {
            json_at(&in->json, "slots", (size_t)(slots[i] - r->slots));
            json_fault(&in->json, "position", "is that of another slot of the same block");
        }
    free(slots);
}

int store_from_json(struct result *r, const char *json, size_t length, const char *name,
                    struct error *e)
{
    struct error unused;
    struct reader in = {.json = {.name = name, .e = e ? e : &unused}, .r = r};
    result_release(r);
    if (length > STORE_FILE_MAX)
        return error_set(e, ERROR_USAGE, "%s is larger than %u MiB: not a result of vmtax", name,
                         STORE_FILE_MAX >> 20);
    cJSON *root = json_parse(json, length, name, in.json.e);
    if (!root)
        return -1;
    if (check_schema(&in, root) == 0) {
        in.seen = xcalloc((METRICS_MAX + 1) * TARGETS_MAX, sizeof *in.seen);
        read_head(&in, root);
        read_facts(&in, root);
        read_array(&in, root, "targets", TARGETS_MAX, read_target);
        /* Slots stand before metrics in the file, but the order of the rows is that of metrics. */
        read_array(&in, root, "metrics", METRICS_MAX * TARGETS_MAX, read_figure);
        read_array(&in, root, "slots", SLOTS_MAX, read_slot);
        if (!in.json.failed)
            check_places(&in);
        read_array(&in, root, "comparisons", METRICS_MAX * TARGETS_MAX, read_comparison);
        read_self(&in, root);
        free(in.seen);
    }
    cJSON_Delete(root);
    if (in.json.failed)
        result_release(r);
    return in.json.failed ? -1 : 0;
}
