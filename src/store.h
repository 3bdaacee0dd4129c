/* store.h - results and baselines on disk: JSON by cJSON, 0600, written to a temporary name,
 * fsynced, renamed; damaged files are reported with their name and the place, set aside (renamed to
 * *.damaged) and never stop the program. */
#ifndef VMTAX_STORE_H
#define VMTAX_STORE_H

#include "result.h"

#define STORE_FILE_MAX (64u << 20) /* bytes; a larger file is refused */

/* Serialise; the caller frees. pretty: indented. */
char *store_to_json(const struct result *r, bool pretty);
/* Parse a document of vmtax.result/1; derived parts are recomputed by the caller (analysis_update).
 * name is for messages. */
int store_from_json(struct result *r, const char *json, size_t length, const char *name,
                    struct error *e);

int store_load(struct result *r, const char *path, struct error *e);
int store_save(const struct result *r, const char *path, struct error *e);

/* $XDG_STATE_HOME/vmtax/results/<time>-<profile>.json; path gets the name. */
int store_save_result(const struct result *r, char *path, size_t size, struct error *e);

/* Baselines: a directory of session files per name below $XDG_STATE_HOME/vmtax/baselines/. name:
 * [A-Za-z0-9._-]{1,63}. */
int store_save_baseline(const struct result *r, const char *name, char *path, size_t size,
                        struct error *e);

struct store_entry {
    char name[64]; /* of the baseline or result, as `compare` and `report` take it */
    char path[512];
    int64_t started;
    size_t sessions; /* baselines: how many */
};
enum store_family { STORE_RESULTS, STORE_BASELINES };
/* Newest first; the caller frees *entries. Damaged files are skipped with a warning on stderr. */
int store_list(enum store_family f, struct store_entry **entries, size_t *count, struct error *e);
/* A result named by a path, a result's name, a baseline's name ("default") or "last". */
int store_find(const char *word, char *path, size_t size, struct error *e);

struct baseline {
    char name[64];
    struct result *sessions; /* newest first */
    size_t count;
};
int baseline_load(struct baseline *b, const char *name, struct error *e);
void baseline_release(struct baseline *b);
/* The median over sessions of a metric's native figure, with its spread; false if no session has
 * it. */
bool baseline_native(const struct baseline *b, const char *workload, const char *params,
                     double *value, double *low, double *high);
/* "too young to judge, 2 more sessions" / "5 sessions" / "strong" */
void baseline_strength(const struct baseline *b, char *out, size_t size);

#endif
