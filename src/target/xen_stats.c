#include "config.h"

#include "target/xen_stats.h"

#include "target/threads.h"
#include "target/xenstat.h"
#include "text.h"
#include "xalloc.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SERVANTS_MAX 64
#define COMMAND_MAX  8192
#define SECTOR_BYTES 512 /* whatever the disk's are (drivers/block/xen-blkback) */

struct xen_stats {
    const char *root;
    unsigned domain;
    struct xenstat *hypervisor; /* NULL: not known */
    struct threads *servants[SERVANTS_MAX];
    size_t servant_count;
    bool looked;
};

/* The bytes of a file, and a zero; 0: there is none. */
static size_t slurp(const struct xen_stats *s, const char *path, char *out, size_t size)
{
    char full[PATH_MAX];
    int n = snprintf(full, sizeof full, "%s%s", s->root, path);
    int fd = n > 0 && n < (int)sizeof full ? open(full, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t got = fd >= 0 ? read(fd, out, size - 1) : -1;
    if (fd >= 0)
        close(fd);
    out[got > 0 ? got : 0] = '\0';
    return got > 0 ? (size_t)got : 0;
}

static DIR *open_below(const struct xen_stats *s, const char *path)
{
    char full[PATH_MAX];
    int n = snprintf(full, sizeof full, "%s%s", s->root, path);
    return n > 0 && n < (int)sizeof full ? opendir(full) : NULL;
}

/* --- who serves it ------------------------------------------------------------------------------
 */

/* "-xen-domid" and the number among the words of a command. */
static bool is_device_model(const char *words, size_t size, const char *number)
{
    for (size_t at = 0; at < size; at += strlen(words + at) + 1)
        if (strcmp(words + at, "-xen-domid") == 0) {
            at += strlen(words + at) + 1;
            return at < size && strcmp(words + at, number) == 0;
        }
    return false;
}

/* "vif7.0-q0-guest-rx", "blkback.7.xvda-0", "7.xvda-0" as of older kernels. Only a kernel's thread
 * may have the name: those have no command. */
static bool is_backend(const char *name, unsigned domain)
{
    char prefix[3][32];
    snprintf(prefix[0], sizeof prefix[0], "vif%u.", domain);
    snprintf(prefix[1], sizeof prefix[1], "blkback.%u.", domain);
    snprintf(prefix[2], sizeof prefix[2], "%u.xvd", domain);
    for (size_t i = 0; i < 3; i++)
        if (strncmp(name, prefix[i], strlen(prefix[i])) == 0)
            return true;
    return false;
}

static bool serves(const struct xen_stats *s, const char *pid, char command[COMMAND_MAX])
{
    char path[300], number[16];
    snprintf(path, sizeof path, "/proc/%.200s/cmdline", pid);
    size_t size = slurp(s, path, command, COMMAND_MAX);
    snprintf(number, sizeof number, "%u", s->domain);
    if (size > 0)
        return is_device_model(command, size, number);
    snprintf(path, sizeof path, "/proc/%.200s/comm", pid);
    return slurp(s, path, command, COMMAND_MAX) > 0 && is_backend(command, s->domain);
}

/* At the first reading: the backends' threads begin when the domain takes up its devices. */
static void find_servants(struct xen_stats *s)
{
    s->looked = true;
    char *command = xcalloc(1, COMMAND_MAX);
    DIR *processes = open_below(s, "/proc");
    for (struct dirent *d; processes && (d = readdir(processes)) != NULL;) {
        uint64_t pid;
        if (text_u64(d->d_name, INT_MAX, &pid) && s->servant_count < SERVANTS_MAX &&
            serves(s, d->d_name, command))
            s->servants[s->servant_count++] = threads_new((pid_t)pid, NULL, 0);
    }
    if (processes)
        closedir(processes);
    free(command);
}

struct xen_stats *xen_stats_new(const char *root, unsigned domain, const char *version)
{
    struct xen_stats *s = xcalloc(1, sizeof *s);
    s->root = root;
    s->domain = domain;
    s->hypervisor = *root ? NULL : xenstat_open(version);
    return s;
}

void xen_stats_free(struct xen_stats *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->servant_count; i++)
        threads_free(s->servants[i]);
    xenstat_close(s->hypervisor);
    free(s);
}

/* --- counting -----------------------------------------------------------------------------------
 */

/* All or none: a sum over some of them would be of another kind in the next reading. */
static void count_servants(struct xen_stats *s, struct counters *out)
{
    uint64_t sum = 0;
    if (!s->looked)
        find_servants(s);
    for (size_t i = 0; i < s->servant_count; i++) {
        struct counters one = {0};
        struct error e;
        if (threads_read(s->servants[i], &one, &e) < 0)
            return;
        sum += one.value[COUNTER_VMM_CPU];
    }
    if (s->servant_count > 0)
        counters_add(out, COUNTER_VMM_CPU, sum);
}

static bool read_number(const struct xen_stats *s, const char *directory, const char *name,
                        const char *file, uint64_t *out)
{
    char path[600], text[32];
    snprintf(path, sizeof path, "%s/%.255s/statistics/%s", directory, name, file);
    slurp(s, path, text, sizeof text);
    text[strcspn(text, "\n")] = '\0';
    return text_u64(text, COUNTER_VALUE_MAX, out);
}

/* What is told of each device of a directory whose name begins so: two numbers, in unit bytes. */
static void count_devices(const struct xen_stats *s, const char *directory, const char *prefix,
                          const char *const files[2], const enum counter counters[2], uint64_t unit,
                          struct counters *out)
{
    DIR *devices = open_below(s, directory);
    for (struct dirent *d; devices && (d = readdir(devices)) != NULL;)
        for (size_t i = 0; i < 2 && strncmp(d->d_name, prefix, strlen(prefix)) == 0; i++) {
            uint64_t value;
            if (read_number(s, directory, d->d_name, files[i], &value) &&
                value <= COUNTER_VALUE_MAX / unit)
                counters_add(out, counters[i], value * unit);
        }
    if (devices)
        closedir(devices);
}

bool xen_stats_look(struct xen_stats *s, uint64_t *cpu_ns, bool *paused)
{
    return s->hypervisor && xenstat_look(s->hypervisor, s->domain, cpu_ns, paused);
}

void xen_stats_count(struct xen_stats *s, struct counters *out)
{
    /* What dom0's side of a network sends, the domain receives. */
    static const char *const net_files[] = {"tx_bytes", "rx_bytes"};
    static const enum counter net[] = {COUNTER_NET_RECEIVED, COUNTER_NET_SENT};
    static const char *const disk_files[] = {"rd_sect", "wr_sect"};
    static const enum counter disk[] = {COUNTER_VDISK_READ, COUNTER_VDISK_WRITTEN};
    char prefix[32];
    count_servants(s, out);
    snprintf(prefix, sizeof prefix, "vif%u.", s->domain);
    count_devices(s, "/sys/class/net", prefix, net_files, net, 1, out);
    snprintf(prefix, sizeof prefix, "vbd-%u-", s->domain);
    count_devices(s, "/sys/bus/xen-backend/devices", prefix, disk_files, disk, SECTOR_BYTES, out);
}
