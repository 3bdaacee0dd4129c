/* markup.h - foreign words in XML, HTML and Markdown. */
#ifndef VMTAX_REPORT_MARKUP_H
#define VMTAX_REPORT_MARKUP_H

#include <stdio.h>

/* As text or as the value of a quoted attribute: what would be a command is an entity, and what XML
 * cannot hold (controls, bytes that are no UTF-8) is U+00B7. */
void markup_text(FILE *out, const char *foreign);
/* The same after formatting; at most 511 bytes of it. */
void markup_printf(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* In Markdown: what it or HTML would take as a command is shown as it is. The words have been
 * cleaned (text_clean()). */
void markup_markdown(FILE *out, const char *foreign);

#endif
