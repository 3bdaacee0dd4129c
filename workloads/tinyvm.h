/* tinyvm.h - a virtual machine of one processor and eight pages, by the interface of KVM itself.
 *
 * No firmware, no devices, no kernel: the guest is a handful of bytes in 64-bit mode, so whatever
 * it costs is the cost of the hypervisor. Two things use it: the workloads of subsystem exits
 * (exits.c), and the question whether a guest is worth starting at all (tinyvm_probe), which is
 * answered in milliseconds where booting one to find out takes seconds. It depends on nothing but
 * error.h, so that any program may link it.
 *
 * Every stay in the guest is bounded: a timer sends a signal to the thread that runs the virtual
 * processor, and its handler sets immediate_exit, so that KVM_RUN returns whether the signal came
 * before or during it. (A signal mask for KVM_RUN would do it without a handler, but the kernel
 * then changes masks twice an entry, inside the time that is measured.) The signal is unblocked in
 * that thread and handled while the machine is open; both are put back by tinyvm_release().
 *
 * A machine belongs to the thread that opened it. */
#ifndef VMTAX_TINYVM_H
#define VMTAX_TINYVM_H

#include "error.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TINYVM_DEVICE "/dev/kvm"

/* The guest's physical addresses. It sees its memory, and behind it up to 2 MiB nothing. */
#define TINYVM_MEMORY  0x8000u   /* bytes of memory, from 0 */
#define TINYVM_CODE    0x7000u   /* one page of it is the guest's program */
#define TINYVM_NOWHERE 0x100000u /* an address without memory: writing there leaves the guest */
#define TINYVM_VECTOR  0x30u     /* the interrupt that handler is for */
/* A guest that is done writes its answer, register eax, to this port, which leaves it. */
#define TINYVM_PORT_DONE 0x10u
#define TINYVM_LIMIT_MS  5000u /* more than any sensible stay in the guest */

/* Who says no when a machine is opened. In the order in which they are asked. */
enum tinyvm_step {
    TINYVM_OPEN,
    TINYVM_VERSION,
    TINYVM_CREATE_VM,
    TINYVM_SET_MEMORY,
    TINYVM_CREATE_IRQCHIP,
    TINYVM_CREATE_VCPU,
    TINYVM_SET_STATE,
    TINYVM_SET_TIMER,
};

/* What is known of the machine that explains a refusal. */
struct tinyvm_facts {
    bool vmx, svm;   /* the processor has Intel's, AMD's extensions */
    bool hypervisor; /* this machine is itself a guest */
    bool registered; /* the kernel has a KVM device (/proc/misc), whatever /dev says */
    bool pvm;        /* its KVM is kvm_pvm, which needs no such extensions */
    bool group;      /* a group other than root's may use the device */
    bool root;
};
void tinyvm_facts(struct tinyvm_facts *f);

struct tinyvm_trouble {
    char reason[256], remedy[256]; /* sentences without a full stop; remedy may be empty */
};
/* cause is an errno, or with TINYVM_VERSION the version if positive. Pure. */
void tinyvm_explain(enum tinyvm_step step, int cause, const char *device,
                    const struct tinyvm_facts *facts, struct tinyvm_trouble *out);

struct tinyvm {
    int kvm, vm, vcpu;
    struct kvm_run *run; /* linux/kvm.h; what the last exit was */
    size_t run_size;
    unsigned char *memory;
    int timer;         /* the kernel's id; -1 */
    unsigned limit_ms; /* of the stay that was begun last */
    bool signal_taken;
    struct sigaction action; /* as it was */
    sigset_t mask;
    uint32_t signature; /* what its CPUID answers in ebx for leaf 0x40000000: by itself no
                           processor does */
    struct tinyvm_trouble trouble; /* after a failed open */
};

/* NULL for device: TINYVM_DEVICE. irqchip: with an interrupt controller (a local APIC in x2APIC
 * mode) inside the kernel; a halted guest then waits there for an interrupt. -1 with a sentence in
 * e (at most 159 bytes, reason and remedy), and in vm->trouble. Release it in any case. */
int tinyvm_open(struct tinyvm *vm, const char *device, bool irqchip, struct error *e);
void tinyvm_release(struct tinyvm *vm);

/* Program of the guest, at TINYVM_CODE; interrupts go to handler bytes behind its begin. */
void tinyvm_load(struct tinyvm *vm, const unsigned char *code, size_t size, size_t handler);

/* Registers that the programs use. */
struct tinyvm_registers {
    uint64_t rax, rbx, rcx, rdx, rsi, rdi;
};
/* To the program's byte `entry` with these registers, interrupts off. */
int tinyvm_begin(struct tinyvm *vm, size_t entry, const struct tinyvm_registers *r);
int tinyvm_registers(struct tinyvm *vm, struct tinyvm_registers *r);

/* From now on a stay in the guest ends after so many milliseconds; tinyvm_disarm() before anything
 * else is waited for. */
int tinyvm_arm(struct tinyvm *vm, unsigned ms);
int tinyvm_disarm(struct tinyvm *vm);
/* Into the guest until it leaves; vm->run says why it did. -1 when the time was over
 * (immediate_exit is set) or KVM refused (errno). */
int tinyvm_enter(struct tinyvm *vm);
/* Did it leave because it is done, and with which answer? */
bool tinyvm_done(const struct tinyvm *vm, uint32_t *answer);
/* A sentence about the last tinyvm_enter(), which returned result and was to end in another way.
 * cause is the errno then. Returns -1. */
int tinyvm_unexpected(const struct tinyvm *vm, int result, int cause, struct error *e);

/* A statistic of the virtual processor, by KVM's name for it ("exits", "insn_emulation"). False
 * where there are none (before Linux 5.14) or none of that name. */
bool tinyvm_statistic(const struct tinyvm *vm, const char *name, uint64_t *value);
/* The same from a descriptor of KVM_GET_STATS_FD, which stays open. */
bool tinyvm_statistic_at(int fd, const char *name, uint64_t *value);

/* --- is hardware virtualization usable here? ------------------------------------------------ */

/* The probe's guest turns a loop of two instructions (dec, jnz) so many times. */
#define TINYVM_ITERATIONS 20000u

struct tinyvm_measure {
    double ns_per_iteration; /* of the fastest of several tries */
    bool emulated_known;
    uint64_t emulated; /* instructions that KVM interpreted in that try, or could not */
};

struct tinyvm_verdict {
    bool usable;
    bool measured; /* the loop ran: the next three are valid */
    double ns_per_iteration;
    bool emulated_known;
    uint64_t emulated_instructions;
    char reason[256], remedy[256]; /* empty when usable */
};

/* Numbers to verdict. Pure. */
void tinyvm_judge(const struct tinyvm_measure *m, const struct tinyvm_facts *facts,
                  struct tinyvm_verdict *v);
/* Open, run, judge: some milliseconds where KVM works, never more than a second in the guest.
 * NULL for device: TINYVM_DEVICE. */
void tinyvm_probe(const char *device, struct tinyvm_verdict *v);

#endif
