#include "filesystem.h"

#include <linux/magic.h>
#include <stddef.h>
#include <sys/vfs.h>

struct filesystem {
    unsigned long magic;
    const char *name;
    bool memory;
};

static const struct filesystem filesystems[] = {
    {EXT4_SUPER_MAGIC, "ext4", false},
    {XFS_SUPER_MAGIC, "xfs", false},
    {BTRFS_SUPER_MAGIC, "btrfs", false},
    {TMPFS_MAGIC, "tmpfs", true},
    {RAMFS_MAGIC, "ramfs", true},
    {OVERLAYFS_SUPER_MAGIC, "overlay", false},
    {NFS_SUPER_MAGIC, "nfs", false},
    {F2FS_SUPER_MAGIC, "f2fs", false},
    {0x2fc12fc1, "zfs", false},
    {PROC_SUPER_MAGIC, "proc", true},
    {SYSFS_MAGIC, "sysfs", true},
    {CGROUP_SUPER_MAGIC, "cgroup", true},
    {CGROUP2_SUPER_MAGIC, "cgroup2", true},
    {DEVPTS_SUPER_MAGIC, "devpts", true},
};

static const struct filesystem *find(const char *path)
{
    struct statfs s;
    if (statfs(path, &s) < 0)
        return NULL;
    for (size_t i = 0; i < sizeof filesystems / sizeof *filesystems; i++)
        if (filesystems[i].magic == (unsigned long)s.f_type)
            return &filesystems[i];
    return NULL;
}

const char *filesystem_name(const char *path)
{
    const struct filesystem *f = find(path);
    return f ? f->name : "unknown";
}

bool filesystem_in_memory(const char *path)
{
    const struct filesystem *f = find(path);
    return f && f->memory;
}
