#include "config.h"

#include "target/network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* 10.213.0.0/16 in four-address pieces: network, host, guest, broadcast. */
#define POOL        0x0ad50000u
#define POOL_PIECES 16384u
#define PREFIX      30
/* After every other route to the same addresses. */
#define LAST_PRIORITY UINT32_MAX

/* One request under construction. Attributes never overrun: BUG() instead, sizes are ours. */
struct request {
    union {
        struct nlmsghdr header;
        char bytes[1024];
    };
};

static void *append(struct request *r, const void *data, size_t size)
{
    size_t at = NLMSG_ALIGN(r->header.nlmsg_len);
    if (at + size > sizeof r->bytes)
        BUG("a netlink request is larger than its buffer");
    if (data)
        memcpy(r->bytes + at, data, size);
    r->header.nlmsg_len = (uint32_t)(at + size);
    return r->bytes + at;
}

static struct rtattr *attribute(struct request *r, unsigned short type, const void *data,
                                size_t size)
{
    struct rtattr head = {.rta_type = type, .rta_len = (unsigned short)RTA_LENGTH(size)};
    struct rtattr *at = append(r, &head, sizeof head);
    if (size)
        append(r, data, size);
    return at;
}

static void nest_end(struct request *r, struct rtattr *nest)
{
    nest->rta_len = (unsigned short)(r->bytes + r->header.nlmsg_len - (char *)nest);
}

static void request_init(struct request *r, int type, int flags, const void *body, size_t size)
{
    memset(r, 0, sizeof *r);
    r->header = (struct nlmsghdr){.nlmsg_len = NLMSG_HDRLEN,
                                  .nlmsg_type = (uint16_t)type,
                                  .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags),
                                  .nlmsg_seq = 1};
    append(r, body, size);
}

/* Send by a socket of rtnetlink, wait for the acknowledgement. 0 or an errno. */
static int transact_by(int fd, struct request *r)
{
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){.tv_sec = 2}, sizeof(struct timeval));
    int cause = 0;
    struct request reply = {0};
    if (send(fd, r->bytes, r->header.nlmsg_len, 0) < 0)
        cause = errno;
    else {
        ssize_t n = recv(fd, reply.bytes, sizeof reply.bytes, 0);
        if (n < 0)
            cause = errno;
        else if ((size_t)n < NLMSG_LENGTH(sizeof(int)) || reply.header.nlmsg_type != NLMSG_ERROR)
            cause = EPROTO;
        else
            cause = -((const struct nlmsgerr *)NLMSG_DATA(&reply.header))->error;
    }
    return cause;
}

static int rtnetlink(void)
{
    return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
}

static int transact(struct request *r)
{
    int fd = rtnetlink();
    if (fd < 0)
        return errno;
    int cause = transact_by(fd, r);
    close(fd);
    return cause;
}

static int link_change(const char *name, const char *rename, bool up)
{
    unsigned index = if_nametoindex(name);
    if (!index)
        return errno;
    struct request r;
    struct ifinfomsg body = {.ifi_family = AF_UNSPEC, .ifi_index = (int)index};
    if (up) {
        body.ifi_flags = IFF_UP;
        body.ifi_change = IFF_UP;
    }
    request_init(&r, RTM_NEWLINK, 0, &body, sizeof body);
    if (rename)
        attribute(&r, IFLA_IFNAME, rename, strlen(rename) + 1);
    return transact(&r);
}

static int address_add(const char *name, const char *address, int prefix)
{
    unsigned index = if_nametoindex(name);
    struct in_addr in;
    if (!index)
        return errno;
    if (inet_pton(AF_INET, address, &in) != 1)
        return EINVAL;
    struct request r;
    struct ifaddrmsg body = {.ifa_family = AF_INET,
                             .ifa_prefixlen = (unsigned char)prefix,
                             .ifa_scope = RT_SCOPE_UNIVERSE,
                             .ifa_index = index};
    request_init(&r, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof body);
    attribute(&r, IFA_LOCAL, &in, sizeof in);
    attribute(&r, IFA_ADDRESS, &in, sizeof in);
    return transact(&r);
}

/* Does [first, first + 3] touch the network address/mask (host order)? A default route does not
 * count. */
static bool overlaps(uint32_t first, uint32_t address, uint32_t mask)
{
    uint32_t ours = ~UINT32_C(3);
    uint32_t both = mask & ours;
    return mask != 0 && (address & both) == (first & both);
}

static bool address_used(uint32_t first)
{
    struct ifaddrs *list, *at;
    if (getifaddrs(&list) < 0)
        return false;
    bool used = false;
    for (at = list; at && !used; at = at->ifa_next) {
        if (!at->ifa_addr || !at->ifa_netmask || at->ifa_addr->sa_family != AF_INET)
            continue;
        struct sockaddr_in address, mask;
        memcpy(&address, at->ifa_addr, sizeof address);
        memcpy(&mask, at->ifa_netmask, sizeof mask);
        used = overlaps(first, ntohl(address.sin_addr.s_addr), ntohl(mask.sin_addr.s_addr));
    }
    freeifaddrs(list);
    return used;
}

static bool route_used(uint32_t first)
{
    FILE *file = fopen("/proc/net/route", "re");
    if (!file)
        return false;
    char line[512];
    bool used = false;
    while (!used && fgets(line, sizeof line, file)) {
        unsigned destination, mask;
        if (sscanf(line, "%*s %x %*x %*x %*d %*d %*d %x", &destination, &mask) == 2)
            used = overlaps(first, ntohl(destination), ntohl(mask));
    }
    fclose(file);
    return used;
}

static uint32_t piece(unsigned number)
{
    return POOL + number * 4;
}

bool network_plan(unsigned number, struct network_pair *pair)
{
    number %= POOL_PIECES;
    uint32_t first = piece(number);
    memset(pair, 0, sizeof *pair);
    snprintf(pair->host, sizeof pair->host, "vmtax%04x", number);
    snprintf(pair->guest, sizeof pair->guest, "vmtax%04xg", number);
    struct in_addr host = {.s_addr = htonl(first + 1)}, guest = {.s_addr = htonl(first + 2)};
    inet_ntop(AF_INET, &host, pair->host_address, sizeof pair->host_address);
    inet_ntop(AF_INET, &guest, pair->guest_address, sizeof pair->guest_address);
    pair->prefix = PREFIX;
    return !address_used(first) && !route_used(first);
}

/* The number in the name of a host's end. */
static bool number_of(const char *host, unsigned *number)
{
    char again[NETWORK_NAME_MAX];
    if (sscanf(host, "vmtax%4x", number) != 1 || *number >= POOL_PIECES)
        return false;
    snprintf(again, sizeof again, "vmtax%04x", *number);
    return strcmp(again, host) == 0;
}

/* That nothing leads to the addresses of this number where the interface does not: when it goes
 * down its own route is gone, and what was meant for the guest would leave this machine by the
 * default route. 0 or an errno. */
static int dead_end(unsigned number, bool make)
{
    struct request r;
    struct in_addr first = {.s_addr = htonl(piece(number))};
    uint32_t priority = LAST_PRIORITY;
    struct rtmsg body = {.rtm_family = AF_INET,
                         .rtm_dst_len = PREFIX,
                         .rtm_table = RT_TABLE_MAIN,
                         .rtm_protocol = RTPROT_STATIC,
                         .rtm_scope = RT_SCOPE_UNIVERSE,
                         .rtm_type = RTN_UNREACHABLE};
    request_init(&r, make ? RTM_NEWROUTE : RTM_DELROUTE, make ? NLM_F_CREATE | NLM_F_REPLACE : 0,
                 &body, sizeof body);
    attribute(&r, RTA_DST, &first, sizeof first);
    attribute(&r, RTA_PRIORITY, &priority, sizeof priority);
    return transact(&r);
}

/* The host's end gets its address and comes up. */
static int address_host(const struct network_pair *pair, int *cause, struct error *e)
{
    unsigned number;
    if (!number_of(pair->host, &number))
        BUG("a network that was not planned");
    if ((*cause = dead_end(number, true)) != 0)
        return error_errno(e, *cause, "%s could not get its route", pair->host);
    if ((*cause = address_add(pair->host, pair->host_address, pair->prefix)) == 0)
        *cause = link_change(pair->host, NULL, true);
    if (*cause)
        return error_errno(e, *cause, "%s could not get the address %s", pair->host,
                           pair->host_address);
    return 0;
}

int network_make(const struct network_pair *pair, int *cause, struct error *e)
{
    struct request r;
    struct ifinfomsg body = {.ifi_family = AF_UNSPEC};
    request_init(&r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof body);
    attribute(&r, IFLA_IFNAME, pair->host, strlen(pair->host) + 1);
    struct rtattr *info = attribute(&r, IFLA_LINKINFO, NULL, 0);
    attribute(&r, IFLA_INFO_KIND, "veth", 4);
    struct rtattr *data = attribute(&r, IFLA_INFO_DATA, NULL, 0);
    struct rtattr *peer = attribute(&r, VETH_INFO_PEER, &body, sizeof body);
    attribute(&r, IFLA_IFNAME, pair->guest, strlen(pair->guest) + 1);
    nest_end(&r, peer);
    nest_end(&r, data);
    nest_end(&r, info);
    *cause = transact(&r);
    if (*cause)
        return error_errno(e, *cause, "the veth pair %s could not be made", pair->host);
    if (address_host(pair, cause, e) < 0) {
        network_delete(pair->host, NULL);
        return -1;
    }
    return 0;
}

int network_make_bridge(const struct network_pair *pair, int *cause, struct error *e)
{
    struct request r;
    struct ifinfomsg body = {.ifi_family = AF_UNSPEC};
    request_init(&r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof body);
    attribute(&r, IFLA_IFNAME, pair->host, strlen(pair->host) + 1);
    struct rtattr *info = attribute(&r, IFLA_LINKINFO, NULL, 0);
    attribute(&r, IFLA_INFO_KIND, "bridge", 6);
    nest_end(&r, info);
    *cause = transact(&r);
    if (*cause)
        return error_errno(e, *cause, "the bridge %s could not be made", pair->host);
    if (address_host(pair, cause, e) < 0) {
        network_delete(pair->host, NULL);
        return -1;
    }
    return 0;
}

int network_make_tap(const struct network_pair *pair, int *fd, int *cause, struct error *e)
{
    struct ifreq r = {.ifr_flags = (short)(IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | IFF_TUN_EXCL)};
    snprintf(r.ifr_name, sizeof r.ifr_name, "%s", pair->host);
    *fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (*fd < 0) {
        *cause = errno;
        return error_errno(e, *cause, "/dev/net/tun, which makes tap interfaces");
    }
    *cause = ioctl(*fd, TUNSETIFF, &r) < 0 ? errno : 0;
    /* A name that is taken is told as busy here. */
    if (*cause == EBUSY)
        *cause = EEXIST;
    if (*cause)
        error_errno(e, *cause, "the tap interface %s could not be made", pair->host);
    if (*cause || address_host(pair, cause, e) < 0) {
        close(*fd);
        *fd = -1;
        return -1;
    }
    return 0;
}

static int move_request(struct request *r, const struct network_pair *pair, pid_t pid,
                        struct error *e)
{
    unsigned index = if_nametoindex(pair->guest);
    if (!index)
        return error_errno(e, errno, "interface %s is not there", pair->guest);
    struct ifinfomsg body = {.ifi_family = AF_UNSPEC, .ifi_index = (int)index};
    uint32_t number = (uint32_t)pid;
    request_init(r, RTM_NEWLINK, 0, &body, sizeof body);
    attribute(r, IFLA_NET_NS_PID, &number, sizeof number);
    return 0;
}

static int moved(const struct network_pair *pair, int cause, struct error *e)
{
    if (cause)
        return error_errno(e, cause, "interface %s could not be moved into the target's network",
                           pair->guest);
    return 0;
}

int network_move(const struct network_pair *pair, pid_t pid, struct error *e)
{
    struct request r;
    if (move_request(&r, pair, pid, e) < 0)
        return -1;
    return moved(pair, transact(&r), e);
}

int network_enter(const struct network_pair *pair, struct error *e)
{
    struct request r;
    if (move_request(&r, pair, getpid(), e) < 0)
        return -1;
    /* A socket stays in the namespace in which it was made: from outside it pushes the interface in
     * after us. */
    int outside = rtnetlink(), cause;
    if (outside < 0)
        return error_errno(e, errno, "no socket to ask for interfaces by");
    if (unshare(CLONE_NEWNET) < 0) {
        cause = errno;
        close(outside);
        return error_errno(e, cause, "no network namespace could be made");
    }
    cause = transact_by(outside, &r);
    close(outside);
    return moved(pair, cause, e) < 0 ? -1 : network_configure(pair, e);
}

int network_loopback(struct error *e)
{
    int cause = link_change("lo", NULL, true);
    return cause ? error_errno(e, cause, "the target's loopback could not be brought up") : 0;
}

int network_configure(const struct network_pair *pair, struct error *e)
{
    int cause;
    if (network_loopback(e) < 0)
        return -1;
    if ((cause = link_change(pair->guest, "eth0", false)) ||
        (cause = address_add("eth0", pair->guest_address, pair->prefix)) ||
        (cause = link_change("eth0", NULL, true)))
        return error_errno(e, cause, "the target's eth0 could not be set up");
    return 0;
}

/* The route of a tap outlives it: the interface is gone with its machine. */
static int dead_end_delete(const char *host, struct error *e)
{
    unsigned number;
    char first[INET_ADDRSTRLEN];
    int cause = number_of(host, &number) ? dead_end(number, false) : ESRCH;
    if (cause == 0 || cause == ESRCH || cause == EPERM) /* who may make no route has made none */
        return 0;
    inet_ntop(AF_INET, &(struct in_addr){htonl(piece(number))}, first, sizeof first);
    return error_errno(e, cause,
                       "the route of %s could not be removed (ip route del unreachable %s/%d)",
                       host, first, PREFIX);
}

int network_delete(const char *name, struct error *e)
{
    unsigned index = if_nametoindex(name);
    int rest = dead_end_delete(name, e);
    if (!index)
        return rest;
    struct request r;
    struct ifinfomsg body = {.ifi_family = AF_UNSPEC, .ifi_index = (int)index};
    request_init(&r, RTM_DELLINK, 0, &body, sizeof body);
    int cause = transact(&r);
    if (cause && cause != ENODEV)
        return error_errno(e, cause, "interface %s could not be removed (ip link delete %s)", name,
                           name);
    return rest;
}
