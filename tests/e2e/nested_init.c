/* The first process of the guest of nested_kvm.sh: makes a small system of what is in the
 * initramfs, loads KVM, probes it, runs what the command file names, and switches the machine off.
 *
 *   /modules    one kernel module a line, in the order in which they are loaded
 *   /commands   one command a line: words separated by blanks; its output goes to the console
 * Lines that begin with "nested:" are for the script. */
#include <config.h>

#include "workloads/tinyvm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void put_in(const char *type, const char *where)
{
    mkdir(where, 0755);
    if (mount(type, where, type, 0, NULL) < 0)
        printf("nested: cannot mount %s: %s\n", where, strerror(errno));
}

static void load(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) < 0 && errno != EEXIST))
        printf("nested: module %s: %s\n", path, strerror(errno));
    if (fd >= 0)
        close(fd);
}

static void run(char *line)
{
    char *words[32];
    size_t n = 0;
    for (char *rest = line, *word; n < 31 && (word = strtok_r(rest, " ", &rest)) != NULL;)
        words[n++] = word;
    words[n] = NULL;
    if (!n)
        return;
    printf("nested: run %s\n", words[n > 2 ? 2 : 0]);
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        execv(words[0], words);
        printf("nested: %s: %s\n", words[0], strerror(errno));
        fflush(stdout);
        _exit(127);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    printf("\nnested: ended %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    fflush(stdout);
}

static void each_line(const char *path, void (*of)(char *line))
{
    char line[512];
    FILE *f = fopen(path, "re");
    while (f && fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = '\0';
        of(line);
    }
    if (f)
        fclose(f);
}

static void load_line(char *line)
{
    load(line);
}

int main(void)
{
    put_in("proc", "/proc");
    put_in("sysfs", "/sys");
    put_in("devtmpfs", "/dev");
    put_in("tmpfs", "/tmp");
    put_in("tmpfs", "/run");
    setenv("HOME", "/tmp", 1);
    setenv("XDG_RUNTIME_DIR", "/run", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    each_line("/modules", load_line);

    struct tinyvm_verdict v;
    tinyvm_probe(NULL, &v);
    printf("nested: probe usable=%d ns=%.2f emulated=%lld %s\n", v.usable, v.ns_per_iteration,
           v.emulated_known ? (long long)v.emulated_instructions : -1, v.reason);
    fflush(stdout);
    each_line("/commands", run);
    printf("nested: done\n");
    fflush(stdout);
    sync();
    reboot(RB_POWER_OFF);
    return 0;
}
