/* clock.h - the clock audit: does the guest's clock run like the host's?
 *
 * The host stamps h1, asks, the agent answers with its clock g, the host stamps h2: offset
 * (h1+h2)/2 - g with error <= (h2-h1)/2; the best of eight exchanges counts. The rate (guest
 * seconds per host second) is fitted over the whole session by least squares weighted with the
 * error; its bound comes from the errors of the first and last exchanges. Pure arithmetic;
 * session.c does the asking. */
#ifndef VMTAX_CLOCK_H
#define VMTAX_CLOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define CLOCK_RATE_FLAG   0.001 /* |rate-1| beyond this and beyond its bound raises C */
#define CLOCK_RATE_REFUSE 0.01  /* beyond: no verdict; a bound beyond: "clock unverified" */

struct clock_point {
    double host_s; /* midpoint on the host */
    double guest_s;
    double error_s; /* half the round trip */
};

struct clock_audit {
    struct clock_point *points;
    size_t count, room;
    bool stepped;      /* it went back, or jumped by more than the errors explain */
    double rate;       /* 1 until two points are there */
    double rate_bound; /* INFINITY until two points are there */
};

uint64_t clock_now_ns(void); /* CLOCK_MONOTONIC of the host */
double clock_now_s(void);    /* the same in seconds */
/* Was a file dated then, by the wall clock, at least age_s seconds ago? Dated as far in the future
 * counts as well: the clock was set back, and by how much nobody knows. */
bool clock_is_old(time_t then, double age_s);
/* A condition whose timed waits go by that clock. */
void clock_condition_init(pthread_cond_t *c);

void clock_init(struct clock_audit *a);
void clock_release(struct clock_audit *a);
void clock_add(struct clock_audit *a, struct clock_point p); /* refits */
bool clock_flagged(const struct clock_audit *a);             /* C */
/* A duration mapped to the host's time line. A rate that cannot be told from 1 changes nothing. */
double clock_host_seconds(const struct clock_audit *a, double guest_seconds);

#endif
