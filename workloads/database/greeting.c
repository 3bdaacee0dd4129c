#include <config.h>

#include "workloads/database/greeting.h"

#include "text.h"

#include <string.h>

bool greeting_version(const unsigned char *packet, size_t length, char version[GREETING_VERSION])
{
    /* Three bytes of length, one of sequence, one of the protocol's version, then the text. */
    static const char before[] = "5.5.5-"; /* for clients that know no two-digit versions */
    const size_t head = 5, skipped = sizeof before - 1;
    version[0] = '\0';
    if (length <= head || packet[4] != 10)
        return false;
    const char *text = (const char *)packet + head;
    size_t n = strnlen(text, length - head);
    if (n == length - head || !memmem(text, n, "MariaDB", 7))
        return false;
    if (n > skipped && memcmp(text, before, skipped) == 0) {
        text += skipped;
        n -= skipped;
    }
    size_t digits = 0;
    while (digits < n && strchr("0123456789.", text[digits]))
        digits++;
    if (digits == 0 || digits >= GREETING_VERSION)
        return false;
    text_clean_n(version, GREETING_VERSION, text, digits);
    return true;
}
