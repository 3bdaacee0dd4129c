/* sight.h - how colours look: contrast, lightness, distance, and what is left of them for eyes that
 * have two kinds of cones. Colours are 0xRRGGBB of sRGB. */
#ifndef VMTAX_TESTS_SIGHT_H
#define VMTAX_TESTS_SIGHT_H

#include <stdint.h>

enum sight { SIGHT_FULL, SIGHT_PROTAN, SIGHT_DEUTAN, SIGHT_TRITAN, SIGHT_GREY, SIGHT_COUNT };
extern const char *const sight_names[SIGHT_COUNT];

/* CIE L*a*b* under D65. */
struct sight_lab {
    double l, a, b;
};

/* The colour as this eye sees it: by the method of Brettel, Viénot and Mollon, J. Opt. Soc. Am. A
 * 14 (1997) 2647, with the cones of Smith and Pokorny (1975). Grey: by luminance, as on paper. */
struct sight_lab sight_lab(int32_t rgb, enum sight s);
double sight_distance(int32_t a, int32_t b, enum sight s); /* delta E 1976 */
double sight_contrast(int32_t a, int32_t b);               /* of WCAG 2: 1..21 */

#endif
