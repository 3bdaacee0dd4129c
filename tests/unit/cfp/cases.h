/* cases.h - the tests of the first nine floating-point programs. Each file has its program's source
 * inside, for the static functions on small instances; names would clash in one file. */
#ifndef VMTAX_TESTS_UNIT_CFP_CASES_H
#define VMTAX_TESTS_UNIT_CFP_CASES_H

#include "tests/unit/unit.h"
#include "workloads/program/program.h"

#include <math.h>
#include <stdlib.h>

/* Zeroed memory for a program's state; the caller frees it. */
void *case_state(size_t bytes);

/* The program itself on a state of its own: right; then with a byte of the result spoiled, which
 * check() must notice; then with a byte of the input spoiled, which the digest must. The bytes are
 * given by their places in the state and should be of high weight. */
void case_faults(const struct program *p, size_t result, size_t input);
/* The byte of a double, of a float, that case_faults() should spoil. */
#define CASE_DOUBLE(type, member) (offsetof(type, member) + 6)
#define CASE_FLOAT(type, member)  (offsetof(type, member) + 2)

void case_implicit(void **unused);
void case_scf(void **unused);
void case_lattice(void **unused);
void case_mhd(void **unused);
void case_water(void **unused);
void case_relativity(void **unused);
void case_euler(void **unused);
void case_atoms(void **unused);
void case_fem(void **unused);

#endif
