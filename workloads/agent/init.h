/* init.h - the agent as the first process of a guest that vmtax booted.
 *
 * The kernel starts it as /init of the initramfs. It loads the modules that lie beside it, mounts
 * the host's files with a writable layer in memory over them, sets up network and scratch disk as
 * the kernel's command line says (boot.h), and then runs the agent proper, or a shell, as its
 * child. It reaps what is orphaned and powers the guest off when that child has ended, which it
 * does when vmtax closes its end.
 *
 * Until the agent says hello the stream to vmtax carries records of the verb `boot`: stage=TEXT for
 * each step, and failed=SENTENCE when one failed; then the guest powers off. */
#ifndef VMTAX_AGENT_INIT_H
#define VMTAX_AGENT_INIT_H

/* Does not return while the guest runs. */
_Noreturn void init_main(void);

#endif
