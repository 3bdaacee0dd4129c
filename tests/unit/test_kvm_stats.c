#include "target/kvm_stats.h"

#include "json.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static int take(struct counters *c, const char *text, struct error *e)
{
    struct error damaged;
    cJSON *reply = json_parse(text, strlen(text), "test", &damaged);
    if (!reply)
        fail_msg("%s", damaged.text);
    int rc = kvm_stats_add(c, reply, e);
    cJSON_Delete(reply);
    return rc;
}

static uint64_t reason(const struct counters *c, const char *name)
{
    for (size_t i = 0; i < c->reason_count; i++)
        if (strcmp(c->reasons[i].name, name) == 0)
            return c->reasons[i].count;
    return 0;
}

/* Two vCPUs in the documented shape, with the statistics that Linux 6.1 has on x86. */
#define VCPU(path, exits, io)                                              \
    "{\"provider\": \"kvm\", \"qom-path\": \"" path "\", \"stats\": ["     \
    "{\"name\": \"guest_mode\", \"value\": 0}, "                           \
    "{\"name\": \"notify_window_exits\", \"value\": 0}, "                  \
    "{\"name\": \"preemption_other\", \"value\": 12}, "                    \
    "{\"name\": \"directed_yield_successful\", \"value\": 0}, "            \
    "{\"name\": \"req_event\", \"value\": 3400}, "                         \
    "{\"name\": \"irq_injections\", \"value\": 1800}, "                    \
    "{\"name\": \"nmi_injections\", \"value\": 7}, "                       \
    "{\"name\": \"hypercalls\", \"value\": 6}, "                           \
    "{\"name\": \"insn_emulation_fail\", \"value\": 0}, "                  \
    "{\"name\": \"insn_emulation\", \"value\": 250}, "                     \
    "{\"name\": \"fpu_reload\", \"value\": 90}, "                          \
    "{\"name\": \"irq_exits\", \"value\": 700}, "                          \
    "{\"name\": \"request_irq_exits\", \"value\": 0}, "                    \
    "{\"name\": \"halt_exits\", \"value\": 400}, "                         \
    "{\"name\": \"irq_window_exits\", \"value\": 20}, "                    \
    "{\"name\": \"signal_exits\", \"value\": 1}, "                         \
    "{\"name\": \"mmio_exits\", \"value\": 33}, "                          \
    "{\"name\": \"io_exits\", \"value\": " io "}, "                        \
    "{\"name\": \"exits\", \"value\": " exits "}, "                        \
    "{\"name\": \"invlpg\", \"value\": 0}, "                               \
    "{\"name\": \"tlb_flush\", \"value\": 77}, "                           \
    "{\"name\": \"pf_fixed\", \"value\": 500}, "                           \
    "{\"name\": \"pf_taken\", \"value\": 510}, "                           \
    "{\"name\": \"blocking\", \"value\": 0}, "                             \
    "{\"name\": \"halt_wait_hist\", \"value\": [0, 1, 2, 3, 0, 0]}, "      \
    "{\"name\": \"halt_poll_fail_hist\", \"value\": [0, 1, 2, 3, 0, 0]}, " \
    "{\"name\": \"halt_wait_ns\", \"value\": 123456789012}, "              \
    "{\"name\": \"halt_poll_fail_ns\", \"value\": 3000}, "                 \
    "{\"name\": \"halt_poll_success_ns\", \"value\": 200000}, "            \
    "{\"name\": \"halt_wakeup\", \"value\": 390}, "                        \
    "{\"name\": \"halt_poll_invalid\", \"value\": 0}, "                    \
    "{\"name\": \"halt_attempted_poll\", \"value\": 80}, "                 \
    "{\"name\": \"halt_successful_poll\", \"value\": 60}]}"

static void vcpus_are_summed(void **state)
{
    (void)state;
    struct counters c = {0};
    struct error e;
    assert_int_equal(take(&c,
                          "[" VCPU("/machine/unattached/device[0]", "2000", "90") ", " //
                          VCPU("/machine/unattached/device[2]", "3000", "10") "]",
                          &e),
                     0);
    assert_int_equal(c.known, 1u << COUNTER_EXITS | 1u << COUNTER_EMULATED |
                                  1u << COUNTER_HALT_POLL | 1u << COUNTER_INJECTED);
    assert_int_equal(c.value[COUNTER_EXITS], 5000);
    assert_int_equal(c.value[COUNTER_EMULATED], 500);
    assert_int_equal(c.value[COUNTER_HALT_POLL], 406000);
    assert_int_equal(c.value[COUNTER_INJECTED], 2 * (1800 + 7));
    static const struct {
        const char *name;
        uint64_t count;
    } expected[] = {{"io", 100},   {"mmio", 66},  {"signal", 2},     {"irq_window", 40},
                    {"halt", 800}, {"irq", 1400}, {"hypercall", 12}, {"page_fault", 1020}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_int_equal(reason(&c, expected[i].name), expected[i].count);
    assert_int_equal(c.reason_count, sizeof expected / sizeof *expected);
}

static void other_architectures(void **state)
{
    (void)state;
    struct counters c = {0};
    struct error e;
    assert_int_equal(take(&c,
                          "[{\"provider\": \"kvm\", \"stats\": ["
                          "{\"name\": \"exits\", \"value\": 50}, "
                          "{\"name\": \"mmio_exit_user\", \"value\": 1}, "
                          "{\"name\": \"wfi_exit_stat\", \"value\": 2}, "
                          "{\"name\": \"exit_null\", \"value\": 3}, "
                          "{\"name\": \"_exits\", \"value\": 4}, "
                          "{\"name\": \"STRANGE\\u001b_exits\", \"value\": 5}]}]",
                          &e),
                     0);
    assert_int_equal(c.reason_count, 3);
    assert_int_equal(reason(&c, "mmio_user"), 1);
    assert_int_equal(reason(&c, "wfi"), 2);
    assert_int_equal(reason(&c, "null"), 3);
}

static void without_kvm_nothing_is_known(void **state)
{
    (void)state;
    static const char *const replies[] = {
        "[]",
        "[{\"provider\": \"cryptodev\", \"stats\": [{\"name\": \"exits\", \"value\": 1}]}]",
        /* The virtual machine's own. */
        ("[{\"provider\": \"kvm\", \"stats\": [{\"name\": \"remote_tlb_flush\", \"value\": 14}, "
         "{\"name\": \"pages_4k\", \"value\": 1}]}]"),
    };
    for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
        struct counters c = {0};
        struct error e;
        assert_int_equal(take(&c, replies[i], &e), 0);
        assert_int_equal(c.known, 0);
        assert_int_equal(c.reason_count, 0);
    }
}

static void damaged_answers_change_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *reply, *says;
    } cases[] = {
        {"{}", "no list"},
        {"7", "no list"},
        {"[7]", "[0]: must be an object"},
        {"[{}]", "provider"},
        {"[{\"provider\": 5, \"stats\": []}]", "provider"},
        {"[{\"provider\": \"kvm\"}]", "stats"},
        {"[{\"provider\": \"kvm\", \"stats\": {}}]", "stats"},
        {"[{\"provider\": \"kvm\", \"stats\": [[]]}]", "must be an object"},
        {"[{\"provider\": \"kvm\", \"stats\": [{\"value\": 1}]}]", "name"},
        {"[{\"provider\": \"kvm\", \"stats\": [{\"name\": \"exits\"}]}]", "value"},
        {"[{\"provider\": \"kvm\", \"stats\": [{\"name\": \"exits\", \"value\": -1}]}]", "value"},
        {"[{\"provider\": \"kvm\", \"stats\": [{\"name\": \"exits\", \"value\": 1.5}]}]", "value"},
        {"[{\"provider\": \"kvm\", \"stats\": [{\"name\": \"exits\", \"value\": [1]}]}]", "value"},
        {"[{\"provider\": \"kvm\", \"stats\": [{\"name\": \"exits\", \"value\": 1e300}]}]",
         "value"},
        /* Half of it is good. */
        {"[{\"provider\": \"kvm\", \"stats\": [{\"name\": \"exits\", \"value\": 3}, "
         "{\"name\": \"io_exits\", \"value\": true}]}]",
         "value"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct counters c = {0}, before;
        struct error e = {.kind = ERROR_NONE};
        counters_add(&c, COUNTER_EXITS, 11);
        before = c;
        assert_int_equal(take(&c, cases[i].reply, &e), -1);
        assert_int_equal(e.kind, ERROR_GUEST);
        if (!strstr(e.text, cases[i].says))
            fail_msg("%s: \"%s\" does not say \"%s\"", cases[i].reply, e.text, cases[i].says);
        assert_memory_equal(&c, &before, sizeof c);
    }
}

static void the_question(void **state)
{
    (void)state;
    cJSON *question = kvm_stats_question("vcpu");
    char *text = cJSON_PrintUnformatted(question);
    assert_string_equal(text, "{\"target\":\"vcpu\",\"providers\":[{\"provider\":\"kvm\"}]}");
    free(text);
    cJSON_Delete(question);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vcpus_are_summed),
        cmocka_unit_test(other_architectures),
        cmocka_unit_test(without_kvm_nothing_is_known),
        cmocka_unit_test(damaged_answers_change_nothing),
        cmocka_unit_test(the_question),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
