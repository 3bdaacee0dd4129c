/* function.h - what cint.compiler compiles: a function as it is written and as it comes out. */
#ifndef VMTAX_CINT_COMPILER_FUNCTION_H
#define VMTAX_CINT_COMPILER_FUNCTION_H

#include "workloads/workload.h"

enum {
    BLOCKS_MAX = 1100,
    STATEMENTS_MAX = BLOCKS_MAX * 9,
    VARIABLES = 40,
    REGISTERS_MAX = 12,
    PLACES_MAX = 8192, /* registers, then slots */
    IMMEDIATE = 255,   /* in place of a variable: the constant k */
    NO_BLOCK = BLOCKS_MAX,
};

enum operation {
    DO_ADD,
    DO_SUB,
    DO_MUL,
    DO_AND,
    DO_OR,
    DO_XOR,
    DO_SHIFT,
    DO_LESS,
    DO_EQUAL,
    BINARIES,
    DO_CONSTANT = BINARIES,
    DO_PARAMETER,
    DO_PHI,
    DO_GONE, /* another value is used in its place */
    DO_PUT,  /* this and the next have an effect, and no value */
    DO_BRANCH,
    DO_RETURN,
    DO_JUMP, /* of code only, as the next */
    DO_MOVE,
};

struct statement {
    uint8_t op, to, a, b; /* variables; DO_PUT puts a out */
    uint32_t k;
};

struct source_block {
    uint32_t first, count;  /* statements */
    uint8_t end, condition; /* DO_JUMP, DO_BRANCH, DO_RETURN; variable */
    uint16_t next[2];       /* taken when the condition is not 0, and else */
};

struct code {
    uint32_t op, to, a, b, k; /* places; blocks of a jump or branch are b and k */
};

struct function {
    uint32_t blocks, statements;
    struct source_block block[BLOCKS_MAX];
    struct statement statement[STATEMENTS_MAX];

    /* Compiled. */
    struct code *code;
    uint32_t *start; /* of each block, in the order of the code */
    uint32_t *order; /* its number in the source */
    uint32_t code_count, places;
};

WORK_TIMED static inline uint32_t operation_result(unsigned op, uint32_t a, uint32_t b)
{
    switch (op) {
    case DO_ADD:
        return a + b;
    case DO_SUB:
        return a - b;
    case DO_MUL:
        return a * b;
    case DO_AND:
        return a & b;
    case DO_OR:
        return a | b;
    case DO_XOR:
        return a ^ b;
    case DO_SHIFT:
        return a >> (b & 31);
    case DO_LESS:
        return a < b;
    default:
        return a == b;
    }
}

/* Writes a function of nearly 'limit' blocks (at most BLOCKS_MAX) by chance. */
void function_write(struct function *f, uint64_t seed, uint32_t limit);

/* What a run of the source, or of the code, puts out, the result and the blocks on its way, as a
 * digest. The arguments follow from the seed. A run ends after some thousands of blocks. */
uint64_t source_run(const struct function *f, uint64_t seed);
uint64_t code_run(const struct function *f, uint64_t seed); /* places are PLACES_MAX at most */

#endif
