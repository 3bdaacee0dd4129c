#include <config.h>

#include "ui/help.h"

#include "stats.h"
#include "ui/layout.h"
#include "ui/widget.h"

#include <stdio.h>
#include <string.h>

#define WIDEST 92 /* all sentences on one line */

/* A line of a page is drawn at a row; where in has no rows it only counts. */
struct page {
    struct canvas *c;
    struct rect in;
    int row;          /* next line, relative to the first shown */
    const char *find; /* only lines that hold it; NULL: all */
};

/* Does the line belong to what is looked for? Headings and empty lines do not. */
static bool wanted(const struct page *p, const char *key, const char *text)
{
    return !p->find || strcasestr(text, p->find) || (key && strcasestr(key, p->find));
}

static int next_row(struct page *p)
{
    int row = p->row++;
    return row >= 0 && row < p->in.h ? p->in.y + row : -1;
}

static void heading(struct page *p, const char *text)
{
    if (p->find)
        return;
    int y = next_row(p);
    if (y >= 0)
        canvas_text(p->c, y, p->in.x, STYLE_STRONG, ATTR_BOLD, text);
}

/* Bytes of a text that go into w columns: all, or up to a blank. */
static size_t line_bytes(const char *text, int w)
{
    char part[256];
    size_t n = strlen(text);
    while (n > 0 && n < sizeof part) {
        memcpy(part, text, n);
        part[n] = '\0';
        if (canvas_columns(part) <= w)
            return n;
        do
            n--;
        while (n > 0 && text[n] != ' ');
    }
    return strlen(text); /* one word: it is cut */
}

/* From column `indent` on, on as many lines as it takes. Returns the row of the first one;
 * negative: it is not to be seen. */
static int text_lines(struct page *p, int indent, const char *text)
{
    int first = next_row(p);
    for (int y = first;; y = next_row(p)) {
        char part[256];
        size_t n = line_bytes(text, p->in.w - indent);
        snprintf(part, sizeof part, "%.*s", (int)n, text);
        if (y >= 0)
            widget_cut(p->c, y, p->in.x + indent, p->in.w - indent, STYLE_TEXT, 0, part);
        text += n;
        text += strspn(text, " ");
        if (!*text)
            return first;
    }
}

static void line(struct page *p, const char *text)
{
    if (wanted(p, NULL, text))
        text_lines(p, 0, text);
}

static void key_line(struct page *p, const char *shown, const char *help)
{
    if (!wanted(p, shown, help))
        return;
    int y = text_lines(p, 9, help);
    if (y >= 0)
        canvas_text(p->c, y, p->in.x + 1, STYLE_STRONG, ATTR_BOLD, shown);
}

static void page_keys(struct page *p)
{
    static const char *const titles[] = {
        [KEY_GROUP_GLOBAL] = "EVERYWHERE", [KEY_GROUP_MOVE] = "MOVE", [KEY_GROUP_HERE] = "HERE"};
    char help[96];
    for (size_t g = 0; g < sizeof titles / sizeof titles[0]; g++) {
        heading(p, titles[g]);
        if (g == KEY_GROUP_GLOBAL) {
            key_line(p, "1-9 0", "go to a panel");
            key_line(p, "H W L", "host, white box, log");
        }
        for (const struct key *k = keys; k->action; k++)
            if ((size_t)k->group == g)
                key_line(p, key_shown(p->c->glyphs, p->c->keymap, k),
                         key_help(p->c->keymap, k, help, sizeof help));
        if (g == KEY_GROUP_GLOBAL)
            key_line(p, "^Z", "stop the program; fg continues it");
        line(p, "");
    }
}

static void glyph_line(struct page *p, enum glyph g, enum style s, unsigned attr, const char *text)
{
    if (!wanted(p, NULL, text))
        return;
    int y = text_lines(p, 4, text);
    if (y >= 0)
        canvas_put(p->c, y, p->in.x + 1, glyph(p->c->glyphs, g), s, attr);
}

static void flag_line(struct page *p, const struct flag_info *f)
{
    const char letter[] = {f->letter, '\0'};
    if (!wanted(p, letter, f->meaning))
        return;
    int y = text_lines(p, 4, f->meaning);
    if (y >= 0)
        canvas_text(p->c, y, p->in.x + 1, STYLE_TEXT, 0, letter);
}

static void page_legend(struct page *p)
{
    static const struct {
        const char *kind, *text;
    } kinds[] = {
        {"native", "native: the ruler. 100 = native, right is better, times are inverted first"},
        {"container", "container"},
        {"openvz", "OpenVZ"},
        {"xen", "Xen"},
        {"kvm", "KVM"},
        {"tcg", "QEMU TCG: KVM's machine EMULATED; ~ and dashes, never judged"},
        {"ssh", "any other guest that is reached by a command"},
    };
    static const struct {
        enum verdict v;
        const char *text;
    } marks[] = {
        {VERDICT_BETTER, "better: the interval lies wholly above native. Ask why (flag X)"},
        {VERDICT_SAME, "same: the interval lies wholly inside the margin (3 %; 5 % disk to Java)"},
        {VERDICT_SLIGHTLY_WORSE, "slightly worse: interval wholly below native, within 10 %"},
        {VERDICT_WORSE, "worse: interval wholly below native, by more than 10 %"},
        {VERDICT_NO_SIGN, "no sign: measured too briefly for a verdict, nothing seen"},
        {VERDICT_INCONCLUSIVE, "inconclusive: shown with the effect that would have been found"},
        {VERDICT_NOT_MEASURED, "not measured; n/a: cannot be measured here. The row says why"},
        {VERDICT_NOT_COMPARABLE, "not comparable: something that must be equal differs"},
    };
    heading(p, "WHO: mark and hue");
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        glyph_line(p, glyph_of_kind(kinds[i].kind, false), style_of_kind(kinds[i].kind),
                   attr_of_mark(strcmp(kinds[i].kind, "tcg") == 0), kinds[i].text);
    glyph_line(p, GLYPH_CONTAINER_HOLLOW, STYLE_CONTAINER, ATTR_BOLD,
               "hollow: no interval yet, emulated, or a KVM that is not confirmed yet");
    line(p, "");
    heading(p, "HOW GOOD: sign, colour and shape");
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        glyph_line(p, glyph_of_verdict(marks[i].v), style_of_verdict(marks[i].v),
                   attr_of_verdict(marks[i].v), marks[i].text);
    line(p, " ├─●─┤ mean and 95 % interval   ┃ native   ━╸ overhead: no ink is no loss");
    line(p, " heat: 1× native is dark, 8× and more is bright; every cell prints its number");
    line(p, "");
    heading(p, "FLAGS beside a figure");
    for (size_t i = 0; i < FLAG_COUNT; i++)
        flag_line(p, &flags[i]);
}

static void page_method(struct page *p)
{
    static const char *const text[] = {
        "HOW FIGURES ARE MADE",
        " A slot is one short timed execution on one target. Four adjacent slots,",
        " native, guest, guest, native, are a block; the next block is its mirror.",
        " Each block gives one log ratio, guest to native, in which slow drift of",
        " the machine cancels. Several blocks give the estimate (Hodges-Lehmann)",
        " and its interval (exact signed-rank; below 6 blocks a t interval, marked",
        " approximate). The smallest slot is never taken for the truth. The figures",
        " beside it are medians of all slots: they need not agree with the ratio.",
        "",
        "WHAT A VERDICT MEANS",
        " Rows are judged one by one, uncorrected: about 1 row in 20 will be wrong.",
        " `check` and `compare` correct for the number of rows.",
        " The detectable effect is the smallest that would have been found with",
        " 80 % probability; in brackets, of a row looked at only briefly, it is the",
        " smallest that would have been noticed. The scoreboard's each ≥ is a",
        " typical row's, not the mean's. A repetition is a new session, never a",
        " second try at a row that was in doubt.",
        "",
        "WHAT IS KEPT APART",
        " Emulated targets are outside of every mean and verdict. A guest clock",
        " that runs wrong by more than 1 % gets no verdict. A row whose data came",
        " from a cache says so. A figure that was not measured shows its reason.",
        "",
        "THE PAPER",
        " Che, Shi, Yu, Lin: A Synthetical Performance Evaluation of OpenVZ, Xen",
    };
    char last[96];
    for (size_t i = 0; i < sizeof text / sizeof text[0]; i++)
        if (text[i][0] >= 'A' && text[i][0] <= 'Z')
            heading(p, text[i]);
        else
            line(p, text[i]);
    snprintf(last, sizeof last,
             " and KVM. Panels follow its nine subsystems; %s shows its own figures.",
             key_word(p->c->keymap, ACTION_PAPER));
    line(p, last);
}

static const struct {
    const char *title;
    void (*draw)(struct page *p);
} pages[HELP_PAGES] = {
    {"help: keys", page_keys}, {"help: legend", page_legend}, {"help: method", page_method}};

/* One page, or what was looked for in all of them. */
static void draw_page(struct page *p, size_t page)
{
    for (size_t i = 0; i < HELP_PAGES; i++)
        if (p->find || i == page)
            pages[i].draw(p);
}

size_t help_draw(struct canvas *c, struct rect area, size_t page, size_t first, const char *find,
                 bool typing)
{
    static const struct hint top[] = {
        {ACTION_BACK, " close"}, {ACTION_FILTER, " find"}, {ACTION_NONE, NULL}};
    static const struct hint bottom[] = {
        {ACTION_LEFT, "→ keys · legend · method"}, {ACTION_UP, "↓ scroll"}, {ACTION_NONE, NULL}};
    find = find && *find ? find : NULL;
    page = page < HELP_PAGES ? page : HELP_PAGES - 1;
    char title[80];
    if (find)
        snprintf(title, sizeof title, "help: lines with \"%s\"", find);
    else
        snprintf(title, sizeof title, "%s", pages[page].title);
    int w = area.w < WIDEST ? area.w : WIDEST;
    struct page count = {c, {.w = w - 4}, 0, find};
    draw_page(&count, page);
    bool none = count.row == 0;
    struct rect r = layout_center(area, (none ? 1 : count.row) + 2, w);
    const struct box box = {.title = title, .top = top, .bottom = bottom, .focus = true};
    struct rect in = widget_box(c, r, &box);
    size_t lines = (size_t)count.row, visible = in.h > 0 ? (size_t)in.h : 0;
    size_t last = lines > visible ? lines - visible : 0;
    first = first < last ? first : last;
    struct rect former = canvas_clip(c, in);
    if (none)
        canvas_textf(c, in.y, in.x, STYLE_DIM, 0, "no line of the help has it; %s shows all",
                     typing ? "Esc" : key_word(c->keymap, ACTION_BACK));
    struct page draw = {c, in, -(int)first, find};
    draw_page(&draw, page);
    canvas_unclip(c, former);
    widget_more(c, r, first, last - first);
    return last;
}
