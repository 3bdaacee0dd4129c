/* cache.h - files that are made once and can be made again: unpacked kernels, initramfs.
 *
 * An entry is DIRECTORY/FAMILY-KEY-SIZE-SUM. The key says what it was made from; size and sum (of
 * every byte, against crashes and half-restored disks, not against an enemy: the directory is
 * private) say that it is whole. So one rename is all that makes an entry valid, and a damaged one
 * is noticed, removed, and made anew. The directory is private, the files are not: who is given one
 * open, such as a QEMU without rights, can open it again. */
#ifndef VMTAX_CACHE_H
#define VMTAX_CACHE_H

#include "error.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#define CACHE_KEEP 4 /* entries of a family that stay */

/* $XDG_CACHE_HOME/vmtax, or ~/.cache/vmtax; made if missing, 0700. One that belongs to somebody
 * else, or in which others may write, is refused with what to do. */
int cache_directory(char *out, size_t size, struct error *e);

/* A key of text that names everything the entry depends on: 24 hexadecimal digits and NUL. */
#define CACHE_KEY_SIZE 25
void cache_key(const char *text, char key[CACHE_KEY_SIZE]);

/* Is there a whole entry? Its path goes to out, and it counts as just used. Damaged ones are
 * removed. family: lower-case letters. */
bool cache_find(const char *directory, const char *family, const char *key, char *out, size_t size);

/* A new entry: begin, write to fd, then commit or abort (which close fd). commit syncs, renames,
 * removes the entries of the family that were not used for the longest (CACHE_KEEP stay), and gives
 * the path; on failure nothing is left. */
struct cache_writer {
    int fd;
    char directory[PATH_MAX];
    char temporary[PATH_MAX];
};
int cache_begin(struct cache_writer *w, const char *directory, struct error *e);
int cache_write(struct cache_writer *w, const void *data, size_t size, struct error *e);
int cache_commit(struct cache_writer *w, const char *family, const char *key, char *out,
                 size_t size, struct error *e);
void cache_abort(struct cache_writer *w);

#endif
