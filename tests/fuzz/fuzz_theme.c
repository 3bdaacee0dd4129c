/* fuzz_theme.c - a theme that the user found somewhere.
 *
 * Held beside "no sanitizer complains": whatever was read, the theme is complete, each of its looks
 * is one that a terminal of that depth can show, and what was wrong is said in a sentence. */
#include <config.h>

#include "tests/fuzz/fuzz.h"
#include "ui/theme.h"

#include <string.h>

static void check_color(int32_t color, enum depth depth)
{
    static const int32_t ends[] = {[DEPTH_MONO] = 0,
                                   [DEPTH_8] = 8,
                                   [DEPTH_16] = 16,
                                   [DEPTH_256] = 256,
                                   [DEPTH_TRUE] = 0x1000000};
    require(color == COLOR_NONE || (color >= 0 && color < ends[depth]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct theme theme;
    struct theme_faults faults;
    struct error e = {0};
    char *text = malloc(size + 1);
    require(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    bool whole = theme_parse(&theme, "input", text, &faults, &e) == 0;
    require(whole == (faults.count == 0));
    for (size_t i = 0; i < faults.count && i < THEME_FAULTS; i++) {
        require(strncmp(faults.text[i], "theme input:", 12) == 0);
        require_shown(faults.text[i]);
    }
    if (!whole)
        require_shown(e.text);
    for (enum style s = 0; s < STYLE_COUNT; s++)
        for (enum depth d = DEPTH_MONO; d <= DEPTH_TRUE; d++) {
            struct look look = theme_look(&theme, s, d);
            check_color(look.fg, d);
            check_color(look.bg, d);
        }
    free(text);
    return 0;
}
