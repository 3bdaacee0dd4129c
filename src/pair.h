/* pair.h - slots of workloads with two roles: the agent of a target serves, that of the peer loads.
 *
 * The peer is an agent on the host, outside every target's limits and network, and on other
 * processors than theirs where there are any; or, when one is named, on another machine that is
 * reached by ssh, as a target of that kind is. Then native serves by the host's own interfaces, and
 * ports of the host's lead to the targets (forward.h). There is one for the whole run, started when
 * it is first needed; it is no target, and no row is measured on it. A target whose network is one
 * that only its own processes are in, as an ordinary user's virtual machine, gets another peer, in
 * there. */
#ifndef VMTAX_PAIR_H
#define VMTAX_PAIR_H

#include "place.h"
#include "session.h"
#include "target/forward.h"

#include <sys/types.h>

enum { PEER_OUTSIDE, PEER_INSIDE, PEER_ENDS };

struct peer {
    const struct target_kind *kind; /* of PEER_OUTSIDE; NULL: on the host */
    struct peer_end {
        struct target *target;   /* owned; NULL: not running */
        struct session *session; /* owned; NULL with target */
        unsigned starts;         /* tries; a peer that dies is started again once */
        struct error why;        /* the last try failed, or broke */
        pid_t network_of;        /* target_facts.network_of; 0 outside */
    } end[PEER_ENDS];
    char here[ENDPOINT_ADDRESS_MAX]; /* this machine's address, as another one sees it */
    struct forward forward;
};

/* One slot: request is that of a workload of role self, and gets its roles here. 0 with the result
 * (look at failure: a peer that is broken, or a server that cannot be reached, is one, too); -1
 * when the session of place is lost, or interrupted. */
int pair_run(struct peer *peer, struct places *places, struct place *place,
             struct session_run *request, struct session_result *out,
             void (*tick)(void *context, const struct session_tick *tick), void *context,
             struct error *e);
/* After a block: the load's worker ends. -1: interrupted. */
int pair_rest(struct peer *peer, struct error *e);
void pair_stop(struct peer *peer);

#endif
