/* Stands in for 464.h264ref: a video encoder of H.264's kind, for brightness only.
 *
 * 12 pictures of 1024 x 768: a still background before which textured squares move. The first is
 * coded by itself, each 4x4 block predicted from the mean of its coded neighbours. In the others a
 * 16x16 block is either skipped (like the same place of the picture before) or predicted by the
 * best of all displacements up to 7, given up row by row once worse than the best so far. What is
 * left goes through the 4x4 integer transform and quantisation, and run lengths and levels are
 * written as exponential-Golomb codes. Every picture is reconstructed as a decoder would, because
 * the next is predicted from that.
 *
 * Working set: 18 MiB: all source pictures and all reconstructions, once each, and the stream.
 * Checked: a decoder reads the stream to its last bit and gets the encoder's reconstructions, pixel
 * by pixel, and these are close to the source. */
#include <config.h>

#include "workloads/program/program.h"

#include <stdbool.h>
#include <stdlib.h>

#define VIDEO_WIDTH    1024
#define VIDEO_HEIGHT   768
#define VIDEO_PIXELS   ((size_t)VIDEO_WIDTH * VIDEO_HEIGHT)
#define VIDEO_PICTURES 12
#define VIDEO_REACH    7
#define VIDEO_SKIP     (256 * 4) /* summed difference below which a block is not worth coding */
#define VIDEO_SQUARES  8
#define VIDEO_SQUARE   40
#define VIDEO_STREAM   (1u << 20)
#define VIDEO_SCALE    4 /* quantiser 28 of the standard: the sixth-part 4, scale 2^4 */

struct video_stream {
    uint64_t window; /* bits not yet in (or still of) the bytes */
    uint32_t bits;   /* in the window */
    uint32_t place;  /* of the next byte */
    uint32_t failed; /* writer: no room; reader: behind the end */
    uint8_t byte[VIDEO_STREAM];
};

struct video_state {
    uint8_t source[VIDEO_PICTURES][VIDEO_PIXELS];
    uint8_t coded[VIDEO_PICTURES][VIDEO_PIXELS];
    struct video_stream stream;
};

static const int32_t video_zigzag[16] = {0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15};
/* Factors by the class of a coefficient: both indices even, both odd, mixed. */
static const int32_t video_class[16] = {0, 2, 0, 2, 2, 1, 2, 1, 0, 2, 0, 2, 2, 1, 2, 1};
static const int32_t video_multiply[3] = {8192, 3355, 5243};
static const int32_t video_restore[3] = {16, 25, 20};

WORK_TIMED static void video_put(struct video_stream *b, uint32_t value, uint32_t bits)
{
    b->window = b->window << bits | value;
    for (b->bits += bits; b->bits >= 8; b->bits -= 8) {
        if (b->place == VIDEO_STREAM) {
            b->failed = 1;
            continue;
        }
        b->byte[b->place++] = (uint8_t)(b->window >> (b->bits - 8));
    }
}

/* Exponential-Golomb: n zeros, then value + 1 in n + 1 bits. */
WORK_TIMED static void video_put_count(struct video_stream *b, uint32_t value)
{
    uint32_t n = 0;
    while ((value + 1) >> (n + 1))
        n++;
    video_put(b, 0, n);
    video_put(b, value + 1, n + 1);
}
WORK_TIMED static void video_put_signed(struct video_stream *b, int32_t value)
{
    video_put_count(b, value > 0 ? 2 * (uint32_t)value - 1 : 2 * (uint32_t)-value);
}

/* One direction of the forward transform, four values `step` apart. */
static inline __attribute__((always_inline)) void video_forward(int32_t *x, int step)
{
    int32_t a = x[0] + x[3 * step], d = x[0] - x[3 * step];
    int32_t b = x[step] + x[2 * step], c = x[step] - x[2 * step];
    x[0] = a + b;
    x[step] = 2 * d + c;
    x[2 * step] = a - b;
    x[3 * step] = d - 2 * c;
}
static inline __attribute__((always_inline)) void video_inverse(int32_t *x, int step)
{
    int32_t a = x[0] + x[2 * step], b = x[0] - x[2 * step];
    int32_t c = (x[step] >> 1) - x[3 * step], d = x[step] + (x[3 * step] >> 1);
    x[0] = a + d;
    x[step] = b + c;
    x[2 * step] = b - c;
    x[3 * step] = a - d;
}

/* Levels of the difference of a 4x4 block from its prediction. */
WORK_TIMED static void video_transform(const uint8_t *source, const uint8_t *prediction,
                                       int32_t *level)
{
    for (int y = 0; y < 4; y++) {
        for (int x = 0; x < 4; x++)
            level[4 * y + x] = source[y * VIDEO_WIDTH + x] - prediction[4 * y + x];
        video_forward(level + 4 * y, 1);
    }
    for (int x = 0; x < 4; x++)
        video_forward(level + x, 4);
    const int shift = 15 + VIDEO_SCALE, half = (1 << shift) / 6;
    for (int i = 0; i < 16; i++) {
        int32_t v = level[i], size = (v < 0 ? -v : v) * video_multiply[video_class[i]];
        size = (size + half) >> shift;
        level[i] = v < 0 ? -size : size;
    }
}

/* The block as the decoder gets it. */
WORK_TIMED static void video_reconstruct(const int32_t *level, const uint8_t *prediction,
                                         uint8_t *out)
{
    int32_t v[16];
    for (int i = 0; i < 16; i++)
        v[i] = level[i] * video_restore[video_class[i]] * (1 << VIDEO_SCALE);
    for (int y = 0; y < 4; y++)
        video_inverse(v + 4 * y, 1);
    for (int x = 0; x < 4; x++)
        video_inverse(v + x, 4);
    for (int y = 0; y < 4; y++)
        for (int x = 0; x < 4; x++) {
            int32_t p = prediction[4 * y + x] + ((v[4 * y + x] + 32) >> 6);
            out[y * VIDEO_WIDTH + x] = (uint8_t)(p < 0 ? 0 : p > 255 ? 255 : p);
        }
}

/* Number of levels that are not 0, then for each the zeros before it and itself. */
WORK_TIMED static void video_put_levels(struct video_stream *b, const int32_t *level)
{
    uint32_t some = 0, run = 0;
    for (int i = 0; i < 16; i++)
        some += level[i] != 0;
    video_put_count(b, some);
    for (int i = 0; some; i++) {
        int32_t v = level[video_zigzag[i]];
        if (!v) {
            run++;
            continue;
        }
        video_put_count(b, run);
        video_put_signed(b, v);
        run = 0;
        some--;
    }
}

/* The mean of the coded pixels above and to the left. */
WORK_TIMED static void video_predict_mean(const uint8_t *picture, int x, int y, uint8_t *prediction)
{
    const uint8_t *at = picture + y * VIDEO_WIDTH + x;
    int sum = 0, n = 0;
    for (int k = 0; k < 4; k++) {
        if (y > 0)
            sum += at[k - VIDEO_WIDTH], n++;
        if (x > 0)
            sum += at[k * VIDEO_WIDTH - 1], n++;
    }
    for (int i = 0; i < 16; i++)
        prediction[i] = (uint8_t)(n ? (sum + n / 2) / n : 128);
}

WORK_TIMED static void video_predict_moved(const uint8_t *before, int x, int y, uint8_t *prediction)
{
    for (int i = 0; i < 16; i++)
        prediction[i] = before[(y + i / 4) * VIDEO_WIDTH + x + i % 4];
}

/* The summed difference of two 16x16 blocks; stops at a row where it exceeds the limit. */
WORK_TIMED static int video_difference(const uint8_t *a, const uint8_t *b, int limit)
{
    int sum = 0;
    for (int y = 0; y < 16 && sum < limit; y++, a += VIDEO_WIDTH, b += VIDEO_WIDTH)
        for (int x = 0; x < 16; x++) {
            int d = a[x] - b[x];
            sum += d < 0 ? -d : d;
        }
    return sum;
}

struct video_vector {
    int x, y;
};

/* The displacement with the least difference; the first of equal ones. */
WORK_TIMED static struct video_vector video_search(const uint8_t *source, const uint8_t *before,
                                                   int x, int y, int limit)
{
    struct video_vector best = {0, 0};
    const uint8_t *block = source + y * VIDEO_WIDTH + x;
    for (int dy = -VIDEO_REACH; dy <= VIDEO_REACH; dy++) {
        if (y + dy < 0 || y + dy > VIDEO_HEIGHT - 16)
            continue;
        for (int dx = -VIDEO_REACH; dx <= VIDEO_REACH; dx++) {
            if (x + dx < 0 || x + dx > VIDEO_WIDTH - 16)
                continue;
            int d = video_difference(block, before + (y + dy) * VIDEO_WIDTH + x + dx, limit);
            if (d < limit) {
                limit = d;
                best = (struct video_vector){dx, dy};
            }
        }
    }
    return best;
}

static inline __attribute__((always_inline)) void video_copy(const uint8_t *from, uint8_t *to)
{
    for (int y = 0; y < 16; y++, from += VIDEO_WIDTH, to += VIDEO_WIDTH) {
        *(uint64_t *)(void *)to = *(const uint64_t *)(const void *)from;
        *(uint64_t *)(void *)(to + 8) = *(const uint64_t *)(const void *)(from + 8);
    }
}

/* A 4x4 block, its prediction made: what is left, into the stream and into the picture. */
WORK_TIMED static void video_code_block(struct video_stream *b, const uint8_t *source, uint8_t *out,
                                        const uint8_t *prediction)
{
    int32_t level[16];
    video_transform(source, prediction, level);
    video_put_levels(b, level);
    video_reconstruct(level, prediction, out);
}

WORK_TIMED static void video_code_first(struct video_state *s)
{
    uint8_t prediction[16];
    for (int y = 0; y < VIDEO_HEIGHT; y += 4)
        for (int x = 0; x < VIDEO_WIDTH; x += 4) {
            int at = y * VIDEO_WIDTH + x;
            video_predict_mean(s->coded[0], x, y, prediction);
            video_code_block(&s->stream, s->source[0] + at, s->coded[0] + at, prediction);
        }
}

WORK_TIMED static void video_code_next(struct video_state *s, int picture)
{
    const uint8_t *source = s->source[picture], *before = s->coded[picture - 1];
    uint8_t *out = s->coded[picture], prediction[16];
    for (int y = 0; y < VIDEO_HEIGHT; y += 16)
        for (int x = 0; x < VIDEO_WIDTH; x += 16) {
            int at = y * VIDEO_WIDTH + x;
            int still = video_difference(source + at, before + at, 1 << 30);
            video_put(&s->stream, still < VIDEO_SKIP, 1);
            if (still < VIDEO_SKIP) {
                video_copy(before + at, out + at);
                continue;
            }
            struct video_vector v = video_search(source, before, x, y, still);
            video_put_signed(&s->stream, v.x);
            video_put_signed(&s->stream, v.y);
            for (int i = 0; i < 16; i++) {
                int bx = x + i % 4 * 4, by = y + i / 4 * 4, place = by * VIDEO_WIDTH + bx;
                video_predict_moved(before, bx + v.x, by + v.y, prediction);
                video_code_block(&s->stream, source + place, out + place, prediction);
            }
        }
}

WORK_TIMED static uint64_t video_execute(void *state)
{
    struct video_state *s = state;
    struct video_stream *b = &s->stream;
    b->window = 0;
    b->bits = b->place = b->failed = 0;
    video_code_first(s);
    for (int picture = 1; picture < VIDEO_PICTURES; picture++)
        video_code_next(s, picture);
    video_put(b, 1, 8); /* the end, filled up to a whole byte */
    video_put(b, 0, 7);
    uint64_t digest = digest_fold(b->failed, b->place), word = 0;
    for (uint32_t i = 0; i < b->place; i++) {
        word = word << 8 | b->byte[i];
        if (i % 8 == 7)
            digest = digest_fold(digest, word);
    }
    const uint64_t *last = (const void *)s->coded[VIDEO_PICTURES - 1];
    for (size_t i = 0; i < VIDEO_PIXELS / 8; i++)
        digest = digest_fold(digest, last[i]);
    return digest_fold(digest, word);
}

/* Smooth shading with a fine pattern; the squares have a pattern of their own. */
static int video_make(struct work *w, void *state)
{
    (void)w;
    struct video_state *s = state;
    uint64_t seed = 464;
    uint8_t pattern[64][64];
    for (size_t i = 0; i < sizeof pattern; i++)
        pattern[i / 64][i % 64] = (uint8_t)(fixed_below(&seed, 9) + i / 64 % 8 * 8 + i % 64 / 4);
    for (int picture = 0; picture < VIDEO_PICTURES; picture++)
        for (int y = 0; y < VIDEO_HEIGHT; y++)
            for (int x = 0; x < VIDEO_WIDTH; x++)
                s->source[picture][y * VIDEO_WIDTH + x] =
                    (uint8_t)(48 + x / 16 + y / 16 + pattern[y / 2 % 64][x / 2 % 64] / 8);
    for (int q = 0; q < VIDEO_SQUARES; q++) {
        int x = 120 + (int)fixed_below(&seed, VIDEO_WIDTH - 320);
        int y = 120 + (int)fixed_below(&seed, VIDEO_HEIGHT - 320);
        int dx = (int)fixed_below(&seed, 13) - 6, dy = (int)fixed_below(&seed, 13) - 6;
        for (int picture = 0; picture < VIDEO_PICTURES; picture++, x += dx, y += dy)
            for (int k = 0; k < VIDEO_SQUARE * VIDEO_SQUARE; k++) {
                int a = k % VIDEO_SQUARE, b = k / VIDEO_SQUARE;
                s->source[picture][(y + b) * VIDEO_WIDTH + x + a] =
                    (uint8_t)(140 + pattern[(b + q) % 64][a]);
            }
    }
    return 0;
}

/* The decoder's side, untimed. */
static uint32_t video_get(struct video_stream *b, uint32_t bits)
{
    uint32_t value = 0;
    for (; bits; bits--) {
        if (!b->bits) {
            if (b->place == VIDEO_STREAM) {
                b->failed = 1;
                return 0;
            }
            b->window = b->byte[b->place++];
            b->bits = 8;
        }
        value = value << 1 | (b->window >> --b->bits & 1);
    }
    return value;
}
static uint32_t video_get_count(struct video_stream *b)
{
    uint32_t n = 0;
    while (n < 31 && !b->failed && !video_get(b, 1))
        n++;
    return (1u << n | video_get(b, n)) - 1;
}
static int32_t video_get_signed(struct video_stream *b)
{
    uint32_t v = video_get_count(b);
    return v & 1 ? (int32_t)(v / 2 + 1) : -(int32_t)(v / 2);
}

static void video_decode_block(struct video_stream *b, uint8_t *out, const uint8_t *prediction)
{
    int32_t level[16] = {0};
    uint32_t some = video_get_count(b), i = 0;
    for (; some && i < 16; some--, i++) {
        i += video_get_count(b);
        level[video_zigzag[i & 15]] = video_get_signed(b);
    }
    video_reconstruct(level, prediction, out);
}

/* Decodes the stream from its beginning; false: it is no stream of this encoder. */
static bool video_decode(struct video_stream *b, uint8_t (*picture)[VIDEO_PIXELS])
{
    uint8_t prediction[16];
    b->bits = b->place = b->failed = 0;
    for (int y = 0; y < VIDEO_HEIGHT; y += 4)
        for (int x = 0; x < VIDEO_WIDTH; x += 4) {
            video_predict_mean(picture[0], x, y, prediction);
            video_decode_block(b, picture[0] + y * VIDEO_WIDTH + x, prediction);
        }
    for (int p = 1; p < VIDEO_PICTURES; p++)
        for (int y = 0; y < VIDEO_HEIGHT; y += 16)
            for (int x = 0; x < VIDEO_WIDTH; x += 16) {
                if (video_get(b, 1)) {
                    int at = y * VIDEO_WIDTH + x;
                    video_copy(picture[p - 1] + at, picture[p] + at);
                    continue;
                }
                int dx = x + video_get_signed(b), dy = y + video_get_signed(b);
                if (dx < 0 || dy < 0 || dx > VIDEO_WIDTH - 16 || dy > VIDEO_HEIGHT - 16)
                    return false;
                for (int i = 0; i < 16; i++) {
                    int bx = i % 4 * 4, by = i / 4 * 4;
                    video_predict_moved(picture[p - 1], dx + bx, dy + by, prediction);
                    video_decode_block(b, picture[p] + (y + by) * VIDEO_WIDTH + x + bx, prediction);
                }
            }
    return video_get(b, 8) == 1 && !b->failed;
}

static int video_check(struct work *w, const void *state)
{
    const struct video_state *s = state;
    struct video_state *d = malloc(sizeof *d);
    if (!d)
        return error_set(w->error, ERROR_SYSTEM, "%s: no memory for the decoder", w->workload->id);
    d->stream = s->stream;
    bool same = video_decode(&d->stream, d->coded) && d->stream.place == s->stream.place;
    uint64_t squares = 0;
    for (size_t p = 0; p < VIDEO_PICTURES; p++)
        for (size_t i = 0; i < VIDEO_PIXELS; i++) {
            int error = s->source[p][i] - s->coded[p][i];
            squares += (uint64_t)(error * error);
            same = same && d->coded[p][i] == s->coded[p][i];
        }
    free(d);
    if (!same)
        return error_set(w->error, ERROR_SYSTEM, "%s: the decoder gets other pictures",
                         w->workload->id);
    double mean = (double)squares / (double)(VIDEO_PICTURES * VIDEO_PIXELS);
    if (mean > 30)
        return error_set(w->error, ERROR_SYSTEM, "%s: the squared error per pixel is %.1f",
                         w->workload->id, mean);
    return 0;
}

const struct program cint_video = {
    .id = "cint.video",
    .state_bytes = sizeof(struct video_state),
    .digest = UINT64_C(0xeeee943b21849170),
    .make = video_make,
    .execute = video_execute,
    .check = video_check,
};
