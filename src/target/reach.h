/* reach.h - ways to a guest that exists already: a command that runs a shell there.
 *
 * A target of this kind is named WAY:WHERE, such as "ssh:box" or "docker:web". Its command gives a
 * clean byte stream to /bin/sh in the guest; through that the agent is copied in, run, and removed.
 * Nothing else of the guest is touched, and its limits are its own. */
#ifndef VMTAX_REACH_H
#define VMTAX_REACH_H

#include "error.h"
#include "target/target.h"

#include <stdbool.h>
#include <stddef.h>

#define REACH_WORDS_MAX 24

struct reach {
    const char *id;           /* "ssh" */
    const char *where;        /* what follows the colon: "HOST" */
    const char *what;         /* one sentence */
    const char *package;      /* Debian's, that has the command; NULL: the user's own command */
    const char *const *words; /* of the command; "%s" stands for the guest; ends with NULL. The
                                 shell's name follows. NULL: the guest's name is the command */
    bool here;                /* the guest's processes are the command's own children and keep its
                                 processors */
};

/* Ends with id NULL. */
extern const struct reach reach_ways[];

/* The way that a target's name begins with, whether or not a guest follows; NULL: none. */
const struct reach *reach_find(const char *name);

/* A kind without a guest: to ask whether the command is here, by its probe(). */
struct target_kind reach_kind(const struct reach *way);
/* A target for a guest, by its name; free it by reach_free() after all that uses it. NULL with a
 * sentence if the name says no guest, or has what could be taken for an option. */
const struct target_kind *reach_new(const char *name, struct error *e);
/* NULL, and a kind that reach_new() did not make, are allowed. */
void reach_free(const struct target_kind *kind);

/* Where a program lies, by $PATH, as the user's shell would find it: it gets no more rights than
 * the user has. -1: nowhere. */
int reach_program(const char *name, char *out, size_t size);
/* The command as words for execve(), the shell last; words[0] by its absolute path, found in $PATH.
 * text holds what the words are made of. NULL for where is allowed for a look at the command alone.
 * -1 with a sentence: there is no such program, or there are more than REACH_WORDS_MAX - 1 words.
 */
int reach_command(const struct reach *way, const char *where, const char *words[REACH_WORDS_MAX],
                  char *text, size_t size, struct error *e);

#endif
