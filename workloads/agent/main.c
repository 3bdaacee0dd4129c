/* main.c - vmtax-agent: the program that runs workloads inside a target and tells what they did.
 *
 * One executable is four: the supervisor, which speaks the protocol; the worker that it executes
 * for each workload; the little program that fork+exec measures; and the first process of a guest.
 * This file only chooses. */
#include <config.h>

#include "sha256.h"
#include "workloads/agent/init.h"
#include "workloads/agent/supervisor.h"
#include "workloads/agent/worker.h"
#include "workloads/workload.h"

#include <fcntl.h>
#include <gnu/libc-version.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "Usage: vmtax-agent [--scratch DIR]\n"
    "Runs the workloads of vmtax inside a target. vmtax starts it and speaks with it over its\n"
    "standard input and output; it ends when its input ends. See vmtax-agent(8).\n"
    "\n"
    "  --scratch DIR  an existing private directory on a disk, for workloads that need one\n"
    "  --help         this text\n"
    "  --version      the version, who built it, and the checksum that vmtax knows it by\n";

#ifdef __clang__
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

static int show_version(void)
{
    char sha256[65];
    struct error e;
    printf("vmtax-agent %s\nbuilt by %s with glibc %s\n", PACKAGE_VERSION, COMPILER,
           gnu_get_libc_version());
    if (sha256_file("/proc/self/exe", sha256, &e) < 0) {
        fprintf(stderr, "vmtax-agent: %s\n", e.text);
        return 1;
    }
    return printf("sha256 %s\n", sha256) < 0;
}

/* Who started us without standard descriptors would otherwise get our files in their place. */
static void fill_standard_descriptors(void)
{
    int fd;
    do {
        fd = open("/dev/null", O_RDWR);
    } while (fd >= 0 && fd <= 2);
    if (fd > 2)
        close(fd);
}

/* Payloads are installed beside the agent. */
static bool find_own_directory(char out[PATH_MAX])
{
    ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - 1);
    if (n <= 0)
        return false;
    out[n] = '\0';
    char *slash = strrchr(out, '/');
    if (!slash || slash == out)
        return false;
    *slash = '\0';
    return true;
}

int main(int argc, char **argv)
{
    int hello = workload_hello(argc, argv);
    if (hello >= 0)
        return hello;
    if (argc == 2 && strcmp(argv[1], WORKER_ARGUMENT) == 0)
        return worker_main();
    /* The kernel of a guest executes /init of its initramfs; in a container we may be the first
     * process, too, but under our own name. */
    if (getpid() == 1 && strcmp(argv[0], "/init") == 0)
        init_main();

    const char *scratch = NULL;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--scratch") == 0 && i + 1 < argc) {
            scratch = argv[++i];
        } else if (strncmp(argv[i], "--scratch=", 10) == 0) {
            scratch = argv[i] + 10;
        } else if (strcmp(argv[i], "--help") == 0) {
            fputs(usage, stdout);
            return 0;
        } else if (strcmp(argv[i], "--version") == 0) {
            return show_version();
        } else {
            fprintf(stderr, "vmtax-agent: there is no argument %s; see vmtax-agent --help\n",
                    argv[i]);
            return 2;
        }
    }
    if (scratch && access(scratch, R_OK | W_OK | X_OK) < 0) {
        perror(scratch);
        return 2;
    }
    fill_standard_descriptors();
    char payloads[PATH_MAX];
    return supervisor_main(STDIN_FILENO, STDOUT_FILENO, scratch,
                           find_own_directory(payloads) ? payloads : NULL);
}
