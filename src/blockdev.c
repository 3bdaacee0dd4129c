#include <config.h>

#include "blockdev.h"

#include "mountinfo.h"
#include "text.h"
#include "workloads/catalog.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define SECTOR_BYTES 512 /* of these counters, whatever the device's own are */
/* A device that moved less than this share of what was claimed did not move the rest. */
#define MOVED_SHARE 0.5

/* Has the device of this number counters? */
static bool take(struct blockdev *b, dev_t number)
{
    char link[48], target[512];
    snprintf(link, sizeof link, "/sys/dev/block/%u:%u", major(number), minor(number));
    snprintf(b->stat, sizeof b->stat, "%s/stat", link);
    ssize_t n = readlink(link, target, sizeof target - 1);
    if (n <= 0 || access(b->stat, R_OK) < 0) {
        b->stat[0] = '\0';
        return false;
    }
    target[n] = '\0';
    const char *slash = strrchr(target, '/');
    text_clean(b->name, sizeof b->name, slash ? slash + 1 : target);
    return true;
}

/* File systems that span devices (btrfs) have a number of their own; the device that they were
 * mounted from stands in the list of mounts. False if there is no such one. */
static bool mounted_from(dev_t number, char *out, size_t size)
{
    struct mountinfo m;
    struct mount_entry mount;
    bool found = false;
    if (!mountinfo_open(&m, NULL))
        return false;
    while (!found && mountinfo_next(&m, &mount))
        found = makedev(mount.major, mount.minor) == number && mount.source[0] == '/' &&
                text_copy(out, size, mount.source);
    mountinfo_close(&m);
    return found;
}

int blockdev_find(struct blockdev *b, const char *path, struct error *e)
{
    struct stat st;
    char source[512];
    *b = (struct blockdev){.stat = ""};
    if (stat(path, &st) < 0)
        return error_errno(e, errno, "%s", path);
    if (take(b, st.st_dev))
        return 0;
    if (mounted_from(st.st_dev, source, sizeof source) && stat(source, &st) == 0 &&
        S_ISBLK(st.st_mode) && take(b, st.st_rdev))
        return 0;
    return error_set(e, ERROR_SYSTEM,
                     "the device below %s does not tell what it moves: disk rows are not audited "
                     "for caches; name a directory on a plain disk with --scratch",
                     path);
}

bool blockdev_parse(const char *text, struct counters *out)
{
    uint64_t read, written;
    if (sscanf(text, "%*u %*u %" SCNu64 " %*u %*u %*u %" SCNu64, &read, &written) != 2 ||
        read > COUNTER_VALUE_MAX / SECTOR_BYTES || written > COUNTER_VALUE_MAX / SECTOR_BYTES)
        return false;
    counters_add(out, COUNTER_DISK_READ, read * SECTOR_BYTES);
    counters_add(out, COUNTER_DISK_WRITTEN, written * SECTOR_BYTES);
    return true;
}

void blockdev_count(const struct blockdev *b, struct counters *out)
{
    char line[512];
    FILE *file = b->stat[0] ? fopen(b->stat, "re") : NULL;
    if (file && fgets(line, sizeof line, file))
        blockdev_parse(line, out);
    if (file)
        fclose(file);
}

/* The first line of a file of the device, which for a partition is one of the disk's. */
static bool read_attribute(const struct blockdev *b, const char *name, char *out, size_t size)
{
    static const char *const places[] = {"", "/.."};
    size_t length = strlen(b->stat);
    for (size_t i = 0; length && i < sizeof places / sizeof *places; i++) {
        char path[128];
        snprintf(path, sizeof path, "%.*s%s/%s", (int)(length - strlen("/stat")), b->stat,
                 places[i], name);
        FILE *file = fopen(path, "re");
        bool read = file && fgets(out, (int)size, file);
        if (file)
            fclose(file);
        if (read) {
            out[strcspn(out, "\n")] = '\0';
            return out[0];
        }
    }
    return false;
}

bool blockdev_scheduler(const struct blockdev *b, char *out, size_t size)
{
    char line[256];
    if (!read_attribute(b, "queue/scheduler", line, sizeof line))
        return false;
    const char *chosen = text_chosen(line);
    text_clean(out, size, chosen ? chosen : line);
    return true;
}

bool blockdev_sparse(const struct blockdev *b, char *out, size_t size)
{
    char path[4096];
    struct stat st;
    if (!read_attribute(b, "loop/backing_file", path, sizeof path) || stat(path, &st) < 0 ||
        !S_ISREG(st.st_mode) || (uint64_t)st.st_blocks * 512 >= (uint64_t)st.st_size)
        return false;
    text_clean(out, size, path);
    return true;
}

bool blockdev_cached(unsigned moves, double claimed, const struct counters *moved)
{
    static const struct {
        unsigned move;
        enum counter counter;
    } ways[] = {{DISK_READS, COUNTER_DISK_READ}, {DISK_WRITES, COUNTER_DISK_WRITTEN}};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        if ((moves & ways[i].move) && counters_have(moved, ways[i].counter) &&
            (double)moved->value[ways[i].counter] < MOVED_SHARE * claimed)
            return true;
    return false;
}
