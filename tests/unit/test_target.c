/* Starting and stopping processes under limits: the native target with small scripts in place of
 * the agent, the cgroup as the kernel reads it back, threads. */
#include "config.h"

#include "target/cgroup.h"
#include "target/spawn.h"
#include "target/target.h"
#include "target/undo.h"
#include "text.h"
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char home[PATH_MAX];
static char script[PATH_MAX + 16];

static int set_up(void **state)
{
    (void)state;
    snprintf(home, sizeof home, "/tmp/vmtax-test-XXXXXX");
    if (!mkdtemp(home))
        return -1;
    snprintf(script, sizeof script, "%s/agent", home);
    char link[PATH_MAX + 32];
    snprintf(link, sizeof link, "%s/vmtax-container", home);
    return symlink(TEST_CONTAINER, link) < 0 || setenv("XDG_RUNTIME_DIR", home, 1) < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    return undo_directory(home, NULL);
}

static void write_script(const char *body)
{
    unlink(script);
    FILE *file = fopen(script, "wxe");
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\n%s\n", body);
    fchmod(fileno(file), 0700);
    fclose(file);
}

static struct target_options options(void)
{
    struct target_options o = {.cpu_count = 1, .agent_path = script, .memory_bytes = 64u << 20};
    cpu_set_t set;
    sched_getaffinity(0, sizeof set, &set);
    while (!CPU_ISSET((size_t)o.cpus[0], &set))
        o.cpus[0]++;
    char how[32], reason[256];
    o.limits = cgroup_usable(how, sizeof how, reason, sizeof reason);
    if (!o.limits)
        print_message("without limits: %s\n", reason);
    return o;
}

static struct ledger *open_ledger(void)
{
    struct error e = {0};
    struct ledger *l = ledger_open(NULL, &e);
    if (!l)
        fail_msg("%s", e.text);
    return l;
}

/* Reads what comes within two seconds, to the first newline or the end. */
static void read_line(int fd, char *line, size_t size)
{
    size_t used = 0;
    while (used + 1 < size) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (poll(&p, 1, 2000) <= 0 || read(fd, line + used, 1) != 1 || line[used] == '\n')
            break;
        used++;
    }
    line[used] = '\0';
}

static pid_t read_pid(const char *line)
{
    uint64_t pid;
    assert_true(text_u64(line, INT_MAX, &pid));
    return (pid_t)pid;
}

static struct target *start(const struct target_options *o, struct ledger *l)
{
    struct error e = {0};
    struct target *t = target_start(target_find("native"), o, l, &e);
    if (!t)
        fail_msg("%s", e.text);
    return t;
}

static size_t open_descriptors(void)
{
    size_t count = 0;
    DIR *directory = opendir("/proc/self/fd");
    while (directory && readdir(directory))
        count++;
    if (directory)
        closedir(directory);
    return count;
}

static void kinds_are_listed(void **state)
{
    (void)state;
    assert_ptr_equal(target_find("native"), target_kinds[0]);
    assert_null(target_find("nonesuch"));
    struct target_options o = options();
    for (size_t i = 0; target_kinds[i]; i++) {
        struct target_probe p;
        target_kinds[i]->probe(target_kinds[i], &o, &p);
        print_message("%s: %s%s%s%s%s\n", target_kinds[i]->id, p.how, *p.reason ? ": " : "",
                      p.reason, *p.remedy ? "; " : "", p.remedy);
        assert_true(p.how[0] || p.reason[0]);
        if (p.use == TARGET_UNUSABLE)
            assert_true(p.reason[0] && p.remedy[0]);
    }
}

static void native_speaks_and_ends(void **state)
{
    (void)state;
    write_script("echo hello $2 $TMPDIR; read line; echo got $line; exec cat >/dev/null");
    struct target_options o = options();
    o.scratch = home;
    size_t before = open_descriptors();
    struct ledger *l = open_ledger();
    struct target *t = start(&o, l);
    char line[PATH_MAX + 64], expected[PATH_MAX + 64];
    read_line(t->from_agent, line, sizeof line);
    snprintf(expected, sizeof expected, "hello %s %s", home, home);
    assert_string_equal(line, expected);
    assert_int_equal(write(t->to_agent, "abc\n", 4), 4);
    read_line(t->from_agent, line, sizeof line);
    assert_string_equal(line, "got abc");
    assert_true(fcntl(t->to_agent, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(t->to_agent, F_GETFD) & FD_CLOEXEC);
    assert_true(fcntl(t->from_agent, F_GETFD) & FD_CLOEXEC);
    assert_int_equal(t->facts.limited, o.limits);
    print_message("%s; %s; %.1f ms\n", t->facts.how, t->facts.limits, t->facts.start_s * 1e3);
    struct counters c = {0};
    t->kind->counters(t, &c);
    if (o.limits)
        assert_true(counters_have(&c, COUNTER_CPU) && c.value[COUNTER_CPU] > 0);
    else
        assert_int_equal(c.known, 0);
    target_stop(t);
    ledger_close(l);
    assert_int_equal(open_descriptors(), before);
    target_stop(NULL);
}

/* What the child gets: no signal blocked or ignored, no descriptor of ours, its processors. */
static void child_is_clean(void **state)
{
    (void)state;
    write_script("grep -E 'SigBlk|SigIgn' /proc/self/status | tr '\\n' ' '; "
                 "[ -e /proc/$$/fd/20 ] && echo leak; "
                 "grep Cpus_allowed_list /proc/self/status; cat >/dev/null");
    struct target_options o = options();
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    signal(SIGPIPE, SIG_IGN);
    int leak = fcntl(2, F_DUPFD, 20); /* deliberately without close-on-exec */
    assert_int_equal(leak, 20);
    struct ledger *l = open_ledger();
    struct target *t = start(&o, l);
    char line[512], expected[512];
    read_line(t->from_agent, line, sizeof line);
    snprintf(expected, sizeof expected,
             "SigBlk:\t0000000000000000 SigIgn:\t0000000000000000 Cpus_allowed_list:\t%d",
             o.cpus[0]);
    assert_string_equal(line, expected);
    target_stop(t);
    ledger_close(l);
    close(leak);
    signal(SIGPIPE, SIG_DFL);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static void early_death_is_told(void **state)
{
    (void)state;
    write_script("echo first line >&2; printf 'cannot\\033[31m do it\\n' >&2; exit 3");
    struct target_options o = options();
    struct ledger *l = open_ledger();
    struct error e = {0};
    assert_null(target_start(target_find("native"), &o, l, &e));
    assert_string_equal(e.text, "the agent in native ended with exit code 3: cannot·[31m do it");
    o.agent_path = "/nonexistent/agent";
    assert_null(target_start(target_find("native"), &o, l, &e));
    assert_non_null(strstr(e.text, "/nonexistent/agent could not be started"));
    o.cpu_count = 0;
    assert_null(target_start(target_find("native"), &o, l, &e));
    assert_int_equal(e.kind, ERROR_USAGE);
    ledger_close(l);
}

/* One that is shot from outside says nothing of that. */
static void late_death_is_told(void **state)
{
    static const char *const words_of[] = {
        [SIGABRT] = "was ended by signal 6; the last line before that: last",
        [SIGKILL] = "was ended by signal 9"};
    (void)state;
    for (int sig = SIGABRT; sig <= SIGKILL; sig += SIGKILL - SIGABRT) {
        char text[128], line[64], words[128];
        snprintf(text, sizeof text,
                 "echo hello; read line; yes no | head -c 3000000 >&2; echo last >&2; kill -%d $$",
                 sig);
        write_script(text);
        struct target_options o = options();
        struct ledger *l = open_ledger();
        struct target *t = start(&o, l);
        read_line(t->from_agent, line, sizeof line);
        assert_int_equal(write(t->to_agent, "x\n", 2), 2);
        read_line(t->from_agent, line, sizeof line);
        for (int i = 0; i < 1000; i++) {
            target_last_words(t, words, sizeof words);
            if (strncmp(words, "still", 5) != 0)
                break;
            usleep(20000);
        }
        assert_string_equal(words, words_of[sig]);
        target_stop(t);
        ledger_close(l);
    }
}

/* An agent that ignores its end of input and its children in other sessions: all gone, in time. */
static void stubborn_agent_is_killed(void **state)
{
    (void)state;
    write_script(
        "trap '' TERM HUP INT; setsid sleep 1000 & sleep 1000 & echo $! ; while :; do sleep "
        "1000; done");
    struct target_options o = options();
    struct ledger *l = open_ledger();
    struct target *t = start(&o, l);
    char line[64];
    read_line(t->from_agent, line, sizeof line);
    pid_t pid = read_pid(line);
    assert_true(undo_process_start(pid) > 0);
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    target_stop(t);
    clock_gettime(CLOCK_MONOTONIC, &to);
    assert_true(to.tv_sec - from.tv_sec <= 4);
    assert_int_equal(undo_process_start(pid), 0);
    ledger_close(l);
}

static void memory_limit_holds(void **state)
{
    (void)state;
    struct target_options o = options();
    if (!o.limits) {
        print_message("skipped: no limits here\n");
        skip();
    }
    /* tail keeps an endless line in memory, until it may not. */
    write_script("echo hello; head -c 200000000 /dev/zero | tail -c 150000000 >/dev/null; echo $?; "
                 "cat >/dev/null");
    struct ledger *l = open_ledger();
    struct target *t = start(&o, l);
    assert_non_null(strstr(t->facts.limits, "memory 64 MiB"));
    char line[64];
    read_line(t->from_agent, line, sizeof line);
    int waited = 0;
    struct pollfd p = {.fd = t->from_agent, .events = POLLIN};
    while (waited++ < 10 && poll(&p, 1, 1000) == 0) {
    }
    read_line(t->from_agent, line, sizeof line);
    assert_string_equal(line, "137"); /* killed, and only it */
    target_stop(t);
    ledger_close(l);
}

struct shared_run {
    struct ledger *ledger;
    const struct target_kind *kind;
};

static void *start_stop(void *argument)
{
    const struct shared_run *run = argument;
    struct target_options o = options();
    for (int i = 0; i < 5; i++) {
        struct target *t = target_start(run->kind, &o, run->ledger, NULL);
        if (!t)
            return (void *)(uintptr_t) "start failed";
        char byte;
        struct pollfd p = {.fd = t->from_agent,
                           .events = POLLIN}; /* a busy machine is slow to start it */
        if (poll(&p, 1, 20000) != 1 || read(t->from_agent, &byte, 1) != 1)
            return (void *)(uintptr_t) "no byte";
        target_stop(t);
    }
    return NULL;
}

static void in_threads(const char *kind)
{
    write_script("echo hello; exec cat >/dev/null");
    struct shared_run run = {.ledger = open_ledger(), .kind = target_find(kind)};
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, start_stop, &run), 0);
    for (size_t i = 0; i < 4; i++) {
        void *failure;
        pthread_join(threads[i], &failure);
        if (failure)
            fail_msg("%s", (char *)failure);
    }
    ledger_close(run.ledger);
}

static void threads_do_not_disturb(void **state)
{
    (void)state;
    in_threads("native");
}

static void containers_in_threads(void **state)
{
    (void)state;
    struct target_options o = options();
    struct target_probe p;
    target_find("container")->probe(target_find("container"), &o, &p);
    if (p.use == TARGET_UNUSABLE) {
        print_message("skipped: %s; %s\n", p.reason, p.remedy);
        skip();
    }
    in_threads("container");
}

static void containers_program_is_missing(void **state)
{
    (void)state;
    char link[PATH_MAX + 32];
    snprintf(link, sizeof link, "%s/vmtax-container", home);
    unlink(link);
    write_script("echo hello");
    struct target_options o = options();
    struct target_probe p;
    target_find("container")->probe(target_find("container"), &o, &p);
    if (p.use != TARGET_UNUSABLE) {
        print_message("skipped: another vmtax is installed\n");
        skip();
    }
    assert_string_equal(p.reason, "the program vmtax-container is not installed");
    assert_non_null(strstr(p.remedy, "make install"));
    struct ledger *l = open_ledger();
    struct error e = {0};
    assert_null(target_start(target_find("container"), &o, l, &e));
    assert_non_null(strstr(e.text, "make install"));
    ledger_close(l);
}

struct handed {
    struct ledger *ledger;
    struct target_options options;
    struct target *target;
};

static void *start_only(void *argument)
{
    struct handed *h = argument;
    h->target = target_start(target_find("native"), &h->options, h->ledger, NULL);
    return NULL;
}

static void outlives_its_starting_thread(void **state)
{
    (void)state;
    write_script("echo hello; read line; echo got $line; exec cat >/dev/null");
    struct handed h = {.ledger = open_ledger(), .options = options()};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, start_only, &h), 0);
    pthread_join(thread, NULL);
    assert_non_null(h.target);
    usleep(50000);
    char line[64];
    read_line(h.target->from_agent, line, sizeof line);
    assert_int_equal(write(h.target->to_agent, "on\n", 3), 3);
    read_line(h.target->from_agent, line, sizeof line);
    assert_string_equal(line, "got on");
    target_stop(h.target);
    ledger_close(h.ledger);
}

/* vmtax is killed: its agent dies with it, and the next start finds nothing but cgroups and the
 * run directory to remove. */
static void killed_vmtax_takes_all_along(void **state)
{
    (void)state;
    write_script("trap '' TERM HUP INT PIPE; echo $$; while :; do sleep 1000; done");
    struct target_options o = options();
    int fds[2];
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    pid_t vmtax = fork();
    if (vmtax == 0) {
        struct ledger *l = ledger_open(NULL, NULL);
        struct target *t = l ? target_start(target_find("native"), &o, l, NULL) : NULL;
        char line[64];
        if (!t)
            _exit(1);
        read_line(t->from_agent, line, sizeof line);
        dprintf(fds[1], "%s\n", line);
        pause();
    }
    close(fds[1]);
    char line[64];
    read_line(fds[0], line, sizeof line);
    close(fds[0]);
    pid_t agent = read_pid(line);
    assert_true(undo_process_start(agent) > 0);
    kill(vmtax, SIGKILL);
    waitpid(vmtax, NULL, 0);
    for (int i = 0; i < 1000 && undo_process_start(agent); i++)
        usleep(20000);
    assert_int_equal(undo_process_start(agent), 0);
    size_t swept = 0;
    struct error e = {0};
    struct ledger *l = ledger_open(&swept, &e);
    assert_non_null(l);
    assert_int_equal(swept, 1);
    ledger_close(l);
}

/* Starts a keeper under our hand and holds its first child, which will be the container's first
 * process, before the child's first instruction; the keeper goes on. 0: no container can be made
 * here, or nothing can be traced. */
static pid_t hold_at_birth(pid_t *keeper)
{
    char directory[PATH_MAX + 32], agent[PATH_MAX + 32];
    snprintf(directory, sizeof directory, "directory=%s/box", home);
    snprintf(agent, sizeof agent, "agent=%s", script);
    assert_int_equal(mkdir(strchr(directory, '/'), 0700), 0);
    *keeper = fork();
    assert_true(*keeper >= 0);
    if (*keeper == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
            _exit(1);
        execl(TEST_CONTAINER, "vmtax-container", "how=own", "name=vmtax-test", directory, agent,
              NULL);
        _exit(1);
    }
    int status;
    bool first = true;
    while (waitpid(*keeper, &status, 0) == *keeper && WIFSTOPPED(status)) {
        if (first)
            ptrace(PTRACE_SETOPTIONS, *keeper, NULL,
                   PTRACE_O_EXITKILL | PTRACE_O_TRACEFORK | PTRACE_O_TRACECLONE);
        int event = status >> 16, number = WSTOPSIG(status);
        if (event) {
            unsigned long child = 0;
            ptrace(PTRACE_GETEVENTMSG, *keeper, NULL, &child);
            assert_int_equal(waitpid((pid_t)child, &status, __WALL), (pid_t)child);
            ptrace(PTRACE_DETACH, *keeper, NULL, NULL);
            return (pid_t)child;
        }
        ptrace(PTRACE_CONT, *keeper, NULL, (void *)(intptr_t)(first ? 0 : number));
        first = false;
    }
    return 0;
}

static char state_of(pid_t pid)
{
    char path[64], text[512] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    close(fd);
    const char *end = n > 0 ? strrchr(text, ')') : NULL;
    return end ? end[2] : 0;
}

/* The machine is so busy that the container's first process gets no processor before its keeper has
 * done all its work and was killed: the kernel's signal at the death of the parent is not armed
 * yet, and yet nothing may live on. */
static void keeper_dies_before_its_child_runs(void **state)
{
    (void)state;
    write_script("trap '' TERM HUP INT PIPE; exec sleep 1000");
    pid_t keeper, child = hold_at_birth(&keeper);
    if (child == 0) {
        print_message("no container can be made here, or not be held\n");
        skip();
    }
    /* Until it waits, for its child or for a word of it. */
    for (int i = 0, asleep = 0; i < 1000 && asleep < 5; i++) {
        asleep = state_of(keeper) == 'S' ? asleep + 1 : 0;
        usleep(20000);
    }
    kill(keeper, SIGKILL);
    assert_int_equal(waitpid(keeper, NULL, 0), keeper);
    ptrace(PTRACE_DETACH, child, NULL, NULL);
    for (int i = 0; i < 1000 && undo_process_start(child); i++)
        usleep(20000);
    bool lives = undo_process_start(child) != 0;
    kill(child, SIGKILL);
    assert_false(lives);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(kinds_are_listed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(native_speaks_and_ends, set_up, tear_down),
        cmocka_unit_test_setup_teardown(child_is_clean, set_up, tear_down),
        cmocka_unit_test_setup_teardown(early_death_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(late_death_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(stubborn_agent_is_killed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(memory_limit_holds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(threads_do_not_disturb, set_up, tear_down),
        cmocka_unit_test_setup_teardown(containers_in_threads, set_up, tear_down),
        cmocka_unit_test_setup_teardown(containers_program_is_missing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(outlives_its_starting_thread, set_up, tear_down),
        cmocka_unit_test_setup_teardown(killed_vmtax_takes_all_along, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keeper_dies_before_its_child_runs, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
