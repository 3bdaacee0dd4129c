/* rights.h - what root may do: inside containers user 0 often has only some of root's rights. */
#ifndef VMTAX_RIGHTS_H
#define VMTAX_RIGHTS_H

#include <stdbool.h>

/* Is this capability (CAP_SYS_ADMIN, ...; 0 to 31) in force for the calling thread? */
bool rights_have(int capability);
/* Mount, make namespaces, make interfaces: everything that a container with a network needs. */
bool rights_for_container(void);

#endif
