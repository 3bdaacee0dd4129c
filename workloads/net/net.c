#include <config.h>

#include "workloads/net/wire.h"

const struct workload_ops *const workload_ops_net[] = {&net_tcp_tx, &net_tcp_rx, &net_udp_tx,
                                                       &net_udp_rx, &net_rr,     NULL};
