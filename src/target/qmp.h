/* qmp.h - a client of QEMU's monitor protocol (QMP) over one connected stream socket.
 *
 * QEMU gets the other end of a socket pair by inheritance, so that there is no listening socket
 * that anybody could find:  -chardev socket,id=qmp,fd=N -mon chardev=qmp,mode=control
 *
 * One thread, made by qmp_new, owns the connection: it sends what is asked, reads what comes,
 * matches replies to questions by their ids and calls the hooks for events. While nothing happens
 * it sleeps in poll() and costs nothing. Any other thread may ask.
 *
 * QEMU is less trusted than vmtax. A line longer than QMP_LINE_MAX, a message that is not QMP, an
 * answer to nothing, a flood, questions that it leaves unread or unanswered: each ends the
 * connection with a sentence, which every later question gets too. Every wait has a deadline. */
#ifndef VMTAX_TARGET_QMP_H
#define VMTAX_TARGET_QMP_H

#include "error.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

#define QMP_LINE_MAX       (1u << 20) /* bytes of one message of QEMU, newline included */
#define QMP_UNSENT_MAX     (1u << 18) /* bytes of questions that QEMU has not taken yet */
#define QMP_EVENTS_PER_S   1000       /* more in a second are a flood */
#define QMP_BYTES_PER_S    (8u << 20) /* of everything that QEMU sends; likewise */
#define QMP_UNANSWERED_MAX 8          /* questions given up at their deadlines, still unanswered */

struct qmp;

/* Called on the connection's thread: short, and never qmp_command or qmp_free from there. Both may
 * be called before qmp_new has returned, but only if it will return a client. */
struct qmp_hooks {
    void *context;
    /* "STOP", "GUEST_PANICKED", …: no longer than 63 bytes and clean; data: an object or NULL,
     * valid during the call, its strings as QEMU sent them (text_clean() before showing). NULL: no
     * interest. */
    void (*event)(void *context, const char *name, const cJSON *data);
    /* Once, when the connection has ended by itself (not by qmp_free); why is a sentence. NULL: no
     * interest. */
    void (*ended)(void *context, const char *why);
};

/* Takes over fd, also when it fails. Waits for QEMU's greeting and leaves the negotiation mode, at
 * most timeout_s seconds. hooks (copied; NULL: none). NULL with ERROR_GUEST (QEMU) or ERROR_SYSTEM
 * (here). Ended by qmp_free. */
struct qmp *qmp_new(int fd, const struct qmp_hooks *hooks, double timeout_s, struct error *e);

/* Of QEMU, "7.2.22"; lives as long as q. */
const char *qmp_version(const struct qmp *q);

/* Ask, and wait for the answer, at most timeout_s seconds (cut to 0..3600). arguments: an object
 * that stays the caller's, or NULL. *reply (reply may be NULL) is what QEMU returned, foreign data,
 * the caller's to cJSON_Delete; NULL after a failure.
 * -1 with ERROR_SYSTEM: QEMU refused, by its class and description. -1 with ERROR_GUEST: no answer
 * in time (the client lives on, an answer that comes late is dropped), or the connection has ended
 * (qmp_alive tells which). */
int qmp_command(struct qmp *q, const char *name, const cJSON *arguments, double timeout_s,
                cJSON **reply, struct error *e);

bool qmp_alive(struct qmp *q);

/* Ends the connection (QEMU itself goes on) and the thread; waits for a hook that is running, and
 * for nothing else. No question may be under way. NULL is allowed. */
void qmp_free(struct qmp *q);

#endif
