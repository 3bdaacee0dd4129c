#include <config.h>

#include "unit.h"

#include "fixture.h"
#include "xalloc.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void target(struct result *r, const char *id, const char *kind)
{
    struct result_target *t = &r->targets[r->target_count++];
    memset(t, 0, sizeof *t);
    snprintf(t->id, sizeof t->id, "%s", id);
    snprintf(t->kind, sizeof t->kind, "%s", kind);
    snprintf(t->how, sizeof t->how, "by %s", kind);
    snprintf(t->network, sizeof t->network, "loopback");
    snprintf(t->limits, sizeof t->limits, "cpus 0-1, memory 1536 MiB (cgroup v2)");
    snprintf(t->kernel, sizeof t->kernel, "6.1.0-28-amd64");
    snprintf(t->clocksource, sizeof t->clocksource, "tsc");
    snprintf(t->virt, sizeof t->virt, "kvm");
    t->cpus = 2;
    t->memory_mib = 1536;
    t->start_s = 0.25;
    t->clock_known = true;
    t->clock_rate = 1.0000125;
    t->clock_bound = 0.00003125;
}

static struct slot *slot(struct result *r, size_t metric, size_t t, uint32_t block,
                         const char *position, double value)
{
    struct slot *s = result_add_slot(r);
    s->metric = metric;
    s->target = t;
    s->block = block;
    snprintf(s->position, sizeof s->position, "%s", position);
    s->at_s = 1.5 + (double)r->slot_count;
    s->host_s = 0.2000001;
    s->agent_s = 0.2;
    s->ops = 123456789;
    s->value = value;
    s->measured = true;
    s->steal = 0.0125;
    return s;
}

static void figure(struct result *r, size_t metric, size_t t, double value)
{
    XGROW(r->figures, r->figure_count, r->figure_room);
    struct figure_value *f = &r->figures[r->figure_count++];
    *f = (struct figure_value){.metric = metric,
                               .target = t,
                               .n = 4,
                               .value = value,
                               .low = value * 0.98,
                               .high = value * 1.03,
                               .bounded = true,
                               .noise = 0.0042,
                               .verified = true,
                               .measured = true};
}

static struct comparison *comparison(struct result *r, size_t metric, size_t t, double centre,
                                     enum verdict verdict)
{
    XGROW(r->comparisons, r->comparison_count, r->comparison_room);
    struct comparison *c = &r->comparisons[r->comparison_count++];
    *c = (struct comparison){.metric = metric,
                             .target = t,
                             .reference = 0,
                             .estimate = {.n = 6,
                                          .centre = centre,
                                          .low = centre - 0.01,
                                          .high = centre + 0.02,
                                          .level = 0.96875,
                                          .bounded = true,
                                          .outliers = 1},
                             .variance = 0.000025,
                             .detectable = 0.0123,
                             .p = 0.03125,
                             .stage = 2,
                             .verdict = verdict,
                             .flags = FLAG_STEAL | FLAG_NESTED};
    return c;
}

void fixture_result(struct result *r)
{
    result_init(r);
    snprintf(r->tool_version, sizeof r->tool_version, "0.1.0");
    memset(r->agent_sha256, 'a', 64);
    snprintf(r->profile, sizeof r->profile, "quick");
    snprintf(r->name, sizeof r->name, "default");
    r->started = 1795342704; /* 2026-11-22T10:18:24Z */
    r->elapsed_s = 61.25;
    r->partial = true;
    r->two_stage = true;
    r->slot_s = 0.2;
    r->slot_scale = 0.5;
    r->self_cpu_s = 0.375;
    r->self_max_rss_kib = 12345;
    r->self_frames = UINT64_MAX;
    result_add_fact(r, "kernel", "6.1.0-28-amd64");
    result_add_fact(r, "cpu.model", "A \"quoted\" \\ processor, 2 GHz");
    result_add_fact(r, "hypervisor", "kvm");
    target(r, "native", "native");
    target(r, "container", "container");
    target(r, "vm", "kvm");
    r->targets[0].memory_mib = 0;
    r->targets[0].clock_bound = 0;
    r->targets[0].clock_rate = 1;
    r->targets[0].virt[0] = '\0';
    r->targets[1].flags = FLAG_PLACEMENT;
    r->targets[1].clock_stepped = true;
    r->targets[2].emulated = true;
    snprintf(r->targets[2].devices, sizeof r->targets[2].devices,
             "virtio, disk 256 MiB, cache none");
    snprintf(r->targets[2].remark, sizeof r->targets[2].remark,
             "EMULATED, because there is no /dev/kvm");
    r->targets[2].clock_known = false;
    r->targets[2].clock_stepped = true;
    r->targets[2].flags = FLAG_EMULATED;

    const struct workload *w = workload_find("sys.read");
    if (!w)
        BUG("the catalogue has no sys.read");
    size_t read = result_add_metric(r, w, "");
    size_t none = result_add_metric(r, workload_find("sys.fork_sh"), "");
    size_t unknown = result_add_metric_id(r, "quantum.entangle", NULL, "size=64K cpus=2");

    struct slot *s = slot(r, read, 0, 0, "N1", 0.11);
    s->latency = (struct latency){.known = true,
                                  .count = (UINT64_C(1) << 53) + 1,
                                  .p50_us = 0.1,
                                  .p90_us = 0.2,
                                  .p99_us = 0.3,
                                  .p99_9_us = 0.4,
                                  .max_us = 1234.5};
    s->ops = UINT64_MAX - 1;
    s->counted_s = 0.2015;
    counters_add(&s->counters, COUNTER_CPU, 199123456);
    slot(r, read, 1, 0, "G1", 0.12)->flags = FLAG_STEAL | FLAG_THROTTLED;
    slot(r, read, 1, 0, "G2", 0.125)->stage = 2;
    slot(r, read, 0, 0, "N2", 1.0 / 3.0)->steal = NAN;
    s = slot(r, none, 1, 1, "G1", 0);
    s->measured = false;
    s->ops = 0;
    snprintf(s->reason, sizeof s->reason, "/bin/sh is not there");
    s = slot(r, unknown, 2, 3, "H2", 77);
    s->counted_s = 0.25;
    for (enum counter i = 0; i < COUNTER_COUNT; i++)
        if (i != COUNTER_THROTTLED)
            counters_add(&s->counters, i, 1234567 * ((uint64_t)i + 1));
    s->counters.value[COUNTER_GUEST_FAULTS] = UINT64_C(1) << 60;
    counters_add_reason(&s->counters, "halt", 800);
    counters_add_reason(&s->counters, "io", 77);

    figure(r, read, 0, 0.11);
    r->figures[0].latency = r->slots[0].latency;
    figure(r, read, 1, 0.12);
    figure(r, read, 2, 0.5);
    figure(r, none, 0, 400.25);
    figure(r, none, 1, 0);
    r->figures[4].measured = r->figures[4].bounded = r->figures[4].verified = false;
    r->figures[4].noise = NAN;
    snprintf(r->figures[4].reason, sizeof r->figures[4].reason, "/bin/sh is not there");
    figure(r, none, 2, 2000);
    figure(r, unknown, 0, 80);
    figure(r, unknown, 1, 79);
    figure(r, unknown, 2, 77);
    struct figure_cost *cost = &r->figures[8].cost;
    *cost = (struct figure_cost){
        .known = (1u << COUNTER_COUNT) - 1 - (1u << COUNTER_THROTTLED),
        .s_per_op = 1e-6 / 3,
        .reason_count = 2,
        .reasons = {{.name = "halt", .per_s = 3200.5}, {.name = "io", .per_s = 308}}};
    for (enum counter i = 0; i < COUNTER_COUNT; i++)
        cost->per_s[i] = cost->known & 1u << i ? 1000.0 / 3 / (1 + (double)i) : 0;
    r->figures[0].cost = (struct figure_cost){.known = 1u << COUNTER_CPU, .s_per_op = NAN};
    r->figures[0].cost.per_s[COUNTER_CPU] = 0.98;

    comparison(r, read, 1, -0.2, VERDICT_WORSE);
    comparison(r, read, 2, -1.5, VERDICT_NOT_COMPARABLE)->flags = FLAG_EMULATED;
    snprintf(r->comparisons[1].reason, sizeof r->comparisons[1].reason, "the guest is emulated");
    struct comparison *c = comparison(r, none, 1, 0, VERDICT_CANNOT);
    c->estimate = (struct stats_estimate){.centre = NAN, .low = NAN, .high = NAN};
    c->detectable = c->p = c->variance = NAN;
    c->flags = 0;
    c->stage = 0;
    snprintf(c->reason, sizeof c->reason, "/bin/sh is not there");
    comparison(r, unknown, 1, 0.005, VERDICT_SAME)->estimate.approximate = true;
}
