/* fixture_kernel.h - kernels and module trees made by the tests themselves, small and as broken as
 * one likes. */
#ifndef VMTAX_TESTS_FIXTURE_KERNEL_H
#define VMTAX_TESTS_FIXTURE_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
    uint8_t *data;
    size_t size;
};

/* Bytes of a vmlinux made here; larger than the first guess of who unpacks it. */
#define FIXTURE_VMLINUX 1100000

/* How a payload is compressed: as libarchive calls it, and "lz4-legacy". */
extern const char *const fixture_kinds[]; /* ends with NULL */

/* The caller frees data of each. */
struct bytes fixture_compress(const char *kind, const void *data, size_t size);
/* An ELF executable with a banner, one segment to load, and a PVH note if wished. */
struct bytes fixture_vmlinux(const char *version, bool pvh);
/* A bzImage around it, as the kernel's build makes them. */
struct bytes fixture_bzimage(const char *version, const char *kind);
/* A bzImage with any payload, whose header says that it has payload_length bytes. */
struct bytes fixture_wrap(const char *version, const void *payload, size_t size,
                          uint32_t payload_length);

/* Little-endian numbers at a place. */
void fixture_number(uint8_t *at, uint64_t value, int bytes);

/* A tree ROOT/lib/modules/VERSION as depmod leaves it, with every module that guests may need as
 * .ko (compressed by kind and called .ko.END if kind is not NULL). */
void fixture_modules(const char *root, const char *version, const char *kind, const char *end);

#endif
