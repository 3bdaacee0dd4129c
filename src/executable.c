#include <config.h>

#include "executable.h"

#include <stdio.h>
#include <unistd.h>

const char *executable_first(const char *const *files)
{
    while (*files && access(*files, X_OK) != 0)
        files++;
    return *files;
}

char *executable_places(const char *const *files, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; files[i] && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", i ? ", " : "", files[i]);
    return out;
}
