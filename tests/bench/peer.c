#include <config.h>

#include "tests/bench/peer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUTPUT_MAX ((size_t)1 << 20)

static pid_t start(const char *const argv[], enum peer_errors errors, int *output)
{
    int ends[2];
    if (pipe(ends) < 0)
        return -1;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        if (errors == PEER_SILENT)
            dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        execvp(argv[0], (char *const *)argv);
        _exit(127);
    }
    close(ends[1]);
    *output = ends[0];
    return pid;
}

char *peer_say(const char *const argv[], enum peer_errors errors)
{
    char *text = malloc(OUTPUT_MAX);
    int output = -1, status = -1;
    size_t used = 0;
    pid_t pid = text ? start(argv, errors, &output) : -1;
    for (ssize_t n = 1; pid > 0 && n > 0; used += n > 0 ? (size_t)n : 0)
        n = read(output, text + used, OUTPUT_MAX - 1 - used);
    if (output >= 0)
        close(output);
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        text[used] = '\0';
        return text;
    }
    free(text);
    return NULL;
}
