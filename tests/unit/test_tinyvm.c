/* The smallest virtual machine: its judgement and its sentences, from numbers and from files that
 * are no KVM; and, where there is one, the machine itself. */
#include <config.h>

#include "tests/unit/unit.h"

#include "result.h"
#include "workloads/tinyvm.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void numbers_become_verdicts(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct tinyvm_measure m;
        bool usable;
    } cases[] = {
        {"a processor", {0.3, true, 0}, true},
        {"one without statistics", {1.1, false, 0}, true},
        {"nested, with a few exits that were interpreted", {3.0, true, 40}, true},
        {"an emulated processor with virtualization", {17.0, true, 0}, true},
        {"busy, but nothing was interpreted", {400.0, true, 3}, true},
        {"slow, just within", {50.0, false, 0}, true},
        {"slow, just beyond", {50.1, false, 0}, false},
        {"interpreted, as measured", {661.0, true, 40001}, false},
        {"interpreted, not counted", {661.0, false, 0}, false},
        {"half of it interpreted", {300.0, true, TINYVM_ITERATIONS / 2}, false},
        {"not quite half", {300.0, true, TINYVM_ITERATIONS / 2 - 1}, true},
        {"a fast interpreter", {20.0, true, 40001}, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct tinyvm_facts facts = {.hypervisor = true};
        struct tinyvm_verdict v;
        tinyvm_judge(&cases[i].m, &facts, &v);
        if (v.usable != cases[i].usable)
            fail_msg("%s: %s", cases[i].what, v.usable ? "usable" : v.reason);
        assert_true(v.measured);
        assert_true(v.ns_per_iteration == cases[i].m.ns_per_iteration);
        assert_int_equal(v.emulated_known, cases[i].m.emulated_known);
        assert_int_equal(v.emulated_instructions, cases[i].m.emulated);
        assert_true(v.usable == !v.reason[0] && v.usable == !v.remedy[0]);
    }
}

static void interpreters_are_named(void **state)
{
    (void)state;
    const struct tinyvm_measure m = {661.4, true, 40001};
    struct tinyvm_facts facts = {.pvm = true, .hypervisor = true};
    struct tinyvm_verdict v;
    tinyvm_judge(&m, &facts, &v);
    assert_non_null(strstr(v.reason, "interprets every instruction of a guest (661 ns for a loop"));
    assert_non_null(strstr(v.reason, "stock kernels do not boot on it (kvm_pvm"));
    assert_non_null(strstr(v.remedy, "needs VT-x or AMD-V"));
    facts = (struct tinyvm_facts){.svm = true};
    tinyvm_judge(&m, &facts, &v);
    assert_null(strstr(v.reason, "kvm_pvm"));
    assert_non_null(strstr(v.remedy, "modprobe"));
}

static void refusals_are_explained(void **state)
{
    (void)state;
    static const struct {
        enum tinyvm_step step;
        int cause;
        struct tinyvm_facts facts;
        const char *reason, *remedy;
    } cases[] = {
        {TINYVM_OPEN, ENOENT, {.vmx = true}, "there is no /dev/kvm", "kvm_intel"},
        {TINYVM_OPEN, ENOENT, {.vmx = true, .hypervisor = true}, "no /dev/kvm", "VT-x in the firm"},
        {TINYVM_OPEN, ENOENT, {.svm = true}, "there is no /dev/kvm", "modprobe kvm_amd"},
        {TINYVM_OPEN, ENOENT, {.hypervisor = true}, "itself a guest", "nested"},
        {TINYVM_OPEN, ENOENT, {.hypervisor = true, .pvm = true}, "itself a guest", "nested"},
        {TINYVM_OPEN, ENOENT, {0}, "shows no VT-x or AMD-V", "firmware"},
        {TINYVM_OPEN, ENOENT, {.registered = true, .vmx = true}, "though the kernel has", "mknod"},
        {TINYVM_OPEN, ENODEV, {.vmx = true}, "nothing is behind /dev/kvm", "kvm_intel"},
        {TINYVM_OPEN, ENXIO, {.svm = true}, "nothing is behind /dev/kvm", "kvm_amd"},
        {TINYVM_OPEN, EACCES, {.group = true}, "no right to open /dev/kvm", "usermod -aG kvm"},
        {TINYVM_OPEN, EACCES, {.vmx = true}, "no right to open /dev/kvm", "chgrp kvm /dev/kvm"},
        {TINYVM_OPEN, EPERM, {.root = true}, "no right to open /dev/kvm", "device cgroup"},
        {TINYVM_OPEN, EBUSY, {0}, "in use", "other hypervisor"},
        {TINYVM_OPEN, EMFILE, {0}, "Too many open files", ""},
        {TINYVM_VERSION, -ENOTTY, {0}, "/dev/kvm is not a KVM device", "10, 232"},
        {TINYVM_VERSION, 11, {0}, "speaks version 11", "2.6.22"},
        {TINYVM_CREATE_VM, EBUSY, {0}, "another hypervisor", "VirtualBox"},
        {TINYVM_CREATE_VM, ENOMEM, {0}, "KVM_CREATE_VM: Cannot allocate", "memory"},
        {TINYVM_SET_MEMORY, EINVAL, {0}, "KVM_SET_USER_MEMORY_REGION: Invalid", ""},
        {TINYVM_CREATE_IRQCHIP, ENOTTY, {0}, "no interrupt controller", ""},
        {TINYVM_CREATE_VCPU, EEXIST, {0}, "KVM_CREATE_VCPU", ""},
        {TINYVM_SET_STATE, EINVAL, {0}, "KVM_SET_SREGS", ""},
        {TINYVM_SET_TIMER, EAGAIN, {0}, "timer_create", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tinyvm_trouble t;
        tinyvm_explain(cases[i].step, cases[i].cause, TINYVM_DEVICE, &cases[i].facts, &t);
        if (!strstr(t.reason, cases[i].reason) || !strstr(t.remedy, cases[i].remedy) ||
            (cases[i].remedy[0] == '\0') != (t.remedy[0] == '\0'))
            fail_msg("case %zu says: %s; %s", i, t.reason, t.remedy);
    }
}

/* Both parts together are the reason of a row: it must not be cut. */
static void sentences_fit_a_reason(void **state)
{
    (void)state;
    static const int causes[] = {ENOENT, ENXIO, EACCES, EBUSY, ENOMEM, EINVAL, ENOTTY, EAGAIN};
    for (int step = TINYVM_OPEN; step <= TINYVM_SET_TIMER; step++)
        for (size_t i = 0; i < sizeof causes / sizeof *causes; i++)
            for (unsigned bits = 0; bits < 64; bits++) {
                const struct tinyvm_facts facts = {.vmx = bits & 1,
                                                   .svm = bits & 2,
                                                   .hypervisor = bits & 4,
                                                   .registered = bits & 8,
                                                   .pvm = bits & 16,
                                                   .root = bits & 32};
                struct tinyvm_trouble t;
                int cause = step == TINYVM_VERSION ? -causes[i] : causes[i];
                tinyvm_explain((enum tinyvm_step)step, cause, TINYVM_DEVICE, &facts, &t);
                assert_true(t.reason[0]);
                if (strlen(t.reason) + strlen("; ") + strlen(t.remedy) >= REASON_MAX)
                    fail_msg("too long: %s; %s", t.reason, t.remedy);
            }
}

static size_t descriptors(void)
{
    size_t n = 0;
    for (int fd = 0; fd < 256; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

static void refused(const char *device, const char *says)
{
    struct tinyvm vm;
    struct tinyvm_verdict v;
    struct error e;
    size_t before = descriptors();
    assert_int_equal(tinyvm_open(&vm, device, true, &e), -1);
    tinyvm_release(&vm);
    if (!strstr(e.text, says))
        fail_msg("%s: %s", device, e.text);
    tinyvm_probe(device, &v);
    assert_false(v.usable);
    assert_false(v.measured);
    assert_non_null(strstr(v.reason, says));
    assert_int_equal(descriptors(), before);
}

static void other_files_are_refused(void **state)
{
    (void)state;
    refused("/nowhere/kvm", "there is no /nowhere/kvm");
    refused("/dev/null", "/dev/null is not a KVM device");
    char name[] = "tinyvm-XXXXXX";
    int fd = mkstemp(name);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(chmod(name, 0), 0);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) { /* as nobody, unless we are not root anyway */
        struct tinyvm vm;
        struct error e;
        if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
            _exit(77);
        bool said = tinyvm_open(&vm, name, false, &e) < 0 && strstr(e.text, "no right to open") &&
                    (strstr(e.text, "usermod -aG kvm") || strstr(e.text, "chgrp kvm"));
        tinyvm_release(&vm);
        _exit(said ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    unlink(name);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

#ifdef KVM_GET_STATS_FD
/* As the kernel lays it out: struct kvm_stats_desc ends with the name. */
struct stats_file {
    struct kvm_stats_header header;
    struct {
        uint32_t flags;
        int16_t exponent;
        uint16_t size;
        uint32_t offset, bucket_size;
        char name[48];
    } desc[3];
    uint64_t data[3];
};

static int stats_file(const struct stats_file *s, size_t size)
{
    char name[] = "stats-XXXXXX";
    int fd = mkstemp(name);
    assert_true(fd >= 0);
    unlink(name);
    assert_int_equal(write(fd, s, size), (ssize_t)size);
    return fd;
}

static void statistics_are_found_by_name(void **state)
{
    (void)state;
    struct stats_file s = {.header = {.name_size = sizeof s.desc[0].name,
                                      .num_desc = 3,
                                      .desc_offset = offsetof(struct stats_file, desc),
                                      .data_offset = offsetof(struct stats_file, data)},
                           .data = {7, 40001, UINT64_MAX}};
    static const char *const names[] = {"exits", "insn_emulation", "insn_emulation_fail"};
    for (uint32_t i = 0; i < 3; i++) {
        s.desc[i].size = 1;
        s.desc[i].offset = (uint32_t)(i * sizeof(uint64_t));
        memcpy(s.desc[i].name, names[i], strlen(names[i]) + 1);
    }
    uint64_t value = 0;
    int fd = stats_file(&s, sizeof s);
    for (size_t i = 0; i < 3; i++) {
        assert_true(tinyvm_statistic_at(fd, names[i], &value));
        assert_true(value == s.data[i]);
    }
    assert_false(tinyvm_statistic_at(fd, "insn", &value));
    assert_false(tinyvm_statistic_at(fd, "", &value));
    close(fd);
    /* Cut anywhere it is not believed, and a name without an end is none. */
    for (size_t size = 0; size < sizeof s; size++) {
        fd = stats_file(&s, size);
        assert_false(tinyvm_statistic_at(fd, "insn_emulation_fail", &value));
        close(fd);
    }
    memset(s.desc[2].name, 'x', sizeof s.desc[2].name);
    s.header.num_desc = UINT32_MAX;
    fd = stats_file(&s, sizeof s);
    assert_false(tinyvm_statistic_at(fd, "exits", &value));
    close(fd);
    s.header.num_desc = 3;
    s.header.name_size = 1u << 30;
    fd = stats_file(&s, sizeof s);
    assert_false(tinyvm_statistic_at(fd, "exits", &value));
    close(fd);
}
#endif

/* --- where there is a KVM ------------------------------------------------------------------- */

static void need_kvm(void)
{
    if (access(TINYVM_DEVICE, R_OK | W_OK) < 0) {
        print_message("no usable /dev/kvm here\n");
        skip();
    }
}

static void the_probe_decides(void **state)
{
    (void)state;
    struct tinyvm_verdict v;
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    tinyvm_probe(NULL, &v);
    clock_gettime(CLOCK_MONOTONIC, &to);
    assert_true(to.tv_sec - from.tv_sec <= 2);
    print_message("usable %d, %.2f ns, %s; %s\n", v.usable, v.ns_per_iteration, v.reason, v.remedy);
    assert_true(v.usable == !v.reason[0]);
    if (v.measured)
        assert_true(v.ns_per_iteration > 0 && v.ns_per_iteration < 1e6);
}

/* A guest that never leaves is left in time, and signals are as before. */
static void endless_guests_are_left(void **state)
{
    (void)state;
    static const unsigned char endless[] = {0xeb, 0xfe}; /* 1: jmp 1b */
    const struct tinyvm_registers none = {0};
    struct tinyvm vm;
    struct error e;
    sigset_t all, before, after;
    struct sigaction was, is;
    need_kvm();
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* as it is in the program */
    pthread_sigmask(SIG_SETMASK, NULL, &all);
    sigaction(SIGRTMIN + 7, NULL, &was);
    if (tinyvm_open(&vm, NULL, false, &e) < 0)
        fail_msg("%s", e.text);
    tinyvm_load(&vm, endless, sizeof endless, 0);
    for (int i = 0; i < 3; i++) {
        struct timespec from, to;
        assert_int_equal(tinyvm_begin(&vm, 0, &none), 0);
        clock_gettime(CLOCK_MONOTONIC, &from);
        assert_int_equal(tinyvm_arm(&vm, 50), 0);
        int rc = tinyvm_enter(&vm), cause = errno;
        clock_gettime(CLOCK_MONOTONIC, &to);
        assert_int_equal(rc, -1);
        tinyvm_unexpected(&vm, rc, cause, &e);
        assert_string_equal(e.text, "the guest did not come back within 0.1 s");
        double s = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) * 1e-9;
        assert_true(s > 0.045 && s < 5);
    }
    tinyvm_release(&vm);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    for (int s = 1; s < 32; s++)
        assert_int_equal(sigismember(&all, s), sigismember(&after, s));
    assert_int_equal(sigismember(&after, SIGRTMIN + 7), 1);
    sigaction(SIGRTMIN + 7, NULL, &is);
    assert_ptr_equal(was.sa_handler, is.sa_handler);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* How a guest may end, and what is said of it; then the same machine goes on. */
static void other_ends_are_named(void **state)
{
    (void)state;
    static const struct {
        unsigned char program[4];
        const char *says;
    } cases[] = {
        {{0xf4}, "the guest was left to halt"},
        /* ud2 without a handler: by a triple fault; interpreted, because of an internal error */
        {{0x0f, 0x0b}, "the guest was left b"},
        {{0xe7, 0x33}, "the guest was left for another port"},
        {{0xe6, TINYVM_PORT_DONE}, "the guest was left for another port"}, /* a byte: no answer */
    };
    static const unsigned char answers[] = {0x01, 0xd8, 0xe7, TINYVM_PORT_DONE}; /* add %ebx,%eax */
    struct tinyvm vm;
    struct error e;
    uint32_t answer;
    need_kvm();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct tinyvm_registers two = {.rax = 40, .rbx = 2}, none = {0};
        struct tinyvm_registers after;
        if (tinyvm_open(&vm, NULL, false, &e) < 0)
            fail_msg("%s", e.text);
        tinyvm_load(&vm, answers, sizeof answers, 0);
        assert_int_equal(tinyvm_arm(&vm, 1000), 0);
        assert_int_equal(tinyvm_begin(&vm, 0, &two), 0);
        assert_int_equal(tinyvm_enter(&vm), 0);
        assert_true(tinyvm_done(&vm, &answer));
        assert_int_equal(answer, 42);
        assert_int_equal(tinyvm_registers(&vm, &after), 0);
        assert_true(after.rax == 42 && after.rbx == 2);
        tinyvm_load(&vm, cases[i].program, sizeof cases[i].program, 0);
        assert_int_equal(tinyvm_begin(&vm, 0, &none), 0);
        int rc = tinyvm_enter(&vm), cause = errno;
        assert_false(rc == 0 && tinyvm_done(&vm, &answer));
        tinyvm_unexpected(&vm, rc, cause, &e);
        if (strncmp(e.text, cases[i].says, strlen(cases[i].says)) != 0)
            fail_msg("case %zu: %s", i, e.text);
        assert_int_equal(tinyvm_disarm(&vm), 0);
        tinyvm_release(&vm);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_become_verdicts),
        cmocka_unit_test(interpreters_are_named),
        cmocka_unit_test(refusals_are_explained),
        cmocka_unit_test(sentences_fit_a_reason),
        cmocka_unit_test(other_files_are_refused),
#ifdef KVM_GET_STATS_FD
        cmocka_unit_test(statistics_are_found_by_name),
#endif
        cmocka_unit_test(the_probe_decides),
        cmocka_unit_test(endless_guests_are_left),
        cmocka_unit_test(other_ends_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
