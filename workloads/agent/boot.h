/* boot.h - what a guest's first process is told on the kernel's command line.
 *
 * Words of the form vmtax.KEY=VALUE, the value percent-encoded as in a record (protocol.h), so that
 * a path with a blank in it stays one word. Other words are the kernel's. Written by vmtax
 * (target/kernel_line.c), read by init.c; one grammar, one parser. */
#ifndef VMTAX_AGENT_BOOT_H
#define VMTAX_AGENT_BOOT_H

#include "error.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#define BOOT_COMMAND_LINE_MAX 4096
#define BOOT_PATH_MAX         1024

struct boot {
    char root[32];               /* root=TAG: mount tag of the host's files; required */
    bool xen;                    /* xen=1: files, port and devices are those of a domain of Xen */
    char scratch[BOOT_PATH_MAX]; /* scratch=PATH: where the scratch disk is mounted; empty: there is
                                    none */
    char address[16];            /* address=10.213.0.2 of eth0; empty: no network */
    unsigned prefix;             /* prefix=30 */
    char gateway[16];            /* gateway=10.213.0.1: the host */
    bool shell;                  /* shell=1: a shell on /dev/hvc0 instead of the agent */
    unsigned rows, columns;      /* rows= columns= of the shell's terminal; 0: not told */
    char term[32];               /* term=xterm-256color */
};

/* From the kernel's command line. -1 with a sentence: something is missing or out of range. */
int boot_parse(struct boot *b, const char *command_line, struct error *e);

#endif
