/* oltp: SysBench's OLTP, as in the paper's figure 13, on a MariaDB server of the target's own;
 * where MariaDB or sysbench is missing, the same transactions on SQLite.
 *
 * Server and load both run in the target, on the same processors, joined by a socket: so the paper
 * had it. The server starts with the worker, is filled, and loaded until it is steady; it stays up
 * for all slots of a block. In a slot sysbench runs once. The figure is of its own count of
 * transactions and its own time, which begins when all its threads are connected and ends with the
 * last transaction; that its reads, writes and other queries are those of the transactions (mix.h)
 * is checked. */
#include <config.h>

#include "executable.h"
#include "workloads/database/mix.h"
#include "workloads/database/server.h"
#include "workloads/database/sqlite.h"
#include "workloads/database/sysbench.h"
#include "workloads/tool.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Parameters in the order of the catalogue. */
enum { OLTP_THREADS, OLTP_CPUS, OLTP_ROWS, OLTP_ENGINE };
enum { ENGINE_AUTO, ENGINE_MARIADB, ENGINE_SQLITE };

#define PACKAGES "Debian: mariadb-server-core, sysbench"
#define SECOND   UINT64_C(1000000000)
#define WARM_MAX 8 /* seconds of SQLite, which answers after each */

struct oltp_state {
    struct tool tool;
    struct server server;
    struct sqlite sqlite;
    struct sysbench sysbench;
    struct sysbench_report report; /* of this slot */
    bool mariadb;
    uint64_t took_ns; /* of this slot */
};

static bool is_mariadb(uint64_t engine)
{
    return engine == ENGINE_MARIADB ||
           (engine == ENGINE_AUTO && executable_first(mix_servers) && executable_first(mix_loads));
}

static int choose_engine(struct work *w)
{
    struct oltp_state *s = w->state;
    uint64_t engine = w->param[OLTP_ENGINE];
    bool server = executable_first(mix_servers), load = executable_first(mix_loads);
    s->mariadb = is_mariadb(engine);
    char places[160];
    executable_places(server ? mix_loads : mix_servers, places, sizeof places);
    if (s->mariadb && !(server && load))
        return error_set(w->error, ERROR_SYSTEM,
                         "oltp with engine=mariadb: there is no %s here (%s), looked for as %s",
                         server ? "sysbench" : "mariadbd", PACKAGES, places);
    if (s->mariadb || sqlite_found(w))
        return 0;
    if (engine == ENGINE_SQLITE)
        return error_set(w->error, ERROR_SYSTEM,
                         "oltp with engine=sqlite: vmtax was built without SQLite (Debian: "
                         "libsqlite3-dev)");
    return error_set(w->error, ERROR_SYSTEM,
                     "oltp needs MariaDB and sysbench in the target (" PACKAGES
                     "; there is no %s), "
                     "or SQLite when vmtax is built (Debian: libsqlite3-dev)",
                     places);
}

/* A database that finds its disk full waits for room. What one takes while it is measured: MariaDB
 * 99, 189 and 341 MiB with 10^4, 10^5 and 10^6 rows, its logs first; SQLite 42 with 10^5. */
#define MARIADB_BYTES (UINT64_C(192) << 20)
#define SQLITE_BYTES  (UINT64_C(32) << 20)
#define ROW_BYTES     300

/* The memory of MariaDB and sysbench: 104 MiB with 10^4 rows and one thread, 124 with 16 of them,
 * 229 with 10^6 rows, which fill the server's pool. SQLite takes little. */
#define SERVER_MEMORY (UINT64_C(100) << 20)
#define THREAD_MEMORY (UINT64_C(3) << 19)

static uint64_t oltp_memory(const struct workload *w, const uint64_t param[PARAMS_MAX],
                            unsigned lanes)
{
    (void)w, (void)lanes;
    uint64_t rows = param[OLTP_ROWS] * ROW_BYTES;
    if (!is_mariadb(param[OLTP_ENGINE]))
        return 0;
    return SERVER_MEMORY + param[OLTP_THREADS] * THREAD_MEMORY +
           (rows < SERVER_POOL ? rows : SERVER_POOL);
}

static int check_space(struct work *w)
{
    const struct oltp_state *s = w->state;
    uint64_t wanted = (s->mariadb ? MARIADB_BYTES : SQLITE_BYTES) + w->param[OLTP_ROWS] * ROW_BYTES;
    struct statvfs v;
    if (statvfs(w->scratch, &v) < 0)
        return error_errno(w->error, errno, "oltp: %s", w->scratch);
    uint64_t free_bytes = (uint64_t)v.f_bavail * v.f_frsize;
    if (free_bytes < wanted)
        return error_set(w->error, ERROR_SYSTEM,
                         "oltp: %" PRIu64 " MiB are free on the target's disk, %" PRIu64
                         " are needed: free some there, or take fewer rows",
                         free_bytes >> 20, (wanted + (1 << 20) - 1) >> 20);
    return 0;
}

/* Why sysbench failed is better known to the server, if it has died, or does not answer. */
static int load_failed(struct work *w)
{
    struct oltp_state *s = w->state;
    struct error said = *w->error;
    usleep(100000); /* until what killed it can be waited for */
    if (server_answers(&s->server, &s->tool, w) == 0)
        *w->error = said;
    return -1;
}

static int start_mariadb(struct work *w)
{
    struct oltp_state *s = w->state;
    struct sysbench_report r;
    s->sysbench = (struct sysbench){.tool = &s->tool,
                                    .server = &s->server,
                                    .rows = w->param[OLTP_ROWS],
                                    .threads = w->param[OLTP_THREADS]};
    if (server_start(&s->server, &s->tool, w, s->sysbench.threads) < 0)
        return -1;
    if (sysbench_prepare(&s->sysbench, w) < 0 || sysbench_warm(&s->sysbench, w, &r) < 0)
        return load_failed(w);
    w->unsteady = !r.steady;
    snprintf(w->engine, sizeof w->engine, "MariaDB %s durable, sysbench %s", s->server.version,
             r.version);
    return 0;
}

static int start_sqlite(struct work *w)
{
    struct oltp_state *s = w->state;
    double before = 0, now = 0;
    if (sqlite_start(&s->sqlite, &s->tool, w, w->param[OLTP_ROWS], w->param[OLTP_THREADS]) < 0)
        return -1;
    w->unsteady = true;
    for (int i = 0; i < WARM_MAX && w->unsteady; i++) {
        uint64_t count, ns;
        before = now;
        if (sqlite_run(&s->sqlite, w, SECOND, NULL, &count, &ns) < 0)
            return -1;
        now = (double)count * 1e9 / (double)ns;
        w->unsteady = !sysbench_steady(before, now);
    }
    snprintf(w->engine, sizeof w->engine, "%s durable, no server", s->sqlite.version);
    return 0;
}

static int oltp_prepare(struct work *w)
{
    struct oltp_state *s = calloc(1, sizeof *s);
    if (!s)
        return error_set(w->error, ERROR_SYSTEM, "no memory to prepare oltp");
    s->server.log = s->server.data = s->sqlite.socket = s->tool.scratch = -1;
    w->state = s;
    if (!w->scratch)
        return error_set(w->error, ERROR_SYSTEM, "oltp needs a directory in the target");
    if (choose_engine(w) < 0 || check_space(w) < 0 ||
        tool_open(&s->tool, w, w->param[OLTP_CPUS]) < 0)
        return -1;
    return s->mariadb ? start_mariadb(w) : start_sqlite(w);
}

/* Every statement of it was checked. */
static int run_sqlite(struct work *w)
{
    struct oltp_state *s = w->state;
    uint64_t n;
    if (sqlite_run(&s->sqlite, w, w->slot_ns, w->latency, &n, &s->took_ns) < 0)
        return -1;
    w->statements = (struct statements){.transactions = n,
                                        .reads = n * MIX_READS,
                                        .writes = n * MIX_WRITES,
                                        .others = n * MIX_OTHERS};
    return 0;
}

static int oltp_run(struct work *w, uint64_t count)
{
    struct oltp_state *s = w->state;
    (void)count; /* one: a slot is one run */
    if (!s->mariadb)
        return run_sqlite(w);
    /* Sysbench takes whole seconds. */
    double seconds = fmax(1, round((double)w->slot_ns * 1e-9));
    if (sysbench_run(&s->sysbench, w, (unsigned)seconds, w->latency, &s->report) < 0)
        return load_failed(w);
    const struct sysbench_report *r = &s->report;
    w->statements = (struct statements){.transactions = r->transactions,
                                        .reads = r->reads,
                                        .writes = r->writes,
                                        .others = r->others,
                                        .errors = r->errors};
    s->took_ns = (uint64_t)llround(r->total_s * 1e9);
    return 0;
}

static int oltp_verify(struct work *w)
{
    const struct oltp_state *s = w->state;
    w->own_ops = w->statements.transactions;
    w->own_ns = s->took_ns;
    return 0;
}

static void oltp_release(struct work *w)
{
    struct oltp_state *s = w->state;
    if (!s)
        return;
    server_stop(&s->server);
    sqlite_stop(&s->sqlite);
    tool_close(&s->tool);
    free(s);
    w->state = NULL;
}

static const struct workload_ops oltp_ops = {
    .id = "oltp",
    .memory = oltp_memory,
    .prepare = oltp_prepare,
    .run = oltp_run,
    .verify = oltp_verify,
    .release = oltp_release,
};

const struct workload_ops *const workload_ops_oltp[] = {&oltp_ops, NULL};
