/* qmp_peer.h - the other end of a QMP connection, played by functions in a child of their own. */
#ifndef VMTAX_TESTS_UNIT_QMP_PEER_H
#define VMTAX_TESTS_UNIT_QMP_PEER_H

#include "target/qmp.h"

#include <stdatomic.h>
#include <stdio.h>
#include <sys/types.h>

#define PATIENCE_S 20.0 /* for what must come; sanitizers and a busy machine included */

#define QMP_PEER_GREETING                                                              \
    "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 22, \"minor\": 2, \"major\": 7}, " \
    "\"package\": \"\"}, \"capabilities\": [\"oob\"]}}"

struct qmp_peer {
    int fd;
    FILE *in;
};

/* In the child. What cannot be sent ends it. */
void peer_send(const struct qmp_peer *p, const char *bytes, size_t length);
void peer_say(const struct qmp_peer *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The next question's id; ends the child when there is none. */
unsigned long peer_hear(const struct qmp_peer *p, char name[64]);
/* Greeting and negotiation, as QEMU does it. */
void peer_welcome(const struct qmp_peer *p);

struct qmp_fixture {
    int fd; /* for qmp_new */
    pid_t child;
    struct qmp_hooks hooks; /* that count into the fixture */
    atomic_int events, ended;
    char last_event[64], why[512];
};

void peer_start(struct qmp_fixture *f, void (*play)(const struct qmp_peer *));
void peer_stop(struct qmp_fixture *f);
/* Started, and a client made of it. */
struct qmp *peer_connect(struct qmp_fixture *f, void (*play)(const struct qmp_peer *));
/* The end is told a moment after the questions were. */
void peer_wait_ended(struct qmp_fixture *f);
void assert_says(const char *text, const char *part);

#endif
