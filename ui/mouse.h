/* mouse.h - what a terminal reports of its mouse, one character at a time: "ESC [ < button ; column
 * ; row M" (SGR, what is asked for) or "ESC [ M" and three bytes (terminals that know nothing
 * else).
 *
 * Curses can read these reports, too, but waits for the rest of one that was cut off, and with it
 * the whole dashboard. Here nothing waits: what does not come within half a second, or is nothing
 * that belongs there, ends the report. */
#ifndef VMTAX_MOUSE_H
#define VMTAX_MOUSE_H

#include <stdbool.h>
#include <stdint.h>

#define MOUSE_SGR_BEGIN "\033[<"
#define MOUSE_X10_BEGIN "\033[M"
/* Presses of buttons are reported, and the wheel. */
#define MOUSE_ON  "\033[?1000h\033[?1006h"
#define MOUSE_OFF "\033[?1000l\033[?1006l"

enum mouse_kind { MOUSE_NONE, MOUSE_SGR, MOUSE_X10 };

struct mouse_event {
    int y, x;  /* from 0; they may lie outside of the screen */
    int wheel; /* -1 up, +1 down, 0: the first button was pressed */
};

enum mouse_heard {
    MOUSE_OTHER, /* the character belongs to no report */
    MOUSE_PART,  /* it does, and there is nothing to be done */
    MOUSE_EVENT, /* it ends one that counts */
};

/* Zeroed: in no report. */
struct mouse {
    enum mouse_kind kind; /* of the report that has begun */
    unsigned number[3], at;
    uint64_t until_ns;
};

/* The report's introducer has come. */
void mouse_begin(struct mouse *m, enum mouse_kind kind, uint64_t now_ns);
enum mouse_heard mouse_hear(struct mouse *m, uint32_t character, uint64_t now_ns,
                            struct mouse_event *out);

#endif
