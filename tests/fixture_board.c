#include <config.h>

#include "tests/fixture_board.h"

#include "text.h"
#include "xalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLOCK_AT 1790000000 /* a fixed moment, Unix seconds */

/* -1..1, the same for the same arguments. */
static double wobble(unsigned a, unsigned b)
{
    uint64_t x = a * 0x9E3779B97F4A7C15u + b * 0xC2B2AE3D27D4EB4Fu + 1;
    x ^= x >> 31;
    x *= 0xBF58476D1CE4E5B9u;
    x ^= x >> 27;
    x *= 0x94D049BB133111EBu;
    x ^= x >> 33;
    return (double)(x % 20001) / 10000 - 1;
}

static unsigned hash(const char *s)
{
    unsigned h = 5381;
    while (*s)
        h = h * 33 + (unsigned char)*s++;
    return h;
}

/* What a target of this kind loses, as performance relative to native. */
static double plausible_ratio(const char *kind, bool emulated, const struct workload *w,
                              unsigned seed)
{
    static const struct {
        const char *kind;
        double general, system; /* SysOps and context switch */
    } kinds[] = {{"container", 0.995, 0.985},
                 {"openvz", 0.97, 0.975},
                 {"xen", 0.95, 0.34},
                 {"kvm", 0.88, 0.42}};
    double ratio = 1;
    if (emulated)
        return 0.08 + 0.05 * (wobble(seed, 9) + 1);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].kind, kind) == 0)
            ratio = w->subsystem == SUBSYSTEM_SYSOPS || w->subsystem == SUBSYSTEM_CTXSW
                        ? kinds[i].system
                        : kinds[i].general;
    double spread = ratio > 0.9 ? 0.02 : 0.25;
    return ratio * exp(spread * wobble(seed, 7));
}

static double plausible_native(const struct workload *w, const char *params, unsigned seed)
{
    const char *size = strstr(params, "size=");
    if (strcmp(w->id, "linpack") == 0 && size) {
        double n = strtod(size + 5, NULL);
        return (strstr(params, "cpus=0") ? 78 : 44) * n / (n + 300);
    }
    if (strcmp(w->id, "kbuild") == 0)
        return strstr(params, "part=whole") ? 61.8 : 7.4;
    const char *warehouses = strstr(params, "warehouses=");
    if (strcmp(w->id, "jbb") == 0 && warehouses) { /* flat from the number of processors on */
        double n = strtod(warehouses + 11, NULL), cpus = strstr(params, "cpus=0") ? 2 : 1;
        return 21000 * fmin(n, cpus) * (1 - 0.01 * n);
    }
    switch (w->figure) {
    case FIGURE_TIME_S:
        return exp(0.6 * wobble(seed, 5)) * 8;
    case FIGURE_TIME_MS:
        return exp(0.6 * wobble(seed, 4)) * 14;
    case FIGURE_TIME_US:
    case FIGURE_TIME_NS:
        return exp(1.2 * wobble(seed, 1)) * (strstr(w->id, "fork") ? 300 : 0.6);
    case FIGURE_MB_PER_S:
        return exp(0.4 * wobble(seed, 2)) * (w->subsystem == SUBSYSTEM_DISK ? 900 : 9000);
    case FIGURE_GFLOPS:
        return exp(0.3 * wobble(seed, 5)) * 40;
    case FIGURE_OPS_PER_S:
        return exp(0.5 * wobble(seed, 3)) * 5000;
    case FIGURE_NONE:
        break;
    }
    return 1;
}

static void count(struct figure_cost *c, enum counter which, double per_s)
{
    c->known |= 1u << which;
    c->per_s[which] = per_s;
}

/* What is counted of a target of this kind: nothing of those that are reached some other way. */
static void fill_cost(struct figure_cost *c, const char *kind, bool emulated,
                      const struct workload *w, double value, unsigned seed)
{
    bool kvm = strcmp(kind, "kvm") == 0;
    double per_op = w->figure == FIGURE_TIME_US ? value * 1e-6 : 1 / value;
    if (!kvm && strcmp(kind, "native") != 0 && strcmp(kind, "container") != 0)
        return;
    c->s_per_op = w->subsystem == SUBSYSTEM_CTXSW ? NAN : per_op; /* with an overhead beside it */
    count(c, COUNTER_CPU, 0.97 + 0.02 * wobble(seed, 11));
    count(c, COUNTER_THROTTLED, 0);
    count(c, COUNTER_GUEST_INTERRUPTS, 270 + 20 * wobble(seed, 12));
    count(c, COUNTER_GUEST_SWITCHES, 410 + 90 * wobble(seed, 13));
    count(c, COUNTER_GUEST_FAULTS, strstr(w->id, "fork") ? 90 / per_op : 12);
    count(c, COUNTER_GUEST_SHOOTDOWNS, 3 + wobble(seed, 15));
    count(c, COUNTER_STOLEN, kvm ? 0.005 : 0);
    if (!kvm)
        return;
    count(c, COUNTER_VCPU_CPU, c->per_s[COUNTER_CPU] - 0.01);
    count(c, COUNTER_VMM_CPU, 0.01);
    count(c, COUNTER_RUN_DELAY, 0.004 + 0.002 * wobble(seed, 14));
    if (emulated)
        return;
    count(c, COUNTER_EXITS, 1400 + (w->subsystem == SUBSYSTEM_DISK ? 3 / per_op : 0));
    count(c, COUNTER_EMULATED, 0);
    count(c, COUNTER_INJECTED, 320 + 30 * wobble(seed, 16));
    count(c, COUNTER_HALT_POLL, 2.1e6);
    double exits = c->per_s[COUNTER_EXITS];
    c->reason_count = 3;
    text_copy(c->reasons[0].name, sizeof c->reasons[0].name, "irq");
    text_copy(c->reasons[1].name, sizeof c->reasons[1].name, "halt");
    text_copy(c->reasons[2].name, sizeof c->reasons[2].name, "page_fault");
    c->reasons[0].per_s = 0.52 * exits;
    c->reasons[1].per_s = 0.31 * exits;
    c->reasons[2].per_s = 0.04 * exits;
}

/* Datagrams: a container loses as many as native, KVM what it lost in the paper. */
static void fill_arrival(struct arrival *a, const struct board_metric *m, const char *kind,
                         unsigned seed)
{
    const char *size = strstr(m->params, "size=");
    if (strncmp(m->workload->id, "net.udp.", 8) != 0 || !size)
        return;
    double kib = strtod(size + 5, NULL);
    double loss = strcmp(kind, "kvm") == 0 ? 0.53 + 0.46 * log2(kib) / 5
                                           : 0.004 * (1 + wobble(seed, 21)) * (kib > 1);
    *a = (struct arrival){.sent = 1000000,
                          .received = (uint64_t)(1000000 * (1 - loss)),
                          .reordered = kib > 1 ? 12 : 0,
                          .sent_s = kib};
}

static void fill_cell(struct board_metric *m, const struct snapshot *s, size_t metric,
                      size_t target, bool live)
{
    char name[WORKLOAD_ID_MAX + PARAMS_TEXT];
    struct board_cell *cell = &m->cell[target];
    snprintf(name, sizeof name, "%s %s", m->workload->id, m->params);
    unsigned seed = hash(name);
    double native = plausible_native(m->workload, m->params, seed),
           noise = 0.003 + 0.006 * fabs(wobble(seed, 4));
    const struct board_target *t = &s->targets[target];
    double ratio = target == 0 ? 1
                               : plausible_ratio(t->kind, t->emulated, m->workload,
                                                 seed + (unsigned)target);
    bool lower = workload_lower_is_better(m->workload);
    double value = lower ? native / ratio : native * ratio;
    struct figure_value *f = &cell->figure;
    *f = (struct figure_value){.metric = metric,
                               .target = target,
                               .n = 12,
                               .value = value,
                               .low = value * (1 - noise),
                               .high = value * (1 + noise),
                               .bounded = true,
                               .noise = noise,
                               .verified = true,
                               .measured = true};
    if (m->workload->latency)
        f->latency = (struct latency){.known = true,
                                      .count = 40000,
                                      .p50_us = 900 / ratio,
                                      .p90_us = 1600 / ratio,
                                      .p99_us = 5100 / ratio,
                                      .p99_9_us = 12000 / ratio,
                                      .max_us = 31000 / ratio};
    if (m->workload->subsystem == SUBSYSTEM_DATABASE)
        f->statements = (struct statements){.transactions = 12 * (uint64_t)value,
                                            .reads = 14 * 12 * (uint64_t)value,
                                            .writes = 4 * 12 * (uint64_t)value,
                                            .others = 2 * 12 * (uint64_t)value,
                                            .errors = 1};
    if (m->workload->subsystem == SUBSYSTEM_WEB)
        f->statements.errors = 3 * target;
    fill_arrival(&f->arrival, m, t->kind, seed + (unsigned)target);
    fill_cost(&f->cost, t->kind, t->emulated, m->workload, value, seed + (unsigned)target);
    cell->live = live;
    cell->measured_at = live ? CLOCK_AT : CLOCK_AT - 14 * 86400;
    if (target == 0)
        return;
    double centre = log(ratio);
    cell->compared = true;
    cell->comparison = (struct comparison){.metric = metric,
                                           .target = target,
                                           .estimate = {.n = 6,
                                                        .centre = centre,
                                                        .low = centre - 2 * noise,
                                                        .high = centre + 2 * noise,
                                                        .level = 0.96875,
                                                        .bounded = true},
                                           .variance = noise * noise,
                                           .detectable = 3 * noise,
                                           .p = NAN};
    struct comparison *c = &cell->comparison;
    c->verdict = stats_verdict(&c->estimate, workload_margin(m->workload));
    if (c->verdict == VERDICT_BETTER)
        c->flags |= FLAG_TOO_GOOD;
    if (t->emulated) {
        c->verdict = VERDICT_NOT_COMPARABLE;
        c->flags |= FLAG_EMULATED;
        text_copy(c->reason, sizeof c->reason, "emulated processor: shown, never judged");
    }
}

static void fill_summary(struct snapshot *s)
{
    for (size_t t = 1; t < s->target_count; t++) {
        double all = 0;
        size_t known = 0;
        for (size_t sub = 0; sub <= SUBSYSTEM_COUNT; sub++) {
            struct subsystem_summary_cell *cell = &s->summary.cell[sub][t];
            double sum = 0;
            for (size_t m = 0; m < s->metric_count; m++) {
                const struct board_cell *c = &s->metrics[m].cell[t];
                if (s->metrics[m].workload->subsystem != (enum subsystem)sub)
                    continue;
                cell->total++;
                if (c->compared && c->figure.measured) {
                    sum += c->comparison.estimate.centre;
                    cell->rows++;
                    cell->flags |= c->comparison.flags;
                }
            }
            if (sub == SUBSYSTEM_COUNT) {
                cell->rows = known;
                cell->total = SUBSYSTEM_EXITS;
                sum = all;
            }
            if (cell->rows && s->targets[t].emulated)
                cell->verdict = VERDICT_NOT_COMPARABLE;
            if (cell->rows == 0 || s->targets[t].emulated) {
                known += cell->rows > 0;
                continue;
            }
            struct stats_estimate e = {.n = 6, .centre = sum / (double)cell->rows, .bounded = true};
            e.low = e.centre - 0.006;
            e.high = e.centre + 0.006;
            cell->known = true;
            cell->bounded = true;
            cell->ratio = exp(e.centre);
            cell->low = exp(e.low);
            cell->high = exp(e.high);
            cell->verdict = stats_verdict(&e, 0.03);
            if (sub < SUBSYSTEM_COUNT) {
                all += e.centre;
                known++;
            }
        }
    }
}

static void add_target(struct snapshot *s, const char *id, const char *kind, bool emulated)
{
    struct board_target *t = &s->targets[s->target_count++];
    text_copy(t->id, sizeof t->id, id);
    text_copy(t->kind, sizeof t->kind, kind);
    t->state = BOARD_TARGET_READY;
    t->emulated = emulated;
    bool machine = strcmp(kind, "kvm") == 0 || strcmp(kind, "tcg") == 0;
    text_copy(t->how, sizeof t->how,
              s->target_count == 1 ? "the host itself"
              : !machine           ? "liblxc 5.0.2"
              : emulated           ? "QEMU 7.2.22 TCG, microvm"
                                   : "QEMU 7.2.22 KVM, microvm");
    text_copy(t->network, sizeof t->network,
              machine ? "virtio, tap 10.213.4.1 - 10.213.4.2" : "veth 10.77.0.1 - 10.77.0.2");
    text_copy(t->path, sizeof t->path, machine ? "virtio, tap" : "veth");
    text_copy(t->caches, sizeof t->caches,
              machine ? "all clean pages of its kernel"
                      : "its file's alone: the rest are the host's");
    text_copy(t->limits, sizeof t->limits,
              machine ? "2 vCPUs, memory 1536 MiB of its own"
                      : "cpus 0-1, memory 1536 MiB (cgroup v2)");
    text_copy(t->devices, sizeof t->devices, machine ? "virtio, disk 256 MiB, cache none" : "");
    text_copy(t->kernel, sizeof t->kernel, machine ? "6.1.0-56-amd64" : "6.1.0-18-amd64");
    text_copy(t->clocksource, sizeof t->clocksource, machine && !emulated ? "kvm-clock" : "tsc");
    if (emulated)
        text_copy(t->remark, sizeof t->remark,
                  "EMULATED, because there is no /dev/kvm: this machine is itself a guest, without "
                  "VT-x or AMD-V");
    t->cpus = 2;
    t->memory_mib = 1536;
    t->clock_known = true;
    t->clock_rate = emulated ? 0.9964 : 1.000002;
    t->clock_bound = 0.00003;
    t->start_s = s->target_count == 1 ? 0.004 : emulated ? 19.9 : machine ? 1.31 : 0.182;
}

static void fill_metric(struct snapshot *s, const struct workload *w, const char *text, bool live)
{
    uint64_t values[PARAMS_MAX] = {0};
    char params[PARAMS_TEXT];
    if (params_parse(w, text, values, NULL))
        return;
    params_format(w, values, params);
    struct board_metric *m = snapshot_metric(s, w, params);
    static const char *const engines[SUBSYSTEM_COUNT] = {
        [SUBSYSTEM_WEB] = "nginx 1.22.1",
        [SUBSYSTEM_DATABASE] = "MariaDB 10.11.14 durable, sysbench 1.0.20",
        [SUBSYSTEM_JAVA] = "OpenJDK 17.0.15, C1, SerialGC, heap 512m",
    };
    text_copy(m->engine, sizeof m->engine, engines[w->subsystem] ? engines[w->subsystem] : "");
    size_t metric = (size_t)(m - s->metrics);
    for (size_t t = 0; t < s->target_count; t++)
        fill_cell(m, s, metric, t, live);
    m->baseline_known = true;
    m->baseline_value = m->cell[0].figure.value * 1.01;
    m->baseline_low = m->baseline_value * 0.99;
    m->baseline_high = m->baseline_value * 1.01;
}

static void fill_points(struct snapshot *s, const struct workload *w, unsigned profiles, bool live)
{
    static const struct point all_defaults[] = {{"", 7}, {NULL, 0}};
    for (const struct point *p = w->points ? w->points : all_defaults; p->params; p++)
        if (p->profiles & profiles)
            fill_metric(s, w, p->params, live);
}

static void fill_metrics(struct snapshot *s, bool live)
{
    for (const struct workload *w = workload_next(NULL); w; w = workload_next(w))
        if (w->figure != FIGURE_NONE &&
            w->profiles) /* what is measured by name alone is not here */
            fill_points(s, w, PROFILE_STANDARD, live);
}

static void fill_host(struct snapshot *s)
{
    struct board_host *h = &s->host;
    h->known = true;
    text_copy(h->name, sizeof h->name, "node7");
    text_copy(h->cpu_model, sizeof h->cpu_model, "Xeon E5310 1.60GHz");
    text_copy(h->kernel, sizeof h->kernel, "6.1.0-18-amd64");
    text_copy(h->governor, sizeof h->governor, "performance");
    h->cores = 4;
    h->cache_bytes[0] = 32 << 10;
    h->cache_bytes[1] = 4 << 20;
    h->count = BOARD_HOST_MAX;
    h->first = 17; /* a ring that has wrapped */
    for (unsigned i = 0; i < BOARD_HOST_MAX; i++) {
        size_t at = (h->first + i) % BOARD_HOST_MAX;
        double slow = sin(i * 0.11), fast = wobble(i, 11) * 0.05;
        h->cpu[at] = (float)(0.4 + 0.25 * slow + fast);
        h->steal[at] = (float)(i % 50 == 7 ? 0.02 : 0);
        h->memory[at] = (float)(0.62 + 0.02 * slow);
        h->disk[at] = (float)(i % 40 < 20 ? 84e6 * (1 + fast) : 0);
        h->net[at] = (float)(i % 60 > 45 ? 14e6 * (1 + fast) : 2e3);
    }
    for (size_t i = 0; i < h->cores; i++)
        h->core[i] = (float)(0.82 - 0.2 * (double)i);
    h->memory_total = 63ull << 30;
    h->memory_used = 39ull << 30;
    h->swap_total = 8ull << 30;
    h->load1 = 3.1;
    h->load5 = 2.7;
    h->load15 = 2.2;
    h->mhz = 2330;
    h->quiet = h->quiet_known = true;
    h->uptime_s = 266400;
    h->processes = 214;
}

static void fill_run(struct snapshot *s, size_t target)
{
    struct board_run *r = &s->run;
    r->active = true;
    r->metric = 0;
    for (size_t i = 0; i < s->metric_count; i++)
        if (strcmp(s->metrics[i].workload->id, "file.write") == 0) {
            r->metric = i;
            break;
        }
    const struct board_metric *m = &s->metrics[r->metric];
    r->workload = m->workload;
    text_copy(r->params, sizeof r->params, m->params);
    snprintf(r->title, sizeof r->title, "%s", m->workload->id);
    r->target = target;
    text_copy(r->position, sizeof r->position, "G1");
    text_copy(r->phase, sizeof r->phase, "measure");
    r->block = 3;
    r->blocks = 7;
    r->stage = r->stages = 1;
    r->elapsed_s = 75;
    r->eta_s = 72;
    r->done = 0.51;
    r->rate_count = 400;
    r->rate_first = BOARD_RATE_MAX - 150; /* wraps */
    double level = m->cell[target].figure.value;
    for (unsigned i = 0; i < r->rate_count; i++) {
        struct board_rate *p = &r->rate[(r->rate_first + i) % BOARD_RATE_MAX];
        p->at_s = s->now_s - 0.5 * (double)(r->rate_count - 1 - i);
        p->target = (uint8_t)(i % 8 < 4 ? 0 : target);
        p->stall = i >= 370 && i < 373;
        p->value = p->stall ? 0
                            : (p->target ? level : m->cell[0].figure.value) *
                                  (1 + 0.08 * sin(i * 0.3) + 0.03 * wobble(i, 5));
    }
    for (size_t t = 0; t < s->target_count; t++)
        r->latency[t] = (struct latency){.known = true,
                                         .count = 40000,
                                         .p50_us = t ? 1100 : 310,
                                         .p90_us = t ? 2900 : 520,
                                         .p99_us = t ? 7400 : 1900,
                                         .p99_9_us = t ? 31000 : 8800,
                                         .max_us = t ? 212000 : 41000};
    r->block_count = 3;
    for (size_t i = 0; i < r->block_count; i++)
        r->block_ratio[i] = 0.97 + 0.01 * wobble((unsigned)i, 6);
}

static void fill_queue_and_log(struct snapshot *s)
{
    static const struct {
        const char *workload;
        double seconds;
    } queue[] = {{"file.read", 160}, {"sys.pipe", 12}, {"ctx.2p0k", 21}};
    static const struct {
        enum board_log_level level;
        const char *target, *text;
    } lines[] = {
        {BOARD_LOG_NOTE, "", "host is quiet, governor performance"},
        {BOARD_LOG_OK, "container", "agent answered after 0.18 s"},
        {BOARD_LOG_RUN, "", "file.write size=64M: 7 blocks"},
        {BOARD_LOG_WARN, "container", "steal 1.4 % in one slot, marked S"},
        {BOARD_LOG_OK, "container", "sys.stat 97.8 % of native ±0.6"},
        {BOARD_LOG_ERROR, "kvm", "no /dev/kvm: modprobe kvm_intel, or enable it in the firmware"},
        {BOARD_LOG_RUN, "container", "block 4 of 7"},
    };
    for (size_t i = 0; i < sizeof queue / sizeof queue[0]; i++) {
        struct board_queue_item *q = &s->queue[s->queue_count++];
        text_copy(q->workload, sizeof q->workload, queue[i].workload);
        text_copy(q->targets, sizeof q->targets, "container");
        q->blocks = 7;
        q->seconds = queue[i].seconds;
    }
    s->queue_total = 9;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct board_log_line *l = &s->log[s->log_count++];
        l->at = CLOCK_AT - 120 + 15 * (int64_t)i;
        l->level = lines[i].level;
        text_copy(l->target, sizeof l->target, lines[i].target);
        text_copy(l->text, sizeof l->text, lines[i].text);
    }
}

static void fill_common(struct snapshot *s)
{
    s->version = 1;
    s->now_s = 400;
    s->clock = CLOCK_AT;
    text_copy(s->title, sizeof s->title, "live");
    s->self = (struct board_self){
        .ui_share = 0.001, .share = 0.004, .frames_per_s = 4, .frames = 1200, .rss_kib = 9000};
    s->host.mhz = NAN;
    s->run.eta_s = -1;
}

void fixture_empty(struct snapshot *s)
{
    fill_common(s);
    s->self.ui_share = s->self.share = NAN;
    s->self.frames_per_s = 0;
}

/* The processor's rows also as in other profiles. */
static void fill_container(struct snapshot *s, unsigned profiles)
{
    fill_common(s);
    add_target(s, "native", "native", false);
    add_target(s, "container", "container", false);
    for (const struct workload *w = workload_next(NULL); w; w = workload_next(w))
        if (w->subsystem == SUBSYSTEM_PROCESSOR && w->profiles)
            fill_points(s, w, profiles, true);
    fill_metrics(s, true);
    fill_summary(s);
    fill_host(s);
    fill_run(s, 1);
    fill_queue_and_log(s);
    s->baseline = (struct board_baseline){
        .known = true,
        .name = "native",
        .sessions = 5,
        .age_s = 14 * 86400,
        .strength = "5 sessions",
        .differences = {"kernel was 6.1.0-17-amd64, is 6.1.0-18-amd64"},
        .difference_count = 1,
        .difference_total = 3};
}

void fixture_container(struct snapshot *s)
{
    fill_container(s, 0);
}

void fixture_paper(struct snapshot *s)
{
    fill_container(s, PROFILE_STANDARD | PROFILE_PAPER);
}

void fixture_stored(struct snapshot *s)
{
    fill_common(s);
    s->stored = true;
    text_copy(s->title, sizeof s->title, "2026-09-21 13:33 quick");
    add_target(s, "native", "native", false);
    add_target(s, "container", "container", false);
    fill_metrics(s, false);
    fill_summary(s);
}

void fixture_older(struct snapshot *s)
{
    fill_common(s);
    add_target(s, "native", "native", false);
    add_target(s, "container", "container", false);
    fill_metrics(s, true);
    fill_summary(s);
    fill_host(s);
    for (size_t i = 1; i < s->metric_count; i += 2)
        for (size_t t = 0; t < s->target_count; t++) {
            struct board_cell *cell = &s->metrics[i].cell[t];
            cell->live = false;
            cell->taken_over = true;
            cell->measured_at = CLOCK_AT - (i % 3 ? 3 * 86400 : 2 * 3600);
        }
}

void fixture_all(struct snapshot *s)
{
    fill_common(s);
    add_target(s, "native", "native", false);
    add_target(s, "container", "container", false);
    add_target(s, "openvz", "openvz", false);
    add_target(s, "xen", "xen", false);
    add_target(s, "kvm", "kvm", false);
    add_target(s, "kvm2", "kvm", true);
    fill_metrics(s, true);
    fill_summary(s);
    fill_host(s);
    fill_run(s, 4);
    fill_queue_and_log(s);
}

void fixture_spec(struct snapshot *s)
{
    static const char *const rows[][2] = {
        {"spec.int2006", "benchmark=400.perlbench"},  {"spec.int2006", "benchmark=462.libquantum"},
        {"spec.int2006", "benchmark=429.mcf cpus=0"}, {"spec.fp2006", "benchmark=410.bwaves"},
        {"spec.fp2006", "benchmark=436.cactusADM"},   {"spec.fp2006", "benchmark=470.lbm"}};
    fixture_container(s);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        fill_metric(s, workload_find(rows[i][0]), rows[i][1], true);
}

void fixture_starting(struct snapshot *s)
{
    fill_common(s);
    add_target(s, "native", "native", false);
    add_target(s, "container", "container", false);
    s->targets[1].state = BOARD_TARGET_STARTING;
    s->targets[1].since_s = s->now_s - 1.1;
    fill_host(s);
    s->run.active = true;
    s->run.metric = SIZE_MAX;
    text_copy(s->run.title, sizeof s->run.title, "quick comparison");
    text_copy(s->run.phase, sizeof s->run.phase, "starting container");
    s->run.elapsed_s = 1;
    s->run.eta_s = 58;
    s->run.done = 0.01;
}

void fixture_live(struct snapshot *s, const char *kind)
{
    fill_common(s);
    add_target(s, "native", "native", false);
    add_target(s, "container", "container", false);
    add_target(s, kind, kind, strcmp(kind, "tcg") == 0);
    fill_metrics(s, true);
    fill_summary(s);
    fill_host(s);
    fill_run(s, 2);
    fill_queue_and_log(s);
}

void fixture_rated(struct snapshot *s)
{
    static const char *const rows[][2] = {{"net.udp.rx", "size=1K rate=100"},
                                          {"net.udp.rx", "size=16K rate=2000"},
                                          {"net.udp.tx", "size=1K rate=100"}};
    fixture_live(s, "tcg");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        fill_metric(s, workload_find(rows[i][0]), rows[i][1], true);
    struct board_metric *m = &s->metrics[s->metric_count - 3];
    m->cell[1].figure.arrival.received = 870000; /* the worst of all is one at a rate */
    m->cell[2].figure.arrival.received = 10000;
    m = &s->metrics[s->metric_count - 1]; /* none arrived: no figure */
    m->cell[1].figure.arrival.received = m->cell[1].figure.arrival.reordered = 0;
    m->cell[1].figure.measured = false;
}

/* Take back what the container has. */
static void forget_container(struct snapshot *s)
{
    memset(&s->summary, 0, sizeof s->summary);
    for (size_t m = 0; m < s->metric_count; m++) {
        memset(&s->metrics[m].cell[1], 0, sizeof s->metrics[m].cell[1]);
        s->summary.cell[s->metrics[m].workload->subsystem][0].rows++;
        s->summary.cell[s->metrics[m].workload->subsystem][0].total++;
    }
}

void fixture_native(struct snapshot *s)
{
    fixture_container(s);
    forget_container(s);
    s->target_count = 1;
    memset(&s->run, 0, sizeof s->run);
    s->run.eta_s = -1;
    s->queue_count = s->queue_total = 0;
    memset(&s->baseline, 0, sizeof s->baseline);
}

void fixture_failed(struct snapshot *s)
{
    fixture_container(s);
    forget_container(s);
    s->run.target = 0;
    s->targets[1].state = BOARD_TARGET_FAILED;
    text_copy(s->targets[1].reason, sizeof s->targets[1].reason,
              "the memory controller of cgroup v2 is not delegated to this user");
    text_copy(s->targets[1].remedy, sizeof s->targets[1].remedy,
              "run vmtax as root, or delegate it: systemctl edit user@.service, Delegate=yes");
}

void fixture_rows_failed(struct snapshot *s)
{
    fixture_container(s);
    memset(&s->run, 0, sizeof s->run);
    s->run.eta_s = -1;
    s->queue_count = s->queue_total = 0;
    for (size_t m = 0; m < s->metric_count; m++) {
        struct board_cell *cell = &s->metrics[m].cell[1];
        if (m % 4 == 1) {
            memset(cell, 0, sizeof *cell);
            cell->compared = true;
            cell->comparison.verdict = m % 8 == 1 ? VERDICT_NOT_MEASURED : VERDICT_CANNOT;
            text_copy(cell->comparison.reason, sizeof cell->comparison.reason,
                      m % 8 == 1 ? "the worker ended in verify: the checksum differs"
                                 : "needs two processors; the container has one");
        } else if (m % 4 == 2) {
            cell->comparison.flags = FLAG_STEAL | FLAG_NESTED;
        } else if (m % 8 == 3) {
            memset(cell, 0, sizeof *cell);
        }
    }
}

void fixture_slow(struct snapshot *s)
{
    static const double ratios[] = {0.31, 0.62, 0.86, 0.93, 0.97, 1.0, 1.06};
    fixture_container(s);
    for (size_t m = 0; m < s->metric_count; m++) {
        struct board_cell *cell = &s->metrics[m].cell[1];
        struct comparison *c = &cell->comparison;
        double half = m % 5 == 4 ? 0.2 : 0.01;
        c->estimate.centre = log(ratios[m % 7]);
        c->estimate.low = c->estimate.centre - half;
        c->estimate.high = c->estimate.centre + half;
        if (m % 6 == 5) {
            c->estimate.n = 1;
            c->estimate.bounded = false;
            c->variance = NAN;
        }
        if (m % 9 == 8) {
            c->estimate.n = 4;
            c->estimate.approximate = true;
        }
        c->verdict = c->estimate.bounded
                         ? stats_verdict(&c->estimate, workload_margin(s->metrics[m].workload))
                         : VERDICT_NO_SIGN;
        if (c->verdict == VERDICT_BETTER)
            c->flags |= FLAG_TOO_GOOD;
        double native = s->metrics[m].cell[0].figure.value;
        cell->figure.value = workload_lower_is_better(s->metrics[m].workload)
                                 ? native / ratios[m % 7]
                                 : native * ratios[m % 7];
        cell->figure.low = cell->figure.value * 0.99;
        cell->figure.high = cell->figure.value * 1.01;
    }
    memset(&s->summary, 0, sizeof s->summary);
    fill_summary(s);
}

/* What a guest may send where a word or a sentence is expected, as it was before anybody cleaned
 * it: the second line of defence is the canvas. None of the sequences is one of the dashboard's
 * own, so that a test of what reaches the terminal tells them apart. */
static const char *const poison[] = {
    "\033[5;8m",                 /* blinking and hidden */
    "\r",                        /* over the begin of the row */
    "\033]0;title\a",            /* a title */
    "\342\200\256",              /* U+202E: right to left from here on */
    "\t",                        /* some columns on */
    "\033]52;c;aGk=\a",          /* into the clipboard */
    "\2333J",                    /* a bare C1: no UTF-8 */
    "\033[6n",                   /* the terminal shall answer */
    "\302\2335m",                /* U+009B, in UTF-8 */
    "\n",                        /* a row lower */
    "\033[?1003h",               /* every motion of the mouse */
    "\033Pq\033\\",              /* a picture */
    "\342\201\246",              /* U+2066: an isolate that nobody ends */
    "\b\177",                    /* over what is left of it */
    "\033[3J",                   /* away with what was scrolled off */
    "\033c",                     /* a reset */
    "\355\240\200",              /* half of a surrogate */
    "\016",                      /* another character set */
    "\342\200\213",              /* U+200B: of no width */
    "\377\300\257",              /* no UTF-8 at all */
    "e\314\201\314\201\314\201", /* a stack of accents */
};

/* Poison and words in turn until it is full, beginning with poison that another turn has not. The
 * mark after each poison is one that no screen has. */
static void fill_text(char *out, size_t size, const char *word, size_t turn)
{
    size_t used = 0;
    while (used + 1 < size) {
        int n = snprintf(out + used, size - used, "%s" FIXTURE_HOSTILE_MARK "%s",
                         poison[turn++ % (sizeof poison / sizeof *poison)], word);
        used += (size_t)n;
    }
}

void fixture_hostile(struct snapshot *s)
{
    fixture_all(s);
    s->clock = INT64_MAX;
    s->now_s = 1e12;
    fill_text(s->title, sizeof s->title, "漢字 ", 0);
    fill_text(s->left_out, sizeof s->left_out, "left out ", 1);
    fill_text(s->host.name, sizeof s->host.name, "node·", 2);
    fill_text(s->host.cpu_model, sizeof s->host.cpu_model, "W", 3);
    fill_text(s->host.kernel, sizeof s->host.kernel, "6.1-", 4);
    fill_text(s->host.governor, sizeof s->host.governor, "gov", 5);
    fill_text(s->host.virt, sizeof s->host.virt, "virt", 6);
    fill_text(s->host.quiet_why, sizeof s->host.quiet_why, "busy ", 7);
    s->host.quiet = false;
    s->host.mhz = INFINITY;
    s->host.load1 = 1e9;
    s->host.processes = SIZE_MAX;
    s->host.uptime_s = 1e18;
    for (size_t i = 1; i < s->target_count; i++) {
        struct board_target *t = &s->targets[i];
        fill_text(t->id, sizeof t->id, "漢x", i);
        fill_text(t->how, sizeof t->how, "QEMU ", i + 2);
        fill_text(t->network, sizeof t->network, "tap ", i + 4);
        fill_text(t->limits, sizeof t->limits, "2 vCPUs ", i + 6);
        fill_text(t->devices, sizeof t->devices, "virtio ", i + 8);
        fill_text(t->kernel, sizeof t->kernel, "6.1.0 ", i + 10);
        fill_text(t->remark, sizeof t->remark, "slower, because ", i + 12);
        fill_text(t->clocksource, sizeof t->clocksource, "tsc", i + 14);
        fill_text(t->reason, sizeof t->reason, "it failed ", i + 16);
        fill_text(t->remedy, sizeof t->remedy, "do this ", i + 18);
        t->state = (enum board_target_state)(i % 5);
    }
    for (size_t i = 0; i < BOARD_LOG_MAX; i++) {
        struct board_log_line *l = &s->log[i];
        l->at = INT64_MIN + (int64_t)i;
        fill_text(l->text, sizeof l->text, "éé—", i);
        fill_text(l->target, sizeof l->target, "t", i);
    }
    s->log_count = BOARD_LOG_MAX;
    s->log_first = 100;
    for (size_t i = 0; i < BOARD_QUEUE_MAX; i++) {
        fill_text(s->queue[i].workload, sizeof s->queue[i].workload, "w", i);
        fill_text(s->queue[i].params, sizeof s->queue[i].params, "p=", i + 7);
        fill_text(s->queue[i].targets, sizeof s->queue[i].targets, "g,", i + 14);
        s->queue[i].seconds = 1e15;
        s->queue[i].blocks = UINT32_MAX;
    }
    s->queue_count = BOARD_QUEUE_MAX;
    s->queue_total = SIZE_MAX;
    s->baseline.known = true;
    s->baseline.age_s = -1e18;
    fill_text(s->baseline.name, sizeof s->baseline.name, "base", 8);
    fill_text(s->baseline.strength, sizeof s->baseline.strength, "strong ", 9);
    s->baseline.difference_count = s->baseline.difference_total = 4;
    for (size_t i = 0; i < 4; i++)
        fill_text(s->baseline.differences[i], sizeof s->baseline.differences[i], "kernel was ", i);
    static const double extremes[] = {0, -1, 1e-300, 1e300, INFINITY, NAN};
    for (size_t m = 0; m < s->metric_count; m++) {
        fill_text(s->metrics[m].engine, sizeof s->metrics[m].engine, "MariaDB ", m);
        for (size_t t = 0; t < s->target_count; t++) {
            struct board_cell *cell = &s->metrics[m].cell[t];
            double x = extremes[(m + t) % 6], y = extremes[(m + 2 * t + 1) % 6];
            cell->figure.value = x;
            cell->figure.low = y;
            cell->figure.high = -y;
            cell->figure.noise = x;
            cell->figure.measured = (m + t) % 3 != 0;
            cell->comparison.estimate.centre = y;
            cell->comparison.estimate.low = x;
            cell->comparison.estimate.high = y;
            cell->comparison.detectable = x;
            cell->comparison.flags = ~0u;
            cell->comparison.verdict = (enum verdict)((m + t) % VERDICT_COUNT);
            fill_text(cell->comparison.reason, sizeof cell->comparison.reason, "because ", m);
            fill_text(cell->figure.reason, sizeof cell->figure.reason, "because ", m + t);
            for (size_t r = 0; r < cell->figure.cost.reason_count; r++)
                fill_text(cell->figure.cost.reasons[r].name,
                          sizeof cell->figure.cost.reasons[r].name, "exit", r);
            s->metrics[m].baseline_value = x;
        }
    }
    for (size_t sub = 0; sub <= SUBSYSTEM_COUNT; sub++)
        for (size_t t = 0; t < s->target_count; t++)
            s->summary.cell[sub][t].ratio = extremes[(sub + t) % 6];
    for (size_t i = 0; i < s->run.rate_count; i++)
        s->run.rate[i].value = extremes[i % 6];
    s->run.eta_s = 1e18;
    s->run.elapsed_s = -5;
    s->run.done = 7;
    s->run.block = 9;
    s->run.blocks = 0;
    s->run.block_count = BOARD_BLOCKS_MAX;
    for (size_t i = 0; i < BOARD_BLOCKS_MAX; i++)
        s->run.block_ratio[i] = extremes[i % 6];
    for (size_t t = 0; t < s->target_count; t++)
        s->run.latency[t] = (struct latency){.known = true,
                                             .p50_us = NAN,
                                             .p90_us = 0,
                                             .p99_us = 1e300,
                                             .p99_9_us = INFINITY,
                                             .max_us = -1};
    fill_text(s->run.title, sizeof s->run.title, "title ", 10);
    fill_text(s->run.phase, sizeof s->run.phase, "phase ", 11);
    fill_text(s->run.params, sizeof s->run.params, "p=", 12);
    fill_text(s->run.position, sizeof s->run.position, "", 13);
}
