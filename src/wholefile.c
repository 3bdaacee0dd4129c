#include "wholefile.h"

#include "xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_BYTES ((size_t)1 << 16)

int wholefile_open(const char *path, const char *name, struct error *e)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) < 0) {
        int why = errno;
        error_errno(e, why, "cannot read %s", name);
        if (fd >= 0)
            close(fd);
        errno = why;
        return -1;
    }
    if (S_ISREG(st.st_mode))
        return fd;
    close(fd);
    return error_set(e, ERROR_USAGE, "%s is not a file", name);
}

char *wholefile_read(int fd, const char *name, size_t most, const char *what, size_t *length,
                     struct error *e)
{
    size_t room = FIRST_BYTES, used = 0;
    char *text = xcalloc(room, 1);
    for (;;) {
        ssize_t n = read(fd, text + used, room - 1 - used);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            error_errno(e, errno, "cannot read %s", name);
            break;
        }
        used += (size_t)n;
        if (n == 0) {
            text[used] = '\0';
            *length = used;
            return text;
        }
        if (used > most) {
            error_set(e, ERROR_USAGE, "%s is larger than %zu MiB: not %s", name, most >> 20, what);
            break;
        }
        if (used == room - 1) {
            room *= 2;
            text = xrealloc_array(text, room, 1);
        }
    }
    free(text);
    return NULL;
}

char *wholefile_load(const char *path, const char *name, size_t most, const char *what,
                     size_t *length, struct error *e)
{
    int fd = wholefile_open(path, name, e);
    if (fd < 0)
        return NULL;
    char *text = wholefile_read(fd, name, most, what, length, e);
    int why = errno;
    close(fd);
    errno = why;
    return text;
}
