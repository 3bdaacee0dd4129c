#include <config.h>

#include "workloads/web/document.h"

#include "workloads/workload.h"

/* Letters of a fixed linear congruence, in lines of 64: no period that a fault could hide in. */
void document_fill(unsigned char *page, size_t size)
{
    uint64_t x = UINT64_C(20611);
    for (size_t i = 0; i < size; i++) {
        x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        page[i] = i % 64 == 63 || i == size - 1 ? '\n' : (unsigned char)('a' + (x >> 33) % 26);
    }
}

/* Words at a time: this runs beside the server, and shall cost little. */
WORK_TIMED bool document_equal(const unsigned char *a, const unsigned char *b, size_t n)
{
    uint64_t different = 0;
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t x, y;
        __builtin_memcpy(&x, a + i, sizeof x);
        __builtin_memcpy(&y, b + i, sizeof y);
        different |= x ^ y;
    }
    for (; i < n; i++)
        different |= (uint64_t)(a[i] ^ b[i]);
    return different == 0;
}
