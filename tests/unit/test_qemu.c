/* The command line of QEMU, and what the guest's first process makes of the part that is its own:
 * the words are written by target/qemu.c and read by workloads/agent/boot.c. */
#include "target/qemu.h"
#include "unit.h"
#include "workloads/agent/boot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct qemu_plan plain(void)
{
    return (struct qemu_plan){
        .program = "/usr/bin/qemu-system-x86_64",
        .accel = QEMU_TCG,
        .machine = QEMU_MICROVM,
        .cpus = 2,
        .memory_bytes = UINT64_C(1536) << 20,
        .tsc_khz = 2096021,
    };
}

/* The word after name; NULL: there is no such option. */
static const char *value_of(char **words, const char *name)
{
    for (; *words; words++)
        if (strcmp(*words, name) == 0)
            return words[1];
    return NULL;
}

static bool has_word(char **words, const char *word)
{
    for (; *words; words++)
        if (strcmp(*words, word) == 0)
            return true;
    return false;
}

static bool some_word_has(char **words, const char *part)
{
    for (; *words; words++)
        if (strstr(*words, part))
            return true;
    return false;
}

static void nothing_listens_and_nothing_is_there_unasked(void **state)
{
    (void)state;
    struct error e;
    struct qemu_plan p = plain();
    char **w = qemu_words(&p, &e);
    assert_non_null(w);
    assert_string_equal(w[0], p.program);
    assert_string_equal(value_of(w, "-accel"), "tcg");
    assert_string_equal(value_of(w, "-cpu"), "max");
    assert_string_equal(value_of(w, "-m"), "1572864K");
    assert_string_equal(value_of(w, "-smp"), "cpus=2,sockets=1,cores=2,threads=1");
    assert_string_equal(value_of(w, "-kernel"), "/proc/self/fd/7");
    assert_string_equal(value_of(w, "-initrd"), "/proc/self/fd/8");
    assert_true(has_word(w, "-nodefaults"));
    assert_true(has_word(w, "-no-user-config"));
    assert_non_null(strstr(value_of(w, "-sandbox"), "spawn=deny"));
    /* Nothing listens, and there is no network unless it is asked for. */
    assert_false(some_word_has(w, "server"));
    assert_false(some_word_has(w, "netdev"));
    assert_false(some_word_has(w, "fdset/1"));
    assert_true(has_word(w, "virtio-serial-device"));
    assert_string_equal(value_of(w, "-bios"), "qboot.rom");
    assert_non_null(strstr(value_of(w, "-append"), "tsc_early_khz=2096021"));
    qemu_free_words(w);
}

static void kvm_gets_the_hosts_processor(void **state)
{
    (void)state;
    struct error e;
    struct qemu_plan p = plain();
    p.accel = QEMU_KVM;
    char **w = qemu_words(&p, &e);
    assert_string_equal(value_of(w, "-accel"), "kvm");
    assert_string_equal(value_of(w, "-cpu"), "host");
    /* A real processor's counter needs no help. */
    assert_null(strstr(value_of(w, "-append"), "tsc_early_khz"));
    qemu_free_words(w);
}

static void emulated_devices_replace_the_virtual_ones(void **state)
{
    (void)state;
    struct error e;
    struct qemu_plan p = plain();
    p.machine = QEMU_PC;
    p.disk = p.emulated_devices = true;
    p.scratch = "/var/tmp/s";
    p.net = QEMU_NET_TAP;
    p.address = "10.213.0.2";
    p.gateway = "10.213.0.1";
    p.prefix = 30;
    char **w = qemu_words(&p, &e);
    assert_true(has_word(w, "virtio-serial-pci"));
    assert_false(has_word(w, "-bios"));
    assert_true(has_word(w, "ide-hd,drive=disk,write-cache=on"));
    assert_true(some_word_has(w, "e1000,netdev=net"));
    assert_false(some_word_has(w, "virtio-blk"));
    assert_false(some_word_has(w, "virtio-net"));
    qemu_free_words(w);
    p.machine = QEMU_MICROVM;
    assert_null(qemu_words(&p, &e));
    assert_non_null(strstr(e.text, "microvm"));
}

static void cache_modes_reach_the_disk(void **state)
{
    static const struct {
        enum qemu_cache cache;
        const char *direct, *no_flush;
    } cases[] = {
        {QEMU_CACHE_NONE, "cache.direct=on", "cache.no-flush=off"},
        {QEMU_CACHE_WRITEBACK, "cache.direct=off", "cache.no-flush=off"},
        {QEMU_CACHE_UNSAFE, "cache.direct=off", "cache.no-flush=on"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error e;
        struct qemu_plan p = plain();
        p.disk = true;
        p.scratch = "/s";
        p.cache = cases[i].cache;
        char **w = qemu_words(&p, &e);
        assert_non_null(strstr(value_of(w, "-blockdev"), cases[i].direct));
        assert_non_null(strstr(value_of(w, "-blockdev"), cases[i].no_flush));
        qemu_free_words(w);
    }
}

static void the_guest_reads_what_was_written(void **state)
{
    (void)state;
    struct error e;
    struct boot b;
    struct qemu_plan p = plain();
    p.disk = true;
    p.scratch = "/var/tmp/a b=c%d/\xc3\xa9";
    p.net = QEMU_NET_TAP;
    p.address = "10.213.0.2";
    p.gateway = "10.213.0.1";
    p.prefix = 30;
    p.shell = true;
    p.term = "xterm-256color";
    p.rows = 24;
    p.columns = 80;
    p.append = "mitigations=off";
    char **w = qemu_words(&p, &e);
    const char *line = value_of(w, "-append");
    assert_int_equal(boot_parse(&b, line, &e), 0);
    assert_string_equal(b.scratch, p.scratch);
    assert_string_equal(b.address, p.address);
    assert_string_equal(b.gateway, p.gateway);
    assert_int_equal(b.prefix, 30);
    assert_true(b.shell);
    assert_int_equal(b.rows, 24);
    assert_int_equal(b.columns, 80);
    assert_string_equal(b.term, p.term);
    assert_non_null(strstr(line, " mitigations=off"));
    qemu_free_words(w);
}

static void the_guest_refuses_what_makes_no_sense(void **state)
{
    static const struct {
        const char *line, *says;
    } cases[] = {
        {"console=ttyS0 quiet", "root="},
        {"vmtax.root=", "root="},
        {"vmtax.root=r vmtax.prefix=33", "prefix="},
        {"vmtax.root=r vmtax.address=10.0.0.1", "prefix="},
        {"vmtax.root=r vmtax.scratch=var/tmp", "absolute"},
        {"vmtax.root=a_mount_tag_that_is_longer_than_any_can_be", "longer"},
        {"vmtax.root=r vmtax.shell=2", "shell="},
        {"vmtax.root=r vmtax.root=s", "root"},
        {"vmtax.root=r vmtax.SHELL=1", ""},
        {"vmtax.root=r vmtax.scratch=%0", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct boot b;
        struct error e = {0};
        assert_int_equal(boot_parse(&b, cases[i].line, &e), -1);
        assert_non_null(strstr(e.text, cases[i].says));
    }
    /* Longer than a kernel takes. */
    char line[BOOT_COMMAND_LINE_MAX + 100];
    struct boot b;
    struct error e;
    memset(line, 'x', sizeof line);
    memcpy(line, "vmtax.", 6);
    line[sizeof line - 1] = '\0';
    assert_int_equal(boot_parse(&b, line, &e), -1);
}

static void the_guest_ignores_the_kernels_words(void **state)
{
    (void)state;
    struct boot b;
    struct error e;
    assert_int_equal(
        boot_parse(&b, "  ro vmtax.root=hostroot\tquiet vmtax.later=1 root=/dev/x\n", &e), 0);
    assert_string_equal(b.root, "hostroot");
    assert_false(b.shell);
    assert_string_equal(b.scratch, "");
}

static void versions_are_found_in_what_qemu_says(void **state)
{
    static const struct {
        const char *said, *version; /* NULL: none */
    } cases[] = {
        {"QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)\nCopyright", "7.2.22"},
        {"QEMU emulator version 10.0.2\n", "10.0.2"},
        {"QEMU emulator version 9.1.50 (v9.1.0-1-gdeadbeef-dirty)\n", "9.1.50"},
        {"QEMU emulator version \n", NULL},
        {"QEMU emulator version .5\n", NULL},
        {"QEMU emulator version 11111111111111111111111111\n", NULL},
        {"version 7", NULL},
        {"", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char version[16];
        bool found = qemu_version_in(cases[i].said, version, sizeof version);
        assert_int_equal(found, cases[i].version != NULL);
        if (found)
            assert_string_equal(version, cases[i].version);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_listens_and_nothing_is_there_unasked),
        cmocka_unit_test(kvm_gets_the_hosts_processor),
        cmocka_unit_test(emulated_devices_replace_the_virtual_ones),
        cmocka_unit_test(cache_modes_reach_the_disk),
        cmocka_unit_test(the_guest_reads_what_was_written),
        cmocka_unit_test(the_guest_refuses_what_makes_no_sense),
        cmocka_unit_test(the_guest_ignores_the_kernels_words),
        cmocka_unit_test(versions_are_found_in_what_qemu_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
