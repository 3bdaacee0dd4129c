/* What `vmtax list` knows of the dashboard: its keys and its themes. */
#include "ui/dashboard.h"
#include "ui/keymap.h"
#include "ui/panel.h"
#include "ui/theme_list.h"

#include <cjson/cJSON.h>
#include <stdio.h>

/* array: NULL where it was no JSON. */
static void end_array(cJSON *array, FILE *out)
{
    if (!array)
        return;
    char *text = cJSON_Print(array);
    fprintf(out, "%s\n", text);
    cJSON_free(text);
    cJSON_Delete(array);
}

static int list_themes(const struct options *o, FILE *out, struct error *e)
{
    struct theme_list themes;
    cJSON *array = o->json ? cJSON_CreateArray() : NULL;
    (void)e;
    theme_list_all(&themes);
    for (size_t i = 0; i < themes.count; i++)
        if (array)
            cJSON_AddItemToArray(array, cJSON_CreateString(themes.name[i]));
        else
            fprintf(out, "%s\n", themes.name[i]);
    end_array(array, out);
    return 0;
}

/* name: what vmtax.conf calls it; NULL: its key stays. */
static void list_key(cJSON *array, FILE *out, const char *shown, const char *name, const char *help)
{
    if (array) {
        cJSON *row = cJSON_CreateObject();
        cJSON_AddStringToObject(row, "key", shown);
        if (name)
            cJSON_AddStringToObject(row, "name", name);
        cJSON_AddStringToObject(row, "help", help);
        cJSON_AddItemToArray(array, row);
        return;
    }
    /* An arrow is one cell, not its bytes. */
    int cells = 0;
    for (const char *p = shown; *p; p++)
        cells += (*p & 0xc0) != 0x80;
    fprintf(out, "%s%*s%-16s%s\n", shown, cells < 7 ? 7 - cells : 1, "", name ? name : "-", help);
}

/* Those of the user's vmtax.conf; what is wrong there the dashboard says. */
static int list_keys(const struct options *o, FILE *out, struct error *e)
{
    struct keymap map;
    cJSON *array = o->json ? cJSON_CreateArray() : NULL;
    (void)e;
    keymap_read(&map, o->keys, o->key_count, NULL, NULL);
    char text[96];
    for (const struct key *k = keys; k->action; k++)
        list_key(array, out, key_shown(GLYPHS_BRAILLE, &map, k), k->name,
                 key_help(&map, k, text, sizeof text));
    for (size_t i = 0; i < sizeof TAB_KEYS - 1; i++) {
        char help[64];
        snprintf(help, sizeof help, "the panel %s", tab_at(i).title);
        list_key(array, out, (const char[]){TAB_KEYS[i], '\0'}, NULL, help);
    }
    end_array(array, out);
    return 0;
}

const struct listing listing_themes = {"themes", list_themes};
const struct listing listing_keys = {"keys", list_keys};
