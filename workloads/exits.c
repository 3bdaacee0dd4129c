/* Exits: what it costs to leave a guest and to come back, without any guest system.
 *
 * A guest of a few instructions (tinyvm.h) does one thing in a loop that the processor cannot do
 * for it, and nothing else, so that the figure is the hypervisor's. Two kinds are told apart, as
 * others who measure exits do:
 *
 *   pio, mmio   The exit reaches user space: the guest writes to a port, or to an address without
 *               memory, KVM_RUN returns, and is called again. An operation is the whole round trip.
 *               The guest writes a counter, which is compared every time.
 *   cpuid       The exit is answered inside the kernel: CPUID, which every hypervisor takes. The
 *               loop runs in the guest; the same loop without CPUID is subtracted. The guest sums
 *               what it was told, a number that no processor gives by itself, so that a CPUID that
 *               did not exit would show.
 *   hlt         The guest halts and is woken by an interrupt. It rings a bell (a port that is bound
 *               to an eventfd in the kernel), halts, and its processor's thread sleeps in KVM.
 *               Another thread, waiting for the bell, sends it a message-signalled interrupt; the
 *               guest takes it, acknowledges it and goes round again. An operation is the whole
 *               round. Interrupts are off but for the halt itself: sti takes effect behind the
 *               next instruction, so one that is early waits and none is lost. The handler does not
 *               return to where it was called but goes on behind the halt: an emulated processor
 *               may forget what sti promised when it is entered anew (QEMU's does), and an
 *               interrupt before the halt would leave one that nobody ends.
 *
 * Loops that run in the guest are entered once a batch; step keeps batches so long that this does
 * not show. */
#include <config.h>

#include "workloads/child.h"
#include "workloads/tinyvm.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PORT      0x11u
#define PORT_BELL 0x12u
/* Least operations of a batch, so that entering and leaving it is less than a thousandth of it. */
#define STEP_CPUID  2000u
#define STEP_HLT    500u
#define WAKER_STACK (128u << 10)

struct exits_state {
    struct tinyvm vm;
    struct pinned pinned;
    uint32_t counter; /* that the guest writes next: pio, mmio */

    /* hlt */
    int bell;
    bool waking; /* the thread runs */
    pthread_t waker;
    int waker_cpu;
    struct kvm_msi message;
    atomic_bool stop;
    atomic_int refused; /* errno of an interrupt that was not taken; -1: masked by the guest */
    bool halts_known;
    uint64_t halts, rounds; /* KVM's count before the first round; ours */
};

WORK_FAILED static int exits_failed(struct work *w, int result, int cause)
{
    const struct exits_state *s = w->state;
    tinyvm_unexpected(&s->vm, result, cause, w->error);
    return error_prefix(w->error, "%s", w->workload->id);
}

WORK_FAILED static int exits_wrong(struct work *w, const char *what, uint32_t got, uint32_t wanted)
{
    return error_set(w->error, ERROR_SYSTEM, "%s: %s %" PRIu32 " instead of %" PRIu32,
                     w->workload->id, what, got, wanted);
}

WORK_FAILED static int exits_refused(struct work *w, const char *what)
{
    return error_errno(w->error, errno, "%s: %s", w->workload->id, what);
}

static int exits_prepare(struct work *w, bool irqchip)
{
    struct exits_state *s = calloc(1, sizeof *s);
    if (!s)
        return error_set(w->error, ERROR_SYSTEM, "no memory for %s", w->workload->id);
    s->bell = -1;
    w->state = s;
    return tinyvm_open(&s->vm, NULL, irqchip, w->error);
}

static void exits_release(struct work *w)
{
    struct exits_state *s = w->state;
    if (!s)
        return;
    if (s->waking) {
        const uint64_t one = 1;
        atomic_store(&s->stop, true);
        while (write(s->bell, &one, sizeof one) < 0 && errno == EINTR)
            ;
        pthread_join(s->waker, NULL);
    }
    tinyvm_release(&s->vm);
    child_close(&s->bell);
    child_unpin_self(&s->pinned);
    free(s);
    w->state = NULL;
}

/* Out to user space. */

static const unsigned char pio_program[] = {
    0xff, 0xc0, /* 1: inc %eax */
    0xe7, PORT, /*    out %eax,... */
    0xeb, 0xfa, /*    jmp 1b */
};

static const unsigned char mmio_program[] = {
    0xff, 0xc0, /* 1: inc %eax */
    0x89, 0x02, /*    mov %eax,(%rdx) */
    0xeb, 0xfa, /*    jmp 1b */
};

WORK_TIMED static int pio_run(struct work *w, uint64_t count)
{
    struct exits_state *s = w->state;
    const struct kvm_run *run = s->vm.run;
    if (tinyvm_arm(&s->vm, TINYVM_LIMIT_MS) < 0)
        return exits_refused(w, "no alarm can be set");
    for (uint64_t i = 0; i < count; i++) {
        uint64_t from = work_sample_begin(w);
        int rc = tinyvm_enter(&s->vm);
        work_sample_end(w, from);
        if (__builtin_expect(rc < 0 || run->exit_reason != KVM_EXIT_IO || run->io.port != PORT ||
                                 run->io.direction != KVM_EXIT_IO_OUT ||
                                 run->io.size != sizeof(uint32_t),
                             0))
            return exits_failed(w, rc, errno);
        uint32_t got = *(const uint32_t *)((const char *)run + run->io.data_offset);
        if (__builtin_expect(got != ++s->counter, 0))
            return exits_wrong(w, "the guest wrote", got, s->counter);
    }
    return tinyvm_disarm(&s->vm);
}

WORK_TIMED static int mmio_run(struct work *w, uint64_t count)
{
    struct exits_state *s = w->state;
    const struct kvm_run *run = s->vm.run;
    if (tinyvm_arm(&s->vm, TINYVM_LIMIT_MS) < 0)
        return exits_refused(w, "no alarm can be set");
    for (uint64_t i = 0; i < count; i++) {
        uint64_t from = work_sample_begin(w);
        int rc = tinyvm_enter(&s->vm);
        work_sample_end(w, from);
        if (__builtin_expect(rc < 0 || run->exit_reason != KVM_EXIT_MMIO ||
                                 run->mmio.phys_addr != TINYVM_NOWHERE || !run->mmio.is_write ||
                                 run->mmio.len != sizeof(uint32_t),
                             0))
            return exits_failed(w, rc, errno);
        uint32_t got = *(const uint32_t *)(const void *)run->mmio.data;
        if (__builtin_expect(got != ++s->counter, 0))
            return exits_wrong(w, "the guest wrote", got, s->counter);
    }
    return tinyvm_disarm(&s->vm);
}

static int pio_prepare(struct work *w)
{
    const struct tinyvm_registers none = {0};
    if (exits_prepare(w, false) < 0)
        return -1;
    struct exits_state *s = w->state;
    tinyvm_load(&s->vm, pio_program, sizeof pio_program, 0);
    if (tinyvm_begin(&s->vm, 0, &none) < 0)
        return exits_refused(w, "the guest's registers cannot be set");
    return pio_run(w, 1);
}

static int mmio_prepare(struct work *w)
{
    const struct tinyvm_registers nowhere = {.rdx = TINYVM_NOWHERE};
    if (exits_prepare(w, false) < 0)
        return -1;
    struct exits_state *s = w->state;
    tinyvm_load(&s->vm, mmio_program, sizeof mmio_program, 0);
    if (tinyvm_begin(&s->vm, 0, &nowhere) < 0)
        return exits_refused(w, "the guest's registers cannot be set");
    return mmio_run(w, 1);
}

/* The register that the guest counts in, beside what it wrote. */
static int counter_verify(struct work *w)
{
    struct exits_state *s = w->state;
    struct tinyvm_registers r;
    if (tinyvm_registers(&s->vm, &r) < 0)
        return exits_refused(w, "the guest's registers cannot be read");
    if ((uint32_t)r.rax != s->counter)
        return exits_wrong(w, "the guest counted", (uint32_t)r.rax, s->counter);
    return 0;
}

/* Loops that stay in the guest. */

/* To `entry`, until the guest is done; its answer must be this. */
WORK_TIMED static int loop_run(struct work *w, size_t entry, const struct tinyvm_registers *r,
                               uint32_t wanted)
{
    struct exits_state *s = w->state;
    uint32_t answer;
    if (tinyvm_begin(&s->vm, entry, r) < 0)
        return exits_refused(w, "the guest's registers cannot be set");
    if (tinyvm_arm(&s->vm, TINYVM_LIMIT_MS) < 0)
        return exits_refused(w, "no alarm can be set");
    int rc = tinyvm_enter(&s->vm);
    if (__builtin_expect(rc < 0 || !tinyvm_done(&s->vm, &answer), 0))
        return exits_failed(w, rc, errno);
    if (__builtin_expect(answer != wanted, 0))
        return exits_wrong(w, "the guest counted", answer, wanted);
    return tinyvm_disarm(&s->vm);
}

#define CPUID_EMPTY 19u
static const unsigned char cpuid_program[] = {
    0xb8, 0x00, 0x00, 0x00, 0x40, /* 1: mov $0x40000000,%eax */
    0x0f, 0xa2,                   /*    cpuid */
    0x01, 0xdf,                   /*    add %ebx,%edi */
    0x48, 0xff, 0xce,             /*    dec %rsi */
    0x75, 0xf2,                   /*    jnz 1b */
    0x89, 0xf8,                   /*    mov %edi,%eax */
    0xe7, TINYVM_PORT_DONE,       /*    out %eax,... */
    0x90,                         /*    nop */
    /* CPUID_EMPTY: the same without it */
    0xb8, 0x00, 0x00, 0x00, 0x40, /* 1: mov $0x40000000,%eax */
    0x01, 0xdf,                   /*    add %ebx,%edi */
    0x48, 0xff, 0xce,             /*    dec %rsi */
    0x75, 0xf4,                   /*    jnz 1b */
    0x89, 0xf8,                   /*    mov %edi,%eax */
    0xe7, TINYVM_PORT_DONE,       /*    out %eax,... */
};

WORK_TIMED static int cpuid_run(struct work *w, uint64_t count)
{
    const struct exits_state *s = w->state;
    struct tinyvm_registers r;
    r.rax = r.rbx = r.rcx = r.rdx = r.rdi = 0;
    r.rsi = count;
    return loop_run(w, 0, &r, (uint32_t)count * s->vm.signature);
}

WORK_TIMED static int cpuid_overhead(struct work *w, uint64_t count)
{
    const struct exits_state *s = w->state;
    struct tinyvm_registers r;
    r.rax = r.rcx = r.rdx = r.rdi = 0;
    r.rbx = s->vm.signature;
    r.rsi = count;
    return loop_run(w, CPUID_EMPTY, &r, (uint32_t)count * s->vm.signature);
}

static int cpuid_prepare(struct work *w)
{
    if (exits_prepare(w, false) < 0)
        return -1;
    struct exits_state *s = w->state;
    w->step = STEP_CPUID;
    tinyvm_load(&s->vm, cpuid_program, sizeof cpuid_program, 0);
    return cpuid_run(w, 1);
}

/* Every batch was checked when it ended; the machine is still one that answers. */
static int cpuid_verify(struct work *w)
{
    return cpuid_run(w, 1);
}

/* Halt and wake. */

#define HLT_HANDLER 34u
static const unsigned char hlt_program[] = {
    0xb9, 0x0f, 0x08, 0x00, 0x00, /*    mov $0x80f,%ecx (spurious vector register) */
    0xb8, 0xff, 0x01, 0x00, 0x00, /*    mov $0x1ff,%eax (APIC on) */
    0x31, 0xd2,                   /*    xor %edx,%edx */
    0x0f, 0x30,                   /*    wrmsr */
    0x31, 0xed,                   /* 1: xor %ebp,%ebp */
    0xe6, PORT_BELL,              /*    out %al,... */
    0xfb,                         /*    sti */
    0xf4,                         /*    hlt */
    0xfa,                         /* 2: cli */
    0x01, 0xef,                   /*    add %ebp,%edi (rounds that an interrupt ended) */
    0x48, 0xff, 0xce,             /*    dec %rsi */
    0x75, 0xf2,                   /*    jnz 1b */
    0x89, 0xf8,                   /*    mov %edi,%eax */
    0xe7, TINYVM_PORT_DONE,       /*    out %eax,... */
    0x90, 0x90,
    /* HLT_HANDLER */
    0xbd, 0x01, 0x00, 0x00, 0x00,             /*    mov $1,%ebp */
    0xb9, 0x0b, 0x08, 0x00, 0x00,             /*    mov $0x80b,%ecx (end of interrupt) */
    0x31, 0xc0,                               /*    xor %eax,%eax */
    0x31, 0xd2,                               /*    xor %edx,%edx */
    0x0f, 0x30,                               /*    wrmsr */
    0xbc, 0x00, TINYVM_CODE >> 8, 0x00, 0x00, /* mov $(top of the stack),%esp */
    0xeb, 0xdb,                               /*    jmp 2b */
};

WORK_TIMED static void answer_bells(struct exits_state *s)
{
    uint64_t rings;
    for (;;) {
        if (syscall(SYS_read, s->bell, &rings, sizeof rings) != sizeof rings) {
            if (errno == EINTR)
                continue;
            atomic_store(&s->refused, errno);
            break;
        }
        if (atomic_load_explicit(&s->stop, memory_order_relaxed))
            break;
        int taken = ioctl(s->vm.vm, KVM_SIGNAL_MSI, &s->message);
        if (__builtin_expect(taken <= 0, 0)) {
            atomic_store(&s->refused, taken < 0 ? errno : -1);
            break;
        }
    }
}

static void *waker_main(void *argument)
{
    struct exits_state *s = argument;
    /* A batch thread that is woken does not push another aside: where both share a processor the
     * guest reaches its halt first. Were that refused, some halts would find their interrupt there.
     */
    const struct sched_param none = {0};
    sched_setscheduler(0, SCHED_BATCH, &none);
    if (child_pin(s->waker_cpu) < 0)
        atomic_store(&s->refused, errno);
    else
        answer_bells(s);
    return NULL;
}

static int start_waker(struct work *w)
{
    struct exits_state *s = w->state;
    pthread_attr_t attributes;
    sigset_t all, before;
    if (pthread_attr_init(&attributes) != 0)
        return error_set(w->error, ERROR_SYSTEM, "no memory for %s", w->workload->id);
    pthread_attr_setstacksize(&attributes, WAKER_STACK);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&s->waker, &attributes, waker_main, s);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    if (rc != 0)
        return error_errno(w->error, rc, "cannot start the thread that wakes the guest of %s",
                           w->workload->id);
    s->waking = true;
    return 0;
}

/* Who waits for an interrupt that was refused says only that nothing came. */
WORK_FAILED static int hlt_failed(struct work *w)
{
    struct exits_state *s = w->state;
    int refused = atomic_load(&s->refused);
    if (refused > 0)
        return error_errno(w->error, refused, "the guest of %s cannot be sent an interrupt",
                           w->workload->id);
    if (refused < 0)
        return error_set(w->error, ERROR_SYSTEM, "the guest of %s takes no interrupt",
                         w->workload->id);
    return -1;
}

WORK_TIMED static int hlt_run(struct work *w, uint64_t count)
{
    struct exits_state *s = w->state;
    struct tinyvm_registers r;
    r.rax = r.rbx = r.rcx = r.rdx = r.rdi = 0;
    r.rsi = count;
    if (loop_run(w, 0, &r, (uint32_t)count) < 0)
        return hlt_failed(w);
    s->rounds += count;
    return 0;
}

static int hlt_prepare(struct work *w)
{
    enum placement placement = (enum placement)w->param[0];
    if (child_check_placement(w, placement) < 0 || exits_prepare(w, true) < 0)
        return -1;
    struct exits_state *s = w->state;
    w->step = STEP_HLT;
    if (child_pin_self(w, &s->pinned) < 0)
        return -1;
    s->waker_cpu = child_cpu(w, placement, 1);
    s->bell = eventfd(0, EFD_CLOEXEC);
    if (s->bell < 0)
        return exits_refused(w, "no eventfd");
    struct kvm_ioeventfd bell = {
        .addr = PORT_BELL, .len = 1, .fd = s->bell, .flags = KVM_IOEVENTFD_FLAG_PIO};
    if (ioctl(s->vm.vm, KVM_IOEVENTFD, &bell) < 0)
        return exits_refused(w, "this KVM binds no port to an eventfd (KVM_IOEVENTFD)");
    if (ioctl(s->vm.vm, KVM_CHECK_EXTENSION, KVM_CAP_SIGNAL_MSI) <= 0)
        return error_set(w->error, ERROR_SYSTEM,
                         "%s: this KVM takes no interrupts as messages (KVM_SIGNAL_MSI)",
                         w->workload->id);
    s->message = (struct kvm_msi){.address_lo = 0xfee00000u, .data = TINYVM_VECTOR};
    tinyvm_load(&s->vm, hlt_program, sizeof hlt_program, HLT_HANDLER);
    s->halts_known = tinyvm_statistic(&s->vm, "halt_exits", &s->halts);
    if (start_waker(w) < 0)
        return -1;
    return hlt_run(w, 1);
}

/* The interrupts were counted by the guest, in every batch. The halts are KVM's to count; one in a
 * hundred may be skipped. */
static int hlt_verify(struct work *w)
{
    struct exits_state *s = w->state;
    uint64_t now;
    if (atomic_load(&s->refused))
        return hlt_failed(w);
    if (s->halts_known && tinyvm_statistic(&s->vm, "halt_exits", &now) &&
        now - s->halts < s->rounds - s->rounds / 100)
        return error_set(w->error, ERROR_SYSTEM,
                         "the guest of %s halted %" PRIu64 " times in %" PRIu64 " rounds",
                         w->workload->id, now - s->halts, s->rounds);
    return 0;
}

static const struct workload_ops pio_ops = {
    .id = "exit.pio",
    .prepare = pio_prepare,
    .run = pio_run,
    .verify = counter_verify,
    .release = exits_release,
};
static const struct workload_ops mmio_ops = {
    .id = "exit.mmio",
    .prepare = mmio_prepare,
    .run = mmio_run,
    .verify = counter_verify,
    .release = exits_release,
};
static const struct workload_ops hlt_ops = {
    .id = "exit.hlt",
    .prepare = hlt_prepare,
    .run = hlt_run,
    .verify = hlt_verify,
    .release = exits_release,
};
static const struct workload_ops cpuid_ops = {
    .id = "exit.cpuid",
    .prepare = cpuid_prepare,
    .run = cpuid_run,
    .overhead = cpuid_overhead,
    .verify = cpuid_verify,
    .release = exits_release,
};

const struct workload_ops *const workload_ops_exits[] = {&pio_ops, &mmio_ops, &hlt_ops, &cpuid_ops,
                                                         NULL};
