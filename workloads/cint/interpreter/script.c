/* The script, in the assembler of the machine that runs it: counts the words of a text and the
 * pairs of neighbours, tries the patterns on them, sorts the words and writes the list. */
#include <config.h>

#include "workloads/cint/interpreter/script.h"

#include "workloads/cint/interpreter/pattern.h"

#include <stddef.h>

/* clang-format off */
/* Registers by their use. */
enum {
    R_AT = R_OWN, R_START, R_CHAR, R_WORD, R_BEFORE, R_PAIR, R_ENTRY,
    R_VALUE, R_WORDS, R_PAIRS, R_I, R_P, R_SUM, R_T, R_NAME, R_WIDTH, R_LOW, R_MIDDLE, R_HIGH,
    R_LEFT, R_RIGHT, R_TO, R_ENTRY_L, R_ENTRY_R, R_ORDER, R_NAME_R,
};
/* Labels. */
enum {
    L_TOKEN, L_WORD, L_LETTER, L_OLD, L_FIRST, L_READ, L_PATTERN, L_TRY, L_NEXT, L_TRIED,
    L_PAIRS, L_TRY_PAIR, L_NEXT_PAIR, L_TRIED_PAIRS, L_SORT, L_PASS, L_MIDDLE, L_HIGH, L_MERGE,
    L_LEFT, L_RIGHT, L_STORE, L_MERGED, L_PASSED, L_COPY, L_SORTED, L_LIST, L_END, L_COMPARE,
    L_COMPARED, L_DECIMAL, L_DIGIT, L_SHOW, LABELS,
};

static const struct instruction script_source[] = {
    /* words and pairs */
    {OP_LABEL, 0, 0, 0, L_TOKEN},
    {OP_LEAST, R_AT, R_SIZE, 0, L_READ},
    {OP_TEXT, R_CHAR, R_AT, 0, 0},
    {OP_LETTER, R_CHAR, 0, 0, L_WORD},
    {OP_STEP, R_AT, R_AT, 0, 1},
    {OP_JUMP, 0, 0, 0, L_TOKEN},
    {OP_LABEL, 0, 0, 0, L_WORD},
    {OP_MOVE, R_START, R_AT, 0, 0},
    {OP_LABEL, 0, 0, 0, L_LETTER},
    {OP_STEP, R_AT, R_AT, 0, 1},
    {OP_TEXT, R_CHAR, R_AT, 0, 0},
    {OP_LETTER, R_CHAR, 0, 0, L_LETTER},
    {OP_CUT, R_WORD, R_START, R_AT, 0},
    {OP_FETCH, R_ENTRY, R_WORD, TABLE_WORDS, 0},
    {OP_COUNT, R_VALUE, R_ENTRY, 0, 0},
    {OP_DIFFER, R_VALUE, R_ONE, 0, L_OLD},
    {OP_PUT, R_ENTRY, R_WORDS, ARRAY_WORDS, 0},
    {OP_STEP, R_WORDS, R_WORDS, 0, 1},
    {OP_LABEL, 0, 0, 0, L_OLD},
    {OP_SAME, R_BEFORE, R_ZERO, 0, L_FIRST},
    {OP_JOIN, R_PAIR, R_BEFORE, R_WORD, 0},
    {OP_FETCH, R_ENTRY, R_PAIR, TABLE_PAIRS, 0},
    {OP_COUNT, R_VALUE, R_ENTRY, 0, 0},
    {OP_DIFFER, R_VALUE, R_ONE, 0, L_FIRST},
    {OP_PUT, R_ENTRY, R_PAIRS, ARRAY_PAIRS, 0},
    {OP_STEP, R_PAIRS, R_PAIRS, 0, 1},
    {OP_LABEL, 0, 0, 0, L_FIRST},
    {OP_MOVE, R_BEFORE, R_WORD, 0, 0},
    {OP_JUMP, 0, 0, 0, L_TOKEN},
    {OP_LABEL, 0, 0, 0, L_READ},

    /* matches of each pattern but the last, among words */
    {OP_SET, R_P, 0, 0, 0},
    {OP_LABEL, 0, 0, 0, L_PATTERN},
    {OP_SET, R_T, 0, 0, PATTERNS - 1},
    {OP_LEAST, R_P, R_T, 0, L_PAIRS},
    {OP_SET, R_I, 0, 0, 0},
    {OP_SET, R_SUM, 0, 0, 0},
    {OP_LABEL, 0, 0, 0, L_TRY},
    {OP_LEAST, R_I, R_WORDS, 0, L_TRIED},
    {OP_GET, R_ENTRY, R_I, ARRAY_WORDS, 0},
    {OP_NAME, R_NAME, R_ENTRY, 0, 0},
    {OP_MATCH, R_T, R_NAME, R_P, 0},
    {OP_SAME, R_T, R_ZERO, 0, L_NEXT},
    {OP_VALUE, R_VALUE, R_ENTRY, 0, 0},
    {OP_ADD, R_SUM, R_SUM, R_VALUE, 0},
    {OP_LABEL, 0, 0, 0, L_NEXT},
    {OP_STEP, R_I, R_I, 0, 1},
    {OP_JUMP, 0, 0, 0, L_TRY},
    {OP_LABEL, 0, 0, 0, L_TRIED},
    {OP_PUT, R_SUM, R_P, ARRAY_MATCHES, 0},
    {OP_STEP, R_P, R_P, 0, 1},
    {OP_JUMP, 0, 0, 0, L_PATTERN},

    /* and of the last, among pairs */
    {OP_LABEL, 0, 0, 0, L_PAIRS},
    {OP_SET, R_I, 0, 0, 0},
    {OP_SET, R_SUM, 0, 0, 0},
    {OP_LABEL, 0, 0, 0, L_TRY_PAIR},
    {OP_LEAST, R_I, R_PAIRS, 0, L_TRIED_PAIRS},
    {OP_GET, R_ENTRY, R_I, ARRAY_PAIRS, 0},
    {OP_NAME, R_NAME, R_ENTRY, 0, 0},
    {OP_MATCH, R_T, R_NAME, R_P, 0},
    {OP_SAME, R_T, R_ZERO, 0, L_NEXT_PAIR},
    {OP_VALUE, R_VALUE, R_ENTRY, 0, 0},
    {OP_ADD, R_SUM, R_SUM, R_VALUE, 0},
    {OP_LABEL, 0, 0, 0, L_NEXT_PAIR},
    {OP_STEP, R_I, R_I, 0, 1},
    {OP_JUMP, 0, 0, 0, L_TRY_PAIR},
    {OP_LABEL, 0, 0, 0, L_TRIED_PAIRS},
    {OP_PUT, R_SUM, R_P, ARRAY_MATCHES, 0},

    /* merge sort of the words, runs of R_WIDTH at a time */
    {OP_SET, R_WIDTH, 0, 0, 1},
    {OP_LABEL, 0, 0, 0, L_SORT},
    {OP_LEAST, R_WIDTH, R_WORDS, 0, L_SORTED},
    {OP_SET, R_LOW, 0, 0, 0},
    {OP_LABEL, 0, 0, 0, L_PASS},
    {OP_LEAST, R_LOW, R_WORDS, 0, L_PASSED},
    {OP_ADD, R_MIDDLE, R_LOW, R_WIDTH, 0},
    {OP_LESS, R_MIDDLE, R_WORDS, 0, L_MIDDLE},
    {OP_MOVE, R_MIDDLE, R_WORDS, 0, 0},
    {OP_LABEL, 0, 0, 0, L_MIDDLE},
    {OP_ADD, R_HIGH, R_MIDDLE, R_WIDTH, 0},
    {OP_LESS, R_HIGH, R_WORDS, 0, L_HIGH},
    {OP_MOVE, R_HIGH, R_WORDS, 0, 0},
    {OP_LABEL, 0, 0, 0, L_HIGH},
    {OP_MOVE, R_LEFT, R_LOW, 0, 0},
    {OP_MOVE, R_RIGHT, R_MIDDLE, 0, 0},
    {OP_MOVE, R_TO, R_LOW, 0, 0},
    {OP_LABEL, 0, 0, 0, L_MERGE},
    {OP_LEAST, R_TO, R_HIGH, 0, L_MERGED},
    {OP_LEAST, R_LEFT, R_MIDDLE, 0, L_RIGHT},
    {OP_LEAST, R_RIGHT, R_HIGH, 0, L_LEFT},
    {OP_GET, R_ENTRY_L, R_LEFT, ARRAY_WORDS, 0},
    {OP_GET, R_ENTRY_R, R_RIGHT, ARRAY_WORDS, 0},
    {OP_CALL, 0, 0, 0, L_COMPARE},
    {OP_LESS, R_ZERO, R_ORDER, 0, L_RIGHT},
    {OP_LABEL, 0, 0, 0, L_LEFT},
    {OP_GET, R_T, R_LEFT, ARRAY_WORDS, 0},
    {OP_STEP, R_LEFT, R_LEFT, 0, 1},
    {OP_JUMP, 0, 0, 0, L_STORE},
    {OP_LABEL, 0, 0, 0, L_RIGHT},
    {OP_GET, R_T, R_RIGHT, ARRAY_WORDS, 0},
    {OP_STEP, R_RIGHT, R_RIGHT, 0, 1},
    {OP_LABEL, 0, 0, 0, L_STORE},
    {OP_PUT, R_T, R_TO, ARRAY_SORTED, 0},
    {OP_STEP, R_TO, R_TO, 0, 1},
    {OP_JUMP, 0, 0, 0, L_MERGE},
    {OP_LABEL, 0, 0, 0, L_MERGED},
    {OP_MOVE, R_LOW, R_HIGH, 0, 0},
    {OP_JUMP, 0, 0, 0, L_PASS},
    {OP_LABEL, 0, 0, 0, L_PASSED},
    {OP_SET, R_I, 0, 0, 0},
    {OP_LABEL, 0, 0, 0, L_COPY},
    {OP_GET, R_T, R_I, ARRAY_SORTED, 0},
    {OP_PUT, R_T, R_I, ARRAY_WORDS, 0},
    {OP_STEP, R_I, R_I, 0, 1},
    {OP_LESS, R_I, R_WORDS, 0, L_COPY},
    {OP_ADD, R_WIDTH, R_WIDTH, R_WIDTH, 0},
    {OP_JUMP, 0, 0, 0, L_SORT},
    {OP_LABEL, 0, 0, 0, L_SORTED},

    /* the list */
    {OP_SET, R_I, 0, 0, 0},
    {OP_LABEL, 0, 0, 0, L_LIST},
    {OP_LEAST, R_I, R_WORDS, 0, L_END},
    {OP_GET, R_ENTRY, R_I, ARRAY_WORDS, 0},
    {OP_NAME, R_NAME, R_ENTRY, 0, 0},
    {OP_PRINT, R_NAME, 0, 0, 0},
    {OP_SET, R_T, 0, 0, ' '},
    {OP_WRITE, R_T, 0, 0, 0},
    {OP_VALUE, R_VALUE, R_ENTRY, 0, 0},
    {OP_CALL, 0, 0, 0, L_DECIMAL},
    {OP_WRITE, R_TEN, 0, 0, 0}, /* a newline */
    {OP_STEP, R_I, R_I, 0, 1},
    {OP_JUMP, 0, 0, 0, L_LIST},
    {OP_LABEL, 0, 0, 0, L_END},
    {OP_HALT, 0, 0, 0, 0},

    /* R_ORDER of R_ENTRY_L and R_ENTRY_R: the more frequent first, then by name */
    {OP_LABEL, 0, 0, 0, L_COMPARE},
    {OP_VALUE, R_VALUE, R_ENTRY_L, 0, 0},
    {OP_VALUE, R_T, R_ENTRY_R, 0, 0},
    {OP_SUB, R_ORDER, R_T, R_VALUE, 0},
    {OP_DIFFER, R_ORDER, R_ZERO, 0, L_COMPARED},
    {OP_NAME, R_NAME, R_ENTRY_L, 0, 0},
    {OP_NAME, R_NAME_R, R_ENTRY_R, 0, 0},
    {OP_ORDER, R_ORDER, R_NAME, R_NAME_R, 0},
    {OP_LABEL, 0, 0, 0, L_COMPARED},
    {OP_RETURN, 0, 0, 0, 0},

    /* writes R_VALUE */
    {OP_LABEL, 0, 0, 0, L_DECIMAL},
    {OP_SET, R_TO, 0, 0, 0},
    {OP_LABEL, 0, 0, 0, L_DIGIT},
    {OP_MOD, R_T, R_VALUE, R_TEN, 0},
    {OP_STEP, R_T, R_T, 0, '0'},
    {OP_PUT, R_T, R_TO, ARRAY_DIGITS, 0},
    {OP_STEP, R_TO, R_TO, 0, 1},
    {OP_DIV, R_VALUE, R_VALUE, R_TEN, 0},
    {OP_DIFFER, R_VALUE, R_ZERO, 0, L_DIGIT},
    {OP_LABEL, 0, 0, 0, L_SHOW},
    {OP_STEP, R_TO, R_TO, 0, -1},
    {OP_GET, R_T, R_TO, ARRAY_DIGITS, 0},
    {OP_WRITE, R_T, 0, 0, 0},
    {OP_DIFFER, R_TO, R_ZERO, 0, L_SHOW},
    {OP_RETURN, 0, 0, 0, 0},
};
/* clang-format on */

/* Takes the labels out and puts places in for them. */
void script_link(struct instruction *out)
{
    const size_t count = sizeof script_source / sizeof script_source[0];
    _Static_assert(sizeof script_source / sizeof script_source[0] <= SCRIPT_MAX, "room for it");
    int32_t place[LABELS] = {0}, next = 0;
    for (size_t i = 0; i < count; i++)
        if (script_source[i].op == OP_LABEL)
            place[script_source[i].k] = next;
        else
            out[next++] = script_source[i];
    for (int32_t i = 0; i < next; i++)
        if (out[i].op >= OP_JUMP && out[i].op <= OP_CALL)
            out[i].k = place[out[i].k];
}
