#include "config.h"

#include "target/kernel_line.h"

#include "protocol.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>

static void grow(char **line, char *longer)
{
    free(*line);
    *line = longer;
}

void kernel_line_text(char **line, const char *key, const char *value)
{
    char word[4096];
    struct record_writer w;
    record_begin(&w, word, sizeof word, "x");
    record_add_text(&w, key, value);
    long length = record_end(&w);
    if (length < 0)
        BUG("a word for the guest's kernel is too long");
    word[length - 1] = '\0'; /* the newline; "x " stands before the key */
    grow(line, xasprintf("%s vmtax.%s", *line, word + 2));
}

void kernel_line_number(char **line, const char *key, unsigned value)
{
    char text[16];
    snprintf(text, sizeof text, "%u", value);
    kernel_line_text(line, key, text);
}

void kernel_line_words(char **line, const char *words)
{
    if (words)
        grow(line, xasprintf("%s %s", *line, words));
}

void kernel_line_network(char **line, const char *address, const char *gateway, unsigned prefix)
{
    kernel_line_text(line, "address", address);
    kernel_line_text(line, "gateway", gateway);
    kernel_line_number(line, "prefix", prefix);
}
