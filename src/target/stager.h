/* stager.h - brings the agent, and files beside it, into a guest through nothing but a shell's
 * standard streams.
 *
 * Stages: one line of script goes to the shell, which names its system, finds a place for the
 * agent, takes one file's bytes after the other, verifies them, runs the agent, and removes all
 * when it has ended. After each stage the guest answers before anything more is sent, because some
 * shells, and some programs that read a file's bytes for them, read ahead. The guest is not
 * trusted: what it says is bounded, in bytes and in time, and cleaned. */
#ifndef VMTAX_STAGER_H
#define VMTAX_STAGER_H

#include "error.h"

#include <stdbool.h>
#include <stddef.h>

#define STAGER_FILES_MAX 8
#define STAGER_FILE_MAX  ((size_t)1 << 30) /* bytes of one */
#define STAGER_SAID_MAX  256

struct stager_file {
    const char *path; /* here */
    const char *name; /* there: letters, digits, '-' and '.' alone */
    bool scratch;     /* into the agent's scratch directory; left out where there is no disk for
                         one, or no room, and where the way takes text alone: it is large. Else
                         beside the agent, executable */
};

struct stager {
    const char *name;  /* of the target, for sentences */
    int to, from;      /* of the shell; non-blocking; the caller's */
    int interrupt;     /* readable: give up with ERROR_INTERRUPTED; -1: none */
    double patience_s; /* for each answer, and without one byte taken */
    bool text;         /* the way there takes lines of text only, as a terminal does: the files'
                          bytes go as base64, which the guest must know */
    size_t room; /* bytes that files beside the agent, and it, take: stager_ask() looks for them */
    /* What is found out; zero before. */
    size_t noise;               /* bytes of answers and of what is none: a banner */
    char said[STAGER_SAID_MAX]; /* the last line that was not the script's, cleaned; or "" */
    bool ended;                 /* the stream did, and the error does not say why */
    bool silent;                /* it took longer than patience_s */
    bool disk;                  /* there is a directory on a disk, for what workloads write */
    bool no_room;               /* for a file of the scratch directory, which was left out */
};

/* All but the files: does a shell answer, on a system that the agent runs on, with a place for it?
 * Leaves nothing there; its command ends. First the question, then the answer; -1 with a sentence.
 */
int stager_ask(struct stager *s, struct error *e);
int stager_look(struct stager *s, struct error *e);
/* All stages; afterwards the streams are the agent's, which is the first of the files. Each file's
 * SHA-256 is compared there where the guest can; the agent's hello tells its own anyway. -1 with a
 * sentence. */
int stager_bring(struct stager *s, const struct stager_file *files, size_t count, struct error *e);

#endif
