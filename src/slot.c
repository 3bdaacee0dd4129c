#include <config.h>

#include "slot.h"

#include "clock.h"
#include "coretype.h"
#include "fallback.h"
#include "host.h"
#include "session.h"
#include "text.h"
#include "tree.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Ticks feed the live graph: a few in each slot, but never so many that writing them shows. */
#define TICKS_PER_SLOT 4
#define TICK_MIN_S     0.02
#define TICK_MAX_S     0.25
/* Of a slot's time; more raises T. */
#define THROTTLED_SHARE 0.01
/* The window that is counted holds the phases of overhead, too. */
#define WINDOW_SLACK 3

struct live {
    struct run *run;
    size_t target;
    const struct workload *workload;
    struct habit habit;
    /* The host's counters at the begin and end of the timed part, and when they were read. */
    struct counters counted[2];
    double counted_s[2];
    struct counters kernel[2]; /* likewise of the kernel that a server runs on */
    bool marked[2];
    bool silent;
};

static void push_rate(struct snapshot *s, const struct board_rate *rate)
{
    struct board_run *run = &s->run;
    run->rate[snapshot_ring_push(&run->rate_first, &run->rate_count, BOARD_RATE_MAX)] = *rate;
}

static bool needs_bytes(const struct workload *w)
{
    return w->figure == FIGURE_MB_PER_S || w->figure == FIGURE_GFLOPS;
}

/* Ticks feed the live graph where a bare count is a figure: not for rates in bytes before the first
 * slot told how many an operation moves, and not where an overhead is subtracted. */
static void live_tick(void *context, const struct session_tick *t)
{
    struct live *l = context;
    if (l->habit.net_of_overhead || (needs_bytes(l->workload) && !l->habit.known))
        return;
    struct snapshot *s = board_edit(l->run->board);
    double value = t->ops ? workload_value(l->workload, (double)t->ops,
                                           (double)t->ops * l->habit.bytes_per_op, t->seconds)
                          : 0;
    push_rate(s, &(struct board_rate){.at_s = board_now(l->run->board),
                                      .value = value,
                                      .target = (uint8_t)l->target,
                                      .stall = t->ops == 0});
    s->run.elapsed_s = run_elapsed(l->run);
    board_publish_run(l->run->board);
    run_tell(l->run);
}

/* Whoever watches learns that a target says nothing, and how long that is borne. */
static void live_silent(void *context, double seconds, double limit_s)
{
    struct live *l = context;
    struct snapshot *s = board_edit(l->run->board);
    s->run.silent_s = seconds;
    if (seconds > 0 && !l->silent)
        snapshot_log(s, BOARD_LOG_WARN, s->targets[l->target].id,
                     "nothing heard for %.0f s; it is given up after %.0f s", seconds, limit_s);
    l->silent = seconds > 0;
    board_publish(l->run->board);
    run_tell(l->run);
}

/* The agent says that the timed part begins or has ended. */
static void live_mark(void *context, bool ended)
{
    struct live *l = context;
    struct error ignored; /* a session that is lost says so when it is used next */
    struct session *served = l->run->places.place[l->target].session;
    if (l->workload->served && session_count(served, &l->kernel[ended], &ignored) < 0)
        l->kernel[ended].known = 0;
    l->counted_s[ended] = place_count(&l->run->places.place[l->target], &l->counted[ended]);
    /* A guest that was there already has its files on a disk of its own, or on another machine. */
    if (l->workload->disk && !l->run->places.place[l->target].kind->way)
        blockdev_count(&l->run->device, &l->counted[ended]);
    l->marked[ended] = true;
    run_show_phase(l->run, ended ? BOARD_PHASE_VERIFY : BOARD_PHASE_MEASURE);
}

/* What the host counted over the timed part, and what the target's own kernel did. */
static void slot_counters(const struct live *l, const struct session_result *out, struct slot *slot)
{
    if (!l->marked[0] || !l->marked[1] || !(l->counted_s[1] > l->counted_s[0]))
        return;
    /* The second mark was read late: vmtax was stopped, or did not get the processor. What the host
     * counted until then is not the slot's. */
    double window_s = l->counted_s[1] - l->counted_s[0];
    if (window_s > WINDOW_SLACK * out->host_s + 1) {
        board_log(l->run->board, BOARD_LOG_NOTE, l->run->places.place[l->target].kind->id,
                  "vmtax was held up for %.0f s: this slot has no white-box counters",
                  window_s - out->host_s);
        return;
    }
    slot->counted_s = window_s;
    counters_between(&l->counted[0], &l->counted[1], &slot->counters);
    counters_merge(&slot->counters, &out->inside);
    struct counters kernel;
    counters_between(&l->kernel[0], &l->kernel[1], &kernel);
    counters_merge(&slot->counters, &kernel);
    const struct counters *c = &slot->counters;
    if (counters_have(c, COUNTER_THROTTLED) &&
        (double)c->value[COUNTER_THROTTLED] > THROTTLED_SHARE * 1e9 * slot->counted_s)
        slot->flags |= FLAG_THROTTLED;
    if (blockdev_cached(l->workload->disk, out->bytes, c))
        slot->flags |= FLAG_CACHE;
}

/* What a target gives up of its page cache between slots, once for each: it is known when the first
 * one is over that does. */
static void tell_dropped(struct run *r, const struct plan_row *row, size_t target,
                         enum dropped dropped)
{
    struct result_target *rt = &r->result->targets[target];
    enum place_kernel kernel = place_kernel(&r->places, target);
    if (!row->workload->disk || dropped <= DROPPED_NOTHING || rt->caches[0])
        return;
    text_copy(rt->caches, sizeof rt->caches,
              dropped == DROPPED_ALL        ? RESULT_ALL_DROPPED
              : kernel == PLACE_KERNEL_OWN  ? "its file's alone: the agent may not drop the rest"
              : kernel == PLACE_KERNEL_HOST ? "its file's alone: the rest are the host's"
                                            : "its file's alone: others may use the rest");
    board_log(r->board, BOARD_LOG_NOTE, rt->id, "page cache dropped between slots: %s", rt->caches);
}

/* The audit of caches in plain words, once for a row and target. */
static void tell_cache(struct run *r, const struct plan_row *row, const struct slot *slot,
                       double claimed)
{
    const struct counters *c = &slot->counters;
    if (!(slot->flags & FLAG_CACHE))
        return;
    for (size_t i = 0; i < r->result->slot_count; i++) {
        const struct slot *before = &r->result->slots[i];
        if (before->metric == slot->metric && before->target == slot->target &&
            (before->flags & FLAG_CACHE))
            return;
    }
    unsigned moves = row->workload->disk;
    board_log(r->board, BOARD_LOG_NOTE, r->places.place[slot->target].kind->id,
              "%s %s: %.0f MB were %s%s%s, and the disk moved %.0f: this measures a cache",
              row->workload->id, row->params, claimed * 1e-6, moves & DISK_READS ? "read" : "",
              moves == (DISK_READS | DISK_WRITES) ? " and " : "",
              moves & DISK_WRITES ? "written" : "",
              1e-6 * ((moves & DISK_READS ? (double)c->value[COUNTER_DISK_READ] : 0) +
                      (moves & DISK_WRITES ? (double)c->value[COUNTER_DISK_WRITTEN] : 0)));
}

static void show_slot(struct run *r, const struct slot *slot)
{
    if (!slot->measured)
        return;
    struct snapshot *s = board_edit(r->board);
    s->run.latency[slot->target] = slot->latency;
    push_rate(s, &(struct board_rate){.at_s = board_now(r->board),
                                      .value = slot->value,
                                      .target = (uint8_t)slot->target,
                                      .slot = true});
    board_publish_run(r->board);
}

/* Value of a slot, net of the overhead. False with a reason if nothing is left. */
static bool slot_value(const struct workload *w, const struct session_result *out,
                       struct slot *slot)
{
    double seconds = out->host_s - (double)out->ops * out->overhead_s_per_op;
    if (seconds <= 0) {
        text_copy(slot->reason, sizeof slot->reason,
                  "not above its own overhead in this slot: too small to be told from it");
        return false;
    }
    slot->value = workload_value(w, (double)out->ops, out->bytes, seconds);
    if (!isfinite(slot->value) || slot->value <= 0) {
        text_copy(slot->reason, sizeof slot->reason, "no figure follows from what was counted");
        return false;
    }
    /* Ticks are the agent's own seconds, counted finer. */
    if (w->figure == FIGURE_TIME_NS && out->host_s > 0)
        slot->tsc_per_op = seconds * out->agent_s / out->host_s * out->tsc_per_s / (double)out->ops;
    return true;
}

/* That none of the slot's datagrams arrived is a measured loss, and no figure to compare. What it
 * may come from depends on whether any ever did. */
static void tell_total_loss(const struct result *r, struct slot *slot)
{
    struct arrival before = {.sent = 0};
    unsigned long long sent = slot->arrival.sent;
    for (size_t i = 0; i < r->slot_count; i++)
        if (r->slots[i].metric == slot->metric && r->slots[i].target == slot->target) {
            before.sent += r->slots[i].arrival.sent;
            before.received += r->slots[i].arrival.received;
        }
    if (before.received)
        snprintf(
            slot->reason, sizeof slot->reason,
            "none of %llu datagrams arrived, and of those in the slots before %.0f %% were lost: "
            "the receiver was overloaded (a lower rate tells), or the path has changed since "
            "(both ends must keep the same MTU)",
            sent, 100 * arrival_loss(&before));
    else
        snprintf(slot->reason, sizeof slot->reason,
                 "none of %llu datagrams arrived: is the receiver overloaded, have both ends the "
                 "same MTU, and no firewall between?",
                 sent);
}

/* Does this row run on every processor of the machine, so that agent and vmtax share one with it?
 */
static bool crowded(const struct run *r, const struct plan_row *row)
{
    size_t all = r->places.options.host_cpus;
    if (all > r->places.options.cpu_count)
        return false;
    if (all == 1 || (row->workload->served && !r->places.options.wire)) /* the peer is somewhere */
        return true;
    uint64_t cpus = params_value(row->workload, row->params, "cpus", 1);
    return cpus == 0 || cpus >= all ||
           (params_value(row->workload, row->params, "placement", 0) == 1 && all <= 2);
}

/* The core type of OpenBLAS for every target of this run: the best that all of them can run. */
static void choose_core(struct run *r)
{
    unsigned features = ~0u;
    for (size_t t = 0; t < r->places.count; t++)
        if (r->places.place[t].session)
            features &= session_hello(r->places.place[t].session)->features;
    r->core = coretype_pick(features);
    if (r->core == CORETYPE_AUTO)
        return;
    result_add_fact(r->result, "engine.linpack.core", coretypes[r->core].name);
    board_log(r->board, BOARD_LOG_NOTE, "", "OpenBLAS runs the code for %s in every target",
              coretypes[r->core].name);
}

/* The row's parameters as the agent gets them: with a core type that is named, and that the target
 * can run. False with a reason. */
static bool slot_params(struct run *r, const struct plan_row *row, size_t target,
                        char out[PARAMS_TEXT], char reason[REASON_MAX])
{
    const struct session_hello *hello = session_hello(r->places.place[target].session);
    uint64_t values[PARAMS_MAX];
    struct error e;
    text_copy(out, PARAMS_TEXT, row->params);
    if (row->workload->subsystem == SUBSYSTEM_EXITS && r->result->targets[target].emulated) {
        text_copy(reason, REASON_MAX,
                  "it is emulated and has no /dev/kvm inside: --on native measures the exits");
        return false;
    }
    size_t i = params_find(row->workload, "core");
    if (i == PARAMS_MAX || params_parse(row->workload, row->params, values, &e) < 0)
        return true;
    if (values[i] == CORETYPE_AUTO && r->core == CORETYPE_AUTO)
        choose_core(r);
    if (values[i] == CORETYPE_AUTO)
        values[i] = r->core;
    unsigned lacking = coretypes[values[i]].needs & ~hello->features;
    if (values[i] == CORETYPE_AUTO || lacking) {
        char words[CPU_FEATURES_TEXT];
        cpu_features_format(lacking, words);
        snprintf(reason, REASON_MAX,
                 values[i] == CORETYPE_AUTO ? "no core type of OpenBLAS runs in all targets%.0s%.0s"
                                            : "core=%s needs what this processor lacks: %s",
                 coretypes[values[i]].name, words);
        return false;
    }
    params_format(row->workload, values, out);
    return true;
}

/* All targets of a run, and all its slots, must do their work with the same library. */
static bool same_engine(struct run *r, const struct plan_row *row, const char *engine,
                        char reason[REASON_MAX])
{
    char key[FACT_KEY];
    result_engine_key(row->workload->id, row->params, key);
    const char *first = result_fact(r->result, key);
    if (!engine[0] || (first && strcmp(first, engine) == 0))
        return true;
    if (!first) {
        char fallback[FALLBACK_TEXT];
        result_add_fact(r->result, key, engine);
        if (fallback_sentence(key, engine, fallback))
            board_log(r->board, BOARD_LOG_WARN, "", "%s", fallback);
        return true;
    }
    snprintf(reason, REASON_MAX, "runs on %s here and on %.60s elsewhere: not the same work",
             engine, first);
    return false;
}

/* What the slots of a row make must be the same in all targets: a figure of something else is no
 * figure. */
static bool same_product(struct run *r, const struct plan_row *row, struct habit *habit,
                         const char *product, char reason[REASON_MAX])
{
    char key[FACT_KEY];
    if (!product[0] || strcmp(habit->product, product) == 0)
        return true;
    if (habit->product[0]) {
        snprintf(reason, REASON_MAX,
                 "made %s here and %s in the first slot of the run: not the same work", product,
                 habit->product);
        return false;
    }
    text_copy(habit->product, sizeof habit->product, product);
    result_product_key(row->workload->id, row->params, key);
    result_add_fact(r->result, key, product);
    return true;
}

/* Is the target reached by another path than native? */
static bool other_path(const struct run *r, const struct plan_row *row, size_t target)
{
    const struct result_target *targets = r->result->targets;
    return row->workload->served && strcmp(targets[target].path, targets[0].path) != 0;
}

/* The log has a reason once, however many rows it stops: run_show_causes() names them. */
static void tell_failure(struct run *r, size_t target, const char *reason)
{
    const struct result *result = r->result;
    for (size_t i = 0; i < result->slot_count; i++)
        if (result->slots[i].target == target && strcmp(result->slots[i].reason, reason) == 0)
            return;
    board_log(r->board, BOARD_LOG_WARN, r->places.place[target].kind->id, "%s", reason);
}

/* What the agent gives the phases of a row for its laps: two of them before the timed part begins,
 * to fill and to lead in, and two from there on. */
static double lap_seconds(const struct plan_row *row)
{
    uint64_t values[PARAMS_MAX];
    struct error e;
    return params_parse(row->workload, row->params, values, &e) < 0
               ? row->workload->lap_s
               : row->workload->lap_s + 2 * workload_pass_s(row->workload, values);
}

int slot_run(struct run *r, const struct plan_row *row, size_t metric,
             const struct plan_slot *where, uint32_t block, uint8_t stage, bool fresh,
             struct error *e)
{
    struct place *p = &r->places.place[where->target];
    struct slot slot = {.metric = metric,
                        .target = where->target,
                        .block = block,
                        .stage = stage,
                        .at_s = run_elapsed(r),
                        .steal = NAN};
    text_copy(slot.position, sizeof slot.position, where->position);
    double time_s = plan_slot_seconds(r->plan, row->workload);
    char params[PARAMS_TEXT];
    bool possible = slot_params(r, row, where->target, params, slot.reason);
    struct session_run request = {
        .slot = r->next_slot++,
        .workload = row->workload->id,
        .params = params,
        .lead_s = plan_lead_seconds(r->plan, row->workload),
        .time_s = time_s,
        .tick_s = fmin(TICK_MAX_S, fmax(TICK_MIN_S, time_s / TICKS_PER_SLOT)),
        .fresh = fresh,
        .seed = UINT64_C(0x9e3779b97f4a7c15) * (metric * 1000 + block + 1),
        .mark = live_mark,
        .silent = live_silent,
        .tree = row->workload->needs & NEED_SPEC ? r->plan->spec
                : r->seed[0]                     ? TREE_NAME
                                                 : NULL,
        .patience_s = row->workload->patience_s,
        .lap_s = lap_seconds(row),
    };
    if (row->workload->patience_s > 0 && !row->workload->timed)
        request.tick_s = 0; /* one operation: nothing to be told before its end */
    if (row->workload->disk)
        request.drop = place_kernel(&r->places, where->target) == PLACE_KERNEL_OWN;
    struct session_result out = {0};
    struct habit *habit = &r->habit[metric];
    struct live live = {
        .run = r, .target = where->target, .workload = row->workload, .habit = *habit};

    struct snapshot *s = board_edit(r->board);
    s->run.target = where->target;
    text_copy(s->run.position, sizeof s->run.position, where->position);
    text_copy(s->run.phase, sizeof s->run.phase, BOARD_PHASE_PREPARE);
    board_publish(r->board);
    run_tell(r);

    struct host_steal before = host_steal_read();
    struct error broken;
    int rc = session_audit_clock(p->session, &broken);
    if (rc == 0 && (row->workload->needs & NEED_TREE) && !r->seed[0])
        text_copy(out.failure, sizeof out.failure, r->treeless.text);
    else if (rc == 0 && possible)
        rc = row->workload->served
                 ? pair_run(&r->peer, &r->places, p, &request, &out, live_tick, &live, &broken)
                 : session_run(p->session, &request, &out, live_tick, &live, &broken);
    if (rc == 0)
        rc = session_audit_clock(p->session, &broken);
    struct host_steal after = host_steal_read();

    if (rc < 0 && broken.kind == ERROR_INTERRUPTED) {
        if (e)
            *e = broken;
        return -1;
    }
    if (rc < 0) {
        text_clean(slot.reason, sizeof slot.reason, broken.text);
        r->dead[metric * TARGETS_MAX + where->target] = !place_revive(&r->places, where->target,
                                                                      broken.text);
    } else if (!possible || !same_engine(r, row, out.engine, slot.reason) ||
               (!out.failure[0] && !same_product(r, row, habit, out.product, slot.reason))) {
        r->dead[metric * TARGETS_MAX + where->target] = true;
        tell_failure(r, where->target, slot.reason);
    } else if (out.failure[0]) {
        text_copy(slot.reason, sizeof slot.reason, out.failure);
        r->dead[metric * TARGETS_MAX + where->target] = true;
        tell_failure(r, where->target, slot.reason);
    } else {
        slot.host_s = out.host_s;
        slot.agent_s = out.agent_s;
        slot.ops = out.ops;
        slot.latency = out.latency;
        slot.arrival = out.arrival;
        slot.statements = out.statements;
        slot.steal = host_steal_share(before, after);
        habit->bytes_per_op = out.ops ? out.bytes / (double)out.ops : 0;
        habit->known = true;
        habit->net_of_overhead = out.overhead_s_per_op > 0;
        slot.flags = out.flags |
                     (crowded(r, row) || other_path(r, row, where->target) ? FLAG_PLACEMENT : 0);
        slot.measured = slot_value(row->workload, &out, &slot);
        if (slot.arrival.sent && !slot.arrival.received)
            tell_total_loss(r->result, &slot);
        if (out.flags & FLAG_CLOCK) {
            slot.measured = false;
            text_copy(slot.reason, sizeof slot.reason,
                      "its clock claims more time than the host saw pass");
        }
        const struct clock_audit *clock = session_clock(p->session);
        struct result_target *rt = &r->result->targets[where->target];
        rt->clock_rate = clock->rate;
        rt->clock_bound = clock->rate_bound;
        rt->clock_known = isfinite(clock->rate_bound);
        rt->clock_stepped = clock->stepped;
        if (clock_flagged(clock))
            slot.flags |= FLAG_CLOCK;
        slot_counters(&live, &out, &slot);
        slot.dropped = row->workload->disk ? out.dropped : DROPPED_UNKNOWN;
        tell_dropped(r, row, where->target, out.dropped);
        tell_cache(r, row, &slot, out.bytes);
    }
    *result_add_slot(r->result) = slot;
    show_slot(r, &slot);
    if (r->hooks && r->hooks->slot)
        r->hooks->slot(r->hooks->context, r->result, &r->result->slots[r->result->slot_count - 1]);
    return 0;
}
