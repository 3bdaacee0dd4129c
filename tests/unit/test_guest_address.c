/* By which address a guest's servers are reached, from what it tells of itself. The routes are a
 * file's; the addresses of this machine that rows need are loopback's, which each machine has. */
#include <config.h>

#include "target/reach.h"
#include "unit.h"

#include "guest_address.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A default route; 172.17.0.0/16, of a bridge; 10.1.1.5, of venet0; 10.9.0.0/24 behind a router;
 * 10.8.0.0/24, which is refused, and 10.7.0.0/24, which is down; loopback. Numbers as of this
 * machine's memory. */
static const char routes[] =
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
    "eth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
    "docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n"
    "venet0\t0501010A\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0\n"
    "eth0\t0000090A\t0100000A\t0003\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
    "*\t0000080A\t00000000\t0201\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
    "eth9\t0000070A\t00000000\t0000\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
    "lo\t0000007F\t00000000\t0001\t0\t0\t0\t000000FF\t0\t0\t0\n"
    "eth0\t0300110A\n";

#define SSH          "ssh"
#define OTHER        "other-boot"
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void addresses(void **state)
{
    static const struct {
        const char *way, *boot, *netns, *client, *server, *addresses;
        bool wire;
        const char *address, *path, *network, *why;
    } rows[] = {
        /* Containers of this kernel: in its network, in one that it has, in none. */
        {"docker", "b", "7", "unknown", "unknown", "10.0.0.2", false, "127.0.0.1", "loopback",
         "loopback", NULL},
        {"docker", "b", "7", "unknown", "unknown", "", true, "127.0.0.1", "wire",
         "the host's own interfaces", NULL},
        {"docker", "b", "8", "unknown", "unknown", "172.17.0.2", false, "172.17.0.2",
         "its own, docker0", "the guest's own, by docker0 - 172.17.0.2", NULL},
        {"docker", "b", "8", "unknown", "unknown", "10.2.0.9,172.17.0.3", false, "172.17.0.3",
         "its own, docker0", "the guest's own, by docker0 - 172.17.0.3", NULL},
        {"lxc", OTHER, "7", "unknown", "unknown", "", false, "127.0.0.1", "loopback", "loopback",
         NULL},
        {"lxc", OTHER, "8", "unknown", "unknown", "172.17.0.2", false, "172.17.0.2",
         "its own, docker0", "the guest's own, by docker0 - 172.17.0.2", NULL},
        {"openvz", "b", "8", "unknown", "unknown", "10.1.1.5", false, "10.1.1.5", "its own, venet0",
         "the guest's own, by venet0 - 10.1.1.5", NULL},
        {"nsenter", "b", "8", "unknown", "unknown", "", false, NULL, NULL, NULL,
         "no address but that of loopback"},
        {"nsenter", "b", "8", "unknown", "unknown", "unknown", false, NULL, NULL, NULL,
         "no address but that of loopback"},
        {"lxc", "b", "8", "unknown", "unknown", "10.2.0.9", false, NULL, NULL, NULL,
         "none of its addresses (10.2.0.9)"},
        {"lxc", "b", "8", "unknown", "unknown", "10.9.0.2,10.8.0.2,10.7.0.2", false, NULL, NULL,
         NULL, "none of its addresses (10.9.0.2,10.8.0.2,10.7.0.2)"},
        {"lxc", "b", "8", "unknown", "unknown", "127.0.0.1,,x,172.17.0.300", false, NULL, NULL,
         NULL, "none of its addresses"},
        {"docker", "b", "unknown", "unknown", "unknown", "172.17.0.2", false, "172.17.0.2",
         "its own, docker0", "the guest's own, by docker0 - 172.17.0.2", NULL},
        {"docker", "b", "8", "unknown", "unknown", "172.17.0.2", true, NULL, NULL, NULL,
         "with --peer"},
        /* Another kernel: on this machine whatever it says, or nobody knows where. */
        {"xen", OTHER, "7", "unknown", "unknown", "172.17.0.2", false, "172.17.0.2",
         "its own, docker0", "the guest's own, by docker0 - 172.17.0.2", NULL},
        {"docker", OTHER, "7", "unknown", "unknown", "172.17.0.2", false, NULL, NULL, NULL,
         "reach it by ssh"},
        {"lxc", "b", "8", "unknown", "unknown", "127.0.0.1,127.0.0.2", false, NULL, NULL, NULL,
         "none of its addresses"},
        {"docker", "unknown", "7", "unknown", "unknown", "172.17.0.2", false, NULL, NULL, NULL,
         "reach it by ssh"},
        {"exec", OTHER, "7", "127.0.0.1", "172.17.0.9", "", false, "172.17.0.9", "its own, docker0",
         "the guest's own, by docker0 - 172.17.0.9", NULL},
        /* By ssh: nothing between, a router, address translation, a tunnel, IPv6, sudo. */
        {SSH, OTHER, "7", "127.0.0.1", "172.17.0.9", "172.17.0.8", false, "172.17.0.9",
         "its own, docker0", "the guest's own, by docker0 - 172.17.0.9", NULL},
        {SSH, OTHER, "7", "127.0.0.1", "203.0.113.9", "", false, "203.0.113.9", "its own, a router",
         "the guest's own, by a router - 203.0.113.9", NULL},
        {SSH, OTHER, "7", "198.51.100.1", "172.17.0.9", "", false, NULL, NULL, NULL,
         "sees this machine as 198.51.100.1"},
        {SSH, OTHER, "7", "127.0.0.1", "127.0.0.1", "", false, NULL, NULL, NULL, "a tunnel"},
        {SSH, OTHER, "7", "::1", "::1", "", false, NULL, NULL, NULL, "option -4"},
        {SSH, OTHER, "7", "127.0.0.1", "x", "", false, NULL, NULL, NULL, "option -4"},
        {SSH, OTHER, "7", "unknown", "unknown", "172.17.0.2", false, NULL, NULL, NULL,
         "without sudo"},
        {SSH, "b", "7", "127.0.0.1", "127.0.0.1", "", false, "127.0.0.1", "loopback", "loopback",
         NULL},
        {SSH, OTHER, "7", "127.0.0.1", "172.17.0.9", "", true, NULL, NULL, NULL, "with --peer"},
    };
    char path[] = "/tmp/vmtax-test-routes.XXXXXX";
    (void)state;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, routes, sizeof routes - 1), sizeof routes - 1);
    close(fd);
    struct guest_address_host host = {.boot = "b", .netns = "7", .routes = path};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct target_kind kind = {.id = "guest", .way = reach_find(rows[i].way)};
        struct target_facts facts = {.own_network = true, .network = "the guest's own"};
        struct session_hello hello = {.cpus = 1};
        assert_non_null(kind.way);
        snprintf(hello.boot, sizeof hello.boot, "%s", rows[i].boot);
        snprintf(hello.netns, sizeof hello.netns, "%s", rows[i].netns);
        snprintf(hello.client, sizeof hello.client, "%s", rows[i].client);
        snprintf(hello.server, sizeof hello.server, "%s", rows[i].server);
        snprintf(hello.addresses, sizeof hello.addresses, "%s", rows[i].addresses);
        guest_address_find(&host, &hello, &kind, rows[i].wire, &facts);
        if (strcmp(facts.address, rows[i].address ? rows[i].address : "") != 0 ||
            strcmp(facts.path, rows[i].path ? rows[i].path : "") != 0 ||
            strcmp(facts.network, rows[i].network ? rows[i].network : "the guest's own") != 0 ||
            !rows[i].why != !facts.unreached[0] ||
            facts.in_host != (rows[i].address && strcmp(rows[i].address, "127.0.0.1") == 0) ||
            (rows[i].why && !strstr(facts.unreached, rows[i].why)))
            fail_msg("row %zu: address \"%s\", path \"%s\", network \"%s\", \"%s\"", i,
                     facts.address, facts.path, facts.network, facts.unreached);
    }
    unlink(path);
}

/* What vmtax made has the network that it made; a container made by vzctl has none. */
static void others_are_left_alone(void **state)
{
    struct guest_address_host host;
    struct session_hello hello = {.cpus = 1};
    struct target_facts facts = {.address = "10.213.0.2", .path = "veth"};
    struct target_kind kind = {.id = "openvz"};
    (void)state;
    guest_address_host(&host);
    assert_int_equal(strlen(host.boot), 36);
    assert_true(strspn(host.netns, "0123456789") == strlen(host.netns) && host.netns[0]);
    snprintf(hello.boot, sizeof hello.boot, "%s", host.boot);
    snprintf(hello.netns, sizeof hello.netns, "%s", host.netns);
    guest_address_find(&host, &hello, &kind, false, &facts);
    assert_string_equal(facts.address, "10.213.0.2");
    assert_string_equal(facts.path, "veth");
    assert_false(facts.in_host);

    facts = (struct target_facts){.own_network = true};
    snprintf(hello.netns, sizeof hello.netns, "1");
    guest_address_find(&host, &hello, &kind, false, &facts);
    assert_string_equal(facts.address, "");
    assert_non_null(strstr(facts.unreached, "openvz:CTID"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses),
        cmocka_unit_test(others_are_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
