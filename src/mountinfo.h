/* mountinfo.h - the mounts that a process sees, in the kernel's order: /proc/PID/mountinfo. */
#ifndef VMTAX_MOUNTINFO_H
#define VMTAX_MOUNTINFO_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

struct mount_entry {
    unsigned major, minor;
    char root[PATH_MAX];   /* what of the file system is mounted */
    char point[PATH_MAX];  /* where */
    char source[PATH_MAX]; /* a device's path, or a word */
    char type[64];
    char options[512]; /* the file system's own; cut where they are longer */
};

struct mountinfo {
    FILE *file;
    char *line;
    size_t size;
};

/* path NULL: those of this process. False if it cannot be read; then there is no entry, and nothing
 * to close. */
bool mountinfo_open(struct mountinfo *m, const char *path);
/* The next one that can be understood; paths as they are, without the kernel's escapes. */
bool mountinfo_next(struct mountinfo *m, struct mount_entry *out);
void mountinfo_close(struct mountinfo *m);

#endif
