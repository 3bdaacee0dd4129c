#include "config.h"

#include "container/box.h"

#include "mountinfo.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#define MOUNTS_MAX 1024

/* What gets a fresh file system of its own instead of the host's. */
static const char *const fresh[] = {"proc", "sys", "dev", "run", "tmp"};

static bool is_fresh(const char *path)
{
    for (size_t i = 0; i < sizeof fresh / sizeof fresh[0]; i++) {
        size_t length = strlen(fresh[i]);
        if (!strncmp(path + 1, fresh[i], length) && (!path[1 + length] || path[1 + length] == '/'))
            return true;
    }
    return false;
}

static bool join(char *out, size_t size, const char *a, const char *b)
{
    int n = snprintf(out, size, "%s%s", a, b);
    if (n >= 0 && (size_t)n < size)
        return true;
    errno = ENAMETOOLONG;
    return false;
}

/* Make path and what is above it; existing directories are fine. */
static int make_directories(const char *path)
{
    char copy[PATH_MAX];
    if (!join(copy, sizeof copy, path, ""))
        return -1;
    for (char *slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(copy, 0755) < 0 && errno != EEXIST)
            return -1;
        *slash = '/';
    }
    return mkdir(copy, 0755) < 0 && errno != EEXIST ? -1 : 0;
}

static int touch(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0)
        return -1;
    return close(fd);
}

static int write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t n = write(fd, text, strlen(text));
    int cause = errno;
    close(fd);
    errno = cause;
    return n < 0 ? -1 : 0;
}

/* Make the mount at path (and with recursive those below it) read-only. */
static int make_read_only(const char *path, bool recursive)
{
#ifdef SYS_mount_setattr
    struct {
        uint64_t set, clear, propagation, user_namespace;
    } attributes = {.set = 1 /* MOUNT_ATTR_RDONLY */};
    if (syscall(SYS_mount_setattr, AT_FDCWD, path, recursive ? AT_RECURSIVE : 0, &attributes,
                sizeof attributes) == 0)
        return 0;
    if (errno != ENOSYS)
        return -1;
#endif
    /* Older kernels: the flags that are there must be repeated, some of them are locked. */
    struct statfs fs;
    unsigned long keep = 0;
    if (statfs(path, &fs) == 0)
        keep = (unsigned long)fs.f_flags &
               (MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME | MS_RELATIME);
    return mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | keep, NULL);
}

int rootfs_enter(const struct box *b, struct error *e)
{
    if (b->user_namespace) {
        uid_t uid = geteuid();
        gid_t gid = getegid();
        char map[64];
        pid_t parent = getppid();
        if (unshare(CLONE_NEWUSER) < 0)
            return error_errno(e, errno, "no user namespace can be made");
        /* The change of rights may have taken this away, and our parent may have died meanwhile. */
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            return error_set(e, ERROR_SYSTEM, "vmtax ended before its container was made");
        snprintf(map, sizeof map, "0 %u 1", (unsigned)uid);
        if (write_file("/proc/self/uid_map", map) < 0)
            return error_errno(e, errno, "the user namespace does not take its user");
        (void)write_file("/proc/self/setgroups", "deny"); /* absent before Linux 3.19 */
        snprintf(map, sizeof map, "0 %u 1", (unsigned)gid);
        if (write_file("/proc/self/gid_map", map) < 0)
            return error_errno(e, errno, "the user namespace does not take its group");
    }
    if (unshare(CLONE_NEWNS) < 0)
        return error_errno(e, errno, "no mount namespace can be made");
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return error_errno(e, errno, "the mount namespace cannot be made private");
    return 0;
}

/* One overlay; paths are relative to b->directory so that no odd character of it gets into the
 * options. */
static int overlay(const char *lower, const char *upper, const char *work, const char *target,
                   bool user)
{
    char options[PATH_MAX + 256];
    /* userxattr lets an ordinary user have whiteouts; kernels before 5.11 do not know it. */
    for (int without = user ? 0 : 1; without < 2; without++) {
        int n = snprintf(options, sizeof options, "lowerdir=%s,upperdir=%s,workdir=%s%s", lower,
                         upper, work, without ? "" : ",userxattr");
        if (n < 0 || (size_t)n >= sizeof options) {
            errno = ENAMETOOLONG;
            return -1;
        }
        if (mount("vmtax", target, "overlay", MS_NODEV, options) == 0)
            return 0;
    }
    return -1;
}

/* The layer's directory gets the attributes of what it covers: they are what is seen. */
static int make_layer(const char *name, const char *lower)
{
    struct stat st;
    mode_t mode = stat(lower, &st) == 0 ? st.st_mode & 07777 : 0755;
    char upper[PATH_MAX], work[PATH_MAX];
    if (!join(upper, sizeof upper, "upper", name) || !join(work, sizeof work, "work", name) ||
        mkdir(upper, 0755) < 0 || mkdir(work, 0755) < 0)
        return -1;
    return chmod(upper, mode);
}

/* One entry of / into the root that is put together from parts. */
static int take_entry(const struct box *b, const char *name)
{
    char path[NAME_MAX + 2], target[PATH_MAX], slash[NAME_MAX + 2];
    snprintf(path, sizeof path, "/%s", name);
    snprintf(slash, sizeof slash, "/%s", name);
    struct stat st;
    if (lstat(path, &st) < 0 || !join(target, sizeof target, b->root, path))
        return 0;
    if (S_ISLNK(st.st_mode)) {
        char to[PATH_MAX];
        ssize_t n = readlink(path, to, sizeof to - 1);
        if (n < 0)
            return 0;
        to[n] = '\0';
        return symlink(to, target);
    }
    if (!S_ISDIR(st.st_mode) || !strcmp(name, "lost+found"))
        return 0; /* loose files in / have no part in anything */
    if (mkdir(target, st.st_mode & 0755) < 0)
        return -1;
    if (is_fresh(path))
        return 0;
    /* Characters that the options of overlay cannot carry. */
    if (!strpbrk(name, ":,\\") && make_layer(slash, path) == 0) {
        char upper[PATH_MAX], work[PATH_MAX];
        if (join(upper, sizeof upper, "upper", slash) && join(work, sizeof work, "work", slash) &&
            overlay(path, upper, work, target, b->user_namespace) == 0)
            return 0;
    }
    /* With other file systems mounted below, a user may not tear it apart: as it is, read-only. */
    if (mount(path, target, NULL, MS_BIND | MS_REC, NULL) < 0)
        return errno == EACCES ? 0 : -1;
    return make_read_only(target, true);
}

static int root_from_parts(const struct box *b, struct error *e)
{
    DIR *directory = opendir("/");
    if (!directory)
        return error_errno(e, errno, "/ cannot be read");
    if (mkdir("root", 0755) < 0 || mount("root", "root", NULL, MS_BIND, NULL) < 0) {
        int cause = errno;
        closedir(directory);
        return error_errno(e, cause, "no directory for the container's root");
    }
    struct dirent *entry;
    int failed = 0;
    while (!failed && (entry = readdir(directory))) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        failed = take_entry(b, entry->d_name);
        if (failed)
            error_errno(e, errno, "/%s could not be taken into the container", entry->d_name);
    }
    closedir(directory);
    return failed;
}

/* Kernel interfaces, and what would start something when it is looked at. */
static bool is_pseudo(const char *type)
{
    static const char *const types[] = {
        "proc",    "sysfs",    "devtmpfs", "devpts",      "cgroup",     "cgroup2",   "mqueue",
        "debugfs", "tracefs",  "bpf",      "securityfs",  "pstore",     "hugetlbfs", "configfs",
        "fusectl", "efivarfs", "autofs",   "binfmt_misc", "rpc_pipefs", "nsfs",      "selinuxfs",
        "nfsd",    "devfs",    "usbfs",    "rootfs",
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (!strcmp(type, types[i]))
            return true;
    return false;
}

/* The mounts below /, read once before we add ours. The caller frees the paths. */
static size_t list_mounts(char **paths, size_t max)
{
    struct mountinfo m;
    struct mount_entry mount;
    size_t count = 0;
    if (!mountinfo_open(&m, NULL))
        return 0;
    while (count < max && mountinfo_next(&m, &mount)) {
        bool known = !strcmp(mount.point, "/") || is_fresh(mount.point) || is_pseudo(mount.type);
        for (size_t i = 0; i < count; i++)
            known |= !strcmp(paths[i], mount.point);
        if (!known && (paths[count] = strdup(mount.point)))
            count++;
    }
    mountinfo_close(&m);
    return count;
}

/* File systems of their own below /. One that cannot be reached is left out, as it would be for a
 * user of the machine. */
static int carry_mounts(const struct box *b, char *const *paths, size_t count, struct error *e)
{
    for (size_t i = 0; i < count; i++) {
        char target[PATH_MAX];
        struct stat from, to;
        size_t own = strlen(b->directory);
        if ((!strncmp(paths[i], b->directory, own) && (!paths[i][own] || paths[i][own] == '/')) ||
            !join(target, sizeof target, b->root, paths[i]) || stat(paths[i], &from) < 0 ||
            stat(target, &to) < 0 || S_ISDIR(from.st_mode) != S_ISDIR(to.st_mode))
            continue;
        if (mount(paths[i], target, NULL, MS_BIND, NULL) < 0 || make_read_only(target, false) < 0)
            return error_errno(e, errno, "%s could not be carried into the container", paths[i]);
    }
    return 0;
}

static int fresh_tmpfs(const struct box *b, const char *path, const char *options, struct error *e)
{
    char target[PATH_MAX];
    if (!join(target, sizeof target, b->root, path))
        return error_errno(e, errno, "%s", path);
    if (make_directories(target) < 0 ||
        mount("vmtax", target, "tmpfs", MS_NOSUID | MS_NODEV, options) < 0)
        return error_errno(e, errno, "%s of the container could not be made", path);
    return 0;
}

/* A directory of the host by the same path in the container. */
static int bind_same(const struct box *b, const char *path, bool writable, struct error *e)
{
    char target[PATH_MAX];
    if (!join(target, sizeof target, b->root, path) || make_directories(target) < 0 ||
        mount(path, target, NULL, MS_BIND, NULL) < 0 ||
        (!writable && make_read_only(target, false) < 0))
        return error_errno(e, errno, "%s could not be taken into the container", path);
    return 0;
}

/* The agent is the same file as on the host, wherever it lies. */
static int take_agent(const struct box *b, struct error *e)
{
    char inside[PATH_MAX], directory[PATH_MAX];
    struct stat there, here;
    if (!b->agent)
        return 0;
    if (b->agent[0] != '/' || !join(inside, sizeof inside, b->root, b->agent) ||
        !join(directory, sizeof directory, b->agent, ""))
        return error_set(e, ERROR_USAGE, "the agent's path %s is not absolute", b->agent);
    if (stat(b->agent, &there) < 0)
        return error_errno(e, errno, "the agent %s", b->agent);
    if (stat(inside, &here) == 0 && here.st_size == there.st_size && here.st_ino == there.st_ino)
        return 0;
    *strrchr(directory, '/') = '\0';
    return bind_same(b, *directory ? directory : "/", false, e);
}

int rootfs_make(struct box *b, struct error *e)
{
    char options[96], *mounts[MOUNTS_MAX];
    size_t mount_count = list_mounts(mounts, MOUNTS_MAX);
    int failed = -1;
    if (!join(b->root, sizeof b->root, b->directory, "/root"))
        return error_errno(e, errno, "%s", b->directory);
    /* A scratch directory below the run directory would be hidden by the tmpfs: keep hold of it. */
    int scratch = b->scratch ? open(b->scratch, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
    if (b->scratch && scratch < 0)
        return error_errno(e, errno, "the scratch directory %s", b->scratch);
    if (b->memory_bytes)
        snprintf(options, sizeof options, "mode=0700,size=%" PRIu64, b->memory_bytes);
    else
        snprintf(options, sizeof options, "mode=0700,size=50%%");
    if (mount("vmtax", b->directory, "tmpfs", MS_NOSUID | MS_NODEV, options) < 0) {
        error_errno(e, errno, "no tmpfs can be mounted on %s", b->directory);
        goto out;
    }
    if (chdir(b->directory) < 0 || mkdir("upper", 0755) < 0 || mkdir("work", 0755) < 0) {
        error_errno(e, errno, "%s cannot be used", b->directory);
        goto out;
    }
    bool whole = false;
    if (!b->user_namespace && mkdir("root", 0755) == 0 && mkdir("upper/whole", 0755) == 0 &&
        mkdir("work/whole", 0755) == 0) {
        whole = overlay("/", "upper/whole", "work/whole", "root", false) == 0;
        if (!whole)
            rmdir("root");
    }
    if (!whole && root_from_parts(b, e) < 0)
        goto out;
    if (whole && carry_mounts(b, mounts, mount_count, e) < 0)
        goto out;
    if (fresh_tmpfs(b, "/tmp", "mode=1777", e) < 0 || fresh_tmpfs(b, "/run", "mode=0755", e) < 0)
        goto out;
    if (b->scratch) {
        char from[64], target[PATH_MAX];
        snprintf(from, sizeof from, "/proc/self/fd/%d", scratch);
        if (!join(target, sizeof target, b->root, b->scratch) || make_directories(target) < 0 ||
            mount(from, target, NULL, MS_BIND, NULL) < 0) {
            error_errno(e, errno, "the scratch directory %s could not be taken into the container",
                        b->scratch);
            goto out;
        }
    }
    failed = take_agent(b, e);
out:
    for (size_t i = 0; i < mount_count; i++)
        free(mounts[i]);
    if (scratch >= 0)
        close(scratch);
    return failed;
}

int rootfs_private_run(const struct box *b, struct error *e)
{
    /* Our directory may lie in /run itself and comes along. */
    char from[64];
    int keep = open(b->directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int failed = keep < 0 ||
                 mount("vmtax", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=4m") < 0;
    snprintf(from, sizeof from, "/proc/self/fd/%d", keep);
    if (!failed && !strncmp(b->directory, "/run/", 5))
        failed = make_directories(b->directory) < 0 ||
                 mount(from, b->directory, NULL, MS_BIND | MS_REC, NULL) < 0;
    int cause = errno;
    if (keep >= 0)
        close(keep);
    return failed ? error_errno(e, cause, "no private /run for liblxc") : 0;
}

int rootfs_devices(const struct box *b, struct error *e)
{
    static const char *const devices[] = {"/dev/null",   "/dev/zero",    "/dev/full",
                                          "/dev/random", "/dev/urandom", "/dev/tty"};
    static const struct {
        const char *name, *to;
    } links[] = {{"/dev/fd", "/proc/self/fd"},
                 {"/dev/stdin", "/proc/self/fd/0"},
                 {"/dev/stdout", "/proc/self/fd/1"},
                 {"/dev/stderr", "/proc/self/fd/2"},
                 {"/dev/ptmx", "pts/ptmx"}};
    char target[PATH_MAX];
    if (fresh_tmpfs(b, "/dev", "mode=0755,size=1m", e) < 0 ||
        fresh_tmpfs(b, "/dev/shm", "mode=1777", e) < 0)
        return -1;
    for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++)
        if (!join(target, sizeof target, b->root, devices[i]) || touch(target) < 0 ||
            mount(devices[i], target, NULL, MS_BIND, NULL) < 0)
            return error_errno(e, errno, "%s of the container could not be made", devices[i]);
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
        if (!join(target, sizeof target, b->root, links[i].name) ||
            symlink(links[i].to, target) < 0)
            return error_errno(e, errno, "%s of the container could not be made", links[i].name);
    if (!join(target, sizeof target, b->root, "/dev/pts") || mkdir(target, 0755) < 0)
        return error_errno(e, errno, "/dev/pts of the container could not be made");
    /* Without pseudo terminals a container still measures. */
    (void)mount("devpts", target, "devpts", MS_NOSUID | MS_NOEXEC,
                "newinstance,ptmxmode=0666,mode=0620");
    return 0;
}
