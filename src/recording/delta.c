#include <config.h>

#include "recording/delta.h"

#include "check_shared.h"
#include "recording/field_rows.h"
#include "recording/verdict.h"
#include "xalloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX    4096
#define BLOCKS_KEPT 1024 /* the highest number of a block */

/* ---- what is recorded ---- */

static const char *state_name(size_t i)
{
    static const char *const names[] = {"off", "starting", "ready", "failed", "unusable"};
    return i < sizeof names / sizeof *names ? names[i] : NULL;
}

static const char *level_name(size_t i)
{
    static const char *const names[] = {"ok", "note", "run", "warn", "error"};
    return i < sizeof names / sizeof *names ? names[i] : NULL;
}

#define S(member, key) struct snapshot, member, key

static const struct field snapshot_fields[] = {
    BOOL(S(stored, "stored")),
    UP_TO(S(target_count, "target_count"), TARGETS_MAX),
    UP_TO(S(metric_count, "row_count"), ROWS_MAX),
    COUNT(S(late_rows, "late_rows")),
    COUNT(S(late_looks, "late_looks")),
    COUNT(S(queue_total, "queue_total")),
    BOOL(S(baseline.known, "baseline.known")),
    TEXT(S(baseline.name, "baseline.name")),
    COUNT(S(baseline.sessions, "baseline.sessions")),
    NUMBER(S(baseline.age_s, "baseline.age_s")),
    TEXT(S(baseline.strength, "baseline.strength")),
    TEXT(S(baseline.differences[0], "baseline.difference")),
    TEXT(S(baseline.differences[1], "baseline.difference2")),
    TEXT(S(baseline.differences[2], "baseline.difference3")),
    TEXT(S(baseline.differences[3], "baseline.difference4")),
    UP_TO(S(baseline.difference_count, "baseline.shown"), 4),
    COUNT(S(baseline.difference_total, "baseline.differences")),
    BOOL(S(check.active, "check.active")),
    COUNT(S(check.session, "check.session")),
    COUNT(S(check.sessions, "check.sessions")),
    NUMBER(S(check.until_s, "check.until")),
    TEXT(S(check.name, "check.name")),
    TEXT(S(check.plan, "check.plan")),
    BOOL(S(run.active, "run.active")),
    BOOL(S(run.paused, "run.paused")),
    TEXT(S(run.title, "run.title")),
    ROW(FIELD_WORKLOAD, S(run.workload, "run.workload")),
    TEXT(S(run.params, "run.params")),
    INDEX(S(run.metric, "run.row"), ROWS_MAX - 1),
    UP_TO(S(run.target, "run.target"), TARGETS_MAX - 1),
    TEXT(S(run.position, "run.position")),
    TEXT(S(run.phase, "run.phase")),
    NUMBER(S(run.silent_s, "run.silent_s")),
    UP_TO(S(run.block, "run.block"), BLOCKS_KEPT),
    UP_TO(S(run.blocks, "run.blocks"), BLOCKS_KEPT),
    UP_TO(S(run.stage, "run.stage"), 2),
    UP_TO(S(run.stages, "run.stages"), 2),
    NUMBER(S(run.slot_s, "run.slot_s")),
    NUMBER(S(run.elapsed_s, "run.elapsed_s")),
    NUMBER(S(run.eta_s, "run.eta_s")),
    NUMBER(S(run.done, "run.done")),
    UP_TO(S(run.block_count, "run.block_count"), BOARD_BLOCKS_MAX),
    NUMBERS(S(run.block_ratio, "run.block_ratios")),
    BOOL(S(host.known, "host.known")),
    TEXT(S(host.name, "host.name")),
    TEXT(S(host.cpu_model, "host.cpu")),
    TEXT(S(host.kernel, "host.kernel")),
    TEXT(S(host.governor, "host.governor")),
    TEXT(S(host.virt, "host.virt")),
    UP_TO(S(host.cores, "host.cores"), 65536),
    ROW(FIELD_SHARES, S(host.core, "host.shares")),
    COUNT(S(host.memory_used, "host.memory_used")),
    COUNT(S(host.memory_total, "host.memory_total")),
    COUNT(S(host.swap_used, "host.swap_used")),
    COUNT(S(host.swap_total, "host.swap_total")),
    NUMBER(S(host.load1, "host.load1")),
    NUMBER(S(host.load5, "host.load5")),
    NUMBER(S(host.load15, "host.load15")),
    NUMBER(S(host.mhz, "host.mhz")),
    COUNT(S(host.cache_bytes[0], "host.cache1")),
    COUNT(S(host.cache_bytes[1], "host.cache2")),
    COUNT(S(host.cache_bytes[2], "host.cache3")),
    BOOL(S(host.quiet_known, "host.quiet_known")),
    BOOL(S(host.quiet, "host.quiet")),
    TEXT(S(host.quiet_why, "host.quiet_why")),
    NUMBER(S(host.uptime_s, "host.uptime_s")),
    COUNT(S(host.processes, "host.processes")),
    END,
};

#define T(member) struct board_target, member, #member

static const struct field target_fields[] = {
    TEXT(T(id)),
    TEXT(T(kind)),
    ONE_OF(T(state), state_name),
    BOOL(T(emulated)),
    COUNT(T(cpus)),
    COUNT(T(memory_mib)),
    TEXT(T(how)),
    TEXT(T(network)),
    TEXT(T(path)),
    TEXT(T(limits)),
    TEXT(T(devices)),
    TEXT(T(caches)),
    TEXT(T(kernel)),
    TEXT(T(remark)),
    TEXT(T(clocksource)),
    BOOL(T(clock_known)),
    BOOL(T(clock_stepped)),
    NUMBER(T(clock_rate)),
    NUMBER(T(clock_bound)),
    NUMBER(T(since_s)),
    NUMBER(T(start_s)),
    TEXT(T(reason)),
    TEXT(T(remedy)),
    END,
};

#define M(member) struct board_metric, member, #member

static const struct field row_fields[] = {
    ROW(FIELD_WORKLOAD, M(workload)),
    TEXT(M(params)),
    TEXT(M(engine)),
    BOOL(M(baseline_known)),
    NUMBER(M(baseline_value)),
    NUMBER(M(baseline_low)),
    NUMBER(M(baseline_high)),
    END,
};

#define C(member, key) struct board_cell, member, key
#define REASON(i)                                    \
    TEXT(C(figure.cost.reasons[i].name, "exit" #i)), \
        NUMBER(C(figure.cost.reasons[i].per_s, "exit" #i "_per_s"))

static const struct field cell_fields[] = {
    BOOL(C(compared, "compared")),
    BOOL(C(live, "live")),
    BOOL(C(taken_over, "taken_over")),
    ROW(FIELD_TIME, C(measured_at, "measured_at")),
    COUNT(C(figure.n, "n")),
    NUMBER(C(figure.value, "value")),
    NUMBER(C(figure.low, "low")),
    NUMBER(C(figure.high, "high")),
    BOOL(C(figure.bounded, "bounded")),
    NUMBER(C(figure.noise, "noise")),
    BOOL(C(figure.verified, "verified")),
    NUMBER(C(figure.tsc_per_op, "tsc_per_op")),
    BOOL(C(figure.latency.known, "latency")),
    COUNT(C(figure.latency.count, "latency_count")),
    NUMBER(C(figure.latency.p50_us, "p50_us")),
    NUMBER(C(figure.latency.p90_us, "p90_us")),
    NUMBER(C(figure.latency.p99_us, "p99_us")),
    NUMBER(C(figure.latency.p99_9_us, "p99_9_us")),
    NUMBER(C(figure.latency.max_us, "max_us")),
    COUNT(C(figure.arrival.sent, "sent")),
    NUMBER(C(figure.arrival.sent_s, "sent_s")),
    COUNT(C(figure.arrival.received, "received")),
    COUNT(C(figure.arrival.reordered, "reordered")),
    COUNT(C(figure.statements.transactions, "transactions")),
    COUNT(C(figure.statements.reads, "statements_read")),
    COUNT(C(figure.statements.writes, "statements_written")),
    COUNT(C(figure.statements.others, "statements_other")),
    COUNT(C(figure.statements.errors, "transactions_begun_again")),
    ONE_OF(C(figure.dropped, "dropped"), dropped_name),
    FLAGS(C(figure.cost.known, "counted")),
    NUMBERS(C(figure.cost.per_s, "counters_per_s")),
    NUMBER(C(figure.cost.s_per_op, "s_per_op")),
    UP_TO(C(figure.cost.reason_count, "exits"), FIGURE_REASONS_MAX),
    REASON(0),
    REASON(1),
    REASON(2),
    REASON(3),
    BOOL(C(figure.measured, "measured")),
    TEXT(C(figure.reason, "reason")),
    UP_TO(C(comparison.reference, "reference"), TARGETS_MAX - 1),
    COUNT(C(comparison.estimate.n, "blocks")),
    NUMBER(C(comparison.estimate.centre, "centre")),
    NUMBER(C(comparison.estimate.low, "centre_low")),
    NUMBER(C(comparison.estimate.high, "centre_high")),
    NUMBER(C(comparison.estimate.level, "level")),
    BOOL(C(comparison.estimate.bounded, "centre_bounded")),
    BOOL(C(comparison.estimate.approximate, "approximate")),
    COUNT(C(comparison.estimate.outliers, "outliers")),
    NUMBER(C(comparison.variance, "variance")),
    NUMBER(C(comparison.detectable, "detectable")),
    NUMBER(C(comparison.p, "p")),
    UP_TO(C(comparison.stage, "stage"), 2),
    ONE_OF(C(comparison.verdict, "verdict"), fields_verdict),
    FLAGS(C(comparison.flags, "flags")),
    TEXT(C(comparison.reason, "remark")),
    END,
};

#define U(member) struct subsystem_summary_cell, member, #member

static const struct field summary_fields[] = {
    COUNT(U(rows)),   COUNT(U(total)),
    BOOL(U(known)),   NUMBER(U(ratio)),
    NUMBER(U(low)),   NUMBER(U(high)),
    BOOL(U(bounded)), ONE_OF(U(verdict), fields_verdict),
    FLAGS(U(flags)),  END,
};

#define L(member) struct latency, member, #member

static const struct field latency_fields[] = {
    BOOL(L(known)),    COUNT(L(count)),     NUMBER(L(p50_us)), NUMBER(L(p90_us)),
    NUMBER(L(p99_us)), NUMBER(L(p99_9_us)), NUMBER(L(max_us)), END,
};

#define Q(member) struct board_queue_item, member, #member

static const struct field queue_fields[] = {
    TEXT(Q(workload)),  TEXT(Q(params)),
    TEXT(Q(targets)),   UP_TO(Q(blocks), BLOCKS_KEPT),
    NUMBER(Q(seconds)), END,
};

#define G(member) struct board_log_line, member, #member

static const struct field log_fields[] = {
    ROW(FIELD_TIME, G(at)), ONE_OF(G(level), level_name), TEXT(G(target)), TEXT(G(text)), END,
};

#define R(member) struct board_rate, member, #member

static const struct field rate_fields[] = {
    NUMBER(R(at_s)), NUMBER(R(value)), UP_TO(R(target), TARGETS_MAX - 1),
    BOOL(R(stall)),  BOOL(R(slot)),    END,
};

/* ---- writing ---- */

/* Item of a list, with the indices that say whose it is. */
static void add_item(cJSON *line, const char *list, cJSON *item)
{
    cJSON *array = cJSON_GetObjectItemCaseSensitive(line, list);
    cJSON_AddItemToArray(array ? array : cJSON_AddArrayToObject(line, list), item);
}

static void add_changed(cJSON *line, const char *list, const char *first, size_t i,
                        const char *second, size_t j, const struct field *fields, const void *now,
                        const void *was)
{
    cJSON *item = json_object();
    if (!fields_write(item, fields, now, was)) {
        cJSON_Delete(item);
        return;
    }
    json_add_count(item, first, i);
    if (second)
        json_add_count(item, second, j);
    add_item(line, list, item);
}

static void add_rows(cJSON *line, const struct snapshot *now, const struct snapshot *was)
{
    for (size_t i = 0; i < now->metric_count; i++) {
        const struct board_metric *m = &now->metrics[i];
        const struct board_metric *old = was && i < was->metric_count ? &was->metrics[i] : NULL;
        add_changed(line, "rows", "row", i, NULL, 0, row_fields, m, old);
        for (size_t t = 0; t < (now->target_count ? now->target_count : 1); t++)
            add_changed(line, "cells", "row", i, "target", t, cell_fields, &m->cell[t],
                        old && t < was->target_count ? &old->cell[t] : NULL);
    }
}

static void add_targets(cJSON *line, const struct snapshot *now, const struct snapshot *was)
{
    for (size_t t = 0; t < now->target_count; t++) {
        bool old = was && t < was->target_count;
        add_changed(line, "targets", "target", t, NULL, 0, target_fields, &now->targets[t],
                    old ? &was->targets[t] : NULL);
        for (size_t i = 0; i <= SUBSYSTEM_COUNT; i++)
            add_changed(line, "summary", "subsystem", i, "target", t, summary_fields,
                        &now->summary.cell[i][t], old ? &was->summary.cell[i][t] : NULL);
        add_changed(line, "latency", "target", t, NULL, 0, latency_fields, &now->run.latency[t],
                    old ? &was->run.latency[t] : NULL);
    }
}

static void add_queue(cJSON *line, const struct snapshot *now, const struct snapshot *was)
{
    if (was ? now->queue_count == was->queue_count &&
                  memcmp(now->queue, was->queue, now->queue_count * sizeof *now->queue) == 0
            : !now->queue_count)
        return;
    cJSON *array = cJSON_AddArrayToObject(line, "queue");
    for (size_t i = 0; i < now->queue_count; i++) {
        cJSON *item = json_object();
        fields_write(item, queue_fields, &now->queue[i], NULL);
        cJSON_AddItemToArray(array, item);
    }
}

static void add_log(cJSON *line, const struct snapshot *now, const struct snapshot *was)
{
    size_t fresh = now->log_total - (was ? was->log_total : 0);
    if (fresh > now->log_count)
        fresh = now->log_count;
    for (size_t i = now->log_count - fresh; i < now->log_count; i++) {
        cJSON *item = json_object();
        fields_write(item, log_fields, &now->log[(now->log_first + i) % BOARD_LOG_MAX], NULL);
        add_item(line, "log", item);
    }
}

static const struct board_rate *rate_at(const struct board_run *run, size_t i)
{
    return &run->rate[(run->rate_first + i) % BOARD_RATE_MAX];
}

/* The live graph grows, or begins anew: then its oldest point is another one, and it is not that an
 * old one had to go. */
static void add_rate(cJSON *line, const struct board_run *now, const struct board_run *was)
{
    bool grows = was && was->rate_count && now->rate_count >= was->rate_count &&
                 (now->rate_first != was->rate_first ||
                  rate_at(now, 0)->at_s <= rate_at(was, 0)->at_s);
    double from = grows ? rate_at(was, was->rate_count - 1)->at_s : -INFINITY;
    if (!grows && was && was->rate_count)
        cJSON_AddTrueToObject(line, "rate_anew");
    for (size_t i = 0; i < now->rate_count; i++) {
        cJSON *item;
        if (!(rate_at(now, i)->at_s > from))
            continue;
        item = json_object();
        fields_write(item, rate_fields, rate_at(now, i), NULL);
        add_item(line, "rate", item);
    }
}

/* The host's samples that came since. */
static void add_samples(cJSON *line, const struct board_host *now, const struct board_host *was)
{
    size_t first = was ? was->first : 0, count = was ? was->count : 0;
    size_t fresh = now->count - count + (now->first + BOARD_HOST_MAX - first) % BOARD_HOST_MAX;
    if (fresh > now->count)
        fresh = now->count;
    for (size_t i = now->count - fresh; i < now->count; i++) {
        size_t at = (now->first + i) % BOARD_HOST_MAX;
        const float values[] = {now->cpu[at], now->steal[at], now->memory[at], now->disk[at],
                                now->net[at]};
        cJSON *item = json_array();
        for (size_t k = 0; k < sizeof values / sizeof *values; k++)
            cJSON_AddItemToArray(item, fields_number((double)values[k]));
        add_item(line, "samples", item);
    }
}

/* A verdict is whole when it comes, and never changes. What was is still held: another one lies
 * elsewhere. */
static void add_verdict(cJSON *line, const struct check *now, const struct check *was)
{
    if (now != was)
        cJSON_AddItemToObject(line, "verdict", now ? verdict_write(now) : cJSON_CreateNull());
}

cJSON *delta_make(const struct snapshot *now, const struct snapshot *was)
{
    cJSON *line = json_object(), *set = json_object();
    cJSON_AddItemToObject(line, "at_s", fields_number(now->now_s));
    cJSON_AddNumberToObject(line, "clock", (double)now->clock);
    cJSON_AddItemToObject(line, "set", set);
    bool any = fields_write(set, snapshot_fields, now, was);
    if (!any)
        cJSON_DeleteItemFromObjectCaseSensitive(line, "set");
    add_targets(line, now, was);
    add_rows(line, now, was);
    add_queue(line, now, was);
    add_log(line, now, was);
    add_rate(line, &now->run, was ? &was->run : NULL);
    add_samples(line, &now->host, was ? &was->host : NULL);
    add_verdict(line, now->check.verdict, was ? was->check.verdict : NULL);
    if (!any && cJSON_GetArraySize(line) == 2) {
        cJSON_Delete(line);
        return NULL;
    }
    return line;
}

/* ---- reading ---- */

/* What a larger count makes visible begins as zeros, as the writer took it. */
static void resize(struct snapshot *s, size_t targets, size_t rows)
{
    if (s->metric_count > s->metric_room) {
        s->metrics = xrealloc_array(s->metrics, s->metric_count, sizeof *s->metrics);
        s->metric_room = s->metric_count;
    }
    if (s->metric_count > rows)
        memset(s->metrics + rows, 0, (s->metric_count - rows) * sizeof *s->metrics);
    for (size_t t = targets; t < s->target_count; t++) {
        memset(&s->targets[t], 0, sizeof s->targets[t]);
        memset(&s->run.latency[t], 0, sizeof s->run.latency[t]);
        for (size_t i = 0; i <= SUBSYSTEM_COUNT; i++)
            memset(&s->summary.cell[i][t], 0, sizeof s->summary.cell[i][t]);
        for (size_t i = 0; i < rows && i < s->metric_count; i++)
            memset(&s->metrics[i].cell[t], 0, sizeof s->metrics[i].cell[t]);
    }
}

static void read_set(struct json_reader *r, const cJSON *line, struct snapshot *s)
{
    size_t targets = s->target_count, rows = s->metric_count;
    const cJSON *set = json_get_object(r, line, "set", JSON_OPTIONAL);
    if (set)
        fields_read(r, set, snapshot_fields, s);
    if (r->failed)
        s->target_count = s->metric_count = 0;
    resize(s, targets, rows);
}

/* The index of an item, below count. */
static size_t index_of(struct json_reader *r, const cJSON *item, const char *key, size_t count)
{
    uint64_t i = json_get_count(r, item, key, ROWS_MAX, JSON_REQUIRED);
    if (!r->failed && i >= count)
        json_fault(r, key, "is beyond the last one");
    return r->failed ? 0 : (size_t)i;
}

static void read_cell(struct json_reader *r, const cJSON *item, struct snapshot *s)
{
    size_t i = index_of(r, item, "row", s->metric_count);
    size_t t = index_of(r, item, "target", s->target_count ? s->target_count : 1);
    if (!r->failed)
        fields_read(r, item, cell_fields, &s->metrics[i].cell[t]);
}

static void read_row(struct json_reader *r, const cJSON *item, struct snapshot *s)
{
    size_t i = index_of(r, item, "row", s->metric_count);
    if (!r->failed)
        fields_read(r, item, row_fields, &s->metrics[i]);
}

static void read_target(struct json_reader *r, const cJSON *item, struct snapshot *s)
{
    size_t t = index_of(r, item, "target", s->target_count);
    if (!r->failed)
        fields_read(r, item, target_fields, &s->targets[t]);
}

static void read_summary(struct json_reader *r, const cJSON *item, struct snapshot *s)
{
    size_t i = index_of(r, item, "subsystem", SUBSYSTEM_COUNT + 1);
    size_t t = index_of(r, item, "target", s->target_count);
    if (!r->failed)
        fields_read(r, item, summary_fields, &s->summary.cell[i][t]);
}

static void read_latency(struct json_reader *r, const cJSON *item, struct snapshot *s)
{
    size_t t = index_of(r, item, "target", s->target_count);
    if (!r->failed)
        fields_read(r, item, latency_fields, &s->run.latency[t]);
}

static void read_queued(struct json_reader *r, const cJSON *item, struct snapshot *s)
{
    struct board_queue_item *q = &s->queue[s->queue_count++];
    memset(q, 0, sizeof *q);
    fields_read(r, item, queue_fields, q);
}

static void read_logged(struct json_reader *r, const cJSON *item, struct snapshot *s)
{
    struct board_log_line *l =
        &s->log[snapshot_ring_push(&s->log_first, &s->log_count, BOARD_LOG_MAX)];
    memset(l, 0, sizeof *l);
    s->log_total++;
    fields_read(r, item, log_fields, l);
}

static void read_rate(struct json_reader *r, const cJSON *item, struct snapshot *s)
{
    struct board_rate *p =
        &s->run.rate[snapshot_ring_push(&s->run.rate_first, &s->run.rate_count, BOARD_RATE_MAX)];
    memset(p, 0, sizeof *p);
    fields_read(r, item, rate_fields, p);
}

static void read_sample(struct json_reader *r, const cJSON *item, struct snapshot *s)
{
    struct board_host *h = &s->host;
    float *const rings[] = {h->cpu, h->steal, h->memory, h->disk, h->net};
    size_t at = snapshot_ring_push(&h->first, &h->count, BOARD_HOST_MAX), k = 0;
    const cJSON *value;
    cJSON_ArrayForEach(value, item)
    {
        if (k == sizeof rings / sizeof *rings || !cJSON_IsNumber(value)) {
            json_fault(r, "", "five numbers are wanted");
            return;
        }
        rings[k++][at] = (float)fmin(fmax(value->valuedouble, 0), 1e18);
    }
}

/* In the order in which they are read. */
static const struct list {
    const char *key;
    size_t max;
    bool arrays; /* its items are, not objects */
    void (*read)(struct json_reader *r, const cJSON *item, struct snapshot *s);
} lists[] = {
    {"targets", TARGETS_MAX, false, read_target},
    {"summary", TARGETS_MAX *(SUBSYSTEM_COUNT + 1), false, read_summary},
    {"latency", TARGETS_MAX, false, read_latency},
    {"rows", ROWS_MAX, false, read_row},
    {"cells", (size_t)ROWS_MAX *TARGETS_MAX, false, read_cell},
    {"queue", BOARD_QUEUE_MAX, false, read_queued},
    {"log", BOARD_LOG_MAX, false, read_logged},
    {"rate", BOARD_RATE_MAX, false, read_rate},
    {"samples", BOARD_HOST_MAX, true, read_sample},
};

static void read_list(struct json_reader *r, const cJSON *line, const struct list *list,
                      struct snapshot *s)
{
    const cJSON *item, *array = json_get_array(r, line, list->key, list->max, JSON_OPTIONAL);
    size_t i = 0;
    if (array && list->read == read_queued)
        s->queue_count = 0;
    cJSON_ArrayForEach(item, array)
    {
        json_at(r, list->key, i++);
        if (list->arrays ? !cJSON_IsArray(item) : !cJSON_IsObject(item))
            json_fault(r, "", list->arrays ? "must be an array" : "must be an object");
        if (r->failed)
            return;
        list->read(r, item, s);
    }
    r->path[0] = '\0';
}

/* null: it is gone. */
static void read_verdict(struct json_reader *r, const cJSON *line, struct snapshot *s)
{
    if (r->failed || !cJSON_GetObjectItemCaseSensitive(line, "verdict"))
        return;
    const cJSON *o = json_get_object(r, line, "verdict", JSON_OPTIONAL);
    const struct check *verdict = o ? verdict_read(r, o) : NULL;
    if (!r->failed)
        snapshot_set_verdict(s, verdict);
    check_let_go(verdict);
}

/* What the screens rely on, whatever a file says. */
static void settle(struct json_reader *r, struct snapshot *s)
{
    for (size_t i = 0; i < s->metric_count; i++) {
        if (!s->metrics[i].workload) {
            json_fault(r, "rows", "a row without a workload");
            s->metric_count = i;
        }
        for (size_t t = 0; t < TARGETS_MAX && i < s->metric_count; t++) {
            struct board_cell *cell = &s->metrics[i].cell[t];
            cell->figure.metric = cell->comparison.metric = i;
            cell->figure.target = cell->comparison.target = t;
            if (cell->comparison.reference >= s->target_count)
                cell->comparison.reference = 0;
        }
    }
    if (s->run.metric >= s->metric_count && s->run.metric != 0)
        s->run.metric = SIZE_MAX;
    if (s->target_count && s->run.target >= s->target_count)
        s->run.target = 0;
}

int delta_apply(const cJSON *delta, const char *name, struct snapshot *s, struct error *e)
{
    struct json_reader r = {.name = name, .e = e};
    if (!cJSON_IsObject(delta)) {
        json_fault(&r, "", "must be an object");
        return -1;
    }
    s->now_s = json_get_number(&r, delta, "at_s", 0, 1e9, 0, JSON_REQUIRED);
    s->clock = (int64_t)json_get_number(&r, delta, "clock", 0, 253402300799.0, 0, JSON_REQUIRED);
    read_set(&r, delta, s);
    if (json_get_bool(&r, delta, "rate_anew", JSON_OPTIONAL))
        s->run.rate_first = s->run.rate_count = 0;
    for (size_t i = 0; i < sizeof lists / sizeof *lists && !r.failed; i++)
        read_list(&r, delta, &lists[i], s);
    read_verdict(&r, delta, s);
    settle(&r, s);
    return r.failed ? -1 : 0;
}
