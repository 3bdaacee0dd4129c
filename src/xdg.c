#include <config.h>

#include "xdg.h"

#include "text.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    const char *variable, *below_home;
} places[] = {
    [XDG_CONFIG] = {"XDG_CONFIG_HOME", ".config"},
    [XDG_STATE] = {"XDG_STATE_HOME", ".local/state"},
    [XDG_CACHE] = {"XDG_CACHE_HOME", ".cache"},
};

static int too_long(const char *path, enum xdg which, struct error *e)
{
    return error_set(e, ERROR_USAGE, "the path %.200s... is too long: set %s to a shorter one",
                     path, places[which].variable);
}

static const char *home_directory(void)
{
    const char *home = getenv("HOME");
    if (home && home[0] == '/')
        return home;
    const struct passwd *user = getpwuid(geteuid());
    return user && user->pw_dir && user->pw_dir[0] == '/' ? user->pw_dir : NULL;
}

int xdg_directory(enum xdg which, const char *what, char *out, size_t size, struct error *e)
{
    const char *given = getenv(places[which].variable), *home = home_directory();
    int length;
    out[0] = '\0';
    if (given && given[0] == '/')
        length = snprintf(out, size, "%s/vmtax", given);
    else if (home)
        length = snprintf(out, size, "%s/%s/vmtax", home, places[which].below_home);
    else
        return error_set(e, ERROR_USAGE,
                         "there is no place for %s: neither %s nor HOME is an absolute path, and "
                         "the user has no home directory; set HOME",
                         what, places[which].variable);
    return length < 0 || (size_t)length >= size ? too_long(out, which, e) : 0;
}

int xdg_make(const char *path, struct error *e)
{
    char part[PATH_MAX];
    if (!text_copy(part, sizeof part, path))
        return error_set(e, ERROR_USAGE, "the path %.200s... is too long", path);
    for (char *slash = strchr(part + 1, '/');; slash = strchr(slash + 1, '/')) {
        if (slash)
            *slash = '\0';
        if (mkdir(part, 0700) < 0 && errno != EEXIST) {
            /* EROFS and EACCES also come for what is there already. */
            int failed = errno;
            struct stat st;
            if (stat(part, &st) < 0 || !S_ISDIR(st.st_mode))
                return error_errno(e, failed, "cannot make the directory %s", part);
        }
        if (!slash)
            return 0;
        *slash = '/';
    }
}
