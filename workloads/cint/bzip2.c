/* cint.bzip2 - stands in for 401.bzip2: libbz2 itself, version 1.0.8, compresses and decompresses
 * three inputs as the original does: text, a picture and random bytes.
 *
 * The library is linked into the agent, so the same code runs in every target; it is compiled by
 * who made the package, not with the kernels' flags, and its calls of memset and memmove are sent
 * to plain loops (plain_memory.h), as the C library's differ by processor. Its memory comes from
 * the state, by our own allocator, so that no execution asks the system for any. The compressor and
 * the decompressor of each input have memory of their own.
 *
 * Working set: 4 MiB visited of the 36 MiB that the library reserves for blocks of 900 kB.
 *
 * Checked: what comes out of the round trip is the input, byte by byte, after every execution; text
 * and picture became smaller, and random bytes did not. */
#include <config.h>

#include "workloads/program/program.h"

#include <bzlib.h>

enum {
    INPUTS = 3,
    INPUT_BYTES = 72 << 10,
    PACKED_BYTES = INPUT_BYTES + INPUT_BYTES / 100 + 600, /* the library's own bound */
    ARENA_BYTES = 12 << 20, /* at level 9: 7.6 MB to compress, 3.7 MB to decompress */
    LEVEL = 9,
    PICTURE_WIDTH = 256,
};

enum input_kind { INPUT_TEXT, INPUT_PICTURE, INPUT_RANDOM };

struct arena {
    size_t used;
    _Alignas(64) uint8_t bytes[ARENA_BYTES];
};

struct input {
    uint8_t plain[INPUT_BYTES];
    uint8_t packed[PACKED_BYTES];
    uint8_t again[INPUT_BYTES];
    unsigned packed_bytes, again_bytes;
    struct arena arena;
};

struct bzip2 {
    struct input input[INPUTS];
};

/* ---- Input ---- */

/* Words of a fixed vocabulary, the first ones far more often than the last, in lines. */
static void make_text(uint8_t *out, uint64_t *seed)
{
    enum { WORDS = 2000 };
    uint64_t vocabulary = fixed_random(seed);
    size_t line = 0;
    for (size_t at = 0; at < INPUT_BYTES;) {
        uint64_t rank = 1 + fixed_below(seed, WORDS);
        rank = 1 + fixed_below(seed, rank);
        uint64_t letters = vocabulary ^ rank * rank;
        unsigned length = 2 + (unsigned)fixed_below(&letters, rank < 50 ? 3 : 9);
        for (unsigned i = 0; i < length && at < INPUT_BYTES; i++)
            out[at++] = (uint8_t)('a' + fixed_below(&letters, 1 + fixed_below(&letters, 26)));
        line += length + 1;
        if (at < INPUT_BYTES)
            out[at++] = line > 70 ? '\n' : ' ';
        line = line > 70 ? 0 : line;
    }
}

/* Smooth shades with a little noise. */
static void make_picture(uint8_t *out, uint64_t *seed)
{
    for (size_t at = 0; at < INPUT_BYTES; at++) {
        unsigned x = at % PICTURE_WIDTH, y = (unsigned)(at / PICTURE_WIDTH);
        unsigned shade = x * x / 512 + y * (x + y) / 1024;
        out[at] = (uint8_t)(shade + (fixed_below(seed, 8) == 0));
    }
}

static int bzip2_make(struct work *w, void *state)
{
    (void)w;
    struct bzip2 *b = state;
    uint64_t seed = 401;
    make_text(b->input[INPUT_TEXT].plain, &seed);
    make_picture(b->input[INPUT_PICTURE].plain, &seed);
    for (size_t at = 0; at < INPUT_BYTES; at++)
        b->input[INPUT_RANDOM].plain[at] = (uint8_t)fixed_random(&seed);
    return 0;
}

/* ---- The round trip ---- */

WORK_TIMED static void *arena_alloc(void *opaque, int count, int size)
{
    struct arena *a = opaque;
    size_t bytes = ((size_t)count * (size_t)size + 63) & ~(size_t)63;
    if (bytes > ARENA_BYTES - a->used)
        return NULL;
    void *p = a->bytes + a->used;
    a->used += bytes;
    return p;
}
WORK_TIMED static void arena_free(void *opaque, void *p)
{
    (void)opaque;
    (void)p; /* all of it goes at once, before the next execution */
}

WORK_TIMED static void stream_begin(bz_stream *s, struct input *in, uint8_t *from, unsigned bytes,
                                    uint8_t *to, unsigned room)
{
    s->bzalloc = arena_alloc;
    s->bzfree = arena_free;
    s->opaque = &in->arena;
    s->next_in = (char *)from;
    s->avail_in = bytes;
    s->next_out = (char *)to;
    s->avail_out = room;
}

/* Both return the bytes made, 0 when the library refuses. */
WORK_TIMED static unsigned input_pack(struct input *in)
{
    bz_stream s;
    stream_begin(&s, in, in->plain, INPUT_BYTES, in->packed, PACKED_BYTES);
    if (BZ2_bzCompressInit(&s, LEVEL, 0, 0) != BZ_OK)
        return 0;
    int result = BZ2_bzCompress(&s, BZ_FINISH);
    BZ2_bzCompressEnd(&s);
    return result == BZ_STREAM_END ? PACKED_BYTES - s.avail_out : 0;
}
WORK_TIMED static unsigned input_unpack(struct input *in)
{
    bz_stream s;
    stream_begin(&s, in, in->packed, in->packed_bytes, in->again, INPUT_BYTES);
    if (BZ2_bzDecompressInit(&s, 0, 0) != BZ_OK)
        return 0;
    int result = BZ2_bzDecompress(&s);
    BZ2_bzDecompressEnd(&s);
    return result == BZ_STREAM_END ? INPUT_BYTES - s.avail_out : 0;
}

WORK_TIMED static uint64_t digest_bytes(uint64_t digest, const uint8_t *bytes, unsigned count)
{
    digest = digest_fold(digest, count);
    uint64_t word = 0;
    for (unsigned i = 0; i < count; i++) {
        word = word << 8 | bytes[i];
        if (i % 8 == 7)
            digest = digest_fold(digest, word);
    }
    return digest_fold(digest, word);
}

WORK_TIMED static uint64_t bzip2_execute(void *state)
{
    struct bzip2 *b = state;
    uint64_t digest = 401;
    for (unsigned i = 0; i < INPUTS; i++) {
        struct input *in = &b->input[i];
        in->arena.used = 0;
        in->packed_bytes = input_pack(in);
        in->again_bytes = input_unpack(in);
        digest = digest_bytes(digest, in->packed, in->packed_bytes);
        digest = digest_bytes(digest, in->again, in->again_bytes);
    }
    return digest;
}

static int bzip2_check(struct work *w, const void *state)
{
    const struct bzip2 *b = state;
    for (unsigned i = 0; i < INPUTS; i++) {
        const struct input *in = &b->input[i];
        if (in->again_bytes != INPUT_BYTES)
            return error_set(w->error, ERROR_SYSTEM, "%s: input %u came back with %u of %d bytes",
                             w->workload->id, i, in->again_bytes, INPUT_BYTES);
        for (unsigned at = 0; at < INPUT_BYTES; at++)
            if (in->again[at] != in->plain[at])
                return error_set(w->error, ERROR_SYSTEM, "%s: byte %u of input %u came back wrong",
                                 w->workload->id, at, i);
        bool smaller = in->packed_bytes < INPUT_BYTES / 2;
        if (smaller != (i != INPUT_RANDOM))
            return error_set(w->error, ERROR_SYSTEM, "%s: input %u was packed into %u bytes",
                             w->workload->id, i, in->packed_bytes);
    }
    return 0;
}

const struct program cint_bzip2 = {
    .id = "cint.bzip2",
    .state_bytes = sizeof(struct bzip2),
    .digest = UINT64_C(0x6dfb9429b5d7c6f4),
    .make = bzip2_make,
    .execute = bzip2_execute,
    .check = bzip2_check,
};
