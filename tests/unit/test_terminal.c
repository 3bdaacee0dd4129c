/* The dashboard in a real terminal of which we see every byte: sizes and keys at random, signals,
 * kinds of terminals, and what is left behind. VMTAX_STORM_SECONDS and VMTAX_STORM_SEED make the
 * storm longer or another one. */
#include <config.h>

#include "tests/fixture_board.h"
#include "tests/pty.h"
#include "tests/unit/sequences.h"
#include "tests/unit/unit.h"
#include "workloads/remove.h"

#define NCURSES_NOMACROS 1
#include <curses.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <term.h>
#include <unistd.h>

#define START_MS 15000 /* sanitizers and busy machines start slowly */

static bool start(struct pty *p, int h, int w, const char *term, const char *a, const char *b)
{
    char *const argv[] = {(char *)UI_DEMO, (char *)a, (char *)b, NULL};
    return pty_start(p, h, w, term, argv);
}

/* It ended with status, and the terminal is as it was. */
static void check_end(struct pty *p, int want)
{
    struct termios after;
    int status = pty_wait(p, START_MS);
    if (!(status >= 0 && WIFEXITED(status) && WEXITSTATUS(status) == want))
        fprintf(stderr, "status %#x, last output: %s\n", (unsigned)status,
                p->length > 2000 ? p->out + p->length - 2000
                : p->out         ? p->out
                                 : "");
    assert_true(status >= 0 && WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), want);
    assert_int_equal(tcgetattr(p->fd, &after), 0);
    assert_int_equal(after.c_lflag, p->before.c_lflag);
    assert_int_equal(after.c_iflag, p->before.c_iflag);
    assert_int_equal(after.c_oflag, p->before.c_oflag);
    /* every mode that was set is reset, the last time of all */
    static const char *const modes[] = {"1049", "1000", "1002", "1003", "1006", "2026"};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        const char *last_on = NULL, *last_off = NULL;
        char on[16], off[16];
        snprintf(on, sizeof on, "\x1b[?%sh", modes[i]);
        snprintf(off, sizeof off, "\x1b[?%sl", modes[i]);
        for (const char *at = p->out; (at = strstr(at, on)); at++)
            last_on = at;
        for (const char *at = p->out; (at = strstr(at, off)); at++)
            last_off = at;
        assert_true(!last_on || (last_off && last_off > last_on));
    }
}

/* No string of the data may command the terminal. The texts that went to its clipboard. */
static size_t check_bytes(const struct pty *p)
{
    return check_sequences(p->out, p->length, false);
}

static void starts_and_quits(void **state)
{
    struct pty p;
    (void)state;
    assert_true(start(&p, 40, 120, "xterm-256color", "stored", NULL));
    assert_true(pty_expect(&p, 0, "verview", START_MS));
    pty_send(&p, "q", 1);
    check_end(&p, 0);
    assert_int_equal(check_bytes(&p), 0);
    pty_release(&p);
}

static void asks_before_it_ends_a_run(void **state)
{
    struct pty p;
    (void)state;
    assert_true(start(&p, 24, 80, "xterm-256color", "container", "feed"));
    assert_true(pty_expect(&p, 0, "uit", START_MS));
    size_t at = p.length;
    pty_send(&p, "\x03", 1); /* ^C asks too */
    assert_true(pty_expect(&p, at, "a run is live", START_MS));
    at = p.length;
    pty_send(&p, "\x1b", 1); /* a lone Esc stays */
    assert_true(pty_expect(&p, at, "abort", START_MS));
    pty_read(&p, 50, 500);
    at = p.length;
    pty_send(&p, "q", 1);
    assert_true(pty_expect(&p, at, "a run is live", START_MS));
    pty_send(&p, "\r", 1);
    check_end(&p, 0);
    pty_release(&p);
}

static void a_signal_ends_it_in_order(void **state)
{
    static const int numbers[] = {SIGTERM, SIGHUP};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct pty p;
        assert_true(start(&p, 24, 80, "xterm-256color", "container", "mouse"));
        assert_true(pty_expect(&p, 0, "uit", START_MS));
        kill(p.pid, numbers[i]);
        check_end(&p, numbers[i]);
        pty_release(&p);
    }
}

static void a_crash_leaves_the_terminal_whole(void **state)
{
    struct pty p;
    struct termios after;
    (void)state;
    if (SANITIZED)
        skip(); /* the sanitizer has the signal */
    assert_true(start(&p, 24, 80, "xterm-256color", "container", "mouse"));
    assert_true(pty_expect(&p, 0, "uit", START_MS));
    size_t at = p.length;
    kill(p.pid, SIGSEGV);
    int status = pty_wait(&p, START_MS);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    assert_non_null(strstr(p.out + at, "\x1b[?1049l"));
    assert_non_null(strstr(p.out + at, "\x1b[?25h"));
    assert_int_equal(tcgetattr(p.fd, &after), 0);
    assert_int_equal(after.c_lflag, p.before.c_lflag);
    pty_release(&p);
}

/* No select-graphic-rendition sequence with a colour in it. */
static void check_no_color(const struct pty *p)
{
    for (const char *at = p->out; (at = strstr(at, "\x1b[")); at += 2) {
        const char *end = at + 2 + strspn(at + 2, "0123456789;");
        for (const char *n = at + 2; *end == 'm' && n < end; n += strcspn(n, ";m") + 1)
            assert_true(strtol(n, NULL, 10) < 30);
    }
}

/* No palette and no bright colours. */
static void check_eight_colors(const struct pty *p)
{
    bool any = false;
    for (const char *at = p->out; (at = strstr(at, "\x1b[")); at += 2) {
        const char *end = at + 2 + strspn(at + 2, "0123456789;:");
        for (const char *n = at + 2; *end == 'm' && n < end; n += strcspn(n, ";m") + 1) {
            long code = strtol(n, NULL, 10);
            assert_true(code < 50 && code != 38 && code != 48);
            any = any || (code >= 30 && code <= 37);
        }
    }
    assert_true(any);
}

/* Does this system have the entry? Asked of curses, not of the dashboard. */
static bool has_entry(const char *term)
{
    int status;
    if (!*term || setupterm(term, STDOUT_FILENO, &status) != OK)
        return false;
    del_curterm(cur_term);
    return true;
}

/* Colours as red, green and blue. */
static bool has_direct_color(const struct pty *p)
{
    return strstr(p->out, "\x1b[38:2:") || strstr(p->out, "\x1b[38;2;");
}

static bool has_palette_color(const struct pty *p)
{
    return strstr(p->out, "\x1b[38;5;") || strstr(p->out, "\x1b[38:5:");
}

static void kinds_of_terminals(void **state)
{
    static const struct {
        const char *term;
        bool everywhere; /* every system with curses has it */
        int status;
        const char *says;
    } cases[] = {
        {"xterm-256color", true, 0, NULL},
        {"xterm", true, 0, NULL},
        {"tmux-256color", false, 0, NULL},
        {"screen", true, 0, NULL},
        {"rxvt-unicode-256color", false, 0, NULL},
        {"linux", true, 0, NULL},
        {"vt100", true, 0, NULL},
        {"dumb", true, 2, "vmtax run"},
        {"no-such-terminal", false, 2, "is not known on this system"},
        {"", false, 2, "TERM is not set"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct pty p;
        bool known = has_entry(cases[i].term);
        int status = known || cases[i].status ? cases[i].status : 2;
        const char *says = status && !cases[i].status ? "is not known on this system"
                                                      : cases[i].says;
        if (cases[i].everywhere && !known)
            fail_msg("this system has no entry for %s", cases[i].term);
        assert_true(start(&p, 24, 80, cases[i].term, "all", NULL));
        if (status == 0) {
            assert_true(pty_expect(&p, 0, "uit", START_MS));
            pty_read(&p, 60, 400);
            if (strcmp(cases[i].term, "vt100") == 0)
                check_no_color(&p);
            else if (strstr(cases[i].term, "256color"))
                assert_true(has_palette_color(&p) && !has_direct_color(&p));
            else
                check_eight_colors(&p);
            pty_send(&p, "q\r", 2);
        }
        check_end(&p, status);
        if (says)
            assert_non_null(strstr(p.out, says));
        pty_release(&p);
    }
}

/* What the environment says of colours: NO_COLOR takes them away if it is not empty and nothing
 * else was asked for; COLORTERM promises what the terminal's entry does not have, whose keys would
 * be another one's, and changes nothing. */
static void colors_by_the_environment(void **state)
{
    static const struct {
        const char *variable, *option;
        bool colors;
    } cases[] = {{"NO_COLOR=1", NULL, false},         {"NO_COLOR=", NULL, true},
                 {"NO_COLOR=1", "256", true},         {"NO_COLOR=", "mono", false},
                 {"COLORTERM=truecolor", NULL, true}, {"COLORTERM=24bit", NULL, true}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct pty p;
        char *const argv[] = {(char *)"/usr/bin/env", (char *)cases[i].variable, (char *)UI_DEMO,
                              (char *)"all",          (char *)cases[i].option,   NULL};
        assert_true(pty_start(&p, 24, 80, "xterm-256color", argv));
        assert_true(pty_expect(&p, 0, "uit", START_MS));
        pty_read(&p, 60, 400);
        pty_send(&p, "q\r", 2);
        check_end(&p, 0);
        if (cases[i].colors)
            assert_true(has_palette_color(&p));
        else
            check_no_color(&p);
        assert_false(has_direct_color(&p));
        pty_release(&p);
    }
}

static int compile_entry(const char *directory, const char *source)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        execlp("tic", "tic", "-x", "-o", directory, source, (char *)NULL);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}

/* A terminal whose entry takes red, green and blue; few systems have one installed. */
static void direct_color(void **state)
{
    static const char entry[] =
        "vmtax-direct|a terminal whose colours are no numbers of a palette,\n"
        "\tRGB, colors#0x1000000, pairs#0x7FFF,\n"
        "\tsetaf=\\E[%?%p1%{8}%<%t3%p1%d%e38\\:2\\:\\:%p1%{65536}%/%d\\:%p1%{256}%/%{255}%&%d\\:"
        "%p1%{255}%&%d%;m,\n"
        "\tsetab=\\E[%?%p1%{8}%<%t4%p1%d%e48\\:2\\:\\:%p1%{65536}%/%d\\:%p1%{256}%/%{255}%&%d\\:"
        "%p1%{255}%&%d%;m,\n"
        "\tuse=xterm-256color,\n";
    char directory[] = "test-terminfo-XXXXXX", here[PATH_MAX], source[PATH_MAX], variable[PATH_MAX];
    struct pty p;
    (void)state;
    assert_non_null(mkdtemp(directory));
    assert_non_null(realpath(directory, here));
    assert_true(snprintf(source, sizeof source, "%s/entry", here) < (int)sizeof source);
    assert_true(snprintf(variable, sizeof variable, "TERMINFO=%s", here) < (int)sizeof variable);
    FILE *f = fopen(source, "w");
    assert_non_null(f);
    fputs(entry, f);
    assert_int_equal(fclose(f), 0);
    int compiled = compile_entry(here, source);
    if (compiled == 0) {
        char *const argv[] = {(char *)"/usr/bin/env", variable, (char *)UI_DEMO, (char *)"all",
                              NULL};
        assert_true(pty_start(&p, 24, 80, "vmtax-direct", argv));
        assert_true(pty_expect(&p, 0, "uit", START_MS));
        pty_read(&p, 60, 400);
        pty_send(&p, "q\r", 2);
        check_end(&p, 0);
        assert_true(has_direct_color(&p) && !has_palette_color(&p));
        check_bytes(&p);
        pty_release(&p);
    }
    remove_tree(AT_FDCWD, directory);
    if (compiled == 127) {
        print_message("tic, which compiles entries of terminals, is not installed\n");
        skip();
    }
    assert_int_equal(compiled, 0);
}

static void a_frozen_screen_writes_nothing(void **state)
{
    struct pty p;
    (void)state;
    assert_true(start(&p, 40, 120, "xterm-256color", "container", "feed"));
    assert_true(pty_expect(&p, 0, "uit", START_MS));
    size_t at = p.length;
    pty_send(&p, " ", 1);
    assert_true(pty_expect(&p, at, "frozen", START_MS));
    pty_read(&p, 300, 1000);
    at = p.length;
    pty_read(&p, 1500, 1500);
    assert_int_equal(p.length, at);
    pty_send(&p, "q\r", 2);
    check_end(&p, 0);
    pty_release(&p);
}

/* With --quiet-ui: while a slot is timed not one byte is written, but a key is answered; what was
 * held comes between two slots. */
static void nothing_is_drawn_while_a_slot_is_timed(void **state)
{
    struct pty p;
    (void)state;
    assert_true(start(&p, 40, 120, "xterm-256color", "container", "slots"));
    assert_true(pty_expect(&p, 0, "drawn between slots", START_MS));
    double from = pty_now_s();
    pty_read(&p, 2000, START_MS); /* the slowest that the governor draws is once a second */
    assert_true(pty_now_s() - from < START_MS / 1e3);
    size_t at = p.length;
    pty_send(&p, "L", 1);
    assert_true(pty_expect(&p, at, "agent answered", 1500)); /* of the 2 s that are left of it */
    pty_send(&p, "1", 1);                                    /* back to the graph, which moves */
    pty_read(&p, 100, 1000);
    at = p.length;
    pty_read(&p, 5000, 5000); /* longer than a slot */
    assert_true(p.length > at);
    pty_send(&p, "q\r", 2);
    check_end(&p, 0);
    pty_release(&p);
}

/* The C locale says nothing of UTF-8: not one byte beyond ASCII, and frames all the same. */
static void plain_locale_is_ascii(void **state)
{
    static const char *const fixtures[] = {"container", "hostile"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct pty p;
        char *const argv[] = {(char *)UI_DEMO, (char *)fixtures[i], NULL};
        assert_true(pty_start_in(&p, 40, 120, "xterm-256color", "C", argv));
        assert_true(pty_expect(&p, 0, "uit", START_MS));
        pty_send(&p, "39L1?", 5);
        pty_read(&p, 200, 2000);
        assert_non_null(strstr(p.out, "+-"));
        pty_send(&p, "\x1bq\r", 3);
        check_end(&p, 0);
        for (size_t k = 0; k < p.length; k++)
            assert_true((unsigned char)p.out[k] < 0x80);
        pty_release(&p);
    }
}

static size_t count_of(const struct pty *p, const char *text)
{
    size_t n = 0;
    for (const char *at = p->out; (at = strstr(at, text)); at += strlen(text))
        n++;
    return n;
}

static void without_mouse_no_mouse_mode(void **state)
{
    static const char *const modes[] = {"\x1b[?9h",   "\x1b[?1000", "\x1b[?1001", "\x1b[?1002",
                                        "\x1b[?1003", "\x1b[?1005", "\x1b[?1006", "\x1b[?1015"};
    static const char click[] = "\x1b[<0;15;1M\x1b[<0;15;1m";
    struct pty p;
    (void)state;
    assert_true(start(&p, 24, 80, "xterm-256color", "container", NULL));
    assert_true(pty_expect(&p, 0, "uit", START_MS));
    pty_send(&p, "1239L1", 6);
    pty_read(&p, 100, 1000);
    pty_send(&p, "q\r", 2);
    check_end(&p, 0);
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
        assert_null(strstr(p.out, modes[i]));
    pty_release(&p);
    /* with it, the modes are there; m takes them back */
    assert_true(start(&p, 24, 80, "xterm-256color", "container", "mouse"));
    assert_true(pty_expect(&p, 0, "uit", START_MS));
    assert_true(count_of(&p, "\x1b[?1000h") + count_of(&p, "\x1b[?1000;1006") +
                    count_of(&p, "\x1b[?1006;1000h") >
                0);
    /* a click on the third tab opens it */
    size_t at = p.length;
    pty_send(&p, click, sizeof click - 1);
    assert_true(pty_expect(&p, at, "full", START_MS));
    at = p.length;
    pty_send(&p, "m", 1);
    assert_true(pty_expect(&p, at, "1000l", START_MS));
    pty_send(&p, "q\r", 2);
    check_end(&p, 0);
    pty_release(&p);
}

/* A report of the mouse that is cut off, as on a line that breaks down, holds up nothing. */
static void a_report_that_is_cut_off(void **state)
{
    static const char cut[] = "\x1b[<0;15;1";
    struct pty p;
    (void)state;
    assert_true(start(&p, 24, 80, "xterm-256color", "container", "mouse"));
    assert_true(pty_expect(&p, 0, "uit", START_MS));
    size_t at = p.length;
    pty_send(&p, cut, sizeof cut - 1);
    pty_read(&p, 700, 1000);
    pty_send(&p, "L", 1);
    assert_true(pty_expect(&p, at, "agent answered", START_MS));
    pty_send(&p, "q\r", 2);
    check_end(&p, 0);
    pty_release(&p);
}

/* Other characters: the terminal is opened anew, and a mouse that was off stays off. */
static void settings_change_the_terminal(void **state)
{
    struct pty p;
    (void)state;
    assert_true(start(&p, 24, 80, "xterm-256color", "container", "mouse"));
    assert_true(pty_expect(&p, 0, "uit", START_MS));
    size_t at = p.length;
    pty_send(&p, "m", 1);
    assert_true(pty_expect(&p, at, "1000l", START_MS));
    pty_read(&p, 100, 1000);
    at = p.length;
    pty_send(&p, "OGkkkkk", 7); /* reader, no-sync, clipboard, no-mouse, utf8, ascii */
    assert_true(pty_expect(&p, at, "ASCII", START_MS));
    pty_send(&p, " ", 1);
    assert_true(pty_expect(&p, at, "+-", START_MS));
    assert_null(strstr(p.out + at, "1000h"));
    pty_send(&p, "\x1b", 1);
    pty_read(&p, 100, 1000);
    pty_send(&p, "q\r", 2);
    check_end(&p, 0);
    pty_release(&p);
}

/* A row that is copied goes into a file, and only where the user asked for that, and the terminal
 * may have one, to the clipboard. */
static void a_row_is_copied(void **state)
{
    static const struct {
        const char *term, *option;
        bool copied;
    } cases[] = {{"xterm-256color", "clipboard", true},
                 {"xterm-256color", "mono", false},
                 {"linux", "clipboard", false}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pty p;
        assert_true(start(&p, 24, 80, cases[i].term, "hostile", cases[i].option));
        assert_true(pty_expect(&p, 0, "uit", START_MS));
        pty_send(&p, "9", 1);
        pty_read(&p, 100, 1000);
        size_t at = p.length;
        pty_send(&p, "y", 1);
        if (cases[i].copied)
            assert_true(pty_expect(&p, at, "\x1b]52;", START_MS));
        pty_read(&p, 200, 2000);
        assert_true(p.length > at); /* the footer tells the file */
        const char *sequence = strstr(p.out + at, "\x1b]52;");
        assert_int_equal(sequence != NULL, cases[i].copied);
        if (sequence)
            assert_true(strcspn(sequence, "\a") > 100);
        pty_send(&p, "q\r", 2);
        check_end(&p, 0);
        assert_int_equal(check_bytes(&p), cases[i].copied);
        pty_release(&p);
    }
}

/* Names, versions, errors and lines of a log that would command the terminal, on every panel and in
 * the dialogs that show them: they are text there, whoever writes the frames, and so is the screen
 * that Q leaves behind. */
static void hostile_strings_are_text(void **state)
{
    static const char *const steps[] = {"2",  "3",    "4", "5", "6", "7",    "8", "9",  "0",    "H",
                                        "\t", "e",    "e", "W", "w", "\x1b", "L", "\r", "\x1b", "v",
                                        "?",  "\x1b", "9", "y", "c", "\x1b", "1", "p",  "\x1b"};
    static const char *const writers[] = {NULL, "curses"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct pty p;
        assert_true(start(&p, 40, 120, "xterm-256color", "hostile", writers[i]));
        assert_true(pty_expect(&p, 0, "uit", START_MS));
        for (size_t k = 0; k < sizeof steps / sizeof *steps; k++) {
            pty_send(&p, steps[k], strlen(steps[k]));
            pty_read(&p, 60, 400);
        }
        size_t at = p.length;
        pty_send(&p, "QQ", 2); /* a run is live: it asks */
        check_end(&p, 0);
        check_sequences(p.out, p.length, writers[i] != NULL);
        /* they were there: before and after the end */
        assert_non_null(strstr(p.out, "\xc2\xb7[5;8m" FIXTURE_HOSTILE_MARK));
        const char *left = strstr(p.out + at, "\x1b[?1049l");
        assert_non_null(left);
        assert_non_null(strstr(left, FIXTURE_HOSTILE_MARK));
        pty_release(&p);
    }
}

/* ^Z in a shell: the terminal is the shell's while the program is stopped, and fg paints anew. */
static void stops_and_comes_back(void **state)
{
    struct pty p;
    struct termios now;
    char command[512];
    char *const argv[] = {(char *)"/bin/sh", (char *)"-i", NULL};
    (void)state;
    assert_true(pty_start(&p, 40, 120, "xterm-256color", argv));
    pty_read(&p, 200, 2000); /* its prompt */
    snprintf(command, sizeof command, "set -m; %s container mouse\n", UI_DEMO);
    pty_send(&p, command, strlen(command));
    assert_true(pty_expect(&p, 0, "verview", START_MS));
    pty_read(&p, 100, 1000);
    for (int round = 0; round < 2; round++) {
        size_t at = p.length;
        pty_send(&p, "\x1a", 1);
        assert_true(pty_expect(&p, at, "topped", START_MS));
        const char *out = p.out + at;
        assert_non_null(strstr(out, "\x1b[?1049l"));
        assert_non_null(strstr(out, "1000l"));
        assert_int_equal(tcgetattr(p.fd, &now), 0);
        assert_int_equal(now.c_lflag & (ICANON | ECHO | ISIG), ICANON | ECHO | ISIG);
        assert_true(now.c_iflag & ICRNL);
        assert_true(now.c_oflag & ONLCR);
        pty_read(&p, 100, 1000);
        at = p.length;
        pty_read(&p, 1200, 1300); /* it is stopped: not even the clock goes on */
        assert_int_equal(p.length, at);
        pty_resize(&p, 40 + round, 120);
        pty_send(&p, "fg\n", 3);
        assert_true(pty_expect(&p, at, "\x1b[?1049h", START_MS));
        assert_true(pty_expect(&p, at, "verview", START_MS)); /* tabs, first row */
        assert_true(pty_expect(&p, at, "abort", START_MS));   /* footer, last row */
        assert_true(pty_expect(&p, at, "1000h", START_MS) || pty_expect(&p, at, "1000;", 100));
        assert_true(pty_expect(&p, at, "\x1b[?1h", START_MS)); /* the keys' mode too */
        pty_read(&p, 100, 1000);
        assert_int_equal(tcgetattr(p.fd, &now), 0);
        assert_int_equal(now.c_lflag & (ICANON | ECHO), 0);
    }
    size_t at = p.length;
    pty_send(&p, "q", 1);
    assert_true(pty_expect(&p, at, "a run is live", START_MS));
    pty_send(&p, "\r", 1);
    assert_true(pty_expect(&p, at, "frames ", START_MS));
    pty_send(&p, "exit 0\n", 7);
    int status = pty_wait(&p, START_MS);
    assert_true(status >= 0 && WIFEXITED(status));
    pty_release(&p);
}

/* Repaints that nobody reads, until the terminal is full. */
static void stuff(struct pty *p)
{
    for (int i = 0; i < 60; i++) {
        pty_send(p, "\x0c", 1);
        usleep(15000);
    }
}

/* A terminal that does not read for a while (a stopped tmux, a bad line): whoever publishes goes
 * on, the dashboard's thread hangs in no write, and what comes after is whole. */
static void a_terminal_that_does_not_read(void **state)
{
    struct pty p;
    char path[64], call[64] = "";
    double wait_ms = -1;
    (void)state;
    assert_true(start(&p, 40, 120, "xterm-256color", "container", "feed"));
    assert_true(pty_expect(&p, 0, "abort", START_MS));
    stuff(&p);
    usleep(4000000);
    snprintf(path, sizeof path, "/proc/%d/task/%d/syscall", p.pid, p.pid);
    FILE *f = fopen(path, "r");
    if (f && fgets(call, sizeof call, f) && call[0] >= '0' && call[0] <= '9')
        assert_int_not_equal(strtol(call, NULL, 10), SYS_write);
    if (f)
        fclose(f);
    pty_read(&p, 300, 3000);
    size_t at = p.length;
    pty_send(&p, "\x0c", 1);
    assert_true(pty_expect(&p, at, "verview", START_MS));
    assert_true(pty_expect(&p, at, "abort", START_MS));
    pty_send(&p, "q\r", 2);
    check_end(&p, 0);
    check_bytes(&p);
    const char *said = strstr(p.out, "board_wait_ms ");
    assert_non_null(said);
    assert_int_equal(sscanf(said, "board_wait_ms %lf", &wait_ms), 1);
    assert_true(wait_ms < 1000);
    pty_release(&p);
}

/* And it can be ended meanwhile. */
static void ends_though_nobody_reads(void **state)
{
    struct pty p;
    int status = 0, got = 0;
    (void)state;
    assert_true(start(&p, 40, 120, "xterm-256color", "container", "feed"));
    assert_true(pty_expect(&p, 0, "abort", START_MS));
    stuff(&p);
    kill(p.pid, SIGTERM);
    double end = pty_now_s() + START_MS / 1e3;
    while ((got = waitpid(p.pid, &status, WNOHANG)) == 0 && pty_now_s() < end)
        usleep(20000);
    assert_int_equal(got, p.pid);
    p.pid = -1;
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == SIGTERM);
    pty_read(&p, 100, 1000);
    assert_non_null(strstr(p.out, "\x1b[?1049l"));
    pty_release(&p);
}

static unsigned random_state;

static unsigned pick(unsigned below)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % below;
}

static void random_input(struct pty *p)
{
    static const char *const inputs[] = {"1",
                                         "2",
                                         "3",
                                         "4",
                                         "5",
                                         "9",
                                         "0",
                                         "H",
                                         "W",
                                         "L",
                                         "\t",
                                         "\x1b[Z",
                                         "h",
                                         "j",
                                         "k",
                                         "l",
                                         "\x1b[A",
                                         "\x1bOB",
                                         "\x1b[C",
                                         "\x1b[D",
                                         "\x1b[5~",
                                         "\x1b[6~",
                                         "\x1b[H",
                                         "\x1b[F",
                                         "\r",
                                         "\x1b",
                                         "/",
                                         "sys\x7f.read\r",
                                         "n",
                                         "N",
                                         " ",
                                         "-",
                                         "+",
                                         "e",
                                         "s",
                                         "S",
                                         "u",
                                         "r",
                                         "R",
                                         "x",
                                         "p",
                                         "c",
                                         "b",
                                         "w",
                                         "T",
                                         "m",
                                         "?",
                                         "\x1bOP",
                                         "\x0c",
                                         "o",
                                         "a",
                                         "t",
                                         "P",
                                         "v",
                                         "\x1b[",
                                         "\x1b[<0;20;10M\x1b[<0;20;10m",
                                         "\x1b[<64;5;5M",
                                         "\x1b[<65;90;30M",
                                         "\x1b[M !!",
                                         "\xff\xfe\xc3",
                                         "漢é",
                                         "\x1b]52;c;aGk=\x07",
                                         "jjjjjjjjjjjjjjjjjjjjjjjj",
                                         "E"};
    const char *text = inputs[pick(sizeof inputs / sizeof inputs[0])];
    pty_send(p, text, strlen(text));
}

static void storm(const char *fixture, const char *more, double seconds)
{
    struct pty p;
    assert_true(start(&p, 24, 80, "xterm-256color", fixture, more));
    assert_true(pty_expect(&p, 0, "uit", START_MS));
    double end = pty_now_s() + seconds;
    unsigned steps = 0;
    while (pty_now_s() < end) {
        if (pick(3) == 0)
            pty_resize(&p, 1 + (int)pick(90), 1 + (int)pick(300));
        else
            random_input(&p);
        steps++;
        if (!pty_read(&p, (int)pick(12), 40))
            break;
        assert_int_equal(waitpid(p.pid, NULL, WNOHANG), 0); /* it lives */
    }
    assert_true(steps > 20);
    pty_resize(&p, 24, 80);
    pty_read(&p, 100, 1000);
    /* out of filters, dialogs and boxes, thaw, whole screen */
    for (int i = 0; i < 4; i++) {
        pty_send(&p, "\x1b", 1);
        pty_read(&p, 60, 400);
    }
    size_t at = p.length;
    pty_send(&p, "1\x0c", 2);
    assert_true(pty_expect(&p, at, "Over", START_MS));
    pty_read(&p, 60, 400);
    pty_send(&p, "q", 1);
    pty_read(&p, 60, 400);
    pty_send(&p, "\r", 1);
    check_end(&p, 0);
    check_sequences(p.out, p.length, strcmp(more, "curses") == 0);
    pty_release(&p);
}

static void survives_a_storm(void **state)
{
    static const char *const fixtures[][2] = {{"container", "feed"},
                                              {"all", "mouse"},
                                              {"hostile", "feed"},
                                              {"empty", "welcome"},
                                              {"all", "curses"}};
    const char *seconds = getenv("VMTAX_STORM_SECONDS"), *seed = getenv("VMTAX_STORM_SEED");
    (void)state;
    random_state = seed ? (unsigned)strtoul(seed, NULL, 10) : 20611;
    for (size_t i = 0; i < sizeof fixtures / sizeof fixtures[0]; i++)
        storm(fixtures[i][0], fixtures[i][1], seconds ? strtod(seconds, NULL) : 1.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_and_quits),
        cmocka_unit_test(asks_before_it_ends_a_run),
        cmocka_unit_test(a_signal_ends_it_in_order),
        cmocka_unit_test(a_crash_leaves_the_terminal_whole),
        cmocka_unit_test(kinds_of_terminals),
        cmocka_unit_test(colors_by_the_environment),
        cmocka_unit_test(direct_color),
        cmocka_unit_test(plain_locale_is_ascii),
        cmocka_unit_test(without_mouse_no_mouse_mode),
        cmocka_unit_test(a_report_that_is_cut_off),
        cmocka_unit_test(settings_change_the_terminal),
        cmocka_unit_test(a_row_is_copied),
        cmocka_unit_test(hostile_strings_are_text),
        cmocka_unit_test(stops_and_comes_back),
        cmocka_unit_test(a_terminal_that_does_not_read),
        cmocka_unit_test(ends_though_nobody_reads),
        cmocka_unit_test(a_frozen_screen_writes_nothing),
        cmocka_unit_test(nothing_is_drawn_while_a_slot_is_timed),
        cmocka_unit_test(survives_a_storm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
