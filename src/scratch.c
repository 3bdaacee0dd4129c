#include "scratch.h"

#include "text.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

static const struct {
    unsigned long magic;
    const char *name;
    bool memory;
} filesystems[] = {
    {EXT4_SUPER_MAGIC, "ext4", false},   {XFS_SUPER_MAGIC, "xfs", false},
    {BTRFS_SUPER_MAGIC, "btrfs", false}, {TMPFS_MAGIC, "tmpfs", true},
    {RAMFS_MAGIC, "ramfs", true},        {OVERLAYFS_SUPER_MAGIC, "overlay", false},
    {NFS_SUPER_MAGIC, "nfs", false},     {F2FS_SUPER_MAGIC, "f2fs", false},
    {0x2fc12fc1, "zfs", false},
};

static bool find(const char *path, const char **name)
{
    struct statfs s;
    *name = "unknown";
    if (statfs(path, &s) < 0)
        return false;
    for (size_t i = 0; i < sizeof filesystems / sizeof *filesystems; i++)
        if (filesystems[i].magic == (unsigned long)s.f_type) {
            *name = filesystems[i].name;
            return filesystems[i].memory;
        }
    return false;
}

const char *scratch_filesystem(const char *path)
{
    const char *name;
    find(path, &name);
    return name;
}

static int make_below(const char *parent, struct ledger *l, char *path, size_t size,
                      struct error *e)
{
    int used = snprintf(path, size, "%s/vmtax-%d", parent, (int)getpid());
    if (used < 0 || (size_t)used >= size)
        return error_set(e, ERROR_USAGE, "the name of the scratch directory is too long");
    if (ledger_add(l, LEDGER_DIRECTORY, path, e) < 0)
        return -1;
    if (mkdir(path, 0700) < 0)
        return error_errno(e, errno, "cannot make the scratch directory %s", path);
    return 0;
}

int scratch_check(const char *wanted, struct error *e)
{
    struct stat st;
    const char *name;
    char clean[256];
    text_clean(clean, sizeof clean, *wanted ? wanted : "\"\"");
    if (stat(wanted, &st) < 0)
        return error_errno(e, errno, "--scratch %s", clean);
    if (!S_ISDIR(st.st_mode))
        return error_set(e, ERROR_USAGE, "--scratch %s: that is no directory", clean);
    if (access(wanted, W_OK | X_OK) < 0)
        return error_errno(e, errno, "--scratch %s: cannot write there", clean);
    if (find(wanted, &name))
        return error_set(e, ERROR_USAGE,
                         "--scratch %s: it is on %s, which is memory: disk workloads there would "
                         "measure no disk; name a directory on a disk",
                         clean, name);
    return 0;
}

int scratch_make(const char *wanted, struct ledger *l, char *path, size_t size, struct error *e)
{
    const char *name;
    if (wanted) {
        char absolute[4096];
        if (!realpath(wanted, absolute))
            return error_errno(e, errno, "the scratch directory %s", wanted);
        if (find(absolute, &name))
            return error_set(e, ERROR_USAGE,
                             "%s is on %s, which is memory: disk workloads there would measure "
                             "no disk; name a directory on a disk",
                             wanted, name);
        return make_below(absolute, l, path, size, e);
    }
    const char *home = getenv("HOME");
    char cache[4096] = "";
    if (home && home[0] == '/')
        snprintf(cache, sizeof cache, "%s/.cache", home);
    const char *candidates[] = {"/var/tmp", cache, home && home[0] == '/' ? home : ""};
    error_set(e, ERROR_USAGE,
              "no directory on a disk was found for scratch files: name one by "
              "--scratch DIR");
    for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++)
        if (candidates[i][0] && access(candidates[i], W_OK | X_OK) == 0 &&
            !find(candidates[i], &name))
            return make_below(candidates[i], l, path, size, e);
    return -1;
}
