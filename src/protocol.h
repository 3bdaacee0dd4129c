/* protocol.h - the records that vmtax and an agent speak; one grammar, one parser, linked into both
 * programs.
 *
 * One record is one line: `verb key=value key=value ...\n`. A verb and a key are [a-z0-9_.-]{1,32};
 * a value is percent-encoded UTF-8 (every byte outside 0x21..0x7e, and '%', as %XX), possibly
 * empty. Lines are at most PROTOCOL_MAX_FROM_GUEST bytes from a guest and PROTOCOL_MAX_TO_GUEST
 * towards it, newline included.
 *
 * Guests are untrusted: the parser bounds everything, refuses what is not of this grammar, and
 * whoever reads a field says which type and range it must have. Unknown keys are ignored. A decoded
 * string may hold any byte but NUL: text_clean() it before anyone sees it.
 *
 * Towards the agent: `clock id=`, `run slot= workload= params= lead_us= time_us= tick_us= fresh=
 * role=`, `stop`, `rest id=`. From the agent: `hello`, `clock id= ns=`, `rest id=`, `begin slot=`,
 * `tick slot= ops= ns=`, `end slot=`, `serving slot= ports=`, `result slot= ...`, `fail slot=
 * reason=`, `note text=`; from one that sets its guest up, before the hello, `boot stage=`. Every
 * record of the agent after the hello also carries seq= (from 0, no gaps) and t= (its monotonic
 * clock, ns). There is no request that runs a command. The agent exits when its input ends.
 * man/vmtax-agent.8 describes every field. */
#ifndef VMTAX_PROTOCOL_H
#define VMTAX_PROTOCOL_H

#include "error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROTOCOL_MAGIC          "vmtax-agent"
#define PROTOCOL_VERSION        1
#define PROTOCOL_MAX_FROM_GUEST 65536
#define PROTOCOL_MAX_TO_GUEST   16384
/* In a guest that vmtax boots: the name of the virtio-serial port that the agent speaks over. */
#define PROTOCOL_PORT       "vmtax.agent"
#define PROTOCOL_FIELDS_MAX 64
#define PROTOCOL_WORD_MAX   32
/* Bytes before the hello that a transport may print (boot text, banners) before the guest is given
 * up. */
#define PROTOCOL_PREAMBLE_MAX (1u << 20)

struct record_field {
    const char *key;
    const char *value; /* decoded, NUL-terminated */
};

struct record {
    const char *verb;
    size_t field_count;
    struct record_field fields[PROTOCOL_FIELDS_MAX];
};

/* Parse one line of length bytes without its newline. Decodes in place: line must be writable, have
 * room for a NUL at line[length] and outlive the record. 0, or -1 with the reason. */
int record_parse(struct record *r, char *line, size_t length, struct error *e);

/* Field access. The value, or NULL if the key is absent. */
const char *record_text(const struct record *r, const char *key);
/* A decimal integer in [min, max]; -1 with a sentence if it is absent, malformed or out of range.
 */
int record_u64(const struct record *r, const char *key, uint64_t min, uint64_t max, uint64_t *out,
               struct error *e);
/* A finite decimal number in [min, max]. */
int record_double(const struct record *r, const char *key, double min, double max, double *out,
                  struct error *e);

/* Builds one line. Never writes beyond its buffer: what does not fit sets overflow and record_end()
 * fails. */
struct record_writer {
    char *buffer;
    size_t size;
    size_t length;
    size_t field_count;
    bool overflow;
};

void record_begin(struct record_writer *w, char *buffer, size_t size, const char *verb);
void record_add_text(struct record_writer *w, const char *key, const char *value);
void record_add_u64(struct record_writer *w, const char *key, uint64_t value);
void record_add_double(struct record_writer *w, const char *key,
                       double value); /* %.17g; not finite: omitted */
/* Length of the finished line, newline included; -1 if it did not fit. */
long record_end(struct record_writer *w);

/* Cuts a byte stream into lines of at most max bytes (newline included). */
struct line_reader {
    char *buffer; /* max + 1 bytes, owned */
    size_t max;
    size_t length; /* bytes held */
    size_t taken;  /* bytes of the front already handed out */
    size_t scanned;
    bool skipping;
};

int line_reader_init(struct line_reader *r, size_t max);
void line_reader_release(struct line_reader *r);
/* Where to read() to, and how much. Take all complete lines first: 0 room then means that the line
 * in the buffer is too long. */
size_t line_reader_room(struct line_reader *r, char **where);
void line_reader_fed(struct line_reader *r, size_t bytes);
/* Next complete line without its newline (a trailing CR is dropped), valid until the next call on
 * r; NULL if none yet. */
char *line_reader_next(struct line_reader *r, size_t *length);
/* Throw away what is held and what follows up to the next newline: how to go on after a line that
 * was too long. */
void line_reader_skip(struct line_reader *r);

#endif
