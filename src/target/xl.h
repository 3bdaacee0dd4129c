/* xl.h - Xen's tool: running it, what `xl list -v` says, and the end of a domain. */
#ifndef VMTAX_XL_H
#define VMTAX_XL_H

#include "error.h"
#include "target/ledger.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define XL_UUID_SIZE 37 /* "01234567-89ab-cdef-0123-456789abcdef" */

/* A line of the list. */
struct xl_domain {
    unsigned id;
    uint64_t cpu_ns;    /* processor time of its vCPUs; xl tells tenths of a second */
    bool paused, ended; /* ended: shut down, crashed or dying */
};

/* Path of xl in one of its usual places, a constant; NULL: it is not installed. */
const char *xl_find(void);

/* The domain of that uuid in what `xl list -v` printed (any text): 1, 0: it is not there; -1 with a
 * sentence: this is no such list, or the domain's line is damaged. */
int xl_list_find(const char *text, const char *uuid, struct xl_domain *out, struct error *e);
/* The same, asked now. Takes some milliseconds, at most a few seconds. */
int xl_look(const char *uuid, struct xl_domain *out, struct error *e);

/* The domain of that name, Domain-0 among them, and its uuid: as xl_list_find() and xl_look(). */
int xl_list_named(const char *text, const char *name, struct xl_domain *out,
                  char uuid[XL_UUID_SIZE], struct error *e);
int xl_look_named(const char *name, struct xl_domain *out, char uuid[XL_UUID_SIZE],
                  struct error *e);

/* Destroys the domain, which may be half made or gone, and removes the log of its device model,
 * which carries its name. A domain is known by its uuid alone. Waits until it is gone, seconds at
 * most. */
int xl_destroy(const char *name, const char *uuid, double seconds, struct error *e);

/* A new random uuid. */
int xl_new_uuid(char out[XL_UUID_SIZE], struct error *e);
bool xl_is_uuid(const char *text);

#endif
