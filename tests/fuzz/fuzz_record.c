/* fuzz_record.c - whatever comes as a byte stream from a guest.
 *
 * The input goes through the reader in pieces of a length that it chooses itself, each line through
 * the parser, each value through the cleaner. Held beside "no sanitizer complains": a record that
 * was understood means the same after it was written and read again, and cleaned text is UTF-8
 * without controls. */
#include <config.h>

#include "src/protocol.h"
#include "src/text.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

#define LINE_MAX_BYTES 512

static void check_text(const char *value, size_t size)
{
    char clean[64];
    require(size > 0 && size <= sizeof clean);
    text_clean(clean, size, value);
    size_t length = strlen(clean);
    require(length < size);
    for (size_t i = 0; i < length;) {
        uint32_t code;
        size_t n = text_decode(clean + i, length - i, &code);
        require(n > 0 && code >= 0x20 && !(code >= 0x7f && code < 0xa0));
        require(text_width(code) >= 0 && text_width(code) <= 2);
        i += n;
    }
    require(text_glob("*", value));
}

static void check_numbers(const struct record *r, const char *key)
{
    uint64_t u;
    double d;
    if (record_u64(r, key, 3, 1000000, &u, NULL) == 0)
        require(u >= 3 && u <= 1000000);
    if (record_double(r, key, -8, 1e9, &d, NULL) == 0)
        require(d >= -8 && d <= 1e9);
}

static void check_record(const struct record *r)
{
    char line[3 * LINE_MAX_BYTES + 1];
    struct record_writer w;
    struct record again;
    struct error e;

    record_begin(&w, line, sizeof line, r->verb);
    for (size_t i = 0; i < r->field_count; i++) {
        record_add_text(&w, r->fields[i].key, r->fields[i].value);
        check_text(r->fields[i].value, 1 + strlen(r->fields[i].value) % 64);
        check_numbers(r, r->fields[i].key);
    }
    long length = record_end(&w);
    require(length > 0 && line[length - 1] == '\n');
    require(record_parse(&again, line, (size_t)length - 1, &e) == 0);
    require(strcmp(again.verb, r->verb) == 0 && again.field_count == r->field_count);
    for (size_t i = 0; i < r->field_count; i++)
        require(strcmp(again.fields[i].key, r->fields[i].key) == 0 &&
                strcmp(again.fields[i].value, r->fields[i].value) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct line_reader reader;
    if (size == 0)
        return 0;
    size_t piece = 1u + data[0];
    data++;
    size--;
    require(line_reader_init(&reader, LINE_MAX_BYTES) == 0);
    while (size > 0) {
        char *where;
        char *line;
        size_t length;
        size_t room = line_reader_room(&reader, &where);
        if (room == 0) {
            line_reader_skip(&reader);
            room = line_reader_room(&reader, &where);
            require(room == LINE_MAX_BYTES);
        }
        size_t n = piece < size ? piece : size;
        n = n < room ? n : room;
        memcpy(where, data, n);
        line_reader_fed(&reader, n);
        data += n;
        size -= n;
        while ((line = line_reader_next(&reader, &length)) != NULL) {
            struct record record;
            struct error e;
            require(length < LINE_MAX_BYTES && line[length] == '\0');
            char clean[40];
            text_clean_n(clean, sizeof clean, line, length);
            if (record_parse(&record, line, length, &e) == 0)
                check_record(&record);
            else
                check_text(e.text, 64);
        }
    }
    line_reader_release(&reader);
    return 0;
}
