/* unpack.h - whole files in memory, and compressed bytes made plain by libarchive.
 *
 * Kernel images and modules come compressed as their makers liked. The kind is known by its first
 * bytes, and only that one decoder is switched on. Everything is bounded by the caller. */
#ifndef VMTAX_UNPACK_H
#define VMTAX_UNPACK_H

#include "error.h"

#include <stddef.h>
#include <stdint.h>

/* "gzip", "xz", "zstd", "lz4", "bzip2", "lzma", "lzo" by the first bytes, or NULL: not compressed
 * (or unknown). "lzo" is known by name only. */
const char *unpack_kind(const uint8_t *data, size_t size);

/* Decompress size bytes at data into *out (a new block, the caller frees; a NUL stands behind its
 * end). More than limit bytes, damage, or a kind that libarchive was built without is -1 and a
 * sentence about name; *out is then NULL. */
int unpack_bytes(const uint8_t *data, size_t size, size_t limit, const char *name, uint8_t **out,
                 size_t *out_size, struct error *e);

/* A regular file of at most limit bytes, as it is; ownership as above. */
int unpack_read(const char *path, size_t limit, uint8_t **out, size_t *out_size, struct error *e);

/* The same, decompressed if it is compressed; limit holds for the file and for what is in it. */
int unpack_file(const char *path, size_t limit, uint8_t **out, size_t *out_size, struct error *e);

/* The same, but of what is damaged or cut off behind its beginning that much is 1 and a sentence:
 * by whole blocks of libarchive's, of gzip 64 KiB. */
int unpack_part(const char *path, size_t limit, uint8_t **out, size_t *out_size, struct error *e);

#endif
