/* The ledger against real directories, files, processes and (as root) mounts and interfaces; what a
 * killed run leaves, damaged ledgers, hostile links. */
#include "config.h"

#include "target/ledger.h"
#include "target/network.h"
#include "target/undo.h"
#include "unit.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char home[64];

static int set_up(void **state)
{
    (void)state;
    snprintf(home, sizeof home, "/tmp/vmtax-test-XXXXXX");
    return mkdtemp(home) && setenv("XDG_RUNTIME_DIR", home, 1) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    struct error e = {0};
    if (undo_directory(home, &e) < 0)
        print_message("%s\n", e.text);
    return 0;
}

static const char *in_home(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", home, name);
    return path;
}

static bool exists(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

static void touch(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
}

static struct ledger *open_ledger(size_t *swept)
{
    struct error e = {0};
    struct ledger *l = ledger_open(swept, &e);
    if (!l)
        fail_msg("%s", e.text);
    return l;
}

static size_t runs(void)
{
    size_t count = 0;
    DIR *directory = opendir(in_home("vmtax"));
    struct dirent *entry;
    while (directory && (entry = readdir(directory)))
        count += !strncmp(entry->d_name, "run-", 4);
    if (directory)
        closedir(directory);
    return count;
}

static void closes_clean(void **state)
{
    (void)state;
    size_t swept = 9;
    struct ledger *l = open_ledger(&swept);
    assert_int_equal(swept, 0);
    char directory[PATH_MAX], path[PATH_MAX + 64];
    snprintf(directory, sizeof directory, "%s", ledger_directory(l));
    struct stat st;
    assert_int_equal(stat(directory, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);

    const char *outside = in_home("vmtax-scratch");
    assert_int_equal(ledger_add(l, LEDGER_DIRECTORY, outside, NULL), 0);
    assert_int_equal(mkdir(outside, 0700), 0);
    snprintf(path, sizeof path, "%s/deep", outside);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/deep/file", outside);
    touch(path);
    snprintf(path, sizeof path, "%s/loose", directory);
    assert_int_equal(ledger_add(l, LEDGER_FILE, path, NULL), 0);
    touch(path);
    ledger_close(l);
    assert_false(exists(directory));
    assert_false(exists(in_home("vmtax-scratch")));
    assert_false(exists(in_home("vmtax")));
}

/* exit() somewhere, as where memory could not be had: what the run and its branches made is gone. A
 * process that was forked and ends so takes nothing with it. */
static void an_exit_closes_it(void **state)
{
    (void)state;
    for (int forked = 0; forked < 2; forked++) {
        int status;
        pid_t run = fork();
        if (run == 0) {
            static struct ledger *volatile l,
                *volatile branch; /* for checkers of leaks: nobody lost it */
            l = open_ledger(NULL);
            branch = ledger_branch(l);
            const char *outside = in_home("vmtax-scratch");
            if (ledger_add(branch, LEDGER_DIRECTORY, outside, NULL) < 0 || mkdir(outside, 0700) < 0)
                _exit(9);
            if (!forked || fork() == 0)
                exit(2);
            wait(NULL);
            _exit(exists(outside) && runs() == 1 ? 2 : 8);
        }
        assert_int_equal(waitpid(run, &status, 0), run);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 2);
        assert_int_equal(exists(in_home("vmtax-scratch")), forked);
        assert_int_equal(runs(), forked);
    }
}

static void branches_undo_their_own(void **state)
{
    (void)state;
    struct ledger *l = open_ledger(NULL);
    struct ledger *a = ledger_branch(l), *b = ledger_branch(l);
    assert_string_not_equal(ledger_label(a), ledger_label(b));
    char first[PATH_MAX], second[PATH_MAX];
    snprintf(first, sizeof first, "%s", in_home("vmtax-a"));
    snprintf(second, sizeof second, "%s", in_home("vmtax-b"));
    assert_int_equal(ledger_add(a, LEDGER_DIRECTORY, first, NULL), 0);
    assert_int_equal(ledger_add(b, LEDGER_DIRECTORY, second, NULL), 0);
    mkdir(first, 0700);
    mkdir(second, 0700);
    ledger_close(a);
    assert_false(exists(first));
    assert_true(exists(second));
    ledger_close(b);
    assert_false(exists(second));
    ledger_close(l);
}

static void refuses_what_is_not_ours(void **state)
{
    (void)state;
    struct ledger *l = open_ledger(NULL);
    static const struct {
        enum ledger_kind kind;
        const char *argument;
    } cases[] = {
        {LEDGER_DIRECTORY, "/"},
        {LEDGER_DIRECTORY, "/home"},
        {LEDGER_DIRECTORY, "relative"},
        {LEDGER_DIRECTORY, "/tmp/vmtax/../../etc"},
        {LEDGER_DIRECTORY, "/tmp/.."},
        {LEDGER_DIRECTORY, "/tmp/vmtax-\nx"},
        {LEDGER_CGROUP, "/sys/fs/cgroup"},
        {LEDGER_LINK, "eth0"},
        {LEDGER_LINK, "vmtax-name-too-long"},
        {LEDGER_PROCESS, "-1 5"},
        {LEDGER_FILE, "/etc/passwd"},
        {LEDGER_TABLE, "filter"},
        {LEDGER_TABLE, "vmtax_1; flush ruleset"},
        {LEDGER_TABLE, "vmtax-1-a.1"},
        {LEDGER_FORWARDING, "all"},
        {LEDGER_FORWARDING, "default"},
        {LEDGER_FORWARDING, "../all"},
        {LEDGER_FORWARDING, "name-that-is-long"},
        {LEDGER_FORWARDING, ""},
        {LEDGER_DOMAIN, "Domain-0 00000000-0000-0000-0000-000000000000"},
        {LEDGER_DOMAIN, "vmtax-1-a.1"},
        {LEDGER_DOMAIN, "vmtax-1-a.1 7"},
        {LEDGER_DOMAIN, "vmtax/../x 9a1f3c52-0c1e-4d58-8a39-bd1f2b6f4a10"},
        {LEDGER_DIRECTORY, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error e = {0};
        if (ledger_add(l, cases[i].kind, cases[i].argument, &e) == 0)
            fail_msg("\"%s\" was taken", cases[i].argument);
        assert_true(e.text[0]);
    }
    ledger_close(l);
}

static void does_not_follow_links(void **state)
{
    (void)state;
    mkdir(in_home("precious"), 0700);
    touch(in_home("precious/file"));
    struct ledger *l = open_ledger(NULL);
    char path[2 * PATH_MAX];
    snprintf(path, sizeof path, "%s/work", ledger_directory(l));
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/work/link", ledger_directory(l));
    assert_int_equal(symlink(in_home("precious"), path), 0);
    /* And a directory that was replaced by a link after it was promised. */
    char swapped[PATH_MAX];
    snprintf(swapped, sizeof swapped, "%s", in_home("vmtax-swapped"));
    assert_int_equal(ledger_add(l, LEDGER_DIRECTORY, swapped, NULL), 0);
    assert_int_equal(symlink(in_home("precious"), swapped), 0);
    ledger_close(l); /* says on stderr that the link was left alone */
    assert_true(exists(in_home("precious/file")));
    assert_true(exists(swapped));
    unlink(swapped);
}

/* Runs body in a child that is then killed, as vmtax might be. Returns its output's first line. */
static void killed_run(void (*body)(struct ledger *l, int report), char *line, size_t size)
{
    int fds[2];
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct ledger *l = ledger_open(NULL, NULL);
        if (!l)
            _exit(1);
        body(l, fds[1]);
        (void)!write(fds[1], "\n", 1);
        close(fds[1]);
        pause();
        _exit(1);
    }
    close(fds[1]);
    size_t used = 0;
    ssize_t n;
    while ((n = read(fds[0], line + used, size - 1 - used)) > 0 &&
           !memchr(line, '\n', used + (size_t)n))
        used += (size_t)n;
    used += n > 0 ? (size_t)n : 0;
    line[used] = '\0';
    line[strcspn(line, "\n")] = '\0';
    close(fds[0]);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

/* A process of its own session and label, or group; back when it has executed. */
static pid_t sleeper(const char *label)
{
    int executed[2];
    char end;
    if (pipe2(executed, O_CLOEXEC) < 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        if (label ? setsid() < 0 || setenv(LEDGER_VARIABLE, label, 1) < 0 : setpgid(0, 0) < 0)
            _exit(1);
        execl("/bin/sleep", "sleep", "100", (char *)NULL);
        _exit(1);
    }
    close(executed[1]);
    (void)!read(executed[0], &end, 1);
    close(executed[0]);
    return pid;
}

static void make_things(struct ledger *l, int report)
{
    const char *path = in_home("vmtax-left");
    ledger_add(l, LEDGER_DIRECTORY, path, NULL);
    mkdir(path, 0700);
    pid_t pid = sleeper(NULL);
    ledger_add_process(l, pid, NULL);
    /* One that leaves its group and is found by its label. */
    pid_t other = sleeper(ledger_label(l));
    char text[64];
    int length = snprintf(text, sizeof text, "%d %d", (int)pid, (int)other);
    (void)!write(report, text, (size_t)length);
}

static bool is_dead(pid_t pid)
{
    return undo_process_start(pid) == 0;
}

static void sweeps_a_killed_run(void **state)
{
    (void)state;
    char line[128];
    killed_run(make_things, line, sizeof line);
    int pid, other;
    assert_int_equal(sscanf(line, "%d %d", &pid, &other), 2);
    assert_false(is_dead(pid));
    assert_false(is_dead(other));
    assert_int_equal(runs(), 1);
    size_t swept = 0;
    struct ledger *l = open_ledger(&swept);
    assert_int_equal(swept, 1);
    assert_true(is_dead(pid));
    assert_true(is_dead(other));
    assert_false(exists(in_home("vmtax-left")));
    assert_int_equal(runs(), 1);
    ledger_close(l);
    assert_int_equal(runs(), 0);
}

/* The lines that fn writes to standard error. */
static size_t lines_of(void (*fn)(void))
{
    int before = dup(STDERR_FILENO);
    int fd = open(in_home("said"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(before >= 0 && fd >= 0);
    fflush(stderr);
    dup2(fd, STDERR_FILENO);
    fn();
    fflush(stderr);
    dup2(before, STDERR_FILENO);
    close(before);
    char text[4096] = "";
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    close(fd);
    size_t lines = 0;
    for (ssize_t i = 0; i < n; i++)
        lines += text[i] == '\n';
    return lines;
}

static const char *const stuck[] = {"vmtax-memory", "vmtax-cpuset", "vmtax-cpu"};

/* Cgroups that do not go, one for each controller, and a process that is none of ours to end. */
static void leave_what_is_stuck(void)
{
    struct ledger *l = open_ledger(NULL);
    for (size_t i = 0; i < 3; i++) {
        char file[300];
        assert_int_equal(ledger_add(l, LEDGER_CGROUP, in_home(stuck[i]), NULL), 0);
        assert_int_equal(mkdir(in_home(stuck[i]), 0700), 0);
        snprintf(file, sizeof file, "%s/busy", in_home(stuck[i]));
        touch(file);
    }
    assert_int_equal(ledger_add(l, LEDGER_PROCESS, "1 1", NULL), 0);
    ledger_close(l);
}

static void start_and_end(void)
{
    ledger_close(open_ledger(NULL));
}

/* One line in all; it is tried again each time, and gone when it can be. */
static void what_is_stuck_is_told_once(void **state)
{
    (void)state;
    assert_int_equal(lines_of(leave_what_is_stuck), 1);
    assert_int_equal(runs(), 1);
    assert_int_equal(lines_of(start_and_end), 0);
    assert_int_equal(lines_of(start_and_end), 0);
    assert_int_equal(runs(), 1);
    for (size_t i = 0; i < 3; i++) {
        char file[300];
        assert_true(exists(in_home(stuck[i])));
        snprintf(file, sizeof file, "%s/busy", in_home(stuck[i]));
        assert_int_equal(unlink(file), 0);
    }
    assert_int_equal(lines_of(start_and_end), 0);
    for (size_t i = 0; i < 3; i++)
        assert_false(exists(in_home(stuck[i])));
}

static void leaves_live_runs_alone(void **state)
{
    (void)state;
    struct ledger *first = open_ledger(NULL);
    size_t swept = 9;
    struct ledger *second = open_ledger(&swept);
    assert_int_equal(swept, 0);
    assert_true(exists(ledger_directory(first)));
    ledger_close(second);
    assert_true(exists(ledger_directory(first)));
    ledger_close(first);
}

/* Each of two runs knows of the other, and of none that is dead. */
static void knows_other_runs(void **state)
{
    (void)state;
    pid_t others[4];
    struct ledger *own = open_ledger(NULL);
    assert_int_equal(ledger_others(own, others, 4), 0);
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct ledger *l = open_ledger(NULL);
        _exit(l && ledger_others(l, others, 4) == 1 && others[0] == getppid() &&
                      write(ready[1], "x", 1) == 1
                  ? pause()
                  : 1);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(ledger_others(own, others, 4), 1);
    assert_int_equal(others[0], pid);
    assert_int_equal(ledger_others(own, others, 0), 0);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    assert_int_equal(ledger_others(own, others, 4), 0); /* its directory is still there */
    close(ready[0]);
    close(ready[1]);
    ledger_close(own);
}

static void guards_against_reused_numbers(void **state)
{
    (void)state;
    pid_t pid = fork();
    if (pid == 0) {
        pause();
        _exit(0);
    }
    uint64_t start = undo_process_start(pid);
    assert_true(start > 0);
    assert_int_equal(undo_process(pid, start + 1, 1, NULL), 0);
    assert_int_equal(waitpid(pid, NULL, WNOHANG), 0); /* still lives */
    assert_int_equal(undo_process(pid, start, 1, NULL), 0);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(undo_process(1, undo_process_start(1), 1, NULL), -1);
}

static void only_directory(struct ledger *l, int report)
{
    const char *path = in_home("vmtax-good");
    ledger_add(l, LEDGER_DIRECTORY, path, NULL);
    mkdir(path, 0700);
    const char *bad = in_home("vmtax-bad");
    ledger_add(l, LEDGER_DIRECTORY, bad, NULL);
    mkdir(bad, 0700);
    (void)!write(report, ledger_directory(l), strlen(ledger_directory(l)));
}

/* Flip, cut, add: nothing is removed for a line that is not intact, and nothing crashes. */
static void survives_damage(void **state)
{
    (void)state;
    char directory[PATH_MAX], path[PATH_MAX + 64];
    killed_run(only_directory, directory, sizeof directory);
    snprintf(path, sizeof path, "%s/ledger", directory);
    FILE *file = fopen(path, "r+e");
    assert_non_null(file);
    char text[4096];
    size_t size = fread(text, 1, sizeof text - 1, file);
    text[size] = '\0';
    char *bad = strstr(text, "vmtax-bad");
    assert_non_null(bad);
    bad[8] = 'e'; /* vmtax-bae: the checksum no longer fits */
    rewind(file);
    fwrite(text, 1, size, file);
    fprintf(file, "0000000000000000 9 directory %s\n", in_home("precious"));
    fputs("garbage\n\n0123456789abcdef\n0123456789abcdef \n", file);
    fwrite("\0\0\0\n", 1, 4, file);
    for (int i = 0; i < 9000; i++)
        fputc('x', file);
    fclose(file);
    mkdir(in_home("precious"), 0700);
    size_t swept = 0;
    struct ledger *l = open_ledger(&swept);
    assert_int_equal(swept, 1);
    assert_false(exists(in_home("vmtax-good")));
    assert_true(exists(in_home("vmtax-bad")));
    assert_true(exists(in_home("precious")));
    ledger_close(l);
    assert_int_equal(rmdir(in_home("vmtax-bad")), 0);
}

static void random_ledgers_do_no_harm(void **state)
{
    (void)state;
    unsigned seed = 12345;
    mkdir(in_home("precious"), 0700);
    for (int round = 0; round < 50; round++) {
        char directory[PATH_MAX], path[PATH_MAX + 64];
        killed_run(only_directory, directory, sizeof directory);
        snprintf(path, sizeof path, "%s/ledger", directory);
        int fd = open(path, O_RDWR | O_CLOEXEC);
        assert_true(fd >= 0);
        struct stat st;
        fstat(fd, &st);
        for (int i = 0; i < 4; i++) {
            char byte = (char)(rand_r(&seed) & 0xff);
            (void)!pwrite(fd, &byte, 1, (off_t)(rand_r(&seed) % (unsigned)st.st_size));
        }
        if (rand_r(&seed) % 4 == 0)
            (void)!ftruncate(fd, (off_t)(rand_r(&seed) % (unsigned)st.st_size));
        close(fd);
        struct ledger *l = open_ledger(NULL);
        ledger_close(l);
        assert_true(exists(in_home("precious")));
        assert_int_equal(runs(), 0);
        rmdir(in_home("vmtax-good"));
        rmdir(in_home("vmtax-bad"));
    }
}

static void hostile_base(void **state)
{
    (void)state;
    mkdir(in_home("precious"), 0700);
    touch(in_home("precious/file"));
    mkdir(in_home("vmtax"), 0700);
    struct ledger *l;
    /* A link, a file and an empty directory where runs are expected. */
    char target[PATH_MAX];
    snprintf(target, sizeof target, "%s", in_home("precious"));
    assert_int_equal(symlink(target, in_home("vmtax/run-1-link")), 0);
    touch(in_home("vmtax/run-2-file"));
    mkdir(in_home("vmtax/run-3-empty"), 0700);
    size_t swept = 0;
    l = open_ledger(&swept);
    assert_int_equal(swept, 1);
    assert_true(exists(in_home("precious/file")));
    assert_false(exists(in_home("vmtax/run-3-empty")));
    ledger_close(l);
}

static void does_not_cross_mounts(void **state)
{
    (void)state;
    if (geteuid() != 0) {
        print_message("skipped: mounting needs root\n");
        skip();
    }
    pid_t pid = fork();
    if (pid == 0) {
        if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
            _exit(77);
        mkdir(in_home("precious"), 0700);
        touch(in_home("precious/file"));
        mkdir(in_home("vmtax-tree"), 0700);
        mkdir(in_home("vmtax-tree/bound"), 0700);
        char from[PATH_MAX], to[PATH_MAX];
        snprintf(from, sizeof from, "%s", in_home("precious"));
        snprintf(to, sizeof to, "%s", in_home("vmtax-tree/bound"));
        if (mount(from, to, NULL, MS_BIND, NULL) < 0)
            _exit(77);
        struct error e = {0};
        if (undo_directory(in_home("vmtax-tree"), &e) == 0 || !exists(in_home("precious/file")))
            _exit(1);
        /* A mount on the directory itself. */
        if (undo_directory(to, &e) == 0 || !exists(in_home("precious/file")))
            _exit(2);
        /* In the ledger the mount goes first, then the directory. */
        struct ledger *l = ledger_open(NULL, NULL);
        if (!l || ledger_add(l, LEDGER_DIRECTORY, in_home("vmtax-tree"), NULL) < 0)
            _exit(3);
        char *renamed = strdup(in_home("vmtax-tree/vmtax-bound"));
        mkdir(renamed, 0700);
        if (ledger_add(l, LEDGER_MOUNT, renamed, NULL) < 0 ||
            mount(from, renamed, NULL, MS_BIND, NULL) < 0)
            _exit(4);
        umount2(to, MNT_DETACH);
        ledger_close(l);
        _exit(exists(in_home("vmtax-tree")) ? 5 : !exists(in_home("precious/file")) ? 6 : 0);
    }
    int status;
    waitpid(pid, &status, 0);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) {
        print_message("skipped: no mount namespace can be had here\n");
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void take_down(const char *name)
{
    struct ifreq r = {.ifr_flags = 0};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    snprintf(r.ifr_name, sizeof r.ifr_name, "%s", name);
    assert_int_equal(ioctl(fd, SIOCGIFFLAGS, &r), 0);
    r.ifr_flags = (short)(r.ifr_flags & ~IFF_UP);
    assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &r), 0);
    close(fd);
}

/* Of a socket to that address: 0, or why no way leads there. Nothing is sent. */
static int way_to(const char *address)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(inet_pton(AF_INET, address, &to.sin_addr), 1);
    int cause = connect(fd, (const struct sockaddr *)&to, sizeof to) < 0 ? errno : 0;
    close(fd);
    return cause;
}

static void interfaces(void **state)
{
    (void)state;
    struct network_pair pair;
    unsigned number = (unsigned)getpid();
    struct error e = {0};
    int cause = EEXIST;
    bool planned = network_plan(number, &pair);
    if (geteuid() != 0) {
        print_message("skipped: interfaces need root\n");
        skip();
    }
    assert_true(planned);
    struct ledger *l = open_ledger(NULL);
    assert_int_equal(ledger_add(l, LEDGER_LINK, pair.host, NULL), 0);
    if (network_make(&pair, &cause, &e) < 0) {
        ledger_close(l);
        if (cause == EOPNOTSUPP || cause == EPERM) {
            print_message("skipped: %s\n", e.text);
            skip();
        }
        fail_msg("%s", e.text);
    }
    assert_true(if_nametoindex(pair.host));
    /* Its addresses are taken now, and so is its name. */
    struct network_pair again;
    assert_false(network_plan(number, &again));
    assert_int_equal(network_make(&pair, &cause, &e), -1);
    assert_int_equal(cause, EEXIST);
    assert_true(network_plan(number + 1, &again));
    /* With the host's end down no default route leads to the guest. */
    assert_int_equal(way_to(pair.guest_address), 0);
    take_down(pair.host);
    assert_int_equal(way_to(pair.guest_address), EHOSTUNREACH);
    ledger_close(l);
    assert_int_equal(if_nametoindex(pair.host), 0);
    assert_int_equal(if_nametoindex(pair.guest), 0);
    assert_true(network_plan(number, &again)); /* no route is left */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(closes_clean, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_exit_closes_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(branches_undo_their_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_what_is_not_ours, set_up, tear_down),
        cmocka_unit_test_setup_teardown(does_not_follow_links, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sweeps_a_killed_run, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_stuck_is_told_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(leaves_live_runs_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(knows_other_runs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(guards_against_reused_numbers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(survives_damage, set_up, tear_down),
        cmocka_unit_test_setup_teardown(random_ledgers_do_no_harm, set_up, tear_down),
        cmocka_unit_test_setup_teardown(hostile_base, set_up, tear_down),
        cmocka_unit_test_setup_teardown(does_not_cross_mounts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(interfaces, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
