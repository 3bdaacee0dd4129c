#include <config.h>

#include "target/qmp.h"

#include "clock.h"
#include "protocol.h"
#include "target/qmp_message.h"
#include "xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define THREAD_STACK  (256u << 10)
#define TIMEOUT_MAX_S 3600.0
#define NEGOTIATION   0 /* id of qmp_capabilities; questions count from 1 */
#define SECOND_NS     UINT64_C(1000000000)

enum state { GREETING_DUE, NEGOTIATING, READY };

/* One question, on the stack of who asks. */
struct ask {
    struct ask *next;
    uint64_t id;
    const char *name;
    bool done;
    int status;
    cJSON *reply;
    struct error e;
};

struct qmp {
    int fd, wake_fd;
    pthread_t thread;
    struct qmp_hooks hooks;

    pthread_mutex_t lock; /* of everything from here */
    pthread_cond_t changed;
    enum state state;
    bool stopping;
    struct error why; /* the connection has ended, or shall: kind is not ERROR_NONE */
    struct ask *asks;
    uint64_t last_id;
    uint64_t given_up[QMP_UNANSWERED_MAX]; /* ids */
    size_t given_up_count;
    char *out; /* what is to be sent */
    size_t out_length;

    /* The thread's own. */
    struct line_reader in;
    uint64_t second_from; /* of the flood's bounds */
    size_t second_bytes, second_events;

    char version[32]; /* written before READY, then constant */
};

/* --- the thread: what comes ------------------------------------------------------------------ */

/* Under the lock. */
static void queue_line(struct qmp *q, const char *line)
{
    size_t length = strlen(line);
    q->out = xrealloc_array(q->out, q->out_length + length, 1);
    memcpy(q->out + q->out_length, line, length);
    q->out_length += length;
}

/* Under the lock: the question leaves the list. */
static struct ask *take_ask(struct qmp *q, uint64_t id)
{
    for (struct ask **at = &q->asks; *at; at = &(*at)->next) {
        struct ask *ask = *at;
        if (ask->id == id) {
            *at = ask->next;
            return ask;
        }
    }
    return NULL;
}

/* Under the lock: was this id given up? Then it is answered now. */
static bool take_given_up(struct qmp *q, uint64_t id)
{
    for (size_t i = 0; i < q->given_up_count; i++)
        if (q->given_up[i] == id) {
            q->given_up[i] = q->given_up[--q->given_up_count];
            return true;
        }
    return false;
}

static int nonsense(struct error *e, const char *what)
{
    return error_set(e, ERROR_GUEST, "QEMU's monitor %s; start the guest again", what);
}

/* Under the lock. */
static int take_answer(struct qmp *q, struct qmp_message *m, struct error *e)
{
    struct ask *ask = m->has_id ? take_ask(q, m->id) : NULL;
    if (!ask) {
        if (m->has_id && take_given_up(q, m->id))
            return 0;
        return nonsense(e, "answered what nobody had asked");
    }
    if (m->kind == QMP_RETURN)
        ask->reply = cJSON_DetachItemViaPointer(m->root, m->body);
    else
        ask->status = error_set(&ask->e, ERROR_SYSTEM, "QEMU refuses %s: %s: %s", ask->name,
                                m->name, m->text);
    ask->done = true;
    pthread_cond_broadcast(&q->changed);
    return 0;
}

/* Under the lock. */
static int greet(struct qmp *q, const struct qmp_message *m, struct error *e)
{
    if (m->kind != QMP_GREETING)
        return nonsense(e, "did not begin with its greeting");
    snprintf(q->version, sizeof q->version, "%u.%u.%u", m->version[0], m->version[1],
             m->version[2]);
    char *line = qmp_message_command("qmp_capabilities", NULL, NEGOTIATION);
    queue_line(q, line);
    free(line);
    q->state = NEGOTIATING;
    return 0;
}

/* Under the lock. */
static int become_ready(struct qmp *q, const struct qmp_message *m, struct error *e)
{
    if (m->kind == QMP_ERROR)
        return error_set(e, ERROR_GUEST, "QEMU refuses qmp_capabilities: %s: %s", m->name, m->text);
    if (m->kind != QMP_RETURN || !m->has_id || m->id != NEGOTIATION)
        return nonsense(e, "did not answer to qmp_capabilities");
    q->state = READY;
    pthread_cond_broadcast(&q->changed);
    return 0;
}

static int take_message(struct qmp *q, struct qmp_message *m, struct error *e)
{
    int status = 0;
    pthread_mutex_lock(&q->lock);
    enum state state = q->state;
    bool stopping = q->stopping;
    if (stopping)
        ;
    else if (state == GREETING_DUE)
        status = greet(q, m, e);
    else if (state == NEGOTIATING)
        status = become_ready(q, m, e);
    else if (m->kind == QMP_GREETING)
        status = nonsense(e, "greeted twice");
    else if (m->kind != QMP_EVENT)
        status = take_answer(q, m, e);
    pthread_mutex_unlock(&q->lock);

    if (m->kind == QMP_EVENT && state == READY && !stopping) {
        if (++q->second_events > QMP_EVENTS_PER_S)
            return error_set(e, ERROR_GUEST,
                             "QEMU's monitor floods: more than %d events in a second; start the "
                             "guest again",
                             QMP_EVENTS_PER_S);
        if (q->hooks.event)
            q->hooks.event(q->hooks.context, m->name, m->body);
    }
    return status;
}

static int take_lines(struct qmp *q, struct error *e)
{
    char *line;
    size_t length;
    while ((line = line_reader_next(&q->in, &length)) != NULL) {
        struct qmp_message m;
        if (qmp_message_parse(&m, line, length, e) < 0)
            return error_prefix(e, "QEMU's monitor sent nonsense");
        int status = take_message(q, &m, e);
        qmp_message_release(&m);
        if (status < 0)
            return -1;
    }
    return 0;
}

static int count_bytes(struct qmp *q, size_t bytes, struct error *e)
{
    uint64_t now = clock_now_ns();
    if (now - q->second_from >= SECOND_NS) {
        q->second_from = now;
        q->second_bytes = q->second_events = 0;
    }
    q->second_bytes += bytes;
    if (q->second_bytes > QMP_BYTES_PER_S)
        return error_set(e, ERROR_GUEST,
                         "QEMU's monitor floods: more than %u MiB in a second; start the guest "
                         "again",
                         QMP_BYTES_PER_S >> 20);
    return 0;
}

/* One read a round, so that a flood keeps nobody from sending or stopping. */
static int receive(struct qmp *q, struct error *e)
{
    char *where;
    size_t room = line_reader_room(&q->in, &where);
    if (room == 0)
        return error_set(e, ERROR_GUEST,
                         "QEMU's monitor sent a line of more than %u KiB; start the guest again",
                         QMP_LINE_MAX >> 10);
    ssize_t n = recv(q->fd, where, room, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (n < 0 && errno != ECONNRESET) {
        error_errno(e, errno, "cannot read from QEMU's monitor");
        e->kind = ERROR_GUEST;
        return -1;
    }
    if (n <= 0)
        return error_set(e, ERROR_GUEST, "QEMU closed its monitor%s",
                         q->in.length > q->in.taken ? " in the middle of a message" : "");
    line_reader_fed(&q->in, (size_t)n);
    if (count_bytes(q, (size_t)n, e) < 0)
        return -1;
    return take_lines(q, e);
}

/* --- the thread: what goes ------------------------------------------------------------------- */

/* A connection that cannot be written to is closed by the reader, which may still find answers. */
static void send_some(struct qmp *q)
{
    pthread_mutex_lock(&q->lock);
    ssize_t n = q->out_length ? send(q->fd, q->out, q->out_length, MSG_DONTWAIT | MSG_NOSIGNAL) : 0;
    if (n < 0 && errno != EAGAIN && errno != EINTR)
        n = (ssize_t)q->out_length;
    if (n > 0) {
        q->out_length -= (size_t)n;
        memmove(q->out, q->out + n, q->out_length);
    }
    pthread_mutex_unlock(&q->lock);
}

/* Everybody who waits is told, and everybody who will ask. */
static void end(struct qmp *q, const struct error *why)
{
    pthread_mutex_lock(&q->lock);
    bool tell = q->state == READY && !q->stopping;
    q->why = *why;
    while (q->asks) {
        struct ask *ask = take_ask(q, q->asks->id);
        ask->status = error_set(&ask->e, ERROR_GUEST, "no answer to %s: %s", ask->name, why->text);
        ask->done = true;
    }
    pthread_cond_broadcast(&q->changed);
    pthread_mutex_unlock(&q->lock);
    shutdown(q->fd, SHUT_RDWR);
    if (tell && q->hooks.ended)
        q->hooks.ended(q->hooks.context, why->text);
}

static void *thread_main(void *argument)
{
    struct qmp *q = argument;
    for (;;) {
        pthread_mutex_lock(&q->lock);
        bool stopping = q->stopping;
        bool unsent = q->out_length > 0;
        struct error why = q->why; /* set here: an asker lost its patience */
        pthread_mutex_unlock(&q->lock);
        if (stopping)
            return NULL;
        if (why.kind == ERROR_NONE) {
            struct pollfd fds[] = {
                {.fd = q->fd, .events = (short)(unsent ? POLLIN | POLLOUT : POLLIN)},
                {.fd = q->wake_fd, .events = POLLIN}};
            if (poll(fds, 2, -1) < 0)
                continue; /* only a signal, or no memory for a moment */
            uint64_t count;
            if (fds[1].revents)
                (void)!read(q->wake_fd, &count, sizeof count);
            if (unsent)
                send_some(q);
            if (!(fds[0].revents & ~POLLOUT) || receive(q, &why) == 0)
                continue;
        }
        end(q, &why);
        return NULL;
    }
}

/* --- the caller ------------------------------------------------------------------------------ */

static void wake(struct qmp *q)
{
    uint64_t one = 1;
    (void)!write(q->wake_fd, &one, sizeof one);
}

static struct timespec deadline_in(double seconds)
{
    seconds = seconds > 0 ? seconds : 0; /* also NAN */
    seconds = seconds < TIMEOUT_MAX_S ? seconds : TIMEOUT_MAX_S;
    uint64_t ns = clock_now_ns() + (uint64_t)(seconds * (double)SECOND_NS);
    return (struct timespec){.tv_sec = (time_t)(ns / SECOND_NS), .tv_nsec = (long)(ns % SECOND_NS)};
}

static int start_thread(struct qmp *q)
{
    sigset_t all, before;
    pthread_attr_t attributes;
    sigfillset(&all);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, THREAD_STACK);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int cause = pthread_create(&q->thread, &attributes, thread_main, q);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return cause;
}

static void release(struct qmp *q)
{
    pthread_cond_destroy(&q->changed);
    pthread_mutex_destroy(&q->lock);
    line_reader_release(&q->in);
    free(q->out);
    if (q->wake_fd >= 0)
        close(q->wake_fd);
    close(q->fd);
    free(q);
}

static int wait_ready(struct qmp *q, double timeout_s, struct error *e)
{
    struct timespec deadline = deadline_in(timeout_s);
    int late = 0, status = 0;
    pthread_mutex_lock(&q->lock);
    while (q->state != READY && q->why.kind == ERROR_NONE && late != ETIMEDOUT)
        late = pthread_cond_timedwait(&q->changed, &q->lock, &deadline);
    if (q->state != READY) {
        status = q->why.kind != ERROR_NONE
                     ? error_set(e, q->why.kind, "%s", q->why.text)
                     : error_set(e, ERROR_GUEST, "QEMU's monitor %s within %g s",
                                 q->state == GREETING_DUE ? "did not greet"
                                                          : "did not leave its negotiation mode",
                                 timeout_s);
        q->stopping = true; /* a greeting that comes now leads to nothing, and no hook is called */
    }
    pthread_mutex_unlock(&q->lock);
    return status;
}

struct qmp *qmp_new(int fd, const struct qmp_hooks *hooks, double timeout_s, struct error *e)
{
    struct qmp *q = xcalloc(1, sizeof *q);
    q->fd = fd;
    if (hooks)
        q->hooks = *hooks;
    clock_condition_init(&q->changed);
    pthread_mutex_init(&q->lock, NULL);
    q->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int type, cause = 0;
    socklen_t size = sizeof type;
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    if (q->wake_fd < 0 || getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0)
        cause = errno;
    else if (line_reader_init(&q->in, QMP_LINE_MAX) < 0)
        cause = ENOMEM;
    else
        cause = start_thread(q);
    if (cause) {
        error_errno(e, cause, "cannot attend to QEMU's monitor");
        release(q);
        return NULL;
    }
    if (wait_ready(q, timeout_s, e) == 0)
        return q;
    qmp_free(q);
    return NULL;
}

void qmp_free(struct qmp *q)
{
    if (!q)
        return;
    pthread_mutex_lock(&q->lock);
    if (q->asks)
        BUG("a client of QEMU's monitor is freed while somebody asks");
    q->stopping = true;
    pthread_mutex_unlock(&q->lock);
    wake(q);
    pthread_join(q->thread, NULL);
    release(q);
}

const char *qmp_version(const struct qmp *q)
{
    return q->version;
}

bool qmp_alive(struct qmp *q)
{
    pthread_mutex_lock(&q->lock);
    bool alive = q->why.kind == ERROR_NONE;
    pthread_mutex_unlock(&q->lock);
    return alive;
}

/* Under the lock: the connection shall end; the thread, woken, does it. */
static void lose_patience(struct qmp *q, const char *what)
{
    nonsense(&q->why, what);
    wake(q);
}

/* Under the lock. */
static int queue_ask(struct qmp *q, struct ask *ask, const cJSON *arguments, struct error *e)
{
    if (q->why.kind != ERROR_NONE)
        return error_set(e, ERROR_GUEST, "cannot ask %s: %s", ask->name, q->why.text);
    ask->id = ++q->last_id;
    char *line = qmp_message_command(ask->name, arguments, ask->id);
    bool fits = q->out_length + strlen(line) <= QMP_UNSENT_MAX;
    if (fits) {
        queue_line(q, line);
        ask->next = q->asks;
        q->asks = ask;
        wake(q);
    }
    free(line);
    if (fits)
        return 0;
    if (q->out_length == 0)
        return error_set(e, ERROR_USAGE, "%s has too many arguments for QEMU's monitor", ask->name);
    lose_patience(q, "does not read what it is asked");
    return error_set(e, ERROR_GUEST, "cannot ask %s: %s", ask->name, q->why.text);
}

/* Under the lock, which is dropped while waiting. */
static int await(struct qmp *q, struct ask *ask, double timeout_s)
{
    struct timespec deadline = deadline_in(timeout_s);
    int late = 0;
    while (!ask->done && late != ETIMEDOUT)
        late = pthread_cond_timedwait(&q->changed, &q->lock, &deadline);
    if (ask->done)
        return ask->status;
    take_ask(q, ask->id);
    if (q->given_up_count < QMP_UNANSWERED_MAX)
        q->given_up[q->given_up_count++] = ask->id;
    else if (q->why.kind == ERROR_NONE)
        lose_patience(q, "leaves its questions unanswered");
    return error_set(&ask->e, ERROR_GUEST, "QEMU did not answer %s within %g s", ask->name,
                     timeout_s);
}

int qmp_command(struct qmp *q, const char *name, const cJSON *arguments, double timeout_s,
                cJSON **reply, struct error *e)
{
    struct ask ask = {.name = name};
    if (reply)
        *reply = NULL;
    if (pthread_equal(pthread_self(), q->thread))
        BUG("a hook of QEMU's monitor asks its own thread");
    pthread_mutex_lock(&q->lock);
    int status = queue_ask(q, &ask, arguments, &ask.e);
    if (status == 0)
        status = await(q, &ask, timeout_s);
    pthread_mutex_unlock(&q->lock);
    if (status < 0)
        return error_set(e, ask.e.kind, "%s", ask.e.text);
    if (reply)
        *reply = ask.reply;
    else
        cJSON_Delete(ask.reply);
    return 0;
}
