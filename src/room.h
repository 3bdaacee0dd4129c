/* room.h - whether the machine's memory holds at once what all targets of a row keep between its
 * slots: files in memory, a server, a virtual machine of Java. For the runner alone. */
#ifndef VMTAX_ROOM_H
#define VMTAX_ROOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that programs can still take before the kernel swaps or kills: MemAvailable of
 * /proc/meminfo. 0: not known. */
uint64_t room_available(void);

/* With before bytes available until the first target had its own and now ones since then: is there
 * room for those of so many others? Of unknown memory nothing is said: true. */
bool room_for_others(uint64_t before, uint64_t now, size_t others);

#endif
