/* fixture.h - a result document with every field in use, for the tests of store, reports and
 * board. */
#ifndef VMTAX_TESTS_FIXTURE_H
#define VMTAX_TESTS_FIXTURE_H

#include "result.h"

/* Three metrics (one that no catalogue knows) on native, container and an emulated guest: measured,
 * not measured and incomparable. Derived parts are filled in by hand. */
void fixture_result(struct result *r);

#endif
