/* player.h - shows a recording on a board, at any speed: for the dashboard, which cannot tell it
 * from the real thing but by the title and by snapshot.replayed. */
#ifndef VMTAX_RECORDING_PLAYER_H
#define VMTAX_RECORDING_PLAYER_H

#include "board.h"
#include "error.h"
#include "recording/recording.h"

#include <stddef.h>

struct player;

/* Begins at the first frame, with speed 1. Both must outlive the player. */
struct player *player_start(const struct recording *recording, struct board *board,
                            struct error *e);
/* NULL is allowed. */
void player_stop(struct player *p);

/* What it does now, in words for the footer: "paused", "4x". Each returns at once; the board
 * follows within a moment. */
/* Frames forward, or back when negative; it pauses. */
void player_step(struct player *p, int frames, char *words, size_t size);
/* Seconds forward, or back. */
void player_seek(struct player *p, double seconds, char *words, size_t size);
/* Faster, or slower when negative, by powers of 2: from 1/8 to 64 times. */
void player_speed(struct player *p, int steps, char *words, size_t size);
/* Pause, or go on; at its end: from the beginning. */
void player_pause(struct player *p, char *words, size_t size);

#endif
