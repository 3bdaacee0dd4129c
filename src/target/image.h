/* image.h - the bytes of an x86 kernel image: a bzImage as the boot loader finds it, or the ELF
 * executable vmlinux that is compressed inside.
 *
 * An image is untrusted: whatever a header says is checked against the bytes that are there. */
#ifndef VMTAX_IMAGE_H
#define VMTAX_IMAGE_H

#include "error.h"

#include <stddef.h>
#include <stdint.h>

#define IMAGE_MAX         (UINT64_C(2) << 30) /* bytes of an image file (a vmlinux with symbols) */
#define IMAGE_SETUP_MAX   ((size_t)128 << 20) /* of a compressed kernel */
#define IMAGE_PLAIN_MAX   ((size_t)512 << 20) /* of it when unpacked */
#define IMAGE_VERSION_MAX 65                  /* with the NUL, as uname has it */

enum image_format { IMAGE_BZIMAGE, IMAGE_ELF };

struct image {
    enum image_format format;
    const uint8_t *bytes; /* NULL: they are read from fd */
    int fd;
    uint64_t size;
    const char *name; /* for sentences; the caller's */
};

/* Look at a file, or at bytes; -1 when it is neither of the two formats, or cannot be read. path
 * and bytes must outlive the image. image_close() is for image_open() only. */
int image_open(struct image *i, const char *path, struct error *e);
void image_close(struct image *i);
int image_from_bytes(struct image *i, const uint8_t *bytes, size_t size, const char *name,
                     struct error *e);

/* As uname -r in the guest will say: letters, digits and ._+~- only. */
int image_version(const struct image *i, char version[IMAGE_VERSION_MAX], struct error *e);

/* Is it an ELF64 executable for x86-64 whose segments lie inside the file, with the note of a PVH
 * entry, by which QEMU's -kernel starts it? */
int image_check_pvh(const struct image *i, struct error *e);

/* The ELF executable inside a bzImage, in a new block that the caller frees; checked as above. One
 * that says that it has more than limit bytes (IMAGE_PLAIN_MAX) is refused. */
int image_unpack(const struct image *i, size_t limit, uint8_t **out, size_t *out_size,
                 struct error *e);

#endif
