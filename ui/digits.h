/* digits.h - a figure so large that the last row of a room reads it. */
#ifndef VMTAX_DIGITS_H
#define VMTAX_DIGITS_H

#include "ui/canvas.h"

#define DIGITS_HEIGHT 5 /* rows at scale 1; columns of "100.4%" and air: */
#define DIGITS_WIDTH  44

/* Digits, '.' and '%', left upper corner at y, x, each dot as many rows high as the scale says;
 * other characters (ASCII) stay small. */
void digits_draw(struct canvas *c, int y, int x, int scale, enum style s, unsigned attr,
                 const char *text);
/* The largest scale for so many figures beside each other, which leaves two thirds of r's rows to
 * what is said about them. */
int digits_scale(struct rect r, int figures);

#endif
