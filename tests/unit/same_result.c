#include <config.h>

#include "tests/unit/unit.h"

#include "tests/unit/same_result.h"

#include <math.h>
#include <string.h>

/* Equal, or both unknown; ratios go through exp and log, so to a part in 10^12. */
static void same(double a, double b)
{
    if (isnan(a) || isnan(b) || isinf(a) || isinf(b))
        assert_true((isnan(a) && isnan(b)) || a == b);
    else
        assert_true(fabs(a - b) <= 1e-12 * fmax(1, fabs(a)));
}

static void same_latency(const struct latency *a, const struct latency *b)
{
    assert_int_equal(a->known, b->known);
    assert_true(a->count == b->count);
    same(a->p50_us, b->p50_us);
    same(a->p90_us, b->p90_us);
    same(a->p99_us, b->p99_us);
    same(a->p99_9_us, b->p99_9_us);
    same(a->max_us, b->max_us);
}

static void same_target(const struct result_target *a, const struct result_target *b)
{
    assert_string_equal(a->id, b->id);
    assert_string_equal(a->kind, b->kind);
    assert_string_equal(a->how, b->how);
    assert_string_equal(a->network, b->network);
    assert_string_equal(a->limits, b->limits);
    assert_string_equal(a->devices, b->devices);
    assert_string_equal(a->caches, b->caches);
    assert_string_equal(a->remark, b->remark);
    assert_string_equal(a->kernel, b->kernel);
    assert_string_equal(a->clocksource, b->clocksource);
    assert_string_equal(a->virt, b->virt);
    assert_true(a->cpus == b->cpus && a->memory_mib == b->memory_mib);
    same(a->start_s, b->start_s);
    assert_int_equal(a->clock_known, b->clock_known);
    assert_int_equal(a->clock_stepped, b->clock_stepped);
    if (a->clock_known) {
        same(a->clock_rate, b->clock_rate);
        same(a->clock_bound, b->clock_bound);
        assert_int_equal(a->clock_stepped, b->clock_stepped);
    }
    assert_int_equal(a->emulated, b->emulated);
    assert_int_equal(a->flags, b->flags);
}

static void same_arrival(const struct arrival *a, const struct arrival *b)
{
    assert_true(a->sent == b->sent && a->received == b->received && a->reordered == b->reordered);
    same(a->sent_s, b->sent_s);
}

static void same_counters(const struct counters *a, const struct counters *b)
{
    assert_int_equal(a->known, b->known);
    for (size_t i = 0; i < COUNTER_COUNT; i++)
        assert_true(a->value[i] == b->value[i]);
    assert_int_equal(a->reason_count, b->reason_count);
    for (size_t i = 0; i < a->reason_count; i++) {
        assert_string_equal(a->reasons[i].name, b->reasons[i].name);
        assert_true(a->reasons[i].count == b->reasons[i].count);
    }
}

static void same_cost(const struct figure_cost *a, const struct figure_cost *b)
{
    assert_int_equal(a->known, b->known);
    if (!a->known)
        return;
    same(a->s_per_op, b->s_per_op);
    for (size_t i = 0; i < COUNTER_COUNT; i++)
        same(a->per_s[i], b->per_s[i]);
    assert_int_equal(a->reason_count, b->reason_count);
    for (size_t i = 0; i < a->reason_count; i++) {
        assert_string_equal(a->reasons[i].name, b->reasons[i].name);
        same(a->reasons[i].per_s, b->reasons[i].per_s);
    }
}

static void same_statements(const struct statements *a, const struct statements *b)
{
    assert_true(a->transactions == b->transactions && a->reads == b->reads &&
                a->writes == b->writes && a->others == b->others && a->errors == b->errors);
}

static void same_slot(const struct slot *a, const struct slot *b)
{
    assert_int_equal(a->metric, b->metric);
    assert_int_equal(a->target, b->target);
    assert_int_equal(a->block, b->block);
    assert_int_equal(a->stage, b->stage);
    assert_string_equal(a->position, b->position);
    same(a->at_s, b->at_s);
    same(a->host_s, b->host_s);
    same(a->agent_s, b->agent_s);
    assert_true(a->ops == b->ops);
    assert_int_equal(a->measured, b->measured);
    same(a->value, b->value);
    same(a->tsc_per_op, b->tsc_per_op);
    same_latency(&a->latency, &b->latency);
    same_arrival(&a->arrival, &b->arrival);
    same_statements(&a->statements, &b->statements);
    assert_int_equal(a->dropped, b->dropped);
    same(a->steal, b->steal);
    same(a->counted_s, b->counted_s);
    same_counters(&a->counters, &b->counters);
    assert_int_equal(a->flags, b->flags);
    assert_string_equal(a->reason, b->reason);
}

static void same_figure(const struct figure_value *a, const struct figure_value *b)
{
    assert_int_equal(a->metric, b->metric);
    assert_int_equal(a->target, b->target);
    assert_int_equal(a->n, b->n);
    assert_int_equal(a->measured, b->measured);
    assert_int_equal(a->bounded, b->bounded);
    same(a->value, b->value);
    if (a->bounded) {
        same(a->low, b->low);
        same(a->high, b->high);
    }
    same(a->noise, b->noise);
    assert_int_equal(a->verified, b->verified);
    same(a->tsc_per_op, b->tsc_per_op);
    same_latency(&a->latency, &b->latency);
    same_arrival(&a->arrival, &b->arrival);
    same_statements(&a->statements, &b->statements);
    assert_int_equal(a->dropped, b->dropped);
    same_cost(&a->cost, &b->cost);
    assert_string_equal(a->reason, b->reason);
}

static void same_comparison(const struct comparison *a, const struct comparison *b)
{
    assert_int_equal(a->metric, b->metric);
    assert_int_equal(a->target, b->target);
    assert_int_equal(a->reference, b->reference);
    assert_int_equal(a->estimate.n, b->estimate.n);
    same(a->estimate.centre, b->estimate.centre);
    same(a->estimate.low, b->estimate.low);
    same(a->estimate.high, b->estimate.high);
    same(a->estimate.level, b->estimate.level);
    assert_int_equal(a->estimate.bounded, b->estimate.bounded);
    assert_int_equal(a->estimate.approximate, b->estimate.approximate);
    assert_int_equal(a->estimate.outliers, b->estimate.outliers);
    same(a->detectable, b->detectable);
    same(a->p, b->p);
    same(a->variance, b->variance);
    assert_int_equal(a->stage, b->stage);
    assert_int_equal(a->verdict, b->verdict);
    assert_int_equal(a->flags, b->flags);
    assert_string_equal(a->reason, b->reason);
}

void assert_same_result(const struct result *a, const struct result *b)
{
    assert_string_equal(a->tool_version, b->tool_version);
    assert_string_equal(a->agent_sha256, b->agent_sha256);
    assert_string_equal(a->profile, b->profile);
    assert_string_equal(a->name, b->name);
    assert_true(a->started == b->started);
    same(a->elapsed_s, b->elapsed_s);
    assert_int_equal(a->partial, b->partial);
    assert_int_equal(a->two_stage, b->two_stage);
    assert_true(a->slot_s == b->slot_s);
    assert_true(a->slot_scale == b->slot_scale);
    assert_int_equal(a->late.rows, b->late.rows);
    assert_int_equal(a->late.looks, b->late.looks);
    assert_int_equal(a->load.looks, b->load.looks);
    assert_int_equal(a->load.busy, b->load.busy);
    same(a->load.others, b->load.others);
    assert_string_equal(a->load.why, b->load.why);
    same(a->self_cpu_s, b->self_cpu_s);
    assert_true(a->self_max_rss_kib == b->self_max_rss_kib && a->self_frames == b->self_frames);
    assert_int_equal(a->fact_count, b->fact_count);
    for (size_t i = 0; i < a->fact_count; i++) {
        assert_string_equal(a->facts[i].key, b->facts[i].key);
        assert_string_equal(a->facts[i].value, b->facts[i].value);
    }
    assert_int_equal(a->target_count, b->target_count);
    for (size_t i = 0; i < a->target_count; i++)
        same_target(&a->targets[i], &b->targets[i]);
    assert_int_equal(a->metric_count, b->metric_count);
    for (size_t i = 0; i < a->metric_count; i++) {
        assert_string_equal(a->metrics[i].workload, b->metrics[i].workload);
        assert_string_equal(a->metrics[i].params, b->metrics[i].params);
        assert_ptr_equal(a->metrics[i].row, b->metrics[i].row);
    }
    assert_int_equal(a->slot_count, b->slot_count);
    for (size_t i = 0; i < a->slot_count; i++)
        same_slot(&a->slots[i], &b->slots[i]);
    assert_int_equal(a->figure_count, b->figure_count);
    for (size_t i = 0; i < a->figure_count; i++)
        same_figure(&a->figures[i], &b->figures[i]);
    assert_int_equal(a->comparison_count, b->comparison_count);
    for (size_t i = 0; i < a->comparison_count; i++)
        same_comparison(&a->comparisons[i], &b->comparisons[i]);
}
