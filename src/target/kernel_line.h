/* kernel_line.h - what a guest's first process is told on its kernel's command line: words that
 * workloads/agent/boot.h reads. */
#ifndef VMTAX_KERNEL_LINE_H
#define VMTAX_KERNEL_LINE_H

/* Append " vmtax.KEY=VALUE" to *line (malloc'ed, replaced), the value encoded as a record's. */
void kernel_line_text(char **line, const char *key, const char *value);
void kernel_line_number(char **line, const char *key, unsigned value);
/* Append " WORDS" as they are; NULL: nothing. */
void kernel_line_words(char **line, const char *words);
/* The words of the guest's network: address, gateway, prefix. */
void kernel_line_network(char **line, const char *address, const char *gateway, unsigned prefix);

#endif
