#include <config.h>

#include "sha256.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

struct sha256 {
    uint32_t h[8];
    uint64_t bytes;
    unsigned char block[64]; /* bytes % 64 of it in use */
};

/* First 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4,
 * 4.2.2). */
static const uint32_t round_constant[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t x, int n)
{
    return x >> n | x << (32 - n);
}

/* One round; v[n] to v[n + 7] (modulo 8) are a to h of the standard, so that nothing has to be
 * moved. The agent of an emulated guest waits for this sum. */
static inline void sha256_round(uint32_t v[8], unsigned n, uint32_t word)
{
    uint32_t a = v[n % 8], b = v[(n + 1) % 8], c = v[(n + 2) % 8];
    uint32_t e = v[(n + 4) % 8], f = v[(n + 5) % 8], g = v[(n + 6) % 8];
    uint32_t choose = g ^ (e & (f ^ g));
    uint32_t majority = (a & b) | (c & (a | b));
    uint32_t t1 = v[(n + 7) % 8] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + choose + word;
    v[(n + 3) % 8] += t1;
    v[(n + 7) % 8] = t1 + (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority;
}

static void sha256_block(uint32_t h[8], const unsigned char *p)
{
    uint32_t w[64];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)p[4 * i] << 24 | (uint32_t)p[4 * i + 1] << 16 |
               (uint32_t)p[4 * i + 2] << 8 | p[4 * i + 3];
    for (int i = 16; i < 64; i++) {
        uint32_t a = w[i - 15];
        uint32_t b = w[i - 2];
        w[i] = w[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + w[i - 7] +
               (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
    }
    uint32_t v[8];
    memcpy(v, h, sizeof v);
    for (unsigned i = 0; i < 64; i += 8) {
        const uint32_t *k = round_constant + i, *x = w + i;
        sha256_round(v, 0, k[0] + x[0]);
        sha256_round(v, 7, k[1] + x[1]);
        sha256_round(v, 6, k[2] + x[2]);
        sha256_round(v, 5, k[3] + x[3]);
        sha256_round(v, 4, k[4] + x[4]);
        sha256_round(v, 3, k[5] + x[5]);
        sha256_round(v, 2, k[6] + x[6]);
        sha256_round(v, 1, k[7] + x[7]);
    }
    for (int i = 0; i < 8; i++)
        h[i] += v[i];
}

static void sha256_init(struct sha256 *s)
{
    static const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memcpy(s->h, initial, sizeof initial);
    s->bytes = 0;
}

static void sha256_feed(struct sha256 *s, const unsigned char *p, size_t length)
{
    while (length > 0) {
        size_t used = s->bytes % 64;
        size_t n = length < 64 - used ? length : 64 - used;
        if (n < 64)
            memcpy(s->block + used, p, n);
        if (used + n == 64)
            sha256_block(s->h, n == 64 ? p : s->block);
        s->bytes += n;
        p += n;
        length -= n;
    }
}

static void sha256_finish(struct sha256 *s, char hex[65])
{
    uint64_t bits = s->bytes * 8;
    unsigned char tail[8];
    for (int i = 0; i < 8; i++)
        tail[i] = (unsigned char)(bits >> (56 - 8 * i));
    sha256_feed(s, (const unsigned char *)"\x80", 1);
    while (s->bytes % 64 != 56)
        sha256_feed(s, (const unsigned char *)"", 1);
    sha256_feed(s, tail, sizeof tail);
    for (int i = 0; i < 64; i++)
        hex[i] = "0123456789abcdef"[s->h[i / 8] >> (28 - 4 * (i % 8)) & 15];
    hex[64] = '\0';
}

void sha256_bytes(const void *data, size_t length, char hex[65])
{
    struct sha256 s;
    sha256_init(&s);
    sha256_feed(&s, data, length);
    sha256_finish(&s, hex);
}

int sha256_file(const char *path, char hex[65], struct error *e)
{
    unsigned char buffer[16384];
    struct sha256 s;
    ssize_t n;

    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_errno(e, errno, "cannot open %s", path);
    sha256_init(&s);
    do {
        n = read(fd, buffer, sizeof buffer);
        if (n > 0)
            sha256_feed(&s, buffer, (size_t)n);
    } while (n > 0 || (n < 0 && errno == EINTR));
    int failed = errno;
    close(fd);
    if (n < 0)
        return error_errno(e, failed, "cannot read %s", path);
    sha256_finish(&s, hex);
    return 0;
}
