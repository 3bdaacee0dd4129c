#include <config.h>

#include "tempfile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define BEGIN ".vmtax-"
#define END   ".tmp"

bool tempfile_is(const char *name)
{
    size_t length = strlen(name);
    return length > sizeof BEGIN + sizeof END && strncmp(name, BEGIN, sizeof BEGIN - 1) == 0 &&
           strcmp(name + length - (sizeof END - 1), END) == 0;
}

/* Where a file system has no locks nothing is removed. */
static void remove_left(const char *directory)
{
    DIR *d = opendir(directory);
    for (struct dirent *entry = d ? readdir(d) : NULL; entry; entry = readdir(d)) {
        struct stat st;
        int fd = tempfile_is(entry->d_name) ? openat(dirfd(d), entry->d_name,
                                                     O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
                                            : -1;
        if (fd < 0)
            continue;
        if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && flock(fd, LOCK_EX | LOCK_NB) == 0)
            unlinkat(dirfd(d), entry->d_name, 0);
        close(fd);
    }
    if (d)
        closedir(d);
}

/* Another vmtax may have come between its making and its lock, and taken it for one that was left.
 */
static bool is_still_there(int fd)
{
    struct stat st;
    while (flock(fd, LOCK_EX) < 0 && errno == EINTR)
        ;
    return fstat(fd, &st) == 0 && st.st_nlink > 0;
}

int tempfile_open(const char *directory, char *out, size_t size, struct error *e)
{
    remove_left(directory);
    for (int attempt = 0; attempt < 16; attempt++) {
        uint64_t random;
        if (getrandom(&random, sizeof random, 0) != sizeof random)
            random = (uint64_t)getpid() * 1000003u + (uint64_t)attempt + (uint64_t)time(NULL);
        int length = snprintf(out, size, "%s/" BEGIN "%016llx" END, directory,
                              (unsigned long long)random);
        if (length < 0 || (size_t)length >= size)
            return error_set(e, ERROR_USAGE,
                             "the path %.200s... is too long: use a shorter directory", directory);
        int fd = open(out, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd >= 0 && is_still_there(fd))
            return fd;
        if (fd >= 0)
            close(fd);
        else if (errno != EEXIST)
            return error_errno(e, errno, "cannot write in %s", directory);
    }
    return error_set(e, ERROR_SYSTEM, "cannot find a free temporary name in %s", directory);
}

int tempfile_write(int fd, const void *data, size_t size)
{
    const char *p = data;
    while (size) {
        ssize_t n = write(fd, p, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        p += n;
        size -= (size_t)n;
    }
    return 0;
}

void tempfile_sync(const char *directory)
{
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
}
