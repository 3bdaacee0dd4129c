/* capture.h - stderr while the screen belongs to the dashboard: kept in memory, shown in the log,
 * printed when the terminal is the user's again. */
#ifndef VMTAX_CAPTURE_H
#define VMTAX_CAPTURE_H

#include "board.h"

struct capture {
    int saved; /* the real stderr, -1: not captured */
    int file;  /* what fd 2 is meanwhile */
    off_t read;
};

/* Without the means to capture, stderr stays as it is. */
void capture_begin(struct capture *c);
/* New whole lines become notes in the log. */
void capture_poll(struct capture *c, struct board *b);
/* Give stderr back and print what was held, cleaned. */
void capture_end(struct capture *c);

#endif
