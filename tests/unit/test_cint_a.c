/* The first six stand-ins for CINT2006, each against a reference of its own on a small instance,
 * and faults, which must be noticed. Their static functions are needed, so their files are part of
 * this program. */
#include <config.h>

#include "tests/unit/unit.h"

#include "workloads/cint/interpreter.c"

#include "workloads/cint/bzip2.c"

#include "workloads/cint/compiler.c"

#include "workloads/cint/mincost.c"

#include "workloads/cint/go.c"

#include "workloads/cint/viterbi.c"

#include "workloads/program/plain_memory.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rig {
    struct work work;
    struct error error;
    void *state;
};

/* A state with the program's input, and how it tells of errors. */
static void *rig_begin(struct rig *r, const struct program *p)
{
    memset(r, 0, sizeof *r);
    r->work.workload = workload_find(p->id);
    assert_non_null(r->work.workload);
    r->work.error = &r->error;
    r->state = calloc(1, p->state_bytes);
    assert_non_null(r->state);
    if (p->make)
        assert_int_equal(p->make(&r->work, r->state), 0);
    return r->state;
}

static void rig_right(struct rig *r, const struct program *p)
{
    assert_true(p->execute(r->state) == p->digest);
    if (p->check(&r->work, r->state) < 0)
        fail_msg("%s", r->error.text);
}

static void rig_notices(struct rig *r, const struct program *p, const char *words)
{
    assert_int_equal(p->check(&r->work, r->state), -1);
    if (!strstr(r->error.text, words))
        fail_msg("it says: %s", r->error.text);
}

/* ---- Interpreter ---- */

/* Patterns of both matchers against those of the C library, on words by chance. */
static void interpreter_matches_as_regexec(void **unused)
{
    (void)unused;
    static const char *const more[] = {"a?a?a?aaa$", "^.*b.*b", "^$", "x*", "^[^ ]+ [a-c]?$"};
    enum { MORE = sizeof more / sizeof more[0] };
    uint64_t seed = 3;
    unsigned found = 0;
    for (int i = 0; i < PATTERNS + (int)MORE; i++) {
        const char *source = i < PATTERNS ? pattern_sources[i] : more[i - PATTERNS];
        struct pattern p;
        regex_t reference;
        pattern_compile(&p, source);
        assert_int_equal(regcomp(&reference, source, REG_EXTENDED | REG_NOSUB), 0);
        for (unsigned k = 0; k < 3000; k++) {
            static const char letters[] = "aaabcesntr om";
            char word[16];
            unsigned length = (unsigned)fixed_below(&seed, 15);
            for (unsigned n = 0; n < length; n++)
                word[n] = letters[fixed_below(&seed, sizeof letters - 1)];
            word[length] = '\0';
            bool right = regexec(&reference, word, 0, NULL, 0) == 0;
            const uint8_t *bytes = (const uint8_t *)word;
            found += right;
            if (pattern_match(&p, bytes, length) != right ||
                pattern_match_at_once(&p, bytes, length) != right)
                fail_msg("%s and \"%s\"", source, word);
        }
        regfree(&reference);
    }
    assert_true(found > 1000);
}

struct listed {
    char word[WORD_MAX + 1];
    unsigned count;
};
static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct listed *)a)->word, ((const struct listed *)b)->word);
}
static int by_count(const void *a, const void *b)
{
    unsigned l = ((const struct listed *)a)->count, r = ((const struct listed *)b)->count;
    return l != r ? (l < r ? 1 : -1) : by_name(a, b);
}

/* The list is, byte by byte, the one that C makes of the text. */
static void interpreter_lists_as_c(void **unused)
{
    (void)unused;
    struct rig r;
    struct interpreter *s = rig_begin(&r, &cint_interpreter);
    rig_right(&r, &cint_interpreter);
    rig_right(&r, &cint_interpreter);
    struct listed *list = calloc(TOKENS_MAX, sizeof *list);
    char *text = strdup((const char *)s->text), *rest = text, *word, *expected;
    size_t count = 0, kinds = 0, bytes;
    while ((word = strtok_r(rest, " \n", &rest)))
        snprintf(list[count++].word, sizeof list->word, "%s", word);
    qsort(list, count, sizeof *list, by_name);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || by_name(&list[i], &list[kinds - 1]) != 0)
            list[kinds++] = list[i];
        list[kinds - 1].count++;
    }
    qsort(list, kinds, sizeof *list, by_count);
    FILE *f = open_memstream(&expected, &bytes);
    for (size_t i = 0; i < kinds; i++)
        fprintf(f, "%s %u\n", list[i].word, list[i].count);
    fclose(f);
    assert_int_equal(bytes, s->output_used);
    assert_memory_equal(expected, s->output, bytes);
    free(expected);
    free(text);
    free(list);
    free(r.state);
}

static void interpreter_fault_is_noticed(void **unused)
{
    (void)unused;
    struct rig r;
    struct interpreter *s = rig_begin(&r, &cint_interpreter);
    rig_right(&r, &cint_interpreter);
    s->array[ARRAY_MATCHES][2]--;
    rig_notices(&r, &cint_interpreter, "times, must be");
    s->array[ARRAY_MATCHES][2]++;
    s->entry[s->entries_used / 2].value++;
    rig_notices(&r, &cint_interpreter, "words and pairs counted");
    s->entry[s->entries_used / 2].value--;
    s->output[s->output_used - 2]++;
    rig_notices(&r, &cint_interpreter, "is out of order");
    for (unsigned i = 0; i < SCRIPT_MAX; i++)
        if (s->script[i].op == OP_ORDER)
            s->script[i].op = OP_ADD;
    assert_true(cint_interpreter.execute(s) != cint_interpreter.digest);
    rig_notices(&r, &cint_interpreter, "is out of order");
    free(r.state);
}

/* ---- bzip2 ---- */

/* Every length up to a few words, at every distance and address within one: as the C library. */
static void plain_memory_is_memory(void **unused)
{
    (void)unused;
    enum { LENGTHS = 40, SHIFTS = 24, ROOM = LENGTHS + 2 * SHIFTS };
    uint8_t ours[ROOM], right[ROOM];
    for (size_t length = 0; length < LENGTHS; length++)
        for (size_t from = 0; from < SHIFTS; from++)
            for (size_t to = 0; to < SHIFTS; to++) {
                for (size_t i = 0; i < ROOM; i++)
                    ours[i] = right[i] = (uint8_t)(i * 7 + 1);
                assert_ptr_equal(plain_memmove(ours + to, ours + from, length), ours + to);
                memmove(right + to, right + from, length);
                assert_memory_equal(ours, right, ROOM);
                assert_ptr_equal(plain_memset(ours + to, (int)(0x1e0 + from), length), ours + to);
                memset(right + to, (int)(0x1e0 + from), length);
                assert_memory_equal(ours, right, ROOM);
                uint8_t copy[ROOM] = {0}, right_copy[ROOM] = {0};
                assert_ptr_equal(plain_memcpy(copy + to, ours + from, length), copy + to);
                memcpy(right_copy + to, right + from, length);
                assert_memory_equal(copy, right_copy, ROOM);
            }
}

/* By the library's simple calls, with its own memory: the same bytes. */
static void bzip2_is_the_library(void **unused)
{
    (void)unused;
    struct rig r;
    struct bzip2 *b = rig_begin(&r, &cint_bzip2);
    rig_right(&r, &cint_bzip2);
    for (unsigned i = 0; i < INPUTS; i++) {
        static char packed[PACKED_BYTES];
        unsigned bytes = sizeof packed;
        assert_int_equal(BZ2_bzBuffToBuffCompress(packed, &bytes, (char *)b->input[i].plain,
                                                  INPUT_BYTES, LEVEL, 0, 0),
                         BZ_OK);
        assert_int_equal(bytes, b->input[i].packed_bytes);
        assert_memory_equal(packed, b->input[i].packed, bytes);
    }
    free(r.state);
}

static void bzip2_fault_is_noticed(void **unused)
{
    (void)unused;
    struct rig r;
    struct bzip2 *b = rig_begin(&r, &cint_bzip2);
    rig_right(&r, &cint_bzip2);
    b->input[INPUT_PICTURE].again[777] ^= 1;
    rig_notices(&r, &cint_bzip2, "byte 777 of input 1");
    b->input[INPUT_PICTURE].arena.used = b->input[INPUT_RANDOM].arena.used = 0;
    assert_int_equal(input_unpack(&b->input[INPUT_PICTURE]), INPUT_BYTES);
    assert_int_equal(cint_bzip2.check(&r.work, b), 0);
    b->input[INPUT_RANDOM].packed[5000] ^= 1;
    b->input[INPUT_RANDOM].again_bytes = input_unpack(&b->input[INPUT_RANDOM]);
    rig_notices(&r, &cint_bzip2, "input 2 came back with 0 of");
    free(r.state);
}

/* ---- Compiler ---- */

/* Functions of all sizes: what the code does is what the source says. */
static void compiler_keeps_the_meaning(void **unused)
{
    (void)unused;
    struct rig r;
    struct compiler *c = rig_begin(&r, &cint_compiler);
    struct function *f = &c->function[0];
    for (uint64_t seed = 1; seed <= 400; seed++) {
        function_write(f, seed, 8 + (uint32_t)seed % 300);
        c->pool.used = 0;
        function_compile(c, f);
        assert_true(f->places <= PLACES_MAX);
        for (uint64_t run = 1; run <= 5; run++)
            assert_true(source_run(f, run) == code_run(f, run));
    }
    free(r.state);
}

/* Can block i be reached without going through the block left out? */
static void reach(const struct unit *u, uint32_t i, uint32_t left_out, bool *reached)
{
    if (i == left_out || reached[i])
        return;
    reached[i] = true;
    for (uint32_t k = 0; k < u->flow[i].next_count; k++)
        reach(u, u->flow[i].next[k], left_out, reached);
}

/* A block dominates those that cannot be reached without it; the last such one is the immediate
 * dominator. */
static void compiler_finds_dominators(void **unused)
{
    (void)unused;
    struct rig r;
    struct compiler *c = rig_begin(&r, &cint_compiler);
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct unit u = {.pool = &c->pool, .f = &c->function[0]};
        function_write(u.f, seed, 60);
        c->pool.used = 0;
        unit_order(&u);
        unit_before(&u);
        unit_dominators(&u);
        for (uint32_t d = 0; d < u.blocks; d++) {
            bool reached[64] = {false};
            reach(&u, 0, d, reached);
            for (uint32_t i = 0; i < u.blocks; i++) {
                uint32_t up = i;
                while (up != d && up != 0)
                    up = u.flow[up].dominator;
                assert_int_equal(up == d, !reached[i]);
            }
        }
    }
    free(r.state);
}

/* One block that returns a variable. */
static void function_set(struct function *f, const struct statement *source, size_t count,
                         uint8_t result)
{
    f->blocks = 1;
    f->statements = (uint32_t)count;
    memcpy(f->statement, source, count * sizeof *source);
    f->block[0] = (struct source_block){0, f->statements, DO_RETURN, result, {0, 0}};
}

/* A sum and a product are made once, whatever the order of their operands, and what is unused
 * goes. */
static void compiler_optimises(void **unused)
{
    (void)unused;
    struct rig r;
    struct compiler *c = rig_begin(&r, &cint_compiler);
    struct function *f = &c->function[0];
    static const struct statement source[] = {
        {DO_XOR, 0, 0, 0, 0},   {DO_AND, 0, 0, IMMEDIATE, 0}, {DO_ADD, 2, 5, 6, 0},
        {DO_ADD, 3, 6, 5, 0},   {DO_MUL, 4, 3, 2, 0},         {DO_MUL, 7, 2, 3, 0},
        {DO_EQUAL, 8, 4, 7, 0}, {DO_SHIFT, 9, 9, 9, 0},       {DO_PUT, 0, 4, 0, 0},
        {DO_PUT, 0, 7, 0, 0},
    };
    function_set(f, source, sizeof source / sizeof source[0], 4);
    c->pool.used = 0;
    function_compile(c, f);
    /* two parameters, their sum, its square, twice out, return */
    assert_int_equal(f->code_count, 7);
    assert_true(source_run(f, 1) == code_run(f, 1));
    free(r.state);
}

/* x = p - p; y = x + 9; z = y * 5 >> 0; put z: only the constant is left. */
static void compiler_folds_constants(void **unused)
{
    (void)unused;
    struct rig r;
    struct compiler *c = rig_begin(&r, &cint_compiler);
    struct function *f = &c->function[0];
    static const struct statement source[] = {
        {DO_SUB, 1, 0, 0, 0},           {DO_ADD, 2, 1, IMMEDIATE, 9}, {DO_MUL, 3, 2, IMMEDIATE, 5},
        {DO_SHIFT, 3, 3, IMMEDIATE, 0}, {DO_PUT, 0, 3, 0, 0},
    };
    function_set(f, source, sizeof source / sizeof source[0], 3);
    c->pool.used = 0;
    function_compile(c, f);
    assert_int_equal(f->code_count, 3);
    assert_int_equal(f->code[0].op, DO_CONSTANT);
    assert_int_equal(f->code[0].k, 45);
    assert_true(source_run(f, 1) == code_run(f, 1));
    free(r.state);
}

static void compiler_fault_is_noticed(void **unused)
{
    (void)unused;
    struct rig r;
    struct compiler *c = rig_begin(&r, &cint_compiler);
    rig_right(&r, &cint_compiler);
    rig_right(&r, &cint_compiler);
    struct code *code = c->function[4].code;
    while (code->op != DO_PUT)
        code++;
    code->a ^= 1;
    rig_notices(&r, &cint_compiler, "code of function 4 does not do");
    c->function[2].statement[50].k ^= 4;
    c->function[2].statement[50].a ^= 1;
    assert_true(cint_compiler.execute(c) != cint_compiler.digest);
    assert_int_equal(cint_compiler.check(&r.work, c), 0);
    free(r.state);
}

/* ---- Minimum-cost flow ---- */

/* By successive shortest paths (Bellman-Ford) over arcs and, backwards, over those with flow. */
static int64_t successive_paths(const struct mincost *m)
{
    enum { FAR = 1 << 28 };
    int64_t cost = 0, distance_to[64];
    bool served[64] = {false};
    long by[64];
    int *flow = calloc(m->arc_count, sizeof *flow);
    assert_non_null(flow);
    for (size_t from = 1; from < m->nodes; from += 2) {
        for (size_t i = 0; i < m->nodes; i++)
            distance_to[i] = i == from ? 0 : FAR;
        for (bool better = true; better;) {
            better = false;
            for (size_t i = 0; i < m->arc_count; i++) {
                size_t a = m->arc[i].tail - m->node, b = m->arc[i].head - m->node;
                int64_t c = m->arc[i].cost;
                if (distance_to[a] < FAR && distance_to[a] + c < distance_to[b]) {
                    distance_to[b] = distance_to[a] + c;
                    by[b] = (long)i + 1;
                    better = true;
                }
                if (flow[i] && distance_to[b] < FAR && distance_to[b] - c < distance_to[a]) {
                    distance_to[a] = distance_to[b] - c;
                    by[a] = -(long)i - 1;
                    better = true;
                }
            }
        }
        size_t to = 0;
        for (size_t i = 2; i < m->nodes; i += 2)
            if (!served[i] && (!to || distance_to[i] < distance_to[to]))
                to = i;
        assert_true(to && distance_to[to] < FAR);
        served[to] = true;
        cost += distance_to[to];
        for (size_t i = to; i != from;) {
            const struct arc *a = &m->arc[labs(by[i]) - 1];
            flow[a - m->arc] += by[i] > 0 ? 1 : -1;
            i = (size_t)((by[i] > 0 ? a->tail : a->head) - m->node);
        }
    }
    free(flow);
    return cost;
}

static void mincost_is_the_cheapest(void **unused)
{
    (void)unused;
    struct rig r;
    struct mincost *m = rig_begin(&r, &cint_mincost);
    for (uint64_t seed = 1; seed <= 200; seed++) {
        make_schedule(m, seed, 1 + (unsigned)seed % 31);
        cint_mincost.execute(m);
        assert_int_equal(cint_mincost.check(&r.work, m), 0);
        assert_int_equal(tree_cost(m), successive_paths(m));
    }
    free(r.state);
}

static void mincost_fault_is_noticed(void **unused)
{
    (void)unused;
    struct rig r;
    struct mincost *m = rig_begin(&r, &cint_mincost);
    rig_right(&r, &cint_mincost);
    rig_right(&r, &cint_mincost);
    m->node[77].flow++;
    rig_notices(&r, &cint_mincost, "vehicles come out of node");
    m->node[77].flow--;
    m->arc[1500000].cost -= 100000;
    rig_notices(&r, &cint_mincost, "arc 1500000 would save");
    assert_true(cint_mincost.execute(m) != cint_mincost.digest);
    free(r.state);
}

/* ---- Go ---- */

static unsigned go_point(unsigned x, unsigned y)
{
    return y * GO_STRIDE + x;
}

/* All ways to put stones on a small board that leave each chain a liberty. */
static unsigned legal_positions(const struct go *g, unsigned size)
{
    static struct go_board b;
    unsigned points = size * size, all = 1, legal = 0;
    for (unsigned i = 0; i < points; i++)
        all *= 3;
    for (unsigned code = 0; code < all; code++) {
        go_clear(&b, size);
        for (unsigned i = 0, rest = code; i < points; i++, rest /= 3)
            if (rest % 3)
                go_put(&b, g, go_point(1 + i % size, 1 + i / size), (enum go_colour)(rest % 3));
        bool alive = true;
        for (unsigned p = 0; p < GO_POINTS; p++)
            alive &= !go_stone(&b, p) || b.liberties[b.head[p]];
        legal += alive;
    }
    return legal;
}

static void go_counts(void **unused)
{
    (void)unused;
    struct rig r;
    struct go *g = rig_begin(&r, &cint_go);
    assert_int_equal(legal_positions(g, 1), 1);
    assert_int_equal(legal_positions(g, 2), 57);
    assert_int_equal(legal_positions(g, 3), 12675);
    free(r.state);
}

/* After each of many moves by chance the records are what a search finds; a move is refused just
 * when it would leave its chain without liberty, or retakes a ko. */
static void go_records_hold(void **unused)
{
    (void)unused;
    struct rig r;
    struct go *g = rig_begin(&r, &cint_go);
    static struct go_board b, after;
    uint64_t seed = 1;
    unsigned refused = 0;
    for (unsigned game = 0; game < 30; game++) {
        go_clear(&b, 5 + game % 15);
        enum go_colour c = GO_BLACK;
        for (unsigned i = 0; i < 500 && b.empties; i++, c = go_other(c)) {
            unsigned p = b.empty[fixed_below(&seed, b.empties)];
            go_copy(&after, &b);
            go_play(&after, g, p, c);
            if (go_legal(&b, p, c))
                go_copy(&b, &after);
            else if (p != b.ko)
                assert_int_equal(after.liberties[after.head[p]], 0);
            refused += !go_legal(&b, p, c);
            assert_int_equal(board_fault(g, &b), -1);
        }
    }
    assert_true(refused > 100);
    free(r.state);
}

/* A ladder runs to the edge, where the chain is taken; a stone in its way saves it. */
static void go_reads_ladders(void **unused)
{
    (void)unused;
    struct rig r;
    struct go *g = rig_begin(&r, &cint_go);
    static const uint8_t black[][2] = {{14, 15}, {15, 14}, {16, 15}, {14, 16}};
    for (unsigned broken = 0; broken < 2; broken++) {
        go_clear(&g->board, GO_SIZE);
        go_play(&g->board, g, go_point(15, 15), GO_WHITE);
        if (broken)
            go_play(&g->board, g, go_point(17, 17), GO_WHITE);
        for (unsigned i = 0; i < 4; i++)
            go_play(&g->board, g, go_point(black[i][0], black[i][1]), GO_BLACK);
        assert_true(go_atari(&g->board, go_point(15, 15)));
        g->tries = 0;
        assert_int_equal(go_escapes(g, &g->board, go_point(15, 15), 0), broken);
        assert_true(g->tries < GO_TRIES);
    }
    free(r.state);
}

static void go_fault_is_noticed(void **unused)
{
    (void)unused;
    struct rig r;
    struct go *g = rig_begin(&r, &cint_go);
    rig_right(&r, &cint_go);
    rig_right(&r, &cint_go);
    unsigned p = GO_STRIDE + 1;
    while (!go_stone(&g->board, p))
        p++;
    g->board.liberties[g->board.head[p]]++;
    rig_notices(&r, &cint_go, "board 0 is wrong at");
    g->board.liberties[g->board.head[p]]--;
    g->result[9].black++;
    rig_notices(&r, &cint_go, "game 9 ended with");
    g->key[GO_WHITE][p] ^= 1;
    assert_true(cint_go.execute(g) != cint_go.digest);
    free(r.state);
}

/* ---- Viterbi ---- */

/* The best score of all that comes after a state when the letters before p are emitted: from the
 * end backwards, where the program goes forwards. */
struct backward {
    const struct viterbi *v;
    unsigned s, nodes;
    bool known[STATE_C + 1][MODEL_NODES + 1][12];
    int64_t best[STATE_C + 1][MODEL_NODES + 1][12];
};

static int64_t backward(struct backward *b, enum kind kind, unsigned k, unsigned p)
{
    if (b->known[kind][k][p])
        return b->best[kind][k][p];
    const struct viterbi *v = b->v;
    unsigned length = v->length[b->s];
    int64_t best = kind == STATE_C && p == length ? SPECIAL_MOVE : NEVER;
    for (int next = STATE_N; next <= STATE_C; next++)
        for (unsigned j = 0; j <= b->nodes; j++) {
            bool in_node = next == STATE_M || next == STATE_I || next == STATE_D;
            if (in_node != (j > 0))
                continue;
            int64_t step = path_step(v, STEP(kind, k), STEP(next, j));
            if (step <= NEVER)
                continue;
            bool emits = next == STATE_M || next == STATE_I || (!in_node && next == (int)kind);
            if (emits && p == length)
                continue;
            if (next == STATE_M)
                step += v->node[j].match[v->letter[b->s][p]];
            if (next == STATE_I)
                step += v->node[j].insert[v->letter[b->s][p]];
            int64_t rest = backward(b, (enum kind)next, j, p + emits);
            if (rest > NEVER && step + rest > best)
                best = step + rest;
        }
    b->known[kind][k][p] = true;
    return b->best[kind][k][p] = best;
}

static void viterbi_is_the_best_path(void **unused)
{
    (void)unused;
    struct rig r;
    struct viterbi *v = rig_begin(&r, &cint_viterbi);
    struct backward *b = malloc(sizeof *b);
    assert_non_null(b);
    for (unsigned s = 0; s < 6; s++) {
        memset(b, 0, sizeof *b);
        b->v = v;
        b->s = s;
        b->nodes = MODEL_NODES;
        v->length[s] = (uint16_t)(5 + s);
        assert_int_equal(viterbi_score(v, s), backward(b, STATE_N, 0, 0));
    }
    free(b);
    free(r.state);
}

static void viterbi_fault_is_noticed(void **unused)
{
    (void)unused;
    struct rig r;
    struct viterbi *v = rig_begin(&r, &cint_viterbi);
    rig_right(&r, &cint_viterbi);
    v->score[7]++;
    rig_notices(&r, &cint_viterbi, "path of sequence 7");
    v->score[7]--;
    v->path[3][v->steps[3] / 2] ^= 1 << 12; /* another kind of state */
    rig_notices(&r, &cint_viterbi, "path of sequence 3");
    for (unsigned k = 1; k < MODEL_NODES; k++)
        v->node[k].step[MM] -= 5;
    assert_true(cint_viterbi.execute(v) != cint_viterbi.digest);
    free(r.state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interpreter_matches_as_regexec),
        cmocka_unit_test(interpreter_lists_as_c),
        cmocka_unit_test(interpreter_fault_is_noticed),
        cmocka_unit_test(plain_memory_is_memory),
        cmocka_unit_test(bzip2_is_the_library),
        cmocka_unit_test(bzip2_fault_is_noticed),
        cmocka_unit_test(compiler_keeps_the_meaning),
        cmocka_unit_test(compiler_finds_dominators),
        cmocka_unit_test(compiler_optimises),
        cmocka_unit_test(compiler_folds_constants),
        cmocka_unit_test(compiler_fault_is_noticed),
        cmocka_unit_test(mincost_is_the_cheapest),
        cmocka_unit_test(mincost_fault_is_noticed),
        cmocka_unit_test(go_counts),
        cmocka_unit_test(go_records_hold),
        cmocka_unit_test(go_reads_ladders),
        cmocka_unit_test(go_fault_is_noticed),
        cmocka_unit_test(viterbi_is_the_best_path),
        cmocka_unit_test(viterbi_fault_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
