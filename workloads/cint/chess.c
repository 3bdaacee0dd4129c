/* Stands in for 458.sjeng: chess, by alpha-beta search with a table of positions.
 *
 * The board is 0x88. Moves are generated, made and taken back on one board; a king left in check
 * rules a move out. The search deepens step by step, orders moves by the table's move, captures by
 * what they win, killers and history, and resolves captures at its end. Value: material and place.
 * One execution counts the positions three moves deep from a test position, through the same
 * generator, then searches five positions; the fourth has a forced mate, which must be found.
 *
 * Working set: a table of 64 MiB, looked up at each node at a place as good as random; an execution
 * visits over nine tenths of its pages. Entries carry the number of their search and are void for
 * any other, so that every execution starts from an empty table.
 * Checked: the count (97862, a known one), the mate's length, and that each best move is a move of
 * the side to move. */
#include <config.h>

#include "workloads/program/program.h"

#include <stdbool.h>

#define CHESS_ENTRIES   (1u << 22)
#define CHESS_POSITIONS 5
#define CHESS_PLIES     64
#define CHESS_MOVES     256
#define CHESS_MATE      30000
#define CHESS_NOWHERE   0x7f /* off the board: no en passant square */
#define CHESS_COUNT     97862

enum chess_piece {
    CHESS_NONE,
    CHESS_PAWN,
    CHESS_KNIGHT,
    CHESS_BISHOP,
    CHESS_ROOK,
    CHESS_QUEEN,
    CHESS_KING,
    CHESS_BLACK = 8
};
enum chess_bound { CHESS_EXACT, CHESS_AT_LEAST, CHESS_AT_MOST };

struct chess_move {
    uint8_t from, to;
    uint8_t promotion; /* kind, or 0 */
    uint8_t victim;    /* what stood there (en passant: beside), with its colour */
};

struct chess_entry {
    uint32_t search; /* number; others are void */
    uint32_t key;    /* upper half of the position's */
    struct chess_move move;
    int16_t value;
    uint8_t depth, bound;
};

/* What a move cannot give back by itself. */
struct chess_undo {
    uint64_t key;
    uint8_t castling, passant;
};

struct chess_board {
    uint8_t square[128];
    uint8_t king[2];
    uint8_t castling; /* bits: white short, long, black short, long */
    uint8_t passant;  /* square behind a pawn that has just moved two */
    uint8_t black;    /* to move */
    int32_t value;    /* white's view */
    uint64_t key;
};

struct chess_result {
    int32_t value;
    struct chess_move move;
};

struct chess_state {
    uint32_t search;
    uint64_t nodes, count;
    struct chess_board board;
    struct chess_move best; /* of the search under way, at its root */
    struct chess_result result[CHESS_POSITIONS];
    struct chess_move killer[CHESS_PLIES][2];
    uint32_t history[16][128];
    uint64_t key[16][128], key_castling[16], key_passant[128], key_black;
    int16_t place[16][128]; /* value of a piece on a square, white's view */
    struct chess_entry table[CHESS_ENTRIES];
};

static const struct chess_setup {
    const char *board; /* as in Forsyth-Edwards notation */
    uint8_t castling, black, depth;
} chess_setups[CHESS_POSITIONS] = {
    {"r3k2r/p1ppqpb1/bn2pnp1/3PN3/1p2P3/2N2Q1p/PPPBBPPP/R3K2R", 15, 0, 3},
    {"r1bqkbnr/pp1ppppp/2n5/2p5/4P3/5N2/PPPP1PPP/RNBQKB1R", 15, 0, 4},
    {"8/2p5/3p4/KP5r/1R3p1k/8/4P1P1/8", 0, 0, 5},
    {"3r2k1/5ppp/8/8/8/8/4RPPP/4R1K1", 0, 0, 4},
    {"r2q1rk1/pp2bppp/2n1bn2/3p4/3P4/2N1BN2/PP2BPPP/R2Q1RK1", 0, 1, 4},
};
#define CHESS_MATING  3 /* the position with a mate: a rook given, then the other mates */
#define CHESS_MATE_IN 3 /* plies */

static const char chess_kinds[] = {'.', 'p', 'n', 'b', 'r', 'q', 'k'};
static const int32_t chess_worth[] = {0, 100, 320, 330, 500, 900, 0};
/* Directions: the first four straight, the next four diagonal, then the knight's. */
static const int32_t chess_step[] = {-16, 16,  -1,  1,   -17, -15, 15, 17,
                                     -33, -31, -18, -14, 14,  18,  31, 33};
/* First direction, number of them, and whether it slides, by kind. */
static const struct {
    uint8_t first, count, slides;
} chess_moving[] = {{0, 0, 0}, {0, 0, 0}, {8, 8, 0}, {4, 4, 1}, {0, 4, 1}, {0, 8, 1}, {0, 8, 0}};

static inline __attribute__((always_inline)) bool chess_same(struct chess_move a,
                                                             struct chess_move b)
{
    return a.from == b.from && a.to == b.to && a.promotion == b.promotion;
}

WORK_TIMED static void chess_put(struct chess_state *s, uint8_t at, uint8_t piece)
{
    struct chess_board *b = &s->board;
    b->square[at] = piece;
    b->key ^= s->key[piece][at];
    b->value += s->place[piece][at];
    if ((piece & 7) == CHESS_KING)
        b->king[piece >> 3] = at;
}
WORK_TIMED static void chess_take(struct chess_state *s, uint8_t at)
{
    struct chess_board *b = &s->board;
    uint8_t piece = b->square[at];
    b->square[at] = CHESS_NONE;
    b->key ^= s->key[piece][at];
    b->value -= s->place[piece][at];
}

/* Does this colour attack the square? */
WORK_TIMED static bool chess_attacked(const struct chess_board *b, int at, uint8_t black)
{
    const uint8_t colour = black ? CHESS_BLACK : 0;
    int pawn = at + (black ? -16 : 16); /* rows count from black's side: white goes up by -16 */
    for (int side = -1; side <= 1; side += 2)
        if (!((pawn + side) & 0x88) && b->square[pawn + side] == (CHESS_PAWN | colour))
            return true;
    for (int d = 8; d < 16; d++) {
        int to = at + chess_step[d];
        if (!(to & 0x88) && b->square[to] == (CHESS_KNIGHT | colour))
            return true;
    }
    for (int d = 0; d < 8; d++) {
        int to = at + chess_step[d];
        if (to & 0x88)
            continue;
        if (b->square[to] == (CHESS_KING | colour))
            return true;
        while (!(to & 0x88) && !b->square[to])
            to += chess_step[d];
        if (to & 0x88)
            continue;
        uint8_t piece = b->square[to];
        if (piece == (CHESS_QUEEN | colour) ||
            piece == ((d < 4 ? CHESS_ROOK : CHESS_BISHOP) | colour))
            return true;
    }
    return false;
}

static inline __attribute__((always_inline)) bool chess_in_check(const struct chess_board *b,
                                                                 uint8_t black)
{
    return chess_attacked(b, b->king[black], !black);
}

WORK_TIMED static int chess_add_pawn(struct chess_move *list, int n, int from, int to,
                                     uint8_t victim)
{
    bool last = to >> 4 == 0 || to >> 4 == 7;
    for (uint8_t kind = CHESS_QUEEN; kind >= CHESS_KNIGHT; kind--) {
        list[n++] = (struct chess_move){(uint8_t)from, (uint8_t)to, last ? kind : 0, victim};
        if (!last)
            break;
    }
    return n;
}

WORK_TIMED static int chess_pawn_moves(const struct chess_board *b, struct chess_move *list, int n,
                                       int from, bool captures)
{
    const int up = b->black ? 16 : -16;
    const uint8_t enemy = b->black ? 0 : CHESS_BLACK;
    for (int side = -1; side <= 1; side += 2) {
        int to = from + up + side;
        if (to & 0x88)
            continue;
        uint8_t victim = b->square[to];
        if (victim && (victim & CHESS_BLACK) == enemy)
            n = chess_add_pawn(list, n, from, to, victim);
        else if (to == b->passant)
            n = chess_add_pawn(list, n, from, to, CHESS_PAWN | enemy);
    }
    int to = from + up;
    bool last = to >> 4 == 0 || to >> 4 == 7;
    if (b->square[to] || (captures && !last))
        return n;
    n = chess_add_pawn(list, n, from, to, CHESS_NONE);
    if (!captures && from >> 4 == (b->black ? 1 : 6) && !b->square[to + up])
        n = chess_add_pawn(list, n, from, to + up, CHESS_NONE);
    return n;
}

/* Castling, if nothing stands between and the king does not pass an attacked square. */
WORK_TIMED static int chess_castlings(const struct chess_board *b, struct chess_move *list, int n)
{
    int king = b->king[b->black], rights = b->castling >> (b->black ? 2 : 0);
    if (!(rights & 3) || chess_in_check(b, b->black))
        return n;
    if (rights & 1 && !b->square[king + 1] && !b->square[king + 2] &&
        !chess_attacked(b, king + 1, !b->black))
        list[n++] = (struct chess_move){(uint8_t)king, (uint8_t)(king + 2), 0, 0};
    if (rights & 2 && !b->square[king - 1] && !b->square[king - 2] && !b->square[king - 3] &&
        !chess_attacked(b, king - 1, !b->black))
        list[n++] = (struct chess_move){(uint8_t)king, (uint8_t)(king - 2), 0, 0};
    return n;
}

/* All moves, or captures and promotions only; some may leave the king in check. */
WORK_TIMED static int chess_generate(const struct chess_board *b, struct chess_move *list,
                                     bool captures)
{
    int n = 0;
    for (int from = 0; from < 120; from = from % 16 == 7 ? from + 9 : from + 1) {
        uint8_t piece = b->square[from], kind = piece & 7;
        if (!piece || piece >> 3 != b->black)
            continue;
        if (kind == CHESS_PAWN) {
            n = chess_pawn_moves(b, list, n, from, captures);
            continue;
        }
        for (int d = 0; d < chess_moving[kind].count; d++) {
            int step = chess_step[chess_moving[kind].first + d];
            for (int to = from + step; !(to & 0x88); to += step) {
                uint8_t victim = b->square[to];
                if (victim ? victim >> 3 != b->black : !captures)
                    list[n++] = (struct chess_move){(uint8_t)from, (uint8_t)to, 0, victim};
                if (victim || !chess_moving[kind].slides)
                    break;
            }
        }
    }
    return captures ? n : chess_castlings(b, list, n);
}

/* Castling rights that are lost by a move from or to a square. */
WORK_TIMED static uint8_t chess_rights_of(int at)
{
    switch (at) {
    case 0x77:
        return 1;
    case 0x70:
        return 2;
    case 0x74:
        return 3;
    case 0x07:
        return 4;
    case 0x00:
        return 8;
    case 0x04:
        return 12;
    default:
        return 0;
    }
}

/* The square of a move's victim. */
static inline __attribute__((always_inline)) uint8_t
chess_victim_at(const struct chess_board *b, struct chess_move m, uint8_t kind, uint8_t passant)
{
    return kind == CHESS_PAWN && m.to == passant ? (uint8_t)(m.to + (b->black ? -16 : 16)) : m.to;
}

WORK_TIMED static void chess_undo_move(struct chess_state *s, struct chess_move m,
                                       struct chess_undo u);

/* false: it left the king in check, and has been taken back. */
WORK_TIMED static bool chess_make_move(struct chess_state *s, struct chess_move m,
                                       struct chess_undo *u)
{
    struct chess_board *b = &s->board;
    uint8_t piece = b->square[m.from], kind = piece & 7;
    *u = (struct chess_undo){b->key, b->castling, b->passant};
    if (m.victim)
        chess_take(s, chess_victim_at(b, m, kind, b->passant));
    chess_take(s, m.from);
    chess_put(s, m.to, m.promotion ? (uint8_t)(m.promotion | (piece & CHESS_BLACK)) : piece);
    if (kind == CHESS_KING && m.to == m.from + 2) {
        chess_put(s, (uint8_t)(m.to - 1), b->square[m.to + 1]);
        chess_take(s, (uint8_t)(m.to + 1));
    } else if (kind == CHESS_KING && m.from == m.to + 2) {
        chess_put(s, (uint8_t)(m.to + 1), b->square[m.to - 2]);
        chess_take(s, (uint8_t)(m.to - 2));
    }
    b->key ^= s->key_castling[b->castling] ^ s->key_passant[b->passant] ^ s->key_black;
    b->castling &= (uint8_t) ~(chess_rights_of(m.from) | chess_rights_of(m.to));
    bool two = kind == CHESS_PAWN && (m.to == m.from + 32 || m.from == m.to + 32);
    b->passant = two ? (uint8_t)((m.from + m.to) / 2) : CHESS_NOWHERE;
    b->key ^= s->key_castling[b->castling] ^ s->key_passant[b->passant];
    b->black ^= 1;
    if (!chess_in_check(b, !b->black))
        return true;
    chess_undo_move(s, m, *u);
    return false;
}

WORK_TIMED static void chess_undo_move(struct chess_state *s, struct chess_move m,
                                       struct chess_undo u)
{
    struct chess_board *b = &s->board;
    uint8_t piece = b->square[m.to], kind = m.promotion ? CHESS_PAWN : piece & 7;
    b->black ^= 1;
    chess_take(s, m.to);
    chess_put(s, m.from, (uint8_t)(kind | (piece & CHESS_BLACK)));
    if (m.victim)
        chess_put(s, chess_victim_at(b, m, kind, u.passant), m.victim);
    if (kind == CHESS_KING && m.to == m.from + 2) {
        chess_put(s, (uint8_t)(m.to + 1), b->square[m.to - 1]);
        chess_take(s, (uint8_t)(m.to - 1));
    } else if (kind == CHESS_KING && m.from == m.to + 2) {
        chess_put(s, (uint8_t)(m.to - 2), b->square[m.to + 1]);
        chess_take(s, (uint8_t)(m.to + 1));
    }
    b->key = u.key;
    b->castling = u.castling;
    b->passant = u.passant;
}

/* Positions so many moves deep. */
WORK_TIMED static uint64_t chess_count(struct chess_state *s, int depth)
{
    struct chess_move list[CHESS_MOVES];
    struct chess_undo u;
    uint64_t sum = 0;
    int n = chess_generate(&s->board, list, false);
    for (int i = 0; i < n; i++) {
        if (!chess_make_move(s, list[i], &u))
            continue;
        sum += depth > 1 ? chess_count(s, depth - 1) : 1;
        chess_undo_move(s, list[i], u);
    }
    return sum;
}

/* The best first: worth of each, and the next best is brought to place i. */
WORK_TIMED static void chess_rate(const struct chess_state *s, const struct chess_move *list,
                                  uint32_t *worth, int n, struct chess_move known, int ply)
{
    for (int i = 0; i < n; i++) {
        struct chess_move m = list[i];
        uint8_t piece = s->board.square[m.from];
        if (chess_same(m, known))
            worth[i] = UINT32_MAX;
        else if (m.victim || m.promotion)
            worth[i] = (1u << 30) +
                       (uint32_t)(16 * (chess_worth[m.victim & 7] + chess_worth[m.promotion])) -
                       (piece & 7);
        else if (chess_same(m, s->killer[ply][0]) || chess_same(m, s->killer[ply][1]))
            worth[i] = 1u << 29;
        else
            worth[i] = s->history[piece][m.to];
    }
}
WORK_TIMED static struct chess_move chess_pick(struct chess_move *list, uint32_t *worth, int i,
                                               int n)
{
    int best = i;
    for (int k = i + 1; k < n; k++)
        if (worth[k] > worth[best])
            best = k;
    struct chess_move m = list[best];
    list[best] = list[i];
    worth[best] = worth[i];
    return m;
}

WORK_TIMED static void chess_good(struct chess_state *s, struct chess_move m, int depth, int ply)
{
    uint32_t *h = &s->history[s->board.square[m.from]][m.to];
    if (m.victim || m.promotion)
        return;
    if (*h < 1u << 28)
        *h += (uint32_t)(depth * depth);
    if (!chess_same(m, s->killer[ply][0])) {
        s->killer[ply][1] = s->killer[ply][0];
        s->killer[ply][0] = m;
    }
}

/* The value for the side to move, within (alpha, beta) exact. depth <= 0: captures only. */
WORK_TIMED static int chess_search(struct chess_state *s, int depth, int alpha, int beta, int ply)
{
    struct chess_board *b = &s->board;
    struct chess_entry *e = &s->table[b->key & (CHESS_ENTRIES - 1)];
    const uint32_t key = (uint32_t)(b->key >> 32);
    struct chess_move list[CHESS_MOVES], best_move = {0, 0, 0, 0};
    uint32_t worth[CHESS_MOVES];
    const bool quiet = depth <= 0;
    const int from_alpha = alpha;
    int best = -CHESS_MATE + ply, legal = 0;
    s->nodes++;
    if (quiet)
        depth = 0;
    if (e->search == s->search && e->key == key) {
        best_move = e->move;
        bool mate = e->value > CHESS_MATE - CHESS_PLIES || e->value < CHESS_PLIES - CHESS_MATE;
        if (ply && e->depth >= depth && !mate &&
            (e->bound == CHESS_EXACT || (e->bound == CHESS_AT_LEAST && e->value >= beta) ||
             (e->bound == CHESS_AT_MOST && e->value <= alpha)))
            return e->value;
    }
    int stand = b->black ? -b->value : b->value;
    if (quiet || ply == CHESS_PLIES - 1) {
        best = stand;
        if (best >= beta || ply == CHESS_PLIES - 1)
            return best;
        if (best > alpha)
            alpha = best;
    }
    int n = chess_generate(b, list, quiet);
    chess_rate(s, list, worth, n, best_move, ply);
    for (int i = 0; i < n && best < beta; i++) {
        struct chess_move m = chess_pick(list, worth, i, n);
        struct chess_undo u;
        if (!chess_make_move(s, m, &u))
            continue;
        legal++;
        int value = -chess_search(s, depth - 1, -beta, -alpha, ply + 1);
        chess_undo_move(s, m, u);
        if (value <= best)
            continue;
        best = value;
        best_move = m;
        if (best > alpha)
            alpha = best;
    }
    if (!quiet && !legal)
        return chess_in_check(b, b->black) ? -CHESS_MATE + ply : 0;
    if (best >= beta)
        chess_good(s, best_move, depth, ply);
    *e = (struct chess_entry){
        s->search,
        key,
        best_move,
        (int16_t)best,
        (uint8_t)depth,
        best >= beta ? CHESS_AT_LEAST : best <= from_alpha ? CHESS_AT_MOST : CHESS_EXACT};
    if (!ply)
        s->best = best_move;
    return best;
}

/* The pieces of a notation onto empty squares. */
WORK_TIMED static void chess_read(const char *board, uint8_t *square)
{
    int at = 0;
    for (int i = 0; i < 128; i++)
        square[i] = CHESS_NONE;
    for (const char *c = board; *c; c++) {
        if (*c == '/') {
            at = (at | 15) + 1;
        } else if (*c <= '8') {
            at += *c - '0';
        } else {
            uint8_t kind = CHESS_PAWN;
            while (chess_kinds[kind] != (*c | 32))
                kind++;
            square[at++] = *c & 32 ? kind | CHESS_BLACK : kind;
        }
    }
}

WORK_TIMED static void chess_set_up(struct chess_state *s, const struct chess_setup *setup)
{
    struct chess_board *b = &s->board;
    chess_read(setup->board, b->square);
    b->value = 0;
    b->key = 0;
    b->castling = setup->castling;
    b->passant = CHESS_NOWHERE;
    b->black = setup->black;
    for (int i = 0; i < 128; i++)
        if (b->square[i])
            chess_put(s, (uint8_t)i, b->square[i]);
}

/* Deepens step by step. */
WORK_TIMED static struct chess_result chess_solve(struct chess_state *s, int depth)
{
    struct chess_result r = {0, {0, 0, 0, 0}};
    s->search++;
    for (int i = 0; i < CHESS_PLIES; i++)
        s->killer[i][0] = s->killer[i][1] = r.move;
    for (int i = 0; i < 16 * 128; i++)
        s->history[i / 128][i % 128] = 0;
    for (int d = 1; d <= depth; d++)
        r.value = chess_search(s, d, -CHESS_MATE, CHESS_MATE, 0);
    r.move = s->best;
    return r;
}

WORK_TIMED static uint64_t chess_execute(void *state)
{
    struct chess_state *s = state;
    s->nodes = 0;
    chess_set_up(s, &chess_setups[0]);
    s->count = chess_count(s, 3);
    uint64_t digest = digest_fold(0, s->count);
    for (int i = 0; i < CHESS_POSITIONS; i++) {
        chess_set_up(s, &chess_setups[i]);
        struct chess_result r = chess_solve(s, chess_setups[i].depth);
        s->result[i] = r;
        digest = digest_fold(digest, (uint64_t)(uint32_t)r.value << 32 |
                                         (uint64_t)r.move.from << 8 | r.move.to);
        digest = digest_fold(digest, s->nodes);
    }
    return digest;
}

/* Keys, and what a piece is worth on a square: better in the middle, pawns further on, the king in
 * its corner. */
static int chess_make(struct work *w, void *state)
{
    (void)w;
    struct chess_state *s = state;
    uint64_t seed = 458;
    for (int piece = 0; piece < 16; piece++)
        for (int at = 0; at < 128; at++) {
            int kind = piece & 7, x = at & 15, y = at >> 4;
            s->key[piece][at] = fixed_random(&seed);
            if (at & 0x88 || kind < CHESS_PAWN || kind > CHESS_KING)
                continue;
            int middle = (x < 4 ? x : 7 - x) + (y < 4 ? y : 7 - y);
            int advance = piece & CHESS_BLACK ? y : 7 - y;
            int value = chess_worth[kind] + (kind == CHESS_PAWN   ? 4 * advance + 2 * middle
                                             : kind == CHESS_KING ? -8 * middle
                                                                  : 5 * middle);
            s->place[piece][at] = (int16_t)(piece & CHESS_BLACK ? -value : value);
        }
    for (int i = 0; i < 16; i++)
        s->key_castling[i] = fixed_random(&seed);
    for (int i = 0; i < 128; i++)
        s->key_passant[i] = fixed_random(&seed);
    s->key_black = fixed_random(&seed);
    return 0;
}

/* Is this a move of the side to move? */
static bool chess_plausible(const struct chess_setup *setup, struct chess_move m)
{
    struct chess_board b = {
        .castling = setup->castling, .passant = CHESS_NOWHERE, .black = setup->black};
    struct chess_move list[CHESS_MOVES];
    chess_read(setup->board, b.square);
    for (int i = 0; i < 128; i++)
        if ((b.square[i] & 7) == CHESS_KING)
            b.king[b.square[i] >> 3] = (uint8_t)i;
    int n = chess_generate(&b, list, false);
    for (int i = 0; i < n; i++)
        if (chess_same(list[i], m))
            return true;
    return false;
}

static int chess_check(struct work *w, const void *state)
{
    const struct chess_state *s = state;
    if (s->count != CHESS_COUNT)
        return error_set(w->error, ERROR_SYSTEM, "%s: %llu positions three moves deep, must be %d",
                         w->workload->id, (unsigned long long)s->count, CHESS_COUNT);
    if (s->result[CHESS_MATING].value != CHESS_MATE - CHESS_MATE_IN)
        return error_set(w->error, ERROR_SYSTEM, "%s: the mate is not found", w->workload->id);
    for (int i = 0; i < CHESS_POSITIONS; i++)
        if (!chess_plausible(&chess_setups[i], s->result[i].move))
            return error_set(w->error, ERROR_SYSTEM, "%s: the best move of position %d is not one",
                             w->workload->id, i + 1);
    return 0;
}

const struct program cint_chess = {
    .id = "cint.chess",
    .state_bytes = sizeof(struct chess_state),
    .digest = UINT64_C(0x06bd1df83af6ebbe),
    .make = chess_make,
    .execute = chess_execute,
    .check = chess_check,
};
