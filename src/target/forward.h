/* forward.h - the way of another machine to a server in a target's private network: ports of this
 * host are handed on to the server's by the kernel's address translation.
 *
 * What it takes is a table of nftables and, where the host does not forward yet, a switch of two of
 * its interfaces. The table lets nothing else through that the switches would. Both stand in the
 * ledger and are gone after forward_close(). As root only. */
#ifndef VMTAX_FORWARD_H
#define VMTAX_FORWARD_H

#include "error.h"
#include "target/ledger.h"
#include "workloads/role.h"

#include <stdbool.h>

#define FORWARD_NAME_MAX 16 /* of an interface, with the NUL */

struct forward {
    struct ledger *ledger;            /* a branch of the run's; NULL: nothing is forwarded */
    struct endpoint inner, outer;     /* the server, and where others reach it */
    int held[2 * ENDPOINT_PORTS_MAX]; /* sockets that keep the ports from others */
    size_t held_count;
};

/* The interface of this machine that has this address, or with network whose network it is in.
 * False: none, or it is no address of IPv4. */
bool forward_interface(const char *address, bool network, char name[FORWARD_NAME_MAX]);

/* Streams and datagrams to ports of this machine at here, an address of its own, go to server. What
 * is forwarded to the same server already stays; what was to another one ends. *out gets here and
 * the ports. -1 with a sentence, and nothing is forwarded. */
int forward_open(struct forward *f, const char *here, const struct endpoint *server,
                 struct ledger *run, struct endpoint *out, struct error *e);
/* Nothing happens where nothing is forwarded. */
void forward_close(struct forward *f);

/* For the ledger: whether this may be a line of it, and its undoing. */
bool forward_is_table(const char *name);
int forward_undo_table(const char *name, struct error *e);
bool forward_is_switch(const char *interface);
int forward_undo_switch(const char *interface, struct error *e);

#endif
