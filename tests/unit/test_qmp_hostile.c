/* QEMUs that were taken over, are broken, or are none: each ends in a sentence. */
#include "tests/unit/qmp_peer.h"

#include "json.h"
#include "unit.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- who does not answer ---------------------------------------------------------------------- */

static void play_mute(const struct qmp_peer *p)
{
    char name[64];
    peer_welcome(p);
    for (;;)
        peer_hear(p, name);
}

static void who_never_answers_is_given_up(void **state)
{
    (void)state;
    struct qmp_fixture f;
    struct error e;
    struct qmp *q = peer_connect(&f, play_mute);
    assert_int_equal(qmp_command(q, "x", NULL, (double)NAN, NULL, &e), -1);
    for (int i = 1; i < QMP_UNANSWERED_MAX; i++)
        assert_int_equal(qmp_command(q, "x", NULL, 0.001, NULL, &e), -1);
    assert_true(qmp_alive(q));
    assert_int_equal(qmp_command(q, "x", NULL, 0.001, NULL, &e), -1);
    assert_false(qmp_alive(q));
    peer_wait_ended(&f);
    assert_says(f.why, "leaves its questions unanswered");
    assert_int_equal(qmp_command(q, "x", NULL, PATIENCE_S, NULL, &e), -1);
    assert_says(e.text, "cannot ask x: QEMU's monitor leaves its questions unanswered");
    qmp_free(q);
    peer_stop(&f);
}

static void play_deaf(const struct qmp_peer *p)
{
    peer_welcome(p);
    pause();
}

static void who_never_reads_is_given_up(void **state)
{
    (void)state;
    struct qmp_fixture f;
    struct error e;
    struct qmp *q = peer_connect(&f, play_deaf);
    enum { LENGTH = 200000 };
    char *text = calloc(1, LENGTH + 1);
    memset(text, 'x', LENGTH);
    cJSON *arguments = json_object();
    cJSON_AddStringToObject(arguments, "text", text);
    int asked = 0;
    while (qmp_alive(q) && asked++ < QMP_UNANSWERED_MAX)
        assert_int_equal(qmp_command(q, "x", arguments, 0.02, NULL, &e), -1);
    assert_says(e.text, "does not read what it is asked");
    peer_wait_ended(&f);
    cJSON_Delete(arguments);
    free(text);
    qmp_free(q);
    peer_stop(&f);
}

/* --- nonsense, after a good beginning --------------------------------------------------------- */

static void play_garbage(const struct qmp_peer *p)
{
    char name[64];
    peer_welcome(p);
    peer_hear(p, name);
    peer_say(p, "{\"return\": ");
    pause();
}

static void play_binary(const struct qmp_peer *p)
{
    char name[64];
    peer_welcome(p);
    peer_hear(p, name);
    peer_send(p, "\0\xff\x1b[2J\0\n", 8);
    pause();
}

static void play_deep(const struct qmp_peer *p)
{
    static char deep[100001];
    char name[64];
    peer_welcome(p);
    peer_hear(p, name);
    memset(deep, '[', sizeof deep - 1);
    deep[sizeof deep - 1] = '\n';
    peer_send(p, deep, sizeof deep);
    pause();
}

static void play_wrong_id(const struct qmp_peer *p)
{
    char name[64];
    peer_welcome(p);
    peer_say(p, "{\"return\": {}, \"id\": %lu}", peer_hear(p, name) + 1);
    pause();
}

static void play_no_id(const struct qmp_peer *p)
{
    char name[64];
    peer_welcome(p);
    peer_hear(p, name);
    peer_say(p, "{\"error\": {\"class\": \"GenericError\", \"desc\": \"JSON parse error\"}}");
    pause();
}

static void play_answers_before(const struct qmp_peer *p)
{
    peer_welcome(p);
    peer_say(p, "{\"return\": {}, \"id\": 1000}");
    pause();
}

static void play_greets_again(const struct qmp_peer *p)
{
    char name[64];
    peer_welcome(p);
    peer_hear(p, name);
    peer_say(p, QMP_PEER_GREETING);
    pause();
}

static void play_long_line(const struct qmp_peer *p)
{
    static char block[1 << 16];
    char name[64];
    peer_welcome(p);
    peer_hear(p, name);
    memset(block, ' ', sizeof block);
    for (;;)
        peer_send(p, block, sizeof block);
}

static void play_event_flood(const struct qmp_peer *p)
{
    char name[64];
    peer_welcome(p);
    peer_hear(p, name);
    for (;;)
        peer_say(p, "{\"event\": \"RESET\"}");
}

/* Few messages, much in each. */
static void play_byte_flood(const struct qmp_peer *p)
{
    static char line[(1 << 20) - 100];
    char name[64];
    peer_welcome(p);
    peer_hear(p, name);
    memset(line, ' ', sizeof line);
    static const char event[] = "{\"event\": \"RESET\"}";
    memcpy(line, event, sizeof event - 1);
    line[sizeof line - 1] = '\n';
    for (;;)
        peer_send(p, line, sizeof line);
}

static void play_leaves(const struct qmp_peer *p)
{
    char name[64];
    peer_welcome(p);
    peer_hear(p, name);
}

static void play_leaves_inside(const struct qmp_peer *p)
{
    char name[64];
    peer_welcome(p);
    unsigned long id = peer_hear(p, name);
    char half[64];
    int n = snprintf(half, sizeof half, "{\"return\": {}, \"id\": %lu", id);
    peer_send(p, half, (size_t)n);
}

static void nonsense_ends_the_connection(void **state)
{
    (void)state;
    static const struct {
        void (*play)(const struct qmp_peer *);
        const char *says;
    } cases[] = {
        {play_garbage, "sent nonsense: message: damaged at line 1, byte 12"},
        {play_binary, "sent nonsense: message: damaged at line 1, byte 1"},
        {play_deep, "too deeply nested"},
        {play_wrong_id, "answered what nobody had asked"},
        {play_no_id, "answered what nobody had asked"},
        {play_answers_before, "answered what nobody had asked"},
        {play_greets_again, "greeted twice"},
        {play_long_line, "a line of more than 1024 KiB"},
        {play_event_flood, "more than 1000 events in a second"},
        {play_byte_flood, "more than 8 MiB in a second"},
        {play_leaves, "QEMU closed its monitor"},
        {play_leaves_inside, "closed its monitor in the middle of a message"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct qmp_fixture f;
        struct error e = {.kind = ERROR_NONE};
        struct qmp *q = peer_connect(&f, cases[i].play);
        assert_int_equal(qmp_command(q, "query-status", NULL, PATIENCE_S, NULL, &e), -1);
        assert_int_equal(e.kind, ERROR_GUEST);
        assert_says(e.text, cases[i].says);
        assert_false(qmp_alive(q));
        assert_int_equal(qmp_command(q, "again", NULL, PATIENCE_S, NULL, &e), -1);
        assert_says(e.text, "cannot ask again: ");
        peer_wait_ended(&f);
        assert_says(f.why, cases[i].says);
        qmp_free(q);
        assert_int_equal(atomic_load(&f.ended), 1);
        peer_stop(&f);
    }
}

/* --- nonsense from the beginning -------------------------------------------------------------- */

static void play_silent(const struct qmp_peer *p)
{
    (void)p;
    pause();
}

static void play_gone(const struct qmp_peer *p)
{
    (void)p;
}

static void play_http(const struct qmp_peer *p)
{
    peer_say(p, "HTTP/1.1 400 Bad Request");
    pause();
}

static void play_event_first(const struct qmp_peer *p)
{
    peer_say(p, "{\"event\": \"STOP\"}");
    pause();
}

static void play_no_negotiation(const struct qmp_peer *p)
{
    peer_say(p, QMP_PEER_GREETING);
    pause();
}

static void play_refuses_negotiation(const struct qmp_peer *p)
{
    char name[64];
    peer_say(p, QMP_PEER_GREETING);
    peer_say(p, "{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"no\"}, \"id\": %lu}",
             peer_hear(p, name));
    pause();
}

static void play_other_negotiation(const struct qmp_peer *p)
{
    char name[64];
    peer_say(p, QMP_PEER_GREETING);
    peer_say(p, "{\"return\": {}, \"id\": %lu}", peer_hear(p, name) + 5);
    pause();
}

static void no_client_of_what_is_no_qemu(void **state)
{
    (void)state;
    static const struct {
        void (*play)(const struct qmp_peer *);
        double timeout_s;
        const char *says;
    } cases[] = {
        {play_silent, 0.05, "did not greet within 0.05 s"},
        {play_gone, PATIENCE_S, "QEMU closed its monitor"},
        {play_http, PATIENCE_S, "sent nonsense"},
        {play_event_first, PATIENCE_S, "did not begin with its greeting"},
        {play_no_negotiation, 0.3, "did not leave its negotiation mode within 0.3 s"},
        {play_refuses_negotiation, PATIENCE_S, "refuses qmp_capabilities: CommandNotFound: no"},
        {play_other_negotiation, PATIENCE_S, "did not answer to qmp_capabilities"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct qmp_fixture f;
        struct error e = {.kind = ERROR_NONE};
        peer_start(&f, cases[i].play);
        assert_null(qmp_new(f.fd, &f.hooks, cases[i].timeout_s, &e));
        assert_int_equal(e.kind, ERROR_GUEST);
        assert_says(e.text, cases[i].says);
        assert_int_equal(fcntl(f.fd, F_GETFD), -1); /* closed */
        assert_int_equal(atomic_load(&f.ended) + atomic_load(&f.events), 0);
        peer_stop(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_never_answers_is_given_up),
        cmocka_unit_test(who_never_reads_is_given_up),
        cmocka_unit_test(nonsense_ends_the_connection),
        cmocka_unit_test(no_client_of_what_is_no_qemu),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
