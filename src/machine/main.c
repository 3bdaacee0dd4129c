/* vmtax-machine: makes what a virtual machine's program needs and may not make itself, gives up the
 * rights that it took, and becomes that program.
 *
 * It is a program of its own because namespaces and user numbers belong to processes, and because
 * vmtax has threads. It keeps its process number through exec, so whoever started it watches QEMU
 * itself. Its arguments are words of the form key=value, written by vmtax alone, then -- and the
 * words of QEMU:
 *
 *   tap=NUMBER   a tap interface of that number (target/network.h), addressed and up, becomes
 *                descriptor QEMU_TAP_FD; it is gone when QEMU is
 *   private=1    first enter a user and a network namespace of our own: how a user without rights
 *                gets an interface. The host's side is then inside, too.
 *   kernel=PATH  opened for reading as QEMU_KERNEL_FD
 *   initrd=PATH  as QEMU_INITRD_FD
 *   disk=PATH    opened for reading and writing as QEMU_DISK_FD; direct=1: past the page cache
 *   user=give-up run QEMU under a user number that nobody has, keep=GID: with this further group
 *
 * Its standard input and output are the guest's; it never touches them. Failures are one line on
 * standard error and exit code 2.
 *
 * `vmtax-machine probe` instead tries KVM and prints one record (target/kvm_probe.h). */
#include "config.h"

#include "error.h"
#include "protocol.h"
#include "target/network.h"
#include "target/qemu.h"
#include "workloads/tinyvm.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* User numbers that systems give to services for as long as these run. */
#define USERS_FIRST 61184u
#define USERS_COUNT 4096u

static const char *argument(char **argv, const char *key)
{
    size_t length = strlen(key);
    for (; *argv && strcmp(*argv, "--") != 0; argv++)
        if (!strncmp(*argv, key, length) && (*argv)[length] == '=')
            return *argv + length + 1;
    return NULL;
}

static char **after_dashes(char **argv)
{
    while (*argv && strcmp(*argv, "--") != 0)
        argv++;
    return *argv && argv[1] ? argv + 1 : NULL;
}

static int write_file(const char *path, const char *text, struct error *e)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? write(fd, text, strlen(text)) : -1;
    int cause = errno;
    if (fd >= 0)
        close(fd);
    return n < 0 ? error_errno(e, cause, "%s could not be written", path) : 0;
}

static int enter_namespaces(struct error *e)
{
    char map[64];
    unsigned uid = getuid(), gid = getgid();
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
        return error_errno(e, errno, "no user and network namespace could be made");
    snprintf(map, sizeof map, "%u %u 1\n", uid, uid);
    if (write_file("/proc/self/uid_map", map, e) < 0 ||
        write_file("/proc/self/setgroups", "deny", e) < 0)
        return -1;
    snprintf(map, sizeof map, "%u %u 1\n", gid, gid);
    if (write_file("/proc/self/gid_map", map, e) < 0)
        return -1;
    return network_loopback(e);
}

/* fd becomes number, and survives exec. */
static int keep_as(int fd, int number, struct error *e)
{
    if (fd == number ? fcntl(fd, F_SETFD, 0) < 0 : dup2(fd, number) < 0)
        return error_errno(e, errno, "descriptor %d", number);
    if (fd != number)
        close(fd);
    return 0;
}

static int make_tap(const char *number, struct error *e)
{
    struct network_pair pair;
    int cause, fd = -1;
    network_plan((unsigned)strtoul(number, NULL, 10), &pair);
    if (network_make_tap(&pair, &fd, &cause, e) < 0)
        return -1;
    return keep_as(fd, QEMU_TAP_FD, e);
}

/* No path: nothing to do. */
static int open_as(const char *path, int flags, int number, struct error *e)
{
    if (!path)
        return 0;
    int fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return error_errno(e, errno, "%s", path);
    return keep_as(fd, number, e);
}

static unsigned nobodys_number(void)
{
    unsigned at = (unsigned)getpid();
    for (unsigned i = 0; i < USERS_COUNT; i++, at++) {
        unsigned number = USERS_FIRST + at % USERS_COUNT;
        if (!getpwuid(number) && !getgrgid(number))
            return number;
    }
    return 65534; /* nobody's */
}

static int give_up_root(const char *keep, struct error *e)
{
    gid_t group = keep ? (gid_t)strtoul(keep, NULL, 10) : 0;
    unsigned number = nobodys_number();
    if (setgroups(keep ? 1 : 0, &group) < 0 || setresgid(number, number, number) < 0 ||
        setresuid(number, number, number) < 0)
        return error_errno(e, errno, "the rights of root could not be given up");
    return 0;
}

static int probe(void)
{
    struct tinyvm_verdict v;
    char line[2048];
    struct record_writer w;
    tinyvm_probe(NULL, &v);
    record_begin(&w, line, sizeof line, "probe");
    record_add_u64(&w, "usable", v.usable);
    record_add_u64(&w, "runs", v.measured);
    record_add_text(&w, "reason", v.reason);
    record_add_text(&w, "remedy", v.remedy);
    long length = record_end(&w);
    return length > 0 && write(STDOUT_FILENO, line, (size_t)length) == length ? 0 : 2;
}

int main(int argc, char **argv)
{
    struct error e = {0};
    if (argc == 2 && strcmp(argv[1], "probe") == 0)
        return probe();
    char **words = argc > 1 ? after_dashes(argv + 1) : NULL;
    if (!words) {
        fputs("vmtax-machine is started by vmtax; see vmtax(1)\n", stderr);
        return 2;
    }
    pid_t parent = getppid();
    const char *tap = argument(argv + 1, "tap");
    /* QEMU takes only a descriptor that was opened the way it would itself (10.0; 7.2 took any). */
    int direct = argument(argv + 1, "direct") ? O_DIRECT : 0;
    /* The guest's console; QEMU takes no standard stream for it. */
    if (dup2(STDERR_FILENO, QEMU_CONSOLE_FD) < 0)
        return 2;
    if ((argument(argv + 1, "private") && enter_namespaces(&e) < 0) ||
        (tap && make_tap(tap, &e) < 0) ||
        open_as(argument(argv + 1, "kernel"), O_RDONLY, QEMU_KERNEL_FD, &e) < 0 ||
        open_as(argument(argv + 1, "initrd"), O_RDONLY, QEMU_INITRD_FD, &e) < 0 ||
        open_as(argument(argv + 1, "disk"), O_RDWR | direct, QEMU_DISK_FD, &e) < 0 ||
        (argument(argv + 1, "user") && give_up_root(argument(argv + 1, "keep"), &e) < 0)) {
        fprintf(stderr, "%s\n", e.text);
        return 2;
    }
    /* Changing the user cleared it; whoever died in between is not our parent any more. */
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 ||
        getppid() != parent)
        return 2;
    execv(words[0], words);
    fprintf(stderr, "%s could not be executed: %s\n", words[0], strerror(errno));
    return 2;
}
