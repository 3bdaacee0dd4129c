#include <config.h>

#include "pair.h"

#include "host.h"
#include "target/kinds.h"
#include "text.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#define HELLO_TIMEOUT_S 10.0
#define STARTS_MAX      2

/* What the targets do not use; where they use all, all but the one that a row uses alone, and where
 * there is but that one, that one. */
static void peer_cpus(const struct target_options *targets, struct target_options *out)
{
    int all[TARGET_CPUS_MAX];
    size_t n = host_cpus(all, TARGET_CPUS_MAX);
    out->cpu_count = 0;
    for (size_t i = 0; i < n; i++) {
        bool used = false;
        for (size_t k = 0; k < targets->cpu_count; k++)
            used |= targets->cpus[k] == all[i];
        if (!used)
            out->cpus[out->cpu_count++] = all[i];
    }
    for (size_t k = targets->cpu_count; out->cpu_count == 0 && k-- > 0;)
        if (k > 0 || targets->cpu_count == 1)
            out->cpus[out->cpu_count++] = targets->cpus[k];
}

/* By which address of ours does the other machine see us? Servers are reached there. */
static int find_here(struct peer *peer, const struct session *session, struct places *places,
                     struct error *e)
{
    const char *id = peer->kind->id, *seen = session_hello(session)->client;
    char interface[FORWARD_NAME_MAX];
    struct in_addr address;
    if (strcmp(seen, "unknown") == 0)
        return error_set(e, ERROR_GUEST,
                         "%s does not say by which address it sees this machine: the peer must be "
                         "reached by ssh, and without sudo",
                         id);
    if (inet_pton(AF_INET, seen, &address) != 1)
        return error_set(e, ERROR_GUEST,
                         "%s is reached by IPv6, and servers by IPv4: give ssh the option -4", id);
    if (!forward_interface(seen, false, interface))
        return error_set(e, ERROR_GUEST,
                         "%s sees this machine as %s, which is none of its addresses: through a "
                         "jump host, or address translation, servers are not reached",
                         id, seen);
    if ((ntohl(address.s_addr) >> 24) == IN_LOOPBACKNET)
        return error_set(e, ERROR_GUEST, "%s is this machine: the peer must be another one", id);
    snprintf(peer->here, sizeof peer->here, "%.15s", seen);
    if (!result_fact(places->result, "peer.path")) {
        char path[64];
        snprintf(path, sizeof path, "%s, %s", interface, peer->here);
        result_add_fact(places->result, "peer.path", path);
        board_log(places->board, BOARD_LOG_NOTE, id,
                  "is the peer: it loads the servers, over the wire at %s", path);
    }
    return 0;
}

static int peer_open(struct peer *peer, struct peer_end *end, struct places *places,
                     struct error *e)
{
    const struct target_kind *kind = end->network_of ? NULL : peer->kind;
    struct target_options options = places->options;
    struct target_waiter waiter = {.interrupt_fd = places->interrupt_fd};
    peer_cpus(&places->options, &options);
    options.limits = options.network = false;
    options.scratch = NULL;
    options.waiter = &waiter;
    options.network_of = end->network_of;
    end->target = target_start(kind ? kind : &target_peer, &options, places->ledger, e);
    if (!end->target)
        return -1;
    end->session = session_open(end->target, places->result->agent_sha256, HELLO_TIMEOUT_S, &waiter,
                                e);
    if (!end->session || session_audit_clock(end->session, e) < 0)
        return -1;
    return kind ? find_here(peer, end->session, places, e) : 0;
}

static void end_stop(struct peer_end *end)
{
    session_close(end->session);
    target_stop(end->target);
    end->session = NULL;
    end->target = NULL;
}

static int peer_start(struct peer *peer, struct peer_end *end, struct places *places,
                      struct error *e)
{
    if (end->starts >= STARTS_MAX) { /* it was given up, and this is why */
        *e = end->why;
        return -1;
    }
    end->starts++;
    if (peer_open(peer, end, places, e) == 0)
        return 0;
    end_stop(end);
    return -1;
}

/* The one from where the host's side of the target's network is seen. */
static struct peer_end *end_for(struct peer *peer, const struct target_facts *facts)
{
    struct peer_end *inside = &peer->end[PEER_INSIDE];
    if (!facts->network_of)
        return &peer->end[PEER_OUTSIDE];
    if (inside->network_of != facts->network_of) { /* the target was started again */
        end_stop(inside);
        *inside = (struct peer_end){.network_of = facts->network_of};
    }
    return inside;
}

/* The peer broke: the slot has no figure, and the target cannot help it. Interrupted is not broken.
 */
static int peer_failed(struct peer_end *end, const struct error *why, struct session_result *out,
                       struct error *e)
{
    if (why->kind == ERROR_INTERRUPTED) {
        *e = *why;
        return -1;
    }
    end_stop(end);
    end->why = *why;
    text_clean(out->failure, sizeof out->failure, why->text);
    return 0;
}

/* The way to a server that listens in place. What translates addresses costs whoever sends and
 * takes on this machine: it is there only while a target needs it, and not while native is
 * measured. */
static int lead_to(struct peer *peer, struct places *places, const struct place *place,
                   struct endpoint *server, struct error *e)
{
    if (peer->kind && !place->target->facts.in_host)
        return forward_open(&peer->forward, peer->here, server, places->ledger, server, e);
    forward_close(&peer->forward);
    return 0;
}

/* Is it still the server that was loaded? One that ended in the slot may have left processes behind
 * that answered on, or its load says only that it was refused; the agent has made another since, on
 * another port. failure: what the load had to say. -1: the session is lost. */
static int still_serves(struct place *place, const struct session_run *loaded,
                        const struct endpoint *server, char failure[REASON_MAX], struct error *e)
{
    struct session_run request = *loaded;
    struct endpoint now = *server;
    char why[REASON_MAX];
    request.role = ROLE_SERVE;
    request.endpoint = &now;
    if (failure[0] && session_audit_clock(place->session, e) < 0) /* it may be silent for good */
        return -1;
    if (session_serve(place->session, &request, &now, why, e) < 0)
        return -1;
    if (why[0])
        text_copy(failure, REASON_MAX, why);
    else if (memcmp(now.ports, server->ports, sizeof now.ports) != 0) {
        session_take_note(place->session, why); /* its own end says more than the load saw of it */
        if (!why[0])
            text_copy(why, sizeof why, failure);
        snprintf(failure, REASON_MAX,
                 "the server of %s in %.20s ended while it was measured%s%.120s", loaded->workload,
                 place->kind->id, why[0] ? ": " : "", why);
    }
    return 0;
}

int pair_run(struct peer *peer, struct places *places, struct place *place,
             struct session_run *request, struct session_result *out,
             void (*tick)(void *context, const struct session_tick *tick), void *context,
             struct error *e)
{
    const struct target_facts *facts = &place->target->facts;
    struct peer_end *end = end_for(peer, facts);
    struct endpoint endpoint = {.address = ""};
    struct error broken;
    if (!facts->address[0] && facts->unreached[0]) {
        snprintf(out->failure, sizeof out->failure, "the host does not reach %s: %s",
                 place->kind->id, facts->unreached);
        return 0;
    }
    if (!facts->address[0]) {
        snprintf(out->failure, sizeof out->failure,
                 "the host does not reach %s, whose network is %.60s: run vmtax as root",
                 place->kind->id, facts->network);
        return 0;
    }
    if (!end->session && peer_start(peer, end, places, &broken) < 0)
        return peer_failed(end, &broken, out, e);
    snprintf(endpoint.address, sizeof endpoint.address, "%s",
             peer->kind && facts->in_host ? peer->here : facts->address);
    request->role = ROLE_SERVE;
    request->endpoint = &endpoint;
    if (session_serve(place->session, request, &endpoint, out->failure, e) < 0)
        return -1;
    if (out->failure[0])
        return 0;
    const struct endpoint served = endpoint;
    char earlier[REASON_MAX];
    session_take_note(place->session, earlier);
    if (session_audit_clock(end->session, &broken) < 0)
        return peer_failed(end, &broken, out, e);
    if (lead_to(peer, places, place, &endpoint, &broken) < 0) {
        text_clean(out->failure, sizeof out->failure, broken.text);
        return 0;
    }
    request->role = ROLE_LOAD;
    char warm[sizeof place->warm];
    snprintf(warm, sizeof warm, "%s %s %u", request->workload, request->params, endpoint.ports[0]);
    request->warm = strcmp(warm, place->warm) == 0;
    place->warm[0] = '\0';
    if (session_run(end->session, request, out, tick, context, &broken) < 0)
        return peer_failed(end, &broken, out, e);
    if (still_serves(place, request, &served, out->failure, e) < 0)
        return -1;
    if (!out->failure[0])
        text_copy(place->warm, sizeof place->warm, warm);
    /* It is the peer's kernel that counted, and not the target's: that one is asked (slot.c). */
    out->inside = (struct counters){.known = 0};
    return 0;
}

int pair_rest(struct peer *peer, struct error *e)
{
    struct session_result ignored;
    struct error broken;
    for (size_t i = 0; i < PEER_ENDS; i++) {
        struct peer_end *end = &peer->end[i];
        if (end->session && session_rest(end->session, &broken) < 0 &&
            peer_failed(end, &broken, &ignored, e) < 0)
            return -1;
    }
    return 0;
}

void pair_stop(struct peer *peer)
{
    forward_close(&peer->forward);
    for (size_t i = 0; i < PEER_ENDS; i++)
        end_stop(&peer->end[i]);
}
