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

#define PARAM_RECORD                                                                      \
    {                                                                                     \
        .name = "size", .type = PARAM_SIZE, .min = 8, .max = KIB(32), .initial = KIB(16), \
        .help = "bytes of a record", .load = true                                         \
    }

static const struct param tcp_params[] = {PARAM_RECORD, {.name = NULL}};
static const struct param udp_params[] = {
    PARAM_RECORD,
    {.name = "rate",
     .type = PARAM_COUNT,
     .min = 0,
     .max = 1000000,
     .initial = 0,
     .help = "of the sender, in Mbit/s of data; 0 = as fast as it can",
     .load = true},
    {.name = NULL},
};

static const struct point tcp_points[] = {
    {"size=1K", SP}, {"size=2K", P},    {"size=4K", SP}, {"size=8K", P},
    {"size=16K", P}, {"size=32K", QSP}, {NULL, 0},
};
static const struct point udp_tx_points[] = {
    {"size=1K rate=0", SP},
    {"size=2K rate=0", P},
    {"size=4K rate=0", SP},
    {"size=8K rate=0", P},
    {"size=16K rate=0", P},
    {"size=32K rate=0", SP},
    {NULL, 0},
};
static const struct point udp_rx_points[] = {
    {"size=1K rate=0", SP},
    {"size=2K rate=0", P},
    {"size=4K rate=0", SP},
    {"size=8K rate=0", P},
    {"size=16K rate=0", P},
    {"size=32K rate=0", QSP},
    {NULL, 0},
};

#define NETIO(name, label, row_params, row_points, how)                                            \
    {                                                                                              \
        .id = "net." name, .subsystem = SUBSYSTEM_NETWORK, .title = label,                         \
        .mirrors = "Figs. 10, 11 NetIO " label, .method = how, .figure = FIGURE_MB_PER_S,          \
        .params = row_params, .points = row_points, .slot_s = 0.3, .lead_s = 0.05, .served = true, \
        .profiles = QSP                                                                            \
    }

const struct workload network_workloads[] = {
    NETIO("tcp.tx", "TCP tx", tcp_params, tcp_points,
          "NetIO: the target sends records over one TCP connection; what the host received"),
    NETIO("tcp.rx", "TCP rx", tcp_params, tcp_points,
          "NetIO: the target receives records over one TCP connection; what the host sent"),
    NETIO("udp.tx", "UDP tx", udp_params, udp_tx_points,
          "NetIO: the target sends datagrams without a pause; what the host received"),
    NETIO("udp.rx", "UDP rx", udp_params, udp_rx_points,
          "NetIO: the host sends datagrams without a pause; what the target received"),
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
