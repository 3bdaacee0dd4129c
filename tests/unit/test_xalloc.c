/* Allocation that ends the program: seen from a child. */
#include "tests/unit/unit.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_grow(void **state)
{
    (void)state;
    int *a = NULL;
    size_t count = 0, room = 0;
    for (int i = 0; i < 1000; i++) {
        XGROW(a, count, room);
        a[count++] = i;
    }
    assert_true(room >= count);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(a[i], i);
    free(a);
}

static void test_zero(void **state)
{
    (void)state;
    unsigned char *p = xcalloc(3, 5);
    for (int i = 0; i < 15; i++)
        assert_int_equal(p[i], 0);
    free(p);
    p = xcalloc(0, 8);
    assert_non_null(p);
    free(p);
    p = xrealloc_array(NULL, 0, 8);
    assert_non_null(p);
    free(p);
}

static void test_text(void **state)
{
    (void)state;
    char *s = xasprintf("%d-%s", 42, "x");
    assert_string_equal(s, "42-x");
    char *copy = xstrdup(s);
    assert_string_equal(copy, s);
    assert_ptr_not_equal(copy, s);
    free(s);
    free(copy);
}

/* A size that overflows must end with the sentence and status 2, not come back small. */
static void test_overflow(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child) {
        dup2(ends[1], STDERR_FILENO);
        volatile size_t huge = SIZE_MAX / 2;
        void *p = xrealloc_array(NULL, huge, 16);
        _exit(p ? 0 : 1);
    }
    close(ends[1]);
    char text[256] = "";
    ssize_t n = read(ends[0], text, sizeof text - 1);
    close(ends[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 2);
    assert_true(n > 0);
    assert_non_null(strstr(text, "out of memory"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grow),
        cmocka_unit_test(test_zero),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
