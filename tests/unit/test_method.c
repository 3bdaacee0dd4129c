/* vmtax-method(7) says what the code does: its figures are those of the headers, and its example is
 * computed here. */
#include "analysis.h"
#include "check.h"
#include "clock.h"
#include "compare.h"
#include "tests/unit/unit.h"
#include "workloads/catalog.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_MAX 65536

/* The page without requests, its white space folded, so that a sentence is found over lines. */
static char *page(void)
{
    char line[512];
    char *text = calloc(1, PAGE_MAX);
    FILE *f = fopen(SOURCE_MAN "/vmtax-method.7", "r");
    assert_non_null(text);
    if (!f)
        fail_msg("cannot read " SOURCE_MAN "/vmtax-method.7");
    size_t used = 0;
    while (fgets(line, sizeof line, f)) {
        const char *words = line;
        if (line[0] == '.')
            words += strcspn(line, " \n") + (line[strcspn(line, " \n")] == ' ');
        used += (size_t)snprintf(text + used, PAGE_MAX - used, "%.*s ", (int)strcspn(words, "\n"),
                                 words);
        assert_true(used < PAGE_MAX - 1);
    }
    fclose(f);
    return text;
}

static void __attribute__((format(printf, 2, 3))) says(const char *text, const char *format, ...)
{
    char wanted[256];
    va_list args;
    va_start(args, format);
    vsnprintf(wanted, sizeof wanted, format, args);
    va_end(args);
    if (!strstr(text, wanted))
        fail_msg("the page does not say: %s", wanted);
}

static void test_figures(void **state)
{
    (void)state;
    char *text = page();
    says(text, "at or above %g %%", 100 * ANALYSIS_LEVEL);
    says(text, "Below %d blocks", STATS_EXACT_MIN);
    says(text, "differ from native by more than %g %%", 100 * ANALYSIS_NOTICE);
    says(text, "get %d fresh ones", ANALYSIS_STAGE2_BLOCKS);
    says(text, "Holm's method at %g", ANALYSIS_FAMILY_LEVEL);
    says(text, "At most %d rows", ANALYSIS_FAMILY_MAX);
    says(text, "at least %d of them", CHECK_SUBSYSTEM_ROWS);
    says(text, "Holm at %g over all of them", CHECK_FAMILY);
    says(text, "a loss above %g %%", 100 * CHECK_FIND);
    says(text, "fewer than %d sessions", BASELINE_YOUNG);
    says(text, "of %d sessions is called strong", BASELINE_STRONG);
    says(text, "Holm at %g over all rows", COMPARE_FAMILY);
    says(text, "neither side has %d sessions", COMPARE_SESSIONS_MIN);
    says(text, "off by more than %g %%", 100 * CLOCK_RATE_FLAG);
    says(text, "Beyond %g %%", 100 * CLOCK_RATE_REFUSE);
    free(text);
}

/* Every subsystem of the wider margin is named, and there are no other margins. */
static void test_margins(void **state)
{
    (void)state;
    char *text = page();
    says(text, "%g %%, or %g %% for disk, network, web, database and Java", 3.0, 5.0);
    for (size_t i = 0; i < SUBSYSTEM_COUNT; i++) {
        static const char *const wide[] = {"disk", "network", "web", "database", "java"};
        double margin = 0.03;
        for (size_t k = 0; k < sizeof wide / sizeof *wide; k++)
            if (strcmp(subsystems[i].id, wide[k]) == 0)
                margin = 0.05;
        assert_true(fabs(subsystems[i].margin - margin) < 1e-12);
    }
    assert_int_equal(stats_slower(log(0.9)), VERDICT_SLIGHTLY_WORSE);
    assert_int_equal(stats_slower(log(0.9) - 1e-9), VERDICT_WORSE);
    free(text);
}

static void test_levels(void **state)
{
    (void)state;
    char *text = page();
    double d[12];
    for (size_t i = 0; i < 12; i++)
        d[i] = 0.001 * (double)(i * i);
    says(text, "%.1f %% with 6 blocks, %.1f %% with 8, %.1f %% with 12",
         100 * stats_estimate(d, 6, ANALYSIS_LEVEL).level,
         100 * stats_estimate(d, 8, ANALYSIS_LEVEL).level,
         100 * stats_estimate(d, 12, ANALYSIS_LEVEL).level);
    free(text);
}

static void test_example(void **state)
{
    (void)state;
    const double d[] = {-0.031, -0.012, -0.044, -0.025, -0.038, -0.019, -0.052, -0.027};
    size_t n = sizeof d / sizeof *d;
    char *text = page(), differences[128] = "";
    for (size_t i = 0; i < n; i++)
        snprintf(differences + strlen(differences), sizeof differences - strlen(differences),
                 "%s%.3f",
                 i == 0      ? ""
                 : i + 1 < n ? ", "
                             : " and ",
                 d[i]);
    struct stats_estimate e = stats_estimate(d, n, ANALYSIS_LEVEL);
    says(text, "eight blocks with the differences %s give %.2f %% of native, between %.2f and %.2f",
         differences, 100 * exp(e.centre), 100 * exp(e.low), 100 * exp(e.high));
    says(text, "In the example above it is %.2f %%",
         100 * stats_loss(stats_detectable(NAN, stats_sd(d, n), n, 1 - e.level)));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures),
        cmocka_unit_test(test_margins),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_example),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
