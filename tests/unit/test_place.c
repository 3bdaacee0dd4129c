/* The life of targets: kinds made here, whose agent is a function in a child. */
#include <config.h>

#include "target/reach.h"
#include "unit.h"

#include "place.h"
#include "text.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* Says hello and answers questions for the clock until its input ends. */
static _Noreturn void agent(int fd, const char *boot, const char *virt)
{
    char line[1024];
    unsigned seq = 0;
    FILE *in = fdopen(dup(fd), "r");
    dprintf(fd,
            "hello magic=vmtax-agent proto=1 sha256=" SHA
            " kernel=6.1 cpus=2 memory_kib=1000 clocksource=tsc arch=x86_64 virt=%s boot=%s seq=%u "
            "client=127.0.0.1 server=192.0.2.7 t=1\n",
            virt, boot, seq++);
    while (in && fgets(line, sizeof line, in)) {
        const char *id = strstr(line, " id=");
        struct timespec t;
        if (strncmp(line, "clock", 5) != 0 || !id)
            continue;
        clock_gettime(CLOCK_MONOTONIC, &t);
        dprintf(fd, "clock id=%lu ns=%lld seq=%u t=1\n", strtoul(id + 4, NULL, 10),
                (long long)t.tv_sec * 1000000000 + t.tv_nsec, seq++);
    }
    _exit(0);
}

struct made {
    struct target target;
    pid_t child;
};

static void stop(struct target *t)
{
    struct made *m = (struct made *)t;
    close(t->to_agent);
    kill(m->child, SIGKILL);
    waitpid(m->child, NULL, 0);
    free(m);
}

static void counters(struct target *t, struct counters *out)
{
    (void)t;
    counters_add(out, COUNTER_THROTTLED, 77);
}

extern const struct target_kind kind_native, kind_free, kind_broken, kind_absent;

static struct target *start(const struct target_kind *kind, const struct target_options *o,
                            struct ledger *l, struct error *e)
{
    (void)o, (void)l, (void)e;
    struct made *m = calloc(1, sizeof *m);
    int pair[2];
    assert_non_null(m);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    m->child = fork();
    assert_true(m->child >= 0);
    if (m->child == 0) {
        close(pair[0]);
        agent(pair[1], kind->where ? kind->where : "here", kind->what ? kind->what : "none");
    }
    close(pair[1]);
    fcntl(pair[0], F_SETFL, O_NONBLOCK);
    m->target = (struct target){
        .kind = kind->where ? kind : &kind_native,
        .to_agent = pair[0],
        .from_agent = pair[0],
        .facts = {.how = "by hand", .limited = true, .own_network = kind->where != NULL}};
    return &m->target;
}

static struct target *start_broken(const struct target_kind *kind, const struct target_options *o,
                                   struct ledger *l, struct error *e)
{
    (void)kind, (void)o, (void)l;
    error_set(e, ERROR_SYSTEM, "no such luck");
    return NULL;
}

static void probe(const struct target_kind *kind, const struct target_options *o,
                  struct target_probe *out)
{
    (void)kind, (void)o;
    *out = (struct target_probe){.use = TARGET_USABLE, .limits = true};
}

static void probe_free(const struct target_kind *kind, const struct target_options *o,
                       struct target_probe *out)
{
    (void)kind, (void)o;
    *out = (struct target_probe){.use = TARGET_LIMITED, .reason = "nobody delegates a cgroup"};
}

static void probe_absent(const struct target_kind *kind, const struct target_options *o,
                         struct target_probe *out)
{
    (void)kind, (void)o;
    *out = (struct target_probe){
        .use = TARGET_UNUSABLE, .reason = "It is not installed.", .remedy = "install it"};
}

const struct target_kind kind_native = {
    .id = "native", .probe = probe, .start = start, .counters = counters, .stop = stop};
const struct target_kind kind_free = {
    .id = "free", .probe = probe_free, .start = start, .stop = stop};
const struct target_kind kind_broken = {
    .id = "broken", .probe = probe, .start = start_broken, .stop = stop};
const struct target_kind kind_absent = {
    .id = "absent", .probe = probe_absent, .start = start_broken, .stop = stop};

struct fixture {
    struct board board;
    struct result result;
    struct places places;
    char phase[48];
};

static void note_phase(void *context, const char *phase)
{
    struct fixture *f = context;
    text_copy(f->phase, sizeof f->phase, phase);
}

static struct fixture *begin(const struct target_kind *const *kinds, size_t count)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct error e;
    assert_non_null(f);
    assert_int_equal(board_init(&f->board, &e), 0);
    result_init(&f->result);
    memcpy(f->result.agent_sha256, SHA, sizeof SHA);
    f->result.target_count = count;
    f->places = (struct places){.count = count,
                                .options = {.memory_bytes = 64u << 20},
                                .board = &f->board,
                                .result = &f->result,
                                .interrupt_fd = -1,
                                .phase = note_phase,
                                .context = f};
    f->board.current.target_count = count;
    for (size_t t = 0; t < count; t++)
        f->places.place[t].kind = kinds[t];
    return f;
}

static void end(struct fixture *f)
{
    for (size_t t = 0; t < f->places.count; t++)
        place_stop(&f->places, t);
    board_release(&f->board);
    result_release(&f->result);
    free(f);
}

static const struct board_target *shown(const struct fixture *f, size_t t)
{
    return &f->board.current.targets[t];
}

static const char *last_log(const struct fixture *f)
{
    const struct snapshot *s = &f->board.current;
    return s->log_count ? s->log[(s->log_first + s->log_count - 1) % BOARD_LOG_MAX].text : "";
}

static void equal_conditions(void **state)
{
    (void)state;
    static const struct target_kind *const kinds[] = {&kind_native, &kind_free, &kind_broken};
    struct error e;
    struct fixture *f = begin(kinds, 1);
    assert_int_equal(place_probe(&f->places, &e), 0);
    assert_true(f->places.options.limits);
    end(f);
    /* One that cannot have limits takes them from all. */
    f = begin(kinds, 3);
    assert_int_equal(place_probe(&f->places, &e), 0);
    assert_false(f->places.options.limits);
    assert_non_null(strstr(last_log(f), "nobody delegates a cgroup"));
    end(f);
}

static void unusable_targets(void **state)
{
    (void)state;
    static const struct target_kind *const three[] = {&kind_native, &kind_absent, &kind_free};
    static const struct target_kind *const two[] = {&kind_native, &kind_absent};
    static const struct target_kind *const first[] = {&kind_absent, &kind_native, &kind_free};
    struct error e;
    /* Another guest is left: the run goes on. */
    struct fixture *f = begin(three, 3);
    assert_int_equal(place_probe(&f->places, &e), 0);
    assert_true(f->places.place[1].lost);
    assert_false(f->places.place[0].lost || f->places.place[2].lost);
    assert_int_equal(shown(f, 1)->state, BOARD_TARGET_UNUSABLE);
    assert_string_equal(shown(f, 1)->remedy, "install it");
    end(f);
    f = begin(two, 2);
    assert_int_equal(place_probe(&f->places, &e), -1);
    assert_string_equal(e.text, "absent cannot be used here: It is not installed. install it");
    end(f);
    f = begin(first, 3);
    assert_int_equal(place_probe(&f->places, &e), -1);
    end(f);
}

static void starts_and_tells(void **state)
{
    (void)state;
    static const struct target_kind *const kinds[] = {&kind_native};
    struct error e;
    struct fixture *f = begin(kinds, 1);
    if (place_start(&f->places, 0, &e) < 0)
        fail_msg("%s", e.text);
    const struct result_target *rt = &f->result.targets[0];
    assert_string_equal(f->phase, "starting native");
    assert_int_equal(rt->cpus, 2);
    assert_int_equal(rt->memory_mib, 64);
    assert_string_equal(rt->kernel, "6.1");
    assert_string_equal(rt->how, "by hand");
    assert_true(rt->start_s > 0 && rt->start_s < 10);
    assert_int_equal(shown(f, 0)->state, BOARD_TARGET_READY);
    assert_string_equal(shown(f, 0)->kernel, "6.1");
    struct counters counted = {0};
    assert_true(place_count(&f->places.place[0], &counted) > 0);
    assert_int_equal(counted.value[COUNTER_THROTTLED], 77);
    place_stop(&f->places, 0);
    assert_null(f->places.place[0].target);
    assert_null(f->places.place[0].session);
    place_stop(&f->places, 0);
    end(f);
}

static void one_second_chance(void **state)
{
    (void)state;
    static const struct target_kind *const kinds[] = {&kind_native};
    struct error e;
    struct fixture *f = begin(kinds, 1);
    assert_int_equal(place_start(&f->places, 0, &e), 0);
    assert_true(place_revive(&f->places, 0, "it fell"));
    assert_non_null(f->places.place[0].session);
    assert_int_equal(shown(f, 0)->state, BOARD_TARGET_READY);
    assert_false(place_revive(&f->places, 0, "it fell again"));
    assert_true(f->places.place[0].lost);
    assert_null(f->places.place[0].target);
    assert_int_equal(shown(f, 0)->state, BOARD_TARGET_FAILED);
    assert_string_equal(shown(f, 0)->reason, "it fell again");
    assert_string_equal(last_log(f), "given up: it fell again");
    end(f);
}

/* What is reached is another machine unless its kernel is native's, or it is this one's guest, or
 * the user says so. */
/* The page cache of a virtual machine's own kernel is nobody else's; all others are. */
static void kernels_are_told_apart(void **state)
{
    (void)state;
    static const struct reach anywhere = {.id = "ssh"};
    static const struct {
        const char *boot, *virt; /* of native it is "here" */
        enum place_kernel kernel;
    } cases[] = {
        {"here", "kvm", PLACE_KERNEL_HOST},
        {"here", "container", PLACE_KERNEL_HOST},
        {"elsewhere", "kvm", PLACE_KERNEL_OWN},
        {"elsewhere", "tcg", PLACE_KERNEL_OWN},
        {"elsewhere", "xen", PLACE_KERNEL_OWN},
        {"elsewhere", "none", PLACE_KERNEL_ELSE},
        {"elsewhere", "openvz", PLACE_KERNEL_ELSE},
        {"elsewhere", "container", PLACE_KERNEL_ELSE},
        {"elsewhere", "unknown", PLACE_KERNEL_ELSE},
        {"unknown", "kvm", PLACE_KERNEL_ELSE},
        {"elsewhere", "container", PLACE_KERNEL_HOST}, /* made by us */
    };
    size_t count = sizeof cases / sizeof cases[0];
    for (size_t i = 0; i < count; i++) {
        const struct target_kind box = {.id = "box",
                                        .way = i + 1 < count ? &anywhere : NULL,
                                        .what = cases[i].virt,
                                        .where = cases[i].boot,
                                        .probe = probe_free,
                                        .start = start,
                                        .stop = stop};
        const struct target_kind *const kinds[] = {&kind_native, &box};
        struct error e;
        struct fixture *f = begin(kinds, 2);
        for (size_t t = 0; t < 2; t++)
            if (place_start(&f->places, t, &e) < 0)
                fail_msg("%s", e.text);
        assert_int_equal(place_kernel(&f->places, 0), PLACE_KERNEL_HOST);
        assert_int_equal(place_kernel(&f->places, 1), cases[i].kernel);
        place_stop(&f->places, 0);
        assert_int_equal(place_kernel(&f->places, 1), PLACE_KERNEL_ELSE);
        end(f);
    }
}

static void machines_are_told_apart(void **state)
{
    (void)state;
    static const struct reach anywhere = {.id = "ssh"}, hosted = {.id = "virsh", .hosted = true};
    static const struct {
        const struct reach *way;
        const char *boot, *judge;
        bool crosses;
    } cases[] = {
        {&anywhere, "here", NULL, false},         {&anywhere, "elsewhere", NULL, true},
        {&anywhere, "unknown", NULL, true},       {&anywhere, "elsewhere", "box", false},
        {&anywhere, "elsewhere", "a,box", false}, {&anywhere, "elsewhere", "boxes,bo,", true},
        {&hosted, "elsewhere", NULL, false},      {NULL, "elsewhere", NULL, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct target_kind box = {.id = "box",
                                        .way = cases[i].way,
                                        .where = cases[i].boot,
                                        .probe = probe_free,
                                        .start = start,
                                        .stop = stop};
        const struct target_kind *const kinds[] = {&kind_native, &box};
        struct error e;
        struct fixture *f = begin(kinds, 2);
        f->places.options.judge = cases[i].judge;
        memcpy(f->result.targets[1].id, "box", 4);
        for (size_t t = 0; t < 2; t++)
            if (place_start(&f->places, t, &e) < 0)
                fail_msg("%s", e.text);
        assert_int_equal((f->result.targets[1].flags & FLAG_MACHINES) != 0, cases[i].crosses);
        assert_int_equal(strstr(f->result.targets[1].remark, "no verdict") != NULL,
                         cases[i].crosses);
        assert_false(f->result.targets[0].flags & FLAG_MACHINES);
        end(f);
    }
    /* Who runs on the same other kernel is known. */
    const struct target_kind box = {.id = "box",
                                    .way = &anywhere,
                                    .where = "elsewhere",
                                    .probe = probe_free,
                                    .start = start,
                                    .stop = stop};
    struct target_kind beside = box, far = box, nameless = box;
    far.where = "farther";
    nameless.where = "unknown";
    const struct target_kind *const kinds[] = {&kind_native, &box, &far, &beside, &nameless};
    struct error e;
    struct fixture *f = begin(kinds, 5);
    for (size_t t = 0; t < 5; t++)
        if (place_start(&f->places, t, &e) < 0)
            fail_msg("%s", e.text);
    assert_false(result_crosses(&f->result, 1, 3));
    assert_true(result_crosses(&f->result, 1, 2));
    assert_true(result_crosses(&f->result, 1, 4));
    assert_true(result_crosses(&f->result, 0, 3));
    end(f);
}

/* The address of a network that is not ours is looked for when there are servers to reach. */
static void own_networks(void **state)
{
    (void)state;
    static const struct reach ssh = {.id = "ssh"};
    static const struct target_kind box = {.id = "box",
                                           .way = &ssh,
                                           .where = "elsewhere",
                                           .probe = probe_free,
                                           .start = start,
                                           .stop = stop};
    static const struct target_kind *const kinds[] = {&kind_native, &box};
    for (int served = 0; served < 2; served++) {
        struct error e;
        struct fixture *f = begin(kinds, 2);
        f->places.options.network = served;
        for (size_t t = 0; t < 2; t++)
            if (place_start(&f->places, t, &e) < 0)
                fail_msg("%s", e.text);
        assert_string_equal(f->places.place[0].target->facts.address, "");
        assert_string_equal(f->places.place[1].target->facts.address, served ? "192.0.2.7" : "");
        assert_int_equal(strstr(f->result.targets[1].network, "192.0.2.7") != NULL, served);
        assert_int_equal(f->result.targets[1].path[0] != '\0', served);
        end(f);
    }
}

static void failed_start(void **state)
{
    (void)state;
    static const struct target_kind *const kinds[] = {&kind_broken, &kind_native};
    struct error e;
    struct fixture *f = begin(kinds, 2);
    assert_int_equal(place_start(&f->places, 0, &e), -1);
    assert_string_equal(e.text, "no such luck");
    assert_null(f->places.place[0].target);
    assert_false(f->places.place[0].lost);
    /* Whoever ends the whole says why, once. */
    place_drop(&f->places, 0, e.text);
    assert_true(f->places.place[0].lost);
    assert_int_equal(f->board.current.log_count, 0);
    /* Another agent than the one that was asked for. */
    f->result.agent_sha256[0] = 'f';
    assert_int_equal(place_start(&f->places, 1, &e), -1);
    assert_null(f->places.place[1].target);
    end(f);
}

static struct target *start_waiting(const struct target_kind *kind, const struct target_options *o,
                                    struct ledger *l, struct error *e)
{
    (void)kind, (void)l;
    o->waiter->stage(o->waiter->context, "waiting for the guest");
    error_set(e, ERROR_GUEST, "never came up");
    return NULL;
}

static struct target *start_emulated(const struct target_kind *kind, const struct target_options *o,
                                     struct ledger *l, struct error *e)
{
    o->waiter->emulated(o->waiter->context, "it says so");
    return start_waiting(kind, o, l, e);
}

static void probe_emulated(const struct target_kind *kind, const struct target_options *o,
                           struct target_probe *out)
{
    (void)kind, (void)o;
    *out = (struct target_probe){
        .use = TARGET_LIMITED, .limits = true, .emulated = true, .reason = "There is no /dev/kvm."};
}

static const struct target_kind kind_waits = {
    .id = "kvm", .probe = probe, .start = start_waiting, .stop = stop};

/* A guest that boots emulated is shown so while it boots, whether that is found out before or
 * during its start; one that is not, is not. */
static void emulated_from_the_start(void **state)
{
    (void)state;
    static const struct target_kind falls_back = {
        .id = "kvm", .probe = probe, .start = start_emulated, .stop = stop};
    static const struct target_kind emulates = {
        .id = "kvm", .probe = probe_emulated, .start = start_waiting, .stop = stop};
    static const struct target_kind *const kinds[] = {&kind_native, &falls_back, &emulates,
                                                      &kind_waits};
    struct error e;
    struct fixture *f = begin(kinds, 4);
    for (size_t t = 0; t < 4; t++) {
        snprintf(f->result.targets[t].id, TARGET_ID_MAX, "target %zu", t);
        snprintf(f->result.targets[t].kind, TARGET_ID_MAX, "%s", kinds[t]->id);
    }
    assert_int_equal(place_probe(&f->places, &e), 0);
    for (size_t t = 1; t < 4; t++) {
        assert_int_equal(shown(f, t)->emulated, t == 2);
        assert_int_equal(place_start(&f->places, t, &e), -1);
        assert_string_equal(shown(f, t)->reason, "waiting for the guest");
        assert_int_equal(shown(f, t)->emulated, t != 3);
        assert_false(snapshot_confirmed(shown(f, t)));
    }
    /* The result knows nothing of it yet, and is shown all the while. */
    snapshot_set_result(board_edit(&f->board), &f->result);
    board_publish(&f->board);
    for (size_t t = 1; t < 4; t++)
        assert_int_equal(shown(f, t)->emulated, t != 3);
    assert_true(snapshot_confirmed(shown(f, 0)));
    end(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_conditions),
        cmocka_unit_test(unusable_targets),
        cmocka_unit_test(starts_and_tells),
        cmocka_unit_test(one_second_chance),
        cmocka_unit_test(kernels_are_told_apart),
        cmocka_unit_test(machines_are_told_apart),
        cmocka_unit_test(own_networks),
        cmocka_unit_test(failed_start),
        cmocka_unit_test(emulated_from_the_start),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
