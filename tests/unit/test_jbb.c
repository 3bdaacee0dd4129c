/* What the Java program of jbb says: answers are taken, whatever else a JVM prints is not. */
#include <config.h>

#include "unit.h"

#include "workloads/jbb/answer.h"

#include <stdio.h>
#include <string.h>

static int parse(const char *text, struct jbb_answer *a)
{
    char line[JBB_LINE_MAX + 16];
    struct error e;
    size_t length = strlen(text);
    assert_true(length < sizeof line);
    memcpy(line, text, length + 1);
    return jbb_answer_parse(line, length, a, &e);
}

static void answers_are_taken(void **state)
{
    struct jbb_answer a;
    (void)state;
    assert_int_equal(parse("ready name=OpenJDK version=17.0.15 steady=1 warm_ms=900 rate=4103", &a),
                     0);
    assert_int_equal(a.kind, JBB_READY);
    assert_string_equal(a.name, "OpenJDK");
    assert_string_equal(a.version, "17.0.15");
    assert_int_equal(a.rate, 4103);
    assert_true(a.steady);
    assert_int_equal(parse("done ops=512", &a), 0);
    assert_int_equal(a.kind, JBB_DONE);
    assert_int_equal(a.ops, 512);
    assert_int_equal(parse("time ns=120345 n=7", &a), 0);
    assert_int_equal(a.kind, JBB_TIME);
    assert_int_equal(a.ns, 120345);
    assert_int_equal(a.ops, 7);
    assert_int_equal(parse("times n=0", &a), 0);
    assert_int_equal(a.kind, JBB_TIMES);
    assert_int_equal(a.ops, 0);
    assert_int_equal(parse("right", &a), 0);
    assert_int_equal(a.kind, JBB_RIGHT);
    assert_int_equal(parse("wrong text=a%20cent%1b%5b31m%20lacks", &a), 0);
    assert_int_equal(a.kind, JBB_WRONG);
    assert_null(strchr(a.text, 27));
    assert_non_null(strstr(a.text, "a cent"));
    assert_int_equal(parse("failed text=out%20of%20memory", &a), 0);
    assert_int_equal(a.kind, JBB_FAILED);
    assert_string_equal(a.text, "out of memory");
}

static void anything_else_is_not(void **state)
{
    static const char *const lines[] = {
        "",
        "Error occurred during initialization of VM",
        "OpenJDK 64-Bit Server VM warning: option is deprecated",
        "ready",
        "ready name=OpenJDK version=17 steady=1",
        "ready name= version=17 steady=1 rate=1",
        "ready name=OpenJDK version=17 steady=2 rate=1",
        "ready name=OpenJDK version=17 steady=1 rate=0",
        "ready name=OpenJDK version=17 steady=1 rate=1000000001",
        "done",
        "done ops=0",
        "done ops=-1",
        "done ops=18446744073709551616",
        "time ns=1",
        "time ns=-1 n=1",
        "time ns=1 n=0",
        "time ns=1 n=1000000000001",
        "times",
        "wrong",
        "failed text=",
        "other ops=1",
    };
    struct jbb_answer a;
    char longest[JBB_LINE_MAX + 1];
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (parse(lines[i], &a) == 0)
            fail_msg("taken for an answer: %s", lines[i]);
    memset(longest, 'x', JBB_LINE_MAX);
    longest[JBB_LINE_MAX] = '\0';
    memcpy(longest, "wrong text=", 11);
    assert_int_equal(parse(longest, &a), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_taken),
        cmocka_unit_test(anything_else_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
