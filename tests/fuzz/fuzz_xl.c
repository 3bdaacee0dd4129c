/* fuzz_xl.c - what `xl list -v` prints: names of domains are their makers' words.
 *
 * Held beside "no sanitizer complains": a domain that is found stands in the text, has a uuid by
 * which it is found again as the same, and a processor time that a machine can have had. */
#include <config.h>

#include "target/xl.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

#define CENTURY_NS (UINT64_C(3200000000) * 1000000000)

static void check_named(const char *text, const char *name)
{
    struct xl_domain named, again;
    struct error e = {.text = ""};
    char uuid[XL_UUID_SIZE];
    int found = xl_list_named(text, name, &named, uuid, &e);
    if (found < 0) {
        require(e.text[0] != '\0');
        require_shown(e.text);
    }
    if (found != 1)
        return;
    require(strstr(text, name) && strstr(text, uuid) && xl_is_uuid(uuid));
    require(named.id <= 65535 && named.cpu_ns <= CENTURY_NS);
    /* Of two lines with one uuid the first is found. */
    require(xl_list_find(text, uuid, &again, &e) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xl_domain d;
    struct error e = {.text = ""};
    char *text = malloc(size + 1);
    require(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    int found = xl_list_find(text, "01234567-89ab-4def-8123-456789abcdef", &d, &e);
    require(found != 1 || (d.id <= 65535 && d.cpu_ns <= CENTURY_NS));
    require(found >= 0 || e.text[0]);
    check_named(text, "Domain-0");
    check_named(text, "vmtax 1");
    free(text);
    return 0;
}
