/* document.h - the page that the web server hands out: made alike on both sides, so that every byte
 * of an answer can be compared with what it must be. */
#ifndef VMTAX_WEB_DOCUMENT_H
#define VMTAX_WEB_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

#define DOCUMENT_NAME "page.html"

void document_fill(unsigned char *page, size_t size);
/* Are these n bytes the same? Timed code. */
bool document_equal(const unsigned char *a, const unsigned char *b, size_t n);

#endif
