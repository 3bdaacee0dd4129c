/* Drives targets for tests/e2e/targets.sh.
 *
 *   targets_tool probe KIND AGENT            what probe() says, and how long it took
 *   targets_tool cycle KIND AGENT COUNT      start and stop COUNT times; a line of facts each
 *   targets_tool hold KIND AGENT             start, print "held PID" (of the agent's keeper), wait
 *   targets_tool sweep                       open and close a ledger; print how much was swept
 *
 * Exit code 0, 2 with a sentence, or 77 when the kind cannot be used here. */
#include "config.h"

#include "target/cgroup.h"
#include "target/kinds.h"
#include "target/ledger.h"
#include "target/target.h"
#include "text.h"

#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static int fail(const struct error *e)
{
    fprintf(stderr, "%s\n", e->text);
    return 2;
}

static void fill_options(struct target_options *o, const char *agent, bool limits)
{
    cpu_set_t set;
    memset(o, 0, sizeof *o);
    o->cpu_count = 1;
    sched_getaffinity(0, sizeof set, &set);
    while (!CPU_ISSET((size_t)o->cpus[0], &set))
        o->cpus[0]++;
    o->memory_bytes = 512u << 20;
    o->agent_path = agent;
    o->limits = limits;
}

/* The first line of the agent within five seconds. */
static bool hello(struct target *t, char *line, size_t size)
{
    size_t used = 0;
    while (used + 1 < size) {
        struct pollfd p = {.fd = t->from_agent, .events = POLLIN};
        if (poll(&p, 1, 5000) <= 0 || read(t->from_agent, line + used, 1) != 1)
            return false;
        if (line[used] == '\n')
            break;
        used++;
    }
    line[used] = '\0';
    return true;
}

static struct target *start(const struct target_kind *kind, const struct target_options *o,
                            struct ledger *l, struct error *e)
{
    char line[4096];
    double from = now_ms();
    struct target *t = target_start(kind, o, l, e);
    if (!t)
        return NULL;
    if (!hello(t, line, sizeof line)) {
        char words[256];
        target_last_words(t, words, sizeof words);
        error_set(e, ERROR_GUEST, "no hello; the agent %s", words);
        target_stop(t);
        return NULL;
    }
    printf("hello_ms=%.1f how=\"%s\" limits=\"%s\" network=\"%s\"\n", now_ms() - from, t->facts.how,
           t->facts.limits, t->facts.network);
    fflush(stdout);
    return t;
}

static int cycle(const struct target_kind *kind, const struct target_options *o, struct ledger *l,
                 int count)
{
    for (int i = 0; i < count; i++) {
        struct error e = {0};
        struct target *t = start(kind, o, l, &e);
        if (!t)
            return fail(&e);
        double from = now_ms();
        target_stop(t);
        printf("stop_ms=%.1f\n", now_ms() - from);
    }
    return 0;
}

static int hold(const struct target_kind *kind, const struct target_options *o, struct ledger *l)
{
    struct error e = {0};
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    int fd = signalfd(-1, &set, SFD_CLOEXEC);
    struct target *t = start(kind, o, l, &e);
    if (!t)
        return fail(&e);
    printf("held %d\n", (int)spawn_pid(((struct local *)t)->child));
    fflush(stdout);
    /* A signal, or the end of the target. */
    struct pollfd p[2] = {{.fd = fd, .events = POLLIN}, {.fd = t->from_agent, .events = POLLIN}};
    poll(p, 2, 60000);
    if (p[1].revents && !p[0].revents) {
        char words[256] = "";
        for (int i = 0; i < 100; i++) {
            target_last_words(t, words, sizeof words);
            if (strncmp(words, "still", 5) != 0)
                break;
            poll(NULL, 0, 20);
        }
        printf("ended: %s\n", words);
    }
    target_stop(t);
    return 0;
}

int main(int argc, char **argv)
{
    struct error e = {0};
    struct target_options o;
    size_t swept;
    if (argc == 2 && !strcmp(argv[1], "sweep")) {
        struct ledger *l = ledger_open(&swept, &e);
        if (!l)
            return fail(&e);
        ledger_close(l);
        printf("swept %zu\n", swept);
        return 0;
    }
    const struct target_kind *kind = argc >= 4 ? target_find(argv[2]) : NULL;
    uint64_t count = 1;
    if (!kind || (argc > 4 && !text_u64(argv[4], INT_MAX, &count))) {
        fputs("usage: targets_tool probe|cycle|hold KIND AGENT [COUNT] | sweep\n", stderr);
        return 2;
    }
    fill_options(&o, argv[3], false);
    struct target_probe probe;
    double from = now_ms();
    kind->probe(kind, &o, &probe);
    double took = now_ms() - from;
    if (!strcmp(argv[1], "probe")) {
        printf("use=%d limits=%d how=\"%s\" reason=\"%s\" remedy=\"%s\" probe_ms=%.1f\n", probe.use,
               probe.limits, probe.how, probe.reason, probe.remedy, took);
        return 0;
    }
    if (probe.use == TARGET_UNUSABLE) {
        printf("%s; %s\n", probe.reason, probe.remedy);
        return 77;
    }
    o.limits = probe.limits;
    char scratch[64];
    snprintf(scratch, sizeof scratch, "/var/tmp/vmtax-e2e-%d", (int)getpid());
    struct ledger *l = ledger_open(&swept, &e);
    if (!l)
        return fail(&e);
    int status;
    if (ledger_add(l, LEDGER_DIRECTORY, scratch, &e) < 0 || mkdir(scratch, 0700) < 0) {
        fprintf(stderr, "no scratch directory %s\n", e.text);
        status = 2;
    } else {
        o.scratch = scratch;
        status = !strcmp(argv[1], "hold") ? hold(kind, &o, l) : cycle(kind, &o, l, (int)count);
    }
    ledger_close(l);
    return status;
}
