/* digits.h - a figure so large that the last row of a room reads it. */
#ifndef VMTAX_DIGITS_H
#define VMTAX_DIGITS_H

#include "ui/canvas.h"

#define DIGITS_HEIGHT 5

/* Digits, '.' and '%', left upper corner at y, x; other characters (ASCII) stay small. */
void digits_draw(struct canvas *c, int y, int x, enum style s, unsigned attr, const char *text);

#endif
