/* kvm_probe.h - is /dev/kvm there, allowed, and of any use? Found out by a guest of two
 * instructions (workloads/tinyvm.h) in a process of its own, because what a strange KVM does with
 * its caller is not known beforehand. Takes some milliseconds, at most KVM_PROBE_S. */
#ifndef VMTAX_KVM_PROBE_H
#define VMTAX_KVM_PROBE_H

#include <stdbool.h>

#define KVM_PROBE_S 3.0

struct kvm_probe {
    bool usable; /* for guests with a kernel */
    bool runs;   /* the guest of two instructions has come to its end: exits can be
                    measured, whatever they are worth */
    char reason[256], remedy[256]; /* clean sentences, when it is not */
};

/* agent: the agent's path, beside which our helper program lies. */
void kvm_probe(const char *agent, struct kvm_probe *out);

/* What the helper program (src/machine/main.c) prints, a record; size is that of the line. */
void kvm_probe_read(char *line, unsigned long length, struct kvm_probe *out);

#endif
