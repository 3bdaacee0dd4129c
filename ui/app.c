/* The loop. It sleeps in poll() on the terminal, the board's event, a timer and the signals, and
 * draws under the frame governor: 4 frames a second while a run is live, 1 when idle, none when
 * frozen, at once after a key; while a frame is owed or a run is live, it does not even listen to
 * the board. Its own processor time is measured, shown in the footer beside that of the
 * whole program, and halves the rate when it exceeds 0.4 % of a core. With --quiet-ui it draws
 * nothing but answers to keys while a slot is timed: then it only looks whether that is over. */
#include <config.h>

#include "ui/app.h"

#include "clock.h"
#include "text.h"
#include "ui/capture.h"
#include "ui/control.h"
#include "ui/detail.h"
#include "ui/own_cost.h"
#include "ui/theme_list.h"
#include "xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define COST_LIMIT 0.004 /* of a processor, for drawing */
#define KEY_GAP_S  0.01  /* keys that come faster share a frame */

struct app {
    struct board *board;
    const struct app_actions *actions;
    struct app_options options;
    struct screen *screen;
    struct canvas canvas;
    struct snapshot snapshot;
    struct control control;
    struct own_cost cost;
    struct capture capture;
    int signal_fd, timer_fd;
    bool dirty; /* the board moved, or something else changed */
    bool now;   /* a key: draw at once */
    bool mouse;
    char theme[THEME_NAME_MAX]; /* the name that was asked for last */
    double last_frame_s, last_drawn_s, key_until_s, slow_factor;
    uint64_t frames;
    int ended_by; /* signal */
};

static void dashboard_signals(sigset_t *set)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP, SIGCONT};
    sigemptyset(set);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        sigaddset(set, numbers[i]);
}

void app_block_signals(void)
{
    sigset_t set;
    dashboard_signals(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

/* Own cost */

/* The governor: of what this thread costs, which is what fewer frames make less. */
static void cost_sample(struct app *a, double now)
{
    own_cost_sample(&a->cost, now, a->frames);
    if (a->cost.thread > COST_LIMIT && a->slow_factor < 4)
        a->slow_factor *= 2;
    else if (a->cost.thread < COST_LIMIT / 3 && a->slow_factor > 1)
        a->slow_factor /= 2;
}

/* To the board, without waking anybody: this is no news to draw. */
static void cost_publish(struct app *a)
{
    struct rusage usage;
    struct snapshot *s = board_edit(a->board);
    s->self.ui_share = a->cost.thread;
    s->self.share = a->cost.process;
    s->self.frames_per_s = a->cost.frames_per_s;
    s->self.frames = a->frames;
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        s->self.rss_kib = (uint64_t)usage.ru_maxrss;
    a->snapshot.self = s->self;
    pthread_mutex_unlock(&a->board->lock);
}

/* Drawing */

static double frame_interval(const struct app *a, double now)
{
    double interval = a->snapshot.run.active ? 0.25 : 1;
    if (now < a->key_until_s)
        interval = 1.0 / 30;
    else if (a->options.calm)
        interval = 1;
    else
        interval *= a->slow_factor;
    return interval < 1 ? interval : 1;
}

static bool frozen(struct app *a)
{
    return control_view(&a->control)->frozen;
}

/* Asked of the board itself, as no snapshot is taken meanwhile. A target that says nothing may be
 * lost: that must be seen. */
static bool held(struct app *a)
{
    if (!a->options.hold || a->now || a->snapshot.replayed)
        return false;
    const struct board_run *r = &board_edit(a->board)->run;
    bool timed = r->active && !(r->silent_s > 0) && strcmp(r->phase, BOARD_PHASE_MEASURE) == 0;
    pthread_mutex_unlock(&a->board->lock);
    return timed;
}

static void draw(struct app *a)
{
    int h, w;
    double now = clock_now_s();
    struct error e;
    if (control_tick(&a->control, &a->snapshot, now))
        a->now = true;
    if (a->actions && a->actions->news && a->actions->news(a->actions->context, &e) < 0) {
        control_flash(&a->control, now, true, "%s", e.text);
        a->now = true;
    }
    bool news = !frozen(a) && board_snapshot(a->board, &a->snapshot);
    if (!news && !a->now && !a->dirty && now - a->last_drawn_s < 1) {
        a->last_frame_s = now;
        return;
    }
    if (a->last_frame_s == 0 || now - a->last_frame_s >= 0.2 || a->cost.count == 0)
        cost_sample(a, now);
    cost_publish(a);
    screen_size(a->screen, &h, &w);
    control_follow(&a->control, &a->snapshot);
    control_clamp(&a->control, &a->snapshot, h, w);
    struct scene scene = control_scene(&a->control);
    scene.held = a->options.hold;
    a->control.help_last = scene_draw(&a->canvas, h, w, &a->snapshot, &scene);
    if (a->control.help_first > a->control.help_last)
        a->control.help_first = a->control.help_last;
    if (screen_present(a->screen, &a->canvas))
        a->frames++;
    a->last_frame_s = a->last_drawn_s = now;
    a->dirty = a->now = false;
}

/* Requests of the keys */

/* What a key changed stands in the settings, too. */
static void note_setting(struct app *a, const char *name, const char *value)
{
    struct error e;
    const struct option_row *r = option_find(name, strlen(name));
    if (a->options.options && r)
        option_set(a->options.options, r, value, &e);
}

/* All that is wrong in a theme's file goes into the log, the footer has room for one sentence. */
static void tell_faults(struct app *a, const struct theme_faults *faults, const struct error *e)
{
    size_t told = faults->count < THEME_FAULTS ? faults->count : THEME_FAULTS;
    for (size_t i = 0; i < told; i++)
        board_log(a->board, BOARD_LOG_WARN, "", "%s", faults->text[i]);
    if (faults->count > told)
        board_log(a->board, BOARD_LOG_WARN, "", "theme %s: and %zu more lines that make no sense",
                  a->theme, faults->count - told);
    if (faults->count == 1)
        control_flash(&a->control, clock_now_s(), true, "%s", e->text);
    else
        control_flash(&a->control, clock_now_s(), true,
                      "theme %s: %zu lines make no sense; the log (L) names them", a->theme,
                      faults->count);
}

/* There is none of that name: the default is shown. The whole path of the file has room in the log.
 */
static void tell_unknown(struct app *a, const struct error *e)
{
    const char *place = a->options.theme_place, *slash = strrchr(place, '/');
    control_flash(&a->control, clock_now_s(), true, "%s%s%s", e->text, place[0] ? " See " : "",
                  slash ? slash + 1 : place);
    board_log(a->board, BOARD_LOG_WARN, "", "%s%s%s", place, place[0] ? ": " : "", e->text);
}

/* False if that is not all of it, and why is told. */
static bool take_theme(struct app *a, const char *name)
{
    struct theme theme;
    struct theme_faults faults;
    struct error e = {0};
    int status = theme_load(&theme, name, a->options.theme_directories, &faults, &e);
    bool found = status == 0 || e.kind != ERROR_USAGE;
    screen_set_theme(a->screen, &theme);
    text_copy(a->theme, sizeof a->theme, name);
    if (!found)
        tell_unknown(a, &e);
    else if (status)
        tell_faults(a, &faults, &e);
    return status == 0;
}

static const char *theme_asked(const struct app *a)
{
    return a->options.theme ? a->options.theme : theme_builtin(0);
}

static void next_theme(struct app *a)
{
    struct theme_list list;
    theme_list_read(&list, a->options.theme_directories);
    size_t at = theme_list_find(&list, a->theme);
    at = at < list.count ? at : 0; /* of a name that is none, the default is shown */
    const char *name = list.name[(at + 1) % list.count];
    if (take_theme(a, name))
        control_flash(&a->control, clock_now_s(), false, "theme: %s", name);
    note_setting(a, "theme", name);
    a->options.theme = a->theme;
    a->options.theme_place[0] = '\0';
}

static void set_mouse(struct app *a, bool on)
{
    a->mouse = a->options.mouse = on;
    screen_set_mouse(a->screen, on);
}

/* With other characters or colours the terminal is opened anew. Nothing else could: where even the
 * way it was opened before fails now, the terminal is gone. */
static void reopen(struct app *a, const struct screen_options *former)
{
    struct error e;
    screen_close(a->screen, false);
    a->screen = screen_open(&a->options.screen, &e);
    if (!a->screen) {
        control_flash(&a->control, clock_now_s(), true, "%s", e.text);
        a->options.screen = *former;
        a->screen = screen_open(former, &e);
    }
    if (!a->screen) {
        a->ended_by = SIGHUP;
        return;
    }
    a->canvas.glyphs = screen_glyphs(a->screen);
    set_mouse(a, a->options.mouse);
}

static bool same_screen(const struct screen_options *a, const struct screen_options *b)
{
    return a->glyphs == b->glyphs && a->colors == b->colors && a->utf8 == b->utf8 &&
           a->no_sync == b->no_sync && a->clipboard == b->clipboard && a->reader == b->reader;
}

static void apply_settings(struct app *a)
{
    struct screen_options former = a->options.screen;
    if (!a->actions || !a->actions->settings)
        return;
    a->actions->settings(a->actions->context, &a->options);
    bool anew = !same_screen(&former, &a->options.screen);
    if (anew)
        reopen(a, &former);
    if (!a->screen)
        return;
    if (anew || strcmp(a->theme, theme_asked(a)) != 0)
        take_theme(a, theme_asked(a));
    set_mouse(a, a->options.mouse);
}

/* Text into a new file of the user's, told in the footer. copied: it is in the terminal's
 * clipboard, too. */
static void save_text(struct app *a, const char *what, const char *text, bool copied)
{
    char path[512], name[64], stamp[32];
    time_t now = time(NULL);
    struct tm tm;
    localtime_r(&now, &tm);
    strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", &tm);
    snprintf(name, sizeof name, "vmtax-%s-%s.txt", what, stamp);
    snprintf(path, sizeof path, "%s%s%s",
             a->options.text_directory ? a->options.text_directory : "",
             a->options.text_directory ? "/" : "", name);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    size_t left = strlen(text), done = 0;
    ssize_t n = 0;
    while (fd >= 0 && left > done && (n = write(fd, text + done, left - done)) > 0)
        done += (size_t)n;
    bool failed = fd < 0 || n < 0;
    int why = errno;
    if (fd >= 0 && close(fd) < 0)
        failed = true;
    if (failed)
        control_flash(&a->control, clock_now_s(), true, "cannot write %s: %s", path, strerror(why));
    else
        control_flash(&a->control, clock_now_s(), false, "%s written to %s%s", what, path,
                      copied ? ", and copied" : "");
}

static void save_screen(struct app *a)
{
    char *text = canvas_to_text(&a->canvas);
    save_text(a, "screen", text, false);
    free(text);
}

static bool row_is_empty(const struct canvas *c, int y)
{
    for (int x = 0; x < c->w; x++)
        if (c->cells[y * c->w + x].ch != ' ')
            return false;
    return true;
}

#define ROW_W 78
#define ROW_H 40

/* What a panel has to read, as it stands in the dialog. */
static void save_reading(struct app *a, const struct reading *r)
{
    char *text = reading_text(r);
    /* On one line: what is pasted by mistake shall not begin with words of a guest. */
    char *line = xasprintf("%s: %s", r->head, r->text);
    save_text(a, "line", text, screen_copy(a->screen, line));
    free(line);
    free(text);
}

/* Everything that is known of the row under the cursor. */
static void save_row(struct app *a)
{
    struct reading reading;
    const struct panel *p = control_panel(&a->control);
    const struct view *v = control_view(&a->control);
    size_t metric = p && p->metric ? p->metric(&a->snapshot, v) : SIZE_MAX;
    struct canvas c;
    if (a->control.overlay == OVERLAY_READING) {
        save_reading(a, &a->control.reading);
        return;
    }
    if (metric == SIZE_MAX && control_read(&a->control, &a->snapshot, &reading)) {
        save_reading(a, &reading);
        return;
    }
    canvas_init(&c, a->canvas.glyphs);
    c.keymap = a->canvas.keymap;
    canvas_resize(&c, ROW_H, ROW_W);
    detail_draw(&c, (struct rect){0, 0, ROW_H, ROW_W}, &a->snapshot, v, metric);
    while (c.h > 1 && row_is_empty(&c, c.h - 1))
        c.h--;
    char *text = canvas_to_text(&c);
    save_text(a, "row", text, screen_copy(a->screen, text));
    free(text);
    canvas_release(&c);
}

static void serve_requests(struct app *a)
{
    unsigned requests = a->control.requests;
    a->control.requests &= REQUEST_QUIT | REQUEST_QUIT_LEAVE;
    if (requests & REQUEST_REPAINT)
        screen_repaint(a->screen);
    if (requests & REQUEST_THEME)
        next_theme(a);
    if (requests & REQUEST_MOUSE) {
        set_mouse(a, !a->mouse);
        note_setting(a, "no-mouse", a->mouse ? "no" : "yes");
        control_flash(&a->control, clock_now_s(), false, "mouse %s", a->mouse ? "on" : "off");
    }
    if (requests & REQUEST_SAVE_TEXT)
        save_screen(a);
    if (requests & REQUEST_SAVE_ROW)
        save_row(a);
    if (requests & REQUEST_SETTINGS)
        apply_settings(a);
}

/* Input */

static void read_keys(struct app *a)
{
    int code, h, w;
    screen_size(a->screen, &h, &w);
    for (int i = 0; i < 256 && a->screen && (code = screen_key(a->screen)) != KEY_CODE_NONE; i++) {
        double now = clock_now_s();
        if (code == KEY_CODE_MOUSE) {
            const struct mouse_event *m = screen_last_mouse(a->screen);
            control_click(&a->control, canvas_hit_at(&a->canvas, m->y, m->x), m->wheel,
                          &a->snapshot, now, h, w);
        } else {
            control_key(&a->control, code, &a->snapshot, now, h, w);
        }
        serve_requests(a);
        if (!a->screen)
            return;
        screen_size(a->screen, &h, &w);
        a->now = true;
        a->key_until_s = now + 0.3;
    }
}

/* ^Z: give the terminal back, stop as if the signal had its default action, come back whole. */
static void stop(struct app *a)
{
    sigset_t set, old;
    screen_suspend(a->screen);
    signal(SIGTSTP, SIG_DFL);
    sigemptyset(&set);
    sigaddset(&set, SIGTSTP);
    raise(SIGTSTP);
    pthread_sigmask(SIG_UNBLOCK, &set, &old); /* stops here */
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    screen_resume(a->screen);
    a->now = true;
}

static void read_signals(struct app *a)
{
    struct signalfd_siginfo info;
    int h, w;
    while (read(a->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        switch (info.ssi_signo) {
        case SIGINT:
            screen_size(a->screen, &h, &w);
            control_key(&a->control, KEY_CODE_CTRL_C, &a->snapshot, clock_now_s(), h, w);
            break;
        case SIGWINCH:
            screen_resize(a->screen);
            break;
        case SIGTSTP:
            stop(a);
            break;
        case SIGCONT: /* stopped and continued from outside: the shell may have used the terminal */
            screen_repaint(a->screen);
            break;
        default:
            a->ended_by = (int)info.ssi_signo;
            break;
        }
        a->now = true;
    }
}

/* When is the next frame owed? INFINITY: not before something happens. */
static double next_due(struct app *a, double now)
{
    double due = INFINITY;
    if (screen_waiting(a->screen)) /* the terminal does not read */
        return due;
    if (a->now)
        return a->last_frame_s + KEY_GAP_S;
    if (held(a)) /* the board tells when that is over */
        return due;
    if (a->control.flash[0])
        due = a->control.flash_until_s;
    if (frozen(a))
        return due;
    if (a->dirty || a->snapshot.run.active)
        due = fmin(due, a->last_frame_s + frame_interval(a, now));
    return fmin(due, a->last_frame_s + 1); /* the clock */
}

static void wait_for_news(struct app *a)
{
    double now = clock_now_s(), due = next_due(a, now);
    struct itimerspec timer = {{0, 0}, {0, 0}};
    if (isfinite(due)) {
        double at = due > now ? due : now;
        timer.it_value.tv_sec = (time_t)at;
        timer.it_value.tv_nsec = (long)((at - floor(at)) * 1e9) + 1;
        if (timer.it_value.tv_nsec > 999999999)
            timer.it_value.tv_nsec = 999999999;
    }
    timerfd_settime(a->timer_fd, TFD_TIMER_ABSTIME, &timer, NULL);
    struct pollfd fds[] = {
        {STDIN_FILENO, POLLIN, 0},
        {a->signal_fd, POLLIN, 0},
        {a->timer_fd, POLLIN, 0},
        /* a frame is owed already, or will be in a moment, or none is wanted: more news would only
           wake us */
        {frozen(a) || (!held(a) && (a->dirty || a->snapshot.run.active)) ? -1 : a->board->wake_fd,
         POLLIN, 0},
        {screen_waiting(a->screen) ? screen_output(a->screen) : -1, POLLOUT, 0},
    };
    if (poll(fds, 5, -1) < 0 && errno != EINTR)
        a->ended_by = SIGHUP;
    if (fds[1].revents & POLLIN)
        read_signals(a);
    if (fds[0].revents & POLLIN)
        read_keys(a);
    if (!a->screen)
        return;
    if (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL)) /* the terminal is gone */
        a->ended_by = SIGHUP;
    if (fds[4].revents)
        screen_flush(a->screen);
    if (fds[2].revents & POLLIN) {
        uint64_t ticks;
        ssize_t got = read(a->timer_fd, &ticks, sizeof ticks);
        (void)got;
    }
    if (fds[3].revents & POLLIN) {
        uint64_t wakes; /* emptied now, so that poll sleeps until there is more */
        ssize_t got = read(a->board->wake_fd, &wakes, sizeof wakes);
        (void)got;
        a->dirty = true;
    }
}

static void loop(struct app *a)
{
    while (!a->ended_by && !(a->control.requests & (REQUEST_QUIT | REQUEST_QUIT_LEAVE))) {
        double now = clock_now_s();
        if (a->control.flash[0] && now >= a->control.flash_until_s) {
            a->control.flash[0] = '\0';
            a->now = true;
        }
        if (now >= next_due(a, now))
            draw(a);
        capture_poll(&a->capture, a->board);
        wait_for_news(a);
    }
}

static int open_events(struct app *a, struct error *e)
{
    sigset_t set;
    app_block_signals();
    dashboard_signals(&set);
    a->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    a->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (a->signal_fd < 0 || a->timer_fd < 0)
        return error_errno(e, errno, "cannot make the events that the dashboard sleeps on");
    return 0;
}

int app_run(struct board *board, const struct app_options *options,
            const struct app_actions *actions, struct error *e)
{
    struct app *a = calloc(1, sizeof *a);
    int status = -1;
    if (!a)
        return error_set(e, ERROR_SYSTEM, "out of memory for the dashboard");
    *a = (struct app){.board = board,
                      .actions = actions,
                      .options = *options,
                      .signal_fd = -1,
                      .timer_fd = -1,
                      .now = true,
                      .slow_factor = 1};
    own_cost_init(&a->cost);
    control_init(&a->control, options, actions);
    canvas_init(&a->canvas, GLYPHS_ASCII);
    if (open_events(a, e) == 0 && (a->screen = screen_open(&options->screen, e))) {
        a->canvas.glyphs = screen_glyphs(a->screen);
        take_theme(a, theme_asked(a));
        a->mouse = options->mouse;
        screen_set_mouse(a->screen, a->mouse);
        a->canvas.keymap = options->keymap;
        capture_begin(&a->capture);
        loop(a);
        bool leave = !a->ended_by && a->control.requests & REQUEST_QUIT_LEAVE;
        if (leave) { /* without the question that was answered */
            a->now = true;
            draw(a);
        }
        screen_close(a->screen, leave);
        capture_end(&a->capture);
        status = a->ended_by;
    }
    if (a->signal_fd >= 0)
        close(a->signal_fd);
    if (a->timer_fd >= 0)
        close(a->timer_fd);
    canvas_release(&a->canvas);
    snapshot_release(&a->snapshot);
    control_release(&a->control);
    free(a);
    return status;
}
