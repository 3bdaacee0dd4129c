/* xl_config.h - the configuration file by which xl makes a domain for vmtax, as a pure function of
 * a plan.
 *
 * The agent speaks over a channel, a second console whose other end is a socket of the domain's
 * device model; so nothing that the kernel prints gets in between. A domain that powers off,
 * restarts or crashes is destroyed. */
#ifndef VMTAX_XL_CONFIG_H
#define VMTAX_XL_CONFIG_H

#include "error.h"

#include <stdbool.h>
#include <stdint.h>

struct xl_plan {
    const char *name; /* of the domain */
    const char *uuid;
    bool pvh;                       /* else PV */
    const char *kernel, *initramfs; /* files */
    unsigned cpus;                  /* > 0 */
    uint64_t memory_bytes;
    const char *root;              /* directory that the guest gets as its host's files */
    const char *channel;           /* path at which the device model listens */
    const char *disk;              /* raw image; NULL: none */
    const char *scratch;           /* with disk: where the guest mounts it */
    const char *bridge;            /* NULL: no network */
    const char *address, *gateway; /* of the guest, with bridge */
    unsigned prefix;
    const char *append; /* further words for the kernel; may be NULL */
};

/* Text of the file, for free(). NULL with a sentence: a path that xl cannot be told. */
char *xl_config(const struct xl_plan *p, struct error *e);

#endif
