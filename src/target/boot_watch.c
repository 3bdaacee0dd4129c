#include "config.h"

#include "target/boot_watch.h"

#include <stdio.h>

/* Less than this part of one processor is nothing: a process that looks every few milliseconds
 * whether a device is there takes more, the kernel's own clock much less. */
#define IDLE_SHARE 0.002

void boot_watch_begin(struct boot_watch *w, double now_s)
{
    *w = (struct boot_watch){
        .begun_s = now_s, .answered_s = now_s, .busy_s = now_s, .awake_s = now_s, .told_s = now_s};
}

static void see_work(struct boot_watch *w, double now_s, uint64_t work_ns)
{
    double worked = work_ns >= w->work_ns ? (double)(work_ns - w->work_ns) * 1e-9 : 0;
    if (w->read_s <= 0 || worked > (now_s - w->read_s) * IDLE_SHARE)
        w->busy_s = now_s;
    w->read_s = now_s;
    w->work_ns = work_ns;
}

/* Any work at all: a process that is only slow is in no hurry, but it moves. */
static void see_own(struct boot_watch *w, double now_s, const struct boot_signs *signs)
{
    bool moves = w->own_known && signs->own_ns != w->own_ns;
    if (!signs->own_known || signs->answered || moves)
        w->awake_s = now_s;
    w->own_known = signs->own_known;
    w->own_ns = signs->own_ns;
}

int boot_watch_judge(struct boot_watch *w, double now_s, const struct boot_signs *signs,
                     struct error *e)
{
    if (signs->held)
        boot_watch_begin(w, now_s);
    if (signs->answered)
        w->answered_s = now_s;
    if (signs->work_known)
        see_work(w, now_s, signs->work_ns);
    else
        w->busy_s = now_s;
    see_own(w, now_s, signs);
    if (now_s - w->answered_s >= BOOT_DEAF_S || now_s - w->awake_s >= BOOT_ASLEEP_S)
        return error_set(e, ERROR_GUEST,
                         "QEMU has not answered on its monitor for %.0f s: it is stopped or hangs",
                         now_s - w->answered_s);
    if (now_s - w->busy_s >= BOOT_IDLE_S)
        return error_set(e, ERROR_GUEST,
                         "the guest has said nothing and done nothing for %.0f s: it hangs",
                         now_s - w->busy_s);
    if (now_s - w->begun_s >= BOOT_WATCH_S)
        return error_set(e, ERROR_GUEST,
                         "the guest's kernel has said nothing for %.0f s, although its processors "
                         "are at work: it hangs, or this machine is too busy",
                         now_s - w->begun_s);
    return 0;
}

bool boot_watch_tell(struct boot_watch *w, double now_s, const char *what, char *out, size_t size)
{
    if (now_s - w->told_s < BOOT_TELL_S)
        return false;
    w->told_s = now_s;
    snprintf(out, size, "%s: %.0f s of at most %.0f", what, now_s - w->begun_s, BOOT_WATCH_S);
    return true;
}
