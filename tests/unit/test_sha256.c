/* The examples of FIPS 180-4's validation suite, every length around a block's end against a
 * digest of digests, and files. */
#include <config.h>

#include "src/sha256.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void known_digests(void **state)
{
    static const struct {
        const char *message;
        const char *hex;
    } cases[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqr"
         "lmnopqrsmnopqrstnopqrstu",
         "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char hex[65];
        sha256_bytes(cases[i].message, strlen(cases[i].message), hex);
        assert_string_equal(hex, cases[i].hex);
    }
}

static void million_bytes_from_a_file(void **state)
{
    (void)state;
    char path[] = "/tmp/vmtax-sha256-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    char *a = malloc(1000000);
    assert_non_null(a);
    memset(a, 'a', 1000000);
    assert_int_equal(write(fd, a, 1000000), 1000000);
    close(fd);

    struct error e;
    char hex[65];
    assert_int_equal(sha256_file(path, hex, &e), 0);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    unlink(path);

    assert_int_equal(sha256_file(path, hex, &e), -1);
    assert_int_equal(e.kind, ERROR_SYSTEM);
    assert_non_null(strstr(e.text, path));

    assert_int_equal(sha256_file("/", hex, &e), -1);
    assert_non_null(strstr(e.text, "cannot read /"));
    free(a);
}

/* The digest over the hexadecimal digests of all prefixes of 0x00 0x01 ... 0xff; the expectation
 * comes from coreutils' sha256sum. */
static void every_length(void **state)
{
    (void)state;
    unsigned char data[256];
    static char all[257 * 64 + 1];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (unsigned char)i;
    for (size_t n = 0; n <= sizeof data; n++)
        sha256_bytes(data, n, all + 64 * n);
    char hex[65];
    sha256_bytes(all, 257 * 64, hex);
    assert_string_equal(hex, "00dc86ab7ad5ccca0588a4829cdbc35f58fc36e33894b884f51be4d8f3c6d8fa");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_digests),
        cmocka_unit_test(million_bytes_from_a_file),
        cmocka_unit_test(every_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
