/* drawing.h - the back end that writes a canvas as an SVG picture: for documents and web pages. */
#ifndef VMTAX_DRAWING_H
#define VMTAX_DRAWING_H

#include "ui/canvas.h"
#include "ui/theme.h"

#include <stdio.h>

/* One file that needs no other. Every row is a text of all its cells, so that what is selected and
 * copied is the screen's text; signs that join from cell to cell are drawn, and stand there
 * unseen. Where the theme has no colour of its own it is light on black; at DEPTH_MONO black on
 * white. title is cleaned here. */
void drawing_from_canvas(FILE *out, const struct canvas *c, const struct theme *t, enum depth depth,
                         const char *title);

#endif
