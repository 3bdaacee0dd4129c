/* response.h - one HTTP answer, parsed as it arrives, in pieces of any size.
 *
 * It comes from a guest: the parser takes bounded heads only, keeps nothing but numbers and the
 * name of the server, and compares the body with the page that was asked for. What a web server
 * that is measured has no reason to send (another status, no length, chunks, a bare line feed, a
 * byte too many) is a fault: a wrong answer is no figure. */
#ifndef VMTAX_WEB_RESPONSE_H
#define VMTAX_WEB_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RESPONSE_HEAD_MAX   8192u /* bytes, its empty line included */
#define RESPONSE_LINE_MAX   128u  /* of a line, so many are looked at */
#define RESPONSE_SERVER_MAX 32u

enum response_fault {
    RESPONSE_FINE,
    RESPONSE_GARBAGE, /* no HTTP head */
    RESPONSE_LONG,    /* a head without an end */
    RESPONSE_STATUS,  /* not 200 */
    RESPONSE_LENGTH,  /* another length than the page's, or none */
    RESPONSE_CONTENT, /* not the page */
    RESPONSE_EXTRA,   /* bytes after it */
    RESPONSE_CUT,     /* the connection ended before it did */
    RESPONSE_FAULTS
};

struct response {
    const unsigned char *page; /* what must come */
    size_t size;
    enum response_fault fault;
    bool headed, done; /* the head has ended; the page is complete */
    bool closes;       /* the server will close the connection */
    bool has_length;
    unsigned status;
    size_t head;     /* bytes of the head so far */
    size_t received; /* bytes of the body so far */
    unsigned length; /* of the line so far; it may be longer than what is kept */
    bool carriage;   /* the last byte was a carriage return */
    char line[RESPONSE_LINE_MAX];
    char server[RESPONSE_SERVER_MAX]; /* its name as it was sent: printable ASCII; or empty */
};

/* Timed code, all of them. */
void response_begin(struct response *r, const unsigned char *page, size_t size);
/* The next bytes. False: there is a fault, and the connection is of no further use. */
bool response_feed(struct response *r, const unsigned char *bytes, size_t n);
/* The connection has ended. False: too early. */
bool response_end(struct response *r);

/* "answered with something that is not HTTP"; of enum response_fault. */
const char *response_fault_text(enum response_fault fault);

#endif
