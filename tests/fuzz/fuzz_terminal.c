/* fuzz_terminal.c - what comes from a terminal: keys, the mouse, pasted bytes, broken sequences.
 *
 * A terminal of our own, opened once: the input is typed into it, what the screen's reader makes of
 * it goes to the dashboard's state, and each state is drawn. Held beside "no sanitizer complains":
 * a code is a character or one of key.h's, a click lies on the screen or is ignored, and what the
 * filter keeps may be shown. */
#include <config.h>

#include "tests/fixture_board.h"
#include "tests/fuzz/fuzz.h"
#include "ui/control.h"
#include "ui/screen.h"

#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define INPUT_MAX 2048 /* of what the terminal's line holds, half */
#define HEIGHT    24
#define WIDTH     100

struct seat {
    int keyboard; /* the other end of the terminal */
    struct screen *screen;
    struct snapshot board;
    struct canvas canvas;
};

/* The screen has the terminal as its standard streams; the engine speaks on standard error. */
static struct seat *sit_down(void)
{
    static struct seat seat;
    static const struct screen_options options = {.utf8 = true};
    const struct winsize size = {.ws_row = HEIGHT, .ws_col = WIDTH};
    struct error e;
    struct theme theme;
    if (seat.screen)
        return &seat;
    seat.keyboard = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    require(seat.keyboard >= 0 && grantpt(seat.keyboard) == 0 && unlockpt(seat.keyboard) == 0);
    int line = open(ptsname(seat.keyboard), O_RDWR | O_NOCTTY | O_CLOEXEC);
    require(line >= 0 && ioctl(line, TIOCSWINSZ, &size) == 0);
    require(dup2(line, STDIN_FILENO) >= 0 && dup2(line, STDOUT_FILENO) >= 0);
    close(line);
    setenv("TERM", "xterm-256color", 1);
    setenv("XDG_CONFIG_HOME", "/dev/null", 1); /* settings are saved nowhere */
    seat.screen = screen_open(&options, &e);
    require(seat.screen != NULL && theme_load(&theme, "dark", NULL, NULL, &e) == 0);
    screen_set_theme(seat.screen, &theme);
    screen_set_mouse(seat.screen, true);
    fixture_container(&seat.board);
    canvas_init(&seat.canvas, screen_glyphs(seat.screen));
    return &seat;
}

/* What the program wrote is read away, as a terminal does. */
static void drain(const struct seat *seat)
{
    char bytes[65536];
    while (read(seat->keyboard, bytes, sizeof bytes) > 0)
        ;
}

static const struct canvas_hit *hit_at(const struct seat *seat)
{
    const struct mouse_event *m = screen_last_mouse(seat->screen);
    return canvas_hit_at(&seat->canvas, m->y, m->x);
}

static void press(struct seat *seat, struct control *c, int code, double now_s)
{
    if (code == KEY_CODE_MOUSE)
        control_click(c, hit_at(seat), screen_last_mouse(seat->screen)->wheel, &seat->board, now_s,
                      HEIGHT, WIDTH);
    else
        control_key(c, code, &seat->board, now_s, HEIGHT, WIDTH);
    control_clamp(c, &seat->board, HEIGHT, WIDTH);
    require_shown(control_view(c)->filter);
    require_shown(c->help_find);
    struct scene scene = control_scene(c);
    scene_draw(&seat->canvas, HEIGHT, WIDTH, &seat->board, &scene);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct app_actions nothing = {.context = NULL};
    static const struct app_options options = {.panel = NULL};
    struct seat *seat = sit_down();
    struct control control;
    int code;
    size = size < INPUT_MAX ? size : INPUT_MAX;
    require(write(seat->keyboard, data, size) == (ssize_t)size);
    control_init(&control, &options, &nothing);
    for (double now_s = 100; (code = screen_key(seat->screen)) != KEY_CODE_NONE; now_s += 0.1) {
        require(code > 0 && code <= KEY_CODE_RESIZE);
        press(seat, &control, code, now_s);
    }
    screen_present(seat->screen, &seat->canvas);
    drain(seat);
    control_release(&control);
    return 0;
}
