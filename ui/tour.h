/* tour.h - `vmtax demo`: what was measured, one insight a slide, for who presents it. Slides are
 * made from the snapshot alone: a slide is there when its figures are, and says what is measured
 * now and what was recorded. */
#ifndef VMTAX_TOUR_H
#define VMTAX_TOUR_H

#include "snapshot.h"
#include "ui/canvas.h"

enum tour_slide {
    TOUR_INTRO,
    TOUR_RUN,       /* how far the run is */
    TOUR_SUBSYSTEM, /* one for each */
    TOUR_ANSWER = TOUR_SUBSYSTEM + SUBSYSTEM_COUNT,
    TOUR_WORST,
    TOUR_END,
    TOUR_SLIDES,
};

/* The next slide that is there, or the one before (by < 0). At the ends it stays, or goes around.
 */
size_t tour_step(const struct snapshot *s, size_t slide, int by, bool around);
/* "3/12": which of those that are there. */
void tour_place(const struct snapshot *s, size_t slide, char out[16]);
/* Bar on top, slide in the area. */
void tour_draw(struct canvas *c, struct rect bar, struct rect area, const struct snapshot *s,
               size_t slide);
/* The keys, in the footer from column x to limit. */
void tour_hints(struct canvas *c, int y, int x, int limit);

#endif
