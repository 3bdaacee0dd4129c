/* server.h - a web server of the target's own, for as long as a workload lasts.
 *
 * It is nginx where there is one, else the payload vmtax-httpd. It runs in a directory of its own
 * below the scratch directory, at one address, on a port that is free, under a user of its own
 * where that is possible, and never reads a configuration of the system. Its processes die with the
 * one that opened it: they have a PID namespace of their own where the kernel allows one, and are
 * in the worker's process group. */
#ifndef VMTAX_WEB_SERVER_H
#define VMTAX_WEB_SERVER_H

#include "error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct server_plan {
    const char *scratch, *payloads; /* payloads: NULL if there is no such directory */
    const char *address;            /* where it listens: IPv4, dotted */
    const int *cpus;                /* the first `workers` of them are its own */
    size_t cpu_count;
    unsigned workers; /* processes that answer */
    size_t page;      /* bytes */
};

struct server;

/* When it returns, the server answers on the port. NULL with a sentence, and nothing is left. Call
 * it from the main thread. */
struct server *server_open(const struct server_plan *plan, struct error *e);
/* The same without a choice: nginx, or the payload. */
struct server *server_open_kind(const struct server_plan *plan, bool nginx, struct error *e);
uint16_t server_port(const struct server *s);
/* Until descriptor `end` is readable (then 0). -1 with a sentence: the server has ended, or
 * its first process has. SIGCHLD is blocked meanwhile. */
int server_attend(struct server *s, int end, struct error *e);
/* Nothing for NULL. */
void server_close(struct server *s);

#endif
