#include <config.h>

#include "workloads/role.h"

#include "text.h"

#include <stdio.h>
#include <string.h>

static const char *const names[] = {
    [ROLE_SELF] = "self", [ROLE_SERVE] = "serve", [ROLE_LOAD] = "load"};

const char *role_name(enum role role)
{
    return names[role];
}

bool role_parse(const char *word, enum role *out)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], word) == 0) {
            *out = (enum role)i;
            return true;
        }
    return false;
}

bool ports_parse(const char *text, uint16_t ports[ENDPOINT_PORTS_MAX])
{
    memset(ports, 0, ENDPOINT_PORTS_MAX * sizeof *ports);
    for (size_t i = 0; i < ENDPOINT_PORTS_MAX; i++) {
        char word[8];
        size_t length = strcspn(text, ",");
        uint64_t port;
        if (length >= sizeof word)
            return false;
        memcpy(word, text, length);
        word[length] = '\0';
        if (!text_u64(word, UINT16_MAX, &port) || port == 0)
            return false;
        ports[i] = (uint16_t)port;
        if (text[length] == '\0')
            return true;
        text += length + 1;
    }
    return false;
}

void ports_format(const uint16_t ports[ENDPOINT_PORTS_MAX], char out[ENDPOINT_PORTS_TEXT])
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < ENDPOINT_PORTS_MAX && ports[i]; i++)
        used += (size_t)snprintf(out + used, ENDPOINT_PORTS_TEXT - used, "%s%u", i ? "," : "",
                                 (unsigned)ports[i]);
}
