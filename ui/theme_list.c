#include <config.h>

#include "ui/theme_list.h"

#include "text.h"
#include "xalloc.h"
#include "xdg.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define ENDING ".theme"

size_t theme_list_find(const struct theme_list *l, const char *name)
{
    size_t i = 0;
    while (i < l->count && strcmp(l->name[i], name) != 0)
        i++;
    return i;
}

static void add(struct theme_list *l, const char *name)
{
    if (l->count < THEMES_MAX && theme_list_find(l, name) == l->count)
        text_copy(l->name[l->count++], THEME_NAME_MAX, name);
}

/* A directory or a FIFO is no theme, whatever it is called. */
static bool is_file(int directory, const char *name)
{
    struct stat st;
    return fstatat(directory, name, &st, 0) == 0 && S_ISREG(st.st_mode);
}

/* The name of a theme in that of its file. False: it is none that could be typed and shown. */
static bool name_of(const char *file, char name[THEME_NAME_MAX])
{
    char clean[THEME_NAME_MAX];
    size_t length = strlen(file), end = strlen(ENDING);
    if (file[0] == '.' || length <= end || length - end >= THEME_NAME_MAX ||
        strcmp(file + length - end, ENDING) != 0)
        return false;
    memcpy(name, file, length - end);
    name[length - end] = '\0';
    return strcmp(text_clean(clean, sizeof clean, name), name) == 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

void theme_list_read(struct theme_list *l, const char *const *directories)
{
    char name[THEME_NAME_MAX];
    l->count = 0;
    for (size_t i = 0; theme_builtin(i); i++)
        add(l, theme_builtin(i));
    size_t builtin = l->count;
    for (size_t i = 0; directories && directories[i]; i++) {
        DIR *directory = opendir(directories[i]);
        for (const struct dirent *d; directory && (d = readdir(directory));)
            if (name_of(d->d_name, name) && is_file(dirfd(directory), d->d_name))
                add(l, name);
        if (directory)
            closedir(directory);
    }
    qsort(l->name[builtin], l->count - builtin, sizeof l->name[0], by_name);
}

int theme_list_unknown(const struct theme_list *l, const char *name, struct error *e)
{
    const char *words[THEMES_MAX + 1] = {NULL};
    char shown[64];
    for (size_t i = 0; i < l->count; i++)
        words[i] = l->name[i];
    const char *near = text_nearest(name, words);
    text_clean(shown, sizeof shown, name);
    return near ? error_set(e, ERROR_USAGE, "no theme is called %s; did you mean %s?", shown, near)
                : error_set(e, ERROR_USAGE,
                            "no theme is called %s; `vmtax list themes` shows them all", shown);
}

void theme_directories_init(struct theme_directories *d)
{
    struct error none;
    char user[PATH_MAX];
    size_t count = 0;
    d->user = xdg_directory(XDG_CONFIG, "themes", user, sizeof user, &none) == 0
                  ? xasprintf("%s/themes", user)
                  : NULL;
    if (d->user)
        d->list[count++] = d->user;
    d->list[count++] = VMTAX_DATADIR "/themes";
    d->list[count] = NULL;
}

void theme_directories_release(struct theme_directories *d)
{
    free(d->user);
}

void theme_list_all(struct theme_list *l)
{
    struct theme_directories d;
    theme_directories_init(&d);
    theme_list_read(l, d.list);
    theme_directories_release(&d);
}
