#include <config.h>

#include "workloads/kbuild/needs.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct need {
    const char *file, *package; /* file: a program's name, or a path */
} needs[] = {
    {"make", "make"},   {"gcc", "gcc"},
    {"ld", "binutils"}, {"/usr/include/elf.h", "libc6-dev"}, /* for the build's own programs */
    {"flex", "flex"},   {"bison", "bison"},
    {"bc", "bc"},       {"awk", "mawk"},
    {"sed", "sed"},
};

static bool have(const char *file)
{
    static const char *const places[] = {"/usr/sbin", "/usr/bin", "/sbin", "/bin"}; /* as $PATH */
    if (file[0] == '/')
        return access(file, R_OK) == 0;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s/%s", places[i], file);
        if (access(path, X_OK) == 0)
            return true;
    }
    return false;
}

bool kbuild_missing(char packages[KBUILD_PACKAGES_MAX])
{
    packages[0] = '\0';
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++) {
        size_t used = strlen(packages);
        if (!have(needs[i].file))
            snprintf(packages + used, KBUILD_PACKAGES_MAX - used, "%s%s", used ? " " : "",
                     needs[i].package);
    }
    return packages[0] != '\0';
}
