/* datafile.h - the file that disk workloads read and write, and whose every byte they check.
 *
 * Data are incompressible and no two blocks are equal, or a file system that compresses or shares
 * blocks would be measured instead: records are taken in turn from a pool of at least 1 MiB of
 * pseudo-random bytes (of 256 KiB, where the file is no larger than that and not flushed: a core's
 * own caches hold such a file, and are to hold what it is written from), and the first eight bytes
 * of every 4 KiB (of every record, if it is smaller) are a stamp that says which part of the file,
 * in which pass, this is. Stamping is one store for 4 KiB of copying. Reading checks the stamps as
 * the data arrive; after a slot the whole file is read back, from the device if the system lets go
 * of its pages, and compared byte by byte.
 *
 * Between slots the file's own clean pages are given up, but those of a file that is written and
 * never flushed (sync=none, direct=no): that would begin to write it. Where vmtax says that the
 * kernel is the target's own, all clean pages of it are, as far as the kernel lets us; natively and
 * in a container that would be the host's page cache, which is not ours.
 *
 * A workload's state begins with a struct datafile, and its row has these four parameters first. */
#ifndef VMTAX_DATAFILE_H
#define VMTAX_DATAFILE_H

#include "workloads/workload.h"

#include <signal.h>

#define DATAFILE_NAME "vmtax-file" /* in the scratch directory */

enum { DATAFILE_SIZE, DATAFILE_RECORD, DATAFILE_SYNC, DATAFILE_DIRECT };

struct datafile {
    int directory, fd; /* fd -1: closed */
    bool exists;
    bool direct;             /* of the next open */
    struct sigaction action; /* of SIGXFSZ, valid if ignoring */
    bool ignoring;
    uint64_t size, record, stamp; /* bytes */
    uint64_t pool_bytes;
    unsigned char *pool;   /* whole records */
    unsigned char *buffer; /* one record, for reading */
    uint64_t pass;         /* stamps of what the file holds now */
    unsigned char *older;  /* records that still hold the pass before; NULL: none */
    bool marked;           /* the eight bytes after a record's first stamp may be anything */
    bool own_kernel;       /* all of its page cache is ours to drop */
};

/* Make state of so many bytes for w, beginning with a struct datafile; check parameters, directory
 * and free space. -1 with a sentence. */
int datafile_prepare(struct work *w, size_t state_bytes);
/* Write the file once, flushed, so that its blocks are where they will be. */
int datafile_fill(struct work *w);
/* Read all of it back and compare. The file is closed before and after. */
int datafile_check(struct work *w);
/* Everything is gone afterwards, the state too. Nothing if there is none. */
void datafile_release(struct work *w);
/* For O_DIRECT, in huge pages where the kernel gives them: of pages that lie scattered a device is
 * told one by one, and would be up to a third slower by chance of where they lie. NULL: none
 * left. */
void *datafile_memory(uint64_t bytes);
void datafile_memory_free(void *p, uint64_t bytes); /* as many; NULL: nothing */

/* Timed. Those that can fail return -1 with a sentence. */
int datafile_open(struct work *w, int flags);
int datafile_close(struct work *w);
/* The file anew: the last one is removed, the next pass begins. */
int datafile_create(struct work *w);
/* A whole record from or to the file's position by SYS_read or SYS_write; a file system may take or
 * give it in parts, and end of file is an error. */
int datafile_transfer(struct work *w, long call, unsigned char *data);
/* Position at a byte of the file. */
int datafile_seek(struct work *w, uint64_t offset);
int datafile_flush(struct work *w);
/* The record for this place in the file, stamped with the current pass. */
unsigned char *datafile_stamped(struct datafile *s, uint64_t offset);
/* Do the stamps of the record in the buffer say this place and this pass? */
int datafile_stamps(struct work *w, uint64_t offset, uint64_t pass);

#endif
