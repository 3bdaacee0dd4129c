/* rights.h - what root may do: inside containers user 0 often has only some of root's rights. */
#ifndef VMTAX_RIGHTS_H
#define VMTAX_RIGHTS_H

#include <stdbool.h>

/* Is this capability (CAP_SYS_ADMIN, ...; 0 to 31) in force for the calling thread? */
bool rights_have(int capability);
/* Mount, make namespaces, make interfaces: everything that a container with a network needs. */
bool rights_for_container(void);
/* Gives up, for this process and all that it will start, what no target and no command that reaches
 * one needs of root: to set the clock, to halt the machine, to change the policy of its security
 * modules and its audit, to read the kernel's log, to load modules, to reach ports and memory of
 * the machine itself. Nothing without CAP_SETPCAP. For a single
 * thread. */
void rights_give_up(void);

#endif
