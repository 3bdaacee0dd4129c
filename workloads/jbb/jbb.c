/* jbb.c - a wholesale company's transactions in a JVM, as in the paper's figure 14 (SPECjbb2005).
 *
 * The JVM is the target's own; our program (Main.java) lies beside the agent. It is started when
 * the workload is prepared, warms up until it is steady, and stays up, idle between slots, until
 * the worker ends; it dies with the worker whatever kills that, and is of a user of its own where
 * root starts it. In a slot it is asked for one batch
 * after the other, an eighth of a second each: between two of them a thread per warehouse waits for
 * as long as two messages take, less than a thousandth. After every slot it looks whether its books
 * are right.
 *
 * A JVM chooses its collector, compilers and code by processors and memory, and would choose others
 * in a guest. All of that is fixed: one collector, one heap, the number of processors that it is
 * measured on, the first compiler alone (C1: steady within a second or two, and without profiles,
 * which make every JVM another program), no AVX. */
#include <config.h>

#include "executable.h"
#include "protocol.h"
#include "text.h"
#include "workloads/child.h"
#include "workloads/jbb/answer.h"
#include "workloads/jbb/java.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Parameters in the order of the catalogue. */
enum { WAREHOUSES, CPUS };

#define JAVA_PACKAGE  "Debian: default-jre-headless"
#define HEAP          "512m" /* of 1536 MiB, the paper's; eight warehouses keep 200 MiB of it */
#define MEMORY_BYTES  (UINT64_C(704) << 20) /* with the JVM's own and its threads' */
#define BATCHES_PER_S 8
#define END_ROUNDS    50 /* for a JVM that has closed its output */
#define END_ROUND_MS  20
/* Lines of the JVM's own before it is given up. */
#define FOREIGN_MAX 200

struct jbb_state {
    pid_t child;
    int socket;
    struct line_reader lines;
    struct histogram *latency; /* of the slot, once it is timed */
    char said[120];            /* the last line that was no answer */
};

static size_t processors(const struct work *w)
{
    return w->param[CPUS] && w->param[CPUS] < w->cpu_count ? w->param[CPUS] : w->cpu_count;
}

/* Root becomes another user, who may not get to where the program lies (below /root, say): then it
 * is read by the descriptor. */
static bool give_up_root(char jar[PATH_MAX])
{
    pid_t parent = getppid();
    int fd = open(jar, O_RDONLY); /* for the JVM, too */
    if (fd < 0 || !child_give_up_root(child_user()))
        return false;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        return false;
    if (access(jar, R_OK) == 0)
        return close(fd) == 0;
    snprintf(jar, PATH_MAX, "/proc/self/fd/%d", fd);
    return true;
}

/* In the child: its processors, and the one socket as input, output and for complaints; its
 * environment is empty but for the locale, as others change what a JVM does. */
static _Noreturn void become_jvm(const struct work *w, const char *java, char jar[PATH_MAX],
                                 int sock)
{
    char name[] = "java", collector[] = "-XX:+UseSerialGC", compiler[] = "-XX:TieredStopAtLevel=1";
    char low[] = "-Xms" HEAP, high[] = "-Xmx" HEAP, young[] = "-Xmn192m";
    char files[] = "-XX:-UsePerfData", crash[] = "-XX:ErrorFile=/dev/null";
    char core[] = "-XX:-CreateCoredumpOnCrash", is_jar[] = "-jar", locale[] = "LC_ALL=C";
    char count[48], warehouses[24], seed[24];
#ifdef __x86_64__
    char vectors[] = "-XX:UseAVX=0";
#else
    char vectors[] = "-Xshare:auto"; /* as without it: there is nothing to be fixed */
#endif
    snprintf(count, sizeof count, "-XX:ActiveProcessorCount=%zu", processors(w));
    snprintf(warehouses, sizeof warehouses, "%llu", (unsigned long long)w->param[WAREHOUSES]);
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)(w->seed >> 1));
    char *argv[] = {name, collector, compiler, low,    high, young,      files, crash,
                    core, vectors,   count,    is_jar, jar,  warehouses, seed,  NULL};
    char *environment[] = {locale, NULL};

    cpu_set_t set;
    CPU_ZERO(&set);
    for (size_t i = 0; i < processors(w); i++)
        if (w->cpus[i] < CPU_SETSIZE)
            CPU_SET(w->cpus[i], &set);
    if (geteuid() == 0 && !give_up_root(jar))
        child_exit(126);
    if ((CPU_COUNT(&set) == 0 || sched_setaffinity(0, sizeof set, &set) == 0) &&
        dup2(sock, STDIN_FILENO) >= 0 && dup2(sock, STDOUT_FILENO) >= 0 &&
        dup2(sock, STDERR_FILENO) >= 0)
        execve(java, argv, environment);
    child_exit(126);
}

/* Why there is no answer. */
static int jvm_ended(struct work *w)
{
    struct jbb_state *s = w->state;
    int status = 0;
    pid_t got = 0;
    char how[CHILD_END_TEXT];
    /* It may have closed its output only, or talk without end; else it ends about now. */
    for (int i = 0; i < END_ROUNDS && got == 0; i++) {
        poll(NULL, 0, i ? END_ROUND_MS : 0);
        got = waitpid(s->child, &status, WNOHANG);
    }
    if (got > 0)
        s->child = 0;
    else
        child_end(&s->child);
    if (got <= 0)
        return error_set(w->error, ERROR_SYSTEM, "the JVM of jbb gives no answer%s%s",
                         s->said[0] ? ": " : "", s->said);
    return error_set(w->error, ERROR_SYSTEM, "the JVM of jbb %s: %s", child_end_words(status, how),
                     s->said[0]                 ? s->said
                     : child_was_killed(status) ? "it said nothing; is there enough memory?"
                     : WIFSIGNALED(status)
                         ? "it said nothing"
                         : "it said nothing; does java -version run there? (" JAVA_PACKAGE ")");
}

/* The next line; NULL: there are no more. */
static char *next_line(struct jbb_state *s, size_t *length)
{
    for (;;) {
        char *where, *line = line_reader_next(&s->lines, length);
        if (line)
            return line;
        size_t room = line_reader_room(&s->lines, &where);
        if (room == 0) {
            line_reader_skip(&s->lines);
            continue;
        }
        ssize_t n = recv(s->socket, where, room, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return NULL;
        line_reader_fed(&s->lines, (size_t)n);
    }
}

/* One of two kinds. */
static int hear(struct work *w, enum jbb_kind kind, enum jbb_kind other, struct jbb_answer *out)
{
    struct jbb_state *s = w->state;
    size_t length;
    for (int i = 0; i < FOREIGN_MAX; i++) {
        struct error unused;
        char *line = next_line(s, &length), kept[sizeof s->said];
        if (!line)
            return jvm_ended(w);
        text_clean(kept, sizeof kept, line);
        if (jbb_answer_parse(line, length, out, &unused) < 0) {
            text_copy(s->said, sizeof s->said, kept);
            continue;
        }
        if (out->kind == JBB_FAILED)
            return error_set(w->error, ERROR_SYSTEM, "jbb: %s", out->text);
        if (out->kind == JBB_WRONG)
            return error_set(w->error, ERROR_SYSTEM, "jbb's books are wrong: %s", out->text);
        if (out->kind != kind && out->kind != other)
            return error_set(w->error, ERROR_SYSTEM,
                             JBB_PROGRAM " is not of this version: build and install vmtax "
                                         "completely");
        return 0;
    }
    return jvm_ended(w);
}

static int ask(struct work *w, const char *request, enum jbb_kind kind, enum jbb_kind other,
               struct jbb_answer *out)
{
    struct jbb_state *s = w->state;
    size_t length = 0;
    while (request[length])
        length++;
    if (s->child <= 0)
        return error_set(w->error, ERROR_SYSTEM, "the JVM of jbb has ended");
    if (send(s->socket, request, length, MSG_NOSIGNAL) != (ssize_t)length)
        return jvm_ended(w);
    return hear(w, kind, other, out);
}

static int find_jar(struct work *w, char path[PATH_MAX])
{
    int n = snprintf(path, PATH_MAX, "%s/" JBB_PROGRAM, w->payloads ? w->payloads : "");
    if (w->payloads && n < PATH_MAX && access(path, R_OK) == 0)
        return 0;
    return error_set(w->error, ERROR_SYSTEM,
                     "jbb needs a JDK when vmtax is built (Debian: default-jdk-headless): there is "
                     "no " JBB_PROGRAM " in %s",
                     w->payloads ? w->payloads : "any directory");
}

static int jbb_prepare(struct work *w)
{
    char jar[PATH_MAX];
    int ends[2];
    struct jbb_answer a;
    const char *java = jbb_java();
    char places[200];
    if (!java)
        return error_set(w->error, ERROR_SYSTEM,
                         "jbb needs a JVM in the target (" JAVA_PACKAGE "): there is no %s",
                         executable_places(jbb_places, places, sizeof places));
    if (find_jar(w, jar) < 0)
        return -1;
    struct jbb_state *s = calloc(1, sizeof *s);
    if (!s)
        return error_set(w->error, ERROR_SYSTEM, "no memory to prepare jbb");
    s->socket = -1;
    w->state = s;
    if (line_reader_init(&s->lines, JBB_LINE_MAX) < 0)
        return error_set(w->error, ERROR_SYSTEM, "no memory to prepare jbb");
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return error_errno(w->error, errno, "cannot make a socket for the JVM of jbb");
    s->child = child_fork(w);
    if (s->child == 0)
        become_jvm(w, java, jar, ends[1]);
    close(ends[1]);
    s->socket = ends[0];
    if (s->child < 0 || hear(w, JBB_READY, JBB_READY, &a) < 0)
        return -1;
    snprintf(w->engine, sizeof w->engine, "%s %s, C1, SerialGC, heap " HEAP, a.name, a.version);
    w->unsteady = !a.steady;
    w->step = a.rate / BATCHES_PER_S + 1;
    return 0;
}

static int jbb_run(struct work *w, uint64_t count)
{
    struct jbb_state *s = w->state;
    struct jbb_answer a;
    char request[40];
    bool timed = w->latency != NULL;
    if (timed)
        s->latency = w->latency;
    snprintf(request, sizeof request, "go %llu%s\n", (unsigned long long)count,
             timed ? " timed" : "");
    if (ask(w, request, JBB_DONE, JBB_DONE, &a) < 0)
        return -1;
    if (a.ops != count)
        return error_set(w->error, ERROR_SYSTEM,
                         "jbb did %llu transactions where %llu were asked for",
                         (unsigned long long)a.ops, (unsigned long long)count);
    return 0;
}

/* The program keeps how long one in sixteen transactions took, from its begin to its end. */
static int take_times(struct work *w)
{
    struct jbb_state *s = w->state;
    struct jbb_answer a;
    uint64_t taken = 0;
    if (ask(w, "times\n", JBB_TIME, JBB_TIMES, &a) < 0)
        return -1;
    for (size_t lines = 0; a.kind == JBB_TIME && lines < HISTOGRAM_BUCKETS; lines++) {
        histogram_record_many(s->latency, a.ns, a.ops);
        taken += a.ops;
        if (hear(w, JBB_TIME, JBB_TIMES, &a) < 0)
            return -1;
    }
    return a.kind == JBB_TIMES && a.ops == taken
               ? 0
               : error_set(w->error, ERROR_SYSTEM, "jbb told other times than it kept");
}

static int jbb_verify(struct work *w)
{
    struct jbb_state *s = w->state;
    struct jbb_answer a;
    if (s->latency && take_times(w) < 0)
        return -1;
    s->latency = NULL;
    return ask(w, "check\n", JBB_RIGHT, JBB_RIGHT, &a);
}

static void jbb_release(struct work *w)
{
    struct jbb_state *s = w->state;
    if (!s)
        return;
    child_close(&s->socket);
    child_end(&s->child);
    line_reader_release(&s->lines);
    free(s);
    w->state = NULL;
}

static uint64_t jbb_memory(const struct workload *w, const uint64_t param[PARAMS_MAX],
                           unsigned lanes)
{
    (void)w, (void)param, (void)lanes;
    return MEMORY_BYTES;
}

static const struct workload_ops jbb_ops = {
    .id = "jbb",
    .memory = jbb_memory,
    .prepare = jbb_prepare,
    .run = jbb_run,
    .verify = jbb_verify,
    .release = jbb_release,
};

const struct workload_ops *const workload_ops_jbb[] = {&jbb_ops, NULL};
