/* boot_watch.h - how long is a guest waited for that has not spoken yet?
 *
 * A guest that is only slow, because it is emulated, nested, or on a busy host, keeps its
 * processors at work and leaves its machine's monitor able to answer: it is waited for, up to
 * BOOT_WATCH_S. One whose monitor is deaf or whose processors do nothing will not come up, and is
 * given up much sooner; soonest a monitor that is deaf while its own process sleeps. Whoever waits
 * is told how long already. */
#ifndef VMTAX_TARGET_BOOT_WATCH_H
#define VMTAX_TARGET_BOOT_WATCH_H

#include "error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BOOT_WATCH_S  90.0 /* in all */
#define BOOT_DEAF_S   6.0  /* without an answer of the monitor */
#define BOOT_ASLEEP_S 3.0  /* the same, and nothing done by whom it belongs to either */
#define BOOT_IDLE_S   15.0 /* without anything to do for the guest's processors */
/* First, and every so often, the time is told. */
#define BOOT_TELL_S 5.0

struct boot_watch {
    double begun_s, answered_s, busy_s, told_s;
    double awake_s; /* the monitor's owner was at work */
    bool own_known;
    uint64_t own_ns;  /* of the reading before */
    double read_s;    /* of the next; 0: never */
    uint64_t work_ns; /* of the reading before */
};

/* What is known at one look. */
struct boot_signs {
    bool answered;    /* the monitor, to a question just asked */
    bool held;        /* whoever makes it has not let it run yet: its time has not begun */
    bool work_known;  /* else the next says nothing */
    uint64_t work_ns; /* cumulative: the guest's processors, running or waiting for one */
    bool own_known;   /* else the next says nothing */
    uint64_t own_ns;  /* cumulative: all other threads of whom the monitor belongs to */
};

void boot_watch_begin(struct boot_watch *w, double now_s);

/* -1 with a sentence: waiting is of no use any more. Pure. */
int boot_watch_judge(struct boot_watch *w, double now_s, const struct boot_signs *signs,
                     struct error *e);

/* "what: 10 s of at most 90", when it is time to say so again. */
bool boot_watch_tell(struct boot_watch *w, double now_s, const char *what, char *out, size_t size);

#endif
