#include <config.h>

#include "runner.h"

#include "analysis.h"
#include "clock.h"
#include "fingerprint.h"
#include "host.h"
#include "overlay.h"
#include "scratch.h"
#include "session.h"
#include "sha256.h"
#include "target/ledger.h"
#include "text.h"
#include "xalloc.h"

#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define HELLO_TIMEOUT_S 10.0
/* Ticks feed the live graph: a few in each slot, but never so many that writing them shows. */
#define TICKS_PER_SLOT 4
#define TICK_MIN_S     0.02
#define TICK_MAX_S     0.25
/* Of a slot's time; more raises T. */
#define THROTTLED_SHARE 0.01
/* A guest that died is started again once; see one_more_chance(). */
#define STARTS_MAX 2
/* Rows that stage 2 may keep at most. */
#define KEEP_MAX 64

struct place {
    const struct target_kind *kind;
    struct target *target;   /* NULL: not running */
    struct session *session; /* NULL with target */
    unsigned starts;
    bool lost; /* given up */
};

/* What a row's operations are like, learnt from its finished slots: ticks carry bare counts. */
struct habit {
    double bytes_per_op;
    bool known, net_of_overhead;
};

struct run {
    const struct plan *plan;
    struct board *board;
    struct result *result;
    const struct runner_hooks *hooks;
    int interrupt_fd;
    struct ledger *ledger;
    struct target_options options;
    char scratch[4096];
    struct place place[TARGETS_MAX];
    double started_s;  /* host time line */
    double expected_s; /* of the whole plan */
    double done_s;     /* expected seconds of what is done */
    uint32_t next_slot;
    bool *dead;          /* metric x target: failed for good */
    struct habit *habit; /* of each metric */
    double *block_s;     /* the longest block of each metric so far; 0: none yet */
};

static double elapsed(const struct run *r)
{
    return (double)clock_now_ns() * 1e-9 - r->started_s;
}

static bool interrupted(const struct run *r)
{
    struct pollfd p = {.fd = r->interrupt_fd, .events = POLLIN};
    return r->interrupt_fd >= 0 && poll(&p, 1, 0) > 0;
}

static void tell(struct run *r)
{
    if (!r->hooks || !r->hooks->progress)
        return;
    pthread_mutex_lock(&r->board->lock);
    r->hooks->progress(r->hooks->context, &r->board->current);
    pthread_mutex_unlock(&r->board->lock);
}

static void set_phase(struct run *r, const char *phase)
{
    struct snapshot *s = board_edit(r->board);
    text_copy(s->run.phase, sizeof s->run.phase, phase);
    s->run.elapsed_s = elapsed(r);
    board_publish_run(r->board);
    tell(r);
}

/* Progress of the plan, from the share of its expected seconds that is done. */
static void set_progress(struct run *r)
{
    struct snapshot *s = board_edit(r->board);
    double seconds = elapsed(r);
    double done = r->expected_s > 0 ? r->done_s / r->expected_s : 0;
    /* A second stage fills what is left of the budget: there time itself is the progress. */
    if (isfinite(r->plan->budget_s) && seconds / r->plan->budget_s > done)
        done = seconds / r->plan->budget_s;
    s->run.elapsed_s = seconds;
    s->run.done = done < 1 ? done : 1;
    double rest = done > 0.02 ? seconds * (1 - done) / done : r->expected_s - seconds;
    if (rest > r->plan->budget_s - seconds)
        rest = r->plan->budget_s - seconds;
    s->run.eta_s = rest > 0 ? rest : 0;
    board_publish_run(r->board);
    tell(r);
}

/* --- targets ------------------------------------------------------------------------------ */

static void note_target_board(struct run *r, size_t t, enum board_target_state state,
                              const char *reason, const char *remedy)
{
    struct snapshot *s = board_edit(r->board);
    struct board_target *b = &s->targets[t];
    b->state = state;
    text_clean(b->reason, sizeof b->reason, reason ? reason : "");
    text_clean(b->remedy, sizeof b->remedy, remedy ? remedy : "");
    const struct result_target *rt = &r->result->targets[t];
    text_copy(b->how, sizeof b->how, rt->how);
    text_copy(b->network, sizeof b->network, rt->network);
    text_copy(b->limits, sizeof b->limits, rt->limits);
    text_copy(b->kernel, sizeof b->kernel, rt->kernel);
    b->start_s = rt->start_s;
    b->emulated = rt->emulated;
    board_publish(r->board);
}

static void stop_place(struct run *r, size_t t)
{
    struct place *p = &r->place[t];
    session_close(p->session);
    p->session = NULL;
    target_stop(p->target);
    p->target = NULL;
}

static void take_facts(struct run *r, size_t t)
{
    const struct place *p = &r->place[t];
    const struct target_facts *f = &p->target->facts;
    const struct session_hello *h = session_hello(p->session);
    struct result_target *rt = &r->result->targets[t];
    rt->cpus = h->cpus;
    rt->memory_mib = f->limited ? r->options.memory_bytes >> 20 : 0;
    text_clean(rt->how, sizeof rt->how, f->how);
    text_clean(rt->network, sizeof rt->network, f->network);
    text_clean(rt->limits, sizeof rt->limits, f->limits);
    text_copy(rt->kernel, sizeof rt->kernel, h->kernel);
    text_copy(rt->clocksource, sizeof rt->clocksource, h->clocksource);
    text_copy(rt->virt, sizeof rt->virt, h->virt);
    rt->emulated = f->emulated;
    rt->flags = f->flags | (f->emulated ? FLAG_EMULATED : 0);
    const char *below = result_fact(r->result, "hypervisor");
    if (t == 0 && below && strcmp(below, "none") != 0 && strcmp(below, "unknown") != 0)
        rt->flags |= FLAG_NESTED;
}

/* Start target t and open the conversation. */
static int start_place(struct run *r, size_t t, struct error *e)
{
    struct place *p = &r->place[t];
    struct result_target *rt = &r->result->targets[t];
    char phase[48];
    snprintf(phase, sizeof phase, "starting %s", p->kind->id);
    set_phase(r, phase);
    note_target_board(r, t, BOARD_TARGET_STARTING, NULL, NULL);
    p->starts++;
    double from = elapsed(r);
    p->target = p->kind->start(&r->options, r->ledger, e);
    if (!p->target) {
        return -1;
    }
    p->session = session_open(p->target, r->result->agent_sha256, HELLO_TIMEOUT_S, r->interrupt_fd,
                              e);
    if (!p->session || session_audit_clock(p->session, e) < 0) {
        stop_place(r, t);
        return -1;
    }
    rt->start_s = elapsed(r) - from;
    take_facts(r, t);
    note_target_board(r, t, BOARD_TARGET_READY, NULL, NULL);
    char ms[32];
    snprintf(ms, sizeof ms, "%.0f ms", rt->start_s * 1e3);
    board_log(r->board, BOARD_LOG_OK, p->kind->id, "ready after %s: %s", ms, rt->how);
    return 0;
}

/* Without a word in the log: whoever asked for the stop, or ends the whole run, says why. */
static void drop_place(struct run *r, size_t t, const char *why)
{
    r->place[t].lost = true;
    note_target_board(r, t, BOARD_TARGET_FAILED, why, NULL);
}

static void lose_place(struct run *r, size_t t, const char *why)
{
    drop_place(r, t, why);
    board_log(r->board, BOARD_LOG_ERROR, r->place[t].kind->id, "given up: %s", why);
}

/* The session broke. A target may be started once again; a second failure ends it. True if it is
 * back. */
static bool one_more_chance(struct run *r, size_t t, const char *why)
{
    struct place *p = &r->place[t];
    struct error e;
    stop_place(r, t);
    board_log(r->board, BOARD_LOG_WARN, p->kind->id, "%s", why);
    if (p->starts >= STARTS_MAX) {
        lose_place(r, t, why);
        return false;
    }
    if (start_place(r, t, &e) < 0) {
        if (e.kind == ERROR_INTERRUPTED)
            drop_place(r, t, e.text);
        else
            lose_place(r, t, e.text);
        return false;
    }
    return true;
}

/* Equal conditions: if one target cannot have limits, nobody gets any. */
static int probe_targets(struct run *r, struct error *e)
{
    const struct plan *plan = r->plan;
    r->options.limits = true;
    for (size_t t = 0; t < plan->target_count; t++) {
        struct target_probe probe;
        memset(&probe, 0, sizeof probe);
        plan->targets[t]->probe(&r->options, &probe);
        if (probe.use == TARGET_UNUSABLE) {
            r->place[t].lost = true;
            note_target_board(r, t, BOARD_TARGET_UNUSABLE, probe.reason, probe.remedy);
            if (t == 0 || plan->target_count == 2)
                return error_set(e, ERROR_SYSTEM, "%s cannot be used here: %s %s",
                                 plan->targets[t]->id, probe.reason, probe.remedy);
            board_log(r->board, BOARD_LOG_ERROR, plan->targets[t]->id, "%s %s", probe.reason,
                      probe.remedy);
            continue;
        }
        if (!probe.limits && r->options.limits) {
            r->options.limits = false;
            board_log(r->board, BOARD_LOG_NOTE, plan->targets[t]->id,
                      "no limits here, so no target gets any: %s", probe.reason);
        }
    }
    return 0;
}

/* --- slots -------------------------------------------------------------------------------- */

struct live {
    struct run *run;
    size_t target;
    const struct workload *workload;
    struct habit habit;
    unsigned ticks;
};

static void push_rate(struct snapshot *s, double at, double value, size_t target, bool stall)
{
    struct board_run *run = &s->run;
    size_t at_index = (run->rate_first + run->rate_count) % BOARD_RATE_MAX;
    if (run->rate_count == BOARD_RATE_MAX)
        run->rate_first = (run->rate_first + 1) % BOARD_RATE_MAX;
    else
        run->rate_count++;
    run->rate[at_index] = (struct board_rate){
        .at_s = at, .value = value, .target = (uint8_t)target, .stall = stall};
}

/* Ticks feed the live graph where a bare count is a figure: not for rates in bytes before the first
 * slot told how many an operation moves, and not where an overhead is subtracted. */
static void live_tick(void *context, const struct session_tick *t)
{
    struct live *l = context;
    if (l->habit.net_of_overhead || (l->workload->figure == FIGURE_MB_PER_S && !l->habit.known))
        return;
    struct snapshot *s = board_edit(l->run->board);
    double value = t->ops ? workload_value(l->workload, (double)t->ops,
                                           (double)t->ops * l->habit.bytes_per_op, t->seconds)
                          : 0;
    push_rate(s, board_now(l->run->board), value, l->target, t->ops == 0);
    l->ticks++;
    s->run.elapsed_s = elapsed(l->run);
    board_publish_run(l->run->board);
    tell(l->run);
}

static void show_slot(struct run *r, const struct slot *slot, bool ticked)
{
    if (!slot->measured)
        return;
    struct snapshot *s = board_edit(r->board);
    s->run.latency[slot->target] = slot->latency;
    if (!ticked)
        push_rate(s, board_now(r->board), slot->value, slot->target, false);
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

/* Does this row run on every processor of the machine, so that agent and vmtax share one with it?
 */
static bool crowded(const struct run *r, const struct plan_row *row)
{
    uint64_t values[PARAMS_MAX];
    struct error e;
    if (r->options.host_cpus > r->options.cpu_count ||
        params_parse(row->workload, row->params, values, &e))
        return false;
    if (r->options.host_cpus == 1)
        return true;
    for (size_t i = 0; row->workload->params && row->workload->params[i].name; i++) {
        const struct param *p = &row->workload->params[i];
        if (strcmp(p->name, "cpus") == 0 && (values[i] == 0 || values[i] >= r->options.host_cpus))
            return true;
        if (strcmp(p->name, "placement") == 0 && values[i] == 1 && r->options.host_cpus <= 2)
            return true;
    }
    return false;
}

/* Nanoseconds that the target was kept from running by its quota, so far; 0 where nobody counts. */
static uint64_t throttled_ns(const struct place *p)
{
    struct target_counters counters = {0};
    if (p->target->kind->counters)
        p->target->kind->counters(p->target, &counters);
    return counters.throttled_ns;
}

/* A slot-long answer of one target. -1: interrupted. */
static int run_slot(struct run *r, const struct plan_row *row, size_t metric,
                    const struct plan_slot *where, uint32_t block, uint8_t stage, bool fresh,
                    struct error *e)
{
    struct place *p = &r->place[where->target];
    struct slot slot = {.metric = metric,
                        .target = where->target,
                        .block = block,
                        .stage = stage,
                        .at_s = elapsed(r),
                        .steal = NAN};
    text_copy(slot.position, sizeof slot.position, where->position);
    double time_s = plan_slot_seconds(r->plan, row->workload);
    struct session_run request = {
        .slot = r->next_slot++,
        .workload = row->workload->id,
        .params = row->params,
        .lead_s = plan_lead_seconds(r->plan, row->workload),
        .time_s = time_s,
        .tick_s = fmin(TICK_MAX_S, fmax(TICK_MIN_S, time_s / TICKS_PER_SLOT)),
        .fresh = fresh,
        .seed = UINT64_C(0x9e3779b97f4a7c15) * (metric * 1000 + block + 1),
    };
    struct session_result out = {0};
    struct habit *habit = &r->habit[metric];
    struct live live = {
        .run = r, .target = where->target, .workload = row->workload, .habit = *habit};

    struct snapshot *s = board_edit(r->board);
    s->run.target = where->target;
    text_copy(s->run.position, sizeof s->run.position, where->position);
    text_copy(s->run.phase, sizeof s->run.phase, "measure");
    board_publish(r->board);
    tell(r);

    struct host_steal before = host_steal_read();
    uint64_t throttled = throttled_ns(p);
    struct error broken;
    int rc = session_audit_clock(p->session, &broken);
    if (rc == 0)
        rc = session_run(p->session, &request, &out, live_tick, &live, &broken);
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
        r->dead[metric * TARGETS_MAX + where->target] = !one_more_chance(r, where->target,
                                                                         broken.text);
    } else if (out.failure[0]) {
        text_copy(slot.reason, sizeof slot.reason, out.failure);
        r->dead[metric * TARGETS_MAX + where->target] = true;
        board_log(r->board, BOARD_LOG_WARN, p->kind->id, "%s", out.failure);
    } else {
        slot.host_s = out.host_s;
        slot.agent_s = out.agent_s;
        slot.ops = out.ops;
        slot.latency = out.latency;
        slot.steal = host_steal_share(before, after);
        *habit = (struct habit){.bytes_per_op = out.ops ? out.bytes / (double)out.ops : 0,
                                .known = true,
                                .net_of_overhead = out.overhead_s_per_op > 0};
        slot.flags = out.flags | (crowded(r, row) ? FLAG_PLACEMENT : 0);
        slot.measured = slot_value(row->workload, &out, &slot);
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
        if ((double)(throttled_ns(p) - throttled) > THROTTLED_SHARE * 1e9 * out.host_s)
            slot.flags |= FLAG_THROTTLED;
    }
    *result_add_slot(r->result) = slot;
    show_slot(r, &slot, live.ticks > 0);
    if (r->hooks && r->hooks->slot)
        r->hooks->slot(r->hooks->context, r->result, &r->result->slots[r->result->slot_count - 1]);
    return 0;
}

/* Does target t still take part in this row? */
static bool takes_part(const struct run *r, size_t metric, size_t t)
{
    return !r->place[t].lost && !r->dead[metric * TARGETS_MAX + t];
}

static void show_row(struct run *r, const struct plan_row *row, size_t metric, uint32_t block,
                     uint32_t blocks, uint8_t stage)
{
    struct snapshot *s = board_edit(r->board);
    struct board_run *run = &s->run;
    if (!run->active || run->metric != metric || run->workload != row->workload) {
        run->rate_count = 0;
        run->block_count = 0;
        memset(run->latency, 0, sizeof run->latency);
    }
    run->active = true;
    run->workload = row->workload;
    text_copy(run->params, sizeof run->params, row->params);
    snprintf(run->title, sizeof run->title, "%s%s%s", row->workload->id, row->params[0] ? " " : "",
             row->params);
    run->metric = metric;
    run->block = block;
    run->blocks = blocks;
    run->stage = stage;
    run->stages = r->plan->two_stage ? 2 : 1;
    board_publish_run(r->board);
}

/* The last guest's finished blocks of a row, as ratios: performance relative to native, 1 is equal.
 */
static void show_blocks(const struct run *r, struct board_run *run, size_t metric)
{
    size_t guest = r->result->target_count - 1;
    run->block_count = 0;
    for (uint32_t b = 0; guest > 0 && b < run->blocks && b < BOARD_BLOCKS_MAX; b++) {
        double d;
        if (analysis_block(r->result, metric, guest, run->stage, b, &d) > 0)
            run->block_ratio[run->block_count++] = exp(d);
    }
}

static void publish_result(struct run *r)
{
    struct result shown;
    result_init(&shown);
    if (r->hooks && r->hooks->below)
        overlay_make(&shown, r->hooks->below, r->result);
    struct snapshot *s = board_edit(r->board);
    snapshot_set_result(s, shown.metric_count ? &shown : r->result);
    if (s->run.active)
        show_blocks(r, &s->run, s->run.metric);
    board_publish(r->board);
    result_release(&shown);
}

static int run_block(struct run *r, const struct plan_row *row, size_t metric, uint32_t block,
                     uint32_t blocks, uint8_t stage, struct error *e)
{
    struct plan_slot order[2 * TARGETS_MAX];
    size_t n = plan_block_order(r->plan->target_count, block, order);
    bool first[TARGETS_MAX];
    double from = elapsed(r);
    for (size_t t = 0; t < TARGETS_MAX; t++)
        first[t] = true;
    show_row(r, row, metric, block, blocks, stage);
    for (size_t i = 0; i < n; i++) {
        size_t t = order[i].target;
        if (!takes_part(r, metric, 0))
            break; /* without native there is nothing to compare with */
        if (!takes_part(r, metric, t))
            continue;
        if (run_slot(r, row, metric, &order[i], block, stage, first[t], e) < 0)
            return -1;
        first[t] = false;
    }
    r->block_s[metric] = fmax(r->block_s[metric], elapsed(r) - from);
    analysis_update_metric(r->result, metric);
    publish_result(r);
    r->done_s += plan_block_seconds(r->plan, row);
    set_progress(r);
    return 0;
}

/* --- the plan ------------------------------------------------------------------------------ */

static void show_queue(struct run *r, const size_t *order, size_t next)
{
    struct snapshot *s = board_edit(r->board);
    s->queue_count = 0;
    s->queue_total = 0;
    for (size_t i = next; i < r->plan->row_count; i++) {
        s->queue_total++;
        if (s->queue_count == BOARD_QUEUE_MAX)
            continue;
        struct board_queue_item *q = &s->queue[s->queue_count++];
        const struct plan_row *row = &r->plan->rows[order[i]];
        text_copy(q->workload, sizeof q->workload, row->workload->id);
        text_copy(q->params, sizeof q->params, row->params);
        q->targets[0] = '\0';
        for (size_t t = 0; t < r->plan->target_count; t++) {
            size_t used = strlen(q->targets);
            snprintf(q->targets + used, sizeof q->targets - used, "%s%s", t ? " " : "",
                     r->plan->targets[t]->id);
        }
        q->blocks = r->plan->blocks;
        q->seconds = plan_block_seconds(r->plan, row) * r->plan->blocks;
    }
    board_publish(r->board);
}

static bool anyone_left(const struct run *r)
{
    if (r->place[0].lost)
        return false;
    for (size_t t = 1; t < r->plan->target_count; t++)
        if (!r->place[t].lost)
            return true;
    return r->plan->target_count == 1;
}

/* The order of rows in the first stage of a quick look: one row of each subsystem in turn, so that
 * every line of the scoreboard has a figure early and a budget that runs out cuts all subsystems
 * alike. Otherwise: as planned. */
static void order_rows(const struct plan *plan, size_t *order)
{
    size_t n = 0;
    if (!plan->two_stage) {
        for (size_t i = 0; i < plan->row_count; i++)
            order[n++] = i;
        return;
    }
    size_t next[SUBSYSTEM_COUNT] = {0};
    while (n < plan->row_count)
        for (int s = 0; s < SUBSYSTEM_COUNT; s++) {
            size_t *i = &next[s];
            while (*i < plan->row_count && plan->rows[*i].workload->subsystem != (enum subsystem)s)
                (*i)++;
            if (*i < plan->row_count)
                order[n++] = (*i)++;
        }
}

/* What a block of a row takes: as planned, or as long as it took on this machine, which may be busy
 * or slow to give memory. */
static double block_seconds(const struct run *r, size_t metric)
{
    return fmax(plan_block_seconds(r->plan, &r->plan->rows[metric]), r->block_s[metric]);
}

static int stage_one(struct run *r, const size_t *order, struct error *e)
{
    for (size_t i = 0; i < r->plan->row_count; i++) {
        const struct plan_row *row = &r->plan->rows[order[i]];
        show_queue(r, order, i + 1);
        for (uint32_t b = 0; b < r->plan->blocks; b++) {
            if (interrupted(r))
                return error_set(e, ERROR_INTERRUPTED, "interrupted");
            if (!anyone_left(r))
                return error_set(e, ERROR_SYSTEM, "no target is left to measure");
            if (elapsed(r) + block_seconds(r, order[i]) > r->plan->budget_s) {
                board_log(r->board, BOARD_LOG_NOTE, "", "the time budget is used up");
                return 0;
            }
            if (run_block(r, row, order[i], b, r->plan->blocks, 1, e) < 0)
                return -1;
        }
    }
    show_queue(r, order, r->plan->row_count);
    return 0;
}

/* Fresh blocks for the rows that deserve them, row after row: one that is begun is finished. */
static int stage_two(struct run *r, struct error *e)
{
    size_t order[KEEP_MAX];
    analysis_update(r->result);
    size_t kept = analysis_select(r->result, order, KEEP_MAX);
    double left = r->plan->budget_s - elapsed(r);
    for (size_t k = 0; k < kept; k++) {
        const struct plan_row *row = &r->plan->rows[order[k]];
        double cost = block_seconds(r, order[k]) * r->plan->blocks2;
        if (cost > left)
            continue; /* a later, shorter row may still fit */
        left -= cost;
        board_log(r->board, BOARD_LOG_RUN, "", "second look at %s %s: %u fresh blocks",
                  row->workload->id, row->params, r->plan->blocks2);
        for (uint32_t b = 0; b < r->plan->blocks2; b++) {
            if (interrupted(r))
                return error_set(e, ERROR_INTERRUPTED, "interrupted");
            if (!anyone_left(r))
                return error_set(e, ERROR_SYSTEM, "no target is left to measure");
            if (run_block(r, row, order[k], b, r->plan->blocks2, 2, e) < 0)
                return -1;
        }
    }
    return 0;
}

static void prepare_result(struct run *r)
{
    struct result *result = r->result;
    const struct plan *plan = r->plan;
    result->started = (int64_t)time(NULL);
    text_copy(result->tool_version, sizeof result->tool_version, PACKAGE_VERSION);
    result->two_stage = plan->two_stage;
    text_copy(result->profile, sizeof result->profile,
              plan->profile == PROFILE_QUICK      ? "quick"
              : plan->profile == PROFILE_STANDARD ? "standard"
                                                  : "paper");
    result->target_count = plan->target_count;
    for (size_t t = 0; t < plan->target_count; t++) {
        struct result_target *rt = &result->targets[t];
        *rt = (struct result_target){.clock_rate = 1};
        text_copy(rt->id, sizeof rt->id, plan->targets[t]->id);
        text_copy(rt->kind, sizeof rt->kind, plan->targets[t]->id);
        r->place[t].kind = plan->targets[t];
    }
    for (size_t i = 0; i < plan->row_count; i++)
        result_add_metric(result, plan->rows[i].workload, plan->rows[i].params);
    r->habit = xcalloc(plan->row_count ? plan->row_count : 1, sizeof *r->habit);
    r->block_s = xcalloc(plan->row_count ? plan->row_count : 1, sizeof *r->block_s);
    r->dead = xcalloc(plan->row_count ? plan->row_count * TARGETS_MAX : 1, sizeof *r->dead);
}

static bool needs_scratch(const struct plan *plan)
{
    for (size_t i = 0; i < plan->row_count; i++)
        if (plan->rows[i].workload->needs & NEED_SCRATCH)
            return true;
    return false;
}

static int prepare(struct run *r, struct error *e)
{
    size_t swept = 0;
    r->ledger = ledger_open(&swept, e);
    if (!r->ledger)
        return -1;
    if (swept)
        board_log(r->board, BOARD_LOG_NOTE, "", "removed what %zu earlier run%s left behind", swept,
                  swept == 1 ? "" : "s");
    if (sha256_file(r->options.agent_path, r->result->agent_sha256, e) < 0)
        return error_prefix(e, "the agent");
    if (needs_scratch(r->plan)) {
        if (scratch_make(r->options.scratch, r->ledger, r->scratch, sizeof r->scratch, e) < 0)
            return -1;
        r->options.scratch = r->scratch;
    }
    set_phase(r, "reading the machine");
    fingerprint_read(r->result);
    if (r->scratch[0])
        result_add_fact(r->result, "scratch.filesystem", scratch_filesystem(r->scratch));
    publish_result(r);
    return probe_targets(r, e);
}

static void finish(struct run *r)
{
    set_phase(r, "stopping");
    for (size_t t = r->plan->target_count; t-- > 0;)
        if (r->place[t].target)
            stop_place(r, t);
    if (r->ledger)
        ledger_close(r->ledger);
    struct rusage self;
    if (getrusage(RUSAGE_SELF, &self) == 0) {
        r->result->self_cpu_s = (double)(self.ru_utime.tv_sec + self.ru_stime.tv_sec) +
                                (double)(self.ru_utime.tv_usec + self.ru_stime.tv_usec) * 1e-6;
        r->result->self_max_rss_kib = (uint64_t)self.ru_maxrss;
    }
    r->result->elapsed_s = elapsed(r);
    analysis_update(r->result);
    publish_result(r);
    struct snapshot *s = board_edit(r->board);
    s->run.active = false;
    s->run.done = 1;
    s->run.eta_s = 0;
    s->queue_count = s->queue_total = 0;
    for (size_t t = 0; t < s->target_count; t++)
        if (s->targets[t].state == BOARD_TARGET_READY)
            s->targets[t].state = BOARD_TARGET_OFF;
    board_publish(r->board);
    tell(r);
    free(r->dead);
    free(r->habit);
    free(r->block_s);
}

int runner_run(const struct plan *plan, struct board *board, struct result *result,
               int interrupt_fd, const struct runner_hooks *hooks, struct error *e)
{
    if (plan->target_count == 0 || plan->target_count > TARGETS_MAX)
        BUG("a plan without targets");
    struct run *r = xcalloc(1, sizeof *r);
    r->plan = plan;
    r->board = board;
    r->result = result;
    r->hooks = hooks;
    r->interrupt_fd = interrupt_fd;
    r->options = plan->options;
    r->started_s = (double)clock_now_ns() * 1e-9;
    r->expected_s = plan_seconds(plan);
    prepare_result(r);

    struct error failure = {.kind = ERROR_NONE};
    int rc = prepare(r, &failure);
    for (size_t t = 0; rc == 0 && t < plan->target_count; t++) {
        if (r->place[t].lost)
            continue;
        struct error start;
        if (start_place(r, t, &start) < 0) {
            if (t == 0 || plan->target_count == 2 || start.kind == ERROR_INTERRUPTED) {
                drop_place(r, t, start.text);
                failure = start;
                rc = -1;
            } else {
                lose_place(r, t, start.text);
            }
        }
    }
    size_t *order = xcalloc(plan->row_count + 1, sizeof *order);
    order_rows(plan, order);
    if (rc == 0)
        rc = stage_one(r, order, &failure);
    free(order);
    if (rc == 0 && plan->two_stage)
        rc = stage_two(r, &failure);
    result->partial = rc < 0;
    finish(r);
    free(r);
    /* After the last progress that is told: on the command line the error itself is printed. */
    if (rc < 0)
        board_log(board, failure.kind == ERROR_INTERRUPTED ? BOARD_LOG_NOTE : BOARD_LOG_ERROR, "",
                  "%s", failure.text);
    if (rc < 0 && e)
        *e = failure;
    return rc;
}
