/* ledger_kind.h - the kinds of things that a ledger may hold: what they are called, which of them
 * may be in the ledger of a run, and how each is undone (undo.h). */
#ifndef VMTAX_LEDGER_KIND_H
#define VMTAX_LEDGER_KIND_H

#include "target/ledger.h"

#include <stdbool.h>

const char *ledger_kind_name(enum ledger_kind kind);
/* The kind that text begins with, and where behind it the argument begins. False: it is none. */
bool ledger_kind_find(const char *text, enum ledger_kind *kind, const char **argument);
/* May a line of the run in this directory name it, and so have it removed one day? */
bool ledger_kind_accepts(enum ledger_kind kind, const char *directory, const char *argument);
/* argument: one that was accepted. Idempotent; what has to be waited for, by patience_s, but a
 * domain of Xen has a time of its own. -1 with a sentence that ends in the command for a person. */
int ledger_kind_undo(enum ledger_kind kind, const char *argument, double patience_s,
                     struct error *e);

#endif
