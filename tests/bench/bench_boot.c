/* bench_boot - how long does a virtual machine take from QEMU's start to the agent's hello?
 *
 * The peer is the least that a guest can be: the same QEMU with the same machine, accelerator,
 * processors, memory, kernel and words for that kernel, taken from the command line of a running
 * guest of ours, but with no device besides a serial port, no modules, and a first process that
 * writes one byte there (bare_init.c). Ours has the host's files, a layer over them, and an agent.
 *
 * It may take at most half as long again; by KVM, moreover, at most a second. A guest that is told
 * to end is to be gone in half a second. Beside the time that passes, the ratio of QEMU's processor
 * time is told: it is what remains of the first on a machine that has other things to do.
 *
 *   bench_boot [--accel ACCEL] [--machine TYPE] [--kernel FILE] [--qemu FILE] [--cpus N] ... */
#include <config.h>

#include "tests/bench/compare.h"

#include "command.h"
#include "session.h"
#include "setup.h"
#include "stats.h"
#include "target/boot_files.h"
#include "target/kinds.h"

#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BLOCKS      12
#define GUESTS_MAX  (2 * BLOCKS + 1)
#define RATIO_MAX   1.5
#define HELLO_S_MAX 1.0 /* by KVM */
#define STOP_S_MAX  0.5
#define BOOT_S      120
#define LINE_BYTES  65536
#define WORDS_MAX   128

struct bench {
    struct target_options options;
    struct ledger *ledger;
    char initrd[64];        /* the peer's first file system */
    char line[LINE_BYTES];  /* the command line of QEMU that the peer's words point into */
    char *words[WORDS_MAX]; /* of the peer, ends with NULL */
    char kernel[4096];
    bool emulated;
    double first_word_s[GUESTS_MAX], hello_s[GUESTS_MAX], stop_s[GUESTS_MAX];
    double cpu_s[GUESTS_MAX], peer_cpu_s[GUESTS_MAX];
    size_t guests, peers;
};

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Of a process that lives. */
static double cpu_s(pid_t pid)
{
    clockid_t clock;
    struct timespec t;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) < 0)
        return (double)NAN;
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* --- the peer's first file system ---------------------------------------------------------------
 */

/* One entry of a cpio archive of the form that kernels unpack. */
static void add_entry(FILE *out, const char *name, unsigned mode, unsigned major_, unsigned minor_,
                      const void *data, size_t size)
{
    static unsigned inode;
    static const char zeros[4];
    unsigned name_size = (unsigned)strlen(name) + 1;
    fprintf(out, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X", ++inode, mode, 0, 0,
            1, 0, (unsigned)size, 0, 0, major_, minor_, name_size, 0);
    fwrite(name, 1, name_size, out);
    fwrite(zeros, 1, (4 - (110 + name_size) % 4) % 4, out);
    if (size)
        fwrite(data, 1, size, out);
    fwrite(zeros, 1, (4 - size % 4) % 4, out);
}

static int make_initrd(char *path, const char *init)
{
    char *bytes = malloc(1 << 24);
    FILE *in = fopen(init, "re");
    size_t size = in && bytes ? fread(bytes, 1, 1 << 24, in) : 0;
    int fd = mkstemp(path);
    FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (size > 0 && out) {
        add_entry(out, "dev", S_IFDIR | 0755, 0, 0, NULL, 0);
        add_entry(out, "dev/console", S_IFCHR | 0600, 5, 1, NULL, 0);
        add_entry(out, "init", S_IFREG | 0755, 0, 0, bytes, size);
        add_entry(out, "TRAILER!!!", 0, 0, 0, NULL, 0);
    }
    if (in)
        fclose(in);
    free(bytes);
    return out && fclose(out) == 0 && size > 0 ? 0 : -1;
}

/* --- the peer -----------------------------------------------------------------------------------
 */

/* Options of our guests that the peer does without: devices and what is behind them. */
static bool is_device(const char *word)
{
    static const char *const names[] = {"-device", "-fsdev",  "-chardev",  "-mon",
                                        "-add-fd", "-netdev", "-blockdev", "-serial"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(word, names[i]) == 0)
            return true;
    return false;
}

/* From what QEMU was given for a guest of ours. */
static int take_words(struct bench *b, pid_t qemu)
{
    char path[64];
    size_t count = 0;
    snprintf(path, sizeof path, "/proc/%d/cmdline", (int)qemu);
    FILE *f = fopen(path, "re");
    size_t size = f ? fread(b->line, 1, sizeof b->line - 1, f) : 0;
    if (f)
        fclose(f);
    for (char *at = b->line; at < b->line + size && count + 3 < WORDS_MAX; at += strlen(at) + 1) {
        char *value = at + strlen(at) + 1;
        if (is_device(at))
            at = value;
        else if (strcmp(at, "-kernel") == 0 || strcmp(at, "-initrd") == 0) {
            b->words[count++] = at;
            b->words[count++] = at[1] == 'k' ? b->kernel : b->initrd;
            at = value;
        } else
            b->words[count++] = at;
    }
    b->words[count++] = (char *)"-serial";
    b->words[count++] = (char *)"stdio";
    b->words[count] = NULL;
    return count > 10 ? 0 : -1;
}

/* to keeps its input open. */
static pid_t start_peer(struct bench *b, int *to, int *from)
{
    int out[2], in[2];
    if (pipe2(out, O_CLOEXEC) < 0 || pipe2(in, O_CLOEXEC) < 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        execv(b->words[0], b->words);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    *to = in[1];
    *from = out[0];
    return pid;
}

/* Until the byte comes. */
static bool hear(int fd)
{
    char c = 0;
    double until = now_s() + BOOT_S;
    while (c != '!' && now_s() < until) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (poll(&p, 1, 1000) > 0 && read(fd, &c, 1) <= 0)
            return false;
    }
    return c == '!';
}

static double bare(void *context)
{
    struct bench *b = context;
    int to, fd, status;
    double from = now_s();
    pid_t pid = start_peer(b, &to, &fd);
    bool heard = pid > 0 && hear(fd);
    double seconds = now_s() - from;
    if (pid > 0) {
        if (b->peers < GUESTS_MAX)
            b->peer_cpu_s[b->peers++] = cpu_s(pid);
        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);
        close(to);
        close(fd);
    }
    if (!heard)
        fprintf(stderr, "bench_boot: the bare guest said nothing\n");
    return heard ? 1 / seconds : (double)NAN;
}

/* --- ours ---------------------------------------------------------------------------------------
 */

static double ours(void *context)
{
    struct bench *b = context;
    struct error e = {0};
    struct target *t = target_start(target_find("kvm"), &b->options, b->ledger, &e);
    double spoken = now_s();
    struct session *s = t ? session_open(t, NULL, BOOT_S, NULL, &e) : NULL;
    double hello = now_s();
    pid_t qemu = t ? spawn_pid(((struct local *)t)->child) : 0;
    double cpu = t ? cpu_s(qemu) : (double)NAN;
    if (!s) {
        fprintf(stderr, "bench_boot: %s\n", e.text);
        target_stop(t);
        return (double)NAN;
    }
    if (b->guests == 0 && !b->words[0])
        printf("%s\n", t->facts.remark[0] ? t->facts.remark : t->facts.how);
    b->emulated = t->facts.emulated;
    double seconds = t->facts.start_s + (hello - spoken);
    if (!b->words[0] && take_words(b, qemu) < 0) {
        fprintf(stderr, "bench_boot: QEMU's command line is not there\n");
        seconds = (double)NAN;
    }
    double before = now_s();
    session_close(s);
    if (b->guests < GUESTS_MAX) {
        b->first_word_s[b->guests] = t->facts.start_s;
        b->cpu_s[b->guests] = cpu;
    }
    target_stop(t);
    if (b->guests < GUESTS_MAX) {
        b->hello_s[b->guests] = seconds;
        b->stop_s[b->guests++] = now_s() - before;
    }
    return 1 / seconds;
}

/* A bound on the median of what our guests took. */
static bool at_most(const char *what, double *seconds, size_t n, double most)
{
    double middle = stats_median(seconds, n);
    bool pass = !(middle > most);
    printf("%-53s %10.4g %46s", what, middle, "");
    if (isfinite(most))
        printf("%s (s; at most %.2g)", pass ? "PASS" : "FAIL", most);
    putchar('\n');
    return pass;
}

/* Both were measured in blocks of two each, as compare_run() does it. */
static void tell_cpu(struct bench *b)
{
    double d[BLOCKS];
    for (size_t i = 0; i < BLOCKS; i++)
        d[i] = (log(b->peer_cpu_s[2 * i]) + log(b->peer_cpu_s[2 * i + 1]) - log(b->cpu_s[2 * i]) -
                log(b->cpu_s[2 * i + 1])) /
               2;
    struct stats_estimate e = stats_estimate(d, BLOCKS, 0.95);
    printf("%-53s %10.4g %10.4g %8.4f  [%.4f, %.4f] %3zu  (s of QEMU's processor time)\n",
           "  in processor time", stats_median(b->cpu_s, 2 * BLOCKS),
           stats_median(b->peer_cpu_s, 2 * BLOCKS), exp(e.centre), exp(e.low), exp(e.high), e.n);
}

static int set_up(struct bench *b, int argc, char **argv, struct options *given)
{
    static const char *const roots[] = {BENCH_BUILD "/guest-kernel", NULL};
    static struct kernel kernel;
    struct error e;
    struct boot_files *f = calloc(1, sizeof *f);
    option_init(given);
    if (!f || option_parse(given, FOR_SHELL, 1, argc, argv, &e) < 0)
        goto failed;
    setup_cpus(&b->options, given->cpus);
    b->options.agent_path = BENCH_BUILD "/vmtax-agent";
    b->options.memory_bytes = given->memory ? given->memory : SETUP_DEFAULT_MEMORY;
    b->options.limits = true;
    b->options.machine = setup_machine(given);
    if (!given->kernel) {
        if (kernel_find(NULL, roots, &kernel, &e) < 0)
            goto failed;
        b->options.machine.kernel = kernel.image;
    }
    if (boot_files_make(&b->options, f, &e) < 0)
        goto failed;
    snprintf(b->kernel, sizeof b->kernel, "%s", f->image);
    printf("Linux %s, %s, %zu processors\n", f->kernel.version,
           qemu_machine_name(boot_machine(&b->options)), b->options.cpu_count);
    free(f);
    b->ledger = ledger_open(NULL, &e);
    if (b->ledger)
        return 0;
    goto said;
failed:
    free(f);
said:
    fprintf(stderr, "bench_boot: %s\n", e.text);
    return -1;
}

int main(int argc, char **argv)
{
    static struct bench b = {.initrd = "/tmp/vmtax-bench-initrd.XXXXXX"};
    struct options given;
    signal(SIGPIPE, SIG_IGN);
    if (set_up(&b, argc, argv, &given) < 0)
        return 1;
    bool pass = false;
    /* The first one warms the caches up and tells the peer's words. */
    if (make_initrd(b.initrd, BENCH_BUILD "/tests/bench/bare_init") == 0 && isfinite(ours(&b))) {
        struct compare c = {.name = "boot",
                            .peer = "bare kernel, first byte",
                            .ours = ours,
                            .theirs = bare,
                            .context = &b,
                            .low = 1 / RATIO_MAX,
                            .high = 100,
                            .unit = "s",
                            .scale = 1,
                            .time = true};
        b.guests = 0;
        compare_heading();
        pass = compare_run(&c, BLOCKS);
        if (b.guests == 2 * BLOCKS && b.peers == 2 * BLOCKS)
            tell_cpu(&b);
        at_most("  first word (kernel, modules, port)", b.first_word_s, b.guests, (double)INFINITY);
        pass &= at_most("  hello", b.hello_s, b.guests,
                        b.emulated ? (double)INFINITY : HELLO_S_MAX);
        pass &= at_most("  end of a guest", b.stop_s, b.guests, STOP_S_MAX);
    }
    unlink(b.initrd);
    ledger_close(b.ledger);
    option_release(&given);
    return pass ? 0 : 1;
}
