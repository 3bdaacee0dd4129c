/* web: one static page, asked for by WebBench's clients, as in the paper's figure 12.
 *
 * The server is the target's own (server.h) and stays up between slots. The load asks as WebBench
 * does, each client again as soon as it has its page, over a connection of its own for each request
 * or, as browsers do since, over one that is kept.
 *
 * web.rate asks at fixed times instead (load.h, open loop): a server that stalls is not asked less,
 * and every request that it held up shows. Its figure is their mean time.
 *
 * Before its first slot a load warms the server until it is steady: three tenths of a second in a
 * row whose rates lie within 5 % of each other, but for at most three seconds; what is unsteady
 * after that is noise, and the statistics show it, and its slots say so. A server that a load of
 * the same row has warmed already is steady: then a tenth of a second warms the load itself. Every
 * slot then has new connections and a lead-in of its own. */
#include <config.h>

#include "text.h"
#include "workloads/web/document.h"
#include "workloads/web/load.h"
#include "workloads/web/server.h"
#include "workloads/workload.h"

#include <arpa/inet.h>
#include <stdlib.h>

/* Parameters in the order of the catalogue; of the two workloads one has a rate where the other
 * chooses its connections. */
enum { CLIENTS, CPUS, CONNECTION, SIZE, RATE = CONNECTION };

#define WARM_WINDOW_NS   UINT64_C(100000000)
#define WARM_WINDOWS     3  /* in a row */
#define WARM_WINDOWS_MAX 30 /* in all */
#define WARM_SPREAD      0.05
#define WARM_BATCH       16

struct web_state {
    struct load_plan plan;
    struct load *load; /* in a slot */
    unsigned char *page;
    struct histogram *latency; /* of the slot, once it is timed */
    bool warm;
};

/* ---- the server ---- */

static int web_open(struct work *w)
{
    uint64_t cpus = w->param[CPUS];
    if (!w->scratch)
        return error_set(w->error, ERROR_USAGE, "web needs a directory for its server");
    if (cpus == 0 || cpus > w->cpu_count)
        cpus = w->cpu_count;
    struct server_plan plan = {.address = w->endpoint.address,
                               .scratch = w->scratch,
                               .payloads = w->payloads,
                               .cpus = w->cpus,
                               .cpu_count = w->cpu_count,
                               .workers = (unsigned)cpus,
                               .page = w->param[SIZE]};
    struct server *s = server_open(&plan, w->error);
    w->state = s;
    if (s)
        w->endpoint.ports[0] = server_port(s);
    return s ? 0 : -1;
}

static int web_attend(struct work *w, int end)
{
    return server_attend(w->state, end, w->error);
}

static void web_close(struct work *w)
{
    server_close(w->state);
    w->state = NULL;
}

static const struct serve_ops web_serve = {
    .open = web_open, .attend = web_attend, .close = web_close};

/* ---- the load ---- */

static bool at_fixed_rate(const struct work *w)
{
    return w->workload->figure == FIGURE_TIME_US;
}

static int web_prepare(struct work *w)
{
    struct web_state *s = calloc(1, sizeof *s);
    w->state = s;
    if (!s || !(s->page = malloc(w->param[SIZE])))
        return error_set(w->error, ERROR_SYSTEM, "no memory to prepare web");
    document_fill(s->page, w->param[SIZE]);
    unsigned clients = (unsigned)w->param[CLIENTS];
    s->plan = (struct load_plan){
        .server = {.sin_family = AF_INET, .sin_port = htons(w->endpoint.ports[0])},
        .clients = clients,
        .threads = w->cpu_count < clients ? (unsigned)w->cpu_count : clients,
        .cpus = w->cpus,
        .cpu_count = w->cpu_count,
        .keep = !at_fixed_rate(w) && w->param[CONNECTION] != 0,
        .rate = at_fixed_rate(w) ? w->param[RATE] : 0,
        .page = s->page,
        .size = w->param[SIZE]};
    if (inet_pton(AF_INET, w->endpoint.address, &s->plan.server.sin_addr) != 1)
        return error_set(w->error, ERROR_SYSTEM, "web has no address of its server");
    /* Pages of several clients come at once, and those that a batch did not wait for make the next
     * one look short: none is so small that this would matter. */
    w->step = 2 * w->param[CLIENTS];
    w->gap_ns = s->plan.rate ? UINT64_C(1000000000) / s->plan.rate : 0;
    return 0;
}

/* Pages a second in one window; negative: it failed. */
static double warm_window(struct work *w)
{
    struct web_state *s = w->state;
    uint64_t pages = 0, from = work_now_ns(), now = from;
    for (; now - from < WARM_WINDOW_NS; now = work_now_ns(), pages += WARM_BATCH)
        if (load_run(s->load, WARM_BATCH, false, w->error) < 0)
            return -1;
    return (double)pages / (double)(now - from);
}

/* Until it is steady; by clients that do not wait for their time. */
static int warm_load(struct work *w)
{
    double rate[WARM_WINDOWS_MAX];
    for (int i = 0; i < WARM_WINDOWS_MAX; i++) {
        rate[i] = warm_window(w);
        if (rate[i] < 0)
            return -1;
        double least = rate[i], most = rate[i];
        for (int k = i; k > i - WARM_WINDOWS && k >= 0; k--) {
            least = rate[k] < least ? rate[k] : least;
            most = rate[k] > most ? rate[k] : most;
        }
        if (w->warm || (i + 1 >= WARM_WINDOWS && most <= least * (1 + WARM_SPREAD)))
            return 0;
    }
    w->unsteady = true;
    return 0;
}

/* "nginx/1.22.1" as it says itself becomes "nginx 1.22.1". */
static void name_engine(struct work *w)
{
    struct web_state *s = w->state;
    text_clean(w->engine, sizeof w->engine, load_server(s->load));
    for (char *at = w->engine; *at; at++)
        if (*at == '/')
            *at = ' ';
}

static void drop_load(struct web_state *s, struct histogram *latency)
{
    load_close(s->load, latency);
    s->load = NULL;
}

static int warm(struct work *w)
{
    struct web_state *s = w->state;
    struct load_plan plan = s->plan;
    plan.rate = 0;
    s->load = load_open(&plan, w->error);
    if (!s->load || warm_load(w) < 0)
        return -1;
    name_engine(w);
    s->warm = true;
    drop_load(s, NULL);
    return 0;
}

static int web_arrange(struct work *w)
{
    struct web_state *s = w->state;
    drop_load(s, NULL); /* of a slot that failed */
    s->latency = NULL;
    if (!s->warm && warm(w) < 0)
        return -1;
    s->load = load_open(&s->plan, w->error);
    return s->load ? 0 : -1;
}

WORK_TIMED static int web_run(struct work *w, uint64_t count)
{
    struct web_state *s = w->state;
    bool timed = w->latency != NULL;
    if (timed)
        s->latency = w->latency;
    if (load_run(s->load, count, timed, w->error) < 0)
        return -1;
    w->bytes += count * s->plan.size;
    return 0;
}

/* The figure is a time of one request: as many of them as follow each other in half the slot, for
 * in truth several are under way at once. */
static int tell_mean(struct work *w)
{
    const struct web_state *s = w->state;
    double mean = histogram_mean(s->latency);
    w->own_ops = mean > 0 ? (uint64_t)((double)w->slot_ns / 2 / mean) : 0;
    w->own_ns = (uint64_t)((double)w->own_ops * mean);
    return w->own_ns > 0 ? 0
                         : error_set(w->error, ERROR_GUEST,
                                     "the web server takes longer for a page than the slot lasts");
}

/* All answers were compared when they came; what is left to see is a thread that met a wrong one
 * after the last batch. */
static int web_verify(struct work *w)
{
    struct web_state *s = w->state;
    int rc = load_run(s->load, 0, false, w->error);
    if (rc == 0)
        rc = load_errors(s->load, &w->statements.errors, w->error);
    drop_load(s, s->latency);
    return rc == 0 && at_fixed_rate(w) ? tell_mean(w) : rc;
}

static void web_release(struct work *w)
{
    struct web_state *s = w->state;
    if (!s)
        return;
    load_close(s->load, NULL);
    free(s->page);
    free(s);
    w->state = NULL;
}

#define WEB_OPS(of_id)                                                                    \
    {                                                                                     \
        .id = of_id, .serve = &web_serve, .prepare = web_prepare, .arrange = web_arrange, \
        .run = web_run, .verify = web_verify, .release = web_release                      \
    }
static const struct workload_ops web_ops = WEB_OPS("web"), web_rate_ops = WEB_OPS("web.rate");

const struct workload_ops *const workload_ops_web[] = {&web_ops, &web_rate_ops, NULL};
