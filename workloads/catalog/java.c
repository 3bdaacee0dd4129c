/* Java: a jbb-like program over warehouses (figure 14). */
#include <config.h>

#include "workloads/catalog/rows.h"

static const struct param jbb_params[] = {
    {.name = "warehouses",
     .type = PARAM_COUNT,
     .min = 1,
     .max = 8,
     .initial = 1,
     .help = "warehouses, with a thread and about 25 MB of data each"},
    {.name = "cpus",
     .type = PARAM_COUNT,
     .min = 0,
     .max = 1024,
     .initial = 1,
     .help = "processors that the JVM sees and runs on; 0 = all"},
    {.name = NULL},
};

#define JBB(n, one, all)               \
    {"warehouses=" n " cpus=1", one},  \
    {                                  \
        "warehouses=" n " cpus=0", all \
    }
static const struct point jbb_points[] = {
    JBB("1", QSP, SP), JBB("2", SP, SP), JBB("3", P, P),  JBB("4", SP, SP), JBB("5", P, P),
    JBB("6", P, P),    JBB("7", P, P),   JBB("8", P, SP), {NULL, 0},
};

const struct workload java_workloads[] = {
    {.id = "jbb",
     .subsystem = SUBSYSTEM_JAVA,
     .title = "jbb-like",
     .mirrors = "Fig. 14 stand-in for SPECjbb2005",
     .method = "transactions of a wholesale company in one JVM, a thread a warehouse; JVM and heap "
               "fixed, warmed until steady",
     .figure = FIGURE_OPS_PER_S,
     .needs = NEED_JAVA,
     .params = jbb_params,
     .points = jbb_points,
     .slot_s = 1.0,
     .lead_s = 0.05,
     .start_s = 3,
     .preparing = "the JVM is started and warmed",
     .latency = true,
     .own_threads = true,
     .profiles = QSP},
    {.id = NULL},
};
