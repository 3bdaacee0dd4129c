/* Which core type fits which processors, and how features travel. */
#include <config.h>

#include "unit.h"

#include "coretype.h"

#include <stdio.h>
#include <string.h>

static const char *picked(const char *features)
{
    return coretypes[coretype_pick(cpu_features_parse(features))].name;
}

static void the_best_that_fits_is_picked(void **state)
{
    (void)state;
    static const char avx512[] =
        "sse3,ssse3,sse4_2,avx,avx2,fma,avx512f,avx512dq,avx512bw,avx512vl,avx512cd";
    char amd[160];
    snprintf(amd, sizeof amd, "amd,%s", avx512);
    assert_string_equal(picked(avx512), "SkylakeX");
    assert_string_equal(picked(amd), "SkylakeX");
    assert_string_equal(picked("sse3,ssse3,sse4_2,avx,avx2,fma,avx512f,avx512cd"), "Haswell");
    assert_string_equal(picked("amd,sse3,ssse3,sse4_2,avx,avx2,fma"), "Zen");
    assert_string_equal(picked("sse3,ssse3,sse4_2,avx,avx2"), "Sandybridge");
    assert_string_equal(picked("amd,sse3,ssse3,sse4_2"), "Nehalem");
    assert_string_equal(picked("sse3,ssse3"), "Core2");
    assert_string_equal(picked("sse3"), "Prescott");
    assert_int_equal(coretype_pick(CPU_AMD), CORETYPE_AUTO);
    assert_int_equal(coretype_pick(0), CORETYPE_AUTO);
}

/* None before it in the table can be run by a processor that has no more than it needs. */
static void no_core_type_hides_another(void **state)
{
    (void)state;
    size_t i = CORETYPE_AUTO + 1;
    for (; coretypes[i].name; i++)
        assert_int_equal(coretype_pick(coretypes[i].needs), i);
    assert_int_equal(i, CORETYPE_LAST + 1);
}

static void the_choices_are_the_table(void **state)
{
    (void)state;
    char text[160] = "";
    size_t used = 0;
    for (size_t i = 0; coretypes[i].name; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i ? "|" : "",
                                 coretypes[i].name);
    assert_string_equal(text, CORETYPE_CHOICES);
}

static void features_survive_the_way(void **state)
{
    (void)state;
    char text[CPU_FEATURES_TEXT];
    for (unsigned f = 0; f < CPU_AVX512CD << 1; f++) {
        cpu_features_format(f, text);
        assert_int_equal(cpu_features_parse(text), f);
    }
    cpu_features_format(~0u, text);
    assert_int_equal(cpu_features_parse(text), (CPU_AVX512CD << 1) - 1);
}

static void strange_words_are_no_features(void **state)
{
    (void)state;
    assert_int_equal(cpu_features_parse(NULL), 0);
    assert_int_equal(cpu_features_parse(""), 0);
    assert_int_equal(cpu_features_parse(",,"), 0);
    assert_int_equal(cpu_features_parse("unknown"), 0);
    assert_int_equal(cpu_features_parse("avx1,AVX,av,avx 2"), 0);
    assert_int_equal(cpu_features_parse("quux,avx,,fma,"), CPU_AVX | CPU_FMA);
}

/* What this processor says must agree with what its kernel says of it. */
static void this_processor_is_read(void **state)
{
    (void)state;
    char line[8192] = "";
    FILE *f = fopen("/proc/cpuinfo", "re");
    if (!f)
        skip();
    while (fgets(line, sizeof line, f) && strncmp(line, "flags", 5) != 0)
        ;
    fclose(f);
    if (strncmp(line, "flags", 5) != 0)
        skip();
    unsigned features = cpu_features_read();
    line[strcspn(line, "\n")] = ' ';
    assert_int_equal(!!(features & CPU_AVX2), strstr(line, " avx2 ") != NULL);
    assert_int_equal(!!(features & CPU_FMA), strstr(line, " fma ") != NULL);
    assert_int_equal(!!(features & CPU_SSE4_2), strstr(line, " sse4_2 ") != NULL);
    assert_int_equal(!!(features & CPU_AVX512VL), strstr(line, " avx512vl ") != NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_that_fits_is_picked),
        cmocka_unit_test(no_core_type_hides_another),
        cmocka_unit_test(the_choices_are_the_table),
        cmocka_unit_test(features_survive_the_way),
        cmocka_unit_test(strange_words_are_no_features),
        cmocka_unit_test(this_processor_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
