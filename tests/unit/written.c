#include <config.h>

#include "written.h"

#include "report/format.h"
#include "text.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

char *written(const char *format, const struct result *r)
{
    char *text = NULL;
    size_t size = 0;
    struct error e;
    FILE *out = open_memstream(&text, &size);
    const struct report_format *f = report_find(format);
    assert_non_null(out);
    assert_non_null(f);
    if (f->write(r, out, &e) < 0)
        fail_msg("%s", e.text);
    fclose(out);
    return text;
}

static void fits(const char *line, size_t length)
{
    int width = 0;
    for (size_t at = 0; at < length;) {
        uint32_t code;
        size_t n = text_decode(line + at, length - at, &code);
        assert_true(n > 0);
        assert_true(code >= 32);
        width += text_width(code);
        at += n;
    }
    if (width > 80)
        fail_msg("%d columns: %.*s", width, (int)length, line);
    assert_true(length == 0 || line[length - 1] != ' ');
}

void lines_fit(const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        fits(text, length);
        text += length + (text[length] == '\n');
    }
}

void parse_csv(char *text, struct table *t)
{
    memset(t, 0, sizeof *t);
    while (*text) {
        assert_true(t->rows < 64);
        for (;;) {
            assert_true(t->columns[t->rows] < 80);
            char *out = text;
            t->cell[t->rows][t->columns[t->rows]++] = out;
            if (*text == '"') {
                for (text++;; text++) {
                    assert_true(*text != '\0');
                    if (*text == '"' && *++text != '"')
                        break;
                    *out++ = *text;
                }
            } else {
                while (*text && !strchr(",\r\n\"", *text))
                    *out++ = *text++;
            }
            char end = *text;
            assert_true(end == ',' || end == '\r');
            text++;
            *out = '\0';
            if (end == '\r') {
                assert_int_equal(*text++, '\n');
                t->rows++;
                break;
            }
        }
    }
}

const char *cell(const struct table *t, size_t row, const char *column)
{
    for (size_t i = 0; i < t->columns[0]; i++)
        if (strcmp(t->cell[0][i], column) == 0)
            return t->cell[row][i];
    fail_msg("no column %s", column);
    return NULL;
}
