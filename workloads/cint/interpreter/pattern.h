/* pattern.h - the patterns of cint.interpreter: letters, sets and dots, each once, or with ?, * or
 * +; ^ and $. The alphabet is a to z and the space. */
#ifndef VMTAX_CINT_INTERPRETER_PATTERN_H
#define VMTAX_CINT_INTERPRETER_PATTERN_H

#include <stdbool.h>
#include <stdint.h>

enum {
    ELEMENTS_MAX = 10, /* of a pattern */
    PATTERNS = 6,
};

/* One letter of a set, min to max times. Sets are bits: a to z, and the space. */
struct element {
    uint32_t set;
    uint8_t min, max;
};
struct pattern {
    struct element element[ELEMENTS_MAX];
    uint8_t count;
    bool from_start, to_end;
};

/* What the script tries: the last one on pairs, the others on words. */
extern const char *const pattern_sources[PATTERNS];

void pattern_compile(struct pattern *p, const char *source);

/* Is the pattern found in the string? Timed; goes back where a greedy choice was wrong, as Perl
 * does it. */
bool pattern_match(const struct pattern *p, const uint8_t *bytes, unsigned length);

/* The same by a matcher of another kind, for the check: it follows all choices at once. */
bool pattern_match_at_once(const struct pattern *p, const uint8_t *bytes, unsigned length);

#endif
