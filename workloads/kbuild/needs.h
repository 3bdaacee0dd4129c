/* needs.h - what must be installed for a kernel to be compiled in its smallest configuration.
 *
 * That one is of 32 bits, without modules and without objtool: neither libelf nor OpenSSL is
 * needed. */
#ifndef VMTAX_KBUILD_NEEDS_H
#define VMTAX_KBUILD_NEEDS_H

#include <stdbool.h>

#define KBUILD_PACKAGES_MAX 128

/* Debian's packages of the tools that are missing, "bison flex", or "" and false if none is. */
bool kbuild_missing(char packages[KBUILD_PACKAGES_MAX]);

#endif
