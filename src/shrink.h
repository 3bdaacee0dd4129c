/* shrink.h - variances that few sessions show, made steadier by those of their like.
 *
 * Empirical Bayes after Smyth 2004 (stats_shrink()), class by class. Two things are not the
 * paper's: what a class says of its variance is never taken for better known than by all degrees of
 * freedom in it (the moments often give infinitely many for a handful of series, which nothing so
 * few can show); and a class of fewer than three is left as it is. */
#ifndef VMTAX_SHRINK_H
#define VMTAX_SHRINK_H

#include <stddef.h>

/* Replace variance[i] (with df[i] degrees of freedom, 0: unknown) by its shrunken value and df[i]
 * by what that is worth, among the entries of the same class[i] (below classes; others stay). */
void shrink_classes(double *variance, double *df, const size_t *class, size_t count,
                    size_t classes);

#endif
