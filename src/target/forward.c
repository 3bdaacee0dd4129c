#include "config.h"

#include "target/forward.h"

#include "executable.h"
#include "target/spawn.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define NFT_S      5.0
#define PORT_TRIES 16
#define RULES_MAX  2048
#define TABLE_MAX  64

/* --- the table ---------------------------------------------------------------------------------
 */

static const char *find_nft(void)
{
    static const char *const places[] = {"/usr/sbin/nft", "/sbin/nft", "/usr/local/sbin/nft", NULL};
    return executable_first(places);
}

static int nft(const char *rules, struct error *e)
{
    const char *const argv[] = {find_nft(), rules, NULL};
    struct spawn_options how = {.argv = argv, .pass_fd = -1};
    char words[200];
    int to, from;
    if (!argv[0])
        return error_set(e, ERROR_SYSTEM,
                         "address translation needs the program nft: apt install nftables");
    struct spawn *s = spawn_new(&how, e);
    if (!s)
        return -1;
    spawn_take_streams(s, &to, &from);
    close(to);
    bool ended = spawn_wait_end(s, NFT_S);
    int code = spawn_exit_code(s);
    close(from);
    spawn_last_words(s, words, sizeof words);
    spawn_free(s);
    if (!ended || code != 0)
        return error_set(e, ERROR_SYSTEM, "nft, which makes the address translation, %s",
                         ended ? words : "does not end");
    return 0;
}

bool forward_is_table(const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < n; i++)
        if (!isalnum((unsigned char)name[i]) && name[i] != '_')
            return false;
    return strncmp(name, "vmtax_", 6) == 0 && n < TABLE_MAX;
}

int forward_undo_table(const char *name, struct error *e)
{
    char rules[3 * TABLE_MAX];
    /* Made before it is deleted: then it is no error that there was none. */
    snprintf(rules, sizeof rules, "add table ip %.63s; delete table ip %.63s", name, name);
    if (nft(rules, e) < 0)
        return error_prefix(e, "nft delete table ip %s", name);
    return 0;
}

/* "/run/vmtax/run-123-abcdef:1" makes vmtax_123_abcdef_1. */
static void name_table(const struct ledger *l, char name[TABLE_MAX])
{
    const char *label = strrchr(ledger_label(l), '-');
    int pid = (int)getpid();
    snprintf(name, TABLE_MAX, "vmtax_%d_%.40s", pid, label ? label + 1 : "");
    for (char *at = name; *at; at++)
        if (!isalnum((unsigned char)*at))
            *at = '_';
}

__attribute__((format(printf, 2, 3))) static void rule(char rules[RULES_MAX], const char *format,
                                                       ...)
{
    size_t used = strlen(rules);
    va_list words;
    va_start(words, format);
    int n = vsnprintf(rules + used, RULES_MAX - used, format, words);
    va_end(words);
    if (n < 0 || (size_t)n >= RULES_MAX - used)
        BUG("the rules of an address translation are too long");
}

/* What comes in by this interface goes on only in connections to the server. */
static void guard(char rules[RULES_MAX], const char *table, const char *interface)
{
    rule(rules, "; add rule ip %s guard iifname \"%s\" ct status dnat accept", table, interface);
    rule(rules, "; add rule ip %s guard iifname \"%s\" drop", table, interface);
}

/* The target's link is guarded, and the wire (NULL: not), where nothing was forwarded before. */
static int make_table(const struct forward *f, const char *here, const char *link, const char *wire,
                      struct error *e)
{
    static const char *const kinds[] = {"tcp", "udp"};
    char name[TABLE_MAX], rules[RULES_MAX] = "";
    name_table(f->ledger, name);
    rule(rules, "add table ip %s", name);
    rule(rules, "; add chain ip %s there { type nat hook prerouting priority -100; }", name);
    rule(rules, "; add chain ip %s guard { type filter hook forward priority -10; }", name);
    rule(rules, "; add chain ip %s back { type nat hook postrouting priority 100; }", name);
    for (size_t i = 0; i < ENDPOINT_PORTS_MAX && f->inner.ports[i]; i++)
        for (size_t k = 0; k < 2; k++)
            rule(rules, "; add rule ip %s there ip daddr %s %s dport %u dnat to %s:%u", name, here,
                 kinds[k], (unsigned)f->outer.ports[i], f->inner.address,
                 (unsigned)f->inner.ports[i]);
    guard(rules, name, link);
    if (wire)
        guard(rules, name, wire);
    rule(rules, "; add rule ip %s back ip daddr %s ct status dnat masquerade", name,
         f->inner.address);
    return ledger_add(f->ledger, LEDGER_TABLE, name, e) < 0 ? -1 : nft(rules, e);
}

/* --- the host's interfaces ---------------------------------------------------------------------
 */

bool forward_interface(const char *address, bool network, char name[FORWARD_NAME_MAX])
{
    struct ifaddrs *list;
    struct in_addr wanted;
    bool found = false;
    if (inet_pton(AF_INET, address, &wanted) != 1 || getifaddrs(&list) < 0)
        return false;
    for (const struct ifaddrs *at = list; at && !found; at = at->ifa_next) {
        struct sockaddr_in own, mask;
        if (!at->ifa_addr || !at->ifa_netmask || at->ifa_addr->sa_family != AF_INET)
            continue;
        memcpy(&own, at->ifa_addr, sizeof own);
        memcpy(&mask, at->ifa_netmask, sizeof mask);
        in_addr_t bits = network ? mask.sin_addr.s_addr : INADDR_BROADCAST;
        found = bits != 0 && (own.sin_addr.s_addr & bits) == (wanted.s_addr & bits);
        if (found)
            snprintf(name, FORWARD_NAME_MAX, "%s", at->ifa_name);
    }
    freeifaddrs(list);
    return found;
}

/* '0' or '1' of a switch; -1: it cannot be read. */
static int read_switch(const char *path)
{
    char c;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, &c, 1) : -1;
    if (fd >= 0)
        close(fd);
    return n == 1 ? c : -1;
}

static int write_switch(const char *path, char value)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    int cause = fd < 0 || write(fd, &value, 1) != 1 ? errno : 0;
    if (fd >= 0)
        close(fd);
    return cause;
}

static void switch_path(const char *interface, char path[96])
{
    snprintf(path, 96, "/proc/sys/net/ipv4/conf/%.15s/forwarding", interface);
}

bool forward_is_switch(const char *interface)
{
    return *interface && strlen(interface) < FORWARD_NAME_MAX && *interface != '.' &&
           !strpbrk(interface, "/\"\\; \n") && strcmp(interface, "all") != 0 &&
           strcmp(interface, "default") != 0;
}

int forward_undo_switch(const char *interface, struct error *e)
{
    char path[96];
    switch_path(interface, path);
    /* Somebody made a router of this machine meanwhile, or the interface is gone. */
    if (read_switch("/proc/sys/net/ipv4/ip_forward") == '1' || read_switch(path) != '1')
        return 0;
    int cause = write_switch(path, '0');
    return cause ? error_errno(e, cause, "%s still forwards (echo 0 >%s)", interface, path) : 0;
}

/* What comes in there may go on elsewhere. */
static int switch_on(const struct forward *f, const char *interface, struct error *e)
{
    char path[96];
    switch_path(interface, path);
    if (read_switch(path) == '1')
        return 0;
    if (ledger_add(f->ledger, LEDGER_FORWARDING, interface, e) < 0)
        return -1;
    int cause = write_switch(path, '1');
    return cause ? error_errno(e, cause, "%s, by which the peer reaches a target", path) : 0;
}

/* The table comes first, and goes last: it guards what the switches open. */
static int make(const struct forward *f, const char *here, struct error *e)
{
    char wire[FORWARD_NAME_MAX], link[FORWARD_NAME_MAX], path[96];
    if (!forward_interface(here, false, wire) || !forward_is_switch(wire))
        return error_set(e, ERROR_SYSTEM, "%s is no address of this machine any more", here);
    if (!forward_interface(f->inner.address, true, link) || !forward_is_switch(link))
        return error_set(e, ERROR_SYSTEM, "no interface of this machine leads to %s",
                         f->inner.address);
    switch_path(wire, path);
    if (make_table(f, here, link, read_switch(path) == '1' ? NULL : wire, e) < 0)
        return -1;
    return switch_on(f, wire, e) < 0 ? -1 : switch_on(f, link, e);
}

/* --- ports -------------------------------------------------------------------------------------
 */

/* A port of both kinds that nobody has. 0, or an errno. */
static int hold_port(struct forward *f, const char *here, uint16_t *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    socklen_t size = sizeof a;
    inet_pton(AF_INET, here, &a.sin_addr);
    int tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int cause = 0;
    if (tcp < 0 || udp < 0 || bind(tcp, (struct sockaddr *)&a, sizeof a) < 0 ||
        getsockname(tcp, (struct sockaddr *)&a, &size) < 0 ||
        bind(udp, (struct sockaddr *)&a, sizeof a) < 0) {
        cause = errno;
        if (tcp >= 0)
            close(tcp);
        if (udp >= 0)
            close(udp);
        return cause;
    }
    f->held[f->held_count++] = tcp;
    f->held[f->held_count++] = udp;
    *port = ntohs(a.sin_port);
    return 0;
}

static int hold_ports(struct forward *f, const char *here, struct error *e)
{
    for (size_t i = 0; i < ENDPOINT_PORTS_MAX && f->inner.ports[i]; i++) {
        int cause = EADDRINUSE;
        for (int k = 0; k < PORT_TRIES && cause == EADDRINUSE; k++)
            cause = hold_port(f, here, &f->outer.ports[i]);
        if (cause)
            return error_errno(e, cause, "no port of %s is free for the peer", here);
    }
    return 0;
}

int forward_open(struct forward *f, const char *here, const struct endpoint *server,
                 struct ledger *run, struct endpoint *out, struct error *e)
{
    if (!f->ledger || strcmp(f->outer.address, here) != 0 ||
        memcmp(&f->inner, server, sizeof *server) != 0) {
        forward_close(f);
        f->ledger = ledger_branch(run);
        f->inner = *server;
        f->outer = (struct endpoint){.ports = {0}};
        snprintf(f->outer.address, sizeof f->outer.address, "%s", here);
        if (hold_ports(f, here, e) < 0 || make(f, here, e) < 0) {
            forward_close(f);
            return -1;
        }
    }
    *out = f->outer;
    return 0;
}

void forward_close(struct forward *f)
{
    ledger_close(f->ledger);
    for (size_t i = 0; i < f->held_count; i++)
        close(f->held[i]);
    *f = (struct forward){.ledger = NULL};
}
