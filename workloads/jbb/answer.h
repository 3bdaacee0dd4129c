/* answer.h - what the Java program of the workload `jbb` answers, a line each (Main.java). They are
 * records of the grammar of protocol.h. */
#ifndef VMTAX_JBB_ANSWER_H
#define VMTAX_JBB_ANSWER_H

#include "error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Beside the agent. */
#define JBB_PROGRAM  "vmtax-jbb.jar"

#define JBB_LINE_MAX 1024
#define JBB_RATE_MAX UINT64_C(1000000000)
#define JBB_OPS_MAX  UINT64_C(1000000000000)

enum jbb_kind {
    JBB_READY,  /* name, version, rate, steady */
    JBB_DONE,   /* ops */
    JBB_TIME,   /* ns, ops: so many transactions took about so long */
    JBB_TIMES,  /* ops: of all those lines, the last of which this follows */
    JBB_RIGHT,  /* the books are */
    JBB_WRONG,  /* text: a sentence without an end */
    JBB_FAILED, /* text */
};

struct jbb_answer {
    enum jbb_kind kind;
    char name[16], version[16]; /* of the JVM: "OpenJDK", "17.0.15" */
    uint64_t rate;              /* transactions a second at the end of the warm-up, at least 1 */
    bool steady;                /* the warm-up came to an end before its time was over */
    uint64_t ops, ns;
    char text[160];
};

/* A line of length bytes without its newline, with room for a NUL behind it; it is changed. Texts
 * are cleaned. -1 with a sentence if it is no answer: the JVM itself says something at times. */
int jbb_answer_parse(char *line, size_t length, struct jbb_answer *out, struct error *e);

#endif
