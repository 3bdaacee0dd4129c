/* The dashboard in a real terminal of which we see every byte: sizes and keys at random, signals,
 * kinds of terminals, and what is left behind. VMTAX_STORM_SECONDS and VMTAX_STORM_SEED make the
 * storm longer or another one. */
#include <config.h>

#include "tests/pty.h"
#include "tests/unit/unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
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

/* The text for the clipboard at out: nothing in it but digits of base64 and the end. Its length; 0:
 * there is none. */
static size_t clipboard_at(const char *out)
{
    static const char begin[] = "\x1b]52;c;";
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    if (strncmp(out, begin, sizeof begin - 1) != 0)
        return 0;
    size_t n = strspn(out + sizeof begin - 1, digits);
    assert_int_equal(out[sizeof begin - 1 + n], '\a');
    return sizeof begin - 1 + n + 1;
}

/* No string of the data may start a control sequence: what curses uses is all that may be there. */
static void check_bytes(const struct pty *p)
{
    for (size_t i = 0; i < p->length; i++) {
        unsigned char c = (unsigned char)p->out[i];
        size_t copied = clipboard_at(p->out + i);
        if (copied > 0) {
            i += copied - 1;
        } else if (c == 0x1b) {
            if (!strchr("[()=>78M\x18", p->out[i + 1])) /* CAN ends one that was cut */
                fail_msg("at %zu of %zu: ESC %02x %02x %02x", i, p->length,
                         (unsigned char)p->out[i + 1], (unsigned char)p->out[i + 2],
                         (unsigned char)p->out[i + 3]);
        } else if (c < 0x20) {
            assert_non_null(memchr("\r\n\b\t\x0e\x0f\x18", c, 7));
        }
    }
}

static void starts_and_quits(void **state)
{
    struct pty p;
    (void)state;
    assert_true(start(&p, 40, 120, "xterm-256color", "stored", NULL));
    assert_true(pty_expect(&p, 0, "verview", START_MS));
    pty_send(&p, "q", 1);
    check_end(&p, 0);
    check_bytes(&p);
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

static void kinds_of_terminals(void **state)
{
    static const struct {
        const char *term;
        int status;
        const char *says;
    } cases[] = {
        {"xterm-256color", 0, NULL}, {"xterm", 0, NULL},
        {"tmux-256color", 0, NULL},  {"screen", 0, NULL},
        {"xterm-direct", 0, NULL},   {"rxvt-unicode-256color", 0, NULL},
        {"linux", 0, NULL},          {"vt100", 0, NULL},
        {"dumb", 2, "vmtax run"},    {"no-such-terminal", 2, "is not known on this system"},
        {"", 2, "TERM is not set"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct pty p;
        assert_true(start(&p, 24, 80, cases[i].term, "all", NULL));
        if (cases[i].status == 0) {
            if (!pty_expect(&p, 0, "uit", START_MS)) { /* an entry that is not installed here */
                assert_int_equal(WEXITSTATUS(pty_wait(&p, START_MS)), 2);
                pty_release(&p);
                continue;
            }
            if (strcmp(cases[i].term, "vt100") == 0)
                check_no_color(&p);
            if (strcmp(cases[i].term, "linux") == 0 || strcmp(cases[i].term, "xterm") == 0)
                check_eight_colors(&p);
            if (strcmp(cases[i].term, "xterm-direct") == 0)
                assert_true(strstr(p.out, "\x1b[38:2::") || strstr(p.out, "\x1b[38;2;"));
            pty_send(&p, "q\r", 2);
        }
        check_end(&p, cases[i].status);
        if (cases[i].says)
            assert_non_null(strstr(p.out, cases[i].says));
        pty_release(&p);
    }
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
            assert_true(clipboard_at(sequence) > 100);
        pty_send(&p, "q\r", 2);
        check_end(&p, 0);
        check_bytes(&p);
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
    check_bytes(&p);
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
        cmocka_unit_test(plain_locale_is_ascii),
        cmocka_unit_test(without_mouse_no_mouse_mode),
        cmocka_unit_test(a_report_that_is_cut_off),
        cmocka_unit_test(settings_change_the_terminal),
        cmocka_unit_test(a_row_is_copied),
        cmocka_unit_test(stops_and_comes_back),
        cmocka_unit_test(a_terminal_that_does_not_read),
        cmocka_unit_test(ends_though_nobody_reads),
        cmocka_unit_test(a_frozen_screen_writes_nothing),
        cmocka_unit_test(nothing_is_drawn_while_a_slot_is_timed),
        cmocka_unit_test(survives_a_storm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
