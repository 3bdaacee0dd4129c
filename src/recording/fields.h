/* fields.h - members of a struct as members of a JSON object, by a table: what has changed is
 * written, and read back within bounds.
 *
 * A table ends with key NULL. Texts are cleaned and cut when they are read, numbers are bounded by
 * their row, names and workloads must be known. */
#ifndef VMTAX_RECORDING_FIELDS_H
#define VMTAX_RECORDING_FIELDS_H

#include "json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum field_type {
    FIELD_BOOL,
    FIELD_COUNT,    /* an unsigned integer of 1, 4 or 8 bytes, at most max */
    FIELD_INDEX,    /* a size_t, at most max; SIZE_MAX is null */
    FIELD_TIME,     /* an int64_t: Unix seconds */
    FIELD_NUMBER,   /* a double; what is not finite is null, which is NAN */
    FIELD_NUMBERS,  /* an array of double, without the zeros at its end */
    FIELD_SHARES,   /* the same of float */
    FIELD_TEXT,     /* an array of char */
    FIELD_NAME,     /* an enum that has names */
    FIELD_WORKLOAD, /* const struct workload *, by its id; NULL is null */
};

struct field {
    const char *key;
    enum field_type type;
    size_t offset, size;
    uint64_t max;
    const char *(*name)(size_t i); /* NULL beyond the last one */
};

/* Rows of a table; where is struct, member, key. */
#define FIELD_ROW(type, of, m, key)        FIELD_ANY(type, of, m, key, 0, NULL)
#define FIELD_UP_TO(type, of, m, key, max) FIELD_ANY(type, of, m, key, max, NULL)
#define FIELD_ONE_OF(of, m, key, name)     FIELD_ANY(FIELD_NAME, of, m, key, 0, name)
#define FIELD_ANY(type, of, m, key, max, name)                         \
    {                                                                  \
        key, type, offsetof(of, m), sizeof(((of *)NULL)->m), max, name \
    }

/* Adds to `to` what differs between now and was (NULL: all zeros). True if anything does. */
bool fields_write(cJSON *to, const struct field *table, const void *now, const void *was);
/* Members that o does not have stay as they are. Faults as in json.h. */
void fields_read(struct json_reader *r, const cJSON *o, const struct field *table, void *to);

/* A number as a document has it: nine digits, or null. */
cJSON *fields_number(double value);
/* For FIELD_NAME: a verdict (stats.h) by its id. */
const char *fields_verdict(size_t i);

#endif
