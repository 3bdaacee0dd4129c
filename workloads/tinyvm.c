/* tinyvm.c - the machine: opened, loaded, run, and ended in time.
 *
 * The guest starts in 64-bit mode with its first 2 MiB mapped one to one by a large page. That is
 * the mode that guests spend their lives in; real mode, which needs less, is interpreted or
 * otherwise special on processors that KVM still supports.
 *
 *   0x1000 page tables, three levels    0x4000 descriptors of segments    0x5000 of interrupts
 *   0x6000 stack                        0x7000 program                    0x8000 the end */
#include <config.h>

#include "workloads/tinyvm.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#if defined __x86_64__
#include <linux/kvm.h>

#ifndef sigev_notify_thread_id /* before glibc 2.38 */
#define sigev_notify_thread_id _sigev_un._tid
#endif

/* Called inside the time of the workloads; a test looks at what such code calls (workload.h). */
#define TINYVM_TIMED  __attribute__((section(".text.timed")))

#define TABLES        0x1000u
#define SEGMENTS      0x4000u
#define INTERRUPTS    0x5000u
#define STACK_TOP     0x7000u
#define CODE_SELECTOR 0x08u
#define DATA_SELECTOR 0x10u

#define CR0_BITS      0x80000031u /* paging, native floating-point errors, ET, protected mode */
#define CR4_BITS      0x00000020u /* physical address extension */
#define EFER_BITS     0x00000500u /* long mode, enabled and active */
#define APIC_X2       (UINT64_C(1) << 10)
#define APIC_ON       (UINT64_C(1) << 11)

/* Above the 32-bit kernel's reach and not in the guest's way, as every user of KVM has it: Intel
 * processors that cannot run real mode by themselves want three pages for it. */
#define TSS_ADDRESS    0xfffbd000u

#define CPUID_ENTRIES  256
#define SIGNATURE_LEAF 0x40000000u
#define SIGNATURE      0x78746d76u /* "vmtx", where KVM itself offers no such leaf */
/* Should a signal be lost between two looks at immediate_exit (kernels before 4.12 do not know it),
 * another comes. */
#define TIMER_AGAIN_NS 20000000

/* Not one that programs use: SIGALRM and the first real-time signals are popular. */
static int timer_signal(void)
{
    return SIGRTMIN + 7;
}

static void time_is_over(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    if (info->si_code == SI_TIMER)
        ((volatile struct kvm_run *)info->si_value.sival_ptr)->immediate_exit = 1;
}

static int refuse(struct tinyvm *vm, enum tinyvm_step step, int cause, const char *device,
                  struct error *e)
{
    struct tinyvm_facts facts;
    tinyvm_facts(&facts);
    tinyvm_explain(step, cause, device, &facts, &vm->trouble);
    return error_set(e, ERROR_SYSTEM, "%s%s%s", vm->trouble.reason,
                     vm->trouble.remedy[0] ? "; " : "", vm->trouble.remedy);
}

static void put64(unsigned char *memory, size_t at, uint64_t value)
{
    memcpy(memory + at, &value, sizeof value);
}

static void fill_memory(unsigned char *m)
{
    /* present, writable; the last with bit 7: a large page */
    put64(m, TABLES, (TABLES + 0x1000) | 3);
    put64(m, TABLES + 0x1000, (TABLES + 0x2000) | 3);
    put64(m, TABLES + 0x2000, 0x83);
    put64(m, SEGMENTS + CODE_SELECTOR, UINT64_C(0x00209b0000000000));
    put64(m, SEGMENTS + DATA_SELECTOR, UINT64_C(0x00cf93000000ffff));
}

void tinyvm_load(struct tinyvm *vm, const unsigned char *code, size_t size, size_t handler)
{
    if (size > TINYVM_MEMORY - TINYVM_CODE || handler >= size)
        BUG("a guest's program that does not fit its page");
    memcpy(vm->memory + TINYVM_CODE, code, size);
    /* An interrupt gate: offset, selector, present. The handler lies below 64 KiB. */
    put64(vm->memory, INTERRUPTS + TINYVM_VECTOR * 16,
          (TINYVM_CODE + handler) | (uint64_t)CODE_SELECTOR << 16 | UINT64_C(0x8e00) << 32);
    put64(vm->memory, INTERRUPTS + TINYVM_VECTOR * 16 + 8, 0);
}

static int set_memory(struct tinyvm *vm)
{
    vm->memory = mmap(NULL, TINYVM_MEMORY, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (vm->memory == MAP_FAILED) {
        vm->memory = NULL;
        return -1;
    }
    fill_memory(vm->memory);
    struct kvm_userspace_memory_region region = {.memory_size = TINYVM_MEMORY,
                                                 .userspace_addr = (uint64_t)(uintptr_t)vm->memory};
    return ioctl(vm->vm, KVM_SET_USER_MEMORY_REGION, &region);
}

/* The processor as KVM can show it, which an x2APIC and 64-bit mode need, with a leaf that answers
 * who asks for the hypervisor. */
static int set_cpuid(struct tinyvm *vm)
{
    struct kvm_cpuid2 *table = calloc(1, sizeof *table +
                                             (CPUID_ENTRIES + 1) * sizeof table->entries[0]);
    if (!table)
        return -1;
    table->nent = CPUID_ENTRIES;
    int rc = ioctl(vm->kvm, KVM_GET_SUPPORTED_CPUID, table);
    if (rc == 0) {
        size_t i = 0;
        while (i < table->nent && table->entries[i].function != SIGNATURE_LEAF)
            i++;
        if (i == table->nent)
            table->entries[table->nent++] = (struct kvm_cpuid_entry2){.function = SIGNATURE_LEAF,
                                                                      .eax = SIGNATURE_LEAF};
        if (!table->entries[i].ebx)
            table->entries[i].ebx = SIGNATURE;
        vm->signature = table->entries[i].ebx;
        rc = ioctl(vm->vcpu, KVM_SET_CPUID2, table);
    }
    free(table);
    return rc;
}

static int set_state(struct tinyvm *vm, bool irqchip)
{
    struct kvm_sregs s;
    if (set_cpuid(vm) < 0 || ioctl(vm->vcpu, KVM_GET_SREGS, &s) < 0)
        return -1;
    struct kvm_segment code = {.limit = 0xffffffff,
                               .selector = CODE_SELECTOR,
                               .type = 11,
                               .present = 1,
                               .s = 1,
                               .l = 1,
                               .g = 1};
    struct kvm_segment data = {.limit = 0xffffffff,
                               .selector = DATA_SELECTOR,
                               .type = 3,
                               .present = 1,
                               .s = 1,
                               .db = 1,
                               .g = 1};
    s.cs = code;
    s.ds = s.es = s.fs = s.gs = s.ss = data;
    s.gdt.base = SEGMENTS;
    s.gdt.limit = DATA_SELECTOR + 7;
    s.idt.base = INTERRUPTS;
    s.idt.limit = (TINYVM_VECTOR + 1) * 16 - 1;
    s.cr0 = CR0_BITS;
    s.cr3 = TABLES;
    s.cr4 = CR4_BITS;
    s.efer = EFER_BITS;
    if (irqchip)
        s.apic_base |= APIC_X2 | APIC_ON;
    return ioctl(vm->vcpu, KVM_SET_SREGS, &s);
}

static int set_timer(struct tinyvm *vm)
{
    sigset_t one;
    struct sigaction action = {.sa_sigaction = time_is_over, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigemptyset(&one);
    sigaddset(&one, timer_signal());
    if (sigaction(timer_signal(), &action, &vm->action) < 0)
        return -1;
    vm->signal_taken = true;
    if (pthread_sigmask(SIG_UNBLOCK, &one, &vm->mask) != 0)
        return -1;
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = timer_signal()};
    event.sigev_value.sival_ptr = vm->run;
    event.sigev_notify_thread_id = (pid_t)syscall(SYS_gettid);
    int timer;
    if (syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &timer) < 0)
        return -1;
    vm->timer = timer;
    return 0;
}

int tinyvm_open(struct tinyvm *vm, const char *device, bool irqchip, struct error *e)
{
    *vm = (struct tinyvm){.kvm = -1, .vm = -1, .vcpu = -1, .timer = -1};
    device = device ? device : TINYVM_DEVICE;
    vm->kvm = open(device, O_RDWR | O_CLOEXEC);
    if (vm->kvm < 0)
        return refuse(vm, TINYVM_OPEN, errno, device, e);
    int version = ioctl(vm->kvm, KVM_GET_API_VERSION, 0);
    if (version < 0)
        return refuse(vm, TINYVM_VERSION, -errno, device, e);
    if (version != KVM_API_VERSION)
        return refuse(vm, TINYVM_VERSION, version, device, e);
    vm->vm = ioctl(vm->kvm, KVM_CREATE_VM, 0);
    if (vm->vm < 0)
        return refuse(vm, TINYVM_CREATE_VM, errno, device, e);
    /* Where it is not needed it may be refused. */
    if (ioctl(vm->vm, KVM_CHECK_EXTENSION, KVM_CAP_SET_TSS_ADDR) > 0)
        (void)ioctl(vm->vm, KVM_SET_TSS_ADDR, TSS_ADDRESS);
    if (set_memory(vm) < 0)
        return refuse(vm, TINYVM_SET_MEMORY, errno, device, e);
    if (irqchip && ioctl(vm->vm, KVM_CREATE_IRQCHIP, 0) < 0)
        return refuse(vm, TINYVM_CREATE_IRQCHIP, errno, device, e);
    vm->vcpu = ioctl(vm->vm, KVM_CREATE_VCPU, 0);
    if (vm->vcpu < 0)
        return refuse(vm, TINYVM_CREATE_VCPU, errno, device, e);
    int size = ioctl(vm->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
    void *run = size < (int)sizeof *vm->run
                    ? MAP_FAILED
                    : mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, vm->vcpu, 0);
    if (run == MAP_FAILED)
        return refuse(vm, TINYVM_CREATE_VCPU, size < 0 ? errno : ENOMEM, device, e);
    vm->run = run;
    vm->run_size = (size_t)size;
    if (set_state(vm, irqchip) < 0)
        return refuse(vm, TINYVM_SET_STATE, errno, device, e);
    if (set_timer(vm) < 0)
        return refuse(vm, TINYVM_SET_TIMER, errno, device, e);
    return 0;
}

void tinyvm_release(struct tinyvm *vm)
{
    if (vm->timer >= 0)
        syscall(SYS_timer_delete, vm->timer);
    if (vm->signal_taken) {
        /* What the timer sent before it was deleted has been delivered by now. */
        pthread_sigmask(SIG_SETMASK, &vm->mask, NULL);
        sigaction(timer_signal(), &vm->action, NULL);
    }
    if (vm->run)
        munmap(vm->run, vm->run_size);
    if (vm->vcpu >= 0)
        close(vm->vcpu);
    if (vm->vm >= 0)
        close(vm->vm);
    if (vm->memory)
        munmap(vm->memory, TINYVM_MEMORY);
    if (vm->kvm >= 0)
        close(vm->kvm);
    vm->kvm = vm->vm = vm->vcpu = vm->timer = -1;
    vm->run = NULL;
    vm->memory = NULL;
    vm->signal_taken = false;
}

/* A register at a time: a compiler may clear a whole structure by memset. */
TINYVM_TIMED int tinyvm_begin(struct tinyvm *vm, size_t entry, const struct tinyvm_registers *r)
{
    struct kvm_regs regs;
    regs.rax = r->rax;
    regs.rbx = r->rbx;
    regs.rcx = r->rcx;
    regs.rdx = r->rdx;
    regs.rsi = r->rsi;
    regs.rdi = r->rdi;
    regs.rsp = STACK_TOP;
    regs.rbp = regs.r8 = regs.r9 = regs.r10 = regs.r11 = 0;
    regs.r12 = regs.r13 = regs.r14 = regs.r15 = 0;
    regs.rip = TINYVM_CODE + entry;
    regs.rflags = 2; /* its one fixed bit */
    return ioctl(vm->vcpu, KVM_SET_REGS, &regs);
}

int tinyvm_registers(struct tinyvm *vm, struct tinyvm_registers *r)
{
    struct kvm_regs regs;
    if (ioctl(vm->vcpu, KVM_GET_REGS, &regs) < 0)
        return -1;
    *r = (struct tinyvm_registers){.rax = regs.rax,
                                   .rbx = regs.rbx,
                                   .rcx = regs.rcx,
                                   .rdx = regs.rdx,
                                   .rsi = regs.rsi,
                                   .rdi = regs.rdi};
    return 0;
}

TINYVM_TIMED static int set_alarm(struct tinyvm *vm, unsigned ms)
{
    struct itimerspec t;
    t.it_value.tv_sec = ms / 1000;
    t.it_value.tv_nsec = (long)(ms % 1000) * 1000000;
    t.it_interval.tv_sec = 0;
    t.it_interval.tv_nsec = ms ? TIMER_AGAIN_NS : 0;
    return (int)syscall(SYS_timer_settime, vm->timer, 0, &t, NULL);
}

TINYVM_TIMED int tinyvm_arm(struct tinyvm *vm, unsigned ms)
{
    vm->run->immediate_exit = 0;
    vm->limit_ms = ms;
    return set_alarm(vm, ms);
}

TINYVM_TIMED int tinyvm_disarm(struct tinyvm *vm)
{
    return set_alarm(vm, 0);
}

TINYVM_TIMED int tinyvm_enter(struct tinyvm *vm)
{
    while (__builtin_expect(ioctl(vm->vcpu, KVM_RUN, 0) < 0, 0))
        if (errno != EINTR || ((volatile struct kvm_run *)vm->run)->immediate_exit)
            return -1;
    return 0;
}

TINYVM_TIMED bool tinyvm_done(const struct tinyvm *vm, uint32_t *answer)
{
    const struct kvm_run *run = vm->run;
    if (run->exit_reason != KVM_EXIT_IO || run->io.direction != KVM_EXIT_IO_OUT ||
        run->io.port != TINYVM_PORT_DONE || run->io.size != sizeof *answer)
        return false;
    *answer = *(const uint32_t *)((const char *)run + run->io.data_offset);
    return true;
}

int tinyvm_unexpected(const struct tinyvm *vm, int result, int cause, struct error *e)
{
    static const char *const words[] = {
        [KVM_EXIT_UNKNOWN] = "for a reason that KVM does not know",
        [KVM_EXIT_IO] = "for another port",
        [KVM_EXIT_HLT] = "to halt",
        [KVM_EXIT_MMIO] = "for another address",
        [KVM_EXIT_SHUTDOWN] = "by a triple fault",
        [KVM_EXIT_FAIL_ENTRY] = "because the processor refused to enter it",
        [KVM_EXIT_INTERNAL_ERROR] = "because KVM could not go on with it (internal error)",
    };
    const struct kvm_run *run = vm->run;
    if (result < 0 && cause == EINTR)
        return error_set(e, ERROR_SYSTEM, "the guest did not come back within %.1f s",
                         vm->limit_ms * 1e-3);
    if (result < 0)
        return error_errno(e, cause, "the guest cannot be run (KVM_RUN)");
    if (run->exit_reason < sizeof words / sizeof words[0] && words[run->exit_reason])
        return error_set(e, ERROR_SYSTEM, "the guest was left %s", words[run->exit_reason]);
    return error_set(e, ERROR_SYSTEM, "the guest was left for reason %u of KVM's",
                     run->exit_reason);
}

bool tinyvm_statistic(const struct tinyvm *vm, const char *name, uint64_t *value)
{
#ifdef KVM_GET_STATS_FD
    int fd = ioctl(vm->vcpu, KVM_GET_STATS_FD, NULL);
    if (fd < 0)
        return false;
    bool found = tinyvm_statistic_at(fd, name, value);
    close(fd);
    return found;
#else
    (void)vm;
    (void)name;
    (void)value;
    return false;
#endif
}

#else /* not x86-64: there is no machine, and nobody gets beyond tinyvm_open() */

int tinyvm_open(struct tinyvm *vm, const char *device, bool irqchip, struct error *e)
{
    (void)device;
    (void)irqchip;
    *vm = (struct tinyvm){.kvm = -1, .vm = -1, .vcpu = -1, .timer = -1};
    snprintf(vm->trouble.reason, sizeof vm->trouble.reason,
             "the guests of this version are programs for x86-64 processors");
    return error_set(e, ERROR_SYSTEM, "%s", vm->trouble.reason);
}

void tinyvm_release(struct tinyvm *vm)
{
    (void)vm;
}

void tinyvm_load(struct tinyvm *vm, const unsigned char *code, size_t size, size_t handler)
{
    (void)vm, (void)code, (void)size, (void)handler;
}

int tinyvm_begin(struct tinyvm *vm, size_t entry, const struct tinyvm_registers *r)
{
    (void)vm, (void)entry, (void)r;
    return -1;
}

int tinyvm_registers(struct tinyvm *vm, struct tinyvm_registers *r)
{
    (void)vm, (void)r;
    return -1;
}

int tinyvm_arm(struct tinyvm *vm, unsigned ms)
{
    (void)vm, (void)ms;
    return -1;
}

int tinyvm_disarm(struct tinyvm *vm)
{
    (void)vm;
    return -1;
}

int tinyvm_enter(struct tinyvm *vm)
{
    (void)vm;
    return -1;
}

bool tinyvm_done(const struct tinyvm *vm, uint32_t *answer)
{
    (void)vm, (void)answer;
    return false;
}

int tinyvm_unexpected(const struct tinyvm *vm, int result, int cause, struct error *e)
{
    (void)vm, (void)result;
    return error_errno(e, cause, "there is no guest");
}

bool tinyvm_statistic(const struct tinyvm *vm, const char *name, uint64_t *value)
{
    (void)vm, (void)name, (void)value;
    return false;
}

#endif
