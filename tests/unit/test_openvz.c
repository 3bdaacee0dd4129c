#include "fixture_files.h"
#include "target/openvz_stats.h"
#include "target/vzctl.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- words of vzctl ---------------------------------------------------------------------------
 */

static void status_words_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        bool read, exists, mounted, running, suspended;
        const char *id;
    } cases[] = {
        {"CTID 101 exist mounted running", true, true, true, true, false, "101"},
        {"VEID 101 exist unmounted down\n", true, true, false, false, false, "101"},
        {"CTID 101 deleted unmounted down", true, false, false, false, false, "101"},
        {"CTID 101 exist unmounted down suspended", true, true, false, false, true, "101"},
        {"CTID 5d9e5ba4-6d15-4cbe-8d1d-3d7a3fbbd1f4 exist mounted running", true, true, true, true,
         false, "5d9e5ba4-6d15-4cbe-8d1d-3d7a3fbbd1f4"},
        {"", false, false, false, false, false, ""},
        {"CTID 101 exist mounted", false, false, false, false, false, ""},
        {"CTID 101 exist mounted walking", false, false, false, false, false, ""},
        {"CTID 101 exists mounted running", false, false, false, false, false, ""},
        {"CTID 101 exist mounted running asleep", false, false, false, false, false, ""},
        {"101 exist mounted running", false, false, false, false, false, ""},
        {"Unable to open /dev/vzctl: No such file or directory", false, false, false, false, false,
         ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct vzctl_status s = {.id = ""};
        if (vzctl_read_status(cases[i].line, &s) != cases[i].read)
            fail_msg("\"%s\"", cases[i].line);
        assert_string_equal(s.id, cases[i].id);
        assert_int_equal(s.exists, cases[i].exists);
        assert_int_equal(s.mounted, cases[i].mounted);
        assert_int_equal(s.running, cases[i].running);
        assert_int_equal(s.suspended, cases[i].suspended);
    }
}

static void settings_are_read(void **state)
{
    (void)state;
    static const char conf[] = "## defaults\n"
                               "TEMPLATE=/vz/template\n"
                               "#DEF_OSTEMPLATE=\"old\"\n"
                               "  DEF_OSTEMPLATE=\"centos-6-x86\"\n"
                               "DEF_OSTEMPLATE_X=other\n"
                               "EMPTY=\n"
                               "VE_ROOT='/vz/root/$VEID' # each\n"
                               "BARE=yes # indeed";
    char value[24];
    assert_true(vzctl_read_setting(conf, "TEMPLATE", value, sizeof value));
    assert_string_equal(value, "/vz/template");
    assert_true(vzctl_read_setting(conf, "DEF_OSTEMPLATE", value, sizeof value));
    assert_string_equal(value, "centos-6-x86");
    assert_true(vzctl_read_setting(conf, "VE_ROOT", value, sizeof value));
    assert_string_equal(value, "/vz/root/$VEID");
    assert_true(vzctl_read_setting(conf, "BARE", value, sizeof value));
    assert_string_equal(value, "yes");
    assert_false(vzctl_read_setting(conf, "EMPTY", value, sizeof value));
    assert_false(vzctl_read_setting(conf, "MISSING", value, sizeof value));
    assert_false(
        vzctl_read_setting("A=1\nA=a-value-that-is-much-too-long\n", "A", value, sizeof value));
    assert_true(vzctl_read_setting("A=1\nA=2\n", "A", value, sizeof value));
    assert_string_equal(value, "2");
}

/* What a damaged or forged ledger may ask to be destroyed. */
static void only_ours_are_removed(void **state)
{
    (void)state;
    static const char *const ours[] = {"900000000", "999999999", "vmtax-12-aB34cD-1"};
    static const char *const others[] = {"",           "101",        "899999999", "1000000000",
                                         "900000000 ", "-900000001", "vmtax",     "web",
                                         "vmtax-1;ls", "vmtax-1 2",  "VMTAX-1"};
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        assert_true(vzctl_is_ours(ours[i]));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (vzctl_is_ours(others[i]))
            fail_msg("\"%s\"", others[i]);
    struct error e;
    assert_int_equal(vzctl_remove("101", &e), -1);
    assert_non_null(strstr(e.text, "not one that a run makes"));
}

/* --- counters ---------------------------------------------------------------------------------
 */

#define UBC_HEAD                                                                             \
    "Version: 2.5\n"                                                                         \
    "       uid  resource                     held              maxheld              barrie" \
    "r                limit              failcnt\n"

static const char ubc[] = UBC_HEAD
    "       10:  kmemsize                  1000000              2000000              3000000 "
    "             3300000                   90\n"
    "            lockedpages                     0                    8                  256 "
    "                 256                    0\n"
    "      101:  kmemsize                  4517563              8000000             11055923 "
    "            11377049                    3\n"
    "            privvmpages                  1000                 2000                65536 "
    "               69632                   12\n"
    "            dummy                           0                    0                    0 "
    "                   0                    0\n"
    "            numproc                        12                   20  9223372036854775807 "
    " 9223372036854775807                    0\n"
    "     1010:  kmemsize                        1                    1                    1 "
    "                   1                  500\n";

static const char vestat[] =
    "Version: 2.2                                                       \n"
    "      VEID       user       nice     system     uptime       idle       strv     uptime "
    "      used     maxlat     totlat   numsched\n"
    "      1010       1          2        3          4          5          0          6        "
    "7          8          9          10\n"
    "       101       4201       0        1822       100000     7500       0          "
    "100000000000 6023000000 55 6600 70\n";

static FILE *file_of(const char *text, size_t length)
{
    FILE *file = fmemopen((void *)text, length, "r");
    if (!file)
        fail_msg("no memory");
    return file;
}

static bool failures(const char *text, const char *id, uint64_t *out)
{
    FILE *file = file_of(text, strlen(text));
    bool read = openvz_read_failures(file, id, out);
    fclose(file);
    return read;
}

static bool times(const char *text, const char *id, struct openvz_time *out)
{
    FILE *file = file_of(text, strlen(text));
    bool read = openvz_read_time(file, id, out);
    fclose(file);
    return read;
}

static bool bytes(const char *text, const char *id, uint64_t *in, uint64_t *out)
{
    FILE *file = file_of(text, strlen(text));
    bool read = openvz_read_bytes(file, id, in, out);
    fclose(file);
    return read;
}

static void beancounters_are_summed(void **state)
{
    (void)state;
    uint64_t value = 77;
    assert_true(failures(ubc, "101", &value));
    assert_int_equal(value, 15);
    assert_true(failures(ubc, "10", &value));
    assert_int_equal(value, 90);
    assert_true(failures(ubc, "1010", &value));
    assert_int_equal(value, 500);
    assert_false(failures(ubc, "1", &value));
    assert_false(failures(ubc, "0101", &value));
}

static void damaged_beancounters_are_not_read(void **state)
{
    (void)state;
    static const char *const damaged[] = {
        "Version: 3.0\n" /* and what follows may mean anything */,
        UBC_HEAD "101: kmemsize 1 2 3 4\n",
        UBC_HEAD "101: kmemsize 1 2 3 4 x\n",
        UBC_HEAD "101: kmemsize 1 2 3 4 -5\n",
        UBC_HEAD "101: kmemsize 1 2 3 4 99999999999999999999999\n",
        UBC_HEAD "101: kmemsize 1 2 3 4 4611686018427387904\n numproc 1 2 3 4 1\n",
        UBC_HEAD "101: kmemsize 1 2 3 4 5\n numproc 1 2 3 4 5 6 7\n",
        UBC_HEAD "101: kmemsize 1 2 3 4 5\n numproc 1 2 3", /* cut off */
        "Version: 2.5\nuid resource held maxheld limit barrier failcnt\n101: k 1 2 3 4 5\n",
        "101: kmemsize 1 2 3 4 5\n",
    };
    uint64_t value = 77;
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++)
        if (failures(damaged[i], "101", &value))
            fail_msg("%zu: %s", i, damaged[i]);
    assert_int_equal(value, 77);
    /* Wherever it is cut: all that was promised, or nothing. */
    for (size_t n = 1; n < sizeof ubc - 1; n++) {
        FILE *file = file_of(ubc, n);
        if (openvz_read_failures(file, "1010", &value))
            fail_msg("cut off after %zu bytes it says %d", n, (int)value);
        fclose(file);
    }
}

static void vestat_is_read(void **state)
{
    (void)state;
    struct openvz_time t = {1, 1};
    assert_true(times(vestat, "101", &t));
    assert_int_equal(t.uptime, 100000000000);
    assert_int_equal(t.used, 6023000000);
    assert_false(times(vestat, "11", &t));
    static const char *const damaged[] = {
        "Version: 2.2\nVEID user nice\n101 1 2 3 4 5 6 7 8 9 10 11\n",
        "Version: 2.2\nVEID user nice system uptime idle strv used uptime maxlat totlat numsched\n"
        "101 1 2 3 4 5 6 7 8 9 10 11\n",
        "Version: 2.2\nVEID user nice system uptime idle strv uptime used maxlat totlat numsched\n"
        "101 1 2 3 4 5 6 7 8x 9 10 11\n",
        "Version: 2.2\nVEID user nice system uptime idle strv uptime used maxlat totlat numsched\n"
        "101 1 2 3 4 5 6 7 8\n",
        "",
    };
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++)
        if (times(damaged[i], "101", &t))
            fail_msg("%zu: %s", i, damaged[i]);
    assert_int_equal(t.used, 6023000000);
}

static void its_unit_is_found(void **state)
{
    (void)state;
    assert_true(openvz_unit_ns(1000000000, 1000500000) == 1); /* nanoseconds, but for the jitter */
    /* Cycles of 2.4 GHz. */
    double unit = openvz_unit_ns(2400000000u, 1000000000);
    assert_true(unit > 0.4166 && unit < 0.4167);
    assert_true(openvz_unit_ns(0, 1000000000) == 0);
    assert_true(openvz_unit_ns(1000, 1000000000) == 0); /* jiffies are not what is asked for */
}

static void traffic_is_summed(void **state)
{
    (void)state;
    static const char text[] = "10 9/9 9/9\n101 1500/700 20/3 0/0 0/0\n1010 5/5\n102\n103 1/2 3\n"
                               "104 1/x\n105 4611686018427387904/0 1/0\n";
    uint64_t in = 0, out = 0;
    assert_true(bytes(text, "101", &in, &out));
    assert_int_equal(in, 1520);
    assert_int_equal(out, 703);
    static const char *const bad[] = {"1", "102", "103", "104", "105"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (bytes(text, bad[i], &in, &out))
            fail_msg("%s", bad[i]);
    assert_int_equal(in, 1520);
}

/* --- a host's files ---------------------------------------------------------------------------
 */

static void own_kernel_counts(void **state)
{
    (void)state;
    char root[] = "/tmp/vmtax-openvz.XXXXXX";
    assert_non_null(mkdtemp(root));
    fixture_put(root, "proc/user_beancounters", ubc);
    fixture_put(root, "proc/vz/vestat", vestat);
    fixture_put(root, "proc/vz/venetstat", "101 10/20 1/2\n");
    fixture_put(root, "proc/vz/venetstat_v6", "101 5/6\n");
    fixture_put(root, "sys/fs/cgroup/cpuacct/vz-101/cpuacct.usage", "42\n");
    struct openvz_stats s;
    struct counters c = {.known = 0};
    openvz_stats_init(&s, root, "101");
    openvz_stats_count(&s, &c);
    /* Its clock stands still: no unit, and no other source in its place. */
    assert_false(counters_have(&c, COUNTER_CPU));
    assert_int_equal(c.value[COUNTER_REFUSED], 15);
    assert_int_equal(c.value[COUNTER_NET_RECEIVED], 16);
    assert_int_equal(c.value[COUNTER_NET_SENT], 28);
    s.unit_ns = 0.5;
    s.first.uptime--;
    openvz_stats_count(&s, &c);
    assert_int_equal(c.value[COUNTER_CPU], 3011500000);
    fixture_remove(root);
}

static void other_kernels_count_by_cgroups(void **state)
{
    (void)state;
    char root[] = "/tmp/vmtax-openvz.XXXXXX";
    assert_non_null(mkdtemp(root));
    fixture_put(root, "sys/fs/cgroup/cpuacct/vz-101/cpuacct.usage", "123456789\n");
    fixture_put(root, "sys/fs/cgroup/cpu/vz-101/cpu.stat",
                "nr_periods 0\nnr_throttled 0\nthrottled_time 4000\n");
    fixture_put(root, "sys/fs/cgroup/memory/machine.slice/101/memory.failcnt", "7\n");
    fixture_put(root, "sys/fs/cgroup/cpuacct/vz-102/cpuacct.usage", "-1\n");
    struct openvz_stats s;
    struct counters c = {.known = 0}, none = {.known = 0};
    openvz_stats_init(&s, root, "101");
    openvz_stats_count(&s, &c);
    assert_int_equal(c.known, 1u << COUNTER_CPU | 1u << COUNTER_THROTTLED | 1u << COUNTER_REFUSED);
    assert_int_equal(c.value[COUNTER_CPU], 123456789);
    assert_int_equal(c.value[COUNTER_THROTTLED], 4000);
    assert_int_equal(c.value[COUNTER_REFUSED], 7);
    openvz_stats_init(&s, root, "102");
    openvz_stats_count(&s, &none);
    assert_int_equal(none.known, 0);
    fixture_remove(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(status_words_are_read),
        cmocka_unit_test(settings_are_read),
        cmocka_unit_test(only_ours_are_removed),
        cmocka_unit_test(beancounters_are_summed),
        cmocka_unit_test(damaged_beancounters_are_not_read),
        cmocka_unit_test(vestat_is_read),
        cmocka_unit_test(its_unit_is_found),
        cmocka_unit_test(traffic_is_summed),
        cmocka_unit_test(own_kernel_counts),
        cmocka_unit_test(other_kernels_count_by_cgroups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
