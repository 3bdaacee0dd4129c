/* vzctl.h - the commands of OpenVZ: vzctl 4.x on a kernel of its own or on any other, and prlctl,
 * which makes and removes containers of OpenVZ 7, beside the vzctl that runs commands in them.
 *
 * What vzctl does was observed of 4.11 on Linux 6.18 and read of others. Its status always ends
 * with code 0, and for users other than root says what is not so. Its exit codes are among those
 * that commands in a container end with, so they are advice only. A start that ends with 0 does not
 * mean that an init runs. */
#ifndef VMTAX_VZCTL_H
#define VMTAX_VZCTL_H

#include "error.h"
#include "target/ledger.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VZCTL_NAME_MAX 64

struct vzctl_status {
    char id[VZCTL_NAME_MAX]; /* as counters know it: its number, or UUID */
    bool exists, mounted, running, suspended;
};

/* The line that `vzctl status` prints: "CTID 101 exist mounted running". False if it is not one. */
bool vzctl_read_status(const char *line, struct vzctl_status *out);
/* The value of a key in vz.conf or a container's file, without quotes. False if it is not there. */
bool vzctl_read_setting(const char *text, const char *key, char *out, size_t size);
/* Is this a name that vzctl_make() gives? Only such a container is ever removed. */
bool vzctl_is_ours(const char *guest);

/* Who calls, and how long he waits for each call. */
struct vzctl_caller {
    double seconds;
    int interrupt_fd;      /* readable: give up with ERROR_INTERRUPTED; -1: none */
    struct ledger *ledger; /* ends what a call that was given up left; may be NULL */
    /* Processors of what is called, and so of what it starts inside, which inherits them; NULL:
     * those of vmtax itself, which stands aside. */
    const int *cpus;
    size_t cpu_count;
};

/* Is everything there to use a container, or with make to make one? "vzctl 4.11.1" into how. -1
 * with a sentence, and in remedy what to do about it. */
int vzctl_look(bool make, char *how, size_t how_size, char *remedy, size_t remedy_size,
               struct error *e);
int vzctl_status(const char *guest, struct vzctl_status *out, struct error *e);
/* The processors that a command in the guest may use, as "0-1,4"; that one could be run is the
 * proof that its init lives. -1 with a sentence. */
int vzctl_prove(const char *guest, struct vzctl_caller caller, char *cpus, size_t size,
                struct error *e);

/* A name that no container has: a number, or with prlctl what name says. */
int vzctl_invent(const char *name, char guest[VZCTL_NAME_MAX], struct error *e);
/* Make a container of the default template with limits (memory_bytes 0: none) and start it. What
 * becomes of it is the caller's to remove, also after a failure. -1 with a sentence; *taken: the
 * name is another's, nothing was made and nothing must be removed. */
struct vzctl_limits {
    const char *cpus; /* "0-1" */
    uint64_t memory_bytes;
};
int vzctl_make(const char *guest, const struct vzctl_limits *limits, struct vzctl_caller caller,
               bool *taken, struct error *e);
/* Stop and destroy it; what is not there is gone. Waits for another vzctl that holds it. Takes what
 * that takes, 30 s at most. -1 with the command that does it. */
int vzctl_remove(const char *guest, struct error *e);

#endif
