/* mix.h - the transaction of SysBench's OLTP (oltp_read_write of its version 1.0), which both
 * engines run: what it consists of, and the table that it works on.
 *
 * The table: id (primary key), k (indexed), c (120 characters), pad (60). The transaction: ten rows
 * by id, four ranges of a hundred (as they are, summed, sorted, distinct), an update of k, one of
 * c, a row deleted and inserted again; begin and commit are the others. Rows are drawn so that
 * three quarters of the accesses meet a hundredth of the table. (SysBench 0.4.8, the paper's, sends
 * one more update.) */
#ifndef VMTAX_DATABASE_MIX_H
#define VMTAX_DATABASE_MIX_H

#define MIX_READS       14
#define MIX_WRITES      4
#define MIX_OTHERS      2

#define MIX_POINTS      10  /* rows that are read by id */
#define MIX_RANGE       100 /* rows of a range */

#define MIX_ROWS_MIN    1000
#define MIX_ROWS_MAX    10000000
#define MIX_THREADS_MAX 256

/* The versions of sysbench whose output is known begin like this. */
#define MIX_LOAD_KNOWN "1.0."

/* The files that the server and its load may be, in the catalogue, for all who ask whether they are
 * there; each ends with NULL. */
extern const char *const mix_servers[];
extern const char *const mix_loads[];

#endif
