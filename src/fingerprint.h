/* fingerprint.h - what must be equal, or at least known, for two results to be compared. */
#ifndef VMTAX_FINGERPRINT_H
#define VMTAX_FINGERPRINT_H

#include "result.h"

#define FINGERPRINT_UNKNOWN "unknown" /* the value of a fact that could not be read */

enum fact_class { FACT_NOTE, FACT_WARN, FACT_FATAL };
extern const char *const fact_class_ids[];   /* "fatal", for programs */
extern const char *const fact_class_words[]; /* "FATAL", for people */

/* Read the machine's facts into r. Never fails: what cannot be read is the fact "unknown". Takes
 * some milliseconds. Sources: uname, /proc, /sys, cpuid, the C library. */
void fingerprint_read(struct result *r);
/* The same from other places than /proc and /sys, for tests. */
void fingerprint_read_from(struct result *r, const char *proc, const char *sys);

struct fingerprint_difference {
    enum fact_class class;
    const char *only; /* the one workload that a FATAL difference makes incomparable; NULL: all */
    char target[TARGET_ID_MAX]; /* the one guest that a WARN is about; empty: all targets */
    char key[40];
    char sentence[256]; /* "kernel changed from 6.1.0-25 to 6.1.0-28: system calls and context
                           switches may differ" */
};
/* The keys that mean something when they change, one that ends with '.' all that begin with it;
 * NULL at their end. Others are notes. */
const char *fingerprint_rule(size_t i);
/* Does it make every workload incomparable? */
bool fingerprint_forbids(const struct fingerprint_difference *d);
/* May it have moved this workload's figure on this target (FLAG_FINGERPRINT)? Each of them may be
 * NULL: any, then what is about one alone does not count. A note moves nothing, and who else was
 * measuring at the time is no property of the machine. */
bool fingerprint_touches(const struct fingerprint_difference *d, const char *workload,
                         const char *target);
/* Differences from old to new, fatal first. Returns the number found; at most room are written.
 * Includes targets (limits, emulation), agent, profile and length of slots. What is unknown on one
 * side is a NOTE that says so: it may or may not have changed. Where new has no slots yet, only
 * what it has is compared: what comes with a run alone is not missed in it. */
size_t fingerprint_compare(const struct result *old, const struct result *new,
                           struct fingerprint_difference *out, size_t room);
/* Were they measured on processors of other models? Then native figures say nothing about each
 * other; ratios to native do. */
bool fingerprint_other_processor(const struct result *a, const struct result *b);
/* Do the two differ in a fact that makes this row other work, and leaves the rest comparable? A
 * fact that one of them does not know is no difference. */
bool fingerprint_other_work(const struct result *a, const struct result *b, const char *workload,
                            const char *params);

#endif
