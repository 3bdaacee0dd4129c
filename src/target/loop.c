#include "config.h"

#include "target/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Others may take what was free a moment ago. */
#define TRIES 16

static int configure(int loop, int file, bool direct)
{
    struct loop_config how = {.fd = (uint32_t)file};
    how.info.lo_flags = LO_FLAGS_AUTOCLEAR;
    if (direct)
        how.info.lo_flags |= LO_FLAGS_DIRECT_IO;
    return ioctl(loop, LOOP_CONFIGURE, &how);
}

static bool is_direct(int loop)
{
    struct loop_info64 info;
    return ioctl(loop, LOOP_GET_STATUS64, &info) == 0 && (info.lo_flags & LO_FLAGS_DIRECT_IO);
}

/* A free device, opened and configured; -1 with errno. */
static int take_free(int control, int file, bool direct, char device[LOOP_PATH_MAX])
{
    int number = ioctl(control, LOOP_CTL_GET_FREE);
    if (number < 0)
        return -1;
    snprintf(device, LOOP_PATH_MAX, "/dev/loop%d", number);
    int loop = open(device, O_RDWR | O_CLOEXEC);
    if (loop < 0 || configure(loop, file, direct) == 0)
        return loop;
    int cause = errno;
    close(loop);
    errno = cause;
    return -1;
}

int loop_new(const char *path, bool *direct, char device[LOOP_PATH_MAX], struct error *e)
{
    int loop = -1;
    int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0)
        return error_errno(e, errno, "the scratch disk %s", path);
    int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
    for (int i = 0; control >= 0 && loop < 0 && i < TRIES; i++) {
        loop = take_free(control, file, *direct, device);
        if (loop < 0 && errno != EBUSY)
            break;
    }
    int cause = errno;
    if (control >= 0)
        close(control);
    close(file);
    if (loop < 0)
        return error_errno(e, cause, "no loop device for the scratch disk %s (modprobe loop)",
                           path);
    *direct = is_direct(loop);
    return loop;
}
