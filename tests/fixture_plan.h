/* fixture_plan.h - a planner as a machine without KVM and Java would fill it, by hand: the same
 * each time, nothing is asked of this machine. */
#ifndef VMTAX_TESTS_FIXTURE_PLAN_H
#define VMTAX_TESTS_FIXTURE_PLAN_H

#include "planner.h"
#include "ui/app.h"

/* For app_actions.plan, but for PLAN_REQUEST_START. */
void fixture_plan(struct planner *p, enum plan_request request);

#endif
