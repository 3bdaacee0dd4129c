/* vmtax shell: a shell in a guest like the ones that are measured, on a console of its own. */
#include <config.h>

#include "command.h"
#include "console_end.h"
#include "setup.h"
#include "target/machine.h"
#include "workloads/agent/console.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#define ESCAPE      CONSOLE_SIZE /* Ctrl-] */
#define END_OF_FILE 0x04         /* what a terminal makes of Ctrl-D */
#define PIECE       4096         /* far below what a guest must take at once */

struct console {
    struct target *target;
    int interrupt_fd, resize_fd; /* resize_fd: readable when the terminal's size changed */
    bool raw, input_ended, escaped;
    struct console_end end;
    struct termios before;
};

static void show_stage(void *context, const char *text)
{
    (void)context;
    fprintf(stderr, "vmtax: %s\n", text);
}

static void make_raw(struct console *c)
{
    struct termios raw;
    if (tcgetattr(STDIN_FILENO, &c->before) < 0)
        return;
    raw = c->before;
    cfmakeraw(&raw);
    c->raw = tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
}

static void put_back(struct console *c)
{
    if (c->raw)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &c->before);
    c->raw = false;
}

static int write_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = write(fd, bytes, length);
        if (n > 0) {
            bytes += n;
            length -= (size_t)n;
        } else if (n < 0 && errno == EAGAIN) {
            struct pollfd p = {.fd = fd, .events = POLLOUT};
            if (poll(&p, 1, 2000) <= 0)
                return -1;
        } else if (n < 0 && errno != EINTR) {
            return -1;
        }
    }
    return 0;
}

/* What was typed goes to the guest, but for the key that ends it all. */
static int from_user(struct console *c)
{
    char bytes[PIECE];
    ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
    if (n <= 0) {
        c->input_ended = true;
        bytes[0] = END_OF_FILE;
        return write_all(c->target->to_agent, bytes, 1);
    }
    const char *escape = c->raw ? memchr(bytes, ESCAPE, (size_t)n) : NULL;
    if (escape) {
        c->escaped = true;
        return -1;
    }
    return write_all(c->target->to_agent, bytes, (size_t)n);
}

static int from_guest(struct console *c)
{
    char bytes[PIECE], shown[PIECE + CONSOLE_END_MAX];
    ssize_t n = read(c->target->from_agent, bytes, sizeof bytes);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (n > 0)
        return write_all(STDOUT_FILENO, shown, console_end_pass(&c->end, bytes, (size_t)n, shown));
    if (console_end_code(&c->end) < 0)
        write_all(STDOUT_FILENO, c->end.held, c->end.used);
    return -1;
}

/* SIGWINCH as a descriptor, blocked before there are threads that could take it; -1: sizes are not
 * followed. */
static int watch_size(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGWINCH);
    return sigprocmask(SIG_BLOCK, &set, NULL) < 0 ? -1
                                                  : signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* The guest learns how large the terminal is now. */
static int follow_size(struct console *c)
{
    struct signalfd_siginfo info;
    struct winsize size;
    char record[32];
    while (read(c->resize_fd, &info, sizeof info) > 0) {
    }
    if (!c->raw || ioctl(STDIN_FILENO, TIOCGWINSZ, &size) < 0 || !size.ws_row || !size.ws_col ||
        size.ws_row > CONSOLE_SIZE_MAX || size.ws_col > CONSOLE_SIZE_MAX)
        return 0;
    int n = snprintf(record, sizeof record, "%c%u;%u\n", CONSOLE_SIZE, size.ws_row, size.ws_col);
    return write_all(c->target->to_agent, record, (size_t)n);
}

/* Until the guest ends, its user leaves, or a signal comes (then -1). */
static int converse(struct console *c)
{
    for (;;) {
        struct pollfd p[4] = {{.fd = c->target->from_agent, .events = POLLIN},
                              {.fd = c->input_ended ? -1 : STDIN_FILENO, .events = POLLIN},
                              {.fd = c->interrupt_fd, .events = POLLIN},
                              {.fd = c->resize_fd, .events = POLLIN}};
        if (poll(p, 4, -1) < 0 && errno != EINTR)
            return 0;
        if (p[2].revents)
            return -1;
        if (p[3].revents && follow_size(c) < 0)
            return 0;
        if ((p[0].revents && from_guest(c) < 0) || (p[1].revents && from_user(c) < 0))
            return 0;
    }
}

static int set_up(const struct context *c, struct target_options *o, char *agent, size_t size,
                  struct error *e)
{
    const struct options *given = c->options;
    memset(o, 0, sizeof *o);
    setup_cpus(o, given->cpus);
    if (given->cpus > o->cpu_count)
        return error_set(e, ERROR_USAGE, "--cpus %llu: this machine has %zu",
                         (unsigned long long)given->cpus, o->cpu_count);
    if (setup_agent(agent, size, e) < 0)
        return -1;
    o->agent_path = agent;
    o->memory_bytes = given->memory ? given->memory : SETUP_DEFAULT_MEMORY;
    o->network = true;
    o->limits = true;
    o->machine = setup_machine(given);
    return 0;
}

static void tell_what_it_is(const struct target *t)
{
    const struct target_facts *f = &t->facts;
    if (f->remark[0])
        fprintf(stderr, "vmtax: %s\n", f->remark);
    fprintf(stderr, "vmtax: %s%s, %s; network %s\n", f->how, f->emulated ? ", EMULATED" : "",
            f->limits, f->network);
    fprintf(stderr, "vmtax: these are the host's own files; what is changed stays in the guest's "
                    "memory. exit ends it, Ctrl-] ends it at once.\n");
}

/* Did the guest end as a shell's end ends it? Else words says what happened. */
static bool powered_off(struct target *t, char *words, size_t size)
{
    char said[300];
    target_last_words(t, said, sizeof said);
    if (strncmp(said, MACHINE_POWERED_OFF, strlen(MACHINE_POWERED_OFF)) == 0)
        return true;
    snprintf(words, size, "%s", said);
    return false;
}

static int run(const struct context *c, struct error *e)
{
    const struct options *given = c->options;
    const char *word = given->word_count ? given->words[0] : "kvm";
    struct target_options o;
    char agent[4096];
    if (strcmp(word, "kvm") != 0 && strcmp(word, "tcg") != 0)
        return error_set(e, ERROR_USAGE, "a shell can be had in kvm and tcg, not in \"%.40s\"",
                         word);
    if (set_up(c, &o, agent, sizeof agent, e) < 0)
        return -1;
    if (strcmp(word, "tcg") == 0) {
        if (given->accel && strcmp(given->accel, "kvm") == 0)
            return error_set(e, ERROR_USAGE,
                             "tcg is emulation, which --accel kvm refuses: leave one of them out");
        o.machine.accel = "tcg";
    }

    struct winsize size = {0};
    if (isatty(STDIN_FILENO))
        ioctl(STDIN_FILENO, TIOCGWINSZ, &size);
    struct machine_terminal terminal = {
        .term = getenv("TERM"), .rows = size.ws_row, .columns = size.ws_col};
    struct target_waiter waiter = {.stage = show_stage, .interrupt_fd = c->interrupt_fd};
    o.waiter = &waiter;

    struct ledger *ledger = ledger_open(NULL, e);
    if (!ledger)
        return -1;
    struct console console = {.interrupt_fd = c->interrupt_fd, .resize_fd = watch_size()};
    console.target = kvm_start(&o, &terminal, ledger, e);
    int rc = console.target ? 0 : -1, code = EXIT_DONE;
    if (console.target) {
        tell_what_it_is(console.target);
        make_raw(&console);
        rc = converse(&console);
        put_back(&console);
        char words[300] = "the guest has ended";
        bool fell = rc == 0 && !console.escaped &&
                    !powered_off(console.target, words, sizeof words);
        fprintf(stderr, "\nvmtax: %s\n",
                rc < 0            ? "interrupted"
                : console.escaped ? "ended by Ctrl-]"
                                  : words);
        if (rc < 0)
            error_set(e, ERROR_INTERRUPTED, "interrupted");
        int said = console_end_code(&console.end);
        code = fell                                      ? EXIT_USAGE_OR_SETUP
               : rc == 0 && !console.escaped && said > 0 ? said
                                                         : EXIT_DONE;
        target_stop(console.target);
    }
    ledger_close(ledger);
    if (console.resize_fd >= 0)
        close(console.resize_fd);
    return rc < 0 ? -1 : code;
}

const struct command command_shell = {
    .name = "shell",
    .usage = "shell [kvm|tcg] [OPTION...]",
    .summary = "a shell in a guest like the ones that are measured",
    .bit = FOR_SHELL,
    .words_min = 0,
    .words_max = 1,
    .run = run,
};
