/* oltp.c - vmtax-oltp: the transactions of SysBench's OLTP on SQLite, for the workload `oltp`.
 *
 * A thread is a connection. SQLite has one writer at a time, and every transaction writes: so they
 * take turns by a lock of ours, which wakes the next one at once, where SQLite's own would have it
 * sleep and ask again. Durable, as the server that it stands for: a commit is over when its
 * write-ahead log is on the disk (journal_mode=WAL, synchronous=FULL).
 *
 * Every statement is checked: a read that finds too few rows or a write that changes another number
 * than one ends the program. */
#include <config.h>

#include "histogram.h"
#include "workloads/database/mix.h"
#include "workloads/payload/oltp.h"

#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FILE_NAME "oltp.sqlite"
#define C_SIZE    120 /* ten groups of eleven digits, and a zero byte */
#define PAD_SIZE  60  /* five of them */

enum statement {
    BEGIN,
    POINT,
    RANGE,
    RANGE_SUM,
    RANGE_ORDER,
    RANGE_DISTINCT,
    UPDATE_K,
    UPDATE_C,
    DELETE,
    INSERT,
    COMMIT,
    STATEMENTS,
};

/* In the order of the transaction; POINT is repeated. */
static const struct {
    const char *sql;
    enum { NOTHING, ONE_ROW, SOME_ROWS, ONE_CHANGE } expects;
} statements[STATEMENTS] = {
    [BEGIN] = {"BEGIN IMMEDIATE", NOTHING},
    [POINT] = {"SELECT c FROM sbtest1 WHERE id=?1", ONE_ROW},
    [RANGE] = {"SELECT c FROM sbtest1 WHERE id BETWEEN ?1 AND ?2", SOME_ROWS},
    [RANGE_SUM] = {"SELECT SUM(k) FROM sbtest1 WHERE id BETWEEN ?1 AND ?2", ONE_ROW},
    [RANGE_ORDER] = {"SELECT c FROM sbtest1 WHERE id BETWEEN ?1 AND ?2 ORDER BY c", SOME_ROWS},
    [RANGE_DISTINCT] = {"SELECT DISTINCT c FROM sbtest1 WHERE id BETWEEN ?1 AND ?2 ORDER BY c",
                        SOME_ROWS},
    [UPDATE_K] = {"UPDATE sbtest1 SET k=k+1 WHERE id=?1", ONE_CHANGE},
    [UPDATE_C] = {"UPDATE sbtest1 SET c=?3 WHERE id=?1", ONE_CHANGE},
    [DELETE] = {"DELETE FROM sbtest1 WHERE id=?1", ONE_CHANGE},
    [INSERT] = {"INSERT INTO sbtest1 (id,k,c,pad) VALUES (?1,?2,?3,?4)", ONE_CHANGE},
    [COMMIT] = {"COMMIT", NOTHING},
};

struct shared {
    uint64_t rows;
    pthread_mutex_t turn;
    pthread_barrier_t gate;
    uint64_t until_ns; /* of this run */
};

struct client {
    struct shared *shared;
    pthread_t thread;
    sqlite3 *db;
    sqlite3_stmt *statement[STATEMENTS];
    uint64_t random; /* state of its generator */
    uint64_t transactions, start_ns, end_ns;
    struct histogram latency;
};

static void answer(const struct oltp_answer *a)
{
    if (send(STDOUT_FILENO, a, sizeof *a, MSG_NOSIGNAL) != (ssize_t)sizeof *a)
        exit(1); /* nobody listens */
}

static _Noreturn void give_up(const char *what, sqlite3 *db)
{
    struct oltp_answer out = {.kind = OLTP_FAILED};
    snprintf(out.text, sizeof out.text, "SQLite: %s: %s", what,
             db ? sqlite3_errmsg(db) : strerror(errno));
    answer(&out);
    _exit(1);
}

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* ---- what is drawn ---- */

/* xorshift64*; never 0. */
static uint64_t draw(struct client *c, uint64_t below)
{
    c->random ^= c->random >> 12;
    c->random ^= c->random << 25;
    c->random ^= c->random >> 27;
    return (c->random * UINT64_C(0x2545f4914f6cdd1d) >> 11) % below;
}

/* 1..rows: three of four in the middle hundredth, the others in a bell over all. */
static uint64_t draw_row(struct client *c)
{
    uint64_t rows = c->shared->rows, few = rows / 100, sum = 0;
    if (draw(c, 4) > 0)
        return rows / 2 - few / 2 + draw(c, few);
    for (int i = 0; i < 12; i++)
        sum += draw(c, rows);
    return sum / 12 + 1;
}

/* Groups of eleven digits joined by '-', until the array is full. */
static void draw_text(struct client *c, char *out, size_t size)
{
    for (size_t i = 0; i + 1 < size; i++)
        out[i] = i % 12 == 11 ? '-' : (char)('0' + draw(c, 10));
    out[size - 1] = '\0';
}

/* ---- statements ---- */

static uint64_t range_end(const struct client *c, uint64_t row)
{
    uint64_t end = row + MIX_RANGE - 1;
    return end < c->shared->rows ? end : c->shared->rows;
}

static void execute(struct client *c, enum statement which, uint64_t row)
{
    sqlite3_stmt *s = c->statement[which];
    char text[C_SIZE], pad[PAD_SIZE];
    uint64_t found = 0, wanted = range_end(c, row) - row + 1;
    int rc;
    if (statements[which].expects != NOTHING)
        sqlite3_bind_int64(s, 1, (sqlite3_int64)row);
    if (which >= RANGE && which <= RANGE_DISTINCT)
        sqlite3_bind_int64(s, 2, (sqlite3_int64)range_end(c, row));
    if (which == UPDATE_C || which == INSERT) {
        draw_text(c, text, sizeof text);
        sqlite3_bind_text(s, 3, text, -1, SQLITE_STATIC);
    }
    if (which == INSERT) {
        draw_text(c, pad, sizeof pad);
        sqlite3_bind_int64(s, 2, (sqlite3_int64)draw_row(c));
        sqlite3_bind_text(s, 4, pad, -1, SQLITE_STATIC);
    }
    while ((rc = sqlite3_step(s)) == SQLITE_ROW)
        found++;
    if (rc != SQLITE_DONE)
        give_up(statements[which].sql, c->db);
    sqlite3_reset(s);
    bool right = true;
    switch (statements[which].expects) {
    case NOTHING:
        break;
    case ONE_ROW:
        right = found == 1;
        break;
    case SOME_ROWS:
        right = found == wanted;
        break;
    case ONE_CHANGE:
        right = sqlite3_changes(c->db) == 1;
        break;
    }
    if (!right) {
        errno = EBADMSG;
        give_up(statements[which].sql, NULL);
    }
}

static void transaction(struct client *c)
{
    uint64_t from = now_ns(), removed = draw_row(c);
    pthread_mutex_lock(&c->shared->turn);
    execute(c, BEGIN, 1);
    for (int i = 0; i < MIX_POINTS; i++)
        execute(c, POINT, draw_row(c));
    for (int i = RANGE; i <= UPDATE_C; i++)
        execute(c, (enum statement)i, draw_row(c));
    execute(c, DELETE, removed);
    execute(c, INSERT, removed);
    execute(c, COMMIT, 1);
    pthread_mutex_unlock(&c->shared->turn);
    histogram_record(&c->latency, now_ns() - from);
    c->transactions++;
}

static void *client_main(void *argument)
{
    struct client *c = argument;
    for (;;) {
        pthread_barrier_wait(&c->shared->gate);
        c->start_ns = now_ns();
        do
            transaction(c);
        while ((c->end_ns = now_ns()) < c->shared->until_ns);
        pthread_barrier_wait(&c->shared->gate);
    }
    return NULL;
}

/* ---- the table ---- */

static void command(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        give_up(sql, db);
}

static void connect_client(struct client *c, struct shared *shared, uint64_t seed, bool first)
{
    c->shared = shared;
    c->random = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15) | 1;
    if (sqlite3_open(FILE_NAME, &c->db) != SQLITE_OK)
        give_up("cannot open " FILE_NAME, c->db);
    command(c->db, "PRAGMA journal_mode=WAL");
    command(c->db, "PRAGMA synchronous=FULL");
    if (!first)
        return;
    command(c->db, "CREATE TABLE sbtest1 (id INTEGER PRIMARY KEY, k INTEGER NOT NULL DEFAULT 0, "
                   "c CHAR(120) NOT NULL DEFAULT '', pad CHAR(60) NOT NULL DEFAULT '')");
    command(c->db, "CREATE INDEX k_1 ON sbtest1 (k)");
}

static void prepare_statements(struct client *c)
{
    for (int i = 0; i < STATEMENTS; i++)
        if (sqlite3_prepare_v3(c->db, statements[i].sql, -1, SQLITE_PREPARE_PERSISTENT,
                               &c->statement[i], NULL) != SQLITE_OK)
            give_up(statements[i].sql, c->db);
}

static void fill(struct client *c)
{
    execute(c, BEGIN, 1);
    for (uint64_t row = 1; row <= c->shared->rows; row++)
        execute(c, INSERT, row);
    execute(c, COMMIT, 1);
}

/* ---- runs ---- */

static void run(struct client *clients, size_t count, uint64_t ns)
{
    struct oltp_answer out = {.kind = OLTP_RAN};
    struct shared *shared = clients->shared;
    uint64_t start = UINT64_MAX, end = 0;
    for (size_t i = 0; i < count; i++) {
        clients[i].transactions = 0;
        histogram_clear(&clients[i].latency);
    }
    shared->until_ns = now_ns() + ns;
    pthread_barrier_wait(&shared->gate);
    pthread_barrier_wait(&shared->gate);
    for (size_t i = 0; i < count; i++) {
        const struct client *c = &clients[i];
        start = c->start_ns < start ? c->start_ns : start;
        end = c->end_ns > end ? c->end_ns : end;
        out.transactions += c->transactions;
        for (size_t b = 0; b < HISTOGRAM_BUCKETS; b++)
            out.bucket[b] += atomic_load(&c->latency.bucket[b]);
    }
    out.ns = end - start;
    answer(&out);
}

static bool number(const char *text, uint64_t max, uint64_t *out)
{
    char *end;
    errno = 0;
    *out = strtoull(text, &end, 10);
    return errno == 0 && end != text && !*end && *out > 0 && *out <= max;
}

int main(int argc, char **argv)
{
    struct shared shared = {.turn = PTHREAD_MUTEX_INITIALIZER};
    struct oltp_answer ready = {.kind = OLTP_READY};
    struct oltp_request request;
    uint64_t threads, seed;
    snprintf(ready.text, sizeof ready.text, "SQLite %s", sqlite3_libversion());
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return puts(ready.text) < 0;
    if (argc != 4 || !number(argv[1], MIX_ROWS_MAX, &shared.rows) || shared.rows < MIX_ROWS_MIN ||
        !number(argv[2], MIX_THREADS_MAX, &threads) || !number(argv[3], UINT64_MAX, &seed)) {
        fputs("vmtax-oltp is started by vmtax-agent; see vmtax-agent(8)\n", stderr);
        return 2;
    }
    struct client *clients = calloc(threads, sizeof *clients);
    if (!clients || pthread_barrier_init(&shared.gate, NULL, (unsigned)threads + 1) != 0)
        give_up("cannot make its threads", NULL);
    for (size_t i = 0; i < threads; i++) {
        connect_client(&clients[i], &shared, seed + i, i == 0);
        prepare_statements(&clients[i]);
        if (i == 0)
            fill(clients);
    }
    for (size_t i = 0; i < threads; i++)
        if ((errno = pthread_create(&clients[i].thread, NULL, client_main, &clients[i])) != 0)
            give_up("cannot start a thread", NULL);
    answer(&ready);
    while (recv(STDOUT_FILENO, &request, sizeof request, 0) == (ssize_t)sizeof request)
        run(clients, threads, request.ns);
    _exit(0); /* the threads wait; the files are thrown away with their directory */
}
