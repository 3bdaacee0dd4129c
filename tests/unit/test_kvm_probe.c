/* What vmtax-machine says of KVM, as it should be and as it should not: by then a strange KVM has
 * had its way with that process. */
#include <config.h>

#include "target/kvm_probe.h"

#include "protocol.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In memory of exactly that size, so that a sanitizer sees who reads on. */
static struct kvm_probe read_bytes(const char *bytes, size_t length)
{
    struct kvm_probe out;
    char *line = malloc(length + 1);
    assert_non_null(line);
    memcpy(line, bytes, length);
    line[length] = '\0';
    memset(&out, 0xa5, sizeof out); /* nothing of it may remain */
    kvm_probe_read(line, length, &out);
    free(line);
    return out;
}

static struct kvm_probe read_line(const char *line)
{
    return read_bytes(line, strlen(line));
}

static void usable(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "probe usable=1",
        "probe usable=1 reason= remedy=",
        "probe reason= usable=1 later=unknown",
        /* Who can use it needs no reason. */
        "probe usable=1 reason=nonsense remedy=nonsense",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct kvm_probe p = read_line(lines[i]);
        assert_true(p.usable);
        assert_true(p.runs);
        assert_string_equal(p.reason, "");
        assert_string_equal(p.remedy, "");
    }
}

static void unusable(void **state)
{
    (void)state;
    struct kvm_probe p = read_line("probe usable=0 reason=there%20is%20none remedy=buy%20one");
    assert_false(p.usable);
    assert_false(p.runs);
    assert_string_equal(p.reason, "there is none");
    assert_string_equal(p.remedy, "buy one");
    /* Of no use for a kernel, yet exits can be measured. */
    p = read_line("probe usable=0 runs=1 reason=it%20interprets remedy=");
    assert_false(p.usable);
    assert_true(p.runs);
    assert_string_equal(p.reason, "it interprets");
    assert_false(read_line("probe usable=0 runs=0 reason=x remedy=").runs);
    assert_false(read_line("probe usable=0 runs=2 reason=x remedy=").runs);
    /* A reason there always is. */
    static const char *const without[] = {"probe usable=0", "probe usable=0 reason= remedy=x"};
    for (size_t i = 0; i < 2; i++) {
        p = read_line(without[i]);
        assert_false(p.usable);
        assert_string_equal(p.reason, "KVM cannot be used here");
    }
}

/* Never usable, and always with a sentence. */
static void malformed(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        " ",
        "probe",
        "probe ",
        "probe usable",
        "probe usable=",
        "probe usable=2",
        "probe usable=-1",
        "probe usable=1x",
        "probe usable=01234567890123456789012345678901234567890",
        "probe usable=18446744073709551617", /* 2^64 + 1 */
        "probe usable=yes",
        "probe usable=1 usable=1",
        "probe usable=1 reason=%",
        "probe usable=1 reason=%00",
        "probe usable=1 reason=%zz",
        "probes usable=1",
        "PROBE usable=1",
        "hello usable=1",
        " probe usable=1",
        "probe  usable=1",
        "probe usable=1\nprobe usable=1",
        "probe usable=1\x1b[2J",
        "KVM internal error. Suberror: 1",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct kvm_probe p = read_line(lines[i]);
        if (p.usable)
            fail_msg("usable: %s", lines[i]);
        assert_false(p.runs);
        assert_non_null(strstr(p.reason, "makes sense"));
        assert_string_equal(p.remedy, "");
    }
    struct kvm_probe p = read_bytes("probe usable=1\0", 15);
    assert_false(p.usable);
}

static void every_prefix_and_every_flipped_byte(void **state)
{
    (void)state;
    static const char line[] = "probe usable=0 reason=a%20b remedy=c";
    for (size_t n = 0; n < sizeof line - 1; n++) {
        assert_false(read_bytes(line, n).usable);
        for (unsigned byte = 0; byte < 256; byte++) {
            char other[sizeof line];
            memcpy(other, line, sizeof line);
            other[n] = (char)byte;
            bool is_usable = read_bytes(other, sizeof line - 1).usable;
            assert_int_equal(is_usable, n == 13 && byte == '1');
        }
    }
}

static bool printable(const char *text, size_t size)
{
    const char *end = memchr(text, '\0', size);
    if (!end)
        return false;
    for (; text < end; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return false;
    return true;
}

static void hostile_sentences(void **state)
{
    (void)state;
    char line[8192];
    struct record_writer w;
    char *text = malloc(3001);
    assert_non_null(text);
    for (unsigned first = 1; first < 256; first += 7) {
        /* Escapes, bells, half characters, and far more than there is room for. */
        for (size_t i = 0; i < 3000; i++)
            text[i] = (char)(1 + (first + i * 13) % 255);
        text[3000] = '\0';
        record_begin(&w, line, sizeof line, "probe");
        record_add_u64(&w, "usable", 0);
        record_add_text(&w, "reason", first % 2 ? text : "\x1b]0;mine\a");
        record_add_text(&w, "remedy", first % 2 ? "\r\n\x9b" : text);
        long length = record_end(&w);
        if (length < 0)
            continue; /* it was longer than a line, encoded */
        struct kvm_probe p = read_bytes(line, (size_t)length - 1);
        assert_false(p.usable);
        assert_true(printable(p.reason, sizeof p.reason) && p.reason[0]);
        assert_true(printable(p.remedy, sizeof p.remedy));
    }
    free(text);
}

/* Without the helper program there is no KVM, and it is said why. */
static void no_program(void **state)
{
    (void)state;
    struct kvm_probe p;
    kvm_probe("/nonexistent/vmtax-agent", &p);
    /* It may be installed on this machine. */
    assert_true(p.usable || p.reason[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usable),
        cmocka_unit_test(unusable),
        cmocka_unit_test(malformed),
        cmocka_unit_test(every_prefix_and_every_flipped_byte),
        cmocka_unit_test(hostile_sentences),
        cmocka_unit_test(no_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
