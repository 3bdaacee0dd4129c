#include <config.h>

#include "replace.h"

#include "text.h"
#include "written.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* The file that a name stands for: the end of a link, and not of one to nowhere. */
static int resolve(const char *path, char *out, struct error *e)
{
    struct stat st;
    if (realpath(path, out))
        return 0;
    bool absent = errno == ENOENT && lstat(path, &st) < 0;
    if (!absent || !text_copy(out, PATH_MAX, path))
        return error_errno(e, errno ? errno : ENOENT, "cannot use %s", path);
    return 0;
}

int replace_begin(struct replace *r, const char *path, mode_t mode, struct error *e)
{
    struct stat st;
    *r = (struct replace){.out = NULL};
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
        text_copy(r->path, sizeof r->path, path);
        r->out = fopen(path, "we");
        return r->out ? 0 : error_errno(e, errno, "cannot write %s", path);
    }
    if (resolve(path, r->path, e) < 0)
        return -1;
    snprintf(r->temporary, sizeof r->temporary, "%s.XXXXXX", r->path);
    int fd = mkostemp(r->temporary, O_CLOEXEC), failed = errno;
    if (fd >= 0 && (fchmod(fd, mode) < 0 || !(r->out = fdopen(fd, "w")))) {
        failed = errno;
        close(fd);
        unlink(r->temporary);
    }
    return r->out ? 0 : error_errno(e, failed, "cannot write beside %s", r->path);
}

int replace_end(struct replace *r, struct error *e)
{
    int failed = written_flush(r->out);
    if (!failed && r->temporary[0] && fsync(fileno(r->out)) < 0)
        failed = errno;
    if (fclose(r->out) != 0 && !failed)
        failed = errno;
    r->out = NULL;
    if (!failed && r->temporary[0] && rename(r->temporary, r->path) < 0)
        failed = errno;
    if (!failed)
        return 0;
    if (r->temporary[0])
        unlink(r->temporary);
    return error_errno(e, failed, "cannot write %s (nothing was changed there)", r->path);
}

void replace_drop(struct replace *r)
{
    fclose(r->out);
    r->out = NULL;
    if (r->temporary[0])
        unlink(r->temporary);
}
