/* ansi.h - the back end that writes a canvas as text with escape sequences: for pictures of
 * screens, documents, and `vmtax screen --ansi`. */
#ifndef VMTAX_ANSI_H
#define VMTAX_ANSI_H

#include "ui/canvas.h"
#include "ui/theme.h"

/* Every row with all its cells, colours reset at its end, and a newline; caller frees. DEPTH_MONO
 * writes attributes only. */
char *ansi_from_canvas(const struct canvas *c, const struct theme *t, enum depth depth);

#endif
