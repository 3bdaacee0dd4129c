/* fuzz_session.c - all that a guest says in a conversation: hello, audits of its clock, slots,
 * ticks, results, a server's ports.
 *
 * The input lies in a socket whose other end has hung up, so nothing waits. Held beside "no
 * sanitizer complains": what is refused has a sentence that may be shown; what is accepted is
 * bounded as session.h says, and the deadline is kept. */
#include <config.h>

#include "session.h"
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define INPUT_MAX 65536
#define LIMIT_S   2.0

static void count_tick(void *context, const struct session_tick *t)
{
    (void)context;
    require(t->seconds > 0 && isfinite(t->value_ops_per_s) && t->value_ops_per_s >= 0);
}

static void show_stage(void *context, const char *text)
{
    (void)context;
    require_shown(text);
}

static void check_result(const struct session_result *r)
{
    require_shown(r->failure);
    require_shown(r->engine);
    require_shown(r->product);
    require(isfinite(r->agent_s) && r->agent_s >= 0 && isfinite(r->host_s) && r->host_s >= 0);
    require(isfinite(r->overhead_s_per_op) && r->overhead_s_per_op >= 0);
    require(isnan(r->steal) || (r->steal >= 0 && r->steal <= 1));
    require(r->start_ns <= r->end_ns && r->latency.p50_us <= r->latency.max_us);
    require(r->arrival.received <= r->arrival.sent);
    require(isfinite(r->arrival.sent_s) && r->arrival.sent_s >= 0);
}

static void talk(struct session *s)
{
    const struct session_run run = {
        .slot = 1, .workload = "null", .params = "", .lead_s = 0.1, .time_s = 0.1};
    struct session_result result;
    struct endpoint endpoint = {.address = "10.0.0.1"};
    struct error e = {0};
    char failure[REASON_MAX];
    int rc;
    require_shown(session_hello(s)->kernel);
    require_shown(session_hello(s)->clocksource);
    if ((rc = session_audit_clock(s, &e)) == 0 &&
        (rc = session_run(s, &run, &result, count_tick, NULL, &e)) == 0) {
        check_result(&result);
        if ((rc = session_serve(s, &run, &endpoint, failure, &e)) == 0) {
            require_shown(failure);
            rc = session_audit_clock(s, &e);
        }
        require(!isnan(session_clock(s)->rate));
    }
    if (rc < 0) {
        require(e.kind != ERROR_NONE && e.text[0]);
        require_shown(e.text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct target_kind kind = {.id = "test", .title = "test"};
    static const struct target_waiter waiter = {.stage = show_stage, .interrupt_fd = -1};
    struct error e = {0};
    int in[2];
    int out = open("/dev/null", O_WRONLY | O_CLOEXEC);
    size = size < INPUT_MAX ? size : INPUT_MAX;
    require(out >= 0 &&
            socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, in) == 0);
    require(write(in[1], data, size) == (ssize_t)size);
    close(in[1]);
    struct target target = {.kind = &kind, .to_agent = out, .from_agent = in[0]};
    uint64_t begun = clock_now_ns();
    struct session *s = session_open(&target, NULL, 0.5, &waiter, &e);
    if (s)
        talk(s);
    else
        require_shown(e.text);
    session_close(s);
    require((double)(clock_now_ns() - begun) * 1e-9 < LIMIT_S);
    close(in[0]);
    close(out);
    return 0;
}
