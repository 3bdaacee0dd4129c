/* qemu.h - the command line of QEMU for a guest of vmtax, as a pure function of a plan.
 *
 * The guest's agent speaks over QEMU's standard input and output, the monitor over descriptor
 * QEMU_MONITOR_FD: nothing listens anywhere. The guest's console goes to QEMU_CONSOLE_FD, which is
 * QEMU's own standard error once more: the last line there is a panic's, or QEMU's complaint. A
 * guest that restarts, as it does after a panic, or powers off, ends QEMU. */
#ifndef VMTAX_QEMU_H
#define VMTAX_QEMU_H

#include "error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Descriptors that QEMU inherits. What it boots from is open already, because it may run as a user
 * who cannot reach those files by their names. */
#define QEMU_MONITOR_FD 3
#define QEMU_TAP_FD     4
#define QEMU_DISK_FD    5
#define QEMU_CONSOLE_FD 6
#define QEMU_KERNEL_FD  7
#define QEMU_INITRD_FD  8

enum qemu_accel { QEMU_KVM, QEMU_TCG };
enum qemu_machine { QEMU_MICROVM, QEMU_Q35, QEMU_PC };
enum qemu_cache { QEMU_CACHE_NONE, QEMU_CACHE_WRITEBACK, QEMU_CACHE_UNSAFE };
enum qemu_net { QEMU_NET_NONE, QEMU_NET_TAP, QEMU_NET_USER };

struct qemu_plan {
    const char *program; /* absolute */
    enum qemu_accel accel;
    enum qemu_machine machine;
    bool emulated_devices; /* IDE and e1000 instead of virtio; not on microvm */
    unsigned cpus;         /* > 0 */
    uint64_t memory_bytes;
    const char *append; /* further words for the kernel; may be NULL */
    uint64_t tsc_khz;   /* of the host, 0: unknown; see qemu.c */
    /* The scratch disk: a raw image that is open as QEMU_DISK_FD. */
    bool disk;
    enum qemu_cache cache;
    const char *scratch; /* where the guest mounts it */
    enum qemu_net net;
    const char *address, *gateway; /* of the guest, with net */
    unsigned prefix;
    bool shell; /* standard input and output are the guest's console */
    const char *term;
    unsigned rows, columns;
};

/* Argument vector, ends with NULL; free it by qemu_free_words(). Fails when the plan asks for what
 * does not go together. */
char **qemu_words(const struct qemu_plan *p, struct error *e);
void qemu_free_words(char **words);

const char *qemu_machine_name(enum qemu_machine m); /* "q35" */
const char *qemu_cache_name(enum qemu_cache c);
/* Is the scratch disk used past the page cache? Then its descriptor must be opened so, too. */
bool qemu_disk_is_direct(const struct qemu_plan *p); /* "none" */

/* The version in what `qemu --version` says: "QEMU emulator version 7.2.22 (Debian ...)" gives
 * "7.2.22". False: there is none in it. */
bool qemu_version_in(const char *said, char *out, size_t size);
/* Where QEMU is: wanted (of --qemu), or the first known place that has it. False: nowhere. */
bool qemu_find(const char *wanted, char *out, size_t size);

#endif
