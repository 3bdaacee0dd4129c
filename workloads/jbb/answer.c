#include <config.h>

#include "workloads/jbb/answer.h"

#include "protocol.h"
#include "text.h"

#include <string.h>

static int take_text(const struct record *r, const char *key, char *out, size_t size,
                     struct error *e)
{
    const char *text = record_text(r, key);
    if (!text || !*text)
        return error_set(e, ERROR_DATA, "an answer %s has no %s", r->verb, key);
    text_clean(out, size, text);
    return 0;
}

int jbb_answer_parse(char *line, size_t length, struct jbb_answer *out, struct error *e)
{
    static const char *const verbs[] = {
        [JBB_READY] = "ready",   [JBB_DONE] = "done",   [JBB_TIME] = "time",
        [JBB_TIMES] = "times",   [JBB_RIGHT] = "right", [JBB_WRONG] = "wrong",
        [JBB_FAILED] = "failed",
    };
    struct record r;
    uint64_t steady = 0;
    size_t kind = 0;
    *out = (struct jbb_answer){.rate = 1};
    if (length >= JBB_LINE_MAX)
        return error_set(e, ERROR_DATA, "a line of %zu bytes is no answer", length);
    if (record_parse(&r, line, length, e) < 0)
        return -1;
    while (kind < sizeof verbs / sizeof *verbs && strcmp(verbs[kind], r.verb) != 0)
        kind++;
    out->kind = (enum jbb_kind)kind;
    switch (out->kind) {
    case JBB_READY:
        if (take_text(&r, "name", out->name, sizeof out->name, e) < 0 ||
            take_text(&r, "version", out->version, sizeof out->version, e) < 0 ||
            record_u64(&r, "rate", 1, JBB_RATE_MAX, &out->rate, e) < 0 ||
            record_u64(&r, "steady", 0, 1, &steady, e) < 0)
            return -1;
        out->steady = steady == 1;
        return 0;
    case JBB_DONE:
        return record_u64(&r, "ops", 1, UINT64_MAX, &out->ops, e);
    case JBB_TIME:
        return record_u64(&r, "ns", 0, INT64_MAX, &out->ns, e) < 0
                   ? -1
                   : record_u64(&r, "n", 1, JBB_OPS_MAX, &out->ops, e);
    case JBB_TIMES:
        return record_u64(&r, "n", 0, JBB_OPS_MAX, &out->ops, e);
    case JBB_RIGHT:
        return 0;
    case JBB_WRONG:
    case JBB_FAILED:
        return take_text(&r, "text", out->text, sizeof out->text, e);
    }
    return error_set(e, ERROR_DATA, "%s is no answer", r.verb);
}
