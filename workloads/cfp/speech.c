/* speech - stands in for 482.sphinx3: speech recognition.
 *
 * Each frame, a vector of 40 features, is scored against all senones: mixtures of eight Gaussians
 * with diagonal covariance, in single precision, summed in the logarithm. Then a beam search (token
 * passing) over hidden Markov models: words of states in a chain, each of which stays or goes on,
 * the last into the first of any word; paths far behind the best are dropped.
 *
 * 8000 senones: 20 MB, all of it read for each of 8 frames.
 *
 * Checked: the best path is the one that made the frames. */
#include <config.h>

#include "workloads/program/program.h"
#include "workloads/program/timed_math.h"

#define SPEECH_SENONES 8000
#define SPEECH_MIX     8
#define SPEECH_DIM     40
#define SPEECH_FRAMES  8
#define SPEECH_LENGTH  4 /* states of a word */
#define SPEECH_WORDS   2000
#define SPEECH_STATES  (SPEECH_WORDS * SPEECH_LENGTH)
#define SPEECH_BEAM    400.0
#define SPEECH_NEVER   (-1e30)

/* Four at a time, as every x86-64 has them. */
typedef float speech_four __attribute__((vector_size(16)));

struct speech_senone {
    speech_four mean[SPEECH_DIM][2], weight[SPEECH_DIM][2]; /* weight: half the inverse variance */
    float constant[SPEECH_MIX];                             /* logarithm of share and volume */
};
struct speech_state {
    struct speech_senone senone[SPEECH_SENONES];
    float frame[SPEECH_FRAMES][SPEECH_DIM];
    uint16_t senone_of[SPEECH_STATES];
    double score[SPEECH_SENONES];
    double token[2][SPEECH_STATES];
    uint16_t from[SPEECH_FRAMES][SPEECH_STATES]; /* where the best path into a state came from */
    uint16_t path[SPEECH_FRAMES], truth[SPEECH_FRAMES];
    double total; /* logarithm of the best path's probability */
};

/* log(e^a + e^b + ...). */
WORK_TIMED static double speech_log_sum(const double a[SPEECH_MIX])
{
    double most = a[0], sum = 0;
    for (unsigned i = 1; i < SPEECH_MIX; i++)
        most = timed_max(most, a[i]);
    for (unsigned i = 0; i < SPEECH_MIX; i++)
        if (a[i] > most - 40)
            sum += timed_exp(a[i] - most);
    return most + timed_log(sum);
}

WORK_TIMED static double speech_senone_score(const struct speech_senone *s, const float *frame)
{
    speech_four far[2] = {{0, 0, 0, 0}, {0, 0, 0, 0}};
    for (unsigned d = 0; d < SPEECH_DIM; d++) {
        speech_four x = {frame[d], frame[d], frame[d], frame[d]};
        speech_four a = x - s->mean[d][0], b = x - s->mean[d][1];
        far[0] += a * a * s->weight[d][0];
        far[1] += b * b * s->weight[d][1];
    }
    double each[SPEECH_MIX];
    for (unsigned i = 0; i < SPEECH_MIX; i++)
        each[i] = (double)s->constant[i] - (double)far[i / 4][i % 4];
    return speech_log_sum(each);
}

/* One frame of the search: log 0.5 for staying and for going on, less the choice among words.
 * Returns the best token. */
WORK_TIMED static double speech_advance(struct speech_state *s, unsigned frame, double best)
{
    const double *old = s->token[frame & 1];
    double *new = s->token[~frame & 1], most = SPEECH_NEVER, exit = SPEECH_NEVER;
    uint16_t *from = s->from[frame], leaves = 0;
    for (unsigned i = SPEECH_LENGTH - 1; i < SPEECH_STATES; i += SPEECH_LENGTH)
        if (old[i] > exit) {
            exit = old[i];
            leaves = (uint16_t)i;
        }
    exit -= 7.6; /* log of the number of words */
    for (unsigned i = 0; i < SPEECH_STATES; i++) {
        double stay = old[i], come = i % SPEECH_LENGTH ? old[i - 1] : exit;
        from[i] = i % SPEECH_LENGTH ? (uint16_t)(i - 1) : leaves;
        if (stay >= come) {
            come = stay;
            from[i] = (uint16_t)i;
        }
        new[i] = SPEECH_NEVER;
        if (come < best - SPEECH_BEAM)
            continue;
        new[i] = come - 0.69314718055994531 + s->score[s->senone_of[i]];
        most = timed_max(most, new[i]);
    }
    return most;
}

/* The last state of the best path, then back along it. */
WORK_TIMED static void speech_trace(struct speech_state *s)
{
    const double *last = s->token[SPEECH_FRAMES & 1];
    unsigned at = 0;
    for (unsigned i = 1; i < SPEECH_STATES; i++)
        if (last[i] > last[at])
            at = i;
    s->total = last[at];
    for (unsigned frame = SPEECH_FRAMES; frame-- > 0;) {
        s->path[frame] = (uint16_t)at;
        at = s->from[frame][at];
    }
}

WORK_TIMED static uint64_t speech_execute(void *state)
{
    struct speech_state *s = state;
    /* Before the first frame all words have just ended. */
    for (unsigned i = 0; i < SPEECH_STATES; i++)
        s->token[0][i] = i % SPEECH_LENGTH == SPEECH_LENGTH - 1 ? 0 : SPEECH_NEVER;
    uint64_t digest = 482;
    double best = 0;
    for (unsigned frame = 0; frame < SPEECH_FRAMES; frame++) {
        for (unsigned i = 0; i < SPEECH_SENONES; i++) {
            s->score[i] = speech_senone_score(&s->senone[i], s->frame[frame]);
            digest = digest_fold_double(digest, s->score[i]);
        }
        best = speech_advance(s, frame, best);
    }
    speech_trace(s);
    for (unsigned frame = 0; frame < SPEECH_FRAMES; frame++)
        digest = digest_fold(digest, s->path[frame]);
    return digest_fold_double(digest, s->total);
}

static float speech_between(uint64_t *seed, double low, double high)
{
    return (float)(low + (high - low) * fixed_uniform(seed));
}

static void speech_make_senone(struct speech_senone *s, uint64_t *seed)
{
    double volume[SPEECH_MIX] = {0};
    for (unsigned d = 0; d < SPEECH_DIM; d++) {
        float centre = speech_between(seed, -2, 2);
        for (unsigned i = 0; i < SPEECH_MIX; i++) {
            float weight = speech_between(seed, 1, 2);
            s->mean[d][i / 4][i % 4] = centre + speech_between(seed, -0.5, 0.5);
            s->weight[d][i / 4][i % 4] = weight;
            volume[i] += 0.5 * timed_log((double)weight / 3.14159265358979323846);
        }
    }
    for (unsigned i = 0; i < SPEECH_MIX; i++)
        s->constant[i] = (float)(volume[i] - 2.0794415416798357); /* equal shares: log 8 */
}

/* Words at random, spoken state by state: a frame is near the mean of one of the state's Gaussians.
 */
static int speech_make(struct work *w, void *state)
{
    (void)w;
    struct speech_state *s = state;
    uint64_t seed = 482;
    for (unsigned i = 0; i < SPEECH_SENONES; i++)
        speech_make_senone(&s->senone[i], &seed);
    for (unsigned i = 0; i < SPEECH_STATES; i++)
        s->senone_of[i] = (uint16_t)(i * 7919u % SPEECH_SENONES); /* each once */
    unsigned at = (unsigned)fixed_below(&seed, SPEECH_WORDS) * SPEECH_LENGTH;
    for (unsigned frame = 0; frame < SPEECH_FRAMES; frame++) {
        s->truth[frame] = (uint16_t)at;
        unsigned mix = (unsigned)fixed_below(&seed, SPEECH_MIX);
        const struct speech_senone *senone = &s->senone[s->senone_of[at]];
        for (unsigned d = 0; d < SPEECH_DIM; d++)
            s->frame[frame][d] = senone->mean[d][mix / 4][mix % 4] +
                                 speech_between(&seed, -0.6, 0.6);
        if (fixed_below(&seed, 4) == 0)
            continue;
        at++;
        if (at % SPEECH_LENGTH == 0)
            at = (unsigned)fixed_below(&seed, SPEECH_WORDS) * SPEECH_LENGTH;
    }
    return 0;
}

static int speech_check(struct work *w, const void *state)
{
    const struct speech_state *s = state;
    for (unsigned frame = 0; frame < SPEECH_FRAMES; frame++)
        if (s->path[frame] != s->truth[frame])
            return error_set(w->error, ERROR_SYSTEM,
                             "cfp.speech: frame %u was taken for state %u; it is of %u", frame,
                             s->path[frame], s->truth[frame]);
    return 0;
}

const struct program cfp_speech = {
    .id = "cfp.speech",
    .state_bytes = sizeof(struct speech_state),
    .digest = UINT64_C(0x98c3cb995fde478c),
    .make = speech_make,
    .execute = speech_execute,
    .check = speech_check,
};
