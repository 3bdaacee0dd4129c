/* dropped.h - what a target gave up of its kernel's page cache after a slot. What was written and
 * not flushed stays: giving it up would begin to write what nobody wanted flushed. */
#ifndef VMTAX_DROPPED_H
#define VMTAX_DROPPED_H

#include <stddef.h>

enum dropped {
    DROPPED_UNKNOWN, /* of a result that does not tell; of a workload without a file */
    DROPPED_NOTHING, /* the workload has no file, or keeps it in the cache */
    DROPPED_FILE,    /* its file's clean pages: the rest was not asked for, or not allowed */
    DROPPED_ALL,     /* all clean pages are gone */
    DROPPED_COUNT,
};

/* "unknown", "nothing", "file", "all"; NULL for any other. */
const char *dropped_name(size_t dropped);

#endif
