/* Reports as Markdown. */
#include <config.h>

#include "unit.h"

#include "fixture.h"
#include "written.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void test_markdown(void **state)
{
    (void)state;
    struct result r;
    fixture_result(&r);
    result_add_fact(&r, "evil", "a|b <script> `x` *y*");
    char *text = written("md", &r);
    assert_non_null(strstr(text, "| sys.read | µs |"));
    assert_non_null(strstr(text, "▼ worse"));
    assert_non_null(strstr(text, "## vm (EMULATED)"));
    assert_non_null(strstr(text, "| ~22.3 |"));
    assert_non_null(strstr(text, "| virtio, disk 256 MiB, cache none |"));
    assert_non_null(strstr(text, "\nvm: EMULATED, because there is no /dev/kvm\n"));
    assert_non_null(strstr(text, "a\\|b \\<script\\> \\`x\\` \\*y\\*"));
    /* In a table every line has as many bars as its head. */
    int bars = 0;
    for (const char *line = text; *line;) {
        size_t length = strcspn(line, "\n");
        int n = 0;
        if (line[0] == '|') {
            for (size_t i = 0; i < length; i++)
                n += line[i] == '|' && (i == 0 || line[i - 1] != '\\');
            if (bars && n != bars)
                fail_msg("%d bars, not %d: %.*s", n, bars, (int)length, line);
        }
        bars = n;
        line += length + (line[length] == '\n');
    }
    free(text);
    result_release(&r);
}

/* A row of two guests that had every processor is one row. */
static void test_rows_are_counted_once(void **state)
{
    (void)state;
    struct result r;
    fixture_result(&r);
    r.targets[1].flags = 0;
    r.targets[2] = r.targets[1];
    snprintf(r.targets[2].id, sizeof r.targets[2].id, "other");
    r.target_count = 3;
    struct comparison both[2] = {r.comparisons[0], r.comparisons[0]}, *old = r.comparisons;
    size_t old_count = r.comparison_count;
    both[0].flags |= FLAG_PLACEMENT;
    both[1].flags |= FLAG_PLACEMENT;
    both[1].target = 2;
    r.comparisons = both;
    r.comparison_count = 2;
    char *text = written("md", &r);
    assert_non_null(strstr(text, "- 1 row had every processor that there is"));
    free(text);
    r.comparisons = old;
    r.comparison_count = old_count;
    result_release(&r);
}

/* The flag P has causes that differ: which of them it was here is told. */
static void test_placement(void **state)
{
    (void)state;
    struct result r;
    fixture_result(&r);
    char *text = written("md", &r);
    assert_non_null(strstr(text, "container may have run on other processors than native (P)"));
    assert_null(strstr(text, "had every processor that there is"));
    free(text);

    r.targets[1].flags = 0;
    r.comparisons[0].flags |= FLAG_PLACEMENT;
    text = written("md", &r);
    assert_non_null(strstr(text, "- 1 row had every processor that there is"));
    assert_null(strstr(text, "may have run on other processors"));
    assert_null(strstr(text, "by another path"));
    free(text);

    /* A path that no row took is not told. */
    snprintf(r.targets[0].network, sizeof r.targets[0].network, "by a path");
    text = written("md", &r);
    assert_null(strstr(text, "by a path"));
    assert_non_null(strstr(text, "| not used |"));
    free(text);

    r.metrics[r.comparisons[0].metric].row = workload_find("net.rr");
    snprintf(r.targets[0].path, sizeof r.targets[0].path, "loopback");
    snprintf(r.targets[1].path, sizeof r.targets[1].path, "veth");
    text = written("md", &r);
    assert_non_null(
        strstr(text, "container is reached by another path than native (veth, loopback)"));
    assert_non_null(strstr(text, "| by a path |"));
    assert_null(strstr(text, "had every processor that there is"));
    free(text);
    result_release(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_markdown),
        cmocka_unit_test(test_placement),
        cmocka_unit_test(test_rows_are_counted_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
