/* transfer.h - what a server does for one load, by the load's hello. */
#ifndef VMTAX_NET_TRANSFER_H
#define VMTAX_NET_TRANSFER_H

#include "workloads/net/wire.h"

/* Answers the hello and serves until the load hangs up, or says what makes no sense. */
void transfer(int fd, const struct wire_hello *hello);

#endif
