/* The last six stand-ins for CINT2006, each against a reference of its own on a small instance, and
 * one fault each, which must be noticed. Their static functions are needed, so their files are part
 * of this program. */
#include <config.h>

#include "tests/unit/unit.h"

#include "workloads/cint/chess.c"

#include "workloads/cint/quantum.c"

#include "workloads/cint/video.c"

#include "workloads/cint/events.c"

#include "workloads/cint/path.c"

#include "workloads/cint/xml.c"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct rig {
    struct work work;
    struct error error;
    void *state;
};

static void *rig_begin(struct rig *r, const struct program *p)
{
    memset(r, 0, sizeof *r);
    r->work.workload = workload_find(p->id);
    r->work.error = &r->error;
    r->state = calloc(1, p->state_bytes);
    assert_non_null(r->state);
    return r->state;
}

/* One right execution of the whole program. */
static void *rig_right(struct rig *r, const struct program *p)
{
    rig_begin(r, p);
    if (p->make)
        assert_int_equal(p->make(&r->work, r->state), 0);
    assert_true(p->execute(r->state) == p->digest);
    if (p->check(&r->work, r->state) < 0)
        fail_msg("%s", r->error.text);
    return r->state;
}

static void rig_notices(struct rig *r, const struct program *p, const char *words)
{
    assert_int_equal(p->check(&r->work, r->state), -1);
    if (!strstr(r->error.text, words))
        fail_msg("it says: %s", r->error.text);
}

/* Chess: known counts of positions. */
static void chess_counts(void **unused)
{
    (void)unused;
    static const struct {
        struct chess_setup setup;
        int depth;
        uint64_t count;
    } known[] = {
        {{"rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR", 15, 0, 0}, 4, 197281},
        {{"r3k2r/p1ppqpb1/bn2pnp1/3PN3/1p2P3/2N2Q1p/PPPBBPPP/R3K2R", 15, 0, 0}, 3, 97862},
        {{"8/2p5/3p4/KP5r/1R3p1k/8/4P1P1/8", 0, 0, 0}, 4, 43238},
        {{"r3k2r/Pppp1ppp/1b3nbN/nP6/BBP1P3/q4N2/Pp1P2PP/R2Q1RK1", 12, 0, 0}, 3, 9467},
    };
    struct rig r;
    struct chess_state *s = rig_begin(&r, &cint_chess);
    chess_make(&r.work, s);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        chess_set_up(s, &known[i].setup);
        struct chess_board before = s->board;
        assert_true(chess_count(s, known[i].depth) == known[i].count);
        assert_memory_equal(before.square, s->board.square, sizeof before.square);
        assert_true(before.key == s->board.key && before.value == s->board.value);
    }
    free(s);
}

/* The value by looking at everything, without bounds, order or table. */
static int chess_plain(struct chess_state *s, int depth, int ply)
{
    struct chess_move list[CHESS_MOVES];
    struct chess_undo u;
    int best = -CHESS_MATE + ply, legal = 0;
    if (depth <= 0)
        best = s->board.black ? -s->board.value : s->board.value;
    int n = chess_generate(&s->board, list, depth <= 0);
    for (int i = 0; i < n; i++) {
        if (!chess_make_move(s, list[i], &u))
            continue;
        legal++;
        int value = -chess_plain(s, depth - 1, ply + 1);
        chess_undo_move(s, list[i], u);
        best = value > best ? value : best;
    }
    if (depth > 0 && !legal)
        return chess_in_check(&s->board, s->board.black) ? best : 0;
    return best;
}

static void chess_values(void **unused)
{
    (void)unused;
    struct rig r;
    struct chess_state *s = rig_begin(&r, &cint_chess);
    chess_make(&r.work, s);
    for (int i = 1; i <= CHESS_MATING; i++) /* the others have too many captures for this */
        for (int depth = 1; depth <= (i == 1 ? 1 : 2); depth++) {
            chess_set_up(s, &chess_setups[i]);
            s->search++;
            int value = chess_search(s, depth, -CHESS_MATE, CHESS_MATE, 0);
            assert_int_equal(value, chess_plain(s, depth, 0));
        }
    free(s);
}

static void chess_faults(void **unused)
{
    (void)unused;
    struct rig r;
    struct chess_state *s = rig_right(&r, &cint_chess);
    s->result[0].move.to ^= 0x40;
    rig_notices(&r, &cint_chess, "best move of position 1");
    s->count--;
    rig_notices(&r, &cint_chess, "97861");
    s->place[CHESS_QUEEN][0x35] += 40;
    assert_true(chess_execute(s) != cint_chess.digest);
    free(s);
}

/* Quantum: the oracle against addition; gate by gate on a dense vector of 10 qubits, of which it
 * regards nine. */
#define DENSE_QUBITS 10
#define DENSE        (1 << DENSE_QUBITS)

/* The four bits of a state from that one on, every second. */
static unsigned dense_number(uint64_t basis, unsigned from)
{
    unsigned number = 0;
    for (unsigned bit = 0; bit < 4; bit++)
        number |= (unsigned)(basis >> (from + 2 * bit) & 1) << bit;
    return number;
}
static unsigned dense_sum(uint64_t basis)
{
    return dense_number(basis, 1) + dense_number(basis, 2) + (unsigned)(basis & 1);
}
static bool dense_marked(uint64_t basis)
{
    return dense_sum(basis) >= 24;
}

static void quantum_adds(void **unused)
{
    (void)unused;
    for (uint64_t i = 0; i < QUANTUM_STATES; i++) {
        uint64_t after = quantum_forwards(i), sum_bits = UINT64_C(0x154) | UINT64_C(1) << 32;
        uint64_t sum = dense_number(after, 2) | (after >> 32 & 1) << 4;
        assert_true(sum == dense_sum(i));
        assert_true(after >> QUANTUM_FLAG == dense_marked(i));
        assert_true(((after ^ i) & ~sum_bits) << 1 == 0); /* all but sum and flag as before */
        assert_true(quantum_backwards(after) == i);
    }
}

static void dense_hadamards(double *a)
{
    for (int q = 0; q < DENSE_QUBITS; q++)
        for (int i = 0; i < DENSE; i++)
            if (!(i >> q & 1)) {
                double low = a[i], high = a[i | 1 << q];
                a[i] = (low + high) / sqrt(2);
                a[i | 1 << q] = (low - high) / sqrt(2);
            }
}

static void quantum_gates(void **unused)
{
    (void)unused;
    struct rig r;
    struct quantum_state *s = rig_begin(&r, &cint_quantum);
    for (unsigned iterations = 1; iterations <= 4; iterations++) {
        double a[DENSE] = {1}, marked = 0;
        dense_hadamards(a);
        for (unsigned k = 0; k < iterations; k++) {
            for (int i = 0; i < DENSE; i++)
                if (dense_marked((uint64_t)i))
                    a[i] = -a[i];
            dense_hadamards(a);
            for (int i = 1; i < DENSE; i++)
                a[i] = -a[i];
            dense_hadamards(a);
        }
        quantum_search(s, DENSE_QUBITS, iterations);
        assert_true(s->states == DENSE);
        for (uint64_t i = 0; i < DENSE; i++) {
            assert_true(fabs(s->amplitude[i].re - a[s->amplitude[i].basis]) < 1e-12);
            if (dense_marked(i))
                marked += a[i] * a[i];
        }
        double expected = pow(sin((2 * iterations + 1) * asin(sqrt(1.0 / 8))), 2);
        assert_true(fabs(s->marked - expected) < 1e-12 && fabs(marked - expected) < 1e-12);
        assert_true(fabs(quantum_success(1.0 / 8, iterations) - expected) < 1e-12);
    }
    free(s);
}

static void quantum_faults(void **unused)
{
    (void)unused;
    struct rig r;
    struct quantum_state *s = rig_right(&r, &cint_quantum);
    s->amplitude[QUANTUM_STATES - 1].re += 0.001;
    rig_notices(&r, &cint_quantum, "probabilities sum to");
    s->amplitude[QUANTUM_STATES - 1].re -= 0.001;
    s->marked -= 1e-6;
    rig_notices(&r, &cint_quantum, "is found with probability");
    s->marked += 1e-6;
    struct quantum_sum sum = quantum_mark(s);
    s->amplitude[7].basis ^= 4;
    uint64_t digest = 0;
    quantum_reflect(s, sum, &digest);
    s->marked = quantum_success(QUANTUM_PART, QUANTUM_ITERATIONS); /* it was one iteration more */
    rig_notices(&r, &cint_quantum, "has not restored");
    free(s);
}

/* Video: codes are read as written; a block comes back near to what it was; the search finds what
 * looking everywhere finds. */
static void video_parts(void **unused)
{
    (void)unused;
    struct rig r;
    struct video_state *s = rig_begin(&r, &cint_video);
    uint64_t seed = 1;
    for (int i = -3000; i < 3000; i++)
        video_put_signed(&s->stream, i * (i & 7));
    video_put(&s->stream, 0, 7);
    s->stream.bits = s->stream.place = 0;
    for (int i = -3000; i < 3000; i++)
        assert_int_equal(video_get_signed(&s->stream), i * (i & 7));

    for (int k = 0; k < 1000; k++) {
        uint8_t *in = s->source[0], *out = s->coded[0], prediction[16];
        int32_t level[16];
        for (int i = 0; i < 16; i++) {
            in[i / 4 * VIDEO_WIDTH + i % 4] = (uint8_t)fixed_random(&seed);
            prediction[i] = (uint8_t)fixed_random(&seed);
        }
        video_transform(in, prediction, level);
        video_reconstruct(level, prediction, out);
        for (int i = 0; i < 16; i++)
            assert_in_range(out[i / 4 * VIDEO_WIDTH + i % 4] - in[i / 4 * VIDEO_WIDTH + i % 4] + 40,
                            0, 80);
    }

    assert_int_equal(video_make(&r.work, s), 0);
    for (int k = 0; k < 60; k++) {
        int x = (int)fixed_below(&seed, VIDEO_WIDTH / 16) * 16;
        int y = (int)fixed_below(&seed, VIDEO_HEIGHT / 16) * 16, least = 1 << 30;
        struct video_vector v = video_search(s->source[3], s->source[1], x, y, 1 << 30);
        int found = 0;
        for (int dy = -VIDEO_REACH; dy <= VIDEO_REACH; dy++)
            for (int dx = -VIDEO_REACH; dx <= VIDEO_REACH; dx++) {
                int sum = 0;
                if (x + dx < 0 || y + dy < 0 || x + dx + 16 > VIDEO_WIDTH ||
                    y + dy + 16 > VIDEO_HEIGHT)
                    continue;
                for (int i = 0; i < 256; i++)
                    sum += abs(s->source[3][(y + i / 16) * VIDEO_WIDTH + x + i % 16] -
                               s->source[1][(y + dy + i / 16) * VIDEO_WIDTH + x + dx + i % 16]);
                least = sum < least ? sum : least;
                if (v.x == dx && v.y == dy)
                    found = sum;
            }
        assert_int_equal(found, least);
    }
    free(s);
}

static void video_faults(void **unused)
{
    (void)unused;
    struct rig r;
    struct video_state *s = rig_right(&r, &cint_video);
    s->coded[7][VIDEO_PIXELS / 2] ^= 1;
    rig_notices(&r, &cint_video, "other pictures");
    s->coded[7][VIDEO_PIXELS / 2] ^= 1;
    s->stream.byte[s->stream.place / 2] ^= 4;
    rig_notices(&r, &cint_video, "other pictures");
    free(s);
}

/* Events: a small network, from empty, for long: what arrivals find is geometric, and the mean
 * length is that of M/M/1. */
static void events_theory(void **unused)
{
    (void)unused;
    struct rig r;
    struct events_state *s = rig_begin(&r, &cint_events);
    events_network(s, 16, 8, 4000, false);
    events_execute(s);
    assert_int_equal(events_check(&r.work, s), 0);
    assert_true(fabs(events_mean_length(s) - 1.5) < 0.03);
    double seen[4] = {0}, all = 0;
    for (uint32_t at = 0; at < 16 * 8; at++)
        for (unsigned k = 0; k <= EVENTS_ROOM; k++) {
            all += s->node[at].seen[k];
            if (k < 4)
                seen[k] += s->node[at].seen[k];
        }
    for (unsigned k = 0; k < 4; k++)
        assert_true(fabs(seen[k] / all - 0.4 * pow(0.6, k)) < 0.005);
    /* Each arrival from outside causes three visits. */
    assert_true(fabs(all / (double)s->sent - 3) < 0.03);
    free(s);
}

static void events_order(void **unused)
{
    (void)unused;
    struct rig r;
    struct events_state *s = rig_begin(&r, &cint_events);
    uint64_t seed = 5;
    for (uint32_t i = 0; i < 5000; i++)
        events_schedule(s, (double)fixed_below(&seed, 900), i);
    struct events_entry last = events_next(s);
    for (uint32_t i = 1; i < 5000; i++) {
        struct events_entry e = events_next(s);
        assert_true(e.time > last.time || (e.time == last.time && e.order > last.order));
        last = e;
    }
    assert_int_equal(s->heap_count, 0);
    free(s);
}

static void events_faults(void **unused)
{
    (void)unused;
    struct rig r;
    struct events_state *s = rig_right(&r, &cint_events);
    s->delivered++;
    rig_notices(&r, &cint_events, "were lost or made up");
    s->delivered--;
    for (uint32_t at = 0; at < EVENTS_SWITCHES; at++)
        s->node[at].area *= 1.05;
    rig_notices(&r, &cint_events, "queues have length");
    s->node[77].initial++;
    assert_true(events_execute(s) != cint_events.digest);
    free(s);
}

/* Path: distances by relaxing until nothing changes. */
static void path_distances(void **unused)
{
    (void)unused;
    enum { SIDE = 40, CELLS = SIDE * SIDE };
    static const int steps[4][2] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}};
    struct rig r;
    struct path_state *s = rig_begin(&r, &cint_path);
    uint64_t seed = 9;
    unsigned unreachable = 0;
    for (unsigned round = 0; round < 40; round++) {
        uint32_t distance[CELLS];
        s->side = SIDE;
        for (uint32_t i = 0; i < CELLS; i++) {
            s->cell[i].cost = fixed_below(&seed, 100) < 33
                                  ? PATH_WALL
                                  : (uint8_t)(PATH_CHEAPEST + fixed_below(&seed, 60));
            distance[i] = UINT32_MAX;
        }
        struct path_result q = {.start = (uint32_t)fixed_below(&seed, CELLS),
                                .goal = (uint32_t)fixed_below(&seed, CELLS)};
        s->cell[q.start].cost = s->cell[q.goal].cost = PATH_CHEAPEST;
        distance[q.start] = 0;
        for (bool changed = true; changed;) {
            changed = false;
            for (int i = 0; i < CELLS; i++)
                for (int d = 0; d < 4; d++) {
                    int x = i % SIDE + steps[d][0], y = i / SIDE + steps[d][1];
                    if (x < 0 || y < 0 || x >= SIDE || y >= SIDE || distance[i] == UINT32_MAX ||
                        s->cell[y * SIDE + x].cost == PATH_WALL)
                        continue;
                    uint32_t new = distance[i] + s->cell[y * SIDE + x].cost;
                    if (new < distance[y * SIDE + x]) {
                        distance[y * SIDE + x] = new;
                        changed = true;
                    }
                }
        }
        path_query(s, &q);
        if (distance[q.goal] == UINT32_MAX) {
            unreachable++;
            assert_int_equal(q.steps, 0);
        } else if (q.start != q.goal) {
            assert_int_equal(q.distance, distance[q.goal]);
            assert_true(path_walks(s, &q));
        }
    }
    assert_in_range(unreachable, 1, 30);
    free(s);
}

static void path_faults(void **unused)
{
    (void)unused;
    struct rig r;
    struct path_state *s = rig_right(&r, &cint_path);
    const struct path_result *last = &s->result[PATH_QUERIES - 1];
    struct path_cell *c = &s->cell[s->cell[last->goal].from];
    c->cost++;
    rig_notices(&r, &cint_path, "do not sum to");
    assert_true(path_execute(s) != cint_path.digest);
    c->cost--;
    assert_true(path_execute(s) == cint_path.digest);
    s->cell[s->cell[last->goal].from].distance += 300;
    rig_notices(&r, &cint_path, "is shorter than found");
    free(s);
}

/* XML: the same transformation done on the text, without trees. */
struct line {
    char sku[16], note[1024];
    unsigned amount;
    size_t place;
};

/* What stands between two words, from *at on, which moves behind it. */
static void between(const char **at, const char *left, const char *right, char *out, size_t size)
{
    const char *from = strstr(*at, left), *to = from ? strstr(from + strlen(left), right) : NULL;
    assert_non_null(to);
    from += strlen(left);
    assert_true((size_t)(to - from) < size);
    memcpy(out, from, (size_t)(to - from));
    out[to - from] = '\0';
    *at = to;
}

static int by_sku(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    int order = strcmp(x->sku, y->sku);
    return order ? order : x->place < y->place ? -1 : 1;
}

static void naive_transform(const char *text, FILE *out)
{
    struct line *lines = calloc(2000, sizeof *lines);
    size_t n = 0;
    assert_non_null(lines);
    fprintf(out, "<report>");
    for (const char *at = strstr(text, "<order "); at; at = strstr(at, "<order ")) {
        char id[16], customer[128], number[16];
        size_t from = n;
        unsigned long total = 0;
        const char *end = strstr(at, "</order>");
        between(&at, "id=\"", "\"", id, sizeof id);
        between(&at, "<customer>", "<", customer, sizeof customer);
        for (const char *next; (next = strstr(at, "<item ")) && next < end; n++) {
            assert_true(n < 2000);
            struct line *l = &lines[n];
            at = next;
            between(&at, "sku=\"", "\"", l->sku, sizeof l->sku);
            between(&at, "count=\"", "\"", number, sizeof number);
            l->amount = (unsigned)atoi(number);
            between(&at, "<price>", "<", number, sizeof number);
            l->amount *= (unsigned)atoi(number);
            between(&at, "<note>", "<", l->note, sizeof l->note);
            l->place = n;
            total += l->amount;
        }
        qsort(lines + from, n - from, sizeof *lines, by_sku);
        fprintf(out, "<order id=\"%s\" customer=\"%s\" total=\"%lu\">", id, customer, total);
        for (size_t i = from; i < n; i++)
            fprintf(out, "<line sku=\"%s\" amount=\"%u\"><note>%s</note></line>", lines[i].sku,
                    lines[i].amount, lines[i].note);
        fprintf(out, "</order>");
    }
    qsort(lines, n, sizeof *lines, by_sku);
    fprintf(out, "<index>");
    for (size_t i = 0, k; i < n; i = k) {
        unsigned long total = 0;
        for (k = i; k < n && strcmp(lines[i].sku, lines[k].sku) == 0; k++)
            total += lines[k].amount;
        fprintf(out, "<entry sku=\"%s\" lines=\"%zu\" total=\"%lu\"></entry>", lines[i].sku, k - i,
                total);
    }
    fprintf(out, "</index></report>");
    free(lines);
}

static void xml_transforms(void **unused)
{
    (void)unused;
    struct rig r;
    struct xml_state *s = rig_begin(&r, &cint_xml);
    xml_document(s, 300, 7);
    xml_execute(s);
    assert_int_equal(xml_check(&r.work, s), 0);
    char *expected = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&expected, &length);
    assert_non_null(out);
    naive_transform(s->input, out);
    fclose(out);
    assert_int_equal(s->output_length, length);
    assert_memory_equal(s->output, expected, length);
    free(expected);
    free(s);
}

static void xml_faults(void **unused)
{
    (void)unused;
    struct rig r;
    struct xml_state *s = rig_right(&r, &cint_xml);
    char *tag = strstr(s->output + s->output_length / 2, "</note>");
    tag[3] = 'a';
    rig_notices(&r, &cint_xml, "not well formed");
    tag[3] = 'o';
    strstr(s->output, " total=\"")[8] ^= 1;
    rig_notices(&r, &cint_xml, "sums are wrong");
    strstr(s->input, "<price>")[7] ^= 1;
    assert_true(xml_execute(s) != cint_xml.digest);
    rig_notices(&r, &cint_xml, "sums are wrong");
    strstr(s->input, "</item>")[2] = 'a'; /* another name than the one open */
    xml_execute(s);
    rig_notices(&r, &cint_xml, "not well formed");
    free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chess_counts),  cmocka_unit_test(chess_values),
        cmocka_unit_test(chess_faults),  cmocka_unit_test(quantum_adds),
        cmocka_unit_test(quantum_gates), cmocka_unit_test(quantum_faults),
        cmocka_unit_test(video_parts),   cmocka_unit_test(video_faults),
        cmocka_unit_test(events_theory), cmocka_unit_test(events_order),
        cmocka_unit_test(events_faults), cmocka_unit_test(path_distances),
        cmocka_unit_test(path_faults),   cmocka_unit_test(xml_transforms),
        cmocka_unit_test(xml_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
