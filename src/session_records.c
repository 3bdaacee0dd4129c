#include <config.h>

#include "session_records.h"

#include "text.h"

#include <math.h>
#include <string.h>

/* What no machine does: an empty operation takes some cycles on each of a few thousand processors,
 * and memory moves terabytes a second, not petabytes. */
#define OPS_PER_NS_MAX   1e4
#define STATEMENTS_MAX   UINT64_C(1000000000000) /* of a slot */
#define TSC_PER_S_MAX    1e11
#define BYTES_PER_NS_MAX 1e6

void session_take_text(char *out, size_t size, const struct record *r, const char *key)
{
    const char *value = record_text(r, key);
    text_clean(out, size, value ? value : "unknown");
}

void session_take_failure(const struct record *r, char out[REASON_MAX])
{
    session_take_text(out, REASON_MAX, r, "reason");
    if (!out[0])
        text_copy(out, REASON_MAX, "failed without a reason");
}

static int take_latency(const struct record *r, struct latency *l, struct error *e)
{
    uint64_t p50, p90, p99, p99_9, max;
    if (record_u64(r, "lat_n", 0, UINT64_MAX, &l->count, e) < 0 || l->count == 0) {
        *l = (struct latency){0};
        return 0;
    }
    if (record_u64(r, "p50_ns", 0, INT64_MAX, &p50, e) < 0 ||
        record_u64(r, "p90_ns", p50, INT64_MAX, &p90, e) < 0 ||
        record_u64(r, "p99_ns", p90, INT64_MAX, &p99, e) < 0 ||
        record_u64(r, "p99_9_ns", p99, INT64_MAX, &p99_9, e) < 0 ||
        record_u64(r, "max_ns", p99_9, INT64_MAX, &max, e) < 0)
        return -1;
    l->known = true;
    l->p50_us = (double)p50 * 1e-3;
    l->p90_us = (double)p90 * 1e-3;
    l->p99_us = (double)p99 * 1e-3;
    l->p99_9_us = (double)p99_9 * 1e-3;
    l->max_us = (double)max * 1e-3;
    return 0;
}

void session_take_counters(const struct record *r, struct counters *out)
{
    static const struct {
        const char *key;
        enum counter counter;
    } keys[] = {
        {"intr", COUNTER_GUEST_INTERRUPTS}, {"ctxt", COUNTER_GUEST_SWITCHES},
        {"pgfault", COUNTER_GUEST_FAULTS},  {"tlb", COUNTER_GUEST_SHOOTDOWNS},
        {"stolen_ns", COUNTER_STOLEN},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        uint64_t value;
        struct error ignored;
        if (record_u64(r, keys[i].key, 0, COUNTER_VALUE_MAX, &value, &ignored) == 0)
            counters_add(out, keys[i].counter, value);
    }
}

static int take_arrival(const struct record *r, struct arrival *a, struct error *e)
{
    uint64_t ns;
    *a = (struct arrival){.sent = 0};
    if (!record_text(r, "sent"))
        return 0;
    if (record_u64(r, "sent", 1, INT64_MAX, &a->sent, e) < 0 ||
        record_u64(r, "sent_ns", 0, INT64_MAX, &ns, e) < 0 ||
        record_u64(r, "received", 0, a->sent, &a->received, e) < 0 ||
        record_u64(r, "reordered", 0, a->received, &a->reordered, e) < 0)
        return -1;
    a->sent_s = (double)ns * 1e-9;
    return 0;
}

static int take_statements(const struct record *r, struct statements *s, struct error *e)
{
    *s = (struct statements){.transactions = 0};
    if (!record_text(r, "transactions"))
        return record_text(r, "errors") ? record_u64(r, "errors", 0, STATEMENTS_MAX, &s->errors, e)
                                        : 0;
    if (record_u64(r, "transactions", 1, STATEMENTS_MAX, &s->transactions, e) < 0 ||
        record_u64(r, "reads", 0, STATEMENTS_MAX, &s->reads, e) < 0 ||
        record_u64(r, "writes", 0, STATEMENTS_MAX, &s->writes, e) < 0 ||
        record_u64(r, "others", 0, STATEMENTS_MAX, &s->others, e) < 0 ||
        record_u64(r, "errors", 0, STATEMENTS_MAX, &s->errors, e) < 0)
        return -1;
    return 0;
}

/* What the host saw bounds what the agent may claim: the slot lies between the request and its
 * result, however late either side was woken. */
static void check_span(const struct clock_audit *clock, double seen_s, struct session_result *out)
{
    double claimed = clock_host_seconds(clock, (double)(out->end_ns - out->start_ns) * 1e-9);
    if (claimed > seen_s * (1 + CLOCK_RATE_FLAG))
        out->flags |= FLAG_CLOCK;
}

int session_take_result(const struct record *r, const char *who, const struct clock_audit *clock,
                        double seen_s, struct session_result *out, struct error *e)
{
    uint64_t timed_ns, overhead_ns = 0, overhead_ops = 0, verified;
    double bytes = 0;
    if (record_u64(r, "ops", 0, INT64_MAX, &out->ops, e) < 0 ||
        record_u64(r, "ns", 0, INT64_MAX, &timed_ns, e) < 0 ||
        record_u64(r, "start_ns", 0, INT64_MAX, &out->start_ns, e) < 0 ||
        record_u64(r, "end_ns", out->start_ns, INT64_MAX, &out->end_ns, e) < 0 ||
        record_u64(r, "verified", 0, 1, &verified, e) < 0)
        return error_prefix(e, "the result of %s", who);
    if (record_text(r, "bytes") && record_double(r, "bytes", 0, 1e18, &bytes, e) < 0)
        return error_prefix(e, "the result of %s", who);
    if (record_text(r, "overhead_ops") &&
        (record_u64(r, "overhead_ops", 0, INT64_MAX, &overhead_ops, e) < 0 ||
         record_u64(r, "overhead_ns", 0, INT64_MAX, &overhead_ns, e) < 0))
        return error_prefix(e, "the result of %s", who);
    if (take_arrival(r, &out->arrival, e) < 0)
        return error_prefix(e, "the datagrams of %s", who);
    if (take_statements(r, &out->statements, e) < 0)
        return error_prefix(e, "the statements of %s", who);
    if (take_latency(r, &out->latency, e) < 0)
        return error_prefix(e, "the latencies of %s", who);
    if (timed_ns && ((double)out->ops > OPS_PER_NS_MAX * (double)timed_ns ||
                     bytes > BYTES_PER_NS_MAX * (double)timed_ns))
        return error_set(e, ERROR_GUEST, "%s says that it did more than any machine can", who);
    if (timed_ns > out->end_ns - out->start_ns)
        return error_set(e, ERROR_GUEST, "%s says that it worked longer than the slot lasted", who);
    out->bytes = bytes;
    out->agent_s = (double)timed_ns * 1e-9;
    out->host_s = clock_host_seconds(clock, out->agent_s);
    if (overhead_ops)
        out->overhead_s_per_op = clock_host_seconds(clock, (double)overhead_ns * 1e-9 /
                                                               (double)overhead_ops);
    struct error ignored;
    uint64_t ticks;
    out->tsc_per_s = 0;
    if (record_u64(r, "tsc", 1, INT64_MAX, &ticks, &ignored) == 0 && out->end_ns > out->start_ns)
        out->tsc_per_s = (double)ticks / ((double)(out->end_ns - out->start_ns) * 1e-9);
    if (out->tsc_per_s > TSC_PER_S_MAX)
        out->tsc_per_s = 0;
    if (record_double(r, "steal", 0, 1, &out->steal, &ignored) < 0)
        out->steal = NAN;
    session_take_counters(r, &out->inside);
    out->verified = verified;
    const char *engine = record_text(r, "engine");
    text_clean(out->engine, sizeof out->engine, engine ? engine : "");
    const char *product = record_text(r, "product");
    text_clean(out->product, sizeof out->product, product ? product : "");
    if (!verified)
        text_copy(out->failure, sizeof out->failure, "the result was not verified");
    else if (out->ops == 0 || timed_ns == 0)
        text_copy(out->failure, sizeof out->failure, "no operation was finished in the slot");
    uint64_t unsteady, dropped;
    if (record_u64(r, "unsteady", 0, 1, &unsteady, &ignored) == 0 && unsteady)
        out->flags |= FLAG_UNSTEADY;
    out->dropped = record_u64(r, "dropped", 0, 1, &dropped, &ignored) < 0 ? DROPPED_NOTHING
                   : dropped                                              ? DROPPED_ALL
                                                                          : DROPPED_FILE;
    check_span(clock, seen_s, out);
    return 0;
}

void session_take_tick(const struct record *r, uint64_t *ops, uint64_t *ns,
                       void (*tick)(void *, const struct session_tick *), void *context)
{
    uint64_t now_ops, now_ns;
    struct error ignored;
    if (!tick || record_u64(r, "ops", *ops, INT64_MAX, &now_ops, &ignored) < 0 ||
        record_u64(r, "ns", *ns + 1, INT64_MAX, &now_ns, &ignored) < 0)
        return;
    double seconds = (double)(now_ns - *ns) * 1e-9;
    struct session_tick t = {.ops = now_ops - *ops,
                             .value_ops_per_s = (double)(now_ops - *ops) / seconds,
                             .seconds = seconds};
    *ops = now_ops;
    *ns = now_ns;
    tick(context, &t);
}
