/* oltp.h - what the workload `oltp` of the agent and its payload, vmtax-oltp, say to each other.
 *
 * The payload runs the transactions of database/mix.h on SQLite, whose library chooses its code
 * while it is loaded and is no part of a static agent. It is started in the directory that its
 * files are to lie in, as
 *     vmtax-oltp ROWS THREADS SEED
 * with a SOCK_SEQPACKET socket as its standard output, on which it also listens. It answers once
 * when its table is filled, then once to each request; it ends when the other side is gone, and
 * after OLTP_FAILED. Whoever reads checks every field: the payload is the target's. */
#ifndef VMTAX_PAYLOAD_OLTP_H
#define VMTAX_PAYLOAD_OLTP_H

#include "histogram.h"

#include <stdint.h>

#define OLTP_PROGRAM "vmtax-oltp"

struct oltp_request {
    uint64_t ns; /* run transactions for so long; each thread ends the one that it is in */
};

enum oltp_answer_kind {
    OLTP_READY = 1, /* text: "SQLite 3.40.1" */
    OLTP_RAN,       /* ns, transactions, bucket */
    OLTP_FAILED,    /* text: why */
};

struct oltp_answer {
    uint32_t kind;
    char text[124];
    uint64_t ns; /* from the start of the first thread to the end of the last one */
    uint64_t transactions;
    uint64_t bucket[HISTOGRAM_BUCKETS]; /* their latencies, as histogram.h counts them */
};

#endif
