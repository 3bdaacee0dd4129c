#include "target/qmp.h"

#include "clock.h"
#include "json.h"
#include "target/kvm_stats.h"
#include "target/threads.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_S 20.0 /* for what must come; sanitizers and a busy machine included */

/* --- the other end: functions in a child of their own ----------------------------------------- */

struct peer {
    int fd;
    FILE *in;
};

static void send_bytes(const struct peer *p, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = send(p->fd, bytes, length, MSG_NOSIGNAL);
        if (n <= 0)
            _exit(0); /* vmtax's end is gone */
        bytes += n;
        length -= (size_t)n;
    }
}

static void say(const struct peer *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void say(const struct peer *p, const char *format, ...)
{
    char line[1024];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line - 2, format, args);
    va_end(args);
    memcpy(line + n, "\r\n", 2);
    send_bytes(p, line, (size_t)n + 2);
}

/* The next question; ends the child when there is none. */
static unsigned long hear(const struct peer *p, char name[64])
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

#define GREETING                                                                       \
    "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 22, \"minor\": 2, \"major\": 7}, " \
    "\"package\": \"\"}, \"capabilities\": [\"oob\"]}}"

static void welcome(const struct peer *p)
{
    char name[64];
    say(p, GREETING);
    unsigned long id = hear(p, name);
    if (strcmp(name, "qmp_capabilities") != 0)
        _exit(3);
    say(p, "{\"return\": {}, \"id\": %lu}", id);
}

struct fixture {
    int fd;
    pid_t child;
    atomic_int events, ended;
    char last_event[64], why[512];
};

static void start(struct fixture *f, void (*play)(const struct peer *))
{
    int pair[2];
    memset(f, 0, sizeof *f);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    f->child = fork();
    assert_true(f->child >= 0);
    if (f->child == 0) {
        close(pair[0]);
        struct peer p = {.fd = pair[1], .in = fdopen(pair[1], "r")};
        play(&p);
        _exit(0);
    }
    close(pair[1]);
    f->fd = pair[0];
}

static void stop(struct fixture *f)
{
    kill(f->child, SIGKILL);
    waitpid(f->child, NULL, 0);
}

static void on_event(void *context, const char *name, const cJSON *data)
{
    struct fixture *f = context;
    (void)data;
    snprintf(f->last_event, sizeof f->last_event, "%s", name);
    atomic_fetch_add(&f->events, 1);
}

static void on_end(void *context, const char *why)
{
    struct fixture *f = context;
    snprintf(f->why, sizeof f->why, "%s", why);
    atomic_fetch_add(&f->ended, 1);
}

static struct qmp *connect_to(struct fixture *f, void (*play)(const struct peer *))
{
    struct error e = {.kind = ERROR_NONE};
    struct qmp_hooks hooks = {.context = f, .event = on_event, .ended = on_end};
    start(f, play);
    struct qmp *q = qmp_new(f->fd, &hooks, PATIENCE_S, &e);
    if (!q)
        fail_msg("%s", e.text);
    return q;
}

/* The end is told a moment after the questions were. */
static void wait_ended(struct fixture *f)
{
    for (int i = 0; i < 2000 && !atomic_load(&f->ended); i++)
        poll(NULL, 0, 5);
    assert_int_equal(atomic_load(&f->ended), 1);
}

static void assert_says(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" does not say \"%s\"", text, part);
}

/* --- a QEMU as it should be ------------------------------------------------------------------- */

static void play_normal(const struct peer *p)
{
    char name[64];
    welcome(p);
    for (;;) {
        unsigned long id = hear(p, name);
        if (strcmp(name, "refuse") == 0)
            say(p,
                "{\"id\": %lu, \"error\": {\"class\": \"GenericError\", \"desc\": "
                "\"cannot\\u001b[2J\"}}",
                id);
        else
            say(p, "{\"return\": {\"name\": \"%s\", \"number\": 9007199254740992}, \"id\": %lu}",
                name, id);
    }
}

static void questions_are_answered(void **state)
{
    (void)state;
    struct fixture f;
    struct error e;
    struct qmp *q = connect_to(&f, play_normal);
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
    stop(&f);
}

static void a_refusal_is_a_sentence(void **state)
{
    (void)state;
    struct fixture f;
    struct error e;
    struct qmp *q = connect_to(&f, play_normal);
    cJSON *reply = (cJSON *)&f;
    assert_int_equal(qmp_command(q, "refuse", NULL, PATIENCE_S, &reply, &e), -1);
    assert_null(reply);
    assert_int_equal(e.kind, ERROR_SYSTEM);
    assert_string_equal(e.text, "QEMU refuses refuse: GenericError: cannot\u00b7[2J");
    assert_true(qmp_alive(q));
    assert_int_equal(qmp_command(q, "next", NULL, PATIENCE_S, NULL, &e), 0);
    qmp_free(q);
    stop(&f);
}

static void too_long_a_question_is_not_sent(void **state)
{
    (void)state;
    struct fixture f;
    struct error e;
    struct qmp *q = connect_to(&f, play_normal);
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
    stop(&f);
}

static void play_events(const struct peer *p)
{
    char name[64];
    welcome(p);
    for (;;) {
        unsigned long id = hear(p, name);
        say(p, "{\"event\": \"STOP\", \"timestamp\": {\"seconds\": 1, \"microseconds\": 2}}");
        say(p, "{\"event\": \"RESET\", \"data\": {\"guest\": true}}");
        say(p, "{\"return\": {}, \"id\": %lu}", id);
        say(p, "{\"event\": \"RESUME\"}");
        if (strcmp(name, "quit") == 0)
            _exit(0);
    }
}

static void events_stand_between_answers(void **state)
{
    (void)state;
    struct fixture f;
    struct error e;
    struct qmp *q = connect_to(&f, play_events);
    for (int i = 0; i < 10; i++)
        assert_int_equal(qmp_command(q, "x", NULL, PATIENCE_S, NULL, &e), 0);
    assert_int_equal(qmp_command(q, "quit", NULL, PATIENCE_S, NULL, &e), 0);
    wait_ended(&f);
    assert_int_equal(atomic_load(&f.events), 33);
    assert_string_equal(f.last_event, "RESUME");
    assert_string_equal(f.why, "QEMU closed its monitor");
    assert_false(qmp_alive(q));
    assert_int_equal(qmp_command(q, "x", NULL, PATIENCE_S, NULL, &e), -1);
    assert_int_equal(e.kind, ERROR_GUEST);
    assert_string_equal(e.text, "cannot ask x: QEMU closed its monitor");
    qmp_free(q);
    stop(&f);
}

/* --- several who ask -------------------------------------------------------------------------- */

#define ROUNDS 300

/* Waits for two questions, then answers the later one first. */
static void play_reversed(const struct peer *p)
{
    char first[64], second[64];
    welcome(p);
    for (;;) {
        unsigned long a = hear(p, first);
        unsigned long b = hear(p, second);
        say(p, "{\"return\": \"%s\", \"id\": %lu}", second, b);
        say(p, "{\"return\": \"%s\", \"id\": %lu}", first, a);
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
    struct fixture f;
    struct qmp *q = connect_to(&f, play_reversed);
    struct asker askers[2] = {{.q = q, .name = "left"}, {.q = q, .name = "right"}};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask_often, &askers[i]), 0);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(askers[0].good, ROUNDS);
    assert_int_equal(askers[1].good, ROUNDS);
    qmp_free(q);
    stop(&f);
}

/* --- late, never ------------------------------------------------------------------------------ */

static void play_late(const struct peer *p)
{
    char name[64];
    welcome(p);
    unsigned long first = hear(p, name);
    unsigned long second = hear(p, name);
    say(p, "{\"return\": \"late\", \"id\": %lu}", first);
    say(p, "{\"return\": \"in time\", \"id\": %lu}", second);
    pause();
}

static void a_late_answer_is_dropped(void **state)
{
    (void)state;
    struct fixture f;
    struct error e;
    cJSON *reply;
    struct qmp *q = connect_to(&f, play_late);
    assert_int_equal(qmp_command(q, "first", NULL, 0.02, &reply, &e), -1);
    assert_null(reply);
    assert_int_equal(e.kind, ERROR_GUEST);
    assert_string_equal(e.text, "QEMU did not answer first within 0.02 s");
    assert_true(qmp_alive(q));
    assert_int_equal(qmp_command(q, "second", NULL, PATIENCE_S, &reply, &e), 0);
    assert_string_equal(reply->valuestring, "in time");
    cJSON_Delete(reply);
    qmp_free(q);
    stop(&f);
}

static void play_mute(const struct peer *p)
{
    char name[64];
    welcome(p);
    for (;;)
        hear(p, name);
}

static void who_never_answers_is_given_up(void **state)
{
    (void)state;
    struct fixture f;
    struct error e;
    struct qmp *q = connect_to(&f, play_mute);
    assert_int_equal(qmp_command(q, "x", NULL, (double)NAN, NULL, &e), -1);
    for (int i = 1; i < QMP_UNANSWERED_MAX; i++)
        assert_int_equal(qmp_command(q, "x", NULL, 0.001, NULL, &e), -1);
    assert_true(qmp_alive(q));
    assert_int_equal(qmp_command(q, "x", NULL, 0.001, NULL, &e), -1);
    assert_false(qmp_alive(q));
    wait_ended(&f);
    assert_says(f.why, "leaves its questions unanswered");
    assert_int_equal(qmp_command(q, "x", NULL, PATIENCE_S, NULL, &e), -1);
    assert_says(e.text, "cannot ask x: QEMU's monitor leaves its questions unanswered");
    qmp_free(q);
    stop(&f);
}

static void play_deaf(const struct peer *p)
{
    welcome(p);
    pause();
}

static void who_never_reads_is_given_up(void **state)
{
    (void)state;
    struct fixture f;
    struct error e;
    struct qmp *q = connect_to(&f, play_deaf);
    enum { LENGTH = 200000 };
    char *text = calloc(1, LENGTH + 1);
    memset(text, 'x', LENGTH);
    cJSON *arguments = json_object();
    cJSON_AddStringToObject(arguments, "text", text);
    int asked = 0;
    while (qmp_alive(q) && asked++ < QMP_UNANSWERED_MAX)
        assert_int_equal(qmp_command(q, "x", arguments, 0.02, NULL, &e), -1);
    assert_says(e.text, "does not read what it is asked");
    wait_ended(&f);
    cJSON_Delete(arguments);
    free(text);
    qmp_free(q);
    stop(&f);
}

/* --- nonsense, after a good beginning --------------------------------------------------------- */

static void play_garbage(const struct peer *p)
{
    char name[64];
    welcome(p);
    hear(p, name);
    say(p, "{\"return\": ");
    pause();
}

static void play_binary(const struct peer *p)
{
    char name[64];
    welcome(p);
    hear(p, name);
    send_bytes(p, "\0\xff\x1b[2J\0\n", 8);
    pause();
}

static void play_deep(const struct peer *p)
{
    static char deep[100001];
    char name[64];
    welcome(p);
    hear(p, name);
    memset(deep, '[', sizeof deep - 1);
    deep[sizeof deep - 1] = '\n';
    send_bytes(p, deep, sizeof deep);
    pause();
}

static void play_wrong_id(const struct peer *p)
{
    char name[64];
    welcome(p);
    say(p, "{\"return\": {}, \"id\": %lu}", hear(p, name) + 1);
    pause();
}

static void play_no_id(const struct peer *p)
{
    char name[64];
    welcome(p);
    hear(p, name);
    say(p, "{\"error\": {\"class\": \"GenericError\", \"desc\": \"JSON parse error\"}}");
    pause();
}

static void play_answers_before(const struct peer *p)
{
    welcome(p);
    say(p, "{\"return\": {}, \"id\": 1000}");
    pause();
}

static void play_greets_again(const struct peer *p)
{
    char name[64];
    welcome(p);
    hear(p, name);
    say(p, GREETING);
    pause();
}

static void play_long_line(const struct peer *p)
{
    static char block[1 << 16];
    char name[64];
    welcome(p);
    hear(p, name);
    memset(block, ' ', sizeof block);
    for (;;)
        send_bytes(p, block, sizeof block);
}

static void play_event_flood(const struct peer *p)
{
    char name[64];
    welcome(p);
    hear(p, name);
    for (;;)
        say(p, "{\"event\": \"RESET\"}");
}

/* Few messages, much in each. */
static void play_byte_flood(const struct peer *p)
{
    static char line[(1 << 20) - 100];
    char name[64];
    welcome(p);
    hear(p, name);
    memset(line, ' ', sizeof line);
    static const char event[] = "{\"event\": \"RESET\"}";
    memcpy(line, event, sizeof event - 1);
    line[sizeof line - 1] = '\n';
    for (;;)
        send_bytes(p, line, sizeof line);
}

static void play_leaves(const struct peer *p)
{
    char name[64];
    welcome(p);
    hear(p, name);
}

static void play_leaves_inside(const struct peer *p)
{
    char name[64];
    welcome(p);
    unsigned long id = hear(p, name);
    char half[64];
    int n = snprintf(half, sizeof half, "{\"return\": {}, \"id\": %lu", id);
    send_bytes(p, half, (size_t)n);
}

static void nonsense_ends_the_connection(void **state)
{
    (void)state;
    static const struct {
        void (*play)(const struct peer *);
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
        struct fixture f;
        struct error e = {.kind = ERROR_NONE};
        struct qmp *q = connect_to(&f, cases[i].play);
        assert_int_equal(qmp_command(q, "query-status", NULL, PATIENCE_S, NULL, &e), -1);
        assert_int_equal(e.kind, ERROR_GUEST);
        assert_says(e.text, cases[i].says);
        assert_false(qmp_alive(q));
        assert_int_equal(qmp_command(q, "again", NULL, PATIENCE_S, NULL, &e), -1);
        assert_says(e.text, "cannot ask again: ");
        wait_ended(&f);
        assert_says(f.why, cases[i].says);
        qmp_free(q);
        assert_int_equal(atomic_load(&f.ended), 1);
        stop(&f);
    }
}

/* --- nonsense from the beginning -------------------------------------------------------------- */

static void play_silent(const struct peer *p)
{
    (void)p;
    pause();
}

static void play_gone(const struct peer *p)
{
    (void)p;
}

static void play_http(const struct peer *p)
{
    say(p, "HTTP/1.1 400 Bad Request");
    pause();
}

static void play_event_first(const struct peer *p)
{
    say(p, "{\"event\": \"STOP\"}");
    pause();
}

static void play_no_negotiation(const struct peer *p)
{
    say(p, GREETING);
    pause();
}

static void play_refuses_negotiation(const struct peer *p)
{
    char name[64];
    say(p, GREETING);
    say(p, "{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"no\"}, \"id\": %lu}",
        hear(p, name));
    pause();
}

static void play_other_negotiation(const struct peer *p)
{
    char name[64];
    say(p, GREETING);
    say(p, "{\"return\": {}, \"id\": %lu}", hear(p, name) + 5);
    pause();
}

static void no_client_of_what_is_no_qemu(void **state)
{
    (void)state;
    static const struct {
        void (*play)(const struct peer *);
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
        struct fixture f;
        struct error e = {.kind = ERROR_NONE};
        struct qmp_hooks hooks = {.context = &f, .event = on_event, .ended = on_end};
        start(&f, cases[i].play);
        assert_null(qmp_new(f.fd, &hooks, cases[i].timeout_s, &e));
        assert_int_equal(e.kind, ERROR_GUEST);
        assert_says(e.text, cases[i].says);
        assert_int_equal(fcntl(f.fd, F_GETFD), -1); /* closed */
        assert_int_equal(atomic_load(&f.ended) + atomic_load(&f.events), 0);
        stop(&f);
    }
}

static void without_hooks_and_without_a_socket(void **state)
{
    (void)state;
    struct fixture f;
    struct error e;
    start(&f, play_events);
    struct qmp *q = qmp_new(f.fd, NULL, PATIENCE_S, &e);
    assert_non_null(q);
    assert_int_equal(qmp_command(q, "quit", NULL, PATIENCE_S, NULL, &e), 0);
    qmp_free(q);
    stop(&f);
    qmp_free(NULL);
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    assert_null(qmp_new(fds[1], NULL, PATIENCE_S, &e));
    assert_int_equal(e.kind, ERROR_SYSTEM);
    close(fds[0]);
}

/* --- the real one ----------------------------------------------------------------------------- */

/* A descriptor of its own number: QEMU is told the number. */
static void start_qemu(struct fixture *f, const char *machine)
{
    int pair[2];
    memset(f, 0, sizeof *f);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    f->child = fork();
    assert_true(f->child >= 0);
    if (f->child == 0) {
        if (dup2(pair[1], 3) != 3)
            _exit(126);
        if (pair[1] == 3)
            fcntl(3, F_SETFD, 0);
        execlp("qemu-system-x86_64", "qemu-system-x86_64", "-M", machine, "-S", "-display", "none",
               "-nodefaults", "-no-user-config", "-accel", "tcg", "-chardev", "socket,id=qmp,fd=3",
               "-mon", "chardev=qmp,mode=control", (char *)NULL);
        _exit(errno == ENOENT ? 127 : 126);
    }
    close(pair[1]);
    f->fd = pair[0];
}

/* Its white-box counters: without KVM those of its threads alone. */
static void count_qemu(struct qmp *q, pid_t pid, const cJSON *cpus)
{
    struct counters c = {.known = 0};
    struct error e;
    cJSON *reply, *question = kvm_stats_question("vcpu");
    if (qmp_command(q, "query-stats", question, PATIENCE_S, &reply, &e) < 0)
        fail_msg("%s", e.text);
    assert_int_equal(kvm_stats_add(&c, reply, &e), 0);
    assert_int_equal(c.known, 0);
    cJSON_Delete(reply);
    cJSON_Delete(question);
    const cJSON *tid = cJSON_GetObjectItem(cJSON_GetArrayItem(cpus, 0), "thread-id");
    assert_true(cJSON_IsNumber(tid));
    pid_t vcpu = (pid_t)tid->valuedouble;
    struct threads *t = threads_new(pid, &vcpu, 1);
    if (threads_read(t, &c, &e) < 0)
        fail_msg("%s", e.text);
    threads_free(t);
    print_message("vCPU %.3f ms, others %.1f ms\n", (double)c.value[COUNTER_VCPU_CPU] * 1e-6,
                  (double)c.value[COUNTER_VMM_CPU] * 1e-6);
    assert_true(c.value[COUNTER_VMM_CPU] > c.value[COUNTER_VCPU_CPU]); /* it has not begun */
}

static void the_real_qemu(void **state)
{
    (void)state;
    static const char *const machines[] = {"none", "q35"};
    for (size_t i = 0; i < sizeof machines / sizeof *machines; i++) {
        struct fixture f;
        struct error e = {.kind = ERROR_NONE};
        struct qmp_hooks hooks = {.context = &f, .event = on_event, .ended = on_end};
        int status;
        start_qemu(&f, machines[i]);
        struct qmp *q = qmp_new(f.fd, &hooks, PATIENCE_S, &e);
        if (!q) {
            assert_int_equal(waitpid(f.child, &status, 0), f.child);
            if (!WIFEXITED(status) || WEXITSTATUS(status) != 127)
                fail_msg("%s: %s", machines[i], e.text);
            puts("there is no qemu-system-x86_64 (package qemu-system-x86)");
            skip();
        }
        print_message("QEMU %s, -M %s\n", qmp_version(q), machines[i]);
        cJSON *reply;
        assert_int_equal(qmp_command(q, "query-status", NULL, PATIENCE_S, &reply, &e), 0);
        assert_true(cJSON_IsFalse(cJSON_GetObjectItem(reply, "running")));
        cJSON_Delete(reply);
        assert_int_equal(qmp_command(q, "query-kvm", NULL, PATIENCE_S, &reply, &e), 0);
        assert_true(cJSON_IsFalse(cJSON_GetObjectItem(reply, "enabled")));
        cJSON_Delete(reply);
        assert_int_equal(qmp_command(q, "query-cpus-fast", NULL, PATIENCE_S, &reply, &e), 0);
        assert_int_equal(cJSON_GetArraySize(reply), i == 0 ? 0 : 1);
        if (i > 0)
            count_qemu(q, f.child, reply);
        cJSON_Delete(reply);
        assert_int_equal(qmp_command(q, "no-such-command", NULL, PATIENCE_S, &reply, &e), -1);
        assert_int_equal(e.kind, ERROR_SYSTEM);
        assert_says(e.text, "QEMU refuses no-such-command: CommandNotFound: ");
        cJSON *arguments = json_object();
        cJSON_AddNumberToObject(arguments, "no-such-argument", 1);
        assert_int_equal(qmp_command(q, "query-stats", arguments, PATIENCE_S, &reply, &e), -1);
        assert_says(e.text, "QEMU refuses query-stats: GenericError: ");
        cJSON_Delete(arguments);
        assert_true(qmp_alive(q));
        assert_int_equal(qmp_command(q, "quit", NULL, PATIENCE_S, NULL, &e), 0);
        wait_ended(&f);
        assert_string_equal(f.last_event, "SHUTDOWN");
        assert_string_equal(f.why, "QEMU closed its monitor");
        qmp_free(q);
        assert_int_equal(waitpid(f.child, &status, 0), f.child);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
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
        cmocka_unit_test(who_never_answers_is_given_up),
        cmocka_unit_test(who_never_reads_is_given_up),
        cmocka_unit_test(nonsense_ends_the_connection),
        cmocka_unit_test(no_client_of_what_is_no_qemu),
        cmocka_unit_test(without_hooks_and_without_a_socket),
        cmocka_unit_test(the_real_qemu),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
