/* White box: what leaving a virtual machine costs. */
#include <config.h>

#include "workloads/catalog/rows.h"

/* White box: no row of the paper. In no profile, because a machine without KVM is no failure:
 * whoever wants to know names them. */
#define EXIT(name, label, how, ...)                                                                \
    {                                                                                              \
        .id = "exit." name, .subsystem = SUBSYSTEM_EXITS, .title = label,                          \
        .mirrors = "not in the paper", .method = how, .figure = FIGURE_TIME_NS, .needs = NEED_KVM, \
        .slot_s = 0.05, .lead_s = 0.02, __VA_ARGS__                                                \
    }

const struct workload exits_workloads[] = {
    EXIT("pio", "port write",
         "round trip of a port write to user space, from a guest of three instructions",
         .latency = true),
    EXIT("mmio", "MMIO write", "round trip of a write to an address without memory to user space",
         .latency = true),
    EXIT("hlt", "halt and wake",
         "a guest rings another thread and halts in the kernel; its interrupt wakes it",
         .params = placement_params),
    EXIT("cpuid", "CPUID",
         "CPUID in a loop in the guest, answered in the kernel, less the loop without it", ),

    {.id = NULL},
};
