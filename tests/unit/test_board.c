/* The board under several threads; the log; rings. Run it under TSan too. */
#include <config.h>

#include "unit.h"

#include "board.h"
#include "check.h"
#include "check_shared.h"
#include "xalloc.h"

#include <math.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void test_version_and_wake(void **state)
{
    (void)state;
    struct board b;
    struct snapshot s = {0};
    struct error e;
    assert_int_equal(board_init(&b, &e), 0);
    struct pollfd wake = {.fd = b.wake_fd, .events = POLLIN};
    /* A zeroed snapshot is older than any board. */
    assert_true(board_snapshot(&b, &s));
    assert_false(board_snapshot(&b, &s));
    assert_int_equal(poll(&wake, 1, 0), 0);
    assert_true(isnan(s.host.mhz) && isnan(s.self.ui_share) && isnan(s.self.share));

    board_edit(&b)->run.active = true;
    board_publish(&b);
    board_edit(&b)->run.block = 3;
    board_publish(&b);
    assert_int_equal(poll(&wake, 1, 0), 1);
    /* Another reader takes nothing from the one that polls. */
    struct snapshot other = {0};
    assert_true(board_peek(&b, &other));
    assert_int_equal(poll(&wake, 1, 0), 1);
    assert_true(board_snapshot(&b, &s));
    assert_int_equal(poll(&wake, 1, 0), 0);
    assert_true(s.run.active && s.run.block == 3);
    assert_true(s.now_s >= 0 && s.now_s <= board_now(&b));
    assert_true(s.clock > 1600000000);
    snapshot_release(&s);
    snapshot_release(&other);
    board_release(&b);
}

/* A tick takes run and host along and nothing else; what comes after a tick comes whole. */
static void test_run_alone(void **state)
{
    (void)state;
    struct board b;
    struct snapshot s = {0};
    struct error e;
    assert_int_equal(board_init(&b, &e), 0);
    struct snapshot *now = board_edit(&b);
    const struct workload *w = workload_next(NULL);
    now->target_count = 2;
    snapshot_metric(now, w, "a=1")->cell[1].measured_at = 1;
    board_publish(&b);
    assert_true(board_snapshot(&b, &s));
    for (int i = 0; i < BOARD_RATE_MAX + 7; i++) {
        struct board_run *r = &board_edit(&b)->run;
        size_t at = snapshot_ring_push(&r->rate_first, &r->rate_count, BOARD_RATE_MAX);
        r->rate[at].value = i;
        r->block = (uint32_t)i;
        r->block_count = 2;
        b.current.host.count = (size_t)i;
        board_publish_run(&b);
        if (i % 97 != 0 && i < BOARD_RATE_MAX)
            continue;
        assert_true(board_snapshot(&b, &s));
        assert_false(board_snapshot(&b, &s));
        assert_int_equal(s.run.block, i);
        assert_int_equal(s.run.block_count, 2);
        assert_int_equal(s.host.count, i);
        assert_int_equal(s.run.rate_count, r->rate_count);
        for (size_t k = 0; k < s.run.rate_count; k++) {
            size_t place = (s.run.rate_first + k) % BOARD_RATE_MAX;
            assert_true(s.run.rate[place].value ==
                        (double)(i + 1 - (int)s.run.rate_count + (int)k));
        }
        assert_int_equal(s.metric_count, 1);
    }
    /* both kinds of change since the last look */
    board_edit(&b)->metrics[0].cell[1].measured_at = 2;
    board_publish(&b);
    board_edit(&b)->run.block = 1;
    board_publish_run(&b);
    assert_true(board_snapshot(&b, &s));
    assert_int_equal(s.run.block, 1);
    assert_true(s.metrics[0].cell[1].measured_at == 2);
    board_log(&b, BOARD_LOG_NOTE, NULL, "a line");
    assert_true(board_snapshot(&b, &s));
    assert_int_equal(s.log_count, 1);
    snapshot_release(&s);
    board_release(&b);
}

static void test_log(void **state)
{
    (void)state;
    struct board b;
    struct snapshot s = {0};
    struct error e;
    assert_int_equal(board_init(&b, &e), 0);
    for (int i = 0; i < BOARD_LOG_MAX + 10; i++)
        board_log(&b, BOARD_LOG_NOTE, "container", "line %d", i);
    board_log(&b, BOARD_LOG_ERROR, NULL, "%s", "evil \x1b[2J\r\n\xff text");
    snapshot_log(board_edit(&b), BOARD_LOG_OK,
                 "a\x1b"
                 "b",
                 "%0600d", 7);
    board_publish(&b);
    board_snapshot(&b, &s);
    assert_int_equal(s.log_count, BOARD_LOG_MAX);
    assert_string_equal(s.log[s.log_first].text, "line 12");
    const struct board_log_line *evil = &s.log[(s.log_first + s.log_count - 2) % BOARD_LOG_MAX];
    assert_int_equal(evil->level, BOARD_LOG_ERROR);
    assert_string_equal(evil->target, "");
    for (const char *c = evil->text; *c; c++)
        assert_true((unsigned char)*c >= 32);
    const struct board_log_line *last = &s.log[(s.log_first + s.log_count - 1) % BOARD_LOG_MAX];
    assert_null(strchr(last->target, 27));
    assert_int_equal(strlen(last->text), sizeof last->text - 1);
    snapshot_release(&s);
    board_release(&b);
}

static void test_ring(void **state)
{
    (void)state;
    size_t first = 0, count = 0;
    int ring[3];
    for (int i = 0; i < 8; i++) {
        ring[snapshot_ring_push(&first, &count, 3)] = i;
        assert_int_equal(count, i < 3 ? (size_t)i + 1 : 3);
        assert_int_equal(ring[(first + count - 1) % 3], i);
    }
    assert_int_equal(ring[first], 5);
}

static void test_memory_is_reused(void **state)
{
    (void)state;
    struct board b;
    struct snapshot s = {0};
    struct error e;
    assert_int_equal(board_init(&b, &e), 0);
    for (int i = 0; i < 40; i++) {
        char params[PARAMS_TEXT];
        struct snapshot *edit = board_edit(&b);
        snprintf(params, sizeof params, "size=%dK", i);
        struct board_metric *m = snapshot_metric(edit, workload_next(NULL), params);
        m->baseline_value = i;
        assert_ptr_equal(snapshot_metric(edit, workload_next(NULL), params), m);
        board_publish(&b);
        assert_true(board_snapshot(&b, &s));
        assert_int_equal(s.metric_count, (size_t)i + 1);
        assert_ptr_not_equal(s.metrics, b.current.metrics);
        assert_true(s.metrics[i].baseline_value == i);
    }
    /* Fewer rows than before: the larger memory stays. */
    struct board_metric *kept = s.metrics;
    board_edit(&b)->metric_count = 2;
    board_publish(&b);
    assert_true(board_snapshot(&b, &s));
    assert_ptr_equal(s.metrics, kept);
    assert_int_equal(s.metric_count, 2);
    snapshot_release(&s);
    board_release(&b);
}

/* ---- two writers and a reader ---- */

#define ROUNDS 3000

struct shared {
    struct board board;
    _Atomic int writers;
};

/* Each edit keeps several places equal: a reader that sees them differ saw half of an edit. */
static void *write_run(void *argument)
{
    struct shared *s = argument;
    for (uint32_t i = 1; i <= ROUNDS; i++) {
        char params[PARAMS_TEXT];
        struct snapshot *edit = board_edit(&s->board);
        edit->run.block = i;
        edit->run.eta_s = i;
        if (i % 30 == 0) {
            snprintf(params, sizeof params, "size=%uK", i);
            snapshot_metric(edit, workload_next(NULL), params);
        }
        for (size_t k = 0; k < edit->metric_count; k++)
            edit->metrics[k].baseline_value = i;
        board_publish(&s->board);
    }
    atomic_fetch_sub(&s->writers, 1);
    board_edit(&s->board);
    board_publish(&s->board);
    return NULL;
}

static void *write_host(void *argument)
{
    struct shared *s = argument;
    for (int i = 1; i <= ROUNDS; i++) {
        struct board_host *h = &board_edit(&s->board)->host;
        h->load1 = h->load5 = h->load15 = i;
        h->cpu[snapshot_ring_push(&h->first, &h->count, BOARD_HOST_MAX)] = (float)i;
        board_publish(&s->board);
        if (i % 10 == 0)
            board_log(&s->board, BOARD_LOG_RUN, "native", "round %d", i);
    }
    atomic_fetch_sub(&s->writers, 1);
    board_edit(&s->board);
    board_publish(&s->board);
    return NULL;
}

static void test_threads(void **state)
{
    (void)state;
    struct shared *shared = xcalloc(1, sizeof *shared);
    struct snapshot s = {0};
    struct error e;
    pthread_t a, b;
    uint64_t version = 0;
    assert_int_equal(board_init(&shared->board, &e), 0);
    atomic_store(&shared->writers, 2);
    assert_int_equal(pthread_create(&a, NULL, write_run, shared), 0);
    assert_int_equal(pthread_create(&b, NULL, write_host, shared), 0);
    for (;;) {
        int writers = atomic_load(&shared->writers);
        struct pollfd wake = {.fd = shared->board.wake_fd, .events = POLLIN};
        if (board_snapshot(&shared->board, &s)) {
            assert_true(s.version > version);
            version = s.version;
            assert_true(s.run.eta_s == s.run.block || s.run.block == 0);
            assert_true(s.host.load1 == s.host.load5 && s.host.load5 == s.host.load15);
            for (size_t k = 0; k < s.metric_count; k++)
                assert_true(s.metrics[k].baseline_value == s.run.block);
            if (s.host.count)
                assert_true(s.host.cpu[(s.host.first + s.host.count - 1) % BOARD_HOST_MAX] ==
                            (float)s.host.load1);
        } else if (!writers) {
            break;
        } else {
            /* No publication is missed: the last one wakes us too. */
            assert_int_equal(poll(&wake, 1, 20000), 1);
        }
    }
    pthread_join(a, NULL);
    pthread_join(b, NULL);
    assert_int_equal(s.run.block, ROUNDS);
    assert_true(s.host.load1 == ROUNDS);
    assert_int_equal(s.metric_count, ROUNDS / 30);
    assert_int_equal(s.log_count, BOARD_LOG_MAX);
    snapshot_release(&s);
    board_release(&shared->board);
    free(shared);
}

/* What a run has not come to yet is not ready, whatever else the result says of it. */
static void test_targets_that_wait(void **state)
{
    (void)state;
    struct snapshot s;
    struct result r;
    memset(&s, 0, sizeof s);
    result_init(&r);
    r.target_count = 2;
    r.targets[0] = (struct result_target){.id = "native", .kind = "native", .start_s = 0.02};
    r.targets[1] = (struct result_target){.id = "kvm", .kind = "kvm"};
    snapshot_set_result(&s, &r);
    assert_int_equal(s.targets[0].state, BOARD_TARGET_READY);
    assert_int_equal(s.targets[1].state, BOARD_TARGET_OFF);
    /* What the board knows better stays. */
    s.targets[1].state = BOARD_TARGET_STARTING;
    snapshot_set_result(&s, &r);
    assert_int_equal(s.targets[1].state, BOARD_TARGET_STARTING);
    snapshot_release(&s);
    result_release(&r);
}

/* The library, and by which of its code it was run where that was chosen. */
static void test_engines(void **state)
{
    (void)state;
    struct snapshot s;
    struct result r;
    memset(&s, 0, sizeof s);
    result_init(&r);
    result_add_metric(&r, workload_find("linpack"), "size=1000 cpus=1 core=auto");
    result_add_metric(&r, workload_find("oltp"), "threads=1");
    result_add_fact(&r, "engine.linpack", "OpenBLAS 0.3.21");
    result_add_fact(&r, "engine.oltp", "MariaDB 10.11");
    snapshot_set_result(&s, &r);
    assert_string_equal(s.metrics[0].engine, "OpenBLAS 0.3.21");
    assert_string_equal(s.metrics[1].engine, "MariaDB 10.11");
    result_add_fact(&r, "engine.linpack.core", "Haswell");
    snapshot_set_result(&s, &r);
    assert_string_equal(s.metrics[0].engine, "OpenBLAS 0.3.21, code for Haswell");
    assert_string_equal(s.metrics[1].engine, "MariaDB 10.11");
    snapshot_release(&s);
    result_release(&r);
}

/* A verdict goes with the last who holds it: here a snapshot that is older than the board's, and
 * one that outlives the board. */
static void test_verdicts_are_held(void **state)
{
    (void)state;
    struct board b;
    struct snapshot s = {0}, old = {0};
    struct error e;
    struct check *first = check_new(), *second = check_new();
    first->lost_rows = 1;
    second->lost_rows = 2;
    assert_int_equal(board_init(&b, &e), 0);
    snapshot_set_verdict(board_edit(&b), first);
    board_publish(&b);
    check_let_go(first);
    assert_true(board_peek(&b, &s));
    assert_true(board_peek(&b, &old));
    snapshot_set_verdict(board_edit(&b), second);
    board_publish(&b);
    check_let_go(second);
    assert_true(board_peek(&b, &s));
    assert_int_equal(old.check.verdict->lost_rows, 1);
    assert_int_equal(s.check.verdict->lost_rows, 2);
    snapshot_set_verdict(&s, s.check.verdict); /* the same again */
    snapshot_release(&old);
    assert_null(old.check.verdict);
    board_edit(&b)->run.active = true; /* a tick leaves it alone */
    board_publish_run(&b);
    assert_true(board_peek(&b, &s));
    board_release(&b);
    assert_int_equal(s.check.verdict->lost_rows, 2);
    snapshot_release(&s);
    check_let_go(NULL);
    assert_null(check_hold(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_version_and_wake),
        cmocka_unit_test(test_run_alone),
        cmocka_unit_test(test_log),
        cmocka_unit_test(test_ring),
        cmocka_unit_test(test_memory_is_reused),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_targets_that_wait),
        cmocka_unit_test(test_engines),
        cmocka_unit_test(test_verdicts_are_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
