#include <config.h>

#include "conf.h"

#include "replace.h"
#include "target/reach.h"
#include "text.h"
#include "xalloc.h"
#include "xdg.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

static int read_line(struct options *o, char *line, int number, struct error *e)
{
    line[strcspn(line, "#\n")] = '\0';
    char *name = trim(line);
    if (!*name)
        return 0;
    char *equals = strchr(name, '=');
    if (!equals)
        return error_set(e, ERROR_USAGE, "name = value is wanted");
    *equals = '\0';
    char *value = trim(equals + 1);
    name = trim(name);
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
    FILE *f = fopen(path, "re");
    struct stat st;
    if (!f)
        return error_errno(e, errno, "%s", path);
    /* Opened it can be all the same, and reads as if it were empty. */
    if (fstat(fileno(f), &st) == 0 && S_ISDIR(st.st_mode)) {
        fclose(f);
        errno = EISDIR;
        return error_set(e, ERROR_USAGE, "%s: that is a directory, settings stand in a file", path);
    }
    o->conf_file = keep(o, path);
    char line[CONF_LINE_MAX];
    for (int number = 1; fgets(line, sizeof line, f); number++) {
        struct error bad;
        if (read_line(o, line, number, &bad) < 0)
            fprintf(warnings, "vmtax: %s, line %d is ignored: %s\n", path, number, bad.text);
    }
    fclose(f);
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
        errno != ENOENT && errno != ENOTDIR)
        fprintf(warnings, "vmtax: %s; it is ignored\n", e.text);
}

/* Writing */

/* Which of the settings the line sets; count: none. */
static size_t setting_of(const char *line, const struct conf_setting *settings, size_t count)
{
    char copy[CONF_LINE_MAX];
    text_copy(copy, sizeof copy, line);
    copy[strcspn(copy, "#\n")] = '\0';
    char *equals = strchr(copy, '=');
    if (!equals)
        return count;
    *equals = '\0';
    const char *name = trim(copy);
    size_t i = 0;
    while (i < count && strcmp(settings[i].name, name) != 0)
        i++;
    return i;
}

static void write_setting(FILE *out, const struct conf_setting *s, const char *comment)
{
    if (s->value[0])
        fprintf(out, "%s = %s%s%s\n", s->name, s->value, *comment ? " " : "", comment);
    else if (*comment)
        fprintf(out, "%s\n", comment);
}

static void rewrite(FILE *in, FILE *out, const struct conf_setting *settings, size_t count)
{
    bool *written = xcalloc(count + 1, sizeof *written);
    char line[CONF_LINE_MAX];
    while (in && fgets(line, sizeof line, in)) {
        size_t length = strlen(line), i = setting_of(line, settings, count);
        bool whole = length && line[length - 1] == '\n';
        if (whole)
            line[length - 1] = '\0';
        if (i == count)
            fprintf(out, "%s%s", line, whole || feof(in) ? "\n" : "");
        else /* a name that was set twice is set twice to the same */
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
    FILE *in = fopen(path, "re");
    if (!in && errno != ENOENT)
        return error_errno(e, errno, "cannot read %s", path);
    int rc = replace_begin(&file, path, 0600, e);
    if (rc == 0) {
        rewrite(in, file.out, settings, count);
        rc = replace_end(&file, e);
    }
    if (in)
        fclose(in);
    return rc;
}

#define SETTINGS_MAX 64

int conf_save(const struct options *o, unsigned commands, char *path, size_t size, struct error *e)
{
    char values[SETTINGS_MAX][CONF_LINE_MAX / 2];
    struct conf_setting settings[SETTINGS_MAX];
    size_t count = 0;
    if (conf_path(path, size, e) < 0)
        return -1;
    for (const struct option_row *r = option_rows; r->name && count < SETTINGS_MAX; r++) {
        if ((r->commands & commands) != commands || (r->commands & NOT_IN_CONF))
            continue;
        settings[count] = (struct conf_setting){r->name, values[count]};
        option_text(o, r, values[count], sizeof values[count]);
        count++;
    }
    return conf_write(path, settings, count, e);
}
