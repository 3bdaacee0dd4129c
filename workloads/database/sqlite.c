#include <config.h>

#include "workloads/database/sqlite.h"

#include "text.h"
#include "workloads/child.h"
#include "workloads/payload/oltp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIBRARY     "Debian: libsqlite3-0"
#define SHORTEST_NS 1000 /* nothing does a transaction faster */

static bool payload_path(const struct work *w, char path[PATH_MAX])
{
    int n = snprintf(path, PATH_MAX, "%s/" OLTP_PROGRAM, w->payloads ? w->payloads : "");
    return w->payloads && n < PATH_MAX;
}

bool sqlite_found(const struct work *w)
{
    char path[PATH_MAX];
    return payload_path(w, path) && access(path, X_OK) == 0;
}

/* Why there is no answer. */
static int payload_ended(struct sqlite *s, struct work *w)
{
    int status = 0;
    pid_t got;
    do
        got = waitpid(s->pid, &status, 0);
    while (got < 0 && errno == EINTR);
    s->pid = 0;
    if (got > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return error_set(w->error, ERROR_SYSTEM,
                         OLTP_PROGRAM " cannot be loaded here: is SQLite installed (" LIBRARY ")?");
    if (got > 0 && WIFSIGNALED(status))
        return error_set(w->error, ERROR_SYSTEM, OLTP_PROGRAM " was killed by signal %d",
                         WTERMSIG(status));
    return error_set(w->error, ERROR_SYSTEM, OLTP_PROGRAM " ended with status %d",
                     got > 0 ? WEXITSTATUS(status) : -1);
}

/* What the loader complains about on its standard error comes here, too: a message too short. */
static int payload_hear(struct sqlite *s, struct work *w, uint32_t kind, struct oltp_answer *out)
{
    ssize_t n;
    do
        n = recv(s->socket, out, sizeof *out, 0);
    while (n < 0 && errno == EINTR);
    if (n > 0 && n < (ssize_t)sizeof *out)
        shutdown(s->socket, SHUT_RDWR);
    if (n != (ssize_t)sizeof *out)
        return payload_ended(s, w);
    out->text[sizeof out->text - 1] = '\0';
    if (out->kind == OLTP_FAILED) {
        char why[sizeof out->text];
        text_clean(why, sizeof why, out->text);
        return error_set(w->error, ERROR_SYSTEM, "%s: %s", w->workload->id, why);
    }
    if (out->kind != kind)
        return error_set(w->error, ERROR_SYSTEM,
                         OLTP_PROGRAM
                         " is not of this version: build and install vmtax completely");
    return 0;
}

int sqlite_start(struct sqlite *s, const struct tool *t, struct work *w, uint64_t rows,
                 uint64_t threads)
{
    char path[PATH_MAX], name[] = OLTP_PROGRAM, row_text[24], thread_text[24], seed[24];
    char search[] = "PATH=/usr/bin:/bin", locale[] = "LC_ALL=C", home[PATH_MAX];
    char *argv[] = {name, row_text, thread_text, seed, NULL};
    char *envp[] = {search, locale, home, NULL};
    const char *const files[] = {path, NULL};
    const struct tool_command command = {.name = name, .files = files, .argv = argv, .envp = envp};
    int ends[2];
    *s = (struct sqlite){.socket = -1};
    if (!payload_path(w, path))
        return error_set(w->error, ERROR_SYSTEM, "the name of a directory is too long");
    snprintf(row_text, sizeof row_text, "%llu", (unsigned long long)rows);
    snprintf(thread_text, sizeof thread_text, "%llu", (unsigned long long)threads);
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)(w->seed | 1));
    text_copy(home, sizeof home, t->home);
    struct oltp_answer *a = malloc(sizeof *a);
    if (!a || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) {
        free(a);
        return tool_cannot(w, "make a socket for " OLTP_PROGRAM);
    }
    s->pid = tool_start(t, w, &command, ends[1]);
    close(ends[1]);
    s->socket = ends[0];
    int rc = s->pid > 0 ? payload_hear(s, w, OLTP_READY, a) : -1;
    if (rc == 0)
        text_clean(s->version, sizeof s->version, a->text);
    free(a);
    return rc;
}

int sqlite_run(struct sqlite *s, struct work *w, uint64_t ns, struct histogram *latency,
               uint64_t *transactions, uint64_t *took_ns)
{
    struct oltp_request request = {.ns = ns};
    struct oltp_answer *a = malloc(sizeof *a);
    uint64_t sum = 0;
    int rc = -1;
    if (!a)
        return tool_cannot(w, "hear its payload");
    if (s->pid <= 0)
        error_set(w->error, ERROR_SYSTEM, OLTP_PROGRAM " has ended");
    else if (send(s->socket, &request, sizeof request, MSG_NOSIGNAL) != (ssize_t)sizeof request)
        payload_ended(s, w);
    else
        rc = payload_hear(s, w, OLTP_RAN, a);
    if (rc == 0 && a->transactions > a->ns / SHORTEST_NS)
        rc = error_set(w->error, ERROR_SYSTEM, OLTP_PROGRAM " claims more than is possible");
    for (size_t i = 0; rc == 0 && i < HISTOGRAM_BUCKETS; i++) {
        sum += a->bucket[i];
        if (a->bucket[i] > a->transactions || sum > a->transactions)
            break;
        uint64_t value = histogram_lower(i) + histogram_width(i) / 2;
        for (uint64_t k = 0; latency && k < a->bucket[i]; k++)
            histogram_record(latency, value);
    }
    if (rc == 0 && (a->transactions == 0 || sum != a->transactions || a->ns == 0))
        rc = error_set(w->error, ERROR_SYSTEM, OLTP_PROGRAM "'s sums do not agree");
    *transactions = a->transactions;
    *took_ns = a->ns;
    free(a);
    return rc;
}

void sqlite_stop(struct sqlite *s)
{
    child_close(&s->socket);
    child_end(&s->pid);
}
