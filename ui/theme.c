/* A line is `style = colour [on colour] | 16 colours | attributes | attributes without colour`. The
 * key `background` is what styles without a ground of their own stand on; `base` names the theme
 * that gives whatever the file leaves out, dark if it names none. */
#include <config.h>

#include "ui/theme.h"

#include "text.h"
#include "ui/theme_data.h"
#include "ui/theme_list.h"
#include "xalloc.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PALETTE    0x1000000
#define THEME_SIZE (64 * 1024) /* more than that is no theme */

static const char *const style_names[STYLE_COUNT] = {
    [STYLE_TEXT] = "text",
    [STYLE_DIM] = "dim",
    [STYLE_STRONG] = "strong",
    [STYLE_FRAME] = "frame",
    [STYLE_FRAME_FOCUS] = "frame.focus",
    [STYLE_GROOVE] = "groove",
    [STYLE_BAR] = "bar",
    [STYLE_BAR_KEY] = "bar.key",
    [STYLE_BAR_TEXT] = "bar.text",
    [STYLE_BAR_ACTIVE] = "bar.active",
    [STYLE_SELECTED] = "selected",
    [STYLE_NATIVE] = "native",
    [STYLE_CONTAINER] = "container",
    [STYLE_OPENVZ] = "openvz",
    [STYLE_XEN] = "xen",
    [STYLE_KVM] = "kvm",
    [STYLE_REACHED] = "reached",
    [STYLE_BETTER] = "better",
    [STYLE_SAME] = "same",
    [STYLE_SLIGHTLY_WORSE] = "slightly-worse",
    [STYLE_WORSE] = "worse",
    [STYLE_UNSURE] = "unsure",
    [STYLE_OK] = "ok",
    [STYLE_WARN] = "warn",
    [STYLE_ERROR] = "error",
    [STYLE_HEAT_0] = "heat.0",
    [STYLE_HEAT_1] = "heat.1",
    [STYLE_HEAT_2] = "heat.2",
    [STYLE_HEAT_3] = "heat.3",
    [STYLE_HEAT_4] = "heat.4",
    [STYLE_HEAT_5] = "heat.5",
    [STYLE_HEAT_6] = "heat.6",
    [STYLE_HEAT_7] = "heat.7",
};

static const char *const color_names[16] = {
    "black",        "red",           "green",       "yellow",         "blue",
    "magenta",      "cyan",          "white",       "bright-black",   "bright-red",
    "bright-green", "bright-yellow", "bright-blue", "bright-magenta", "bright-cyan",
    "bright-white"};

/* xterm's own values of the sixteen. */
static const int32_t color_values[16] = {0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD,
                                         0x00CDCD, 0xE5E5E5, 0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00,
                                         0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF};

const char *style_name(enum style s)
{
    return s < STYLE_COUNT ? style_names[s] : "";
}

const char *theme_builtin(size_t i)
{
    static const char *const order[] = {"dark", "light", "high-contrast", "ansi16", "mono"};
    return i < sizeof order / sizeof order[0] ? order[i] : NULL;
}

/* Colours */

/* CIE L*a*b*, white point D65: lightness and two opponent axes, in which distance is near to what
 * is seen. */
struct lab {
    double l, a, b;
};

static double lab_root(double t)
{
    return t > 0.008856 ? cbrt(t) : 7.787 * t + 16.0 / 116;
}

static struct lab to_lab(int32_t rgb)
{
    double c[3];
    for (int i = 0; i < 3; i++) {
        double v = (rgb >> (16 - 8 * i) & 255) / 255.0;
        c[i] = v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
    }
    double x = lab_root((0.4124 * c[0] + 0.3576 * c[1] + 0.1805 * c[2]) / 0.95047);
    double y = lab_root(0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2]);
    double z = lab_root((0.0193 * c[0] + 0.1192 * c[1] + 0.9505 * c[2]) / 1.08883);
    return (struct lab){116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

static double distance(struct lab p, struct lab q)
{
    return (p.l - q.l) * (p.l - q.l) + (p.a - q.a) * (p.a - q.a) + (p.b - q.b) * (p.b - q.b);
}

static int32_t value_256(int index)
{
    static const int levels[] = {0, 95, 135, 175, 215, 255};
    if (index >= 232) {
        int grey = 8 + 10 * (index - 232);
        return grey << 16 | grey << 8 | grey;
    }
    index -= 16;
    return levels[index / 36] << 16 | levels[index / 6 % 6] << 8 | levels[index % 6];
}

int theme_nearest_256(int32_t rgb)
{
    struct lab wanted = to_lab(rgb);
    double least = INFINITY;
    int best = 16;
    for (int i = 16; i < 256; i++) {
        int32_t value = value_256(i);
        if (value == rgb)
            return i;
        double d = distance(wanted, to_lab(value));
        if (d < least) {
            least = d;
            best = i;
        }
    }
    return best;
}

int theme_nearest_16(int32_t rgb)
{
    struct lab wanted = to_lab(rgb);
    double least = INFINITY;
    int best = 0;
    for (int i = 0; i < 16; i++) {
        double d = distance(wanted, to_lab(color_values[i]));
        if (d < least) {
            least = d;
            best = i;
        }
    }
    return best;
}

/* Reading */

static char *trim(char *s)
{
    while (isspace((unsigned char)*s))
        s++;
    size_t n = strlen(s);
    while (n > 0 && isspace((unsigned char)s[n - 1]))
        s[--n] = '\0';
    return s;
}

static bool read_color(const char *word, int32_t *color)
{
    if (strcmp(word, "default") == 0) {
        *color = COLOR_NONE;
        return true;
    }
    if (word[0] == '#' && strlen(word) == 7 && strspn(word + 1, "0123456789abcdefABCDEF") == 6) {
        *color = (int32_t)strtol(word + 1, NULL, 16);
        return true;
    }
    for (int i = 0; i < 16; i++)
        if (strcmp(word, color_names[i]) == 0) {
            *color = PALETTE + i;
            return true;
        }
    return false;
}

/* "colour [on colour]" */
static bool read_pair(char *field, int32_t *fg, int32_t *bg)
{
    char *on = strstr(field, " on ");
    *bg = COLOR_NONE;
    if (on) {
        *on = '\0';
        if (!read_color(trim(on + 4), bg))
            return false;
    }
    return read_color(trim(field), fg);
}

static bool read_attributes(char *field, uint8_t *attr)
{
    static const struct {
        const char *name;
        uint8_t bit;
    } names[] = {{"bold", ATTR_BOLD},
                 {"underline", ATTR_UNDERLINE},
                 {"reverse", ATTR_REVERSE},
                 {"dim", ATTR_DIM},
                 {"none", 0}};
    *attr = 0;
    char *rest = NULL;
    for (char *word = strtok_r(field, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest)) {
        size_t i = 0;
        while (i < sizeof names / sizeof names[0] && strcmp(names[i].name, word) != 0)
            i++;
        if (i == sizeof names / sizeof names[0])
            return false;
        *attr |= names[i].bit;
    }
    return true;
}

static int8_t to_16(int32_t color)
{
    if (color == COLOR_NONE)
        return COLOR_NONE;
    return (int8_t)(color >= PALETTE ? color - PALETTE : theme_nearest_16(color));
}

/* The four fields of a style. NULL, or what is wrong. */
static const char *read_style(struct theme_style *out, char *value)
{
    char *field[4] = {value};
    struct theme_style style;
    for (int i = 1; i < 4 && field[i - 1]; i++) {
        field[i] = strchr(field[i - 1], '|');
        if (field[i])
            *field[i]++ = '\0';
    }
    if (!read_pair(trim(field[0]), &style.fg, &style.bg))
        return "is no colour: write #rrggbb, a name such as red or bright-blue, or default";
    style.fg16 = to_16(style.fg);
    style.bg16 = to_16(style.bg);
    if (field[1] && *trim(field[1])) {
        int32_t fg, bg;
        if (!read_pair(trim(field[1]), &fg, &bg) || (fg >= 0 && fg < PALETTE) ||
            (bg >= 0 && bg < PALETTE))
            return "has no name of the 16 colours in its second field";
        style.fg16 = to_16(fg);
        style.bg16 = to_16(bg);
    }
    style.attr = 0;
    if (field[2] && !read_attributes(field[2], &style.attr))
        return "has an unknown attribute: bold, dim, underline, reverse, none";
    style.mono_attr = style.attr;
    if (field[3] && *trim(field[3]) && !read_attributes(field[3], &style.mono_attr))
        return "has an unknown attribute: bold, dim, underline, reverse, none";
    *out = style;
    return NULL;
}

/* What a theme's lines build up. */
struct reading {
    struct theme *theme;
    bool own[STYLE_COUNT]; /* set by the file itself */
    struct theme_style ground;
    bool ground_known;
};

static const struct builtin *builtin_find(const char *name)
{
    for (size_t i = 0; i < sizeof builtins / sizeof builtins[0]; i++)
        if (strcmp(builtins[i].name, name) == 0)
            return &builtins[i];
    return NULL;
}

static const char *read_line(struct reading *r, const char *key, char *value)
{
    if (strcmp(key, "base") == 0)
        return builtin_find(value) ? NULL : "is no built-in theme";
    if (strcmp(key, "background") == 0) {
        const char *wrong = read_style(&r->ground, value);
        r->ground_known = r->ground_known || !wrong;
        return wrong;
    }
    for (size_t s = 0; s < STYLE_COUNT; s++)
        if (strcmp(style_names[s], key) == 0) {
            const char *wrong = read_style(&r->theme->style[s], value);
            r->own[s] = r->own[s] || !wrong;
            return wrong;
        }
    return "is no style";
}

/* The base's name in a theme's text, or "dark". */
static void find_base(const char *text, char out[32])
{
    text_copy(out, 32, "dark");
    for (const char *p = text; p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL) {
        char word[32];
        if (sscanf(p, "base = %31[a-z0-9-]", word) == 1 && builtin_find(word))
            text_copy(out, 32, word);
    }
}

static void note_fault(struct theme_faults *faults, const char *name, int line, const char *key,
                       const char *wrong)
{
    char shown[64];
    text_clean(shown, sizeof shown, key);
    if (faults->count < THEME_FAULTS)
        snprintf(faults->text[faults->count], sizeof faults->text[0], "theme %s:%d: %s %s", name,
                 line, shown, wrong);
    faults->count++;
}

int theme_parse(struct theme *t, const char *name, const char *text, struct theme_faults *faults,
                struct error *e)
{
    struct reading r = {.theme = t};
    struct theme_faults own;
    char base[32];
    int number = 0;
    faults = faults ? faults : &own;
    faults->count = 0;
    find_base(text, base);
    const struct builtin *b = builtin_find(base);
    if (b && strcmp(text, b->text) != 0)
        theme_parse(t, base, b->text, NULL, NULL);
    else /* the base of all: nothing below it */
        for (size_t s = 0; s < STYLE_COUNT; s++)
            t->style[s] = (struct theme_style){COLOR_NONE, COLOR_NONE, COLOR_NONE,
                                               COLOR_NONE, 0,          0};
    text_clean(t->name, sizeof t->name, name);

    char *copy = xstrdup(text), *rest = copy;
    while (rest) {
        char *line = rest, *end = strchr(line, '\n');
        rest = end ? end + 1 : NULL;
        if (end)
            *end = '\0';
        number++;
        line = trim(line);
        if (*line == '\0' || *line == '#')
            continue;
        char *equals = strchr(line, '=');
        char *key = line, *value = equals ? equals + 1 : line + strlen(line);
        if (equals)
            *equals = '\0';
        key = trim(key);
        value = trim(value);
        const char *wrong = equals ? read_line(&r, key, value)
                                   : "is no line of a theme: style = colour";
        if (wrong)
            note_fault(faults, t->name, number, key, wrong);
    }
    free(copy);
    if (r.ground_known) {
        /* A ground of its own: also under what the base gave, where the base's ground stood. */
        for (size_t s = 0; s < STYLE_COUNT; s++) {
            bool bars = s == STYLE_BAR || s == STYLE_BAR_KEY || s == STYLE_BAR_TEXT ||
                        s == STYLE_BAR_ACTIVE || s == STYLE_SELECTED || s >= STYLE_HEAT_0;
            if (r.own[s] ? t->style[s].bg == COLOR_NONE && t->style[s].bg16 == COLOR_NONE : !bars) {
                t->style[s].bg = r.ground.fg;
                t->style[s].bg16 = r.ground.fg16;
            }
        }
    }
    return faults->count
               ? error_set(e, ERROR_DATA, "%s; the built-in value is used", faults->text[0])
               : 0;
}

static char *read_theme_file(const char *path, struct error *e)
{
    char *text = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat st;
    if (fd < 0)
        return NULL;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size >= THEME_SIZE) {
        error_set(e, ERROR_DATA, "theme file %s is no regular file of less than %d KiB", path,
                  THEME_SIZE / 1024);
    } else {
        text = xcalloc(THEME_SIZE + 1, 1);
        size_t used = 0;
        ssize_t n;
        while (used < THEME_SIZE && (n = read(fd, text + used, THEME_SIZE - used)) > 0)
            used += (size_t)n;
    }
    close(fd);
    return text;
}

int theme_load(struct theme *t, const char *name, const char *const *directories,
               struct theme_faults *faults, struct error *e)
{
    if (faults)
        faults->count = 0;
    for (size_t i = 0; directories && directories[i] && !strchr(name, '/'); i++) {
        char *path = xasprintf("%s/%s.theme", directories[i], name);
        char *text = read_theme_file(path, e);
        free(path);
        if (text) {
            int status = theme_parse(t, name, text, faults, e);
            free(text);
            return status;
        }
    }
    const struct builtin *b = builtin_find(name);
    if (b)
        return theme_parse(t, name, b->text, faults, e);
    struct theme_list list;
    theme_list_read(&list, directories);
    b = builtin_find("dark");
    theme_parse(t, "dark", b ? b->text : "", NULL, NULL);
    return theme_list_unknown(&list, name, e);
}

/* Looking up */

static int32_t color_at(int32_t color, int8_t color16, enum depth depth)
{
    if (depth == DEPTH_8 || depth == DEPTH_16)
        return color16 == COLOR_NONE ? COLOR_NONE : depth == DEPTH_8 ? color16 % 8 : color16;
    if (color == COLOR_NONE)
        return COLOR_NONE;
    if (color >= PALETTE)
        return color - PALETTE;
    if (depth == DEPTH_256)
        return theme_nearest_256(color);
    return color < 16 ? 16 : color; /* below 16 it would be a palette colour: next to black */
}

struct look theme_look(const struct theme *t, enum style s, enum depth depth)
{
    const struct theme_style *style = &t->style[s];
    if (depth == DEPTH_MONO)
        return (struct look){COLOR_NONE, COLOR_NONE, style->mono_attr};
    struct look look = {color_at(style->fg, style->fg16, depth),
                        color_at(style->bg, style->bg16, depth), style->attr};
    if (depth == DEPTH_8) { /* bright colours are bold there; what would vanish is made visible */
        if (style->fg16 >= 8)
            look.attr |= ATTR_BOLD;
        if (look.fg == look.bg && look.fg != COLOR_NONE)
            look.fg = look.bg == 7 ? 0 : 7;
    }
    return look;
}

int32_t theme_rgb(int32_t color, enum depth depth)
{
    if (color < 16)
        return color_values[color];
    return depth == DEPTH_TRUE ? color : value_256(color);
}
