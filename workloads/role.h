/* role.h - the two ends of a workload that takes two: a server in the target, a load on the peer.
 *
 * Most workloads have one role, `self`. One whose catalogue row says `served` has a server that
 * listens inside the target, and a load that speaks to it from the peer and whose figure is the
 * slot's. vmtax joins the agents of both: neither starts the other. */
#ifndef VMTAX_ROLE_H
#define VMTAX_ROLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum role { ROLE_SELF, ROLE_SERVE, ROLE_LOAD };

#define ENDPOINT_PORTS_MAX   4
#define ENDPOINT_ADDRESS_MAX 16          /* dotted, with the NUL */
#define ENDPOINT_HERE        "127.0.0.1" /* where a server listens that is told nothing */
#define ENDPOINT_PORTS_TEXT  (6 * ENDPOINT_PORTS_MAX)

/* Where a server listens, and nowhere else. What each port is for is its workload's own business.
 */
struct endpoint {
    char address[ENDPOINT_ADDRESS_MAX]; /* of the target, as the peer reaches it: IPv4, dotted */
    uint16_t
        ports[ENDPOINT_PORTS_MAX]; /* ports[0] is one; further ones are 0 when there are none */
};

/* "self", "serve", "load". False: there is no such role. */
bool role_parse(const char *word, enum role *out);
const char *role_name(enum role role);

/* "5001,5002". False: not one to ENDPOINT_PORTS_MAX numbers of ports. */
bool ports_parse(const char *text, uint16_t ports[ENDPOINT_PORTS_MAX]);
void ports_format(const uint16_t ports[ENDPOINT_PORTS_MAX], char out[ENDPOINT_PORTS_TEXT]);

#endif
