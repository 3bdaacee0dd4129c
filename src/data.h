/* data.h - files that belong to the program: the paper's figures, the example of a recording. */
#ifndef VMTAX_DATA_H
#define VMTAX_DATA_H

#include "error.h"

#include <stddef.h>

/* Where the file of that name is: in $VMTAX_DATADIR where that is an absolute path, in data/ of the
 * sources that the running program was built in, or where it was installed. -1 with a sentence. */
int data_find(const char *name, char *path, size_t size, struct error *e);

#endif
