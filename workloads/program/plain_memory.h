/* plain_memory.h - memset, memmove and memcpy as plain loops, for timed code of a library that was
 * compiled elsewhere and would call the C library's, which are chosen by processor. What they do is
 * what the C standard says of their namesakes; nothing includes this but the file that has them
 * and their test: a library's calls are sent here by name (workloads/local.mk). */
#ifndef VMTAX_PLAIN_MEMORY_H
#define VMTAX_PLAIN_MEMORY_H

#include <stddef.h>

void *plain_memset(void *to, int byte, size_t bytes);
void *plain_memmove(void *to, const void *from, size_t bytes); /* they may overlap */
void *plain_memcpy(void *to, const void *from, size_t bytes);

#endif
