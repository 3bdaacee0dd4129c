/* The network workloads against iperf3, by one veth pair into a network namespace, as native's path
 * is: the server's end on the first processor, the load's on the last, the same sizes, buffers and
 * directions, and for TCP no delay.
 *
 * Streams are compared by what arrives in a second, datagrams by the share that arrives of what is
 * sent at one fixed rate. Where the path itself loses next to nothing that says little about loss:
 * in further rows the receiving end's firewall drops a fifth, and the lost shares are compared.
 * iperf3 tells loss from the receiver's count of gaps, ours from both ends' counts: a datagram lost
 * as the last one is one that iperf3 does not know of.
 *
 * bench_iperf3 [BLOCKS] */
#include <config.h>

#include "json.h"
#include "target/network.h"
#include "tests/bench/compare.h"
#include "tests/bench/peer.h"
#include "workloads/child.h"
#include "workloads/workload.h"

#include <fcntl.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define BLOCKS 12
/* iperf3 takes whole seconds. */
#define SLOT_NS UINT64_C(1000000000)
#define LEAD_NS UINT64_C(50000000)
#define PORT    "5201"
/* Of datagrams that carry data: each tool says its hello by a smaller one. */
#define DROPPING                                                                               \
    "add table ip v; add chain ip v in { type filter hook input priority 0; }; add rule ip v " \
    "in meta l4proto udp meta length > 500 numgen random mod 100 < 20 drop"

struct row {
    const char *id, *size, *rate; /* rate: of datagrams, in Mbit/s; NULL: a stream */
    uint64_t batch;
    bool drops; /* a fifth of them, where they arrive */
};

struct pair {
    const struct row *row;
    const char *address;
    uint16_t port; /* of our server */
    pid_t far;     /* in the other network */
    int *cpu;
};

static bool failed(const struct error *e)
{
    fprintf(stderr, "%s\n", e->text);
    return false;
}

/* Our operations for about so long; what happens in it counts from *ops on. */
static bool run_for(const struct workload_ops *o, struct work *w, uint64_t batch, uint64_t ns,
                    uint64_t *spent)
{
    uint64_t from = work_now_ns(), now = from;
    w->bytes = 0;
    for (; now - from < ns; now = work_now_ns())
        if (o->run(w, batch) < 0)
            return false;
    *spent = now - from;
    return true;
}

static double ours(void *context)
{
    const struct pair *p = context;
    const struct workload_ops *o = workload_ops_find(p->row->id);
    struct error e;
    struct work w = {.workload = workload_find(p->row->id),
                     .lanes = 1,
                     .cpus = p->cpu,
                     .cpu_count = 1,
                     .seed = 1,
                     .role = ROLE_LOAD,
                     .error = &e};
    char params[PARAMS_TEXT];
    uint64_t spent = 0;
    snprintf(params, sizeof params, "size=%s%s%s", p->row->size, p->row->rate ? " rate=" : "",
             p->row->rate ? p->row->rate : "");
    snprintf(w.endpoint.address, sizeof w.endpoint.address, "%s", p->address);
    w.endpoint.ports[0] = p->port;
    bool done = params_parse(w.workload, params, w.param, &e) == 0 && o->prepare(&w) == 0 &&
                run_for(o, &w, p->row->batch, LEAD_NS, &spent) &&
                run_for(o, &w, p->row->batch, SLOT_NS, &spent) && o->verify(&w) == 0;
    double arrived = (double)w.delivery.received / (double)w.delivery.sent;
    double value = p->row->drops  ? 1 - arrived
                   : p->row->rate ? arrived
                                  : (double)w.bytes / (double)spent * 1e9;
    o->release(&w);
    return done || failed(&e) ? value : (double)NAN;
}

/* Of the end's sum: bytes per second that arrived, or the share of datagrams that did or did not.
 */
static double iperf3_figure(const char *text, const struct row *row)
{
    bool datagrams = row->rate;
    struct error e;
    struct json_reader r = {.name = "iperf3", .e = &e};
    cJSON *root = json_parse(text, strlen(text), "iperf3", &e);
    if (!root)
        return failed(&e) ? 0 : (double)NAN;
    const cJSON *end = json_get_object(&r, root, "end", JSON_REQUIRED);
    const cJSON *sum = end ? json_get_object(&r, end, datagrams ? "sum" : "sum_received",
                                             JSON_REQUIRED)
                           : NULL;
    double value = (double)NAN;
    if (sum && datagrams)
        value = json_get_number(&r, sum, "lost_percent", 0, 100, NAN, JSON_REQUIRED) / 100;
    if (sum && datagrams && !row->drops)
        value = 1 - value;
    if (sum && !datagrams)
        value = json_get_number(&r, sum, "bits_per_second", 0, 1e15, NAN, JSON_REQUIRED) / 8;
    cJSON_Delete(root);
    return r.failed ? (double)NAN : value;
}

static double theirs(void *context)
{
    const struct pair *p = context;
    char rate[24];
    const char *argv[24] = {"iperf3", "-c", p->address, "-p",         PORT, "-t",
                            "1",      "-J", "-l",       p->row->size, "-w", "128K"};
    size_t n = 12;
    if (strstr(p->row->id, ".tx")) /* the server sends */
        argv[n++] = "-R";
    snprintf(rate, sizeof rate, "%sM", p->row->rate ? p->row->rate : "");
    if (p->row->rate) {
        argv[n++] = "-u";
        argv[n++] = "-b";
        argv[n++] = rate;
    } else {
        argv[n++] = "-N";
    }
    char *text = peer_say(argv, PEER_SILENT);
    double value = text ? iperf3_figure(text, p->row) : (double)NAN;
    free(text);
    return value;
}

/* The far end: a process in a network of its own, with a server of ours and one of iperf3's. It is
 * gone, and the veth pair with it, when `tell` is closed or its parent ends. */
static _Noreturn void far_end(const struct network_pair *net, int cpu, int tell)
{
    struct error e;
    struct work w = {.workload = workload_find("net.rr"),
                     .cpus = &cpu,
                     .cpu_count = 1,
                     .role = ROLE_SERVE,
                     .error = &e};
    const struct serve_ops *serve = workload_ops_find("net.rr")->serve;
    uint16_t port = 0;
    snprintf(w.endpoint.address, sizeof w.endpoint.address, "%s", net->guest_address);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (child_pin(cpu) < 0 || network_enter(net, &e) < 0 || serve->open(&w) < 0)
        child_exit(1);
    pid_t iperf3 = child_fork(&w);
    if (iperf3 == 0) {
        int nothing = open("/dev/null", O_RDWR);
        dup2(nothing, STDOUT_FILENO);
        dup2(nothing, STDERR_FILENO);
        execlp("iperf3", "iperf3", "-s", "-p", PORT, (char *)NULL);
        child_exit(127);
    }
    port = w.endpoint.ports[0];
    bool attended = write(tell, &port, sizeof port) == (ssize_t)sizeof port &&
                    serve->attend(&w, tell) == 0;
    serve->close(&w);
    child_end(&iperf3);
    child_exit(attended ? 0 : 1);
}

/* -1: no far end. *hold is to be closed to end it. */
static pid_t far_start(struct network_pair *net, int cpu, int *hold, uint16_t *port)
{
    struct error e;
    int cause = 0, ends[2];
    unsigned number = (unsigned)getpid();
    while (!network_plan(number, net))
        number++;
    if (network_make(net, &cause, &e) < 0) {
        failed(&e);
        return -1;
    }
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        far_end(net, cpu, ends[1]);
    }
    close(ends[1]);
    *hold = ends[0];
    return pid > 0 && read(*hold, port, sizeof *port) == (ssize_t)sizeof *port ? pid : -1;
}

/* At both ends: what is lost is what is on its way to either. False: no loss can be made. */
static bool firewall(const struct pair *p, const char *rules)
{
    char network[48];
    snprintf(network, sizeof network, "--net=/proc/%d/ns/net", (int)p->far);
    char *near = peer_say((const char *[]){"nft", rules, NULL}, PEER_LOUD);
    char *far = peer_say((const char *[]){"nsenter", network, "nft", rules, NULL}, PEER_LOUD);
    bool done = near && far;
    free(near);
    free(far);
    return done;
}

static bool compare_rows(struct pair *p, unsigned blocks)
{
    static const struct row rows[] = {
        {"net.tcp.tx", "1K", NULL, 1000, false},  {"net.tcp.rx", "1K", NULL, 1000, false},
        {"net.tcp.tx", "32K", NULL, 100, false},  {"net.tcp.rx", "32K", NULL, 100, false},
        {"net.udp.tx", "1K", "200", 20, false},   {"net.udp.rx", "1K", "200", 20, false},
        {"net.udp.tx", "8K", "2000", 20, false},  {"net.udp.rx", "8K", "2000", 20, false},
        {"net.udp.tx", "32K", "4000", 20, false}, {"net.udp.rx", "32K", "4000", 20, false},
        {"net.udp.tx", "1K", "200", 20, true},    {"net.udp.rx", "1K", "200", 20, true},
    };
    bool pass = true;
    compare_heading();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char name[40], peer[48];
        p->row = &rows[i];
        if (p->row->drops && !firewall(p, DROPPING)) {
            printf("%-18s not measured: no loss can be made here (package nftables)\n", rows[i].id);
            return false;
        }
        snprintf(name, sizeof name, "%s %s", rows[i].id, rows[i].size);
        snprintf(peer, sizeof peer, rows[i].rate ? "iperf3 -u, %s Mbit/s%s" : "iperf3 -N",
                 rows[i].rate, rows[i].drops ? ", a fifth dropped" : "");
        struct compare c = {.name = name,
                            .peer = peer,
                            .ours = ours,
                            .theirs = theirs,
                            .context = p,
                            .rule = rows[i].rate ? COMPARE_WITHIN_OR_COVERS : COMPARE_REACHES,
                            .low = 0.95,
                            .high = rows[i].rate ? 1.05 : (double)INFINITY,
                            .unit = rows[i].drops  ? "% lost"
                                    : rows[i].rate ? "% arrive"
                                                   : "MB/s",
                            .scale = rows[i].rate ? 100 : 1e-6};
        pass &= compare_run(&c, blocks);
        if (p->row->drops)
            pass &= firewall(p, "delete table ip v");
    }
    return pass;
}

int main(int argc, char **argv)
{
    unsigned blocks = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : BLOCKS;
    struct network_pair net;
    uint16_t port = 0;
    int hold = -1, last = compare_pin(), first = last > 0 ? 0 : last;
    if (last < 0) {
        perror("cannot pin to one processor");
        return 1;
    }
    char *version = peer_say((const char *[]){"iperf3", "--version", NULL}, PEER_SILENT);
    bool possible = geteuid() == 0 && version;
    free(version);
    if (!possible) {
        printf("%-18s not measured: needs root, and iperf3 (package iperf3)\n", "net");
        return COMPARE_NOT_MEASURED;
    }
    /* A network of our own, whose firewall is ours to change. */
    struct error e;
    if (unshare(CLONE_NEWNET) < 0 || network_loopback(&e) < 0) {
        perror("no network namespace can be made");
        return 1;
    }
    pid_t far = far_start(&net, first, &hold, &port);
    struct pair p = {.address = net.guest_address, .port = port, .far = far, .cpu = &last};
    bool pass = far > 0 && compare_rows(&p, blocks);
    close(hold);
    if (far > 0)
        waitpid(far, NULL, 0);
    network_delete(net.host, NULL);
    return pass ? 0 : 1;
}
