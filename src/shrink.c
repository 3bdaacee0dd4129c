#include "shrink.h"

#include "stats.h"
#include "xalloc.h"

#include <math.h>
#include <stdlib.h>

void shrink_classes(double *variance, double *df, const size_t *class, size_t count, size_t classes)
{
    double *var = xcalloc(count + 1, sizeof *var), *own = xcalloc(count + 1, sizeof *own);
    for (size_t k = 0; k < classes; k++) {
        size_t n = 0;
        double all = 0, d0, s0;
        for (size_t i = 0; i < count; i++) {
            if (class[i] != k || !(df[i] > 0))
                continue;
            var[n] = variance[i];
            own[n++] = df[i];
            all += df[i];
        }
        if (n < 3 || !stats_shrink(var, own, n, &d0, &s0))
            continue;
        d0 = fmin(d0, all);
        for (size_t i = 0; i < count; i++) {
            if (class[i] != k || !(df[i] > 0))
                continue;
            variance[i] = stats_shrunken(variance[i], df[i], d0, s0);
            df[i] += d0;
        }
    }
    free(var);
    free(own);
}
