#include <config.h>

#include "runner.h"

#include "analysis.h"
#include "clock.h"
#include "filesystem.h"
#include "fingerprint.h"
#include "place.h"
#include "room.h"
#include "run.h"
#include "scratch.h"
#include "sha256.h"
#include "slot.h"
#include "target/ledger.h"
#include "text.h"
#include "tree.h"
#include "xalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* Rows that stage 2 may keep at most. */
#define KEEP_MAX 64

/* The target gives up what it keeps of its last slot. */
static int rest(struct run *r, size_t t, struct error *e)
{
    struct place *p = &r->places.place[t];
    struct error broken;
    p->warm[0] = '\0';
    if (!p->session || session_rest(p->session, &broken) == 0)
        return 0;
    if (broken.kind == ERROR_INTERRUPTED) {
        *e = broken;
        return -1;
    }
    place_revive(&r->places, t, broken.text);
    return 0;
}

/* The workers of a block end before the next one begins. Each target keeping its own until its next
 * turn would get the very pages back that it gave up a moment before, block after block, and a
 * lucky or unlucky placement of its memory would look like a property of the target. Given up in
 * the order in which the next block takes memory, they change hands. */
static int rest_all(struct run *r, uint32_t block, struct error *e)
{
    struct plan_slot order[2 * TARGETS_MAX];
    size_t n = plan_block_order(r->plan->target_count, block + 1, order);
    bool rested[TARGETS_MAX] = {false};
    for (size_t i = 0; i < n; i++) {
        size_t t = order[i].target;
        if (!rested[t] && rest(r, t, e) < 0)
            return -1;
        rested[t] = true;
    }
    return 0;
}

/* Only one target's at a time, where the machine's memory does not hold all of them. */
static int rest_others(struct run *r, size_t target, struct error *e)
{
    for (size_t t = 0; t < r->plan->target_count; t++)
        if (t != target && rest(r, t, e) < 0)
            return -1;
    return 0;
}

static void look_for_room(struct run *r, const struct workload *w, size_t target, uint64_t before)
{
    uint64_t now = room_available();
    size_t others = r->plan->target_count - 1;
    if (room_for_others(before, now, others))
        return;
    r->alone = true;
    if (r->told_alone == w)
        return;
    r->told_alone = w;
    board_log(r->board, BOARD_LOG_NOTE, "",
              "memory: %s took %llu MiB in %s and %llu MiB are left: it is up in one target at a "
              "time, and started anew for each slot",
              w->id, (unsigned long long)((before > now ? before - now : 0) >> 20),
              r->places.place[target].kind->id, (unsigned long long)(now >> 20));
}

/* Two runs at once disturb each other. Neither is refused; both say it. */
static void look_for_others(struct run *r)
{
    enum { MOST = sizeof r->others / sizeof *r->others };
    pid_t now[MOST];
    char text[MOST * sizeof ", pid 2147483647"] = "";
    size_t count = ledger_others(r->places.ledger, now, MOST), before = r->other_count, used = 0;
    for (size_t i = 0; i < count && r->other_count < MOST; i++) {
        size_t k = 0;
        while (k < r->other_count && r->others[k] != now[i])
            k++;
        if (k < r->other_count)
            continue;
        r->others[r->other_count++] = now[i];
        board_log(r->board, BOARD_LOG_WARN, "",
                  "another vmtax is running, pid %d: the two disturb each other's figures",
                  (int)now[i]);
    }
    if (r->other_count == before)
        return;
    for (size_t k = 0; k < r->other_count; k++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%spid %d", k ? ", " : "",
                                 (int)r->others[k]);
    result_add_fact(r->result, "other_vmtax", text);
}

/* Servers stay for the next block of their workload: some take long to start. */
static int rest_after_block(struct run *r, const struct workload *w, uint32_t block,
                            struct error *e)
{
    r->served = w->served ? w : NULL;
    return w->served ? pair_rest(&r->peer, e) : rest_all(r, block, e);
}

static int run_block(struct run *r, const struct plan_row *row, size_t metric, uint32_t block,
                     uint32_t blocks, uint8_t stage, struct error *e)
{
    struct plan_slot order[2 * TARGETS_MAX];
    size_t n = plan_block_order(r->plan->target_count, block, order);
    bool first[TARGETS_MAX];
    uint64_t before = 0;
    r->block_from_s = run_elapsed(r);
    r->block_metric = metric;
    for (size_t t = 0; t < TARGETS_MAX; t++)
        first[t] = true;
    run_show_row(r, row, metric, block, blocks, stage);
    if (r->served && r->served != row->workload) {
        if (rest_all(r, block - 1, e) < 0)
            return -1;
        r->served = NULL; /* what the next blocks of this row keep is not given up for it */
    }
    if (block == 0) {
        r->alone = false;
        before = room_available();
    }
    for (size_t i = 0; i < n; i++) {
        size_t t = order[i].target;
        if (!run_takes_part(r, metric, 0))
            break; /* without native there is nothing to compare with */
        if (!run_takes_part(r, metric, t))
            continue;
        run_show_progress(r);
        if (r->alone && rest_others(r, t, e) < 0)
            return -1;
        bool fresh = first[t] && (block == 0 || !plan_keeps_worker(r->plan, row->workload));
        if (slot_run(r, row, metric, &order[i], block, stage, fresh, e) < 0)
            return -1;
        first[t] = false;
        if (before > 0)
            look_for_room(r, row->workload, t, before);
        before = 0;
    }
    bool goes_on = plan_keeps_worker(r->plan, row->workload) && block + 1 < blocks;
    if (!goes_on && rest_after_block(r, row->workload, block, e) < 0)
        return -1;
    load_look(&r->load, run_elapsed(r), false);
    look_for_others(r);
    r->block_s[metric] = fmax(r->block_s[metric], run_elapsed(r) - r->block_from_s);
    r->blocks_left[metric]--;
    r->block_metric = SIZE_MAX;
    analysis_update_metric(r->result, metric);
    run_show_result(r);
    run_show_progress(r);
    return 0;
}

static int nobody_left(const struct run *r, struct error *e)
{
    const char *why = "";
    for (size_t t = r->plan->target_count; t-- > 0;)
        if (r->result->targets[t].given_up[0])
            why = r->result->targets[t].given_up;
    return error_set(e, ERROR_SYSTEM, "no target is left to measure%s%s", *why ? ": " : "", why);
}

static bool anyone_left(const struct run *r)
{
    if (r->places.place[0].lost)
        return false;
    for (size_t t = 1; t < r->plan->target_count; t++)
        if (!r->places.place[t].lost)
            return true;
    return r->plan->target_count == 1;
}

/* A row of long operations that no guest can run: what native would do for minutes is compared with
 * nothing. */
static bool idle(const struct run *r, size_t metric)
{
    const struct workload *w = r->plan->rows[metric].workload;
    for (size_t t = 1; t < r->plan->target_count; t++)
        if (run_takes_part(r, metric, t))
            return false;
    return r->plan->target_count > 1 && w->patience_s > 0 && !w->timed;
}

/* For the budget, which is hard: never less than planned. */
static double block_seconds(const struct run *r, size_t metric)
{
    return fmax(plan_block_seconds(r->plan, &r->plan->rows[metric]), run_block_seconds(r, metric));
}

static int stage_one(struct run *r, const size_t *order, struct error *e)
{
    size_t late = 0;
    for (size_t i = 0; i < r->plan->row_count; i++) {
        const struct plan_row *row = &r->plan->rows[order[i]];
        run_show_queue(r, order, i + 1);
        for (uint32_t b = 0; b < r->plan->blocks; b++) {
            if (run_interrupted(r))
                return error_set(e, ERROR_INTERRUPTED, "interrupted");
            if (!anyone_left(r))
                return nobody_left(r, e);
            if (b > 0 && idle(r, order[i])) {
                r->blocks_left[order[i]] = 0;
                break;
            }
            if (run_elapsed(r) + block_seconds(r, order[i]) > r->plan->budget_s) {
                late++;
                r->blocks_left[order[i]] = 0;
                break; /* a later, shorter row may still fit */
            }
            if (run_block(r, row, order[i], b, r->plan->blocks, 1, e) < 0)
                return -1;
        }
    }
    if (late > 0)
        board_log(r->board, BOARD_LOG_NOTE, "", "the time budget is used up: %zu of %zu rows late",
                  late, r->plan->row_count);
    r->result->late.rows = late;
    run_show_queue(r, order, r->plan->row_count);
    return 0;
}

/* Fresh blocks for one row; one that is begun is finished. */
static int look_again(struct run *r, size_t metric, struct error *e)
{
    const struct plan_row *row = &r->plan->rows[metric];
    board_log(r->board, BOARD_LOG_RUN, "", "second look at %s %s: %u fresh blocks",
              row->workload->id, row->params, r->plan->blocks2);
    for (uint32_t b = 0; b < r->plan->blocks2; b++) {
        if (run_interrupted(r))
            return error_set(e, ERROR_INTERRUPTED, "interrupted");
        if (!anyone_left(r))
            return nobody_left(r, e);
        if (run_block(r, row, metric, b, r->plan->blocks2, 2, e) < 0)
            return -1;
    }
    return 0;
}

/* For the rows that deserve it. One dear row costs as much as several others: it has what they
 * leave. */
static int stage_two(struct run *r, struct error *e)
{
    size_t order[KEEP_MAX];
    analysis_update(r->result);
    size_t kept = analysis_select(r->result, order, KEEP_MAX);
    double left = r->plan->budget_s - run_elapsed(r);
    memset(r->blocks_left, 0, r->plan->row_count * sizeof *r->blocks_left);
    for (size_t k = 0; k < kept; k++)
        r->blocks_left[order[k]] = r->plan->blocks2;
    for (int dear = 0; dear <= 1; dear++)
        for (size_t k = 0; k < kept; k++) {
            double cost = block_seconds(r, order[k]) * r->plan->blocks2;
            if (plan_dear(&r->plan->rows[order[k]]) != dear)
                continue;
            if (cost > left) {
                r->result->late.looks++;
                r->blocks_left[order[k]] = 0;
                continue; /* a later, shorter row may still fit */
            }
            left -= cost;
            if (look_again(r, order[k], e) < 0)
                return -1;
        }
    return 0;
}

static void prepare_result(struct run *r)
{
    struct result *result = r->result;
    const struct plan *plan = r->plan;
    result->started = (int64_t)time(NULL);
    text_copy(result->tool_version, sizeof result->tool_version, PACKAGE_VERSION);
    result->running = true;
    result->two_stage = plan->two_stage;
    result->slot_s = plan->slot_s;
    result->slot_scale = plan->slot_scale;
    text_copy(result->profile, sizeof result->profile,
              plan->profile == PROFILE_QUICK      ? "quick"
              : plan->profile == PROFILE_STANDARD ? "standard"
                                                  : "paper");
    result->target_count = plan->target_count;
    for (size_t t = 0; t < plan->target_count; t++) {
        struct result_target *rt = &result->targets[t];
        *rt = (struct result_target){.clock_rate = 1};
        text_copy(rt->id, sizeof rt->id, plan->targets[t]->id);
        text_copy(rt->kind, sizeof rt->kind, target_kind_name(plan->targets[t]));
        r->places.place[t].kind = plan->targets[t];
    }
    for (size_t i = 0; i < plan->row_count; i++)
        result_add_metric(result, plan->rows[i].workload, plan->rows[i].params);
    r->habit = xcalloc(plan->row_count ? plan->row_count : 1, sizeof *r->habit);
    r->block_s = xcalloc(plan->row_count ? plan->row_count : 1, sizeof *r->block_s);
    r->blocks_left = xcalloc(plan->row_count ? plan->row_count : 1, sizeof *r->blocks_left);
    for (size_t i = 0; i < plan->row_count; i++) /* at most every row is kept */
        r->blocks_left[i] = plan->blocks + (plan->two_stage ? plan->blocks2 : 0);
    r->block_metric = SIZE_MAX;
    r->dead = xcalloc(plan->row_count ? plan->row_count * TARGETS_MAX : 1, sizeof *r->dead);
}

/* Mebibytes of what is announced: never fewer. */
static unsigned long long mib(uint64_t bytes)
{
    return (bytes + (UINT64_C(1) << 20) - 1) >> 20;
}

/* A row that finds no room when its turn comes, and a machine whose disk finds none, are not
 * measured; where that leaves nothing to compare native is not measured for it. */
static int check_room(struct run *r, struct error *e)
{
    uint64_t each = r->places.options.scratch_bytes, left;
    uint64_t all = plan_scratch_total(r->plan, each) + r->seed_bytes;
    if (!scratch_room(r->scratch.path, &left) || left >= all)
        return 0;
    if (!plan_fits(r->plan, each, left))
        return error_set(e, ERROR_USAGE,
                         "below %.200s %llu MiB are free, and %s finds room there: free some, "
                         "choose smaller sizes, or name another directory with --scratch DIR",
                         r->scratch.path, (unsigned long long)(left >> 20),
                         plan_fits(r->plan, 0, left) ? "no guest's disk" : "no row");
    board_log(r->board, BOARD_LOG_WARN, "",
              "below %s %llu MiB are free: what finds no room is not measured; free some, choose "
              "smaller sizes, or name another directory with --scratch DIR",
              r->scratch.path, (unsigned long long)(left >> 20));
    return 0;
}

/* Announces what will be taken where, and whether a cache would be noticed. */
static void tell_scratch(struct run *r)
{
    struct error e;
    char scheduler[32];
    bool disk = false, images = false;
    uint64_t each = r->places.options.scratch_bytes;
    for (size_t t = 0; t < r->plan->target_count; t++)
        images |= r->plan->targets[t]->own_disk;
    for (size_t i = 0; i < r->plan->row_count; i++)
        disk |= r->plan->rows[i].workload->disk != 0;
    board_log(r->board, BOARD_LOG_NOTE, "",
              "rows take up to %llu MiB on each target, below %s up to %llu MiB in all%s, and "
              "give it back%s",
              mib(each), r->scratch.path, mib(plan_scratch_total(r->plan, each) + r->seed_bytes),
              images ? " with the disks of machines" : "",
              disk ? "; what each drops of its page cache between slots is told after its first one"
                   : "");
    if (!disk)
        return;
    for (size_t t = 0; t < r->plan->target_count; t++)
        if (r->plan->targets[t]->way)
            board_log(r->board, BOARD_LOG_NOTE, r->plan->targets[t]->id,
                      "a guest that was there already: whether a cache answers for its disk is not "
                      "audited");
    if (blockdev_find(&r->device, r->scratch.path, &e) < 0)
        board_log(r->board, BOARD_LOG_WARN, "", "%s", e.text);
    else
        result_add_fact(r->result, "scratch.device", r->device.name);
    if (blockdev_scheduler(&r->device, scheduler, sizeof scheduler))
        result_add_fact(r->result, "scratch.scheduler", scheduler);
}

/* What a built kernel needs beside its sources, generously. */
#define TREE_BUILD_BYTES (UINT64_C(256) << 20)

/* Makes the archive that kbuild unpacks. Without one the run goes on: its rows say why. */
static int prepare_tree(struct run *r, struct error *e)
{
    bool needed = false;
    uint64_t bytes = 0;
    for (size_t i = 0; i < r->plan->row_count; i++)
        needed |= (r->plan->rows[i].workload->needs & NEED_TREE) != 0 &&
                  block_seconds(r, i) <= r->plan->budget_s;
    if (!needed)
        return 0;
    run_show_phase(r, "making the kernel's sources ready");
    char archive[sizeof r->seed];
    if (tree_make(r->plan->options.tree, r->interrupt_fd, archive, sizeof archive, &bytes,
                  &r->treeless) < 0 ||
        tree_place(archive, r->scratch.path, r->seed, sizeof r->seed, &r->treeless) < 0) {
        r->seed[0] = '\0';
        if (r->treeless.kind != ERROR_INTERRUPTED)
            return 0;
        *e = r->treeless;
        return -1;
    }
    r->places.options.scratch_seed = r->seed;
    r->seed_bytes = bytes; /* once, unless file systems without links are in the way */
    /* Small files fill up their last blocks. */
    bytes = 2 * bytes + bytes / 2 + TREE_BUILD_BYTES;
    if (r->places.options.scratch_bytes < bytes)
        r->places.options.scratch_bytes = bytes;
    return 0;
}

/* What a copy of one of SPEC's programs may have in its directory, generously. */
#define SPEC_COPY_BYTES (UINT64_C(2) << 30)

/* Says what SPEC's rules want said of such figures, and makes room for the most copies. */
static void prepare_spec(struct run *r)
{
    uint64_t copies = 0, all = r->places.options.cpu_count;
    const char *name = strrchr(r->plan->spec, '/');
    for (size_t i = 0; i < r->plan->row_count; i++) {
        const struct plan_row *row = &r->plan->rows[i];
        if (!(row->workload->needs & NEED_SPEC))
            continue;
        uint64_t cpus = params_value(row->workload, row->params, "cpus", 1);
        copies = cpus == 0 ? all : cpus > copies ? cpus : copies;
    }
    if (!copies || !name)
        return;
    if (r->places.options.scratch_bytes < copies * SPEC_COPY_BYTES)
        r->places.options.scratch_bytes = copies * SPEC_COPY_BYTES;
    result_add_fact(r->result, "spec.config", name + 1);
    result_add_fact(r->result, "spec.standing", "SPEC's own times, estimates; not reportable");
    board_log(r->board, BOARD_LOG_NOTE, "",
              "spec.*: SPEC's own times by %s, estimates by SPEC's rules and not reportable",
              name + 1);
}

static int prepare(struct run *r, struct error *e)
{
    size_t swept = 0;
    r->places.ledger = ledger_open(&swept, e);
    if (!r->places.ledger)
        return -1;
    if (swept)
        board_log(r->board, BOARD_LOG_NOTE, "", "removed what %zu earlier run%s left behind", swept,
                  swept == 1 ? "" : "s");
    if (sha256_file(r->places.options.agent_path, r->result->agent_sha256, e) < 0)
        return error_prefix(e, "the agent");
    if (r->plan->left_out[0])
        board_log(r->board, BOARD_LOG_NOTE, "", "%s", r->plan->left_out);
    if (!plan_scratch(r->plan, &r->places.options.scratch_bytes)) {
        r->places.options.scratch = NULL;
    } else {
        if (scratch_make(r->places.options.scratch, r->places.ledger, &r->scratch, e) < 0)
            return -1;
        r->places.options.scratch = r->scratch.path;
        if (r->scratch.swept)
            board_log(r->board, BOARD_LOG_NOTE, "",
                      "removed %zu scratch director%s that dead runs had left beside %s",
                      r->scratch.swept, r->scratch.swept == 1 ? "y" : "ies", r->scratch.path);
    }
    for (size_t i = 0; i < r->plan->row_count; i++)
        r->places.options.network |= r->plan->rows[i].workload->served;
    if (prepare_tree(r, e) < 0)
        return -1;
    run_show_phase(r, "reading the machine");
    fingerprint_read(r->result);
    r->peer.kind = r->plan->peer;
    if (r->places.options.network)
        result_add_fact(r->result, "peer", r->peer.kind ? r->peer.kind->id : "host");
    look_for_others(r);
    prepare_spec(r);
    if (r->scratch.path[0])
        tell_scratch(r); /* when it is known how much */
    if (r->scratch.path[0] && check_room(r, e) < 0)
        return -1;
    if (r->scratch.path[0])
        result_add_fact(r->result, "scratch.filesystem", filesystem_name(r->scratch.path));
    run_show_result(r);
    return place_probe(&r->places, e);
}

static void finish(struct run *r)
{
    run_show_phase(r, "stopping");
    load_look(&r->load, run_elapsed(r), true);
    r->result->load = r->load.seen;
    pair_stop(&r->peer);
    for (size_t t = r->plan->target_count; t-- > 0;)
        place_stop(&r->places, t);
    if (r->places.ledger)
        ledger_close(r->places.ledger);
    if (r->scratch.lock >= 0)
        close(r->scratch.lock);
    struct rusage self;
    if (getrusage(RUSAGE_SELF, &self) == 0) {
        r->result->self_cpu_s = (double)(self.ru_utime.tv_sec + self.ru_stime.tv_sec) +
                                (double)(self.ru_utime.tv_usec + self.ru_stime.tv_usec) * 1e-6;
        r->result->self_max_rss_kib = (uint64_t)self.ru_maxrss;
    }
    r->result->elapsed_s = run_elapsed(r);
    r->result->running = false;
    analysis_update(r->result);
    run_show_result(r);
    run_show_causes(r);
    struct snapshot *s = board_edit(r->board);
    s->run.active = false;
    s->run.done = 1;
    s->run.eta_s = r->plan->after_s;
    s->queue_count = s->queue_total = 0;
    for (size_t t = 0; t < s->target_count; t++)
        if (s->targets[t].state == BOARD_TARGET_READY)
            s->targets[t].state = BOARD_TARGET_OFF;
    board_publish(r->board);
    run_tell(r);
    load_release(&r->load);
    free(r->dead);
    free(r->habit);
    free(r->block_s);
    free(r->blocks_left);
}

static void show_phase(void *context, const char *phase)
{
    run_show_phase(context, phase);
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
    r->scratch.lock = -1;
    r->places = (struct places){.count = plan->target_count,
                                .options = plan->options,
                                .board = board,
                                .result = result,
                                .interrupt_fd = interrupt_fd,
                                .phase = show_phase,
                                .context = r};
    r->started_s = clock_now_s();
    prepare_result(r);
    load_begin(&r->load, run_elapsed(r));
    run_show_begin(r);

    struct error failure = {.kind = ERROR_NONE};
    int rc = prepare(r, &failure);
    for (size_t t = 0; rc == 0 && t < plan->target_count; t++) {
        if (r->places.place[t].lost)
            continue;
        struct error start;
        if (place_start(&r->places, t, &start) < 0) {
            if (t == 0 || plan->target_count == 2 || start.kind == ERROR_INTERRUPTED) {
                place_drop(&r->places, t, start.text);
                failure = start;
                if (start.kind != ERROR_INTERRUPTED && start.kind != ERROR_USAGE &&
                    !strstr(start.text, plan->targets[t]->id))
                    error_prefix(&failure, "%s", plan->targets[t]->id);
                rc = -1;
            } else {
                place_lose(&r->places, t, start.text);
            }
        }
    }
    size_t *order = xcalloc(plan->row_count + 1, sizeof *order);
    plan_order(plan, order);
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
