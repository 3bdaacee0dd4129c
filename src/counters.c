#include <config.h>

#include "counters.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct counter_kind counter_kinds[COUNTER_COUNT] = {
    [COUNTER_CPU] = {"cpu_s", "cpu", "processor time of the target", true, 1e-9},
    [COUNTER_THROTTLED] = {"throttled_s", "throttled", "kept from running by its quota", true,
                           1e-9},
    [COUNTER_VCPU_CPU] = {"vcpu_cpu_s", "vCPU", "processor time of the vCPUs", true, 1e-9},
    [COUNTER_VMM_CPU] = {"vmm_cpu_s", "VMM", "processor time of the VMM beside them", true, 1e-9},
    [COUNTER_RUN_DELAY] = {"run_delay_s", "vCPU waiting", "vCPUs waiting for a processor", true,
                           1e-9},
    [COUNTER_EXITS] = {"exits", "exits", "exits of the vCPUs to the host's kernel", false, 1},
    [COUNTER_EMULATED] = {"emulated_instructions", "emulated", "instructions emulated by KVM",
                          false, 1},
    [COUNTER_HALT_POLL] = {"halt_poll_ns", "halt polling", "host polling for a halted vCPU", true,
                           1},
    [COUNTER_GUEST_INTERRUPTS] = {"guest_interrupts", "interrupts",
                                  "interrupts that its kernel took", false, 1},
    [COUNTER_GUEST_SWITCHES] = {"guest_context_switches", "switches",
                                "context switches of its kernel", false, 1},
    [COUNTER_GUEST_FAULTS] = {"guest_page_faults", "page faults",
                              "page faults that its kernel served", false, 1},
    [COUNTER_DISK_READ] = {"disk_read_bytes", "disk read",
                           "bytes that the host's disk read, for whomever", false, 1},
    [COUNTER_DISK_WRITTEN] = {"disk_written_bytes", "disk written",
                              "bytes that the host's disk wrote, for whomever", false, 1},
    [COUNTER_REFUSED] = {"refused", "refused", "requests that a limit of the container refused",
                         false, 1},
    [COUNTER_NET_RECEIVED] = {"net_received_bytes", "net in", "bytes that its network received",
                              false, 1},
    [COUNTER_NET_SENT] = {"net_sent_bytes", "net out", "bytes that its network sent", false, 1},
    [COUNTER_VDISK_READ] = {"vdisk_read_bytes", "vdisk read", "bytes that its virtual disk read",
                            false, 1},
    [COUNTER_VDISK_WRITTEN] = {"vdisk_written_bytes", "vdisk write",
                               "bytes that its virtual disk wrote", false, 1},
    [COUNTER_GUEST_SHOOTDOWNS] = {"guest_tlb_shootdowns", "TLB IPIs",
                                  "interrupts by which its kernel's processors were told to flush "
                                  "their TLBs",
                                  false, 1},
    [COUNTER_INJECTED] = {"injected_interrupts", "injected",
                          "interrupts that KVM put into the vCPUs", false, 1},
    [COUNTER_STOLEN] = {"stolen_s", "steal", "what a hypervisor below took of its processors' time",
                        true, 1e-9},
};

bool counter_is_kernels(enum counter which)
{
    return which == COUNTER_GUEST_INTERRUPTS || which == COUNTER_GUEST_SWITCHES ||
           which == COUNTER_GUEST_FAULTS || which == COUNTER_GUEST_SHOOTDOWNS;
}

bool counter_is_bytes(enum counter which)
{
    return which == COUNTER_DISK_READ || which == COUNTER_DISK_WRITTEN ||
           which == COUNTER_NET_RECEIVED || which == COUNTER_NET_SENT ||
           which == COUNTER_VDISK_READ || which == COUNTER_VDISK_WRITTEN;
}

bool counters_have(const struct counters *c, enum counter which)
{
    return c->known & (1u << which);
}

static uint64_t sum(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

void counters_add(struct counters *c, enum counter which, uint64_t value)
{
    c->value[which] = counters_have(c, which) ? sum(c->value[which], value) : value;
    c->known |= 1u << which;
}

static bool is_name(const char *name)
{
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_.-");
    return length > 0 && length < COUNTER_REASON_NAME && name[length] == '\0';
}

static struct counter_reason *find_reason(const struct counters *c, const char *name)
{
    for (size_t i = 0; i < c->reason_count; i++)
        if (strcmp(c->reasons[i].name, name) == 0)
            return (struct counter_reason *)&c->reasons[i];
    return NULL;
}

bool counters_add_reason(struct counters *c, const char *name, uint64_t count)
{
    if (!is_name(name))
        return false;
    struct counter_reason *r = find_reason(c, name);
    if (!r) {
        if (c->reason_count == COUNTER_REASONS_MAX)
            return false;
        r = &c->reasons[c->reason_count++];
        *r = (struct counter_reason){.count = 0};
        snprintf(r->name, sizeof r->name, "%s", name);
    }
    r->count = sum(r->count, count);
    return true;
}

static int by_count(const void *a, const void *b)
{
    const struct counter_reason *x = a, *y = b;
    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return strcmp(x->name, y->name);
}

void counters_sort_reasons(struct counters *c)
{
    qsort(c->reasons, c->reason_count, sizeof *c->reasons, by_count);
}

void counters_between(const struct counters *before, const struct counters *after,
                      struct counters *out)
{
    struct counters d = {.known = 0};
    for (enum counter i = 0; i < COUNTER_COUNT; i++)
        if (counters_have(before, i) && counters_have(after, i) &&
            after->value[i] >= before->value[i])
            counters_add(&d, i, after->value[i] - before->value[i]);
    for (size_t i = 0; i < after->reason_count && counters_have(&d, COUNTER_EXITS); i++) {
        const struct counter_reason *now = &after->reasons[i];
        const struct counter_reason *then = find_reason(before, now->name);
        uint64_t from = then ? then->count : 0;
        if (now->count > from)
            counters_add_reason(&d, now->name, now->count - from);
    }
    counters_sort_reasons(&d);
    *out = d;
}

void counters_merge(struct counters *c, const struct counters *from)
{
    if (!c->reason_count) {
        c->reason_count = from->reason_count;
        memcpy(c->reasons, from->reasons, sizeof c->reasons);
    }
    for (enum counter i = 0; i < COUNTER_COUNT; i++)
        if (!counters_have(c, i) && counters_have(from, i))
            counters_add(c, i, from->value[i]);
}
