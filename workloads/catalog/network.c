/* Network: NetIO (figures 10 and 11), and the latency that it does not measure. */
#include <config.h>

#include "workloads/catalog/rows.h"

static const struct param rr_params[] = {
    {.name = "size",
     .type = PARAM_SIZE,
     .min = 1,
     .max = KIB(32),
     .initial = 1,
     .help = "bytes of a request, and of its response",
     .load = true},
    {.name = NULL},
};

const struct workload network_workloads[] = {
    {.id = "net.rr",
     .subsystem = SUBSYSTEM_NETWORK,
     .title = "request/response",
     .mirrors = "netperf TCP_RR",
     .method = "a request to the target and its response, over one TCP connection, as netperf's "
               "TCP_RR does it",
     .figure = FIGURE_TIME_US,
     .params = rr_params,
     .slot_s = 0.2,
     .lead_s = 0.03,
     .latency = true,
     .served = true,
     .profiles = QSP},

    {.id = NULL},
};
