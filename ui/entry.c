#include <config.h>

#include "ui/entry.h"

#include "text.h"
#include "ui/key.h"

#include <stdint.h>
#include <string.h>

enum entry_event entry_key(char *text, size_t size, int code)
{
    size_t n = strlen(text);
    if (code == KEY_CODE_ENTER || code == 13)
        return ENTRY_KEPT;
    if (code == KEY_CODE_ESCAPE || code == KEY_CODE_CTRL_C)
        return ENTRY_DROPPED;
    if (code == KEY_CODE_BACKSPACE) {
        while (n > 0 && (text[--n] & 0xC0) == 0x80)
            continue;
        text[n] = '\0';
    } else if (code >= 0x20 && code < KEY_CODE_UP) {
        char utf8[5] = "", clean[8];
        utf8[text_encode((uint32_t)code, utf8)] = '\0';
        text_clean(clean, sizeof clean, utf8);
        if (n + strlen(clean) < size)
            memcpy(text + n, clean, strlen(clean) + 1);
    }
    return ENTRY_TYPED;
}
