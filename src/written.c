#include "written.h"

#include <errno.h>
#include <stdbool.h>

/* A stream remembers that a write failed, and not why: what it could not write is gone, and so is
 * its errno. One byte more meets the same; what is there is cut off anyway. */
static int ask_again(FILE *out)
{
    errno = 0;
    bool failed = fputc('\n', out) == EOF || fflush(out) != 0;
    return failed && errno ? errno : EIO;
}

int written_flush(FILE *out)
{
    errno = 0;
    if (fflush(out) != 0)
        return errno ? errno : EIO;
    return ferror(out) ? ask_again(out) : 0;
}
