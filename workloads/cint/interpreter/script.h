/* script.h - the instructions of cint.interpreter's machine, and the script that it runs. */
#ifndef VMTAX_CINT_INTERPRETER_SCRIPT_H
#define VMTAX_CINT_INTERPRETER_SCRIPT_H

#include <stdint.h>

enum op {
    OP_LABEL, /* no instruction: a name for the place, k */
    OP_HALT,
    OP_SET,  /* a = k */
    OP_MOVE, /* a = b */
    OP_ADD,  /* a = b + c; the next three likewise */
    OP_SUB,
    OP_DIV,
    OP_MOD,
    OP_STEP, /* a = b + k */
    OP_JUMP, /* to label k */
    OP_LESS, /* jump if a < b; and so on */
    OP_LEAST,
    OP_SAME,
    OP_DIFFER,
    OP_LETTER, /* jump if a is a letter */
    OP_CALL,
    OP_RETURN,
    OP_TEXT,  /* a = character b of the text */
    OP_CUT,   /* a = string of the text from b to before c */
    OP_JOIN,  /* a = string b, a space, string c */
    OP_FETCH, /* a = entry of string b in table c; it is made if there is none */
    OP_COUNT, /* a = value of entry b, which is made one more first */
    OP_VALUE, /* a = value of entry b */
    OP_NAME,  /* a = string of entry b */
    OP_GET,   /* a = array c at b */
    OP_PUT,   /* array c at b = a */
    OP_MATCH, /* a = does string b match pattern c */
    OP_ORDER, /* a = below, at or above zero as string b is before, at or after c */
    OP_WRITE, /* character a to the output */
    OP_PRINT, /* string a to the output */
};

struct instruction {
    uint8_t op, a, b, c;
    int32_t k;
};

enum { SCRIPT_MAX = 160, REGISTERS = 32 };

/* Registers that are set before the script starts: to 0, 1, 10 and the bytes of the text. All
 * others are 0 and the script's own. */
enum { R_ZERO, R_ONE, R_TEN, R_SIZE, R_OWN };

enum { TABLE_WORDS, TABLE_PAIRS, TABLES };
enum { ARRAY_WORDS, ARRAY_PAIRS, ARRAY_SORTED, ARRAY_MATCHES, ARRAY_DIGITS, ARRAYS };

/* Writes the script to out[SCRIPT_MAX], with places in it for labels. */
void script_link(struct instruction *out);

#endif
