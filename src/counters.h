/* counters.h - the white-box counters: what a target cost beside its operations, as the host and
 * the target's own kernel count it.
 *
 * Every counter is cumulative; what a slot needed is the difference of two readings. Which ones
 * are known depends on the target, and is told with them: a counter that nobody has is not 0. */
#ifndef VMTAX_COUNTERS_H
#define VMTAX_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum counter {
    COUNTER_CPU,
    COUNTER_THROTTLED,
    COUNTER_VCPU_CPU,
    COUNTER_VMM_CPU,
    COUNTER_RUN_DELAY,
    COUNTER_EXITS,
    COUNTER_EMULATED,
    COUNTER_HALT_POLL,
    COUNTER_GUEST_INTERRUPTS,
    COUNTER_GUEST_SWITCHES,
    COUNTER_GUEST_FAULTS,
    COUNTER_DISK_READ,
    COUNTER_DISK_WRITTEN,
    COUNTER_REFUSED,
    COUNTER_NET_RECEIVED,
    COUNTER_NET_SENT,
    COUNTER_VDISK_READ,
    COUNTER_VDISK_WRITTEN,
    COUNTER_GUEST_SHOOTDOWNS,
    COUNTER_INJECTED,
    COUNTER_STOLEN, /* recordings have them in this order: new ones come last */
    COUNTER_COUNT,
};

struct counter_kind {
    const char *id;    /* in documents: "vcpu_cpu_s" */
    const char *name;  /* at most 12 columns: "vCPU" */
    const char *title; /* "processor time of the vCPUs" */
    bool time;         /* counted in nanoseconds; otherwise events */
    double scale;      /* from here to documents: 1e-9 where those have seconds */
};

extern const struct counter_kind counter_kinds[COUNTER_COUNT];

/* Of all that ran on the target's kernel, and not of the target: where it has none of its own, of
 * the whole machine. */
bool counter_is_kernels(enum counter which);

/* Counted in bytes? */
bool counter_is_bytes(enum counter which);

#define COUNTER_VALUE_MAX   (UINT64_C(1) << 62) /* of what others claim */
#define COUNTER_REASONS_MAX 16
#define COUNTER_REASON_NAME 24

/* Exits by reason. Reasons may overlap (an exit to user space for a signal was an interrupt first),
 * and not every exit has one. */
struct counter_reason {
    char name[COUNTER_REASON_NAME]; /* [a-z0-9_.-], "halt" */
    uint64_t count;
};

struct counters {
    uint32_t known; /* bits 1 << enum counter */
    uint64_t value[COUNTER_COUNT];
    size_t reason_count;
    struct counter_reason reasons[COUNTER_REASONS_MAX];
};

bool counters_have(const struct counters *c, enum counter which);
/* Adds to what is known (from nothing: sets); stays at UINT64_MAX. */
void counters_add(struct counters *c, enum counter which, uint64_t value);
/* Adds to the reason of that name. False, and nothing happens, if the name is not one or the list
 * is full. */
bool counters_add_reason(struct counters *c, const char *name, uint64_t count);

/* By falling count, then by name. */
void counters_sort_reasons(struct counters *c);

/* What happened between two readings: known is what both know and what did not go back. Reasons in
 * falling order, without those that did not happen. */
void counters_between(const struct counters *before, const struct counters *after,
                      struct counters *out);
/* Takes over all counters of from that c does not know. */
void counters_merge(struct counters *c, const struct counters *from);

#endif
