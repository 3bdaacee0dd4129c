#include "config.h"

#include "target/xen_root.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* linux/mount.h, which does not go together with sys/mount.h of every C library. */
#define CLONE_TREE     1
#define FROM_EMPTY     4
#define TREE_RECURSIVE 0x8000
#define SET_RDONLY     1
#define SET_NOSUID     2
#define SET_NODEV      4

static int clone_tree(struct error *e)
{
    struct {
        uint64_t set, clear, propagation, user_namespace;
    } how = {.set = SET_RDONLY | SET_NOSUID | SET_NODEV, .propagation = MS_PRIVATE};
    int tree = (int)syscall(SYS_open_tree, AT_FDCWD, "/", CLONE_TREE | TREE_RECURSIVE | O_CLOEXEC);
    if (tree < 0)
        return error_errno(e, errno, "the tree of mounts could not be copied for the guest");
    /* Private before anything is done to it: no unmounting below reaches the machine's own. */
    if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH | TREE_RECURSIVE, &how, sizeof how) == 0)
        return tree;
    int cause = errno;
    close(tree);
    return error_errno(e, cause,
                       "the guest's view of this machine's files could not be made read-only (this "
                       "takes Linux 5.12)");
}

int xen_root_make(const char *directory, struct ledger *ledger, struct error *e)
{
    static const char *const not_files[] = {"proc", "sys", "dev", "run", "tmp"};
    int tree = clone_tree(e);
    if (tree < 0)
        return -1;
    if (ledger_add(ledger, LEDGER_DIRECTORY, directory, e) < 0 ||
        ledger_add(ledger, LEDGER_MOUNT, directory, e) < 0) {
        close(tree);
        return -1;
    }
    int rc = mkdir(directory, 0700) < 0 ||
                     syscall(SYS_move_mount, tree, "", AT_FDCWD, directory, FROM_EMPTY) < 0
                 ? error_errno(e, errno, "%s, the guest's view of this machine's files", directory)
                 : 0;
    close(tree);
    for (size_t i = 0; rc == 0 && i < sizeof not_files / sizeof *not_files; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", directory, not_files[i]);
        while (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) == 0) {
        }
        /* EINVAL: nothing is mounted there (any more). */
        if (errno != EINVAL && errno != ENOENT)
            rc = error_errno(e, errno, "%s could not be taken out of the guest's view", path);
    }
    return rc;
}
