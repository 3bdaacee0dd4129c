#include <config.h>

#include "workloads/agent/guest.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define HOST_FILES "/host"
#define LAYER      "/layer"
#define NEW_ROOT   "/root"

/* The whole root is read-only for everybody, so the cache never has to ask again. */
#define HOST_FILES_OPTIONS "version=9p2000.L,access=any,msize=512000,cache=loose,trans="
/* Devices of Xen are connected some time after their drivers are there. */
#define CONNECT_S 10.0

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void pause_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

struct a_mount {
    const char *what, *where, *type, *options;
    unsigned long flags;
    bool needed;
};

static int mount_all(const struct a_mount *list, const char *below, struct error *e)
{
    for (const struct a_mount *m = list; m->where; m++) {
        char where[64];
        snprintf(where, sizeof where, "%s%s", below, m->where);
        mkdir(where, 0755);
        if (mount(m->what, where, m->type, m->flags, m->options) < 0 && m->needed)
            return error_errno(e, errno, "%s could not be mounted on %s", m->type, where);
    }
    return 0;
}

int guest_mount_kernel(struct error *e)
{
    static const struct a_mount list[] = {
        {"proc", "/proc", "proc", NULL, 0, true},
        {"sysfs", "/sys", "sysfs", NULL, 0, true},
        {"devtmpfs", "/dev", "devtmpfs", NULL, 0, true},
        {0},
    };
    return mount_all(list, "", e);
}

/* --- modules ------------------------------------------------------------------------------------
 */

/* 0 or an errno. */
static int insert(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    int cause = syscall(SYS_finit_module, fd, "", 0) < 0 ? errno : 0;
    close(fd);
    return cause;
}

/* The module's signature to its end, where it was before (src/target/initramfs.c). */
static bool sign_again(const char *path, const char *name)
{
    char signature[320], bytes[4096];
    snprintf(signature, sizeof signature, "/signatures/%s", name);
    int from = open(signature, O_RDONLY | O_CLOEXEC);
    int to = from >= 0 ? open(path, O_WRONLY | O_APPEND | O_CLOEXEC) : -1;
    bool good = to >= 0;
    ssize_t n = 0;
    while (good && (n = read(from, bytes, sizeof bytes)) > 0)
        good = write(to, bytes, (size_t)n) == n;
    if (from >= 0)
        close(from);
    if (to >= 0)
        close(to);
    return good && n == 0;
}

static int load_module(const char *name, struct error *e)
{
    char path[320];
    snprintf(path, sizeof path, "/modules/%s", name);
    int cause = insert(path);
    /* A kernel that insists on signatures, or is locked down. */
    if ((cause == EKEYREJECTED || cause == EPERM) && sign_again(path, name))
        cause = insert(path);
    /* There already, or (ENODEV: a processor's or a device's driver) nothing to do here. */
    if (cause && cause != EEXIST && cause != ENODEV)
        return error_errno(e, cause, "the kernel does not take the module %s", path);
    unlink(path);
    return 0;
}

static int not_hidden(const struct dirent *d)
{
    return d->d_name[0] != '.';
}

int guest_load_modules(struct error *e)
{
    struct dirent **list;
    int n = scandir("/modules", &list, not_hidden, alphasort);
    if (n < 0)
        return errno == ENOENT ? 0 : error_errno(e, errno, "/modules");
    int rc = 0;
    for (int i = 0; i < n; i++) {
        if (rc == 0)
            rc = load_module(list[i]->d_name, e);
        free(list[i]);
    }
    free(list);
    return rc;
}

/* --- the port -----------------------------------------------------------------------------------
 */

/* First line of a small file, without its end. */
static bool first_line(const char *path, char *out, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, out, size - 1) : -1;
    if (fd >= 0)
        close(fd);
    out[n > 0 ? n : 0] = '\0';
    out[strcspn(out, "\n")] = '\0';
    return n > 0;
}

/* The first entry of a directory whose file of that name holds value. */
static bool find_by_file(const char *directory, const char *file, const char *value, char *out,
                         size_t size)
{
    DIR *d = opendir(directory);
    bool found = false;
    for (struct dirent *at; d && !found && (at = readdir(d)) != NULL;) {
        char path[600], line[128];
        if (at->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s/%s", directory, at->d_name, file);
        if (first_line(path, line, sizeof line) && strcmp(line, value) == 0)
            found = snprintf(out, size, "%s", at->d_name) < (int)size;
    }
    if (d)
        closedir(d);
    return found;
}

int guest_open_port(const char *name, double seconds, struct error *e)
{
    char device[64], path[80];
    double until = now_s() + seconds;
    int fd = -1;
    while (fd < 0) {
        if (find_by_file("/sys/class/virtio-ports", "name", name, device, sizeof device)) {
            snprintf(path, sizeof path, "/dev/%s", device);
            fd = open(path, O_RDWR | O_CLOEXEC);
        }
        if (fd < 0 && now_s() > until)
            return error_set(e, ERROR_SYSTEM, "there is no virtio-serial port named %s", name);
        if (fd < 0)
            pause_ms(2);
    }
    /* A port whose other end is not connected reads as ended. */
    for (;;) {
        struct pollfd p = {.fd = fd, .events = POLLOUT};
        if (poll(&p, 1, 0) >= 0 && !(p.revents & POLLHUP))
            return fd;
        if (now_s() > until) {
            close(fd);
            return error_set(e, ERROR_SYSTEM, "nobody is connected to the port %s", name);
        }
        pause_ms(2);
    }
}

/* Xen's consoles: hvc0 is the kernel's, the channel is the last of the others. Their number is that
 * of their devices, but for the kernel's own, which is none: which one that is depends on the
 * version of libxl (src/target/xl_config.c). */
static int count_channels(void)
{
    DIR *d = opendir("/sys/bus/xen/devices");
    int count = 0;
    for (struct dirent *at; d && (at = readdir(d)) != NULL;)
        count += strncmp(at->d_name, "console-", 8) == 0;
    if (d)
        closedir(d);
    return count;
}

int guest_open_channel(double seconds, struct error *e)
{
    char path[32];
    for (double until = now_s() + seconds;; pause_ms(5)) {
        int count = count_channels(), fd = -1;
        snprintf(path, sizeof path, "/dev/hvc%d", count);
        if (count > 0)
            fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
        struct termios raw;
        if (fd >= 0 && tcgetattr(fd, &raw) == 0) {
            cfmakeraw(&raw);
            if (tcsetattr(fd, TCSANOW, &raw) == 0)
                return fd;
        }
        if (fd >= 0)
            close(fd);
        if (now_s() > until)
            return error_set(e, ERROR_SYSTEM, "there is no channel of Xen");
    }
}

/* --- root ---------------------------------------------------------------------------------------
 */

static const struct a_mount guest_file_systems[] = {
    {"proc", "/proc", "proc", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC, true},
    {"sysfs", "/sys", "sysfs", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC, true},
    {"devtmpfs", "/dev", "devtmpfs", NULL, MS_NOSUID, true},
    {"devpts", "/dev/pts", "devpts", "newinstance,ptmxmode=0666,mode=0620,gid=5", MS_NOSUID, true},
    {"tmpfs", "/dev/shm", "tmpfs", "mode=1777", MS_NOSUID | MS_NODEV, true},
    {"tmpfs", "/run", "tmpfs", "mode=0755", MS_NOSUID | MS_NODEV, true},
    {"tmpfs", "/tmp", "tmpfs", "mode=1777", MS_NOSUID | MS_NODEV, true},
    {"cgroup2", "/sys/fs/cgroup", "cgroup2", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC, false},
    {0},
};

static void make_links(void)
{
    static const struct {
        const char *to, *at;
    } links[] = {
        {"/proc/self/fd", NEW_ROOT "/dev/fd"},       {"/proc/self/fd/0", NEW_ROOT "/dev/stdin"},
        {"/proc/self/fd/1", NEW_ROOT "/dev/stdout"}, {"/proc/self/fd/2", NEW_ROOT "/dev/stderr"},
        {"pts/ptmx", NEW_ROOT "/dev/ptmx"},
    };
    unlink(NEW_ROOT "/dev/ptmx");
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
        if (symlink(links[i].to, links[i].at) < 0 && errno != EEXIST)
            continue; /* convenience; what needs them will say so */
}

static int mount_host_files(const struct boot *b)
{
    char options[128];
    snprintf(options, sizeof options, HOST_FILES_OPTIONS "%s", b->xen ? "xen" : "virtio");
    double until = b->xen ? now_s() + CONNECT_S : 0;
    while (mount(b->root, HOST_FILES, "9p", MS_RDONLY, options) < 0) {
        if (errno != ENOENT || now_s() > until)
            return -1;
        pause_ms(5);
    }
    return 0;
}

int guest_enter_root(const struct boot *b, struct error *e)
{
    mkdir(HOST_FILES, 0755);
    mkdir(LAYER, 0755);
    mkdir(NEW_ROOT, 0755);
    if (mount_host_files(b) < 0)
        return error_errno(e, errno, "the host's files could not be mounted (9p, tag %s)", b->root);
    if (mount("tmpfs", LAYER, "tmpfs", 0, "mode=0755") < 0 || mkdir(LAYER "/upper", 0755) < 0 ||
        mkdir(LAYER "/work", 0755) < 0)
        return error_errno(e, errno, "the writable layer could not be made");
    if (mount("overlay", NEW_ROOT, "overlay", 0,
              "lowerdir=" HOST_FILES ",upperdir=" LAYER "/upper,workdir=" LAYER
              "/work,index=off,metacopy=off") < 0)
        return error_errno(e, errno, "the writable layer could not be laid over the host's files");
    if (mount_all(guest_file_systems, NEW_ROOT, e) < 0)
        return -1;
    mkdir(NEW_ROOT GUEST_PAYLOADS, 0755);
    if (mount("/payloads", NEW_ROOT GUEST_PAYLOADS, NULL, MS_BIND, NULL) < 0)
        return error_errno(e, errno, "the programs of the agent could not be mounted on %s",
                           GUEST_PAYLOADS);
    make_links();
    if (chdir(NEW_ROOT) < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0 ||
        chdir("/") < 0)
        return error_errno(e, errno, "the new root could not be entered");
    umask(022);
    sethostname("vmtax", 5);
    return 0;
}

/* --- network ------------------------------------------------------------------------------------
 */

static int set_address(int fd, const char *name, unsigned long request, const char *address)
{
    struct ifreq r = {0};
    struct sockaddr_in in = {.sin_family = AF_INET};
    snprintf(r.ifr_name, sizeof r.ifr_name, "%s", name);
    if (inet_pton(AF_INET, address, &in.sin_addr) != 1) {
        errno = EINVAL;
        return -1;
    }
    memcpy(&r.ifr_addr, &in, sizeof in);
    return ioctl(fd, request, &r);
}

static int bring_up(int fd, const char *name)
{
    struct ifreq r = {0};
    snprintf(r.ifr_name, sizeof r.ifr_name, "%s", name);
    if (ioctl(fd, SIOCGIFFLAGS, &r) < 0)
        return -1;
    r.ifr_flags = (short)(r.ifr_flags | IFF_UP);
    return ioctl(fd, SIOCSIFFLAGS, &r);
}

static int default_route(int fd, const char *gateway)
{
    struct rtentry r = {.rt_flags = RTF_UP | RTF_GATEWAY};
    struct sockaddr_in to = {.sin_family = AF_INET}, any = {.sin_family = AF_INET};
    if (inet_pton(AF_INET, gateway, &to.sin_addr) != 1) {
        errno = EINVAL;
        return -1;
    }
    memcpy(&r.rt_gateway, &to, sizeof to);
    memcpy(&r.rt_dst, &any, sizeof any);
    memcpy(&r.rt_genmask, &any, sizeof any);
    return ioctl(fd, SIOCADDRT, &r);
}

/* The first interface that is not loopback, whatever the kernel called it. */
static bool find_interface(char *out, size_t size)
{
    struct if_nameindex *list = if_nameindex();
    bool found = false;
    for (struct if_nameindex *at = list; at && at->if_name && !found; at++)
        if (strcmp(at->if_name, "lo") != 0)
            found = snprintf(out, size, "%s", at->if_name) < (int)size;
    if_freenameindex(list);
    return found;
}

int guest_set_up_network(const struct boot *b, struct error *e)
{
    char name[IFNAMSIZ], mask[16];
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), rc = 0;
    if (fd < 0)
        return error_errno(e, errno, "no socket to set up the network with");
    if (bring_up(fd, "lo") < 0)
        rc = error_errno(e, errno, "loopback could not be brought up");
    if (rc == 0 && b->address[0]) {
        struct in_addr bits = {.s_addr = htonl(b->prefix ? ~UINT32_C(0) << (32 - b->prefix) : 0)};
        inet_ntop(AF_INET, &bits, mask, sizeof mask);
        bool found = find_interface(name, sizeof name);
        for (double until = now_s() + CONNECT_S; b->xen && !found && now_s() < until;) {
            pause_ms(5);
            found = find_interface(name, sizeof name);
        }
        if (!found)
            rc = error_set(e, ERROR_SYSTEM, "there is no network interface");
        else if (set_address(fd, name, SIOCSIFADDR, b->address) < 0 ||
                 set_address(fd, name, SIOCSIFNETMASK, mask) < 0 || bring_up(fd, name) < 0 ||
                 (b->gateway[0] && default_route(fd, b->gateway) < 0))
            rc = error_errno(e, errno, "%s could not be set up", name);
    }
    close(fd);
    return rc;
}

/* --- scratch disk -------------------------------------------------------------------------------
 */

/* The host serves its files as a user without rights, so what only root may enter there stays shut
 * to this root, too. Such a directory is covered by an empty one. */
static int make_directories(const char *path)
{
    char part[sizeof((struct boot *)0)->scratch], parent[sizeof part] = "/";
    for (size_t i = 1; path[i - 1]; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        snprintf(part, sizeof part, "%.*s", (int)i, path);
        int rc = mkdir(part, 0755);
        if (rc < 0 && errno == EACCES &&
            mount("vmtax", parent, "tmpfs", MS_NODEV, "size=64k,mode=0755") == 0)
            rc = mkdir(part, 0755);
        if (rc < 0 && errno != EEXIST)
            return -1;
        memcpy(parent, part, sizeof parent);
    }
    return 0;
}

int guest_mount_scratch(const struct boot *b, struct error *e)
{
    static const char *const disks[] = {"/dev/vda", "/dev/sda", "/dev/xvda"};
    if (!b->scratch[0])
        return 0;
    const char *disk = NULL;
    for (double until = now_s() + 5; !disk && now_s() < until;) {
        for (size_t i = 0; i < sizeof disks / sizeof disks[0] && !disk; i++)
            disk = access(disks[i], F_OK) == 0 ? disks[i] : NULL;
        if (!disk)
            pause_ms(5);
    }
    if (!disk)
        return error_set(e, ERROR_SYSTEM, "there is no scratch disk");
    if (make_directories(b->scratch) < 0)
        return error_errno(e, errno, "%s could not be made", b->scratch);
    if (mount(disk, b->scratch, "ext4", MS_NOATIME, NULL) < 0)
        return error_errno(e, errno, "the scratch disk %s could not be mounted", disk);
    return 0;
}
