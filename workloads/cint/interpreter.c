/* cint.interpreter - stands in for 400.perlbench: an interpreter of bytecode runs a script over
 * 590 KiB of text.
 *
 * The script (below, in the assembler of the machine that runs it) cuts the text into words, counts
 * words and pairs of neighbours in hash tables, counts those that match patterns, sorts the words
 * by how often they came (a merge sort with a comparison of its own), and writes the list. Strings
 * are objects that are made and never changed; patterns are matched by going back where a greedy
 * choice was wrong, as Perl does it.
 *
 * Working set: 14 MiB, most of it strings (a line or more each, as a scalar of Perl takes), which
 * the hash tables lead to in no order.
 *
 * Checked: the list is sorted, its counts add up to the words of the text,
 * those of the pairs to one less, and each pattern's matches are those that a matcher of another
 * kind (it follows all choices at once) finds in the text. */
#include <config.h>

#include "workloads/program/program.h"

enum {
    SCRIPT_MAX = 160,
    TEXT_BYTES = 590 << 10,
    VOCABULARY = 5000,
    WORD_MAX = 12,
    TOKENS_MAX = TEXT_BYTES / 3,
    LINE = 64,
    HEAP_BYTES = 12 << 20,
    BUCKETS = 1 << 16, /* of each table */
    ENTRIES_MAX = TOKENS_MAX,
    OUTPUT_BYTES = VOCABULARY * (WORD_MAX + 8),
    REGISTERS = 32,
    CALLS_MAX = 8,
    ELEMENTS_MAX = 10, /* of a pattern */
};

/* ---- The machine ---- */

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

struct string {
    uint32_t length, hash;
    uint8_t bytes[LINE - 8]; /* a part of what the heap has for it */
};

struct entry {
    uint32_t string, next; /* places in the heap and among entries; 0 ends a bucket's list */
    int64_t value;
};

/* One letter of a set, min to max times. Sets are bits: a to z, and the space. */
struct element {
    uint32_t set;
    uint8_t min, max;
};
struct pattern {
    struct element element[ELEMENTS_MAX];
    uint8_t count;
    bool from_start, to_end;
};

enum { TABLE_WORDS, TABLE_PAIRS, TABLES };
enum { ARRAY_WORDS, ARRAY_PAIRS, ARRAY_SORTED, ARRAY_MATCHES, ARRAY_DIGITS, ARRAYS };

/* The last one is tried on pairs, the others on words. */
static const char *const pattern_sources[] = {
    "^[b-df-h][aeiou].*[aeiou]$",
    "an+[aeiou]",
    "^.?.?[aeiou]+[^aeiou][aeiou]+[^aeiou]*$",
    "r.*[st]o?.*n",
    "[ae]l?m*$",
    "^s.*[^r]a [k-t].*e[aeiou]*[a-m]$",
};
#define PATTERNS ((int)(sizeof pattern_sources / sizeof pattern_sources[0]))

struct interpreter {
    struct instruction script[SCRIPT_MAX];
    struct pattern pattern[PATTERNS];
    uint8_t text[TEXT_BYTES + 1]; /* ends with 0 */

    uint64_t steps; /* instructions executed */
    uint32_t heap_used, entries_used, output_used;
    uint32_t bucket[TABLES][BUCKETS];
    struct entry entry[ENTRIES_MAX];
    int64_t array[ARRAYS][TOKENS_MAX];
    uint8_t output[OUTPUT_BYTES];
    _Alignas(LINE) uint8_t heap[HEAP_BYTES];
};

/* ---- The script ---- */

/* clang-format off */
/* Registers by their use. */
enum {
    R_ZERO, R_ONE, R_TEN, R_SIZE, R_AT, R_START, R_CHAR, R_WORD, R_BEFORE, R_PAIR, R_ENTRY,
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
static void script_link(struct instruction *out)
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

/* ---- Patterns ---- */

WORK_TIMED static inline uint32_t letter_bit(uint8_t c)
{
    return c == ' ' ? UINT32_C(1) << 26 : UINT32_C(1) << (c - 'a');
}

/* One letter, dot or set at *source, which goes on behind it. */
static uint32_t pattern_set(const char **source)
{
    const uint32_t all = (UINT32_C(1) << 27) - 1;
    char c = *(*source)++;
    if (c == '.')
        return all;
    if (c != '[')
        return letter_bit((uint8_t)c);
    bool inverted = **source == '^';
    *source += inverted;
    uint32_t set = 0;
    while (**source != ']') {
        char from = *(*source)++, to = from;
        if (**source == '-') {
            to = (*source)[1];
            *source += 2;
        }
        for (; from <= to; from++)
            set |= letter_bit((uint8_t)from);
    }
    ++*source;
    return inverted ? all & ~set : set;
}

static void pattern_compile(struct pattern *p, const char *source)
{
    p->count = 0;
    p->to_end = false;
    p->from_start = *source == '^';
    source += p->from_start;
    while (*source) {
        if (*source == '$') {
            p->to_end = true;
            return;
        }
        struct element *e = &p->element[p->count++];
        e->set = pattern_set(&source);
        e->min = *source != '*' && *source != '?';
        e->max = *source == '*' || *source == '+' ? UINT8_MAX : 1;
        source += *source == '*' || *source == '+' || *source == '?';
    }
}

/* Elements from number i on, at the string's place. */
WORK_TIMED static bool match_here(const struct pattern *p, unsigned i, const uint8_t *at,
                                  const uint8_t *end)
{
    if (i == p->count)
        return !p->to_end || at == end;
    const struct element *e = &p->element[i];
    unsigned most = 0;
    while (at + most < end && most < e->max && e->set & letter_bit(at[most]))
        most++;
    for (unsigned n = most + 1; n-- > e->min;)
        if (match_here(p, i + 1, at + n, end))
            return true;
    return false;
}

WORK_TIMED static bool pattern_match(const struct pattern *p, const uint8_t *bytes, unsigned length)
{
    for (unsigned from = 0; from <= (p->from_start ? 0 : length); from++)
        if (match_here(p, 0, bytes + from, bytes + length))
            return true;
    return false;
}

/* ---- Strings and tables ---- */

WORK_TIMED static inline struct string *string_at(struct interpreter *s, int64_t place)
{
    return (struct string *)(void *)(s->heap + place);
}

WORK_TIMED static uint32_t string_new(struct interpreter *s, uint32_t length)
{
    uint32_t place = s->heap_used;
    s->heap_used += (8 + length + LINE - 1) / LINE * LINE;
    string_at(s, place)->length = length;
    return place;
}
WORK_TIMED static void string_hash(struct string *t)
{
    uint32_t hash = 0;
    for (uint32_t i = 0; i < t->length; i++)
        hash = (hash + t->bytes[i]) * 1025 ^ hash >> 6;
    t->hash = hash * 9 ^ hash >> 11;
}

WORK_TIMED static uint32_t string_cut(struct interpreter *s, int64_t from, int64_t to)
{
    uint32_t place = string_new(s, (uint32_t)(to - from));
    struct string *t = string_at(s, place);
    for (uint32_t i = 0; i < t->length; i++)
        t->bytes[i] = s->text[from + i];
    string_hash(t);
    return place;
}
WORK_TIMED static uint32_t string_join(struct interpreter *s, int64_t left, int64_t right)
{
    const struct string *l = string_at(s, left), *r = string_at(s, right);
    uint32_t place = string_new(s, l->length + 1 + r->length);
    struct string *t = string_at(s, place);
    for (uint32_t i = 0; i < l->length; i++)
        t->bytes[i] = l->bytes[i];
    t->bytes[l->length] = ' ';
    for (uint32_t i = 0; i < r->length; i++)
        t->bytes[l->length + 1 + i] = r->bytes[i];
    string_hash(t);
    return place;
}
WORK_TIMED static int string_order(const struct string *a, const struct string *b)
{
    for (uint32_t i = 0; i < a->length && i < b->length; i++)
        if (a->bytes[i] != b->bytes[i])
            return a->bytes[i] < b->bytes[i] ? -1 : 1;
    return a->length < b->length ? -1 : a->length > b->length;
}

WORK_TIMED static uint32_t table_fetch(struct interpreter *s, unsigned table, uint32_t string)
{
    const struct string *t = string_at(s, string);
    uint32_t *bucket = &s->bucket[table][t->hash % BUCKETS];
    for (uint32_t e = *bucket; e; e = s->entry[e].next) {
        const struct string *u = string_at(s, s->entry[e].string);
        if (u->hash == t->hash && string_order(u, t) == 0)
            return e;
    }
    uint32_t e = s->entries_used++;
    s->entry[e].string = string;
    s->entry[e].next = *bucket;
    s->entry[e].value = 0;
    return *bucket = e;
}

/* ---- Execution ---- */

WORK_TIMED static void interpret(struct interpreter *s, int64_t r[REGISTERS])
{
    const struct instruction *back[CALLS_MAX], *at = s->script;
    unsigned calls = 0;
    for (uint64_t steps = 1;; steps++) {
        const struct instruction *i = at++;
        switch ((enum op)i->op) {
        case OP_LABEL:
        case OP_HALT:
            s->steps = steps;
            return;
        case OP_SET:
            r[i->a] = i->k;
            break;
        case OP_MOVE:
            r[i->a] = r[i->b];
            break;
        case OP_ADD:
            r[i->a] = r[i->b] + r[i->c];
            break;
        case OP_SUB:
            r[i->a] = r[i->b] - r[i->c];
            break;
        case OP_DIV:
            r[i->a] = r[i->b] / r[i->c];
            break;
        case OP_MOD:
            r[i->a] = r[i->b] % r[i->c];
            break;
        case OP_STEP:
            r[i->a] = r[i->b] + i->k;
            break;
        case OP_JUMP:
            at = s->script + i->k;
            break;
        case OP_LESS:
            if (r[i->a] < r[i->b])
                at = s->script + i->k;
            break;
        case OP_LEAST:
            if (r[i->a] >= r[i->b])
                at = s->script + i->k;
            break;
        case OP_SAME:
            if (r[i->a] == r[i->b])
                at = s->script + i->k;
            break;
        case OP_DIFFER:
            if (r[i->a] != r[i->b])
                at = s->script + i->k;
            break;
        case OP_LETTER:
            if (r[i->a] >= 'a' && r[i->a] <= 'z')
                at = s->script + i->k;
            break;
        case OP_CALL:
            back[calls++] = at;
            at = s->script + i->k;
            break;
        case OP_RETURN:
            at = back[--calls];
            break;
        case OP_TEXT:
            r[i->a] = s->text[r[i->b]];
            break;
        case OP_CUT:
            r[i->a] = string_cut(s, r[i->b], r[i->c]);
            break;
        case OP_JOIN:
            r[i->a] = string_join(s, r[i->b], r[i->c]);
            break;
        case OP_FETCH:
            r[i->a] = table_fetch(s, i->c, (uint32_t)r[i->b]);
            break;
        case OP_COUNT:
            r[i->a] = ++s->entry[r[i->b]].value;
            break;
        case OP_VALUE:
            r[i->a] = s->entry[r[i->b]].value;
            break;
        case OP_NAME:
            r[i->a] = s->entry[r[i->b]].string;
            break;
        case OP_GET:
            r[i->a] = s->array[i->c][r[i->b]];
            break;
        case OP_PUT:
            s->array[i->c][r[i->b]] = r[i->a];
            break;
        case OP_MATCH: {
            const struct string *t = string_at(s, r[i->b]);
            r[i->a] = pattern_match(&s->pattern[r[i->c]], t->bytes, t->length);
            break;
        }
        case OP_ORDER:
            r[i->a] = string_order(string_at(s, r[i->b]), string_at(s, r[i->c]));
            break;
        case OP_WRITE:
            s->output[s->output_used++] = (uint8_t)r[i->a];
            break;
        case OP_PRINT: {
            const struct string *t = string_at(s, r[i->a]);
            for (uint32_t n = 0; n < t->length; n++)
                s->output[s->output_used++] = t->bytes[n];
            break;
        }
        }
    }
}

WORK_TIMED static uint64_t interpreter_execute(void *state)
{
    struct interpreter *s = state;
    int64_t r[REGISTERS];
    for (unsigned i = 0; i < REGISTERS; i++)
        r[i] = 0;
    r[R_ONE] = 1;
    r[R_TEN] = 10;
    r[R_SIZE] = TEXT_BYTES;
    s->heap_used = LINE; /* place 0 is no string */
    s->entries_used = 1;
    s->output_used = 0;
    for (unsigned t = 0; t < TABLES; t++)
        for (unsigned i = 0; i < BUCKETS; i++)
            s->bucket[t][i] = 0;
    interpret(s, r);
    uint64_t digest = digest_fold(400, s->steps);
    for (uint32_t i = 0; i < s->output_used; i++)
        digest = digest_fold(digest, s->output[i]);
    for (uint32_t e = 1; e < s->entries_used; e++)
        digest = digest_fold(digest, (uint64_t)s->entry[e].value << 32 | s->entry[e].string);
    for (int p = 0; p < PATTERNS; p++)
        digest = digest_fold(digest, (uint64_t)s->array[ARRAY_MATCHES][p]);
    return digest;
}

/* ---- Input ---- */

static unsigned make_word(uint8_t *out, uint64_t *seed)
{
    static const char first[] = "bcdfghklmnprstvw", second[] = "aaeeiou", third[] = "lmnrst";
    unsigned length = 0, syllables = 1 + (unsigned)fixed_below(seed, 4);
    for (unsigned i = 0; i < syllables; i++) {
        out[length++] = (uint8_t)first[fixed_below(seed, sizeof first - 1)];
        out[length++] = (uint8_t)second[fixed_below(seed, sizeof second - 1)];
        if (fixed_below(seed, 3) == 0)
            out[length++] = (uint8_t)third[fixed_below(seed, sizeof third - 1)];
    }
    return length;
}

static int interpreter_make(struct work *w, void *state)
{
    (void)w;
    struct interpreter *s = state;
    uint64_t seed = 400;
    uint8_t words[VOCABULARY][WORD_MAX], length[VOCABULARY];
    for (unsigned i = 0; i < VOCABULARY; i++)
        length[i] = (uint8_t)make_word(words[i], &seed);
    for (size_t at = 0; at < TEXT_BYTES;) {
        uint64_t rank = fixed_below(&seed, VOCABULARY);
        rank = fixed_below(&seed, rank + 1); /* the first ones come more often */
        for (unsigned i = 0; i < length[rank] && at < TEXT_BYTES; i++)
            s->text[at++] = words[rank][i];
        if (at < TEXT_BYTES)
            s->text[at++] = fixed_below(&seed, 12) ? ' ' : '\n';
    }
    script_link(s->script);
    for (int p = 0; p < PATTERNS; p++)
        pattern_compile(&s->pattern[p], pattern_sources[p]);
    return 0;
}

/* ---- What is known of the result ---- */

/* Follows all choices of a pattern at once: bit i is set where element i may come next. */
static bool match_all_at_once(const struct pattern *p, const uint8_t *bytes, unsigned length)
{
    uint32_t here = 1, last = UINT32_C(1) << p->count;
    for (unsigned at = 0;; at++) {
        if (at && !p->from_start)
            here |= 1;
        for (unsigned i = 0; i < p->count; i++) /* elements that may be left out */
            if (here >> i & 1 && p->element[i].min == 0)
                here |= UINT32_C(2) << i;
        if (here & last && (!p->to_end || at == length))
            return true;
        if (at == length)
            return false;
        uint32_t next = 0;
        for (unsigned i = 0; i < p->count; i++) {
            const struct element *e = &p->element[i];
            if (!(here >> i & 1) || !(e->set & letter_bit(bytes[at])))
                continue;
            next |= UINT32_C(2) << i;
            if (e->max > 1)
                next |= UINT32_C(1) << i;
        }
        here = next;
    }
}

/* The next line "word count" of the list; its count. */
static int64_t list_line(const struct interpreter *s, uint32_t *at, struct string *word)
{
    int64_t count = 0;
    for (word->length = 0; *at < s->output_used && s->output[*at] != ' '; ++*at)
        if (word->length < WORD_MAX)
            word->bytes[word->length++] = s->output[*at];
    for (++*at; *at < s->output_used && s->output[*at] != '\n'; ++*at)
        count = count * 10 + s->output[*at] - '0';
    ++*at;
    return count;
}

/* Matches of all patterns in the text itself, and its words. */
static int64_t text_matches(const struct interpreter *s, int64_t matches[PATTERNS])
{
    int64_t words = 0;
    size_t before = 0, before_end = 0;
    for (int p = 0; p < PATTERNS; p++)
        matches[p] = 0;
    for (size_t at = 0; at < TEXT_BYTES; at++) {
        size_t from = at;
        while (s->text[at] >= 'a' && s->text[at] <= 'z')
            at++;
        if (at == from)
            continue;
        for (int p = 0; p < PATTERNS - 1; p++)
            matches[p] += match_all_at_once(&s->pattern[p], s->text + from, (unsigned)(at - from));
        if (words++) {
            uint8_t pair[2 * WORD_MAX + 1];
            unsigned length = 0;
            for (size_t i = before; i < before_end; i++)
                pair[length++] = s->text[i];
            pair[length++] = ' ';
            for (size_t i = from; i < at; i++)
                pair[length++] = s->text[i];
            matches[PATTERNS - 1] += match_all_at_once(&s->pattern[PATTERNS - 1], pair, length);
        }
        before = from;
        before_end = at;
    }
    return words;
}

static int interpreter_check(struct work *w, const void *state)
{
    const struct interpreter *s = state;
    struct string line[2] = {{0}};
    int64_t sum = 0, all = 0, count, count_before = INT64_MAX, matches[PATTERNS];
    unsigned lines = 0;
    for (uint32_t at = 0; at < s->output_used; lines++, count_before = count) {
        count = list_line(s, &at, &line[lines % 2]);
        sum += count;
        bool name_behind = string_order(&line[(lines + 1) % 2], &line[lines % 2]) < 0;
        if (count > count_before || (count == count_before && !name_behind))
            return error_set(w->error, ERROR_SYSTEM, "%s: line %u of the list is out of order",
                             w->workload->id, lines + 1);
    }
    for (uint32_t e = 1; e < s->entries_used; e++)
        all += s->entry[e].value;
    int64_t words = text_matches(s, matches);
    if (sum != words || all != 2 * words - 1)
        return error_set(w->error, ERROR_SYSTEM,
                         "%s: %lld of %lld words are listed, and %lld words and pairs counted",
                         w->workload->id, (long long)sum, (long long)words, (long long)all);
    for (int p = 0; p < PATTERNS; p++)
        if (matches[p] != s->array[ARRAY_MATCHES][p])
            return error_set(w->error, ERROR_SYSTEM, "%s: %s matched %lld times, must be %lld",
                             w->workload->id, pattern_sources[p],
                             (long long)s->array[ARRAY_MATCHES][p], (long long)matches[p]);
    return 0;
}

const struct program cint_interpreter = {
    .id = "cint.interpreter",
    .state_bytes = sizeof(struct interpreter),
    .digest = UINT64_C(0x96e415a57ca0b6c5),
    .make = interpreter_make,
    .execute = interpreter_execute,
    .check = interpreter_check,
};
