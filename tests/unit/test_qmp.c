#include "tests/unit/qmp_peer.h"

#include "json.h"
#include "unit.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- a QEMU as it should be ------------------------------------------------------------------- */

static void play_normal(const struct qmp_peer *p)
{
    char name[64];
    peer_welcome(p);
    for (;;) {
        unsigned long id = peer_hear(p, name);
        if (strcmp(name, "refuse") == 0)
            peer_say(p,
                     "{\"id\": %lu, \"error\": {\"class\": \"GenericError\", \"desc\": "
                     "\"cannot\\u001b[2J\"}}",
                     id);
        else
            peer_say(p,
                     "{\"return\": {\"name\": \"%s\", \"number\": 9007199254740992}, \"id\": %lu}",
                     name, id);
    }
}

static void questions_are_answered(void **state)
{
    (void)state;
    struct qmp_fixture f;
    struct error e;
    struct qmp *q = peer_connect(&f, play_normal);
    assert_string_equal(qmp_version(q), "7.2.22");
    for (int i = 0; i < 50; i++) {
        cJSON *reply = NULL;
        assert_int_equal(qmp_command(q, "query-status", NULL, PATIENCE_S, &reply, &e), 0);
        assert_string_equal(cJSON_GetObjectItem(reply, "name")->valuestring, "query-status");
        cJSON_Delete(reply);
    }
    assert_int_equal(qmp_command(q, "stop", NULL, PATIENCE_S, NULL, &e), 0);
    assert_true(qmp_alive(q));
    qmp_free(q);
    assert_int_equal(atomic_load(&f.ended), 0);
    peer_stop(&f);
}

static void a_refusal_is_a_sentence(void **state)
{
    (void)state;
    struct qmp_fixture f;
    struct error e;
    struct qmp *q = peer_connect(&f, play_normal);
    cJSON *reply = (cJSON *)&f;
    assert_int_equal(qmp_command(q, "refuse", NULL, PATIENCE_S, &reply, &e), -1);
    assert_null(reply);
    assert_int_equal(e.kind, ERROR_SYSTEM);
    assert_string_equal(e.text, "QEMU refuses refuse: GenericError: cannot\u00b7[2J");
    assert_true(qmp_alive(q));
    assert_int_equal(qmp_command(q, "next", NULL, PATIENCE_S, NULL, &e), 0);
    qmp_free(q);
    peer_stop(&f);
}

static void too_long_a_question_is_not_sent(void **state)
{
    (void)state;
    struct qmp_fixture f;
    struct error e;
    struct qmp *q = peer_connect(&f, play_normal);
    char *text = calloc(1, QMP_UNSENT_MAX + 1);
    memset(text, 'x', QMP_UNSENT_MAX);
    cJSON *arguments = json_object();
    cJSON_AddStringToObject(arguments, "text", text);
    assert_int_equal(qmp_command(q, "long", arguments, PATIENCE_S, NULL, &e), -1);
    assert_int_equal(e.kind, ERROR_USAGE);
    assert_int_equal(qmp_command(q, "next", NULL, PATIENCE_S, NULL, &e), 0);
    cJSON_Delete(arguments);
    free(text);
    qmp_free(q);
    peer_stop(&f);
}

static void play_events(const struct qmp_peer *p)
{
    char name[64];
    peer_welcome(p);
    for (;;) {
        unsigned long id = peer_hear(p, name);
        peer_say(p, "{\"event\": \"STOP\", \"timestamp\": {\"seconds\": 1, \"microseconds\": 2}}");
        peer_say(p, "{\"event\": \"RESET\", \"data\": {\"guest\": true}}");
        peer_say(p, "{\"return\": {}, \"id\": %lu}", id);
        peer_say(p, "{\"event\": \"RESUME\"}");
        if (strcmp(name, "quit") == 0)
            _exit(0);
    }
}

static void events_stand_between_answers(void **state)
{
    (void)state;
    struct qmp_fixture f;
    struct error e;
    struct qmp *q = peer_connect(&f, play_events);
    for (int i = 0; i < 10; i++)
        assert_int_equal(qmp_command(q, "x", NULL, PATIENCE_S, NULL, &e), 0);
    assert_int_equal(qmp_command(q, "quit", NULL, PATIENCE_S, NULL, &e), 0);
    peer_wait_ended(&f);
    assert_int_equal(atomic_load(&f.events), 33);
    assert_string_equal(f.last_event, "RESUME");
    assert_string_equal(f.why, "QEMU closed its monitor");
    assert_false(qmp_alive(q));
    assert_int_equal(qmp_command(q, "x", NULL, PATIENCE_S, NULL, &e), -1);
    assert_int_equal(e.kind, ERROR_GUEST);
    assert_string_equal(e.text, "cannot ask x: QEMU closed its monitor");
    qmp_free(q);
    peer_stop(&f);
}

/* --- several who ask -------------------------------------------------------------------------- */

#define ROUNDS 300

/* Waits for two questions, then answers the later one first. */
static void play_reversed(const struct qmp_peer *p)
{
    char first[64], second[64];
    peer_welcome(p);
    for (;;) {
        unsigned long a = peer_hear(p, first);
        unsigned long b = peer_hear(p, second);
        peer_say(p, "{\"return\": \"%s\", \"id\": %lu}", second, b);
        peer_say(p, "{\"return\": \"%s\", \"id\": %lu}", first, a);
    }
}

struct asker {
    struct qmp *q;
    const char *name;
    int good;
};

static void *ask_often(void *argument)
{
    struct asker *a = argument;
    for (int i = 0; i < ROUNDS; i++) {
        cJSON *reply;
        if (qmp_command(a->q, a->name, NULL, PATIENCE_S, &reply, NULL) == 0 &&
            strcmp(reply->valuestring, a->name) == 0)
            a->good++;
        cJSON_Delete(reply);
    }
    return NULL;
}

static void two_ask_at_once(void **state)
{
    (void)state;
    struct qmp_fixture f;
    struct qmp *q = peer_connect(&f, play_reversed);
    struct asker askers[2] = {{.q = q, .name = "left"}, {.q = q, .name = "right"}};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask_often, &askers[i]), 0);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(askers[0].good, ROUNDS);
    assert_int_equal(askers[1].good, ROUNDS);
    qmp_free(q);
    peer_stop(&f);
}

/* --- late, never ------------------------------------------------------------------------------ */

static void play_late(const struct qmp_peer *p)
{
    char name[64];
    peer_welcome(p);
    unsigned long first = peer_hear(p, name);
    unsigned long second = peer_hear(p, name);
    peer_say(p, "{\"return\": \"late\", \"id\": %lu}", first);
    peer_say(p, "{\"return\": \"in time\", \"id\": %lu}", second);
    pause();
}

static void a_late_answer_is_dropped(void **state)
{
    (void)state;
    struct qmp_fixture f;
    struct error e;
    cJSON *reply;
    struct qmp *q = peer_connect(&f, play_late);
    assert_int_equal(qmp_command(q, "first", NULL, 0.02, &reply, &e), -1);
    assert_null(reply);
    assert_int_equal(e.kind, ERROR_GUEST);
    assert_string_equal(e.text, "QEMU did not answer first within 0.02 s");
    assert_true(qmp_alive(q));
    assert_int_equal(qmp_command(q, "second", NULL, PATIENCE_S, &reply, &e), 0);
    assert_string_equal(reply->valuestring, "in time");
    cJSON_Delete(reply);
    qmp_free(q);
    peer_stop(&f);
}

static void without_hooks_and_without_a_socket(void **state)
{
    (void)state;
    struct qmp_fixture f;
    struct error e;
    peer_start(&f, play_events);
    struct qmp *q = qmp_new(f.fd, NULL, PATIENCE_S, &e);
    assert_non_null(q);
    assert_int_equal(qmp_command(q, "quit", NULL, PATIENCE_S, NULL, &e), 0);
    qmp_free(q);
    peer_stop(&f);
    qmp_free(NULL);
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    assert_null(qmp_new(fds[1], NULL, PATIENCE_S, &e));
    assert_int_equal(e.kind, ERROR_SYSTEM);
    close(fds[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(questions_are_answered),
        cmocka_unit_test(a_refusal_is_a_sentence),
        cmocka_unit_test(too_long_a_question_is_not_sent),
        cmocka_unit_test(events_stand_between_answers),
        cmocka_unit_test(two_ask_at_once),
        cmocka_unit_test(a_late_answer_is_dropped),
        cmocka_unit_test(without_hooks_and_without_a_socket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
