/* session_records.h - what the records of a slot say, held against what a machine can do and the
 * host saw. They come from a guest: a number that is missing, absurd or contradicts another is an
 * error, a text is cleaned. */
#ifndef VMTAX_SESSION_RECORDS_H
#define VMTAX_SESSION_RECORDS_H

#include "protocol.h"
#include "session.h"

/* A text; "unknown" if there is none. */
void session_take_text(char *out, size_t size, const struct record *r, const char *key);
/* Of a slot that failed: never empty. */
void session_take_failure(const struct record *r, char out[REASON_MAX]);
/* What the target's kernel counted; a key that is absent or absurd is not known. */
void session_take_counters(const struct record *r, struct counters *out);
/* out is the rest of a zeroed one. who names the target in messages; seen_s is how long the host
 * waited from the request on, and a slot that claims more gets the flag C. */
int session_take_result(const struct record *r, const char *who, const struct clock_audit *clock,
                        double seen_s, struct session_result *out, struct error *e);
/* ops and ns are those of the tick before and get this one's; one that says no more than it did is
 * passed over. tick may be NULL. */
void session_take_tick(const struct record *r, uint64_t *ops, uint64_t *ns,
                       void (*tick)(void *, const struct session_tick *), void *context);

#endif
