/* facts.h - what the agent can say about the machine it is in, from files and instructions that
 * need no rights. What cannot be found out is "unknown", never a guess. */
#ifndef VMTAX_AGENT_FACTS_H
#define VMTAX_AGENT_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FACTS_CPUS_MAX 8192

struct facts {
    char kernel[128], arch[65], clocksource[64], virt[32];
    uint64_t memory_kib; /* the smaller of installed memory and cgroup limits; 0 unknown */
    /* Usable processors in order, and the same as a mask for sched_setaffinity(). */
    int *cpus;
    size_t cpu_count;
    unsigned long cpu_mask[FACTS_CPUS_MAX / (8 * sizeof(unsigned long))];
};

int facts_init(struct facts *f);
void facts_release(struct facts *f);

/* Jiffies stolen from, and passed on, these processors since boot. False where /proc/stat does not
 * say. */
bool facts_steal(const int *cpus, size_t count, uint64_t *stolen, uint64_t *total);

#endif
