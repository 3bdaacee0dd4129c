/* glyph.h - every sign the screens are made of, in three sets.
 *
 * Signs are named by meaning. GLYPHS_BRAILLE is for terminals with a full Unicode font,
 * GLYPHS_BLOCK for fonts without braille and rounded corners (the Linux console), GLYPHS_ASCII for
 * everything else. Each sign takes one cell in every set. Text that was written with the first set
 * is turned into the others sign by sign when it enters the canvas, so panels may write "↵ open"
 * and "µs" and be right everywhere. */
#ifndef VMTAX_GLYPH_H
#define VMTAX_GLYPH_H

#include "stats.h"
#include "ui/canvas.h"

enum glyph {
    GLYPH_FRAME_TOP_LEFT,
    GLYPH_FRAME_TOP_RIGHT,
    GLYPH_FRAME_BOTTOM_LEFT,
    GLYPH_FRAME_BOTTOM_RIGHT,
    GLYPH_FRAME_HORIZONTAL,
    GLYPH_FRAME_VERTICAL,
    GLYPH_NATIVE, /* the ruler: 100 */
    GLYPH_CONTAINER,
    GLYPH_CONTAINER_HOLLOW, /* hollow: emulated, or an interval that is not known */
    GLYPH_OPENVZ,
    GLYPH_OPENVZ_HOLLOW,
    GLYPH_XEN,
    GLYPH_XEN_HOLLOW,
    GLYPH_KVM,
    GLYPH_KVM_HOLLOW,
    GLYPH_REACHED,
    GLYPH_REACHED_HOLLOW,
    GLYPH_BETTER,
    GLYPH_SAME,
    GLYPH_SLIGHTLY_WORSE,
    GLYPH_WORSE,
    GLYPH_NO_SIGN,
    GLYPH_INCONCLUSIVE,
    GLYPH_NOT_MEASURED,
    GLYPH_CANNOT,
    GLYPH_NOT_COMPARABLE,
    GLYPH_WHISKER_LEFT,
    GLYPH_WHISKER_LINE,
    GLYPH_WHISKER_RIGHT,
    GLYPH_OFF_LEFT, /* the mark lies beyond the axis */
    GLYPH_OFF_RIGHT,
    GLYPH_GROOVE, /* an empty cell of a bar */
    GLYPH_INK,    /* bars: a full cell, half a cell, emulated */
    GLYPH_INK_HALF,
    GLYPH_INK_EMULATED,
    GLYPH_NATIVE_POINT, /* native where it is no ruler, but was measured */
    GLYPH_CURSOR,       /* left of the selected row */
    GLYPH_BOUNDARY,     /* a dotted vertical line in a graph: cache sizes, the cursor */
    GLYPH_DONE,         /* repetitions: done, running now, still to come */
    GLYPH_NOW,
    GLYPH_TO_COME,
    GLYPH_RECORDING,
    GLYPH_MORE_ABOVE, /* the list goes on */
    GLYPH_MORE_BELOW,
    GLYPH_HIGHER_IS_BETTER,
    GLYPH_LOWER_IS_BETTER,
    GLYPH_TIMES,
    GLYPH_PLUS_MINUS,
    GLYPH_ELLIPSIS,
    GLYPH_SUPERSCRIPT_0,
    GLYPH_SUPERSCRIPT_1,
    GLYPH_SUPERSCRIPT_2,
    GLYPH_SUPERSCRIPT_3,
    GLYPH_SUPERSCRIPT_4,
    GLYPH_SUPERSCRIPT_5,
    GLYPH_SUPERSCRIPT_6,
    GLYPH_SUPERSCRIPT_7,
    GLYPH_SUPERSCRIPT_8,
    GLYPH_SUPERSCRIPT_9,
    GLYPH_COUNT,
};

uint32_t glyph(enum glyph_set set, enum glyph g);

/* What the set has for any character: itself, its stand-in, or '?'. */
uint32_t glyph_translate(enum glyph_set set, uint32_t code);

/* The levels of a small bar that grows from the bottom (spark, block area): level 0 (blank) to
 * glyph_levels(set). */
unsigned glyph_levels(enum glyph_set set);
uint32_t glyph_level(enum glyph_set set, unsigned level);

enum glyph glyph_of_verdict(enum verdict v);

/* The mark and hue of a kind of target ("native", "container", "kvm", "ssh", ...; anything else is
 * a guest that is reached by a command). */
enum glyph glyph_of_kind(const char *kind, bool hollow);
enum style style_of_kind(const char *kind);
/* What is emulated keeps its hue, hollow and in thin strokes; everybody else's mark is bold. Not
 * dim: terminals halve a dim colour, and names must stay legible. */
unsigned attr_of_mark(bool emulated);
/* The colour of a verdict. Bold belongs to WORSE and BETTER: verdict_attr. */
enum style style_of_verdict(enum verdict v);
unsigned attr_of_verdict(enum verdict v);

#endif
