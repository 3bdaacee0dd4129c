/* machine.h - one virtual machine of QEMU: what it boots from is made ready, QEMU started by
 * vmtax-machine (src/machine/main.c), its monitor asked, its first word awaited.
 *
 * The guest's agent, or its shell, speaks over the target's two descriptors. */
#ifndef VMTAX_MACHINE_H
#define VMTAX_MACHINE_H

#include "target/kinds.h"
#include "target/qemu.h"

/* For `vmtax shell`: the streams are the guest's console. */
struct machine_terminal {
    const char *term;
    unsigned rows, columns;
};

/* Why a start failed: by what the accelerator did, or by something else that would fail under
 * another one, too. */
enum machine_failure { MACHINE_ACCEL, MACHINE_OTHER };

/* Is everything there that a guest needs, but for the accelerator? Fills how with the version of
 * the guest's kernel. -1: reason and remedy, sentences of the sizes of struct target_probe. */
int machine_look(const struct target_options *o, struct target_probe *out);

/* Start a machine and wait until its first process has spoken. terminal: NULL for the agent. NULL
 * with a sentence; *failure then says of what sort. The target's kind is kind. */
struct target *machine_start(const struct target_kind *kind, const struct target_options *o,
                             enum qemu_accel accel, const struct machine_terminal *terminal,
                             struct ledger *ledger, enum machine_failure *failure, struct error *e);
/* By KVM or, with the reason in the target's facts, emulated, as o says (kvm.c). */
struct target *kvm_start(const struct target_options *o, const struct machine_terminal *terminal,
                         struct ledger *ledger, struct error *e);
/* For the descriptors of kinds. */
void machine_counters(struct target *t, struct counters *out);
/* Of the last words of a guest that ended by itself, the first. */
#define MACHINE_POWERED_OFF "the guest powered off"
void machine_last_words(struct target *t, char *out, size_t size);
void machine_stop(struct target *t);

#endif
