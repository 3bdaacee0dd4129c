/* scoreboard.h - the subsystems in lines and the guests in columns.
 *
 * Each guest's column shows as much as it has room for, in this order: the ratio with its verdict,
 * the ink of the loss, the interval, how many rows stand behind it, what they could have found, the
 * worst row by name, and all rows as dots on an axis. So four guests at 80 columns show the first
 * two, and one guest shows everything. A guest of which nothing is known has a column of words:
 * what is wrong and what to do about it. */
#ifndef VMTAX_SCOREBOARD_H
#define VMTAX_SCOREBOARD_H

#include "ui/row.h"

#define SCOREBOARD_ROWS 9 /* the paper's nine; a tenth line below is the mean of them all */

/* The lines it needs: head, nine, mean. */
#define SCOREBOARD_LINES (SCOREBOARD_ROWS + 2)

/* Draws into r. selected: the line with the cursor, SIZE_MAX none. framed: r is the inside of a box
 * that says what the figures are; else the head does. */
void scoreboard_draw(struct canvas *c, struct rect r, const struct snapshot *s,
                     const struct view *v, size_t selected, bool framed);

/* The row of a subsystem that lost most on a target (SUBSYSTEM_COUNT: of all), SIZE_MAX if none is
 * compared. */
size_t scoreboard_worst(const struct snapshot *s, enum subsystem sub, size_t target);

#endif
