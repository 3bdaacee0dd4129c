/* doctor.h - what works on this machine, and what would falsify figures: a const table of checks.
 * Nothing is ever changed. */
#ifndef VMTAX_DOCTOR_H
#define VMTAX_DOCTOR_H

#include "target/target.h"

enum finding_level { FINDING_OK, FINDING_NOTE, FINDING_HAZARD, FINDING_CANNOT };

struct finding {
    enum finding_level level;
    char text[512];    /* a sentence */
    char remedy[256];  /* the command that mends it, or "" */
    const char *lacks; /* the workload, or the family of them (before the dot), that cannot be
                          measured for want of it; NULL: none */
    unsigned needs;    /* of enum workload_need: what rows cannot have here; 0: nothing */
};

struct doctor_check {
    const char *id;    /* "governor" */
    const char *title; /* "frequency governor" */
    void (*look)(const struct target_options *options, struct finding *f);
};

/* Ends with id NULL. Targets are looked at by their own probes. */
extern const struct doctor_check doctor_checks[];

#endif
