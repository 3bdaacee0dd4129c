/* reach.h - ways to a guest that exists already: a command that runs a shell there.
 *
 * A target of this kind is named WAY:GUEST, such as "ssh:box" or "docker:web", or by a name that
 * vmtax.conf gives it. Its command gives a clean byte stream to /bin/sh in the guest; through that
 * the agent is copied in, run, and removed (stager.h). Nothing else of the guest is touched, and
 * its limits are its own. */
#ifndef VMTAX_REACH_H
#define VMTAX_REACH_H

#include "error.h"
#include "target/target.h"

#include <stdbool.h>
#include <stddef.h>

#define REACH_WORDS_MAX 32
#define REACH_NAME_MAX  32   /* of a name in vmtax.conf, with its end */
#define REACH_SPEC_MAX  1000 /* of what stands after "WAY:", with its end */

struct reach {
    const char *id;           /* "ssh" */
    const char *where;        /* what follows the colon: "HOST" */
    const char *what;         /* one sentence */
    const char *program;      /* that must be here; NULL: the first of the user's words */
    const char *package;      /* Debian's, that has it; NULL: none */
    const char *const *words; /* of the command, ends with NULL; "%s" stands for the guest, "%o" for
                                 the user's options; the shell's name follows. NULL: the user's
                                 words are the command */
    bool here;   /* the guest's processes are the command's own children and keep its processors */
    bool hosted; /* the guest is on this machine, whatever its kernel */
    bool wire;   /* the shell there may know by which address it sees this machine, as ssh's do */
};

/* Ends with id NULL. */
extern const struct reach reach_ways[];

/* The way that a target's name begins with, whether or not a guest follows; NULL: none. */
const struct reach *reach_find(const char *name);

/* A kind without a guest: to ask whether the command is here, by its probe(). */
struct target_kind reach_kind(const struct reach *way);
/* A target for a guest; free it by reach_free() after all that uses it. spec is "WAY:GUEST", with
 * options of the command after blanks, words as a shell would split them ('', "" and \); name is
 * what it is called, NULL: spec itself. NULL with a sentence. */
const struct target_kind *reach_new(const char *name, const char *spec, struct error *e);
/* Another one, to be freed likewise; a kind that reach_new() did not make is returned itself. */
const struct target_kind *reach_copy(const struct target_kind *kind);
/* NULL, and a kind that reach_new() did not make, are allowed. */
void reach_free(const struct target_kind *kind);
/* May a target have this name in vmtax.conf? Letters, digits, '.', '_' and '-', no kind's and no
 * way's. -1 with a sentence. */
int reach_check_name(const char *name, struct error *e);

/* Can this be the peer of --peer, which must know where it finds this machine? Of a command of the
 * user's that is not known before it runs. */
bool reach_by_wire(const struct target_kind *kind);

/* Where a program lies, by $PATH, as the user's shell would find it: it gets no more rights than
 * the user has. -1: nowhere. */
int reach_program(const char *name, char *out, size_t size);
/* What execve() gets. */
struct reach_command {
    const char *words[REACH_WORDS_MAX]; /* [0] absolute, found in $PATH; the shell last; NULL */
    const char *guest;                  /* the first of the user's words, and the next; each may */
    const char *option;                 /* be NULL */
    char text[REACH_SPEC_MAX], path[512]; /* what they are made of */
};
/* Without a guest only a look at the program. -1 with a sentence: there is no such program, or the
 * words are too many or no words. */
int reach_command(const struct target_kind *kind, struct reach_command *out, struct error *e);

#define REACH_PATIENCE_S 20.0 /* to log in and answer */

/* As probe() of count kinds, but guests that are reached by a way are, all at once, and asked what
 * they are. Takes up to patience_s and, where somebody does not leave, as long again, at most 2 s.
 */
void reach_try(const struct target_kind *const *kinds, size_t count,
               const struct target_options *options, double patience_s, struct target_probe *out);

#endif
