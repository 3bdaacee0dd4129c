/* cint.go - stands in for 445.gobmk: which of 16 openings on a 19x19 board is good for Black? Games
 * are played to their end from each of them, by patterns, tactical reading and chance.
 *
 * Chains are linked lists of stones with a head, which knows the number of pseudo-liberties (free
 * points, counted once for each stone that they touch) and their sum and sum of squares: the chain
 * is in atari just when all of them are the same point. A player first looks at the chains round
 * the last move: it takes what is in atari, and saves what reading says can be saved; then at 3x3
 * patterns round the last move; then it takes any legal point that is no eye of its own. Reading
 * tries ladders on copies of the board. All positions go into a table, which finds repetitions.
 *
 * Working set: 4.1 MiB, the table of positions, cleared and visited at random.
 *
 * Checked: on the boards where the last game ended and where reading ended, chains, liberties and
 * the hash are what a search of the board finds, and no chain is without liberties; stones played
 * are on the board or taken; the points of every game add up to the board. */
#include <config.h>

#include "workloads/program/program.h"

enum {
    GO_SIZE = 19,
    GO_STRIDE = GO_SIZE + 2, /* with a border all round */
    GO_POINTS = GO_STRIDE * GO_STRIDE,
    GO_OPENINGS = 16,
    GO_GAMES = 5, /* from each opening */
    GO_MOVES_MAX = 700,
    GO_TABLE = 1 << 18,
    GO_DEPTH = 20, /* of reading, and how many boards it may try */
    GO_TRIES = 40,
    GO_PATTERNS = 1 << 16,
};

enum go_colour { GO_EMPTY, GO_BLACK, GO_WHITE, GO_BORDER };

struct go_board {
    uint64_t hash;
    uint32_t sum[GO_POINTS], sum2[GO_POINTS];                        /* of a head's liberties */
    uint16_t liberties[GO_POINTS], head[GO_POINTS], next[GO_POINTS]; /* a ring of stones */
    uint16_t empty[GO_SIZE * GO_SIZE], place[GO_POINTS]; /* free points; where in the list */
    uint16_t empties, ko, played, taken;                 /* ko: forbidden point or 0 */
    uint8_t colour[GO_POINTS];
    _Alignas(8) uint8_t end[8]; /* the board is copied by words */
};

struct go_position {
    uint64_t hash;
    uint32_t game, visits;
};

struct go_result {
    int16_t black, white, neutral, moves;
    uint64_t hash;
};

struct go {
    uint64_t key[3][GO_POINTS];
    uint8_t pattern[GO_PATTERNS]; /* how much Black wants the middle point, 0 to 100 */
    uint16_t opening[GO_OPENINGS][6];
    struct go_board board;          /* of the game */
    struct go_board read[GO_DEPTH]; /* of reading */
    unsigned tries;
    unsigned repeated; /* positions that came again in their game */
    struct go_result result[GO_OPENINGS * GO_GAMES];
    struct go_position table[GO_TABLE];
};

static const int16_t go_near[4] = {1, -1, GO_STRIDE, -GO_STRIDE};
static const int16_t go_around[8] = {-GO_STRIDE - 1, -GO_STRIDE, -GO_STRIDE + 1, -1, 1,
                                     GO_STRIDE - 1,  GO_STRIDE,  GO_STRIDE + 1};

/* ---- The board ---- */

WORK_TIMED static inline unsigned go_at(unsigned p, int step)
{
    return (unsigned)((int)p + step);
}
WORK_TIMED static inline enum go_colour go_other(enum go_colour c)
{
    return c == GO_BLACK ? GO_WHITE : GO_BLACK;
}
WORK_TIMED static inline bool go_stone(const struct go_board *b, unsigned p)
{
    return b->colour[p] == GO_BLACK || b->colour[p] == GO_WHITE;
}

WORK_TIMED static void go_clear(struct go_board *b, unsigned size)
{
    b->hash = 0;
    b->empties = b->ko = b->played = b->taken = 0;
    for (unsigned p = 0; p < GO_POINTS; p++) {
        unsigned x = p % GO_STRIDE, y = p / GO_STRIDE;
        bool inside = x >= 1 && x <= size && y >= 1 && y <= size;
        b->colour[p] = inside ? GO_EMPTY : GO_BORDER;
        b->head[p] = b->next[p] = (uint16_t)p;
        b->sum[p] = b->sum2[p] = b->liberties[p] = 0;
        if (inside) {
            b->place[p] = b->empties;
            b->empty[b->empties++] = (uint16_t)p;
        }
    }
}

WORK_TIMED static void go_copy(struct go_board *to, const struct go_board *from)
{
    _Static_assert(sizeof *to % 8 == 0, "a board is words");
    uint64_t *d = (uint64_t *)(void *)to;
    const uint64_t *s = (const uint64_t *)(const void *)from;
    for (size_t i = 0; i < sizeof *to / 8; i++)
        d[i] = s[i];
}

WORK_TIMED static void liberty_add(struct go_board *b, unsigned head, unsigned p)
{
    b->liberties[head]++;
    b->sum[head] += p;
    b->sum2[head] += p * p;
}
WORK_TIMED static void liberty_drop(struct go_board *b, unsigned head, unsigned p)
{
    b->liberties[head]--;
    b->sum[head] -= p;
    b->sum2[head] -= p * p;
}
/* Exactly one liberty. By Cauchy and Schwarz: n sum2 = sum^2 when all are equal. */
WORK_TIMED static bool go_atari(const struct go_board *b, unsigned head)
{
    uint64_t sum = b->sum[head];
    return b->liberties[head] && (uint64_t)b->liberties[head] * b->sum2[head] == sum * sum;
}

WORK_TIMED static void chain_join(struct go_board *b, unsigned into, unsigned from)
{
    unsigned p = from;
    do {
        b->head[p] = (uint16_t)into;
        p = b->next[p];
    } while (p != from);
    uint16_t next = b->next[into];
    b->next[into] = b->next[from];
    b->next[from] = next;
    b->liberties[into] = (uint16_t)(b->liberties[into] + b->liberties[from]);
    b->sum[into] += b->sum[from];
    b->sum2[into] += b->sum2[from];
}

/* A stone appears; nothing is taken. */
WORK_TIMED static void go_put(struct go_board *b, const struct go *g, unsigned p, enum go_colour c)
{
    uint16_t last = b->empty[--b->empties];
    b->empty[b->place[p]] = last;
    b->place[last] = b->place[p];
    b->colour[p] = (uint8_t)c;
    b->head[p] = b->next[p] = (uint16_t)p;
    b->sum[p] = b->sum2[p] = b->liberties[p] = 0;
    b->hash ^= g->key[c][p];
    for (unsigned i = 0; i < 4; i++) {
        unsigned q = go_at(p, go_near[i]);
        if (b->colour[q] == GO_EMPTY)
            liberty_add(b, p, q);
        else if (b->colour[q] != GO_BORDER)
            liberty_drop(b, b->head[q], p);
    }
    for (unsigned i = 0; i < 4; i++) {
        unsigned q = go_at(p, go_near[i]);
        if (b->colour[q] == c && b->head[q] != b->head[p])
            chain_join(b, b->head[q], b->head[p]);
    }
}

WORK_TIMED static unsigned chain_take(struct go_board *b, const struct go *g, unsigned head)
{
    enum go_colour c = (enum go_colour)b->colour[head];
    unsigned p = head, count = 0;
    do {
        b->colour[p] = GO_EMPTY;
        b->place[p] = b->empties;
        b->empty[b->empties++] = (uint16_t)p;
        b->hash ^= g->key[c][p];
        count++;
        p = b->next[p];
    } while (p != head);
    do {
        for (unsigned i = 0; i < 4; i++) {
            unsigned q = go_at(p, go_near[i]);
            if (go_stone(b, q))
                liberty_add(b, b->head[q], p);
        }
        p = b->next[p];
    } while (p != head);
    return count;
}

WORK_TIMED static bool go_legal(const struct go_board *b, unsigned p, enum go_colour c)
{
    if (b->colour[p] != GO_EMPTY || p == b->ko)
        return false;
    for (unsigned i = 0; i < 4; i++) {
        unsigned q = go_at(p, go_near[i]);
        if (b->colour[q] == GO_EMPTY)
            return true;
        if (b->colour[q] != GO_BORDER && (b->colour[q] == c) != go_atari(b, b->head[q]))
            return true; /* a friend with another liberty, or an enemy without */
    }
    return false;
}

/* A legal move. */
WORK_TIMED static void go_play(struct go_board *b, const struct go *g, unsigned p, enum go_colour c)
{
    unsigned taken = 0, last = 0;
    go_put(b, g, p, c);
    for (unsigned i = 0; i < 4; i++) {
        unsigned q = go_at(p, go_near[i]);
        if (b->colour[q] == go_other(c) && b->liberties[b->head[q]] == 0) {
            taken += chain_take(b, g, b->head[q]);
            last = q;
        }
    }
    b->played++;
    b->taken = (uint16_t)(b->taken + taken);
    bool alone = b->next[p] == p && go_atari(b, p);
    b->ko = taken == 1 && alone ? (uint16_t)last : 0;
}

/* ---- Reading ---- */

/* The first three liberties of a chain; returns their number. */
WORK_TIMED static unsigned chain_liberties(const struct go_board *b, unsigned head, unsigned out[3])
{
    unsigned count = 0, p = head;
    do {
        for (unsigned i = 0; i < 4; i++) {
            unsigned q = go_at(p, go_near[i]);
            bool known = b->colour[q] != GO_EMPTY;
            for (unsigned k = 0; k < count; k++)
                known |= out[k] == q;
            if (known)
                continue;
            out[count++] = q;
            if (count == 3)
                return count;
        }
        p = b->next[p];
    } while (p != head);
    return count;
}

/* Does the chain at p, which has one liberty and the move, get three? Its own moves and those of
 * the enemy are tried on the copies from depth on. */
WORK_TIMED static bool go_escapes(struct go *g, const struct go_board *b, unsigned p,
                                  unsigned depth)
{
    enum go_colour c = (enum go_colour)b->colour[p];
    unsigned head = b->head[p], out[3];
    if (depth + 2 > GO_DEPTH || ++g->tries > GO_TRIES)
        return true; /* too long to be read */
    unsigned way = b->sum[head] / b->liberties[head];
    if (!go_legal(b, way, c))
        return false;
    struct go_board *run = &g->read[depth], *chase = &g->read[depth + 1];
    go_copy(run, b);
    go_play(run, g, way, c);
    unsigned count = chain_liberties(run, run->head[p], out);
    if (count != 2)
        return count > 2;
    for (unsigned i = 0; i < 2; i++) {
        if (!go_legal(run, out[i], go_other(c)))
            continue;
        go_copy(chase, run);
        go_play(chase, g, out[i], go_other(c));
        if (go_atari(chase, chase->head[p]) && !go_escapes(g, chase, p, depth + 2))
            return false;
    }
    return true;
}

/* ---- A player ---- */

WORK_TIMED static bool go_eye(const struct go_board *b, unsigned p, enum go_colour c)
{
    unsigned enemies = 0, border = 0;
    for (unsigned i = 0; i < 4; i++)
        if (b->colour[go_at(p, go_near[i])] != c && b->colour[go_at(p, go_near[i])] != GO_BORDER)
            return false;
    for (unsigned i = 0; i < 8; i++) {
        unsigned colour = b->colour[go_at(p, go_around[i])];
        enemies += colour == go_other(c);
        border |= colour == GO_BORDER;
    }
    return enemies + border < 2;
}

/* The eight points round p, two bits each, with the player to move as Black. */
WORK_TIMED static unsigned go_pattern(const struct go_board *b, unsigned p, enum go_colour c)
{
    unsigned code = 0;
    for (unsigned i = 0; i < 8; i++) {
        unsigned colour = b->colour[go_at(p, go_around[i])];
        if (c == GO_WHITE && (colour == GO_BLACK || colour == GO_WHITE))
            colour ^= 3;
        code = code << 2 | colour;
    }
    return code;
}

/* What the chains round the last move ask for; 0: nothing. */
WORK_TIMED static unsigned go_tactics(struct go *g, unsigned last, enum go_colour c)
{
    struct go_board *b = &g->board;
    unsigned head = b->head[last];
    if (b->colour[last] == go_other(c) && go_atari(b, head)) {
        unsigned p = b->sum[head] / b->liberties[head];
        if (go_legal(b, p, c))
            return p;
    }
    for (unsigned i = 0; i < 4; i++) {
        unsigned q = go_at(last, go_near[i]);
        if (b->colour[q] != c || !go_atari(b, b->head[q]))
            continue;
        g->tries = 0;
        if (go_escapes(g, b, q, 0) && go_legal(b, b->sum[b->head[q]] / b->liberties[b->head[q]], c))
            return b->sum[b->head[q]] / b->liberties[b->head[q]];
    }
    return 0;
}

WORK_TIMED static unsigned go_choose(struct go *g, unsigned last, enum go_colour c, uint64_t *seed)
{
    const struct go_board *b = &g->board;
    unsigned best = last ? go_tactics(g, last, c) : 0;
    if (best)
        return best;
    unsigned wanted = (unsigned)fixed_below(seed, 100);
    for (unsigned i = 0; last && i < 8; i++) {
        unsigned p = go_at(last, go_around[i]);
        if (b->colour[p] != GO_EMPTY || !go_legal(b, p, c) || go_eye(b, p, c))
            continue;
        unsigned weight = g->pattern[go_pattern(b, p, c)];
        if (weight > wanted) {
            wanted = weight;
            best = p;
        }
    }
    if (best)
        return best;
    unsigned from = b->empties ? (unsigned)fixed_below(seed, b->empties) : 0;
    for (unsigned i = 0; i < b->empties; i++) {
        unsigned p = b->empty[(from + i) % b->empties];
        if (go_legal(b, p, c) && !go_eye(b, p, c))
            return p;
    }
    return 0;
}

/* Notes a position; true when the game had it before. */
WORK_TIMED static bool go_note(struct go *g, uint64_t hash, uint32_t game)
{
    for (size_t i = hash % GO_TABLE;; i = (i + 1) % GO_TABLE) {
        struct go_position *p = &g->table[i];
        if (p->visits && p->hash != hash)
            continue;
        bool again = p->visits && p->game == game;
        p->hash = hash;
        p->game = game;
        p->visits++;
        return again;
    }
}

WORK_TIMED static void go_count(const struct go_board *b, struct go_result *r)
{
    r->black = r->white = r->neutral = 0;
    for (unsigned p = 0; p < GO_POINTS; p++) {
        unsigned seen = 1u << b->colour[p];
        if (b->colour[p] == GO_BORDER)
            continue;
        for (unsigned i = 0; b->colour[p] == GO_EMPTY && i < 4; i++)
            seen |= 1u << b->colour[go_at(p, go_near[i])];
        bool black = seen >> GO_BLACK & 1, white = seen >> GO_WHITE & 1;
        if (black == white)
            r->neutral++;
        else if (black)
            r->black++;
        else
            r->white++;
    }
}

/* One game; it ends with two passes, with a repetition, or when it is too long. */
WORK_TIMED static void go_game(struct go *g, uint32_t game, const uint16_t opening[6])
{
    struct go_board *b = &g->board;
    enum go_colour c = GO_BLACK;
    uint64_t seed = game;
    unsigned last = 0, passes = 0;
    go_clear(b, GO_SIZE);
    for (unsigned i = 0; i < GO_MOVES_MAX && passes < 2; i++) {
        unsigned p = i < 6 ? opening[i] : go_choose(g, last, c, &seed);
        passes = p ? 0 : passes + 1;
        b->ko = p ? b->ko : 0;
        if (p)
            go_play(b, g, p, c);
        if (p && go_note(g, b->hash, game)) {
            g->repeated++;
            break;
        }
        last = p;
        c = go_other(c);
    }
    struct go_result *r = &g->result[game - 1];
    go_count(b, r);
    r->moves = (int16_t)b->played;
    r->hash = b->hash;
}

WORK_TIMED static uint64_t go_execute(void *state)
{
    struct go *g = state;
    for (size_t i = 0; i < GO_TABLE; i++) {
        g->table[i].hash = 0;
        g->table[i].game = g->table[i].visits = 0;
    }
    g->repeated = 0;
    uint64_t digest = 445;
    for (unsigned i = 0; i < GO_OPENINGS * GO_GAMES; i++) {
        go_game(g, i + 1, g->opening[i % GO_OPENINGS]);
        const struct go_result *r = &g->result[i];
        digest = digest_fold(digest, r->hash);
        digest = digest_fold(digest,
                             (uint64_t)(r->black * 1000 + r->white) << 16 | (uint16_t)r->moves);
    }
    for (size_t i = 0; i < GO_TABLE; i++)
        if (g->table[i].visits)
            digest = digest_fold(digest, g->table[i].hash + g->table[i].visits);
    return digest_fold(digest, g->repeated);
}

/* ---- Input ---- */

/* A cut, a hane, a contact at the edge: the more colours meet, the more the point is wanted. */
static uint8_t pattern_weight(unsigned code)
{
    unsigned count[4] = {0}, changes = 0;
    static const uint8_t ring[8] = {0, 1, 2, 4, 7, 6, 5, 3};
    for (unsigned i = 0; i < 8; i++) {
        unsigned a = code >> 2 * (7 - ring[i]) & 3, b = code >> 2 * (7 - ring[(i + 1) % 8]) & 3;
        count[a]++;
        changes += a != b;
    }
    if (!count[GO_BLACK] || !count[GO_WHITE])
        return count[GO_BLACK] + count[GO_WHITE] == 1 ? 20 : 5;
    return (uint8_t)(25 + 9 * changes);
}

static int go_make(struct work *w, void *state)
{
    (void)w;
    struct go *g = state;
    static const uint8_t line[4] = {3, 4, 16, 17};
    uint64_t seed = 445;
    for (unsigned p = 0; p < GO_POINTS; p++)
        for (unsigned c = GO_BLACK; c <= GO_WHITE; c++)
            g->key[c][p] = fixed_random(&seed);
    for (unsigned code = 0; code < GO_PATTERNS; code++)
        g->pattern[code] = pattern_weight(code);
    for (unsigned i = 0; i < GO_OPENINGS; i++)
        for (unsigned k = 0; k < 6;) {
            unsigned x = line[fixed_below(&seed, 4)];
            unsigned y = k < 4 ? line[fixed_below(&seed, 4)] : 3 + (unsigned)fixed_below(&seed, 15);
            unsigned p = y * GO_STRIDE + x;
            bool taken = false;
            for (unsigned j = 0; j < k; j++)
                taken |= g->opening[i][j] == p;
            if (!taken)
                g->opening[i][k++] = (uint16_t)p;
        }
    return 0;
}

/* ---- What is known of a board ---- */

/* Stones and liberties of the chain at p, by a search; marks them. */
static void chain_search(const struct go_board *b, unsigned p, uint8_t *mark, unsigned *stones,
                         unsigned *liberties)
{
    mark[p] = 1;
    ++*stones;
    for (unsigned i = 0; i < 4; i++) {
        unsigned q = go_at(p, go_near[i]);
        if (b->colour[q] == GO_EMPTY)
            ++*liberties;
        if (b->colour[q] == b->colour[p] && !mark[q])
            chain_search(b, q, mark, stones, liberties);
    }
}

/* The first point where the board's records are not what a search finds; -1 when all are right. */
static int board_fault(const struct go *g, const struct go_board *b)
{
    uint8_t mark[GO_POINTS] = {0};
    uint64_t hash = 0;
    unsigned on_board = 0, empties = 0;
    for (unsigned p = 0; p < GO_POINTS; p++) {
        empties += b->colour[p] == GO_EMPTY;
        if (b->colour[p] == GO_EMPTY && b->empty[b->place[p]] != p)
            return (int)p;
        if (!go_stone(b, p))
            continue;
        on_board++;
        hash ^= g->key[b->colour[p]][p];
        if (mark[p])
            continue;
        unsigned stones = 0, liberties = 0, ring = 0, q = p;
        chain_search(b, p, mark, &stones, &liberties);
        do {
            ring += b->head[q] == b->head[p] && b->colour[q] == b->colour[p];
            q = b->next[q];
        } while (q != p);
        if (ring != stones || liberties != b->liberties[b->head[p]] || !liberties)
            return (int)p;
    }
    bool right = hash == b->hash && empties == b->empties && on_board + b->taken == b->played;
    return right ? -1 : 0;
}

static int go_check(struct work *w, const void *state)
{
    const struct go *g = state;
    for (unsigned i = 0; i < 3; i++) {
        const struct go_board *b = i == 0 ? &g->board : &g->read[i - 1];
        int fault = board_fault(g, b);
        if (fault >= 0)
            return error_set(w->error, ERROR_SYSTEM, "%s: board %u is wrong at point %d",
                             w->workload->id, i, fault);
    }
    for (unsigned i = 0; i < GO_OPENINGS * GO_GAMES; i++) {
        const struct go_result *r = &g->result[i];
        if (r->black + r->white + r->neutral != GO_SIZE * GO_SIZE)
            return error_set(w->error, ERROR_SYSTEM, "%s: game %u ended with %d + %d + %d points",
                             w->workload->id, i, r->black, r->white, r->neutral);
    }
    return 0;
}

const struct program cint_go = {
    .id = "cint.go",
    .state_bytes = sizeof(struct go),
    .digest = UINT64_C(0x9a411f57ab2bd0aa),
    .make = go_make,
    .execute = go_execute,
    .check = go_check,
};
