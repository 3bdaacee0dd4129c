#include <config.h>

#include "workloads/agent/init.h"

#include "protocol.h"
#include "workloads/agent/boot.h"
#include "workloads/agent/console.h"
#include "workloads/agent/guest.h"
#include "workloads/agent/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

#define PORT_PATIENCE_S 10.0
#define SHELL_CONSOLE   "/dev/hvc0"

/* Room for the longest sentence, percent-encoded. */
#define STAGE_LINE_MAX 2048

struct init {
    struct boot boot;
    int port; /* -1: not there (yet), or a shell */
};

static void tell(const struct init *n, const char *key, const char *text)
{
    if (n->port < 0) {
        fprintf(stderr, "vmtax: %s\n", text);
        return;
    }
    char line[STAGE_LINE_MAX];
    struct record_writer w;
    record_begin(&w, line, sizeof line, "boot");
    record_add_text(&w, key, text);
    long length = record_end(&w);
    if (length > 0 && write(n->port, line, (size_t)length) < 0)
        fprintf(stderr, "vmtax: %s\n", text); /* for the console's log */
}

static _Noreturn void power_off(void)
{
    sync();
    for (;;) {
        reboot(RB_POWER_OFF);
        pause();
    }
}

static int read_command_line(struct boot *b, struct error *e)
{
    char text[BOOT_COMMAND_LINE_MAX];
    int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    if (fd >= 0)
        close(fd);
    if (n < 0)
        return error_errno(e, errno, "/proc/cmdline");
    text[n] = '\0';
    return boot_parse(b, text, e);
}

static int set_up(struct init *n, struct error *e)
{
    if (guest_mount_kernel(e) < 0 || read_command_line(&n->boot, e) < 0 ||
        guest_load_modules(e) < 0)
        return -1;
    if (!n->boot.shell) {
        n->port = n->boot.xen ? guest_open_channel(PORT_PATIENCE_S, e)
                              : guest_open_port(PROTOCOL_PORT, PORT_PATIENCE_S, e);
        if (n->port < 0)
            return -1;
    }
    tell(n, "stage", "mounting the host's files");
    if (guest_enter_root(&n->boot, e) < 0)
        return -1;
    if (n->boot.address[0])
        tell(n, "stage", "setting up the network");
    if (guest_set_up_network(&n->boot, e) < 0)
        return -1;
    if (n->boot.scratch[0])
        tell(n, "stage", "mounting the scratch disk");
    return guest_mount_scratch(&n->boot, e);
}

static void set_environment(const struct boot *b)
{
    clearenv();
    setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
    setenv("HOME", "/tmp", 1); /* root's own is not readable for a QEMU without rights */
    setenv("TERM", b->term[0] ? b->term : "linux", 1);
    if (b->scratch[0])
        setenv("TMPDIR", b->scratch, 1);
}

static void run_agent(struct init *n)
{
    if (dup2(n->port, STDIN_FILENO) < 0 || dup2(n->port, STDOUT_FILENO) < 0)
        return;
    const char *scratch = n->boot.scratch[0] ? n->boot.scratch : NULL;
    _exit(supervisor_main(STDIN_FILENO, STDOUT_FILENO, scratch, GUEST_PAYLOADS));
}

static void become_shell(void)
{
    execl("/bin/bash", "-bash", (char *)NULL);
    execl("/bin/sh", "-sh", (char *)NULL);
    fprintf(stderr, "vmtax: there is no shell: %s\n", strerror(errno));
}

static void run_shell(const struct boot *b)
{
    int fd = open(SHELL_CONSOLE, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 || console_run(fd, b->rows, b->columns, become_shell) < 0) {
        fprintf(stderr, "vmtax: " SHELL_CONSOLE ": %s\n", strerror(errno));
        return;
    }
    _exit(0);
}

/* The one child that counts; everything orphaned becomes ours, too. */
static pid_t start_child(struct init *n)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    setsid();
    set_environment(&n->boot);
    if (n->boot.shell)
        run_shell(&n->boot);
    else
        run_agent(n);
    _exit(126);
}

static void wait_for(pid_t child)
{
    for (;;) {
        pid_t pid = waitpid(-1, NULL, 0);
        if (pid == child || (pid < 0 && errno != EINTR))
            return;
    }
}

/* Whoever still writes is ended first, so that the disk can be left clean. */
static void leave(const struct boot *b)
{
    kill(-1, SIGKILL);
    while (waitpid(-1, NULL, 0) > 0) {
    }
    if (b->scratch[0])
        umount2(b->scratch, MNT_DETACH);
}

_Noreturn void init_main(void)
{
    struct init n = {.port = -1};
    struct error e = {0};
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    if (set_up(&n, &e) < 0) {
        tell(&n, "failed", e.text);
        power_off();
    }
    sigemptyset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    pid_t child = start_child(&n);
    if (child > 0)
        wait_for(child);
    else
        tell(&n, "failed", "no process could be started for the agent");
    leave(&n.boot);
    power_off();
}
