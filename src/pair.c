#include <config.h>

#include "pair.h"

#include "host.h"
#include "target/kinds.h"
#include "text.h"

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

static int peer_start(struct peer *peer, struct places *places, struct error *e)
{
    struct target_options options = places->options;
    struct target_waiter waiter = {.interrupt_fd = places->interrupt_fd};
    peer_cpus(&places->options, &options);
    options.limits = options.network = false;
    options.scratch = NULL;
    options.waiter = &waiter;
    if (peer->starts >= STARTS_MAX)
        return error_set(e, ERROR_SYSTEM, "the peer on the host was given up");
    peer->starts++;
    peer->target = target_start(&target_peer, &options, places->ledger, e);
    if (!peer->target)
        return -1;
    peer->session = session_open(peer->target, places->result->agent_sha256, HELLO_TIMEOUT_S,
                                 &waiter, e);
    if (peer->session && session_audit_clock(peer->session, e) == 0)
        return 0;
    pair_stop(peer);
    return -1;
}

/* The peer broke: the slot has no figure, and the target cannot help it. Interrupted is not broken.
 */
static int peer_failed(struct peer *peer, const struct error *why, struct session_result *out,
                       struct error *e)
{
    if (why->kind == ERROR_INTERRUPTED) {
        *e = *why;
        return -1;
    }
    pair_stop(peer);
    text_clean(out->failure, sizeof out->failure, why->text);
    return 0;
}

int pair_run(struct peer *peer, struct places *places, struct place *place,
             struct session_run *request, struct session_result *out,
             void (*tick)(void *context, const struct session_tick *tick), void *context,
             struct error *e)
{
    struct endpoint endpoint = {.address = ""};
    struct error broken;
    if (!text_copy(endpoint.address, sizeof endpoint.address, place->target->facts.address) ||
        !endpoint.address[0]) {
        snprintf(out->failure, sizeof out->failure,
                 "the host does not reach %s, whose network is %.60s: run vmtax as root",
                 place->kind->id, place->target->facts.network);
        return 0;
    }
    request->role = ROLE_SERVE;
    request->endpoint = &endpoint;
    if (session_serve(place->session, request, &endpoint, out->failure, e) < 0)
        return -1;
    if (out->failure[0])
        return 0;
    if ((!peer->session && peer_start(peer, places, &broken) < 0) ||
        session_audit_clock(peer->session, &broken) < 0)
        return peer_failed(peer, &broken, out, e);
    request->role = ROLE_LOAD;
    if (session_run(peer->session, request, out, tick, context, &broken) < 0)
        return peer_failed(peer, &broken, out, e);
    /* It is the peer's kernel that counted, and not the target's. */
    out->inside = (struct counters){.known = 0};
    return 0;
}

int pair_rest(struct peer *peer, struct error *e)
{
    struct session_result ignored;
    struct error broken;
    if (!peer->session || session_rest(peer->session, &broken) == 0)
        return 0;
    return peer_failed(peer, &broken, &ignored, e);
}

void pair_stop(struct peer *peer)
{
    session_close(peer->session);
    target_stop(peer->target);
    peer->session = NULL;
    peer->target = NULL;
}
