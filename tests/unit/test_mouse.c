/* Reports of the mouse, whole, cut and wrong: what is a click, what is a key, and that nothing
 * waits. */
#include "tests/unit/unit.h"
#include "ui/mouse.h"

#include <stdio.h>
#include <string.h>

#define MS UINT64_C(1000000)

/* What became of each character of text, one every ms: 'o' another's, '.' a part, or the event. */
static void hear(enum mouse_kind kind, const char *text, char out[128])
{
    struct mouse m = {.kind = MOUSE_NONE};
    struct mouse_event e;
    uint64_t now = 1000 * MS;
    size_t used = 0;
    mouse_begin(&m, kind, now);
    for (; *text; text++) {
        now += *text == '~' ? 501 * MS : MS;
        enum mouse_heard heard = *text == '~' ? MOUSE_PART
                                              : mouse_hear(&m, (unsigned char)*text, now, &e);
        if (heard == MOUSE_EVENT)
            used += (size_t)snprintf(out + used, 128 - used, "(%d,%d,%d)", e.x, e.y, e.wheel);
        else
            out[used++] = heard == MOUSE_OTHER ? 'o' : '.';
    }
    out[used] = '\0';
}

static void reports_are_read(void **state)
{
    static const struct {
        enum mouse_kind kind;
        const char *text, *heard;
    } cases[] = {
        {MOUSE_SGR, "0;15;1M", "......(14,0,0)"},
        {MOUSE_SGR, "0;15;1m", "......."},        /* released */
        {MOUSE_SGR, "64;3;4M", "......(2,3,-1)"}, /* the wheel */
        {MOUSE_SGR, "65;3;4M", "......(2,3,1)"},  /* */
        {MOUSE_SGR, "16;3;4M", "......(2,3,0)"},  /* with Ctrl */
        {MOUSE_SGR, "1;3;4M", "......"},          /* another button */
        {MOUSE_SGR, "32;3;4M", "......."},        /* moved */
        {MOUSE_SGR, "66;3;4M", "......."},        /* the wheel, to the side */
        {MOUSE_SGR, "0;0;4M", "......"},          /* columns count from 1 */
        {MOUSE_SGR, "0;9999;9999M", "...........(9998,9998,0)"},
        {MOUSE_SGR, "0;99999;1M", "......oooo"},
        {MOUSE_SGR, "0;15M", "....o"}, /* too little, and too much */
        {MOUSE_SGR, "0;1;1;1M", ".....ooo"},
        {MOUSE_SGR, "0;1q", "...o"},         /* cut by a key, which is one */
        {MOUSE_SGR, "0;15;~1M", "......oo"}, /* cut by half a second */
        {MOUSE_SGR, "0;1;1Mq", ".....(0,0,0)o"},
        {MOUSE_X10, " !!", "..(0,0,0)"},
        {MOUSE_X10, "#!!", "..."},         /* released */
        {MOUSE_X10, "`\"#", "..(1,2,-1)"}, /* the wheel */
        {MOUSE_X10, " !\x1f", "..o"},
        {MOUSE_X10, "  !", "..."},
        {MOUSE_NONE, "q", "o"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char heard[128];
        hear(cases[i].kind, cases[i].text, heard);
        if (strcmp(heard, cases[i].heard) != 0)
            fail_msg("%s: %s, not %s", cases[i].text, heard, cases[i].heard);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
