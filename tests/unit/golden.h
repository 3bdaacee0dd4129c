/* golden.h - a text held against tests/golden/NAME.EXTENSION. `make golden-update` (which sets
 * VMTAX_GOLDEN_UPDATE) writes the files anew: look at the difference before it is committed. */
#ifndef VMTAX_TESTS_UNIT_GOLDEN_H
#define VMTAX_TESTS_UNIT_GOLDEN_H

#include <stdbool.h>

/* False if the file differs or is missing, which is said on stderr. */
bool golden_matches(const char *name, const char *extension, const char *text);

#endif
