/* fuzz.h - what every fuzz target has: libFuzzer's entry, and how it says that something does not
 * hold. A target knows neither its engine nor its seeds: `run` gives it seeds/NAME. */
#ifndef VMTAX_TESTS_FUZZ_H
#define VMTAX_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void require(bool holds)
{
    if (!holds)
        abort();
}

/* Is it text that may be shown: printable, no byte of ASCII's controls? */
static inline void require_shown(const char *text)
{
    for (; *text; text++)
        require((unsigned char)*text >= ' ' && *text != 127);
}

#endif
