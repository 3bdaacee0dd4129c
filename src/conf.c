#include <config.h>

#include "conf.h"

#include "replace.h"
#include "target/reach.h"
#include "text.h"
#include "wholefile.h"
#include "xalloc.h"
#include "xdg.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_PREFIX    "key."
#define TARGET_PREFIX "target."

static char *trim(char *s)
{
    while (isspace((unsigned char)*s))
        s++;
    size_t n = strlen(s);
    while (n && isspace((unsigned char)s[n - 1]))
        s[--n] = '\0';
    return s;
}

/* Reading */

static const char *keep(struct options *o, const char *text)
{
    XGROW(o->conf_texts, o->conf_count, o->conf_room);
    return o->conf_texts[o->conf_count++] = xstrdup(text);
}

static int read_target(struct options *o, const char *name, const char *spec, struct error *e)
{
    const struct target_kind *kind = reach_new(name, spec, e);
    if (!kind)
        return -1;
    reach_free(kind);
    for (size_t i = 0; i < o->target_count; i++)
        if (strcmp(o->targets[i].name, name) == 0)
            return error_set(e, ERROR_USAGE, "there is a target %s already", name);
    XGROW(o->targets, o->target_count, o->target_room);
    o->targets[o->target_count++] = (struct option_target){keep(o, name), keep(o, spec)};
    return 0;
}

/* A file of settings is small; what is larger is none. */
#define CONF_MAX ((size_t)1 << 20)
/* Of lines that are ignored so many are told. */
#define FAULTS_TOLD 20

/* Editors of some systems mark UTF-8 so. */
static size_t mark_length(const char *text)
{
    static const char mark[] = "\xEF\xBB\xBF";
    return strncmp(text, mark, sizeof mark - 1) == 0 ? sizeof mark - 1 : 0;
}

/* The next line, a NUL instead of its end; NULL: there is none. left: behind it. */
static char *next_line(char **left, const char *end, size_t *length)
{
    char *line = *left;
    if (line >= end)
        return NULL;
    char *newline = memchr(line, '\n', (size_t)(end - line));
    *length = newline ? (size_t)(newline - line) : (size_t)(end - line);
    line[*length] = '\0';
    *left = line + *length + 1;
    return line;
}

/* Takes a line apart. 1: it is `name = value`; 0: it says nothing; -1 with a sentence. */
static int split(char *line, size_t length, char **name, char **value, struct error *e)
{
    char *comment = memchr(line, '#', length);
    if (comment) {
        *comment = '\0';
        length = (size_t)(comment - line);
    }
    if (strlen(line) != length)
        return error_set(e, ERROR_USAGE, "it has a NUL character, so this is no text");
    if (length >= CONF_LINE_MAX)
        return error_set(e, ERROR_USAGE, "it is longer than %d characters", CONF_LINE_MAX - 1);
    *name = trim(line);
    if (!**name)
        return 0;
    char *equals = strchr(*name, '=');
    if (!equals)
        return error_set(e, ERROR_USAGE, "name = value is wanted");
    *equals = '\0';
    *value = trim(equals + 1);
    *name = trim(*name);
    return 1;
}

static int read_line(struct options *o, char *line, size_t length, int number, struct error *e)
{
    char *name, *value;
    int rc = split(line, length, &name, &value, e);
    if (rc <= 0)
        return rc;
    if (strncmp(name, KEY_PREFIX, strlen(KEY_PREFIX)) == 0) {
        XGROW(o->keys, o->key_count, o->key_room);
        o->keys[o->key_count++] = (struct option_key){keep(o, name + strlen(KEY_PREFIX)),
                                                      keep(o, value), number};
        return 0;
    }
    if (strncmp(name, TARGET_PREFIX, strlen(TARGET_PREFIX)) == 0)
        return read_target(o, name + strlen(TARGET_PREFIX), value, e);
    const struct option_row *r = option_find(name, strlen(name));
    if (!r)
        return option_unknown("setting ", name, strlen(name), e);
    if (r->commands & NOT_IN_CONF)
        return error_set(e, ERROR_USAGE, "%s belongs on the command line, not in a file", name);
    if (option_set(o, r, value, e) < 0)
        return -1;
    o->conf_lines[r - option_rows] = number;
    return 0;
}

int conf_read_file(struct options *o, const char *path, FILE *warnings, struct error *e)
{
    size_t length, faults = 0;
    char *text = wholefile_load(path, path, CONF_MAX, "settings", &length, e);
    if (!text)
        return -1;
    o->conf_file = keep(o, path);
    char *left = text + mark_length(text), *line;
    const char *end = text + length;
    for (int number = 1; (line = next_line(&left, end, &length)); number++) {
        struct error bad;
        if (read_line(o, line, length, number, &bad) < 0 && ++faults <= FAULTS_TOLD)
            fprintf(warnings, "vmtax: %s, line %d is ignored: %s\n", path, number, bad.text);
    }
    if (faults > FAULTS_TOLD)
        fprintf(warnings, "vmtax: %s: %zu more lines are ignored\n", path, faults - FAULTS_TOLD);
    free(text);
    return 0;
}

int conf_path(char *out, size_t size, struct error *e)
{
    if (xdg_directory(XDG_CONFIG, "vmtax.conf", out, size, e) < 0)
        return -1;
    size_t used = strlen(out);
    return text_copy(out + used, size - used, "/vmtax.conf")
               ? 0
               : error_set(e, ERROR_USAGE, "the path %.200s... is too long", out);
}

void conf_read(struct options *o, FILE *warnings)
{
    char path[PATH_MAX];
    struct error e;
    if (conf_path(path, sizeof path, &e) == 0 && conf_read_file(o, path, warnings, &e) < 0 &&
        (e.kind != ERROR_SYSTEM || (errno != ENOENT && errno != ENOTDIR)))
        fprintf(warnings, "vmtax: %s; it is ignored\n", e.text);
}

/* Writing */

/* Which of the settings the line sets; count: none, as of a line that is not read. */
static size_t setting_of(const char *line, size_t length, const struct conf_setting *settings,
                         size_t count)
{
    char *copy = xcalloc(length + 1, 1), *name, *value;
    memcpy(copy, line, length);
    size_t i = split(copy, length, &name, &value, NULL) > 0 ? 0 : count;
    while (i < count && strcmp(settings[i].name, name) != 0)
        i++;
    free(copy);
    return i;
}

static void write_setting(FILE *out, const struct conf_setting *s, const char *comment)
{
    if (s->value[0])
        fprintf(out, "%s = %s%s%s\n", s->name, s->value, *comment ? " " : "", comment);
    else if (*comment)
        fprintf(out, "%s\n", comment);
}

/* text: of the file as it was. */
static void rewrite(char *text, size_t length, FILE *out, const struct conf_setting *settings,
                    size_t count)
{
    bool *written = xcalloc(count + 1, sizeof *written);
    char *left = text + mark_length(text), *line;
    const char *end = text + length;
    fwrite(text, 1, (size_t)(left - text), out);
    while ((line = next_line(&left, end, &length))) {
        size_t i = setting_of(line, length, settings, count);
        if (i == count) {
            fwrite(line, 1, length, out);
            fputc('\n', out);
        } else /* a name that was set twice is set twice to the same */
            write_setting(out, &settings[i], line + strcspn(line, "#"));
        written[i] = true;
    }
    for (size_t i = 0; i < count; i++)
        if (!written[i])
            write_setting(out, &settings[i], "");
    free(written);
}

static int check(const struct conf_setting *settings, size_t count, struct error *e)
{
    for (size_t i = 0; i < count; i++)
        if (strpbrk(settings[i].value, "#\n") || strlen(settings[i].value) > CONF_LINE_MAX / 2)
            return error_set(e, ERROR_USAGE,
                             "%s cannot stand in vmtax.conf: its value has a # or is too long",
                             settings[i].name);
    return 0;
}

/* The directory of a file that is not there yet. */
static int make_directory(const char *path, struct error *e)
{
    char directory[PATH_MAX];
    struct stat st;
    if (lstat(path, &st) == 0 || !text_copy(directory, sizeof directory, path))
        return 0;
    char *slash = strrchr(directory, '/');
    if (!slash || slash == directory)
        return 0;
    *slash = '\0';
    return xdg_make(directory, e);
}

int conf_write(const char *path, const struct conf_setting *settings, size_t count, struct error *e)
{
    struct replace file;
    if (check(settings, count, e) < 0 || make_directory(path, e) < 0)
        return -1;
    size_t length = 0;
    char *text = wholefile_load(path, path, CONF_MAX, "settings", &length, e);
    if (!text && (!e || e->kind != ERROR_SYSTEM || errno != ENOENT))
        return -1;
    if (!text)
        text = xcalloc(1, 1);
    int rc = replace_begin(&file, path, 0600, e);
    if (rc == 0) {
        rewrite(text, length, file.out, settings, count);
        rc = replace_end(&file, e);
    }
    free(text);
    return rc;
}

#define SETTINGS_MAX 64

int conf_save(const struct options *o, unsigned commands, char *path, size_t size, struct error *e)
{
    char values[SETTINGS_MAX][CONF_LINE_MAX / 2];
    struct conf_setting settings[SETTINGS_MAX];
    size_t count = 0;
    struct stat st;
    bool any = false;
    if (conf_path(path, size, e) < 0)
        return -1;
    for (const struct option_row *r = option_rows; r->name && count < SETTINGS_MAX; r++) {
        if ((r->commands & commands) != commands || (r->commands & NOT_IN_CONF))
            continue;
        settings[count] = (struct conf_setting){r->name, values[count]};
        option_text(o, r, values[count], sizeof values[count]);
        any |= values[count][0] != '\0';
        count++;
    }
    if (!any && lstat(path, &st) < 0 && errno == ENOENT)
        return error_set(e, ERROR_USAGE,
                         "everything is at its default: there is nothing to write to %s", path);
    return conf_write(path, settings, count, e);
}
