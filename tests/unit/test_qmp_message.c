#include "target/qmp_message.h"

#include "json.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static void greeting(void **state)
{
    (void)state;
    static const char line[] =
        "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 22, \"minor\": 2, \"major\": 7}, "
        "\"package\": \"Debian 1:7.2\\u001b[31m\"}, \"capabilities\": [\"oob\"]}}";
    struct qmp_message m;
    struct error e;
    assert_int_equal(qmp_message_parse(&m, line, strlen(line), &e), 0);
    assert_int_equal(m.kind, QMP_GREETING);
    assert_int_equal(m.version[0], 7);
    assert_int_equal(m.version[1], 2);
    assert_int_equal(m.version[2], 22);
    assert_string_equal(m.text, "Debian 1:7.2\u00b7[31m");
    assert_false(m.has_id);
    qmp_message_release(&m);
}

static void replies(void **state)
{
    (void)state;
    static const char good[] = "{\"return\": {\"running\": false}, \"id\": 12}";
    static const char empty[] = "{\"return\": [], \"id\": 0}";
    static const char bad[] = "{\"id\": 7, \"error\": {\"class\": \"CommandNotFound\", \"desc\": "
                              "\"The command a\\u0007b has not been found\"}}";
    struct qmp_message m;
    struct error e;
    assert_int_equal(qmp_message_parse(&m, good, strlen(good), &e), 0);
    assert_int_equal(m.kind, QMP_RETURN);
    assert_true(m.has_id);
    assert_int_equal(m.id, 12);
    assert_true(cJSON_IsFalse(cJSON_GetObjectItem(m.body, "running")));
    qmp_message_release(&m);
    assert_int_equal(qmp_message_parse(&m, empty, strlen(empty), &e), 0);
    assert_true(m.has_id && m.id == 0 && cJSON_IsArray(m.body));
    qmp_message_release(&m);
    assert_int_equal(qmp_message_parse(&m, bad, strlen(bad), &e), 0);
    assert_int_equal(m.kind, QMP_ERROR);
    assert_int_equal(m.id, 7);
    assert_string_equal(m.name, "CommandNotFound");
    assert_string_equal(m.text, "The command a\u00b7b has not been found");
    qmp_message_release(&m);
}

static void events(void **state)
{
    (void)state;
    static const char with[] = "{\"timestamp\": {\"seconds\": 1, \"microseconds\": 2}, \"event\": "
                               "\"SHUTDOWN\", \"data\": {\"guest\": false}}";
    static const char without[] = "{\"event\": \"STOP\"}";
    struct qmp_message m;
    struct error e;
    assert_int_equal(qmp_message_parse(&m, with, strlen(with), &e), 0);
    assert_int_equal(m.kind, QMP_EVENT);
    assert_string_equal(m.name, "SHUTDOWN");
    assert_true(cJSON_IsFalse(cJSON_GetObjectItem(m.body, "guest")));
    qmp_message_release(&m);
    assert_int_equal(qmp_message_parse(&m, without, strlen(without), &e), 0);
    assert_string_equal(m.name, "STOP");
    assert_null(m.body);
    qmp_message_release(&m);
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *line, *says;
    } cases[] = {
        {"", "ends too early"},
        {"hello", "a value was expected"},
        {"{\"return\": {}", "ends too early"},
        {"{\"return\": {}} x", "follows the end"},
        {"[]", "no JSON object"},
        {"7", "no JSON object"},
        {"{}", "neither greeting, reply nor event"},
        {"{\"RETURN\": {}}", "neither greeting, reply nor event"},
        {"{\"return\": {}, \"id\": \"7\x07\"}", "control character"},
        {"{\"return\": {}, \"id\": \"seven\"}", "id"},
        {"{\"return\": {}, \"id\": null}", "id"},
        {"{\"return\": {}, \"id\": -1}", "id"},
        {"{\"return\": {}, \"id\": 1.5}", "id"},
        {"{\"return\": {}, \"id\": 1e300}", "id"},
        {"{\"return\": {}, \"return\": {}}", "stands twice"},
        {"{\"error\": \"no\", \"id\": 1}", "error"},
        {"{\"error\": {\"class\": \"X\"}, \"id\": 1}", "desc"},
        {"{\"error\": {\"class\": 1, \"desc\": \"x\"}, \"id\": 1}", "class"},
        {"{\"event\": 5}", "event"},
        {"{\"event\": \"ST\\u001bOP\"}", "event"},
        {"{\"event\": \"STOP\", \"data\": []}", "data"},
        {"{\"QMP\": {}}", "version"},
        {"{\"QMP\": {\"version\": {\"qemu\": {\"major\": 7}}}}", "minor"},
        {"{\"QMP\": {\"version\": {\"qemu\": {\"major\": -7, \"minor\": 1, \"micro\": 1}}}}",
         "major"},
        {"[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]", "too deeply nested"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct qmp_message m;
        struct error e = {.kind = ERROR_NONE};
        assert_int_equal(qmp_message_parse(&m, cases[i].line, strlen(cases[i].line), &e), -1);
        assert_int_equal(e.kind, ERROR_GUEST);
        if (!strstr(e.text, cases[i].says))
            fail_msg("%s: \"%s\" does not say \"%s\"", cases[i].line, e.text, cases[i].says);
    }
}

static void commands(void **state)
{
    (void)state;
    char *line = qmp_message_command("query-status", NULL, 3);
    assert_string_equal(line, "{\"execute\":\"query-status\",\"id\":3}\n");
    free(line);
    cJSON *arguments = json_object();
    cJSON_AddStringToObject(arguments, "target", "v\n\"m");
    line = qmp_message_command("query-stats", arguments, 4);
    /* One line, whatever the arguments hold. */
    assert_string_equal(line,
                        "{\"execute\":\"query-stats\",\"arguments\":{\"target\":\"v\\n\\\"m\"}"
                        ",\"id\":4}\n");
    free(line);
    cJSON_Delete(arguments);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(greeting), cmocka_unit_test(replies),
        cmocka_unit_test(events),   cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(commands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
