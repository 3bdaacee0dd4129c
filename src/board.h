/* board.h - the one snapshot between measuring and showing, behind one lock.
 *
 * The runner and the host sampler write the board under its lock and bump its version; the
 * dashboard takes a snapshot (snapshot.h) when the version changed and draws from that alone. */
#ifndef VMTAX_BOARD_H
#define VMTAX_BOARD_H

#include "error.h"
#include "snapshot.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct board {
    pthread_mutex_t lock;
    int wake_fd;             /* eventfd, non-blocking: readable when the version moved */
    uint64_t origin_ns;      /* CLOCK_MONOTONIC when the board was made */
    struct snapshot current; /* written under lock; its version starts at 1 */
};

int board_init(struct board *b, struct error *e);
void board_release(struct board *b);

/* Seconds since the board was made: the time line of now_s and of board_rate.at_s. Any thread. */
double board_now(const struct board *b);

/* board_edit locks and returns b->current to be changed; board_publish ends the edit: version + 1,
 * unlock, wake. Between the two no other board function may be called with the same board (the lock
 * is not recursive), so write log lines with snapshot_log. */
struct snapshot *board_edit(struct board *b);
void board_publish(struct board *b);
/* Ends an edit that changed nothing but run and host, as the ticks of a run do: readers that have
 * the rest already do not copy it again. */
void board_publish_run(struct board *b);

/* Copy into s (zeroed, or an earlier snapshot, whose memory is reused) if the version differs; true
 * if it did. now_s and clock are brought up to date in any case, but not in a replay.
 * board_snapshot empties wake_fd first and belongs to the one thread that polls it; any other
 * reader uses board_peek. */
bool board_snapshot(struct board *b, struct snapshot *s);
bool board_peek(struct board *b, struct snapshot *s);

/* An edit of its own: append to the log ring (snapshot_log). */
void board_log(struct board *b, enum board_log_level level, const char *target, const char *format,
               ...) __attribute__((format(printf, 4, 5)));

#endif
