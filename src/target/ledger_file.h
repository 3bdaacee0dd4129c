/* ledger_file.h - the lines of a ledger on disk, written by its owner and read by who clears up
 * after it.
 *
 * "CHECKSUM header ...", then "CHECKSUM NUMBER KIND ARGUMENT" for a promise and "CHECKSUM NUMBER
 * done" when it was undone, one per line. Arguments hold no newline. "CHECKSUM 0 told": the user
 * knows that something of it still runs. */
#ifndef VMTAX_LEDGER_FILE_H
#define VMTAX_LEDGER_FILE_H

#include "target/ledger.h"

#include <stdbool.h>

struct ledger_promise {
    unsigned number;
    enum ledger_kind kind;
    char *argument;
};

/* Each writes one line behind those that are there; -1 with errno. fd: opened to append. */
int ledger_file_begin(int fd);
int ledger_file_promise(int fd, unsigned number, enum ledger_kind kind, const char *argument);
int ledger_file_done(int fd, unsigned number);
int ledger_file_told(int fd);

struct ledger_file {
    struct ledger_promise *promises; /* in their order; argument NULL: it was undone */
    size_t count, room;
    bool numbers_hold; /* its process numbers mean what they meant */
    bool told;
};

/* What the file of the run in this directory says, and may say. Release it. */
void ledger_file_read(struct ledger_file *f, int fd, const char *directory);
void ledger_file_release(struct ledger_file *f);

#endif
