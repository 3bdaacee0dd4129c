#include "tests/unit/qmp_peer.h"

#include "unit.h"

#include <cjson/cJSON.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

void peer_send(const struct qmp_peer *p, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = send(p->fd, bytes, length, MSG_NOSIGNAL);
        if (n <= 0)
            _exit(0); /* vmtax's end is gone */
        bytes += n;
        length -= (size_t)n;
    }
}

void peer_say(const struct qmp_peer *p, const char *format, ...)
{
    char line[1024];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line - 2, format, args);
    va_end(args);
    memcpy(line + n, "\r\n", 2);
    peer_send(p, line, (size_t)n + 2);
}

unsigned long peer_hear(const struct qmp_peer *p, char name[64])
{
    static char line[1 << 19];
    if (!fgets(line, sizeof line, p->in))
        _exit(0);
    cJSON *root = cJSON_Parse(line);
    const cJSON *execute = cJSON_GetObjectItem(root, "execute");
    const cJSON *id = cJSON_GetObjectItem(root, "id");
    if (!cJSON_IsString(execute) || !cJSON_IsNumber(id))
        _exit(3);
    snprintf(name, 64, "%s", execute->valuestring);
    unsigned long number = (unsigned long)id->valuedouble;
    cJSON_Delete(root);
    return number;
}

void peer_welcome(const struct qmp_peer *p)
{
    char name[64];
    peer_say(p, QMP_PEER_GREETING);
    unsigned long id = peer_hear(p, name);
    if (strcmp(name, "qmp_capabilities") != 0)
        _exit(3);
    peer_say(p, "{\"return\": {}, \"id\": %lu}", id);
}

static void on_event(void *context, const char *name, const cJSON *data)
{
    struct qmp_fixture *f = context;
    (void)data;
    snprintf(f->last_event, sizeof f->last_event, "%s", name);
    atomic_fetch_add(&f->events, 1);
}

static void on_end(void *context, const char *why)
{
    struct qmp_fixture *f = context;
    snprintf(f->why, sizeof f->why, "%s", why);
    atomic_fetch_add(&f->ended, 1);
}

void peer_start(struct qmp_fixture *f, void (*play)(const struct qmp_peer *))
{
    int pair[2];
    *f = (struct qmp_fixture){.hooks = {.context = f, .event = on_event, .ended = on_end}};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    f->child = fork();
    assert_true(f->child >= 0);
    if (f->child == 0) {
        close(pair[0]);
        struct qmp_peer p = {.fd = pair[1], .in = fdopen(pair[1], "r")};
        play(&p);
        _exit(0);
    }
    close(pair[1]);
    f->fd = pair[0];
}

void peer_stop(struct qmp_fixture *f)
{
    kill(f->child, SIGKILL);
    waitpid(f->child, NULL, 0);
}

struct qmp *peer_connect(struct qmp_fixture *f, void (*play)(const struct qmp_peer *))
{
    struct error e = {.kind = ERROR_NONE};
    peer_start(f, play);
    struct qmp *q = qmp_new(f->fd, &f->hooks, PATIENCE_S, &e);
    if (!q)
        fail_msg("%s", e.text);
    return q;
}

void peer_wait_ended(struct qmp_fixture *f)
{
    for (int i = 0; i < 2000 && !atomic_load(&f->ended); i++)
        poll(NULL, 0, 5);
    assert_int_equal(atomic_load(&f->ended), 1);
}

void assert_says(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" does not say \"%s\"", text, part);
}
