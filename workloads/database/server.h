/* server.h - a MariaDB server of the target's own, for one worker.
 *
 * Its data directory is empty when it starts, in the worker's scratch directory. It needs none of
 * the system tables that mariadb-install-db would make: it asks nobody who he is, so nobody but who
 * can enter the directory (0700) must reach it, and it listens on a socket in there only. It is a
 * child of the worker and dies with it; its data are thrown away with the directory. Root starts it
 * under a user of its own, who has that one directory and cannot even get to the others. */
#ifndef VMTAX_DATABASE_SERVER_H
#define VMTAX_DATABASE_SERVER_H

#include "workloads/database/greeting.h"
#include "workloads/tool.h"

#define SERVER_SOCKET   "data/socket" /* below the scratch directory */
#define SERVER_DATABASE "oltp"
#define SERVER_POOL     (UINT64_C(128) << 20) /* at most, of the rows that it keeps in memory */

struct server {
    pid_t pid;
    int data; /* its directory */
    int log;
    char version[GREETING_VERSION]; /* "10.11.19" */
};

/* Starts the server and waits until it answers. -1 with a sentence; server_stop() is due in both
 * cases. */
int server_start(struct server *s, const struct tool *t, struct work *w, uint64_t connections);
/* -1 with a sentence if it has died. */
int server_alive(struct server *s, struct work *w);
/* The same, and also if it lives and does not greet within two seconds. */
int server_answers(struct server *s, const struct tool *t, struct work *w);
void server_stop(struct server *s);

#endif
