/* What xl is told and what it tells, and the files by which a dom0 is known: all without Xen. */
#include "counters.h"
#include "fixture_files.h"
#include "target/xen_probe.h"
#include "target/xen_stats.h"
#include "target/xl.h"
#include "target/xl_config.h"
#include "text.h"
#include "unit.h"
#include "workloads/agent/boot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define UUID "9a1f3c52-0c1e-4d58-8a39-bd1f2b6f4a10"

/* --- the configuration --------------------------------------------------------------------------
 */

static struct xl_plan plain(void)
{
    return (struct xl_plan){
        .name = "vmtax-12-abcdef.1",
        .uuid = UUID,
        .kernel = "/var/cache/vmlinux",
        .initramfs = "/var/cache/initramfs",
        .cpus = 2,
        .memory_bytes = UINT64_C(1536) << 20,
        .root = "/run/vmtax/run-12/root-1",
        .channel = "/run/vmtax/run-12/channel-1",
    };
}

static void has_line(const char *text, const char *line)
{
    size_t length = strlen(line);
    assert_non_null(text);
    for (const char *at = text; *at; at += strcspn(at, "\n") + 1)
        if (strncmp(at, line, length) == 0 && at[length] == '\n')
            return;
    fail_msg("no line %s in:\n%s", line, text);
}

static void a_plain_domain_has_files_and_a_channel_only(void **state)
{
    (void)state;
    struct error e;
    struct xl_plan p = plain();
    char *text = xl_config(&p, &e);
    assert_non_null(text);
    has_line(text, "name = \"vmtax-12-abcdef.1\"");
    has_line(text, "uuid = \"" UUID "\"");
    has_line(text, "type = \"pv\"");
    has_line(text, "vcpus = 2");
    has_line(text, "memory = 1536");
    has_line(text, "p9 = [ \"tag=hostroot,security_model=none,path=/run/vmtax/run-12/root-1\" ]");
    /* The first channel is libxl's to drop. */
    has_line(text, "channel = [ \"connection=pty,name=unused\", "
                   "\"connection=socket,name=vmtax,path=/run/vmtax/run-12/channel-1\" ]");
    has_line(text, "on_crash = \"destroy\"");
    assert_null(strstr(text, "\ndisk ="));
    assert_null(strstr(text, "\nvif ="));
    free(text);
    p.pvh = true;
    text = xl_config(&p, &e);
    has_line(text, "type = \"pvh\"");
    free(text);
}

static void devices_are_told_to_both_ends(void **state)
{
    (void)state;
    struct error e;
    struct boot b;
    struct xl_plan p = plain();
    p.disk = "/dev/loop3";
    p.scratch = "/var/tmp/a b";
    p.bridge = "vmtax0012";
    p.address = "10.213.0.74";
    p.gateway = "10.213.0.73";
    p.prefix = 30;
    p.append = "mitigations=off";
    char *text = xl_config(&p, &e);
    has_line(text, "disk = [ \"format=raw,vdev=xvda,access=rw,target=/dev/loop3\" ]");
    has_line(text, "vif = [ \"bridge=vmtax0012\" ]");
    char *line = strstr(text, "cmdline = \"");
    assert_non_null(line);
    line += strlen("cmdline = \"");
    line[strcspn(line, "\"")] = '\0';
    assert_non_null(strstr(line, " mitigations=off"));
    assert_int_equal(boot_parse(&b, line, &e), 0);
    assert_true(b.xen);
    assert_string_equal(b.root, "hostroot");
    assert_string_equal(b.scratch, "/var/tmp/a b");
    assert_string_equal(b.address, "10.213.0.74");
    assert_string_equal(b.gateway, "10.213.0.73");
    assert_int_equal(b.prefix, 30);
    free(text);
}

static void no_path_ends_its_string(void **state)
{
    (void)state;
    struct error e;
    struct xl_plan p = plain();
    p.kernel = "/boot/a\"b\\c";
    char *text = xl_config(&p, &e);
    has_line(text, "kernel = \"/boot/a\\\"b\\\\c\"");
    free(text);
    p.kernel = "/boot/a\nmemory = 1";
    assert_null(xl_config(&p, &e));
    assert_non_null(strstr(e.text, "control characters"));
    p = plain();
    p.channel = "/run/a,path=/etc/b";
    assert_null(xl_config(&p, &e));
    assert_non_null(strstr(e.text, "comma"));
    p = plain();
    p.root = "/run/a,b";
    assert_null(xl_config(&p, &e));
}

/* --- the list -----------------------------------------------------------------------------------
 */

#define HEAD                                                                                 \
    "Name                                        ID   Mem VCPUs\tState\tTime(s)   UUID     " \
    "                       Reason-Code\tSecurity Label\n"
#define DOM0                                                                           \
    "Domain-0                                     0   768     1     r-----     241.3 " \
    "00000000-0000-0000-0000-000000000000        -                -\n"

static int find(const char *lines, struct xl_domain *d)
{
    struct error e;
    char text[4096];
    snprintf(text, sizeof text, "%s%s", HEAD DOM0, lines);
    return xl_list_find(text, UUID, d, &e);
}

static void a_domain_is_found_by_its_uuid(void **state)
{
    (void)state;
    struct xl_domain d;
    assert_int_equal(find("vmtax-12-abcdef.1    7   256     1     -b----      10.7 " UUID
                          "        -                -\n",
                          &d),
                     1);
    assert_int_equal(d.id, 7);
    assert_int_equal(d.cpu_ns, UINT64_C(10700000000));
    /* Half made or half gone, without a name; or with another's name that says what it wants. */
    assert_int_equal(find("(null)    8     0     1     --ps-d       0.0 " UUID " 3 -\n", &d), 1);
    assert_int_equal(d.id, 8);
    assert_int_equal(
        find("a 99 1 1 r----- 5.0 b    9   256     1     r-----      0.1 " UUID "\n", &d), 1);
    assert_int_equal(d.id, 9);
    assert_int_equal(find("other    9   256     1     r-----      0.1 "
                          "11111111-0000-0000-0000-000000000000\n",
                          &d),
                     0);
    assert_int_equal(find("", &d), 0);
}

static void a_damaged_list_is_no_answer(void **state)
{
    static const char *const damaged[] = {
        UUID,
        " " UUID "\n",
        "x 7 256 1 -b---- ten " UUID "\n",
        "x 7 256 1 -b---- 1.2.3 " UUID "\n",
        "x 7 256 1 -b---- -1.0 " UUID "\n",
        "x 7 256 1 -b---- nan " UUID "\n",
        "x 7 256 1 -b---- 9999999999999999999999999 " UUID "\n",
        "x -7 256 1 -b---- 1.0 " UUID "\n",
        "x 99999 256 1 -b---- 1.0 " UUID "\n",
        "x seven 256 1 -b---- 1.0 " UUID "\n",
        "x 7 256 1 zombie 1.0 " UUID "\n",
        "7 256 1 -b---- 1.0" UUID "\n",
        "x 7 256 1 -b---- 11111111111111111111111111111111111111111111.0 " UUID "\n",
    };
    (void)state;
    struct xl_domain d;
    struct error e;
    for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++)
        if (find(damaged[i], &d) != -1)
            fail_msg("taken for a domain: %s", damaged[i]);
    assert_int_equal(xl_list_find("", UUID, &d, &e), -1);
    assert_int_equal(xl_list_find("Name", UUID, &d, &e), -1);
    assert_int_equal(xl_list_find("xl: error\n", UUID, &d, &e), -1);
    /* Cut anywhere, it is never another domain. */
    static const char whole[] = HEAD DOM0 "vmtax-1-a.1    7   256     1     -b----      10.7 " UUID
                                          "        -                -\n";
    for (size_t length = 0; length < sizeof whole; length++) {
        char cut[sizeof whole];
        memcpy(cut, whole, length);
        cut[length] = '\0';
        if (xl_list_find(cut, UUID, &d, &e) == 1) {
            assert_int_equal(d.id, 7);
            assert_int_equal(d.cpu_ns, UINT64_C(10700000000));
        }
    }
}

static void a_domain_is_found_by_its_name(void **state)
{
    static const char text[] = HEAD DOM0
        "web server                                   3   256     1     -b----      10.7 "
        "11111111-0000-0000-0000-000000000000        -                -\n"
        "web                                          7   256     1     --p---      20.5 "
        "22222222-0000-0000-0000-000000000000        -                -\n"
        "gone                                         8   256     1     ---s--       1.0 "
        "33333333-0000-0000-0000-000000000000        0                -\n"
        "web 7 256 1 r-- 1.0 " UUID " 9 256 1 r----- 0.1 "
        "44444444-0000-0000-0000-000000000000 - -\n";
    (void)state;
    struct xl_domain d;
    struct error e;
    char uuid[XL_UUID_SIZE];
    assert_int_equal(xl_list_named(text, "web", &d, uuid, &e), 1);
    assert_int_equal(d.id, 7);
    assert_true(d.paused && !d.ended);
    assert_string_equal(uuid, "22222222-0000-0000-0000-000000000000");
    assert_int_equal(xl_list_named(text, "web server", &d, uuid, &e), 1);
    assert_int_equal(d.id, 3);
    assert_true(!d.paused && !d.ended);
    assert_int_equal(xl_list_named(text, "gone", &d, uuid, &e), 1);
    assert_true(d.ended);
    assert_int_equal(xl_list_named(text, "Domain-0", &d, uuid, &e), 1);
    assert_int_equal(d.id, 0);
    static const char *const none[] = {"we", "server", "web serve", "", "Name", "7", "web 7"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        if (xl_list_named(text, none[i], &d, uuid, &e) != 0)
            fail_msg("\"%s\" is taken for a domain", none[i]);
    assert_int_equal(xl_list_named("xl: error\n", "web", &d, uuid, &e), -1);
}

static void uuids_are_new_and_of_one_form(void **state)
{
    (void)state;
    char a[XL_UUID_SIZE], b[XL_UUID_SIZE];
    struct error e;
    assert_int_equal(xl_new_uuid(a, &e), 0);
    assert_int_equal(xl_new_uuid(b, &e), 0);
    assert_true(xl_is_uuid(a));
    assert_string_not_equal(a, b);
    assert_true(xl_is_uuid(UUID));
    assert_false(xl_is_uuid(""));
    assert_false(xl_is_uuid(UUID " "));
    assert_false(xl_is_uuid("9a1f3c52-0c1e-4d58-8a39-bd1f2b6f4a1"));
    assert_false(xl_is_uuid("9A1F3C52-0c1e-4d58-8a39-bd1f2b6f4a10"));
    assert_false(xl_is_uuid("9a1f3c5200c1e-4d58-8a39-bd1f2b6f4a10"));
}

/* --- the probe ----------------------------------------------------------------------------------
 */

static char root[64];

static void put(const char *path, const char *text, mode_t mode)
{
    char full[256];
    snprintf(full, sizeof full, "%s%s", root, path);
    fixture_text(full, text);
    chmod(full, mode);
}

static void refuses(bool pvh, const char *reason, const char *remedy)
{
    char version[40];
    struct error e;
    assert_int_equal(xen_probe(root, pvh, version, sizeof version, &e), -1);
    if (!strstr(e.text, reason) || !strstr(e.text, remedy))
        fail_msg("not %s: %s, but: %s", reason, remedy, e.text);
}

static void what_is_missing_is_said_with_what_to_do(void **state)
{
    (void)state;
    char version[40];
    struct error e;
    fixture_private(root, sizeof root);
    refuses(false, "does not run under Xen", ": install a Xen hypervisor");
    put("/sys/hypervisor/type", "xen\n", 0600);
    refuses(false, "not its dom0", ": run vmtax in dom0");
    put("/proc/xen/capabilities", "", 0600);
    refuses(false, "not its dom0", ": run vmtax in dom0");
    put("/proc/xen/capabilities", "control_d\n", 0600);
    refuses(false, "xl, Xen's tool", ": apt-get install xen-utils");
    put("/usr/sbin/xl", "", 0700);
    refuses(false, "Xen's QEMU", ": apt-get install qemu-system-xen");
    put("/usr/libexec/xen-qemu-system-i386", "", 0700);
    put("/sys/hypervisor/properties/capabilities", "xen-3.0-x86_64\n", 0600);
    put("/sys/hypervisor/version/major", "4\n", 0600);
    put("/sys/hypervisor/version/minor", "17\n", 0600);
    put("/sys/hypervisor/version/extra", ".7\n", 0600);
    assert_int_equal(xen_probe(root, false, version, sizeof version, &e), 0);
    assert_string_equal(version, "4.17.7");
    refuses(true, "PVH needs", ": switch it on");
    put("/sys/hypervisor/properties/capabilities", "hvm-3.0-x86_32 hvm-3.0-x86_64\n", 0600);
    assert_int_equal(xen_probe(root, true, version, sizeof version, &e), 0);
    refuses(false, "without para-virtual domains", ": --on pvh");
}

static void domains_that_run_need_no_qemu(void **state)
{
    (void)state;
    char version[40];
    struct error e;
    fixture_private(root, sizeof root);
    assert_int_equal(xen_probe_dom0(root, version, sizeof version, &e), -1);
    put("/sys/hypervisor/type", "xen\n", 0600);
    put("/proc/xen/capabilities", "control_d\n", 0600);
    assert_int_equal(xen_probe_dom0(root, version, sizeof version, &e), -1);
    put("/usr/sbin/xl", "", 0700);
    put("/sys/hypervisor/version/major", "4\n", 0600);
    put("/sys/hypervisor/version/minor", "17\n", 0600);
    put("/sys/hypervisor/version/extra", ".7\n", 0600);
    assert_int_equal(xen_probe_dom0(root, version, sizeof version, &e), 0);
    assert_string_equal(version, "4.17.7");
}

/* --- what dom0 counts ---------------------------------------------------------------------------
 */

static void put_word(const char *path, size_t size, const char *bytes)
{
    char full[256];
    snprintf(full, sizeof full, "%s%s", root, path);
    fixture_file(full, bytes, size);
}

#define QEMU(number) "/usr/libexec/xen-qemu-system-i386\0-xen-domid\0" number "\0-no-shutdown\0"

/* The times are those of a real process, this one, whichever part it is told to play. */
static uint64_t served(const char *comm, size_t size, const char *command)
{
    char path[64];
    struct counters c = {0};
    fixture_private(root, sizeof root);
    snprintf(path, sizeof path, "/proc/%d/cmdline", (int)getpid());
    put_word(path, size, command);
    snprintf(path, sizeof path, "/proc/%d/comm", (int)getpid());
    put(path, comm, 0600);
    put("/proc/self-made/comm", "vif7.0-q0-guest\n", 0600);
    struct xen_stats *s = xen_stats_new(root, 7, "4.17.7");
    uint64_t ns;
    bool paused;
    assert_false(xen_stats_look(s, &ns, &paused)); /* no hypervisor here */
    xen_stats_count(s, &c);
    xen_stats_free(s);
    fixture_remove(root);
    assert_false(counters_have(&c, COUNTER_VCPU_CPU) || counters_have(&c, COUNTER_RUN_DELAY));
    return counters_have(&c, COUNTER_VMM_CPU) ? c.value[COUNTER_VMM_CPU] : 0;
}

static void servants_of_a_domain_are_known_by_its_number(void **state)
{
    (void)state;
    assert_true(served("qemu\n", sizeof QEMU("7") - 1, QEMU("7")) > 0);
    assert_true(served("vif7.0-q0-guest\n", 0, "") > 0);
    assert_true(served("vif7.12\n", 0, "") > 0);
    assert_true(served("blkback.7.xvda-\n", 0, "") > 0);
    assert_true(served("7.xvda-0\n", 0, "") > 0);
    static const char *const others[] = {"vif70.0\n", "vif17.0\n",         "vif7\n",
                                         "17.xvda\n", "blkback.17.xvda\n", "7.sda\n"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_int_equal(served(others[i], 0, ""), 0);
    assert_int_equal(served("qemu\n", sizeof QEMU("70") - 1, QEMU("70")), 0);
    assert_int_equal(served("qemu\n", sizeof "qemu\0-xen-domid" - 1, "qemu\0-xen-domid"), 0);
    assert_int_equal(served("7.xvda-0\n", sizeof "sh\0007" - 1, "sh\0007"), 0);
}

static void devices_are_those_of_the_domain(void **state)
{
    (void)state;
    struct counters c = {0};
    fixture_private(root, sizeof root);
    put("/sys/class/net/vif7.0/statistics/rx_bytes", "1000\n", 0600);
    put("/sys/class/net/vif7.0/statistics/tx_bytes", "30\n", 0600);
    put("/sys/class/net/vif7.1/statistics/rx_bytes", "1\n", 0600);
    put("/sys/class/net/vif70.0/statistics/rx_bytes", "5000000\n", 0600);
    put("/sys/class/net/vif7.2/statistics/tx_bytes", "-4\n", 0600);
    put("/sys/bus/xen-backend/devices/vbd-7-51712/statistics/rd_sect", "10\n", 0600);
    put("/sys/bus/xen-backend/devices/vbd-7-51728/statistics/rd_sect", "1\n", 0600);
    put("/sys/bus/xen-backend/devices/vbd-17-51712/statistics/wr_sect", "77\n", 0600);
    struct xen_stats *s = xen_stats_new(root, 7, "4.17.7");
    xen_stats_count(s, &c);
    assert_int_equal(c.value[COUNTER_NET_SENT], 1001); /* dom0 receives what the domain sends */
    assert_int_equal(c.value[COUNTER_NET_RECEIVED], 30);
    assert_int_equal(c.value[COUNTER_VDISK_READ], 11 * 512);
    assert_false(counters_have(&c, COUNTER_VDISK_WRITTEN));
    assert_false(counters_have(&c, COUNTER_VMM_CPU));
    xen_stats_free(s);
}

static int remove_root(void **state)
{
    (void)state;
    return root[0] ? fixture_remove(root) : 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_domain_has_files_and_a_channel_only),
        cmocka_unit_test(devices_are_told_to_both_ends),
        cmocka_unit_test(no_path_ends_its_string),
        cmocka_unit_test(a_domain_is_found_by_its_uuid),
        cmocka_unit_test(a_damaged_list_is_no_answer),
        cmocka_unit_test(a_domain_is_found_by_its_name),
        cmocka_unit_test(uuids_are_new_and_of_one_form),
        cmocka_unit_test_teardown(what_is_missing_is_said_with_what_to_do, remove_root),
        cmocka_unit_test_teardown(domains_that_run_need_no_qemu, remove_root),
        cmocka_unit_test(servants_of_a_domain_are_known_by_its_number),
        cmocka_unit_test_teardown(devices_are_those_of_the_domain, remove_root),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
