#include <config.h>

#include "json.h"

#include "text.h"
#include "xalloc.h"

#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- memory ---- */

static void *allocate(size_t size)
{
    return xcalloc(1, size ? size : 1);
}

static void use_xalloc(void)
{
    cJSON_Hooks hooks = {.malloc_fn = allocate, .free_fn = free};
    cJSON_InitHooks(&hooks);
}

static void prepare(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, use_xalloc);
}

cJSON *json_object(void)
{
    prepare();
    return cJSON_CreateObject();
}

cJSON *json_array(void)
{
    prepare();
    return cJSON_CreateArray();
}

/* ---- the grammar ---- */

struct scan {
    const char *text;
    size_t length, at;
    size_t values;
    const char *what; /* the fault */
};

static bool fault(struct scan *s, const char *what)
{
    if (!s->what)
        s->what = what;
    return false;
}

static int peek(const struct scan *s)
{
    return s->at < s->length ? (unsigned char)s->text[s->at] : -1;
}

static void skip_space(struct scan *s)
{
    for (int c = peek(s); c == ' ' || c == '\t' || c == '\n' || c == '\r'; c = peek(s))
        s->at++;
}

static bool digit(int c)
{
    return c >= '0' && c <= '9';
}

static bool scan_hex4(struct scan *s, uint32_t *code)
{
    *code = 0;
    for (int i = 0; i < 4; i++, s->at++) {
        int c = peek(s);
        int low = c | 0x20;
        if (!digit(c) && !(low >= 'a' && low <= 'f'))
            return fault(s, "\\u needs four hexadecimal digits");
        *code = *code * 16 + (uint32_t)(digit(c) ? c - '0' : low - 'a' + 10);
    }
    return true;
}

static bool scan_escape(struct scan *s)
{
    int c = peek(s);
    if (c < 0 || !strchr("\"\\/bfnrtu", c))
        return fault(s, "unknown escape in a string");
    s->at++;
    if (c != 'u')
        return true;
    uint32_t code, low;
    if (!scan_hex4(s, &code))
        return false;
    if (code == 0)
        return fault(s, "a NUL character in a string");
    if (code >= 0xdc00 && code <= 0xdfff)
        return fault(s, "half of a surrogate pair in a string");
    if (code >= 0xd800 && code <= 0xdbff) {
        if (s->length - s->at < 2 || memcmp(s->text + s->at, "\\u", 2) != 0)
            return fault(s, "half of a surrogate pair in a string");
        s->at += 2;
        if (!scan_hex4(s, &low))
            return false;
        if (low < 0xdc00 || low > 0xdfff)
            return fault(s, "half of a surrogate pair in a string");
    }
    return true;
}

static bool scan_string(struct scan *s)
{
    s->at++; /* the quote */
    for (;;) {
        int c = peek(s);
        if (c < 0)
            return fault(s, "the text ends inside a string");
        if (c == '"') {
            s->at++;
            return true;
        }
        if (c < 0x20)
            return fault(s, "a control character in a string");
        if (c == '\\') {
            s->at++;
            if (!scan_escape(s))
                return false;
        } else if (c < 0x80) {
            s->at++;
        } else {
            uint32_t code;
            size_t bytes = text_decode(s->text + s->at, s->length - s->at, &code);
            if (!bytes)
                return fault(s, "bytes that are not UTF-8");
            s->at += bytes;
        }
    }
}

static bool scan_digits(struct scan *s)
{
    if (!digit(peek(s)))
        return fault(s, "a digit is missing in a number");
    while (digit(peek(s)))
        s->at++;
    return true;
}

static bool scan_number(struct scan *s)
{
    size_t start = s->at;
    if (peek(s) == '-')
        s->at++;
    if (peek(s) == '0')
        s->at++;
    else if (!scan_digits(s))
        return false;
    if (peek(s) == '.') {
        s->at++;
        if (!scan_digits(s))
            return false;
    }
    if (peek(s) == 'e' || peek(s) == 'E') {
        s->at++;
        if (peek(s) == '+' || peek(s) == '-')
            s->at++;
        if (!scan_digits(s))
            return false;
    }
    /* cJSON reads numbers through a buffer of 64 bytes. */
    if (s->at - start > 60)
        return fault(s, "a number of more than 60 characters");
    return true;
}

static bool scan_word(struct scan *s, const char *word)
{
    size_t length = strlen(word);
    if (s->length - s->at < length || memcmp(s->text + s->at, word, length) != 0)
        return fault(s, "a value was expected");
    s->at += length;
    return true;
}

static bool scan_value(struct scan *s, int depth);

/* The members of an object or array after its opening bracket. */
static bool scan_members(struct scan *s, int depth, bool object)
{
    const char close = object ? '}' : ']';
    size_t members = 0;
    skip_space(s);
    if (peek(s) == close) {
        s->at++;
        return true;
    }
    for (;;) {
        if (object) {
            skip_space(s);
            if (peek(s) != '"')
                return fault(s, "a key was expected");
            if (++members > JSON_KEYS_MAX)
                return fault(s, "too many keys in one object");
            if (!scan_string(s))
                return false;
            skip_space(s);
            if (peek(s) != ':')
                return fault(s, "a colon was expected");
            s->at++;
        }
        if (!scan_value(s, depth))
            return false;
        skip_space(s);
        int c = peek(s);
        if (c == close) {
            s->at++;
            return true;
        }
        if (c < 0)
            return fault(s, "the text ends too early");
        if (c != ',')
            return fault(s, "a comma or a closing bracket was expected");
        s->at++;
    }
}

static bool scan_value(struct scan *s, int depth)
{
    skip_space(s);
    if (++s->values > JSON_VALUES_MAX)
        return fault(s, "too many values");
    int c = peek(s);
    switch (c) {
    case '{':
    case '[':
        if (depth >= JSON_DEPTH_MAX)
            return fault(s, "too deeply nested");
        s->at++;
        return scan_members(s, depth + 1, c == '{');
    case '"':
        return scan_string(s);
    case 't':
        return scan_word(s, "true");
    case 'f':
        return scan_word(s, "false");
    case 'n':
        return scan_word(s, "null");
    case -1:
        return fault(s, "the text ends too early");
    default:
        if (c == '-' || digit(c))
            return scan_number(s);
        return fault(s, "a value was expected");
    }
}

/* ---- after the grammar ---- */

/* The first object in which a key stands twice; keys are compared decoded. */
static const char *find_duplicate(const cJSON *item)
{
    for (const cJSON *child = item->child; child; child = child->next) {
        if (cJSON_IsObject(item))
            for (const cJSON *other = item->child; other != child; other = other->next)
                if (strcmp(other->string, child->string) == 0)
                    return child->string;
        const char *inner = find_duplicate(child);
        if (inner)
            return inner;
    }
    return NULL;
}

cJSON *json_parse(const char *text, size_t length, const char *name, struct error *e)
{
    struct scan s = {.text = text, .length = length};
    bool sound = scan_value(&s, 0);
    if (sound) {
        skip_space(&s);
        if (s.at < s.length)
            sound = fault(&s, "something follows the end of the document");
    }
    if (!sound) {
        size_t line = 1;
        for (size_t i = 0; i < s.at && i < length; i++)
            line += text[i] == '\n';
        error_set(e, ERROR_DATA, "%s: damaged at line %zu, byte %zu: %s", name, line, s.at + 1,
                  s.what);
        return NULL;
    }
    prepare();
    cJSON *root = cJSON_ParseWithLength(text, length);
    if (!root) {
        error_set(e, ERROR_DATA, "%s: damaged: the JSON library refuses it", name);
        return NULL;
    }
    const char *twice = find_duplicate(root);
    if (twice) {
        char key[64];
        error_set(e, ERROR_DATA, "%s: damaged: the key \"%s\" stands twice in one object", name,
                  text_clean(key, sizeof key, twice));
        cJSON_Delete(root);
        return NULL;
    }
    return root;
}

/* ---- members ---- */

#define EXACT_MAX (UINT64_C(1) << 53) /* a double holds every count up to here */

void json_add_number(cJSON *object, const char *key, double value)
{
    if (isfinite(value))
        cJSON_AddNumberToObject(object, key, value);
    else
        cJSON_AddNullToObject(object, key);
}

void json_add_count(cJSON *object, const char *key, uint64_t value)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRIu64, value);
    if (value <= EXACT_MAX)
        cJSON_AddRawToObject(object, key, digits);
    else
        cJSON_AddStringToObject(object, key, digits);
}

void json_at(struct json_reader *r, const char *array, size_t index)
{
    snprintf(r->path, sizeof r->path, "%s[%zu]", array, index);
}

void json_fault(struct json_reader *r, const char *key, const char *what)
{
    if (r->failed)
        return;
    r->failed = true;
    error_set(r->e, ERROR_DATA, "%s: damaged%s%s%s%s: %s", r->name,
              r->path[0] || key[0] ? " at " : "", r->path, r->path[0] && key[0] ? "." : "", key,
              what);
}

/* The member if it is there and not null. */
static const cJSON *get(struct json_reader *r, const cJSON *o, const char *key,
                        enum json_presence p)
{
    if (r->failed)
        return NULL;
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(o, key);
    if (item && !cJSON_IsNull(item))
        return item;
    if (p == JSON_REQUIRED)
        json_fault(r, key, item ? "must not be null" : "is missing");
    return NULL;
}

const cJSON *json_get_object(struct json_reader *r, const cJSON *o, const char *key,
                             enum json_presence p)
{
    const cJSON *item = get(r, o, key, p);
    if (item && !cJSON_IsObject(item)) {
        json_fault(r, key, "must be an object");
        return NULL;
    }
    return item;
}

const cJSON *json_get_array(struct json_reader *r, const cJSON *o, const char *key, size_t max,
                            enum json_presence p)
{
    const cJSON *item = get(r, o, key, p);
    if (item && !cJSON_IsArray(item)) {
        json_fault(r, key, "must be an array");
        return NULL;
    }
    if (item && (size_t)cJSON_GetArraySize(item) > max) {
        char what[64];
        snprintf(what, sizeof what, "has more than %zu elements", max);
        json_fault(r, key, what);
        return NULL;
    }
    return item;
}

bool json_get_text(struct json_reader *r, const cJSON *o, const char *key, char *out, size_t size,
                   enum json_presence p)
{
    out[0] = '\0';
    const cJSON *item = get(r, o, key, p);
    if (item && !cJSON_IsString(item)) {
        json_fault(r, key, "must be a string");
        return false;
    }
    if (item)
        text_clean(out, size, item->valuestring);
    return item;
}

bool json_get_name(struct json_reader *r, const cJSON *o, const char *key, char *out, size_t size,
                   enum json_presence p)
{
    out[0] = '\0';
    const cJSON *item = get(r, o, key, p);
    if (item && !cJSON_IsString(item)) {
        json_fault(r, key, "must be a string");
        return false;
    }
    if (!item)
        return false;
    text_clean(out, size, item->valuestring);
    if (strcmp(out, item->valuestring) != 0) {
        out[0] = '\0';
        json_fault(r, key, "is too long or holds characters that no name has");
        return false;
    }
    return true;
}

double json_get_number(struct json_reader *r, const cJSON *o, const char *key, double min,
                       double max, double missing, enum json_presence p)
{
    const cJSON *item = get(r, o, key, p);
    if (!item)
        return missing;
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= min && item->valuedouble <= max)) {
        char what[96];
        snprintf(what, sizeof what, "must be a number from %g to %g", min, max);
        json_fault(r, key, what);
        return missing;
    }
    return item->valuedouble;
}

static bool digits_to_count(const char *text, uint64_t *out)
{
    uint64_t value = 0;
    if (!*text)
        return false;
    for (; *text; text++) {
        if (!digit((unsigned char)*text))
            return false;
        uint64_t d = (uint64_t)(*text - '0');
        if (value > (UINT64_MAX - d) / 10)
            return false;
        value = value * 10 + d;
    }
    *out = value;
    return true;
}

uint64_t json_get_count(struct json_reader *r, const cJSON *o, const char *key, uint64_t max,
                        enum json_presence p)
{
    const cJSON *item = get(r, o, key, p);
    if (!item)
        return 0;
    uint64_t value = 0;
    bool good = false;
    if (cJSON_IsString(item)) {
        good = digits_to_count(item->valuestring, &value);
    } else if (cJSON_IsNumber(item)) {
        double d = item->valuedouble;
        good = d >= 0 && d <= (double)EXACT_MAX && d == floor(d);
        if (good)
            value = (uint64_t)d;
    }
    if (!good || value > max) {
        char what[96];
        snprintf(what, sizeof what, "must be a whole number from 0 to %" PRIu64, max);
        json_fault(r, key, what);
        return 0;
    }
    return value;
}

bool json_get_bool(struct json_reader *r, const cJSON *o, const char *key, enum json_presence p)
{
    const cJSON *item = get(r, o, key, p);
    if (item && !cJSON_IsBool(item))
        json_fault(r, key, "must be true or false");
    return item && cJSON_IsTrue(item);
}
