/* fuzz_vzctl.c - the line that `vzctl status` prints and, behind the first newline, the settings of
 * a container.
 *
 * Held beside "no sanitizer complains": an id may be shown; a setting that was found stands in the
 * text, is no line break longer than its line, and is the same in the smallest room. */
#include <config.h>

#include "target/vzctl.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const keys[] = {"VE_PRIVATE", "OSTEMPLATE", "NAME"};
    struct vzctl_status status;
    char *text = malloc(size + 1), value[128];
    require(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    if (vzctl_read_status(text, &status)) {
        require(status.id[0] != '\0' && strlen(status.id) < VZCTL_NAME_MAX);
        require_shown(status.id);
    }
    const char *line = strchr(text, '\n');
    const char *settings = line ? line + 1 : text;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (!vzctl_read_setting(settings, keys[i], value, sizeof value))
            continue;
        size_t length = strlen(value);
        require(length > 0 && !strchr(value, '\n') && strstr(settings, value));
        char *exact = malloc(length + 1);
        require(exact && vzctl_read_setting(settings, keys[i], exact, length + 1));
        require(strcmp(exact, value) == 0);
        free(exact);
    }
    free(text);
    return 0;
}
