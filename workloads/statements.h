/* statements.h - what a server's load counted beside what is measured: of what a database's
 * transactions consisted, and errors. Both programs speak of it. */
#ifndef VMTAX_STATEMENTS_H
#define VMTAX_STATEMENTS_H

#include <stdint.h>

/* Of a slot, or of all slots of a figure. */
struct statements {
    uint64_t transactions; /* 0: there was no database */
    uint64_t reads, writes, others;
    uint64_t errors; /* transactions that were begun again, after a deadlock; of a web server,
                        requests without their page */
};

static inline uint64_t statements_queries(const struct statements *s)
{
    return s->reads + s->writes + s->others;
}

static inline void statements_add(struct statements *to, const struct statements *from)
{
    to->transactions += from->transactions;
    to->reads += from->reads;
    to->writes += from->writes;
    to->others += from->others;
    to->errors += from->errors;
}

#endif
