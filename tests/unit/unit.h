/* unit.h - cmocka, with the headers it wants to see first. */
#ifndef VMTAX_TESTS_UNIT_H
#define VMTAX_TESTS_UNIT_H

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#endif
