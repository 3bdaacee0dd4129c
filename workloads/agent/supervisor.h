/* supervisor.h - the agent's conversation with vmtax: requests in, records out, one worker. */
#ifndef VMTAX_AGENT_SUPERVISOR_H
#define VMTAX_AGENT_SUPERVISOR_H

/* Speak until input ends, the reader is gone, or SIGTERM, SIGINT or SIGHUP comes; then nothing that
 * was started is left. scratch: a directory for workloads that need a disk, or NULL. payloads:
 * where the programs are that some workloads start, or NULL. Returns the exit status. */
int supervisor_main(int input, int output, const char *scratch, const char *payloads);

#endif
