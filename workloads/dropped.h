/* dropped.h - what became of the page cache of a target's kernel after a slot, beyond the pages of
 * the workload's own file, which are always given up. */
#ifndef VMTAX_DROPPED_H
#define VMTAX_DROPPED_H

enum dropped {
    DROPPED_UNASKED, /* it is not the target's alone, or the workload has no file */
    DROPPED_REFUSED, /* the kernel did not let the agent */
    DROPPED_ALL,     /* all clean pages are gone */
};

#endif
