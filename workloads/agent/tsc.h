/* tsc.h - the processor's time-stamp counter, where it is a clock.
 *
 * Beside nanoseconds, short things are told in its ticks, which other tools and papers use. That
 * makes sense where the counter runs at one rate whatever the processor does ("invariant"), which
 * the processor says of itself, or its hypervisor for it; elsewhere there is no count. */
#ifndef VMTAX_AGENT_TSC_H
#define VMTAX_AGENT_TSC_H

#include <stdbool.h>
#include <stdint.h>

bool tsc_invariant(void);
uint64_t tsc_read(void); /* 0 on processors without one */

#endif
