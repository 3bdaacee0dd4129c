/* shape.h - signs of the screens as lines and areas, for pictures: what joins from cell to cell
 * (frames, bars, blocks, braille) leaves seams and gaps where a font draws it. */
#ifndef VMTAX_SHAPE_H
#define VMTAX_SHAPE_H

#include <stdint.h>
#include <stdio.h>

/* Of a cell, in pixels: the middle lies between two of them, so that thin lines are sharp. */
#define SHAPE_WIDTH  9
#define SHAPE_HEIGHT 19

/* How a shape is drawn. */
enum pen {
    PEN_NONE, /* it is no shape: a character of the font */
    PEN_THIN, /* line 1 wide */
    PEN_THICK,
    PEN_DOT, /* round dots */
    PEN_AREA,
};

enum pen shape_pen(uint32_t ch);
/* Path data of SVG for the cell whose left upper corner is x, y; ch must have a pen. */
void shape_write(FILE *out, uint32_t ch, int x, int y);

#endif
