/* xdg.h - the user's own directories, by the rules of the XDG base directory specification: a
 * variable that is no absolute path is ignored. */
#ifndef VMTAX_XDG_H
#define VMTAX_XDG_H

#include "error.h"

#include <stddef.h>

enum xdg { XDG_CONFIG, XDG_STATE, XDG_CACHE };

/* vmtax's directory: $XDG_STATE_HOME/vmtax, else ~/.local/state/vmtax, and so on. Not made here. -1
 * with a sentence if there is no place for it; what names what would lie there. */
int xdg_directory(enum xdg which, const char *what, char *out, size_t size, struct error *e);
/* Make it and what is missing above it, private to the user. What is there already is good. */
int xdg_make(const char *path, struct error *e);

#endif
