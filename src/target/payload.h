/* payload.h - where the programs lie that workloads start and that are vmtax's own: beside the
 * agent of the same build, which is not where targets see them. */
#ifndef VMTAX_PAYLOAD_H
#define VMTAX_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>

/* The path of name, one of payload_programs (catalog.h). False: this build has no such program. */
bool payload_find(const char *agent_path, const char *name, char *out, size_t size);

#endif
