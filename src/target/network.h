/* network.h - a private point-to-point network between host and guest: a veth pair or a tap
 * interface with addresses that are not in use, by rtnetlink, without any program.
 *
 * The name of the host's end carries a number, and the number decides the addresses: 10.213.a.b/30.
 * So making the interface (which fails when the name exists) is also the lock on the addresses.
 *
 * The host also gets a route by which nothing reaches these addresses, after all others: it counts
 * when the host's end is down, and keeps what was meant for the guest from leaving this machine by
 * the default route. It goes with network_delete(). */
#ifndef VMTAX_NETWORK_H
#define VMTAX_NETWORK_H

#include "error.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define NETWORK_NAME_MAX 16 /* with the NUL, as the kernel has it */

struct network_pair {
    char host[NETWORK_NAME_MAX];  /* "vmtax1a2b" */
    char guest[NETWORK_NAME_MAX]; /* "vmtax1a2bg", until it is moved and renamed */
    char host_address[16], guest_address[16];
    int prefix; /* 30 */
};

/* Fill pair for a number (its low 14 bits count). False if the host has an address or a route that
 * overlaps its addresses. */
bool network_plan(unsigned number, struct network_pair *pair);
/* Make the pair, give the host's end its address and bring it up. -1 with errno in *cause (EEXIST:
 * take another number). */
int network_make(const struct network_pair *pair, int *cause, struct error *e);
/* The same for a virtual machine: the host's end is a tap interface, the guest's is whatever the
 * machine makes of *fd (close-on-exec, the caller's). The interface is gone when the last copy of
 * it is closed. */
int network_make_tap(const struct network_pair *pair, int *fd, int *cause, struct error *e);
/* The same for a domain of Xen: the host's end is a bridge, to which Xen's scripts add the guest's
 * end by whatever name it gets. */
int network_make_bridge(const struct network_pair *pair, int *cause, struct error *e);
/* Move the guest's end into the network namespace of pid. */
int network_move(const struct network_pair *pair, pid_t pid, struct error *e);
/* In the guest's namespace: lo up, the guest's end named eth0, addressed and up. */
int network_configure(const struct network_pair *pair, struct error *e);
/* Enter a new network namespace and take the guest's end along; what network_configure() does. For
 * a program of one thread. */
int network_enter(const struct network_pair *pair, struct error *e);
/* Bring lo up in this namespace. */
int network_loopback(struct error *e);
/* Delete an interface, and the route of a host's end; what is not there is a success. */
int network_delete(const char *name, struct error *e);

#endif
