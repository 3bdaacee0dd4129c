/* json.h - JSON that others wrote, read strictly and within bounds, into a cJSON tree.
 *
 * cJSON builds the tree, but it is lenient (numbers such as 01, control characters and broken UTF-8
 * in strings, the same key twice) and says little about where it stopped. So the text is checked
 * against the grammar of RFC 8259 first, in one pass without memory of its own: depth, number of
 * values and length are bounded, and a fault is named with line and byte. */
#ifndef VMTAX_JSON_H
#define VMTAX_JSON_H

#include "error.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_DEPTH_MAX  16
#define JSON_VALUES_MAX (4u << 20)
#define JSON_KEYS_MAX   512 /* of one object */

/* The tree, to be freed with cJSON_Delete; NULL with ERROR_DATA and a sentence that begins with
 * name and the place. Trees are built with memory that cannot fail (xalloc.h). */
cJSON *json_parse(const char *text, size_t length, const char *name, struct error *e);

/* An empty object or array whose memory cannot fail; everything added to it likewise. */
cJSON *json_object(void);
cJSON *json_array(void);

/* Adding: a number that is not finite becomes null; a count above 2^53, which many readers would
 * round, becomes a string of digits. */
void json_add_number(cJSON *object, const char *key, double value);
void json_add_count(cJSON *object, const char *key, uint64_t value);

/* Reading typed members. path is where the object stands ("slots[12]"); the first fault fills e and
 * sets failed, and everything after it does nothing, so that a reader can fetch all members of an
 * object and ask once. */
struct json_reader {
    const char *name; /* of the file, for messages */
    struct error *e;
    bool failed;
    char path[64];
};

void json_fault(struct json_reader *r, const char *key, const char *what);
void json_at(struct json_reader *r, const char *array, size_t index); /* sets path */

enum json_presence { JSON_OPTIONAL, JSON_REQUIRED };

/* NULL if absent, null, or of another type (which is a fault, as absence is when required). */
const cJSON *json_get_object(struct json_reader *r, const cJSON *o, const char *key,
                             enum json_presence p);
const cJSON *json_get_array(struct json_reader *r, const cJSON *o, const char *key, size_t max,
                            enum json_presence p);
/* Cleaned and cut (text_clean); out is "" if absent. */
bool json_get_text(struct json_reader *r, const cJSON *o, const char *key, char *out, size_t size,
                   enum json_presence p);
/* A name that must fit whole and hold no character that cleaning would change. */
bool json_get_name(struct json_reader *r, const cJSON *o, const char *key, char *out, size_t size,
                   enum json_presence p);
/* min <= value <= max; absent or null gives missing (not for JSON_REQUIRED). */
double json_get_number(struct json_reader *r, const cJSON *o, const char *key, double min,
                       double max, double missing, enum json_presence p);
uint64_t json_get_count(struct json_reader *r, const cJSON *o, const char *key, uint64_t max,
                        enum json_presence p);
bool json_get_bool(struct json_reader *r, const cJSON *o, const char *key, enum json_presence p);

#endif
