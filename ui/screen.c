/* The back end for terminals.
 *
 * Curses opens and closes the terminal and reads its keys. Frames are written by writer.c where it
 * knows the terminal, else by curses too. The keys are then read through a pad, because reading
 * through the standard window would have curses paint that.
 *
 * Two grids: the canvas that was drawn and what curses has. Rows that are equal are not looked at
 * again, of the others only the changed runs are sent, and nothing is ever cleared: that is what
 * keeps a frame near a kilobyte. The pairs are a fixed table, one for each style, filled once
 * per theme, because terminals of 8 colours have 64 and asking for more at run time crashes on
 * those without colour.
 *
 * A crash while curses is up must not leave a broken terminal: the handler only writes constant
 * bytes and puts the terminal's settings back. What it needs is in the one static object of this
 * file. */
#include <config.h>

#define NCURSES_WIDECHAR 1
#include "ui/screen.h"

#include "clock.h"
#include "text.h"
#include "ui/clipboard.h"
#include "ui/writer.h"
#include "xalloc.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

struct screen {
    SCREEN *term;
    struct writer *writer; /* NULL: curses writes */
    WINDOW *input;
    struct cell *sent; /* what the terminal, or curses, has */
    int h, w;
    bool whole; /* send everything */
    enum depth depth;
    enum glyph_set glyphs;
    bool sync, clipboard, reader;
    bool mouse;
    const char *report_begin; /* the terminal's reports of the mouse; NULL: it has none */
    struct mouse report;      /* that is coming in */
    attr_t attr[STYLE_COUNT]; /* of the theme, at this depth */
    struct theme theme;
    struct mouse_event last_mouse;
    cchar_t *run; /* room for one row */
};

/* What curses says when a report of the mouse begins: no key of its own. */
enum { KEY_SGR = KEY_MAX + 1, KEY_X10 };

#define SYNC_BEGIN "\x1b[?2026h"
#define SYNC_END   "\x1b[?2026l"
#define CANCEL     "\x18" SYNC_END /* ends a sequence that was cut */

/* The crash handler's: signals have no arguments. */
static struct {
    volatile sig_atomic_t armed;
    struct termios settings;
} crash;

static const int crash_signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
#define CRASH_SIGNALS (sizeof crash_signals / sizeof crash_signals[0])

static void on_crash(int number)
{
    static const char reset[] =
        "\x1b[?2026l\x1b[?1000l\x1b[?1002l\x1b[?1006l\x1b[0m\x1b[?25h\x1b[?1049l\r\n";
    if (crash.armed) {
        ssize_t written = write(STDOUT_FILENO, reset, sizeof reset - 1);
        (void)written;
        tcsetattr(STDIN_FILENO, TCSANOW, &crash.settings);
    }
    raise(number); /* its action is the default again */
}

static void arm_crash(bool on)
{
    struct sigaction action = {.sa_handler = on ? on_crash : SIG_DFL};
    action.sa_flags = (int)(SA_RESETHAND | SA_NODEFER);
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < CRASH_SIGNALS; i++) {
        struct sigaction old;
        /* A sanitizer's own handler stays. */
        if (sigaction(crash_signals[i], NULL, &old) == 0 &&
            (old.sa_handler == SIG_DFL || old.sa_handler == on_crash))
            sigaction(crash_signals[i], &action, NULL);
    }
    crash.armed = on;
}

static void write_bytes(const char *bytes, size_t n)
{
    ssize_t written = write(STDOUT_FILENO, bytes, n);
    (void)written; /* a bracket that is lost costs nothing */
}

/* Opening */

static bool prefixed(const char *s, const char *const *prefixes)
{
    for (; *prefixes; prefixes++)
        if (strncmp(s, *prefixes, strlen(*prefixes)) == 0)
            return true;
    return false;
}

static enum glyph_set choose_glyphs(const struct screen_options *o, const char *term)
{
    if (o->glyphs == GLYPH_CHOICE_ASCII)
        return GLYPHS_ASCII;
    bool unicode = strcmp(nl_langinfo(CODESET), "UTF-8") == 0 && wcwidth(0x2500) == 1 &&
                   wcwidth(0x28FF) == 1;
    if (!unicode)
        return GLYPHS_ASCII;
    if (o->glyphs == GLYPH_CHOICE_BLOCK ||
        (o->glyphs == GLYPH_CHOICE_AUTO && (o->reader || strcmp(term, "linux") == 0)))
        return GLYPHS_BLOCK;
    return GLYPHS_BRAILLE;
}

static enum depth choose_depth(const struct screen_options *o)
{
    const char *no_color = getenv("NO_COLOR");
    if (o->colors == COLOR_CHOICE_MONO || (o->colors == COLOR_CHOICE_AUTO && no_color && *no_color))
        return DEPTH_MONO;
    if (!has_colors() || start_color() != OK)
        return DEPTH_MONO;
    use_default_colors();
    enum depth most = tigetflag("RGB") == 1 && COLORS > 256 ? DEPTH_TRUE
                      : COLORS >= 256                       ? DEPTH_256
                      : COLORS >= 16                        ? DEPTH_16
                                                            : DEPTH_8;
    enum depth wanted = o->colors == COLOR_CHOICE_8     ? DEPTH_8
                        : o->colors == COLOR_CHOICE_16  ? DEPTH_16
                        : o->colors == COLOR_CHOICE_256 ? DEPTH_256
                                                        : most;
    if (most == DEPTH_TRUE && wanted > DEPTH_8)
        wanted = DEPTH_TRUE; /* beyond eight such a terminal knows no numbers of a palette */
    if (COLOR_PAIRS <= STYLE_COUNT)
        return DEPTH_MONO;
    return wanted < most ? wanted : most;
}

static void choose_locale(bool utf8)
{
    /* Only characters: numbers keep their decimal point. */
    if (!setlocale(LC_CTYPE, ""))
        setlocale(LC_CTYPE, "C");
    if (utf8 && strcmp(nl_langinfo(CODESET), "UTF-8") != 0 && !setlocale(LC_CTYPE, "C.UTF-8"))
        setlocale(LC_CTYPE, "en_US.UTF-8");
}

/* Does this system know the terminal, and can it draw there? */
static int check_terminal(const char *term, struct error *e)
{
    static const char instead[] = "`vmtax run` and `vmtax report` work without one";
    int status;
    char shown[64];
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return error_set(e, ERROR_USAGE, "the dashboard needs a terminal for input and output; %s",
                         instead);
    if (!*term)
        return error_set(e, ERROR_USAGE,
                         "TERM is not set, so the kind of this terminal is not known: set it, for "
                         "example TERM=xterm-256color; %s",
                         instead);
    text_clean(shown, sizeof shown, term);
    if (setupterm(term, STDOUT_FILENO, &status) != OK)
        return error_set(e, ERROR_USAGE,
                         "the terminal type '%s' is not known on this system: try "
                         "TERM=xterm-256color, or install its entry (ncurses-term); %s",
                         shown, instead);
    const char *address = tigetstr("cup");
    bool usable = address && address != (const char *)-1;
    del_curterm(cur_term);
    if (!usable)
        return error_set(e, ERROR_USAGE,
                         "a terminal of type '%s' cannot place its cursor, which the dashboard "
                         "needs; %s",
                         shown, instead);
    return 0;
}

static void allocate(struct screen *s)
{
    getmaxyx(stdscr, s->h, s->w);
    if (s->h < 1)
        s->h = 1;
    if (s->w < 1)
        s->w = 1;
    s->sent = xrealloc_array(s->sent, (size_t)s->h * (size_t)s->w, sizeof *s->sent);
    s->run = xrealloc_array(s->run, (size_t)s->w + 1, sizeof *s->run);
    s->whole = true;
}

/* What still waits for the terminal gets this long before someone else writes. */
#define LAST_FLUSH_MS 200

/* A terminal that does not read then loses what it was sent, so that the last sequences fit: they
 * are written by curses, which would wait for ever. */
static void flush_last(struct screen *s)
{
    for (int i = 0; screen_waiting(s) && i < LAST_FLUSH_MS / 20; i++) {
        struct pollfd fd = {screen_output(s), POLLOUT, 0};
        poll(&fd, 1, 20);
        screen_flush(s);
    }
    if (screen_waiting(s)) {
        tcflush(STDOUT_FILENO, TCOFLUSH);
        writer_forget(s->writer);
        s->whole = true;
        write_bytes(CANCEL, sizeof CANCEL - 1);
    }
}

/* Of these it is known that they take, or at least swallow, what is private to terminals. */
static bool is_modern(const char *term)
{
    static const char *const names[] = {"xterm",   "tmux", "screen",  "foot", "alacritty", "kitty",
                                        "wezterm", "rxvt", "contour", "vte",  "konsole",   NULL};
    return prefixed(term, names);
}

/* Why curses takes no terminal it does not say; of its size it may have no memory for. */
static struct screen *refuse_terminal(struct error *e)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col && size.ws_row)
        error_set(e, ERROR_SYSTEM,
                  "curses cannot use this terminal of %u columns and %u rows; `vmtax run` works "
                  "without one",
                  size.ws_col, size.ws_row);
    else
        error_set(e, ERROR_SYSTEM,
                  "curses cannot use this terminal; `vmtax run` works without one");
    return NULL;
}

struct screen *screen_open(const struct screen_options *options, struct error *e)
{
    const char *term = getenv("TERM");
    term = term ? term : "";
    choose_locale(options->utf8);
    if (check_terminal(term, e))
        return NULL;
    tcgetattr(STDIN_FILENO, &crash.settings);
    set_escdelay(25);
    SCREEN *curses = newterm(term, stdout, stdin);
    if (!curses)
        return refuse_terminal(e);
    struct screen *s = xcalloc(1, sizeof *s);
    s->term = curses;
    cbreak();
    noecho();
    nonl();
    typeahead(-1);
    curs_set(options->reader);
    s->glyphs = choose_glyphs(options, term);
    s->depth = choose_depth(options);
    s->writer = options->curses ? NULL : writer_open(STDOUT_FILENO, s->depth);
    s->input = s->writer ? newpad(1, 1) : stdscr;
    if (!s->input)
        s->input = stdscr;
    keypad(s->input, TRUE);
    nodelay(s->input, TRUE);
    s->report_begin = tigetstr("kmous");
    if (s->report_begin == (const char *)-1)
        s->report_begin = NULL;
    /* Only of who says so: others have a key of that name. */
    if (s->report_begin && strcmp(s->report_begin, MOUSE_X10_BEGIN) == 0)
        define_key(MOUSE_X10_BEGIN, KEY_X10);
    if (s->report_begin)
        define_key(MOUSE_SGR_BEGIN, KEY_SGR);
    if (s->writer)
        refresh(); /* curses is done with the screen */
    s->sync = !options->no_sync && is_modern(term);
    s->clipboard = options->clipboard && is_modern(term);
    s->reader = options->reader;
    arm_crash(true);
    allocate(s);
    return s;
}

/* The last canvas as plain text on the normal screen. */
static void print_sent(const struct screen *s)
{
    for (int y = 0; y < s->h; y++) {
        char line[4096];
        size_t used = 0;
        for (int x = 0; x < s->w && used + 5 < sizeof line; x++) {
            uint32_t ch = s->sent[(size_t)y * (size_t)s->w + (size_t)x].ch;
            if (ch)
                used += text_encode(ch, line + used);
        }
        while (used > 0 && line[used - 1] == ' ')
            used--;
        printf("%.*s\n", (int)used, line);
    }
    fflush(stdout);
}

void screen_close(struct screen *s, bool leave)
{
    if (!s)
        return;
    flush_last(s);
    screen_set_mouse(s, false);
    endwin();
    arm_crash(false);
    if (leave && !s->whole)
        print_sent(s);
    writer_close(s->writer);
    if (s->input != stdscr)
        delwin(s->input);
    delscreen(s->term);
    free(s->sent);
    free(s->run);
    free(s);
}

enum glyph_set screen_glyphs(const struct screen *s)
{
    return s->glyphs;
}

void screen_size(const struct screen *s, int *h, int *w)
{
    *h = s->h;
    *w = s->w;
}

/* Drawing */

static attr_t curses_attr(unsigned attr)
{
    return (attr & ATTR_BOLD ? A_BOLD : 0) | (attr & ATTR_UNDERLINE ? A_UNDERLINE : 0) |
           (attr & ATTR_REVERSE ? A_REVERSE : 0) | (attr & ATTR_DIM ? A_DIM : 0);
}

void screen_set_theme(struct screen *s, const struct theme *t)
{
    s->theme = *t;
    for (int i = 0; i < STYLE_COUNT; i++) {
        struct look look = theme_look(t, (enum style)i, s->depth);
        s->attr[i] = curses_attr(look.attr);
        if (s->writer) {
            writer_set_look(s->writer, (enum style)i, look);
            continue;
        }
        if (s->depth == DEPTH_MONO)
            continue;
        if (s->depth == DEPTH_TRUE)
            init_extended_pair(i + 1, look.fg, look.bg);
        else
            init_pair((short)(i + 1), (short)look.fg, (short)look.bg);
    }
    if (s->depth != DEPTH_MONO && !s->writer)
        bkgdset(COLOR_PAIR(STYLE_TEXT + 1) | ' ');
    s->whole = true;
}

/* A character that this locale would draw in another width than the canvas counted would shift the
 * rest of its row: it becomes a question mark. */
static wchar_t safe_char(const struct cell *cell, int room)
{
    int width = room > 1 && cell[1].ch == 0 ? 2 : 1;
    if (cell->ch < 0x7F)
        return (wchar_t)cell->ch;
    return wcwidth((wchar_t)cell->ch) == width ? (wchar_t)cell->ch : L'?';
}

static void send_run(struct screen *s, int y, int from, int to)
{
    const struct cell *row = s->sent + (size_t)y * (size_t)s->w;
    int n = 0;
    for (int x = from; x < to; x++) {
        wchar_t text[2] = {L' ', L'\0'};
        const struct cell *cell = &row[x];
        if (cell->ch == 0 && x > from && s->run[n - 1].chars[0] != L'?')
            continue; /* drawn with its left half */
        if (cell->ch)
            text[0] = safe_char(cell, s->w - x);
        short pair = s->depth == DEPTH_MONO ? 0 : (short)(cell->style + 1);
        setcchar(&s->run[n++], text, s->attr[cell->style] | curses_attr(cell->attr), pair, NULL);
    }
    mvadd_wchnstr(y, from, s->run, n);
}

static bool same_cell(const struct cell *a, const struct cell *b)
{
    return a->ch == b->ch && a->style == b->style && a->attr == b->attr;
}

/* Changed runs of one row; runs that nearly touch are one. */
static size_t send_row(struct screen *s, const struct canvas *c, int y)
{
    struct cell *have = s->sent + (size_t)y * (size_t)s->w;
    const struct cell *want = c->cells + (size_t)y * (size_t)c->w;
    size_t changed = 0;
    int w = s->w < c->w ? s->w : c->w;
    if (!s->whole && memcmp(have, want, (size_t)w * sizeof *have) == 0)
        return 0;
    for (int x = 0; x < w;) {
        if (!s->whole && same_cell(&have[x], &want[x])) {
            x++;
            continue;
        }
        int from = x, to = x + 1, gap = 0;
        for (x++; x < w && gap < 4; x++) {
            bool differs = s->whole || !same_cell(&have[x], &want[x]);
            gap = differs ? 0 : gap + 1;
            to = differs ? x + 1 : to;
        }
        while (from > 0 && want[from].ch == 0) /* never from the middle of a character */
            from--;
        while (to < w && want[to].ch == 0)
            to++;
        memcpy(have + from, want + from, (size_t)(to - from) * sizeof *have);
        changed += (size_t)(to - from);
        send_run(s, y, from, to);
        x = to;
    }
    return changed;
}

static size_t present_written(struct screen *s, const struct canvas *c)
{
    if (writer_waiting(s->writer) || c->h != s->h || c->w != s->w)
        return 0;
    if (s->reader)
        writer_cursor(s->writer, c->cursor_y, c->cursor_x);
    size_t changed = writer_frame(s->writer, s->sent, c->cells, s->h, s->w, s->whole, s->sync);
    s->whole = false;
    writer_flush(s->writer);
    return changed;
}

size_t screen_present(struct screen *s, const struct canvas *c)
{
    size_t changed = 0;
    int h = s->h < c->h ? s->h : c->h;
    bool whole = s->whole;
    if (s->writer)
        return present_written(s, c);
    if (whole)
        clearok(curscr, TRUE);
    for (int y = 0; y < h; y++)
        changed += send_row(s, c, y);
    s->whole = false;
    bool moved = s->reader && c->cursor_y >= 0 &&
                 (getcury(stdscr) != c->cursor_y || getcurx(stdscr) != c->cursor_x);
    if (moved)
        move(c->cursor_y, c->cursor_x);
    if (changed == 0 && !moved)
        return 0;
    if (s->sync)
        write_bytes(SYNC_BEGIN, sizeof SYNC_BEGIN - 1);
    wnoutrefresh(stdscr);
    doupdate();
    if (s->sync)
        write_bytes(SYNC_END, sizeof SYNC_END - 1);
    return changed;
}

bool screen_copy(struct screen *s, const char *text)
{
    if (!s->clipboard || !s->writer)
        return false;
    char *sequence = clipboard_sequence(text);
    bool sent = sequence && writer_say(s->writer, sequence);
    free(sequence);
    return sent;
}

bool screen_waiting(const struct screen *s)
{
    return s->writer && writer_waiting(s->writer);
}

void screen_flush(struct screen *s)
{
    if (s->writer)
        writer_flush(s->writer);
}

int screen_output(const struct screen *s)
{
    return s->writer ? writer_fd(s->writer) : STDOUT_FILENO;
}

void screen_repaint(struct screen *s)
{
    s->whole = true;
}

/* Keys */

/* Is this character one of a report of the mouse? Then its key, or KEY_CODE_NONE, is in code. */
static bool take_mouse(struct screen *s, wint_t character, int *code)
{
    enum mouse_heard heard = mouse_hear(&s->report, character, clock_now_ns(), &s->last_mouse);
    *code = heard == MOUSE_EVENT ? KEY_CODE_MOUSE : KEY_CODE_NONE;
    return heard != MOUSE_OTHER;
}

static int translate(wint_t key)
{
    static const struct {
        wint_t curses;
        int code;
    } table[] = {{KEY_UP, KEY_CODE_UP},         {KEY_DOWN, KEY_CODE_DOWN},
                 {KEY_LEFT, KEY_CODE_LEFT},     {KEY_RIGHT, KEY_CODE_RIGHT},
                 {KEY_PPAGE, KEY_CODE_PAGE_UP}, {KEY_NPAGE, KEY_CODE_PAGE_DOWN},
                 {KEY_HOME, KEY_CODE_HOME},     {KEY_END, KEY_CODE_END},
                 {KEY_BTAB, KEY_CODE_BACKTAB},  {KEY_F(1), KEY_CODE_F1},
                 {KEY_ENTER, KEY_CODE_ENTER},   {KEY_BACKSPACE, KEY_CODE_BACKSPACE}};
    if (key > KEY_F(1) && key <= KEY_F(12))
        return KEY_CODE_F1 + (int)(key - KEY_F(1));
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (table[i].curses == key)
            return table[i].code;
    return KEY_CODE_NONE;
}

int screen_key(struct screen *s)
{
    wint_t key;
    for (int tries = 0; tries < 64;
         tries++) { /* what means nothing here is skipped, within bounds */
        int kind = wget_wch(s->input, &key);
        if (kind == ERR)
            return KEY_CODE_NONE;
        int code = KEY_CODE_NONE;
        if (kind == KEY_CODE_YES) {
            mouse_begin(&s->report,
                        key == KEY_SGR   ? MOUSE_SGR
                        : key == KEY_X10 ? MOUSE_X10
                                         : MOUSE_NONE,
                        clock_now_ns());
            code = translate(key);
        } else if (!take_mouse(s, key, &code)) {
            code = key == 8 ? KEY_CODE_BACKSPACE : (int)key;
        }
        if (code != KEY_CODE_NONE)
            return code;
    }
    return KEY_CODE_NONE;
}

const struct mouse_event *screen_last_mouse(const struct screen *s)
{
    return &s->last_mouse;
}

static void tell_mouse(struct screen *s, bool on)
{
    flush_last(s); /* not into the middle of a frame */
    if (on)
        write_bytes(MOUSE_ON, sizeof MOUSE_ON - 1);
    else
        write_bytes(MOUSE_OFF, sizeof MOUSE_OFF - 1);
}

void screen_set_mouse(struct screen *s, bool on)
{
    if (s->mouse == on || !s->report_begin)
        return;
    s->mouse = on;
    tell_mouse(s, on);
}

/* Size and stops */

void screen_resize(struct screen *s)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_row == 0 || size.ws_col == 0)
        return;
    if (size.ws_row == s->h && size.ws_col == s->w)
        return;
    resizeterm(size.ws_row, size.ws_col);
    allocate(s);
}

void screen_suspend(struct screen *s)
{
    if (s->mouse)
        tell_mouse(s, false);
    flush_last(s);
    endwin();
    crash.armed = 0;
}

void screen_resume(struct screen *s)
{
    crash.armed = 1;
    reset_prog_mode();
    refresh();
    keypad(s->input, TRUE); /* now, not with the first key, which would be misread */
    if (s->mouse)
        tell_mouse(s, true);
    screen_resize(s);
    if (s->writer)
        writer_forget(s->writer);
    s->whole = true;
}
