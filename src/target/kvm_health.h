/* kvm_health.h - does a guest get anywhere under KVM, or does KVM only pretend?
 *
 * Asked of QEMU's monitor while a booting guest has not spoken yet. A guest that is merely slow
 * (nested, on a busy host) is healthy; one that KVM interprets instruction by instruction, whose
 * processors it does not run at all, or that QEMU has stopped with an internal error, will never
 * come up. */
#ifndef VMTAX_TARGET_KVM_HEALTH_H
#define VMTAX_TARGET_KVM_HEALTH_H

#include "counters.h"
#include "error.h"

#include <stdbool.h>
#include <stdint.h>

struct qmp;

struct kvm_health {
    unsigned cpus; /* of the guest; set before the first look, all else zero */
    bool looked;   /* the next two are of the look before */
    double at_s;
    uint64_t emulated;
    int suspicious; /* looks in a row */
    uint64_t exits, work_ns;
    double still_s; /* neither of them has grown for so long */
};

/* Does the machine run? -1 when it was stopped by an internal error. *answered: the monitor did. */
int kvm_health_status(struct qmp *q, bool *answered, struct error *e);

/* One look at KVM's statistics. work: the times of the virtual processors' threads (threads.h). -1
 * with the reason when the guest will never come up; a monitor that does not answer says nothing
 * about KVM: 0. */
int kvm_health_look(struct kvm_health *h, struct qmp *q, double now_s, const struct counters *work,
                    struct error *e);

/* The judgement on KVM's statistics and those times: pure. */
int kvm_health_judge(struct kvm_health *h, double now_s, const struct counters *c, struct error *e);

#endif
