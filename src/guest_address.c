#include <config.h>

#include "guest_address.h"

#include "target/forward.h"
#include "target/reach.h"
#include "text.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ROUTE_UP      1u /* RTF_UP, RTF_GATEWAY, RTF_REJECT of <linux/route.h> */
#define ROUTE_GATEWAY 2u
#define ROUTE_REJECT  0x200u

void guest_address_host(struct guest_address_host *out)
{
    char text[64];
    *out = (struct guest_address_host){.boot = "unknown", .routes = "/proc/net/route"};
    FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");
    if (f && fscanf(f, "%39s", out->boot) != 1)
        text_copy(out->boot, sizeof out->boot, "unknown");
    if (f)
        fclose(f);
    ssize_t n = readlink("/proc/self/ns/net", text, sizeof text - 1);
    text[n > 0 ? n : 0] = '\0';
    if (sscanf(text, "net:[%31[0-9]]", out->netns) != 1)
        text_copy(out->netns, sizeof out->netns, "unknown");
}

static bool known(const char *fact)
{
    return *fact && strcmp(fact, "unknown") != 0;
}

static bool same(const char *a, const char *b)
{
    return known(a) && strcmp(a, b) == 0;
}

/* Does the way to address lead out of an interface straight to it? */
static bool is_near(const char *routes, const char *address, char interface[FORWARD_NAME_MAX])
{
    struct in_addr to;
    char line[256], name[FORWARD_NAME_MAX];
    unsigned bits, found = 0;
    uint32_t destination, gateway, mask, longest = 0;
    FILE *f = inet_pton(AF_INET, address, &to) == 1 ? fopen(routes, "re") : NULL;
    if (!f)
        return false;
    /* Numbers as they lie in memory; a default route's mask is 0, and is nobody's network. */
    while (fgets(line, sizeof line, f))
        if (sscanf(line, "%15s %" SCNx32 " %" SCNx32 " %x %*s %*s %*s %" SCNx32, name, &destination,
                   &gateway, &bits, &mask) == 5 &&
            (bits & ROUTE_UP) && (to.s_addr & mask) == destination && ntohl(mask) > longest) {
            longest = ntohl(mask);
            found = bits;
            memcpy(interface, name, sizeof name);
        }
    fclose(f);
    return longest && !(found & (ROUTE_GATEWAY | ROUTE_REJECT));
}

/* This machine's, whatever a guest says: what listens there is none of its servers. */
static bool is_ours(const char *address)
{
    char unused[FORWARD_NAME_MAX];
    return strncmp(address, "127.", 4) == 0 || forward_interface(address, false, unused);
}

__attribute__((format(printf, 2, 3))) static bool no(struct target_facts *facts, const char *format,
                                                     ...)
{
    va_list words;
    va_start(words, format);
    vsnprintf(facts->unreached, sizeof facts->unreached, format, words);
    va_end(words);
    return false;
}

/* ssh leads there: as it was reached, so are servers, if nothing is between. */
static bool by_ssh(const struct session_hello *guest, struct target_facts *facts)
{
    struct in_addr address;
    if (inet_pton(AF_INET, guest->server, &address) != 1 ||
        inet_pton(AF_INET, guest->client, &address) != 1)
        return no(facts, "ssh reaches it by IPv6, and servers by IPv4: give ssh the option -4");
    if (!is_ours(guest->client) || is_ours(guest->server))
        return no(facts,
                  "it sees this machine as %.15s: through a jump host, a tunnel or address "
                  "translation, servers are not reached; name it by an address of its own",
                  guest->client);
    text_copy(facts->address, sizeof facts->address, guest->server);
    return true;
}

/* On this machine: the first of its addresses that is in a network of this machine. */
static bool by_route(const struct guest_address_host *host, const struct session_hello *guest,
                     const struct target_kind *kind, struct target_facts *facts)
{
    char list[sizeof guest->addresses], interface[FORWARD_NAME_MAX], *rest = NULL;
    text_copy(list, sizeof list, known(guest->addresses) ? guest->addresses : "");
    for (char *a = strtok_r(list, ",", &rest); a; a = strtok_r(NULL, ",", &rest))
        if (!is_ours(a) && is_near(host->routes, a, interface) &&
            text_copy(facts->address, sizeof facts->address, a))
            return true;
    if (!kind->way)
        return no(facts, "vmtax makes it without a network: %s:CTID uses a container that has one",
                  kind->id);
    if (!known(guest->addresses))
        return no(facts, "it has no address but that of loopback: give it a network with this "
                         "machine, a veth pair or a bridge");
    return no(facts,
              "none of its addresses (%.60s) is in a network of this machine: give it one, by a "
              "veth pair or a bridge",
              guest->addresses);
}

void guest_address_find(const struct guest_address_host *host, const struct session_hello *guest,
                        const struct target_kind *kind, bool wire, struct target_facts *facts)
{
    char interface[FORWARD_NAME_MAX];
    /* LXC gives each container a boot id of its own; it is of this kernel all the same. */
    bool here = same(guest->boot, host->boot) ||
                (kind->way && kind->way->here && kind->way->hosted);
    bool found;
    if (!facts->own_network)
        return;
    if (here && same(guest->netns, host->netns)) { /* as of a native without a network of its own */
        facts->in_host = true;
        text_copy(facts->address, sizeof facts->address, "127.0.0.1");
        snprintf(facts->network, sizeof facts->network, "%s",
                 wire ? "the host's own interfaces" : "loopback");
        snprintf(facts->path, sizeof facts->path, "%s", wire ? "wire" : "loopback");
        return;
    }
    if (wire)
        found = no(facts, "with --peer, the network of a guest that vmtax has not made is nobody's "
                          "to change: measure it without");
    else if (known(guest->server))
        found = by_ssh(guest, facts);
    else if (here || !kind->way || kind->way->hosted)
        found = by_route(host, guest, kind, facts);
    else
        found = no(facts, "it is another machine, and does not say by which address it is reached: "
                          "reach it by ssh, and there without sudo");
    if (!found)
        return;
    if (!is_near(host->routes, facts->address, interface))
        text_copy(interface, sizeof interface, "a router");
    snprintf(facts->network, sizeof facts->network, "the guest's own, by %s - %s", interface,
             facts->address);
    snprintf(facts->path, sizeof facts->path, "its own, %s", interface);
}
