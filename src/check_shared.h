/* check_shared.h - a verdict that several hold: who made it, the board, and each snapshot of it, in
 * any thread. From the moment when it is shared nobody changes it, and it goes with the last who
 * lets go of it. */
#ifndef VMTAX_CHECK_SHARED_H
#define VMTAX_CHECK_SHARED_H

struct check;

/* Empty, to be filled in; the caller holds it. */
struct check *check_new(void);
/* One more holds c, which must be held already; c may be NULL. Returns c. */
const struct check *check_hold(const struct check *c);
/* NULL is allowed. */
void check_let_go(const struct check *c);

#endif
