/* cint.viterbi - stands in for 456.hmmer: the best path of each of 32 protein-like sequences
 * through a profile hidden Markov model of 300 nodes, by Viterbi's algorithm in integers.
 *
 * The model is that of HMMER's "Plan 7": match, insert and delete states per node, entry to and
 * exit from every node, and four special states, so that a sequence may hold the family several
 * times (J) between parts that are none of it (N before, C after). Scores are scaled logarithms of
 * odds. A third of the sequences has nothing of the family.
 *
 * Working set: 0.25 MiB, most of it one byte per cell that says where the best path into the cell
 * came from.
 *
 * Checked: the path found for each sequence is walked from its start through the model, state by
 * state; it must spell the sequence and its steps must add up to the score of the recurrence. */
#include <config.h>

#include "workloads/program/program.h"

enum {
    MODEL_NODES = 300,
    LETTERS = 20,
    SEQUENCES = 32,
    LENGTH_MIN = 180,
    LENGTH_MAX = 300,
    PATH_MAX_STEPS = 2 * LENGTH_MAX + MODEL_NODES + 8,
    NEVER = -(1 << 28), /* minus infinity, far enough from overflow */
};

/* Steps from node k: to k + 1, except MI and II, which stay. */
enum transition { MM, MI, MD, IM, II, DM, DD, TRANSITIONS };

/* A path is a list of these, with the node in the low bits for match, insert and delete. */
enum kind { STATE_N, STATE_B, STATE_M, STATE_I, STATE_D, STATE_E, STATE_J, STATE_C };
#define STEP(kind, k) ((uint16_t)((unsigned)(kind) << 12 | (unsigned)(k)))
#define STEP_KIND(s)  ((enum kind)((s) >> 12))
#define STEP_NODE(s)  ((s)&0xfff)
#define SPECIAL_LOOP  (-30)  /* N, J, C keep a letter */
#define SPECIAL_MOVE  (-500) /* N to B, J to B, C to the end */
#define END_TO_J      (-1000)
#define END_TO_C      (-1000)

/* Where the best path into a cell of M (two bits), I (one) and D (one) came from. */
enum { M_FROM_M, M_FROM_I, M_FROM_D, M_FROM_B, M_FROM = 3, I_FROM_I = 4, D_FROM_D = 8 };
/* The same for the special states after each letter. */
enum { B_FROM_J = 1, J_FROM_E = 2, C_FROM_E = 4 };

struct model_node {
    int32_t match[LETTERS], insert[LETTERS];
    int32_t step[TRANSITIONS];
    int32_t begin, end; /* B to this match state, and this to E */
};

struct viterbi {
    struct model_node
        node[MODEL_NODES + 1]; /* 1 to MODEL_NODES; 0 has steps that are never taken */
    uint16_t length[SEQUENCES];
    uint8_t letter[SEQUENCES][LENGTH_MAX];

    /* Of one sequence: two rows of scores in turn, and the way back. */
    int32_t m[2][MODEL_NODES + 1], i[2][MODEL_NODES + 1], d[2][MODEL_NODES + 1];
    uint8_t from[LENGTH_MAX + 1][MODEL_NODES + 1];
    uint8_t special[LENGTH_MAX + 1];
    uint16_t exit[LENGTH_MAX + 1]; /* the node that E was reached from */

    int32_t score[SEQUENCES];
    uint16_t steps[SEQUENCES];
    uint16_t path[SEQUENCES][PATH_MAX_STEPS]; /* from the last state to the first */
};

/* ---- Input ---- */

static int32_t random_score(uint64_t *seed, int32_t from, int32_t to)
{
    return from + (int32_t)fixed_below(seed, (uint64_t)(to - from));
}

static void make_node(struct model_node *n, uint64_t *seed, uint8_t consensus)
{
    for (unsigned a = 0; a < LETTERS; a++) {
        n->match[a] = random_score(seed, -2600, 300);
        n->insert[a] = random_score(seed, -400, 50);
    }
    n->match[consensus] = random_score(seed, 1500, 3200);
    n->step[MM] = random_score(seed, -60, -10);
    n->step[MI] = random_score(seed, -5500, -3500);
    n->step[MD] = random_score(seed, -5500, -3500);
    n->step[IM] = random_score(seed, -900, -400);
    n->step[II] = random_score(seed, -1500, -700);
    n->step[DM] = random_score(seed, -900, -400);
    n->step[DD] = random_score(seed, -1500, -700);
    n->begin = random_score(seed, -5500, -3500);
    n->end = random_score(seed, -3500, -2000);
}

/* Random letters with copies of parts of the consensus, where letters change, come and go. */
static void make_sequence(struct viterbi *v, unsigned s, const uint8_t *consensus, uint64_t *seed)
{
    unsigned length = LENGTH_MIN + (unsigned)fixed_below(seed, LENGTH_MAX - LENGTH_MIN + 1);
    v->length[s] = (uint16_t)length;
    unsigned copy_from = 0, copy_left = 0; /* of the consensus */
    for (unsigned p = 0; p < length; p++) {
        uint8_t any = (uint8_t)fixed_below(seed, LETTERS);
        unsigned chance = (unsigned)fixed_below(seed, 100);
        if (!copy_left && s % 3 != 0 && chance < 3) {
            copy_from = 1 + (unsigned)fixed_below(seed, MODEL_NODES - 40);
            copy_left = 30 + (unsigned)fixed_below(seed, MODEL_NODES - 30 - copy_from);
        }
        if (!copy_left || chance < 15) {
            v->letter[s][p] = any;
            if (chance < 3)
                continue; /* an insertion */
        } else {
            v->letter[s][p] = consensus[copy_from];
        }
        if (copy_left) {
            unsigned skip = chance >= 97 ? 2 : 1; /* a deletion */
            copy_from += skip;
            copy_left = copy_left > skip ? copy_left - skip : 0;
        }
    }
}

static int viterbi_make(struct work *w, void *state)
{
    (void)w;
    struct viterbi *v = state;
    uint64_t seed = 456;
    uint8_t consensus[MODEL_NODES + 2] = {0};
    for (unsigned k = 1; k <= MODEL_NODES; k++) {
        consensus[k] = (uint8_t)fixed_below(&seed, LETTERS);
        make_node(&v->node[k], &seed, consensus[k]);
    }
    for (unsigned t = 0; t < TRANSITIONS; t++)
        v->node[0].step[t] = NEVER;
    for (unsigned s = 0; s < SEQUENCES; s++)
        make_sequence(v, s, consensus, &seed);
    return 0;
}

/* ---- The recurrence ---- */

struct specials {
    int32_t n, b, j, c;
};

/* Row p (after letter p) from row p - 1; returns the best score of leaving the model there. */
WORK_TIMED static int32_t viterbi_row(struct viterbi *v, unsigned p, uint8_t letter, int32_t begin)
{
    const int32_t *m0 = v->m[(p - 1) & 1], *i0 = v->i[(p - 1) & 1], *d0 = v->d[(p - 1) & 1];
    int32_t *m1 = v->m[p & 1], *i1 = v->i[p & 1], *d1 = v->d[p & 1];
    int32_t leave = NEVER;
    m1[0] = i1[0] = d1[0] = NEVER;
    for (unsigned k = 1; k <= MODEL_NODES; k++) {
        const struct model_node *here = &v->node[k], *before = &v->node[k - 1];
        unsigned from = M_FROM_M;
        int32_t best = m0[k - 1] + before->step[MM], other = i0[k - 1] + before->step[IM];
        if (other > best) {
            best = other;
            from = M_FROM_I;
        }
        other = d0[k - 1] + before->step[DM];
        if (other > best) {
            best = other;
            from = M_FROM_D;
        }
        other = begin + here->begin;
        if (other > best) {
            best = other;
            from = M_FROM_B;
        }
        m1[k] = best + here->match[letter];
        if (m1[k] < NEVER)
            m1[k] = NEVER;
        if (m1[k] + here->end > leave) {
            leave = m1[k] + here->end;
            v->exit[p] = (uint16_t)k;
        }

        best = m0[k] + here->step[MI];
        other = i0[k] + here->step[II];
        if (other > best) {
            best = other;
            from |= I_FROM_I;
        }
        i1[k] = best + here->insert[letter];
        if (i1[k] < NEVER)
            i1[k] = NEVER;

        best = m1[k - 1] + before->step[MD];
        other = d1[k - 1] + before->step[DD];
        if (other > best) {
            best = other;
            from |= D_FROM_D;
        }
        d1[k] = best < NEVER ? NEVER : best;
        v->from[p][k] = (uint8_t)from;
    }
    return leave;
}

/* The special states after letter p, from those before it. */
WORK_TIMED static void viterbi_specials(struct viterbi *v, unsigned p, int32_t leave,
                                        struct specials *x)
{
    unsigned from = 0;
    x->n += SPECIAL_LOOP;
    x->j += SPECIAL_LOOP;
    if (leave + END_TO_J > x->j) {
        x->j = leave + END_TO_J;
        from |= J_FROM_E;
    }
    x->c += SPECIAL_LOOP;
    if (leave + END_TO_C > x->c) {
        x->c = leave + END_TO_C;
        from |= C_FROM_E;
    }
    x->b = x->n + SPECIAL_MOVE;
    if (x->j + SPECIAL_MOVE > x->b) {
        x->b = x->j + SPECIAL_MOVE;
        from |= B_FROM_J;
    }
    v->special[p] = (uint8_t)from;
}

WORK_TIMED static int32_t viterbi_score(struct viterbi *v, unsigned s)
{
    struct specials x = {.n = 0, .b = SPECIAL_MOVE, .j = NEVER, .c = NEVER};
    for (unsigned k = 0; k <= MODEL_NODES; k++)
        v->m[0][k] = v->i[0][k] = v->d[0][k] = NEVER;
    v->special[0] = 0;
    for (unsigned p = 1; p <= v->length[s]; p++) {
        int32_t leave = viterbi_row(v, p, v->letter[s][p - 1], x.b);
        viterbi_specials(v, p, leave, &x);
    }
    return x.c + SPECIAL_MOVE;
}

/* The state before the one of kind at node k after letter *p; takes a letter back where the
 * state, or the loop of a special state, had emitted it. */
WORK_TIMED static enum kind viterbi_before(const struct viterbi *v, enum kind kind, unsigned *p,
                                           unsigned *k)
{
    static const uint8_t before_match[] = {STATE_M, STATE_I, STATE_D, STATE_B};
    unsigned cell = v->from[*p][*k], special = v->special[*p];
    switch (kind) {
    case STATE_M:
        --*p;
        --*k;
        return (enum kind)before_match[cell & M_FROM];
    case STATE_I:
        --*p;
        return cell & I_FROM_I ? STATE_I : STATE_M;
    case STATE_D:
        --*k;
        return cell & D_FROM_D ? STATE_D : STATE_M;
    case STATE_E:
        *k = v->exit[*p];
        return STATE_M;
    case STATE_B:
        return special & B_FROM_J ? STATE_J : STATE_N;
    case STATE_J:
    case STATE_C:
        if (special & (kind == STATE_J ? J_FROM_E : C_FROM_E))
            return STATE_E;
        break;
    case STATE_N:
        break;
    }
    --*p;
    return kind;
}

WORK_TIMED static void viterbi_trace(struct viterbi *v, unsigned s)
{
    enum kind kind = STATE_C;
    unsigned p = v->length[s], k = 0, steps = 0;
    v->path[s][steps++] = STEP(STATE_C, 0);
    while ((kind != STATE_N || p > 0) && steps < PATH_MAX_STEPS) {
        kind = viterbi_before(v, kind, &p, &k);
        bool in_node = kind == STATE_M || kind == STATE_I || kind == STATE_D;
        v->path[s][steps++] = STEP(kind, in_node ? k : 0);
    }
    v->steps[s] = (uint16_t)steps;
}

WORK_TIMED static uint64_t viterbi_execute(void *state)
{
    struct viterbi *v = state;
    uint64_t digest = 456;
    for (unsigned s = 0; s < SEQUENCES; s++) {
        v->score[s] = viterbi_score(v, s);
        viterbi_trace(v, s);
        digest = digest_fold(digest, (uint64_t)(int64_t)v->score[s]);
        for (unsigned i = 0; i < v->steps[s]; i++)
            digest = digest_fold(digest, v->path[s][i]);
    }
    return digest;
}

/* ---- What is known of a path ---- */

/* The score of stepping from one state to the next, without what the next emits; NEVER when the
 * model has no such step. */
static int32_t path_step(const struct viterbi *v, uint16_t from, uint16_t to)
{
    static const int8_t inner[3][3] = {{MM, MI, MD}, {IM, II, -1}, {DM, -1, DD}};
    enum kind a = STEP_KIND(from), b = STEP_KIND(to);
    unsigned j = STEP_NODE(from), k = STEP_NODE(to);
    if (a >= STATE_M && a <= STATE_D && b >= STATE_M && b <= STATE_D) {
        int8_t t = inner[a - STATE_M][b - STATE_M];
        return t >= 0 && k == (b == STATE_I ? j : j + 1) ? v->node[j].step[t] : NEVER;
    }
    if (a == STATE_B && b == STATE_M)
        return v->node[k].begin;
    if (a == STATE_M && b == STATE_E)
        return v->node[j].end;
    if (a == STATE_E && (b == STATE_J || b == STATE_C))
        return b == STATE_J ? END_TO_J : END_TO_C;
    if ((a == STATE_N || a == STATE_J) && b == STATE_B)
        return SPECIAL_MOVE;
    return a == b && (a == STATE_N || a == STATE_J || a == STATE_C) ? SPECIAL_LOOP : NEVER;
}

static int viterbi_check(struct work *w, const void *state)
{
    const struct viterbi *v = state;
    for (unsigned s = 0; s < SEQUENCES; s++) {
        int64_t score = SPECIAL_MOVE;
        unsigned letters = 0;
        for (unsigned i = v->steps[s]; i-- > 1;) {
            uint16_t from = v->path[s][i], to = v->path[s][i - 1];
            enum kind kind = STEP_KIND(to);
            unsigned k = STEP_NODE(to);
            score += path_step(v, from, to);
            bool emits = kind == STATE_M || kind == STATE_I || kind == STEP_KIND(from);
            if (!emits || kind == STATE_D)
                continue;
            unsigned letter = letters < v->length[s] ? v->letter[s][letters] : 0;
            letters++;
            if (kind == STATE_M)
                score += v->node[k].match[letter];
            else if (kind == STATE_I)
                score += v->node[k].insert[letter];
        }
        if (score != v->score[s] || letters != v->length[s])
            return error_set(w->error, ERROR_SYSTEM,
                             "%s: the path of sequence %u adds up to %lld over %u letters, but has "
                             "a score of %d over %u",
                             w->workload->id, s, (long long)score, letters, v->score[s],
                             (unsigned)v->length[s]);
    }
    return 0;
}

const struct program cint_viterbi = {
    .id = "cint.viterbi",
    .state_bytes = sizeof(struct viterbi),
    .digest = UINT64_C(0x37ace3b62f3c5ccd),
    .make = viterbi_make,
    .execute = viterbi_execute,
    .check = viterbi_check,
};
