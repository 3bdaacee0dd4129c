#include <config.h>

#include "report/page.h"

#include "report/html_style.h"
#include "report/markup.h"
#include "report/svg.h"

void page_open(FILE *out, const char *title, const char *heading)
{
    fprintf(out,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<title>%s</title>\n<style>\n%s%s</style>\n</head>\n<body>\n"
            "<header>\n<h1>%s</h1>\n<p class=\"quiet\">",
            title, page_style, svg_style, heading);
}

void page_main(FILE *out)
{
    fputs("</p>\n</header>\n<main>\n", out);
}

void page_close(FILE *out)
{
    fputs("</main>\n</body>\n</html>\n", out);
}

void page_cell(FILE *out, const char *tag, const char *class, const char *words)
{
    fprintf(out, "<%s", tag);
    if (class[0])
        fprintf(out, " class=\"%s\"", class);
    fputc('>', out);
    markup_text(out, words);
    fprintf(out, "</%s>", tag);
}

void page_table(FILE *out, const char *caption, const struct page_column *columns, size_t count)
{
    fputs("<div class=\"wide\">\n<table>\n<caption class=\"quiet\">", out);
    markup_text(out, caption);
    fputs("</caption>\n<thead><tr>", out);
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "<th scope=\"col\"%s>", columns[i].words ? " class=\"text\"" : "");
        markup_text(out, columns[i].name);
        fputs("</th>", out);
    }
    fputs("</tr></thead>\n<tbody>\n", out);
}

void page_table_end(FILE *out)
{
    fputs("</tbody>\n</table>\n</div>\n", out);
}

void page_verdict(FILE *out, enum verdict v, uint32_t bits)
{
    char words[48], letters[FLAG_COUNT + 1], class[32];
    snprintf(words, sizeof words, "%s %s", report_signs[v].utf8, verdicts[v].title);
    snprintf(class, sizeof class, "text %s", verdicts[v].id);
    page_cell(out, "td", class, words);
    page_cell(out, "td", "text", stats_flags(bits, letters));
}

void page_chart(FILE *out, const struct chart *c, const char *title, const char *text)
{
    fputs("<figure>\n", out);
    svg_open(out, CHART_WIDTH, chart_height(c), title, text, false);
    chart_draw(c, out);
    svg_close(out);
    fputs("</figure>\n", out);
}
