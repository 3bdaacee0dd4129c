/* guest_address.h - by which address this machine reaches the servers in a guest that it has not
 * made, and whose network it has not made either. Nothing is sent: what the guest tells of itself
 * is held against what this machine knows of its own network. The guest is not trusted: one that
 * lies leads the load to a server that is none of its workload's, which fails; as long as it shares
 * a network with this machine, in that network, and where ssh reaches it, anywhere. */
#ifndef VMTAX_GUEST_ADDRESS_H
#define VMTAX_GUEST_ADDRESS_H

#include "session.h"
#include "target/target.h"

#include <stdbool.h>

/* This machine, as it knows itself. */
struct guest_address_host {
    char boot[40], netns[32]; /* as of struct session_hello */
    const char *routes;       /* a file as /proc/net/route */
};

void guest_address_host(struct guest_address_host *out);

/* Tells address, network, path and in_host of facts whose own_network is set, or why there is no
 * address. wire: the load comes from another machine (pair.h), for which nothing is handed on to
 * a network that is others', too. */
void guest_address_find(const struct guest_address_host *host, const struct session_hello *guest,
                        const struct target_kind *kind, bool wire, struct target_facts *facts);

#endif
