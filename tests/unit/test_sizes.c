/* Every panel and dialog in every size of terminal. What is drawn is watched cell by cell, as it is
 * drawn: no letter, digit or side of a frame is ever written over by something else, and none is
 * cut off without a sign that it was. So no two parts lie over each other, no column is half, and
 * nothing leaves its box. VMTAX_SIZES=all goes through all sizes, which takes minutes; else there
 * are those about each border between the classes of sizes, and every width and height. */
#include <config.h>

#include "paper.h"
#include "tests/unit/journey.h"
#include "text.h"
#include "ui/canvas_watch.h"
#include "ui/layout.h"
#include "ui/tour.h"
#include "ui/widget.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define H_MIN 5
#define H_MAX 80
#define W_MIN 20
#define W_MAX 250
#define CELLS 32768 /* more than any canvas here has */

/* What lies on the canvas, by what was told before it was drawn. */
static struct {
    int h, w;
    uint32_t ch[CELLS];   /* 0: nothing in this layer */
    bool cut[CELLS];      /* a text went on beyond this last cell of its room */
    int fault_y, fault_x; /* the first one */
    const char *fault;    /* NULL: none */
    uint32_t below, above;
} seen;

static bool is_sign(uint32_t ch)
{
    return (ch >= '0' && ch <= '9') || (ch >= 'A' && ch <= 'Z') || (ch >= 'a' && ch <= 'z');
}

static bool is_side(uint32_t ch)
{
    return ch == 0x2502 || (ch >= 0x256D && ch <= 0x2570); /* │ ╭ ╮ ╯ ╰ */
}

static void note(const char *what, int y, int x, uint32_t below, uint32_t above)
{
    if (seen.fault)
        return;
    seen.fault = what;
    seen.fault_y = y;
    seen.fault_x = x;
    seen.below = below;
    seen.above = above;
}

/* In a frame's lower edge: what is hidden of a list takes the place of the note there, and of a
 * hint that would be left by half. */
static bool is_lower_edge(int y, int x)
{
    const uint32_t *row = &seen.ch[y * seen.w];
    while (x > 0 && row[x] != 0x2570 && !is_side(row[x])) /* ╰ */
        x--;
    return row[x] == 0x2570;
}

/* The paper's own figures are letters on an axis, below the marks: never beside other letters. */
static bool is_ghost(int y, int x)
{
    static const char ghosts[] = "oxk";
    const uint32_t *row = &seen.ch[y * seen.w];
    for (int i = x - 1; i <= x + 1; i++)
        if (i >= 0 && i < seen.w && is_sign(row[i]) && !memchr(ghosts, (int)row[i], 3))
            return false;
    return row[x] < 0x80 && memchr(ghosts, (int)row[x], 3);
}

void canvas_watch_layer(const struct canvas *c)
{
    size_t n = (size_t)c->h * (size_t)c->w;
    if (n > CELLS)
        fail_msg("a canvas of %dx%d", c->w, c->h);
    seen.h = c->h;
    seen.w = c->w;
    memset(seen.ch, 0, n * sizeof seen.ch[0]);
    memset(seen.cut, 0, n * sizeof seen.cut[0]);
}

void canvas_watch_cell(const struct canvas *c, int y, int x, uint32_t ch, bool clipped)
{
    const struct rect *r = &c->clip;
    if (clipped) {
        if (!is_sign(ch) || r->h <= 0 || r->w <= 0)
            return;
        if (y < r->y || y >= r->y + r->h)
            note("a line that is not in its room", y, x, 0, ch);
        else if (x < r->x)
            note("a text that begins before its room", y, x, 0, ch);
        else
            seen.cut[y * seen.w + r->x + r->w - 1] = true;
        return;
    }
    uint32_t *below = &seen.ch[y * seen.w + x];
    if (*below != ch && ch != 0x2026 && (is_sign(*below) || is_side(*below)) && !is_ghost(y, x) &&
        !is_lower_edge(y, x))
        note("written over", y, x, *below, ch);
    *below = ch;
    seen.cut[y * seen.w + x] = seen.cut[y * seen.w + x] && ch != 0x2026;
}

/* The scene of this size has no fault; else it is told, with its row. */
static bool whole(struct canvas *c, int h, int w, const struct snapshot *s,
                  const struct scene *scene, const char *name)
{
    seen.fault = NULL;
    scene_draw(c, h, w, s, scene);
    if (layout_size(h, w) == SIZE_TOO_SMALL) /* one line, that the terminal's edge cuts */
        return true;
    for (int i = 0; i < h * w && !seen.fault; i++)
        if (seen.cut[i])
            note("cut off", i / w, i % w, seen.ch[i], 0);
    if (!seen.fault)
        return true;
    char *text = canvas_to_text(c), *row = text;
    for (int y = 0; y < seen.fault_y && *row; y++)
        row += strcspn(row, "\n") + (y + 1 < h);
    fprintf(stderr, "%s at %dx%d, row %d column %d: %s, U+%04X by U+%04X\n%.*s\n", name, w, h,
            seen.fault_y, seen.fault_x, seen.fault, seen.below, seen.above, (int)strcspn(row, "\n"),
            row);
    free(text);
    return false;
}

/* Sizes */

static const int class_w[] = {20,  21,  59,  60,  61,  79,  80,  81,  109, 110,
                              111, 149, 150, 151, 199, 200, 201, 249, 250};
static const int class_h[] = {5, 6, 15, 16, 17, 23, 24, 25, 39, 40, 43, 44, 45, 59, 60, 61, 79, 80};

#define COUNT(a) (sizeof(a) / sizeof *(a))

struct size {
    int h, w;
};

/* The caller frees. */
static struct size *list_sizes(size_t *count)
{
    const char *which = getenv("VMTAX_SIZES");
    bool all = which && strcmp(which, "all") == 0;
    struct size *list = xcalloc((H_MAX + 1) * (W_MAX + 1), sizeof *list);
    size_t n = 0;
    for (int h = H_MIN; h <= H_MAX; h++)
        for (int w = W_MIN; w <= W_MAX; w++) {
            bool row = false, column = false;
            for (size_t i = 0; i < COUNT(class_h); i++)
                row = row || class_h[i] == h;
            for (size_t i = 0; i < COUNT(class_w); i++)
                column = column || class_w[i] == w;
            /* between the borders each width and each height in its turn */
            bool turn = (row && (w + h) % 9 == 0) || (column && (h + w) % 6 == 0);
            if (all || (row && column) || turn)
                list[n++] = (struct size){h, w};
        }
    *count = n;
    return list;
}

/* What is looked at */

static const struct {
    const char *name;
    void (*fill)(struct snapshot *s);
} fixtures[] = {
    {"container", fixture_container},
    {"all", fixture_all},
    {"slow", fixture_slow},
    {"hostile", fixture_hostile},
    {"tcg", fixture_tcg},
    {"booting", fixture_booting},
    {"failed", fixture_failed},
    {"rows-failed", fixture_rows_failed},
    {"empty", fixture_empty},
    {"stored", fixture_stored},
    {"older", fixture_older},
    {"many", fixture_many},
    {"verdict", fixture_verdict},
    {"spec", fixture_spec},
};

static struct paper paper;

/* As keys may have left it. */
static void set_view(struct view *v, unsigned variant)
{
    v->unit = (enum unit_mode)(variant % UNIT_COUNT);
    v->box = variant % 4;
    v->expanded = variant % 5 == 4;
    v->paper = variant & 2;
    v->reverse = variant & 4;
    v->sort = variant % 3;
    for (size_t b = 0; b < COUNT(v->row); b++) {
        v->row[b] = variant % 3 * 4;
        v->column[b] = variant % 4;
        v->other_view[b] = variant & 1;
        v->log_axis[b] = variant & 4;
        v->zoom[b] = variant % 3;
    }
}

static void panels_are_whole(void **state)
{
    size_t count, wrong = 0;
    struct size *sizes = list_sizes(&count);
    struct snapshot s[COUNT(fixtures)] = {{0}};
    struct canvas c;
    (void)state;
    for (size_t f = 0; f < COUNT(fixtures); f++) {
        fixtures[f].fill(&s[f]);
        s[f].paper = &paper;
    }
    canvas_init(&c, GLYPHS_BRAILLE);
    for (size_t p = 0; panels[p]; p++)
        for (size_t i = 0; i < count; i++) {
            struct view view = {.target = 1, .span_s = 30, .metric = SIZE_MAX};
            struct scene scene = {.panel = panels[p], .tab = panels[p]->key, .view = &view};
            char name[96];
            size_t f = (i + p) % COUNT(fixtures);
            unsigned variant = (unsigned)(i / COUNT(fixtures) % 12);
            set_view(&view, variant);
            snprintf(name, sizeof name, "%s of %s, view %u", panels[p]->id, fixtures[f].name,
                     variant);
            wrong += !whole(&c, sizes[i].h, sizes[i].w, &s[f], &scene, name);
        }
    canvas_release(&c);
    for (size_t f = 0; f < COUNT(fixtures); f++)
        snapshot_release(&s[f]);
    free(sizes);
    assert_int_equal(wrong, 0);
}

static void dialogs_are_whole(void **state)
{
    static const struct {
        const char *name, *panel, *keys;
    } dialogs[] = {
        {"help", "overview", "?"},
        {"legend", "overview", "??"},
        {"method", "overview", "???"},
        {"search", "overview", "?/row"},
        {"plan", "overview", "p"},
        {"plan's work", "overview", "p\t"},
        {"plan's option", "sysops", "p\t\tj\n"},
        {"settings", "overview", "O"},
        {"a setting", "host", "Ojjj\n"},
        {"filter", "sysops", "/read"},
        {"quit", "live", "q"},
        {"log line", "log", "\n"},
        {"a row's reading", "sysops", "w"},
        {"a flash", "overview", "r"},
    };
    size_t count, wrong = 0;
    struct size *sizes = list_sizes(&count);
    struct canvas c;
    (void)state;
    canvas_init(&c, GLYPHS_BRAILLE);
    for (size_t d = 0; d < COUNT(dialogs); d++) {
        struct journey j;
        begin(&j, d % 2 ? fixture_all : fixture_container, dialogs[d].panel);
        j.board.paper = &paper;
        for (const char *k = dialogs[d].keys; *k; k++)
            key(&j, *k == '\n' ? KEY_CODE_ENTER : *k);
        for (size_t i = 0; i < count; i++) {
            control_clamp(&j.control, &j.board, sizes[i].h, sizes[i].w);
            struct scene scene = control_scene(&j.control);
            wrong += !whole(&c, sizes[i].h, sizes[i].w, &j.board, &scene, dialogs[d].name);
        }
        end(&j);
    }
    canvas_release(&c);
    free(sizes);
    assert_int_equal(wrong, 0);
}

static void slides_are_whole(void **state)
{
    size_t count, wrong = 0;
    struct size *sizes = list_sizes(&count);
    struct snapshot s[2] = {{0}};
    struct canvas c;
    (void)state;
    fixture_all(&s[0]);
    fixture_hostile(&s[1]);
    s[0].paper = s[1].paper = &paper;
    canvas_init(&c, GLYPHS_BRAILLE);
    for (size_t slide = 0; slide < TOUR_SLIDES; slide++)
        for (size_t i = slide % 3; i < count; i += 3) {
            struct view view = {.target = 1, .span_s = 30, .metric = SIZE_MAX};
            struct scene scene = {.view = &view, .overlay = OVERLAY_TOUR, .slide = slide};
            char name[48];
            snprintf(name, sizeof name, "slide %zu of %s", slide, i % 2 ? "hostile" : "all");
            wrong += !whole(&c, sizes[i].h, sizes[i].w, &s[i % 2], &scene, name);
        }
    canvas_release(&c);
    snapshot_release(&s[0]);
    snapshot_release(&s[1]);
    free(sizes);
    assert_int_equal(wrong, 0);
}

/* Each row is full: a wide character, and it alone, has a second cell. */
static void check_cells(const struct canvas *c, int h, int w)
{
    assert_true(c->h == h && c->w == w);
    for (int i = 0; i < h * w; i++) {
        bool second = i % w > 0 && text_width(c->cells[i - 1].ch) == 2;
        assert_int_equal(c->cells[i].ch == 0, second);
    }
}

/* Every panel at every size class and some between, with good, missing and absurd figures: nothing
 * but its area changes, nothing crashes (run this under the sanitizers). */
static void panels_survive_anything(void **state)
{
    static void (*const fills[])(struct snapshot *) = {
        fixture_empty,       fixture_container, fixture_stored,    fixture_older,
        fixture_all,         fixture_hostile,   fixture_tcg,       fixture_booting,
        fixture_unconfirmed, fixture_revived,   fixture_no_machine};
    static const int sizes[][2] = {{1, 1},    {3, 40},   {16, 60},  {17, 79},  {23, 100},
                                   {24, 80},  {24, 109}, {40, 120}, {43, 150}, {44, 150},
                                   {48, 160}, {80, 250}, {16, 250}, {90, 60}};
    (void)state;
    for (size_t f = 0; f < COUNT(fills); f++) {
        struct snapshot s = {0};
        fills[f](&s);
        for (size_t p = 0; panels[p]; p++)
            for (size_t i = 0; i < COUNT(sizes); i++)
                for (unsigned variant = 0; variant < 8; variant++) {
                    struct view view = {.target = 1, .span_s = 30, .metric = SIZE_MAX};
                    struct scene scene = {.panel = panels[p], .tab = panels[p]->key, .view = &view};
                    struct canvas c;
                    canvas_init(&c, (enum glyph_set)(variant % GLYPH_SET_COUNT));
                    view.unit = (enum unit_mode)(variant % UNIT_COUNT);
                    view.box = variant % 4;
                    view.expanded = variant & 1;
                    view.paper = variant & 2;
                    view.reverse = variant & 4;
                    view.sort = variant;
                    view.metric = variant & 4 ? 1000000 : SIZE_MAX;
                    for (size_t b = 0; b < 16; b++) {
                        view.row[b] = variant == 7 ? SIZE_MAX / 2 : variant * 5;
                        view.column[b] = view.row[b];
                        view.scroll[b] = variant;
                        view.other_view[b] = variant & 1;
                        view.log_axis[b] = variant & 2;
                        view.zoom[b] = variant;
                    }
                    scene_draw(&c, sizes[i][0], sizes[i][1], &s, &scene);
                    check_cells(&c, sizes[i][0], sizes[i][1]);
                    if (panels[p]->metric)
                        panels[p]->metric(&s, &view);
                    for (size_t b = 0; b < 16; b++) {
                        if (panels[p]->rows)
                            panels[p]->rows(&s, &view, b);
                        if (panels[p]->columns)
                            panels[p]->columns(&s, &view, b);
                    }
                    canvas_release(&c);
                }
        snapshot_release(&s);
    }
}

/* Every panel at every odd size up to 200x60: nothing outside its area, nothing outside memory. */
static void panels_fit_every_size(void **state)
{
    static void (*const fills[])(struct snapshot *) = {
        fixture_empty, fixture_slow, fixture_failed, fixture_hostile, fixture_tcg, fixture_booting};
    struct canvas c;
    (void)state;
    canvas_init(&c, GLYPHS_BRAILLE);
    for (size_t f = 0; f < COUNT(fills); f++) {
        struct snapshot s = {0};
        fills[f](&s);
        s.paper = &paper;
        for (size_t p = 0; panels[p]; p++)
            for (int w = 1; w <= 201; w += 11)
                for (int h = 1 + (int)(f + (size_t)w) % 3; h <= 61; h += 4) {
                    struct view view = {.target = 1, .span_s = 30, .metric = SIZE_MAX};
                    struct rect area = {2, 3, h, w};
                    canvas_resize(&c, h + 4, w + 6);
                    canvas_fill(&c, (struct rect){0, 0, h + 4, w + 6}, '@', STYLE_TEXT, 0);
                    /* the scene clips; where a panel is fit to be seen it must not need that */
                    struct rect former = c.clip;
                    if (w < 60 || h < 14)
                        canvas_clip(&c, area);
                    panels[p]->draw(&c, area, &s, &view);
                    canvas_unclip(&c, former);
                    for (int y = 0; y < c.h; y++)
                        for (int x = 0; x < c.w; x++) {
                            bool inside = y >= 2 && y < 2 + h && x >= 3 && x < 3 + w;
                            if (!inside && c.cells[y * c.w + x].ch != '@')
                                fail_msg("%s draws outside its area of %dx%d, at row %d column %d",
                                         panels[p]->id, w, h, y - 2, x - 3);
                        }
                }
        snapshot_release(&s);
    }
    canvas_release(&c);
}

static void box(struct canvas *c, int y, int x, int h, int w)
{
    const struct box b = {.title = "title", .note = "a note"};
    widget_box(c, (struct rect){y, x, h, w}, &b);
}

/* The watch finds what it is there for. */
static void faults_are_seen(void **state)
{
    struct canvas c;
    (void)state;
    canvas_init(&c, GLYPHS_BRAILLE);
    struct rect all = {0};
#define AFRESH(statement)         \
    do {                          \
        canvas_resize(&c, 8, 40); \
        seen.fault = NULL;        \
        statement;                \
    } while (0)
    AFRESH((box(&c, 0, 0, 8, 20), box(&c, 0, 20, 8, 20)));
    assert_null(seen.fault);
    AFRESH((box(&c, 0, 0, 8, 21), box(&c, 0, 20, 8, 20))); /* by one column */
    assert_string_equal(seen.fault, "written over");
    AFRESH(
        (canvas_text(&c, 1, 1, STYLE_TEXT, 0, "12.5"), canvas_text(&c, 1, 4, STYLE_TEXT, 0, " 3")));
    assert_string_equal(seen.fault, "written over");
    AFRESH((canvas_text(&c, 1, 1, STYLE_TEXT, 0, "below"), canvas_dim(&c),
            canvas_text(&c, 1, 1, STYLE_TEXT, 0, "above")));
    assert_null(seen.fault);
    AFRESH(widget_cut(&c, 1, 1, 5, STYLE_TEXT, 0, "too long"));
    assert_null(seen.fault);
    assert_false(seen.cut[1 * 40 + 5]);
    AFRESH((all = canvas_clip(&c, (struct rect){1, 1, 2, 5}),
            canvas_text(&c, 1, 1, STYLE_TEXT, 0, "too long"), canvas_unclip(&c, all)));
    assert_true(seen.cut[1 * 40 + 5]);
    AFRESH((all = canvas_clip(&c, (struct rect){1, 1, 2, 5}),
            canvas_text(&c, 3, 1, STYLE_TEXT, 0, "lower"), canvas_unclip(&c, all)));
    assert_string_equal(seen.fault, "a line that is not in its room");
#undef AFRESH
    canvas_release(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_are_seen),         cmocka_unit_test(panels_are_whole),
        cmocka_unit_test(dialogs_are_whole),       cmocka_unit_test(slides_are_whole),
        cmocka_unit_test(panels_survive_anything), cmocka_unit_test(panels_fit_every_size),
    };
    struct error e;
    setenv("TZ", "UTC0", 1);
    setenv("XDG_CONFIG_HOME", "/home/user/.config", 1);
    tzset();
    if (paper_load_file(&paper, PAPER_JSON, &e)) {
        fprintf(stderr, "%s\n", e.text);
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
