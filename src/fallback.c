#include <config.h>

#include "fallback.h"

#include <stdio.h>
#include <string.h>

/* A key that names an engine, as engine.oltp.sqlite, is of rows that asked for it. */
static const struct fallback {
    const char *key, *engine; /* how its name begins */
    const char *missing, *packages;
} fallbacks[] = {
    {"engine.web", "libmicrohttpd ", "nginx", "nginx"},
    {"engine.web.rate", "libmicrohttpd ", "nginx", "nginx"},
    {"engine.oltp", "SQLite ", "MariaDB or sysbench", "mariadb-server-core sysbench"},
};

bool fallback_sentence(const char *key, const char *engine, char out[FALLBACK_TEXT])
{
    for (size_t i = 0; i < sizeof fallbacks / sizeof *fallbacks; i++) {
        const struct fallback *f = &fallbacks[i];
        if (strcmp(f->key, key) != 0 || strncmp(engine, f->engine, strlen(f->engine)) != 0)
            continue;
        snprintf(
            out, FALLBACK_TEXT, "%s runs on %.*s, as %s is not installed there: apt-get install %s",
            key + sizeof "engine." - 1, (int)strcspn(engine, ","), engine, f->missing, f->packages);
        return true;
    }
    return false;
}
