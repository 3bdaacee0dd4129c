/* foreign.h - parsers of others that judge what we write. A tool that is not there skips the test,
 * which says so. */
#ifndef VMTAX_TESTS_FOREIGN_H
#define VMTAX_TESTS_FOREIGN_H

#include <stddef.h>

/* The distribution's, which has the modules that ./bootstrap installs. */
#define FOREIGN_PYTHON "/usr/bin/python3"

/* Run a program of others: its exit code; 127: it is not installed. Its words go to the log. */
int foreign_tool(const char *const *argv);
/* The tool must end well; "FILE" among its words stands for a file with the text, which is freed
 * here. which: what text it is, for the sentence when it is refused; the file stays then. */
void foreign_reads(char *text, const char *which, size_t number, const char *const *argv);
/* Skips the test unless python runs these lines. */
void foreign_needs_python(const char *lines);

#endif
