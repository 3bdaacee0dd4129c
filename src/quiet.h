/* quiet.h - is anything but vmtax using this machine?
 *
 * Every few seconds all of /proc/PID/stat is read and the processor time of each process since the
 * last look is added up: descendants of this process are the measurement itself, threads of the
 * kernel mostly work for whoever runs, everything else is a disturbance. A child that ended is
 * counted once, through the time its parent inherited. What /proc/stat says was used and no visible
 * process accounts for is named too: it runs outside this process namespace. */
#ifndef VMTAX_QUIET_H
#define VMTAX_QUIET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define QUIET_OTHERS 0.10 /* of one processor, all other processes together */
#define QUIET_UNSEEN 0.15 /* of all processors */
#define QUIET_STEAL  0.01 /* of all processors */

struct quiet_process {
    pid_t pid, parent;
    uint64_t start, own, children; /* ticks; start is since boot */
    char name[16];
    bool kernel;
};

struct quiet {
    struct quiet_process *before, *now; /* by rising pid */
    size_t before_count, before_room, now_count, now_room;
    uint64_t busy, total, steal; /* of /proc/stat at the last look, ticks */
    bool started;                /* before is valid */
    /* the answer of the last look */
    bool known, calm;
    double others; /* share of one processor */
    char why[96];  /* one sentence, cleaned */
    size_t processes;
};

void quiet_init(struct quiet *q);
void quiet_release(struct quiet *q);
/* One look, at least a second after the one before. busy, total, steal: ticks of all processors
 * from /proc/stat; cpus: how many there are. Source of the rest: the files below proc ("/proc",
 * another directory in tests); self: the process whose descendants are not a disturbance. */
void quiet_look(struct quiet *q, const char *proc, pid_t self, size_t cpus, uint64_t busy,
                uint64_t total, uint64_t steal);

/* Parse the text of a /proc/PID/stat; false if it is none. */
bool quiet_parse(const char *text, size_t length, struct quiet_process *out);

#endif
