/* card.h - what is known of a target, as a card: what it is, by what, with what, how it reaches the
 * host, how long it took to start, how its clock runs, why it is emulated; and what one that is
 * starting waits for, with its seconds, so that a still picture is not taken for a hang. */
#ifndef VMTAX_CARD_H
#define VMTAX_CARD_H

#include "ui/prose.h"
#include "ui/widget.h"

#define CARD_TEXT 256

/* The first target that is starting; SIZE_MAX: none. */
size_t card_starting(const struct snapshot *s);
/* "2.3 s": since when a starting target has been at it. */
char *card_seconds(char out[CARD_TEXT], const struct snapshot *s, const struct board_target *t);
/* "starting: waiting for the guest's kernel 2.3 s", or as much of it as fits into w columns, the
 * seconds above all. */
char *card_wait(char out[CARD_TEXT], const struct snapshot *s, const struct board_target *t, int w);
/* Said of one that is not snapshot_confirmed() and not known to be emulated either. */
#define CARD_UNCONFIRMED "KVM not confirmed yet"
/* What it waits for, or why it cannot be, and the above, if both fit into w columns. */
char *card_reason(char out[CARD_TEXT], const struct board_target *t, int w);
/* "ready in 0.18 s", "starting 2.3 s", "failed", "cannot be used here", "off". */
char *card_state(char out[CARD_TEXT], const struct snapshot *s, size_t target);
enum style card_state_style(const struct board_target *t);

/* Mark, name and state in one row; then as much of the rest of w columns as there is of what the
 * target waits for, or of how it is made. */
void card_line(struct canvas *c, int y, int x, int w, const struct snapshot *s, size_t target);
/* Everything else that is known, one fact a row, what matters most first. */
void card_facts(struct page *p, const struct snapshot *s, size_t target);
/* Cards of all targets, beside and below each other, if they fit; else a line for each, from first
 * on, and the facts of the selected one below. Rows are hits of box `index`. */
void card_list(struct canvas *c, struct rect box, struct rect in, const struct snapshot *s,
               size_t index, size_t selected, size_t first);

#endif
