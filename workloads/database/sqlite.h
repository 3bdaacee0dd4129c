/* sqlite.h - the other engine: the same transactions on SQLite, in a payload (payload/oltp.h). It
 * has no server between itself and who asks, so its figures are never compared with MariaDB's. */
#ifndef VMTAX_DATABASE_SQLITE_H
#define VMTAX_DATABASE_SQLITE_H

#include "workloads/tool.h"

struct sqlite {
    pid_t pid;
    int socket;
    char version[32]; /* "SQLite 3.40.1" */
};

/* Is the payload there? */
bool sqlite_found(const struct work *w);
/* Starts it; returns when its table is filled. sqlite_stop() is due in both cases. */
int sqlite_start(struct sqlite *s, const struct tool *t, struct work *w, uint64_t rows,
                 uint64_t threads);
/* Transactions for so long: how many, and the time that they took. latency, if not NULL, takes
 * theirs, in ns. */
int sqlite_run(struct sqlite *s, struct work *w, uint64_t ns, struct histogram *latency,
               uint64_t *transactions, uint64_t *took_ns);
void sqlite_stop(struct sqlite *s);

#endif
