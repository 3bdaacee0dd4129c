/* What the machine is, and what it means when it changed. */
#include <config.h>

#include "unit.h"

#include "fingerprint.h"
#include "fixture.h"
#include "fixture_files.h"
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
    assert_string_equal(result_fact(&r, "cpu.flags"), "fpu tsc");
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

/* What each rule makes of a change: its class, the one workload that it is about, and the sentence.
 */
static const struct {
    const char *key, *old, *new;
    enum fact_class class;
    const char *only;
    const char *says;
} changes[] = {
    {"sh", "/usr/bin/dash (1)", "/usr/bin/bash (2)", FACT_FATAL, "sys.fork_sh",
     "/bin/sh changed from /usr/bin/dash (1) to /usr/bin/bash (2): fork+sh starts another program"},
    {"engine.linpack", "OpenBLAS 0.3.21", "OpenBLAS 0.3.26", FACT_FATAL, "linpack",
     "the library of linpack changed from OpenBLAS 0.3.21 to OpenBLAS 0.3.26: its kernels"},
    {"engine.linpack.core", "Haswell", "SkylakeX", FACT_FATAL, "linpack",
     "the core type of OpenBLAS changed from Haswell to SkylakeX: linpack runs other kernels"},
    {"engine.jbb", "OpenJDK 17.0.9", "OpenJDK 17.0.10", FACT_FATAL, "jbb",
     "the JVM of jbb changed from OpenJDK 17.0.9 to OpenJDK 17.0.10: it compiles and collects"},
    {"engine.kbuild", "gcc 12.2", "gcc 13.1", FACT_FATAL, "kbuild",
     "the compiler of kbuild changed from gcc 12.2 to gcc 13.1: it compiles in another way"},
    {"engine.oltp", "SQLite 3.40", "SQLite 3.45", FACT_FATAL, "oltp",
     "the engine of oltp changed from SQLite 3.40 to SQLite 3.45: another database"},
    {"engine.oltp.mariadb", "MariaDB 10", "MariaDB 11", FACT_FATAL, "oltp",
     "the engine of oltp mariadb changed from MariaDB 10 to MariaDB 11: another version"},
    {"engine.web", "nginx 1.22.1", "nginx 1.26.0", FACT_FATAL, "web",
     "the web server changed from nginx 1.22.1 to nginx 1.26.0: another server"},
    {"engine.web.rate", "nginx 1.22.1", "nginx 1.26.0", FACT_FATAL, "web.rate",
     "the web server of web.rate changed from nginx 1.22.1 to nginx 1.26.0: another server"},
    {"product.kbuild jobs=2", "8 objects", "9 objects", FACT_FATAL, "kbuild",
     "what was made by kbuild jobs=2 changed from 8 objects to 9 objects: other sources"},
    {"peer", "host", "ssh:x", FACT_WARN, NULL, "the peer changed from host to ssh:x: network and"},
    {"hypervisor", "none", "KVM", FACT_WARN, NULL,
     "the hypervisor below this machine changed from none to KVM: native itself runs on something"},
    {"inside", "none", "docker", FACT_WARN, NULL,
     "the container around vmtax changed from none to docker: native itself runs under other"},
    {"machine", "x86_64", "aarch64", FACT_FATAL, NULL,
     "the architecture changed from x86_64 to aarch64: its programs are other ones"},
    {"cpu.model", "Some CPU", "Other CPU", FACT_WARN, NULL,
     "the processor changed from Some CPU to Other CPU: absolute figures are those of another"},
    {"kernel", "6.1.0-25", "6.1.0-28", FACT_WARN, NULL,
     "the kernel changed from 6.1.0-25 to 6.1.0-28: system calls, process creation"},
    {"kernel.build", "#1 SMP", "#2 SMP", FACT_NOTE, NULL,
     "the kernel's build changed from #1 SMP to #2 SMP: the same version built anew"},
    {"cmdline", "quiet", "quiet nosmt", FACT_WARN, NULL,
     "the kernel's command line changed from quiet to quiet nosmt: mitigations, huge pages"},
    {"mitigations.spectre_v2", "Vulnerable", "Mitigation: IBRS", FACT_WARN, NULL,
     "the mitigation spectre_v2 changed from Vulnerable to Mitigation: IBRS: system calls"},
    {"microcode", "0xf0", "0xf4", FACT_WARN, NULL,
     "the microcode changed from 0xf0 to 0xf4: any processor-bound row may differ"},
    {"cpu.flags", "fpu tsc avx avx2", "tsc sse4a fpu avx", FACT_WARN, NULL,
     "the set of processor features changed: without avx2, now with sse4a: libraries"},
    {"cpu.online", "0-3", "0-1", FACT_WARN, NULL,
     "the set of processors in use changed from 0-3 to 0-1: rows on several processors"},
    {"memory.nodes", "0", "0-1", FACT_WARN, NULL,
     "the set of memory nodes changed from 0 to 0-1: memory may lie farther"},
    {"smt", "on", "off", FACT_WARN, NULL,
     "simultaneous multithreading changed from on to off: rows on several processors"},
    {"governor", "powersave", "performance", FACT_WARN, NULL,
     "the frequency governor changed from powersave to performance: every processor-bound row"},
    {"frequency.driver", "acpi-cpufreq", "amd-pstate", FACT_WARN, NULL,
     "the frequency driver changed from acpi-cpufreq to amd-pstate: every processor-bound row"},
    {"epp", "performance", "power", FACT_WARN, NULL,
     "the preference between energy and performance changed from performance to power: every"},
    {"boost", "on", "off", FACT_WARN, NULL,
     "frequency boost changed from on to off: every processor-bound row may differ"},
    {"thp", "always", "never", FACT_WARN, NULL,
     "the setting of transparent huge pages changed from always to never: memory, process"},
    {"ksm", "off", "on", FACT_WARN, NULL,
     "the merging of equal pages (KSM) changed from off to on: writes to the memory of guests"},
    {"swap", "none", "in use", FACT_WARN, NULL,
     "the use of swap changed from none to in use: memory and disk rows may be disturbed"},
    {"other_vmtax", "none", "1", FACT_WARN, NULL,
     "the set of other runs at the same time changed from none to 1: any row may be disturbed"},
    {"clocksource", "tsc", "hpet", FACT_WARN, NULL,
     "the clock source changed from tsc to hpet: whatever reads the time often may differ"},
    {"scratch.filesystem", "ext4", "xfs", FACT_WARN, NULL,
     "the file system of the scratch directory changed from ext4 to xfs: disk rows measure"},
    {"scratch.device", "sda", "nvme0n1", FACT_WARN, NULL,
     "the disk below the scratch directory changed from sda to nvme0n1: disk rows measure"},
    {"scratch.scheduler", "none", "bfq", FACT_WARN, NULL,
     "the scheduler of the scratch directory's disk changed from none to bfq: disk rows past"},
    {"kvm", "kvm_intel", "kvm_amd", FACT_WARN, NULL,
     "the module that runs guests changed from kvm_intel to kvm_amd: exits are answered by"},
    {"kvm.halt_poll_ns", "200000", "0", FACT_WARN, NULL,
     "how long KVM polls before a processor of a guest sleeps changed from 200000 to 0: whatever"},
    {"kvm.parameters", "ept=Y nested=N", "ept=N nested=N", FACT_WARN, NULL,
     "the set of KVM's parameters changed from ept=Y nested=N to ept=N nested=N: memory, exits"},
    {"libc", "glibc 2.36", "glibc 2.41", FACT_NOTE, NULL,
     "the C library changed from glibc 2.36 to glibc 2.41: programs that are started"},
    {"memory_mib", "2000", "4000", FACT_NOTE, NULL,
     "the size of memory (MiB) changed from 2000 to 4000: disk rows have another page cache"},
    /* no rule: a note without an effect; not known on a side: a note, whatever the rule */
    {"something.new", "a", "b", FACT_NOTE, NULL, "something.new changed from a to b"},
    {"boost", "unknown", "on", FACT_NOTE, NULL,
     "frequency boost is known only now (on): whether it changed cannot be told"},
    {"smt", "on", "unknown", FACT_NOTE, NULL,
     "simultaneous multithreading is known only from before (on): whether it changed cannot"},
    {"cpu.flags", "0123456789abcdef", "fpu tsc", FACT_NOTE, NULL,
     "the set of processor features has no names on one side: whether it changed cannot be told"},
    {"cpu.flags", "a1 a2 a3 a4 a5 a6 fpu", "fpu", FACT_NOTE, NULL, "has no names on one side"},
    {"cpu.flags", "a1 a2 a3 a4 a5 a6 fpu tsc", "fpu tsc", FACT_WARN, NULL,
     "the set of processor features changed: without a1, a2, a3, a4 and 2 more: libraries"},
    {"cpu.flags", "fpu avx", "fpu avx avx2", FACT_WARN, NULL, "changed: now with avx2: libraries"},
};
#define CHANGES (sizeof changes / sizeof *changes)

static void test_changes(void **state)
{
    (void)state;
    for (size_t i = 0; i < CHANGES; i++) {
        struct result a, b;
        struct fingerprint_difference d[ROOM];
        result_init(&a);
        result_init(&b);
        result_add_fact(&a, changes[i].key, changes[i].old);
        result_add_fact(&b, changes[i].key, changes[i].new);
        assert_int_equal(fingerprint_compare(&a, &b, d, ROOM), 1);
        if (d[0].class != changes[i].class)
            fail_msg("%s is of class %s", changes[i].key, fact_class_ids[d[0].class]);
        assert_string_equal(d[0].key, changes[i].key);
        if (!changes[i].only != !d[0].only || (d[0].only && strcmp(d[0].only, changes[i].only)))
            fail_msg("%s is about %s", changes[i].key, d[0].only ? d[0].only : "everything");
        assert_int_equal(fingerprint_forbids(&d[0]),
                         changes[i].class == FACT_FATAL && !changes[i].only);
        if (!strstr(d[0].sentence, changes[i].says))
            fail_msg("%s", d[0].sentence);
        if (strlen(d[0].sentence) + 1 == sizeof d[0].sentence)
            fail_msg("cut: %s", d[0].sentence);
        assert_int_equal(fingerprint_compare(&a, &a, d, ROOM), 0);
        /* Only work that is other work now is left out of a comparison. */
        bool named = strcmp(changes[i].key, "engine.oltp.mariadb") == 0;
        bool product = strncmp(changes[i].key, "product.", 8) == 0;
        const char *params = named ? "engine=mariadb threads=4" : product ? "jobs=2" : "";
        if (changes[i].only) {
            assert_true(fingerprint_other_work(&a, &b, changes[i].only, params));
            /* Rows of another engine, or that made something else, are what they were. */
            if (strcmp(changes[i].only, "oltp") == 0)
                assert_false(fingerprint_other_work(&a, &b, "oltp", named ? "" : "engine=mariadb"));
            if (product)
                assert_false(fingerprint_other_work(&a, &b, "kbuild", "jobs=1"));
        }
        assert_false(fingerprint_other_work(&a, &b, "sys.read", ""));
        result_release(&a);
        result_release(&b);
    }
}

/* Each rule is looked at above. */
static void test_every_rule_is_known_here(void **state)
{
    (void)state;
    size_t rules = 0;
    for (const char *key; (key = fingerprint_rule(rules)); rules++) {
        size_t length = strlen(key), i = 0;
        bool prefix = key[length - 1] == '.';
        while (i < CHANGES && (prefix ? strncmp(changes[i].key, key, length) != 0
                                      : strcmp(changes[i].key, key) != 0))
            i++;
        if (i == CHANGES)
            fail_msg("no change of \"%s\" is looked at", key);
    }
    assert_true(rules >= 41);
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

/* What its targets will have is known, too: limits forbid, guests that are not begun are no loss.
 */
static void test_what_is_planned(void **state)
{
    (void)state;
    struct result a, b;
    struct fingerprint_difference d[ROOM];
    fixture_result(&a);
    result_init(&b);
    for (size_t i = 0; i < a.fact_count; i++)
        result_add_fact(&b, a.facts[i].key, a.facts[i].value);
    b.targets[0] = (struct result_target){.cpus = a.targets[0].cpus,
                                          .memory_mib = a.targets[0].memory_mib};
    text_copy(b.targets[0].id, sizeof b.targets[0].id, "native");
    text_copy(b.targets[0].kind, sizeof b.targets[0].kind, "native");
    b.target_count = 1;
    result_add_fact(&a, "engine.web", "nginx 1.22.1");
    if (fingerprint_compare(&a, &b, d, ROOM))
        fail_msg("%s", d[0].sentence);
    b.targets[0].cpus++;
    assert_int_equal(fingerprint_compare(&a, &b, d, ROOM), 1);
    assert_true(fingerprint_forbids(&d[0]));
    assert_non_null(strstr(d[0].sentence, "native had 2 processors and has 3"));
    b.targets[0].cpus--;
    b.targets[0].memory_mib = 77;
    assert_int_equal(fingerprint_compare(&a, &b, d, ROOM), 1);
    assert_true(fingerprint_forbids(&d[0]));
    result_release(&a);
    result_release(&b);
}

static void test_slots_of_another_length(void **state)
{
    (void)state;
    static const struct {
        double s, scale, now_s, now_scale;
        const char *says; /* NULL: nothing */
    } cases[] = {
        {0, 0.5, 0, 0.5, NULL},
        {0, 0, 0.05, 0.5, NULL}, /* not known of older results */
        {0.05, 0.5, 0.05, 1, NULL},
        {0.05, 0.5, 0, 0.5, "slots were 0.05 s long and are 0.5 times as long as the catalogue"},
        {0, 1, 0, 0.5, "slots were 1 times as long as the catalogue says and are 0.5 times"},
        {0.2, 0.5, 0.4, 0.5, "slots were 0.2 s long and are 0.4 s long: figures of shorter"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct result a, b;
        struct fingerprint_difference d[ROOM];
        result_init(&a);
        result_init(&b);
        a.slot_s = cases[i].s;
        a.slot_scale = cases[i].scale;
        b.slot_s = cases[i].now_s;
        b.slot_scale = cases[i].now_scale;
        assert_int_equal(fingerprint_compare(&a, &b, d, ROOM), cases[i].says ? 1 : 0);
        if (cases[i].says) {
            assert_int_equal(d[0].class, FACT_NOTE);
            if (!strstr(d[0].sentence, cases[i].says))
                fail_msg("%s", d[0].sentence);
        }
        result_release(&a);
        result_release(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_this_machine),
        cmocka_unit_test(test_other_roots),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_every_rule_is_known_here),
        cmocka_unit_test(test_long_values_show_what_differs),
        cmocka_unit_test(test_targets_and_agent),
        cmocka_unit_test(test_before_anything_is_measured),
        cmocka_unit_test(test_what_is_planned),
        cmocka_unit_test(test_slots_of_another_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
