#include <config.h>

#include "workloads/web/response.h"

#include "workloads/web/document.h"
#include "workloads/workload.h"

WORK_TIMED void response_begin(struct response *r, const unsigned char *page, size_t size)
{
    r->page = page;
    r->size = size;
    r->fault = RESPONSE_FINE;
    r->headed = r->done = r->closes = r->has_length = r->carriage = false;
    r->status = 0;
    r->head = r->received = 0;
    r->length = 0;
    r->server[0] = '\0';
}

WORK_TIMED static bool fault(struct response *r, enum response_fault which)
{
    r->fault = which;
    return false;
}

WORK_TIMED static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Where the value of header `name` (in small letters) begins in the line, or NULL: it is another.
 */
WORK_TIMED static const char *value_of(const struct response *r, const char *name)
{
    const char *at = r->line;
    for (; *name; name++, at++)
        if (lower(*at) != *name)
            return NULL;
    if (*at++ != ':')
        return NULL;
    while (*at == ' ' || *at == '\t')
        at++;
    return at;
}

WORK_TIMED static bool is_word(const char *value, const char *word)
{
    for (; *word; word++, value++)
        if (lower(*value) != *word)
            return false;
    return !*value || *value == ' ' || *value == ',';
}

/* "HTTP/1.1 200 OK" */
WORK_TIMED static bool take_status(struct response *r)
{
    const char *at = r->line, *version = "HTTP/1.";
    for (; *version; version++, at++)
        if (*at != *version)
            return fault(r, RESPONSE_GARBAGE);
    if ((at[0] != '0' && at[0] != '1') || at[1] != ' ')
        return fault(r, RESPONSE_GARBAGE);
    at += 2;
    for (int i = 0; i < 3; i++, at++) {
        if (*at < '0' || *at > '9')
            return fault(r, RESPONSE_GARBAGE);
        r->status = 10 * r->status + (unsigned)(*at - '0');
    }
    if (*at && *at != ' ')
        return fault(r, RESPONSE_GARBAGE);
    return r->status == 200 || fault(r, RESPONSE_STATUS);
}

WORK_TIMED static bool take_length(struct response *r, const char *value)
{
    uint64_t length = 0;
    unsigned digits = 0;
    for (; *value >= '0' && *value <= '9' && digits < 18; value++, digits++)
        length = 10 * length + (uint64_t)(*value - '0');
    if (digits == 0 || (*value && *value != ' ') || length != r->size)
        return fault(r, RESPONSE_LENGTH);
    r->has_length = true;
    return true;
}

WORK_TIMED static void take_server(struct response *r, const char *value)
{
    size_t n = 0;
    while (value[n] && n < RESPONSE_SERVER_MAX - 1) {
        r->server[n] = value[n] == '\t' ? ' ' : value[n];
        n++;
    }
    r->server[n] = '\0';
}

WORK_TIMED static bool take_header(struct response *r)
{
    const char *value;
    if ((value = value_of(r, "content-length")))
        return take_length(r, value);
    if (value_of(r, "transfer-encoding"))
        return fault(r, RESPONSE_LENGTH);
    if ((value = value_of(r, "connection")))
        r->closes = is_word(value, "close");
    else if ((value = value_of(r, "server")))
        take_server(r, value);
    return true;
}

/* A line is complete; an empty one ends the head. */
WORK_TIMED static bool take_line(struct response *r)
{
    r->line[r->length < RESPONSE_LINE_MAX ? r->length : RESPONSE_LINE_MAX - 1] = '\0';
    bool empty = r->length == 0;
    r->length = 0;
    if (r->status == 0)
        return take_status(r);
    if (!empty)
        return take_header(r);
    r->headed = true;
    r->done = r->size == 0;
    return r->has_length || fault(r, RESPONSE_LENGTH);
}

WORK_TIMED static bool take_head_byte(struct response *r, unsigned char c)
{
    if (++r->head > RESPONSE_HEAD_MAX)
        return fault(r, RESPONSE_LONG);
    if (r->carriage) {
        r->carriage = false;
        return c == '\n' ? take_line(r) : fault(r, RESPONSE_GARBAGE);
    }
    if (c == '\r') {
        r->carriage = true;
        return true;
    }
    if ((c < ' ' && c != '\t') || c >= 0x7f)
        return fault(r, RESPONSE_GARBAGE);
    if (r->length < RESPONSE_LINE_MAX - 1)
        r->line[r->length] = (char)c;
    r->length++;
    return true;
}

WORK_TIMED bool response_feed(struct response *r, const unsigned char *bytes, size_t n)
{
    size_t i = 0;
    if (r->fault)
        return false;
    while (i < n && !r->headed)
        if (!take_head_byte(r, bytes[i++]))
            return false;
    n -= i;
    if (n > r->size - r->received)
        return fault(r, RESPONSE_EXTRA);
    if (!document_equal(bytes + i, r->page + r->received, n))
        return fault(r, RESPONSE_CONTENT);
    r->received += n;
    r->done = r->headed && r->received == r->size;
    return true;
}

WORK_TIMED bool response_end(struct response *r)
{
    if (r->fault)
        return false;
    return r->done || fault(r, RESPONSE_CUT);
}

const char *response_fault_text(enum response_fault fault_of)
{
    static const char *const texts[RESPONSE_FAULTS] = {
        [RESPONSE_FINE] = "answered well",
        [RESPONSE_GARBAGE] = "answered with something that is not HTTP",
        [RESPONSE_LONG] = "answered with a head that does not end",
        [RESPONSE_STATUS] = "answered with another status than 200",
        [RESPONSE_LENGTH] = "announced another length than that of the page",
        [RESPONSE_CONTENT] = "sent something else than the page",
        [RESPONSE_EXTRA] = "sent more than the page",
        [RESPONSE_CUT] = "closed the connection before the page was complete",
    };
    return texts[fault_of];
}
