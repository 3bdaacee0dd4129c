/* load.h - a load for web servers: clients that ask for one page, again and again.
 *
 * Threads, each with its share of the clients and an epoll of its own; the caller is the first of
 * them, and is pinned like the others. Closed loop: each client asks again as soon as it has its
 * page. Open loop (rate): requests are due at fixed times, whether the server keeps up or not; who
 * finds no idle client waits, and a latency counts from the time when its request was due, so that
 * a stall of the server shows in all requests that it held up.
 *
 * Every answer is checked whole (response.h). The first that is wrong, or late, ends the load with
 * a sentence. A request that is refused, cut off or answered by another status than 200 is an
 * error: it is counted, and its client asks again, on a new connection; more than LOAD_ERRORS_FEW
 * and one in a hundred end the load, too. */
#ifndef VMTAX_WEB_LOAD_H
#define VMTAX_WEB_LOAD_H

#include "error.h"
#include "histogram.h"
#include "workloads/web/response.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOAD_CLIENTS_MAX 1024u
#define LOAD_PATIENCE_S  8u /* without an answer for so long, it will not come */
#define LOAD_ERRORS_FEW  10u

struct load_plan {
    struct sockaddr_in server;
    unsigned clients; /* 1 .. LOAD_CLIENTS_MAX */
    unsigned threads; /* 1 .. clients */
    const int *cpus;  /* thread i runs on cpus[i % cpu_count]; cpu_count 0: wherever it likes */
    size_t cpu_count;
    bool keep;     /* connections are kept; else each request has one of its own (HTTP/1.0), which
                      the server closes */
    uint64_t rate; /* requests a second; 0: closed loop */
    const unsigned char *page; /* what must come; stays the caller's, as long as the load lives */
    size_t size;
};

struct load;

/* Makes the clients and starts the other threads. NULL with a sentence. */
struct load *load_open(const struct load_plan *plan, struct error *e);
/* Until `count` more pages have come, counted over all threads (what came since the last call
 * counts). From the first call with `record` on latencies are kept. -1 with a sentence. Timed code;
 * to be called from one thread. */
int load_run(struct load *l, uint64_t count, bool record, struct error *e);
/* Requests that were errors since it was opened, up to now. -1 with a sentence: more than one in a
 * hundred of all, however few. */
int load_errors(const struct load *l, uint64_t *errors, struct error *e);
/* The name of the server, as it was sent (RESPONSE_SERVER_MAX); empty: it has not told, or nothing
 * came yet. */
const char *load_server(const struct load *l);
/* Ends threads and connections; into (may be NULL) gets the latencies. Nothing for NULL. */
void load_close(struct load *l, struct histogram *into);

#endif
