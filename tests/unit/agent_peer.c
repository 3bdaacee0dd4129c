#include <config.h>

#include "tests/unit/agent_peer.h"

#include "src/text.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

void agent_start(struct agent *a, const char *path, const char *scratch)
{
    int in[2];
    int out[2];
    *a = (struct agent){.to = -1};
    assert_int_equal(pipe2(in, O_CLOEXEC), 0);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    a->pid = fork();
    if (a->pid == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        execl(path, path, scratch ? "--scratch" : NULL, scratch, (char *)NULL);
        _exit(127);
    }
    assert_true(a->pid > 0);
    close(in[0]);
    close(out[1]);
    a->to = in[1];
    a->from = out[0];
    assert_int_equal(line_reader_init(&a->lines, PROTOCOL_MAX_FROM_GUEST), 0);
}

/* Wait for the agent to end; its exit status, or -1 if it has to be killed. */
int agent_await_end(struct agent *a, double timeout_s)
{
    double until = now_s() + timeout_s;
    int status;
    for (;;) {
        pid_t pid = waitpid(a->pid, &status, WNOHANG);
        if (pid == a->pid)
            break;
        if (now_s() > until) {
            kill(a->pid, SIGKILL);
            waitpid(a->pid, &status, 0);
            return -1;
        }
        poll(NULL, 0, 2);
    }
    if (a->to >= 0)
        close(a->to);
    if (a->from >= 0)
        close(a->from);
    line_reader_release(&a->lines);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void agent_finish(struct agent *a)
{
    close(a->to);
    a->to = -1;
    assert_int_equal(agent_await_end(a, 10), 0);
}

void agent_say_bytes(struct agent *a, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = write(a->to, bytes, length);
        assert_true(n > 0);
        bytes += n;
        length -= (size_t)n;
    }
}

void agent_say(struct agent *a, const char *text)
{
    agent_say_bytes(a, text, strlen(text));
}

/* Next record; NULL if none comes in time or the stream ended. Each must be in sequence. */
bool agent_hear(struct agent *a, struct record *r, double timeout_s)
{
    double until = now_s() + timeout_s;
    for (;;) {
        size_t length;
        char *line = line_reader_next(&a->lines, &length);
        if (line) {
            struct error e;
            uint64_t seq, t;
            if (record_parse(r, line, length, &e) < 0)
                fail_msg("%s", e.text);
            assert_int_equal(record_u64(r, "seq", 0, UINT64_MAX, &seq, &e), 0);
            assert_int_equal(record_u64(r, "t", a->last_t, UINT64_MAX, &t, &e), 0);
            assert_int_equal(seq, a->next_seq);
            a->next_seq++;
            a->last_t = t;
            return true;
        }
        char *where;
        size_t room = line_reader_room(&a->lines, &where);
        assert_true(room > 0);
        double left = until - now_s();
        struct pollfd p = {.fd = a->from, .events = POLLIN};
        if (left <= 0 || poll(&p, 1, (int)(left * 1000) + 1) <= 0)
            return false;
        ssize_t n = read(a->from, where, room);
        if (n <= 0)
            return false;
        line_reader_fed(&a->lines, (size_t)n);
    }
}

void agent_expect(struct agent *a, struct record *r, const char *verb)
{
    do {
        if (!agent_hear(a, r, 20))
            fail_msg("no %s came", verb);
        /* Tests that do not ask for it pass over the end of the timed part. */
    } while (strcmp(r->verb, "end") == 0 && strcmp(verb, "end") != 0);
    if (strcmp(r->verb, verb) != 0)
        fail_msg("%s came instead of %s: %s", r->verb, verb,
                 record_text(r, "reason") ? record_text(r, "reason") : "");
}

uint64_t agent_number(const struct record *r, const char *key)
{
    uint64_t value;
    struct error e;
    if (record_u64(r, key, 0, UINT64_MAX, &value, &e) < 0)
        fail_msg("%s", e.text);
    return value;
}

void agent_start_greeted(struct agent *a, const char *path, const char *scratch)
{
    struct record r;
    agent_start(a, path, scratch);
    agent_expect(a, &r, "hello");
}

void agent_ask(struct agent *a, unsigned slot, const char *workload, const char *params,
               unsigned time_ms, unsigned tick_ms, bool fresh)
{
    char line[512];
    struct record_writer w;
    record_begin(&w, line, sizeof line - 1, "run");
    record_add_u64(&w, "slot", slot);
    record_add_text(&w, "workload", workload);
    record_add_text(&w, "params", params);
    record_add_u64(&w, "lead_us", 10000);
    record_add_u64(&w, "time_us", time_ms * 1000u);
    record_add_u64(&w, "tick_us", tick_ms * 1000u);
    record_add_u64(&w, "fresh", fresh);
    record_add_u64(&w, "seed", 42);
    long length = record_end(&w);
    assert_true(length > 0);
    agent_say_bytes(a, line, (size_t)length);
}

/* Run to the end: the result in r. */
void agent_run(struct agent *a, struct record *r, unsigned slot, const char *workload,
               const char *params, unsigned time_ms)
{
    agent_ask(a, slot, workload, params, time_ms, 0, true);
    agent_expect(a, r, "begin");
    assert_int_equal(agent_number(r, "slot"), slot);
    agent_expect(a, r, "result");
    assert_int_equal(agent_number(r, "slot"), slot);
    /* the one strange kernel that verifies nothing */
    assert_int_equal(agent_number(r, "verified"), strcmp(workload, "sys.fork_sh") != 0);
}

void agent_expect_fail(struct agent *a, unsigned slot, const char *part)
{
    struct record r;
    do {
        if (!agent_hear(a, &r, 20))
            fail_msg("no fail came");
    } while (strcmp(r.verb, "begin") == 0 || strcmp(r.verb, "tick") == 0 ||
             strcmp(r.verb, "end") == 0);
    assert_string_equal(r.verb, "fail");
    assert_int_equal(agent_number(&r, "slot"), slot);
    const char *reason = record_text(&r, "reason");
    assert_non_null(reason);
    if (!strstr(reason, part))
        fail_msg("the reason is: %s", reason);
}

/* State letter and parent of a process; 0 if there is none. */
static char process_state(pid_t pid, pid_t *parent)
{
    char path[64];
    char text[512];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return 0;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    if (n <= 0)
        return 0;
    text[n] = '\0';
    const char *p = strrchr(text, ')'); /* the name may hold anything */
    int ppid = 0;
    char state = 0;
    if (!p || sscanf(p + 1, " %c %d", &state, &ppid) != 2)
        return 0;
    if (parent)
        *parent = ppid;
    return state;
}

/* Of a process or thread in /proc; 0: something else. */
pid_t agent_process_number(const struct dirent *entry)
{
    uint64_t number = 0;
    text_u64(entry->d_name, INT_MAX, &number);
    return (pid_t)number;
}

/* All living descendants of root. */
size_t agent_descendants(pid_t root, pid_t *pids)
{
    size_t count = 0;
    pids[count++] = root;
    for (size_t i = 0; i < count; i++) {
        DIR *dir = opendir("/proc");
        assert_non_null(dir);
        for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
            pid_t parent, pid = agent_process_number(entry);
            if (pid > 0 && process_state(pid, &parent) && parent == pids[i] && count < PIDS_MAX)
                pids[count++] = pid;
        }
        closedir(dir);
    }
    memmove(pids, pids + 1, (count - 1) * sizeof *pids);
    return count - 1;
}

/* The one worker, waiting for it to have executed its file; 0 if there is none. */
pid_t agent_worker(const struct agent *a)
{
    pid_t pids[PIDS_MAX];
    return agent_descendants(a->pid, pids) > 0 ? pids[0] : 0;
}

void agent_await_worker(const struct agent *a)
{
    double until = now_s() + 10;
    while (!agent_worker(a)) {
        assert_true(now_s() < until);
        poll(NULL, 0, 2);
    }
}

void assert_gone(const pid_t *pids, size_t count, double timeout_s)
{
    double until = now_s() + timeout_s;
    for (size_t i = 0; i < count; i++) {
        char state;
        while ((state = process_state(pids[i], NULL)) != 0 && state != 'Z' && state != 'X') {
            if (now_s() > until)
                fail_msg("process %d is still there", (int)pids[i]);
            poll(NULL, 0, 2);
        }
    }
}
