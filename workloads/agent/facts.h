/* facts.h - what the agent can say about the machine it is in, from files and instructions that
 * need no rights. What cannot be found out is "unknown", never a guess. */
#ifndef VMTAX_AGENT_FACTS_H
#define VMTAX_AGENT_FACTS_H

#include "coretype.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FACTS_CPUS_MAX      8192
#define FACTS_ADDRESSES_MAX 8

struct facts {
    char kernel[128], arch[65], clocksource[64], virt[32];
    char boot[64];   /* the identity of this boot of the kernel: equal in all of its containers */
    char client[64]; /* the address that whoever reached us by ssh has here; or "unknown" */
    char server[64]; /* ours that it reached; or "unknown" */
    char netns[32];  /* the network namespace: its number in this kernel; or "unknown" */
    char addresses[FACTS_ADDRESSES_MAX * 16]; /* of IPv4, but loopback's, with commas between */
    char features[CPU_FEATURES_TEXT];         /* of its processor; as of coretype.h */
    uint64_t memory_kib; /* the smaller of installed memory and cgroup limits; 0 unknown */
    /* Usable processors in order, and the same as a mask for sched_setaffinity(). */
    int *cpus;
    size_t cpu_count;
    unsigned long cpu_mask[FACTS_CPUS_MAX / (8 * sizeof(unsigned long))];
};

int facts_init(struct facts *f);
void facts_release(struct facts *f);

/* Counts since boot; each is valid where its _known is set, and that is where the kernel says it.
 */
struct facts_counts {
    bool steal_known;
    uint64_t stolen, jiffies; /* jiffies stolen from, and passed on, some processors */
    /* Of the whole kernel: interrupts, context switches, page faults, TLB shoot-downs. */
    bool intr_known, ctxt_known, pgfault_known, tlb_known;
    uint64_t intr, ctxt, pgfault, tlb;
};

/* By /proc/stat and /proc/vmstat; steal is that of these processors. */
void facts_count(const int *cpus, size_t count, struct facts_counts *out);
/* Counts between two readings; what went back is not known. */
void facts_counted(const struct facts_counts *before, const struct facts_counts *after,
                   struct facts_counts *out);

#endif
