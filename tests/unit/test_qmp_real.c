/* The real QEMU, where there is one: stopped, without KVM, its end of the connection inherited. */
#include "tests/unit/qmp_peer.h"

#include "json.h"
#include "target/kvm_stats.h"
#include "target/threads.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static void become_qemu(const struct qmp_peer *p, const char *machine)
{
    if (dup2(p->fd, 3) != 3 || fcntl(3, F_SETFD, 0) < 0)
        _exit(126);
    execlp("qemu-system-x86_64", "qemu-system-x86_64", "-M", machine, "-S", "-display", "none",
           "-nodefaults", "-no-user-config", "-accel", "tcg", "-chardev", "socket,id=qmp,fd=3",
           "-mon", "chardev=qmp,mode=control", (char *)NULL);
    _exit(errno == ENOENT ? 127 : 126);
}

static void play_none(const struct qmp_peer *p)
{
    become_qemu(p, "none");
}

static void play_q35(const struct qmp_peer *p)
{
    become_qemu(p, "q35");
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
    static const struct {
        const char *machine;
        void (*play)(const struct qmp_peer *p);
        int cpus;
    } cases[] = {{"none", play_none, 0}, {"q35", play_q35, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct qmp_fixture f;
        struct error e = {.kind = ERROR_NONE};
        int status;
        peer_start(&f, cases[i].play);
        struct qmp *q = qmp_new(f.fd, &f.hooks, PATIENCE_S, &e);
        if (!q) {
            assert_int_equal(waitpid(f.child, &status, 0), f.child);
            if (!WIFEXITED(status) || WEXITSTATUS(status) != 127)
                fail_msg("%s: %s", cases[i].machine, e.text);
            puts("there is no qemu-system-x86_64 (package qemu-system-x86)");
            skip();
        }
        print_message("QEMU %s, -M %s\n", qmp_version(q), cases[i].machine);
        cJSON *reply;
        assert_int_equal(qmp_command(q, "query-status", NULL, PATIENCE_S, &reply, &e), 0);
        assert_true(cJSON_IsFalse(cJSON_GetObjectItem(reply, "running")));
        cJSON_Delete(reply);
        assert_int_equal(qmp_command(q, "query-kvm", NULL, PATIENCE_S, &reply, &e), 0);
        assert_true(cJSON_IsFalse(cJSON_GetObjectItem(reply, "enabled")));
        cJSON_Delete(reply);
        assert_int_equal(qmp_command(q, "query-cpus-fast", NULL, PATIENCE_S, &reply, &e), 0);
        assert_int_equal(cJSON_GetArraySize(reply), cases[i].cpus);
        if (cases[i].cpus > 0)
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
        peer_wait_ended(&f);
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
        cmocka_unit_test(the_real_qemu),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
