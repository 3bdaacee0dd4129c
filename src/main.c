#include "command.h"
#include "conf.h"
#include "report/report.h"
#include "target/rights.h"
#include "text.h"

#include <config.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "ui/dashboard.h"
#include "workloads/catalog.h"

/* One a line. */
/* clang-format off */
static const struct command *const commands[] = {
    &command_run,
    &command_record,
    &command_check,
    &command_compare,
    &command_baseline,
    &command_report,
    &command_list,
    &command_doctor,
    &command_shell,
    &command_screen,
    &command_replay,
    &command_demo,
    NULL,
};

static const struct listing *const listings[] = {
    &listing_workloads,
    &listing_targets,
    &listing_results,
    &listing_baselines,
    &listing_recordings,
    &listing_themes,
    &listing_keys,
    NULL,
};
/* clang-format on */

static void usage(FILE *out)
{
    fprintf(out, "usage: vmtax                       the dashboard\n");
    for (const struct command *const *c = commands; *c; c++)
        fprintf(out, "       vmtax %s\n", (*c)->usage);
    fprintf(out, "\nWhat does your hypervisor cost you? vmtax shows it live.\n\n");
    for (const struct command *const *c = commands; *c; c++)
        fprintf(out, "  %-10s %s\n", (*c)->name, (*c)->summary);
    fputc('\n', out);
    text_wrap(out, COMMAND_WORKLOADS " `vmtax COMMAND --help` lists a command's options.", 0, 0);
    fprintf(out, "\nOptions of the dashboard:\n");
    option_help(FOR_DASHBOARD, out);
}

static void usage_of(const struct command *c, FILE *out)
{
    fprintf(out, "usage: vmtax %s\n\n%s\n\n", c->usage, c->summary);
    if (c->words) {
        text_wrap(out, c->words, 0, 0);
        fputc('\n', out);
    }
    option_help(c->bit, out);
}

static const struct command *find_command(const char *name)
{
    if (strcmp(name, command_complete.name) == 0) /* for programs: not in the table */
        return &command_complete;
    for (const struct command *const *c = commands; *c; c++)
        if (strcmp((*c)->name, name) == 0)
            return *c;
    return NULL;
}

static int unknown_command(const char *name)
{
    const char *names[sizeof commands / sizeof *commands];
    size_t n = 0;
    for (const struct command *const *c = commands; *c; c++)
        names[n++] = (*c)->name;
    names[n] = NULL;
    const char *near = text_nearest(name, names);
    char clean[64];
    text_clean(clean, sizeof clean, name);
    if (workload_find(name) || subsystem_find(name) != SUBSYSTEM_COUNT)
        fprintf(stderr, "vmtax: \"%s\" is no command, but it can be measured: vmtax run %s\n",
                clean, clean);
    else if (near)
        fprintf(stderr, "vmtax: there is no command \"%s\"; did you mean \"%s\"?\n", clean, near);
    else
        fprintf(stderr, "vmtax: there is no command \"%s\"; see vmtax --help\n", clean);
    return EXIT_USAGE_OR_SETUP;
}

/* "vmtax help" and "vmtax help run", as many programs have them. */
static int help(const char *name)
{
    if (name && strcmp(name, "help") == 0)
        name = NULL;
    const struct command *c = name ? find_command(name) : NULL;
    if (name && !c)
        return unknown_command(name);
    if (c && c != &command_dashboard)
        usage_of(c, stdout);
    else
        usage(stdout);
    return EXIT_DONE;
}

/* --ascii and --utf8 overrule the locale's character set wherever text is written. */
static void choose_characters(const struct options *o)
{
    if (o->ascii)
        setlocale(LC_CTYPE, "C");
    else if (o->utf8)
        setlocale(LC_CTYPE, "C.UTF-8");
}

/* The signals that end a run become bytes of a descriptor: whoever waits for an agent waits for it,
 * too. */
static int watch_signals(struct error *e)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
        return error_errno(e, errno, "cannot block signals");
    int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return fd < 0 ? error_errno(e, errno, "cannot watch signals") : fd;
}

static int check_words(const struct command *c, const struct options *o, struct error *e)
{
    if (o->word_count < c->words_min)
        return error_set(e, ERROR_USAGE, "something is missing; usage: vmtax %s", c->usage);
    if (o->word_count > c->words_max)
        return error_set(e, ERROR_USAGE, "one word too many; usage: vmtax%s%s",
                         c->usage[0] ? " " : " [OPTION...]", c->usage);
    return 0;
}

/* A closed standard stream would lend its number to the next file that is opened, and what is said
 * to the user would be written into that. Opened the wrong way round, so that use fails as before.
 */
static void hold_streams(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
            return;
}

int main(int argc, char **argv)
{
    hold_streams();
    /* A reader that left, or a limit on the size of files, is an error of that write, with its
     * sentence, and not the end of us. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    rights_give_up();
    setlocale(LC_CTYPE, "");
    const struct command *command = &command_dashboard;
    int from = 1;
    if (argc > 1 && argv[1][0] != '-') {
        if (strcmp(argv[1], "help") == 0)
            return help(argc > 2 ? argv[2] : NULL);
        command = find_command(argv[1]);
        if (!command)
            return unknown_command(argv[1]);
        from = 2;
    }
    struct error e = {.kind = ERROR_NONE};
    struct options options;
    option_init(&options);
    conf_read(&options, stderr);
    struct context context = {.options = &options,
                              .interrupt_fd = -1,
                              .commands = commands,
                              .listings = listings,
                              .draw_verdict = screen_verdict};
    int code = option_parse(&options, command->bit, from, argc, argv, &e);
    if (code == 0 && options.version) {
        printf("vmtax %s\n", PACKAGE_VERSION);
    } else if (code == 0 && options.help) {
        if (command == &command_dashboard)
            usage(stdout);
        else
            usage_of(command, stdout);
    } else if (code == 0) {
        if (command != &command_dashboard) /* its screen chooses for itself */
            choose_characters(&options);
        code = check_words(command, &options, &e);
        if (code == 0 && !command->plain_signals)
            code = context.interrupt_fd = watch_signals(&e);
        if (code >= 0)
            code = command->run(&context, &e);
    }
    if (code < 0) {
        /* The sentence may quote the command line. */
        char clean[sizeof e.text];
        option_blame(&options, &e);
        fprintf(stderr, "vmtax: %s\n", text_clean(clean, sizeof clean, e.text));
        code = command_exit(&e);
    }
    /* A full disk behind stdout must not look like success, nor like an answer that can be read. */
    struct error cannot;
    if (report_flush(stdout, &cannot) < 0 && code != EXIT_USAGE_OR_SETUP &&
        code != EXIT_INTERRUPTED) {
        fprintf(stderr, "vmtax: %s\n", cannot.text);
        code = EXIT_USAGE_OR_SETUP;
    }
    option_release(&options);
    return code;
}
