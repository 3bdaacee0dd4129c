/* The first nine floating-point programs against references of their own: small instances with a
 * known answer, orders of convergence, conserved quantities; and one fault each, which is found. */
#include <config.h>

#include "tests/unit/cfp/cases.h"

void *case_state(size_t bytes)
{
    void *state = calloc(1, bytes);
    assert_non_null(state);
    return state;
}

void case_faults(const struct program *p, size_t result, size_t input)
{
    const struct workload row = {.id = p->id};
    struct error error = {0};
    struct work w = {.workload = &row, .error = &error, .lanes = 1};
    unsigned char *state = case_state(p->state_bytes);
    assert_int_equal(p->make(&w, state), 0);
    assert_true(p->execute(state) == p->digest);
    if (p->check(&w, state) < 0)
        fail_msg("%s", error.text);
    state[result] ^= 0x48;
    assert_int_equal(p->check(&w, state), -1);
    assert_true(error.text[0] != '\0');
    assert_true(p->execute(state) == p->digest); /* the input has stayed */
    state[input] ^= 0x48;
    assert_true(p->execute(state) != p->digest);
    free(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(case_implicit), cmocka_unit_test(case_scf),
        cmocka_unit_test(case_lattice),  cmocka_unit_test(case_mhd),
        cmocka_unit_test(case_water),    cmocka_unit_test(case_relativity),
        cmocka_unit_test(case_euler),    cmocka_unit_test(case_atoms),
        cmocka_unit_test(case_fem),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
