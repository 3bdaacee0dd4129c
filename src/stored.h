/* stored.h - what is stored, as the dashboard has it: a result or a moment of a recording in a
 * snapshot. The same file gives the same snapshot every time. */
#ifndef VMTAX_STORED_H
#define VMTAX_STORED_H

#include "error.h"
#include "snapshot.h"

struct stored {
    struct snapshot snapshot;
    struct paper paper;
};

/* word: as store_find has it, or a recording's name; a file may be either. at_s: of a recording,
 * seconds from its beginning; INFINITY is its end, and so is what lies beyond it. What is damaged
 * at the end of a recording is told on stderr. NULL with a sentence. */
struct stored *stored_load(const char *word, double at_s, struct error *e);
/* NULL is allowed. */
void stored_free(struct stored *s);

#endif
