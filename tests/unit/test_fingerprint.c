/* What the machine is, and what it means when it changed. */
#include <config.h>

#include "unit.h"

#include "fingerprint.h"
#include "fixture.h"
#include "text.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define ROOM 64

static const struct fingerprint_difference *with_key(const struct fingerprint_difference *d,
                                                     size_t n, const char *key)
{
    for (size_t i = 0; i < n && i < ROOM; i++)
        if (strcmp(d[i].key, key) == 0)
            return &d[i];
    return NULL;
}

static void test_this_machine(void **state)
{
    (void)state;
    struct result r;
    result_init(&r);
    fingerprint_read(&r);
    static const char *const always[] = {"kernel",
                                         "cmdline",
                                         "cpu.model",
                                         "microcode",
                                         "cpu.flags",
                                         "smt",
                                         "governor",
                                         "boost",
                                         "thp",
                                         "swap",
                                         "libc",
                                         "sh",
                                         "hypervisor",
                                         "inside",
                                         "memory_mib",
                                         "clocksource",
                                         "kvm",
                                         "epp",
                                         "ksm",
                                         "frequency.driver",
                                         "kvm.halt_poll_ns",
                                         "kvm.parameters"};
    for (size_t i = 0; i < sizeof always / sizeof *always; i++) {
        if (!result_fact(&r, always[i]) || !result_fact(&r, always[i])[0])
            fail_msg("%s has no value", always[i]);
    }
    /* The same machine a moment later is the same. */
    struct result again;
    struct fingerprint_difference d[ROOM];
    result_init(&again);
    fingerprint_read(&again);
    size_t n = fingerprint_compare(&r, &again, d, ROOM);
    if (n)
        fail_msg("%s", d[0].sentence);
    result_release(&r);
    result_release(&again);
}

static void test_other_roots(void **state)
{
    (void)state;
    char root[64];
    struct result r;
    fixture_home(root, sizeof root);
    char *proc = xasprintf("%s/proc", root), *sys = xasprintf("%s/sys", root);
    fixture_put(proc, "cmdline", "quiet mitigations=off \x1b[31m\n");
    fixture_put(
        proc, "cpuinfo",
        "processor\t: 0\nmodel name\t: Some CPU @ 2.33GHz\nmicrocode\t: 0xf0\nflags\t\t: fpu tsc\n"
        "processor\t: 1\nmodel name\t: Other\n");
    fixture_put(proc, "meminfo", "MemTotal:  2048000 kB\nSwapTotal: 1000 kB\nSwapFree: 900 kB\n");
    fixture_put(sys, "devices/system/cpu/vulnerabilities/meltdown", "Mitigation: PTI\n");
    fixture_put(sys, "devices/system/cpu/vulnerabilities/spectre_v2", "Vulnerable\n");
    fixture_put(sys, "devices/system/cpu/smt/active", "1\n");
    fixture_put(sys, "devices/system/cpu/online", "2-3,5\n");
    fixture_put(sys, "devices/system/node/online", "0-1\n");
    fixture_put(sys, "devices/system/cpu/cpu2/cpufreq/scaling_governor", "powersave\n");
    fixture_put(sys, "devices/system/cpu/intel_pstate/no_turbo", "1\n");
    fixture_put(sys, "kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
    fixture_put(sys, "devices/system/clocksource/clocksource0/current_clocksource", "hpet\n");
    fixture_put(sys, "devices/system/cpu/cpu2/cpufreq/scaling_driver", "intel_pstate\n");
    fixture_put(sys, "devices/system/cpu/cpu2/cpufreq/energy_performance_preference",
                "balance_power\n");
    fixture_put(sys, "kernel/mm/ksm/run", "1\n");
    fixture_put(sys, "module/kvm_amd/parameters/nested", "1\n");
    fixture_put(sys, "module/kvm_amd/parameters/npt", "Y\n");
    fixture_put(sys, "module/kvm/parameters/halt_poll_ns", "200000\n");
    fixture_put(sys, "module/kvm/parameters/tdp_mmu", "N\n");
    result_init(&r);
    fingerprint_read_from(&r, proc, sys);
    assert_string_equal(result_fact(&r, "kvm"), "kvm_amd");
    assert_null(strchr(result_fact(&r, "cmdline"), 27));
    assert_non_null(strstr(result_fact(&r, "cmdline"), "mitigations=off"));
    assert_string_equal(result_fact(&r, "cpu.model"), "Some CPU @ 2.33GHz");
    assert_string_equal(result_fact(&r, "microcode"), "0xf0");
    assert_int_equal(strlen(result_fact(&r, "cpu.flags")), 16);
    assert_string_equal(result_fact(&r, "swap"), "in use");
    assert_string_equal(result_fact(&r, "memory_mib"), "2000");
    assert_string_equal(result_fact(&r, "mitigations.meltdown"), "Mitigation: PTI");
    assert_string_equal(result_fact(&r, "mitigations.spectre_v2"), "Vulnerable");
    assert_string_equal(result_fact(&r, "smt"), "on");
    assert_string_equal(result_fact(&r, "cpu.online"), "2-3,5");
    assert_string_equal(result_fact(&r, "memory.nodes"), "0-1");
    assert_string_equal(result_fact(&r, "governor"), "powersave");
    assert_string_equal(result_fact(&r, "boost"), "off");
    assert_string_equal(result_fact(&r, "thp"), "madvise");
    assert_string_equal(result_fact(&r, "clocksource"), "hpet");
    assert_string_equal(result_fact(&r, "frequency.driver"), "intel_pstate");
    assert_string_equal(result_fact(&r, "epp"), "balance_power");
    assert_string_equal(result_fact(&r, "ksm"), "on");
    assert_string_equal(result_fact(&r, "kvm.halt_poll_ns"), "200000");
    assert_string_equal(result_fact(&r, "kvm.parameters"), "npt=Y nested=1 tdp_mmu=N");
    result_release(&r);

    /* Every other one of 256 is in use: longer than a fact, and the last one counts. */
    char list[1024] = "", former[256] = "";
    for (size_t i = 0, at = 0; i < 256; i += 2)
        at += (size_t)snprintf(list + at, sizeof list - at, "%s%zu", i ? "," : "", i);
    for (int turn = 0; turn < 2; turn++) {
        fixture_put(sys, "devices/system/cpu/online", list);
        result_init(&r);
        fingerprint_read_from(&r, proc, sys);
        assert_int_equal(strncmp(result_fact(&r, "cpu.online"), "0,2,4,", 6), 0);
        assert_string_not_equal(result_fact(&r, "cpu.online"), former);
        snprintf(former, sizeof former, "%s", result_fact(&r, "cpu.online"));
        result_release(&r);
        list[strlen(list) - 1] = '5'; /* 255 instead of 254 */
    }

    /* Nothing there: unknown, never a guess. */
    result_init(&r);
    fingerprint_read_from(&r, "/nonexistent", "/nonexistent");
    static const char *const unknown[] = {"cmdline",
                                          "cpu.model",
                                          "microcode",
                                          "cpu.flags",
                                          "swap",
                                          "smt",
                                          "cpu.online",
                                          "memory.nodes",
                                          "governor",
                                          "boost",
                                          "thp",
                                          "clocksource",
                                          "mitigations",
                                          "memory_mib",
                                          "kvm",
                                          "frequency.driver",
                                          "epp",
                                          "ksm",
                                          "kvm.halt_poll_ns",
                                          "kvm.parameters"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        assert_string_equal(result_fact(&r, unknown[i]), "unknown");
    result_release(&r);
    fixture_remove(root);
    free(proc);
    free(sys);
}

static void test_changes(void **state)
{
    (void)state;
    static const struct {
        const char *key, *old, *new;
        enum fact_class class;
        const char *says;
    } cases[] = {
        {"kernel", "6.1.0-25", "6.1.0-28", FACT_WARN, "changed from 6.1.0-25 to 6.1.0-28: system"},
        {"mitigations.spectre_v2", "Vulnerable", "Mitigation: IBRS", FACT_WARN,
         "the mitigation spectre_v2 changed"},
        {"governor", "powersave", "performance", FACT_WARN, "processor-bound"},
        {"boost", "unknown", "on", FACT_NOTE, "cannot be told"},
        {"smt", "on", "unknown", FACT_NOTE, "from before (on)"},
        {"sh", "/usr/bin/dash (1)", "/usr/bin/bash (2)", FACT_FATAL, "fork+sh"},
        {"libc", "glibc 2.36", "glibc 2.41", FACT_NOTE, "C library"},
        {"something.new", "a", "b", FACT_NOTE, "something.new changed from a to b"},
        {"thp", "always", "never", FACT_WARN, "huge pages"},
        {"clocksource", "tsc", "hpet", FACT_WARN, "clock source"},
        {"epp", "performance", "power", FACT_WARN, "processor-bound"},
        {"ksm", "off", "on", FACT_WARN, "(KSM) changed from off to on"},
        {"kvm.halt_poll_ns", "200000", "0", FACT_WARN, "from 200000 to 0: whatever waits"},
        {"kvm.parameters", "ept=Y nested=N", "ept=N nested=N", FACT_WARN, "KVM's parameters"},
        {"scratch.scheduler", "none", "bfq", FACT_WARN, "from none to bfq"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct result a, b;
        struct fingerprint_difference d[ROOM];
        result_init(&a);
        result_init(&b);
        result_add_fact(&a, cases[i].key, cases[i].old);
        result_add_fact(&b, cases[i].key, cases[i].new);
        assert_int_equal(fingerprint_compare(&a, &b, d, ROOM), 1);
        assert_int_equal(d[0].class, cases[i].class);
        assert_string_equal(d[0].key, cases[i].key);
        if (!strstr(d[0].sentence, cases[i].says))
            fail_msg("%s", d[0].sentence);
        assert_int_equal(fingerprint_compare(&a, &a, d, ROOM), 0);
        result_release(&a);
        result_release(&b);
    }
}

static void test_long_values_show_what_differs(void **state)
{
    (void)state;
    struct result a, b;
    struct fingerprint_difference d[ROOM];
    result_init(&a);
    result_init(&b);
    result_add_fact(&a, "cmdline",
                    "BOOT_IMAGE=/vmlinuz root=UUID=0123456789abcdef0123456789abcdef ro quiet");
    result_add_fact(&b, "cmdline",
                    "BOOT_IMAGE=/vmlinuz root=UUID=0123456789abcdef0123456789abcdef ro nosmt");
    assert_int_equal(fingerprint_compare(&a, &b, d, ROOM), 1);
    assert_non_null(strstr(d[0].sentence, "from ... quiet to ... nosmt: "));
    result_release(&a);
    result_release(&b);
}

static void test_targets_and_agent(void **state)
{
    (void)state;
    struct result a, b;
    struct fingerprint_difference d[ROOM];
    fixture_result(&a);
    fixture_result(&b);
    assert_int_equal(fingerprint_compare(&a, &b, d, ROOM), 0);
    memset(b.agent_sha256, 'b', 64);
    b.targets[1].memory_mib = 0;
    b.targets[1].cpus = 1;
    b.targets[2].emulated = false;
    snprintf(b.targets[2].kernel, sizeof b.targets[2].kernel, "6.12.0");
    snprintf(a.targets[2].devices, sizeof a.targets[2].devices, "virtio, disk cache none");
    snprintf(b.targets[2].devices, sizeof b.targets[2].devices, "virtio, disk cache unsafe");
    snprintf(b.targets[2].append, sizeof b.targets[2].append, "mitigations=off");
    snprintf(b.targets[1].how, sizeof b.targets[1].how, "liblxc 6");
    result_add_fact(&b, "kernel", "6.1.0-29-amd64");
    snprintf(b.profile, sizeof b.profile, "paper");
    size_t n = fingerprint_compare(&a, &b, d, ROOM);
    assert_int_equal(n, 10);
    /* Fatal first, notes last. */
    for (size_t i = 1; i < n; i++)
        assert_true(d[i - 1].class >= d[i].class);
    assert_int_equal(with_key(d, n, "agent")->class, FACT_FATAL);
    assert_null(with_key(d, n, "agent")->only);
    assert_non_null(strstr(with_key(d, n, "emulated")->sentence, "vm was emulated"));
    assert_non_null(strstr(with_key(d, n, "limits")->sentence, "container had 2 processors"));
    assert_int_equal(with_key(d, n, "vmm")->class, FACT_WARN);
    assert_int_equal(with_key(d, n, "guest.kernel")->class, FACT_WARN);
    assert_int_equal(with_key(d, n, "guest.devices")->class, FACT_WARN);
    assert_non_null(strstr(with_key(d, n, "guest.append")->sentence, "none to mitigations=off"));
    assert_int_equal(with_key(d, n, "profile")->class, FACT_NOTE);
    /* Too little room: the number is still right, the fatal ones are there. */
    struct fingerprint_difference two[2];
    assert_int_equal(fingerprint_compare(&a, &b, two, 2), 10);
    assert_int_equal(two[0].class, FACT_FATAL);
    assert_int_equal(fingerprint_compare(&a, &b, NULL, 0), 10);
    result_release(&a);
    result_release(&b);
}

/* What a check looks at first: the machine, without any run. */
static void test_before_anything_is_measured(void **state)
{
    (void)state;
    struct result a, b;
    struct fingerprint_difference d[ROOM];
    fixture_result(&a);
    result_init(&b);
    for (size_t i = 0; i < a.fact_count; i++)
        result_add_fact(&b, a.facts[i].key, a.facts[i].value);
    text_copy(b.agent_sha256, sizeof b.agent_sha256, a.agent_sha256);
    text_copy(b.tool_version, sizeof b.tool_version, a.tool_version);
    result_add_fact(&a, "engine.web", "nginx 1.22.1");
    if (fingerprint_compare(&a, &b, d, ROOM))
        fail_msg("%s", d[0].sentence);
    result_add_fact(&b, "engine.web", "nginx 1.26.0");
    assert_int_equal(fingerprint_compare(&a, &b, d, ROOM), 1);
    assert_int_equal(d[0].class, FACT_FATAL);
    assert_string_equal(d[0].only, "web");
    result_release(&a);
    result_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_this_machine),
        cmocka_unit_test(test_other_roots),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_long_values_show_what_differs),
        cmocka_unit_test(test_targets_and_agent),
        cmocka_unit_test(test_before_anything_is_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
