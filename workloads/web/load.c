#include <config.h>

#include "workloads/web/load.h"

#include "workloads/child.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "workloads/web/document.h"

#define SECOND      UINT64_C(1000000000)
#define BUFFER_SIZE ((size_t)64 << 10)
#define EVENTS_MAX  64
#define REQUEST_MAX 192
/* Of a closed loop's clients in one thread: each of few asks again at once, for one that waits is a
 * good part of the load less; many do when all that came together were looked at, which wakes the
 * server less often. */
#define CLIENTS_FEW 16
#define AGAIN_MS    5 /* at most, between an error and the next try */

struct client {
    int fd; /* -1: no connection */
    bool busy;
    size_t sent; /* of the request */
    uint64_t from_ns;
    struct response response;
};

/* What ended the load, in the thread that saw it. */
enum end { END_NONE, END_ERRNO, END_FAULT, END_LATE, END_BEHIND };

struct loader {
    _Alignas(64) _Atomic uint64_t done; /* pages; one writer */
    _Atomic uint64_t errors;            /* likewise */
    struct load *load;
    pthread_t thread;
    bool started;
    int cpu;
    int epoll, timer; /* timer: open loop only */
    unsigned char *buffer;
    /* idle: a stack, so that few connections do the work of few; closed loop: after an error.
     * ready: closed loop: has its page, and is to ask again. */
    struct client *clients, **idle, **ready;
    unsigned client_count, idle_count, ready_count;
    uint64_t due_ns, interval_ns; /* of the next request, open loop */
    uint64_t looked_ns;           /* when the clients were last looked at for late answers */
    struct histogram *histogram;
    enum end end;
    int failed_errno;
    enum response_fault fault;
};

struct load {
    struct load_plan plan;
    char request[REQUEST_MAX];
    size_t request_length;
    int wake; /* readable when threads are to look whether they go on */
    uint64_t goal;
    _Atomic bool stop, record;
    _Atomic unsigned failed; /* 1 + the first loader that did */
    char server[RESPONSE_SERVER_MAX];
    unsigned loader_count;
    struct loader *loaders;
};

/* ---- one thread's clients ---- */

WORK_TIMED static void wake_all(struct load *l)
{
    uint64_t one = 1;
    if (write(l->wake, &one, sizeof one) < 0) {
        /* it is readable already */
    }
}

WORK_TIMED static int end_load(struct loader *o, enum end end, int failed_errno)
{
    unsigned none = 0, me = (unsigned)(o - o->load->loaders) + 1;
    o->end = end;
    o->failed_errno = failed_errno;
    atomic_compare_exchange_strong(&o->load->failed, &none, me);
    wake_all(o->load);
    return -1;
}

WORK_TIMED static void client_disconnect(struct client *c)
{
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
}

/* A request without its page. Its client asks again in the next round. */
WORK_TIMED static int client_failed(struct loader *o, struct client *c, enum end end,
                                    int failed_errno)
{
    if (!c->busy) { /* nothing was asked for by that connection */
        client_disconnect(c);
        return 0;
    }
    uint64_t errors = atomic_load_explicit(&o->errors, memory_order_relaxed) + 1;
    uint64_t done = atomic_load_explicit(&o->done, memory_order_relaxed);
    atomic_store_explicit(&o->errors, errors, memory_order_relaxed);
    if (errors > LOAD_ERRORS_FEW + done / 100)
        return end_load(o, end, failed_errno);
    client_disconnect(c);
    c->busy = false;
    o->idle[o->idle_count++] = c;
    return 0;
}

/* A server may be short of something; it must not answer something else. */
WORK_TIMED static int client_fault(struct loader *o, struct client *c)
{
    enum response_fault fault = c->response.fault;
    o->fault = fault;
    return fault == RESPONSE_STATUS || fault == RESPONSE_CUT ? client_failed(o, c, END_FAULT, 0)
                                                             : end_load(o, END_FAULT, 0);
}

WORK_TIMED static int client_connect(struct loader *o, struct client *c)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data = {.ptr = c}};
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0)
        return end_load(o, END_ERRNO, errno);
    if (connect(c->fd, (const struct sockaddr *)(const void *)&o->load->plan.server,
                sizeof o->load->plan.server) < 0 &&
        errno != EINPROGRESS)
        return client_failed(o, c, END_ERRNO, errno);
    if (epoll_ctl(o->epoll, EPOLL_CTL_ADD, c->fd, &event) < 0)
        return end_load(o, END_ERRNO, errno);
    return 0;
}

/* What is left of the request, as far as it goes. */
WORK_TIMED static int client_send(struct loader *o, struct client *c)
{
    const struct load *l = o->load;
    while (c->sent < l->request_length) {
        ssize_t n = send(c->fd, l->request + c->sent, l->request_length - c->sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN ? 0 : client_failed(o, c, END_ERRNO, errno);
        c->sent += (size_t)n;
    }
    return 0;
}

/* A request that counts from from_ns. A new connection says itself when it can be written to. */
WORK_TIMED static int client_begin(struct loader *o, struct client *c, uint64_t from_ns)
{
    c->busy = true;
    c->sent = 0;
    c->from_ns = from_ns;
    response_begin(&c->response, o->load->plan.page, o->load->plan.size);
    return c->fd < 0 ? client_connect(o, c) : client_send(o, c);
}

/* Each from its own moment on: what the others took is not its server's time. */
WORK_TIMED static int ask_next(struct loader *o)
{
    for (unsigned i = 0; i < o->ready_count; i++)
        if (client_begin(o, o->ready[i], work_now_ns()) < 0)
            return -1;
    o->ready_count = 0;
    return 0;
}

/* The page is there, and, where the server closes, the connection has ended. */
WORK_TIMED static int client_finish(struct loader *o, struct client *c)
{
    struct load *l = o->load;
    uint64_t now = work_now_ns();
    if (atomic_load_explicit(&l->record, memory_order_relaxed))
        histogram_record(o->histogram, now - c->from_ns);
    uint64_t done = atomic_load_explicit(&o->done, memory_order_relaxed) + 1;
    if (done == 1 && o == l->loaders)
        for (size_t i = 0; i < RESPONSE_SERVER_MAX; i++)
            l->server[i] = c->response.server[i];
    atomic_store_explicit(&o->done, done, memory_order_relaxed);
    c->busy = false;
    if (l->plan.rate)
        o->idle[o->idle_count++] = c;
    else
        o->ready[o->ready_count++] = c;
    return o->client_count > CLIENTS_FEW ? 0 : ask_next(o);
}

/* The other side has closed. */
WORK_TIMED static int client_ended(struct loader *o, struct client *c)
{
    client_disconnect(c);
    if (!c->busy)
        return 0; /* it grew tired of an idle connection */
    return response_end(&c->response) ? client_finish(o, c) : client_fault(o, c);
}

/* All that is there: the end of a connection that comes with its last bytes is no event of its own.
 */
WORK_TIMED static int client_receive(struct loader *o, struct client *c)
{
    for (;;) {
        ssize_t n = recv(c->fd, o->buffer, BUFFER_SIZE, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN ? 0 : client_failed(o, c, END_ERRNO, errno);
        if (n == 0)
            return client_ended(o, c);
        if (!response_feed(&c->response, o->buffer, (size_t)n))
            return client_fault(o, c);
        if (c->response.done && o->load->plan.keep && !c->response.closes)
            return client_finish(o, c);
    }
}

WORK_TIMED static int client_event(struct loader *o, struct client *c)
{
    if (c->busy && c->sent < o->load->request_length) {
        if (client_send(o, c) < 0)
            return -1;
        if (c->sent < o->load->request_length || c->fd < 0)
            return 0;
    }
    return c->fd < 0 ? 0 : client_receive(o, c);
}

/* ---- one thread ---- */

WORK_TIMED static int begin_due(struct loader *o, uint64_t now)
{
    while (o->idle_count && o->due_ns <= now) {
        uint64_t due = o->due_ns;
        o->due_ns += o->interval_ns;
        if (client_begin(o, o->idle[--o->idle_count], due) < 0)
            return -1;
    }
    if (!o->idle_count)
        return o->due_ns + LOAD_PATIENCE_S / 2 * SECOND < now ? end_load(o, END_BEHIND, 0) : 0;
    struct itimerspec at;
    at.it_interval.tv_sec = at.it_interval.tv_nsec = 0;
    at.it_value.tv_sec = (time_t)(o->due_ns / SECOND);
    at.it_value.tv_nsec = (long)(o->due_ns % SECOND);
    return timerfd_settime(o->timer, TFD_TIMER_ABSTIME, &at, NULL) == 0
               ? 0
               : end_load(o, END_ERRNO, errno);
}

/* Clients of a closed loop that had an error. */
WORK_TIMED static int ask_again(struct loader *o, uint64_t now)
{
    for (unsigned n = o->idle_count; n > 0; n--)
        if (client_begin(o, o->idle[--o->idle_count], now) < 0)
            return -1;
    return 0;
}

WORK_TIMED static int look_for_late(struct loader *o, uint64_t now)
{
    if (now - o->looked_ns < SECOND)
        return 0;
    o->looked_ns = now;
    for (unsigned i = 0; i < o->client_count; i++)
        if (o->clients[i].busy && o->clients[i].from_ns + LOAD_PATIENCE_S * SECOND < now)
            return end_load(o, END_LATE, 0);
    return 0;
}

/* What has happened since the last round; waits if nothing has. -1: the load has failed here. */
WORK_TIMED static int loader_round(struct loader *o)
{
    struct epoll_event events[EVENTS_MAX];
    bool again = o->idle_count && !o->interval_ns;
    int n = epoll_wait(o->epoll, events, EVENTS_MAX, again ? AGAIN_MS : 1000);
    if (n < 0 && errno != EINTR)
        return end_load(o, END_ERRNO, errno);
    for (int i = 0; i < n; i++)
        if (events[i].data.ptr && client_event(o, events[i].data.ptr) < 0)
            return -1;
    if (ask_next(o) < 0)
        return -1;
    uint64_t now = work_now_ns();
    if ((o->interval_ns ? begin_due(o, now) : again ? ask_again(o, now) : 0) < 0)
        return -1;
    return look_for_late(o, now);
}

WORK_TIMED static bool goes_on(struct load *l)
{
    return !atomic_load_explicit(&l->stop, memory_order_relaxed) &&
           !atomic_load_explicit(&l->failed, memory_order_relaxed);
}

static int loader_begin(struct loader *o)
{
    if (child_pin(o->cpu) < 0)
        return end_load(o, END_ERRNO, errno);
    uint64_t now = work_now_ns();
    unsigned index = (unsigned)(o - o->load->loaders);
    o->looked_ns = now;
    o->due_ns = now + o->interval_ns * index / o->load->loader_count;
    for (unsigned i = 0; i < o->client_count; i++) {
        if (o->interval_ns)
            o->idle[o->idle_count++] = &o->clients[i];
        else if (client_begin(o, &o->clients[i], now) < 0)
            return -1;
    }
    return o->interval_ns ? begin_due(o, now) : 0;
}

static void *loader_main(void *argument)
{
    struct loader *o = argument;
    int rc = loader_begin(o);
    while (rc == 0 && goes_on(o->load))
        rc = loader_round(o);
    return NULL;
}

/* ---- all of it ---- */

static int watch(const struct loader *o, int fd, uint32_t how)
{
    struct epoll_event event = {.events = how, .data = {.ptr = NULL}};
    return fd < 0 ? -1 : epoll_ctl(o->epoll, EPOLL_CTL_ADD, fd, &event);
}

static int loader_init(struct load *l, unsigned index)
{
    const struct load_plan *p = &l->plan;
    struct loader *o = &l->loaders[index];
    o->load = l;
    o->epoll = o->timer = -1;
    o->cpu = p->cpu_count ? p->cpus[index % p->cpu_count] : -1;
    o->client_count = p->clients / p->threads + (index < p->clients % p->threads);
    o->interval_ns = p->rate ? SECOND * p->threads / p->rate : 0;
    o->clients = calloc(o->client_count, sizeof *o->clients);
    o->idle = calloc(o->client_count, sizeof(struct client *));
    o->ready = calloc(o->client_count, sizeof(struct client *));
    o->buffer = malloc(BUFFER_SIZE);
    o->histogram = calloc(1, sizeof *o->histogram);
    if (!o->clients || !o->idle || !o->ready || !o->buffer || !o->histogram)
        return -1;
    for (unsigned i = 0; i < o->client_count; i++)
        o->clients[i].fd = -1;
    o->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (o->epoll < 0 || watch(o, l->wake, EPOLLIN) < 0)
        return -1;
    if (p->rate) {
        o->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
        return watch(o, o->timer, EPOLLIN | EPOLLET);
    }
    return 0;
}

static void loader_release(struct loader *o)
{
    for (unsigned i = 0; o->clients && i < o->client_count; i++)
        child_close(&o->clients[i].fd);
    child_close(&o->epoll);
    child_close(&o->timer);
    free(o->clients);
    free(o->idle);
    free(o->ready);
    free(o->buffer);
    free(o->histogram);
}

static size_t write_request(char out[REQUEST_MAX], bool keep)
{
    return (size_t)snprintf(out, REQUEST_MAX,
                            "GET /" DOCUMENT_NAME " HTTP/1.%d\r\nHost: vmtax\r\n"
                            "User-Agent: vmtax\r\n\r\n",
                            keep);
}

WORK_FAILED static int tell_failure(const struct load *l, struct error *e)
{
    const struct loader *o = &l->loaders[atomic_load(&l->failed) - 1];
    switch (o->end) {
    case END_FAULT:
        return error_set(e, ERROR_GUEST, "the web server %s", response_fault_text(o->fault));
    case END_LATE:
        return error_set(e, ERROR_GUEST, "the web server has not answered for %u seconds",
                         LOAD_PATIENCE_S);
    case END_BEHIND:
        return error_set(
            e, ERROR_GUEST,
            "the web server does not keep up with %llu requests a second; ask for less",
            (unsigned long long)l->plan.rate);
    case END_ERRNO:
    case END_NONE:
        break;
    }
    if (o->failed_errno == ENETUNREACH || o->failed_errno == EHOSTUNREACH ||
        o->failed_errno == ENETDOWN)
        return error_set(e, ERROR_GUEST,
                         "no way leads to the web server: are the interfaces at both ends up?");
    return error_errno(e, o->failed_errno, "the connection to the web server failed");
}

struct load *load_open(const struct load_plan *plan, struct error *e)
{
    struct load *l = aligned_alloc(64, (sizeof *l + 63) / 64 * 64);
    if (!l || plan->clients > LOAD_CLIENTS_MAX || plan->threads > plan->clients) {
        error_set(e, ERROR_SYSTEM, "cannot make %u clients", plan->clients);
        free(l);
        return NULL;
    }
    memset(l, 0, sizeof *l);
    l->plan = *plan;
    l->request_length = write_request(l->request, plan->keep);
    l->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    size_t size = plan->threads * sizeof *l->loaders;
    l->loaders = aligned_alloc(64, size);
    int rc = l->loaders ? 0 : -1;
    if (rc == 0)
        memset(l->loaders, 0, size);
    for (unsigned i = 0; rc == 0 && i < plan->threads; i++) {
        l->loader_count++;
        rc = loader_init(l, i);
    }
    if (rc == 0)
        rc = loader_begin(&l->loaders[0]);
    for (unsigned i = 1; rc == 0 && i < plan->threads; i++) {
        errno = pthread_create(&l->loaders[i].thread, NULL, loader_main, &l->loaders[i]);
        l->loaders[i].started = errno == 0;
        rc = errno == 0 ? 0 : -1;
    }
    if (rc == 0)
        return l;
    if (atomic_load(&l->failed))
        tell_failure(l, e);
    else
        error_errno(e, errno, "cannot make %u clients on %u threads (is there a limit?)",
                    plan->clients, plan->threads);
    load_close(l, NULL);
    return NULL;
}

WORK_TIMED int load_run(struct load *l, uint64_t count, bool record, struct error *e)
{
    l->goal += count;
    atomic_store_explicit(&l->record, record, memory_order_relaxed);
    for (;;) {
        uint64_t done = 0;
        for (unsigned i = 0; i < l->loader_count; i++)
            done += atomic_load_explicit(&l->loaders[i].done, memory_order_relaxed);
        if (!goes_on(l))
            return tell_failure(l, e);
        if (done >= l->goal)
            return 0;
        loader_round(&l->loaders[0]);
    }
}

int load_errors(const struct load *l, uint64_t *errors, struct error *e)
{
    uint64_t done = 0;
    *errors = 0;
    for (unsigned i = 0; i < l->loader_count; i++) {
        const struct loader *o = &l->loaders[i];
        done += atomic_load(&o->done);
        *errors += atomic_load(&o->errors);
    }
    if (*errors * 100 <= done + *errors)
        return 0;
    return error_set(
        e, ERROR_GUEST,
        "%llu of %llu requests to the web server were refused, cut off, or answered by "
        "another status than 200",
        (unsigned long long)*errors, (unsigned long long)(done + *errors));
}

const char *load_server(const struct load *l)
{
    return l->server;
}

void load_close(struct load *l, struct histogram *into)
{
    if (!l)
        return;
    atomic_store(&l->stop, true);
    wake_all(l);
    for (unsigned i = 0; i < l->loader_count; i++) {
        struct loader *o = &l->loaders[i];
        if (o->started)
            pthread_join(o->thread, NULL);
        if (into && o->histogram)
            histogram_merge(into, o->histogram);
        loader_release(o);
    }
    child_close(&l->wake);
    free(l->loaders);
    free(l);
}
