/* Web: WebBench (figure 12). */
#include <config.h>

#include "workloads/catalog/rows.h"
#include "workloads/payload/httpd.h"

const char *const web_servers[] = {"/usr/sbin/nginx", "/usr/bin/nginx", "/sbin/nginx", NULL};

#define PARAM_CLIENTS(text)                                                                       \
    {                                                                                             \
        .name = "clients", .type = PARAM_COUNT, .min = 1, .max = 256, .initial = 8, .help = text, \
        .load = true                                                                              \
    }
#define PARAM_PROCESSES                                                           \
    {                                                                             \
        .name = "cpus", .type = PARAM_COUNT, .min = 0, .max = 1024, .initial = 1, \
        .help = "processes of the server, and processors for them; 0 = all"       \
    }
#define PARAM_PAGE                                                                        \
    {                                                                                     \
        .name = "size", .type = PARAM_SIZE, .min = 1, .max = MIB(16), .initial = KIB(10), \
        .help = "bytes of the page"                                                       \
    }
/* web.c knows the order of both. */
static const struct param web_params[] = {
    PARAM_CLIENTS("clients that ask, each for its next page when it has the last one"),
    PARAM_PROCESSES,
    {.name = "connection",
     .type = PARAM_CHOICE,
     .choices = "close|keep",
     .max = 1,
     .initial = 0,
     .help = "close: a connection for each request, as WebBench does; keep: one for all",
     .load = true},
    PARAM_PAGE,
    {.name = NULL},
};
static const struct param web_rate_params[] = {
    PARAM_CLIENTS("requests that may be under way at once; who is due beyond them waits"),
    PARAM_PROCESSES,
    {.name = "rate",
     .type = PARAM_COUNT,
     .min = 1,
     .max = 100000,
     .initial = 500,
     .help = "requests a second, each over a connection of its own, due at fixed times",
     .load = true},
    PARAM_PAGE,
    {.name = NULL},
};

#define WEB_CLIENTS(n, one, all)                              \
    {"clients=" n " cpus=1 connection=close size=10K", one},  \
    {                                                         \
        "clients=" n " cpus=0 connection=close size=10K", all \
    }
static const struct point web_points[] = {
    WEB_CLIENTS("1", SP, P),
    WEB_CLIENTS("2", P, P),
    WEB_CLIENTS("4", SP, P),
    WEB_CLIENTS("8", QSP, P),
    WEB_CLIENTS("16", SP, P),
    WEB_CLIENTS("32", P, P),
    WEB_CLIENTS("64", SP, P),
    {"clients=8 cpus=1 connection=keep size=10K", SP},
    {NULL, 0},
};

/* A rate that is far from what the slowest target can do: waiting, not the knee, is measured. */
static const struct point web_rate_points[] = {
    {"clients=64 cpus=1 rate=500 size=10K", SP},
    {"clients=64 cpus=0 rate=500 size=10K", P},
    {NULL, 0},
};

const struct workload web_workloads[] = {
    {
        .id = "web",
        .subsystem = SUBSYSTEM_WEB,
        .title = "web pages",
        .mirrors = "Fig. 12 WebBench",
        .method = "WebBench: clients ask a web server for one static page, again and again; every "
                  "answer is compared with it",
        .figure = FIGURE_OPS_PER_S,
        .params = web_params,
        .points = web_points,
        .needs = NEED_SCRATCH,
        .slot_s = 1.0,
        .warm_s = 0.3,
        .preparing = "the server is started and warmed",
        .lead_s = 0.05,
        .latency = true,
        .own_threads = true,
        .served = true,
        .profiles = QSP,
    },
    {
        .id = "web.rate",
        .subsystem = SUBSYSTEM_WEB,
        .title = "page at a fixed rate",
        .mirrors = "Fig. 12 WebBench",
        .method = "the same page, asked for at fixed times whether the server keeps up or not; the "
                  "mean time from when a request was due to its last byte",
        .figure = FIGURE_TIME_US,
        .params = web_rate_params,
        .points = web_rate_points,
        .needs = NEED_SCRATCH,
        .slot_s = 2.0,
        .warm_s = 0.3,
        .preparing = "the server is started and warmed",
        .lead_s = 0.05,
        .latency = true,
        .own_threads = true,
        .served = true,
        .profiles = SP,
    },
    {.id = NULL},
};
