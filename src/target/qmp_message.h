/* qmp_message.h - one line of QEMU's monitor protocol (QMP), understood; and one line for it.
 *
 * QEMU is less trusted than vmtax: a guest may have taken it over. A line is read by json_parse
 * (json.h: strict, bounded depth and size), and must be one of the four things that QEMU says:
 *   {"QMP": {"version": {"qemu": {"major": 7, "minor": 2, "micro": 22}, …}, …}}
 *   {"return": …, "id": 3}
 *   {"error": {"class": "GenericError", "desc": "…"}, "id": 3}
 *   {"event": "STOP", "data": {…}, "timestamp": {…}} */
#ifndef VMTAX_TARGET_QMP_MESSAGE_H
#define VMTAX_TARGET_QMP_MESSAGE_H

#include "error.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum qmp_kind { QMP_GREETING, QMP_RETURN, QMP_ERROR, QMP_EVENT };

struct qmp_message {
    enum qmp_kind kind;
    cJSON *root; /* owned */
    cJSON *body; /* a part of root: what is returned, or the data of an event (NULL: none) */
    bool has_id; /* a whole number from 0 to 2^53; another id is a fault */
    uint64_t id;
    char name[64];       /* of the event, or the class of the error; cleaned */
    char text[256];      /* the error's description, or the greeting's package; cleaned */
    unsigned version[3]; /* of the greeting: major, minor, micro */
};

/* 0, or -1 with ERROR_GUEST and the fault; m needs its release only after 0. */
int qmp_message_parse(struct qmp_message *m, const char *line, size_t length, struct error *e);
void qmp_message_release(struct qmp_message *m);

/* A command as a line, newline included; the caller frees it. arguments: an object, which stays
 * the caller's, or NULL. */
char *qmp_message_command(const char *name, const cJSON *arguments, uint64_t id);

#endif
