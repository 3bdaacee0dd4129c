/* written.h - did all that a stream was given get where it goes, and if not, why not? */
#ifndef VMTAX_WRITTEN_H
#define VMTAX_WRITTEN_H

#include <stdio.h>

/* Writes what still waits. 0: all of it is written; else the errno of what keeps it from there,
 * also where an earlier write failed and what came after it had nothing left to write. */
int written_flush(FILE *out);

#endif
