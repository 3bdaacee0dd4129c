/* cint.interpreter - stands in for 400.perlbench: an interpreter of bytecode runs a script over
 * 590 KiB of text.
 *
 * The script (interpreter/script.c) cuts the text into words, counts words and pairs of neighbours
 * in hash tables, counts those that match patterns (interpreter/pattern.c), sorts the words by how
 * often they came (a merge sort with a comparison of its own), and writes the list. Strings are
 * objects that are made and never changed.
 *
 * Working set: 14 MiB, most of it strings (a line or more each, as a scalar of Perl takes), which
 * the hash tables lead to in no order.
 *
 * Checked: the list is sorted, its counts add up to the words of the text, those of the pairs to
 * one less, and each pattern's matches are those that a matcher of another
 * kind (it follows all choices at once) finds in the text. */
#include <config.h>

#include "workloads/cint/interpreter/pattern.h"
#include "workloads/cint/interpreter/script.h"
#include "workloads/program/program.h"

enum {
    TEXT_BYTES = 590 << 10,
    VOCABULARY = 5000,
    WORD_MAX = 12,
    TOKENS_MAX = TEXT_BYTES / 3,
    LINE = 64,
    HEAP_BYTES = 12 << 20,
    BUCKETS = 1 << 16, /* of each table */
    ENTRIES_MAX = TOKENS_MAX,
    OUTPUT_BYTES = VOCABULARY * (WORD_MAX + 8),
    CALLS_MAX = 8,
};

/* ---- The machine ---- */

struct string {
    uint32_t length, hash;
    uint8_t bytes[LINE - 8]; /* a part of what the heap has for it */
};

struct entry {
    uint32_t string, next; /* places in the heap and among entries; 0 ends a bucket's list */
    int64_t value;
};

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
            matches[p] += pattern_match_at_once(&s->pattern[p], s->text + from,
                                                (unsigned)(at - from));
        if (words++) {
            uint8_t pair[2 * WORD_MAX + 1];
            unsigned length = 0;
            for (size_t i = before; i < before_end; i++)
                pair[length++] = s->text[i];
            pair[length++] = ' ';
            for (size_t i = from; i < at; i++)
                pair[length++] = s->text[i];
            matches[PATTERNS - 1] += pattern_match_at_once(&s->pattern[PATTERNS - 1], pair, length);
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
