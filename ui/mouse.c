#include "ui/mouse.h"

#define PATIENCE_NS UINT64_C(500000000)
#define NUMBER_MAX  9999u
#define X10_OFFSET  32u

/* Of a report's first number: what kind of button, and what is none. */
#define BUTTON       3u
#define MODIFIERS    (4u | 8u | 16u)
#define WHEEL        64u
#define X10_RELEASED 3u

void mouse_begin(struct mouse *m, enum mouse_kind kind, uint64_t now_ns)
{
    *m = (struct mouse){.kind = kind, .until_ns = now_ns + PATIENCE_NS};
}

/* The numbers are there: does it count? */
static enum mouse_heard end(struct mouse *m, struct mouse_event *out)
{
    unsigned button = m->number[0] & ~MODIFIERS;
    m->kind = MOUSE_NONE;
    if (m->number[1] == 0 || m->number[2] == 0)
        return MOUSE_PART;
    *out = (struct mouse_event){.x = (int)m->number[1] - 1, .y = (int)m->number[2] - 1};
    if (button == WHEEL || button == WHEEL + 1)
        out->wheel = button == WHEEL ? -1 : 1;
    else if (button != 0)
        return MOUSE_PART;
    return MOUSE_EVENT;
}

static enum mouse_heard hear_sgr(struct mouse *m, uint32_t c, struct mouse_event *out)
{
    unsigned *number = &m->number[m->at];
    if (c >= '0' && c <= '9' && *number <= NUMBER_MAX / 10) {
        *number = *number * 10 + (c - '0');
        return MOUSE_PART;
    }
    if (c == ';' && m->at < 2) {
        m->at++;
        return MOUSE_PART;
    }
    if (c == 'M' && m->at == 2)
        return end(m, out);
    m->kind = MOUSE_NONE;
    return c == 'm' ? MOUSE_PART : MOUSE_OTHER; /* released */
}

static enum mouse_heard hear_x10(struct mouse *m, uint32_t c, struct mouse_event *out)
{
    if (c < X10_OFFSET || c > UINT8_MAX) {
        m->kind = MOUSE_NONE;
        return MOUSE_OTHER;
    }
    m->number[m->at++] = c - X10_OFFSET;
    if (m->at < 3)
        return MOUSE_PART;
    if ((m->number[0] & BUTTON) == X10_RELEASED && !(m->number[0] & WHEEL)) {
        m->kind = MOUSE_NONE;
        return MOUSE_PART;
    }
    return end(m, out);
}

enum mouse_heard mouse_hear(struct mouse *m, uint32_t character, uint64_t now_ns,
                            struct mouse_event *out)
{
    if (m->kind == MOUSE_NONE || now_ns > m->until_ns) {
        m->kind = MOUSE_NONE;
        return MOUSE_OTHER;
    }
    return m->kind == MOUSE_SGR ? hear_sgr(m, character, out) : hear_x10(m, character, out);
}
