/* The database: SysBench's OLTP (figure 13). */
#include <config.h>

#include "workloads/catalog/rows.h"
#include "workloads/database/mix.h"

const char *const mix_servers[] = {"/usr/sbin/mariadbd", "/usr/bin/mariadbd",
                                   "/usr/libexec/mariadbd", "/usr/local/sbin/mariadbd", NULL};
const char *const mix_loads[] = {"/usr/bin/sysbench", "/usr/local/bin/sysbench", NULL};

static const struct param oltp_params[] = {
    {.name = "threads",
     .type = PARAM_COUNT,
     .min = 1,
     .max = MIX_THREADS_MAX,
     .initial = 1,
     .help = "threads of the load, each with a connection of its own"},
    {.name = "cpus",
     .type = PARAM_COUNT,
     .max = 1024,
     .initial = 1,
     .help = "processors for the server and its load; 0 = all"},
    {.name = "rows",
     .type = PARAM_COUNT,
     .min = MIX_ROWS_MIN,
     .max = MIX_ROWS_MAX,
     .initial = 10000,
     .help = "rows of the table, of about 200 bytes"},
    {.name = "engine",
     .type = PARAM_CHOICE,
     .choices = "auto|mariadb|sqlite",
     .max = 2,
     .help = "auto: MariaDB where it and sysbench are, else SQLite, which is never compared with "
             "it"},
    {.name = NULL},
};

/* The paper does not say how many threads its figure is of: from one to beyond where it bends. */
#define OLTP_THREADS(n, one, all)                          \
    {"threads=" n " cpus=1 rows=10000 engine=auto", one},  \
    {                                                      \
        "threads=" n " cpus=0 rows=10000 engine=auto", all \
    }
static const struct point oltp_points[] = {
    OLTP_THREADS("1", QSP, SP), OLTP_THREADS("2", P, P),  OLTP_THREADS("4", SP, SP),
    OLTP_THREADS("8", P, P),    OLTP_THREADS("16", P, P), {NULL, 0},
};

const struct workload database_workloads[] = {
    {.id = "oltp",
     .subsystem = SUBSYSTEM_DATABASE,
     .title = "SysBench OLTP",
     .mirrors = "Fig. 13 OLTP",
     .method =
         "transactions of sysbench's oltp_read_write (14 reads, 4 writes, 2 others) on a "
         "MariaDB server beside it in the target, by a socket; a commit is on the disk before "
         "it is answered (innodb_flush_log_at_trx_commit=1; SQLite: WAL, synchronous=FULL)",
     .figure = FIGURE_OPS_PER_S,
     .params = oltp_params,
     .points = oltp_points,
     .needs = NEED_SCRATCH,
     .slot_s = 1,
     .start_s = 4, /* the server, its table, two seconds and more of load */
     .preparing = "the database is started, filled and warmed",
     .restarts = true,
     .own_threads = true,
     .latency = true,
     .patience_s = 120,
     .timed = true,
     .profiles = QSP},

    {.id = NULL},
};
