/* The terminal of a shell in a guest: sizes between the keys, and the relay on a pseudo-terminal in
 * the place of the console. */
#include <config.h>

#include "console_end.h"
#include "tests/unit/unit.h"
#include "workloads/agent/console.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* However the bytes come in pieces: the same keys and the same sizes. */
static void sizes_are_taken_out(void **state)
{
    static const struct {
        const char *typed, *keys;
        unsigned rows, columns; /* the last ones; 0: none came */
    } cases[] = {
        {"ls\r", "ls\r", 0, 0},
        {"a\x1d"
         "30;100\nb",
         "ab", 30, 100},
        {"\x1d"
         "1;1\n\x1d"
         "24;80\n",
         "", 24, 80},
        {"\x1b[A\x1d"
         "24;80\n\x1b[B",
         "\x1b[A\x1b[B", 24, 80},
        {"\x1d"
         "0;80\nx",
         "x", 0, 0},
        {"\x1d"
         "24\nx",
         "x", 0, 0},
        {"\x1d"
         "24;80;1\nx",
         "x", 0, 0},
        {"\x1d"
         "nonsense\nx",
         "x", 0, 0},
        {"\x1d"
         "0123456789012345678\nx",
         "678\nx", 0, 0}, /* too long: given up */
        {"\x1d"
         "24;8",
         "", 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t piece = 1; piece <= 3; piece++) {
            struct console_record record = {0};
            char keys[64] = "", bytes[4];
            unsigned rows = 0, columns = 0;
            size_t used = 0, length = strlen(cases[i].typed);
            for (size_t at = 0; at < length; at += piece) {
                bool changed;
                size_t n = length - at < piece ? length - at : piece;
                memcpy(bytes, cases[i].typed + at, n);
                n = console_take(&record, bytes, n, &rows, &columns, &changed);
                memcpy(keys + used, bytes, n);
                used += n;
            }
            keys[used] = '\0';
            assert_string_equal(keys, cases[i].keys);
            assert_int_equal(rows, cases[i].rows);
            assert_int_equal(columns, cases[i].columns);
        }
}

#define OUT_MAX 8192

static void plain_shell(void)
{
    execl("/bin/sh", "sh", (char *)NULL);
}

/* Wait for text in what the console gets, until nothing comes for so long. */
static bool hears(int fd, const char *text, int quiet_ms, char out[OUT_MAX])
{
    size_t used = 0;
    struct pollfd p = {.fd = fd, .events = POLLIN};
    out[0] = '\0';
    while (used + 1 < OUT_MAX && !strstr(out, text) && poll(&p, 1, quiet_ms) > 0) {
        ssize_t n = read(fd, out + used, OUT_MAX - 1 - used);
        if (n <= 0)
            break;
        used += (size_t)n;
        out[used] = '\0';
    }
    return strstr(out, text) != NULL;
}

static bool expect(int fd, const char *text)
{
    char out[OUT_MAX];
    bool heard = hears(fd, text, 20000, out);
    if (!heard)
        fprintf(stderr, "no \"%s\" in: %s\n", text, out);
    return heard;
}

static void type(int fd, const char *text)
{
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static pid_t begin(int *master, unsigned rows, unsigned columns)
{
    *master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(*master >= 0 && unlockpt(*master) == 0);
    int console = open(ptsname(*master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(console >= 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        signal(SIGINT, SIG_IGN); /* as of a program in the background; not of its shell */
        _exit(console_run(console, rows, columns, plain_shell) < 0 ? 3 : 0);
    }
    close(console);
    return pid;
}

static void end(pid_t pid, int master)
{
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close(master);
}

static void the_shell_has_the_size(void **state)
{
    int master;
    (void)state;
    pid_t pid = begin(&master, 24, 80);
    type(master, "echo is $(stty size).\r");
    assert_true(expect(master, "is 24 80."));
    type(master, "\x1d"
                 "30;100\n");
    type(master, "echo now $(stty size).\r");
    assert_true(expect(master, "now 30 100."));
    /* the shell is at the head of the terminal's session: ^C reaches what runs in it */
    type(master, "sleep 1000; echo code $?.\r");
    /* One that comes before the shell has made it a process of its own is lost: again, then. The
     * sum is not in the echo of what is typed. */
    char out[OUT_MAX];
    bool after = false;
    for (int i = 0; i < 100 && !after; i++) {
        usleep(100000);
        type(master, "\x03");
        type(master, "echo after $((3 + 4)).\r");
        after = hears(master, "after 7.", 200, out);
    }
    assert_true(after);
    /* what stays behind in it does not keep it */
    int left = 0;
    type(master, "sleep 1000 & echo left=$! last $((40 + 2)).; exit\r");
    assert_true(hears(master, "last 42.", 20000, out));
    for (const char *at = out; !left && (at = strstr(at, "left=")); at++)
        sscanf(at, "left=%d", &left);
    end(pid, master);
    assert_true(left > 1 && kill(left, SIGKILL) == 0);
}

/* Without a size all bytes are the shell's. */
static void a_pipe_is_left_alone(void **state)
{
    int master;
    (void)state;
    pid_t pid = begin(&master, 0, 0);
    type(master, "stty -icanon -echo; printf 'o''k\\n'; head -c 6 | od -An -c; exit\r");
    assert_true(expect(master, "ok"));
    type(master, "\x1d"
                 "1;2\nx");
    assert_true(expect(master, "1   ;   2  \\n"));
    end(pid, master);
}

/* The last line is not shown, and tells the exit code; all else is, however it comes in pieces. */
static void the_end_is_taken_out(void **state)
{
    static const struct {
        const char *said, *shown; /* NULL: all of it */
        int code;
    } cases[] = {
        {"sum 42\n" CONSOLE_ENDED "7\n", "sum 42\n", 7},
        {CONSOLE_ENDED "0\n", "", 0},
        {"\x1d" CONSOLE_ENDED "255\n", "\x1d", 255},
        {CONSOLE_ENDED "3" CONSOLE_ENDED "4\n", CONSOLE_ENDED "3", 4},
        {CONSOLE_ENDED "7\nmore", NULL, -1},
        {CONSOLE_ENDED "7", NULL, -1},
        {CONSOLE_ENDED "\n", NULL, -1},
        {CONSOLE_ENDED "-1\n", NULL, -1},
        {CONSOLE_ENDED "1234\n", NULL, -1},
        {CONSOLE_ENDED "999\n", NULL, -1},
        {"a\x1d"
         "end",
         NULL, -1},
        {"", "", -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (size_t piece = 1; piece <= 40; piece++) {
            struct console_end end = {.used = 0};
            size_t length = strlen(cases[i].said), shown = 0;
            char out[128] = "";
            for (size_t at = 0; at < length; at += piece)
                shown += console_end_pass(&end, cases[i].said + at,
                                          length - at < piece ? length - at : piece, out + shown);
            assert_int_equal(console_end_code(&end), cases[i].code);
            if (cases[i].code < 0) {
                memcpy(out + shown, end.held, end.used);
                shown += end.used;
            }
            out[shown] = '\0';
            assert_string_equal(out, cases[i].shown ? cases[i].shown : cases[i].said);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_taken_out),
        cmocka_unit_test(the_end_is_taken_out),
        cmocka_unit_test(the_shell_has_the_size),
        cmocka_unit_test(a_pipe_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
