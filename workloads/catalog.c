/* The catalogue: its subsystems, and what is asked of its rows. */
#include <config.h>

#include "workloads/catalog/rows.h"
#include "workloads/jbb/answer.h"
#include "workloads/payload/httpd.h"
#include "workloads/payload/linpack.h"
#include "workloads/payload/oltp.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const struct subsystem_info subsystems[SUBSYSTEM_COUNT] = {
    [SUBSYSTEM_PROCESSOR] = {"processor", "Processor", "SPEC·LINPACK", 0.03},
    [SUBSYSTEM_MEMORY] = {"memory", "Memory", "RAMspeed·lmbench", 0.03},
    [SUBSYSTEM_DISK] = {"disk", "Disk", "IOzone·Bonnie++", 0.05},
    [SUBSYSTEM_NETWORK] = {"network", "Network", "NetIO", 0.05},
    [SUBSYSTEM_WEB] = {"web", "Web", "WebBench", 0.05},
    [SUBSYSTEM_DATABASE] = {"database", "Database", "SysBench OLTP", 0.05},
    [SUBSYSTEM_JAVA] = {"java", "JVM", "SPECjbb", 0.05},
    [SUBSYSTEM_SYSOPS] = {"sysops", "SysOps", "lmbench lat", 0.03},
    [SUBSYSTEM_CTXSW] = {"ctxsw", "CtxSwitch", "lmbench ctx", 0.03},
    [SUBSYSTEM_EXITS] = {"exits", "Exits", "white box", 0.03},
};

/* One a line. */
/* clang-format off */
static const struct workload *const tables[SUBSYSTEM_COUNT] = {
    [SUBSYSTEM_PROCESSOR] = processor_workloads,
    [SUBSYSTEM_MEMORY] = memory_workloads,
    [SUBSYSTEM_DISK] = disk_workloads,
    [SUBSYSTEM_NETWORK] = network_workloads,
    [SUBSYSTEM_WEB] = web_workloads,
    [SUBSYSTEM_DATABASE] = database_workloads,
    [SUBSYSTEM_JAVA] = java_workloads,
    [SUBSYSTEM_SYSOPS] = sysops_workloads,
    [SUBSYSTEM_CTXSW] = ctxsw_workloads,
    [SUBSYSTEM_EXITS] = exits_workloads,
};
/* clang-format on */

const struct param placement_params[] = {
    {.name = "placement",
     .type = PARAM_CHOICE,
     .choices = "same|cross",
     .max = 1,
     .initial = 0,
     .help = "all processes on one processor, or neighbours on different ones"},
    {.name = NULL},
};

const struct workload *workload_next(const struct workload *w)
{
    if (w && w[1].id)
        return w + 1;
    for (size_t i = w ? (size_t)w->subsystem + 1 : 0; i < SUBSYSTEM_COUNT; i++)
        if (tables[i])
            return tables[i];
    return NULL;
}

bool workload_before(const struct workload *a, const struct workload *b)
{
    return a->subsystem != b->subsystem ? a->subsystem < b->subsystem : a < b;
}

enum subsystem subsystem_find(const char *id)
{
    size_t i = 0;
    while (i < SUBSYSTEM_COUNT && strcmp(subsystems[i].id, id) != 0)
        i++;
    return (enum subsystem)i;
}

const struct workload *workload_find(const char *id)
{
    const struct workload *w = workload_next(NULL);
    while (w && strcmp(w->id, id) != 0)
        w = workload_next(w);
    return w;
}

const char *const payload_programs[] = {LINPACK_PROGRAM, HTTPD_PROGRAM, OLTP_PROGRAM, JBB_PROGRAM,
                                        NULL};

const char *workload_unit(const struct workload *w)
{
    switch (w->figure) {
    case FIGURE_TIME_S:
        return "s";
    case FIGURE_TIME_MS:
        return "ms";
    case FIGURE_TIME_US:
        return "µs";
    case FIGURE_TIME_NS:
        return "ns";
    case FIGURE_OPS_PER_S:
        return "op/s";
    case FIGURE_MB_PER_S:
        return "MB/s";
    case FIGURE_GFLOPS:
        return "GFLOPS";
    case FIGURE_NONE:
        break;
    }
    return "";
}

bool workload_lower_is_better(const struct workload *w)
{
    return w->figure == FIGURE_TIME_S || w->figure == FIGURE_TIME_MS ||
           w->figure == FIGURE_TIME_US || w->figure == FIGURE_TIME_NS;
}

double workload_margin(const struct workload *w)
{
    return w->margin > 0 ? w->margin : subsystems[w->subsystem].margin;
}

double workload_slot_s(const struct workload *w, const uint64_t values[PARAMS_MAX])
{
    return w->estimates_s ? w->estimates_s[values[0]] : w->slot_s;
}

/* Bytes a second of a disk that is slow, for records that are not small. */
#define SLOW_DISK 30e6
/* Floating-point operations a second of a processor that is very slow, and not emulated. */
#define SLOW_PROCESSOR 2e8

static double order_of(const struct workload *w, const uint64_t values[PARAMS_MAX])
{
    size_t order = w->order ? params_find(w, w->order) : PARAMS_MAX;
    return order < PARAMS_MAX ? (double)values[order] : 0;
}

double workload_solution(const struct workload *w, const uint64_t values[PARAMS_MAX])
{
    double n = order_of(w, values);
    return 2.0 / 3 * n * n * n + 2 * n * n;
}

uint64_t workload_matrix(const struct workload *w, const uint64_t values[PARAMS_MAX])
{
    double n = order_of(w, values);
    return (uint64_t)(n * n) * sizeof(double);
}

double workload_pass_s(const struct workload *w, const uint64_t values[PARAMS_MAX])
{
    if (w->order)
        return workload_solution(w, values) / SLOW_PROCESSOR;
    size_t size = w->lap_s > 0 ? params_find(w, "size") : PARAMS_MAX;
    return size < PARAMS_MAX && values[size] > WORKLOAD_FILE_USUAL
               ? (double)(values[size] - WORKLOAD_FILE_USUAL) / SLOW_DISK
               : 0;
}

unsigned workload_needs(const struct workload *w, const uint64_t values[PARAMS_MAX])
{
    size_t placement = params_find(w, "placement"), cpus = params_find(w, "cpus");
    bool two = (placement < PARAMS_MAX && values[placement] == 1) ||
               (cpus < PARAMS_MAX && values[cpus] >= 2);
    return w->needs | (two ? NEED_TWO_CPUS : 0u);
}

double workload_value(const struct workload *w, double ops, double bytes, double seconds)
{
    switch (w->figure) {
    case FIGURE_TIME_S:
        return ops > 0 && seconds > 0 ? seconds / ops : (double)NAN;
    case FIGURE_TIME_MS:
        return ops > 0 && seconds > 0 ? seconds * 1e3 / ops : (double)NAN;
    case FIGURE_TIME_US:
        return ops > 0 && seconds > 0 ? seconds * 1e6 / ops : (double)NAN;
    case FIGURE_TIME_NS:
        return ops > 0 && seconds > 0 ? seconds * 1e9 / ops : (double)NAN;
    case FIGURE_OPS_PER_S:
        return ops > 0 && seconds > 0 ? ops / seconds : (double)NAN;
    case FIGURE_MB_PER_S:
        return bytes > 0 && seconds > 0 ? bytes / seconds / 1e6 : (double)NAN;
    case FIGURE_GFLOPS:
        return bytes > 0 && seconds > 0 ? bytes / seconds / 1e9 : (double)NAN;
    case FIGURE_NONE:
        break;
    }
    return (double)NAN;
}

double workload_iops(const struct workload *w, const char *params, double value)
{
    if (w->figure != FIGURE_MB_PER_S || !w->disk)
        return (double)NAN;
    uint64_t record = params_value(w, params, "record", 0);
    record = record ? record : params_value(w, params, "chunk", 0);
    return record ? value * 1e6 / (double)record : (double)NAN;
}

bool workload_paced(const struct workload *w, const char *params)
{
    return w->figure == FIGURE_MB_PER_S && params_value(w, params, "rate", 0) > 0;
}

double workload_datagrams_mb_per_s(const struct workload *w, const char *params, double per_s)
{
    uint64_t size = w->subsystem == SUBSYSTEM_NETWORK ? params_value(w, params, "size", 0) : 0;
    return size ? per_s * (double)size * 1e-6 : (double)NAN;
}

const char *workload_method(const struct workload *w, const char *params, char out[METHOD_MAX])
{
    static const char unpaced[] = "without a pause";
    const char *at = w->method ? strstr(w->method, unpaced) : NULL;
    uint64_t rate = at ? params_value(w, params, "rate", 0) : 0;
    if (!rate)
        return w->method;
    snprintf(out, METHOD_MAX, "%.*sat %" PRIu64 " Mbit/s%s", (int)(at - w->method), w->method, rate,
             at + sizeof unpaced - 1);
    return out;
}
