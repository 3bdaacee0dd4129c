/* What `vmtax list` knows of the dashboard: its keys and its themes. */
#include "ui/dashboard.h"
#include "ui/keymap.h"
#include "ui/theme.h"

#include <cjson/cJSON.h>
#include <stdio.h>

static int list_themes(const struct options *o, FILE *out, struct error *e)
{
    (void)e;
    if (o->json)
        fputc('[', out);
    for (size_t i = 0; theme_builtin(i); i++)
        fprintf(out, o->json ? "%s\"%s\"" : "%s%s\n", o->json && i ? ", " : "", theme_builtin(i));
    if (o->json)
        fputs("]\n", out);
    return 0;
}

/* Those of the user's vmtax.conf; what is wrong there the dashboard says. */
static int list_keys(const struct options *o, FILE *out, struct error *e)
{
    struct keymap map;
    cJSON *array = o->json ? cJSON_CreateArray() : NULL;
    (void)e;
    keymap_read(&map, o->keys, o->key_count, NULL, NULL);
    for (const struct key *k = keys; k->action; k++) {
        const char *shown = key_shown(GLYPHS_BRAILLE, &map, k);
        if (array) {
            cJSON *row = cJSON_CreateObject();
            cJSON_AddStringToObject(row, "key", shown);
            cJSON_AddStringToObject(row, "name", k->name);
            cJSON_AddStringToObject(row, "help", k->help);
            cJSON_AddItemToArray(array, row);
            continue;
        }
        /* An arrow is one cell, not its bytes. */
        int cells = 0;
        for (const char *p = shown; *p; p++)
            cells += (*p & 0xc0) != 0x80;
        fprintf(out, "%s%*s%-16s%s\n", shown, cells < 7 ? 7 - cells : 1, "", k->name, k->help);
    }
    if (!array)
        return 0;
    char *text = cJSON_Print(array);
    fprintf(out, "%s\n", text);
    cJSON_free(text);
    cJSON_Delete(array);
    return 0;
}

const struct listing listing_themes = {"themes", list_themes};
const struct listing listing_keys = {"keys", list_keys};
