/* kvm_stats.h - KVM's own statistics, as QEMU passes them on: exits by reason, emulation, polling,
 * interrupts that it injected.
 *
 * QMP's query-stats (QEMU 7.1 and later) answers with a list, one element for each provider and
 * object:
 *   [{"provider": "kvm", "qom-path": "/machine/unattached/device[0]",
 *     "stats": [{"name": "exits", "value": 1234}, {"name": "halt_poll_success_hist", "value": [0,
 * …]}, …]}, …] Names are those of KVM's binary statistics (kernel 5.14 and later; struct
 * kvm_vcpu_stat), which differ between architectures. Source of meanings: Linux,
 * Documentation/virt/kvm/api.rst (KVM_GET_STATS_FD) and arch/x86/kvm/x86.c. */
#ifndef VMTAX_TARGET_KVM_STATS_H
#define VMTAX_TARGET_KVM_STATS_H

#include "counters.h"
#include "error.h"

#include <cjson/cJSON.h>

/* query-stats' arguments: {"target": "vcpu", "providers": [{"provider": "kvm"}]}; the caller's to
 * cJSON_Delete. */
cJSON *kvm_stats_question(const char *target);

/* Adds what a reply to query-stats for target vcpu says, summed over the vCPUs: exits, exits by
 * reason, instructions emulated, interrupts injected, time polled. Without provider kvm (emulation,
 * an old kernel) nothing becomes known, which is no error. A reply for target vm holds nothing that
 * is counted here. -1 with ERROR_GUEST if it is not of this shape; then c is as it was. */
int kvm_stats_add(struct counters *c, const cJSON *reply, struct error *e);

#endif
