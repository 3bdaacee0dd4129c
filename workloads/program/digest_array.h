/* digest_array.h - the digest of an array of doubles. Four folds side by side, each over every
 * fourth element, because one alone waits for its multiplication at each word. */
#ifndef VMTAX_DIGEST_ARRAY_H
#define VMTAX_DIGEST_ARRAY_H

#include "workloads/program/program.h"

static inline __attribute__((always_inline)) uint64_t digest_fold_array(uint64_t digest,
                                                                        const double *a, size_t n)
{
    uint64_t part[4] = {digest, 1, 2, 3};
    size_t whole = n - n % 4;
    for (size_t i = 0; i < whole; i += 4) {
        part[0] = digest_fold_double(part[0], a[i]);
        part[1] = digest_fold_double(part[1], a[i + 1]);
        part[2] = digest_fold_double(part[2], a[i + 2]);
        part[3] = digest_fold_double(part[3], a[i + 3]);
    }
    for (size_t i = whole; i < n; i++)
        part[0] = digest_fold_double(part[0], a[i]);
    digest = digest_fold(part[0], part[1]);
    return digest_fold(digest_fold(digest, part[2]), part[3]);
}

#endif
