/* jsonpath FILE PATH: print what stands at PATH of a JSON document, for shell tests.
 *
 * A path is keys and indices joined by dots: targets.0.id. `*` stands for every element; each hit
 * is a line. A text is printed bare, everything else as JSON. Exit code 1: not valid JSON (a single
 * document and nothing after it), 3: nothing there. With -l each line of the file is a document. */
#include <cjson/cJSON.h>

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t show(const cJSON *node, const char *path)
{
    if (!node)
        return 0;
    if (!*path) {
        char *text = cJSON_IsString(node) ? NULL : cJSON_PrintUnformatted(node);
        puts(text ? text : node->valuestring);
        cJSON_free(text);
        return 1;
    }
    size_t length = strcspn(path, ".");
    const char *rest = path + length + (path[length] == '.');
    if (length == 1 && *path == '*') {
        size_t hits = 0;
        for (const cJSON *child = node->child; child; child = child->next)
            hits += show(child, rest);
        return hits;
    }
    char key[128];
    snprintf(key, sizeof key, "%.*s", (int)length, path);
    if (cJSON_IsArray(node))
        return isdigit((unsigned char)*key)
                   ? show(cJSON_GetArrayItem(node, (int)strtol(key, NULL, 10)), rest)
                   : 0;
    return show(cJSON_GetObjectItemCaseSensitive(node, key), rest);
}

static char *read_all(const char *name)
{
    FILE *f = fopen(name, "r");
    if (!f)
        return NULL;
    size_t used = 0, room = 0;
    char *text = NULL;
    do {
        room = room ? room * 2 : 65536;
        char *more = realloc(text, room + 1);
        if (!more)
            abort();
        text = more;
        used += fread(text + used, 1, room - used, f);
    } while (used == room);
    text[used] = '\0';
    fclose(f);
    return text;
}

/* One document; -1: not valid. */
static long document(const char *text, const char *path)
{
    const char *end;
    cJSON *root = cJSON_ParseWithOpts(text, &end, true);
    if (!root)
        return -1;
    size_t hits = show(root, path);
    cJSON_Delete(root);
    return (long)hits;
}

int main(int argc, char **argv)
{
    bool lines = argc > 1 && strcmp(argv[1], "-l") == 0;
    if (argc != 3 + lines) {
        fprintf(stderr, "usage: jsonpath [-l] FILE PATH\n");
        return 2;
    }
    const char *path = argv[2 + lines];
    char *text = read_all(argv[1 + lines]);
    if (!text) {
        perror(argv[1 + lines]);
        return 2;
    }
    long hits = 0;
    if (!lines)
        hits = document(text, path);
    for (char *next, *line = text; lines && hits >= 0 && *line; line = next) {
        size_t length = strcspn(line, "\n");
        next = line + length + (line[length] == '\n');
        line[length] = '\0';
        long n = document(line, path);
        hits = n < 0 ? -1 : hits + n;
    }
    free(text);
    return hits < 0 ? 1 : hits == 0 ? 3 : 0;
}
