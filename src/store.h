/* store.h - results and baselines on disk: JSON by cJSON, 0600, written to a temporary name,
 * fsynced, renamed; damaged files are reported with their name and the place, set aside (renamed to
 * *.damaged) and never stop the program. */
#ifndef VMTAX_STORE_H
#define VMTAX_STORE_H

#include "baseline.h"
#include "result.h"

#define STORE_FILE_MAX  (64u << 20)       /* bytes; a larger file is refused */
#define STORE_BLOCK_MAX (STATS_N_MAX - 1) /* a block's number in a file */
#define STORE_VALUE_MAX 1e18              /* of a figure; a bound beyond it is not known */
#define STORE_REASON    "reason: "        /* in `flags`: why a value is null */
#define STORE_PATH_MAX  512
#define STORE_FAMILY    "\"vmtax.result/" /* with a number behind it a document's schema */
#define STORE_HEAD      256               /* bytes within which it stands */

/* Serialise; the caller frees. pretty: indented. Deterministic; independent of the locale. */
char *store_to_json(const struct result *r, bool pretty);
/* Parse a document of vmtax.result/1 into r (initialised; what it held is released). Derived parts
 * are read as they stand; the caller recomputes them from the slots (analysis_update) where it
 * wants to be independent of who wrote them. name is for messages. Damage is ERROR_DATA with the
 * place; another schema or a file too large is ERROR_USAGE. On failure r is empty. */
int store_from_json(struct result *r, const char *json, size_t length, const char *name,
                    struct error *e);
/* One slot, one comparison, each as one line of JSON without a newline, for streams (`--ndjson`);
 * the caller frees. */
char *store_slot_to_json(const struct result *r, const struct slot *s);
char *store_comparison_to_json(const struct result *r, const struct comparison *c);
/* "2026-11-22T10:18:24Z" */
char *store_time(char *out, size_t size, int64_t at);

/* A damaged file that lies in the store is renamed to *.damaged, and the message says so; a file
 * that the user named elsewhere is left alone. */
int store_load(struct result *r, const char *path, struct error *e);

/* Where things are kept: $XDG_STATE_HOME/vmtax/<family>, by the rules of the XDG specification (a
 * relative path is ignored, the default is ~/.local/state). Not made here. */
enum store_family { STORE_RESULTS, STORE_BASELINES, STORE_RECORDINGS };
int store_directory(enum store_family f, char *out, size_t size, struct error *e);

/* $XDG_STATE_HOME/vmtax/results/<time>-<profile>.json; path gets the name. Never overwrites.
 * Written to a temporary name beside it, fsynced, renamed: a document is there whole, or not at
 * all. */
int store_save_result(const struct result *r, char *path, size_t size, struct error *e);

/* Baselines: a directory of session files per name below $XDG_STATE_HOME/vmtax/baselines/. name:
 * [A-Za-z0-9._-]{1,63}. */
int store_check_name(const char *name, struct error *e);
/* Make the directory of a baseline, if it is not there: can sessions be stored in it? */
int store_prepare_baseline(const char *name, struct error *e);
int store_save_baseline(const struct result *r, const char *name, char *path, size_t size,
                        struct error *e);
/* Give a baseline, if it is there, the first free name of NAME-1, NAME-2 ..., and kept gets it (""
 * if there was none). */
int store_retire_baseline(const char *name, char *kept, size_t size, struct error *e);
/* All of these sessions as a baseline, or nothing has changed. One of that name is an error; with
 * anew it is retired, and kept says as what. */
int store_put_baseline(const char *name, const struct result *sessions, size_t count, bool anew,
                       char *kept, size_t size, struct error *e);
/* With all its sessions, for good; of a link to a directory the link. One with files that vmtax did
 * not make is refused. */
int store_remove_baseline(const char *name, struct error *e);

/* $XDG_STATE_HOME/vmtax/recordings/<time>-session.rec: a new file, open for appending; path gets
 * the name. The descriptor, or -1. */
int store_open_recording(char *path, size_t size, struct error *e);

struct store_entry {
    char name[64];             /* of the baseline, result or recording, as commands take it */
    char path[STORE_PATH_MAX]; /* of the file; of a baseline, its newest session */
    int64_t started;           /* Unix seconds */
    int64_t written_ns;        /* of the file, since the same epoch: which of a second is newer */
};
/* Newest first; the caller frees *entries. Only names and the beginning and end of each file are
 * looked at; files that cannot be whole are skipped with a warning on stderr. An empty or absent
 * directory is no error. */
int store_list(enum store_family f, struct store_entry **entries, size_t *count, struct error *e);
/* The same once more, without the warnings. */
int store_relist(enum store_family f, struct store_entry **entries, size_t *count, struct error *e);
/* The session files of one baseline, likewise; a name with '/' is a directory of them elsewhere. */
int store_list_sessions(const char *name, struct store_entry **entries, size_t *count,
                        struct error *e);
int store_relist_sessions(const char *name, struct store_entry **entries, size_t *count,
                          struct error *e);
/* A result named by a path, a result's name, a baseline's name ("default": its newest session) or
 * "last": the newest with a figure; of those without that are newer a line on stderr. */
int store_find(const char *word, char *path, size_t size, struct error *e);

/* A recording named by a path, a recording's name or "last". */
int store_find_recording(const char *word, char *path, size_t size, struct error *e);

/* Shared by the files of this header. A path does not fit: -1 with a sentence. */
int store_too_long(const char *path, struct error *e);
/* Make a directory of the store and those above it. */
int store_make_directory(const char *path, struct error *e);
/* directory/<time>-<word>.json, with -2, -3 ... if the second is taken; path gets it. */
int store_save_new(const struct result *r, const char *directory, const char *word, char *path,
                   size_t size, struct error *e);
/* Did vmtax make this file of the store? By its name, or because it begins as a result. */
bool store_is_own(const char *path);
/* Rename a damaged file of the store to *.damaged; e, which says what is wrong with it, says so, or
 * that it is left because vmtax did not make it. */
void store_set_aside(const char *path, struct error *e);

#endif
