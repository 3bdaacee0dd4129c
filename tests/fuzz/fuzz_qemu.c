/* fuzz_qemu.c - what a program says when it is asked for QEMU's version.
 *
 * Held beside "no sanitizer complains": what is taken for a version consists of digits and dots,
 * begins with a digit, stands in the text, and is what is found in any room that suffices. */
#include <config.h>

#include "src/target/qemu.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char said[512], version[32];
    size_t n = size < sizeof said ? size : sizeof said - 1;
    if (n)
        memcpy(said, data, n);
    said[n] = '\0';
    if (!qemu_version_in(said, version, sizeof version))
        return 0;
    size_t length = strlen(version);
    require(length > 0 && length < sizeof version);
    require(strspn(version, "0123456789.") == length && version[0] != '.');
    require(strstr(said, "QEMU") != NULL && strstr(said, version) != NULL);
    /* The smallest room, and one less. On the heap, where every byte beyond it is seen. */
    char *exact = malloc(length + 1);
    require(exact && qemu_version_in(said, exact, length + 1) && strcmp(exact, version) == 0);
    require(!qemu_version_in(said, exact, length));
    free(exact);
    return 0;
}
