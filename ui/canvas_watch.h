/* canvas_watch.h - a test's look over the shoulder of whoever draws. Compiled with CANVAS_WATCH,
 * canvas.c tells of each cell before it is written, so that the test sees what lay there; the
 * program's own canvas.c tells nobody, and pays nothing. */
#ifndef VMTAX_CANVAS_WATCH_H
#define VMTAX_CANVAS_WATCH_H

#include "ui/canvas.h"

#ifdef CANVAS_WATCH
/* Nothing has been drawn yet on what there is: an empty canvas, or one below a dialog. */
void canvas_watch_layer(const struct canvas *c);
/* ch as the glyph set has it; clipped: it falls outside of the clip, and is not drawn. */
void canvas_watch_cell(const struct canvas *c, int y, int x, uint32_t ch, bool clipped);
#else
static inline void canvas_watch_layer(const struct canvas *c)
{
    (void)c;
}

static inline void canvas_watch_cell(const struct canvas *c, int y, int x, uint32_t ch,
                                     bool clipped)
{
    (void)c, (void)y, (void)x, (void)ch, (void)clipped;
}
#endif

#endif
