#include <config.h>

#include "ui/keymap.h"

#include "text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    int code;
    const char *shown;
} named[] = {
    {"Space", ' ', "Spc"},
    {"Tab", KEY_CODE_TAB, "Tab"},
    {"S-Tab", KEY_CODE_BACKTAB, "S-Tab"},
    {"Enter", KEY_CODE_ENTER, "Enter"},
    {"Esc", KEY_CODE_ESCAPE, "Esc"},
    {"Backspace", KEY_CODE_BACKSPACE, "Bksp"},
    {"Up", KEY_CODE_UP, "Up"},
    {"Down", KEY_CODE_DOWN, "Down"},
    {"Left", KEY_CODE_LEFT, "Left"},
    {"Right", KEY_CODE_RIGHT, "Right"},
    {"PgUp", KEY_CODE_PAGE_UP, "PgUp"},
    {"PgDn", KEY_CODE_PAGE_DOWN, "PgDn"},
    {"Home", KEY_CODE_HOME, "Home"},
    {"End", KEY_CODE_END, "End"},
    {"Hash", '#', "#"}, /* # begins a comment in the file */
};

int keymap_code(const char *name)
{
    uint32_t code;
    char *end;
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (strcmp(named[i].name, name) == 0)
            return named[i].code;
    if (name[0] == 'F' && isdigit((unsigned char)name[1])) {
        long n = strtol(name + 1, &end, 10);
        return *end == '\0' && n >= 1 && n <= 12 ? KEY_CODE_F1 + (int)n - 1 : 0;
    }
    /* ^Z stops the program, ^S and ^Q may stop the terminal. */
    if (name[0] == '^' && isupper((unsigned char)name[1]) && name[2] == '\0')
        return strchr("ZSQ", name[1]) ? 0 : name[1] - '@';
    size_t length = strlen(name), used = length ? text_decode(name, length, &code) : 0;
    return used == length && used > 0 && code > ' ' && text_width(code) == 1 ? (int)code : 0;
}

bool keymap_name(int code, char out[KEYMAP_NAME])
{
    char utf8[5] = "";
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (named[i].code == code && code != '#') {
            text_copy(out, KEYMAP_NAME, named[i].name);
            return true;
        }
    if (code >= KEY_CODE_F1 && code <= KEY_CODE_F12) {
        snprintf(out, KEYMAP_NAME, "F%d", code - KEY_CODE_F1 + 1);
    } else if (code > 0 && code < ' ') {
        snprintf(out, KEYMAP_NAME, "^%c", code + '@');
    } else if (code > ' ' && code < KEY_CODE_UP) {
        utf8[text_encode((uint32_t)code, utf8)] = '\0';
        text_clean(out, KEYMAP_NAME, utf8);
    } else {
        return false;
    }
    return true;
}

static void show(const char *name, char *out, size_t size)
{
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (strcmp(named[i].name, name) == 0)
            name = named[i].shown;
    text_copy(out, size, name);
}

static enum action action_of(const char *name)
{
    for (const struct key *k = keys; k->action; k++)
        if (strcmp(k->name, name) == 0)
            return k->action;
    return ACTION_NONE;
}

static int no_such_action(const char *name, struct error *e)
{
    const char *names[ACTION_TAB_FIRST + 1];
    size_t n = 0;
    char clean[48];
    for (const struct key *k = keys; k->action; k++)
        names[n++] = k->name;
    names[n] = NULL;
    const char *near = text_nearest(name, names);
    text_clean(clean, sizeof clean, name);
    return error_set(e, ERROR_USAGE,
                     "there is no action \"%s\"%s%s%s; `vmtax list keys` names them", clean,
                     near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

/* The value of one line into entry. */
static int read_value(const char *value, enum action a, struct keymap_entry *entry, struct error *e)
{
    char name[32], clean[48];
    size_t count = 0;
    *entry = (struct keymap_entry){.own = true};
    for (const char *at = value + strspn(value, " \t"); *at; at += strspn(at, " \t")) {
        size_t length = strcspn(at, " \t");
        snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : sizeof name - 1),
                 at);
        at += length;
        int code = keymap_code(name);
        text_clean(clean, sizeof clean, name);
        if (!code)
            return error_set(e, ERROR_USAGE,
                             "there is no key \"%s\"; a character, Space, F5, PgUp or ^L is wanted",
                             clean);
        if (code < 0x7F && strchr(TAB_KEYS, code))
            return error_set(e, ERROR_USAGE, "%s only jumps to its panel", clean);
        if (code < 0x7F && strchr("hjkl", code) && key_of(a)->group != KEY_GROUP_MOVE)
            return error_set(e, ERROR_USAGE, "%s only moves", clean);
        if (count == KEY_CODES)
            return error_set(e, ERROR_USAGE, "at most %d keys can do one thing", KEY_CODES);
        if (count == 0)
            show(name, entry->shown, sizeof entry->shown);
        entry->codes[count++] = code;
    }
    return count ? 0 : error_set(e, ERROR_USAGE, "a key is wanted");
}

/* Who else has one of the keys of a, ACTION_NONE: nobody. */
static enum action rival_of(const struct keymap *map, enum action a)
{
    const int *codes = key_codes(map, a);
    for (const struct key *k = keys; k->action; k++)
        for (size_t i = 0; k->action != a && i < KEY_CODES; i++)
            for (size_t j = 0; j < KEY_CODES; j++)
                if (codes[i] && codes[i] == key_codes(map, k->action)[j])
                    return k->action;
    return ACTION_NONE;
}

struct teller {
    void (*tell)(void *context, const char *sentence);
    void *context;
};

static void ignore(const struct teller *t, const struct option_key *line, const char *why)
{
    char text[640], name[48];
    text_clean(name, sizeof name, line->name);
    snprintf(text, sizeof text, "vmtax.conf, line %d is ignored: key.%s: %s", line->line, name,
             why);
    if (t->tell)
        t->tell(t->context, text);
}

/* Lines are taken together, so that two actions can change their keys; then those that collide are
 * given up, the later ones first, until none does. */
void keymap_read(struct keymap *map, const struct option_key *lines, size_t count,
                 void (*tell)(void *context, const char *sentence), void *context)
{
    const struct teller t = {tell, context};
    struct error e;
    memset(map, 0, sizeof *map);
    for (size_t i = 0; i < count; i++) {
        enum action a = action_of(lines[i].name);
        struct keymap_entry entry;
        if ((a ? read_value(lines[i].value, a, &entry, &e) : no_such_action(lines[i].name, &e)) < 0)
            ignore(&t, &lines[i], e.text);
        else
            map->of[a] = entry;
    }
    for (size_t i = count; i-- > 0;) {
        enum action a = action_of(lines[i].name), rival = a ? rival_of(map, a) : ACTION_NONE;
        if (!a || !map->of[a].own || !rival)
            continue;
        char why[96];
        snprintf(why, sizeof why, "%s is the key of %s", map->of[a].shown, key_of(rival)->name);
        ignore(&t, &lines[i], why);
        map->of[a].own = false;
        i = count; /* what it has again may be another's now */
    }
}
