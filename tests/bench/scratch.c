#include <config.h>

#include "tests/bench/scratch.h"
#include "workloads/remove.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

bool scratch_make(char *pattern)
{
    int ends[2];
    char byte;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return false;
    if (!mkdtemp(pattern)) {
        close(ends[0]);
        close(ends[1]);
        return false;
    }
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0) {
        int failed_errno = errno;
        rmdir(pattern);
        errno = failed_errno;
    }
    if (pid != 0) {
        close(ends[0]); /* the other end is this process's alone, and stays open */
        return pid > 0;
    }
    setsid();
    close(ends[1]);
    while (read(ends[0], &byte, 1) < 0 && errno == EINTR)
        ;
    remove_tree(AT_FDCWD, pattern);
    _exit(0);
}
