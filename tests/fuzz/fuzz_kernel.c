/* fuzz_kernel.c - an image of a kernel from anywhere.
 *
 * Held beside "no sanitizer complains": a version that was read is one word of harmless
 * characters, and what was unpacked is a kernel, again when it is looked at as an image of its own.
 * What is unpacked is kept small, so that a run is about parsing and not about memory. */
#include <config.h>

#include "target/image.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

#define PLAIN_MAX 1000000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct image image, inside;
    struct error e = {0};
    char version[IMAGE_VERSION_MAX];
    uint8_t *plain = NULL;
    size_t plain_size = 0;
    if (image_from_bytes(&image, data, size, "input", &e) < 0) {
        require(e.text[0]);
        return 0;
    }
    if (image_version(&image, version, &e) == 0) {
        require(strlen(version) > 0 && strlen(version) < IMAGE_VERSION_MAX);
        require(!strpbrk(version, "/ \n\r\t\033%"));
    }
    if (image_check_pvh(&image, &e) == 0)
        require(image.format == IMAGE_ELF);
    if (image_unpack(&image, PLAIN_MAX, &plain, &plain_size, &e) < 0) {
        require(!plain && plain_size == 0 && e.text[0]);
        return 0;
    }
    require(image.format == IMAGE_BZIMAGE && plain_size <= PLAIN_MAX);
    require(image_from_bytes(&inside, plain, plain_size, "inside", &e) == 0);
    require(inside.format == IMAGE_ELF && image_check_pvh(&inside, &e) == 0);
    free(plain);
    return 0;
}
