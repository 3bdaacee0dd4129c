/* own_cost.h - what the program itself costs, by the kernel's accounting: of one processor, over
 * the last two seconds. */
#ifndef VMTAX_UI_OWN_COST_H
#define VMTAX_UI_OWN_COST_H

#include <stddef.h>
#include <stdint.h>

#define OWN_COST_WINDOW_S 2.0
#define OWN_COST_SAMPLES  64

struct own_cost {
    struct {
        double at_s, thread_s, process_s;
        uint64_t frames;
    } sample[OWN_COST_SAMPLES]; /* ring */
    size_t count;
    double thread;  /* of the calling thread, which draws; NAN: not known yet */
    double process; /* of all threads of this process: this one, those that look at the host, that
                     * record, and that start slots and judge them; what it started, such as load
                     * and guests, is not in it. NAN: not known yet */
    double frames_per_s;
};

void own_cost_init(struct own_cost *c);
/* Always by the same thread. now_s: CLOCK_MONOTONIC; frames: drawn until now. Less than half a
 * second says nothing. */
void own_cost_sample(struct own_cost *c, double now_s, uint64_t frames);

#endif
