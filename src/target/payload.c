#include "config.h"

#include "target/payload.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool payload_find(const char *agent_path, const char *name, char *out, size_t size)
{
    const char *slash = strrchr(agent_path, '/');
    int directory = slash ? (int)(slash - agent_path) + 1 : 0;
    int n = snprintf(out, size, "%.*s%s", directory, agent_path, name);
    return n > 0 && (size_t)n < size && access(out, X_OK) == 0;
}
