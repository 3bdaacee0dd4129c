#include <config.h>

#include "workloads/agent/request.h"

#include "text.h"
#include "workloads/workload.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define LEAD_MAX_US 10000000u
#define TIME_MIN_US 1000u
#define TIME_MAX_US 600000000u
#define TICK_MIN_US 10000u

int request_slot(const struct record *record, uint64_t *slot, struct error *e)
{
    return record_u64(record, "slot", 0, UINT32_MAX, slot, e);
}

/* Lanes that parameter `cpus` asks for: 0 = all usable. */
static int find_lanes(struct request *r, const struct facts *facts, struct error *e)
{
    r->lanes = r->cpus = 1;
    /* A server sees to its processors itself; and where a load has its own threads, `cpus` are
     * those of its server. */
    if (r->role == ROLE_SERVE || (r->role == ROLE_LOAD && r->workload->own_threads))
        return 0;
    for (size_t i = 0; r->workload->params && r->workload->params[i].name; i++) {
        if (strcmp(r->workload->params[i].name, "cpus") != 0)
            continue;
        uint64_t lanes = r->param[i] ? r->param[i] : facts->cpu_count;
        if (lanes > facts->cpu_count)
            return error_set(e, ERROR_USAGE,
                             "%s on %llu processors needs more than the %zu that are usable here",
                             r->workload->id, (unsigned long long)lanes, facts->cpu_count);
        if (lanes > WORKER_LANES_MAX)
            return error_set(e, ERROR_USAGE, "%s runs on at most %d processors", r->workload->id,
                             WORKER_LANES_MAX);
        r->cpus = (unsigned)lanes;
        r->lanes = r->workload->own_threads ? 1 : r->cpus;
    }
    return 0;
}

static int check_needs(const struct request *r, const struct facts *facts, const char *scratch,
                       struct error *e)
{
    unsigned needs = workload_needs(r->workload, r->param);
    if (r->role == ROLE_LOAD) /* they are those of its server */
        return 0;
    if ((needs & NEED_SCRATCH) && !scratch)
        return error_set(e, ERROR_USAGE,
                         "%s needs a directory on a disk: --scratch DIR, or in a reached guest a "
                         "disk at /var/tmp or $TMPDIR",
                         r->workload->id);
    if ((needs & NEED_TREE) && !r->tree[0])
        return error_set(e, ERROR_USAGE, "%s needs a kernel's sources, and the request names none",
                         r->workload->id);
    if ((needs & NEED_SPEC) && !r->tree[0])
        return error_set(e, ERROR_USAGE, "%s needs SPEC CPU, and the request names none",
                         r->workload->id);
    if ((needs & NEED_TWO_CPUS) && facts->cpu_count < 2)
        return error_set(e, ERROR_USAGE,
                         "%s with these parameters needs two processors, and one "
                         "is usable here",
                         r->workload->id);
    return 0;
}

/* Bytes by the request's parameters, or by the least of each. */
static uint64_t memory_of(const struct request *r, bool least)
{
    const struct workload_ops *ops = workload_ops_find(r->workload->id);
    uint64_t param[PARAMS_MAX];
    memcpy(param, r->param, sizeof param);
    for (size_t i = 0;
         least && i < PARAMS_MAX && r->workload->params && r->workload->params[i].name; i++)
        param[i] = r->workload->params[i].min;
    if (r->role == ROLE_SERVE)
        return ops->serve->memory ? ops->serve->memory(r->workload, param) : 0;
    return ops->memory ? ops->memory(r->workload, param, r->lanes) : 0;
}

static int check_memory(const struct request *r, const struct facts *facts, struct error *e)
{
    uint64_t kib = memory_of(r, false) / 1024;
    uint64_t may = WORKLOAD_MEMORY_SHARE(facts->memory_kib);
    if (!facts->memory_kib || kib <= may / r->lanes)
        return 0;
    char copies[48] = "";
    if (r->lanes > 1)
        snprintf(copies, sizeof copies, " on each of %u processors", r->lanes);
    return error_set(
        e, ERROR_USAGE,
        "%s takes %llu MiB%s, and may take %llu of the %llu MiB here: give more "
        "--memory%s",
        r->workload->id, (unsigned long long)kib / 1024, copies, (unsigned long long)may / 1024,
        (unsigned long long)facts->memory_kib / 1024,
        r->lanes > 1 || memory_of(r, true) / 1024 < kib ? " or choose smaller parameters" : "");
}

/* What it works on: a file of the scratch directory, or an absolute path that leads nowhere by
 * "..". */
static int take_tree(struct request *r, const struct record *record, const char *scratch,
                     struct error *e)
{
    const char *tree = record_text(record, "tree");
    r->tree[0] = '\0';
    if (!tree)
        return 0;
    if (tree[0] == '/' && !strstr(tree, "/../") && text_copy(r->tree, sizeof r->tree, tree))
        return 0;
    if (!tree[0] || tree[0] == '.' || strchr(tree, '/'))
        return error_set(e, ERROR_GUEST,
                         "a record's tree= is neither a file's name nor an absolute path");
    if (!scratch)
        return 0; /* who needs it needs the directory, too: check_needs() */
    int n = snprintf(r->tree, sizeof r->tree, "%s/%s", scratch, tree);
    if (n < 0 || (size_t)n >= sizeof r->tree)
        return error_set(e, ERROR_USAGE, "the name of the scratch directory is too long");
    return 0;
}

/* A served workload is one of the two ends: a server is told where to listen, and its load where
 * the other is. */
static int take_role(struct request *r, const struct record *record, struct error *e)
{
    const char *role = record_text(record, "role");
    const char *address = record_text(record, "address");
    const char *ports = record_text(record, "ports");
    struct in_addr in;
    r->role = ROLE_SELF;
    if (role && !role_parse(role, &r->role))
        return error_set(e, ERROR_GUEST, "a record's role= is not self, serve or load");
    if (r->workload->served != (r->role != ROLE_SELF))
        return error_set(e, ERROR_USAGE, "%s has no role %s", r->workload->id, role_name(r->role));
    if (r->role == ROLE_SELF)
        return 0;
    if (r->role == ROLE_SERVE && !address)
        address = ENDPOINT_HERE;
    if (!address || !text_copy(r->endpoint.address, sizeof r->endpoint.address, address) ||
        inet_pton(AF_INET, address, &in) != 1)
        return error_set(e, ERROR_GUEST, "a record's address= is no address");
    if (r->role == ROLE_LOAD && (!ports || !ports_parse(ports, r->endpoint.ports)))
        return error_set(e, ERROR_GUEST, "a record's ports= are none");
    return 0;
}

int request_parse(struct request *r, const struct record *record, const struct facts *facts,
                  const char *scratch, struct error *e)
{
    uint64_t lead_us, time_us, tick_us, fresh, warm = 0, drop = 0;
    const char *id = record_text(record, "workload");
    const char *params = record_text(record, "params");
    if (record_u64(record, "lead_us", 0, LEAD_MAX_US, &lead_us, e) < 0 ||
        record_u64(record, "time_us", TIME_MIN_US, TIME_MAX_US, &time_us, e) < 0 ||
        record_u64(record, "tick_us", 0, TIME_MAX_US, &tick_us, e) < 0 ||
        record_u64(record, "fresh", 0, 1, &fresh, e) < 0 ||
        record_u64(record, "seed", 0, UINT64_MAX, &r->job.seed, e) < 0 ||
        (record_text(record, "warm") && record_u64(record, "warm", 0, 1, &warm, e) < 0) ||
        (record_text(record, "drop") && record_u64(record, "drop", 0, 1, &drop, e) < 0))
        return -1;
    if (tick_us > 0 && tick_us < TICK_MIN_US)
        return error_set(e, ERROR_GUEST, "a record's tick_us= is neither 0 nor at least %u",
                         TICK_MIN_US);
    if (!id)
        return error_set(e, ERROR_GUEST, "a record has no workload=");
    r->workload = workload_find(id);
    if (!r->workload || !workload_ops_find(id)) {
        char shown[WORKLOAD_ID_MAX];
        return error_set(e, ERROR_USAGE, "this agent has no workload named %s",
                         text_clean(shown, sizeof shown, id));
    }
    if (params_parse(r->workload, params ? params : "", r->param, e) < 0 ||
        take_role(r, record, e) < 0 || take_tree(r, record, scratch, e) < 0 ||
        find_lanes(r, facts, e) < 0 || check_needs(r, facts, scratch, e) < 0 ||
        check_memory(r, facts, e) < 0)
        return -1;
    r->fresh = fresh;
    r->warm = warm;
    r->drop = drop;
    r->tick_ns = tick_us * 1000;
    r->job.lead_ns = lead_us * 1000;
    r->job.time_ns = time_us * 1000;
    return 0;
}
