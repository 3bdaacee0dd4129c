/* sha256.h - SHA-256 (FIPS 180-4), for the identity of the agent's bytes. */
#ifndef VMTAX_SHA256_H
#define VMTAX_SHA256_H

#include "error.h"

#include <stddef.h>

/* Lower-case hexadecimal digest of a file, 64 characters and NUL. */
int sha256_file(const char *path, char hex[65], struct error *e);
void sha256_bytes(const void *data, size_t length, char hex[65]);

#endif
