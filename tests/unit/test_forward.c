/* The way of another machine into a target's network: two networks beside one of our own, a server
 * in the one and a client in the other. */
#include <config.h>

#include "target/forward.h"
#include "target/network.h"
#include "tests/bench/peer.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define PORT      7000
#define IMPATIENT 1 /* seconds */

/* 0: as it should be; else the line that says what is not. */
#define CHECK(condition)     \
    do {                     \
        if (!(condition))    \
            return __LINE__; \
    } while (0)

static int make_socket(int type, const char *address, uint16_t port, bool server)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct timeval limit = {.tv_sec = IMPATIENT};
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    inet_pton(AF_INET, address, &a.sin_addr);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (!server)
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    int rc = server ? bind(fd, (struct sockaddr *)&a, sizeof a)
                    : connect(fd, (struct sockaddr *)&a, sizeof a);
    if (rc == 0 && server && type == SOCK_STREAM)
        rc = listen(fd, 4);
    if (rc == 0)
        return fd;
    close(fd);
    return -1;
}

/* Gives every byte back, and says by one of its own when it is ready. */
static _Noreturn void serve(const struct network_pair *link, int ready)
{
    char c = 'r';
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (network_enter(link, NULL) < 0)
        _exit(1);
    int tcp = make_socket(SOCK_STREAM, "0.0.0.0", PORT, true);
    int udp = make_socket(SOCK_DGRAM, "0.0.0.0", PORT, true);
    if (tcp < 0 || udp < 0 || write(ready, &c, 1) != 1)
        _exit(1);
    for (;;) {
        struct pollfd p[2] = {{.fd = tcp, .events = POLLIN}, {.fd = udp, .events = POLLIN}};
        struct sockaddr_in from;
        socklen_t size = sizeof from;
        poll(p, 2, -1);
        if (p[1].revents && recvfrom(udp, &c, 1, 0, (struct sockaddr *)&from, &size) == 1)
            sendto(udp, &c, 1, 0, (struct sockaddr *)&from, size);
        int fd = p[0].revents ? accept(tcp, NULL, NULL) : -1;
        if (fd >= 0 && read(fd, &c, 1) == 1 && write(fd, &c, 1) == 1)
            close(fd);
    }
}

static bool comes_back(int type, const char *address, uint16_t port)
{
    char c = 'x', back = 0;
    int fd = make_socket(type, address, port, false);
    bool done = fd >= 0 && send(fd, &c, 1, MSG_NOSIGNAL) == 1 && recv(fd, &back, 1, 0) == 1 &&
                back == c;
    if (fd >= 0)
        close(fd);
    return done;
}

/* A process at the far end of the wire, which asks as often as it is told to: 's', 'd' a stream or
 * a datagram to the endpoint that follows, and the answer is '1' or '0'. */
static _Noreturn void ask_for_ever(const struct network_pair *wire, int in, int out)
{
    char kind;
    struct endpoint to;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (network_enter(wire, NULL) < 0)
        _exit(1);
    while (read(in, &kind, 1) == 1 && read(in, &to, sizeof to) == (ssize_t)sizeof to) {
        char answer = comes_back(kind == 's' ? SOCK_STREAM : SOCK_DGRAM, to.address, to.ports[0])
                          ? '1'
                          : '0';
        if (write(out, &answer, 1) != 1)
            break;
    }
    _exit(0);
}

struct world {
    struct network_pair link, wire;
    int tell, hear; /* of the far end */
};

static bool reaches(const struct world *w, char kind, const struct endpoint *to)
{
    char answer = 0;
    return write(w->tell, &kind, 1) == 1 && write(w->tell, to, sizeof *to) == (ssize_t)sizeof *to &&
           read(w->hear, &answer, 1) == 1 && answer == '1';
}

static char forwards(const char *interface)
{
    char path[96], c = '?';
    snprintf(path, sizeof path, "/proc/sys/net/ipv4/conf/%s/forwarding", interface);
    int fd = open(path, O_RDONLY);
    if (read(fd, &c, 1) != 1)
        c = '?';
    close(fd);
    return c;
}

static int set_forwarding(const char *interface)
{
    char path[96];
    snprintf(path, sizeof path, "/proc/sys/net/ipv4/conf/%s/forwarding", interface);
    int fd = open(path, O_WRONLY);
    int rc = write(fd, "1", 1) == 1 ? 0 : -1;
    close(fd);
    return rc;
}

static int make_world(struct world *w)
{
    int ready[2], tell[2], hear[2], cause;
    char c;
    CHECK(network_loopback(NULL) == 0);
    CHECK(network_plan(1, &w->link) && network_make(&w->link, &cause, NULL) == 0);
    CHECK(network_plan(2, &w->wire) && network_make(&w->wire, &cause, NULL) == 0);
    CHECK(pipe(ready) == 0 && pipe(tell) == 0 && pipe(hear) == 0);
    if (fork() == 0)
        serve(&w->link, ready[1]);
    CHECK(read(ready[0], &c, 1) == 1);
    if (fork() == 0)
        ask_for_ever(&w->wire, tell[0], hear[1]);
    w->tell = tell[1];
    w->hear = hear[0];
    return 0;
}

/* Of nft in this network namespace; -1: it did not say. */
static int tables(void)
{
    char *text = peer_say((const char *const[]){"/usr/sbin/nft", "list", "tables", NULL},
                          PEER_LOUD);
    int count = text ? 0 : -1;
    for (const char *line = text; line && *line; line = strchr(line, '\n') + 1)
        count++;
    free(text);
    return count;
}

static int forwards_and_ends(struct ledger *l)
{
    struct world w;
    struct forward f = {.ledger = NULL};
    struct endpoint server = {.ports = {PORT}}, out, again;
    struct error e = {0};
    int wrong = make_world(&w);
    if (wrong)
        return wrong;
    snprintf(server.address, sizeof server.address, "%s", w.link.guest_address);
    CHECK(!reaches(&w, 's', &server));
    if (forward_open(&f, w.wire.host_address, &server, l, &out, &e) < 0) {
        fprintf(stderr, "%s\n", e.text);
        return __LINE__;
    }
    CHECK(strcmp(out.address, w.wire.host_address) == 0 && out.ports[0] && !out.ports[1]);
    CHECK(tables() == 1);
    CHECK(reaches(&w, 's', &out));
    CHECK(reaches(&w, 'd', &out));
    /* By its own address the server stays out of reach. */
    CHECK(!reaches(&w, 's', &server));
    CHECK(forwards(w.wire.host) == '1' && forwards(w.link.host) == '1');
    /* The same server again is the same way. */
    CHECK(forward_open(&f, w.wire.host_address, &server, l, &again, &e) == 0);
    CHECK(memcmp(&again, &out, sizeof out) == 0);
    forward_close(&f);
    forward_close(&f);
    CHECK(!reaches(&w, 's', &out));
    CHECK(!reaches(&w, 'd', &out));
    CHECK(forwards(w.wire.host) == '0' && forwards(w.link.host) == '0');
    CHECK(tables() == 0);
    /* A switch that was on is somebody else's. */
    CHECK(set_forwarding(w.wire.host) == 0);
    CHECK(forward_open(&f, w.wire.host_address, &server, l, &out, &e) == 0);
    CHECK(reaches(&w, 's', &out));
    forward_close(&f);
    CHECK(forwards(w.wire.host) == '1' && forwards(w.link.host) == '0');
    /* What leads nowhere is said, and nothing is left of it. */
    snprintf(server.address, sizeof server.address, "198.51.100.1");
    CHECK(forward_open(&f, w.wire.host_address, &server, l, &out, &e) < 0);
    CHECK(strstr(e.text, "no interface of this machine leads to 198.51.100.1"));
    CHECK(forward_open(&f, "198.51.100.2", &server, l, &out, &e) < 0);
    CHECK(tables() == 0);
    return 0;
}

static void servers_are_reached_from_elsewhere(void **state)
{
    (void)state;
    if (geteuid() != 0 || access("/usr/sbin/nft", X_OK) < 0) {
        print_message("skipped: needs root and nft\n");
        skip();
    }
    pid_t pid = fork();
    if (pid == 0) {
        int rc = 77;
        char home[] = "/tmp/vmtax-test-XXXXXX";
        if (mkdtemp(home) && setenv("XDG_RUNTIME_DIR", home, 1) == 0 &&
            unshare(CLONE_NEWNET) == 0) {
            struct ledger *l = ledger_open(NULL, NULL);
            int wrong = l ? forwards_and_ends(l) : __LINE__;
            ledger_close(l);
            if (wrong)
                fprintf(stderr, "line %d\n", wrong);
            rc = wrong ? 1 : 0;
        }
        rmdir(home);
        _exit(rc);
    }
    int status;
    waitpid(pid, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
        print_message("skipped: no network namespace can be had here\n");
        skip();
    }
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void own_addresses_are_known(void **state)
{
    (void)state;
    char name[FORWARD_NAME_MAX];
    if (forward_interface("127.0.0.1", false, name))
        assert_string_equal(name, "lo");
    assert_true(forward_interface("127.0.0.2", true, name));
    assert_false(forward_interface("198.51.100.1", false, name));
    assert_false(forward_interface("::1", false, name));
    assert_false(forward_interface("", false, name));
    assert_false(forward_interface("unknown", true, name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(servers_are_reached_from_elsewhere),
        cmocka_unit_test(own_addresses_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
