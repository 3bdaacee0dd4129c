#include "plan.h"

#include "analysis.h"
#include "target/disk.h"
#include "target/reach.h"
#include "text.h"
#include "xalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a slot costs beside its lead-in and its time: two clock audits, requests, verification. */
#define SLOT_EXTRA_S 0.012
/* A fresh worker and its prepare(), once per block and target. */
#define FRESH_EXTRA_S 0.030
/* A guest that idled starts cold: no lead-in is shorter than this. */
#define LEAD_MIN_S 0.020
/* One long operation is prepared anew before each slot. Of a kernel, which is unpacked, configured
 * and gets its tools built: 50 s of processor time on a shared core. */
#define ARRANGE_S 40.0
/* Shorter slots say too little of what answers requests. */
#define SERVER_SLOT_S 1.0
/* The program that loads a server is started for each slot. */
#define LOAD_S 0.2
/* What a database writes beside its rows (64 MiB of log among it), and for one of them. */
#define DATABASE_BYTES (UINT64_C(256) << 20)
#define ROW_BYTES      UINT64_C(512)
/* Bytes a second of a file that is larger than the catalogue's times are for, in memory and where a
 * disk moves them: rather too few than too many. */
#define FILE_CACHED_PER_S 1e9
#define FILE_DISK_PER_S   3e8
/* Floating-point operations a second of one processor that solves a dense system, rather too few
 * than too many. */
#define SOLVED_PER_S 2e10
/* Of a target without a limit. Half of it may wait for a disk to take it. */
#define FILE_MEMORY (UINT64_C(2) << 30)
/* A file beyond a target's memory is a multiple of this, as of every size of a record. */
#define BEYOND_GRAIN (UINT64_C(64) << 20)
/* A slot passes over its file in the lead-in, in the timed part, and to check what it holds; before
 * the first of a block it is filled. */
#define FILE_LAPS_SLOT  3
#define FILE_LAPS_BLOCK 1
/* Starting and stopping one target. */
#define TARGET_EXTRA_S 0.5

void plan_init(struct plan *p)
{
    *p = (struct plan){.profile = PROFILE_STANDARD,
                       .blocks = 8,
                       .blocks2 = ANALYSIS_STAGE2_BLOCKS,
                       .budget_s = INFINITY,
                       .slot_scale = 1};
}

void plan_release(struct plan *p)
{
    for (size_t t = 0; t < p->target_count; t++)
        reach_free(p->targets[t]);
    reach_free(p->peer);
    free(p->rows);
    plan_init(p);
}

void plan_copy(struct plan *to, const struct plan *from)
{
    *to = *from;
    to->rows = xcalloc(from->row_count + 1, sizeof *to->rows);
    to->row_room = from->row_count + 1;
    if (from->row_count)
        memcpy(to->rows, from->rows, from->row_count * sizeof *to->rows);
    for (size_t t = 0; t < to->target_count; t++)
        to->targets[t] = reach_copy(from->targets[t]);
    to->peer = from->peer ? reach_copy(from->peer) : NULL;
}

/* Rows stay in the order of the catalogue, each set of parameters once. */
static void add_row(struct plan *p, const struct workload *w, const char *params)
{
    size_t at = p->row_count;
    for (size_t i = 0; i < p->row_count; i++) {
        if (p->rows[i].workload == w && strcmp(p->rows[i].params, params) == 0)
            return;
        if (at == p->row_count && workload_before(w, p->rows[i].workload))
            at = i;
    }
    XGROW(p->rows, p->row_count, p->row_room);
    memmove(p->rows + at + 1, p->rows + at, (p->row_count - at) * sizeof *p->rows);
    p->rows[at].workload = w;
    text_copy(p->rows[at].params, sizeof p->rows[at].params, params);
    p->row_count++;
}

/* Of a parameter that stands for each of its choices: a row for every one. */
static int add_canonical(struct plan *p, const struct workload *w, const char *params,
                         struct error *e)
{
    uint64_t values[PARAMS_MAX];
    char canonical[PARAMS_TEXT];
    if (params_parse(w, params, values, e) < 0 || params_fit(w, values, e) < 0)
        return -1;
    const struct param *each = params_each(w, params);
    for (uint64_t v = 0; v <= (each ? each->max : 0); v++) {
        if (each)
            values[each - w->params] = v;
        params_format(w, values, canonical);
        add_row(p, w, canonical);
    }
    return 0;
}

/* A file that a target with so much memory cannot keep, by a third. */
static uint64_t beyond(uint64_t memory, const struct param *size)
{
    uint64_t bytes = (memory + memory / 3 + BEYOND_GRAIN - 1) / BEYOND_GRAIN * BEYOND_GRAIN;
    return bytes < size->max ? bytes : size->max;
}

static void add_point(struct plan *p, const struct workload *w, const char *params)
{
    struct error e;
    if (add_canonical(p, w, params, &e) < 0)
        BUG("the catalogue has a point that its own table refuses");
}

/* A point whose file is to be beyond the targets' memory. Where that has no limit its size is as it
 * stands. */
static void add_beyond(struct plan *p, const struct workload *w, const char *point)
{
    struct error e;
    uint64_t values[PARAMS_MAX];
    char params[PARAMS_TEXT];
    size_t size = params_find(w, "size");
    if (size == PARAMS_MAX || params_parse(w, point, values, &e) < 0)
        BUG("the catalogue has a point that its own table refuses");
    if (p->options.memory_bytes)
        values[size] = beyond(p->options.memory_bytes, &w->params[size]);
    params_format(w, values, params);
    add_point(p, w, params);
}

/* A matrix that the targets have no room for is no point of theirs. */
static bool has_room(const struct plan *p, const struct workload *w, const char *params)
{
    uint64_t values[PARAMS_MAX], memory = p->options.memory_bytes;
    return !w->order || !memory || params_parse(w, params, values, NULL) < 0 ||
           workload_matrix(w, values) <= WORKLOAD_SWEEP_SHARE(memory);
}

/* The points of w in the plan's profile. A workload that was named itself is measured with its
 * defaults if the profile leaves it out. */
static size_t add_points(struct plan *p, const struct workload *w, bool named)
{
    size_t before = p->row_count;
    if (w->points)
        for (const struct point *point = w->points; point->params; point++)
            if ((point->profiles & p->profile) && has_room(p, w, point->params))
                add_point(p, w, point->params);
    for (const struct point *point = w->beyond; point && point->params; point++)
        if (point->profiles & p->profile)
            add_beyond(p, w, point->params);
    if (p->row_count == before && (named || (!w->points && (w->profiles & p->profile))))
        add_point(p, w, "");
    return p->row_count - before;
}

#define NAMES_MAX    512
#define FAMILIES_MAX 64

struct families {
    char name[FAMILIES_MAX][WORKLOAD_ID_MAX];
    size_t count;
};

/* The beginnings of ids, up to the dot: each is a word for all of them. */
static void list_families(struct families *f)
{
    f->count = 0;
    for (const struct workload *w = workload_next(NULL); w; w = workload_next(w)) {
        size_t length = strcspn(w->id, "."), i = 0;
        while (i < f->count &&
               (strncmp(f->name[i], w->id, length) != 0 || f->name[i][length] != '\0'))
            i++;
        if (w->id[length] && i == f->count && i < FAMILIES_MAX)
            snprintf(f->name[f->count++], WORKLOAD_ID_MAX, "%.*s", (int)length, w->id);
    }
}

static int unknown(const char *word, struct error *e)
{
    const char *names[NAMES_MAX];
    struct families families;
    size_t n = 0;
    list_families(&families);
    names[n++] = "all";
    for (int s = 0; s < SUBSYSTEM_COUNT; s++)
        names[n++] = subsystems[s].id;
    for (size_t i = 0; i < families.count; i++)
        names[n++] = families.name[i];
    for (const struct workload *w = workload_next(NULL); w && n < NAMES_MAX - 1;
         w = workload_next(w))
        names[n++] = w->id;
    names[n] = NULL;
    const char *near = text_nearest(word, names);
    char clean[64];
    text_clean(clean, sizeof clean, word);
    if (near)
        return error_set(e, ERROR_USAGE,
                         "there is no workload \"%s\"; did you mean \"%s\"? `vmtax list "
                         "workloads` names them all",
                         clean, near);
    return error_set(e, ERROR_USAGE,
                     "there is no workload \"%s\"; `vmtax list workloads` names them all", clean);
}

/* A subsystem, a family ("sys"), a glob or all. */
static bool names_many(const char *word)
{
    size_t length = strlen(word);
    bool many = strcmp(word, "all") == 0 || strpbrk(word, "*?") ||
                subsystem_find(word) != SUBSYSTEM_COUNT;
    for (const struct workload *w = workload_next(NULL); w && !many; w = workload_next(w))
        many = strncmp(w->id, word, length) == 0 && w->id[length] == '.';
    return many;
}

static int add_with_params(struct plan *p, const char *word, const char *colon, struct error *e)
{
    char id[WORKLOAD_ID_MAX + 1], clean[64];
    size_t length = (size_t)(colon - word);
    if (length >= sizeof id)
        return unknown(word, e);
    memcpy(id, word, length);
    id[length] = '\0';
    const struct workload *w = workload_find(id);
    if (!w && names_many(id))
        return error_set(e, ERROR_USAGE,
                         "parameters belong to one workload, as in membw.frd:size=8M, and \"%s\" "
                         "may be many; `vmtax list workloads` names them",
                         text_clean(clean, sizeof clean, id));
    if (!w)
        return unknown(id, e);
    if (!colon[1 + strspn(colon + 1, " ,")])
        return error_set(
            e, ERROR_USAGE,
            "no parameters stand after the colon of \"%s\"; %s alone has its usual ones",
            text_clean(clean, sizeof clean, word), w->id);
    return add_canonical(p, w, colon + 1, e);
}

/* "exits.*": all of a subsystem, said as of a family. */
static bool subsystem_of_glob(const char *word, char out[WORKLOAD_ID_MAX])
{
    size_t length = strlen(word);
    if (length < 3 || length - 2 >= WORKLOAD_ID_MAX || strcmp(word + length - 2, ".*") != 0)
        return false;
    snprintf(out, WORKLOAD_ID_MAX, "%.*s", (int)(length - 2), word);
    return subsystem_find(out) != SUBSYSTEM_COUNT;
}

int plan_add(struct plan *p, const char *word, struct error *e)
{
    char named[WORKLOAD_ID_MAX];
    const char *colon = strchr(word, ':');
    if (colon)
        return add_with_params(p, word, colon, e);
    const struct workload *exact = workload_find(word);
    if (exact) {
        add_points(p, exact, true);
        return 0;
    }
    enum subsystem s = subsystem_find(word);
    bool all = strcmp(word, "all") == 0;
    bool glob = strpbrk(word, "*?") != NULL;
    /* "sys" alone is the family sys.*, too. */
    char family[WORKLOAD_ID_MAX + 4];
    snprintf(family, sizeof family, "%.*s.*", WORKLOAD_ID_MAX, word);
    size_t matched = 0;
    for (const struct workload *w = workload_next(NULL); w; w = workload_next(w)) {
        if (w->figure == FIGURE_NONE) /* `null` only by its name */
            continue;
        bool match = all || (s != SUBSYSTEM_COUNT && w->subsystem == s) ||
                     (glob && text_glob(word, w->id));
        /* The user's SPEC takes days: it must be meant. */
        if (w->needs & NEED_SPEC)
            match = glob && match && p->options.spec;
        match |= !glob && text_glob(family, w->id);
        if (match) {
            /* What is in no profile is not left out by this one: its subsystem was named. */
            add_points(p, w, glob || (!all && !w->profiles));
            matched++;
        }
    }
    if (matched)
        return 0;
    if (subsystem_of_glob(word, named))
        return plan_add(p, named, e);
    if (s != SUBSYSTEM_COUNT)
        return error_set(e, ERROR_USAGE, "this version has no workloads of the subsystem \"%s\"",
                         subsystems[s].id);
    return unknown(word, e);
}

double plan_slot_seconds(const struct plan *p, const struct workload *w)
{
    if (w->patience_s > 0 && !w->timed) /* as long as it takes */
        return w->slot_s;
    if (p->slot_s > 0)
        return p->slot_s;
    return fmax(p->slot_scale * w->slot_s, w->start_s > 0 ? SERVER_SLOT_S : 0);
}

bool plan_keeps_worker(const struct plan *p, const struct workload *w)
{
    return w->start_s > 0 && (!w->restarts || p->profile == PROFILE_QUICK);
}

double plan_lead_seconds(const struct plan *p, const struct workload *w)
{
    return fmax(LEAD_MIN_S, p->slot_scale * w->lead_s);
}

/* What a pass over a large file takes longer than over a usual one; 0 for what has no such file. */
static double lap_seconds(const struct plan *p, const struct plan_row *row)
{
    const struct workload *w = row->workload;
    uint64_t size = w->lap_s > 0 ? params_value(w, row->params, "size", 0) : 0;
    uint64_t memory = p->options.memory_bytes ? p->options.memory_bytes : FILE_MEMORY;
    bool device = params_value(w, row->params, "direct", 0) > 0 || /* it is waited for */
                  params_value(w, row->params, "sync", 0) > 0 || size > memory / 2;
    return size > WORKLOAD_FILE_USUAL ? (double)(size - WORKLOAD_FILE_USUAL) /
                                            (device ? FILE_DISK_PER_S : FILE_CACHED_PER_S)
                                      : 0;
}

/* What one solution of a large system takes longer than a part of a slot of so many seconds; 0 for
 * all else. */
static double solution_seconds(const struct plan *p, const struct plan_row *row, double part_s)
{
    uint64_t values[PARAMS_MAX];
    struct error e;
    if (!row->workload->order || params_parse(row->workload, row->params, values, &e) < 0)
        return 0;
    uint64_t cpus = params_value(row->workload, row->params, "cpus", 1);
    double all = fmax(1, (double)p->options.cpu_count);
    double solution = workload_solution(row->workload, values) / SOLVED_PER_S /
                      (cpus ? (double)cpus : all);
    return fmax(0, solution - part_s);
}

static double slot_seconds(const struct plan *p, const struct plan_row *row)
{
    const struct workload *w = row->workload;
    double lead_s = plan_lead_seconds(p, w), slot_s = plan_slot_seconds(p, w);
    uint64_t values[PARAMS_MAX];
    struct error e;
    if (w->timed)
        return slot_s + LOAD_S;
    if (w->patience_s > 0 && params_parse(w, row->params, values, &e) == 0)
        return workload_slot_s(w, values) + ARRANGE_S;
    return lead_s + solution_seconds(p, row, lead_s) + slot_s + solution_seconds(p, row, slot_s) +
           SLOT_EXTRA_S + FILE_LAPS_SLOT * lap_seconds(p, row);
}

double plan_block_seconds(const struct plan *p, const struct plan_row *row)
{
    double start = row->workload->start_s;
    if (plan_keeps_worker(p, row->workload))
        start = p->blocks ? start / p->blocks : 0; /* once for all */
    start += p->blocks ? row->workload->warm_s / p->blocks : 0;
    start += FILE_LAPS_BLOCK * lap_seconds(p, row);
    return (double)p->target_count * (2 * slot_seconds(p, row) + FRESH_EXTRA_S + start);
}

double plan_start_seconds(const struct plan *p)
{
    double start = p->emulated_s;
    for (size_t t = 0; t < p->target_count; t++)
        start += TARGET_EXTRA_S + (p->targets[t] ? p->targets[t]->start_s : 0);
    return start;
}

double plan_seconds(const struct plan *p)
{
    double once = 0;
    for (size_t i = 0; i < p->row_count; i++)
        once += plan_block_seconds(p, &p->rows[i]);
    double seconds = plan_start_seconds(p) + once * p->blocks;
    /* At most every row is kept. */
    if (p->two_stage)
        seconds += once * p->blocks2;
    return fmin(seconds, p->budget_s);
}

/* What room a workload takes, by one of its parameters; 0: that one does not say. */
static uint64_t bytes_by(const struct param *p, uint64_t value)
{
    if (strcmp(p->name, "rows") == 0)
        return DATABASE_BYTES + ROW_BYTES * value;
    return strcmp(p->name, "size") == 0 ? value : 0;
}

/* 0: none, or it is not known. */
static uint64_t row_bytes(const struct plan_row *row)
{
    const struct workload *w = row->workload;
    uint64_t values[PARAMS_MAX], most = 0;
    struct error e;
    if (!(w->needs & NEED_SCRATCH) || params_parse(w, row->params, values, &e) < 0)
        return 0;
    for (size_t k = 0; w->params && w->params[k].name; k++) {
        uint64_t bytes = bytes_by(&w->params[k], values[k]);
        most = bytes > most ? bytes : most;
    }
    return most;
}

bool plan_scratch(const struct plan *p, uint64_t *bytes)
{
    bool needed = false;
    *bytes = 0;
    for (size_t i = 0; i < p->row_count; i++) {
        uint64_t its = row_bytes(&p->rows[i]);
        needed |= (p->rows[i].workload->needs & NEED_SCRATCH) != 0;
        *bytes = its > *bytes ? its : *bytes;
    }
    return needed;
}

bool plan_fits(const struct plan *p, uint64_t bytes, uint64_t room)
{
    bool row = p->row_count == 0, guest = p->target_count < 2;
    for (size_t i = 0; i < p->row_count; i++)
        row |= row_bytes(&p->rows[i]) <= room;
    for (size_t t = 1; t < p->target_count; t++) {
        const struct target_kind *k = p->targets[t];
        guest |= !k->own_disk || k->way || disk_fits(bytes, room);
    }
    return row && guest;
}

uint64_t plan_scratch_total(const struct plan *p, uint64_t bytes)
{
    uint64_t total = 0;
    for (size_t t = 0; t < p->target_count; t++)
        if (p->targets[t] && !p->targets[t]->way)
            total += p->targets[t]->own_disk ? disk_bytes(bytes) : bytes;
    return total;
}

size_t plan_dispensable(const struct plan *p)
{
    size_t of[SUBSYSTEM_COUNT] = {0}, best = 0;
    for (size_t i = 0; i < p->row_count; i++)
        of[p->rows[i].workload->subsystem]++;
    for (size_t i = 1; i < p->row_count; i++) {
        bool only = of[p->rows[i].workload->subsystem] == 1;
        bool best_only = of[p->rows[best].workload->subsystem] == 1;
        if (only != best_only
                ? best_only
                : plan_block_seconds(p, &p->rows[i]) > plan_block_seconds(p, &p->rows[best]))
            best = i;
    }
    return best;
}

void plan_remove(struct plan *p, size_t row)
{
    memmove(&p->rows[row], &p->rows[row + 1], (--p->row_count - row) * sizeof *p->rows);
}

bool plan_dear(const struct plan_row *row)
{
    return row->workload->start_s > 0 || row->workload->patience_s > 0;
}

void plan_order(const struct plan *p, size_t *order)
{
    size_t n = 0;
    if (!p->two_stage) {
        for (size_t i = 0; i < p->row_count; i++)
            order[n++] = i;
        return;
    }
    for (int dear = 0; dear <= 1; dear++) {
        size_t next[SUBSYSTEM_COUNT] = {0}, before;
        do {
            before = n;
            for (int s = 0; s < SUBSYSTEM_COUNT; s++) {
                size_t *i = &next[s];
                while (*i < p->row_count && (p->rows[*i].workload->subsystem != (enum subsystem)s ||
                                             plan_dear(&p->rows[*i]) != dear))
                    (*i)++;
                if (*i < p->row_count)
                    order[n++] = (*i)++;
            }
        } while (n > before);
    }
}

static void position(struct plan_slot *s, size_t target, int which)
{
    /* N native, G first guest, H, I, ... further ones. */
    char letter = target == 0 ? 'N' : (char)('G' + (int)target - 1);
    s->target = target;
    snprintf(s->position, sizeof s->position, "%c%d", letter, which);
}

size_t plan_block_order(size_t targets, uint32_t block, struct plan_slot out[2 * TARGETS_MAX])
{
    size_t n = 0;
    if (block % 2 == 0) {
        /* N1 G1 H1 H2 G2 N2: there and back. */
        for (size_t t = 0; t < targets; t++)
            position(&out[n++], t, 1);
        for (size_t t = targets; t-- > 0;)
            position(&out[n++], t, 2);
    } else {
        /* The mirror: the innermost target is now outermost. */
        for (size_t t = targets; t-- > 0;)
            position(&out[n++], t, 1);
        for (size_t t = 0; t < targets; t++)
            position(&out[n++], t, 2);
    }
    return n;
}
