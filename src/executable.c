#include <config.h>

#include "executable.h"

#include <unistd.h>

const char *executable_first(const char *const *files)
{
    while (*files && access(*files, X_OK) != 0)
        files++;
    return *files;
}
