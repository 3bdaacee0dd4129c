/* wire.h - what the two ends of the network workloads say to each other, and the bytes that they
 * move.
 *
 * A load connects to the server's one port and says by a hello what it wants. The server answers
 * by WIRE_MAGIC, and from then on the connection is what the workload measures (TCP), or carries
 * orders and reports about a pair of UDP sockets (UDP). Both ends run the same agent on the same
 * kind of processor: the structures go over the wire as they are, and the magic number is what
 * would notice another order of bytes.
 *
 * Data are records of the size that is measured. The first eight bytes are a sequence number, the
 * rest is pseudo-random and the same in all records, so that sending costs one store. The receiver
 * checks every number, and the content of one record in WIRE_SAMPLE. */
#ifndef VMTAX_NET_WIRE_H
#define VMTAX_NET_WIRE_H

#include "workloads/workload.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_MAGIC UINT32_C(0x766d7478)

enum wire_kind {
    WIRE_ECHO,   /* TCP: each record comes back */
    WIRE_TCP_TX, /* the server sends records without end */
    WIRE_TCP_RX, /* the server takes records; one numbered WIRE_END asks for its report */
    WIRE_UDP_TX, /* the server sends datagrams from order WIRE_START to order WIRE_STOP */
    WIRE_UDP_RX, /* the server counts datagrams between them */
    WIRE_KINDS,
};

struct wire_hello {
    uint32_t magic, kind;
    uint64_t size; /* of a record: 1 .. WIRE_SIZE_MAX; for ECHO any, else at least 8 */
    uint64_t seed; /* of the content */
    uint64_t rate; /* UDP_TX: bytes per second; 0: as fast as it goes */
};

/* For UDP the answer comes when a call has come: a datagram with the seed and nothing else, to the
 * UDP port of the same number. So the server knows where the load's datagrams come from, whatever
 * translates addresses between them, and what does knows the way back. */
#define WIRE_CALL_MS 20 /* until the next call, without an answer */

enum wire_order { WIRE_START = 1, WIRE_STOP = 2 };

/* After a stop (UDP) or an end (TCP_RX): what the server did since the start. */
struct wire_report {
    uint64_t records;   /* sent or received */
    uint64_t reordered; /* received after one with a higher number */
    uint64_t wrong;     /* received with wrong content */
    uint64_t ns;        /* UDP_TX: from the first one that it sent to the stop */
};

#define WIRE_SIZE_MAX 65507 /* the largest UDP datagram */
#define WIRE_NUMBER   8     /* bytes of a record's number */
#define WIRE_END      UINT64_MAX
#define WIRE_SAMPLE   16
/* Of every socket, as in NetIO. */
#define WIRE_BUFFER 131072
/* Nothing moves for so long: the other end, or the path, is gone. On a path that loses a part of
 * all there is more than one way: the kernel asks for a connection at 0, 1, 3 and 7 s. */
#define WIRE_SILENCE_S 8

/* Whole buffers over a connected stream. 0; or -1 with errno, 0 in it when the other end hung up.
 */
int wire_send(int fd, const void *data, size_t size);
int wire_receive(int fd, void *data, size_t size);

/* size bytes, of which all but the number are final. */
void wire_fill(unsigned char *record, size_t size, uint64_t seed);
static inline void wire_number(unsigned char *record, uint64_t number)
{
    *(uint64_t *)(void *)record = number;
}
static inline uint64_t wire_numbered(const unsigned char *record)
{
    return *(const uint64_t *)(const void *)record;
}
/* Are the contents equal? The number is not looked at. */
bool wire_equal(const unsigned char *record, const unsigned char *model, size_t size);

/* Buffers and no delay; errors do not matter, they only cost speed. */
void wire_tune(int fd);
/* A limit for silence. For the load: a server waits between slots as long as it takes. */
void wire_impatient(int fd);
/* Within so many milliseconds? */
bool wire_readable(int fd, int ms);

/* --- datagrams --- */

/* One whole datagram; a full queue is waited for. 0 or -1 with errno. */
int wire_send_datagram(int fd, const void *data, size_t size);

/* A rate, kept over the whole of a slot: when none is due the sender sleeps for a millisecond, then
 * sends all that are. So does iperf3, and loss depends on it: spinning for the very moment costs a
 * processor, which then is not there for the receiver, or is taken from the sender for long. */
struct wire_pace {
    uint64_t gap_ns; /* 0: no pause */
    uint64_t next_ns;
};
struct wire_pace wire_pace_of(uint64_t size, uint64_t bytes_per_s);
/* Until the next one is due. True: it slept. */
bool wire_pace_wait(struct wire_pace *p);

/* What came so far. */
struct wire_order_seen {
    uint64_t next; /* the highest number, and one */
    uint64_t records, reordered;
};
/* Count one datagram of n bytes. False: it is not what it should be. */
bool wire_take(struct wire_order_seen *seen, const unsigned char *record,
               const unsigned char *model, size_t n, size_t size);

/* --- the load's side (link.c) --- */

struct link {
    int fd;
    size_t size;
    unsigned char *model, *record; /* of size bytes; model is what the content has to be */
};

/* Connect to w->endpoint and say hello with w->seed; udp (-1: none) gets the same address and port,
 * and calls. Returns when the server has answered. -1 with a sentence; link_close() all the same.
 */
int link_open(struct work *w, struct link *l, struct wire_hello hello, int udp);
void link_close(struct link *l);
/* -1 with the sentence for errno of a failed transfer. */
int link_failed(struct work *w, int cause);
int link_wrong(struct work *w, uint64_t number);

extern const struct serve_ops net_serve;

/* The loads. */
extern const struct workload_ops net_tcp_tx, net_tcp_rx, net_udp_tx, net_udp_rx, net_rr;

#endif
