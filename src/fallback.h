/* fallback.h - the engine that does a workload's work where the usual one is missing: whose figures
 * are another thing's, which is told before anybody reads them. */
#ifndef VMTAX_FALLBACK_H
#define VMTAX_FALLBACK_H

#include <stdbool.h>

/* "web runs on libmicrohttpd 0.9.75, as nginx is not installed there: apt-get install nginx". key:
 * of the fact that names the engine (result_engine_key()). False: it is the usual one, or the row
 * asked for this one. */
#define FALLBACK_TEXT 256
bool fallback_sentence(const char *key, const char *engine, char out[FALLBACK_TEXT]);

#endif
