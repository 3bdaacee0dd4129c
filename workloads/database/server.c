#include <config.h>

#include "workloads/database/server.h"

#include "text.h"
#include "workloads/child.h"
#include "workloads/database/mix.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define DATA         "data"
#define LOG          "server.log"
#define LOG_MAX      16384 /* of its end */
#define ROUND_MS     10
#define GREETING_MAX 256
#define GREETING_MS  5000
#define ANSWER_MS    2000 /* of one that has greeted before */

/* What it said last about what went wrong. */
static int rank(const char *line)
{
    static const char *const words[] = {"No space left",       "Disk is full",           "isk full",
                                        "error while loading", "Cannot allocate memory", "[ERROR]"};
    size_t n = sizeof words / sizeof *words;
    for (size_t i = 0; i < n; i++)
        if (strstr(line, words[i]))
            return (int)(n - i);
    return 0;
}

static void last_words(const struct server *s, char *why, size_t size)
{
    char *text = calloc(1, LOG_MAX + 1), *rest = NULL;
    off_t end = lseek(s->log, 0, SEEK_END);
    ssize_t n = text ? pread(s->log, text, LOG_MAX, end > LOG_MAX ? end - LOG_MAX : 0) : -1;
    int best = 0;
    for (char *line = n > 0 ? strtok_r(text, "\n", &rest) : NULL; line;
         line = strtok_r(NULL, "\n", &rest))
        if (rank(line) > best) {
            best = rank(line);
            text_clean(why, size, line);
        }
    free(text);
}

int server_alive(struct server *s, struct work *w)
{
    int status = 0;
    char how[CHILD_END_TEXT], why[160] = "";
    pid_t got = s->pid > 0 ? waitpid(s->pid, &status, WNOHANG) : -1;
    if (got == 0)
        return 0;
    s->pid = 0;
    last_words(s, why, sizeof why);
    return error_set(w->error, ERROR_SYSTEM, "%s: the MariaDB server %s: %s", w->workload->id,
                     got > 0 ? child_end_words(status, how) : "has ended",
                     child_was_killed(status) ? "is there enough memory?"
                     : why[0]                 ? why
                     : WIFSIGNALED(status)
                         ? "it did not say why"
                         : "it did not say why; does mariadbd --version run there? (Debian: "
                           "mariadb-server-core)");
}

/* The server's first packet, which it sends to whoever connects: its size, 0 if none came in time,
 * -1: there is no connection. */
static ssize_t hear_first(const struct tool *t, int patience_ms, unsigned char packet[GREETING_MAX])
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    ssize_t n = 0;
    /* A server that takes no connections fills its queue, and then connect() would wait. */
    const struct timeval patience = {.tv_sec = patience_ms / 1000};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    /* Through /proc: the name of the scratch directory may be too long for an address. */
    snprintf(to.sun_path, sizeof to.sun_path, "/proc/self/fd/%d/" SERVER_SOCKET, t->scratch);
    struct pollfd p = {.fd = fd, .events = POLLIN};
    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    bool joined = fd >= 0 && connect(fd, (const struct sockaddr *)&to, sizeof to) == 0;
    bool full = !joined && errno == EAGAIN;
    if (joined && poll(&p, 1, patience_ms) == 1)
        n = read(fd, packet, GREETING_MAX);
    if (fd >= 0)
        close(fd);
    return joined || full ? n : -1;
}

/* 1: it greets as one does; 0: there is no connection yet, -1 with a sentence. */
static int be_greeted(struct server *s, const struct tool *t, struct work *w)
{
    unsigned char packet[GREETING_MAX];
    ssize_t n = hear_first(t, GREETING_MS, packet);
    if (n < 0)
        return 0;
    if (!greeting_version(packet, n > 0 ? (size_t)n : 0, s->version))
        return error_set(w->error, ERROR_SYSTEM,
                         "%s: what was started as MariaDB's server does not greet like one",
                         w->workload->id);
    return 1;
}

int server_answers(struct server *s, const struct tool *t, struct work *w)
{
    unsigned char packet[GREETING_MAX];
    if (server_alive(s, w) < 0)
        return -1;
    if (hear_first(t, ANSWER_MS, packet) > 0)
        return 0;
    return error_set(w->error, ERROR_SYSTEM,
                     "%s: the MariaDB server has stopped answering: its process is there, but on "
                     "its socket nothing came for %d s; was it stopped, or does its disk hang?",
                     w->workload->id, ANSWER_MS / 1000);
}

/* Makes the data directory. It is that of a user of the server's own if root may give it away, as
 * in a user namespace he may not; else user is 0. */
static int make_data(struct server *s, const struct tool *t, unsigned *user)
{
    if (mkdirat(t->scratch, DATA, 0700) < 0)
        return -1;
    s->data = openat(t->scratch, DATA, O_RDONLY | O_DIRECTORY); /* for the server, too */
    if (s->data < 0 || mkdirat(s->data, SERVER_DATABASE, 0700) < 0)
        return -1;
    *user = geteuid() == 0 ? child_user() : 0;
    if (*user && (fchownat(s->data, SERVER_DATABASE, *user, *user, 0) < 0 ||
                  fchown(s->data, *user, *user) < 0))
        *user = 0;
    return 0;
}

int server_start(struct server *s, const struct tool *t, struct work *w, uint64_t connections)
{
    *s = (struct server){.log = -1, .data = -1};
    unsigned own = 0;
    s->log = openat(t->scratch, LOG, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_APPEND, 0600);
    if (s->log < 0 || make_data(s, t, &own) < 0)
        return tool_cannot(w, "make a data directory");

    char data[48], temporary[48], most[48], pool[48];
    char name[] = "mariadbd", defaults[] = "--no-defaults", socket_file[] = "--socket=socket",
         user[] = "--user=root", network[] = "--skip-networking", grants[] = "--skip-grant-tables",
         pid_file[] = "--pid-file=pid", durable[] = "--innodb-flush-log-at-trx-commit=1",
         redo[] = "--innodb-log-file-size=64M", schema[] = "--performance-schema=OFF",
         binlog[] = "--skip-log-bin", engine[] = "--default-storage-engine=InnoDB",
         dump[] = "--innodb-buffer-pool-dump-at-shutdown=OFF";
    char *argv[] = {name,
                    defaults,
                    data,
                    temporary,
                    socket_file,
                    network,
                    grants,
                    pid_file,
                    durable,
                    pool,
                    redo,
                    schema,
                    binlog,
                    engine,
                    dump,
                    most,
                    getuid() == 0 && !own ? user : NULL,
                    NULL};
    char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", locale[] = "LC_ALL=C";
    char home[PATH_MAX], directory[PATH_MAX];
    text_copy(home, sizeof home, t->home);
    text_copy(directory, sizeof directory, t->temporary);
    char *envp[] = {path, locale, home, directory, NULL};
    const struct tool_command command = {
        .name = name, .files = mix_servers, .argv = argv, .envp = envp, .user = own};

    snprintf(data, sizeof data, "--datadir=/proc/self/fd/%d", s->data);
    snprintf(temporary, sizeof temporary, "--tmpdir=/proc/self/fd/%d", s->data);
    snprintf(pool, sizeof pool, "--innodb-buffer-pool-size=%llu", (unsigned long long)SERVER_POOL);
    snprintf(most, sizeof most, "--max-connections=%llu", (unsigned long long)connections + 8);
    s->pid = tool_start(t, w, &command, s->log);
    if (s->pid < 0)
        return -1;
    for (int rc = 0; rc == 0; poll(NULL, 0, rc ? 0 : ROUND_MS)) {
        if (server_alive(s, w) < 0 || (rc = be_greeted(s, t, w)) < 0)
            return -1;
    }
    return 0;
}

void server_stop(struct server *s)
{
    child_end(&s->pid);
    child_close(&s->data);
    child_close(&s->log);
}
