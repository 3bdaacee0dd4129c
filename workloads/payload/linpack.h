/* linpack.h - what the workload `linpack` of the agent and its payload, vmtax-linpack, say to each
 * other.
 *
 * The payload is a program of its own because it needs OpenBLAS, which chooses its code while it is
 * loaded and cannot be a part of a static agent. It is started as
 *     vmtax-linpack ORDER SEED CORE THREADS
 * with a SOCK_SEQPACKET socket as its standard input and output. It answers once when it is ready,
 * then once to each request, which is one byte: make the next system, solve it, and tell how well
 * the solution fits. It ends when the other side is gone, and after LINPACK_FAILED. With --version
 * it names the library and ends. Both are built together: an answer is the bytes of the structure.
 */
#ifndef VMTAX_PAYLOAD_LINPACK_H
#define VMTAX_PAYLOAD_LINPACK_H

#include <stdint.h>

#define LINPACK_PROGRAM "vmtax-linpack"

/* As in HPL: a scaled residual of that size or more is a wrong solution. */
#define LINPACK_RESIDUAL_MAX 16.0

#define LINPACK_SOLVE        's'

enum linpack_kind {
    LINPACK_READY = 1, /* text: the library and its version */
    LINPACK_SOLVED,    /* ns, residual */
    LINPACK_FAILED,    /* text: a sentence without an end */
};

struct linpack_answer {
    uint32_t kind;
    uint64_t ns;     /* of the solution alone, without the making of the system and the check */
    double residual; /* scaled as HPL's; see dense.h */
    char text[160];
};

#endif
