#include <config.h>

#include "ui/digits.h"

#include <stddef.h>
#include <string.h>

#define DOT       2 /* columns of a dot: cells are twice as high as wide */
#define SCALE_MAX 4 /* larger ones are no easier to read */

static const struct letter {
    char ch;
    const char *rows[DIGITS_HEIGHT];
} letters[] = {
    {'0', {"###", "# #", "# #", "# #", "###"}}, {'1', {" # ", "## ", " # ", " # ", "###"}},
    {'2', {"###", "  #", "###", "#  ", "###"}}, {'3', {"###", "  #", " ##", "  #", "###"}},
    {'4', {"# #", "# #", "###", "  #", "  #"}}, {'5', {"###", "#  ", "###", "  #", "###"}},
    {'6', {"###", "#  ", "###", "# #", "###"}}, {'7', {"###", "  #", "  #", " # ", " # "}},
    {'8', {"###", "# #", "###", "# #", "###"}}, {'9', {"###", "# #", "###", "  #", "###"}},
    {'.', {" ", " ", " ", " ", "#"}},           {'%', {"# #", "  #", " # ", "#  ", "# #"}},
    {' ', {"   ", "   ", "   ", "   ", "   "}},
};

static const struct letter *letter_of(char ch)
{
    size_t last = sizeof letters / sizeof *letters - 1;
    for (size_t i = 0; i < last; i++)
        if (letters[i].ch == ch)
            return &letters[i];
    return &letters[last];
}

static int columns_of(const struct letter *s)
{
    return DOT * ((int)strlen(s->rows[0]) + 1);
}

int digits_scale(struct rect r, int figures)
{
    int wide = r.w / (DIGITS_WIDTH * (figures > 1 ? figures : 1)), high = r.h / (3 * DIGITS_HEIGHT),
        scale = wide < high ? wide : high;
    return scale < 1 ? 1 : scale > SCALE_MAX ? SCALE_MAX : scale;
}

void digits_draw(struct canvas *c, int y, int x, int scale, enum style s, unsigned attr,
                 const char *text)
{
    for (; *text; text++) {
        const struct letter *letter = letter_of(*text);
        if (letter->ch != *text) /* readable all the same */
            canvas_put(c, y + scale * DIGITS_HEIGHT / 2, x, (unsigned char)*text, s, attr);
        for (int row = 0; row < DIGITS_HEIGHT; row++)
            for (int i = 0; letter->rows[row][i]; i++)
                if (letter->rows[row][i] == '#')
                    canvas_fill(
                        c, (struct rect){y + scale * row, x + scale * DOT * i, scale, scale * DOT},
                        0x2588, s, attr);
        x += scale * columns_of(letter);
    }
}
