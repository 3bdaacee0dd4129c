#include <config.h>

#include "tests/unit/foreign.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

int foreign_tool(const char *const *argv)
{
    pid_t pid;
    int status;
    int failed = posix_spawnp(&pid, argv[0], NULL, NULL, (char *const *)(uintptr_t)argv, environ);
    if (failed)
        return failed == ENOENT ? 127 : -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void foreign_reads(char *text, const char *which, size_t number, const char *const *argv)
{
    const char *words[8] = {NULL};
    char path[] = "/tmp/vmtax-export-XXXXXX";
    FILE *out = fdopen(mkstemp(path), "w");
    assert_non_null(out);
    fputs(text, out);
    assert_int_equal(fclose(out), 0);
    free(text);
    for (size_t k = 0; argv[k]; k++)
        words[k] = strcmp(argv[k], "FILE") == 0 ? path : argv[k];
    int status = foreign_tool(words);
    if (status == 127) {
        unlink(path);
        print_message("%s is not installed\n", argv[0]);
        skip();
    }
    if (status)
        fail_msg("%s refuses number %zu as %s; it lies in %s", argv[0], number, which, path);
    unlink(path);
}

void foreign_needs_python(const char *lines)
{
    const char *const asked[] = {FOREIGN_PYTHON, "-c", lines, NULL};
    if (foreign_tool(asked) != 0) {
        print_message("not for " FOREIGN_PYTHON ": %s\n", lines);
        skip();
    }
}
