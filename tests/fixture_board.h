/* fixture_board.h - plausible snapshots for tests of the screens, filled by hand, the same bytes
 * each time. Nothing in them was measured. */
#ifndef VMTAX_TESTS_FIXTURE_BOARD_H
#define VMTAX_TESTS_FIXTURE_BOARD_H

#include "snapshot.h"

/* Each fills a zeroed snapshot; release it with snapshot_release. */
void fixture_empty(struct snapshot *s); /* as at the first start: no result, no host sample */
void fixture_container(
    struct snapshot *s); /* native and container, a run is live, queue, log, baseline */
void fixture_stored(struct snapshot *s); /* the same figures from a stored result, nothing live */
void fixture_older(struct snapshot *s);  /* of a session that is over; every second row is from an
                                            earlier one, hours or days before */
void fixture_all(struct snapshot *s); /* container, openvz, xen, kvm, and a kvm that is emulated */
void fixture_paper(
    struct snapshot *s); /* as container, the processor as the profile `paper` has it */
void fixture_spec(struct snapshot *s);  /* as container, with members of the user's own SPEC CPU */
void fixture_rated(struct snapshot *s); /* container and an emulated machine, with datagrams that
                                           the    sender keeps a rate for */
void fixture_starting(struct snapshot *s); /* the first run has begun, the container is starting */
void fixture_live(struct snapshot *s, const char *kind); /* native, container and one more kind */
/* In fixture_machine.c: */
void fixture_many(struct snapshot *s); /* 256 processors, every seventh of them switched off */
void fixture_kvm(struct snapshot *s);  /* native, container and KVM; a row runs on KVM */
void fixture_tcg(struct snapshot *s);  /* the same where KVM does not work: emulated, with why */
void fixture_booting(
    struct snapshot *s); /* the first run: a virtual machine boots, emulated, 12.3 s so far */
void fixture_unconfirmed(struct snapshot *s); /* the same, not known to be emulated */
void fixture_revived(struct snapshot *s);     /* in a run: it is started once more, 2.3 s so far */
void fixture_no_machine(struct snapshot *s);  /* kvm cannot be used here: why and what to do */
void fixture_native(struct snapshot *s);      /* native alone was measured, nothing runs */
void fixture_failed(struct snapshot *s);      /* the container did not start, native goes on */
void fixture_rows_failed(
    struct snapshot *s); /* nothing runs; some rows failed, cannot be, or carry flags */
void fixture_slow(struct snapshot *s); /* a container that costs: every verdict, hollow marks */
/* Longest names and extreme or missing figures everywhere; in each string that a guest or a file
 * can give, what would command a terminal, uncleaned. Each piece of it is followed by the mark. */
#define FIXTURE_HOSTILE_MARK "\xc2\xbf" /* U+00BF */
void fixture_hostile(struct snapshot *s);

/* In fixture_check.c: */
struct check;
const struct check *fixture_check(void);   /* of a container that became slower; constant */
void fixture_verdict(struct snapshot *s);  /* the same on the board */
void fixture_checking(struct snapshot *s); /* a check runs, in its second session */

#endif
