/* The agent's way into a guest, with shells and what only looks like one in the guest's place. */
#include "config.h"

#include "target/ledger.h"
#include "target/reach.h"
#include "target/spawn.h"
#include "target/stager.h"
#include "target/undo.h"
#include "unit.h"
#include "workloads/catalog.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

/* More than a pipe holds, and an agent that tells where it is, then waits for its end. */
#define AGENT_SIZE (200u << 10)
static const char agent_begin[] =
    "#!/bin/sh\necho \"runs $0 $1 ${2%/*}\"\nwhile read -r l; do echo "
    "\"got $l\"; done\nexit 0\n";

static char home[PATH_MAX], tools[PATH_MAX + 8], place[PATH_MAX + 8], path[PATH_MAX + 4096];
static char agent[AGENT_SIZE], agent_file[PATH_MAX + 64];
static const char tool_bytes[] = "#!/bin/sh\nexit 7\n";

static const char *here(const char *name, char file[PATH_MAX + 64])
{
    snprintf(file, PATH_MAX + 64, "%s/%.60s", home, name);
    return file;
}

static void put_file(const char *file, const void *bytes, size_t size)
{
    FILE *f = fopen(file, "we");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, size, f), size);
    assert_int_equal(fchmod(fileno(f), 0755), 0);
    assert_int_equal(fclose(f), 0);
}

static void make_agent(void)
{
    memset(agent, '#', sizeof agent);
    memcpy(agent, agent_begin, sizeof agent_begin - 1);
    put_file(here("agent", agent_file), agent, sizeof agent);
}

static int set_up(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN); /* as the program does */
    snprintf(home, sizeof home, "/tmp/vmtax-test-XXXXXX");
    if (!mkdtemp(home))
        return -1;
    snprintf(tools, sizeof tools, "%s/tools", home);
    snprintf(place, sizeof place, "%s/place", home);
    snprintf(path, sizeof path, "%s", getenv("PATH"));
    make_agent();
    setenv("XDG_RUNTIME_DIR", home, 1);
    return mkdir(tools, 0700) < 0 || mkdir(place, 0700) < 0 ? -1 : setenv("TMPDIR", place, 1);
}

static int tear_down(void **state)
{
    (void)state;
    return undo_directory(home, NULL);
}

/* A program of the guest that is not as it should be; body NULL: it is gone. */
static void put_tool(const char *name, const char *body)
{
    char file[PATH_MAX + 64];
    snprintf(file, sizeof file, "%s/%s", tools, name);
    unlink(file);
    if (!body)
        return;
    FILE *f = fopen(file, "wxe");
    assert_non_null(f);
    fprintf(f, "#!/bin/sh\n%s\n", body);
    fchmod(fileno(f), 0700);
    fclose(f);
}

struct guest {
    struct spawn *shell;
    struct stager stager;
    struct error e;
};

static void begin_words(struct guest *g, const char *const *argv, double patience_s)
{
    struct spawn_options how = {.argv = argv, .pass_fd = -1};
    *g = (struct guest){.stager = {.name = "box", .interrupt = -1, .patience_s = patience_s}};
    g->shell = spawn_new(&how, &g->e);
    if (!g->shell)
        fail_msg("%s", g->e.text);
    spawn_take_streams(g->shell, &g->stager.to, &g->stager.from);
}

static void begin(struct guest *g, const char *body, double patience_s)
{
    const char *const argv[] = {"/bin/sh", "-c", body, NULL};
    begin_words(g, argv, patience_s);
}

static int end(struct guest *g)
{
    close(g->stager.to);
    spawn_wait_end(g->shell, 5);
    close(g->stager.from);
    int code = spawn_exit_code(g->shell);
    spawn_free(g->shell);
    return code;
}

static void read_line(struct guest *g, char *line, size_t size)
{
    size_t used = 0;
    while (used + 1 < size) {
        struct pollfd p = {.fd = g->stager.from, .events = POLLIN};
        if (poll(&p, 1, 5000) <= 0 || read(g->stager.from, line + used, 1) != 1 ||
            line[used] == '\n')
            break;
        used++;
    }
    line[used] = '\0';
}

static size_t left_in_place(void)
{
    size_t count = 0;
    DIR *d = opendir(place);
    assert_non_null(d);
    for (struct dirent *entry; (entry = readdir(d));)
        count += entry->d_name[0] != '.';
    closedir(d);
    return count;
}

static int bring(struct guest *g)
{
    const struct stager_file files[] = {{.path = agent_file, .name = "agent"}};
    return stager_bring(&g->stager, files, 1, &g->e);
}

/* The agent runs from $TMPDIR, speaks with us both ways, and nothing of it stays. */
static void serves_as(struct guest *g, const char *what)
{
    char line[PATH_MAX], begins[PATH_MAX + 32];
    if (bring(g) < 0)
        fail_msg("%s: %s", what, g->e.text);
    snprintf(begins, sizeof begins, "runs %s/vmtax-reach-", place);
    read_line(g, line, sizeof line);
    line[strlen(begins)] = '\0';
    assert_string_equal(line, begins);
    assert_true(left_in_place() > 0);
    assert_int_equal(write(g->stager.to, "hello\n", 6), 6);
    read_line(g, line, sizeof line);
    assert_string_equal(line, "got hello");
    assert_int_equal(end(g), 0);
    assert_int_equal(left_in_place(), 0);
}

static void serves(const char *body)
{
    struct guest g;
    begin(&g, body, 5);
    serves_as(&g, body);
}

static void agent_is_brought_and_removed(void **state)
{
    (void)state;
    serves("exec sh");
    serves("echo; echo Welcome to box; echo vmtax-reach; exec sh");
    struct guest g;
    begin(&g, "echo Welcome; exec sh", 5);
    assert_int_equal(bring(&g), 0);
    assert_string_equal(g.stager.said, "Welcome");
    end(&g);
    if (access("/bin/busybox", X_OK) == 0)
        serves("exec /bin/busybox sh");
    if (access("/bin/bash", X_OK) == 0)
        serves("exec /bin/bash");
}

/* What Xen's console daemon and a domain are to its console: a terminal that passes every byte, and
 * at its other end one with a shell on it, with echo, prompts and lines. The master; the name of
 * the terminal into name. */
static int make_console(char *name, size_t size, pid_t *domain)
{
    struct termios raw;
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    assert_int_equal(ptsname_r(master, name, size), 0);
    int terminal = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(terminal >= 0 && tcgetattr(terminal, &raw) == 0);
    cfmakeraw(&raw);
    assert_int_equal(tcsetattr(terminal, TCSANOW, &raw), 0);
    *domain = fork();
    if (*domain == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(master, STDIN_FILENO);
        dup2(master, STDOUT_FILENO);
        execlp("script", "script", "-qfec", "exec sh -i", "/dev/null", (char *)NULL);
        _exit(126);
    }
    /* Kept open here as the daemon does, so that it outlives each of its users. */
    return close(master) == 0 ? terminal : -1;
}

/* By what is between us and a shell on a console of Xen every byte of the agent comes through,
 * control characters too; and the shell is there afterwards. */
static void through_a_console(void **state)
{
    (void)state;
    struct guest g;
    struct error e = {0};
    struct reach_command c;
    char name[64], body[128], searched[sizeof path + sizeof tools];
    pid_t domain;
    if (access("/usr/bin/script", X_OK) < 0)
        skip(); /* nothing else puts a terminal on a shell's standard streams */
    int terminal = make_console(name, sizeof name, &domain);
    put_tool("xl", "[ \"$*\" = 'domid dom' ] && echo 7");
    snprintf(body, sizeof body, "[ \"$*\" = /local/domain/7/console/tty ] && echo %s", name);
    put_tool("xenstore-read", body);
    snprintf(searched, sizeof searched, "%s:%s", tools, path);
    setenv("PATH", searched, 1);
    const struct target_kind *kind = reach_new(NULL, "xen:dom console", &e);
    assert_non_null(kind);
    for (int i = 0; i < 256; i++)
        agent[AGENT_SIZE / 2 + i] = (char)i;
    put_file(agent_file, agent, sizeof agent);
    if (reach_command(kind, &c, &e) < 0)
        fail_msg("%s", e.text);
    assert_string_equal(c.guest, "dom");
    assert_string_equal(c.option, "console");
    for (int i = 0; i < 2; i++) {
        begin_words(&g, c.words, 20);
        g.stager.text = true;
        serves_as(&g, "a console");
    }
    begin_words(&g, c.words, 20);
    assert_int_equal(stager_ask(&g.stager, &g.e), 0);
    assert_int_equal(stager_look(&g.stager, &g.e), 0);
    assert_int_equal(end(&g), 0);
    assert_int_equal(waitpid(domain, NULL, WNOHANG), 0);
    kill(domain, SIGKILL);
    waitpid(domain, NULL, 0);
    close(terminal);
    reach_free(kind);
    setenv("PATH", path, 1);
    put_tool("xl", NULL);
    put_tool("xenstore-read", NULL);
    make_agent();
}

/* Only what the script says it needs is there. */
static void guest_with_next_to_nothing(void **state)
{
    (void)state;
    struct guest g;
    char body[PATH_MAX + 64];
    static const char *const needed[] = {"sh", "uname", "mkdir", "chmod", "rm", "head", "wc"};
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        char file[PATH_MAX + 64], real[64];
        snprintf(file, sizeof file, "%s/%s", tools, needed[i]);
        snprintf(real, sizeof real, "/usr/bin/%s", needed[i]);
        if (access(real, X_OK) < 0)
            snprintf(real, sizeof real, "/bin/%s", needed[i]);
        assert_int_equal(symlink(real, file), 0);
    }
    snprintf(body, sizeof body, "PATH=%s; exec sh", tools);
    serves(body);
    /* What is not there is named, not what fails without it. */
    put_tool("chmod", NULL);
    put_tool("wc", NULL);
    begin(&g, body, 5);
    assert_int_equal(bring(&g), -1);
    assert_non_null(strstr(g.e.text, "box lacks chmod wc, which bringing"));
    end(&g);
    put_tool("uname", NULL);
    begin(&g, body, 5);
    assert_int_equal(stager_ask(&g.stager, &g.e), 0);
    assert_int_equal(stager_look(&g.stager, &g.e), -1);
    assert_non_null(strstr(g.e.text, "box lacks uname chmod wc, which"));
    end(&g);
    assert_int_equal(left_in_place(), 0);
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        put_tool(needed[i], NULL);
}

/* What a shell that was killed left behind goes, but only its own. */
static void leftovers_are_removed(void **state)
{
    (void)state;
    struct guest g;
    char file[PATH_MAX + 128], space[64] = "", stranger[PATH_MAX + 64], old[PATH_MAX + 64];
    const struct timespec long_ago[2] = {{.tv_sec = time(NULL) - 3 * 86400},
                                         {.tv_sec = time(NULL) - 3 * 86400}};
    ssize_t n = readlink("/proc/self/ns/pid", space, sizeof space - 1);
    assert_true(n > 6);
    space[n - 1] = '\0';
    snprintf(file, sizeof file, "%s/vmtax-reach-%s-run.999999999", place, strchr(space, '[') + 1);
    snprintf(stranger, sizeof stranger, "%s/vmtax-reach-1-run.999999999", place);
    assert_int_equal(mkdir(file, 0700), 0);
    assert_int_equal(mkdir(stranger, 0700), 0);
    snprintf(old, sizeof old, "%s/vmtax-reach-2-data.17", place);
    assert_int_equal(mkdir(old, 0700), 0);
    assert_int_equal(utimensat(AT_FDCWD, old, long_ago, 0), 0);
    begin(&g, "exec sh", 5);
    assert_int_equal(bring(&g), 0);
    end(&g);
    assert_int_equal(access(file, F_OK), -1);
    assert_int_equal(access(old, F_OK), -1);
    assert_int_equal(access(stranger, F_OK), 0);
    rmdir(stranger);
    assert_int_equal(left_in_place(), 0);
}

static void refused(const char *body, bool real, double patience_s, const char *says)
{
    struct guest g;
    begin(&g, body, patience_s);
    assert_int_equal(bring(&g), -1);
    if (!strstr(g.e.text, says))
        fail_msg("%s: \"%s\" lacks \"%s\"", body, g.e.text, says);
    for (const char *c = g.e.text; *c; c++)
        assert_true((unsigned char)*c >= ' ');
    assert_int_equal(g.e.kind, ERROR_GUEST);
    if (!real) /* what is no shell need not end with its input */
        spawn_kill(g.shell);
    end(&g);
    assert_int_equal(left_in_place(), 0);
}

static void shells_that_are_none(void **state)
{
    (void)state;
    static const struct {
        const char *body, *says;
    } cases[] = {
        {"exit 3", "the command for box ended"},
        {"printf 'no such \\033[31mcontainer\\n'; exit 1", "it printed: no such"},
        {"sleep 60", "no answer from a shell in box within 1 s"},
        {"echo login:; sleep 60", "within 1 s; it printed: login:"},
        {"while :; do echo x; done", "prints without end"},
        {"while :; do printf xxxxxxxxxxxxxxxx; done", "prints without end"},
        {"echo vmtax-reach loaded; sleep 60", "does not say what system it is: loaded"},
        {"echo vmtax-reach system; sleep 60", "does not say what system it is: system"},
        {"echo vmtax-reach system Linux pdp11; sleep 60",
         "box is another kind of machine: Linux pdp11, and the agent is for Linux"},
        {"echo vmtax-reach system FreeBSD $(uname -m); sleep 60", "another kind of machine"},
        {"printf 'vmtax-reach system Linux %s\\r\\n' $(uname -m); sleep 60",
         "a terminal lies between here and box"},
        {"echo vmtax-reach system Linux $(uname -m); sleep 60", "no answer"},
        {"echo vmtax-reach system Linux $(uname -m); exit", "ended"},
        {"echo vmtax-reach system Linux $(uname -m); echo vmtax-reach ready; sleep 60",
         "no answer"},
        {"echo vmtax-reach system Linux $(uname -m); echo vmtax-reach ready; cat >/dev/null",
         "no answer"},
        {"echo vmtax-reach system Linux $(uname -m); echo vmtax-reach ready; "
         "head -c 50000 >/dev/null",
         "ended"},
        {"echo vmtax-reach system Linux $(uname -m); echo vmtax-reach nowhere", "no directory"},
        {"echo vmtax-reach system Linux $(uname -m); printf 'vmtax-reach nowhere, %09999d\\n' 1",
         "no directory"},
        {"echo vmtax-reach system Linux $(uname -m); echo vmtax-reach ready; head -c 204900 "
         ">/dev/null; echo vmtax-reach what",
         "did not take all of the agent"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        /* What shall be waited for in vain costs that time; all else has as long as a test may. */
        bool in_vain = strstr(cases[i].says, "no answer") || strstr(cases[i].says, "within");
        refused(cases[i].body, false, in_vain ? 1 : 20, cases[i].says);
    }
}

/* A real shell, one of whose programs is not what it should be. */
static void guests_that_lack_something(void **state)
{
    (void)state;
    static const struct {
        const char *tool, *body, *says;
    } cases[] = {
        {"uname", "[ $1 = -s ] && echo Linux || echo aarch64",
         "another kind of machine: Linux aarch64"},
        {"sha256sum", "echo 00000000  -", "the agent arrived damaged in box"},
        {"head", "/usr/bin/head -c 1000", "did not take all of the agent"},
        {"head", "exit 1", "did not take all of the agent"},
        {"wc", "echo 1000", " has no room for 200 KiB, "},
        {"mkdir", "exit 1", "executed: "},
        {"mkdir", "exit 1", "/tmp is not writable"},
        {"chmod", "exit 1", "/tmp is noexec"},
    };
    char body[PATH_MAX + 64];
    snprintf(body, sizeof body, "PATH=%s:$PATH; exec sh", tools);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        put_tool(cases[i].tool, cases[i].body);
        refused(body, true, 5, cases[i].says);
        put_tool(cases[i].tool, NULL);
    }
}

/* Beside the agent, or on the disk that the agent's scratch directory is on. */
static bool lies_there(const char *directory, const char *name, const void *bytes, size_t size)
{
    bool same = false;
    DIR *d = opendir(place);
    assert_non_null(d);
    for (struct dirent *entry; (entry = readdir(d));) {
        char file[PATH_MAX + 2 * NAME_MAX + 16], *got = calloc(size + 1, 1);
        snprintf(file, sizeof file, "%s/%s/%s", place, entry->d_name, name);
        FILE *f = strstr(entry->d_name, directory) && access(file, X_OK) == 0 ? fopen(file, "re")
                                                                              : NULL;
        same |= f && fread(got, 1, size + 1, f) == size && memcmp(got, bytes, size) == 0;
        if (f)
            fclose(f);
        free(got);
    }
    closedir(d);
    return same;
}

static void more_files_are_brought(void **state)
{
    (void)state;
    char tool[PATH_MAX + 64], line[PATH_MAX], body[PATH_MAX + 64];
    const struct stager_file files[] = {{.path = agent_file, .name = "agent"},
                                        {.path = tool, .name = "tool-1.x"},
                                        {.path = agent_file, .name = "kernel.tar", .scratch = true},
                                        {.path = tool, .name = "last"}};
    put_file(here("tool", tool), tool_bytes, sizeof tool_bytes - 1);
    snprintf(body, sizeof body, "PATH=%s:$PATH; exec sh", tools);
    for (int i = 0; i < 3; i++) {
        struct guest g;
        bool disk = i != 1, text = i == 2;
        put_tool("stat", disk ? "echo ext2/ext3" : "echo tmpfs");
        begin(&g, body, 5);
        g.stager.text = text;
        if (stager_bring(&g.stager, files, 4, &g.e) < 0)
            fail_msg("%d: %s", i, g.e.text);
        read_line(&g, line, sizeof line);
        assert_memory_equal(line, "runs ", 5);
        assert_int_equal(strstr(line, "--scratch") != NULL, disk);
        assert_true(lies_there("-run.", "agent", agent, sizeof agent));
        assert_true(lies_there("-run.", "tool-1.x", tool_bytes, sizeof tool_bytes - 1));
        assert_true(lies_there("-run.", "last", tool_bytes, sizeof tool_bytes - 1));
        assert_int_equal(lies_there("-data.", "kernel.tar", agent, sizeof agent), disk && !text);
        assert_int_equal(end(&g), 0);
        assert_int_equal(left_in_place(), 0);
    }
    put_tool("stat", "echo ext2/ext3");
    /* The second file is the damaged one, and is named. */
    put_tool("sha256sum", "/usr/bin/sha256sum | { read -r h r; case $h in "
                          "$(/usr/bin/sha256sum <\"$w/agent\" | cut -c1-64)) echo \"$h  -\";; "
                          "*) echo 0000  -;; esac; }");
    snprintf(body, sizeof body, "PATH=%s:$PATH; w= exec sh", tools);
    struct guest g;
    begin(&g, body, 5);
    assert_int_equal(stager_bring(&g.stager, files, 4, &g.e), -1);
    if (!strstr(g.e.text, "tool-1.x arrived damaged in box"))
        fail_msg("%s", g.e.text);
    end(&g);
    assert_int_equal(left_in_place(), 0);
    put_tool("sha256sum", NULL);
    put_tool("stat", NULL);
}

/* What is only for some rows, and has no room, is left out: not one byte of it is taken for what
 * follows. */
static void without_room_for_the_last(void **state)
{
    (void)state;
    char large[PATH_MAX + 64], tool[PATH_MAX + 64], line[PATH_MAX], there[PATH_MAX + 64];
    size_t size = 4 * AGENT_SIZE;
    char *bytes = calloc(size, 1);
    assert_non_null(bytes);
    put_file(here("large", large), bytes, size);
    put_file(here("tool", tool), tool_bytes, sizeof tool_bytes - 1);
    free(bytes);
    const struct stager_file files[] = {{.path = agent_file, .name = "agent"},
                                        {.path = large, .name = "kernel.tar", .scratch = true},
                                        {.path = tool, .name = "last"}};
    char body[PATH_MAX + 96];
    struct guest g;
    glob_t found;
    put_tool("stat", "echo ext2/ext3");
    snprintf(body, sizeof body, "PATH=%s:$PATH; ulimit -f %u; exec sh", tools,
             AGENT_SIZE / 512 * 2);
    begin(&g, body, 5);
    if (stager_bring(&g.stager, files, 3, &g.e) < 0)
        fail_msg("%s", g.e.text);
    assert_true(g.stager.no_room);
    read_line(&g, line, sizeof line);
    assert_memory_equal(line, "runs ", 5);
    assert_true(lies_there("-run.", "last", tool_bytes, sizeof tool_bytes - 1));
    snprintf(there, sizeof there, "%s/*-data.*/kernel.tar", place);
    assert_int_equal(glob(there, 0, NULL, &found), GLOB_NOMATCH);
    assert_int_equal(write(g.stager.to, "hello\n", 6), 6);
    read_line(&g, line, sizeof line);
    assert_string_equal(line, "got hello");
    assert_int_equal(end(&g), 0);
    assert_int_equal(left_in_place(), 0);
    /* The agent itself may not be missing. */
    snprintf(body, sizeof body, "PATH=%s:$PATH; ulimit -f %u; exec sh", tools, AGENT_SIZE / 1024);
    begin(&g, body, 5);
    assert_int_equal(stager_bring(&g.stager, files, 3, &g.e), -1);
    if (!strstr(g.e.text, " has no room for "))
        fail_msg("%s", g.e.text);
    end(&g);
    assert_int_equal(left_in_place(), 0);
    put_tool("stat", NULL);
}

static void waiting_can_be_ended(void **state)
{
    (void)state;
    struct guest g;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "", 1), 1);
    begin(&g, "sleep 60", 60);
    g.stager.interrupt = ends[0];
    assert_int_equal(bring(&g), -1);
    assert_int_equal(g.e.kind, ERROR_INTERRUPTED);
    spawn_kill(g.shell);
    end(&g);
    close(ends[0]);
    close(ends[1]);
}

static void a_look_leaves_nothing(void **state)
{
    (void)state;
    struct guest g;
    begin(&g, "exec sh", 5);
    assert_int_equal(stager_ask(&g.stager, &g.e), 0);
    assert_int_equal(stager_look(&g.stager, &g.e), 0);
    assert_int_equal(end(&g), 0);
    assert_int_equal(left_in_place(), 0);
}

/* --- as a target --- */

static void as_a_target(void **state)
{
    (void)state;
    char spec[PATH_MAX + 64], tool[PATH_MAX + 64], seed[PATH_MAX + 64], tree[PATH_MAX + 96];
    struct error e = {0};
    struct target_probe p;
    struct target_options o = {.cpu_count = 1, .agent_path = agent_file};
    put_file(here(payload_programs[0], tool), tool_bytes, sizeof tool_bytes - 1);
    assert_int_equal(mkdir(here("seed", seed), 0700), 0);
    snprintf(tree, sizeof tree, "%s/kernel.tar", seed);
    put_file(tree, agent, sizeof agent);
    o.scratch_seed = seed;
    struct ledger *l = ledger_open(NULL, &e);
    assert_non_null(l);
    const struct target_kind *kind = reach_new("box", "exec:env A=1", &e);
    reach_try(&kind, 1, &o, 5, &p);
    assert_int_equal(p.use, TARGET_LIMITED);
    struct target *t = target_start(kind, &o, l, &e);
    if (!t)
        fail_msg("%s", e.text);
    assert_true(left_in_place() > 0);
    assert_true(t->facts.start_s > 0);
    assert_true(lies_there("-run.", payload_programs[0], tool_bytes, sizeof tool_bytes - 1));
    target_stop(t);
    assert_int_equal(left_in_place(), 0);
    reach_free(kind);

    /* The last words of a command say more than the end of its stream. */
    kind = reach_new("gone", "exec:sh -c 'echo no such guest >&2; exit 7'", &e);
    assert_null(target_start(kind, &o, l, &e));
    assert_string_equal(e.text, "the command for gone ended with exit code 7: no such guest");
    reach_try(&kind, 1, &o, 5, &p);
    assert_int_equal(p.use, TARGET_UNUSABLE);
    assert_non_null(strstr(p.reason, "no such guest"));
    reach_free(kind);

    /* No terminal: a program that would ask for a password cannot. */
    snprintf(spec, sizeof spec, "exec:sh -c ': </dev/tty; exit 9'");
    kind = reach_new("asks", spec, &e);
    assert_null(target_start(kind, &o, l, &e));
    assert_non_null(strstr(e.text, "/dev/tty"));
    reach_free(kind);

    o.agent_path = "/nonexistent";
    kind = reach_new("box", "exec:env", &e);
    assert_null(target_start(kind, &o, l, &e));
    assert_non_null(strstr(e.text, "cannot read /nonexistent"));
    o.agent_path = "/dev/null";
    assert_null(target_start(kind, &o, l, &e));
    assert_non_null(strstr(e.text, "/dev/null has 0 bytes"));
    reach_free(kind);
    ledger_close(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agent_is_brought_and_removed),
        cmocka_unit_test(through_a_console),
        cmocka_unit_test(guest_with_next_to_nothing),
        cmocka_unit_test(leftovers_are_removed),
        cmocka_unit_test(shells_that_are_none),
        cmocka_unit_test(guests_that_lack_something),
        cmocka_unit_test(more_files_are_brought),
        cmocka_unit_test(without_room_for_the_last),
        cmocka_unit_test(waiting_can_be_ended),
        cmocka_unit_test(a_look_leaves_nothing),
        cmocka_unit_test(as_a_target),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
