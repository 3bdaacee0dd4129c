/* peer.h - what a program that is compared with says. */
#ifndef VMTAX_BENCH_PEER_H
#define VMTAX_BENCH_PEER_H

/* Run it to its end: all of its standard output, to be freed. NULL: it is not there, or it failed.
 * What it complains of goes to ours, or nowhere. */
enum peer_errors { PEER_LOUD, PEER_SILENT };
char *peer_say(const char *const argv[], enum peer_errors errors);

#endif
