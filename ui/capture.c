#include <config.h>

#include "ui/capture.h"

#include "text.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define REPLAY_MAX (256 * 1024) /* of what was held, the end */

void capture_begin(struct capture *c)
{
    *c = (struct capture){.saved = -1, .file = -1};
    fflush(stderr);
    c->file = memfd_create("vmtax-stderr", MFD_CLOEXEC);
    if (c->file < 0)
        return;
    c->saved = dup(STDERR_FILENO);
    /* Appending: every process that inherits it writes at the end. */
    if (c->saved < 0 || dup2(c->file, STDERR_FILENO) < 0) {
        if (c->saved >= 0)
            close(c->saved);
        close(c->file);
        c->saved = c->file = -1;
    }
}

/* The line at text (n bytes, no newline) as far as it can be shown. */
static void clean_line(char out[BOARD_LOG_TEXT], const char *text, size_t n)
{
    text_clean_n(out, BOARD_LOG_TEXT, text, n);
}

void capture_poll(struct capture *c, struct board *b)
{
    char chunk[4096], line[BOARD_LOG_TEXT];
    struct stat st;
    if (c->file < 0 || fstat(c->file, &st) < 0 || st.st_size <= c->read)
        return;
    ssize_t n = pread(c->file, chunk, sizeof chunk, c->read);
    size_t start = 0;
    for (size_t i = 0; n > 0 && i < (size_t)n; i++)
        if (chunk[i] == '\n') {
            clean_line(line, chunk + start, i - start);
            board_log(b, BOARD_LOG_NOTE, "", "%s", line);
            start = i + 1;
        }
    if (start == 0 && n == (ssize_t)sizeof chunk) { /* a line without end */
        clean_line(line, chunk, sizeof chunk);
        board_log(b, BOARD_LOG_NOTE, "", "%s", line);
        start = sizeof chunk;
    }
    c->read += (off_t)start;
}

void capture_end(struct capture *c)
{
    char chunk[4096], line[BOARD_LOG_TEXT];
    struct stat st;
    if (c->file < 0)
        return;
    fflush(stderr);
    dup2(c->saved, STDERR_FILENO);
    close(c->saved);
    off_t at = 0;
    if (fstat(c->file, &st) == 0 && st.st_size > REPLAY_MAX)
        at = st.st_size - REPLAY_MAX;
    size_t used = 0;
    ssize_t n;
    while ((n = pread(c->file, chunk + used, sizeof chunk - used, at)) > 0 || used > 0) {
        if (n > 0) {
            used += (size_t)n;
            at += n;
        }
        char *end = memchr(chunk, '\n', used);
        size_t length = end ? (size_t)(end - chunk) : used;
        if (!end && n > 0 && used < sizeof chunk)
            continue; /* the rest of the line */
        clean_line(line, chunk, length);
        fprintf(stderr, "%s\n", line);
        length += end != NULL;
        used -= length;
        memmove(chunk, chunk + length, used);
    }
    close(c->file);
    c->saved = c->file = -1;
}
