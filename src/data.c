#include <config.h>

#include "data.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* data/ beside or above the directory of the running program: a build in or below the source. */
static bool beside_program(const char *name, char *out, size_t size, size_t up)
{
    char self[512];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0)
        return false;
    self[n] = '\0';
    for (size_t i = 0; i <= up; i++) {
        char *slash = strrchr(self, '/');
        if (!slash || slash == self)
            return false;
        *slash = '\0';
    }
    int length = snprintf(out, size, "%s/data/%s", self, name);
    return length > 0 && (size_t)length < size;
}

int data_find(const char *name, char *path, size_t size, struct error *e)
{
    const char *wanted = getenv("VMTAX_DATADIR");
    if (wanted && wanted[0] == '/') {
        int length = snprintf(path, size, "%s/%s", wanted, name);
        if (length > 0 && (size_t)length < size)
            return 0;
    }
    /* A program of a build tree shows the data of its own sources, not what was installed once. */
    for (size_t up = 0; up <= 3; up++)
        if (beside_program(name, path, size, up) && access(path, R_OK) == 0)
            return 0;
    int length = snprintf(path, size, VMTAX_DATADIR "/%s", name);
    if (length > 0 && (size_t)length < size && access(path, R_OK) == 0)
        return 0;
    return error_set(e, ERROR_SYSTEM,
                     "%s is not there, neither in " VMTAX_DATADIR
                     " nor in data of the sources; run "
                     "make install, or set VMTAX_DATADIR",
                     name);
}
