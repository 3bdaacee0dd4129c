/* output.h - the way of records to whoever reads them: numbered, stamped, bounded, never waited
 * for.
 *
 * A reader that is slow or stopped must not stop the supervisor. Records wait in a queue; what can
 * be left out (ticks) is left out when the queue is a quarter full, before it gets its number, so
 * that numbers have no gaps; and when it is half full no more requests are read, so that the rest
 * always has room. */
#ifndef VMTAX_AGENT_OUTPUT_H
#define VMTAX_AGENT_OUTPUT_H

#include "protocol.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OUTPUT_SIZE (256u * 1024)

struct output {
    int fd;
    bool is_socket;
    uint64_t next_seq;
    char *queue; /* OUTPUT_SIZE bytes; begin is the first that is not written */
    size_t begin, length;
    struct record_writer writer;
    char line[PROTOCOL_MAX_FROM_GUEST];
};

int output_init(struct output *o, int fd);
void output_release(struct output *o);

/* output_begin(), fields through the writer that it returns, output_end(): one record, queued, and
 * written if that is possible at once. -1: the reader is gone. A record that is too long is a bug
 * of the agent. */
struct record_writer *output_begin(struct output *o, const char *verb);
int output_end(struct output *o);

bool output_has_room_for_ticks(const struct output *o);
bool output_has_room_for_requests(const struct output *o);

/* Write what can be written without waiting. -1: the reader is gone. */
int output_flush(struct output *o);
/* The same, waiting up to timeout_ms for the reader. */
void output_drain(struct output *o, int timeout_ms);

#endif
