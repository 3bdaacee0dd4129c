/* baseline_words.h - what a baseline is, for people and as JSON: its sessions, and whether a check
 * here could compare with it. */
#ifndef VMTAX_BASELINE_WORDS_H
#define VMTAX_BASELINE_WORDS_H

#include "baseline.h"
#include "fingerprint.h"

#include <cjson/cJSON.h>
#include <stdio.h>

#define BASELINE_DIFFERENCES_MAX 64

/* A baseline beside the machine as it is. */
struct baseline_fit {
    struct fingerprint_difference differences[BASELINE_DIFFERENCES_MAX]; /* fatal ones first */
    size_t difference_count;
    bool fatal; /* nothing can be compared here */
};

/* today: facts of the machine (check_today()); cpus, memory_bytes: what targets here could have at
 * most. Of all sessions. */
void baseline_fit_look(struct baseline_fit *f, const struct baseline *b, const struct result *today,
                       uint64_t cpus, uint64_t memory_bytes);
/* now: Unix seconds, for ages. */
void baseline_write_text(const struct baseline *b, const struct baseline_fit *f, int64_t now,
                         FILE *out);
/* What forbids a comparison, a line each. */
void baseline_write_fatal(const struct baseline_fit *f, FILE *out);
cJSON *baseline_to_json(const struct baseline *b, const struct baseline_fit *f);

#endif
