/* Curses spends most of a frame on finding out what we know already: which cells changed. This
 * writer gets the two grids and writes the difference: runs of cells, the cheapest way from one run
 * to the next, and of a pen's attributes only those that change. Blank cells take any pen that has
 * their ground.
 *
 * It serves terminals that take the ANSI sequences for the cursor, need no padding, may move while
 * attributes are on, and keep the cursor in the last column until the next character (xenl): all
 * that are in use but some museum pieces. Colours and attributes come from the terminal's entry.
 * After a character in the last column the cursor is taken as lost, so the next move is absolute.
 *
 * Output goes through a file description of its own, because O_NONBLOCK on the shell's would be
 * seen by everybody who shares it. A terminal that does not read then costs us a frame that waits,
 * not a thread that hangs. */
#include <config.h>

#include "ui/writer.h"

#include "text.h"
#include "xalloc.h"

#define NCURSES_NOMACROS 1
#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#define SEQUENCE_MAX 48
#define ATTRIBUTES   4
#define SYNC_BEGIN   "\x1b[?2026h"
#define SYNC_END     "\x1b[?2026l"
#define ERASE_LEAST  6 /* blanks to the end of a row that are worth an erase */
/* the most that one cell can take: the way to it, its pen, itself */
#define CELL_BYTES (32 + 7 * SEQUENCE_MAX)

static const unsigned attribute_bits[ATTRIBUTES] = {ATTR_BOLD, ATTR_UNDERLINE, ATTR_REVERSE,
                                                    ATTR_DIM};

struct pen {
    int32_t fg, bg;
    unsigned attr;
};

struct writer {
    int fd;
    bool own_fd;
    bool erase_colors; /* erasing leaves the pen's ground (bce) */
    bool colors;
    unsigned not_with_color; /* attributes that colours exclude */
    char reset[SEQUENCE_MAX], plain[SEQUENCE_MAX], clear[SEQUENCE_MAX];
    char on[ATTRIBUTES][SEQUENCE_MAX];
    struct {
        struct pen pen;
        char fg[SEQUENCE_MAX], bg[SEQUENCE_MAX];
    } look[STYLE_COUNT];
    struct pen pen;
    bool pen_known;
    int y, x;           /* of the cursor; y < 0: unknown */
    int rest_y, rest_x; /* where it is left; y < 0: anywhere */
    char *out;
    size_t used, done, room;
};

/* Opening */

/* A string of the entry; "" if it has none. False if it cannot be used without curses. */
static bool capability(const char *name, char out[SEQUENCE_MAX])
{
    const char *text = tigetstr(name);
    out[0] = '\0';
    if (!text || text == (const char *)-1)
        return true;
    return !strstr(text, "$<") && text_copy(out, SEQUENCE_MAX, text);
}

static bool is(const char *name, const char *wanted)
{
    const char *text = tigetstr(name);
    return text && text != (const char *)-1 && strcmp(text, wanted) == 0;
}

static bool read_entry(struct writer *w)
{
    static const char *const names[ATTRIBUTES] = {"bold", "smul", "rev", "dim"};
    /* bits of ncv: underline 2, reverse 4, dim 16, bold 32 */
    static const unsigned excluded[ATTRIBUTES] = {32, 2, 4, 16};
    if (!is("cup", "\x1b[%i%p1%d;%p2%dH") || !is("cuf", "\x1b[%p1%dC") || !is("el", "\x1b[K") ||
        tigetnum("xmc") > 0 || tigetflag("msgr") != 1 ||
        (tigetflag("am") == 1 && tigetflag("xenl") != 1))
        return false;
    if (!capability("sgr0", w->reset) || !w->reset[0] || !capability("clear", w->clear) ||
        !w->clear[0])
        return false;
    /* The rest of it would only switch off a second character set, which is never on. */
    if (strstr(w->reset, "\x1b[m"))
        text_copy(w->reset, sizeof w->reset, "\x1b[m");
    int without = tigetnum("ncv");
    for (int i = 0; i < ATTRIBUTES; i++) {
        if (!capability(names[i], w->on[i]))
            return false;
        if (without > 0 && (unsigned)without & excluded[i])
            w->not_with_color |= attribute_bits[i];
    }
    w->erase_colors = tigetflag("bce") == 1;
    if (!w->colors)
        return true;
    char text[SEQUENCE_MAX];
    const char *fg = tigetstr("setaf"), *bg = tigetstr("setab");
    return capability("op", w->plain) && w->plain[0] && fg && fg != (const char *)-1 && bg &&
           bg != (const char *)-1 && !strstr(fg, "$<") && !strstr(bg, "$<") &&
           text_copy(text, sizeof text, tiparm(fg, 1)) &&
           text_copy(text, sizeof text, tiparm(bg, 1));
}

struct writer *writer_open(int fd, enum depth depth)
{
    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        return NULL;
    struct writer *w = xcalloc(1, sizeof *w);
    w->rest_y = -1;
    w->colors = depth != DEPTH_MONO;
    if (!read_entry(w)) {
        free(w);
        return NULL;
    }
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    w->fd = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    w->own_fd = w->fd >= 0;
    if (!w->own_fd)
        w->fd = fd;
    for (int s = 0; s < STYLE_COUNT; s++)
        writer_set_look(w, (enum style)s, (struct look){COLOR_NONE, COLOR_NONE, 0});
    writer_forget(w);
    return w;
}

void writer_close(struct writer *w)
{
    if (!w)
        return;
    if (w->own_fd)
        close(w->fd);
    free(w->out);
    free(w);
}

static unsigned allowed(const struct writer *w, const struct pen *p, unsigned attr)
{
    return p->fg != COLOR_NONE || p->bg != COLOR_NONE ? attr & ~w->not_with_color : attr;
}

void writer_set_look(struct writer *w, enum style s, struct look look)
{
    w->look[s].pen = (struct pen){look.fg, look.bg, look.attr};
    w->look[s].fg[0] = w->look[s].bg[0] = '\0';
    if (!w->colors)
        w->look[s].pen.fg = w->look[s].pen.bg = COLOR_NONE;
    if (w->look[s].pen.fg != COLOR_NONE)
        text_copy(w->look[s].fg, SEQUENCE_MAX, tiparm(tigetstr("setaf"), (int)look.fg));
    if (w->look[s].pen.bg != COLOR_NONE)
        text_copy(w->look[s].bg, SEQUENCE_MAX, tiparm(tigetstr("setab"), (int)look.bg));
    w->pen_known = false;
}

void writer_forget(struct writer *w)
{
    w->pen_known = false;
    w->y = -1;
    w->used = w->done = 0;
}

/* Bytes */

static void reserve(struct writer *w, size_t more)
{
    if (w->room - w->used >= more)
        return;
    w->room = 2 * w->room + more;
    w->out = xrealloc_array(w->out, w->room, 1);
}

static void put(struct writer *w, const char *text)
{
    size_t n = strlen(text);
    memcpy(w->out + w->used, text, n);
    w->used += n;
}

static size_t digits(char *out, int n)
{
    char reversed[12];
    size_t count = 0;
    do
        reversed[count++] = (char)('0' + n % 10);
    while ((n /= 10) > 0);
    for (size_t i = 0; i < count; i++)
        out[i] = reversed[count - 1 - i];
    return count;
}

static void put_number(struct writer *w, int n)
{
    w->used += digits(w->out + w->used, n);
}

static size_t columns_of(int n)
{
    return n < 10 ? 1 : n < 100 ? 2 : 3;
}

/* The pen */

static struct pen pen_of(const struct writer *w, const struct cell *cell)
{
    struct pen p = w->look[cell->style].pen;
    p.attr = allowed(w, &p, p.attr | cell->attr);
    return p;
}

/* Does the cell look the same drawn with this pen? A blank shows only its ground. */
static bool fits(const struct writer *w, const struct cell *cell, const struct pen *p)
{
    if (!w->pen_known || p->bg != w->pen.bg)
        return false;
    if (cell->ch == ' ' && !((p->attr | w->pen.attr) & (ATTR_UNDERLINE | ATTR_REVERSE)))
        return true;
    return p->fg == w->pen.fg && p->attr == w->pen.attr;
}

static void take_pen(struct writer *w, const struct cell *cell)
{
    struct pen p = pen_of(w, cell);
    if (fits(w, cell, &p))
        return;
    if (!w->pen_known || (w->pen.attr & ~p.attr)) {
        put(w, w->reset);
        w->pen = (struct pen){COLOR_NONE, COLOR_NONE, 0};
    } else if ((p.fg == COLOR_NONE && w->pen.fg != COLOR_NONE) ||
               (p.bg == COLOR_NONE && w->pen.bg != COLOR_NONE)) {
        put(w, w->plain);
        w->pen.fg = w->pen.bg = COLOR_NONE;
    }
    for (int i = 0; i < ATTRIBUTES; i++)
        if (p.attr & ~w->pen.attr & attribute_bits[i])
            put(w, w->on[i]);
    if (p.fg != w->pen.fg)
        put(w, w->look[cell->style].fg);
    if (p.bg != w->pen.bg)
        put(w, w->look[cell->style].bg);
    w->pen = p;
    w->pen_known = true;
}

/* Cells */

static int cell_columns(const struct cell *row, int x, int width)
{
    return x + 1 < width && row[x + 1].ch == 0 ? 2 : 1;
}

/* A character that this system takes for another width than the canvas counted may shift the rest
 * of its row: it becomes a question mark, and its other half a blank. */
static void put_cell(struct writer *w, const struct cell *row, int x, int width)
{
    int columns = cell_columns(row, x, width);
    uint32_t ch = row[x].ch;
    reserve(w, CELL_BYTES);
    take_pen(w, &row[x]);
    if (ch < 0x20)
        ch = ' '; /* half of a character whose left half is gone */
    else if (ch >= 0x7F && wcwidth((wchar_t)ch) != columns)
        ch = '?';
    w->used += text_encode(ch, w->out + w->used);
    if (ch == '?' && columns == 2)
        w->out[w->used++] = ' ';
    w->x += columns;
    if (w->x >= width)
        w->y = -1; /* waits behind the last column */
}

/* Could the cells from the cursor up to x be drawn again with this very pen? Then that takes so
 * many bytes, else SIZE_MAX. */
static size_t again_bytes(const struct writer *w, const struct cell *row, int x)
{
    size_t bytes = 0;
    for (int i = w->x; i < x; i++) {
        struct pen p = pen_of(w, &row[i]);
        char utf8[4];
        if (row[i].ch < 0x20 || row[i].ch >= 0x7F || !fits(w, &row[i], &p))
            return SIZE_MAX;
        bytes += text_encode(row[i].ch, utf8);
    }
    return bytes;
}

static void go(struct writer *w, const struct cell *row, int y, int x, int width)
{
    if (w->y == y && w->x == x)
        return;
    reserve(w, CELL_BYTES);
    if (w->y == y && w->x < x) {
        int n = x - w->x;
        size_t forward = n == 1 ? 3 : 3 + columns_of(n);
        if (n <= 6 && again_bytes(w, row, x) <= forward) {
            while (w->x < x)
                put_cell(w, row, w->x, width);
            return;
        }
        put(w, "\x1b[");
        if (n > 1)
            put_number(w, n);
        put(w, "C");
    } else if (w->y == y && x == 0) {
        put(w, "\r");
    } else {
        put(w, "\x1b[");
        put_number(w, y + 1);
        if (x > 0) {
            put(w, ";");
            put_number(w, x + 1);
        }
        put(w, "H");
    }
    w->y = y;
    w->x = x;
}

/* Frames */

static bool same(const struct writer *w, const struct cell *a, const struct cell *b)
{
    if (a->ch != b->ch)
        return false;
    if (a->style == b->style && a->attr == b->attr)
        return true;
    struct pen p = pen_of(w, a), q = pen_of(w, b);
    if (a->ch == ' ' && !((p.attr | q.attr) & (ATTR_UNDERLINE | ATTR_REVERSE)))
        return p.bg == q.bg;
    return p.bg == q.bg && p.attr == q.attr && p.fg == q.fg;
}

/* First column of a row's tail of blanks that one erase can draw; width if there is none. */
static int blank_tail(const struct writer *w, const struct cell *row, int width)
{
    struct pen p = pen_of(w, &row[width - 1]);
    int x = width;
    if ((p.attr & (ATTR_UNDERLINE | ATTR_REVERSE)) || (p.bg != COLOR_NONE && !w->erase_colors))
        return width;
    while (x > 0 && row[x - 1].ch == ' ') {
        struct pen q = pen_of(w, &row[x - 1]);
        if (q.bg != p.bg || (q.attr & (ATTR_UNDERLINE | ATTR_REVERSE)))
            break;
        x--;
    }
    return x;
}

static size_t frame_row(struct writer *w, struct cell *have, const struct cell *want, int y,
                        int width)
{
    size_t changed = 0;
    int tail = -1;
    for (int x = 0; x < width;) {
        if (same(w, &have[x], &want[x]) &&
            (want[x].ch != 0 || x == 0 || same(w, &have[x - 1], &want[x - 1]))) {
            x++;
            continue;
        }
        if (want[x].ch == 0 && x > 0)
            x--; /* never from the middle of a character */
        if (tail < 0)
            tail = blank_tail(w, want, width);
        go(w, want, y, x, width);
        if (x >= tail && width - x >= ERASE_LEAST) {
            reserve(w, CELL_BYTES);
            take_pen(w, &want[x]);
            put(w, "\x1b[K");
            changed += (size_t)(width - x);
            break;
        }
        int columns = cell_columns(want, x, width);
        put_cell(w, want, x, width);
        changed += (size_t)columns;
        x += columns;
    }
    memcpy(have, want, (size_t)width * sizeof *have);
    return changed;
}

/* Nothing is known: an empty screen, on which the row's cells are drawn as differences. Where
 * erasing does not give the ground that blanks have, every cell must come. */
static void begin_whole(struct writer *w, struct cell *have, int h, int width)
{
    struct cell blank = {' ', STYLE_TEXT, 0};
    struct pen ground = pen_of(w, &blank);
    reserve(w, 2 * CELL_BYTES);
    w->y = -1;
    put(w, w->reset);
    w->pen = (struct pen){COLOR_NONE, COLOR_NONE, 0};
    w->pen_known = true;
    if (ground.bg != COLOR_NONE && w->erase_colors)
        take_pen(w, &blank);
    else if (ground.bg != COLOR_NONE)
        blank.ch = '\x1'; /* equal to no cell */
    put(w, w->clear);
    for (size_t i = 0; i < (size_t)h * (size_t)width; i++)
        have[i] = blank;
}

size_t writer_frame(struct writer *w, struct cell *have, const struct cell *want, int h, int width,
                    bool whole, bool bracket)
{
    size_t changed = 0;
    if (w->used > 0)
        return 0;
    reserve(w, sizeof SYNC_BEGIN);
    if (bracket)
        put(w, SYNC_BEGIN);
    if (whole)
        begin_whole(w, have, h, width);
    for (int y = 0; y < h; y++) {
        size_t at = (size_t)y * (size_t)width;
        if (memcmp(have + at, want + at, (size_t)width * sizeof *have) != 0)
            changed += frame_row(w, have + at, want + at, y, width);
    }
    bool rests = w->rest_y < 0 || w->rest_y >= h || w->rest_x >= width ||
                 (w->y == w->rest_y && w->x == w->rest_x);
    if (!rests)
        go(w, want + (size_t)w->rest_y * (size_t)width, w->rest_y, w->rest_x, width);
    if (changed == 0 && !whole && rests)
        w->used = 0; /* not even a bracket */
    else if (bracket) {
        reserve(w, sizeof SYNC_END);
        put(w, SYNC_END);
    }
    return changed;
}

void writer_cursor(struct writer *w, int y, int x)
{
    w->rest_y = y;
    w->rest_x = x;
}

bool writer_say(struct writer *w, const char *bytes)
{
    if (w->used > 0)
        return false;
    reserve(w, strlen(bytes));
    put(w, bytes);
    writer_flush(w);
    return true;
}

bool writer_flush(struct writer *w)
{
    while (w->done < w->used) {
        struct pollfd fd = {w->fd, POLLOUT, 0};
        /* Without a description of our own a write may block: only if there is room, and little. */
        if (!w->own_fd && poll(&fd, 1, 0) <= 0)
            return false;
        size_t n = w->used - w->done;
        ssize_t written = write(w->fd, w->out + w->done, w->own_fd || n < 256 ? n : 256);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0 && errno == EAGAIN)
            return false;
        if (written < 0)
            break; /* the terminal is gone: who reads its keys will notice */
        w->done += (size_t)written;
    }
    w->used = w->done = 0;
    return true;
}

bool writer_waiting(const struct writer *w)
{
    return w->done < w->used;
}

int writer_fd(const struct writer *w)
{
    return w->fd;
}
