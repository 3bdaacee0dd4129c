/* doctor_look.h - for the files of the doctor alone: how a finding is filled, and the looks at the
 * machine. */
#ifndef VMTAX_DOCTOR_LOOK_H
#define VMTAX_DOCTOR_LOOK_H

#include "doctor.h"

/* remedy: a command, or NULL. */
void doctor_say(struct finding *f, enum finding_level level, const char *remedy, const char *format,
                ...) __attribute__((format(printf, 4, 5)));

void doctor_look_processors(const struct target_options *o, struct finding *f);
void doctor_look_caches(const struct target_options *o, struct finding *f);
void doctor_look_nested(const struct target_options *o, struct finding *f);
void doctor_look_governor(const struct target_options *o, struct finding *f);
void doctor_look_epp(const struct target_options *o, struct finding *f);
void doctor_look_heat(const struct target_options *o, struct finding *f);
void doctor_look_quota(const struct target_options *o, struct finding *f);
void doctor_look_merging(const struct target_options *o, struct finding *f);
void doctor_look_boost(const struct target_options *o, struct finding *f);
void doctor_look_load(const struct target_options *o, struct finding *f);
void doctor_look_steal(const struct target_options *o, struct finding *f);
void doctor_look_swap(const struct target_options *o, struct finding *f);
void doctor_look_nodes(const struct target_options *o, struct finding *f);
void doctor_look_huge_pages(const struct target_options *o, struct finding *f);
void doctor_look_clock(const struct target_options *o, struct finding *f);
void doctor_look_scratch(const struct target_options *o, struct finding *f);
void doctor_look_left(const struct target_options *o, struct finding *f);

#endif
