/* The escape writer against a terminal of our own that knows just what it uses: after each of many
 * random frames the terminal shows what the canvas has. */
#include <config.h>

#include "tests/fixture_board.h"
#include "tests/unit/fixture_files.h"
#include "tests/unit/unit.h"
#include "text.h"
#include "ui/scene.h"
#include "ui/theme.h"
#include "ui/writer.h"
#include "xalloc.h"

#include <curses.h>
#include <fcntl.h>
#include <glob.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <unistd.h>
#undef columns
#undef lines

#define H_MAX 80
#define W_MAX 250

struct shown {
    uint32_t ch;
    int fg, bg;
    unsigned attr;
};

struct vt {
    int h, w, y, x;
    bool pending; /* behind the last column */
    bool erase_colors;
    struct shown pen, cell[H_MAX][W_MAX];
};

static struct shown blank_of(const struct vt *t)
{
    return (struct shown){' ', COLOR_NONE, t->erase_colors ? t->pen.bg : COLOR_NONE, 0};
}

static void vt_put(struct vt *t, uint32_t ch)
{
    int columns = text_width(ch);
    assert_false(t->pending); /* nothing may rely on the wrap */
    assert_true(t->x + columns <= t->w);
    struct shown *row = t->cell[t->y];
    /* what is left of a wide character that is written over is a blank */
    if (row[t->x].ch == 0)
        row[t->x - 1].ch = ' ';
    if (t->x + columns < t->w && row[t->x + columns].ch == 0)
        row[t->x + columns].ch = ' ';
    row[t->x] = t->pen;
    row[t->x].ch = ch;
    if (columns == 2) {
        row[t->x + 1] = t->pen;
        row[t->x + 1].ch = 0;
    }
    t->x += columns;
    if (t->x == t->w) {
        t->x--;
        t->pending = true;
    }
}

static void vt_sgr(struct vt *t, const int *n, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (n[i] == 0)
            t->pen = (struct shown){0, COLOR_NONE, COLOR_NONE, 0};
        else if (n[i] == 1)
            t->pen.attr |= ATTR_BOLD;
        else if (n[i] == 2)
            t->pen.attr |= ATTR_DIM;
        else if (n[i] == 4)
            t->pen.attr |= ATTR_UNDERLINE;
        else if (n[i] == 7)
            t->pen.attr |= ATTR_REVERSE;
        else if (n[i] == 39)
            t->pen.fg = COLOR_NONE;
        else if (n[i] == 49)
            t->pen.bg = COLOR_NONE;
        else if ((n[i] == 38 || n[i] == 48) && i + 2 < count && n[i + 1] == 5) {
            *(n[i] == 38 ? &t->pen.fg : &t->pen.bg) = n[i + 2];
            i += 2;
        } else if (n[i] >= 30 && n[i] <= 37)
            t->pen.fg = n[i] - 30;
        else if (n[i] >= 40 && n[i] <= 47)
            t->pen.bg = n[i] - 40;
        else if (n[i] >= 90 && n[i] <= 97)
            t->pen.fg = n[i] - 82;
        else if (n[i] >= 100 && n[i] <= 107)
            t->pen.bg = n[i] - 92;
        else
            fail_msg("attribute %d", n[i]);
    }
}

static const char *vt_control(struct vt *t, const char *p)
{
    int n[16] = {0};
    size_t count = 0;
    bool private = *p == '?';
    p += private;
    for (;; p++) {
        while (*p >= '0' && *p <= '9')
            n[count] = n[count] * 10 + (*p++ - '0');
        count++;
        if (*p != ';' || count == 16)
            break;
    }
    int one = n[0] ? n[0] : 1;
    switch (*p) {
    case 'H':
        t->y = one - 1;
        t->x = (count > 1 && n[1] ? n[1] : 1) - 1;
        t->pending = false;
        assert_true(t->y < t->h && t->x < t->w);
        break;
    case 'C':
        assert_false(t->pending);
        t->x += one;
        assert_true(t->x < t->w);
        break;
    case 'K':
        assert_false(t->pending);
        for (int x = t->x; x < t->w; x++)
            t->cell[t->y][x] = blank_of(t);
        break;
    case 'J':
        for (int i = 0; i < t->h * t->w; i++)
            t->cell[i / t->w][i % t->w] = blank_of(t);
        break;
    case 'm':
        vt_sgr(t, n, count);
        break;
    case 'h':
    case 'l':
        assert_true(private && n[0] == 2026);
        break;
    default:
        fail_msg("control sequence that ends in %c", *p);
    }
    return p + 1;
}

static void vt_feed(struct vt *t, const char *p, size_t n)
{
    const char *end = p + n;
    while (p < end) {
        uint32_t ch;
        if (p[0] == '\x1b' && p[1] == '[') {
            p = vt_control(t, p + 2);
        } else if (p[0] == '\r') {
            t->x = 0;
            t->pending = false;
            p++;
        } else {
            size_t used = text_decode(p, (size_t)(end - p), &ch);
            assert_true(used > 0 && ch >= 0x20);
            vt_put(t, ch);
            p += used;
        }
    }
}

/* Does the terminal show what the canvas has, as the looks say? Of a blank only the ground counts.
 */
static void vt_check(const struct vt *t, const struct canvas *c, const struct look *looks)
{
    for (int y = 0; y < t->h; y++)
        for (int x = 0; x < t->w; x++) {
            const struct cell *want = &c->cells[y * c->w + x];
            const struct shown *have = &t->cell[y][x];
            struct look look = looks[want->style];
            unsigned attr = look.attr | want->attr, lines = ATTR_UNDERLINE | ATTR_REVERSE;
            if (have->ch != want->ch)
                fail_msg("row %d column %d shows %x, not %x", y, x, have->ch, want->ch);
            if (have->bg != look.bg)
                fail_msg("row %d column %d: ground %d, not %d", y, x, have->bg, look.bg);
            if (want->ch == ' ' && !((attr | have->attr) & lines))
                continue;
            if (want->ch != 0 && (have->fg != look.fg || have->attr != attr))
                fail_msg("row %d column %d: colour %d attributes %x, not %d %x", y, x, have->fg,
                         have->attr, look.fg, attr);
        }
}

static unsigned random_state = 7;

static unsigned pick(unsigned below)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % below;
}

static void scribble(struct canvas *c)
{
    static const uint32_t signs[] = {'a', ' ', ' ', 0x2588, 0x28FF, 0x6F22, 0xE9, 'z', '~'};
    int edits = (int)pick(30);
    if (pick(8) == 0)
        canvas_clear(c);
    for (int i = 0; i < edits; i++) {
        int y = (int)pick((unsigned)c->h), x = (int)pick((unsigned)c->w);
        enum style s = (enum style)pick(5);
        unsigned attr = pick(3) ? 0 : pick(16);
        if (pick(5) == 0)
            canvas_fill(c, (struct rect){y, x, 1, 1 + (int)pick(40)}, ' ', s, attr & ATTR_BOLD);
        else
            for (int n = (int)pick(12); n >= 0; n--)
                canvas_put(c, y, x + n, signs[pick(sizeof signs / sizeof signs[0])], s, attr);
    }
}

static size_t take(int fd, char *out, size_t size)
{
    ssize_t n = read(fd, out, size - 1);
    out[n > 0 ? n : 0] = '\0';
    return n > 0 ? (size_t)n : 0;
}

#define H_SCRIBBLE 12
#define W_SCRIBBLE 40

/* Frames of all kinds on one kind of terminal. false: its entry is not installed, or not for us. */
static bool frames(const char *term, enum depth depth, const struct look *looks, bool erase_colors)
{
    static char bytes[1 << 16];
    int ends[2], status;
    assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    if (setupterm(term, ends[1], &status) != OK)
        return false;
    struct writer *w = writer_open(ends[1], depth);
    assert_non_null(w);
    for (int s = 0; s < STYLE_COUNT; s++)
        writer_set_look(w, (enum style)s, looks[s % 5]);
    for (int round = 0; round < 40; round++) {
        struct canvas c;
        struct vt t = {.h = 1 + (int)pick(H_SCRIBBLE), .w = 2 + (int)pick(W_SCRIBBLE - 1)};
        struct cell *sent = xcalloc((size_t)(t.h * t.w), sizeof *sent);
        t.erase_colors = erase_colors;
        canvas_init(&c, GLYPHS_BRAILLE);
        canvas_resize(&c, t.h, t.w);
        for (int i = 0; i < t.h * t.w; i++) /* what another program left there */
            t.cell[i / t.w][i % t.w] = (struct shown){'#', 3, 4, ATTR_REVERSE};
        for (int frame = 0; frame < 50; frame++) {
            bool whole = frame == 0 || pick(20) == 0;
            scribble(&c);
            if (whole) {
                writer_forget(w);
                t.pen = (struct shown){0, 2, 1, ATTR_BOLD};
            }
            bool rests = pick(2);
            int rest_y = (int)pick((unsigned)t.h), rest_x = (int)pick((unsigned)t.w);
            writer_cursor(w, rests ? rest_y : -1, rest_x);
            writer_frame(w, sent, c.cells, t.h, t.w, whole, pick(2));
            assert_true(writer_flush(w));
            assert_false(writer_waiting(w));
            vt_feed(&t, bytes, take(ends[0], bytes, sizeof bytes));
            vt_check(&t, &c, looks);
            assert_true(!rests || (t.y == rest_y && t.x == rest_x && !t.pending));
            /* the same again is nothing */
            assert_int_equal(writer_frame(w, sent, c.cells, t.h, t.w, false, true), 0);
            assert_false(writer_waiting(w));
        }
        free(sent);
        canvas_release(&c);
    }
    writer_close(w);
    del_curterm(cur_term);
    close(ends[0]);
    close(ends[1]);
    return true;
}

static void shows_what_the_canvas_has(void **state)
{
    (void)state;
    static const struct look colors[5] = {{COLOR_NONE, COLOR_NONE, 0},
                                          {117, COLOR_NONE, ATTR_BOLD},
                                          {9, 236, 0},
                                          {COLOR_NONE, 4, ATTR_REVERSE},
                                          {244, COLOR_NONE, ATTR_DIM}};
    /* a ground of the theme's own under everything */
    static const struct look ground[5] = {
        {16, 231, 0}, {124, 231, ATTR_BOLD}, {1, 250, 0}, {16, 231, ATTR_UNDERLINE}, {8, 231, 0}};
    static const struct look mono[5] = {{COLOR_NONE, COLOR_NONE, 0},
                                        {COLOR_NONE, COLOR_NONE, ATTR_BOLD},
                                        {COLOR_NONE, COLOR_NONE, ATTR_REVERSE},
                                        {COLOR_NONE, COLOR_NONE, ATTR_DIM},
                                        {COLOR_NONE, COLOR_NONE, ATTR_UNDERLINE}};
    bool any = frames("xterm-256color", DEPTH_256, colors, true);
    if (!any)
        skip();
    frames("xterm-256color", DEPTH_256, ground, true);
    frames("xterm-256color", DEPTH_MONO, mono, true);
    /* erasing gives the terminal's own ground there */
    frames("tmux-256color", DEPTH_256, colors, false);
    frames("tmux-256color", DEPTH_256, ground, false);
}

/* A golden screen as it stands in its two files, named by that of its attributes. Returns its text,
 * which the caller frees. */
static char *read_golden(const char *path, struct canvas *c)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    char other[PATH_MAX];
    size_t stem = strlen(path) - strlen("attr"), tall = 0;
    assert_true(snprintf(other, sizeof other, "%.*stxt", (int)stem, path) < (int)sizeof other);
    char *attributes = fixture_slurp(path), *text = fixture_slurp(other);
    size_t wide = strcspn(attributes, "\n");
    for (const char *p = text; (p = strchr(p, '\n')); p++)
        tall++;
    assert_int_equal(strlen(attributes), 2 * tall * (wide + 1) + 1);
    canvas_resize(c, (int)tall, (int)wide);
    const char *p = text, *style = attributes, *attr = attributes + tall * (wide + 1) + 1;
    for (size_t y = 0; y < tall; y++, p++)
        for (size_t x = 0; x < wide; x++) {
            struct cell *cell = &c->cells[y * wide + x];
            size_t at = y * (wide + 1) + x;
            const char *letter = strchr(letters, style[at]);
            assert_non_null(letter);
            cell->style = (uint8_t)(letter - letters);
            cell->attr = (uint8_t)(attr[at] == '.'   ? 0
                                   : attr[at] >= 'a' ? attr[at] - 'a' + 10
                                                     : attr[at] - '0');
            if (x > 0 && cell[-1].ch != 0 && text_width(cell[-1].ch) == 2) {
                cell->ch = 0;
                continue;
            }
            size_t used = text_decode(p, strlen(p), &cell->ch);
            assert_true(used > 0);
            p += used;
        }
    free(attributes);
    return text;
}

static char *vt_text(const struct vt *t)
{
    struct canvas c;
    canvas_init(&c, GLYPHS_BRAILLE);
    canvas_resize(&c, t->h, t->w);
    for (int i = 0; i < t->h * t->w; i++)
        c.cells[i].ch = t->cell[i / t->w][i % t->w].ch;
    char *text = canvas_to_text(&c);
    canvas_release(&c);
    return text;
}

/* Every golden screen, one after the other as a user would turn to them: each as the difference to
 * the one before, if that is of its size. What the terminal then shows is the golden text, in the
 * theme's colours. */
static bool show_goldens(const char *term, enum depth depth, const char *name, bool erase_colors)
{
    static char bytes[1 << 20];
    static struct vt t;
    struct look looks[STYLE_COUNT];
    struct theme theme;
    glob_t found;
    size_t shown = 0, turned = 0;
    int ends[2], status;
    assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    if (setupterm(term, ends[1], &status) != OK) {
        close(ends[0]);
        close(ends[1]);
        return false;
    }
    struct writer *w = writer_open(ends[1], depth);
    assert_non_null(w);
    assert_int_equal(theme_load(&theme, name, NULL, NULL, NULL), 0);
    for (int s = 0; s < STYLE_COUNT; s++) {
        looks[s] = theme_look(&theme, (enum style)s, depth);
        writer_set_look(w, (enum style)s, looks[s]);
    }
    struct cell *sent = xcalloc(H_MAX * W_MAX, sizeof *sent);
    struct canvas c;
    canvas_init(&c, GLYPHS_BRAILLE);
    memset(&t, 0, sizeof t);
    assert_int_equal(glob(GOLDEN_DIR "/*.attr", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char *text = read_golden(found.gl_pathv[i], &c);
        bool whole = c.h != t.h || c.w != t.w;
        assert_true(c.h <= H_MAX && c.w <= W_MAX);
        t.h = c.h;
        t.w = c.w;
        t.erase_colors = erase_colors;
        for (int k = 0; whole && k < t.h * t.w; k++)
            t.cell[k / t.w][k % t.w] = (struct shown){'#', 3, 4, ATTR_REVERSE};
        if (whole)
            writer_forget(w);
        writer_frame(w, sent, c.cells, t.h, t.w, whole, true);
        size_t used = 0;
        for (bool all = false; !all;) {
            all = writer_flush(w);
            used += take(ends[0], bytes + used, sizeof bytes - used);
        }
        vt_feed(&t, bytes, used);
        vt_check(&t, &c, looks);
        char *have = vt_text(&t);
        if (strcmp(have, text) != 0)
            fail_msg("%s is shown as\n%s", found.gl_pathv[i], have);
        free(have);
        free(text);
        shown++;
        turned += !whole;
    }
    globfree(&found);
    assert_true(shown > 400 && turned > shown / 4);
    free(sent);
    canvas_release(&c);
    writer_close(w);
    del_curterm(cur_term);
    close(ends[0]);
    close(ends[1]);
    return true;
}

static void golden_screens_are_shown(void **state)
{
    (void)state;
    if (!show_goldens("xterm-256color", DEPTH_256, "dark", true))
        skip();
    show_goldens("xterm-256color", DEPTH_256, "light", true);
    show_goldens("xterm-256color", DEPTH_16, "ansi16", true);
    show_goldens("xterm-256color", DEPTH_MONO, "mono", true);
    show_goldens("tmux-256color", DEPTH_256, "high-contrast", false);
    show_goldens("xterm", DEPTH_8, "dark", true);
}

/* A terminal that does not read: the frame waits, nothing blocks, and it goes on where it was. */
static void waits_for_a_terminal_that_does_not_read(void **state)
{
    (void)state;
    static char bytes[1 << 16];
    int ends[2], status;
    struct look looks[STYLE_COUNT] = {{COLOR_NONE, COLOR_NONE, 0}};
    for (int s = 0; s < STYLE_COUNT; s++)
        looks[s] = (struct look){COLOR_NONE, COLOR_NONE, 0};
    assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    if (setupterm("xterm-256color", ends[1], &status) != OK)
        skip();
    struct writer *w = writer_open(ends[1], DEPTH_256);
    assert_non_null(w);
    while (write(ends[1], "########", 8) > 0) /* full to the brim */
        continue;
    struct vt t = {.h = 4, .w = 20};
    struct cell sent[80] = {{0}};
    struct canvas c;
    canvas_init(&c, GLYPHS_BRAILLE);
    canvas_resize(&c, t.h, t.w);
    canvas_text(&c, 1, 1, STYLE_TEXT, 0, "hello there");
    assert_true(writer_frame(w, sent, c.cells, 4, 20, true, true) > 0);
    assert_false(writer_flush(w));
    assert_true(writer_waiting(w));
    canvas_text(&c, 2, 1, STYLE_TEXT, 0, "later");
    assert_int_equal(writer_frame(w, sent, c.cells, 4, 20, false, true), 0); /* not now */
    while (take(ends[0], bytes, sizeof bytes) > 0)
        continue;
    assert_true(writer_flush(w));
    vt_feed(&t, bytes, take(ends[0], bytes, sizeof bytes));
    assert_true(writer_frame(w, sent, c.cells, 4, 20, false, true) > 0);
    assert_true(writer_flush(w));
    vt_feed(&t, bytes, take(ends[0], bytes, sizeof bytes));
    vt_check(&t, &c, looks);
    canvas_release(&c);
    writer_close(w);
    del_curterm(cur_term);
    close(ends[0]);
    close(ends[1]);
}

/* What a live run costs to show: the mean frame of two minutes at 120x40, with 20 ticks and 4
 * frames a second. The limit of the benches is 1.5 kB. */
static void frames_of_a_run_are_small(void **state)
{
    (void)state;
    static char bytes[1 << 16];
    static const char *const names[] = {"overview", "live", "host", "log"};
    int ends[2], status;
    assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    if (setupterm("xterm-256color", ends[1], &status) != OK)
        skip();
    struct writer *w = writer_open(ends[1], DEPTH_256);
    assert_non_null(w);
    struct theme theme;
    assert_int_equal(theme_load(&theme, "dark", NULL, NULL, NULL), 0);
    for (int i = 0; i < STYLE_COUNT; i++)
        writer_set_look(w, (enum style)i, theme_look(&theme, (enum style)i, DEPTH_256));
    for (size_t p = 0; p < sizeof names / sizeof names[0]; p++) {
        struct view view = {.target = 1, .span_s = 30, .metric = SIZE_MAX};
        struct scene scene = {.panel = panel_find(names[p]), .view = &view};
        struct snapshot s = {0};
        struct canvas c;
        struct cell *sent = xcalloc(40 * 120, sizeof *sent);
        fixture_container(&s);
        s.run.rate_count = s.run.rate_first = 0;
        canvas_init(&c, GLYPHS_BRAILLE);
        size_t total = 0, most = 0;
        for (int frame = 0; frame <= 480; frame++) {
            for (int tick = 0; tick < 5; tick++) {
                size_t at = snapshot_ring_push(&s.run.rate_first, &s.run.rate_count,
                                               BOARD_RATE_MAX);
                s.now_s += 0.05;
                s.run.rate[at] = (struct board_rate){
                    .at_s = s.now_s, .value = 690 + pick(100), .target = frame / 12 % 2 ? 1 : 0};
                s.run.elapsed_s += 0.05;
                s.run.eta_s -= 0.05;
            }
            s.clock += frame % 4 == 0;
            scene_draw(&c, 40, 120, &s, &scene);
            writer_frame(w, sent, c.cells, 40, 120, frame == 0, true);
            assert_true(writer_flush(w));
            size_t n = take(ends[0], bytes, sizeof bytes);
            total += frame > 0 ? n : 0;
            most = frame > 0 && n > most ? n : most;
        }
        if (total / 480 > 700 || most > 4000)
            fail_msg("%s: %zu bytes a frame, at most %zu", names[p], total / 480, most);
        free(sent);
        canvas_release(&c);
        snapshot_release(&s);
    }
    writer_close(w);
    del_curterm(cur_term);
    close(ends[0]);
    close(ends[1]);
}

/* Padding, magic cookies, no cursor: curses knows how. */
static void leaves_strange_terminals_to_curses(void **state)
{
    (void)state;
    static const char *const terms[] = {"vt100", "dumb", "vt52"};
    for (size_t i = 0; i < 3; i++) {
        int status;
        if (setupterm(terms[i], STDOUT_FILENO, &status) != OK)
            continue;
        assert_null(writer_open(STDOUT_FILENO, DEPTH_MONO));
        del_curterm(cur_term);
    }
}

static int locale_with_utf8(void **state)
{
    (void)state;
    setlocale(LC_CTYPE, "C.UTF-8");
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0 ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_what_the_canvas_has),
        cmocka_unit_test(golden_screens_are_shown),
        cmocka_unit_test(waits_for_a_terminal_that_does_not_read),
        cmocka_unit_test(frames_of_a_run_are_small),
        cmocka_unit_test(leaves_strange_terminals_to_curses),
    };
    return cmocka_run_group_tests(tests, locale_with_utf8, NULL);
}
