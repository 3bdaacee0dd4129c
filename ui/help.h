/* help.h - the help screens: keys (from the key table), legend, method. */
#ifndef VMTAX_HELP_H
#define VMTAX_HELP_H

#include "ui/canvas.h"

#define HELP_PAGES 3

/* Over a screen that is dimmed already. page: 0..HELP_PAGES-1; first: line at the top, bounded by
 * the return value: the largest first that still fills the box. find: instead of a page, the lines
 * of all of them that hold it, whatever the case; NULL or "": the page. typing: it is being typed.
 */
size_t help_draw(struct canvas *c, struct rect area, size_t page, size_t first, const char *find,
                 bool typing);

#endif
