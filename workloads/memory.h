/* memory.h - the arrays of the memory kernels.
 *
 * Pages are as the system gives them to any program that asks: no huge pages are requested or
 * refused, because how a target's memory is mapped is part of what it costs. All pages exist before
 * the first slot. */
#ifndef VMTAX_MEMORY_H
#define VMTAX_MEMORY_H

#include "workloads/workload.h"

/* Zeroed, populated, page-aligned memory; NULL with a sentence in w->error. */
void *memory_map(struct work *w, size_t bytes);
void memory_unmap(void *p, size_t bytes); /* nothing for NULL */

#endif
