/* same_result.h - two results, field by field: ratios to a part in 10^12, all else to the bit. */
#ifndef VMTAX_TESTS_UNIT_SAME_RESULT_H
#define VMTAX_TESTS_UNIT_SAME_RESULT_H

#include "result.h"

void assert_same_result(const struct result *a, const struct result *b);

#endif
